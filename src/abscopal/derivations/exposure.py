"""ADEX: every dose given, the sums of each treatment, and which lesions were injected on which day."""

import dataframely as dy
import polars as pl

from abscopal.derivations.partial_dates import ImputationRule, impute_date
from abscopal.derivations.record_kinds import is_given
from abscopal.derivations.study_days import compute_study_day
from abscopal.tables.adam.adex import ExposureAnalysis
from abscopal.tables.adam.adsl import SubjectLevel
from abscopal.tables.columns import key_text
from abscopal.tables.sdtm.ex import Exposure

INTRATUMOURAL = "INTRATUMORAL"
PARAMETERS = {
    "DOSE": "Dose",
    "TOTDOSE": "Total dose",
    "NDOSE": "Number of days with a dose",
    "NINJ": "Number of lesion injections",
}


class LesionInjections(dy.Schema):
    """One row per injected lesion and day: an injection is a dated fact, never a role fixed at baseline."""

    USUBJID = key_text("Patient identifier, unique across studies")
    TULNKID = key_text("Lesion injected")
    EXTRT = key_text("Treatment")
    EXSEQ = dy.Int64(primary_key=True, min=0, description="Sequence number of the dose")
    INJDT = dy.Date(nullable=True, description="Day of the injection")
    EXDOSE = dy.Float64(nullable=True, min=0, max=1e16, description="Dose given to the lesion (0 to 1e16)")
    EXDOSU = dy.String(nullable=True, description="Unit of the dose")


def derive_adex(
    ex: dy.DataFrame[Exposure], adsl: dy.DataFrame[SubjectLevel], *, start_rule: ImputationRule = "first"
) -> dy.DataFrame[ExposureAnalysis]:
    """List the doses given and add them up by patient and treatment.

    A dose split over several lesions on one day is one day with a dose and several injections. A dose of
    zero was not given: it stays in the list and counts in no number. Doses in different units are not added:
    the total is then empty and names the units.

    Args:
        ex: doses.
        adsl: patients, for the study day; doses of a patient outside it are left out.
        start_rule: imputation of a partial day of dose.

    Returns:
        One row per dose (DOSE) and one per patient, treatment and sum (TOTDOSE, NDOSE, NINJ; EXSEQ 0).

    Example:
        >>> from datetime import date
        >>> adsl = SubjectLevel.validate(pl.concat([SubjectLevel.create_empty(), pl.DataFrame({
        ...     "STUDYID": "S1", "USUBJID": ["P1"], "SUBJID": "1", "SITEID": "10", "SEX": "F",
        ...     "REFDT": date(2024, 1, 1)})], how="diagonal"))
        >>> ex = Exposure.validate(pl.concat([Exposure.create_empty(), pl.DataFrame({
        ...     "STUDYID": "S1", "DOMAIN": "EX", "USUBJID": "P1", "EXSEQ": [1, 2], "EXTRT": "DRUG",
        ...     "EXDOSE": [10.0, 14.0], "EXDOSU": "mg", "EXROUTE": "INTRATUMORAL", "EXLNKID": ["T01", "T02"],
        ...     "EXSTDTC": "2024-01-01"})], how="diagonal"))
        >>> derive_adex(ex, adsl).select("PARAMCD", "EXSEQ", "AVAL", "AVALU").rows()
        [('DOSE', 1, 10.0, 'mg'), ('DOSE', 2, 14.0, 'mg'), ('NDOSE', 0, 1.0, 'DAYS'),
         ('NINJ', 0, 2.0, 'INJECTIONS'), ('TOTDOSE', 0, 24.0, 'mg')]
    """
    start, flag = impute_date("EXSTDTC", rule=start_rule)
    end, _ = impute_date("EXENDTC", rule="last")
    doses = ex.join(adsl.select("USUBJID", "REFDT"), on="USUBJID", how="inner").with_columns(
        PARAMCD=pl.lit("DOSE"), AVAL="EXDOSE", AVALU="EXDOSU", ASTDT=start, ASTDTF=flag, AENDT=end
    )
    doses = doses.with_columns(ASTDY=compute_study_day(pl.col("ASTDT"), pl.col("REFDT")))
    rows = pl.concat([doses, _add_up(doses)], how="diagonal").with_columns(
        PARAM=pl.col("PARAMCD").replace_strict(PARAMETERS)
    )
    return ExposureAnalysis.validate(rows.sort("USUBJID", "PARAMCD", "EXTRT", "EXSEQ"), cast=True)


def derive_lesion_injections(
    ex: dy.DataFrame[Exposure], *, date_rule: ImputationRule = "first"
) -> dy.DataFrame[LesionInjections]:
    """List which lesion received which injection on which day.

    Args:
        ex: doses; an injection has the route INTRATUMORAL and names its lesion.
        date_rule: imputation of a partial day of injection.

    Returns:
        One row per injection of a named lesion, in key order; a dose of zero injected nothing.

    Example:
        >>> ex = Exposure.validate(pl.concat([Exposure.create_empty(), pl.DataFrame({
        ...     "STUDYID": "S1", "DOMAIN": "EX", "USUBJID": "P1", "EXSEQ": [1, 2], "EXTRT": "DRUG",
        ...     "EXDOSE": [10.0, 200.0], "EXROUTE": ["INTRATUMORAL", "INTRAVENOUS"],
        ...     "EXLNKID": ["T01", None], "EXSTDTC": "2024-01-01"})], how="diagonal"))
        >>> derive_lesion_injections(ex).select("TULNKID", "INJDT").rows()
        [('T01', datetime.date(2024, 1, 1))]
    """
    day, _ = impute_date("EXSTDTC", rule=date_rule)
    is_injection = (pl.col("EXROUTE") == INTRATUMOURAL) & pl.col("EXLNKID").is_not_null() & is_given()
    injections = ex.filter(is_injection).with_columns(TULNKID="EXLNKID", INJDT=day)
    return LesionInjections.validate(injections.sort("USUBJID", "TULNKID", "EXTRT", "EXSEQ"), cast=True)


def _add_up(doses: pl.DataFrame) -> pl.DataFrame:
    keys = ["STUDYID", "USUBJID", "EXTRT"]
    units = pl.col("AVALU").drop_nulls().unique().sort()
    is_known = pl.col("AVAL").is_not_null().all() & (pl.col("AVALU").n_unique() == 1)
    undated = pl.col("ASTDT").is_null().sum()
    sums = (
        doses.filter(is_given())
        .group_by(keys)
        .agg(
            TOTDOSE=pl.when(is_known).then(pl.col("AVAL").sum()),
            UNITS=units,
            NDOSE=(pl.col("ASTDT").drop_nulls().n_unique() + undated).cast(pl.Float64),
            NINJ=(pl.col("EXROUTE") == INTRATUMOURAL).sum().cast(pl.Float64),
        )
    )
    long = sums.unpivot(
        ["TOTDOSE", "NDOSE", "NINJ"], index=[*keys, "UNITS"], variable_name="PARAMCD", value_name="AVAL"
    )
    unit = (
        pl.when(pl.col("PARAMCD") == "TOTDOSE")
        .then(pl.col("UNITS").list.join("; "))
        .when(pl.col("PARAMCD") == "NDOSE")
        .then(pl.lit("DAYS"))
        .otherwise(pl.lit("INJECTIONS"))
    )
    return long.with_columns(AVALU=unit, EXSEQ=pl.lit(0, dtype=pl.Int64)).drop("UNITS")
