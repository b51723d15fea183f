"""What every time to event shares: whose time is counted, the day of death, and the count of days."""

from typing import Literal

import dataframely as dy
import polars as pl

from abscopal.tables.adam.adsl import SubjectLevel
from abscopal.tables.adam.adtte import TimeToEvent

Counting = Literal["elapsed_days", "plus_one_day"]
AnalysisSet = Literal["ENRLFL", "ITTFL", "SAFFL", "RESPFL", "EVALFL"]
StartDate = Literal["REFDT", "RANDDT", "TRTSDT"]


def derive_starting_patients(
    adsl: dy.DataFrame[SubjectLevel], *, analysis_set: AnalysisSet, start: StartDate
) -> pl.DataFrame:
    """Keep the patients of an analysis set whose time can start, with the day they died or were last seen.

    A death without any date is put on the last date known alive: it stays a death, and its flag says that the
    whole date was imputed.

    Args:
        adsl: patients.
        analysis_set: flag of the set.
        start: column of ADSL where time starts.

    Returns:
        One row per patient: STUDYID, USUBJID, TRT01P, STARTDT, STARTVAR, DEATHDT, DEATHDTF, DEATHVAR,
        LSTALVDT, NACTDT, TRTEDT.

    Example:
        >>> from datetime import date
        >>> adsl = SubjectLevel.validate(pl.concat([SubjectLevel.create_empty(), pl.DataFrame({
        ...     "STUDYID": "S1", "USUBJID": ["P1", "P2"], "SUBJID": ["1", "2"], "SITEID": "10", "SEX": "F",
        ...     "ITTFL": ["Y", "N"], "REFDT": date(2024, 1, 1), "LSTALVDT": date(2024, 6, 1), "DTHFL": "Y",
        ... })], how="diagonal"))
        >>> patients = derive_starting_patients(adsl, analysis_set="ITTFL", start="REFDT")
        >>> patients.select("USUBJID", "DEATHDT", "DEATHDTF").rows()
        [('P1', datetime.date(2024, 6, 1), 'Y')]
    """
    is_dead = ((pl.col("DTHFL") == "Y") | pl.col("DTHDT").is_not_null()).fill_null(False)
    undated = pl.col("DTHDT").is_null()
    start_date = pl.col(start)
    death = pl.when(is_dead).then(pl.coalesce("DTHDT", pl.max_horizontal("LSTALVDT", start_date)))
    return (
        adsl.filter((pl.col(analysis_set) == "Y") & start_date.is_not_null())
        .select(
            "STUDYID",
            "USUBJID",
            "TRT01P",
            "LSTALVDT",
            "NACTDT",
            "TRTEDT",
            STARTDT=start_date,
            STARTVAR=pl.lit(start),
            DEATHDT=pl.max_horizontal(death, pl.when(is_dead).then(start_date)),
            DEATHDTF=pl.when(is_dead).then(pl.when(undated).then(pl.lit("Y")).otherwise("DTHDTF")),
            DEATHVAR=pl.when(undated).then(pl.lit("LSTALVDT")).otherwise(pl.lit("DTHDT")),
        )
        .sort("USUBJID")
    )


def derive_time_rows(
    decided: pl.DataFrame, *, parameter: str, label: str, ruleset: str, counting: Counting
) -> dy.DataFrame[TimeToEvent]:
    """Count the days and put the decided rows into the form of ADTTE.

    Args:
        decided: one row per patient with STARTDT, ADT, CNSR, EVNTDESC and the other columns of ADTTE.
        parameter: PARAMCD.
        label: PARAM.
        ruleset: name of the rules that decided the rows.
        counting: days elapsed since the start, or one more.

    Returns:
        Rows of ADTTE in key order; no time is before the start.

    Example:
        >>> from datetime import date
        >>> decided = pl.DataFrame({
        ...     "STUDYID": "S1", "USUBJID": ["P1"], "STARTDT": date(2024, 1, 1), "ADT": date(2024, 1, 31),
        ...     "CNSR": 0, "EVNTDESC": "DEATH",
        ... })
        >>> for counting in ("elapsed_days", "plus_one_day"):
        ...     times = derive_time_rows(decided, parameter="OS", label="Overall survival",
        ...                              ruleset="all_deaths", counting=counting)
        ...     print(times["AVAL"].item())
        30.0
        31.0
    """
    one = 1 if counting == "plus_one_day" else 0
    whole = pl.concat([TimeToEvent.create_empty().clear(), decided], how="diagonal_relaxed")
    rows = (
        whole.with_columns(ADT=pl.max_horizontal("ADT", "STARTDT"))
        .with_columns(
            PARAMCD=pl.lit(parameter),
            PARAM=pl.lit(label),
            RULESET=pl.lit(ruleset),
            READER=pl.col("READER").fill_null(""),
            AVAL=((pl.col("ADT") - pl.col("STARTDT")).dt.total_days() + one).cast(pl.Float64),
            AVALU=pl.lit("DAYS"),
        )
        .sort("USUBJID", "PARAMCD", "RULESET", "READER")
    )
    return TimeToEvent.validate(rows, cast=True)
