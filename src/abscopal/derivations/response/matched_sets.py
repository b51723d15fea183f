"""Injected and non-injected lesions as sets of their own, each with the whole history of its present members.

A lesion that is injected later moves from one set to the other. Sums of a set before and after the move would
compare different lesions, and a move alone would fake a response: each time the sets change, both are followed
again from baseline with the lesions that are in them now.
"""

from dataclasses import dataclass
from typing import Literal

import polars as pl

from abscopal.derivations.response.injected_lesions import derive_injected_since
from abscopal.derivations.response.lesion_burden import (
    COUNTS,
    derive_added_shares,
    derive_burden_of_shares,
    derive_first_new_lesions,
    derive_settled_sightings,
    derive_shares,
)
from abscopal.derivations.response.records import RECORD, VISIT, VISITS, compute_visit
from abscopal.derivations.response.settings import ResponseSettings

InjectionCategory = Literal["INJECTED", "NON-INJECTED"]
CATEGORIES: tuple[InjectionCategory, ...] = ("INJECTED", "NON-INJECTED")
LESION = [RECORD, "TULNKID"]
SET = "SET"
NEVER = 1_000_000


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

    Lesions that are injected from the same assessment on are in the same sets, whichever these are: they are added
    up once, and every set puts its share of them together.

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
    seen = lesions.lazy().with_columns(ONLY=pl.lit(None, dtype=pl.Int64))
    if settings.category_reference == "last_pre_injection":
        seen = _hold_size_before_injection(seen, since)
    shares = derive_shares(
        _tell_since(seen, since, settings).with_columns(GROUP=_number_group()),
        by=[*VISIT, "SINCE", "ISNEW", "ONLY"],
    ).collect()
    known = _tell_since(lesions.lazy().unique(LESION).select(*LESION, "LSROLE"), since, settings).collect()
    standing = _list_standing(known)
    sightings = _choose_sets(_tell_since(derive_settled_sightings(lesions.lazy()), since, settings), standing)
    new = sightings.with_columns(GROUP=compute_visit(SET)).collect()
    sets = (
        _list_sets(standing)
        .join(_count_followed(known, standing).collect(), on=SET, how="left")
        .join(derive_first_new_lesions(new, by=SET), on=SET, how="left")
        .with_columns(pl.col("TARGETS", "NONTARGETS").fill_null(0))
    )
    visits = _add_up_sets(shares, standing, sets).drop(RECORD).rename({SET: RECORD})
    named = sets.select(SET, RECORD, "CATEGORY", "FIRST", "LAST")
    return MatchedSets(derive_burden_of_shares(visits, new), named)


def _number_group() -> pl.Expr:
    """One number for the lesions that are in the same sets, at one assessment."""
    kind = 3 * pl.col("ISNEW").cast(pl.Int64) + pl.col("ONLY").fill_null(2)
    return (compute_visit() * VISITS + pl.col("SINCE").fill_null(0)) * 6 + kind


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


def _add_up_sets(shares: pl.DataFrame, standing: pl.DataFrame, sets: pl.DataFrame) -> pl.LazyFrame:
    """The burden of each set at every assessment up to the last at which it stands; nothing where it has no lesion."""
    up_to_last = pl.col("AVISITN") <= pl.col("LAST")
    applies = pl.col("ONLY").is_null() | (pl.col("ONLY") == pl.col("SIDE"))
    chosen = _choose_sets(shares.lazy(), standing).filter(up_to_last, applies)
    added = derive_added_shares(chosen.with_columns(GROUP=compute_visit(SET)), by="GROUP")
    visits = (
        shares.lazy()
        .group_by(VISITNO=compute_visit())
        .agg(pl.col(VISIT).first(), pl.col("LASTADT", "ADTF", "ACCFL").max().name.prefix("VISIT"))
    )
    baselines = shares.lazy().group_by(RECORD).agg(HASBASELINE=(pl.col("AVISITN") == 0).any())
    no_lesion = pl.col("LASTADT").is_null()
    return (
        visits.join(sets.drop("CATEGORY", "FIRST").lazy().join(baselines, on=RECORD), on=RECORD)
        .filter(up_to_last)
        .with_columns(GROUP=compute_visit(SET))
        .join(added, on="GROUP", how="left")
        .with_columns(
            pl.col(*COUNTS, "MEASURED").fill_null(0),
            pl.col("FIRSTADT", "LASTADT").fill_null(pl.col("VISITLASTADT")),
            ADTF=pl.when(no_lesion).then("VISITADTF").otherwise("ADTF"),
            ACCFL=pl.when(no_lesion).then("VISITACCFL").otherwise("ACCFL"),
        )
        .drop("VISITNO", "VISITLASTADT", "VISITADTF", "VISITACCFL", "LAST")
    )


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


def _hold_size_before_injection(seen: pl.LazyFrame, since: pl.DataFrame) -> pl.LazyFrame:
    """An injected lesion starts from its last size before injection: what it measured earlier plays no part.

    Its earlier rows stand twice: as measured in the non-injected set, with that size in the injected one.
    """
    told = seen.join(since.lazy(), on=LESION, how="left")
    before = (pl.col("AVISITN") < pl.col("SINCE")).fill_null(value=False)
    last_size = (
        told.filter(before, pl.col("LSTENTH").is_not_null())
        .sort("AVISITN")
        .group_by(LESION)
        .agg(HELD=pl.col("LSTENTH").last())
    )
    measured = told.with_columns(ONLY=pl.when(before).then(pl.lit(1, dtype=pl.Int64)))
    held = (
        told.filter(before)
        .join(last_size, on=LESION, how="left")
        .with_columns(LSTENTH="HELD", ONLY=pl.lit(0, dtype=pl.Int64))
        .drop("HELD")
    )
    return pl.concat([measured, held]).drop("SINCE")
