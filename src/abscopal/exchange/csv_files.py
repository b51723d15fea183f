"""CSV files: every cell is read as text, so that one bad cell is one row set apart and not a crash."""

import csv
from pathlib import Path

import polars as pl

from abscopal.errors import TablesError

DELIMITERS = ",;\t|"
LONGEST_LINE = 65_536


def read_csv_table(path: Path) -> pl.DataFrame:
    """Read a CSV table as text.

    A semicolon (the habit of French spreadsheets), a tab or a bar may stand for the comma; where the
    delimiter is a semicolon, a comma inside a number is a decimal mark.

    Args:
        path: the file, UTF-8 with or without a byte order mark.

    Returns:
        One text column per column; empty cells are null.

    Raises:
        TablesError: the text is not UTF-8, a line has too many cells, or there is no header.
    """
    delimiter = read_delimiter(path)
    try:
        frame = pl.read_csv(
            path, separator=delimiter, infer_schema=False, encoding="utf8", truncate_ragged_lines=False
        )
    except pl.exceptions.PolarsError as error:
        raise explain_csv_fault(path, delimiter) from error
    assert_columns_named_once(frame.columns, path)
    assert_last_line_is_whole(path, delimiter, width=frame.width)
    if delimiter == ";":
        frame = frame.with_columns(pl.col(pl.String).str.replace(r"^(-?\d+),(\d+)$", "$1.$2"))
    return frame


def read_delimiter(path: Path) -> str:
    """The character between cells, from the header line."""
    with path.open("rb") as stream:
        header = stream.readline().decode("utf-8", errors="replace")
    counts = {delimiter: header.count(delimiter) for delimiter in DELIMITERS}
    return max(counts, key=lambda delimiter: counts[delimiter])


def assert_columns_named_once(columns: list[str], path: Path) -> None:
    """Refuse a header that names a column twice."""
    names = [column.strip().upper() for column in columns]
    twice = sorted({name for name in names if names.count(name) > 1 or name.endswith("_DUPLICATED_0")})
    if twice:
        raise TablesError(
            f"the header names {', '.join(name.removesuffix('_DUPLICATED_0') for name in twice)} twice.",
            where=path.name,
            remedy="Keep one of the columns.",
        )


def assert_last_line_is_whole(path: Path, delimiter: str, *, width: int) -> None:
    """Refuse a file that was cut short: its last line has fewer cells than the header."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - LONGEST_LINE))
        tail = stream.read().decode("utf-8", errors="replace")
    lines = tail.rstrip("\r\n").split("\n")
    last = lines[-1] if len(lines) > 1 else ""
    # A line with an odd number of quotes is part of a cell that spans lines: the reader has judged it.
    if not last or last.count('"') % 2:
        return
    cells = len(next(csv.reader([last], delimiter=delimiter)))
    if cells < width:
        raise TablesError(
            f"the last line has {cells} cells and the header {width}: the file is cut short.",
            where=path.name,
            remedy="Copy or export it again.",
        )


def explain_csv_fault(path: Path, delimiter: str) -> TablesError:
    """Find the line that the reader stumbled over, and say so."""
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return TablesError(
                    "the text is not UTF-8.",
                    where=f"{path.name}, line {number}",
                    remedy="Export the table again as CSV UTF-8.",
                )
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.reader(stream, delimiter=delimiter)
        width = len(next(rows, []))
        for row in rows:
            if len(row) > width:
                return TablesError(
                    f"the line has {len(row)} cells and the header {width}.",
                    where=f"{path.name}, line {rows.line_num}",
                    remedy="A cell that holds the delimiter must stand in double quotes.",
                )
    return TablesError(
        "the file cannot be read as CSV.", where=path.name, remedy="Export it again as CSV UTF-8."
    )


def write_csv_table(frame: pl.DataFrame, path: Path) -> None:
    """Write a table as CSV, UTF-8, dates as ISO 8601."""
    frame.write_csv(path)
