"""Some hundred patients of an arm in full detail, for pictures: plasma, lesions and immune cells day by day.

They are the first patients of the rehearsal itself and are given exactly the doses that they are given there.
Plasma falls within hours of a dose, so their days are denser than those of a rehearsed trial.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from abscopal.rehearsal.arm_plans import ArmPlan
from abscopal.rehearsal.courses import (
    MOST_LESIONS,
    Courses,
    ProgressionWatch,
    Settings,
    compute_arm_values,
    simulate_courses,
)
from abscopal.rehearsal.engine.cohort import advance, make_cohort, read_state
from abscopal.rehearsal.given_doses import give_planned_dose
from abscopal.rehearsal.model.description import ModelDescription
from abscopal.rehearsal.scenario import Scenario
from abscopal.rehearsal.virtual_patients import Body, LesionSizes, draw_patients

Floats = NDArray[np.float64]
LESION_STATES = ("T", "E", "R", "M", "G")
PLASMA = {"NIVOLUMAB": ("A_n1", "V1_n"), "IPILIMUMAB": ("A_i1", "V1_i")}
AFTER_DOSE_DAYS = 0.02
GRID_DAYS = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Representatives:
    """Patients of one arm in detail.

    Args:
        courses: what the rehearsal itself records of them.
        days: days, with one just after every administration.
        lesions: patient by day by lesion for each state of the lesions; not a number where there is no lesion.
        plasma: patient by day, mg/L, for each drug by its name in the study file.
        is_injected: patient by lesion, whether this arm injects it.
    """

    courses: Courses
    days: Floats
    lesions: Mapping[str, Floats]
    plasma: Mapping[str, Floats]
    is_injected: NDArray[np.bool_]


def simulate_representatives(
    model: ModelDescription,
    plan: ArmPlan,
    scenario: Scenario,
    numbers: NDArray[np.int64],
    *,
    study_hash_key: int,
    arm_key: int,
    settings: Settings,
    watch: ProgressionWatch | None = None,
) -> Representatives:
    """Simulate patients of one arm in detail.

    Args:
        model: the description.
        plan: the calendar of the arm.
        scenario: the scenario in force.
        numbers: numbers of the patients, in order.
        study_hash_key: key of the study and the draw.
        arm_key: key that also knows the arm.
        settings: horizon, tolerance, filter.
        watch: tells which progression the trial has seen, where no dose is given beyond it.

    Returns:
        The patients.
    """
    courses = simulate_courses(
        model,
        plan,
        scenario,
        numbers,
        study_hash_key=study_hash_key,
        arm_key=arm_key,
        settings=settings,
        watch=watch,
    )
    days = _list_days(plan, settings.horizon_days)
    shape = (len(numbers), len(days))
    lesions = {state: np.full((*shape, MOST_LESIONS), np.nan) for state in LESION_STATES}
    plasma = {drug: np.full(shape, np.nan) for drug in PLASMA}
    for count in np.unique(courses.lesions).tolist():
        rows = np.flatnonzero(courses.lesions == count)
        kept, values = _simulate_group(model, plan, scenario, courses, rows, days, study_hash_key, settings)
        for state in LESION_STATES:
            lesions[state][rows, :, :count] = kept[state]
        for drug, (amount, volume) in PLASMA.items():
            plasma[drug][rows] = kept[amount] / np.asarray(values[volume]).reshape(-1, 1)
    given = {dose.drug for dose in plan.doses}
    return Representatives(
        courses=courses,
        days=days,
        lesions=lesions,
        plasma={drug: values for drug, values in plasma.items() if drug in given},
        is_injected=np.isfinite(courses.first_injection_day),
    )


def _list_days(plan: ArmPlan, horizon: float) -> Floats:
    after = [day + AFTER_DOSE_DAYS for day in plan.days if day + AFTER_DOSE_DAYS <= horizon]
    given = [day for day in plan.days if day <= horizon]
    return np.unique([*np.arange(0.0, horizon + 1e-9, GRID_DAYS), *given, *after, horizon])


def _simulate_group(
    model: ModelDescription,
    plan: ArmPlan,
    scenario: Scenario,
    courses: Courses,
    rows: NDArray[np.int64],
    days: Floats,
    key: int,
    settings: Settings,
) -> tuple[dict[str, Floats], Mapping[str, float | Floats]]:
    patients = draw_patients(
        model,
        courses.numbers[rows],
        key=key,
        lesions=int(courses.lesions[rows[0]]),
        injected=courses.injected[rows],
        medians=scenario.medians,
        sizes=LesionSizes(
            scenario["injected_volume_ml"],
            scenario["injected_volume_spread"],
            scenario["distant_volume_ml"],
            scenario["distant_volume_spread"],
        ),
        body=Body(scenario["weight_mean_kg"], scenario["weight_sd_kg"]),
        is_filtered=scenario.is_filtered,
    )
    values = compute_arm_values(model, plan, scenario, patients, key)
    cohort = make_cohort(model, values, lesions=patients.lesions)
    states = [*LESION_STATES, *(amount for amount, _ in PLASMA.values())]
    parts = {state: [read_state(cohort, state)[:, None]] for state in states}
    doses = [dose for dose in plan.doses if dose.day <= settings.horizon_days]
    for start, until in pairwise(sorted({0.0, *(dose.day for dose in doses), settings.horizon_days})):
        for place, dose in enumerate(doses):
            if dose.day == start:
                give_planned_dose(
                    cohort,
                    dose,
                    patients,
                    courses.given[rows, place],
                    smallest_seen_mm=scenario["smallest_diameter_mm"],
                )
        at = days[(days > start) & (days <= until)]
        kept = advance(cohort, until=until, tolerance=settings.tolerance, at=at.tolist(), keep=states)
        for state in states:
            parts[state].append(kept[state])
    return {state: np.concatenate(found, axis=1) for state, found in parts.items()}, values


def limit_representatives(found: Representatives, horizon_days: float) -> Representatives:
    """Keep the days up to a horizon.

    Args:
        found: patients in detail.
        horizon_days: last day kept.

    Returns:
        The same patients, fewer days.
    """
    kept = found.days <= horizon_days
    return replace(
        found,
        days=found.days[kept],
        lesions={name: values[:, kept] for name, values in found.lesions.items()},
        plasma={name: values[:, kept] for name, values in found.plasma.items()},
    )
