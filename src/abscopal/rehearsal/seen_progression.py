"""The progression that the trial has seen by a given day, where a study gives no dose beyond it.

The scans made so far are read by the very function that reads them at the end, from numbers that belong to the
patient and the scan: what stops a dose is what the tables and the endpoints show. Progression is judged by the
arithmetic of many trials, with the usual reading of every rule.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from abscopal.rehearsal.array_response import derive_progression_days
from abscopal.rehearsal.courses import Courses, ProgressionWatch, is_treated_beyond_progression
from abscopal.rehearsal.readings import PlannedScan, derive_readings
from abscopal.rehearsal.scenario import Scenario


def watch_progression(
    scenario: Scenario, list_scans: Callable[[], tuple[PlannedScan, ...]], *, arm_key: int
) -> ProgressionWatch | None:
    """Make what tells, before a dose, on which day a scan first showed progression.

    Args:
        scenario: the scenario in force.
        list_scans: gives the planned scans; asked only where progression stops treatment.
        arm_key: key of the study, the draw and the arm.

    Returns:
        The watch; None where treatment goes on after progression.
    """
    if is_treated_beyond_progression(scenario):
        return None
    scans = list_scans()
    earliest, latest = find_scan_days(scans)

    def find_progression(
        tell_courses: Callable[[float], Courses], since: float, until: float
    ) -> NDArray[np.float64] | None:
        begun = earliest < until
        if not np.any(begun & (latest >= since)):
            return None
        # A scan that nobody has had yet shows nothing; what is read of the others does not depend on it.
        so_far = scans[: int(np.flatnonzero(begun)[-1]) + 1]
        readings = derive_readings(tell_courses(until), so_far, scenario, arm_key=arm_key)
        seen = derive_progression_days(readings)
        return np.where(seen < until, seen, np.inf)

    return find_progression


def find_scan_days(scans: tuple[PlannedScan, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find between which days each scan after the baseline is made; the baseline comes before treatment.

    Args:
        scans: the planned scans, the baseline first.

    Returns:
        The first and the last day of each scan; a scan waits for the one before it, so that no day has two.

    Example:
        >>> from abscopal.protocol.reading import list_bundled_studies, read_study
        >>> from abscopal.rehearsal.readings import plan_scans
        >>> protocol = read_study(max(list_bundled_studies())).protocol
        >>> first, last = find_scan_days(plan_scans(protocol, horizon_days=200.0))
        >>> first.tolist(), last.tolist()
        ([-28, 77, 161], [-1, 91, 175])
    """
    earliest = np.array([scan.day - scan.before for scan in scans], dtype=np.int64)
    latest = np.array([scan.day + scan.after for scan in scans], dtype=np.int64)
    latest[0] = min(latest[0], 0)
    for scan in range(1, len(scans)):
        latest[scan] = max(latest[scan], latest[scan - 1] + 1)
    return earliest, latest
