"""How well a trial estimates its endpoints: bias and coverage against the truth of its virtual patients.

The truth is what the same virtual patients have when they are read without error, at every planned scan, and nobody
is lost. A difference between it and what trials find is therefore the doing of reading, of missed scans, of windows,
of loss and of stopping early; chance goes away with the number of trials.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from abscopal.rehearsal.array_curves import (
    Curves,
    Medians,
    compute_curves,
    compute_medians,
    compute_shares_at,
)
from abscopal.rehearsal.array_response import CR, PR, SD
from abscopal.rehearsal.array_statistics import Proportions, compute_proportions
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
    compute_median_limits,
    compute_rate,
    compute_share,
)
from abscopal.rehearsal.landmarks import CURVES, Landmark
from abscopal.rehearsal.rehearsing import Rehearsed
from abscopal.rehearsal.trial_design import PrimaryRule
from abscopal.rehearsal.trials import compute_states
from abscopal.rehearsal.true_endpoints import TRUE

PRIMARY = "primary_rate"
QUARTER = 0.25
"""How far on either side of one half a curve is looked at for its steepness."""
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


def compute_truths(
    cohort: pl.DataFrame, rule: PrimaryRule | None = None, *, landmarks: Sequence[Landmark] = ()
) -> dict[str, Truth]:
    """Compute what is true of the virtual patients of one draw and arm.

    Args:
        cohort: rows of endpoints, the true ones among them.
        rule: rule of the primary endpoint, where it is read in this arm.
        landmarks: days at which survival is read as a share.

    Returns:
        Rates by name, shares event-free by name, and the medians of both curves in days.
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
    }
    for curve, (day, event) in CURVES.items():
        curves = compute_curves(true[day][None], true[event][None])
        truths[f"{curve}_median"] = _compute_median(curves)
        for item in landmarks:
            if item.curve == curve:
                truths[item.quantity] = _compute_share_at(curves, item.day)
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
        patients, clustered by patient for those of lesions, log-log for survival. A median whose truth
        lies beyond follow-up is not judged.
    """
    design, trials = rehearsed.variant.design, rehearsed.trials
    for arm in design.arms:
        rule = design.rule if design.rule is not None and design.rule.arm == arm else None
        truths = {
            draw: compute_truths(cohort, rule, landmarks=rehearsed.landmarks)
            for (draw, owner), cohort in rehearsed.cohorts.items()
            if owner == arm
        }

        def choose(quantity: str, known: Mapping[int, Mapping[str, Truth]] = truths) -> dict[int, Truth]:
            return {draw: found[quantity] for draw, found in known.items()}

        if rule is not None:
            rates = _read_rates(trials, "primary_successes", "primary_evaluable")
            yield from _judge(design.name, PRIMARY, trials, rates, choose(PRIMARY))
        for quantity, rates in _list_rates(rehearsed, arm):
            yield from _judge(design.name, f"{quantity}.{arm}", trials, rates, choose(quantity))
        for curve in CURVES:
            quantity = f"{curve}_median"
            medians = Medians(trials[f"{quantity}_{arm}"].to_numpy(), *_read_limits(trials, quantity, arm))
            yield from _judge_median(design.name, f"{quantity}.{arm}", trials, medians, choose(quantity))


def _list_rates(rehearsed: Rehearsed, arm: str) -> Iterator[tuple[str, Proportions]]:
    """The rates of an arm that each trial finds, with their limits."""
    trials = rehearsed.trials
    for quantity, events, counted in RATES_OF_PATIENTS:
        yield quantity, _read_rates(trials, f"{events}_{arm}", f"{counted}_{arm}")
    for quantity, shrunk, targets in RATES_OF_LESIONS:
        if quantity != INJECTED_RATE or arm in rehearsed.variant.design.injecting:
            rate = compute_rate(trials, f"{shrunk}_{arm}", f"{targets}_{arm}")
            yield quantity, Proportions(rate, *_read_limits(trials, quantity, arm))
    for item in rehearsed.landmarks:
        share = trials[f"{item.quantity}_{arm}"].to_numpy()
        yield item.quantity, Proportions(share, *_read_limits(trials, item.quantity, arm))


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


def _compute_share_at(curves: Curves, day: int) -> Truth:
    """A share event-free at a day, with Greenwood's error."""
    n = int(np.isfinite(curves.times).sum())
    share = float(compute_shares_at(curves, day).estimate[0])
    place = int((curves.times[0] <= day).sum()) - 1
    error = float(curves.error[0, place]) if place >= 0 else 0.0
    return Truth(share, error if np.isfinite(share) else float("nan"), n)


def _compute_median(curves: Curves) -> Truth:
    """The median; its error is that of a share of one half over the steepness of the curve there.

    Progression is seen on days of scans alone: among many patients the median falls on the same day however they are
    drawn, and its ranks would say that it is known to the day. The steepness is therefore taken between the quartiles
    (or the end of the curve), over several scans; the reference takes it closer by, for times without such ties.

    Reference:
        Collett 2015, Modelling Survival Data in Medical Research, chapter 2 (doi:10.1201/b18041).
    """
    n = int(np.isfinite(curves.times).sum())
    median = float(compute_medians(curves).estimate[0]) if n else float("nan")
    if not np.isfinite(median):
        return Truth(median, float("nan"), n)
    times, survival = (values[curves.is_told] for values in (curves.times, curves.survival))
    before, after = np.flatnonzero(survival >= 0.5 + QUARTER), np.flatnonzero(survival <= 0.5 - QUARTER)
    day, share = (times[before[-1]], survival[before[-1]]) if len(before) else (0.0, 1.0)
    last = after[0] if len(after) else len(times) - 1
    steepness = (share - survival[last]) / (times[last] - day) if times[last] > day else np.inf
    return Truth(median, float(0.5 / n**0.5 / steepness), n)


def _average(truths: Mapping[int, Truth], draws: NDArray[np.int64]) -> Truth:
    """The truth that the trials shared, draw by draw as often as each was run; its error likewise."""
    own, counts = np.unique(draws, return_counts=True)
    weights = counts / counts.sum()
    value = float(sum(weight * truths[draw].value for draw, weight in zip(own, weights, strict=True)))
    error = sum((weight * truths[draw].error) ** 2 for draw, weight in zip(own, weights, strict=True)) ** 0.5
    return Truth(value, float(error), sum(truths[draw].patients for draw in own))


def _take_middle(truths: Mapping[int, Truth], draws: NDArray[np.int64]) -> Truth:
    """The median over trials of the truth of their draw, as trials' own medians are told.

    Its error is at most that of draws which all err to the same side: half the way between the middle of their lower
    and the middle of their upper limits. A draw whose median lies beyond follow-up stands above all others.
    """
    values = np.array([truths[draw].value for draw in draws])
    errors = np.where(np.isfinite(values), [truths[draw].error for draw in draws], 0.0)
    low, value, high = (_find_middle(values + move * errors) for move in (-NORMAL, 0.0, NORMAL))
    patients = sum(truths[draw].patients for draw in np.unique(draws))
    return Truth(value, (high - low) / (2 * NORMAL), patients)


def _find_middle(values: Floats) -> float:
    return float(np.quantile(values, 0.5, method="inverted_cdf"))


def _tell_truth(name: str, quantity: str, truth: Truth, unit: str) -> Iterator[Characteristic]:
    is_known = np.isfinite(truth.error)
    low, high = (truth.value + move * truth.error if is_known else None for move in (-NORMAL, NORMAL))
    yield Characteristic(name, ALL, f"{quantity}.truth", truth.value, low, high, truth.patients, unit)
    error = truth.error if is_known else None
    yield Characteristic(name, ALL, f"{quantity}.truth_error", error, None, None, truth.patients, unit)


def _read_rates(trials: pl.DataFrame, events: str, counted: str) -> Proportions:
    """The rate that each trial finds, with its exact interval; not a number where nobody counts."""
    return compute_proportions(trials[events].to_numpy(), trials[counted].to_numpy(), level=LEVEL)


def _read_limits(trials: pl.DataFrame, quantity: str, arm: str) -> tuple[Floats, Floats]:
    lower, upper = (trials[f"{quantity}_{side}_{arm}"].to_numpy() for side in ("lower", "upper"))
    return lower, upper


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
    yield from _tell_truth(name, quantity, _average(truths, draws[has]), "proportion")
    bias = float(error.mean())
    yield Characteristic(name, ALL, f"{quantity}.bias", bias, lower, upper, len(error), "proportion")
    yield from _tell_coverage(name, quantity, rates, truth, has)


def _judge_median(
    name: str, quantity: str, trials: pl.DataFrame, medians: Medians, truths: Mapping[int, Truth]
) -> Iterator[Characteristic]:
    """Median bias, since a trial may not reach its median; of draws only whose own median lies within follow-up."""
    draws = trials["draw"].to_numpy()
    truth = np.array([truths[draw].value for draw in draws])
    has = ~np.isnan(truth) & ~np.isnan(medians.estimate)
    middle = _take_middle(truths, draws[has]) if has.any() else None
    if middle is None or not np.isfinite(middle.value):
        return
    is_within = has & np.isfinite(truth)
    errors = medians.estimate[is_within] - truth[is_within]
    bias, (lower, upper) = _find_middle(errors), compute_median_limits(errors)
    yield from _tell_truth(name, quantity, middle, "days")
    yield Characteristic(
        name, ALL, f"{quantity}.median_bias", bias if np.isfinite(bias) else None, lower, upper,
        len(errors), "days",
    )  # fmt: skip
    yield from _tell_coverage(name, quantity, medians, truth, has)


def _tell_coverage(
    name: str, quantity: str, found: Proportions | Medians, truth: Floats, has: NDArray[np.bool_]
) -> Iterator[Characteristic]:
    """How often limits hold the truth, among the trials that have limits; an infinite upper one is open."""
    has_limits = has & ~np.isnan(found.lower)
    if has_limits.any():
        is_covered = (found.lower <= truth) & (truth <= found.upper)
        yield compute_share(name, ALL, f"{quantity}.coverage", is_covered[has_limits])
