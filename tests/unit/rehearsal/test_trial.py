"""The parts of one rehearsed trial: who comes, what is found of them, which arm they are given, who waits in vain."""

import datetime as dt

import numpy as np
import pytest

from abscopal.conduct.screening.criteria import compute_judgement
from abscopal.protocol.reading import list_bundled_studies, read_study
from abscopal.rehearsal.manufacture import draw_waiting
from abscopal.rehearsal.scenario import choose_scenario
from abscopal.rehearsal.trial.allotting import allot_arms
from abscopal.rehearsal.trial.candidate_values import ANY_DAY, list_assignments, make_facts
from abscopal.rehearsal.trial.event_rows import list_event_terms
from abscopal.rehearsal.trial.people import list_centres, simulate_people
from abscopal.rehearsal.trial.sample_rows import compute_share

OPENING = dt.date(2020, 1, 6)


def people(name: str, *, eligible: int, seed: int = 1, **changes: float):
    protocol = read_study(name).protocol
    scenario = choose_scenario(protocol, changes=changes)
    found = simulate_people(
        protocol, scenario, eligible=eligible, opening=OPENING, generator=np.random.default_rng(seed)
    )
    return protocol, scenario, found


@pytest.mark.parametrize("name", sorted(list_bundled_studies()))
def test_every_condition_can_be_met_and_failed_by_the_rule_of_screening(name: str):
    for stage in read_study(name).protocol.eligibility.stages:
        for condition in stage.criteria:
            passing, failing = list_assignments(condition)
            assert passing
            assert failing
            for assignment, verdict in ((passing[0], "met"), (failing[-1], "not_met")):
                facts = make_facts(assignment, on=ANY_DAY)
                assert compute_judgement(condition, facts, on=ANY_DAY).verdict == verdict


def test_people_come_at_the_rate_of_the_scenario():
    _, scenario, found = people("nivipit", eligible=150, screen_failure_probability=0.25)
    centres = list_centres(read_study("nivipit").protocol, scenario)
    months = (found[-1].consent - OPENING).days / (365.25 / 12)
    expected = len(centres) * scenario["patients_per_centre_and_month"] * months
    assert len(centres) == 4
    assert abs(len(found) - expected) < 4 * np.sqrt(expected)
    # The number of people for 150 successes at 0.75 is negative binomial: mean 200, standard deviation 8.
    assert abs(len(found) - 150 / 0.75) < 4 * np.sqrt(150 * 0.25) / 0.75


def test_whoever_enters_has_passed_every_stage_before_inclusion():
    _, _, found = people("dex2", eligible=20)
    for person in found:
        states = [stage.state for stage in person.screening.stages]
        assert ("failed" in states) == (not person.is_eligible)
        if person.is_eligible:
            assert states[:-1] == ["passed"] * (len(states) - 1)
            assert states[-1] == "open"  # the product is made after inclusion
        assert all(person.consent <= fact.on <= person.entry for fact in person.facts)


def test_arms_follow_the_ratio_and_the_seed_decides():
    protocol, _, found = people("nivipit", eligible=90)
    eligible = [person for person in found if person.is_eligible]
    arms = allot_arms(protocol, eligible, seed=b"one", generator=np.random.default_rng(1))
    again = allot_arms(protocol, eligible, seed=b"one", generator=np.random.default_rng(2))
    other = allot_arms(protocol, eligible, seed=b"two", generator=np.random.default_rng(1))
    assert len(arms) == 90
    assert abs(list(arms.values()).count("IT") - 60) <= 2  # blocks of 3 and 6 leave at most one open
    assert arms == again != other


def test_a_cap_keeps_out_whoever_comes_later():
    protocol, _, found = people("dex2", eligible=45)
    eligible = sorted(
        (person for person in found if person.is_eligible), key=lambda one: (one.entry, one.usubjid)
    )
    arms = allot_arms(protocol, eligible, seed=b"one", generator=np.random.default_rng(1))
    assert list(arms) == [person.usubjid for person in eligible[:41]]


def test_waiting_has_the_probabilities_of_the_scenario():
    protocol = read_study("dex2").protocol
    scenario = choose_scenario(
        protocol,
        changes={
            "manufacturing_failure_probability": 0.2,
            "progression_before_first_dose_probability": 0.3,
            "second_collection_probability": 0.0,
            "manufacturing_days_spread": 0.0,
        },
    )
    waiting = draw_waiting(scenario, np.arange(20_000), key=3, dose_days=[26.0, 33.0], collection_day=2.0)
    progressed = np.isfinite(waiting.progression_day)
    assert abs(progressed.mean() - 0.3) < 0.015
    assert abs(waiting.has_product.mean() - 0.8 * 0.7) < 0.015
    assert not (progressed & waiting.has_product).any()
    assert waiting.progression_day[progressed].max() < 26.0
    without = draw_waiting(scenario, np.arange(5), key=3, dose_days=[])
    assert without.has_product.all()


def test_a_longer_manufacture_misses_doses_and_leaves_more_time_to_progress():
    protocol = read_study("dex2").protocol
    certain = {"manufacturing_failure_probability": 0.0, "manufacturing_days_spread": 0.0}
    days = [26.0, 33.0, 40.0]

    def wait(**changes: float):
        scenario = choose_scenario(protocol, changes=certain | changes)
        return draw_waiting(scenario, np.arange(20_000), key=3, dose_days=days, collection_day=2.0)

    planned, late = wait(manufacturing_days=24), wait(manufacturing_days=25)
    assert set(planned.ready_day) == {26.0}
    assert set(late.ready_day) == {27.0}, "the first dose is missed, the one of day 33 is given"
    assert np.isfinite(planned.progression_day).mean() == pytest.approx(0.23, abs=0.01)
    longer = 1 - 0.77 ** (33 / 26)
    assert np.isfinite(late.progression_day).mean() == pytest.approx(longer, abs=0.01)
    assert (np.isfinite(late.progression_day) >= np.isfinite(planned.progression_day)).all()
    assert not wait(manufacturing_days=50).has_product.any(), "later than every planned dose"


def test_a_failed_product_may_be_made_again_from_a_second_collection():
    protocol = read_study("dex2").protocol
    changes = {
        "manufacturing_failure_probability": 0.4,
        "manufacturing_days": 20,
        "manufacturing_days_spread": 0.0,
        "second_collection_probability": 0.5,
        "second_collection_days": 10,
    }
    scenario = choose_scenario(protocol, changes=changes)
    waiting = draw_waiting(
        scenario, np.arange(20_000), key=3, dose_days=list(range(26, 96, 7)), collection_day=2.0
    )
    failed = waiting.failure_day == 22.0
    assert failed.mean() == pytest.approx(0.4, abs=0.01)
    assert (np.isinf(waiting.failure_day) == ~failed).all()
    assert set(waiting.ready_day[failed]) == {52.0, np.inf}
    assert (waiting.ready_day[failed] == 52.0).mean() == pytest.approx(0.5 * 0.6, abs=0.015)


def test_shares_stay_below_a_hundred_and_rise_with_the_folds():
    shares = [compute_share(fold, percent=40.0) for fold in (0.0, 0.5, 1.0, 10.0, 1e6)]
    assert shares[0] == 0
    assert shares[2] == pytest.approx(40.0)
    assert shares == sorted(shares)
    assert shares[-1] < 100


def test_terms_of_the_model_are_immune_and_those_of_the_procedure_are_not():
    terms = list_event_terms()
    assert all(term.immune for term in terms["severe"])
    assert not any(term.immune for term in terms["procedural"])
