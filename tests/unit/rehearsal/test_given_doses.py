"""Doses that toxicity stops or holds, and lesions too small to inject: arrays and the rules of the clinic agree."""

import datetime
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from abscopal.conduct.dosing.toxicity import Toxicity, compute_toxicity_status
from abscopal.conduct.injection.choice_of_lesions import explain_obstacle
from abscopal.conduct.injection.lesions import LesionOfTheDay
from abscopal.protocol.reading import read_study
from abscopal.rehearsal.arm_plans import plan_arm
from abscopal.rehearsal.given_doses import compute_diameter, compute_injectable, compute_withheld
from abscopal.rehearsal.model.description import read_model
from abscopal.rehearsal.scenario import choose_scenario
from abscopal.rehearsal.trial.simulate import simulate_trial
from abscopal.rehearsal.trial.write import make_trial_keys

OPENING = datetime.date(2024, 1, 1)
MODEL = read_model()


def find_date(day: float) -> datetime.date:
    return OPENING + datetime.timedelta(days=int(np.floor(day)))


@pytest.mark.parametrize(("name", "arm"), [("nivipit", "IT"), ("dex2", "vaccine")])
def test_a_dose_is_withheld_when_the_rules_of_the_clinic_withhold_it(name, arm):
    """One severe event of grade 3 or 4, at any day and of any length, before each planned dose of each drug."""
    protocol = read_study(name).protocol
    plan = plan_arm(protocol, arm, MODEL, horizon_days=365)
    chance = np.random.default_rng(4)
    start, length = chance.uniform(0, 365, 80), -40 * np.log(chance.random(80))
    grade = chance.integers(3, 5, 80)
    states = set()
    for dose in plan.doses[:: max(1, len(plan.doses) // 20)]:
        withheld = compute_withheld(dose, severe_day=start, severe_days=length, grade=grade)
        drug = protocol.find_intervention(dose.intervention)
        for place in range(80):
            if np.floor(start[place]) == dose.day < start[place]:
                continue  # the event began later on the day of the dose
            event = Toxicity(
                "Colitis",
                int(grade[place]),
                find_date(start[place]),
                find_date(start[place] + length[place]),
            )
            state = compute_toxicity_status(drug, [event], on=find_date(dose.day)).state
            # Where the study file has no rule the clinic asks the sponsor; a rehearsal gives the dose.
            assert withheld[place] == (state in ("stop", "hold"))
            states.add(state)
    assert "go" in states
    assert "stop" in states
    assert ("hold" in states) == (name == "dex2")


@pytest.mark.parametrize("name", ["nivipit", "neo1"])
def test_doses_given_are_those_that_the_rules_allow_after_the_events_of_the_tables(name):
    """Every planned dose of a rehearsed trial, read beside its own AE table by the rules of the clinic."""
    study = read_study(name)
    calm = {
        "missed_visit_probability": 0.0,
        "randomised_not_analysed_probability": 0.0,
        "mild_events_per_month": 3.0,
    }
    trial = simulate_trial(
        study.protocol,
        choose_scenario(study.protocol, changes=calm),
        MODEL,
        keys=make_trial_keys(study, seed=2),
        patients=30,
        horizon_days=200,
        tolerance=1e-3,
    )
    events = read_events(trial.tables["ae"])
    told = set()
    for patient in trial.patients:
        own = events.get(patient.person.usubjid, [])
        given = patient.outcome.courses.given[patient.row]
        stop_day = patient.outcome.courses.stop_day[patient.row]
        for dose, is_given in zip(patient.outcome.plan.doses, given, strict=False):
            if dose.day >= patient.end:
                continue
            on = patient.person.entry + datetime.timedelta(days=int(dose.day))
            if dose.day > stop_day:
                assert not is_given  # a scan showed progression
                told.add("progression")
                continue
            # Days alone tell nobody whether an event of the day of the dose came before it.
            if any(event.start == on for event in own):
                continue
            drug = study.protocol.find_intervention(dose.intervention)
            state = compute_toxicity_status(drug, own, on=on).state
            if dose.route == "INTRATUMORAL" and not is_given:
                continue  # the lesion may be gone, which is another reason than toxicity
            assert is_given == (state == "go"), (patient.person.usubjid, dose.day, state)
            told.add(state)
    assert told == ({"go"} if name == "neo1" else {"go", "hold", "stop", "progression"})


def read_events(table: pl.DataFrame) -> dict[str, list[Toxicity]]:
    """Related events by patient, as the rules of dosing read them."""
    found: dict[str, list[Toxicity]] = {}
    columns = ["USUBJID", "AETERM", "AETOXGR", "AESTDTC", "AEENDTC", "AEREL"]
    for patient, term, grade, start, end, relation in table.select(columns).iter_rows():
        event = Toxicity(
            term,
            int(grade),
            datetime.date.fromisoformat(start),
            datetime.date.fromisoformat(end) if end else None,
            relation == "RELATED",
        )
        found.setdefault(patient, []).append(event)
    return found


def test_a_lesion_is_injected_when_the_rules_of_the_clinic_allow_it():
    protocol = read_study("nivipit").protocol
    dose = next(
        dose
        for dose in plan_arm(protocol, "IT", MODEL, horizon_days=90).doses
        if dose.route == "INTRATUMORAL"
    )
    volumes = np.concatenate([np.linspace(0.9, 1.1, 401), np.geomspace(1e-4, 50, 200)])[:, None]
    for asked in (dose, replace(dose, smallest_ml=0.0, smallest_mm=10.0)):
        rules = protocol.injection
        if asked is not dose:
            fixed = {
                "minimum_volume_cm3": type(rules.minimum_volume_cm3)(),
                "minimum_diameter_mm": rules.minimum_volume_cm3.model_copy(update={"value": 10.0}),
            }
            rules = rules.model_copy(update=fixed)
        found = compute_injectable(volumes, asked, within_reach=1, smallest_seen_mm=2.0)[:, 0]
        for size, is_injectable in zip(compute_diameter(volumes)[:, 0], found, strict=True):
            lesion = LesionOfTheDay("T01", round(float(size), 1) if size >= 2 else 0.0, site="SKIN")
            assert is_injectable == (explain_obstacle(lesion, rules) is None)
        assert 0 < found.sum() < len(found)
    assert not compute_injectable(volumes, dose, within_reach=0, smallest_seen_mm=2.0).any()
