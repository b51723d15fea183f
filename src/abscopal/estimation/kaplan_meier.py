"""Kaplan-Meier: the share of patients still free of an event, with its interval, median and numbers at risk."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from abscopal.errors import OptionError
from abscopal.estimation.estimate import Estimate, assert_level
from abscopal.estimation.observations import Floats, Integers, assert_observations

IntervalScale = Literal["log-log", "log", "plain"]
_TIE = math.sqrt(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True, eq=False)
class KaplanMeier:
    """A survival curve: one entry for each distinct time at which a patient had the event or left.

    Limits and errors are nan where they have no meaning (once nobody is left), so that a drawn band stops there.

    Args:
        times: shape (m,); distinct times, increasing.
        at_risk: patients followed up to just before each time.
        events: events at each time.
        censored: patients censored at each time.
        survival: share still event-free just after each time.
        standard_error: Greenwood error of `survival`.
        lower: lower limit of the pointwise interval.
        upper: upper limit.
        level: confidence level.
        scale: scale on which the interval was made.
        n: patients.
    """

    times: Floats
    at_risk: Integers
    events: Integers
    censored: Integers
    survival: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats
    level: float
    scale: IntervalScale
    n: int

    @property
    def method(self) -> str:
        """The rule in words."""
        return f"Kaplan-Meier, {self.scale} interval (Greenwood)"


def _limits(
    survival: Floats, relative_error: Floats, z: float, scale: IntervalScale
) -> tuple[Floats, Floats]:
    if scale == "plain":
        half = z * survival * relative_error
        return np.clip(survival - half, 0.0, 1.0), np.clip(survival + half, 0.0, 1.0)
    if scale == "log":
        factor = np.exp(z * relative_error)
        return survival / factor, np.minimum(survival * factor, 1.0)
    inside = (survival > 0.0) & (survival < 1.0)
    logarithm = np.log(np.where(inside, survival, 0.5))
    power = np.exp(z * relative_error / np.abs(logarithm))
    lower, upper = np.exp(logarithm * power), np.exp(logarithm / power)
    # Before the first event the curve is 1 without error; after the last patient nothing is known.
    edge = np.where(survival == 1.0, 1.0, np.nan)
    return np.where(inside, lower, edge), np.where(inside, upper, edge)


def estimate_kaplan_meier(
    times: ArrayLike, events: ArrayLike, *, level: float = 0.95, scale: IntervalScale = "log-log"
) -> KaplanMeier:
    """Estimate the share of patients still free of an event over time.

    The interval is made on the log-log scale unless told otherwise: it stays between 0 and 1 and holds its level
    in small trials. Programs differ in their default, so the scale is always named.

    Args:
        times: shape (patients,); time of the event or of censoring, any one unit.
        events: shape (patients,); true where the event was seen.
        level: confidence level.
        scale: scale of the interval.

    Returns:
        The curve; empty for no patient.

    Reference:
        Kaplan and Meier 1958 (doi:10.1080/01621459.1958.10501452); Kalbfleisch and Prentice 2002, section 1.4
        (doi:10.1002/9781118032985).

    Example:
        >>> curve = estimate_kaplan_meier([2, 3, 3, 5, 8, 9], [1, 1, 0, 1, 0, 1])
        >>> curve.times.tolist(), [round(share, 4) for share in curve.survival.tolist()]
        ([2.0, 3.0, 5.0, 8.0, 9.0], [0.8333, 0.6667, 0.4444, 0.4444, 0.0])
        >>> curve.at_risk.tolist()
        [6, 5, 3, 2, 1]
    """
    assert_level(level)
    checked, seen = assert_observations(times, events)
    distinct, place = np.unique(checked, return_inverse=True)
    leaving = np.bincount(place, minlength=distinct.size).astype(np.int64)
    dying = np.bincount(place[seen], minlength=distinct.size).astype(np.int64)
    at_risk = checked.size - np.concatenate(([0], np.cumsum(leaving)[:-1])).astype(np.int64)[: distinct.size]
    survival: Floats = np.cumprod(1.0 - dying / at_risk, dtype=np.float64)
    left = at_risk - dying
    terms = np.divide(dying, at_risk * left, out=np.full(distinct.size, np.nan), where=left > 0)
    relative_error: Floats = np.sqrt(np.cumsum(terms), dtype=np.float64)
    z = float(stats.norm.isf((1 - level) / 2))
    lower, upper = _limits(survival, relative_error, z, scale)
    return KaplanMeier(
        times=distinct,
        at_risk=at_risk,
        events=dying,
        censored=leaving - dying,
        survival=survival,
        standard_error=survival * relative_error,
        lower=lower,
        upper=upper,
        level=level,
        scale=scale,
        n=checked.size,
    )


def estimate_survival_at(curve: KaplanMeier, *, time: float) -> Estimate:
    """Read the share of patients still event-free at a time.

    Beyond the last patient followed, a curve that has not reached 0 says nothing: the estimate is undefined.
    Before the first event, and once the curve is at 0, the interval is undefined.

    Args:
        curve: a survival curve.
        time: in the unit of the curve.

    Returns:
        The share with its interval; `n` counts all patients, `events` those up to `time`.

    Example:
        >>> curve = estimate_kaplan_meier([2, 3, 3, 5, 8, 9], [1, 1, 0, 1, 0, 1])
        >>> share = estimate_survival_at(curve, time=4)
        >>> [round(value, 4) for value in (share.estimate, share.lower, share.upper)], share.events
        ([0.6667, 0.1946, 0.9044], 2)
    """
    place = int(np.searchsorted(curve.times, time, side="right")) - 1
    known = curve.n > 0 and time >= 0 and (time <= curve.times[-1] or curve.survival[-1] == 0.0)
    events = int(curve.events[: place + 1].sum())
    if not known:
        return Estimate(None, None, None, curve.level, curve.n, events, curve.method, "proportion")
    share = 1.0 if place < 0 else float(curve.survival[place])
    if events == 0 or share == 0.0:
        return Estimate(share, None, None, curve.level, curve.n, events, curve.method, "proportion")
    lower, upper = float(curve.lower[place]), float(curve.upper[place])
    return Estimate(share, lower, upper, curve.level, curve.n, events, curve.method, "proportion")


def _crossing(times: Floats, heights: Floats, level: float) -> float | None:
    # A flat stretch exactly at the level is crossed in its middle.
    reached = np.flatnonzero(heights < level + _TIE)
    if reached.size == 0:
        return None
    first = reached[0]
    below = reached[heights[reached] < heights[first]]
    if abs(heights[first] - level) < _TIE and below.size:
        return float((times[first] + times[below[0]]) / 2)
    return float(times[first])


def estimate_survival_quantile(curve: KaplanMeier, *, share: float = 0.5, unit: str = "days") -> Estimate:
    """Estimate the time by which a share of the patients has had the event; one half gives the median.

    The limits are the times at which the limits of the curve cross the same height (Brookmeyer and Crowley).
    A curve that stays above that height has not reached it: the estimate, or its upper limit, is None.

    Args:
        curve: a survival curve.
        share: share of patients with the event, strictly between 0 and 1.
        unit: unit of the times.

    Returns:
        The time with its interval.

    Reference:
        Brookmeyer and Crowley 1982 (doi:10.2307/2530286).

    Example:
        >>> curve = estimate_kaplan_meier([2, 3, 3, 5, 8, 9], [1, 1, 0, 1, 0, 1])
        >>> median = estimate_survival_quantile(curve)
        >>> (median.estimate, median.lower, median.upper)
        (5.0, 2.0, None)
    """
    if not 0.0 < share < 1.0:
        raise OptionError(
            f"A quantile at a share of {share} has no meaning.",
            where="share",
            remedy="Give a number between 0 and 1; one half is the median.",
        )
    height = 1.0 - share
    time = _crossing(curve.times, curve.survival, height)
    # Limits that are nan never compare as below the height.
    lower = _crossing(curve.times, curve.lower, height)
    upper = _crossing(curve.times, curve.upper, height)
    if lower is not None and time is not None:
        lower = min(lower, time)
    method = f"Kaplan-Meier, Brookmeyer-Crowley interval on the {curve.scale} scale"
    return Estimate(time, lower, upper, curve.level, curve.n, int(curve.events.sum()), method, unit)


def compute_numbers_at_risk(times: ArrayLike, *, at: Sequence[float]) -> list[int]:
    """Count the patients still followed just before given times, for the row under a survival curve.

    Args:
        times: shape (patients,); time of the event or of censoring.
        at: times at which to count.

    Returns:
        One count for each time in `at`.

    Example:
        >>> compute_numbers_at_risk([2, 3, 3, 5, 8, 9], at=[0, 3, 6])
        [6, 5, 2]
    """
    followed = np.asarray(times, dtype=np.float64)
    return [int((followed >= moment).sum()) for moment in at]
