"""Exact tests of two arms: against scipy, against plain enumeration, and at the edges."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable

from abscopal.errors import OptionError
from abscopal.estimation.counts import TwoArmCounts
from abscopal.estimation.poisson import compute_rate_ratio_test, estimate_rate, estimate_rate_ratio
from abscopal.estimation.two_by_two import (
    compute_chi_square_test,
    compute_cmh_test,
    compute_fisher_test,
    estimate_common_odds_ratio,
    estimate_conditional_odds_ratio,
)
from abscopal.estimation.unconditional_tests import (
    compute_barnard_test,
    compute_boschloo_test,
    compute_fisher_p_values,
    compute_largest_probability,
)

TABLES = [(9, 37, 12, 21), (7, 31, 16, 28), (3, 9, 8, 10), (0, 6, 4, 5)]
EDGES = [(0, 6, 0, 5), (6, 6, 5, 5), (0, 1, 1, 1), (1, 1, 1, 1), (0, 0, 2, 5)]
UNDEFINED = (0, 0, 2, 5)


def as_cells(counts: tuple[int, int, int, int]) -> list[list[int]]:
    x_1, n_1, x_2, n_2 = counts
    return [[x_1, x_2], [n_1 - x_1, n_2 - x_2]]


@pytest.mark.parametrize("counts", TABLES)
@pytest.mark.parametrize("sides", ["less", "greater"])
def test_boschloo_equals_scipy(counts: tuple[int, int, int, int], sides: str):
    theirs = stats.boschloo_exact(as_cells(counts), alternative=sides, n=64)
    assert compute_boschloo_test(TwoArmCounts(*counts), sides=sides).p_value == pytest.approx(
        theirs.pvalue, abs=1e-6
    )


def enumerate_barnard(counts: TwoArmCounts) -> float:
    """The same test, one table and one rate at a time."""

    def compute_z(x_1: int, x_2: int) -> float:
        pooled = (x_1 + x_2) / counts.n
        spread = math.sqrt(pooled * (1 - pooled) * (1 / counts.n_1 + 1 / counts.n_2))
        return abs(x_1 / counts.n_1 - x_2 / counts.n_2) / spread if spread else 0.0

    seen = compute_z(counts.events_1, counts.events_2)
    tables = [
        (x_1, x_2)
        for x_1 in range(counts.n_1 + 1)
        for x_2 in range(counts.n_2 + 1)
        if compute_z(x_1, x_2) >= seen - 1e-9
    ]

    def compute_probability(rate: float) -> float:
        return math.fsum(
            math.comb(counts.n_1, x_1)
            * math.comb(counts.n_2, x_2)
            * rate ** (x_1 + x_2)
            * (1 - rate) ** (counts.n - x_1 - x_2)
            for x_1, x_2 in tables
        )

    return max(compute_probability(rate) for rate in np.linspace(0, 1, 4001))


@pytest.mark.parametrize("counts", [(9, 10, 3, 10), (1, 10, 7, 10), (3, 9, 8, 10), (0, 6, 4, 5)])
def test_barnard_equals_plain_enumeration(counts: tuple[int, int, int, int]):
    table = TwoArmCounts(*counts)
    assert compute_barnard_test(table).p_value == pytest.approx(enumerate_barnard(table), abs=1e-6)


def test_barnard_counts_ties_whichever_way_the_table_is_written():
    seen = compute_barnard_test(TwoArmCounts(9, 10, 3, 10)).p_value
    assert seen == pytest.approx(0.0079556, abs=1e-7)
    assert compute_barnard_test(TwoArmCounts(1, 10, 7, 10)).p_value == pytest.approx(seen, abs=1e-12)


@settings(deadline=None, max_examples=30)
@given(n_1=st.integers(1, 12), n_2=st.integers(1, 12), data=st.data())
def test_boschloo_is_never_weaker_than_fisher(n_1: int, n_2: int, data: st.DataObject):
    table = TwoArmCounts(data.draw(st.integers(0, n_1)), n_1, data.draw(st.integers(0, n_2)), n_2)
    for sides in ("less", "greater"):
        fisher = compute_fisher_test(table, sides=sides).p_value
        boschloo = compute_boschloo_test(table, sides=sides).p_value
        assert fisher is not None
        assert boschloo is not None
        assert boschloo <= fisher + 1e-9
    ordered = compute_boschloo_test(table, convention="fisher-ordering").p_value
    assert ordered is not None
    assert ordered <= (compute_fisher_test(table).p_value or 0.0) + 1e-9


@settings(deadline=None, max_examples=30)
@given(n_1=st.integers(1, 12), n_2=st.integers(1, 12), data=st.data())
def test_swapping_arms_swaps_the_one_sided_tests(n_1: int, n_2: int, data: st.DataObject):
    table = TwoArmCounts(data.draw(st.integers(0, n_1)), n_1, data.draw(st.integers(0, n_2)), n_2)
    for test in (compute_fisher_test, compute_barnard_test, compute_boschloo_test):
        one, other = test(table, sides="less").p_value, test(table.swapped, sides="greater").p_value
        assert one == pytest.approx(other, abs=1e-9)
        assert test(table).p_value == pytest.approx(test(table.swapped).p_value, abs=1e-9)


def test_the_conventions_of_two_sided_are_named():
    table = TwoArmCounts(7, 31, 16, 28)
    doubled, ordered = (
        compute_boschloo_test(table),
        compute_boschloo_test(table, convention="fisher-ordering"),
    )
    assert doubled.p_value == pytest.approx(0.008243, abs=1e-6)
    assert ordered.p_value != pytest.approx(0.008243, abs=1e-3)
    assert doubled.method != ordered.method


@pytest.mark.parametrize("sides", ["two", "less", "greater"])
def test_every_fisher_p_value_at_once(sides: str):
    found = compute_fisher_p_values(8, 5, sides=sides)
    for x_1, x_2 in [(0, 0), (3, 1), (8, 5), (0, 5), (4, 2)]:
        single = compute_fisher_test(TwoArmCounts(x_1, 8, x_2, 5), sides=sides).p_value
        assert found[x_1, x_2] == pytest.approx(single, abs=1e-12)


@pytest.mark.parametrize("counts", EDGES)
@pytest.mark.parametrize("test", [compute_fisher_test, compute_barnard_test, compute_boschloo_test])
def test_the_edges_are_defined(test, counts: tuple[int, int, int, int]):
    p_value = test(TwoArmCounts(*counts)).p_value
    if counts == UNDEFINED:
        assert p_value is None
    else:
        assert p_value is not None
        assert 0.0 < p_value <= 1.0


def test_no_list_of_tables_and_every_table():
    assert compute_largest_probability(np.zeros((4, 5), dtype=bool)) == 0.0
    assert compute_largest_probability(np.ones((4, 5), dtype=bool)) == pytest.approx(1.0)


@pytest.mark.parametrize("counts", TABLES)
@pytest.mark.parametrize("correction", ["none", "yates"])
def test_chi_square_equals_scipy(counts: tuple[int, int, int, int], correction: str):
    theirs = stats.chi2_contingency(as_cells(counts), correction=correction == "yates")
    found = compute_chi_square_test(TwoArmCounts(*counts), correction=correction)
    assert (found.statistic, found.p_value) == pytest.approx((theirs.statistic, theirs.pvalue))


def test_without_events_nothing_is_compared():
    assert compute_chi_square_test(TwoArmCounts(0, 5, 0, 6)).p_value is None
    assert estimate_conditional_odds_ratio(TwoArmCounts(5, 5, 6, 6)).estimate is None


def test_conditional_odds_ratio_limits_leave_one_fortieth_on_each_side():
    found = estimate_conditional_odds_ratio(TwoArmCounts(9, 10, 3, 10))
    assert found.lower is not None
    assert found.upper is not None
    assert stats.nchypergeom_fisher.cdf(9, 20, 12, 10, found.upper) == pytest.approx(0.025, abs=1e-8)
    assert stats.nchypergeom_fisher.sf(8, 20, 12, 10, found.lower) == pytest.approx(0.025, abs=1e-8)


def test_an_empty_cell_leaves_one_limit_open():
    none_first = estimate_conditional_odds_ratio(TwoArmCounts(0, 6, 4, 5))
    assert (none_first.estimate, none_first.lower) == (0.0, 0.0)
    assert none_first.upper is not None
    all_first = estimate_conditional_odds_ratio(TwoArmCounts(6, 6, 1, 5))
    assert (all_first.estimate, all_first.upper) == (None, None)
    assert all_first.lower is not None


def test_strata_equal_statsmodels():
    strata = [TwoArmCounts(3, 15, 6, 13), TwoArmCounts(4, 16, 10, 15), TwoArmCounts(2, 7, 5, 9)]
    cells = [
        np.array([[s.events_1, s.n_1 - s.events_1], [s.events_2, s.n_2 - s.events_2]], dtype=float)
        for s in strata
    ]
    theirs = StratifiedTable(cells)
    test = theirs.test_null_odds(correction=False)
    found = compute_cmh_test(strata)
    assert (found.statistic, found.p_value) == pytest.approx((test.statistic, test.pvalue))
    ratio = estimate_common_odds_ratio(strata)
    assert (ratio.estimate, ratio.lower, ratio.upper) == pytest.approx(
        (theirs.oddsratio_pooled, *theirs.oddsratio_pooled_confint())
    )


def test_strata_without_information_are_left_aside():
    whole = [TwoArmCounts(3, 15, 6, 13), TwoArmCounts(0, 0, 1, 4), TwoArmCounts(0, 0, 0, 0)]
    assert compute_cmh_test(whole).p_value == pytest.approx(compute_cmh_test(whole[:1]).p_value)
    assert compute_cmh_test(whole[1:]).p_value is None
    assert estimate_common_odds_ratio(whole[1:]).estimate is None
    assert estimate_common_odds_ratio([TwoArmCounts(0, 5, 3, 5)]).estimate == 0.0


def test_rates_without_events_or_time():
    assert (estimate_rate(0, 10.0, patients=4).lower, estimate_rate(0, 0.0, patients=0).estimate) == (
        0.0,
        None,
    )
    none_second = estimate_rate_ratio(5, 10.0, 0, 12.0, patients=9)
    assert (none_second.estimate, none_second.upper) == (None, None)
    assert none_second.lower is not None
    assert estimate_rate_ratio(0, 10.0, 4, 12.0, patients=9).lower == 0.0
    assert estimate_rate_ratio(0, 10.0, 0, 12.0, patients=9).estimate is None
    assert compute_rate_ratio_test(0, 10.0, 0, 12.0).p_value is None


@pytest.mark.parametrize(("events", "exposure"), [(3, 0.0), (-1, 5.0), (1, -5.0), (1, math.inf)])
def test_times_at_risk_that_cannot_be(events: int, exposure: float):
    with pytest.raises(OptionError, match="cannot be"):
        estimate_rate(events, exposure, patients=5)


def test_rate_limits_invert_the_poisson_test():
    found = estimate_rate(7, 13.9, patients=31)
    assert found.lower is not None
    assert found.upper is not None
    assert stats.poisson.sf(6, found.lower * 13.9) == pytest.approx(0.025)
    assert stats.poisson.cdf(7, found.upper * 13.9) == pytest.approx(0.025)
