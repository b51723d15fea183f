"""Adverse events of treated patients: who had any, and the worst grade of each term."""

import polars as pl

from abscopal.derivations.event_selection import EventSelection
from abscopal.derivations.safety.worst_grade import derive_grade_counts
from abscopal.estimation.proportions import estimate_proportion
from abscopal.evidence.plan.readings import ALL_ARMS, Readings

WORST, OVERALL = "worst_grade", "adverse_events"
GROUPS: dict[str, pl.Expr] = {
    "any_event": pl.lit(True),
    "related": pl.col("TRTRELFL") == "Y",
    "severe_any": pl.col("SEVFL") == "Y",
    "severe_related": (pl.col("SEVFL") == "Y") & (pl.col("TRTRELFL") == "Y"),
    "serious": pl.col("AESER") == "Y",
    "immune": pl.col("IRAEFL") == "Y",
    "severe_immune": (pl.col("IRAEFL") == "Y") & (pl.col("SEVFL") == "Y"),
    "term_flag": pl.col("IRAETERM") == "Y",
    "investigator_flag": pl.col("IRAEINV") == "Y",
    "fatal": pl.col("ATOXGRN") == 5,
}
IMMUNE_GROUPS = ("immune", "severe_immune")


def estimate_toxicity(readings: Readings) -> None:
    """Count treated patients with events of each kind, and by term at the worst grade.

    Args:
        readings: analysis tables and list of estimates; without ADAE nothing is counted.
    """
    events = readings.tables.get("adae")
    if events is None:
        return
    emergent = events.filter(pl.col("TRTEMFL") == "Y")
    for name, condition in GROUPS.items():
        with_event = emergent.filter(condition.fill_null(False)).select("USUBJID").unique()
        for arm in (*readings.arms, ALL_ARMS):
            patients = readings.patients("SAFFL", arm)
            count = patients.join(with_event, on="USUBJID", how="semi").height
            readings.estimates.take(
                OVERALL,
                name,
                estimate_proportion(count, patients.height),
                population="SAFFL",
                arm=arm,
                source="ADAE",
            )
    _estimate_worst_grades(readings)


def _estimate_worst_grades(readings: Readings) -> None:
    counts = derive_grade_counts(
        readings.tables["adae"],  # type: ignore[arg-type]
        readings.tables["adsl"],  # type: ignore[arg-type]
        level="term",
        selection=EventSelection(),
        ctcae_versions=readings.ctcae_versions,
    )
    severe = [str(grade) for grade in range(severe_grade(readings), 6)]
    named = counts.filter(pl.col("GRADE").is_in(["ANY", *severe]) & (pl.col("ARM") != "ALL")).with_columns(
        NAME=pl.when(pl.col("GRADE") == "ANY").then(pl.lit("any")).otherwise(pl.lit("severe"))
    )
    shown = named.group_by("LEVEL", "ARM", "NAME", maintain_order=True).agg(
        pl.col("N").sum(), pl.col("DENOM").first()
    )
    for term, arm, name, count, patients in shown.select("LEVEL", "ARM", "NAME", "N", "DENOM").iter_rows():
        if arm not in readings.arms:
            continue
        readings.estimates.take(
            WORST,
            f"{name}: {term}",
            estimate_proportion(count, patients),
            population="SAFFL",
            arm=arm,
            source="ADAE, derivations.safety.worst_grade",
        )


def severe_grade(readings: Readings) -> int:
    """The grade from which the study calls an event severe; 3 where it does not say."""
    return readings.protocol.safety.severe_grade.value or 3
