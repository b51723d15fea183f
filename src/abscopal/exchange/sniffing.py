"""Tell what a file is from its first bytes, not from its name alone."""

from pathlib import Path
from typing import Literal

from abscopal.errors import TablesError

FileFormat = Literal["csv", "parquet", "xpt", "dataset_json"]
SAS_HEADER = b"HEADER RECORD*******LIBRARY HEADER RECORD"


def read_file_format(path: Path) -> FileFormat:
    """Recognise a table's format by its content.

    Args:
        path: the file.

    Returns:
        csv, parquet, xpt (SAS transport) or dataset_json.

    Raises:
        TablesError: the file is empty or of no known format.
    """
    with path.open("rb") as stream:
        head = stream.read(4096)
    if not head:
        raise TablesError(
            "the file holds nothing, not even column names.",
            where=path.name,
            remedy="Export it again, or remove it: a table that is absent leaves out its sections.",
        )
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(SAS_HEADER):
        return "xpt"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return "dataset_json"
    if b"\x00" in head:
        raise TablesError(
            "this is none of CSV, Parquet, SAS transport (XPT) or Dataset-JSON.",
            where=path.name,
            remedy="Export the table again in one of these formats.",
        )
    return "csv"
