"""Adverse events of grade 1 or 2 under treatment: when they begin, how long they last, whether they are related."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import poisson

from abscopal.rehearsal.random_numbers import PLACES, draw_uniforms
from abscopal.rehearsal.scenario import Scenario

Floats = NDArray[np.float64]
DAYS_OF_A_MONTH = 365.25 / 12
AFTER_LAST_DOSE_DAYS = 30.0  # looked for under treatment and for so long after it (ours)
MEAN_DAYS = 14.0
MOST_EVENTS = 60
SHARE_GRADE_2, SHARE_RELATED = 0.3, 0.6  # ours
NUMBERS_OF_AN_EVENT = 6


@dataclass(frozen=True, slots=True)
class MildEvents:
    """Events of grade 1 or 2, patient by event.

    Args:
        start: day on which each begins; infinite where there is none.
        days: how long it lasts.
        grade: 1 or 2.
        is_related: whether it is related to treatment.
        term: uniform number that chooses its term.
        component: uniform number that chooses what it is held to come from.
    """

    start: Floats
    days: Floats
    grade: NDArray[np.int64]
    is_related: NDArray[np.bool_]
    term: Floats
    component: Floats


def draw_mild_events(
    scenario: Scenario, numbers: NDArray[np.int64], *, arm_key: int, first_day: float, until_day: float
) -> MildEvents:
    """Draw the events that patients would have, were they treated from a first day to a last one.

    They come at a constant rate. Which of them are seen depends on how long a patient is really treated and followed.

    Args:
        scenario: the scenario in force.
        numbers: numbers of the patients.
        arm_key: key of the study, the draw and the arm.
        first_day: first planned dose.
        until_day: last planned dose.

    Returns:
        The events.
    """
    place = 1 + PLACES.index("mild_events")
    until = until_day + AFTER_LAST_DOSE_DAYS
    expected = scenario["mild_events_per_month"] * (until - first_day) / DAYS_OF_A_MONTH
    chance = draw_uniforms(arm_key, numbers, purpose="operations", count=1, place=place)[:, 0]
    counts = np.searchsorted(poisson.cdf(np.arange(MOST_EVENTS), max(expected, 0.0)), chance)
    most = int(counts.max(initial=0))
    drawn = draw_uniforms(
        arm_key, numbers, purpose="operations", count=1 + NUMBERS_OF_AN_EVENT * most, place=place
    )
    own = drawn[:, 1:].reshape(len(numbers), most, NUMBERS_OF_AN_EVENT)
    exists = np.arange(most) < counts[:, None]
    return MildEvents(
        start=np.where(exists, first_day + own[:, :, 0] * (until - first_day), np.inf),
        days=-MEAN_DAYS * np.log(own[:, :, 2]),
        grade=np.where(own[:, :, 4] < SHARE_GRADE_2, 2, 1),
        is_related=np.asarray(own[:, :, 3] < SHARE_RELATED),
        term=own[:, :, 1],
        component=own[:, :, 5],
    )


def find_ongoing(events: MildEvents, day: float, *, from_grade: int) -> NDArray[np.bool_]:
    """Say who has a related event of some grade on a day: from its start to its last day, both included.

    Args:
        events: the events.
        day: the day.
        from_grade: lowest grade that counts.

    Returns:
        One flag a patient.

    Example:
        >>> events = MildEvents(np.array([[3.5], [3.5]]), np.array([[4.0], [9.0]]), np.array([[2], [2]]),
        ...     np.array([[True], [True]]), np.array([[0.1], [0.1]]), np.array([[0.1], [0.1]]))
        >>> find_ongoing(events, 8.0, from_grade=2).tolist()
        [False, True]
    """
    lasts = (events.start <= day) & (np.floor(events.start + events.days) >= day)
    return np.asarray(
        np.any(lasts & events.is_related & (events.grade >= from_grade), axis=1), dtype=np.bool_
    )
