"""Follow-up times and what ended them: the checks that every time-to-event rule shares."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from abscopal.errors import OptionError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


def _assert_times(times: ArrayLike) -> Floats:
    found = np.asarray(times, dtype=np.float64)
    faulty = int((~np.isfinite(found) | (found < 0)).sum())
    if found.ndim != 1 or faulty:
        raise OptionError(
            f"{faulty} of {found.size} follow-up times are missing, infinite or negative."
            if faulty
            else "Follow-up times must be one flat list.",
            where="times",
            remedy="Give one time of 0 or more for each patient, in one unit.",
        )
    return found


def _assert_same_length(times: Floats, other: NDArray[np.generic], name: str) -> None:
    if other.shape != times.shape:
        raise OptionError(
            f"There are {times.size} follow-up times but {other.size} {name}.",
            where=name,
            remedy="Give one value for each patient, in the same order.",
        )


def assert_observations(times: ArrayLike, events: ArrayLike) -> tuple[Floats, Flags]:
    """Refuse follow-up that cannot be analysed: negative or missing times, lists of different lengths.

    Args:
        times: shape (patients,); time of the event or of censoring, any one unit.
        events: shape (patients,); true (or 1) where the event was seen, false (or 0) where censored.

    Returns:
        Times as floats and events as booleans.

    Example:
        >>> assert_observations([4, 6], [1, 0])[1].tolist()
        [True, False]
    """
    checked = _assert_times(times)
    found = np.asarray(events)
    _assert_same_length(checked, found, "events")
    if not np.isin(found, (0, 1)).all():
        raise OptionError(
            "Some events are neither true nor false.",
            where="events",
            remedy="Code an event 1 and a censored time 0; competing events need the Aalen-Johansen rule.",
        )
    return checked, found.astype(np.bool_)


def assert_causes(times: ArrayLike, causes: ArrayLike) -> tuple[Floats, Integers]:
    """Refuse follow-up with competing events that cannot be analysed.

    Args:
        times: shape (patients,); time of the event or of censoring, any one unit.
        causes: shape (patients,); 0 where censored, 1, 2 ... for the kinds of event.

    Returns:
        Times as floats and causes as integers.

    Example:
        >>> assert_causes([4, 6, 9], [1, 0, 2])[1].tolist()
        [1, 0, 2]
    """
    checked = _assert_times(times)
    found = np.asarray(causes)
    _assert_same_length(checked, found, "causes")
    if found.size and (not np.equal(found, np.floor(found)).all() or found.min() < 0):
        raise OptionError(
            "Some causes are not whole numbers of 0 or more.",
            where="causes",
            remedy="Code a censored time 0, the event of interest 1 and each competing event 2 or more.",
        )
    return checked, found.astype(np.int64)


def assert_labels(times: Floats, labels: ArrayLike, *, name: str) -> Integers:
    """Turn group or stratum labels into numbers, in sorted order of the labels.

    Args:
        times: shape (patients,); already checked.
        labels: shape (patients,); texts or numbers.
        name: what the labels are, for the message.

    Returns:
        Shape (patients,): 0 for the first label in sorted order, and so on.

    Example:
        >>> assert_labels(np.array([1.0, 2.0]), ["IV", "IT"], name="groups").tolist()
        [1, 0]
    """
    found = np.asarray(labels)
    _assert_same_length(times, found, name)
    if found.size == 0:
        return np.zeros(0, dtype=np.int64)
    return np.asarray(np.unique(found, return_inverse=True)[1], dtype=np.int64)
