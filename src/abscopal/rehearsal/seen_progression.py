"""The progression that the trial has seen by a given day, where a study gives no dose beyond it.

The scans made so far are read by the very function that reads them at the end, from numbers that belong to the
patient and the scan: what stops a dose is what the tables and the endpoints show. Progression is judged by the
arithmetic of many trials, with the usual reading of every rule.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from abscopal.derivations.response.settings import ResponseSettings
from abscopal.rehearsal.array_response import derive_array_responses
from abscopal.rehearsal.courses import Courses, ProgressionWatch, is_treated_beyond_progression
from abscopal.rehearsal.readings import PlannedScan, derive_readings
from abscopal.rehearsal.scenario import Scenario


def watch_progression(
    scenario: Scenario, list_scans: Callable[[], tuple[PlannedScan, ...]], *, arm_key: int
) -> ProgressionWatch | None:
    """Make what tells, of courses known up to a day, on which day a scan first showed progression.

    Args:
        scenario: the scenario in force.
        list_scans: gives the planned scans; asked only where progression stops treatment.
        arm_key: key of the study, the draw and the arm.

    Returns:
        The watch; None where treatment goes on after progression. Scans after the last day of the courses are made
        of nothing: of what it tells, only days up to that one count.
    """
    if is_treated_beyond_progression(scenario):
        return None
    scans = list_scans()

    def find_progression(courses: Courses) -> NDArray[np.float64]:
        readings = derive_readings(courses, scans, scenario, arm_key=arm_key)
        return derive_array_responses(readings, ResponseSettings()).progression_day

    return find_progression
