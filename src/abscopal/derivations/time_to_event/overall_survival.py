"""Overall survival: from the start to death of any cause; the living are censored when last known alive."""

import dataframely as dy
import polars as pl

from abscopal.derivations.time_to_event.time_rows import (
    AnalysisSet,
    Counting,
    StartDate,
    derive_starting_patients,
    derive_time_rows,
)
from abscopal.tables.adam.adsl import SubjectLevel
from abscopal.tables.adam.adtte import TimeToEvent


def derive_overall_survival(
    adsl: dy.DataFrame[SubjectLevel],
    *,
    analysis_set: AnalysisSet = "ITTFL",
    start: StartDate = "REFDT",
    counting: Counting = "elapsed_days",
) -> dy.DataFrame[TimeToEvent]:
    """Count the time from the start to death of any cause.

    Args:
        adsl: patients.
        analysis_set: whose survival is counted.
        start: where time starts.
        counting: days elapsed since the start, or one more.

    Returns:
        One row per patient of the set whose start is known (PARAMCD OS). Nobody is censored before the start.

    Reference:
        FDA, Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics (2018), section III.A.

    Example:
        >>> from datetime import date
        >>> adsl = SubjectLevel.validate(pl.concat([SubjectLevel.create_empty(), pl.DataFrame({
        ...     "STUDYID": "S1", "USUBJID": ["P1", "P2"], "SUBJID": ["1", "2"], "SITEID": "10", "SEX": "F",
        ...     "ITTFL": "Y", "REFDT": date(2024, 1, 1), "DTHFL": ["Y", "N"],
        ...     "DTHDT": [date(2024, 3, 1), None], "LSTALVDT": [date(2024, 2, 1), date(2024, 6, 1)],
        ... })], how="diagonal"))
        >>> derive_overall_survival(adsl).select("USUBJID", "AVAL", "CNSR", "SRCVAR").rows()
        [('P1', 60.0, 0, 'DTHDT'), ('P2', 152.0, 1, 'LSTALVDT')]
    """
    patients = derive_starting_patients(adsl, analysis_set=analysis_set, start=start)
    has_died, was_seen = pl.col("DEATHDT").is_not_null(), pl.col("LSTALVDT").is_not_null()
    decided = patients.with_columns(
        ADT=pl.coalesce("DEATHDT", "LSTALVDT", "STARTDT"),
        ADTF=pl.when(has_died).then("DEATHDTF"),
        CNSR=pl.when(has_died).then(0).otherwise(1),
        EVNTDESC=pl.when(has_died).then(pl.lit("DEATH")).otherwise(pl.lit("CENSORED")),
        CNSDTDSC=pl.when(~has_died & was_seen)
        .then(pl.lit("LAST KNOWN ALIVE"))
        .when(~has_died)
        .then(pl.lit("START OF TIME")),
        REASON=pl.when(~has_died).then(pl.lit("ALIVE")),
        SRCDOM=pl.lit("ADSL"),
        SRCVAR=pl.when(has_died)
        .then("DEATHVAR")
        .when(was_seen)
        .then(pl.lit("LSTALVDT"))
        .otherwise("STARTVAR"),
    )
    return derive_time_rows(
        decided, parameter="OS", label="Overall survival", ruleset="all_deaths", counting=counting
    )
