"""What the read-out refuses, what it leaves out, and what a data cut hides."""

import datetime as dt
import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console
from typer.testing import CliRunner

from abscopal.cli.demo import find_demonstration
from abscopal.cli.main import app
from abscopal.cli.report_folder import write_report_folder
from abscopal.errors import OptionError, OutputError, StudyError, TablesError, UserError
from abscopal.evidence.analysis import Analysis, run_analysis
from abscopal.evidence.analysis_plan import plan_analysis
from abscopal.exchange.table_folders import read_tables
from abscopal.protocol.reading import read_study
from abscopal.tables.admission import admit_tables


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    copy = tmp_path / "tables"
    shutil.copytree(find_demonstration()[1], copy)
    return copy


def analyse(folder: Path, *, cut_off: dt.date | None = None) -> Analysis:
    study = read_study(find_demonstration()[0])
    admission = admit_tables(read_tables(folder).tables, ctcae_version=None)
    return run_analysis(plan_analysis(study.protocol), admission.tabulation, cut_off=cut_off)


def refuse(study: str, tables: Path, out: Path) -> None:
    write_report_folder(study, tables=tables, out=out, console=Console(quiet=True))


def test_an_unknown_study_is_refused_and_nothing_is_written(tables: Path, tmp_path: Path):
    with pytest.raises(StudyError, match="no such study"):
        refuse("unheard_of", tables, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_tables_without_patients_are_refused(tables: Path, tmp_path: Path):
    (tables / "dm.csv").unlink()
    with pytest.raises(TablesError, match="DM"):
        refuse(find_demonstration()[0], tables, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_empty_file_is_refused(tables: Path, tmp_path: Path):
    (tables / "ae.csv").write_text("")
    with pytest.raises(TablesError, match="holds nothing"):
        refuse(find_demonstration()[0], tables, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_not_ours_is_never_touched(tables: Path, tmp_path: Path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.docx").write_text("years of work")
    with pytest.raises(OutputError, match="did not write"):
        refuse(find_demonstration()[0], tables, out)
    assert [path.name for path in out.iterdir()] == ["thesis.docx"]


@pytest.mark.parametrize("day", ["soon", "2024-13-01"])
def test_a_day_that_is_none_is_refused(day: str, tables: Path, tmp_path: Path):
    command = ["read-out", find_demonstration()[0], "--tables", str(tables), "--out", str(tmp_path / "o")]
    result = CliRunner().invoke(app, [*command, "--cut-off", day])
    assert isinstance(result.exception, OptionError)
    assert isinstance(result.exception, UserError)


def test_absent_tables_leave_out_their_sections_and_the_report_says_so(tables: Path):
    for name in ("ae", "tu", "tr", "ex"):
        (tables / f"{name}.csv").unlink()
    analysis = analyse(tables)
    assert set(analysis.adam) == {"adsl", "adtte"}
    absent = {stop.detail for stop in analysis.stops if stop.code == "table_absent"}
    assert {"AE", "TU", "TR", "EX"} <= absent
    assert analysis.decision is None
    assert any(record.endpoint == "os" for record in analysis.estimates.records)


@pytest.mark.slow
def test_a_report_can_be_made_of_patients_alone(tables: Path, tmp_path: Path):
    for path in tables.iterdir():
        if path.stem not in {"dm", "ds"}:
            path.unlink()
    command = ["read-out", find_demonstration()[0], "--tables", str(tables), "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.exception
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "The table AE is absent" in page
    assert 'id="toxicity"' not in page
    assert 'id="flow"' in page
    assert json.loads((tmp_path / "out" / "estimates.json").read_text(encoding="utf-8"))


def test_a_data_cut_hides_what_came_later(tables: Path):
    cut_off = dt.date(2022, 3, 31)
    whole, cut = analyse(tables), analyse(tables, cut_off=cut_off)
    # A cut after everything changes nothing.
    assert analyse(tables, cut_off=dt.date(2031, 1, 1)).estimates.records == whole.estimates.records
    assert 0 < cut.tables["adsl"].height < whole.tables["adsl"].height
    for table, column in (("adae", "ASTDT"), ("adtr", "ADT"), ("adtte", "ADT"), ("adsl", "DTHDT")):
        latest = cut.tables[table][column].max()
        assert latest is not None
        assert latest <= cut_off
    assert cut.tables["adsl"]["LSTALVDT"].max() <= cut_off
    deaths = [
        frame.filter(pl.col("DTHFL") == "Y").height for frame in (cut.tables["adsl"], whole.tables["adsl"])
    ]
    assert deaths[0] < deaths[1]


def test_mixed_versions_of_ctcae_are_never_pooled(tables: Path):
    events = pl.read_csv(tables / "ae.csv", infer_schema=False)
    mixed = events.with_columns(
        AETOXVER=pl.when(pl.int_range(pl.len()) % 2 == 0).then(pl.lit("5.0")).otherwise("AETOXVER")
    )
    mixed.write_csv(tables / "ae.csv")
    analysis = analyse(tables)
    assert "adae" not in analysis.adam
    assert any(stop.code == "grade_version_mixed" for stop in analysis.stops)
