"""Interrupts, full disks and damaged files: a sentence, and nothing half-written or out of date."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from abscopal.cli import main
from abscopal.cli.calibrate import CalibrationInterrupted, calibrate, choose_day
from abscopal.cli.check import check, check_scenarios
from abscopal.errors import OptionError, OutputError, StudyError
from abscopal.exchange.file_swap import replace_together
from abscopal.protocol.reading import read_study
from abscopal.rehearsal.calibration.calibrate import (
    PROGRESS_FILE,
    plan_calibration,
    read_progress,
    write_progress,
)
from abscopal.rehearsal.calibration.search import Position
from abscopal.rehearsal.model.description import read_model
from abscopal.rehearsal.reporting.report import read_record
from abscopal.rehearsal.scenario import choose_scenario

SAID = "Interrupted. What was finished is kept; give the same command again."


@pytest.mark.parametrize(("trials", "place"), [("1", "run_one_trial"), ("2", "run_rehearsal")])
def test_an_interrupt_is_a_sentence(trials: str, place: str, tmp_path: Path, monkeypatch, capsys):
    def interrupt(_request: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(f"abscopal.cli.rehearse_output.{place}", interrupt)
    monkeypatch.setattr(
        sys, "argv", ["abscopal", "rehearse", "dex2", "--out", str(tmp_path), "--trials", trials]
    )
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert capsys.readouterr().err.strip() == SAID


def test_an_interrupt_while_loading_is_a_sentence():
    program = (
        "import sys\n"
        "class Stop:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'abscopal.cli.check': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Stop())\n"
        "import abscopal.cli\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr.strip()) == (2, SAID)


def test_files_are_replaced_together_and_what_they_outdate_is_gone(tmp_path: Path):
    page, figures = tmp_path / "page.html", tmp_path / "figures"
    page.write_text("old")
    figures.mkdir()
    replace_together({tmp_path / "a": "1", tmp_path / "sub" / "b": b"2"}, outdated=[page, figures])
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "b", "sub"]


def test_a_full_disk_leaves_the_earlier_files_whole(tmp_path: Path, monkeypatch):
    (tmp_path / "a").write_text("old")
    (tmp_path / "page.html").write_text("old")
    whole = Path.write_bytes

    def fill(self: Path, data: bytes) -> int:
        whole(self, data[:1])
        if self.name == "b.part":
            raise OSError(28, "No space left on device")
        return 1

    monkeypatch.setattr(Path, "write_bytes", fill)
    with pytest.raises(OSError, match="No space"):
        replace_together({tmp_path / "a": "new", tmp_path / "b": "new"}, outdated=[tmp_path / "page.html"])
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a": "old", "page.html": "old"}


@pytest.mark.parametrize("text", ["", '{"targets": [', "[1]", '{"targets": 3}', '{"parameters": [1]}'])
def test_a_damaged_record_is_a_sentence(text: str, tmp_path: Path):
    (tmp_path / "calibration.json").write_text(text)
    with pytest.raises(StudyError, match=r"calibration\.json.*or remove it"):
        read_record(tmp_path)


@pytest.mark.parametrize("content", [b"", b"nothing", b"PK\x03\x04cut"])
def test_a_damaged_progress_is_a_sentence(content: bytes, tmp_path: Path):
    study = read_study("nivipit")
    plan = plan_calibration(
        study.protocol, read_model(), choose_scenario(study.protocol), study_hash=study.document_hash,
        candidates=8, rounds=6, patients=64, seed=1,
    )  # fmt: skip
    (tmp_path / PROGRESS_FILE).write_bytes(content)
    with pytest.raises(OutputError, match=r"saved progress is damaged\. Remove it"):
        read_progress(tmp_path, plan)


def plan_small(seed: int):
    study = read_study("nivipit")
    return plan_calibration(
        study.protocol, read_model(), choose_scenario(study.protocol), study_hash=study.document_hash,
        candidates=8, rounds=6, patients=64, seed=seed,
    )  # fmt: skip


def test_the_progress_of_another_seed_is_never_replaced(tmp_path: Path):
    one = np.zeros((8, 3))
    write_progress(tmp_path, plan_small(1), Position(one, one, one[:, 0], 4, 5, 9, one[:, 0]))
    kept = read_progress(tmp_path, plan_small(1))
    assert kept is not None
    assert kept.rounds == 4
    with pytest.raises(OutputError, match=r"4 finished rounds of another calibration: another seed.* --out"):
        read_progress(tmp_path, plan_small(2))


def test_an_interrupted_calibration_says_how_to_go_on(tmp_path: Path, monkeypatch):
    one = np.zeros((8, 3))

    def cut_short(*_, **__):
        yield Position(one, one, one[:, 0], 1, 5, 9, one[:, 0])
        raise KeyboardInterrupt

    monkeypatch.setattr("abscopal.rehearsal.calibration.calibrate.run_calibration", cut_short)
    said = (
        r"after 1 of 7 rounds.*abscopal calibrate nivipit --seed 3 --patients 64 --draws 8 --rounds 7 --out"
    )
    with pytest.raises(CalibrationInterrupted, match=said):
        calibrate("nivipit", tmp_path, seed=3, patients=64, draws=8, rounds=7, workers=1, date="")
    assert (tmp_path / PROGRESS_FILE).is_file()


@pytest.mark.parametrize("date", ["tomorrow", "20260102", "2026-13-01", "02/01/2026"])
def test_what_is_no_day_is_refused(date: str):
    with pytest.raises(OptionError, match="is no day"):
        choose_day(date)


def test_a_scenario_or_record_that_no_rehearsal_can_use_is_found_by_check(tmp_path: Path):
    """What would stop a rehearsal is said when the folder is checked."""
    bundled = read_study("nivipit")
    folder = tmp_path / "copy"
    shutil.copytree(bundled.folder, folder)
    assert check_scenarios(bundled.protocol, folder / "protocol.yml") == []
    text = (folder / "protocol.yml").read_text(encoding="utf-8")
    wrong = text.replace("lesions_injected_one: {value: 0.65", "lesions_injected_one: {value: 0.60")
    assert wrong != text
    (folder / "protocol.yml").write_text(wrong, encoding="utf-8")
    (folder / "calibration.json").write_text("{", encoding="utf-8")
    with pytest.raises(StudyError) as told:
        check(str(folder))
    found = {Path(item.file).name: str(item) for item in told.value.findings}
    assert "Scenario published: lesions_injected_one" in found["protocol.yml"]
    assert "add up to 0.950" in found["protocol.yml"]
    assert "is no JSON" in found["calibration.json"]
