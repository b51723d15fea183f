"""Looks of a monitoring rule in many trials at once, as `conduct.monitoring` takes them in one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from abscopal.rehearsal.trial_design import Look

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Stops:
    """When a rule is first met.

    Args:
        day: day of the first look that meets it, counted as the days given; infinite where none does.
        look: evaluable patients at that look; 0 where none does.
    """

    day: Floats
    look: NDArray[np.int64]


def compute_stops(look: Look, *, evaluable_day: Floats, events: Flags) -> Stops:
    """Find in each trial the first look that meets a rule.

    A look is taken at the end of the day on which its number of evaluable patients is reached, with all who are
    evaluable by then.

    Args:
        look: the rule.
        evaluable_day: shape (trials, patients); calendar day on which a patient becomes evaluable, infinite for
            whoever never does or is not watched.
        events: shape (trials, patients); whether the patient then counts as an event (for futility: a success).

    Returns:
        Days and looks.

    Example:
        >>> rule = Look("severe", "toxicity", ("IT",), (2, 3), (2, 2))
        >>> found = compute_stops(rule, evaluable_day=np.array([[9.0, 5.0, 7.0]]),
        ...     events=np.array([[True, True, False]]))
        >>> found.day.tolist(), found.look.tolist()
        ([9.0], [3])
    """
    ordered = np.sort(evaluable_day, axis=1)
    trials, patients = evaluable_day.shape
    day, taken = np.full(trials, np.inf), np.zeros(trials, np.int64)
    for number, limit in zip(look.at, look.limits, strict=True):
        if limit is None or number > patients:
            continue
        reached = ordered[:, number - 1]
        counted = (events & (evaluable_day <= reached[:, None])).sum(axis=1)
        is_met = counted >= limit if look.kind == "toxicity" else counted <= limit
        first = np.isfinite(reached) & is_met & np.isinf(day)
        day, taken = np.where(first, reached, day), np.where(first, number, taken)
    return Stops(day, taken)
