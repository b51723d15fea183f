"""How well a trial estimates its endpoints: bias and coverage against the truth of its virtual patients.

The truth is what the same virtual patients have when they are read without error, at every planned scan, and nobody
is lost. A difference between it and what trials find is therefore the doing of reading, of missed scans, of windows,
of loss and of stopping early; chance goes away with the number of trials.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from abscopal.rehearsal.array_response import CR, PR, SD
from abscopal.rehearsal.array_statistics import Proportions, compute_medians, compute_proportions
from abscopal.rehearsal.characteristic import (
    ALL,
    INJECTED_RATE,
    LEVEL,
    NORMAL,
    RATES,
    RATES_OF_LESIONS,
    Characteristic,
    Floats,
    compute_limits,
    compute_rate,
    compute_share,
)
from abscopal.rehearsal.rehearsing import Rehearsed
from abscopal.rehearsal.trial_design import PrimaryRule
from abscopal.rehearsal.trials import compute_states
from abscopal.rehearsal.true_endpoints import TRUE

PRIMARY, MEDIAN = "primary_rate", "pfs_median"
RATES_OF_PATIENTS = RATES[:4]


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of the virtual patients of one draw and arm.

    Args:
        value: a share, or days; not a number where nobody counts, infinite beyond follow-up.
        error: its standard error, from the number of patients.
        patients: patients on whom it rests.
    """

    value: float
    error: float
    patients: int


def compute_truths(cohort: pl.DataFrame, rule: PrimaryRule | None = None) -> dict[str, Truth]:
    """Compute what is true of the virtual patients of one draw and arm.

    Args:
        cohort: rows of endpoints, the true ones among them.
        rule: rule of the primary endpoint, where it is read in this arm.

    Returns:
        Rates by name, and the median of progression-free survival in days.
    """
    sound = cohort.filter(~pl.col("failed"))
    true = {
        name.removeprefix(TRUE): sound[name].to_numpy() for name in sound.columns if name.startswith(TRUE)
    }
    treated = true["treated"]
    evaluable, distant = treated & true["complete"], treated & true["distant_measurable"]
    truths = {
        "severe_rate": _compute_rate(true["severe"], evaluable),
        "response_rate": _compute_rate(true["responds"], treated),
        "control_rate": _compute_rate(np.isin(true["best"], (CR, PR, SD)), treated),
        "distant_response_rate": _compute_rate(true["distant_responds"], distant),
        MEDIAN: _compute_median(true["progression_day"], true["progressed"]),
    }
    for quantity, shrunk, targets in RATES_OF_LESIONS:
        truths[quantity] = _compute_lesion_rate(true[shrunk] * treated, true[targets] * treated)
    if rule is not None:
        seen = {**true, "failed": np.zeros_like(treated), "evaluable_day": np.zeros(len(treated))}
        states = compute_states(rule, seen, 0.0)
        fails = states.event | states.competing if rule.counts_early_deaths else states.event
        truths[PRIMARY] = _compute_rate(states.free, states.free | fails)
    return truths


def list_estimator_quality(rehearsed: Rehearsed) -> Iterator[Characteristic]:
    """List truth, bias and coverage of each estimate of each arm.

    Args:
        rehearsed: the trials and their virtual patients.

    Yields:
        Of each quantity its truth with the standard error, bias, and coverage of the 95 % interval: exact for rates of
        patients, clustered by patient for those of lesions.
    """
    design, trials = rehearsed.variant.design, rehearsed.trials
    for arm in design.arms:
        rule = design.rule if design.rule is not None and design.rule.arm == arm else None
        truths = {
            draw: compute_truths(cohort, rule)
            for (draw, owner), cohort in rehearsed.cohorts.items()
            if owner == arm
        }
        if rule is not None:
            own = {draw: found[PRIMARY] for draw, found in truths.items()}
            rates = _read_rates(trials, "primary_successes", "primary_evaluable")
            yield from _judge(design.name, PRIMARY, trials, rates, own)
        for quantity, events, counted in RATES_OF_PATIENTS:
            own = {draw: found[quantity] for draw, found in truths.items()}
            rates = _read_rates(trials, f"{events}_{arm}", f"{counted}_{arm}")
            yield from _judge(design.name, f"{quantity}.{arm}", trials, rates, own)
        for quantity, shrunk, targets in RATES_OF_LESIONS:
            if quantity == INJECTED_RATE and arm not in design.injecting:
                continue
            own = {draw: found[quantity] for draw, found in truths.items()}
            rates = Proportions(
                compute_rate(trials, f"{shrunk}_{arm}", f"{targets}_{arm}"),
                *(trials[f"{quantity}_{side}_{arm}"].to_numpy() for side in ("lower", "upper")),
            )
            yield from _judge(design.name, f"{quantity}.{arm}", trials, rates, own)
        own = {draw: found[MEDIAN] for draw, found in truths.items()}
        yield from _judge_median(design.name, arm, trials, own)


def _compute_rate(events: NDArray[np.bool_], counted: NDArray[np.bool_]) -> Truth:
    n = int(counted.sum())
    if n == 0:
        return Truth(float("nan"), float("nan"), 0)
    share = float((events & counted).sum() / n)
    return Truth(share, (share * (1 - share) / n) ** 0.5, n)


def _compute_lesion_rate(shrunk: NDArray[np.int64], targets: NDArray[np.int64]) -> Truth:
    """A share of lesions; its error from the patients, since lesions of one patient resemble each other."""
    lesions, patients = int(targets.sum()), int((targets > 0).sum())
    if lesions == 0:
        return Truth(float("nan"), float("nan"), 0)
    share = float(shrunk.sum() / lesions)
    return Truth(share, float(((shrunk - share * targets) ** 2).sum() ** 0.5 / lesions), patients)


def _compute_median(days: Floats, events: NDArray[np.bool_]) -> Truth:
    """The median; its error from the ranks between which it lies with 95 %, since only the end censors."""
    n = len(days)
    median = float(compute_medians([days], [events])[0]) if n else float("nan")
    ordered = np.sort(np.where(events, days, np.inf))
    half = NORMAL * n**0.5 / 2
    low, high = (int(np.clip(round(n / 2 + move), 0, max(n - 1, 0))) for move in (-half, half))
    width = float(ordered[high] - ordered[low]) if n and np.isfinite(ordered[high]) else float("nan")
    return Truth(median, width / (2 * NORMAL), n)


def _tell_truth(
    name: str, quantity: str, truths: Mapping[int, Truth], draws: NDArray[np.int64], unit: str
) -> Iterator[Characteristic]:
    """The truth that the trials shared, draw by draw as often as each was run; its error likewise."""
    own, counts = np.unique(draws, return_counts=True)
    weights = counts / counts.sum()
    value = float(sum(weight * truths[draw].value for draw, weight in zip(own, weights, strict=True)))
    error = sum((weight * truths[draw].error) ** 2 for draw, weight in zip(own, weights, strict=True)) ** 0.5
    patients = sum(truths[draw].patients for draw in own)
    is_known = np.isfinite(error)
    low, high = (value + move * error if is_known else None for move in (-NORMAL, NORMAL))
    yield Characteristic(name, ALL, f"{quantity}.truth", value, low, high, patients, unit)
    yield Characteristic(
        name, ALL, f"{quantity}.truth_error", float(error) if is_known else None, None, None, patients, unit
    )


def _read_rates(trials: pl.DataFrame, events: str, counted: str) -> Proportions:
    """The rate that each trial finds, with its exact interval; not a number where nobody counts."""
    return compute_proportions(trials[events].to_numpy(), trials[counted].to_numpy(), level=LEVEL)


def _judge(
    name: str, quantity: str, trials: pl.DataFrame, rates: Proportions, truths: Mapping[int, Truth]
) -> Iterator[Characteristic]:
    draws = trials["draw"].to_numpy()
    truth = np.array([truths[draw].value for draw in draws])
    has = ~np.isnan(rates.estimate) & ~np.isnan(truth)
    if not has.any():
        return
    error = (rates.estimate - truth)[has]
    lower, upper = compute_limits(error)
    yield from _tell_truth(name, quantity, truths, draws[has], "proportion")
    bias = float(error.mean())
    yield Characteristic(name, ALL, f"{quantity}.bias", bias, lower, upper, len(error), "proportion")
    has_limits = has & ~np.isnan(rates.lower)
    if has_limits.any():
        is_covered = (rates.lower <= truth) & (truth <= rates.upper)
        yield compute_share(name, ALL, f"{quantity}.coverage", is_covered[has_limits])


def _judge_median(
    name: str, arm: str, trials: pl.DataFrame, truths: Mapping[int, Truth]
) -> Iterator[Characteristic]:
    """Median bias, since a trial may not reach its median."""
    draws, quantity = trials["draw"].to_numpy(), f"{MEDIAN}.{arm}"
    truth = np.array([truths[draw].value for draw in draws])
    found = trials[f"pfs_median_{arm}"].to_numpy()
    has = np.isfinite(truth) & ~np.isnan(found)
    if not has.any():
        return
    error = float(np.quantile(found[has] - truth[has], 0.5, method="inverted_cdf"))
    yield from _tell_truth(name, quantity, truths, draws[has], "days")
    yield Characteristic(
        name, ALL, f"{quantity}.median_bias", error if np.isfinite(error) else None,
        None, None, int(has.sum()), "days",
    )  # fmt: skip
