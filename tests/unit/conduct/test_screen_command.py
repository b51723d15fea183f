"""`abscopal screen` on the example of the documentation."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from abscopal.cli.main import app
from abscopal.cli.screen import read_day
from abscopal.errors import OptionError

EXAMPLE = str(Path(__file__).parents[3] / "docs" / "examples" / "facts.csv")


def run(*options: str) -> str:
    result = CliRunner().invoke(app, ["screen", "dex2", EXAMPLE, *options])
    assert result.exit_code == 0, result.output
    return result.output


def test_each_patient_is_answered_with_reasons_and_next_steps():
    output = run("--on", "2024-03-15")
    assert "Patient D01, 2024-03-15, protocol version 1.0: not yet known to be eligible." in output
    assert "order: HLA-A*02 typing" in output
    assert "Patient D02, 2024-03-15, protocol version 1.0: not eligible." in output
    assert "ECOG is 2 (5 March 2024, examination); required: at most 1." in output


def test_the_answer_speaks_french():
    output = run("--on", "2024-03-15", "--language", "fr", "--details")
    assert "éligibilité pas encore connue" in output
    assert "prescrire\u00a0: Typage HLA-A*02" in output
    assert "AGE\u00a0: 64 ans (1er mars 2024, medical record)" in output


def test_an_examination_that_expired_is_ordered_again():
    assert "order: Clinical examination" in run("--on", "2024-05-15")


def test_a_machine_reads_every_criterion_with_the_date_that_decided_it():
    first, second = json.loads(run("--on", "2024-03-15", "--json"))
    assert first["stages"]["hla"] == "open"
    assert first["next_steps"][0]["criteria"] == ["HLA_A2"]
    ecog = next(entry for entry in second["criteria"] if entry["criterion"] == "ECOG")
    assert (ecog["verdict"], ecog["date"], ecog["last_valid_day"]) == ("not_met", "2024-03-05", "2024-04-02")
    assert second["reasons"][0]["code"] == "NOT_MET"


def test_the_day_is_today_or_a_date():
    assert read_day("2024-03-15", "en").isoformat() == "2024-03-15"
    assert read_day(None, "en").year >= 2024
    with pytest.raises(OptionError, match="Écrivez-la"):
        read_day("15/03/2024", "fr")
