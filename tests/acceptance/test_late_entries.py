"""Forms entered late: absent after the day of the data cut, whole, counted, and read out as any other tables."""

import datetime as dt

import polars as pl
import pytest
from rich.console import Console

from abscopal.cli import rehearsed_trial
from abscopal.cli.rehearsed_trial import write_rehearsed_trial
from abscopal.protocol.reading import list_bundled_studies, read_study
from abscopal.rehearsal.model.description import read_model
from abscopal.rehearsal.scenario import choose_scenario
from abscopal.rehearsal.trial.late_entries import find_data_cut
from abscopal.rehearsal.trial.simulate import VirtualTrial, simulate_trial
from abscopal.rehearsal.trial.write import make_trial_keys
from abscopal.tables.admission import admit_tables

pytestmark = pytest.mark.slow
DATED = {"tr": "TRDTC", "ae": "AESTDTC", "be": "BEDTC", "pr": "PRSTDTC"}


def simulate(name: str, *, patients: int = 16, **changes: float) -> VirtualTrial:
    study = read_study(name)
    return simulate_trial(
        study.protocol,
        choose_scenario(study.protocol, changes=changes),
        read_model(),
        keys=make_trial_keys(study, seed=3),
        patients=patients,
        tolerance=1e-4,
    )


def list_days(trial: VirtualTrial, domain: str) -> list[dt.date]:
    return [dt.date.fromisoformat(day[:10]) for day in trial.tables[domain][DATED[domain]]]


@pytest.fixture(scope="module")
def whole() -> VirtualTrial:
    return simulate("nivipit")


@pytest.fixture(scope="module")
def late() -> VirtualTrial:
    return simulate("nivipit", late_entry_probability=1.0, late_entry_days=200.0)


def test_where_nothing_is_late_the_delay_changes_nothing(whole):
    other = simulate("nivipit", late_entry_days=3000.0)
    assert whole.late is other.late is None
    assert all(whole.tables[name].equals(other.tables[name]) for name in whole.tables)


def test_rows_of_the_last_weeks_are_absent_by_whole_forms(whole, late):
    cut = find_data_cut(whole.patients)
    assert cut == find_data_cut(late.patients)
    for domain in DATED:
        kept = list(late.tables[domain].drop(f"{domain.upper()}SEQ").iter_rows())
        before = list(whole.tables[domain].drop(f"{domain.upper()}SEQ").iter_rows())
        assert set(kept) <= set(before), domain
        assert len(kept) < len(before), domain
    last = {domain: max(list_days(trial, "tr")) for domain, trial in (("whole", whole), ("late", late))}
    assert last["late"] < last["whole"]
    weeks = cut - dt.timedelta(days=56)
    assert sum(day > weeks for day in list_days(late, "tr")) < sum(
        day > weeks for day in list_days(whole, "tr")
    )
    rows = {
        name: trial.tables["tr"].group_by("USUBJID", "TRDTC").len().sort("USUBJID", "TRDTC")
        for name, trial in (("whole", whole), ("late", late))
    }
    assert rows["late"].join(rows["whole"], on=["USUBJID", "TRDTC", "len"], how="semi").equals(rows["late"])
    scans = rows["whole"].height - rows["late"].height
    events = whole.tables["ae"].height - late.tables["ae"].height
    assert f"scans {scans}, adverse events {events}" in late.late.en
    assert f"examens d’imagerie {scans}, événements indésirables {events}" in late.late.fr


def test_patients_doses_and_baselines_stay(whole, late):
    for domain in ("dm", "ds", "ex", "ie"):
        assert whole.tables[domain].equals(late.tables[domain]), domain
    baselines = [trial.tables["tr"].filter(pl.col("TRLOBXFL") == "Y") for trial in (whole, late)]
    assert baselines[0].drop("TRSEQ").equals(baselines[1].drop("TRSEQ"))


@pytest.mark.parametrize("name", sorted(list_bundled_studies()))
def test_nothing_is_set_apart_though_everything_is_years_late(name):
    trial = simulate(name, late_entry_probability=1.0, late_entry_days=400.0)
    version = read_study(name).protocol.safety.ctcae_version.value
    admission = admit_tables(dict(trial.tables), ctcae_version=version)
    assert trial.late is not None
    assert admission.set_apart.is_empty(), admission.set_apart
    told = set(trial.tables["suppae"]["USUBJID"]) if "suppae" in trial.tables else set()
    assert told <= set(trial.tables["ae"]["USUBJID"])


def test_the_report_says_how_many_forms_are_missing(tmp_path, monkeypatch):
    def choose(protocol, *, identifier):
        changes = {"late_entry_probability": 0.5, "late_entry_days": 200.0}
        return choose_scenario(protocol, identifier=identifier, changes=changes)

    monkeypatch.setattr(rehearsed_trial, "choose_scenario", choose)
    console = Console(record=True, quiet=False, width=400)
    written = write_rehearsed_trial(
        "nivipit", tmp_path, seed=3, patients=12, console=console, tolerance=1e-4, language="fr"
    )
    told = written.notes[-1].fr
    assert "Pas encore saisis" in told
    assert told in console.export_text()
    assert told.split("\u00a0: ")[1] in written.report.read_text(encoding="utf-8")
