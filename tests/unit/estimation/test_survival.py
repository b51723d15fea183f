"""Kaplan-Meier, log-rank and restricted means: against other programs, and at the edges."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from lifelines.statistics import logrank_test
from lifelines.utils import restricted_mean_survival_time
from sksurv.compare import compare_survival
from sksurv.nonparametric import kaplan_meier_estimator
from sksurv.util import Surv

from abscopal.errors import OptionError
from abscopal.estimation.kaplan_meier import (
    compute_numbers_at_risk,
    estimate_kaplan_meier,
    estimate_survival_at,
    estimate_survival_quantile,
)
from abscopal.estimation.log_rank import (
    compute_log_rank_batch,
    compute_log_rank_table,
    compute_log_rank_test,
)
from abscopal.estimation.restricted_mean import estimate_restricted_mean, estimate_restricted_mean_difference

patients = st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=40)
SCALES = ("log-log", "log", "plain")


def split(rows: list[tuple[int, bool]]) -> tuple[list[int], list[bool]]:
    return [time for time, _ in rows], [seen for _, seen in rows]


def draw_trial(seed: int, n: int = 61) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    group = np.arange(n) % 3 == 0
    times = np.ceil(generator.exponential(np.where(group, 300, 200)))
    return times, generator.random(n) < 0.7, group


@given(rows=patients, scale=st.sampled_from(SCALES))
def test_the_curve_falls_from_1_and_stays_inside_its_band(rows: list[tuple[int, bool]], scale: str):
    curve = estimate_kaplan_meier(*split(rows), scale=scale)
    assert (np.diff(np.concatenate(([1.0], curve.survival))) <= 0).all()
    known = ~np.isnan(curve.lower)
    assert (curve.lower[known] <= curve.survival[known] + 1e-12).all()
    assert (curve.survival[known] <= curve.upper[known] + 1e-12).all()
    assert curve.events.sum() + curve.censored.sum() == len(rows)
    for time in range(-1, 23):
        assert estimate_survival_at(curve, time=time).n == len(rows)
    median = estimate_survival_quantile(curve)
    assert median.estimate is None or 0 <= median.estimate <= 20


@settings(deadline=None)
@given(rows=patients)
def test_the_curve_equals_that_of_scikit_survival(rows: list[tuple[int, bool]]):
    times, events = split(rows)
    theirs = kaplan_meier_estimator(np.array(events), np.array(times, dtype=float))
    curve = estimate_kaplan_meier(times, events)
    assert curve.times == pytest.approx(theirs[0])
    assert curve.survival == pytest.approx(theirs[1], abs=1e-12)


def test_median_and_log_log_limits_equal_lifelines():
    times, events, _ = draw_trial(7)
    fitter = KaplanMeierFitter().fit(times, events)
    curve = estimate_kaplan_meier(times, events)
    for day in (50, 150, 250):
        found = estimate_survival_at(curve, time=day)
        row = fitter.confidence_interval_.loc[:day].iloc[-1]
        assert found.estimate == pytest.approx(fitter.predict(day), abs=1e-12)
        assert (found.lower, found.upper) == pytest.approx(tuple(row), abs=1e-12)
    assert estimate_survival_quantile(curve).estimate == fitter.median_survival_time_


def test_without_censoring_the_curve_is_the_share_left():
    curve = estimate_kaplan_meier([1, 2, 3, 4], [1, 1, 1, 1])
    assert curve.survival.tolist() == pytest.approx([0.75, 0.5, 0.25, 0.0])
    assert estimate_survival_quantile(curve).estimate == 2.5


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize(
    ("times", "events"), [([], []), ([0, 0, 0], [0, 0, 0]), ([5], [1]), ([5], [0]), ([3, 3, 3], [1, 1, 1])]
)
def test_the_edges_are_defined(times: list[int], events: list[int], scale: str):
    curve = estimate_kaplan_meier(times, events, scale=scale)
    for time in (0, 3, 5, 9):
        found = estimate_survival_at(curve, time=time)
        assert found.n == len(times)
    assert estimate_survival_quantile(curve).events == sum(events)
    assert estimate_restricted_mean(times, events, horizon=4).n == len(times)


def test_what_no_patient_was_followed_for_is_undefined():
    curve = estimate_kaplan_meier([5, 8], [1, 0])
    assert estimate_survival_at(curve, time=9).estimate is None
    assert estimate_survival_at(curve, time=-1).estimate is None
    finished = estimate_kaplan_meier([5, 8], [1, 1])
    gone = estimate_survival_at(finished, time=9)
    assert (gone.estimate, gone.lower, gone.upper) == (0.0, None, None)
    whole = estimate_survival_at(finished, time=1)
    assert (whole.estimate, whole.lower, whole.upper) == (1.0, None, None)


def test_numbers_at_risk_count_those_who_leave_that_day():
    assert compute_numbers_at_risk([2, 3, 3, 5], at=[0, 2, 3, 4, 6]) == [4, 4, 3, 1, 0]


@pytest.mark.parametrize(
    ("times", "events", "sentence"),
    [
        ([1, -2], [1, 1], "1 of 2 follow-up times"),
        ([1, float("nan")], [1, 1], "1 of 2 follow-up times"),
        ([[1, 2]], [[1, 1]], "one flat list"),
        ([1, 2], [1], "2 follow-up times but 1 events"),
        ([1, 2], [1, 2], "neither true nor false"),
    ],
)
def test_follow_up_that_cannot_be(times: list[float], events: list[int], sentence: str):
    with pytest.raises(OptionError, match=sentence):
        estimate_kaplan_meier(times, events)


def test_a_quantile_is_a_share():
    with pytest.raises(OptionError, match="quantile"):
        estimate_survival_quantile(estimate_kaplan_meier([1], [1]), share=1.0)


@pytest.mark.parametrize("seed", range(5))
def test_log_rank_equals_lifelines_and_scikit_survival(seed: int):
    times, events, group = draw_trial(seed)
    found = compute_log_rank_test(times, events, group)
    one = logrank_test(times[group], times[~group], events[group], events[~group])
    other = compare_survival(Surv.from_arrays(events, times), group)
    assert found.statistic == pytest.approx(one.test_statistic, abs=1e-8)
    assert (found.statistic, found.p_value) == pytest.approx(other, abs=1e-8)


def test_log_rank_of_one_stratum_is_the_plain_test():
    times, events, group = draw_trial(3)
    plain = compute_log_rank_test(times, events, group)
    layered = compute_log_rank_test(times, events, group, strata=["only"] * len(times))
    assert layered.statistic == pytest.approx(plain.statistic)
    assert layered.method != plain.method


@pytest.mark.parametrize(
    ("times", "events", "groups"),
    [([], [], []), ([1, 2], [1, 1], ["a", "a"]), ([1, 2], [0, 0], ["a", "b"]), ([1, 5], [1, 1], ["a", "b"])],
)
def test_log_rank_without_a_comparison(times: list[int], events: list[int], groups: list[str]):
    found = compute_log_rank_test(times, events, groups)
    if times == [1, 5]:
        assert found.degrees_of_freedom == 1
    else:
        assert (found.p_value, found.statistic) == (None, None)


def test_a_third_group_that_nobody_meets_takes_no_degree_of_freedom():
    found = compute_log_rank_test([1, 2, 3, 4, 0], [1, 1, 1, 1, 0], ["a", "b", "a", "b", "late"])
    pair = compute_log_rank_test([1, 2, 3, 4], [1, 1, 1, 1], ["a", "b", "a", "b"])
    assert found.degrees_of_freedom == 1
    assert found.statistic == pytest.approx(pair.statistic)


@given(rows=patients)
def test_expected_events_add_up_to_those_seen(rows: list[tuple[int, bool]]):
    times, events = split(rows)
    table = compute_log_rank_table(times, events, np.arange(len(rows)) % 3)
    assert table.observed.sum() == pytest.approx(table.expected.sum())
    assert table.variance.sum() == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("grain", [1.0, 40.0])
def test_the_batch_gives_the_same_as_one_trial_at_a_time(grain: float):
    trials = [draw_trial(seed) for seed in range(40)]
    times = np.ceil(np.array([trial[0] for trial in trials]) / grain)
    events = np.array([trial[1] for trial in trials])
    groups = np.array([trial[2] for trial in trials])
    batch = compute_log_rank_batch(times, events, groups)
    single = [compute_log_rank_test(*trial) for trial in zip(times, events, groups, strict=True)]
    assert batch.statistic == pytest.approx([result.statistic for result in single], abs=1e-9)
    assert batch.p_value == pytest.approx([result.p_value for result in single], abs=1e-9)
    more = compute_log_rank_table(times[0], events[0], groups[0])
    assert np.sign(batch.z[0]) == np.sign(more.observed[1] - more.expected[1])


def test_a_trial_without_events_is_nan_in_the_batch():
    batch = compute_log_rank_batch([[1, 2, 3, 4]], [[0, 0, 0, 0]], [0, 1, 0, 1])
    assert np.isnan(batch.p_value).all()
    with pytest.raises(OptionError, match="trials by patients"):
        compute_log_rank_batch([1, 2], [1, 1], [0, 1])


@pytest.mark.parametrize("horizon", [90.0, 180.0])
def test_restricted_mean_equals_lifelines(horizon: float):
    times, events, _ = draw_trial(11)
    mean = restricted_mean_survival_time(KaplanMeierFitter().fit(times, events), t=horizon)
    assert estimate_restricted_mean(times, events, horizon=horizon).estimate == pytest.approx(mean)


def test_restricted_mean_without_censoring_is_the_mean():
    times = np.array([3.0, 5.0, 9.0, 12.0, 30.0])
    found = estimate_restricted_mean(times, np.ones(5), horizon=10)
    cut = np.minimum(times, 10)
    assert found.estimate == pytest.approx(cut.mean())
    assert found.lower is not None
    # Greenwood without censoring is the variance of the mean.
    assert found.estimate - found.lower == pytest.approx(1.959964 * cut.std() / 5**0.5, abs=1e-5)


def test_restricted_means_that_are_undefined():
    assert estimate_restricted_mean([5, 8], [1, 0], horizon=9).estimate is None
    untouched = estimate_restricted_mean([50, 80], [1, 0], horizon=9)
    assert (untouched.estimate, untouched.lower) == (9.0, None)
    with pytest.raises(OptionError, match="horizon"):
        estimate_restricted_mean([5, 8], [1, 0], horizon=0)


def test_the_difference_of_restricted_means_turns_over_with_the_arms():
    times, events, group = draw_trial(5)
    arms = (times[group], events[group]), (times[~group], events[~group])
    one = estimate_restricted_mean_difference(*arms[0], *arms[1], horizon=120)
    other = estimate_restricted_mean_difference(*arms[1], *arms[0], horizon=120)
    assert one.estimate == pytest.approx(-(other.estimate or 0.0))
    assert one.lower == pytest.approx(-(other.upper or 0.0))
    assert estimate_restricted_mean_difference([1], [0], [9], [0], horizon=5).estimate is None
    assert estimate_restricted_mean_difference([9], [0], [9], [0], horizon=5).lower is None
