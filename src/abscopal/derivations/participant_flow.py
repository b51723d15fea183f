"""The flow of patients through the trial: how many at each step, why they left, who is in no denominator."""

import dataframely as dy
import polars as pl

from abscopal.tables.adam.adsl import SubjectLevel
from abscopal.tables.columns import key_text, required_text
from abscopal.tables.sdtm.ie import InclusionExclusion

STAGES = (
    "SCREENED",
    "SCREEN_FAILURE",
    "ENROLLED",
    "RANDOMISED",
    "INTENTION_TO_TREAT",
    "TREATED",
    "NOT_TREATED",
    "COMPLETED_TREATMENT",
    "STOPPED_TREATMENT",
    "ON_TREATMENT",
    "SAFETY",
    "RESPONSE",
    "EVALUABLE",
)
ANALYSIS_SETS = {
    "ITTFL": "INTENTION_TO_TREAT",
    "SAFFL": "SAFETY",
    "RESPFL": "RESPONSE",
    "EVALFL": "EVALUABLE",
}
NOT_RECORDED = "NOT RECORDED"
ALL_ARMS = "ALL"


class FlowCounts(dy.Schema):
    """Number of patients at each step of the trial, by arm, in all and by reason."""

    STAGE = key_text("Step, one of STAGES")
    ARM = key_text("Arm: planned, but received for SAFETY; ALL for every arm together")
    DETAIL = dy.String(primary_key=True, description="Reason; empty text for the whole step")
    N = dy.Int64(min=0, description="Patients")


class SetExclusions(dy.Schema):
    """One row per enrolled patient and analysis set that the patient is missing from, with the reason."""

    ANALSET = key_text("Analysis set, one of the values of ANALYSIS_SETS")
    USUBJID = key_text("Patient identifier, unique across studies")
    ARM = required_text("Planned arm")
    REASON = required_text("Why the patient is not in the set")


def derive_flow_counts(
    adsl: dy.DataFrame[SubjectLevel], *, ie: dy.DataFrame[InclusionExclusion] | None = None
) -> dy.DataFrame[FlowCounts]:
    """Count the patients of each step of a CONSORT diagram, and why the others left.

    A patient may fail several criteria: reasons for screen failure may add up to more than the failures.

    Args:
        adsl: patients.
        ie: criteria not met, as reasons for screen failure.

    Returns:
        One row per step, arm and reason in the order of STAGES; DETAIL is empty for the whole step.

    Reference:
        CONSORT 2010, item 13 (doi:10.1136/bmj.c332).

    Example:
        >>> adsl = SubjectLevel.validate(pl.concat([SubjectLevel.create_empty(), pl.DataFrame({
        ...     "STUDYID": "S1", "USUBJID": ["P1", "P2", "P3"], "SUBJID": ["1", "2", "3"], "SITEID": "10",
        ...     "SEX": "F", "TRT01P": ["A", "A", None], "SCRFL": "Y", "SCRFFL": ["N", "N", "Y"],
        ...     "ENRLFL": ["Y", "Y", "N"], "SAFFL": ["Y", "N", "N"], "DCSREAS": [None, "WITHDRAWAL", None],
        ... })], how="diagonal"))
        >>> flow = derive_flow_counts(adsl)
        >>> flow.filter(pl.col("ARM") == "ALL").select("STAGE", "DETAIL", "N").head(6).rows()
        [('SCREENED', '', 3), ('SCREEN_FAILURE', '', 1), ('SCREEN_FAILURE', 'NOT RECORDED', 1),
         ('ENROLLED', '', 2), ('RANDOMISED', '', 0), ('INTENTION_TO_TREAT', '', 0)]
    """
    is_enrolled, is_treated = pl.col("ENRLFL") == "Y", pl.col("SAFFL") == "Y"
    has_completed = (pl.col("DCTREAS") == "COMPLETED").fill_null(False)
    has_stopped = pl.col("DCTREAS").is_not_null() & ~has_completed
    left = pl.coalesce("DCTREAS", "DCSREAS", pl.lit(NOT_RECORDED))
    parts = [
        _count_stage(adsl, "SCREENED", pl.col("SCRFL") == "Y"),
        _count_stage(adsl, "SCREEN_FAILURE", pl.col("SCRFFL") == "Y"),
        _count_failed_criteria(adsl, ie),
        _count_stage(adsl, "ENROLLED", is_enrolled),
        _count_stage(adsl, "RANDOMISED", pl.col("RANDFL") == "Y"),
        _count_stage(adsl, "INTENTION_TO_TREAT", pl.col("ITTFL") == "Y"),
        _count_stage(adsl, "TREATED", is_treated),
        _count_stage(adsl, "NOT_TREATED", is_enrolled & ~is_treated, reason=left),
        _count_stage(adsl, "COMPLETED_TREATMENT", is_treated & has_completed),
        _count_stage(adsl, "STOPPED_TREATMENT", is_treated & has_stopped, reason=left),
        _count_stage(adsl, "ON_TREATMENT", is_treated & pl.col("DCTREAS").is_null()),
        _count_stage(adsl, "SAFETY", is_treated, arm="TRT01A"),
        _count_stage(adsl, "RESPONSE", pl.col("RESPFL") == "Y"),
        _count_stage(adsl, "EVALUABLE", pl.col("EVALFL") == "Y"),
    ]
    order = pl.col("STAGE").replace_strict({stage: place for place, stage in enumerate(STAGES)})
    counts = pl.concat(parts).sort(order, pl.col("ARM") != ALL_ARMS, "ARM", "DETAIL")
    return FlowCounts.validate(counts, cast=True)


def list_set_exclusions(adsl: dy.DataFrame[SubjectLevel]) -> dy.DataFrame[SetExclusions]:
    """List the enrolled patients who are missing from each analysis set, and why.

    Args:
        adsl: patients.

    Returns:
        One row per analysis set and patient missing from it. A set that was not derived has no row.

    Example:
        >>> adsl = SubjectLevel.validate(pl.concat([SubjectLevel.create_empty(), pl.DataFrame({
        ...     "STUDYID": "S1", "USUBJID": ["P1", "P2"], "SUBJID": ["1", "2"], "SITEID": "10", "SEX": "F",
        ...     "TRT01P": "A", "ENRLFL": "Y", "ITTFL": "Y", "SAFFL": ["Y", "N"],
        ... })], how="diagonal"))
        >>> list_set_exclusions(adsl).rows()
        [('SAFETY', 'P2', 'A', 'NOT TREATED: NOT RECORDED')]
    """
    left = pl.coalesce("DCTREAS", "DCSREAS", pl.lit(NOT_RECORDED))
    not_treated = pl.concat_str(pl.lit("NOT TREATED: "), left)
    is_treated = pl.col("SAFFL") == "Y"
    reasons = {
        "ITTFL": pl.lit("NOT RANDOMISED"),
        "SAFFL": not_treated,
        "RESPFL": pl.lit("NO DISEASE ASSESSED AT BASELINE"),
        "EVALFL": pl.when(is_treated)
        .then(pl.lit("NOT EVALUABLE BY THE RULE OF THE ENDPOINT"))
        .otherwise(not_treated),
    }
    missing = [
        adsl.filter((pl.col("ENRLFL") == "Y") & (pl.col(column) == "N")).select(
            "USUBJID",
            ANALSET=pl.lit(name),
            ARM=pl.col("TRT01P").fill_null("NO ARM"),
            REASON=reasons[column],
        )
        for column, name in ANALYSIS_SETS.items()
    ]
    order = pl.col("ANALSET").replace_strict({name: n for n, name in enumerate(ANALYSIS_SETS.values())})
    return SetExclusions.validate(pl.concat(missing).sort(order, "USUBJID"), cast=True)


def _count_stage(
    adsl: pl.DataFrame, stage: str, condition: pl.Expr, *, arm: str = "TRT01P", reason: pl.Expr | None = None
) -> pl.DataFrame:
    arms = adsl["TRT01P"].drop_nulls().unique().sort()
    inside = adsl.filter(condition.fill_null(False)).select(
        ARM=pl.col(arm), DETAIL=reason if reason is not None else pl.lit("")
    )
    by_arm = (
        pl.DataFrame(
            {"ARM": pl.concat([arms, inside["ARM"].drop_nulls()]).unique()}, schema={"ARM": pl.String}
        )
        .join(inside.group_by("ARM").len("N"), on="ARM", how="left")
        .with_columns(pl.col("N").fill_null(0).cast(pl.Int64), DETAIL=pl.lit(""))
    )
    whole = pl.DataFrame({"ARM": [ALL_ARMS], "DETAIL": [""], "N": [inside.height]})
    parts = [by_arm.select("ARM", "DETAIL", "N"), whole]
    if reason is not None:
        together = inside.with_columns(ARM=pl.lit(ALL_ARMS))
        parts += [
            frame.group_by("ARM", "DETAIL").agg(N=pl.len().cast(pl.Int64))
            for frame in (inside.filter(pl.col("ARM").is_not_null()), together)
        ]
    return pl.concat(parts).with_columns(STAGE=pl.lit(stage))


def _count_failed_criteria(adsl: pl.DataFrame, ie: pl.DataFrame | None) -> pl.DataFrame:
    failures = adsl.filter(pl.col("SCRFFL") == "Y").select("USUBJID")
    criteria = (
        failures.with_columns(DETAIL=pl.lit(None, dtype=pl.String))
        if ie is None
        else failures.join(ie.select("USUBJID", DETAIL="IETEST"), on="USUBJID", how="left")
    )
    return (
        criteria.with_columns(pl.col("DETAIL").fill_null(NOT_RECORDED))
        .group_by("DETAIL")
        .agg(N=pl.col("USUBJID").n_unique().cast(pl.Int64))
        .select(ARM=pl.lit(ALL_ARMS), DETAIL="DETAIL", N="N", STAGE=pl.lit("SCREEN_FAILURE"))
    )
