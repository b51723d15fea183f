"""Lines that contradict others are set apart, as rows of any trial's tables are, and the rest is judged."""

import json

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from abscopal.cli.respond import respond
from abscopal.exchange.lesion_csv import read_lesion_csv
from abscopal.exchange.lines_set_apart import SENTENCES
from abscopal.tables.admission import admit_tables
from small_tabulation import make_raw_tables, put

HEADING = "patient,date,lesion,role,mm\n"
OTHER = "Z,2024-01-02,T1,target,30\nZ,2024-03-04,T1,target,15\n"
BASE = "A,2024-01-02,T1,target,30\nA,2024-01-02,N1,non-target,present\n"
app = typer.Typer()
app.command()(respond)


def write(folder, text):
    path = folder / "lesions.csv"
    path.write_text(HEADING + OTHER + BASE + text, encoding="utf-8")
    return path


def read(folder, text, language="en"):
    return read_lesion_csv(write(folder, text), language=language)


def list_apart(tables):
    return tables.set_apart.select("LINE", "LESION", "RULE").rows()


def run(path, *arguments):
    result = CliRunner().invoke(app, [str(path), *arguments], env={"COLUMNS": "400"}, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_a_role_that_changes_leaves_the_first_role_and_the_length(tmp_path):
    tables = read(tmp_path, "A,2024-03-04,T1,non-target,20\nA,2024-05-04,T1,non-target,present\n")
    assert list_apart(tables) == [(6, "T1", "changed_role"), (7, "T1", "changed_role")]
    assert "the role is non-target here and target on line 4" in tables.set_apart["MESSAGE"][0]
    assert tables.tu.filter(USUBJID="A", TULNKID="T1")["TUSTRESC"].to_list() == ["TARGET"]
    assert tables.tr.filter(USUBJID="A", TRLNKID="T1")["TRSTRESN"].to_list() == [30.0, 20.0, None]


def test_the_earliest_scan_gives_the_role_whatever_the_order_of_the_lines(tmp_path):
    tables = read(tmp_path, "A,2024-03-04,T2,non-target,present\nA,2024-01-02,T2,target,20\n")
    assert list_apart(tables) == [(6, "T2", "changed_role")]
    assert "target on line 7" in tables.set_apart["MESSAGE"].item()


def test_a_new_lesion_at_baseline_is_left_out_with_all_its_lines(tmp_path):
    tables = read(tmp_path, "A,2024-01-02,X1,new,equivocal\nA,2024-03-04,X1,new,new\n")
    assert list_apart(tables) == [(6, "X1", "new_at_baseline"), (7, "X1", "unknown_lesion")]
    assert "because of line 6" in tables.set_apart["MESSAGE"][1]
    assert "X1" not in tables.tr["TRLNKID"].to_list()


def test_a_new_lesion_said_to_be_absent_at_baseline_is_new_where_it_is_seen(tmp_path):
    tables = read(tmp_path, "A,2024-01-02,X1,new,absent\nA,2024-03-04,X1,new,new\n")
    assert list_apart(tables) == []
    assert tables.tu.filter(TULNKID="X1")["TUDTC"].to_list() == ["2024-03-04"]


@pytest.mark.parametrize("second", ["22", "absent", "not evaluated", "18+14", "too small"])
def test_two_results_of_one_day_are_both_left_out(tmp_path, second):
    tables = read(tmp_path, f"A,2024-03-04,T1,target,20\nA,2024-03-04,T1,target,{second}\n")
    assert list_apart(tables) == [(6, "T1", "measured_twice"), (7, "T1", "measured_twice")]
    assert "also line 7" in tables.set_apart["MESSAGE"][0]
    assert tables.tr.filter(USUBJID="A", TRDTC="2024-03-04").is_empty()


def test_fragments_told_in_two_ways_all_go_and_each_line_once(tmp_path):
    tables = read(tmp_path, "A,2024-03-04,T1,target,18+14\nA,2024-03-04,T1,target,18+15\n")
    assert list_apart(tables) == [(6, "T1", "measured_twice"), (7, "T1", "measured_twice")]
    assert tables.tr.filter(USUBJID="A", TRDTC="2024-03-04").is_empty()


def test_a_word_beside_fragments_contradicts_them(tmp_path):
    tables = read(tmp_path, "A,2024-03-04,T1,target,18+14\nA,2024-03-04,T1,target,absent\n")
    assert list_apart(tables) == [(6, "T1", "measured_twice"), (7, "T1", "measured_twice")]


def test_the_same_result_twice_is_used_once(tmp_path):
    tables = read(tmp_path, "A,2024-03-04,T1,target,20\nA,2024-03-04,T1,target,20\n")
    assert list_apart(tables) == [(7, "T1", "repeated_result")]
    assert "line 6 says the same" in tables.set_apart["MESSAGE"].item()
    assert tables.tr.filter(USUBJID="A", TRDTC="2024-03-04")["TRSTRESN"].to_list() == [20.0]


def test_two_readers_may_differ(tmp_path):
    path = tmp_path / "readers.csv"
    path.write_text(
        "patient,reader,date,lesion,role,mm\nA,X,2024-01-02,T1,target,30\nA,Y,2024-01-02,T1,new,31\n"
    )
    assert read_lesion_csv(path).set_apart.is_empty()


def test_a_first_scan_of_which_no_line_is_used_does_not_start_time(tmp_path):
    tables = read(tmp_path, "A,2023-01-02,X1,new,new\n")
    assert list_apart(tables) == [(6, "X1", "new_at_baseline")]
    assert tables.adsl.filter(USUBJID="A")["REFDT"].item().isoformat() == "2024-01-02"


def test_the_other_patients_are_judged_as_if_the_lines_were_not_there(tmp_path):
    broken = write(tmp_path, "A,2024-03-04,T1,non-target,present\nA,2024-03-04,X1,new,new\n")
    told = json.loads(run(broken, "--json"))
    assert [(row["LINE"], row["LESION"]) for row in told["set_apart"]] == [(6, "T1")]
    overall = {
        row["USUBJID"]: row["AVALC"] for row in told["criteria"][0]["responses"] if row["PARAMCD"] == "OVR"
    }
    assert overall == {"A": "PD", "Z": "PR"}


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Set apart, line 7, T1: one reader gives two different results of this lesion on one day"),
        (
            "fr",
            "Mis à part, ligne 7, T1 : un lecteur donne deux",
        ),
    ],
)
def test_the_sentence_stands_under_the_patient_and_in_the_folder(tmp_path, language, sentence):
    path = write(tmp_path, "A,2024-03-04,T1,target,20\nA,2024-03-04,T1,target,22\n")
    said = run(path, "--language", language, "--out", str(tmp_path / "answers"))
    assert sentence in said[: said.index("Patient Z")]
    listed = pl.read_csv(tmp_path / "answers" / "set_apart.csv")
    assert listed["LINE"].to_list() == [6, 7]


def test_a_patient_of_whom_nothing_is_left_is_named(tmp_path):
    path = tmp_path / "lesions.csv"
    path.write_text(HEADING + "A,2024-01-02,T1,target,20\nA,2024-01-02,T1,target,22\n")
    said = run(path)
    assert "Patient A." in said
    assert "No line of this patient could be used." in said
    told = json.loads(run(path, "--criterion", "all", "--json"))
    assert len(told["set_apart"]) == 2
    assert len(told["criteria"]) == 3


def test_each_sentence_is_there_in_both_languages():
    assert SENTENCES["en"].keys() == SENTENCES["fr"].keys()


@pytest.mark.parametrize(("whole", "rule"), [({}, "measured_twice"), ({"TRSTAT": "NOT DONE"}, None)])
def test_a_trial_that_measures_a_lesion_whole_and_in_fragments_is_held_to_the_same_rule(whole, rule):
    tr = make_raw_tables()["tr"].with_columns(TRSTAT=pl.lit(None, dtype=pl.String))
    name = tr["TRLNKID"][1]
    fragments = [put(tr.slice(1, 1), 0, TRLNKID=f"{name}.{n}", TRSEQ=f"9{n}") for n in (1, 2)]
    number = tr.height
    changed = pl.concat([put(tr, 1, **whole), *fragments])
    apart = admit_tables({**make_raw_tables(), "tr": changed}, ctcae_version="5.0").set_apart
    expected = [] if rule is None else [(rule, 2), (rule, number + 1), (rule, number + 2)]
    assert apart.select("RULE", "ROW").rows() == expected
