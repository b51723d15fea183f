"""Which lesions a response speaks of: the new ones with the day they were first seen, the non-targets that worsened."""

from typing import Literal

import polars as pl

from abscopal.derivations.response.lesion_burden import derive_settled_sightings
from abscopal.derivations.response.records import (
    READING,
    RECORD,
    VISIT,
    derive_named_rows,
    derive_numbered_rows,
    derive_record_names,
)

ON = {"en": " on ", "fr": " le "}
NAMES = [
    "NEWNAMES",
    "NEWCOUNT",
    "APPEARED",
    "POSSIBLE",
    "WORSENED",
    "WORSENEDINJ",
    "WORSENEDNINJ",
    "TARGETSSEEN",
    "TARGETSSEENINJ",
    "TARGETSSEENNINJ",
]


def derive_named_lesions(assessments: pl.DataFrame, *, language: Literal["en", "fr"]) -> pl.DataFrame:
    """Name, at each assessment, the lesions that a sentence about its response should name.

    A new lesion that was first suspected and later established is named from its first appearance on, as it is
    counted.

    Args:
        assessments: one row per patient, reader, lesion and assessment, as `LesionAssessments`.
        language: en or fr, for the word before a date.

    Returns:
        One row per patient, reader and assessment: USUBJID, READER, AVISITN; NEWNAMES (new lesions that stand,
        each with the day it was first seen) and NEWCOUNT, APPEARED (those first seen at this assessment), POSSIBLE
        (suspected, not settled), WORSENED (non-targets unequivocally worse), WORSENEDINJ and WORSENEDNINJ (those of
        them injected before this scan, and those not injected by then), TARGETSSEEN (how many targets have a
        length, gone ones included), TARGETSSEENINJ and TARGETSSEENNINJ (those of them injected before this scan, and
        those not; null where one was first injected on the day of the scan). Empty where there is none.

    Example:
        >>> from datetime import date
        >>> rows = pl.DataFrame({
        ...     "USUBJID": "P1", "READER": "A", "TULNKID": ["NT01", "NT01", "N01"], "AVISITN": [0, 1, 1],
        ...     "ADT": [date(2024, 1, 2), date(2024, 3, 2), date(2024, 3, 2)],
        ...     "INJDT": pl.Series([None] * 3, dtype=pl.Date),
        ...     "LSTENTH": pl.Series([None] * 3, dtype=pl.Int64),
        ...     "LSROLE": ["NON-TARGET", "NON-TARGET", "NEW"],
        ...     "LSSTATE": ["PRESENT", "UNEQUIVOCAL_PROGRESSION", "UNEQUIVOCAL"]})
        >>> derive_named_lesions(rows, language="en").select("AVISITN", "NEWNAMES", "WORSENED").rows()
        [(0, None, None), (1, 'N01 on 2024-03-02', 'NT01')]
    """
    records = derive_record_names(assessments)
    numbered = derive_numbered_rows(assessments, records)
    sightings = derive_settled_sightings(numbered.lazy()).collect()
    first = (
        sightings.filter("stands")
        .sort(RECORD, "TULNKID", "AVISITN")
        .group_by(RECORD, "TULNKID", maintain_order=True)
        .agg(pl.col("AVISITN", "ADT").first())
    )
    visits = numbered.group_by(VISIT).agg(_count_targets())
    named = (
        visits.join(_name_new(visits, first, language), on=VISIT, how="left")
        .join(_join_names(first, "APPEARED"), on=VISIT, how="left")
        .join(_join_names(sightings.filter(~pl.col("stands")), "POSSIBLE"), on=VISIT, how="left")
    )
    for column, rows in _list_worsened(numbered).items():
        named = named.join(_join_names(rows, column), on=VISIT, how="left")
    return derive_named_rows(named.sort(VISIT), records).select(*READING, "AVISITN", *NAMES)


def _count_targets() -> list[pl.Expr]:
    """How many targets have a length, and of these the injected and the others.

    Whether one injected on the day of the scan counts as injected is a setting: where there is one, the two counts
    are unknown.
    """
    has_length = (pl.col("LSROLE") == "TARGET") & pl.col("LSTENTH").is_not_null()
    injected, scanned = pl.col("INJDT"), pl.col("ADT")
    is_on_the_day = (has_length & (injected == scanned).fill_null(False)).any()
    before = (injected < scanned).fill_null(False)
    counts = {"": has_length, "INJ": has_length & before, "NINJ": has_length & ~before}
    return [
        pl.when((suffix == "") | ~is_on_the_day)
        .then(counted.sum().cast(pl.Int64))
        .alias(f"TARGETSSEEN{suffix}")
        for suffix, counted in counts.items()
    ]


def _name_new(visits: pl.DataFrame, first: pl.DataFrame, language: Literal["en", "fr"]) -> pl.DataFrame:
    """The new lesions seen by each assessment, in the order in which they were seen."""
    known = (
        visits.select(VISIT)
        .join(first.rename({"AVISITN": "SINCE"}), on=RECORD)
        .filter(pl.col("AVISITN") >= pl.col("SINCE"))
    )
    name = pl.col("TULNKID") + ON[language] + pl.col("ADT").cast(pl.String)
    return (
        known.sort(*VISIT, "ADT", "TULNKID")
        .group_by(VISIT, maintain_order=True)
        .agg(NEWNAMES=name.str.join(", "), NEWCOUNT=pl.len())
    )


def _join_names(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    return (
        rows.sort(*VISIT, "TULNKID")
        .group_by(VISIT, maintain_order=True)
        .agg(pl.col("TULNKID").str.join(", ").alias(column))
    )


def _list_worsened(numbered: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Non-targets that worsened, and of these the injected and the others.

    Whether one injected on the day of the scan counts as injected is a setting: it is in neither.
    """
    worse = numbered.filter(
        pl.col("LSROLE") == "NON-TARGET",
        pl.col("LSSTATE") == "UNEQUIVOCAL_PROGRESSION",
        pl.col("AVISITN") > 0,
    )
    injected, scanned = pl.col("INJDT"), pl.col("ADT")
    return {
        "WORSENED": worse,
        "WORSENEDINJ": worse.filter((injected < scanned).fill_null(False)),
        "WORSENEDNINJ": worse.filter((injected > scanned).fill_null(True)),
    }
