"""What a trial records of each rehearsed patient at the end: one number a patient and endpoint, as arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from abscopal.derivations.response.settings import ResponseSettings
from abscopal.rehearsal.array_response import CR, NE, PR, ArrayResponses, derive_array_responses
from abscopal.rehearsal.courses import MOST_LESIONS, Courses
from abscopal.rehearsal.readings import Readings

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PatientEndpoints:
    """Endpoints of patients of one arm, in order of number. Days count from the reference date.

    Args:
        arm: identifier of the arm.
        numbers: numbers of the patients.
        treated: whether the patient was ever treated.
        failed: whether the patient could not be integrated; such a patient has no endpoint and is counted.
        severe: severe toxicity within the window, while under observation.
        severe_day: day on which it began; infinite without it.
        complete: event, or observed to the end of the window without one: evaluable.
        responds: best overall response complete or partial.
        best: place of the best overall response in array_response.CODES.
        distant_measurable: whether a non-injected target was there at baseline.
        distant_responds: best response of the non-injected lesions complete or partial.
        injected_targets: injected targets at baseline.
        injected_shrunk: of them, those that lost 30 % of their diameter or more, at best.
        distant_targets: non-injected targets at baseline.
        distant_shrunk: of them, those that did.
        progression_day: day of progression or death, or of censoring.
        progressed: whether it is an event.
        survival_day: day of death, or of censoring.
        died: whether it is an event.
        doses: administrations given.
    """

    arm: str
    numbers: NDArray[np.int64]
    treated: Flags
    failed: Flags
    severe: Flags
    severe_day: Floats
    complete: Flags
    responds: Flags
    best: NDArray[np.int64]
    distant_measurable: Flags
    distant_responds: Flags
    injected_targets: NDArray[np.int64]
    injected_shrunk: NDArray[np.int64]
    distant_targets: NDArray[np.int64]
    distant_shrunk: NDArray[np.int64]
    progression_day: Floats
    progressed: Flags
    survival_day: Floats
    died: Flags
    doses: NDArray[np.int64]


def derive_endpoints(
    courses: Courses,
    readings: Readings,
    settings: ResponseSettings,
    *,
    window_days: float,
    shrinkage: float = 0.3,
) -> PatientEndpoints:
    """Derive the endpoints of patients of one arm.

    Args:
        courses: their courses.
        readings: what was read of their lesions.
        settings: the readings of the response rules.
        window_days: length of the toxicity window.
        shrinkage: share of its diameter that a lesion must lose to count as responding.

    Returns:
        The endpoints.
    """
    responses = derive_array_responses(readings, settings)
    is_distant = np.arange(MOST_LESIONS) >= courses.injected[:, None]
    distant = derive_array_responses(readings, settings, lesions=is_distant)
    end = courses.days[-1]
    observed = np.minimum(np.minimum(courses.death_day, courses.loss_day), end)
    severe = courses.treated & (courses.severe_day <= np.minimum(window_days, observed))
    shrunk = _find_shrunk(readings, responses, shrinkage)
    injected = np.asarray(np.logical_and(readings.is_target, ~is_distant))
    distant_target = np.asarray(np.logical_and(readings.is_target, is_distant))
    died = courses.death_day <= np.minimum(courses.loss_day, end)
    progression, progressed = _time_to_progression(responses, courses.death_day, died)
    return PatientEndpoints(
        arm=courses.arm,
        numbers=courses.numbers,
        treated=courses.treated,
        failed=courses.failed,
        severe=severe,
        severe_day=np.where(severe, courses.severe_day, np.inf),
        complete=courses.treated & (severe | (observed >= window_days)),
        responds=_responds(responses),
        best=responses.best,
        distant_measurable=np.asarray(np.any(distant_target, axis=1), dtype=np.bool_),
        distant_responds=_responds(distant),
        injected_targets=injected.sum(axis=1),
        injected_shrunk=(injected & shrunk).sum(axis=1),
        distant_targets=distant_target.sum(axis=1),
        distant_shrunk=(distant_target & shrunk).sum(axis=1),
        progression_day=progression,
        progressed=progressed,
        survival_day=np.minimum(observed, courses.death_day),
        died=died,
        doses=courses.given.sum(axis=1),
    )


def _responds(responses: ArrayResponses) -> Flags:
    return np.asarray((responses.best == CR) | (responses.best == PR))


def _find_shrunk(readings: Readings, responses: ArrayResponses, shrinkage: float) -> Flags:
    """Whether each lesion lost that share of its diameter at a scan up to the first progression."""
    counts = (readings.day[:, 1:] <= responses.progression_day[:, None]) & (responses.response != NE)
    base = readings.tenths[:, 0].astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        change = readings.tenths[:, 1:] / base[:, None, :]
    lowest = np.where(counts[:, :, None], change, np.inf).min(axis=1)
    return np.asarray(lowest <= 1 - shrinkage + 1e-12)


def _time_to_progression(responses: ArrayResponses, death_day: Floats, died: Flags) -> tuple[Floats, Flags]:
    """Progression or death, whichever first; otherwise the last evaluable scan, or the start without one."""
    event = np.minimum(responses.progression_day, np.where(died, death_day, np.inf))
    progressed = np.isfinite(event)
    return np.where(progressed, event, np.nan_to_num(responses.last_day, nan=0.0)), progressed
