"""A trial that nobody can enter is refused before anything is computed, and one that somebody can enter is not."""

import numpy as np
import pytest

from abscopal.errors import OptionError
from abscopal.protocol.eligibility import AllOf, AnyOf, Criterion
from abscopal.protocol.reading import list_bundled_studies, read_study
from abscopal.rehearsal.courses import draw_groups
from abscopal.rehearsal.model.description import read_model
from abscopal.rehearsal.scenario import choose_scenario
from abscopal.rehearsal.trial.entering import assert_somebody_enters, compute_injectable_share
from abscopal.rehearsal.trial.simulate import simulate_trial
from abscopal.rehearsal.trial.write import make_trial_keys
from abscopal.rehearsal.trial_design import plan_trial

STUDY = read_study("dex2")
NOTE = {"en": "ours", "fr": "de nous"}


def make_criterion(
    operator: str, value: object, *, kind: str = "inclusion", variable: str = "AGE"
) -> Criterion:
    known = {"provenance": "assumed", "note": NOTE}
    return Criterion.model_validate(
        {
            "identifier": f"{variable}_{operator.upper()}",
            "kind": kind,
            "text": NOTE,
            "variable": variable,
            "operator": operator,
            "threshold": {"value": value, **known},
            **known,
        }
    )


def put(*conditions: object, more: tuple[object, ...] = ()):
    """The study with these conditions in its first stage alone, and more in its second."""
    first, second = (
        STUDY.protocol.eligibility.stages[0].model_copy(update={"criteria": criteria})
        for criteria in (conditions, more)
    )
    return STUDY.protocol.model_copy(
        update={"eligibility": STUDY.protocol.eligibility.model_copy(update={"stages": (first, second)})}
    )


@pytest.mark.parametrize("name", sorted(list_bundled_studies()))
def test_somebody_enters_every_bundled_study(name: str):
    protocol = read_study(name).protocol
    assert_somebody_enters(protocol, choose_scenario(protocol))


def test_a_type_that_nobody_carries_is_refused_for_one_trial_and_for_many(monkeypatch):
    monkeypatch.setattr("abscopal.rehearsal.trial.simulate.simulate_people", None)
    nobody = choose_scenario(STUDY.protocol, changes={"hla_a2_probability": 0.0})
    with pytest.raises(OptionError, match="nobody can enter the trial: hla_a2_probability is 0"):
        plan_trial(STUDY.protocol, nobody)
    with pytest.raises(OptionError, match="nobody can enter the trial"):
        simulate_trial(STUDY.protocol, nobody, read_model(), keys=make_trial_keys(STUDY, seed=1))


def test_recruitment_beyond_any_calendar_is_a_sentence():
    rare = choose_scenario(
        STUDY.protocol, changes={"hla_a2_probability": 1e-9, "patients_per_centre_and_month": 0.01}
    )
    with pytest.raises(OptionError, match="not found within 1000 years"):
        simulate_trial(STUDY.protocol, rare, read_model(), keys=make_trial_keys(STUDY, seed=1))


@pytest.mark.parametrize(
    ("low", "high"),
    [
        (make_criterion("at_least", 18), make_criterion("at_most", 10)),
        (make_criterion("at_least", 18), make_criterion("less_than", 18)),
        (make_criterion("at_least", 18), make_criterion("at_least", 18, kind="exclusion")),
        (make_criterion("more_than", 18), make_criterion("between", (1, 18))),
        (make_criterion("more_than", 18), make_criterion("equals", 3)),
    ],
)
def test_thresholds_that_exclude_each_other_are_refused(low: Criterion, high: Criterion):
    scenario = choose_scenario(STUDY.protocol)
    for protocol in (put(low, high), put(high, AllOf(all=(low,))), put(low, more=(high,))):
        with pytest.raises(
            OptionError, match=f"nobody can meet {low.identifier} and {high.identifier} together"
        ):
            assert_somebody_enters(protocol, scenario)
        with pytest.raises(OptionError, match="together"):
            plan_trial(protocol, scenario)


def test_thresholds_that_leave_room_are_not_refused():
    scenario = choose_scenario(STUDY.protocol)
    low, high = make_criterion("at_least", 18), make_criterion("at_most", 18)
    assert_somebody_enters(put(low, high), scenario)
    assert_somebody_enters(put(low, AnyOf(any=(make_criterion("at_most", 10), low))), scenario)
    # What is measured again in a later stage may have changed by then.
    rising, falling = (
        make_criterion("at_least", 100, variable="CRP"),
        make_criterion("at_most", 10, variable="CRP"),
    )
    assert_somebody_enters(put(rising, more=(falling,)), scenario)


def test_lesions_too_small_to_inject_are_counted_and_refused_where_everybody_has_them():
    """The share is that of virtual patients as they are drawn; a scenario of small lesions injects nobody."""
    protocol = read_study("nivipit").protocol
    scenario = choose_scenario(protocol)
    found = drawn = 0
    for group in draw_groups(read_model(), scenario, np.arange(4000), study_hash_key=1):
        reached = np.arange(group.lesions) < group.injected[:, None]
        found += int(
            ((group.values["T0"] >= protocol.injection.minimum_volume_cm3.value) & reached).any(axis=1).sum()
        )
        drawn += len(group.numbers)
    assert compute_injectable_share(protocol, scenario) == pytest.approx(found / drawn, abs=0.01)
    assert compute_injectable_share(STUDY.protocol, choose_scenario(STUDY.protocol)) == 1.0  # injects nothing
    small = {"injected_volume_ml": 0.05, "injected_volume_spread": 0.0}
    with pytest.raises(OptionError, match=r"no lesion can be injected: with injected_volume_ml 0\.05"):
        plan_trial(protocol, choose_scenario(protocol, changes=small))
