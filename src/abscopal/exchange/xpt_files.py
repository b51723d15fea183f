"""SAS transport files, version 5: the format that regulators ask for, with its limits checked first."""

import re
from pathlib import Path

import polars as pl
import pyreadstat

from abscopal.errors import OutputError, TablesError

RECORD = 80
# Layout of version 5: SAS technical note TS-140, "The record layout of a SAS transport data set".
NAMES_HEADER = b"HEADER RECORD*******NAMESTR HEADER RECORD!!!!!!!"
ROWS_HEADER = b"HEADER RECORD*******OBS     HEADER RECORD!!!!!!!"
MEMBER_HEADER = b"HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!"
DESCRIPTION = 140
LONGEST_TEXT = 200
NAME = re.compile(r"^[A-Z_][A-Z0-9_]{0,7}$")


def read_xpt_table(path: Path) -> pl.DataFrame:
    """Read a SAS transport table; empty texts are null.

    Raises:
        TablesError: the file is damaged or cut short. Version 5 does not announce its number of rows, so a cut
            shows in two ways only: a last record under 80 bytes, or a last row that stops halfway.
    """
    if path.stat().st_size % RECORD:
        raise TablesError(
            "the SAS transport file is cut short: it is not made of whole records.",
            where=path.name,
            remedy="Copy or export it again.",
        )
    try:
        frame, _ = pyreadstat.read_xport(path, output_format="polars")
    except Exception as error:  # pyreadstat raises its own error, UnicodeDecodeError and bare Exception
        raise TablesError(
            "the SAS transport file is damaged.", where=path.name, remedy="Copy or export it again."
        ) from error
    assert_last_row_is_whole(path)
    return pl.DataFrame(frame).with_columns(pl.col(pl.String).replace("", None))


def assert_last_row_is_whole(path: Path) -> None:
    """Refuse a file whose last row stops halfway: the library would leave that row out without a word."""
    content = path.read_bytes()
    start = content.find(NAMES_HEADER)
    end = content.find(ROWS_HEADER, start)
    if start < 0 or end < 0:  # version 8 names its headers otherwise, and the library has read it
        return
    count = int(content[start + 54 : start + 58])
    described = content[start + RECORD : end]
    row_bytes = sum(
        int.from_bytes(described[place * DESCRIPTION + 4 : place * DESCRIPTION + 6], "big")
        for place in range(count)
    )
    rows = content[end + RECORD :]
    if MEMBER_HEADER in rows:
        raise TablesError(
            "the SAS transport file holds more than one table.",
            where=path.name,
            remedy="Export each table into a file of its own.",
        )
    rest = rows[len(rows) - len(rows) % row_bytes :] if row_bytes else b""
    if (
        rest.strip(b" ") or len(rest) >= RECORD
    ):  # what fills the last record up is blank, and shorter than one
        raise TablesError(
            "the SAS transport file is cut short: its last row stops halfway.",
            where=path.name,
            remedy="Copy or export it again.",
        )


def write_xpt_table(frame: pl.DataFrame, path: Path, *, label: str = "") -> None:
    """Write a SAS transport table, version 5.

    Args:
        frame: the table; dates are written as ISO 8601 text.
        path: where to write; its stem, in capitals, names the table.
        label: label of the table, 40 characters at most.

    Raises:
        OutputError: a name, a label or a text is beyond what version 5 can hold.
    """
    assert_fits_version_5(frame, path, label)
    as_text = frame.with_columns(
        pl.col(name).cast(pl.String) for name, kind in frame.schema.items() if kind in (pl.Date, pl.Boolean)
    )
    # Columns are widened to floats because a transport file has a single kind of number.
    numbers = [name for name, kind in as_text.schema.items() if kind.is_numeric()]
    pyreadstat.write_xport(
        as_text.with_columns(pl.col(numbers).cast(pl.Float64)),
        path,
        file_format_version=5,
        table_name=path.stem.upper()[:8],
        file_label=label,
    )


def assert_fits_version_5(frame: pl.DataFrame, path: Path, label: str) -> None:
    """Refuse what version 5 would refuse, or silently cut."""
    long_names = [name for name in frame.columns if not NAME.match(name)]
    if long_names:
        raise OutputError(
            f"column names {', '.join(long_names)} do not fit: capitals, digits and _, 8 at most.",
            where=path.name,
        )
    if len(label) > 40:
        raise OutputError("the table's label is longer than 40 characters.", where=path.name)
    for name in frame.select(pl.col(pl.String)).columns:
        written = frame[name].drop_nulls()
        if written.str.len_bytes().max() is not None and (written.str.len_bytes() > LONGEST_TEXT).any():
            raise OutputError(f"a text of {name} is longer than {LONGEST_TEXT} bytes.", where=path.name)
        if (written.str.len_bytes() != written.str.len_chars()).any():
            raise OutputError(f"a text of {name} holds characters beyond ASCII.", where=path.name)
