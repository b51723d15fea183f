"""CDISC Dataset-JSON 1.1: one table a file, columns described, rows as lists."""

import datetime
import json
from pathlib import Path
from typing import Any

import dataframely as dy
import polars as pl

from abscopal.errors import TablesError

VERSION = "1.1.0"
REQUIRED = (
    "datasetJSONCreationDateTime", "datasetJSONVersion", "itemGroupOID", "records", "name", "label", "columns",
)  # fmt: skip
KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,), "date": (str,), "datetime": (str,), "time": (str,), "URI": (str,),
    "decimal": (str, int, float), "integer": (int,), "float": (int, float), "double": (int, float), "boolean": (bool,),
}  # fmt: skip
POLARS_KINDS: dict[str, type[pl.DataType]] = {"integer": pl.Int64, "float": pl.Float64, "double": pl.Float64}


def read_dataset_json_table(path: Path) -> pl.DataFrame:
    """Read a Dataset-JSON table.

    The published schema of the format accepts a wrong count of records, rows of the wrong length and cells
    of the wrong kind; they are checked here.

    Args:
        path: the file, UTF-8.

    Returns:
        The rows, one column per column described.

    Raises:
        TablesError: the file is cut short, or is not what it says it is.
    """
    content = read_content(path)
    columns, rows, records = read_parts(content, path)
    assert_rows_are_whole(rows, columns, records, path)
    values = {
        str(column["name"]): pl.Series(
            [row[place] for row in rows],
            dtype=POLARS_KINDS.get(str(column["dataType"]), pl.String),
            strict=False,
        )
        for place, column in enumerate(columns)
    }
    return pl.DataFrame(values)


def read_content(path: Path) -> dict[str, Any]:
    """Read the file as a JSON object with the keys that the format requires."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        raise TablesError(
            "the JSON breaks off or is malformed.",
            where=f"{path.name}, line {error.lineno}",
            remedy="Copy or export the file again.",
        ) from error
    except UnicodeDecodeError as error:
        raise TablesError("the text is not UTF-8.", where=path.name, remedy="Export it again.") from error
    missing = [key for key in REQUIRED if not isinstance(content, dict) or key not in content]
    if missing:
        raise TablesError(
            f"this is not Dataset-JSON 1.1: {', '.join(missing)} cannot be found.",
            where=path.name,
            remedy="Export the table again as Dataset-JSON 1.1.",
        )
    return dict(content)


def read_parts(content: dict[str, Any], path: Path) -> tuple[list[dict[str, Any]], list[list[Any]], int]:
    """The columns, rows and count of records, once each is of the kind that the format requires."""
    columns, rows, records = content["columns"], content.get("rows", []), content["records"]
    faults = []
    if not isinstance(records, int) or isinstance(records, bool):
        faults.append("records is not a whole number")
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        faults.append("rows is not a list of lists")
    if not isinstance(columns, list) or not all(
        isinstance(column, dict) and {"name", "dataType"} <= column.keys() for column in columns
    ):
        faults.append("columns is not a list of descriptions with name and dataType")
    elif len({str(column["name"]) for column in columns}) < len(columns):
        faults.append("a column is described twice")
    if faults:
        raise TablesError(
            f"this is not Dataset-JSON 1.1: {'; '.join(faults)}.",
            where=path.name,
            remedy="Export the table again as Dataset-JSON 1.1.",
        )
    return columns, rows, records


def assert_rows_are_whole(
    rows: list[list[Any]], columns: list[dict[str, Any]], records: int, path: Path
) -> None:
    """Refuse a wrong count of rows, a row of the wrong length, a cell of the wrong kind."""
    if len(rows) != records:
        raise TablesError(
            f"{records} records are announced and {len(rows)} are there.",
            where=path.name,
            remedy="Copy or export the file again.",
        )
    unknown = [str(column["dataType"]) for column in columns if column["dataType"] not in KINDS]
    if unknown:
        raise TablesError(
            f"the data type {unknown[0]} is not one of Dataset-JSON 1.1: {', '.join(KINDS)}.", where=path.name
        )
    for number, row in enumerate(rows, start=1):
        if len(row) != len(columns):
            raise TablesError(
                f"the row has {len(row)} cells and {len(columns)} columns are described.",
                where=f"{path.name}, row {number}",
                remedy="Export the file again.",
            )
        for cell, column in zip(row, columns, strict=True):
            kinds = KINDS[str(column["dataType"])]
            wrong_boolean = isinstance(cell, bool) and bool not in kinds
            if cell is not None and (wrong_boolean or not isinstance(cell, kinds)):
                raise TablesError(
                    f"a cell of {column['name']} is not of the type {column['dataType']} that is announced.",
                    where=f"{path.name}, row {number}",
                    remedy="Export the file again.",
                )


def write_dataset_json_table(
    frame: pl.DataFrame, path: Path, *, schema: type[dy.Schema] | None = None, created: datetime.datetime
) -> None:
    """Write a table as Dataset-JSON 1.1.

    Args:
        frame: the table; dates are written as ISO 8601 text.
        path: where to write; its stem, in capitals, names the table.
        schema: where the labels of the columns come from; names serve without it.
        created: the moment written into the file.
    """
    name = path.stem.upper()
    dates = [column for column, kind in frame.schema.items() if kind == pl.Date]
    described = schema.columns() if schema else {}
    columns = [
        {
            "itemOID": f"IT.{name}.{column}",
            "name": column,
            "label": (described[column].description or column) if column in described else column,
            "dataType": name_kind(kind),
        }
        for column, kind in frame.schema.items()
    ]
    content = {
        "datasetJSONCreationDateTime": created.isoformat(timespec="seconds"),
        "datasetJSONVersion": VERSION,
        "itemGroupOID": f"IG.{name}",
        "records": frame.height,
        "name": name,
        "label": " ".join((schema.__doc__ or name).split("\n")[0].split()) if schema else name,
        "columns": columns,
        "rows": [list(row) for row in frame.with_columns(pl.col(dates).cast(pl.String)).rows()],
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def name_kind(kind: pl.DataType) -> str:
    """The format's name for a kind of column."""
    if kind == pl.Boolean:
        return "boolean"
    if kind.is_integer():
        return "integer"
    if kind.is_float():
        return "double"
    return "date" if kind == pl.Date else "string"
