"""Kappa against two independent implementations, published numbers, and the tables on which it has no value."""

import numpy as np
import pytest
from statsmodels.stats.inter_rater import cohens_kappa

from abscopal.errors import OptionError
from abscopal.estimation.agreement import estimate_kappa

SCALE = {"CR": 0, "PR": 1, "SD": 2, "PD": 3}
WORDS = list(SCALE)
WEIGHTS = {"none": None, "linear": "linear", "quadratic": "quadratic"}


def read(table: list[list[int]], words: list[str]) -> tuple[list[str], list[str]]:
    """The answers behind a table of counts, first reader in rows."""
    pairs = [
        (words[row], words[column])
        for row, counts in enumerate(table)
        for column, count in enumerate(counts)
        for _ in range(count)
    ]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


@pytest.mark.parametrize("weights", list(WEIGHTS))
@pytest.mark.parametrize("seed", range(6))
def test_kappa_and_its_interval_equal_those_of_statsmodels(weights, seed):
    table = np.random.default_rng(seed).integers(0, 9, size=(4, 4)) + np.diag([6, 7, 9, 8])
    wanted = cohens_kappa(table, wt=WEIGHTS[weights])
    first, second = read(table.tolist(), WORDS)
    found = estimate_kappa(first, second, scale=SCALE, weights=weights)
    assert found.estimate == pytest.approx(wanted.kappa, abs=1e-12)
    assert (found.lower, found.upper) == pytest.approx((wanted.kappa_low, wanted.kappa_upp), abs=1e-9)
    assert found.n == table.sum()
    assert found.events == np.trace(table)


@pytest.mark.parametrize("weights", list(WEIGHTS))
def test_kappa_equals_that_of_scikit_learn_on_an_uneven_scale(weights):
    metrics = pytest.importorskip("sklearn.metrics")
    draw = np.random.default_rng(3)
    first = draw.choice(WORDS, 80)
    second = np.where(draw.random(80) < 0.6, first, draw.choice(WORDS, 80))
    wanted = metrics.cohen_kappa_score(first, second, labels=WORDS, weights=WEIGHTS[weights])
    assert estimate_kappa(first, second, scale=SCALE, weights=weights).estimate == pytest.approx(wanted)
    uneven = {"CR": 0, "PR": 1, "SD": 4, "PD": 9}
    apart = np.abs(np.subtract.outer(list(uneven.values()), list(uneven.values())))
    counts = metrics.confusion_matrix(first, second, labels=WORDS)
    distances = {"none": apart > 0, "linear": apart, "quadratic": apart**2}[weights]
    by_chance = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / 80
    by_hand = 1 - (counts * distances).sum() / (by_chance * distances).sum()
    assert estimate_kappa(first, second, scale=uneven, weights=weights).estimate == pytest.approx(by_hand)


def test_two_categories_by_hand():
    """45 of 60 agree, 30 would by chance: (0.75 - 0.5) / (1 - 0.5)."""
    first, second = read([[20, 10], [5, 25]], ["PR", "SD"])
    found = estimate_kappa(first, second, scale={"PR": 0, "SD": 1})
    assert found.estimate == pytest.approx(0.5)
    assert found.events == 45


def test_answers_that_share_a_place_disagree_only_without_weights():
    scale = {"SD": 1, "NON-CR/NON-PD": 1, "PD": 2}
    first, second = ["SD", "PD", "PD", "SD"], ["NON-CR/NON-PD", "PD", "PD", "SD"]
    assert estimate_kappa(first, second, scale=scale, weights="linear").estimate == pytest.approx(1.0)
    assert estimate_kappa(first, second, scale=scale).estimate < 1


def test_one_answer_only_has_no_kappa():
    found = estimate_kappa(["SD"] * 5, ["SD"] * 5, scale=SCALE)
    assert found.estimate is None
    assert (found.n, found.events) == (5, 5)
    assert "undefined" in found.method


def test_nobody_read_by_both_has_no_kappa():
    found = estimate_kappa([], [], scale=SCALE, weights="quadratic")
    assert (found.estimate, found.n) == (None, 0)


def test_full_agreement_has_no_interval():
    """Four patients alike do not prove that a fifth would be."""
    found = estimate_kappa(["CR", "PR", "SD", "PD"], ["CR", "PR", "SD", "PD"], scale=SCALE)
    assert (found.estimate, found.lower, found.upper) == (1.0, None, None)


def test_the_bootstrap_draws_patients_and_not_assessments():
    """The same answers three times over make kappa no surer when they come from the same patients."""
    draw = np.random.default_rng(11)
    first = draw.choice(WORDS, 60)
    second = np.where(draw.random(60) < 0.7, first, draw.choice(WORDS, 60))

    def width(times: int, clusters: np.ndarray | None) -> float:
        found = estimate_kappa(
            np.tile(first, times), np.tile(second, times), scale=SCALE, weights="linear", interval="bootstrap",
            clusters=clusters, generator=np.random.default_rng(5),
        )  # fmt: skip
        return found.upper - found.lower

    once = width(1, None)
    assert width(3, np.tile(np.arange(60), 3)) == pytest.approx(once, rel=1e-9)
    assert width(3, None) == pytest.approx(once / np.sqrt(3), rel=0.15)
    large = estimate_kappa(first, second, scale=SCALE, weights="linear")
    assert once == pytest.approx(large.upper - large.lower, rel=0.15)


def test_mistakes_are_told():
    with pytest.raises(OptionError, match="has 1 answers and the second 2"):
        estimate_kappa(["CR"], ["CR", "PR"], scale=SCALE)
    with pytest.raises(OptionError, match="XX is not on the scale"):
        estimate_kappa(["CR"], ["XX"], scale=SCALE)
    with pytest.raises(OptionError, match="source of chance"):
        estimate_kappa(["CR", "PR"], ["PR", "PR"], scale=SCALE, interval="bootstrap")
    assert (
        estimate_kappa(
            ["CR", "PR"], ["PR", "PR"], scale=SCALE, interval="bootstrap", clusters=["P1", "P1"],
            generator=np.random.default_rng(1),
        ).lower is None
    )  # fmt: skip
