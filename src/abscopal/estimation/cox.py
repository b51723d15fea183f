"""Proportional hazards: hazard ratios with ties by Efron, stratified if asked, with warnings that teach."""

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter
from lifelines.exceptions import ConvergenceError
from numpy.typing import ArrayLike
from scipy import stats

from abscopal.estimation.estimate import Estimate, TestResult, assert_level
from abscopal.estimation.observations import Flags, Floats, Integers, assert_labels, assert_observations

FEWEST_EVENTS_PER_COVARIATE = 5
# Beyond this a coefficient is the place where the optimiser stopped drifting, not a solution.
LARGEST_COEFFICIENT = 15.0
# How the fitting library says that it stopped without a solution.
UNSETTLED = ("The log-likelihood is getting suspiciously", "Newton-Raphson")
METHOD = "Cox, Efron ties"


@dataclass(frozen=True, slots=True)
class HazardRatio:
    """The hazard ratio of one covariate.

    Args:
        covariate: its name.
        ratio: the ratio with its interval.
        test: Wald's test of no effect.
        coefficient: log of the ratio; None where it could not be estimated.
        standard_error: of the coefficient.
    """

    covariate: str
    ratio: Estimate
    test: TestResult
    coefficient: float | None
    standard_error: float | None


@dataclass(frozen=True, slots=True)
class CoxModel:
    """A fitted model.

    Args:
        ratios: one per covariate, in the order given.
        warnings: what a reader must know before believing it, in sentences.
    """

    ratios: tuple[HazardRatio, ...]
    warnings: tuple[str, ...]


def estimate_hazard_ratios(
    times: ArrayLike,
    events: ArrayLike,
    covariates: Mapping[str, ArrayLike],
    *,
    strata: ArrayLike | None = None,
    level: float = 0.95,
) -> CoxModel:
    """Estimate hazard ratios by Cox's partial likelihood.

    Args:
        times: time of each patient; shape (n,).
        events: 1 with the event, 0 censored; shape (n,).
        covariates: value of each patient by covariate; each of shape (n,).
        strata: stratum of each patient; None for one baseline hazard.
        level: confidence level.

    Returns:
        Hazard ratios with Wald intervals; undefined ratios where the data cannot give them, with the reason
        among the warnings.

    Reference:
        Cox 1972; Efron 1977 (doi:10.1080/01621459.1977.10480613) for ties.

    Example:
        >>> model = estimate_hazard_ratios([6, 7, 10, 15, 19, 25], [1, 0, 1, 1, 0, 1], {"arm": [1, 0, 1, 0, 1, 0]})
        >>> round(model.ratios[0].ratio.estimate, 2), model.ratios[0].ratio.events
        (2.56, 4)
    """
    assert_level(level)
    names = list(covariates)
    followed, seen = assert_observations(times, events)
    frame = pd.DataFrame({name: np.asarray(values, dtype=float) for name, values in covariates.items()})
    frame["_time"], frame["_event"] = followed, seen.astype(int)
    layers = np.zeros(followed.size, dtype=np.int64)
    if strata is not None:
        layers = assert_labels(followed, strata, name="strata")
        frame["_stratum"] = layers
    n, total = len(frame), int(seen.sum())
    method = METHOD if strata is None else f"{METHOD}, stratified"
    hopeless = [] if total else ["No event was seen: no ratio can be estimated."]
    for name in names:
        hopeless += _find_separation(name, followed, seen, frame[name].to_numpy(), layers)
    doubts = _find_doubts(names, total) + hopeless
    if hopeless:
        return CoxModel(tuple(_undefined(name, n, total, level, method) for name in names), tuple(doubts))
    fitter = CoxPHFitter(alpha=1 - level)
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            # The stop compares a squared step: the default leaves errors above 1e-6 in the coefficients.
            fitter.fit(
                frame,
                "_time",
                "_event",
                strata=None if strata is None else ["_stratum"],
                fit_options={"precision": 1e-18, "r_precision": 1e-18},
            )
        drifted = bool((fitter.params_.abs() > LARGEST_COEFFICIENT).any())
        is_settled = not drifted and not any(str(one.message).startswith(UNSETTLED) for one in said)
    except (ConvergenceError, np.linalg.LinAlgError, ValueError):
        is_settled = False
    if not is_settled:
        doubts.append(
            "The model does not converge: covariates together separate those with the event from the others, or "
            "say the same thing. Fit fewer of them."
        )
        return CoxModel(tuple(_undefined(name, n, total, level, method) for name in names), tuple(doubts))
    return CoxModel(
        tuple(_read_ratio(fitter, name, n, total, level, method) for name in names), tuple(doubts)
    )


def _find_doubts(names: list[str], events: int) -> list[str]:
    if not 0 < events < FEWEST_EVENTS_PER_COVARIATE * len(names):
        return []
    return [
        f"{events} events for {len(names)} covariates: fewer than {FEWEST_EVENTS_PER_COVARIATE} each; "
        "the ratios are unstable and their intervals too narrow."
    ]


def _find_separation(name: str, times: Floats, events: Flags, values: Floats, layers: Integers) -> list[str]:
    """Say whether a covariate always ranks first, or always last, those who have the event next.

    The likelihood then rises for ever with the coefficient: no finite ratio exists, whatever a program prints.
    """
    is_highest = is_lowest = True
    varies = False
    for place in np.flatnonzero(events):
        at_risk = values[(layers == layers[place]) & (times >= times[place])]
        varies = varies or bool(at_risk.min() < at_risk.max())
        is_highest = is_highest and bool(values[place] == at_risk.max())
        is_lowest = is_lowest and bool(values[place] == at_risk.min())
    if not events.any():
        return []
    if not varies:
        return [f"{name} is the same for all patients at risk together: no ratio can be estimated."]
    if is_highest or is_lowest:
        extreme = "highest" if is_highest else "lowest"
        return [
            f"Every event falls on the {extreme} {name} of the patients at risk (complete separation): "
            "its ratio has no finite value. Show the events of each group instead."
        ]
    return []


def _undefined(name: str, n: int, events: int, level: float, method: str) -> HazardRatio:
    empty = Estimate(None, None, None, level, n, events, method, "hazard ratio")
    return HazardRatio(name, empty, TestResult(None, None, f"Wald, {method}", "two"), None, None)


def _read_ratio(
    fitter: CoxPHFitter, name: str, n: int, events: int, level: float, method: str
) -> HazardRatio:
    row = fitter.summary.loc[name]
    coefficient, error = float(row["coef"]), float(row["se(coef)"])
    half = float(stats.norm.isf((1 - level) / 2)) * error
    lower, upper = math.exp(coefficient - half), math.exp(coefficient + half)
    ratio = Estimate(math.exp(coefficient), lower, upper, level, n, events, method, "hazard ratio")
    return HazardRatio(
        name,
        ratio,
        TestResult(float(row["p"]), float(row["z"]), f"Wald, {method}", "two"),
        coefficient,
        error,
    )
