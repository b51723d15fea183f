"""Parquet files."""

from pathlib import Path

import polars as pl

from abscopal.errors import TablesError


def read_parquet_table(path: Path) -> pl.DataFrame:
    """Read a Parquet table.

    Raises:
        TablesError: the file is damaged or cut short.
    """
    try:
        frame = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise TablesError(
            "the Parquet file is damaged or cut short.", where=path.name, remedy="Copy or export it again."
        ) from error
    dates = [name for name, kind in frame.schema.items() if kind in (pl.Date, pl.Datetime)]
    return frame.with_columns(pl.col(dates).cast(pl.String).str.replace(" ", "T")) if dates else frame


def write_parquet_table(frame: pl.DataFrame, path: Path) -> None:
    """Write a table as Parquet."""
    frame.write_parquet(path)
