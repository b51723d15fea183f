"""Injected and non-injected lesions as sets of their own, each with the whole history of its present members.

A lesion that is injected later moves from one set to the other. Sums of a set before and after the move would
compare different lesions, and a move alone would fake a response: each time the sets change, both are followed
again from baseline with the lesions that are in them now.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from abscopal.derivations.response.injected_lesions import derive_injected_since
from abscopal.derivations.response.lesion_burden import (
    COUNTS,
    derive_completed_burden,
    derive_first_new_lesions,
    derive_settled_sightings,
    list_marks,
)
from abscopal.derivations.response.records import RECORD, VISIT, VISITS, compute_visit
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.derivations.response.stretches import compute_largest, compute_smallest, compute_sums

InjectionCategory = Literal["INJECTED", "NON-INJECTED"]
CATEGORIES: tuple[InjectionCategory, ...] = ("INJECTED", "NON-INJECTED")
LESION = [RECORD, "TULNKID"]
SET = "SET"
NEVER = 1_000_000
# Places of the lesions of an assessment: the injected ones from 0 on, then the others, then new lesions.
OTHERS, NEW_LESIONS, PLACES = VISITS, 2 * VISITS, 4 * VISITS


@dataclass(frozen=True, slots=True)
class MatchedSets:
    """Every set with the burden of its lesions.

    Args:
        burden: the burden of each set at every assessment up to the last one at which the set stands, as
            `derive_record_burden` gives it; RECORD holds the number of the set, so that each is judged apart.
        sets: SET, the number; RECORD, whose lesions they are; CATEGORY (INJECTED, NON-INJECTED); and the
            assessments at which the set stands: FIRST to LAST.
    """

    burden: pl.DataFrame
    sets: pl.DataFrame


def derive_matched_sets(lesions: pl.DataFrame, settings: ResponseSettings) -> MatchedSets:
    """Divide the lesions of each assessment after baseline into injected and non-injected, with their history.

    New lesions belong to the non-injected set, whether or not they are injected later (a setting). A set without
    any lesion at an assessment has an empty burden there, so that it is still judged.

    The lesions of an assessment are put in such an order that those of every set stand side by side.

    Args:
        lesions: one row per record, lesion and assessment, with INJDT.
        settings: the readings of the rules in force.

    Returns:
        The sets and their burden: two sets for each record, and two more for each later assessment at which a
        lesion moved.

    Reference:
        Goldmacher et al. 2020 (doi:10.1200/JCO.19.02985) for the categories; the matched set is our reading.
    """
    since = derive_injected_since(lesions, settings, record=[RECORD])
    known = _tell_since(
        lesions.lazy().unique(LESION, keep="first").select(*LESION, "LSROLE"), since, settings
    ).collect()
    standing = _list_standing(known)
    sightings = _choose_sets(_tell_since(derive_settled_sightings(lesions.lazy()), since, settings), standing)
    new = sightings.with_columns(VISITNO=compute_visit(SET)).collect()
    baselines = lesions.lazy().group_by(RECORD).agg(HASBASELINE=(pl.col("AVISITN") == 0).any())
    sets = (
        _list_sets(standing)
        .join(baselines.collect(), on=RECORD)
        .join(_count_followed(known, standing).collect(), on=SET, how="left")
        .join(derive_first_new_lesions(new, by=SET), on=SET, how="left")
        .with_columns(pl.col("TARGETS", "NONTARGETS").fill_null(0))
    )
    visits = _add_up_sets(_put_in_order(lesions, since, settings), sets)
    burden = derive_completed_burden(visits.lazy(), new)
    return MatchedSets(burden, sets.select(SET, RECORD, "CATEGORY", "FIRST", "LAST"))


def _tell_since(rows: pl.LazyFrame, since: pl.DataFrame, settings: ResponseSettings) -> pl.LazyFrame:
    """Since which assessment each lesion counts as injected; a new one never does where it stays new."""
    new = pl.col("LSROLE") == "NEW"
    told = rows.join(since.lazy(), on=LESION, how="left").with_columns(ISNEW=new)
    if settings.injected_new_lesion == "stays_new":
        return told.with_columns(SINCE=pl.when(~new).then("SINCE"))
    return told


def _list_standing(known: pl.DataFrame) -> pl.DataFrame:
    """Stretches of assessments, FIRST to LAST, during which no lesion moves; the first starts after baseline."""
    moves = known.filter(pl.col("SINCE") > 1).select(RECORD, FIRST="SINCE").unique()
    start = known.select(RECORD).unique().with_columns(FIRST=pl.lit(1, dtype=pl.Int64))
    next_move = pl.col("FIRST").shift(-1).over(RECORD)
    return (
        pl.concat([start, moves])
        .sort(RECORD, "FIRST")
        .with_columns(LAST=(next_move - 1).fill_null(NEVER))
        .with_row_index("STANDING")
        .with_columns(pl.col("STANDING").cast(pl.Int64))
    )


def _list_sets(standing: pl.DataFrame) -> pl.DataFrame:
    """Both sets of each stretch: even numbers are those of injected lesions, odd ones those of the others."""
    both = pl.DataFrame({"CATEGORY": CATEGORIES}).with_row_index("SIDE")
    return standing.join(both, how="cross").select(
        RECORD, "CATEGORY", "FIRST", "LAST", SET=2 * pl.col("STANDING") + pl.col("SIDE").cast(pl.Int64)
    )


def _choose_sets(rows: pl.LazyFrame, standing: pl.DataFrame) -> pl.LazyFrame:
    """Each row in the set that its lesions belong to during each stretch of assessments."""
    injected = (pl.col("SINCE") <= pl.col("FIRST")).fill_null(value=False)
    return (
        rows.join(standing.lazy(), on=RECORD)
        # The injected response knows no new lesions.
        .filter(~(injected & pl.col("ISNEW")))
        .with_columns(SIDE=(~injected).cast(pl.Int64))
        .with_columns(SET=2 * pl.col("STANDING") + pl.col("SIDE"))
    )


def _put_in_order(lesions: pl.DataFrame, since: pl.DataFrame, settings: ResponseSettings) -> pl.DataFrame:
    """Rows of an assessment in the order of PLACE, so that each set is a stretch of them, whenever it stands.

    First come the injected lesions, in the order of their injection; then all lesions as not injected, in the same
    order, those that never are last; then new lesions, in the opposite order. Whatever the assessment from which
    injections count, the injected set is then the beginning of the first part, and the other set runs on from within
    the second part into the third. A lesion that is injected some day stands in two parts.
    """
    told = _tell_since(lesions.lazy(), since, settings)
    place, new = pl.col("SINCE") + 1, pl.col("ISNEW")
    injected = told.filter(pl.col("SINCE").is_not_null(), ~new)
    if settings.category_reference == "last_pre_injection":
        injected = _hold_size_before_injection(injected)
    last_injected_first = NEW_LESIONS + VISITS - place
    others = told.with_columns(
        PLACE=pl.when(~new)
        .then(OTHERS + place.fill_null(VISITS - 1))
        .otherwise(last_injected_first.fill_null(NEW_LESIONS))
    )
    order = (compute_visit() * PLACES + pl.col("PLACE")).alias("ORDER")
    columns = [order, *VISIT, "ADT", "ADTF", "ACCFL", *list_marks()]
    both = [injected.with_columns(PLACE=place).select(columns), others.select(columns)]
    return pl.concat(both).with_columns(pl.col("MEASURED").fill_null(0)).sort("ORDER").collect()


def _add_up_sets(ordered: pl.DataFrame, sets: pl.DataFrame) -> pl.DataFrame:
    """What the lesions of each set add up to at every assessment up to the last at which the set stands."""
    visits = _describe_visits(ordered).join(sets, on=RECORD, maintain_order="left")
    stood = visits.filter(pl.col("AVISITN") <= pl.col("LAST"))
    injected, place, moved = pl.col("CATEGORY") == "INJECTED", compute_visit() * PLACES, pl.col("FIRST") + 1
    bounds = stood.select(
        BEGIN=place + pl.when(injected).then(0).otherwise(OTHERS + moved + 1),
        END=place + pl.when(injected).then(moved + 1).otherwise(NEW_LESIONS + VISITS - moved),
    )
    order = ordered["ORDER"].to_numpy()
    begin, end = (np.searchsorted(order, bound.to_numpy()) for bound in bounds)
    sums = {name: compute_sums(ordered[name], begin, end) for name in (*COUNTS, "MEASURED")}
    first, last = (
        [find(ordered[name], begin, end) for name in ("DONEDT", "ADT")]
        for find in (compute_smallest, compute_largest)
    )
    said = [compute_largest(ordered[name], begin, end) for name in ("ADTF", "ACCFL")]
    # Without any lesion of the set, the assessment is dated as a whole.
    has_lesion = pl.Series(begin < end)
    return stood.with_columns(
        pl.col(SET).alias(RECORD),
        compute_visit(SET).alias("VISITNO"),
        FIRSTDT=pl.coalesce(*first, "VISITDT"),
        LASTDT=pl.coalesce(*last, "VISITDT"),
        **{name: pl.Series(values) for name, values in sums.items()},
        **{column.name: pl.when(has_lesion).then(column).otherwise(column.name) for column in said},
    ).drop(SET, "CATEGORY", "FIRST", "LAST", "VISITDT")


def _describe_visits(ordered: pl.DataFrame) -> pl.DataFrame:
    """Every assessment of every record in key order, with the latest date and the flags of all its lesions."""
    visit = ordered.select(compute_visit()).to_series().to_numpy()
    begin = np.flatnonzero(np.diff(visit, prepend=-1))
    end = np.append(begin, len(visit))[1:]
    told = [compute_largest(ordered[name], begin, end) for name in ("ADT", "ADTF", "ACCFL")]
    return ordered.select(pl.col(VISIT).gather(begin)).with_columns(*told).rename({"ADT": "VISITDT"})


def _count_followed(known: pl.DataFrame, standing: pl.DataFrame) -> pl.LazyFrame:
    """How many targets and non-targets are in each set; one that the reader only mentions later is in it all along."""
    return (
        _choose_sets(known.lazy().filter(~pl.col("ISNEW")), standing)
        .group_by(SET)
        .agg(
            TARGETS=(pl.col("LSROLE") == "TARGET").sum().cast(pl.Int64),
            NONTARGETS=(pl.col("LSROLE") == "NON-TARGET").sum().cast(pl.Int64),
        )
    )


def _hold_size_before_injection(injected: pl.LazyFrame) -> pl.LazyFrame:
    """An injected lesion starts from its last size before injection: what it measured earlier plays no part."""
    before = pl.col("AVISITN") < pl.col("SINCE")
    last_size = (
        injected.filter(before, pl.col("LSTENTH").is_not_null())
        .sort("AVISITN")
        .group_by(LESION)
        .agg(HELD=pl.col("LSTENTH").last())
    )
    return injected.join(last_size, on=LESION, how="left").with_columns(
        LSTENTH=pl.when(before).then("HELD").otherwise("LSTENTH")
    )
