"""What a calibration found, for people and machines: hits and misses alike."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abscopal.rehearsal.calibration.calibrate import Calibration
from abscopal.rehearsal.calibration.candidates import Answer, compute_moved_share
from abscopal.rehearsal.calibration.directions import describe_direction
from abscopal.rehearsal.calibration.references import choose_reference_set
from abscopal.rehearsal.calibration.search import Position
from abscopal.rehearsal.calibration.targets import Target
from abscopal.rehearsal.ensemble import compute_model_hash

Floats = NDArray[np.float64]
METHOD = (
    "Priors, then an ensemble smoother in four steps, then a differential evolution Markov chain under binomial, "
    "sign-test and standard-error likelihoods, every set on the same virtual patients."
)
TRADE_OFF = 0.4


def compute_record(
    calibration: Calibration, position: Position, answers: Sequence[Answer], *, command: str, date: str
) -> dict[str, Any]:
    """Lay out what a calibration found.

    Args:
        calibration: the plan.
        position: where the search ended.
        answers: what each set gives on other patients.
        command: command that makes it again.
        date: day on which it was made.

    Returns:
        A tree of plain values: how it was made, every target with its interval beside the ensemble, every
        published direction, every parameter before and after, the pairs that trade off, and how far the sample
        can be trusted.
    """
    question = calibration.question
    return {
        "method": METHOD,
        "command": command,
        "date": date,
        "seed": calibration.seed,
        "patients": question.patients,
        "draws": calibration.candidates,
        "rounds": position.rounds,
        "model": compute_model_hash(question.model),
        "study": calibration.study_hash,
        "targets": [
            describe_target(target, answers, patients=question.patients) for target in calibration.targets
        ],
        "directions": [
            describe_direction(finding, [answer.directions[finding.identifier] for answer in answers])
            for finding in question.protocol.rehearsal.directions
        ],
        # What the first set gives: tried again later, it tells whether the simulation has moved away from the fit.
        "first_set": dict(answers[0].judged) | dict(answers[0].directions),
        "parameters": describe_parameters(calibration, position),
        "trade_offs": describe_trade_offs(calibration, position),
        "sample": describe_sample(calibration, position, answers),
        "not_rehearsed": [
            {"identifier": item.identifier, "why": item.why.model_dump()}
            for name in question.protocol.rehearsal.references
            for item in choose_reference_set(name).not_rehearsed
        ],
    }


def describe_target(target: Target, answers: Sequence[Answer], *, patients: int) -> dict[str, Any]:
    """One published result beside the ensemble.

    It is a hit when the middle of the ensemble lies in the exact interval of what was published.

    Args:
        target: the published result.
        answers: what each set gives.
        patients: virtual patients of an arm: none among so many is not a share of exactly 0.

    Returns:
        Plain values. Of a median both the days and the share with the event by the published one are given; the
        share is what is judged.
    """
    judged = np.array([answer.judged[target.identifier] for answer in answers])
    fitted = np.array([answer.fitted[target.identifier] for answer in answers])
    lower, upper = target.interval
    low, middle, high = (float(number) for number in np.quantile(judged, [0.025, 0.5, 0.975]))
    said: dict[str, Any] = {
        "identifier": target.identifier,
        "text": target.text.model_dump(),
        "arm": target.arm,
        "quantity": target.quantity,
        "kind": target.kind,
        "origin": target.origin,
        "use": target.use,
        "n": target.n,
        "observed": 0.5 if target.kind == "median" else target.observed,
        "observed_lower": lower,
        "observed_upper": upper,
        "ensemble": middle,
        "ensemble_lower": low,
        "ensemble_upper": high,
        "is_inside": bool(lower <= _move_inside(target, middle, patients) <= upper),
        "note": target.note,
    }
    if target.kind == "median":
        days = [_finite(number) for number in np.quantile(fitted, [0.025, 0.5, 0.975], method="nearest")]
        said |= {"observed_days": target.observed, "ensemble_days": days}
    return said


def describe_parameters(calibration: Calibration, position: Position) -> list[dict[str, Any]]:
    """Every parameter before and after; a width of 1 says that the data taught nothing about it."""
    rows: list[dict[str, Any]] = []
    for place, prior in enumerate(calibration.priors):
        before = prior.compute_values(np.array([-1.96, 0.0, 1.96]))
        scores = position.scores[:, place]
        after = prior.compute_values(np.quantile(scores, [0.025, 0.5, 0.975]))
        rows.append(
            {
                "name": prior.name,
                "prior": float(before[1]),
                "prior_lower": float(before[0]),
                "prior_upper": float(before[2]),
                "posterior": float(after[1]),
                "posterior_lower": float(after[0]),
                "posterior_upper": float(after[2]),
                "width": float(scores.std(ddof=1)),
                "shift": float(scores.mean()),
            }
        )
    return rows


def describe_trade_offs(calibration: Calibration, position: Position) -> list[dict[str, Any]]:
    """Pairs of parameters that the data let move only together, the strongest first."""
    correlation = np.atleast_2d(np.asarray(np.corrcoef(position.scores.T)))
    pairs = [
        (float(correlation[first, second]), calibration.priors[first].name, calibration.priors[second].name)
        for first in range(len(correlation))
        for second in range(first)
    ]
    strong = sorted((pair for pair in pairs if abs(pair[0]) >= TRADE_OFF), key=lambda pair: -abs(pair[0]))
    return [{"between": [second, first], "correlation": value} for value, first, second in strong]


def describe_sample(
    calibration: Calibration, position: Position, answers: Sequence[Answer]
) -> dict[str, Any]:
    """How far the sets can be taken as a sample.

    The effective number weighs each set by its likelihood on patients the search has not seen over that on those it
    has: sets that fitted one group of virtual patients by luck lose weight there.

    Args:
        calibration: the plan.
        position: where the search ended.
        answers: what each set gives on other patients.

    Returns:
        Plain values.
    """
    fresh = np.array([answer.likelihood for answer in answers])
    weight = np.exp((fresh - position.likelihood) - (fresh - position.likelihood).max())
    memory = [
        float(np.corrcoef(position.entered[:, place], position.scores[:, place])[0, 1])
        for place in range(len(calibration.priors))
    ]
    acceptance = np.array([answer.acceptance for answer in answers])
    return {
        "distinct_sets": len(np.unique(position.scores, axis=0)),
        "effective_sets": float(weight.sum() ** 2 / (weight**2).sum()),
        "steps_tried": position.proposed,
        "steps_taken": position.accepted,
        "memory_of_the_start": float(np.mean(memory)),
        "filter_acceptance": float(np.median(acceptance)),
        "filter_acceptance_lowest": float(acceptance.min()),
        "filter_acceptance_highest": float(acceptance.max()),
        "failed_patients": int(sum(answer.failed for answer in answers)),
    }


def _move_inside(target: Target, judged: float, patients: int) -> float:
    return judged if target.kind == "mean" else compute_moved_share(judged, patients)


def _finite(number: float) -> float | None:
    return float(number) if np.isfinite(number) else None
