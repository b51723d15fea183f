"""Agreement of two readers beyond chance: Cohen's kappa, plain or weighted by how far apart two answers lie."""

import math
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from abscopal.errors import OptionError
from abscopal.estimation.estimate import Estimate, assert_level

KappaWeights = Literal["none", "linear", "quadratic"]
KappaInterval = Literal["large_sample", "bootstrap"]
UNIT = "kappa"
Numbers = NDArray[np.float64]

_NAMES: dict[KappaWeights, str] = {
    "none": "Cohen's kappa",
    "linear": "weighted kappa, linear weights",
    "quadratic": "weighted kappa, quadratic weights",
}
_INTERVALS: dict[KappaInterval, str] = {
    "large_sample": "large-sample interval of Fleiss, Cohen and Everitt",
    "bootstrap": "percentile bootstrap that draws whole patients",
}


def estimate_kappa(
    first: ArrayLike,
    second: ArrayLike,
    *,
    scale: Mapping[str, float],
    weights: KappaWeights = "none",
    interval: KappaInterval = "large_sample",
    clusters: ArrayLike | None = None,
    generator: np.random.Generator | None = None,
    resamples: int = 2000,
    level: float = 0.95,
) -> Estimate:
    """Estimate how much better two readers agree than chance would have them agree.

    Kappa is one minus the disagreement seen over the disagreement that two independent readers with the same
    frequencies would show: 1 is full agreement, 0 is chance. Plain kappa counts any two different answers as
    disagreement; linear weights count their distance on the scale, quadratic weights its square.

    Where both readers give everyone the same single answer, chance already agrees fully and kappa is undefined.
    Where they agree about everyone, no variance can be seen and the interval is undefined, never zero wide.

    Args:
        first: answers of the first reader, each a key of `scale`; shape (pairs,).
        second: answers of the second reader about the same things; shape (pairs,).
        scale: place of each possible answer on the ordered scale; two answers may share a place.
        weights: none, linear or quadratic.
        interval: large_sample, for one pair per patient; bootstrap, for any number of pairs per patient.
        clusters: the patient of each pair, for the bootstrap; without it each pair is its own patient.
        generator: source of chance for the bootstrap.
        resamples: number of bootstrap samples; one in which kappa is undefined is left out.
        level: confidence level.

    Returns:
        Kappa; n counts pairs, events those with the same answer.

    Raises:
        OptionError: the two readers have not answered the same number of times, an answer is not on the scale,
            or the bootstrap has no source of chance.

    Reference:
        Cohen 1960 (doi:10.1177/001316446002000104); Cohen 1968 (doi:10.1037/h0026256), for the weights; Fleiss,
        Cohen and Everitt 1969 (doi:10.1037/h0028106), for the interval.

    Example:
        >>> scale = {"CR": 0, "PR": 1, "SD": 2, "PD": 3}
        >>> first = ["CR", "PR", "PR", "SD", "SD", "SD", "PD", "PD"]
        >>> second = ["CR", "PR", "SD", "SD", "SD", "PD", "PD", "PD"]
        >>> found = estimate_kappa(first, second, scale=scale, weights="linear")
        >>> round(found.estimate, 3), found.n, found.events
        (0.771, 8, 6)
    """
    assert_level(level)
    places = _place_answers(first, second, scale)
    distance = _compute_distances(np.array(list(scale.values()), dtype=float), weights)
    n, same = places.shape[1], int((places[0] == places[1]).sum())
    table = _tabulate(places, len(scale)).astype(float)
    kappa = float(_compute_kappas(table[None], distance)[0])
    told: dict[str, Any] = {"level": level, "n": n, "events": same, "unit": UNIT}
    method = f"{_NAMES[weights]}, {_INTERVALS[interval]}"
    if math.isnan(kappa):
        return Estimate(None, None, None, method=f"{_NAMES[weights]} (one answer only: undefined)", **told)
    if not (table * distance).any():
        return Estimate(kappa, None, None, method=f"{_NAMES[weights]} (full agreement: no interval)", **told)
    if interval == "large_sample":
        limits = _large_sample_limits(table / n, distance, kappa, n, level)
    else:
        limits = _bootstrap_limits(places, clusters, distance, generator, resamples, level)
    if limits is None:
        return Estimate(kappa, None, None, method=method, **told)
    return Estimate(kappa, min(limits[0], kappa), max(limits[1], kappa), method=method, **told)


def _place_answers(first: ArrayLike, second: ArrayLike, scale: Mapping[str, float]) -> NDArray[np.int64]:
    place = {answer: number for number, answer in enumerate(scale)}
    answers = [[str(answer) for answer in np.asarray(reader).ravel()] for reader in (first, second)]
    if len(answers[0]) != len(answers[1]):
        raise OptionError(
            f"The first reader has {len(answers[0])} answers and the second {len(answers[1])}.",
            where="agreement of two readers",
            remedy="Give one answer of each about the same patients, in the same order.",
        )
    strange = sorted({*answers[0], *answers[1]} - set(place))
    if strange:
        raise OptionError(
            f"{', '.join(strange)} is not on the scale.",
            where="agreement of two readers",
            remedy=f"Known: {', '.join(place)}.",
        )
    return np.array([[place[answer] for answer in reader] for reader in answers], dtype=np.int64)


def _compute_distances(scale: Numbers, weights: KappaWeights) -> Numbers:
    """How much two different answers disagree, between 0 and 1; shape (answers, answers)."""
    if weights == "none":
        return 1.0 - np.eye(len(scale))
    apart = np.abs(scale[:, None] - scale[None, :])
    apart = apart / max(float(apart.max(initial=0.0)), 1.0)
    return apart if weights == "linear" else apart**2


def _tabulate(places: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    counts = np.bincount(places[0] * size + places[1], minlength=size * size)
    return counts.reshape(size, size).astype(np.int64)


def _compute_kappas(tables: Numbers, distance: Numbers) -> Numbers:
    """Kappa of each table of counts, shape (tables,); not a number where chance cannot disagree."""
    n = tables.sum(axis=(1, 2))
    rows, columns = tables.sum(axis=2), tables.sum(axis=1)
    seen = (tables * distance).sum(axis=(1, 2))
    by_chance = np.einsum("ti,ij,tj->t", rows, distance, columns)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(by_chance > 0, 1.0 - n * seen / by_chance, np.nan)


def _large_sample_limits(
    shares: Numbers, distance: Numbers, kappa: float, n: int, level: float
) -> tuple[float, float] | None:
    agreement = 1.0 - distance
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    by_chance = float(rows @ agreement @ columns)
    of_rows, of_columns = agreement @ columns, rows @ agreement
    inner = agreement - (of_rows[:, None] + of_columns[None, :]) * (1.0 - kappa)
    spread = float((shares * inner**2).sum()) - (kappa - by_chance * (1.0 - kappa)) ** 2
    error = math.sqrt(max(spread, 0.0) / n) / (1.0 - by_chance)
    if error == 0.0:
        return None
    half = float(stats.norm.isf((1.0 - level) / 2.0)) * error
    return max(kappa - half, -1.0), min(kappa + half, 1.0)


def _bootstrap_limits(
    places: NDArray[np.int64],
    clusters: ArrayLike | None,
    distance: Numbers,
    generator: np.random.Generator | None,
    resamples: int,
    level: float,
) -> tuple[float, float] | None:
    if generator is None:
        raise OptionError("the bootstrap needs a source of chance.", where="generator")
    size, pairs = len(distance), places.shape[1]
    members = (
        np.arange(pairs) if clusters is None else np.unique(np.asarray(clusters), return_inverse=True)[1]
    )
    patients = int(members.max()) + 1
    if patients < 2:
        return None
    of_patient = np.zeros((patients, size * size))
    np.add.at(of_patient, (members, places[0] * size + places[1]), 1.0)
    times = generator.multinomial(patients, np.full(patients, 1.0 / patients), size=resamples)
    kappas = _compute_kappas((times @ of_patient).reshape(resamples, size, size), distance)
    known = kappas[~np.isnan(kappas)]
    if not known.size:
        return None
    lower, upper = np.quantile(known, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return float(lower), float(upper)
