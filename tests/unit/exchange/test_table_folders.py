"""Reading a folder of tables: every format gives the same tables, every fault a sentence."""

import datetime
import json
from pathlib import Path

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given, settings

from abscopal.errors import OutputError, TablesError
from abscopal.exchange.dataset_json_files import read_dataset_json_table, write_dataset_json_table
from abscopal.exchange.table_folders import TableFormat, read_tables, write_tables
from abscopal.exchange.xpt_files import write_xpt_table
from abscopal.tables.admission import admit_tables
from abscopal.tables.sdtm import TumourResults
from small_tabulation import make_raw_tables

CREATED = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
FORMATS: tuple[TableFormat, ...] = ("csv", "parquet", "xpt", "dataset_json")


@pytest.mark.parametrize("file_format", FORMATS)
def test_every_format_gives_the_same_tabulation(file_format: TableFormat, tmp_path: Path):
    raw = make_raw_tables()
    write_tables(raw, tmp_path, file_format=file_format, created=CREATED)
    expected = admit_tables(raw, ctcae_version="5.0").tabulation
    found = admit_tables(read_tables(tmp_path).tables, ctcae_version="5.0").tabulation
    for name in raw:
        assert getattr(found, name).equals(getattr(expected, name)), name


def test_formats_may_be_mixed_and_names_lie(tmp_path: Path):
    raw = make_raw_tables()
    raw["dm"].write_parquet(tmp_path / "DM.csv")
    raw["tr"].write_csv(tmp_path / "tr.txt")
    (tmp_path / "notes.docx").write_text("not a table", encoding="utf-8")
    folder = read_tables(tmp_path)
    assert set(folder.tables) == {"dm", "tr"}
    assert folder.ignored == ("notes.docx",)


def test_a_french_spreadsheet_is_read(tmp_path: Path):
    text = "USUBJID;TRSTRESN;TRTEST\nP1;12,5;Longest Diameter, mm\n"
    (tmp_path / "tr.csv").write_text("\ufeff" + text, encoding="utf-8")
    assert read_tables(tmp_path).tables["tr"].row(0) == ("P1", "12.5", "Longest Diameter, mm")


def write_bytes(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def cut_short(path: Path, keep: float) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])


def test_a_truncated_transport_file_is_named(tmp_path: Path):
    write_xpt_table(make_raw_tables()["tr"], tmp_path / "tr.xpt")
    cut_short(tmp_path / "tr.xpt", 0.61)
    with pytest.raises(TablesError, match=r"tr\.xpt: the SAS transport file is (cut short|damaged)"):
        read_tables(tmp_path)


def test_a_truncated_parquet_file_is_named(tmp_path: Path):
    make_raw_tables()["tr"].write_parquet(tmp_path / "tr.parquet")
    cut_short(tmp_path / "tr.parquet", 0.5)
    with pytest.raises(TablesError, match=r"tr\.parquet: the Parquet file is damaged"):
        read_tables(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("tr.csv", b"", r"tr\.csv: the file holds nothing"),
        (
            "tr.csv",
            "USUBJID,TRTEST\nP1,diamètre\n".encode("latin-1"),
            r"tr\.csv, line 2: the text is not UTF-8",
        ),
        (
            "tr.csv",
            b"USUBJID,TRTEST\nP1,a\nP2,b,c,d\n",
            r"tr\.csv, line 3: the line has 4 cells and the header 2",
        ),
        ("tr.csv", b"USUBJID,TRTEST,TRTEST\nP1,a,b\n", r"the header names TRTEST twice"),
        ("tr.json", b'{"rows": [[1,', r"tr\.json, line 1: the JSON breaks off"),
        ("tr.json", b'{"rows": []}', r"tr\.json: this is not Dataset-JSON 1\.1"),
        ("tr.bin", b"\x01\x00\x02", r"tr\.bin: this is none of CSV, Parquet"),
    ],
)
def test_a_damaged_file_is_a_sentence(name: str, content: bytes, message: str, tmp_path: Path):
    write_bytes(tmp_path / name, content)
    with pytest.raises(TablesError, match=message):
        read_tables(tmp_path)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"records": 99}, "99 records are announced and 4 are there"),
        ({"rows": [["too", "short"]] * 4}, "row 1: the row has 2 cells"),
        ({"datasetJSONVersion": None}, None),
    ],
)
def test_faults_that_the_published_schema_accepts_are_found(
    fault: dict[str, object], message: str | None, tmp_path: Path
):
    path = tmp_path / "tr.json"
    write_dataset_json_table(make_raw_tables()["tr"], path, schema=TumourResults, created=CREATED)
    content = json.loads(path.read_text(encoding="utf-8")) | fault
    path.write_text(json.dumps(content), encoding="utf-8")
    if message is None:
        assert read_dataset_json_table(path).height == 4
        return
    with pytest.raises(TablesError, match=message):
        read_dataset_json_table(path)


def test_a_cell_of_the_wrong_type_is_found(tmp_path: Path):
    path = tmp_path / "tr.json"
    write_dataset_json_table(pl.DataFrame({"TRSEQ": [1, 2]}), path, created=CREATED)
    path.write_text(path.read_text(encoding="utf-8").replace("  2\n", '  "2"\n'), encoding="utf-8")
    with pytest.raises(TablesError, match="row 2: a cell of TRSEQ is not of the type integer"):
        read_dataset_json_table(path)


def test_two_files_for_one_domain_are_refused(tmp_path: Path):
    make_raw_tables()["dm"].write_csv(tmp_path / "dm.csv")
    make_raw_tables()["dm"].write_parquet(tmp_path / "DM.parquet")
    with pytest.raises(TablesError, match="two files hold the table DM"):
        read_tables(tmp_path)


def test_no_folder_and_no_table_are_sentences(tmp_path: Path):
    with pytest.raises(TablesError, match="there is no such folder"):
        read_tables(tmp_path / "nowhere")
    with pytest.raises(TablesError, match="no table can be found"):
        read_tables(tmp_path)


def test_a_file_beyond_the_memory_is_refused_before_it_is_read(tmp_path: Path):
    make_raw_tables()["tr"].write_csv(tmp_path / "tr.csv")
    with pytest.raises(
        TablesError, match=r"tr\.csv: the file is .* GB and reading these tables would take more"
    ):
        read_tables(tmp_path, memory_bytes=100)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pl.DataFrame({"TOOLONGNAME": ["a"]}), "column names TOOLONGNAME do not fit"),
        (pl.DataFrame({"AETERM": ["é"]}), "characters beyond ASCII"),
        (pl.DataFrame({"AETERM": ["a" * 201]}), "longer than 200 bytes"),
    ],
)
def test_what_a_transport_file_would_spoil_is_refused(frame: pl.DataFrame, message: str, tmp_path: Path):
    with pytest.raises(OutputError, match=message):
        write_xpt_table(frame, tmp_path / "ae.xpt")


CELLS = st.one_of(
    st.none(), st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=20)
)


@settings(max_examples=25, derandomize=True, deadline=None)
@given(rows=st.lists(st.tuples(st.just("P1"), CELLS), min_size=1, max_size=8))
@pytest.mark.parametrize("file_format", FORMATS)
def test_texts_survive_every_format(
    file_format: TableFormat, rows: list[tuple[str, str | None]], tmp_path_factory
):
    folder = tmp_path_factory.mktemp("tables")
    frame = pl.DataFrame(rows, schema={"USUBJID": pl.String, "AETERM": pl.String}, orient="row")
    write_tables({"ae": frame}, folder, file_format=file_format, created=CREATED)
    found = read_tables(folder).tables["ae"].select(pl.all().cast(pl.String))
    assert found.rows() == frame.rows()
