"""What a trial records of each rehearsed patient at the end: one number a patient and endpoint, as arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from abscopal.rehearsal.array_response import (
    CR,
    PR,
    ArrayResponses,
    derive_array_responses,
    derive_lesion_decreases,
)
from abscopal.rehearsal.array_times import (
    DAYS_TO_WITHDRAWAL,
    derive_observation,
    derive_progression_free,
    derive_seen_doses,
    derive_severe_window,
    derive_survival,
)
from abscopal.rehearsal.courses import Courses
from abscopal.rehearsal.endpoint_rules import EndpointRules
from abscopal.rehearsal.readings import Readings

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PatientEndpoints:
    """Endpoints of patients of one arm, in order of number. Days are whole, and count from the reference date.

    Args:
        arm: identifier of the arm.
        numbers: numbers of the patients.
        treated: whether a dose was ever given that makes a patient treated; in an arm that is given nothing, whether
            the patient was followed.
        failed: whether the patient could not be integrated; such a patient has no endpoint and is counted.
        severe: severe toxicity within the window.
        severe_day: day on which it began; infinite without it.
        complete: event, or followed alive to the end of the window without one: evaluable.
        evaluable_day: day on which that is known: of the event, or the last of the window; infinite otherwise.
        died_first: died within the window without the event.
        responds: best overall response complete or partial.
        best: place of the best overall response in array_response.CODES.
        distant_measurable: whether a target that was never injected was there at baseline.
        distant_responds: best response of the lesions that were never injected complete or partial.
        injected_targets: targets at baseline that were ever injected.
        injected_shrunk: of them, those that lost 30 % of their diameter or more, at best.
        distant_targets: targets at baseline that never were.
        distant_shrunk: of them, those that did.
        progression_day: day of progression or death, or of censoring.
        progressed: whether it is an event.
        survival_day: day of death, or of censoring.
        died: whether it is an event.
        doses: administrations given.
        product_delay: days from the planned to the actual first dose of the patient's own product, a missed visit
            or a held dose included; not a number without such a dose.
        lacks_product: whether the patient was there for the first planned dose of an own product and never had one,
            because it failed, came after every planned dose, or the patient progressed while it was made.
    """

    arm: str
    numbers: NDArray[np.int64]
    treated: Flags
    failed: Flags
    severe: Flags
    severe_day: Floats
    complete: Flags
    evaluable_day: Floats
    died_first: Flags
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
    product_delay: Floats
    lacks_product: Flags


def derive_endpoints(courses: Courses, readings: Readings, rules: EndpointRules) -> PatientEndpoints:
    """Derive the endpoints of patients of one arm, by the array forms of the derivations.

    Args:
        courses: their courses.
        readings: what was read of their lesions.
        rules: the rules of the study.

    Returns:
        The endpoints.
    """
    observation = derive_observation(courses, withdrawal_day=DAYS_TO_WITHDRAWAL)
    given = derive_seen_doses(courses, observation)
    responses = derive_array_responses(readings, rules.response)
    is_seen = courses.first_injection_day < observation.end[:, None]
    is_distant = ~(is_seen & ~courses.failed[:, None])
    distant = derive_array_responses(readings, rules.response, lesions=is_distant)
    window = derive_severe_window(
        courses,
        observation,
        window_days=rules.window_days,
        emergent_days=rules.emergent_days,
        severe_grade=rules.severe_grade,
    )
    severe = np.isfinite(window.event_day)
    injected = np.asarray(np.logical_and(readings.is_target, ~is_distant))
    distant_target = np.asarray(np.logical_and(readings.is_target, is_distant))
    shrunk = derive_lesion_decreases(readings, decrease_percent=rules.decrease_percent) == 1
    progression = derive_progression_free(responses, readings, observation, rules=rules.censoring)
    survival = derive_survival(observation)
    planned, first = _find_first_products(courses, given)
    return PatientEndpoints(
        arm=courses.arm,
        numbers=courses.numbers,
        treated=_are_treated(courses, given, rules),
        failed=courses.failed,
        severe=severe,
        severe_day=window.event_day,
        complete=np.asarray(severe | window.is_complete),
        evaluable_day=np.where(window.is_complete, window.last_day, window.event_day),
        died_first=window.died_first,
        responds=_responds(responses),
        best=responses.best,
        distant_measurable=np.asarray(np.any(distant_target, axis=1), dtype=np.bool_),
        distant_responds=_responds(distant),
        injected_targets=injected.sum(axis=1),
        injected_shrunk=(injected & shrunk).sum(axis=1),
        distant_targets=distant_target.sum(axis=1),
        distant_shrunk=(distant_target & shrunk).sum(axis=1),
        progression_day=progression.day,
        progressed=progression.is_event,
        survival_day=survival.day,
        died=survival.is_event,
        doses=given.sum(axis=1),
        product_delay=np.where(np.isfinite(first), first, np.nan) - planned,
        lacks_product=np.asarray(
            courses.treated & ~courses.failed & ~courses.has_product & (planned < observation.end)
        ),
    )


def _find_first_products(courses: Courses, given: Flags) -> tuple[float, Floats]:
    """Day of the first planned dose of an own product, and of the first one given; infinite where there is none."""
    days = np.where(courses.is_own_product, courses.dose_days, np.inf)
    first = np.where(given, days, np.inf).min(axis=1, initial=np.inf)
    return float(days.min(initial=np.inf)), first


def _are_treated(courses: Courses, given: Flags, rules: EndpointRules) -> Flags:
    if given.shape[1] == 0:
        return np.asarray(courses.treated & ~courses.failed)
    counts = np.array(
        [not rules.treated_with or name in rules.treated_with for name in courses.interventions]
    )
    return np.asarray(np.any(given & counts, axis=1), dtype=np.bool_)


def _responds(responses: ArrayResponses) -> Flags:
    return np.asarray((responses.best == CR) | (responses.best == PR))
