"""A file cut short, or malformed, is a sentence: rows are never lost without a word."""

import datetime
import json
from pathlib import Path

import polars as pl
import pytest

from abscopal.errors import TablesError
from abscopal.exchange.dataset_json_files import write_dataset_json_table
from abscopal.exchange.table_folders import read_tables
from abscopal.exchange.xpt_files import read_xpt_table, write_xpt_table

CREATED = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
ROW_BYTES = 5 + 22 + 8


@pytest.fixture
def transport_file(tmp_path: Path) -> Path:
    rows = 400
    frame = pl.DataFrame(
        {
            "USUBJID": [f"P{place:04d}" for place in range(rows)],
            "TRTEST": ["Longest Diameter of it"] * rows,
            "TRSEQ": [float(place) for place in range(rows)],
        }
    )
    write_xpt_table(frame, tmp_path / "tr.xpt")
    return tmp_path / "tr.xpt"


def test_a_transport_file_cut_between_records_is_found_unless_a_row_ends_there_too(transport_file: Path):
    """Version 5 announces no number of rows: a cut that falls on the end of a row cannot be seen."""
    content = transport_file.read_bytes()
    start = content.index(b"OBS     HEADER RECORD") - 20 + 80
    judged = 0
    for end in range(start + 80, len(content), 80):
        if (end - start) % ROW_BYTES == 0:
            continue
        transport_file.write_bytes(content[:end])
        with pytest.raises(TablesError, match=r"cut short: its last row stops halfway"):
            read_xpt_table(transport_file)
        judged += 1
    assert judged > 100


def test_a_whole_transport_file_is_read_whatever_fills_its_last_record(tmp_path: Path):
    for rows in range(1, 18):
        frame = pl.DataFrame({"USUBJID": ["P1"] * rows, "TRSEQ": [1.0] * rows, "TRORRES": [None] * rows})
        write_xpt_table(frame.cast({"TRORRES": pl.String}), tmp_path / "tr.xpt")
        assert read_xpt_table(tmp_path / "tr.xpt").height == rows


def test_a_transport_file_of_two_tables_is_refused(transport_file: Path):
    content = transport_file.read_bytes()
    member = content.index(b"HEADER RECORD*******MEMBER ")
    transport_file.write_bytes(content + content[member:])
    with pytest.raises(TablesError, match=r"holds more than one table|is damaged"):
        read_xpt_table(transport_file)


@pytest.mark.parametrize("text", ["USUBJID,A,B\nP1,1,2\nP2,1\n", "USUBJID,A,B\nP1,1,2\nP2"])
def test_a_csv_cut_within_its_last_line_is_found(text: str, tmp_path: Path):
    (tmp_path / "tr.csv").write_text(text, encoding="utf-8")
    with pytest.raises(
        TablesError, match=r"the last line has \d cells and the header 3: the file is cut short"
    ):
        read_tables(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "A,B\n",
        "A,B\n1,\n",
        "A,B\r\n1,2\r\n\r\n",
        'A,B\n1,"two\nlines, ""quoted"""\n',
        'A,B\n"1,5",2',
        "A\n1\n",
    ],
)
def test_a_csv_whose_last_line_is_whole_is_read(text: str, tmp_path: Path):
    (tmp_path / "tr.csv").write_bytes(text.encode())
    assert set(read_tables(tmp_path).tables) == {"tr"}


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"columns": [{"name": "A"}]}, "columns is not a list of descriptions"),
        ({"columns": ["A"]}, "columns is not a list of descriptions"),
        ({"columns": {"A": 1}}, "columns is not a list of descriptions"),
        ({"columns": [{"name": "A", "dataType": "string"}] * 2}, "a column is described twice"),
        ({"records": "many"}, "records is not a whole number"),
        ({"rows": None}, "rows is not a list of lists"),
        ({"rows": [3]}, "rows is not a list of lists"),
        ({"rows": {"a": 1}}, "rows is not a list of lists"),
    ],
)
def test_a_malformed_dataset_json_is_a_sentence(fault: dict[str, object], message: str, tmp_path: Path):
    path = tmp_path / "tr.json"
    write_dataset_json_table(pl.DataFrame({"A": ["x"]}), path, created=CREATED)
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | fault), encoding="utf-8")
    with pytest.raises(TablesError, match=rf"tr\.json: this is not Dataset-JSON 1\.1: {message}"):
        read_tables(tmp_path)


def test_a_file_whose_name_only_begins_like_a_supplement_is_left_unread(tmp_path: Path):
    (tmp_path / "tr.csv").write_text("USUBJID,A\nP1,a\n", encoding="utf-8")
    (tmp_path / "supplement.pdf").write_bytes(b"%PDF\x00")
    (tmp_path / "support.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert read_tables(tmp_path).ignored == ("supplement.pdf", "support.csv")
