"""Curves of many trials against the room of estimation, one trial at a time, on the same patients."""

import time

import numpy as np
import pytest

from abscopal.estimation.kaplan_meier import (
    estimate_kaplan_meier,
    estimate_survival_at,
    estimate_survival_quantile,
)
from abscopal.rehearsal.array_curves import compute_curves, compute_medians, compute_shares_at


def draw_trials(seed: int, patients: int, share: float, trials: int = 150):
    """Whole days, so that times are tied, and some patients outside the group."""
    generator = np.random.default_rng(seed)
    times = generator.integers(1, 15, (trials, patients)).astype(float)
    return times, generator.random((trials, patients)) < share, generator.random((trials, patients)) < 0.8


def agree(mine, theirs):
    """What the room of estimation does not give is infinite here, or not a number."""
    return not np.isfinite(mine) if theirs is None else mine == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("share", [0.1, 0.4, 0.7, 1.0])
@pytest.mark.parametrize("patients", [1, 2, 4, 9, 20, 61])
def test_medians_and_their_limits_are_those_of_one_curve(patients, share):
    times, events, counted = draw_trials(patients, patients, share)
    found = compute_medians(compute_curves(times, events, counted))
    for trial in range(len(times)):
        inside = counted[trial]
        if not inside.any():
            assert np.isnan([found.estimate[trial], found.lower[trial], found.upper[trial]]).all()
            continue
        one = estimate_survival_quantile(estimate_kaplan_meier(times[trial, inside], events[trial, inside]))
        assert agree(found.estimate[trial], one.estimate)
        assert agree(found.lower[trial], one.lower)
        assert agree(found.upper[trial], one.upper)
        assert not np.isnan(found.estimate[trial])
        assert np.isnan(found.lower[trial]) or events[trial, inside].any()


@pytest.mark.parametrize("day", [0.0, 0.5, 3.0, 7.5, 14.0, 20.0])
@pytest.mark.parametrize("patients", [1, 4, 20])
def test_shares_at_a_day_are_those_of_one_curve(patients, day):
    times, events, counted = draw_trials(patients + 7, patients, 0.6)
    found = compute_shares_at(compute_curves(times, events, counted, level=0.9), day)
    for trial in range(len(times)):
        inside = counted[trial]
        one = estimate_survival_at(
            estimate_kaplan_meier(times[trial, inside], events[trial, inside], level=0.9), time=day
        )
        assert agree(found.estimate[trial], one.estimate)
        assert agree(found.lower[trial], one.lower)
        assert agree(found.upper[trial], one.upper)


def test_a_band_that_stays_above_one_half_has_its_limit_beyond_follow_up():
    """It is a limit, and a median that comes sooner is outside it; without an event nothing is said."""
    times = np.tile(np.arange(1.0, 31.0), (2, 1))
    events = np.zeros((2, 30), np.bool_)
    events[0, 0] = True
    found = compute_medians(compute_curves(times, events))
    assert found.lower[0] == found.upper[0] == np.inf
    assert np.isnan(found.lower[1])


def test_ten_thousand_trials_take_a_moment():
    times, events, counted = draw_trials(1, 61, 0.7, trials=10_000)
    start = time.perf_counter()
    curves = compute_curves(times, events, counted)
    compute_medians(curves)
    compute_shares_at(curves, 7)
    assert time.perf_counter() - start < 5  # some tenths of a second on one core that has nothing else to do
