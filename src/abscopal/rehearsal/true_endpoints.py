"""The endpoints that the trial is after: the same virtual patients read without error, none of them lost.

A trial sees its patients through scans with error, made some days early or late, or not at all, until it loses them.
Here the same courses are read at every planned scan, on its day, without error, and everybody is followed until
death or the last day of the rehearsal, the patients too who are never treated. Whatever tells what a trial finds
apart from this is the doing of the trial: bias, not biology. The rules of reading stay those of the study.
"""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abscopal.rehearsal.courses import NEVER, Courses
from abscopal.rehearsal.endpoint_rules import EndpointRules
from abscopal.rehearsal.endpoints import derive_endpoints
from abscopal.rehearsal.readings import PlannedScan, derive_exact_readings
from abscopal.rehearsal.scenario import Scenario

TRUE = "true_"
TRUE_KINDS = {
    "treated": np.bool_, "severe": np.bool_, "complete": np.bool_, "died_first": np.bool_,
    "responds": np.bool_, "best": np.int8, "distant_measurable": np.bool_, "distant_responds": np.bool_,
    "injected_targets": np.int8, "injected_shrunk": np.int8, "distant_targets": np.int8, "distant_shrunk": np.int8,
    "progression_day": np.float64, "progressed": np.bool_, "survival_day": np.float64, "died": np.bool_,
}  # fmt: skip
"""What is kept of the true endpoints, under its name with `true_` before it."""


def derive_true_columns(
    courses: Courses, scans: tuple[PlannedScan, ...], scenario: Scenario, rules: EndpointRules
) -> dict[str, NDArray[Any]]:
    """Derive the endpoints of patients as nobody sees them: no reading error, no missed scan, nobody lost.

    Args:
        courses: the courses of one arm.
        scans: the planned scans.
        scenario: the scenario in force; it says below which diameter a lesion is no longer there to be seen.
        rules: the rules of the study.

    Returns:
        One value a patient, in order of number, by the name of the column.
    """
    # Whoever is never treated leaves the trial within days; here they are followed too, untreated as they are.
    followed = replace(
        courses,
        loss_day=np.full(len(courses.numbers), NEVER),
        treated=np.ones(len(courses.numbers), dtype=np.bool_),
    )
    endpoints = derive_endpoints(followed, derive_exact_readings(followed, scans, scenario), rules)
    return {
        f"{TRUE}{name}": np.asarray(getattr(endpoints, name), dtype=kind) for name, kind in TRUE_KINDS.items()
    }
