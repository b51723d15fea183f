"""The data cut: what happened after a day is not known yet. Applied here and nowhere else."""

import datetime as dt
from collections.abc import Mapping

import polars as pl

ROW_DATES = {
    "ds": "DSSTDTC",
    "ie": "IEDTC",
    "ex": "EXSTDTC",
    "pr": "PRSTDTC",
    "tu": "TUDTC",
    "tr": "TRDTC",
    "rs": "RSDTC",
    "ae": "AESTDTC",
    "dd": "DDDTC",
    "be": "BESTDTC",
    "bs": "BSDTC",
    "cp": "CPDTC",
}
END_DATES = {"ex": ("EXENDTC",), "pr": ("PRENDTC",), "ae": ("AEENDTC",), "be": ("BEENDTC",)}
PATIENT_DATES = ("RFSTDTC", "RFENDTC", "RFXSTDTC", "RFXENDTC", "RFPENDTC", "DTHDTC")


def derive_tables_at_cut(
    tables: Mapping[str, pl.DataFrame | None], *, cut_off: dt.date
) -> dict[str, pl.DataFrame]:
    """Give the tables as they stood on the day of the cut.

    Patients who consented later are not known; rows that began later are left out; ends and deaths that came
    later have not happened yet. A partial date is judged by its first possible day; a row without any date stays.

    Args:
        tables: SDTM tables by lower-case name; None where absent.
        cut_off: the last day that counts.

    Returns:
        The tables that are present, cut.

    Example:
        >>> dm = pl.DataFrame({
        ...     "USUBJID": ["P1", "P2"], "RFICDTC": ["2024-01-01", "2024-06-01"], "DTHDTC": ["2024-04-01", None],
        ...     "DTHFL": ["Y", None],
        ... })
        >>> ex = pl.DataFrame({"USUBJID": ["P1", "P1"], "EXSTDTC": ["2024-01-08", "2024-03"]})
        >>> cut = derive_tables_at_cut({"dm": dm, "ex": ex}, cut_off=dt.date(2024, 2, 15))
        >>> cut["dm"].rows(), cut["ex"].height
        ([('P1', '2024-01-01', None, None)], 1)
    """
    dm = tables["dm"]
    assert dm is not None
    known = dm.filter(_is_known("RFICDTC", cut_off))
    cut = {"dm": _without_later(known, PATIENT_DATES, cut_off)}
    if {"DTHFL", "DTHDTC"} <= set(known.columns):
        # A death that the table dates after the cut is not known; one without a date is.
        died_later = ~_is_known("DTHDTC", cut_off)
        later = known.select("USUBJID", LATER=died_later)
        cut["dm"] = (
            cut["dm"]
            .join(later, on="USUBJID", how="left")
            .with_columns(DTHFL=pl.when("LATER").then(None).otherwise("DTHFL"))
            .drop("LATER")
        )
    for name, frame in tables.items():
        if name == "dm" or frame is None:
            continue
        kept = frame.join(known.select("USUBJID"), on="USUBJID", how="semi")
        if name in ROW_DATES:
            kept = kept.filter(_is_known(ROW_DATES[name], cut_off))
        cut[name] = _without_later(kept, END_DATES.get(name, ()), cut_off)
    return cut


def _is_known(column: str, cut_off: dt.date) -> pl.Expr:
    """Whether the first possible day of a date lies on or before the cut; a missing date does not hide a row."""
    text = pl.col(column)
    # ISO 8601 texts sort as dates do, so a truncated one compares by what it says.
    limit = cut_off.isoformat()
    return (text.str.slice(0, 10) <= pl.lit(limit).str.head(text.str.slice(0, 10).str.len_chars())).fill_null(
        True
    )


def _without_later(frame: pl.DataFrame, columns: tuple[str, ...], cut_off: dt.date) -> pl.DataFrame:
    present = [column for column in columns if column in frame.columns]
    if not present:
        return frame
    return frame.with_columns(
        pl.when(_is_known(column, cut_off)).then(column).alias(column) for column in present
    )
