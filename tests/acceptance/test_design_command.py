"""`abscopal design` from the command line: what it says, writes and refuses."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from abscopal.cli.main import app
from abscopal.errors import UserError

RUNNER = CliRunner()


def run(*arguments: str) -> str:
    result = RUNNER.invoke(app, ["design", *arguments])
    assert result.exit_code == 0, result.output + str(result.exception)
    return result.output


def refuse(*arguments: str) -> str:
    result = RUNNER.invoke(app, ["design", *arguments])
    assert isinstance(result.exception, UserError), result.output
    return result.exception.sentence


@pytest.mark.parametrize("study", ["dex2", "nivipit", "neo1"])
def test_a_study_may_be_named_at_once(study: str, tmp_path: Path):
    file, out = tmp_path / "deep" / "design.json", tmp_path / "out"
    said = run(study, "--json", str(file), "--out", str(out))
    assert said.splitlines()[0] == run("study", study).splitlines()[0]
    content = json.loads(file.read_text(encoding="utf-8"))
    assert content == json.loads((out / "design.json").read_text(encoding="utf-8"))
    assert all(sentence.split("\n")[0] in said for sentence in content["sentences"]["en"])
    assert (out / "design.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    drawn = {path.stem for path in (out / "figures").iterdir()}
    assert ("power-curve" in drawn) == bool(content["rules"])


def test_exact_numbers_of_the_rule_are_in_the_json(tmp_path: Path):
    run("--json", str(tmp_path / "x.json"), "nivipit")
    content = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))
    assert content["rules"][0]["alpha"] == pytest.approx(0.127938, abs=1e-6)
    assert content["rules"][0]["power"] == pytest.approx(0.923814, abs=1e-6)
    assert (content["keeps_alpha"], content["keeps_power"]) == (False, True)
    smallest = content["smallest_exact"]
    assert (smallest["n"], smallest["minimum_successes"]) == (39, 24)


def test_designs_are_compared_in_one_table(tmp_path: Path):
    said = run("explore", "--p0", "0.1", "--p1", "0.3", "--language", "fr", "--out", str(tmp_path / "o"))
    assert "1/10 5/29" in said
    assert "Simon optimal" in said
    assert (tmp_path / "o" / "figures" / "early-stopping.svg").exists()


def test_a_boundary_for_a_board(tmp_path: Path):
    looks = ("--limit", "0.3", "--looks", "6,12,18,24,30,36,41")
    said = run("boundary", *looks, "--json", str(tmp_path / "b.json"), "--out", str(tmp_path / "o"))
    assert "4 or more of 6, 6 or more of 12" in said
    content = json.loads((tmp_path / "b.json").read_text(encoding="utf-8"))
    assert content["looks"][1] == {"n": 12, "pause_at_or_above": 6}
    assert content["behaviour"][1]["probability_of_pausing"] == pytest.approx(0.039, abs=5e-4)
    assert run("boundary", *looks, "--minimum", "10").count("│ 6 ") == 0


def test_wrong_public_designs_are_refused_by_their_exact_error(tmp_path: Path):
    rates = ("--p0", "0.1", "--p1", "0.3")
    said = refuse("check", "1/8", "4/24", *rates, "--json", str(tmp_path / "c.json"))
    assert "exact alpha 0.0516 (promised 0.05), exact power 0.7082 (promised 0.8)" in said
    assert json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))["keeps_power"] is False
    asked = ("--alpha", "0.1", "--power", "0.9", "--claim", "optimal")
    assert "It was said to be optimal." in refuse("check", "2/18", "4/26", *rates, *asked)
    assert "Simon's optimal design" in run("check", "1/10", "5/29", *rates, "--claim", "optimal")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("explore", "--p0", "0.5", "--p1", "0.3"), "exchanged, p0 0.3 and p1 0.5 would work"),
        (("explore", "--p0", "0.3", "--p1", "0.3"), "p0 0.3 and p1 0.5 would work"),
        (("explore", "--p0", "10", "--p1", "30"), "as shares, p0 0.1 and p1 0.3 would work"),
        (("explore", "--p0", "0.1", "--p1", "0.3", "--alpha", "5"), "alpha 0.05 and power 0.8 would work"),
        (("explore", "--p0", "0.1", "--p1", "0.3", "--power", "90"), "alpha 0.05 and power 0.9 would work"),
        (("explore", "--p0", "0.1", "--p1", "0.3", "--power", "0.2"), "power 0.8 would work"),
        (("explore", "--p0", "0.5", "--p1", "0.52"), "from a hoped-for rate of"),
        (("explore", "--p0", "0.1", "--p1", "0.3", "--looks", "20,10"), "In order they would be 10, 20"),
        (("boundary", "--limit", "0.3", "--looks", "6;six"), "such as 6,12,18"),
        (("boundary", "--limit", "0.3", "--looks", "6,12", "--n", "10"), "Plan 12 patients"),
        (("check", "1-10", "5/29", "--p0", "0.1", "--p1", "0.3"), "Write successes/patients"),
        (("check", "12/10", "5/29", "--p0", "0.1", "--p1", "0.3"), "Write r1/n1 r/n"),
        (("explore", "--p0", "nan", "--p1", "0.3"), "would work"),
        (("boundary", "--limit", "0.3", "--looks", "6,100000"), "up to 2000 patients"),
        (("nowhere",), "no such study"),
    ],
)
def test_what_cannot_be_gets_a_sentence_with_what_would_work(arguments: tuple[str, ...], said: str):
    assert said in refuse(*arguments)


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path):
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    assert "did not write" in refuse("nivipit", "--out", str(tmp_path))
    assert "cannot be written" in refuse("nivipit", "--json", str(tmp_path / "thesis.txt" / "x.json"))
