"""Aalen-Johansen and the three ways to an incidence."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sksurv.nonparametric import cumulative_incidence_competing_risks

from abscopal.errors import OptionError
from abscopal.estimation.aalen_johansen import estimate_aalen_johansen, estimate_incidence_at
from abscopal.estimation.incidence import estimate_incidence_three_ways
from abscopal.estimation.kaplan_meier import estimate_kaplan_meier

patients = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 2)), min_size=1, max_size=40)


def split(rows: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    return [time for time, _ in rows], [cause for _, cause in rows]


@given(rows=patients)
def test_the_shares_add_up_to_1_and_incidences_only_rise(rows: list[tuple[int, int]]):
    curves = estimate_aalen_johansen(*split(rows), kinds=2)
    assert curves.share.sum(axis=1) == pytest.approx(np.ones(curves.times.size))
    assert (np.diff(curves.share[:, 1:], axis=0) >= 0).all()
    for time in range(-1, 23):
        for cause in (0, 1, 2):
            found = estimate_incidence_at(curves, time=time, cause=cause)
            assert found.estimate is None or 0.0 <= found.estimate <= 1.0


@given(rows=patients)
def test_being_free_of_any_event_is_kaplan_meier(rows: list[tuple[int, int]]):
    times, causes = split(rows)
    curve = estimate_kaplan_meier(times, np.array(causes) > 0)
    curves = estimate_aalen_johansen(times, causes)
    assert curves.share[:, 0] == pytest.approx(curve.survival, abs=1e-12)
    known = ~np.isnan(curve.standard_error)
    assert curves.standard_error[known, 0] == pytest.approx(curve.standard_error[known], abs=1e-9)


@given(rows=patients)
def test_ignoring_what_competes_never_lowers_the_incidence(rows: list[tuple[int, int]]):
    times, causes = split(rows)
    found = estimate_incidence_three_ways(times, causes, horizon=10)
    naive, right = found.one_minus_kaplan_meier.estimate, found.aalen_johansen.estimate
    if naive is not None and right is not None:
        assert naive >= right - 1e-12
    assert found.crude.events == sum(time <= 10 and cause == 1 for time, cause in rows)


@settings(deadline=None)
@given(rows=st.lists(st.tuples(st.integers(1, 20), st.integers(0, 2)), min_size=5, max_size=40))
def test_incidences_equal_those_of_scikit_survival(rows: list[tuple[int, int]]):
    times, causes = split([*rows, (3, 1), (4, 2)])
    theirs = cumulative_incidence_competing_risks(np.array(causes), np.array(times, dtype=float))
    curves = estimate_aalen_johansen(times, causes)
    assert curves.times == pytest.approx(theirs[0])
    assert pytest.approx(theirs[1][1:], abs=1e-12) == curves.share[:, 1:].T


def test_ties_between_causes_are_not_shaken():
    """Two causes on the same day share the risk set of that day; no order is invented between them."""
    one = estimate_aalen_johansen([4, 4, 6, 8], [1, 2, 1, 0])
    other = estimate_aalen_johansen([4, 4, 6, 8], [2, 1, 1, 0])
    assert one.share[0].tolist() == [0.5, 0.25, 0.25]
    assert one.share.tolist() == other.share.tolist()


def test_everybody_followed_and_nothing_competing_makes_the_three_ways_one():
    found = estimate_incidence_three_ways([1, 2, 3, 30, 30, 30], [1, 1, 1, 0, 0, 0], horizon=10)
    for way in (found.crude, found.one_minus_kaplan_meier, found.aalen_johansen):
        assert way.estimate == pytest.approx(0.5)
    assert (found.lost, found.competing) == (0, 0)


def test_three_kinds_of_event():
    curves = estimate_aalen_johansen([1, 2, 3, 4], [1, 2, 3, 0])
    assert curves.causes == 3
    assert curves.share[-1].tolist() == pytest.approx([0.25] * 4)


@pytest.mark.parametrize(
    ("times", "causes"), [([], []), ([0, 0], [0, 0]), ([5], [1]), ([5], [2]), ([5], [0]), ([3, 3], [1, 2])]
)
def test_the_edges_are_defined(times: list[int], causes: list[int]):
    found = estimate_incidence_three_ways(times, causes, horizon=4)
    assert found.aalen_johansen.n == found.crude.n == len(times)
    curves = estimate_aalen_johansen(times, causes, kinds=2)
    for time in (0, 3, 9):
        assert estimate_incidence_at(curves, time=time, cause=2).n == len(times)


def test_beyond_the_last_patient_nothing_is_known():
    assert estimate_incidence_at(estimate_aalen_johansen([1, 5], [1, 0]), time=9).estimate is None
    assert estimate_incidence_at(estimate_aalen_johansen([1, 5], [1, 2]), time=9).estimate == 0.5


def test_before_the_first_event_there_is_no_interval():
    curves = estimate_aalen_johansen([3, 5], [1, 0])
    start, free = (estimate_incidence_at(curves, time=1, cause=cause) for cause in (1, 0))
    assert (start.estimate, start.lower, free.estimate, free.upper) == (0.0, None, 1.0, None)


@pytest.mark.parametrize(
    ("causes", "kinds", "sentence"),
    [([1, -1], None, "whole numbers"), ([1, 0.5], None, "whole numbers"), ([1, 3], 2, "at least 3 kinds")],
)
def test_causes_that_cannot_be(causes: list[float], kinds: int | None, sentence: str):
    with pytest.raises(OptionError, match=sentence):
        estimate_aalen_johansen([1, 2], causes, kinds=kinds)


def test_questions_without_an_answer():
    curves = estimate_aalen_johansen([1, 2], [1, 0])
    with pytest.raises(OptionError, match="no cause 2"):
        estimate_incidence_at(curves, time=1, cause=2)
    with pytest.raises(OptionError, match="horizon"):
        estimate_incidence_three_ways([1], [1], horizon=-1)
