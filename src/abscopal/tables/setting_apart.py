"""Rows that break a rule: set apart with the rule's name, listed for the data manager, never lost."""

import polars as pl

SET_APART_COLUMNS = {
    "DOMAIN": pl.String,
    "RULE": pl.String,
    "MESSAGE": pl.String,
    "USUBJID": pl.String,
    "SEQ": pl.Int64,
    "ROW": pl.Int64,
}
ROW = "__ROW__"


def make_empty_listing() -> pl.DataFrame:
    """The listing when nothing was set apart."""
    return pl.DataFrame(schema=SET_APART_COLUMNS)


def list_rows(rows: pl.DataFrame, *, domain: str, rule: str, message: str) -> pl.DataFrame:
    """List rows that break one rule.

    Args:
        rows: rows of one domain, with their number in the source under `ROW`.
        domain: the domain, lower case.
        rule: the rule's name.
        message: what is wrong and what to do, without any value of a patient.

    Returns:
        One row each: DOMAIN, RULE, MESSAGE, USUBJID, SEQ, ROW.

    Example:
        >>> rows = pl.DataFrame({"USUBJID": ["P1"], "AESEQ": [3], "__ROW__": [12]})
        >>> list_rows(rows, domain="ae", rule="unknown_patient", message="Not in DM.").rows()
        [('AE', 'unknown_patient', 'Not in DM.', 'P1', 3, 12)]
    """
    sequence = f"{domain.upper()}SEQ"
    number = pl.col(sequence).cast(pl.Int64, strict=False) if sequence in rows.columns else pl.lit(None)
    patient = pl.col("USUBJID").cast(pl.String) if "USUBJID" in rows.columns else pl.lit(None)
    return rows.select(
        DOMAIN=pl.lit(domain.upper()),
        RULE=pl.lit(rule),
        MESSAGE=pl.lit(message),
        USUBJID=patient,
        SEQ=number,
        ROW=pl.col(ROW).cast(pl.Int64),
    ).cast(pl.Schema(SET_APART_COLUMNS))
