"""Rules that look several times: Fleming, BOP2, futility, toxicity; each against slow counting or chance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from abscopal.design.bop2 import find_bop2_design
from abscopal.design.futility import FutilityLookDesign, compute_futility_behaviour
from abscopal.design.multi_stage import compute_fleming_stages
from abscopal.design.single_stage import SingleStageDesign
from abscopal.design.stopping_rule import StoppingRule, compute_behaviour
from abscopal.design.toxicity_boundary import (
    compute_toxicity_behaviour,
    compute_toxicity_boundary,
    find_crossing,
)
from abscopal.errors import OptionError


def walk(rule: StoppingRule, rate: float) -> tuple[float, float, float]:
    """Low, high and patients expected, one patient at a time."""
    state = {0: 1.0}
    low = high = expected = 0.0
    limits = {look: (a, b) for look, a, b in zip(rule.looks, rule.low, rule.high, strict=True)}
    for patient in range(1, rule.n + 1):
        moved: dict[int, float] = {}
        for count, chance in state.items():
            for step, weight in ((0, 1 - rate), (1, rate)):
                moved[count + step] = moved.get(count + step, 0.0) + chance * weight
        state = {}
        least, most = limits.get(patient, (None, None))
        for count, chance in moved.items():
            if least is not None and count <= least:
                low, expected = low + chance, expected + chance * patient
            elif most is not None and count >= most:
                high, expected = high + chance, expected + chance * patient
            else:
                state[count] = chance
    return low, high, expected + sum(state.values()) * rule.n


RULES = st.builds(
    lambda looks, seed, extra: StoppingRule(
        looks=tuple(sorted(looks)),
        low=tuple(None if (seed + look) % 3 == 0 else look // 5 for look in sorted(looks)),
        high=tuple(None if (seed + look) % 4 == 0 else look // 2 + 1 for look in sorted(looks)),
        planned_n=max(looks) + extra,
    ),
    st.sets(st.integers(1, 25), min_size=1, max_size=5),
    st.integers(0, 11),
    st.integers(0, 4),
)


@settings(deadline=None, max_examples=40)
@given(rule=RULES, rate=st.floats(0, 1))
def test_looks_agree_with_walking_patient_by_patient(rule: StoppingRule, rate: float):
    found = compute_behaviour(rule, rate=rate)
    assert (found.low, found.high, found.expected_n) == pytest.approx(walk(rule, rate), abs=1e-9)


@settings(deadline=None, max_examples=20)
@given(rule=RULES, rates=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_success_grows_with_the_true_rate(rule: StoppingRule, rates: tuple[float, float]):
    low, high = sorted(rates)
    assert compute_behaviour(rule, rate=low).high <= compute_behaviour(rule, rate=high).high + 1e-9


def test_fleming_limits_that_no_count_can_reach():
    design = compute_fleming_stages(0.5, 0.7, stages=(2, 20), alpha=0.05)
    assert (design.accept_at_or_below[0], design.reject_at_or_above[0]) == (None, None)
    assert design.written.startswith("–/2, ≤")
    with pytest.raises(OptionError, match="stage without patients"):
        compute_fleming_stages(0.5, 0.7, stages=(10, 0), alpha=0.05)
    with pytest.raises(OptionError, match="makes no design"):
        compute_fleming_stages(0.5, 0.7, stages=(10, 10), alpha=1.5)


def test_bop2_keeps_alpha_exactly_and_no_limits_of_its_grid_are_better():
    design = find_bop2_design(0.1, 0.3, looks=(8, 16, 24), alpha=0.10)
    null, hoped = compute_behaviour(design.rule, rate=0.1), compute_behaviour(design.rule, rate=0.3)
    assert null.high <= 0.10
    # Slowly, over a coarse part of the grid: the posterior by its definition, the trial patient by patient.
    for certainty in (0.6, 0.75, 0.85, 0.9, 0.95):
        for growth in (0.0, 0.5, 1.0):
            low = []
            for look in (8, 16, 24):
                asked = certainty * (look / 24) ** growth
                below = [x for x in range(look + 1) if stats.beta.sf(0.1, 0.1 + x, 0.9 + look - x) < asked]
                low.append(max(below, default=-1))
            limits = tuple(None if limit < 0 else limit for limit in low)
            rule = StoppingRule(looks=(8, 16, 24), low=limits, high=(None, None, low[-1] + 1))
            if walk(rule, 0.1)[1] <= 0.10:
                assert walk(rule, 0.3)[1] <= hoped.high + 1e-9


def test_bop2_refuses_what_it_cannot_reach():
    with pytest.raises(OptionError, match="do not reach a power") as refused:
        find_bop2_design(0.2, 0.3, looks=(10, 20), alpha=0.05, power=0.9)
    assert "best limits have a power of 0." in refused.value.remedy
    with pytest.raises(OptionError, match="No limits keep"):
        find_bop2_design(0.5, 0.9, looks=(2,), alpha=0.01)


def test_a_futility_look_costs_power():
    design = SingleStageDesign(38, 23, 0.5, 0.7)
    found = compute_futility_behaviour(design, looks=[FutilityLookDesign(19, 9)])
    low, high, expected = walk(StoppingRule((19, 38), (9, 22), (None, 23)), 0.7)
    assert found.exact.power == pytest.approx(high)
    assert found.exact.expected_n_p1 == pytest.approx(expected)
    assert found.lost_power == pytest.approx(0.923814 - high, abs=1e-6)
    assert low + high == pytest.approx(1)
    with pytest.raises(OptionError, match="does not fit a trial of 38"):
        compute_futility_behaviour(design, looks=[FutilityLookDesign(38, 9)])


def test_a_boundary_from_the_first_patient_on_pauses_harmless_trials():
    shared = {"limit": 0.3, "certainty": 0.9, "prior_a": 0.5, "prior_b": 0.5}
    every = compute_toxicity_boundary(**shared, looks=range(1, 42))
    later = compute_toxicity_boundary(**shared, looks=range(1, 42), minimum_patients=6)
    assert (every.looks[0], every.stop_at_or_above[0], later.looks[0]) == (1, 1, 6)
    often, rarer = (compute_toxicity_behaviour(found, rates=(0.2,))[0] for found in (every, later))
    assert often.stop == pytest.approx(0.262, abs=5e-4)
    assert rarer.stop < often.stop
    assert rarer.stop_by_look[-1] == pytest.approx(rarer.stop)


def test_the_boundary_is_where_the_posterior_passes_the_certainty():
    found = compute_toxicity_boundary(
        limit=0.25, certainty=0.8, prior_a=1, prior_b=3, looks=(5, 10, 20), n=30
    )
    generator = np.random.default_rng(7)
    for look, least in zip(found.looks, found.stop_at_or_above, strict=True):
        assert least is not None
        for events, passes in ((least, True), (least - 1, False)):
            draws = generator.beta(1 + events, 3 + look - events, 400_000)
            assert ((draws > 0.25).mean() > 0.8) == passes
    assert found.n == 30


def test_a_path_crosses_only_at_a_look():
    boundary = compute_toxicity_boundary(
        limit=0.3, certainty=0.9, prior_a=0.5, prior_b=0.5, looks=(6, 12, 18)
    )
    assert boundary.stop_at_or_above == (4, 6, 8)
    assert find_crossing(boundary, evaluable=(5, 6, 12), events=(4, 3, 6)) == 12
    assert find_crossing(boundary, evaluable=(6, 12, 18), events=(3, 5, 7)) is None


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"limit": 30}, "such as 0.3"),
        ({"certainty": 1.0}, "Both lie between"),
        ({"prior_a": 0}, "Both parameters"),
        ({"looks": (6, 6, 12)}, "In order they would be 6, 12"),
        ({"looks": ()}, "Such as"),
        ({"minimum_patients": 60}, "The last look is at 12"),
        ({"n": 10}, "Plan 12 patients"),
        ({"looks": (6, 100_000)}, "up to 2000"),
    ],
)
def test_boundaries_that_cannot_be(changed: dict[str, object], said: str):
    asked = {"limit": 0.3, "certainty": 0.9, "prior_a": 0.5, "prior_b": 0.5, "looks": (6, 12)} | changed
    with pytest.raises(OptionError) as refused:
        compute_toxicity_boundary(**asked)  # type: ignore[arg-type]
    assert said in refused.value.remedy


def test_rules_and_rates_that_cannot_be():
    with pytest.raises(OptionError, match="stops both"):
        StoppingRule(looks=(10,), low=(5,), high=(5,))
    with pytest.raises(OptionError, match="only 8 are planned"):
        StoppingRule(looks=(10,), low=(5,), high=(6,), planned_n=8)
    with pytest.raises(OptionError, match="low and"):
        StoppingRule(looks=(10, 20), low=(5,), high=(6, 7))
    with pytest.raises(OptionError, match="not a rate") as refused:
        compute_behaviour(StoppingRule(looks=(10,), low=(5,), high=(6,)), rate=30)
    assert "0.3" in refused.value.remedy
