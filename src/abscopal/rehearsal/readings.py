"""What the trial sees of a patient's lesions: scans at visits, in whole tenths of a millimetre, with error.

Targets are the two largest lesions of each organ that can be measured.
Lengths below 5 mm are read as too small to measure (5 mm); what is smaller still is no longer seen (0).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from abscopal.errors import OptionError
from abscopal.protocol.schedule import Visit
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.rehearsal.courses import MOST_LESIONS, Courses
from abscopal.rehearsal.given_doses import compute_diameter
from abscopal.rehearsal.lesion_sites import find_targets
from abscopal.rehearsal.random_numbers import draw_uniforms
from abscopal.rehearsal.scenario import Scenario

Integers = NDArray[np.int64]
TOO_SMALL_TENTHS = 50
TARGET_TENTHS = 100
NOT_A_LESION = -1


@dataclass(frozen=True, slots=True)
class PlannedScan:
    """One planned scan: study visit, day after the reference date, window in days."""

    visit: Visit
    repetition: int
    day: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Readings:
    """What is read of the lesions of patients of one arm; scan 0 is the baseline.

    Args:
        scans: the planned scans.
        day: patient by scan, day after the reference date on which it is made.
        done: patient by scan, whether it is made.
        tenths: patient by scan by lesion, tenths of a millimetre; -1 where there is no such lesion.
        is_target: patient by lesion, whether it is a target; other lesions are non-targets.
        new_lesion: patient by scan, whether a new lesion is seen.
    """

    scans: tuple[PlannedScan, ...]
    day: Integers
    done: NDArray[np.bool_]
    tenths: Integers
    is_target: NDArray[np.bool_]
    new_lesion: NDArray[np.bool_]


def plan_scans(protocol: StudyProtocol, *, horizon_days: float) -> tuple[PlannedScan, ...]:
    """List the planned scans of a study: the last before treatment, then those up to a horizon.

    Args:
        protocol: the study file.
        horizon_days: no scan is planned after this day.

    Returns:
        The scans in order of day.

    Raises:
        OptionError: the study plans no scan before treatment, or none after it.
    """
    planned: list[PlannedScan] = []
    for visit in protocol.schedule.visits:
        first = visit.day.value
        if "imaging" not in visit.activities or first is None:
            continue
        day = first - 1 if first > 0 else first
        every = visit.repeat_every_days.value
        last = visit.repeat_until_day.value
        repetition = 0
        while day <= min(horizon_days, last - 1 if last else horizon_days):
            planned.append(
                PlannedScan(
                    visit, repetition, day, visit.window_before.value or 0, visit.window_after.value or 0
                )
            )
            if every is None:
                break
            day, repetition = day + every, repetition + 1
    baseline = [scan for scan in planned if scan.day <= 0]
    later = sorted((scan for scan in planned if scan.day > 0), key=lambda scan: scan.day)
    if not baseline or not later:
        missing = "before the first dose" if not baseline else "after it"
        raise OptionError(
            f"The study plans no scan {missing} within {horizon_days:g} days.",
            where="rehearsal, schedule",
            remedy="Give a visit the activity imaging, or lengthen follow_up_days.",
        )
    return (max(baseline, key=lambda scan: scan.day), *later)


def derive_readings(
    courses: Courses, scans: tuple[PlannedScan, ...], scenario: Scenario, *, arm_key: int
) -> Readings:
    """Read the lesions of patients at their scans.

    A scan is missed by chance, and not made after death or loss. The day lies in the window of the visit.

    Args:
        courses: the courses of one arm.
        scans: the planned scans.
        scenario: the scenario in force.
        arm_key: key of the study, the draw and the arm.

    Returns:
        The readings.
    """
    count, visits = len(courses.numbers), len(scans)
    chance = draw_uniforms(arm_key, courses.numbers, purpose="reading", count=visits * (2 + MOST_LESIONS))
    chance = chance.reshape(count, visits, 2 + MOST_LESIONS)
    width = np.array([scan.before + scan.after + 1 for scan in scans])
    start = np.array([scan.day - scan.before for scan in scans])
    day = start + np.floor(chance[:, :, 0] * width).astype(np.int64)
    _keep_apart(day)
    done = chance[:, :, 1] >= scenario["missed_visit_probability"]
    done[:, 0] = True
    ends = np.minimum(courses.death_day, courses.loss_day)
    done[:, 1:] &= (day[:, 1:] < ends[:, None]) & courses.treated[:, None]
    done[:, 1:] &= ~courses.failed[:, None]
    error = scenario["diameter_error_percent"] / 100 * ndtri(chance[:, :, 2:])
    return _measure(courses, scans, scenario, day=day, done=done, error=error)


def derive_exact_readings(courses: Courses, scans: tuple[PlannedScan, ...], scenario: Scenario) -> Readings:
    """Read the lesions of patients as nobody can: every planned scan on its day, until death, without error.

    Args:
        courses: the courses of one arm.
        scans: the planned scans.
        scenario: the scenario in force.

    Returns:
        The readings; lengths are still whole tenths of a millimetre, and what is too small to be seen is not seen.
    """
    planned = np.array([scan.day for scan in scans], dtype=np.int64)
    day = np.broadcast_to(planned, (len(courses.numbers), len(scans))).copy()
    _keep_apart(day)
    done = (day < courses.death_day[:, None]) & ~courses.failed[:, None]
    done[:, 0] = True
    return _measure(courses, scans, scenario, day=day, done=done, error=np.zeros(1))


def _keep_apart(day: Integers) -> None:
    """The baseline comes before treatment; a later scan waits for the one before it, so that no day has two."""
    day[:, 0] = np.minimum(day[:, 0], 0)
    for scan in range(1, day.shape[1]):
        day[:, scan] = np.maximum(day[:, scan], day[:, scan - 1] + 1)


def _measure(
    courses: Courses,
    scans: tuple[PlannedScan, ...],
    scenario: Scenario,
    *,
    day: Integers,
    done: NDArray[np.bool_],
    error: NDArray[np.float64],
) -> Readings:
    """What scans on given days show, with an error of the logarithm of each diameter."""
    exact = np.nan_to_num(compute_diameter(interpolate(courses, courses.volume_ml, np.maximum(day, 0))))
    exists = (np.arange(MOST_LESIONS) < courses.lesions[:, None]) & ~courses.failed[:, None]
    measured = np.rint(exact * np.exp(error) * 10).astype(np.int64)
    seen = exact >= scenario["smallest_diameter_mm"]
    tenths = np.where(seen, np.maximum(measured, TOO_SMALL_TENTHS), 0)
    tenths = np.where(exists[:, None, :], tenths, NOT_A_LESION)
    is_measurable = np.asarray(exists & (tenths[:, 0] >= TARGET_TENTHS), dtype=np.bool_)
    is_target = find_targets(tenths[:, 0], courses.sites, is_measurable)
    return Readings(scans, day, done, tenths, is_target, done & (courses.new_lesion_day[:, None] <= day))


def interpolate(courses: Courses, values: NDArray[np.float64], day: Integers) -> NDArray[np.float64]:
    """Values of a state on given days, between the days of the grid, on the logarithm.

    Args:
        courses: the courses of one arm.
        values: patient by day of the grid by lesion.
        day: patient by wanted day.

    Returns:
        Patient by wanted day by lesion.
    """
    after = np.clip(np.searchsorted(courses.days, day), 1, len(courses.days) - 1)
    low, high = courses.days[after - 1], courses.days[after]
    share = np.clip((day - low) / (high - low), 0.0, 1.0)[:, :, None]
    row = np.arange(len(day))[:, None]
    tiny = 1e-12
    first = np.log(np.maximum(values[row, after - 1], tiny))
    second = np.log(np.maximum(values[row, after], tiny))
    return np.asarray(np.exp((1 - share) * first + share * second))
