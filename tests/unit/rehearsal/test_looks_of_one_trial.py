"""Looks and pauses in one whole trial: inclusion ends where a limit is reached, and waits where the study says so."""

import datetime as dt

import pytest

from abscopal.protocol.monitoring import CohortPause
from abscopal.protocol.reading import list_bundled_studies, read_study
from abscopal.rehearsal.model.description import read_model
from abscopal.rehearsal.scenario import choose_scenario
from abscopal.rehearsal.trial.simulate import OPENING, simulate_trial
from abscopal.rehearsal.trial.write import make_trial_keys
from abscopal.rehearsal.trial_design import plan_trial

MODEL = read_model()
FOUND = [read_study(folder) for folder in list_bundled_studies().values()]
STUDY = next(study for study in FOUND if len(study.protocol.arms) > 1 and study.protocol.monitoring)
BOUNDARY = STUDY.protocol.monitoring.toxicity[0]
# Everybody on both drugs has a severe toxicity soon.
TOXIC = {"model_a_ni": 50.0, "model_a_i": 5.0, "model_a_n": 5.0}


def rehearse(protocol, changes, *, seed=1):
    scenario = choose_scenario(protocol, changes=changes)
    keys = make_trial_keys(STUDY, seed=seed)
    trial = simulate_trial(
        protocol, scenario, MODEL, keys=keys, patients=40, horizon_days=250.0, tolerance=1e-3
    )
    return trial, plan_trial(protocol, scenario, patients=40)


def list_entries(trial):
    return sorted(patient.person.entry for patient in trial.patients)


def test_nobody_is_included_from_the_day_on_which_a_limit_is_reached():
    calm, _ = rehearse(STUDY.protocol, {"model_a_ni": 0.0, "model_a_i": 0.0, "model_a_n": 0.0})
    toxic, design = rehearse(STUDY.protocol, TOXIC)
    assert len(calm.patients) == 40
    assert calm.stop is None
    told = toxic.stop
    assert told is not None
    assert BOUNDARY.name.en in told.en
    assert BOUNDARY.name.fr in told.fr
    day = dt.date.fromisoformat(told.en.split("ended on ")[1][:10])
    assert 0 < len(toxic.patients) < 40
    assert all(entry < day for entry in list_entries(toxic))
    assert all(person.consent < day for person in toxic.people)
    # The same people came as in the trial that is not stopped, up to that day.
    assert list_entries(toxic) == [entry for entry in list_entries(calm) if entry < day]
    # The day is that of the first look whose limit is reached, by a count made by hand.
    look = next(look for look in design.looks if look.identifier == BOUNDARY.identifier)
    severe = sorted(
        patient.person.entry + dt.timedelta(days=int(patient.severe_day))
        for patient in toxic.patients
        if patient.outcome.arm.identifier in look.arms and patient.severe_day is not None
    )
    first = next(place for place, limit in enumerate(look.limits) if limit is not None)
    assert len(severe) >= look.limits[first]
    assert severe[look.limits[first] - 1] <= day


def test_whoever_comes_during_a_pause_waits_until_it_ends():
    sentence = {"en": "After five patients.", "fr": "Après cinq patients."}
    known = {"value": 5, "provenance": "assumed", "note": sentence}
    told = {"identifier": "first_five", "text": sentence, "provenance": "assumed", "note": sentence}
    waits = known | {"value": 200}
    pause = CohortPause.model_validate(told | {"after_patients": known, "observe_days": waits})
    monitoring = STUDY.protocol.monitoring.model_copy(update={"pauses": (pause,), "toxicity": ()})
    paused, _ = rehearse(STUDY.protocol.model_copy(update={"monitoring": monitoring}), {})
    people = sorted(paused.people, key=lambda one: one.consent)
    eligible = [one for one in people if one.is_eligible]
    opens = max(one.entry for one in eligible[:5]) + dt.timedelta(days=200)
    fifth = people.index(eligible[4])
    assert all(one.consent >= opens for one in people[fifth + 1 :])
    assert people[fifth].consent < opens
    assert people[0].consent >= OPENING


@pytest.mark.parametrize("study", FOUND, ids=list(list_bundled_studies()))
def test_every_bundled_study_is_rehearsed_with_its_looks(study):
    scenario = choose_scenario(study.protocol)
    trial = simulate_trial(
        study.protocol, scenario, MODEL, keys=make_trial_keys(study, seed=3), patients=6, tolerance=1e-3
    )
    assert len(trial.patients) == 6
