"""What a design does over many rehearsed trials: conclusions, numbers, durations, and how well it estimates.

Two kinds of doubt are told apart. What varies between trials under one draw of the parameters is chance; what
varies between draws is what we do not know of the disease and the drugs. The first shrinks with a larger trial, the
second does not. Means under single draws also differ by chance where few trials ran under each: that part is taken
off before anything is said of draws.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from abscopal.rehearsal.characteristic import (
    ALL,
    BETWEEN,
    INJECTED_RATE,
    RATES,
    WITHIN,
    Characteristic,
    Floats,
    compute_rate,
    compute_share,
    list_spread,
)
from abscopal.rehearsal.estimator_quality import list_estimator_quality
from abscopal.rehearsal.landmarks import Landmark
from abscopal.rehearsal.rehearsing import Rehearsed
from abscopal.rehearsal.trial_design import TrialDesign

PROBABILITY = "probability"


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """One quantity of every trial; a probability as 0 or 1."""

    quantity: str
    values: Floats
    unit: str


def list_conclusions(rehearsed: Sequence[Rehearsed]) -> tuple[str, ...]:
    """List the conclusions to speak of: that a rule is met, and whatever any way of running the trial reached.

    Args:
        rehearsed: the trials of each way.

    Returns:
        Codes of conclusions in alphabetical order.
    """
    reached = {code for item in rehearsed for code in item.trials["conclusion"].unique()}
    has_rule = any(item.variant.design.rule is not None for item in rehearsed)
    return tuple(sorted(reached | ({"met"} if has_rule else set())))


def compute_characteristics(
    rehearsed: Rehearsed, *, conclusions: Sequence[str] | None = None
) -> tuple[Characteristic, ...]:
    """Compute the operating characteristics of one way to run the trial.

    The interval of a probability or a mean is that of the simulation (95 %): it says how many trials were
    rehearsed, not how sure the model is. Between draws, limits are the 5 and 95 % quantiles of the draws.

    Args:
        rehearsed: the trials.
        conclusions: those to speak of, from `list_conclusions` where several ways are compared; one that these trials
            never reached is nought, with its interval.

    Returns:
        The characteristics.
    """
    spoken = list_conclusions([rehearsed]) if conclusions is None else conclusions
    trials, design = rehearsed.trials, rehearsed.variant.design
    draws = sorted(trials["draw"].unique())
    outcomes = list(_list_outcomes(trials, design, spoken, rehearsed.landmarks))
    found = list(_describe(outcomes, design.name, ALL))
    own = trials["draw"].to_numpy()
    if len(draws) > 1:
        for draw in draws:
            own_trials = trials.filter(pl.col("draw") == draw)
            apart = _list_outcomes(own_trials, design, spoken, rehearsed.landmarks)
            found += _describe(list(apart), design.name, str(draw))
    for item in outcomes:
        found += _tell_doubts(item, own, design.name)
    found += list_estimator_quality(rehearsed)
    return tuple(found)


def list_content(characteristics: Sequence[Characteristic]) -> list[dict[str, Any]]:
    """Lay out characteristics as they are written to a file."""
    return [asdict(item) for item in characteristics]


def compute_spread_of_draws(
    values: Floats, draws: NDArray[np.int64]
) -> tuple[float, float, float, float] | None:
    """Tell how far the means of draws lie apart, less what chance alone would make of them.

    Args:
        values: one a trial, finite.
        draws: the draw of each.

    Returns:
        Mean of the draws, standard deviation between them with the variance of chance taken off (0 where nothing
        is left), and the 5 and 95 % quantiles of their means brought together accordingly; None with one draw, or
        where no draw has two trials to tell chance by.

    Reference:
        The estimate of a variance component by the analysis of variance (Searle, Casella and McCulloch 1992,
        doi:10.1002/9780470316856).

    Example:
        >>> draws = np.repeat([1, 2], 2)
        >>> compute_spread_of_draws(np.array([0.0, 2.0, 0.0, 2.0]), draws)
        (1.0, 0.0, 1.0, 1.0)
        >>> mean, spread, low, high = compute_spread_of_draws(np.array([1.0, 1.0, 3.0, 3.0]), draws)
        >>> mean, round(spread, 3), round(low, 1), round(high, 1)
        (2.0, 1.414, 1.1, 2.9)
    """
    counts, means, squares = _group(values, draws)
    freedom = int((counts - 1).sum())
    if len(counts) < 2 or freedom == 0:
        return None
    chance = squares.sum() / freedom * float(np.mean(1 / counts))
    total = float(np.var(means, ddof=1))
    between = max(0.0, float(total - chance))
    middle = float(means.mean())
    shrunk = middle + (means - middle) * (between / total) ** 0.5 if total > 0 else means
    low, high = (float(value) for value in np.quantile(shrunk, (0.05, 0.95)))
    return middle, between**0.5, low, high


def _group(values: Floats, draws: NDArray[np.int64]) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Trials, mean and sum of squared deviations of each draw."""
    _, place, counts = np.unique(draws, return_inverse=True, return_counts=True)
    means = np.bincount(place, weights=values) / counts
    squares: Floats = np.bincount(place, weights=(values - means[place]) ** 2).astype(np.float64)
    return counts, means, squares


def _list_outcomes(
    trials: pl.DataFrame, design: TrialDesign, conclusions: Sequence[str], landmarks: Sequence[Landmark]
) -> Iterator[Outcomes]:
    def take(column: str, unit: str, quantity: str | None = None) -> Outcomes:
        return Outcomes(quantity or column, trials[column].to_numpy().astype(np.float64), unit)

    for conclusion in conclusions:
        happened = (trials["conclusion"] == conclusion).to_numpy().astype(np.float64)
        yield Outcomes(f"conclusion.{conclusion}", happened, PROBABILITY)
    for event in ("limit_reached", "stopped"):
        yield take(event, PROBABILITY)
    for column in ("entered", "failed"):
        yield take(column, "patients")
    for column in ("duration_days", "recruitment_days"):
        yield take(column, "days")
    if "primary_successes" in trials.columns:
        rate = compute_rate(trials, "primary_successes", "primary_evaluable")
        yield Outcomes("primary_rate", rate, "proportion")
        for column in ("primary_successes", "primary_evaluable", "primary_early_deaths", "primary_short"):
            yield take(column, "patients")
    for arm in design.arms:
        for quantity, events, counted in RATES:
            if quantity == INJECTED_RATE and arm not in design.injecting:
                continue
            rate = compute_rate(trials, f"{events}_{arm}", f"{counted}_{arm}")
            yield Outcomes(f"{quantity}.{arm}", rate, "proportion")
        shares = [(item.quantity, "proportion") for item in landmarks]
        for column, unit in (
            *shares,
            ("pfs_median", "days"),
            ("os_median", "days"),
            ("doses", "doses"),
            ("deaths", "patients"),
            ("product_delay", "days"),
            ("product_delay_longest", "days"),
            ("product_late", "proportion"),
            ("product_lacking", "proportion"),
        ):
            yield take(f"{column}_{arm}", unit, f"{column}.{arm}")
    if "pfs_log_rank_p" in trials.columns:
        yield take("pfs_log_rank_z", "1")


def _describe(outcomes: Sequence[Outcomes], name: str, draw: str) -> Iterator[Characteristic]:
    for item in outcomes:
        if item.unit == PROBABILITY:
            yield compute_share(name, draw, item.quantity, item.values)
        else:
            yield from list_spread(name, draw, item.quantity, item.values, item.unit)


def _tell_doubts(item: Outcomes, draws: NDArray[np.int64], name: str) -> Iterator[Characteristic]:
    """The spread of draws, what nobody knows, beside the spread of trials within a draw, chance."""
    known = ~np.isnan(item.values)
    values, own = item.values[known], draws[known]
    if np.isinf(values).any():  # a trial beyond follow-up leaves its draw without a mean
        return
    is_probability = item.unit == PROBABILITY
    found = compute_spread_of_draws(values, own)
    if found is not None:
        middle, spread, low, high = found
        n = len(np.unique(own))
        quantity = item.quantity if is_probability else f"{item.quantity}.mean"
        yield Characteristic(name, BETWEEN, quantity, middle, low, high, n, item.unit)
        yield Characteristic(name, BETWEEN, f"{item.quantity}.sd", spread, None, None, n, item.unit)
    counts, _, squares = _group(values, own)
    freedom = int((counts - 1).sum())
    if freedom and not is_probability:  # of what happens or not, chance is told by the share itself
        chance = float((squares.sum() / freedom) ** 0.5)
        yield Characteristic(name, WITHIN, f"{item.quantity}.sd", chance, None, None, len(values), item.unit)
