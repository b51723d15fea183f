"""Targets and non-targets that a reader lists only after baseline: set apart by name, the rest is judged.

Such a lesion has no baseline, and as one that is followed it would be missing from every earlier assessment: a word
written at the last scan would take back all responses before it.
"""

import polars as pl

from abscopal.derivations.response.records import READING

LESION = [*READING, "TULNKID"]
LATE_LESION = "LATE_LESION"
ENGLISH = (
    "{} is listed as a {} first at visit {} ({}) and is left out; targets and non-targets are chosen at baseline: "
    "record it as a new lesion, or correct its name or date"
)
FRENCH = (
    "{} est notée comme {} pour la première fois à la visite {} ({}) et n’est pas comptée ; cibles et non-cibles "
    "sont choisies au bilan initial : notez-la comme nouvelle lésion, ou corrigez son nom ou sa date"
)


def derive_lesions_after_baseline(numbered: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """Find the targets and non-targets whose first trace is after the baseline of their reader.

    A doubt sets nothing apart: a lesion that its reader does not name, or names without a whole date, stays; and
    so does a target of a reader who has no target at baseline, where baseline itself is incomplete.

    Args:
        numbered: lesions at their assessments: USUBJID, READER, TULNKID, AVISITN, ADT, LSROLE.
        named: lesions as their readers name them: USUBJID, READER, TULNKID, ADT, ADTF.

    Returns:
        One row per lesion: USUBJID, READER, TULNKID, LSROLE, AVISITN and ADT of its first assessment.

    Example:
        >>> from datetime import date
        >>> days = [date(2024, 1, 1), date(2024, 3, 1), date(2024, 3, 1)]
        >>> rows = pl.DataFrame({
        ...     "USUBJID": "P1", "READER": "A", "TULNKID": ["T01", "T01", "T02"], "AVISITN": [0, 1, 1], "ADT": days,
        ...     "LSROLE": "TARGET"})
        >>> named = pl.DataFrame({
        ...     "USUBJID": "P1", "READER": "A", "TULNKID": ["T01", "T02"], "ADT": [days[0], days[1]], "ADTF": None})
        >>> derive_lesions_after_baseline(rows, named).select("TULNKID", "AVISITN").rows()
        [('T02', 1)]
    """
    followed = numbered.filter(pl.col("LSROLE").is_in(["TARGET", "NON-TARGET"]))
    baseline = followed.filter(pl.col("AVISITN") == 0)
    readings = baseline.group_by(READING).agg(
        LAST_OF_BASELINE=pl.col("ADT").max(), HAS_TARGET=(pl.col("LSROLE") == "TARGET").any()
    )
    whole_date = pl.col("ADT").is_not_null() & pl.col("ADTF").is_null()
    first_named = named.group_by(LESION).agg(NAMED=pl.when(whole_date.all()).then(pl.col("ADT").min()))
    first_seen = (
        followed.join(baseline, on=LESION, how="anti")
        .sort("AVISITN")
        .group_by(LESION, maintain_order=True)
        .agg(pl.col("LSROLE", "AVISITN", "ADT").first())
    )
    return (
        first_seen.join(readings, on=READING)
        .join(first_named, on=LESION)
        .filter(
            pl.col("NAMED") > pl.col("LAST_OF_BASELINE"),
            pl.col("HAS_TARGET") | (pl.col("LSROLE") == "NON-TARGET"),
        )
        .select(*LESION, "LSROLE", "AVISITN", "ADT")
        .sort(LESION)
    )


def explain_late_lesions(late: pl.DataFrame) -> pl.DataFrame:
    """Say of each late lesion what it is, where it appears and what to do.

    Args:
        late: what `derive_lesions_after_baseline` found.

    Returns:
        One row per lesion: USUBJID, READER, FINDING, LESIONS, MESSAGE in English, MESSAGEFR in French.
    """
    is_target = pl.col("LSROLE") == "TARGET"
    english = pl.when(is_target).then(pl.lit("target")).otherwise(pl.lit("non-target"))
    french = pl.when(is_target).then(pl.lit("cible")).otherwise(pl.lit("non-cible"))
    return late.select(
        *READING,
        FINDING=pl.lit(LATE_LESION),
        LESIONS=pl.lit(1, dtype=pl.Int64),
        MESSAGE=pl.format(ENGLISH, "TULNKID", english, "AVISITN", "ADT"),
        MESSAGEFR=pl.format(FRENCH, "TULNKID", french, "AVISITN", "ADT"),
    )
