"""One rehearsed trial of every bundled study: tables that nothing is set apart of, and a report from them."""

import csv
import json
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from abscopal.cli.origin import SYNTHETIC_STUDYID
from abscopal.cli.rehearsed_trial import write_rehearsed_trial
from abscopal.errors import OptionError, OutputError
from abscopal.exchange.table_folders import read_tables
from abscopal.protocol.reading import list_bundled_studies, read_study
from abscopal.rehearsal.model.description import read_model
from abscopal.rehearsal.scenario import choose_scenario
from abscopal.rehearsal.trial import frames
from abscopal.rehearsal.trial.simulate import VirtualTrial, simulate_trial
from abscopal.rehearsal.trial.write import make_trial_keys, write_trial
from abscopal.tables.admission import Admission, admit_tables

pytestmark = pytest.mark.slow
PATIENTS = 30
PRIMARY = {"nivipit": "severe_free_6m", "dex2": "progression_free_4m", "neo1": "pathological_response"}


@pytest.fixture(scope="module", params=sorted(list_bundled_studies()))
def rehearsed(request, tmp_path_factory) -> tuple[str, Path, Admission]:
    out = tmp_path_factory.mktemp(request.param)
    written = write_rehearsed_trial(
        request.param, out, seed=5, patients=PATIENTS, console=Console(quiet=True), tolerance=1e-4
    )
    version = read_study(request.param).protocol.safety.ctcae_version.value
    return request.param, out, admit_tables(read_tables(written.tables).tables, ctcae_version=version)


def test_nothing_is_set_apart_and_no_column_is_unknown(rehearsed):
    _, _, admission = rehearsed
    assert admission.set_apart.is_empty(), admission.set_apart
    assert not admission.ignored_columns
    assert {"dm", "ds", "ie", "ex", "tu", "tr", "ae", "be", "supp"} <= set(admission.read_rows)


def test_the_report_answers_the_primary_question(rehearsed):
    name, out, admission = rehearsed
    with (out / "report" / "set_apart.csv").open(encoding="utf-8") as lines:
        assert list(csv.DictReader(lines)) == []
    estimates = json.loads((out / "report" / "estimates.json").read_text(encoding="utf-8"))
    primary = PRIMARY.get(name, read_study(name).protocol.primary_endpoint.identifier)
    answers = [row for row in estimates if row["endpoint"] == primary and row["estimate"] is not None]
    assert answers
    treated = admission.tabulation.dm.filter(pl.col("RFXSTDTC").is_not_null()).height
    assert 0 < max(row["n"] for row in answers if "rule" not in row["estimand"]) <= treated
    page = (out / "report" / "report.html").read_text(encoding="utf-8")
    assert "The patients of this report are synthetic" in page


def test_every_enrolled_patient_is_accounted_for(rehearsed):
    _, _, admission = rehearsed
    dm, ds, ie = admission.tabulation.dm, admission.tabulation.ds, admission.tabulation.ie
    enrolled = dm.filter(pl.col("ARMCD").is_not_null())
    assert enrolled.height == PATIENTS
    failed = dm.filter(pl.col("ARMNRS") == "SCREEN FAILURE")
    assert set(failed["USUBJID"]) == set(ie["USUBJID"])
    ends = ds.filter(pl.col("DSSCAT") == "STUDY PARTICIPATION").group_by("USUBJID").len()
    assert ends["len"].to_list() == [1] * dm.height
    died = set(dm.filter(pl.col("DTHFL") == "Y")["USUBJID"])
    assert died == set(ds.filter(pl.col("DSDECOD") == "DEATH")["USUBJID"])


def test_what_is_injected_names_a_lesion_and_the_dose_is_whole(rehearsed):
    name, _, admission = rehearsed
    doses, protocol = admission.tabulation.ex, read_study(name).protocol
    injected = doses.filter(pl.col("EXROUTE") == "INTRATUMORAL")
    if protocol.injection is None:
        assert injected.is_empty()
        return
    lesions = admission.tabulation.tu.select("USUBJID", EXLNKID="TULNKID", ROLE="TUSTRESC")
    assert injected.join(lesions, on=["USUBJID", "EXLNKID"], how="inner").height == injected.height
    flat = [
        (drug.drug, phase.dose.value)
        for drug in protocol.interventions
        for phase in drug.phases
        if drug.route.value == "INTRATUMORAL" and phase.basis.value == "flat"
    ]
    by_visit = injected.group_by("USUBJID", "EXTRT", pl.col("EXSTDTC").str.head(10)).agg(
        pl.col("EXDOSE").sum()
    )
    for drug, dose in flat:
        given = by_visit.filter(pl.col("EXTRT") == drug)["EXDOSE"].round(3).unique().to_list()
        assert given == [dose]


def simulate(name: str, *, seed: int, patients: int = PATIENTS, **changes: float) -> VirtualTrial:
    study = read_study(name)
    return simulate_trial(
        study.protocol,
        choose_scenario(study.protocol, changes=changes),
        read_model(),
        keys=make_trial_keys(study, seed=seed),
        patients=patients,
        tolerance=1e-4,
    )


def test_the_same_seed_gives_the_same_tables_and_another_seed_others():
    once, again, other = (simulate("nivipit", seed=seed, patients=12) for seed in (1, 1, 2))
    assert all(once.tables[name].equals(again.tables[name]) for name in once.tables)
    assert not once.tables["tr"].equals(other.tables["tr"])


def test_a_patient_is_the_same_in_a_small_and_in_a_large_trial():
    """Numbers belong to the patient: who else is in the trial moves nothing beyond the tolerance."""
    small, large = simulate("dex2", seed=4, patients=8), simulate("dex2", seed=4, patients=24)
    few, many = ({patient.number: patient for patient in trial.patients} for trial in (small, large))
    for number, patient in few.items():
        twin = many[number]
        assert patient.severe_day == twin.severe_day
        assert patient.outcome.courses.weight_kg[patient.row] == twin.outcome.courses.weight_kg[twin.row]
        own = patient.outcome.readings.tenths[patient.row]
        assert abs(own - twin.outcome.readings.tenths[twin.row]).max() <= 1


def test_screening_fails_as_often_as_the_scenario_says_and_typing_apart():
    trial = simulate("dex2", seed=6, patients=41, screen_failure_probability=0.25, hla_a2_probability=0.5)
    reasons = Counter(
        "typed" if set(trial.tables["ie"].filter(pl.col("USUBJID") == person.usubjid)["IETESTCD"]) == {"HLA_A2"}
        else "other"
        for person in trial.people
        if not person.is_eligible
    )  # fmt: skip
    # 41 of about 41 / (0.75 * 0.5) people; failures before typing are never typed.
    assert 80 <= len(trial.people) <= 150
    assert reasons["typed"] > reasons["other"] > 0
    early = {
        person.usubjid
        for person in trial.people
        if not person.is_eligible and person.screening.stages[0].state == "failed"
    }
    typed = {
        person.usubjid for person in trial.people if any(fact.variable == "HLA_A2" for fact in person.facts)
    }
    assert early
    assert not early & typed


def test_product_that_is_not_made_is_never_given():
    trial = simulate(
        "dex2", seed=6, patients=41, manufacturing_failure_probability=0.5, second_collection_probability=0.0
    )
    failed = set(trial.tables["ds"].filter(pl.col("DSDECOD") == "MANUFACTURE FAILED")["USUBJID"])
    released = set(trial.tables["ds"].filter(pl.col("DSDECOD") == "PRODUCT RELEASED")["USUBJID"])
    own = trial.tables["ex"].filter(pl.col("EXLOT").is_not_null())
    assert len(failed) > 5
    assert not failed & released
    assert set(own["USUBJID"]) <= released
    waiting = {
        patient.person.usubjid
        for patient in trial.patients
        if patient.outcome.courses.waiting_progression_day[patient.row] < 1000
    }
    assert waiting
    assert not waiting & set(own["USUBJID"])


def test_a_product_made_again_is_collected_failed_and_released_in_this_order_and_then_given():
    trial = simulate(
        "dex2", seed=6, patients=41, manufacturing_failure_probability=0.5, second_collection_probability=1.0
    )
    dates = {
        term: dict(trial.tables["ds"].filter(pl.col("DSDECOD") == term)["USUBJID", "DSSTDTC"].iter_rows())
        for term in ("MANUFACTURE FAILED", "PRODUCT RELEASED")
    }
    both = set(dates["MANUFACTURE FAILED"]) & set(dates["PRODUCT RELEASED"])
    assert len(both) > 3
    own = trial.tables["ex"].filter(pl.col("EXLOT").is_not_null())
    collected = trial.tables["pr"].filter(pl.col("PRTRT") == "APHERESIS")
    for name in both:
        failed, released = dates["MANUFACTURE FAILED"][name], dates["PRODUCT RELEASED"][name]
        days = collected.filter(pl.col("USUBJID") == name)["PRSTDTC"].to_list()
        given = own.filter(pl.col("USUBJID") == name)["EXSTDTC"].to_list()
        assert len(days) == 2
        assert days[0] < failed < days[1] < released
        assert all(day >= released for day in given)


def test_severe_toxicity_stops_the_drug():
    trial = simulate("nivipit", seed=2, patients=40)
    for patient in trial.patients:
        grade = patient.outcome.courses.severe_grade[patient.row]
        if patient.severe_day is not None and grade >= 3:
            assert all(dose.day <= patient.severe_day for dose in patient.doses)
    assert any(patient.severe_day is not None for patient in trial.patients)


def test_what_cannot_be_rehearsed_is_said_before_anything_is_computed(monkeypatch):
    monkeypatch.setattr("abscopal.rehearsal.trial.simulate.simulate_courses", None)
    study = read_study("nivipit")
    scenario, keys = choose_scenario(study.protocol), make_trial_keys(study, seed=1)
    with pytest.raises(OptionError, match="0 patients is no trial"):
        simulate_trial(study.protocol, scenario, read_model(), keys=keys, patients=0)
    drug = study.protocol.interventions[0]
    phase = drug.phases[0].model_copy(update={"dose": type(drug.phases[0].dose)()})
    without = study.protocol.model_copy(
        update={
            "interventions": (drug.model_copy(update={"phases": (phase,)}), *study.protocol.interventions[1:])
        }
    )
    with pytest.raises(OptionError, match="The dose is unknown"):
        simulate_trial(without, scenario, read_model(), keys=keys)
    stage = study.protocol.eligibility.stages[0]
    criterion = stage.criteria[0].model_copy(update={"threshold": type(stage.criteria[0].threshold)()})
    unknown = stage.model_copy(update={"criteria": (criterion, *stage.criteria[1:])})
    stages = study.protocol.eligibility.model_copy(
        update={"stages": (unknown, *study.protocol.eligibility.stages[1:])}
    )
    with pytest.raises(OptionError, match="nobody can meet MELANOMA"):
        simulate_trial(
            study.protocol.model_copy(update={"eligibility": stages}), scenario, read_model(), keys=keys
        )


def test_a_drug_that_the_model_does_not_know_is_told_in_words():
    notes = [note.en for note in simulate("dex2", seed=1, patients=4).notes]
    assert any("given without effect" in note for note in notes)
    assert any("“equal” is taken" in note.en for note in simulate("nivipit", seed=1, patients=4).notes)


def test_the_folder_is_whole_or_untouched(tmp_path, monkeypatch):
    study = read_study("nivipit")
    scenario = choose_scenario(study.protocol)
    write_trial(study, scenario, tmp_path / "tables", seed=1, patients=3, tolerance=1e-4)
    before = {path.name: path.read_bytes() for path in (tmp_path / "tables").iterdir()}

    def break_off(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("abscopal.rehearsal.trial.write.write_tables", break_off)
    with pytest.raises(KeyboardInterrupt):
        write_trial(study, scenario, tmp_path / "tables", seed=2, patients=3, tolerance=1e-4)
    assert {path.name: path.read_bytes() for path in (tmp_path / "tables").iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["tables"]
    (tmp_path / "tables" / "mine.txt").write_text("kept", encoding="utf-8")
    with pytest.raises(OutputError):
        write_trial(study, scenario, tmp_path / "tables", seed=1, patients=3, tolerance=1e-4)


def test_synthetic_patients_are_named_as_the_command_line_knows_them():
    assert frames.SYNTHETIC_STUDYID == SYNTHETIC_STUDYID
