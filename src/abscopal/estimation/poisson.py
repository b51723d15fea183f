"""Events per time at risk: exact rates, and the ratio of two of them."""

import math

from scipy import stats

from abscopal.errors import OptionError
from abscopal.estimation.estimate import Estimate, TestResult, assert_level


def _assert_exposure(events: int, exposure: float) -> None:
    if events < 0 or not math.isfinite(exposure) or exposure < 0 or (exposure == 0 and events > 0):
        raise OptionError(
            f"{events} events over a time at risk of {exposure} cannot be.",
            where="exposure",
            remedy="Give the total time at risk of all patients, above 0 when events occurred.",
        )


def estimate_rate(
    events: int, exposure: float, *, patients: int, level: float = 0.95, unit: str = "events per patient-year"
) -> Estimate:
    """Estimate an exposure-adjusted event rate with its exact Poisson interval.

    Args:
        events: events of all patients together (a patient may bring several).
        exposure: time at risk of all patients together, in the time unit that `unit` names.
        patients: patients who brought the exposure.
        level: confidence level.
        unit: unit of the rate.

    Returns:
        Events per unit of time; undefined without exposure.

    Reference:
        Garwood 1936 (doi:10.1093/biomet/28.3-4.437).

    Example:
        >>> rate = estimate_rate(7, 13.9, patients=31)
        >>> [round(value, 4) for value in (rate.estimate, rate.lower, rate.upper)]
        [0.5036, 0.2025, 1.0376]
    """
    assert_level(level)
    _assert_exposure(events, exposure)
    method = "Poisson rate, exact (Garwood)"
    if exposure == 0:
        return Estimate(None, None, None, level, patients, events, method, unit)
    tail = (1 - level) / 2
    lower = float(stats.chi2.ppf(tail, 2 * events)) / 2 if events else 0.0
    upper = float(stats.chi2.isf(tail, 2 * events + 2)) / 2
    return Estimate(
        events / exposure, lower / exposure, upper / exposure, level, patients, events, method, unit
    )


def estimate_rate_ratio(
    events_1: int,
    exposure_1: float,
    events_2: int,
    exposure_2: float,
    *,
    patients: int,
    level: float = 0.95,
) -> Estimate:
    """Estimate the ratio of two exposure-adjusted rates, first over second, with its exact interval.

    Given all events together, those of the first group are binomial; the interval is Clopper-Pearson, turned
    into a ratio.

    Args:
        events_1: events of the first group.
        exposure_1: time at risk of the first group.
        events_2: events of the second group.
        exposure_2: time at risk of the second group, same unit.
        patients: patients of both groups.
        level: confidence level.

    Returns:
        The ratio; undefined limits are None (no event in the second group leaves no upper limit).

    Reference:
        Lehmann and Romano 2005, Testing Statistical Hypotheses, section 4.5 (doi:10.1007/0-387-27605-X).

    Example:
        >>> ratio = estimate_rate_ratio(7, 13.9, 16, 12.25, patients=59)
        >>> [round(value, 4) for value in (ratio.estimate, ratio.lower, ratio.upper)]
        [0.3856, 0.1341, 0.9906]
    """
    assert_level(level)
    _assert_exposure(events_1, exposure_1)
    _assert_exposure(events_2, exposure_2)
    method, total = "Poisson rate ratio, exact (conditional binomial)", events_1 + events_2
    if exposure_1 == 0 or exposure_2 == 0 or total == 0:
        return Estimate(None, None, None, level, patients, total, method, "rate ratio")
    tail, scale = (1 - level) / 2, exposure_2 / exposure_1
    low = float(stats.beta.ppf(tail, events_1, events_2 + 1)) if events_1 else 0.0
    lower = low / (1 - low) * scale
    if events_2 == 0:
        return Estimate(None, lower, None, level, patients, total, method, "rate ratio")
    high = float(stats.beta.isf(tail, events_1 + 1, events_2))
    ratio, upper = events_1 / events_2 * scale, high / (1 - high) * scale
    return Estimate(ratio, lower, upper, level, patients, total, method, "rate ratio")


def compute_rate_ratio_test(events_1: int, exposure_1: float, events_2: int, exposure_2: float) -> TestResult:
    """Test whether two exposure-adjusted rates are equal, exactly and two-sided.

    Args:
        events_1: events of the first group.
        exposure_1: time at risk of the first group.
        events_2: events of the second group.
        exposure_2: time at risk of the second group, same unit.

    Returns:
        The p value of the conditional binomial test; undefined without events or without exposure.

    Reference:
        Lehmann and Romano 2005, Testing Statistical Hypotheses, section 4.5 (doi:10.1007/0-387-27605-X).

    Example:
        >>> round(compute_rate_ratio_test(7, 13.9, 16, 12.25).p_value, 6)
        0.035707
    """
    _assert_exposure(events_1, exposure_1)
    _assert_exposure(events_2, exposure_2)
    method, total = "Poisson rates, exact (conditional binomial)", events_1 + events_2
    if exposure_1 == 0 or exposure_2 == 0 or total == 0:
        return TestResult(None, None, method, "two")
    share = exposure_1 / (exposure_1 + exposure_2)
    found = stats.binomtest(events_1, total, share)
    return TestResult(float(found.pvalue), float(events_1), method, "two")
