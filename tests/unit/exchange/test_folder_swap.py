"""Output appears whole or not at all."""

from pathlib import Path

import pytest

from abscopal.errors import OutputError
from abscopal.exchange.folder_swap import writing_aside


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_an_interrupted_run_leaves_nothing(tmp_path: Path):
    with pytest.raises(KeyboardInterrupt), writing_aside(tmp_path / "out") as aside:
        (aside / "half.txt").write_text("half", encoding="utf-8")
        raise KeyboardInterrupt
    assert names(tmp_path) == []


def test_an_earlier_output_survives_a_failed_run(tmp_path: Path):
    out = tmp_path / "out"
    with writing_aside(out) as aside:
        (aside / "first.txt").write_text("1", encoding="utf-8")
    with pytest.raises(ValueError, match="broken"), writing_aside(out) as aside:
        raise ValueError("broken")
    assert "first.txt" in names(out)


def test_an_earlier_output_is_replaced_as_a_whole(tmp_path: Path):
    out = tmp_path / "out"
    for name in ("first.txt", "second.txt"):
        with writing_aside(out) as aside:
            (aside / name).write_text("x", encoding="utf-8")
    assert names(out) == [".abscopal-output", "second.txt"]
    assert names(tmp_path) == ["out"]


def test_a_folder_of_someone_else_is_never_touched(tmp_path: Path):
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(OutputError, match="files that Abscopal did not write"), writing_aside(tmp_path):
        pytest.fail("the folder was given")
    assert names(tmp_path) == ["thesis.txt"]


def test_a_file_in_the_way_is_a_sentence(tmp_path: Path):
    (tmp_path / "out").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="this is a file"), writing_aside(tmp_path / "out"):
        pytest.fail("the folder was given")


def test_a_note_put_into_an_earlier_report_is_never_lost(tmp_path: Path):
    out = tmp_path / "out"
    with writing_aside(out) as aside:
        (aside / "report.html").write_text("x", encoding="utf-8")
    (out / "my_notes.txt").write_text("thoughts", encoding="utf-8")
    with pytest.raises(OutputError, match="files that Abscopal did not write"), writing_aside(out):
        pytest.fail("the folder was given")
    assert (out / "my_notes.txt").read_text(encoding="utf-8") == "thoughts"
