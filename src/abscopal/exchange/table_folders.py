"""A folder of tables, one file a domain, in whatever format each file is."""

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from abscopal.errors import TablesError
from abscopal.exchange.csv_files import read_csv_table, write_csv_table
from abscopal.exchange.dataset_json_files import read_dataset_json_table, write_dataset_json_table
from abscopal.exchange.parquet_files import read_parquet_table, write_parquet_table
from abscopal.exchange.sniffing import read_file_format
from abscopal.exchange.xpt_files import read_xpt_table, write_xpt_table
from abscopal.tables.sdtm import DOMAINS

READERS: dict[str, Callable[[Path], pl.DataFrame]] = {
    "csv": read_csv_table,
    "parquet": read_parquet_table,
    "xpt": read_xpt_table,
    "dataset_json": read_dataset_json_table,
}
TableFormat = Literal["csv", "parquet", "xpt", "dataset_json"]
SUFFIX: dict[TableFormat, str] = {"csv": "csv", "parquet": "parquet", "xpt": "xpt", "dataset_json": "json"}
SUPPLEMENT = re.compile(r"^supp([a-z]{2})?$")
# Measured on tumour results: eight times the CSV's size to read and check, sixteen to derive and report.
MEMORY_PER_BYTE = 16


@dataclass(frozen=True, slots=True)
class TableFolder:
    """The tables read from a folder, the files they came from, and the files left unread."""

    tables: Mapping[str, pl.DataFrame]
    files: Mapping[str, Path]
    ignored: tuple[str, ...]


def read_tables(folder: Path, *, memory_bytes: int | None = None) -> TableFolder:
    """Read every table of a folder.

    Args:
        folder: one file a domain, such as dm.csv or TR.xpt; SUPP-- tables too. Other files are left unread.
        memory_bytes: memory that may be used; what the machine has free when None.

    Returns:
        Tables by domain in lower case, cells as the file has them.

    Raises:
        TablesError: no folder, no table in it, two files for one domain, a damaged file, or a file too
            large for the memory.
    """
    if not folder.is_dir():
        raise TablesError(
            "there is no such folder.", where=str(folder), remedy="Give the folder that holds the tables."
        )
    files: dict[str, Path] = {}
    ignored = []
    for path in sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")):
        domain = path.stem.lower()
        if domain not in DOMAINS and not SUPPLEMENT.match(domain):
            ignored.append(path.name)
            continue
        if domain in files:
            raise TablesError(
                f"two files hold the table {domain.upper()}: {files[domain].name} and {path.name}.",
                where=folder.name,
                remedy="Keep one.",
            )
        files[domain] = path
    if not files:
        known = ", ".join(f"{name}.csv" for name in DOMAINS)
        raise TablesError(
            "no table can be found in this folder.",
            where=str(folder),
            remedy=f"Name the files after their domains: {known}.",
        )
    assert_fits_memory(files, read_free_memory() if memory_bytes is None else memory_bytes)
    return TableFolder(
        tables={domain: READERS[read_file_format(path)](path) for domain, path in files.items()},
        files=files,
        ignored=tuple(ignored),
    )


def read_free_memory() -> int:
    """Bytes of memory that the machine can give now; without that knowledge, 4 GB."""
    information = Path("/proc/meminfo")
    if information.exists():
        for line in information.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return 4 * 1024**3


def assert_fits_memory(files: Mapping[str, Path], memory_bytes: int) -> None:
    """Refuse, before reading, tables that the memory cannot hold."""
    sizes = {path: path.stat().st_size for path in files.values()}
    if sum(sizes.values()) * MEMORY_PER_BYTE <= memory_bytes:
        return
    largest = max(sizes, key=lambda path: sizes[path])
    gigabytes = sizes[largest] / 1024**3
    raise TablesError(
        f"the file is {gigabytes:.2g} GB and reading these tables would take more memory than is free.",
        where=largest.name,
        remedy="Split the study, or use a machine with more memory.",
    )


def write_tables(
    frames: Mapping[str, pl.DataFrame], folder: Path, *, file_format: TableFormat, created: datetime.datetime
) -> list[Path]:
    """Write tables into a folder, one file each.

    Args:
        frames: tables by name.
        folder: an existing folder.
        file_format: csv, parquet, xpt or dataset_json.
        created: the moment written into Dataset-JSON files.

    Returns:
        The files written, in the order of the tables.
    """
    paths = []
    for name, frame in frames.items():
        path = folder / f"{name}.{SUFFIX[file_format]}"
        if file_format == "csv":
            write_csv_table(frame, path)
        elif file_format == "parquet":
            write_parquet_table(frame, path)
        elif file_format == "xpt":
            write_xpt_table(frame, path)
        else:
            write_dataset_json_table(frame, path, schema=DOMAINS.get(name), created=created)
        paths.append(path)
    return paths
