"""Comparing survival curves: log-rank, stratified log-rank, and the weights of Fleming and Harrington."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from abscopal.errors import OptionError
from abscopal.estimation.estimate import TestResult
from abscopal.estimation.observations import Flags, Floats, Integers, assert_labels, assert_observations


@dataclass(frozen=True, slots=True, eq=False)
class LogRankTable:
    """Observed and expected events of each group, the material of a log-rank test.

    Args:
        n: shape (groups,); patients.
        observed: shape (groups,); weighted events seen.
        expected: shape (groups,); weighted events expected if the curves were one.
        variance: shape (groups, groups); covariance of observed minus expected.
    """

    n: Integers
    observed: Floats
    expected: Floats
    variance: Floats


def _add_stratum(
    times: Floats, events: Flags, groups: Integers, *, count: int, rho: float
) -> tuple[Floats, Floats, Floats]:
    distinct, place = np.unique(times, return_inverse=True)
    shape = (distinct.size, count)
    leaving = np.bincount(place * count + groups, minlength=distinct.size * count).reshape(shape)
    dying = np.bincount((place * count + groups)[events], minlength=distinct.size * count).reshape(shape)
    at_risk = np.cumsum(leaving[::-1], axis=0)[::-1].astype(np.float64)
    total, deaths = at_risk.sum(axis=1), dying.sum(axis=1)
    before = np.concatenate(([1.0], np.cumprod(1.0 - deaths / total)[:-1]))
    weight = before**rho
    share = at_risk / total[:, None]
    observed = (weight[:, None] * dying).sum(axis=0)
    expected = (weight * deaths) @ share
    spread = (
        weight**2
        * deaths
        * np.divide(total - deaths, total - 1.0, out=np.zeros(distinct.size), where=total > 1)
    )
    variance = np.diag(spread @ share) - (share * spread[:, None]).T @ share
    return observed, expected, variance


def compute_log_rank_table(
    times: ArrayLike,
    events: ArrayLike,
    groups: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    rho: float = 0.0,
) -> LogRankTable:
    """Compute observed and expected events of each group.

    Args:
        times: shape (patients,); time of the event or of censoring, any one unit.
        events: shape (patients,); true where the event was seen.
        groups: shape (patients,); labels, taken in sorted order.
        strata: shape (patients,); labels within which patients are compared; None for one stratum.
        rho: weight of a death is survival just before it (all groups of the stratum together) to this power.

    Returns:
        Observed, expected and their covariance, summed over strata.

    Example:
        >>> table = compute_log_rank_table([2, 3, 3, 5, 8, 9], [1, 1, 0, 1, 0, 1], list("ABABAB"))
        >>> table.observed.tolist(), [round(value, 4) for value in table.expected.tolist()]
        ([1.0, 3.0], [1.2333, 2.7667])
    """
    checked, seen = assert_observations(times, events)
    members = assert_labels(checked, groups, name="groups")
    layers = (
        np.zeros(checked.size, dtype=np.int64)
        if strata is None
        else assert_labels(checked, strata, name="strata")
    )
    count = int(members.max()) + 1 if members.size else 0
    observed, expected, variance = np.zeros(count), np.zeros(count), np.zeros((count, count))
    for layer in np.unique(layers):
        inside = layers == layer
        parts = _add_stratum(checked[inside], seen[inside], members[inside], count=count, rho=rho)
        observed, expected, variance = observed + parts[0], expected + parts[1], variance + parts[2]
    return LogRankTable(np.bincount(members, minlength=count).astype(np.int64), observed, expected, variance)


def compute_log_rank_test(
    times: ArrayLike,
    events: ArrayLike,
    groups: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    rho: float = 0.0,
) -> TestResult:
    """Test whether two or more groups share one survival curve.

    Args:
        times: shape (patients,); time of the event or of censoring, any one unit.
        events: shape (patients,); true where the event was seen.
        groups: shape (patients,); labels.
        strata: shape (patients,); labels within which patients are compared; None for one stratum.
        rho: 0 is the log-rank test; 1 gives early events more weight (Fleming-Harrington G(1, 0)).

    Returns:
        Chi-square with one degree of freedom fewer than groups; undefined with one group or no event.

    Reference:
        Mantel 1966, Cancer Chemotherapy Reports 50:163-170; Harrington and Fleming 1982
        (doi:10.1093/biomet/69.3.553).

    Example:
        >>> result = compute_log_rank_test([2, 3, 3, 5, 8, 9], [1, 1, 0, 1, 0, 1], list("ABABAB"))
        >>> round(result.p_value, 4), result.degrees_of_freedom
        (0.7822, 1)
    """
    name = "Log-rank" if rho == 0 else f"Fleming-Harrington, rho {rho:g}"
    method = name if strata is None else f"{name}, stratified"
    table = compute_log_rank_table(times, events, groups, strata=strata, rho=rho)
    # A group that was never at risk together with an event says nothing.
    informed = np.diag(table.variance) > 1e-12
    if int(informed.sum()) < 2:
        return TestResult(None, None, method, "two", None)
    # Groups may split into sets that are never at risk together: the rank counts what can be compared.
    gap = (table.observed - table.expected)[informed]
    variance = table.variance[np.ix_(informed, informed)]
    degrees = int(np.linalg.matrix_rank(variance, tol=1e-9 * float(np.trace(variance))))
    statistic = float(gap @ np.linalg.pinv(variance, rcond=1e-9) @ gap)
    return TestResult(float(stats.chi2.sf(statistic, degrees)), statistic, method, "two", degrees)


@dataclass(frozen=True, slots=True, eq=False)
class LogRankBatch:
    """Log-rank tests of many trials at once; nan marks a trial that allows no test.

    Args:
        statistic: shape (trials,); chi-square with one degree of freedom.
        p_value: shape (trials,); two-sided.
        z: shape (trials,); signed root, above 0 when the second group has more events than expected.
    """

    statistic: Floats
    p_value: Floats
    z: Floats


def compute_log_rank_batch(times: ArrayLike, events: ArrayLike, is_second_group: ArrayLike) -> LogRankBatch:
    """Compute the two-group log-rank test of many trials in one pass over arrays.

    A rehearsal asks for thousands of tests; every row is sorted once and all sums run over whole arrays.
    Ties are handled exactly as by the single test.

    Args:
        times: shape (trials, patients); finite and not negative, one unit.
        events: shape (trials, patients); true where the event was seen.
        is_second_group: shape (trials, patients) or (patients,); true for the second group.

    Returns:
        Statistic, p value and signed root of each trial.

    Reference:
        Mantel 1966, Cancer Chemotherapy Reports 50:163-170.

    Example:
        >>> batch = compute_log_rank_batch([[2, 3, 3, 5, 8, 9]], [[1, 1, 0, 1, 0, 1]], [0, 1, 0, 1, 0, 1])
        >>> batch.p_value.round(4).tolist()
        [0.7822]
    """
    followed = np.asarray(times, dtype=np.float64)
    if followed.ndim != 2 or followed.shape != np.shape(events):
        raise OptionError(
            f"Times have shape {followed.shape} and events {np.shape(events)}.",
            where="times",
            remedy="Give both as trials by patients.",
        )
    trials, patients = followed.shape
    order = np.argsort(followed, axis=1)
    ordered = np.take_along_axis(followed, order, axis=1)
    second = np.broadcast_to(np.asarray(is_second_group, dtype=np.bool_), followed.shape)
    members = np.take_along_axis(second, order, axis=1).astype(np.float64)
    dying = np.take_along_axis(np.asarray(events, dtype=np.bool_), order, axis=1).astype(np.float64)
    at_risk = np.broadcast_to(np.arange(patients, 0, -1, dtype=np.float64), followed.shape)
    members_at_risk = np.cumsum(members[:, ::-1], axis=1)[:, ::-1]
    factor: Floats | float = 1.0
    is_tied = ordered[:, 1:] == ordered[:, :-1]
    if is_tied.any():
        at_risk, members_at_risk, factor = _share_ties(is_tied, at_risk, members_at_risk, dying)
    share = members_at_risk / at_risk
    gap = (dying * (members - share)).sum(axis=1)
    variance = (dying * share * (1.0 - share) * factor).sum(axis=1)
    z = np.divide(gap, np.sqrt(variance), out=np.full(trials, np.nan), where=variance > 1e-12)
    return LogRankBatch(z**2, 2.0 * stats.norm.sf(np.abs(z)), z)


def _share_ties(
    is_tied: Flags, at_risk: Floats, members_at_risk: Floats, dying: Floats
) -> tuple[Floats, Floats, Floats]:
    """Give all patients of a tie the risk set of its first patient, and the factor of the tied variance."""
    trials, patients = at_risk.shape
    place = np.broadcast_to(np.arange(patients), at_risk.shape)
    starts = np.concatenate((np.ones((trials, 1), dtype=np.bool_), ~is_tied), axis=1)
    ends = np.concatenate((~is_tied, np.ones((trials, 1), dtype=np.bool_)), axis=1)
    first = np.maximum.accumulate(np.where(starts, place, 0), axis=1)
    last = np.minimum.accumulate(np.where(ends, place, patients)[:, ::-1], axis=1)[:, ::-1]
    until = np.concatenate((np.zeros((trials, 1)), np.cumsum(dying, axis=1)), axis=1)
    deaths = np.take_along_axis(until, last + 1, axis=1) - np.take_along_axis(until, first, axis=1)
    shared = np.take_along_axis(at_risk, first, axis=1)
    factor = np.divide(shared - deaths, shared - 1.0, out=np.zeros(at_risk.shape), where=shared > 1)
    return shared, np.take_along_axis(members_at_risk, first, axis=1), factor
