"""Tables written as plain text, so that a test reads as a clinician would write the case down."""

from datetime import date, timedelta
from typing import Any

import polars as pl

DAY_ZERO = date(2024, 1, 1)
ALWAYS = {
    "STUDYID": "S1",
    "SUBJID": "1",
    "SITEID": "10",
    "SEX": "F",
    "COUNTRY": "FRA",
    "AETERM": "as reported",
    "AEDECOD": "Rash",
    "EXTRT": "DRUG",
    "DSTERM": "as reported",
    "PRTRT": "as reported",
    "IETEST": "criterion",
    "IETESTCD": "IE01",
    "IECAT": "INCLUSION",
    "IEORRES": "N",
    "IESTRESC": "N",
    "DDTESTCD": "PRCDTH",
    "DDTEST": "Primary cause of death",
}


def read_rows(text: str) -> list[dict[str, str | None]]:
    """Rows of a table whose cells stand between bars; an empty cell is unknown."""
    lines = [line.strip() for line in text.strip().splitlines()]
    header, *body = [[cell.strip() for cell in line.split("|")] for line in lines]
    return [dict(zip(header, [cell or None for cell in cells], strict=True)) for cells in body]


def day(number: int | str | None) -> date | None:
    """The date so many days after the day zero of every test."""
    return None if number is None else DAY_ZERO + timedelta(days=int(number))


def build(schema: Any, rows: str | list[dict[str, Any]], **constants: Any) -> Any:
    """A valid table: what the rows do not say is filled with harmless values, or left unknown."""
    found = read_rows(rows) if isinstance(rows, str) else rows
    kinds = schema.create_empty().schema
    sequence = next((name for name in kinds if name.endswith("SEQ") and name != "SRCSEQ"), None)
    domain = (sequence or "DMSEQ").removesuffix("SEQ")
    defaults = {name: value for name, value in ALWAYS.items() if name in kinds}
    if not found:
        return schema.create_empty()
    filled = [
        {"DOMAIN": domain, sequence: number} | defaults | constants | row
        for number, row in enumerate(found, start=1)
    ]
    frame = pl.DataFrame({name: [row.get(name) for row in filled] for name in kinds}, strict=False)
    return schema.validate(
        frame.with_columns(_to_kind(frame, name, kind) for name, kind in kinds.items()), cast=True
    )


def _to_kind(frame: pl.DataFrame, name: str, kind: Any) -> pl.Expr:
    column = pl.col(name)
    if kind == pl.Date and frame[name].dtype == pl.String:
        return column.str.to_date()
    return column.cast(kind)
