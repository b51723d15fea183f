"""`abscopal check`: sentences on the error stream and exit code 2, or a summary and exit code 0."""

import sys
from pathlib import Path

import pytest

from abscopal.cli import main


def run(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["abscopal", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_a_sound_study_gets_a_summary(small_study: Path, monkeypatch, capsys):
    assert run(["check", str(small_study)], monkeypatch) == 0
    said = capsys.readouterr().out
    assert "No mistake in" in said
    assert "primary: Free of severe toxicity." in said
    assert "1 assumed" in said
    assert "stops dosing" not in said
    assert "stops gating" in said
    assert "immunomonitoring.panels.FLOW.gating_template" in said


def test_assumptions_and_unknowns_are_listed_on_request(small_study: Path, monkeypatch, capsys):
    assert run(["check", str(small_study), "--show", "assumptions"], monkeypatch) == 0
    said = capsys.readouterr().out
    assert "safety.severe_grade = 3" in said
    assert "Usual." in said
    assert run(["check", str(small_study), "--show", "unknowns"], monkeypatch) == 0
    assert "stops nothing:" in capsys.readouterr().out


def test_mistakes_end_with_exit_code_2(small_study: Path, tmp_path: Path, monkeypatch, capsys):
    text = small_study.read_text(encoding="utf-8").replace("board:", "bord:")
    (tmp_path / "protocol.yml").write_text(text, encoding="utf-8")
    assert run(["check", str(tmp_path)], monkeypatch) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Did you mean board?" in said.err
    assert f"line {text[: text.index('bord:')].count(chr(10)) + 1}" in said.err
    assert "Traceback" not in said.err


def test_the_other_files_of_the_folder_are_checked_too(
    small_study: Path, tmp_path: Path, monkeypatch, capsys
):
    (tmp_path / "protocol.yml").write_text(small_study.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "patients.yml").write_text("study: small\npatient: []\n", encoding="utf-8")
    (tmp_path / "published.yml").write_text("nothing: 1\n", encoding="utf-8")
    assert run(["check", str(tmp_path)], monkeypatch) == 2
    said = capsys.readouterr().err
    assert "patients.yml, line" in said
    assert "published.yml, line" in said


def test_an_unknown_study_lists_the_known_ones(monkeypatch, capsys):
    assert run(["check", "nowhere"], monkeypatch) == 2
    assert "Known: dex2, neo1, nivipit" in capsys.readouterr().err
