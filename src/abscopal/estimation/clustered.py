"""Proportions of lesions: lesions of one patient resemble each other, and the interval must know it."""

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from abscopal.errors import OptionError
from abscopal.estimation.estimate import Estimate, assert_level

ClusterMethod = Literal["sandwich", "bootstrap"]
NAMES: dict[ClusterMethod, str] = {
    "sandwich": "GEE, independence, patient-clustered sandwich on the logit scale",
    "bootstrap": "patient-clustered percentile bootstrap",
}

PairedMethod = Literal["t", "bootstrap"]
PAIRED_NAMES: dict[PairedMethod, str] = {
    "t": "mean within-patient difference, t interval",
    "bootstrap": "mean within-patient difference, percentile bootstrap of patients",
}


def _sum_by_cluster(
    successes: ArrayLike, clusters: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    outcomes, members = np.asarray(successes, dtype=float), np.asarray(clusters)
    if outcomes.shape != members.shape or outcomes.ndim != 1 or not np.isin(outcomes, (0.0, 1.0)).all():
        raise OptionError(
            "successes must be 0 or 1, one per lesion, and clusters one patient per lesion.", where="lesions"
        )
    _, place = np.unique(members, return_inverse=True)
    return np.bincount(place, weights=outcomes).astype(float), np.bincount(place).astype(float)


def estimate_clustered_proportion(
    successes: ArrayLike,
    clusters: ArrayLike,
    *,
    level: float = 0.95,
    method: ClusterMethod = "sandwich",
    generator: np.random.Generator | None = None,
    resamples: int = 2000,
    unit: str = "proportion of lesions",
) -> Estimate:
    """Estimate a proportion of lesions with an interval that resamples, or sums up, patients.

    The sandwich is that of generalised estimating equations with an independence working correlation; with one
    lesion per patient it equals the usual logit interval. Where every lesion has the same outcome, no variance
    can be seen: the interval of the number of *patients* is exact instead, and the method says so. With one
    patient, or the same share in each, the interval is undefined.

    Args:
        successes: 1 where the lesion responded, 0 where not; shape (lesions,).
        clusters: the patient of each lesion; shape (lesions,).
        level: confidence level.
        method: sandwich or bootstrap.
        generator: source of chance for the bootstrap.
        resamples: number of bootstrap samples.
        unit: unit of the number, as printed.

    Returns:
        The proportion; n counts lesions, events those that responded.

    Reference:
        Liang and Zeger 1986 (doi:10.1093/biomet/73.1.13); Field and Welsh 2007
        (doi:10.1111/j.1467-9868.2007.00593.x), for the bootstrap of clusters.

    Example:
        >>> found = estimate_clustered_proportion([1, 1, 0, 0, 1, 0], ["P1", "P1", "P2", "P2", "P3", "P3"])
        >>> round(found.estimate, 2), found.n, found.events
        (0.5, 6, 3)
    """
    assert_level(level)
    events, sizes = _sum_by_cluster(successes, clusters)
    lesions, responded, patients = int(sizes.sum()), int(events.sum()), len(sizes)
    if lesions == 0:
        return Estimate(None, None, None, level, 0, 0, NAMES[method], unit)
    rate = responded / lesions
    if responded in (0, lesions):
        limits = _exact_limits_of_patients(patients, level, all_responded=responded == lesions)
        return Estimate(
            rate, *limits, level, lesions, responded, "exact on patients (every lesion alike)", unit
        )
    if not (np.abs(events - rate * sizes) > 1e-12).any():
        # One patient, or the same share in every patient: the data show no variance between patients.
        return Estimate(rate, None, None, level, lesions, responded, NAMES[method], unit)
    if method == "bootstrap":
        if generator is None:
            raise OptionError("the bootstrap needs a source of chance.", where="generator")
        limits = _bootstrap_limits(events, sizes, level, generator, resamples)
    else:
        limits = _sandwich_limits(events, sizes, rate, level)
    return Estimate(
        rate, min(limits[0], rate), max(limits[1], rate), level, lesions, responded, NAMES[method], unit
    )


def _exact_limits_of_patients(patients: int, level: float, *, all_responded: bool) -> tuple[float, float]:
    tail = ((1 - level) / 2) ** (1 / patients)
    return (tail, 1.0) if all_responded else (0.0, 1 - tail)


def _sandwich_limits(
    events: NDArray[np.float64], sizes: NDArray[np.float64], rate: float, level: float
) -> tuple[float, float]:
    error = math.sqrt(float(((events - rate * sizes) ** 2).sum())) / float(sizes.sum())
    half = float(stats.norm.isf((1 - level) / 2)) * error / (rate * (1 - rate))
    logit = math.log(rate / (1 - rate))
    return float(special.expit(logit - half)), float(special.expit(logit + half))


def _bootstrap_limits(
    events: NDArray[np.float64],
    sizes: NDArray[np.float64],
    level: float,
    generator: np.random.Generator,
    resamples: int,
) -> tuple[float, float]:
    drawn = generator.integers(0, len(sizes), size=(resamples, len(sizes)))
    rates = events[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    lower, upper = np.quantile(rates, [(1 - level) / 2, (1 + level) / 2])
    return float(lower), float(upper)


def estimate_paired_difference(
    successes: ArrayLike,
    clusters: ArrayLike,
    is_injected: ArrayLike,
    *,
    level: float = 0.95,
    method: PairedMethod = "t",
    generator: np.random.Generator | None = None,
    resamples: int = 2000,
) -> Estimate:
    """Estimate, within patients who have both, how much more often injected lesions respond than distant ones.

    Each patient gives the difference of their two proportions; the mean and its interval are those of patients.

    Args:
        successes: 1 where the lesion responded, 0 where not; shape (lesions,).
        clusters: the patient of each lesion; shape (lesions,).
        is_injected: whether the lesion was injected; shape (lesions,).
        level: confidence level.
        method: t interval of the patients' differences, or a percentile bootstrap that draws patients.
        generator: source of chance for the bootstrap.
        resamples: number of bootstrap samples.

    Returns:
        The mean difference, injected minus distant; n counts patients who have both kinds.

    Example:
        >>> found = estimate_paired_difference([1, 0, 1, 1, 1, 0], [1, 1, 2, 2, 3, 3], [1, 0, 1, 0, 1, 0])
        >>> round(found.estimate, 3), found.n
        (0.667, 3)
    """
    assert_level(level)
    outcomes, injected = np.asarray(successes, dtype=float), np.asarray(is_injected, dtype=bool)
    _sum_by_cluster(outcomes, clusters)
    if injected.shape != outcomes.shape:
        raise OptionError(
            f"There are {outcomes.size} lesions but {injected.size} say whether they were injected.",
            where="lesions",
        )
    place = np.unique(np.asarray(clusters), return_inverse=True)[1]
    patients = int(place.max()) + 1 if place.size else 0
    sizes = [np.bincount(place[kind], minlength=patients) for kind in (injected, ~injected)]
    events = [
        np.bincount(place[kind], weights=outcomes[kind], minlength=patients) for kind in (injected, ~injected)
    ]
    both = (sizes[0] > 0) & (sizes[1] > 0)
    differences = events[0][both] / sizes[0][both] - events[1][both] / sizes[1][both]
    name, unit = PAIRED_NAMES[method], "difference of proportions"
    n = len(differences)
    if n < 2 or float(np.ptp(differences)) == 0.0:
        # One patient, or the same difference in each: the data show no variance between patients.
        return Estimate(float(differences[0]) if n else None, None, None, level, n, None, name, unit)
    mean = float(differences.mean())
    if method == "bootstrap":
        if generator is None:
            raise OptionError("the bootstrap needs a source of chance.", where="generator")
        drawn = differences[generator.integers(0, n, size=(resamples, n))].mean(axis=1)
        lower, upper = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
        return Estimate(mean, min(float(lower), mean), max(float(upper), mean), level, n, None, name, unit)
    half = float(stats.t.isf((1 - level) / 2, n - 1) * differences.std(ddof=1) / math.sqrt(n))
    return Estimate(mean, max(mean - half, -1.0), min(mean + half, 1.0), level, n, None, name, unit)
