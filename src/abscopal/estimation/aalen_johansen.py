"""Cumulative incidence when other events compete, by Aalen and Johansen.

Death before a toxicity is not censoring: a dead patient can no longer have it. One minus Kaplan-Meier treats the
dead as if they might, and overstates the incidence.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from abscopal.errors import OptionError
from abscopal.estimation.estimate import Estimate, assert_level
from abscopal.estimation.observations import Floats, Integers, assert_causes

METHOD = "Aalen-Johansen, log interval"


@dataclass(frozen=True, slots=True, eq=False)
class AalenJohansen:
    """Cumulative incidences: one row for each distinct time at which a patient had an event or left.

    Column 0 of the two-dimensional arrays is being free of any event; column k is cause k. At every time the
    columns of `share` add up to 1. Limits are nan where the share is 0 or has no error.

    Args:
        times: shape (m,); distinct times, increasing.
        at_risk: shape (m,); patients followed up to just before each time.
        events: shape (m, causes + 1); events at each time, column 0 all causes together.
        share: shape (m, causes + 1).
        standard_error: shape (m, causes + 1).
        lower: shape (m, causes + 1); lower limits on the log scale.
        upper: shape (m, causes + 1); upper limits.
        level: confidence level.
        n: patients.
    """

    times: Floats
    at_risk: Integers
    events: Integers
    share: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats
    level: float
    n: int

    @property
    def causes(self) -> int:
        """How many kinds of event the curves hold."""
        return int(self.share.shape[1]) - 1


def _covariance_errors(hazards: Floats, before: Floats, at_risk: Integers) -> Floats:
    """Carry the covariance of all shares from time to time; give the standard errors."""
    moments, causes = hazards.shape
    errors = np.zeros((moments, causes + 1))
    covariance = np.zeros((causes + 1, causes + 1))
    for moment in range(moments):
        if hazards[moment].any():
            step = np.concatenate(([1.0 - hazards[moment].sum()], hazards[moment]))
            transition = np.eye(causes + 1)
            transition[0] = step
            spread = (np.diag(step) - np.outer(step, step)) * before[moment] ** 2 / at_risk[moment]
            covariance = transition.T @ covariance @ transition + spread
        errors[moment] = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    return errors


def estimate_aalen_johansen(
    times: ArrayLike, causes: ArrayLike, *, kinds: int | None = None, level: float = 0.95
) -> AalenJohansen:
    """Estimate the share of patients who have had each kind of event over time.

    Args:
        times: shape (patients,); time of the first event of any kind, or of censoring, any one unit.
        causes: shape (patients,); 0 censored, 1 the event of interest, 2 and above competing events. (Tables
            whose censoring code is 0 for the event must be recoded first.)
        kinds: how many kinds of event there are, when some did not occur; None takes the largest seen.
        level: confidence level of the pointwise intervals, made on the log scale.

    Returns:
        The curves; empty for no patient.

    Reference:
        Aalen and Johansen 1978, Scandinavian Journal of Statistics 5:141-150; Andersen, Borgan, Gill and
        Keiding 1993, section IV.4 (doi:10.1007/978-1-4612-4348-9).

    Example:
        >>> curves = estimate_aalen_johansen([1, 2, 3, 4, 5, 6], [1, 2, 0, 1, 0, 2])
        >>> [round(share, 4) for share in curves.share[3].tolist()]
        [0.4444, 0.3889, 0.1667]
    """
    assert_level(level)
    checked, codes = assert_causes(times, causes)
    largest = max(int(codes.max()) if codes.size else 1, 1)
    count = largest if kinds is None else kinds
    if count < largest:
        raise OptionError(
            f"Causes go up to {largest} but {count} kinds were announced.",
            where="kinds",
            remedy=f"Announce at least {largest} kinds.",
        )
    distinct, place = np.unique(checked, return_inverse=True)
    cells = np.bincount(place * (count + 1) + codes, minlength=distinct.size * (count + 1))
    table = cells.reshape(distinct.size, count + 1)
    at_risk = np.cumsum(table.sum(axis=1)[::-1])[::-1].astype(np.int64)
    hazards = table[:, 1:] / at_risk[:, None]
    free = np.cumprod(1.0 - hazards.sum(axis=1))
    # Rounding may leave a hair above nothing once everybody has had an event.
    free = np.where(table[:, 1:].sum(axis=1) == at_risk, 0.0, free)
    before = np.concatenate(([1.0], free[:-1]))[: distinct.size]
    share = np.column_stack((free, np.cumsum(before[:, None] * hazards, axis=0)))
    errors = _covariance_errors(hazards, before, at_risk)
    z = float(stats.norm.isf((1 - level) / 2))
    known = (share > 0.0) & (errors > 0.0)
    factor = np.exp(z * np.divide(errors, share, out=np.full(share.shape, np.nan), where=known))
    events = np.column_stack((table[:, 1:].sum(axis=1), table[:, 1:])).astype(np.int64)
    return AalenJohansen(
        times=distinct,
        at_risk=at_risk,
        events=events,
        share=share,
        standard_error=errors,
        lower=share / factor,
        upper=np.minimum(share * factor, 1.0),
        level=level,
        n=checked.size,
    )


def estimate_incidence_at(curves: AalenJohansen, *, time: float, cause: int = 1) -> Estimate:
    """Read the cumulative incidence of one kind of event at a time.

    Args:
        curves: cumulative incidences.
        time: in the unit of the curves.
        cause: kind of event; 0 reads the share free of any event.

    Returns:
        The share; undefined beyond the last patient followed while some were still event-free, and without
        interval before the first event of that kind. `events` counts those of the cause up to `time`.

    Example:
        >>> curves = estimate_aalen_johansen([1, 2, 3, 4, 5, 6], [1, 2, 0, 1, 0, 2])
        >>> share = estimate_incidence_at(curves, time=4)
        >>> [round(value, 4) for value in (share.estimate, share.lower, share.upper)], share.events
        ([0.3889, 0.1291, 1.0], 2)
    """
    if not 0 <= cause <= curves.causes:
        raise OptionError(
            f"There is no cause {cause}.", where="cause", remedy=f"Causes run from 0 to {curves.causes}."
        )
    place = int(np.searchsorted(curves.times, time, side="right")) - 1
    known = curves.n > 0 and time >= 0 and (time <= curves.times[-1] or curves.share[-1, 0] == 0.0)
    events = int(curves.events[: place + 1, cause].sum())
    if not known:
        return Estimate(None, None, None, curves.level, curves.n, events, METHOD, "proportion")
    if place < 0:
        share = 1.0 if cause == 0 else 0.0
        return Estimate(share, None, None, curves.level, curves.n, events, METHOD, "proportion")
    share = min(float(curves.share[place, cause]), 1.0)
    lower, upper = float(curves.lower[place, cause]), float(curves.upper[place, cause])
    if math.isnan(lower) or math.isnan(upper):
        return Estimate(share, None, None, curves.level, curves.n, events, METHOD, "proportion")
    return Estimate(share, lower, upper, curves.level, curves.n, events, METHOD, "proportion")
