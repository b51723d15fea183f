"""Times to event of many rehearsed patients at once, as arrays, by the rules that the derivations follow.

Days are whole days after the reference date, as the dates of the tables give them. A rehearsal knows no further
anticancer therapy and no patient without a baseline scan, so that these rules of censoring never come into play.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from abscopal.derivations.time_to_event.censoring_rules import CensoringRules
from abscopal.rehearsal.array_response import NE, PD, ArrayResponses
from abscopal.rehearsal.courses import Courses
from abscopal.rehearsal.readings import Readings

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
NEVER = np.inf
DAYS_TO_WITHDRAWAL = 7.0
"""Day on which a patient who is never treated leaves (ours)."""


@dataclass(frozen=True, slots=True)
class Observation:
    """Until when each patient is seen.

    Args:
        end: day of death, loss or the end of follow-up, not rounded; what comes at or after it is not seen.
        death_day: whole day of a death that is seen; infinite without one.
        last_day: last whole day on which something is known of the patient.
    """

    end: Floats
    death_day: Floats
    last_day: Floats


@dataclass(frozen=True, slots=True)
class ArrayTimes:
    """A time to event of patients: whole days, and whether it is the event."""

    day: Floats
    is_event: Flags


@dataclass(frozen=True, slots=True)
class ArrayWindow:
    """Where patients stand at the end of a window of toxicity.

    Args:
        event_day: whole day of the severe toxicity in the window; infinite without one.
        last_day: whole day on which the window has elapsed; infinite without any dose.
        is_complete: whether the patient had none and was followed alive through the window.
        died_first: whether the patient died in the window without it.
    """

    event_day: Floats
    last_day: Floats
    is_complete: Flags
    died_first: Flags


def derive_observation(courses: Courses, *, withdrawal_day: float) -> Observation:
    """Say until when each patient is seen.

    Args:
        courses: the courses of one arm.
        withdrawal_day: day on which a patient who is never treated leaves.

    Returns:
        The observation of each patient.
    """
    horizon = float(courses.days[-1])
    is_followed = courses.treated & ~courses.failed
    end = np.minimum(np.minimum(courses.death_day, courses.loss_day), horizon)
    died = is_followed & (courses.death_day == end)
    end = np.where(is_followed, end, withdrawal_day)
    last = np.floor(end)
    return Observation(end, np.where(died, last, NEVER), last)


def derive_seen_doses(courses: Courses, observation: Observation) -> Flags:
    """Say which doses the trial records: those given while the patient is seen.

    Args:
        courses: the courses of one arm.
        observation: until when patients are seen.

    Returns:
        Patient by administration; of a patient whom the model could not follow, none.
    """
    is_seen = courses.dose_days[None, :] < observation.end[:, None]
    return np.asarray(courses.given & is_seen & ~courses.failed[:, None], dtype=np.bool_)


def derive_survival(observation: Observation) -> ArrayTimes:
    """Time to death of any cause; the living are censored on the last day they are known of.

    Args:
        observation: until when patients are seen.

    Returns:
        The times.
    """
    return ArrayTimes(observation.last_day, np.isfinite(observation.death_day))


def derive_progression_free(
    responses: ArrayResponses, readings: Readings, observation: Observation, *, rules: CensoringRules
) -> ArrayTimes:
    """Time to progression or death, under a named set of censoring rules.

    Args:
        responses: response of each patient at each scan.
        readings: the scans.
        observation: until when patients are seen.
        rules: the rules of censoring.

    Returns:
        The times.

    Reference:
        FDA, Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics (2007), appendix 3, table A.
    """
    day = readings.day[:, 1:].astype(np.float64)
    is_adequate = readings.done[:, 1:] & (responses.response != NE)
    progression = np.where(is_adequate & (responses.response == PD), day, NEVER).min(axis=1)
    event = np.minimum(progression, observation.death_day)
    is_progression = np.isfinite(progression) & (progression <= observation.death_day)
    # The scan that shows progression is not an assessment that preceded it; one on the day of death is.
    precedes = np.where(is_progression[:, None], day < event[:, None], day <= event[:, None])
    before = np.where(is_adequate & precedes, day, -NEVER).max(axis=1)
    last = np.where(is_adequate, day, -NEVER).max(axis=1)
    was_seen = np.isfinite(before)
    has_event = np.isfinite(event)
    gap = np.where(has_event, event, 0.0) - np.where(was_seen, before, 0.0)
    is_late = has_event & (gap > rules.longest_gap_days)
    if rules.death_without_assessment == "event":
        is_late &= is_progression | was_seen
    if rules.missed_visits == "ignore":
        is_late = np.zeros_like(is_late)
    is_event = np.asarray(has_event & ~is_late)
    censored = np.where(has_event, before, last)
    return ArrayTimes(
        np.where(is_event, event, np.where(np.isfinite(censored), censored, 0.0)),
        np.asarray(is_event, dtype=np.bool_),
    )


def derive_severe_window(
    courses: Courses,
    observation: Observation,
    *,
    window_days: int,
    emergent_days: int | None,
    severe_grade: int = 3,
) -> ArrayWindow:
    """Say where each treated patient stands at the end of the window of toxicity, counted from the first dose.

    Args:
        courses: the courses of one arm.
        observation: until when patients are seen.
        window_days: length of the window; an event on the day when it has just elapsed is inside.
        emergent_days: days after the last dose during which a toxicity counts; no end when None.
        severe_grade: grade from which it is severe.

    Returns:
        The state of each patient; one without any dose is nowhere.
    """
    given = derive_seen_doses(courses, observation)
    dosed = np.asarray(np.any(given, axis=1), dtype=np.bool_)
    # An arm that is given nothing has no administration to look through.
    first = np.where(given, courses.dose_days[None, :], NEVER).min(axis=1, initial=NEVER)
    last = np.where(given, courses.dose_days[None, :], -NEVER).max(axis=1, initial=-NEVER)
    start, day = np.floor(first), np.floor(courses.severe_day)
    counts = dosed & (courses.severe_day < observation.end) & (courses.severe_grade >= severe_grade)
    if emergent_days is not None:
        counts &= day <= np.floor(last) + emergent_days
    inside = counts & (day <= start + window_days)
    died = np.isfinite(observation.death_day) & (observation.death_day <= start + window_days)
    is_seen = observation.last_day >= start + window_days
    return ArrayWindow(
        event_day=np.where(inside, day, NEVER),
        last_day=start + window_days,
        is_complete=np.asarray(dosed & ~inside & ~died & is_seen),
        died_first=np.asarray(dosed & ~inside & died),
    )
