"""Every folder of studies/: it checks, its hand-written patients are as expected, its tables are read out.

A new trial is a new folder: it is tested here without a line of code.
"""

import json
from pathlib import Path

import polars as pl
import pytest
from scipy.stats import beta
from typer.testing import CliRunner

from abscopal.cli.main import app
from abscopal.cli.study_assurance import assure_study
from abscopal.evidence.plan.endpoints import BINDINGS, WINDOWED
from abscopal.exchange.patients_yaml import compose_tables, read_patients
from abscopal.protocol.published import read_published
from abscopal.protocol.reading import list_bundled_studies, read_study

FOLDERS = list_bundled_studies()


@pytest.fixture(params=sorted(FOLDERS))
def name(request) -> str:
    """Each study in turn."""
    return request.param


def test_there_are_studies():
    assert len(FOLDERS) >= 3


def test_the_folder_is_complete(name):
    held = {file.name for file in FOLDERS[name].iterdir()}
    assert {"protocol.yml", "patients.yml", "published.yml", "README.md"} <= held


def test_check_finds_no_mistake(name):
    result = CliRunner().invoke(app, ["check", name])
    assert result.exit_code == 0, result.output


def test_the_hand_written_patients_are_as_expected(name):
    assurance = assure_study(read_study(name))
    assert not [checked.sentence for checked in assurance.list_outcomes("failed")]
    assert assurance.is_sound
    checked = set(assurance.count_by_subject("met"))
    assert {"response_by_scan", "best_response", "severe_toxicity", "time_to_event"} <= checked


def test_there_are_eight_patients_and_each_shows_something_else(name):
    told = read_patients(FOLDERS[name] / "patients.yml").patients
    assert len(told) >= 8
    assert len({patient.story.en for patient in told}) == len(told)
    assert len({patient.story.fr for patient in told}) == len(told)
    assert all(patient.expected.eligible and patient.expected.stage for patient in told)
    assert {eligible for patient in told for eligible in patient.expected.eligible.values()} == {
        "met",
        "not_met",
        "not_yet_known",
    }


def test_the_study_files_agree_on_the_name_of_the_folder(name):
    assert read_patients(FOLDERS[name] / "patients.yml").study == name
    assert read_published(FOLDERS[name] / "published.yml").study == name


def test_intervals_marked_as_exact_are_exact(name):
    for result in read_published(FOLDERS[name] / "published.yml").results:
        if result.interval is None or result.interval.method != "clopper_pearson":
            continue
        events, patients = result.n, result.N
        assert events is not None, result.identifier
        lower = 100 * beta.ppf(0.025, events, patients - events + 1)
        upper = 100 * beta.ppf(0.975, events + 1, patients - events)
        assert (result.interval.lower, result.interval.upper) == (round(lower, 1), round(upper, 1))


def test_published_arms_are_arms_of_the_study(name):
    arms = {arm.identifier for arm in read_study(name).protocol.arms}
    published = read_published(FOLDERS[name] / "published.yml").results
    assert {result.arm for result in published if result.arm and result.trial is None} <= arms


def test_the_tables_of_the_hand_written_patients_are_read_out(name, tmp_path):
    study = read_study(name)
    tables, out = tmp_path / "tables", tmp_path / "out"
    write_tables(study.folder, study.protocol.identity.identifier, tables)
    result = CliRunner().invoke(app, ["read-out", name, "--tables", str(tables), "--out", str(out)])
    assert result.exit_code == 0, result.output or result.exception
    assert (out / "report.html").stat().st_size > 10_000
    estimates = json.loads((out / "estimates.json").read_text(encoding="utf-8"))
    patients = read_patients(study.folder / "patients.yml").patients
    treated = sum(bool(patient.doses) for patient in patients)
    population = pl.read_parquet(out / "adam" / "adsl.parquet")
    assert population.height == len(patients)
    assert population.filter(pl.col("SAFFL") == "Y").height == treated
    estimated = {estimate["endpoint"] for estimate in estimates}
    report = (out / "report.html").read_text(encoding="utf-8")
    for endpoint in study.protocol.endpoints:  # what is not estimated is at least named, with the reason
        assert endpoint.name.en in report or endpoint.identifier in estimated, endpoint.identifier
    primary = study.protocol.primary_endpoint
    assert primary.identifier in estimated or primary.kind not in {*BINDINGS, *WINDOWED}


def write_tables(folder: Path, identifier: str, place: Path) -> None:
    """Write the tables of the hand-written patients as a hospital would send them."""
    place.mkdir()
    for domain, frame in compose_tables(read_patients(folder / "patients.yml").patients, identifier).items():
        frame.write_csv(place / f"{domain}.csv")
