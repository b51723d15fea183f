"""The worst grade of each patient, and how many patients of each arm reached each grade."""

from collections.abc import Sequence
from typing import Literal

import dataframely as dy
import polars as pl

from abscopal.derivations.event_selection import EventSelection
from abscopal.derivations.safety.adverse_events import assert_ctcae_versions
from abscopal.tables.adam.adae import AdverseEventAnalysis
from abscopal.tables.adam.adsl import SubjectLevel
from abscopal.tables.columns import key_text, text

Level = Literal["patient", "term", "body_system", "immune_category"]
_COLUMNS: dict[Level, str | None] = {
    "patient": None,
    "term": "AEDECOD",
    "body_system": "AEBODSYS",
    "immune_category": "IRAECAT",
}
GRADES = ("ANY", "1", "2", "3", "4", "5", "3-5", "UNGRADED")


class WorstGrades(dy.Schema):
    """One row per patient and level, with the worst grade reached."""

    USUBJID = key_text("Patient identifier, unique across studies")
    LEVEL = dy.String(
        primary_key=True, description="Term, body system or category; empty text for the patient"
    )
    TRT01A = text("Treatment received")
    WORST = dy.Int64(
        nullable=True, min=1, max=5, description="Worst CTCAE grade; empty if no event was graded"
    )


class GradeCounts(dy.Schema):
    """Patients by arm, level and worst grade, with the denominator of the safety set."""

    LEVEL = dy.String(
        primary_key=True, description="Term, body system or category; empty text for the patient"
    )
    ARM = key_text("Treatment received; ALL for every arm together")
    GRADE = key_text("Worst grade: 1 to 5, 3-5, ANY, or UNGRADED")
    N = dy.Int64(min=0, description="Patients with that worst grade")
    DENOM = dy.Int64(min=0, description="Patients in the safety set of the arm")


def derive_worst_grades(
    adae: dy.DataFrame[AdverseEventAnalysis],
    adsl: dy.DataFrame[SubjectLevel],
    *,
    level: Level = "patient",
    selection: EventSelection | None = None,
    ctcae_versions: Sequence[str] = (),
) -> dy.DataFrame[WorstGrades]:
    """Keep the worst grade of each patient of the safety set, over all events or within a term or category.

    Args:
        adae: adverse events with their flags.
        adsl: patients; the safety set is counted.
        level: what the worst grade is taken within.
        selection: the events that count; treatment-emergent ones by default.
        ctcae_versions: versions that grades may follow; none accepts any single one.

    Returns:
        One row per patient and level with at least one such event, in key order.

    Raises:
        TablesError: grades follow more than one version of CTCAE, or another than those named.

    Example:
        >>> adsl = SubjectLevel.validate(pl.concat([SubjectLevel.create_empty(), pl.DataFrame({
        ...     "STUDYID": "S1", "USUBJID": ["P1"], "SUBJID": "1", "SITEID": "10", "SEX": "F", "TRT01A": "A",
        ...     "SAFFL": "Y"})], how="diagonal"))
        >>> empty = AdverseEventAnalysis.create_empty()
        >>> adae = AdverseEventAnalysis.validate(pl.concat([empty, pl.DataFrame({
        ...     "STUDYID": "S1", "USUBJID": "P1", "AESEQ": [1, 2], "AEDECOD": ["Rash", "Colitis"],
        ...     "ATOXGRN": [2, 3], "TRTEMFL": "Y"})], how="diagonal"))
        >>> derive_worst_grades(adae, adsl).select("USUBJID", "WORST").rows()
        [('P1', 3)]
    """
    assert_ctcae_versions(adae, allowed=ctcae_versions)
    counted = (selection or EventSelection()).condition
    column = _COLUMNS[level]
    place = pl.col(column) if column else pl.lit("")
    patients = adsl.filter(pl.col("SAFFL") == "Y").select("USUBJID", "TRT01A")
    worst = (
        adae.filter(counted)
        .drop("TRT01A")
        .join(patients, on="USUBJID", how="inner")
        .with_columns(LEVEL=place)
        .filter(pl.col("LEVEL").is_not_null())
        .group_by("USUBJID", "LEVEL", "TRT01A")
        .agg(WORST=pl.col("ATOXGRN").max())
    )
    return WorstGrades.validate(worst.sort("USUBJID", "LEVEL"), cast=True)


def derive_grade_counts(
    adae: dy.DataFrame[AdverseEventAnalysis],
    adsl: dy.DataFrame[SubjectLevel],
    *,
    level: Level = "patient",
    selection: EventSelection | None = None,
    ctcae_versions: Sequence[str] = (),
) -> dy.DataFrame[GradeCounts]:
    """Count the patients of each arm by worst grade; patients are counted, never events.

    Args:
        adae: adverse events with their flags.
        adsl: patients; denominators are the safety set of each arm received.
        level: what the worst grade is taken within.
        selection: the events that count; treatment-emergent ones by default.
        ctcae_versions: versions that grades may follow; none accepts any single one.

    Returns:
        One row per level, arm and grade, zeros included; the arm ALL holds every arm together.

    Raises:
        TablesError: grades follow more than one version of CTCAE, or another than those named.

    Example:
        >>> adsl = SubjectLevel.validate(pl.concat([SubjectLevel.create_empty(), pl.DataFrame({
        ...     "STUDYID": "S1", "USUBJID": ["P1", "P2"], "SUBJID": ["1", "2"], "SITEID": "10", "SEX": "F",
        ...     "TRT01A": "A", "SAFFL": "Y"})], how="diagonal"))
        >>> empty = AdverseEventAnalysis.create_empty()
        >>> adae = AdverseEventAnalysis.validate(pl.concat([empty, pl.DataFrame({
        ...     "STUDYID": "S1", "USUBJID": "P1", "AESEQ": [1, 2], "AEDECOD": ["Rash", "Colitis"],
        ...     "ATOXGRN": [2, 3], "TRTEMFL": "Y"})], how="diagonal"))
        >>> counts = derive_grade_counts(adae, adsl)
        >>> counts.filter((pl.col("ARM") == "A") & (pl.col("N") > 0)).select("GRADE", "N", "DENOM").rows()
        [('ANY', 1, 2), ('3', 1, 2), ('3-5', 1, 2)]
    """
    worst = derive_worst_grades(adae, adsl, level=level, selection=selection, ctcae_versions=ctcae_versions)
    treated = adsl.filter(pl.col("SAFFL") == "Y").select(ARM="TRT01A")
    everyone = pl.DataFrame({"ARM": ["ALL"], "DENOM": [treated.height]})
    arms = treated.drop_nulls().group_by("ARM").agg(DENOM=pl.len().cast(pl.Int64))
    denominators = pl.concat([arms, everyone])
    by_arm = worst.select("LEVEL", "WORST", ARM="TRT01A").drop_nulls("ARM")
    graded = pl.concat([by_arm, worst.select("LEVEL", "WORST", ARM=pl.lit("ALL"))]).with_columns(
        GRADE=pl.col("WORST").cast(pl.String).fill_null("UNGRADED")
    )
    kinds = [
        graded.select("LEVEL", "ARM", "GRADE"),
        graded.select("LEVEL", "ARM", GRADE=pl.lit("ANY")),
        graded.filter(pl.col("WORST") >= 3).select("LEVEL", "ARM", GRADE=pl.lit("3-5")),
    ]
    found = pl.concat(kinds).group_by("LEVEL", "ARM", "GRADE").agg(N=pl.len().cast(pl.Int64))
    levels = pl.DataFrame({"LEVEL": [""]}) if level == "patient" else worst.select("LEVEL").unique()
    order = pl.col("GRADE").replace_strict({grade: place for place, grade in enumerate(GRADES)})
    counts = (
        levels.join(denominators, how="cross")
        .join(pl.DataFrame({"GRADE": GRADES}), how="cross")
        .join(found, on=["LEVEL", "ARM", "GRADE"], how="left")
        .with_columns(pl.col("N").fill_null(0))
        .sort("LEVEL", pl.col("ARM") == "ALL", "ARM", order)
    )
    return GradeCounts.validate(counts, cast=True)
