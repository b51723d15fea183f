"""`abscopal respond` on a lesion table that holds several readers."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from abscopal.cli.respond import respond

app = typer.Typer()
app.command()(respond)
SIZES = {
    ("P1", "ANNE"): [50, 30, 30], ("P1", "BORIS"): [50, 32, 31],
    ("P2", "ANNE"): [50, 50, 70], ("P2", "BORIS"): [50, 50, 55],
    ("P3", "ANNE"): [50, 70, 90], ("P3", "BORIS"): [50, 72, 90],
}  # fmt: skip


@pytest.fixture
def two_readers(tmp_path: Path) -> str:
    rows = ["patient,reader,date,lesion,role,mm"]
    for (patient, reader), sizes in SIZES.items():
        days = ["2024-01-02", "2024-03-02", "2024-05-02"]
        rows += [f"{patient},{reader},{day},T1,target,{mm}" for day, mm in zip(days, sizes, strict=True)]
    path = tmp_path / "two.csv"
    path.write_text("\n".join(rows) + "\n")
    return str(path)


def say(path: str, *options: str) -> str:
    result = CliRunner().invoke(app, [path, *options], env={"COLUMNS": "400"}, catch_exceptions=False)
    return " ".join(result.output.split())


def test_two_readers_get_a_line_on_their_agreement(two_readers: str):
    """P2 is stable for both, but only one sees progression."""
    english = say(two_readers)
    assert (
        "Readers ANNE and BORIS: same best response in 3 of 3 patients (weighted kappa 1.00, n = 3)"
        in english
    )
    assert "progression on the same day, or seen by neither, in 2." in english
    french = say(two_readers, "--language", "fr")
    assert "même meilleure réponse chez 3 patients sur 3 (kappa pondéré 1,00, n = 3)" in french


def test_a_machine_gets_the_numbers(two_readers: str):
    (pair,) = json.loads(say(two_readers, "--json"))["criteria"][0]["agreement"]
    assert (pair["first"], pair["second"], pair["patients"]) == ("ANNE", "BORIS", 3)
    assert pair["same_best_response"] == 3
    assert pair["same_progression"] == 2
    assert pair["kappa"]["estimate"] == 1.0


def test_one_reader_gets_no_such_line():
    lesions = str(Path(__file__).parents[3] / "docs" / "examples" / "lesions.csv")
    assert "same best response" not in say(lesions)
    assert json.loads(say(lesions, "--json"))["criteria"][0]["agreement"] == []
