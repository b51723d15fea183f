"""Two-stage designs: paths counted one by one, chance, and the two wrong designs of public material."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abscopal.design.simon import find_simon_designs
from abscopal.design.two_stage import TwoStageDesign, compute_two_stage_characteristics
from abscopal.design.two_stage_check import check_two_stage
from abscopal.errors import OptionError


def enumerate_paths(design: TwoStageDesign, rate: float) -> tuple[float, float]:
    """Probability of success and patients expected, adding up every order of outcomes, patient by patient."""
    success = expected = 0.0
    for path in product((0, 1), repeat=design.n):
        chance = math.prod(rate if outcome else 1 - rate for outcome in path)
        stopped = sum(path[: design.n1]) <= design.r1
        expected += chance * (design.n1 if stopped else design.n)
        success += chance * (not stopped and sum(path) > design.r)
    return success, expected


@pytest.mark.parametrize(("r1", "n1", "r", "n"), [(0, 4, 2, 11), (2, 6, 4, 12), (1, 3, 1, 9)])
def test_every_path_of_a_small_design(r1: int, n1: int, r: int, n: int):
    design = TwoStageDesign(r1, n1, r, n, 0.2, 0.45)
    exact = compute_two_stage_characteristics(design)
    null, hoped = enumerate_paths(design, 0.2), enumerate_paths(design, 0.45)
    assert (exact.alpha, exact.expected_n_p0) == pytest.approx(null, abs=1e-10)
    assert (exact.power, exact.expected_n_p1) == pytest.approx(hoped, abs=1e-10)


def test_chance_agrees():
    design = find_simon_designs(0.2, 0.4, alpha=0.05, power=0.8).optimal.design
    exact = compute_two_stage_characteristics(design)
    generator = np.random.default_rng(20240501)
    trials = 200_000
    first = generator.binomial(design.n1, 0.4, trials)
    total = first + generator.binomial(design.n - design.n1, 0.4, trials)
    success = ((first > design.r1) & (total > design.r)).mean()
    assert success == pytest.approx(exact.power, abs=5 * math.sqrt(0.16 / trials))
    assert (first <= design.r1).mean() == pytest.approx(exact.early_stop_p1, abs=5 * math.sqrt(0.14 / trials))


def search_slowly(p0: float, p1: float, *, alpha: float, power: float, largest: int) -> dict[int, float]:
    """Fewest patients expected for every total size, by plain loops over every integer design."""

    def point(n: int, p: float) -> list[float]:
        return [math.comb(n, x) * p**x * (1 - p) ** (n - x) for x in range(n + 1)]

    best: dict[int, float] = {}
    for n in range(2, largest + 1):
        for n1 in range(1, n):
            null, hoped = (point(n1, p) for p in (p0, p1))
            null_2, hoped_2 = (point(n - n1, p) for p in (p0, p1))
            for r1 in range(n1):
                expected = n1 + (1 - sum(null[: r1 + 1])) * (n - n1)
                if expected >= best.get(n, math.inf) - 1e-12:
                    continue
                for r in range(r1, n):
                    kept = [
                        sum(a[x] * sum(b[max(r - x + 1, 0) :]) for x in range(r1 + 1, n1 + 1))
                        for a, b in ((null, null_2), (hoped, hoped_2))
                    ]
                    if kept[0] <= alpha and kept[1] >= power:
                        best[n] = expected
                        break
    return best


@pytest.mark.parametrize(
    ("p0", "p1", "alpha", "power"),
    [(0.1, 0.4, 0.1, 0.8), (0.3, 0.65, 0.1, 0.8), pytest.param(0.05, 0.3, 0.05, 0.8, marks=pytest.mark.slow)],
)
def test_the_search_agrees_with_plain_loops(p0: float, p1: float, alpha: float, power: float):
    found = find_simon_designs(p0, p1, alpha=alpha, power=power)
    slow = search_slowly(p0, p1, alpha=alpha, power=power, largest=found.optimal.design.n + 3)
    assert found.minimax.design.n == min(slow)
    assert found.optimal.exact.expected_n_p0 == pytest.approx(min(slow.values()), abs=1e-9)
    for option in found.by_size:
        assert option.exact.expected_n_p0 == pytest.approx(slow[option.design.n], abs=1e-9)
    sizes = [option.design.n for option in found.by_size]
    assert sizes == [n for n in sorted(slow) if n <= found.optimal.design.n]


@settings(deadline=None, max_examples=12)
@given(
    p0=st.sampled_from([0.05, 0.1, 0.25, 0.4, 0.6, 0.7]),
    gain=st.sampled_from([0.2, 0.25]),
    alpha=st.sampled_from([0.05, 0.1]),
)
def test_promises_are_kept_exactly_and_admissible_designs_lie_between(p0: float, gain: float, alpha: float):
    found = find_simon_designs(p0, p0 + gain, alpha=alpha, power=0.8)
    for option in found.by_size:
        assert option.exact.alpha <= alpha + 1e-12
        assert option.exact.power >= 0.8 - 1e-12
        assert option.exact.expected_n_p0 >= found.optimal.exact.expected_n_p0 - 1e-9
    sizes = [option.design.n for option in found.admissible]
    expected = [option.exact.expected_n_p0 for option in found.admissible]
    assert sizes == sorted(sizes)
    assert expected == sorted(expected, reverse=True)
    assert (sizes[0], sizes[-1]) == (found.minimax.design.n, found.optimal.design.n)
    for option in found.admissible:
        weight = ((option.lowest_weight or 0.0) + (option.highest_weight or 0.0)) / 2
        scores = [weight * o.design.n + (1 - weight) * o.exact.expected_n_p0 for o in found.by_size]
        own = weight * option.design.n + (1 - weight) * option.exact.expected_n_p0
        assert own == pytest.approx(min(scores), abs=1e-9)


def test_a_public_design_that_misses_both_promises_is_refused():
    """1/8 4/24 was shown for .10 against .30 with alpha .05 and power .80."""
    typed = TwoStageDesign(1, 8, 4, 24, 0.1, 0.3)
    found = check_two_stage(typed, alpha=0.05, power=0.80, claim="optimal")
    assert (found.keeps_alpha, found.keeps_power, found.is_sound, found.kinds) == (False, False, False, ())
    assert "exact alpha 0.0516 (promised 0.05), exact power 0.7082" in found.sentence.en
    assert "misses its alpha and its power" in found.sentence.en
    assert "alpha exact 0,0516 (annoncé 0,05), puissance exacte 0,7082" in found.sentence.fr


def test_a_public_design_said_to_be_optimal_is_not():
    """2/18 4/26 was shown as optimal for .10 against .30 with alpha .10 and power .90."""
    typed = TwoStageDesign(2, 18, 4, 26, 0.1, 0.3)
    found = check_two_stage(typed, alpha=0.10, power=0.90, claim="optimal")
    assert (found.kinds, found.is_sound) == (("admissible",), False)
    assert found.exact.expected_n_p0 == pytest.approx(20.1, abs=0.05)
    assert found.simon.optimal.design.written == "1/12 5/35"
    assert "It was said to be optimal." in found.sentence.en
    assert "1/12 5/35, with 19.84 patients expected" in found.sentence.en


def test_simons_own_designs_are_recognised():
    optimal = check_two_stage(TwoStageDesign(1, 10, 5, 29, 0.1, 0.3), alpha=0.05, power=0.8, claim="optimal")
    assert optimal.is_sound
    assert optimal.kinds == ("optimal", "admissible")
    assert optimal.sentence.en.endswith("It is Simon's optimal design.")
    minimax = check_two_stage(TwoStageDesign(1, 15, 5, 25, 0.1, 0.3), alpha=0.05, power=0.8)
    assert minimax.kinds == ("minimax", "admissible")
    between = check_two_stage(TwoStageDesign(1, 11, 5, 27, 0.1, 0.3), alpha=0.05, power=0.8)
    assert between.kinds == ("admissible",)
    assert between.is_sound
    assert "one of the admissible designs" in between.sentence.en
    assert "un des plans admissibles" in between.sentence.fr


def test_exact_errors_stand_where_simons_designs_are_too_large_to_search():
    typed = TwoStageDesign(41, 142, 68, 193, 0.3, 0.4)
    found = check_two_stage(typed, alpha=0.05, power=0.9, largest_n=100)
    assert (found.simon, found.kinds, found.is_sound) == (None, (), True)
    assert found.sentence.en.endswith("too many patients to be searched.")
    assert found.sentence.fr.endswith("trop de patients pour être cherchés.")
    assert not check_two_stage(typed, alpha=0.05, power=0.9, claim="optimal", largest_n=100).is_sound


def test_a_search_that_cannot_end_names_what_would():
    with pytest.raises(OptionError, match="within 40 patients") as refused:
        find_simon_designs(0.3, 0.4, alpha=0.05, power=0.9, largest_n=40)
    assert "hoped-for rate of" in refused.value.remedy
    with pytest.raises(OptionError, match="No design can tell") as swapped:
        find_simon_designs(0.4, 0.2, alpha=0.05, power=0.9)
    assert "exchanged, p0 0.2 and p1 0.4 would work" in swapped.value.remedy


@pytest.mark.parametrize("limits", [(1, 10, 5, 10), (10, 10, 12, 29), (3, 10, 2, 29), (1, 10, 29, 29)])
def test_two_stage_rules_that_cannot_be(limits: tuple[int, int, int, int]):
    with pytest.raises(OptionError):
        TwoStageDesign(*limits, 0.1, 0.3)
