"""The synthetic tables that ship are those that the script draws, and say plainly that they are synthetic."""

import importlib.util
from pathlib import Path

import polars as pl

from abscopal.cli.demo import find_demonstration

SCRIPT = Path(__file__).parents[3] / "scripts" / "make_demo_tables.py"


def load_script():
    specification = importlib.util.spec_from_file_location("make_demo_tables", SCRIPT)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_the_tables_that_ship_are_those_that_the_script_draws():
    _, folder = find_demonstration()
    drawn = load_script().simulate_tables(patients=61, seed=20260131)
    assert {path.stem for path in folder.glob("*.csv")} == set(drawn)
    for name, frame in drawn.items():
        assert (folder / f"{name}.csv").read_text(encoding="utf-8") == frame.write_csv()


def test_no_row_could_be_taken_for_a_real_patient():
    _, folder = find_demonstration()
    for path in folder.glob("*.csv"):
        rows = pl.read_csv(path, infer_schema=False)
        assert rows["STUDYID"].unique().to_list() == ["SYNTHETIC"]
        assert rows["USUBJID"].str.starts_with("SYN-").all()
    assert sum(path.stat().st_size for path in folder.iterdir()) < 1_000_000
