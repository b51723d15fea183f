"""Cox models and lesions clustered in patients."""

import re

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from sksurv.linear_model import CoxPHSurvivalAnalysis
from sksurv.util import Surv

from abscopal.errors import OptionError
from abscopal.estimation.clustered import estimate_clustered_proportion, estimate_paired_difference
from abscopal.estimation.cox import estimate_hazard_ratios


def draw_trial(seed: int, n: int = 80) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    arm, age = generator.integers(0, 2, n), generator.normal(60, 10, n)
    times = np.ceil(generator.exponential(30 * np.exp(-0.5 * arm)))
    return times, generator.random(n) < 0.8, arm, age


@pytest.mark.parametrize("seed", range(3))
def test_efron_equals_scikit_survival(seed: int):
    times, events, arm, age = draw_trial(seed)
    theirs = CoxPHSurvivalAnalysis(ties="efron", tol=1e-12).fit(
        np.column_stack((arm, age)), Surv.from_arrays(events, times)
    )
    model = estimate_hazard_ratios(times, events, {"arm": arm, "age": age})
    assert [ratio.coefficient for ratio in model.ratios] == pytest.approx(theirs.coef_.tolist(), abs=1e-7)
    assert model.warnings == ()


def test_the_interval_keeps_the_level_it_was_asked_for():
    times, events, arm, _ = draw_trial(1)
    found = estimate_hazard_ratios(times, events, {"arm": arm}, level=0.975).ratios[0]
    assert found.coefficient is not None
    assert found.standard_error is not None
    assert found.ratio.upper == pytest.approx(
        np.exp(found.coefficient + 2.241403 * found.standard_error), rel=1e-6
    )


@pytest.mark.parametrize(
    ("times", "events", "arm", "sentence"),
    [
        ([1, 2, 3, 4], [0, 0, 0, 0], [0, 1, 0, 1], "No event"),
        ([1, 2, 3, 4], [1, 1, 1, 0], [1, 1, 1, 1], "is the same for all"),
        ([1, 2, 9, 9], [1, 1, 0, 0], [1, 1, 0, 0], "highest arm .* [(]complete separation"),
        ([1, 2, 9, 9], [1, 1, 0, 0], [0, 0, 1, 1], "lowest arm .* [(]complete separation"),
        ([], [], [], "No event"),
    ],
)
def test_ratios_that_do_not_exist_teach_why(
    times: list[int], events: list[int], arm: list[int], sentence: str
):
    model = estimate_hazard_ratios(times, events, {"arm": arm})
    assert model.ratios[0].ratio.estimate is None
    assert model.ratios[0].test.p_value is None
    assert re.search(sentence, " ".join(model.warnings))


def test_covariates_that_separate_together_are_left_out():
    one, two = [0, 0, 1, 1, 2, 2, 3, 3], [1, 0, 2, 1, 3, 2, 4, 3]
    times = [9, 1, 9, 2, 9, 3, 9, 4]
    model = estimate_hazard_ratios(times, [0, 1, 0, 1, 0, 1, 0, 1], {"one": one, "two": two})
    assert model.warnings[-1].startswith("The model does not converge")
    assert all(ratio.ratio.estimate is None for ratio in model.ratios)


def test_covariates_that_say_the_same_thing_are_refused():
    times, events, arm, _ = draw_trial(2)
    model = estimate_hazard_ratios(times, events, {"arm": arm, "again": 2 * arm + 1})
    assert model.warnings[-1].startswith("The model does not converge")
    assert all(ratio.coefficient is None for ratio in model.ratios)


def test_few_events_are_said():
    times, events, arm, age = draw_trial(2, n=9)
    model = estimate_hazard_ratios(times, events, {"arm": arm, "age": age})
    assert "fewer than 5 each" in model.warnings[0]


def test_exchanging_arms_inverts_the_ratio():
    times, events, arm, _ = draw_trial(4)
    one = estimate_hazard_ratios(times, events, {"arm": arm}).ratios[0].ratio
    other = estimate_hazard_ratios(times, events, {"arm": 1 - arm}).ratios[0].ratio
    assert one.estimate == pytest.approx(1 / (other.estimate or 0.0))
    assert one.lower == pytest.approx(1 / (other.upper or 0.0))


def draw_lesions(seed: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    patients = np.repeat(np.arange(20), generator.integers(1, 5, 20))
    chance = generator.beta(2, 2, 20)[patients]
    return (generator.random(patients.size) < chance).astype(int), patients


@pytest.mark.parametrize("seed", range(4))
def test_the_sandwich_equals_estimating_equations(seed: int):
    outcomes, patients = draw_lesions(seed)
    theirs = sm.GEE(
        outcomes, np.ones((len(outcomes), 1)), groups=patients, family=sm.families.Binomial()
    ).fit()
    lower, upper = 1 / (1 + np.exp(-theirs.conf_int()[0]))
    found = estimate_clustered_proportion(outcomes, patients)
    assert (found.lower, found.upper) == pytest.approx((lower, upper), abs=1e-8)
    assert (found.n, found.events) == (len(outcomes), outcomes.sum())


def test_lesions_that_copy_their_patient_bring_no_information():
    outcomes = np.array([1, 0, 1, 1, 0, 0, 1, 0])
    single = estimate_clustered_proportion(outcomes, np.arange(8))
    copied = estimate_clustered_proportion(np.repeat(outcomes, 5), np.repeat(np.arange(8), 5))
    assert (copied.lower, copied.upper) == pytest.approx((single.lower, single.upper))
    assert copied.n == 5 * single.n


def test_the_bootstrap_is_repeated_by_its_seed_and_agrees_with_the_sandwich():
    outcomes, patients = draw_lesions(3)
    drawn = [
        estimate_clustered_proportion(
            outcomes, patients, method="bootstrap", generator=np.random.default_rng(seed), resamples=4000
        )
        for seed in (1, 1, 2)
    ]
    assert drawn[0] == drawn[1] != drawn[2]
    sandwich = estimate_clustered_proportion(outcomes, patients)
    assert drawn[0].lower == pytest.approx(sandwich.lower, abs=0.05)
    assert drawn[0].upper == pytest.approx(sandwich.upper, abs=0.05)


def test_the_bootstrap_draws_patients_not_lesions():
    outcomes, patients = np.repeat([1, 0, 1, 0, 1, 0], 30), np.repeat(np.arange(6), 30)
    found = estimate_clustered_proportion(
        outcomes, patients, method="bootstrap", generator=np.random.default_rng(1)
    )
    assert found.lower is not None
    assert found.upper is not None
    assert found.upper - found.lower > 0.6


@pytest.mark.parametrize("outcome", [0, 1])
def test_lesions_all_alike_give_the_exact_interval_of_patients(outcome: int):
    found = estimate_clustered_proportion([outcome] * 6, [1, 1, 2, 2, 3, 3])
    far = found.upper if outcome == 0 else 1 - (found.lower or 0.0)
    assert found.estimate == outcome
    assert far == pytest.approx(1 - 0.025 ** (1 / 3))


def test_lesions_that_show_no_variance_between_patients_have_no_interval():
    for patients in ([1, 1, 1, 1], [1, 1, 2, 2]):
        found = estimate_clustered_proportion([1, 0, 1, 0], patients)
        assert (found.estimate, found.lower, found.upper) == (0.5, None, None)
    assert estimate_clustered_proportion([], []).estimate is None


def test_lesions_that_cannot_be():
    with pytest.raises(OptionError, match="0 or 1"):
        estimate_clustered_proportion([2, 0], [1, 1])
    with pytest.raises(OptionError, match="source of chance"):
        estimate_clustered_proportion([1, 0, 0], [1, 1, 2], method="bootstrap")
    with pytest.raises(OptionError, match="injected"):
        estimate_paired_difference([1, 0], [1, 1], [True])


def test_injected_against_distant_lesions_within_patients():
    rows = pd.DataFrame(
        {
            "patient": ["a", "a", "a", "b", "b", "c", "c", "d"],
            "injected": [True, False, False, True, False, True, False, True],
            "responded": [1, 0, 1, 1, 0, 0, 0, 1],
        }
    )
    found = estimate_paired_difference(rows["responded"], rows["patient"], rows["injected"])
    # Patient d has no distant lesion and cannot be compared within.
    assert (found.n, found.estimate) == (3, pytest.approx((0.5 + 1 + 0) / 3))
    assert found.lower == pytest.approx(0.5 - 4.302653 * 0.5 / 3**0.5, abs=1e-6)
    assert found.upper == 1.0
    turned = estimate_paired_difference(rows["responded"], rows["patient"], ~rows["injected"])
    assert turned.estimate == pytest.approx(-0.5)


def test_paired_differences_without_variance_have_no_interval():
    alike = estimate_paired_difference([1, 0, 1, 0], [1, 1, 2, 2], [1, 0, 1, 0])
    assert (alike.estimate, alike.lower, alike.n) == (1.0, None, 2)
    nobody = estimate_paired_difference([1, 0], [1, 2], [1, 0])
    assert (nobody.estimate, nobody.n) == (None, 0)
    assert estimate_paired_difference([], [], []).estimate is None


def test_the_bootstrap_of_the_paired_difference_by_hand():
    """Differences of three patients 0.5, 1 and 0: the 27 draws have means from 0 to 1, each listed here."""
    outcomes, patients, injected = [1, 0, 1, 1, 0, 0, 0], list("aaabbcc"), [1, 0, 0, 1, 0, 1, 0]
    found = estimate_paired_difference(
        outcomes, patients, injected, level=0.8, method="bootstrap",
        generator=np.random.default_rng(1), resamples=50_000,
    )  # fmt: skip
    means = [(a + b + c) / 3 for a in (0.5, 1, 0) for b in (0.5, 1, 0) for c in (0.5, 1, 0)]
    # Of 27 equally likely draws, 4 lie at or below 1/6 and 4 at or above 5/6: the limits at 10 % and 90 %.
    assert sum(mean <= 1 / 6 + 1e-9 for mean in means) == 4
    assert (found.estimate, found.n) == (0.5, 3)
    assert (found.lower, found.upper) == (pytest.approx(1 / 6), pytest.approx(5 / 6))
    assert "bootstrap" in found.method
    with pytest.raises(OptionError, match="source of chance"):
        estimate_paired_difference(outcomes, patients, injected, method="bootstrap")


def test_the_bootstrap_of_a_share_by_hand():
    """Two patients, one with two responding lesions and one with one that does not: 1, 2/3 twice, or 0."""
    found = estimate_clustered_proportion(
        [1, 1, 0], ["a", "a", "b"], level=0.4, method="bootstrap",
        generator=np.random.default_rng(2), resamples=50_000,
    )  # fmt: skip
    # A quarter of the draws gives 0, half 2/3, a quarter 1: at 30 % and at 70 % stands 2/3.
    assert (found.lower, found.upper) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
