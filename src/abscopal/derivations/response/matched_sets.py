"""Injected and non-injected lesions as sets of their own, each with the whole history of its present members.

A lesion that is injected later moves from one set to the other. Sums of a set before and after the move would
compare different lesions, and a move alone would fake a response: each time the sets change, both are followed
again from baseline with the lesions that are in them now.
"""

from dataclasses import dataclass
from typing import Literal

import polars as pl

from abscopal.derivations.response.injected_lesions import derive_injected_since
from abscopal.derivations.response.records import RECORD, VISIT
from abscopal.derivations.response.settings import ResponseSettings

InjectionCategory = Literal["INJECTED", "NON-INJECTED"]
CATEGORIES: tuple[InjectionCategory, ...] = ("INJECTED", "NON-INJECTED")
LESION = [RECORD, "TULNKID"]
NEVER = 1_000_000
PLACEHOLDER = "-"
SEEN = ["ADT", "ADTF", "ACCFL", "LSROLE", "LSNODE", "LSLOC", "LSSTATE", "LSTENTH"]


@dataclass(frozen=True, slots=True)
class MatchedSets:
    """Every set with its lesions.

    Args:
        lesions: lesions of each set at every assessment up to the last one at which the set stands;
            RECORD holds the number of the set, so that each is judged apart.
        sets: SET, the number; RECORD, whose lesions they are; CATEGORY (INJECTED, NON-INJECTED); and the
            assessments at which the set stands: FIRST to LAST.
    """

    lesions: pl.DataFrame
    sets: pl.DataFrame


def derive_matched_sets(lesions: pl.DataFrame, settings: ResponseSettings) -> MatchedSets:
    """Divide the lesions of each assessment after baseline into injected and non-injected, with their history.

    New lesions belong to the non-injected set, whether or not they are injected later (a setting). An
    assessment that mentions no lesion of a set holds a placeholder, so that the set is still judged there.

    Args:
        lesions: one row per record, lesion and assessment, with INJDT.
        settings: the readings of the rules in force.

    Returns:
        The sets and their lesions: two sets for each patient and reader, and two more for each later
        assessment at which a lesion moved.

    Reference:
        Goldmacher et al. 2020 (doi:10.1200/JCO.19.02985) for the categories; the matched set is our reading.
    """
    since = derive_injected_since(lesions, settings, record=[RECORD])
    seen = lesions.select(*LESION, "AVISITN", *SEEN).join(since, on=LESION, how="left")
    standing = _list_standing(seen, settings)
    members = _assign(seen, standing, settings)
    if settings.category_reference == "last_pre_injection":
        members = _hold_size_before_injection(members)
    empty = _hold_empty_places(lesions, standing, members)
    columns = [pl.col("SET").alias(RECORD), pl.col("TULNKID", "AVISITN", *SEEN)]
    return MatchedSets(pl.concat([members.select(columns), empty.select(columns)]), _list_sets(standing))


def _number() -> pl.Expr:
    """The number of a set: even for injected lesions, odd for the others."""
    return 2 * pl.col("STANDING") + (pl.col("CATEGORY") == "NON-INJECTED").cast(pl.Int64)


def _list_standing(seen: pl.DataFrame, settings: ResponseSettings) -> pl.DataFrame:
    """Stretches of assessments, FIRST to LAST, during which no lesion moves; the first starts after baseline."""
    moving = pl.col("SINCE") > 1
    if settings.injected_new_lesion == "stays_new":
        moving &= pl.col("LSROLE") != "NEW"
    moves = seen.filter(moving).select(RECORD, FIRST="SINCE").unique()
    start = seen.select(RECORD).unique().with_columns(FIRST=pl.lit(1, dtype=pl.Int64))
    next_move = pl.col("FIRST").shift(-1).over(RECORD)
    return (
        pl.concat([start, moves])
        .sort(RECORD, "FIRST")
        .with_columns(LAST=(next_move - 1).fill_null(NEVER))
        .with_row_index("STANDING")
        .with_columns(pl.col("STANDING").cast(pl.Int64))
    )


def _list_sets(standing: pl.DataFrame) -> pl.DataFrame:
    categories = pl.DataFrame({"CATEGORY": CATEGORIES})
    return standing.join(categories, how="cross").select(RECORD, "CATEGORY", "FIRST", "LAST", SET=_number())


def _assign(seen: pl.DataFrame, standing: pl.DataFrame, settings: ResponseSettings) -> pl.DataFrame:
    """Each lesion in the set that it belongs to during each stretch, with its rows up to the end of it."""
    new = pl.col("LSROLE") == "NEW"
    injected = (pl.col("SINCE") <= pl.col("FIRST")).fill_null(False)
    stays = new if settings.injected_new_lesion == "stays_new" else pl.lit(False)
    category = pl.when(injected & ~stays).then(pl.lit("INJECTED")).otherwise(pl.lit("NON-INJECTED"))
    so_far, later = pl.col("AVISITN") <= pl.col("LAST"), pl.col("AVISITN") > pl.col("LAST")
    begins = seen.group_by(LESION).agg(AVISITN=pl.col("AVISITN").min()).filter(pl.col("AVISITN") > 0)
    late = seen.join(begins, on=[*LESION, "AVISITN"], how="semi")
    # Whether a suspected new lesion was one is settled by what was seen of it later; and a lesion that the reader
    # only mentions later was followed, and not evaluated, all along.
    members = pl.concat(
        [
            seen.lazy().join(standing.lazy(), on=RECORD).filter(so_far | new),
            late.lazy().join(standing.lazy(), on=RECORD).filter(later, ~new),
        ]
    )
    return (
        members.with_columns(CATEGORY=category)
        # The injected response knows no new lesions.
        .filter(~(new & (pl.col("CATEGORY") == "INJECTED")))
        .with_columns(SET=_number())
        .collect()
    )


def _hold_size_before_injection(lesions: pl.DataFrame) -> pl.DataFrame:
    """An injected lesion starts from its last size before injection: what it measured earlier plays no part."""
    before = (pl.col("AVISITN") < pl.col("SINCE")).fill_null(False) & (pl.col("CATEGORY") == "INJECTED")
    last_size = (
        lesions.filter(before, pl.col("LSTENTH").is_not_null())
        .sort("AVISITN")
        .group_by("SET", "TULNKID")
        .agg(HELD=pl.col("LSTENTH").last())
    )
    return lesions.join(last_size, on=["SET", "TULNKID"], how="left").with_columns(
        LSTENTH=pl.when(before).then("HELD").otherwise("LSTENTH")
    )


def _hold_empty_places(lesions: pl.DataFrame, standing: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """A placeholder, which is no lesion, at each assessment that mentions no lesion of a set."""
    visits = lesions.group_by(VISIT).agg(pl.col("ADT", "ADTF", "ACCFL").max())
    stood = visits.join(standing, on=RECORD).filter(pl.col("AVISITN") <= pl.col("LAST"))
    expected = stood.join(pl.DataFrame({"CATEGORY": CATEGORIES}), how="cross").with_columns(SET=_number())
    return expected.join(
        members.select("SET", "AVISITN").unique(), on=["SET", "AVISITN"], how="anti"
    ).with_columns(
        TULNKID=pl.lit(PLACEHOLDER),
        LSROLE=pl.lit("NEW"),
        LSNODE=pl.lit(False),
        LSLOC=pl.lit(None, dtype=pl.String),
        LSSTATE=pl.lit("NOT_EVALUATED"),
        LSTENTH=pl.lit(None, dtype=pl.Int64),
    )
