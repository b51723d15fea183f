"""Cumulative hazards of the model, added up after integration from the states that were kept.

They act on nothing else, so that the integrator does not need them: its steps are those of the other states.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abscopal.rehearsal.engine.expressions import Values, work_out
from abscopal.rehearsal.model.description import ModelDescription
from abscopal.rehearsal.model.equations import TIME, list_hazard_states, list_needed

Floats = NDArray[np.float64]


def accumulate_hazards(
    model: ModelDescription,
    values: Values,
    states: Mapping[str, Floats],
    days: Floats,
    *,
    before: Mapping[str, Floats] | None = None,
) -> dict[str, Floats]:
    """Add up every cumulative hazard over the days of a grid, by the trapezium rule.

    Args:
        model: the description.
        values: every parameter by symbol: one number, one a patient, or one a patient and lesion.
        states: the states that hazards stand on, patient by day by lesion (by one, for a state of the patient).
        days: the days of the grid, the first being the start.
        before: what was added up for the first of these days already; only later ones are worked out.

    Returns:
        Patient by day, for each hazard by symbol. On a weekly grid they are within a thousandth of the integral
        where lesions grow or shrink as they do in the model.

    Example:
        >>> from abscopal.rehearsal.model.description import read_model
        >>> model = read_model()
        >>> values = {item.symbol: item.value for item in model.parameters}
        >>> lesion = np.full((1, 2, 1), (60 / 12.407) ** 3)
        >>> accumulate_hazards(model, values, {"T": lesion}, np.array([0.0, 10.0]))["HO"].round(6).tolist()
        [[0.0, 0.004]]
    """
    list_hazard_states(model)
    patients = len(next(iter(states.values())))
    done = before or {hazard.symbol: np.zeros((patients, 1)) for hazard in model.hazards}
    last = min(summed.shape[1] for summed in done.values()) - 1
    known: dict[str, Any] = {name: _widen(np.asarray(value)) for name, value in values.items()}
    known |= {TIME: days[None, last:, None], **{name: state[:, last:] for name, state in states.items()}}
    for item in list_needed(model, [hazard.rate for hazard in model.hazards]):
        known[item.symbol] = work_out(item.expression, known)
    steps = np.diff(days[last:])
    found: dict[str, Floats] = {}
    for hazard in model.hazards:
        rate = np.broadcast_to(work_out(hazard.rate, known), (patients, len(steps) + 1, 1))[:, :, 0]
        added = steps * (rate[:, 1:] + rate[:, :-1]) / 2
        summed = done[hazard.symbol]
        # Carried on from the last sum, so that a sum made in two goes is the sum made in one.
        later = np.cumsum(np.concatenate([summed[:, -1:], added], axis=1), axis=1)
        found[hazard.symbol] = np.concatenate([summed[:, :-1], later], axis=1)
    return found


def _widen(value: Floats) -> Floats:
    """Give a parameter a place for days: patient by 1 by lesion, or by 1."""
    if value.ndim == 0:
        return value
    return value[:, None, None] if value.ndim == 1 else value[:, None, :]
