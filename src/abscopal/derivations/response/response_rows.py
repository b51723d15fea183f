"""The rows that ADRS is made of: one a level and assessment, one a best response, one a yes-or-no answer."""

from collections.abc import Mapping

import polars as pl

from abscopal.derivations.response.records import ASSESSMENT, READING

PATIENT_ROW = -1
RESPONSES = ["CR", "PR"]
LENGTHS = ["SUM", "MEASURED", "BASESUM", "NADIR", "IUPDSUM", "NLTSUM", "IUPDNLT"]
CARRIED = ["ADT", "ADTF", *LENGTHS, "NADIRDT", "IUPDDT", "ANL01FL", "ACCFL"]


def list_level_rows(counted: pl.DataFrame, levels: Mapping[str, str]) -> pl.DataFrame:
    """Write one row for each level of each assessment, with its rule, its reason and the sums in millimetres.

    Args:
        counted: assessments as `derive_counted_assessments` gives them.
        levels: parameter of ADRS to the level whose response it holds: TRG, NTRG, NEWL or OVR.

    Returns:
        Rows of ADRS, without the columns that every row shares.
    """
    visits = counted.with_columns(
        *(pl.col(name) / 10 for name in LENGTHS),
        ANL01FL=pl.when("COUNTED").then(pl.lit("Y")).otherwise(pl.lit("N")),
    )
    return pl.concat(
        visits.select(
            *ASSESSMENT,
            *CARRIED,
            pl.lit(parameter).alias("PARAMCD"),
            pl.col(f"{level}RESP").alias("AVALC"),
            pl.col(f"{level}RULE").alias("RULE"),
            _read_reason(level),
        )
        for parameter, level in levels.items()
    )


def _read_reason(level: str) -> pl.Expr:
    """The reason of a response; an overall one says where complete response and less contradict each other."""
    given = pl.col(f"{level}REASON")
    if level == "OVR":
        given = pl.when("CRTHENLESS").then(pl.lit("CR_THEN_LESS")).otherwise(given)
    return given.alias("REASON")


def list_best_row(patients: pl.DataFrame, parameter: str, kind: str) -> pl.DataFrame:
    """Write the best response of each patient.

    Args:
        patients: best responses, one row per patient and reader, with ACCFL.
        parameter: its name in ADRS.
        kind: BOR or CBOR.

    Returns:
        One row of ADRS per patient and reader.
    """
    return _list_patient_row(
        patients,
        parameter,
        answer=pl.col(f"{kind}RESP"),
        date=pl.col(f"{kind}DT"),
        rule=pl.col(f"{kind}RULE"),
        reason=pl.col(f"{kind}REASON"),
    )


def list_answer(patients: pl.DataFrame, parameter: str, condition: pl.Expr, date: pl.Expr) -> pl.DataFrame:
    """Write a yes or a no for each patient; nothing where the condition is unknown.

    Args:
        patients: one row per patient and reader, with ACCFL.
        parameter: its name in ADRS.
        condition: what makes the answer a yes.
        date: since when.

    Returns:
        One row of ADRS per patient and reader.
    """
    nothing = pl.lit(None, dtype=pl.String)
    answer = pl.when(condition).then(pl.lit("Y")).when(condition.is_not_null()).then(pl.lit("N"))
    return _list_patient_row(patients, parameter, answer=answer, date=date, rule=nothing, reason=nothing)


def _list_patient_row(
    patients: pl.DataFrame,
    parameter: str,
    *,
    answer: pl.Expr,
    date: pl.Expr,
    rule: pl.Expr,
    reason: pl.Expr,
) -> pl.DataFrame:
    return patients.select(
        *READING,
        "ACCFL",
        pl.lit(parameter).alias("PARAMCD"),
        pl.lit(PATIENT_ROW, dtype=pl.Int64).alias("AVISITN"),
        answer.alias("AVALC"),
        date.cast(pl.Date).alias("ADT"),
        rule.alias("RULE"),
        reason.alias("REASON"),
    )
