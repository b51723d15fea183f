"""Relapse-free survival: from the start to the return of a disease that was removed, or to death."""

import dataframely as dy
import polars as pl

from abscopal.derivations.partial_dates import impute_date
from abscopal.derivations.time_to_event.time_rows import (
    AnalysisSet,
    Counting,
    StartDate,
    derive_starting_patients,
    derive_time_rows,
)
from abscopal.tables.adam.adsl import SubjectLevel
from abscopal.tables.adam.adtte import TimeToEvent
from abscopal.tables.sdtm.ds import Disposition

RELAPSE_TERMS = ("DISEASE RELAPSE", "RECURRENT DISEASE")


def derive_relapse_free_survival(
    adsl: dy.DataFrame[SubjectLevel],
    ds: dy.DataFrame[Disposition],
    *,
    relapse_terms: tuple[str, ...] = RELAPSE_TERMS,
    analysis_set: AnalysisSet = "ITTFL",
    start: StartDate = "REFDT",
    counting: Counting = "elapsed_days",
) -> dy.DataFrame[TimeToEvent]:
    """Count the time from the start to relapse or death, whichever comes first.

    Where every lesion is removed, nothing is left to measure: the relapse is what the team recorded as such.
    The living without relapse are censored when last known alive. A partial date of relapse is put on its
    first day.

    Args:
        adsl: patients.
        ds: disposition, in which a relapse is a row of its own.
        relapse_terms: DSDECOD of a relapse.
        analysis_set: whose time is counted.
        start: where time starts.
        counting: days elapsed since the start, or one more.

    Returns:
        One row per patient of the set whose start is known (PARAMCD RFS).

    Reference:
        FDA, Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics (2018), section III.B.

    Example:
        >>> from datetime import date
        >>> adsl = SubjectLevel.validate(pl.concat([SubjectLevel.create_empty(), pl.DataFrame({
        ...     "STUDYID": "S1", "USUBJID": ["P1", "P2", "P3"], "SUBJID": ["1", "2", "3"], "SITEID": "10",
        ...     "SEX": "F", "ITTFL": "Y", "REFDT": date(2024, 1, 1), "DTHFL": ["Y", "Y", "N"],
        ...     "DTHDT": [date(2024, 6, 1), date(2024, 2, 1), None], "LSTALVDT": date(2024, 3, 1),
        ... })], how="diagonal"))
        >>> ds = Disposition.validate(pl.concat([Disposition.create_empty(), pl.DataFrame({
        ...     "STUDYID": "S1", "DOMAIN": "DS", "USUBJID": ["P1"], "DSSEQ": 3, "DSTERM": "Scar",
        ...     "DSDECOD": "DISEASE RELAPSE", "DSSTDTC": "2024-03-31"})], how="diagonal_relaxed"), cast=True)
        >>> derive_relapse_free_survival(adsl, ds).select("USUBJID", "AVAL", "CNSR", "EVNTDESC").rows()
        [('P1', 90.0, 0, 'DISEASE RELAPSE'), ('P2', 31.0, 0, 'DEATH'), ('P3', 60.0, 1, 'CENSORED')]
    """
    patients = derive_starting_patients(adsl, analysis_set=analysis_set, start=start)
    relapse, imputed = impute_date("DSSTDTC", rule="first")
    relapses = (
        ds.filter(pl.col("DSDECOD").is_in(relapse_terms))
        .select("USUBJID", RELAPSEDT=relapse, RELAPSEDTF=imputed, RELAPSESEQ="DSSEQ")
        .filter(pl.col("RELAPSEDT").is_not_null())
        .sort("USUBJID", "RELAPSEDT", "RELAPSESEQ")
        .unique("USUBJID", keep="first", maintain_order=True)
    )
    kind = (
        pl.when((pl.col("RELAPSEDT") <= pl.col("DEATHDT")).fill_null(pl.col("RELAPSEDT").is_not_null()))
        .then(pl.lit("DISEASE RELAPSE"))
        .when(pl.col("DEATHDT").is_not_null())
        .then(pl.lit("DEATH"))
        .otherwise(pl.lit("CENSORED"))
    )
    followed = patients.join(relapses, on="USUBJID", how="left").with_columns(EVNTDESC=kind)
    return derive_time_rows(
        _describe(followed),
        parameter="RFS",
        label="Relapse-free survival",
        ruleset="relapse_or_death",
        counting=counting,
    )


def _describe(patients: pl.DataFrame) -> pl.DataFrame:
    has_relapsed, has_died = pl.col("EVNTDESC") == "DISEASE RELAPSE", pl.col("EVNTDESC") == "DEATH"
    is_censored = pl.col("EVNTDESC") == "CENSORED"
    was_seen = pl.col("LSTALVDT").is_not_null()
    return patients.with_columns(
        ADT=pl.when(has_relapsed)
        .then("RELAPSEDT")
        .when(has_died)
        .then("DEATHDT")
        .otherwise(pl.coalesce("LSTALVDT", "STARTDT")),
        ADTF=pl.when(has_relapsed).then("RELAPSEDTF").when(has_died).then("DEATHDTF"),
        CNSR=pl.when(is_censored).then(1).otherwise(0),
        CNSDTDSC=pl.when(is_censored & was_seen)
        .then(pl.lit("LAST KNOWN ALIVE"))
        .when(is_censored)
        .then(pl.lit("START OF TIME")),
        REASON=pl.when(is_censored).then(pl.lit("NO_EVENT")),
        SRCDOM=pl.when(has_relapsed).then(pl.lit("DS")).otherwise(pl.lit("ADSL")),
        SRCVAR=pl.when(has_relapsed)
        .then(pl.lit("DSSTDTC"))
        .when(has_died)
        .then("DEATHVAR")
        .when(was_seen)
        .then(pl.lit("LSTALVDT"))
        .otherwise("STARTVAR"),
        SRCSEQ=pl.when(has_relapsed).then("RELAPSESEQ"),
    )
