"""Arrays of trials against the room of estimation, one trial at a time, on the same patients."""

import numpy as np
import pytest

from abscopal.estimation.clustered import estimate_clustered_proportion
from abscopal.estimation.log_rank import compute_log_rank_test
from abscopal.estimation.proportions import estimate_proportion
from abscopal.rehearsal.array_statistics import (
    compute_clustered_proportions,
    compute_log_ranks,
    compute_proportions,
)


@pytest.mark.parametrize("level", [0.9, 0.95])
def test_exact_intervals_are_those_of_one_proportion(level):
    pairs = [(events, n) for n in (1, 2, 7, 38, 61) for events in range(n + 1)]
    found = compute_proportions(*np.array(pairs).T, level=level)
    for place, (events, n) in enumerate(pairs):
        one = estimate_proportion(events, n, level=level)
        assert found.estimate[place] == pytest.approx(one.estimate)
        assert (found.lower[place], found.upper[place]) == pytest.approx((one.lower, one.upper), abs=1e-9)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
@pytest.mark.parametrize("patients", [1, 2, 5, 24])
def test_rates_of_lesions_are_those_of_one_trial(patients, share):
    generator = np.random.default_rng(patients)
    sizes = generator.integers(0, 4, (120, patients))
    events = generator.binomial(sizes, share)
    found = compute_clustered_proportions(events, sizes)
    for trial in range(len(sizes)):
        owner = np.repeat(np.arange(patients), sizes[trial])
        place = np.concatenate([np.arange(size) for size in sizes[trial]]) if len(owner) else np.empty(0)
        one = estimate_clustered_proportion((place < events[trial][owner]).astype(float), owner)
        for mine, theirs in (
            (found.estimate, one.estimate), (found.lower, one.lower), (found.upper, one.upper),
        ):  # fmt: skip
            assert mine[trial] == pytest.approx(np.nan if theirs is None else theirs, abs=1e-9, nan_ok=True)


def draw_trials(seed: int, trials: int, patients: int):
    """Whole days, so that times are tied, and some patients outside the group."""
    generator = np.random.default_rng(seed)
    times = generator.integers(1, 15, (trials, patients)).astype(float)
    return times, generator.random((trials, patients)) < 0.7, generator.random((trials, patients)) < 0.8


def test_log_ranks_leave_out_who_belongs_to_neither_arm():
    times, events, counted = draw_trials(3, 80, 24)
    second = np.random.default_rng(4).random(times.shape) < 0.4
    found = compute_log_ranks(times, events, second, counted)
    for trial in range(len(times)):
        inside = counted[trial]
        one = compute_log_rank_test(times[trial, inside], events[trial, inside], second[trial, inside])
        assert found.p_value[trial] == pytest.approx(one.p_value, rel=1e-9)
