"""When: which dose comes next, the day it is due, and the window around that day."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from abscopal.conduct.dosing.readings import DosingReadings
from abscopal.protocol.arms import DosingPhase, Intervention
from abscopal.protocol.schedule import Visit
from abscopal.protocol.study_protocol import StudyProtocol


@dataclass(frozen=True, slots=True)
class PastDose:
    """A dose of the past: given, or missed for good.

    Args:
        on: day it was given; for a missed dose, the day it was due.
        status: given or missed.
        weight_kg: weight it was computed from.
    """

    on: datetime.date
    status: Literal["given", "missed"] = "given"
    weight_kg: float | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """A dose in the calendar.

    Args:
        phase: its phase.
        number: its number within the phase, from 1.
        overall: its number among all doses of the intervention, from 1.
    """

    phase: DosingPhase
    number: int
    overall: int


@dataclass(frozen=True, slots=True)
class Window:
    """The days around a due day in which a dose is in time; None where the study does not say."""

    earliest: datetime.date
    latest: datetime.date | None
    is_known: bool


def find_slot(drug: Intervention, past: Sequence[PastDose], *, readings: DosingReadings) -> Slot | None:
    """Find which dose comes next; None when every planned dose was given or missed.

    A phase whose number of doses is unknown has no end here: the phases after it are never reached.

    Args:
        drug: the intervention.
        past: doses so far.
        readings: whether a missed dose is made up later.

    Returns:
        The next dose.
    """
    counted = [dose for dose in past if dose.status == "given" or readings.missed_doses == "not_made_up"]
    before = 0
    for phase in drug.phases:
        planned = phase.administrations.value
        if planned is None or len(counted) < before + planned:
            return Slot(phase, len(counted) - before + 1, len(counted) + 1)
        before += planned
    return None


def compute_due_day(
    drug: Intervention, slot: Slot, past: Sequence[PastDose], *, reference_date: datetime.date | None
) -> datetime.date | None:
    """Compute the day a dose is due; None when the study file or the reference date leaves it unknown.

    Within a phase a dose is due one interval after the dose before, given or missed: a late dose moves those that
    follow (our reading). The first dose of a later phase is due on its own day of the calendar, and not before the
    planned gap after the last dose of the phase before.

    Args:
        drug: the intervention.
        slot: the dose.
        past: doses so far.
        reference_date: day 1 of the calendar.

    Returns:
        The day.
    """
    last = max((dose.on for dose in past), default=None)
    if slot.number > 1 and last is not None:
        interval = slot.phase.interval_days.value
        return None if interval is None else last + datetime.timedelta(days=interval)
    first_day = slot.phase.first_day.value
    planned = None if first_day is None or reference_date is None else compute_date(reference_date, first_day)
    gap = _compute_gap(drug, slot.phase)
    if last is None:
        return planned
    moved = None if gap is None else last + datetime.timedelta(days=gap)
    known = [day for day in (planned, moved) if day is not None]
    return max(known, default=None)


def compute_date(reference_date: datetime.date, study_day: int) -> datetime.date:
    """The date of a study day; day 1 is the reference date and there is no day 0.

    Example:
        >>> compute_date(datetime.date(2024, 3, 1), 1).isoformat()
        '2024-03-01'
        >>> compute_date(datetime.date(2024, 3, 1), -1).isoformat()
        '2024-02-29'
    """
    return reference_date + datetime.timedelta(days=study_day - 1 if study_day > 0 else study_day)


def compute_window(protocol: StudyProtocol, drug: Intervention, slot: Slot, due: datetime.date) -> Window:
    """The window of a dose: that of the visit at which it is planned. Where it is unknown nothing is early but before.

    Args:
        protocol: the study.
        drug: the intervention.
        slot: the dose.
        due: the day it is due.

    Returns:
        Earliest and latest day.
    """
    visit = find_visit(protocol, drug.identifier, slot.overall)
    before = visit.window_before.value if visit else None
    after = visit.window_after.value if visit else None
    return Window(
        due - datetime.timedelta(days=before or 0),
        None if after is None else due + datetime.timedelta(days=after),
        before is not None and after is not None,
    )


def find_visit(protocol: StudyProtocol, intervention: str, number: int) -> Visit | None:
    """Find the visit at which a dose is planned, repeated visits counting as many times as needed.

    Args:
        protocol: the study.
        intervention: the drug.
        number: number of the dose, from 1.

    Returns:
        The visit; None when the schedule names fewer.
    """
    count = 0
    for visit in protocol.schedule.visits:
        if intervention in visit.interventions:
            count += 1
            if count == number or visit.repeat_every_days.is_known:
                return visit
    return None


def _compute_gap(drug: Intervention, phase: DosingPhase) -> int | None:
    """Planned days between the last dose of the phase before and the first of this one."""
    place = drug.phases.index(phase)
    if place == 0:
        return None
    earlier = drug.phases[place - 1]
    start, first = earlier.first_day.value, phase.first_day.value
    interval, doses = earlier.interval_days.value, earlier.administrations.value
    if start is None or first is None or interval is None or doses is None:
        return earlier.interval_days.value
    return first - (start + (doses - 1) * interval)
