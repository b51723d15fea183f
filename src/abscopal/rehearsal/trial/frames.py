"""Rows told patient by patient, made into tables with their keys."""

from collections.abc import Iterable
from itertools import count
from typing import Any

import polars as pl

from abscopal.tables.sdtm import DOMAINS

Row = dict[str, Any]
# The read-out says of tables with this STUDYID, wherever they are read, that nobody in them exists.
SYNTHETIC_STUDYID = "SYNTHETIC"


def make_frame(domain: str, rows: Iterable[Row], *, date: str | None = None) -> pl.DataFrame:
    """Number rows within each patient, in order of their date, and give them the columns of their domain.

    Args:
        domain: the domain, lower case.
        rows: rows without STUDYID, DOMAIN and --SEQ.
        date: column by which the rows of a patient are put in order; as they come when None.

    Returns:
        The table.

    Example:
        >>> rows = [{"USUBJID": "P1", "DSTERM": "x", "DSDECOD": "X", "DSSTDTC": day} for day in "21"]
        >>> make_frame("ds", rows, date="DSSTDTC").select("DSSEQ", "DSSTDTC").rows()
        [(1, '1'), (2, '2')]
    """
    schema = dict(DOMAINS[domain].create_empty().schema)
    sequence = f"{domain.upper()}SEQ"
    told = list(rows)
    if date is not None:
        told = sorted(told, key=lambda row: (row["USUBJID"], row[date]))
    counters: dict[str, Any] = {}
    complete = []
    for row in told:
        numbered = {"STUDYID": SYNTHETIC_STUDYID, "DOMAIN": domain.upper(), **row}
        if sequence in schema:
            numbered[sequence] = next(counters.setdefault(row["USUBJID"], count(1)))
        complete.append(numbered)
    return pl.DataFrame(complete, schema=schema)
