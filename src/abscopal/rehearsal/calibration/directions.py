"""Published findings that have a direction and no number: which way each set of parameters goes.

They are never fitted. A set that agrees with every arm-level result may still move the cells the other way, and a
reader should see that.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abscopal.protocol.rehearsal_plan import PublishedDirection
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.rehearsal.arm_plans import ArmPlan, plan_arm
from abscopal.rehearsal.courses import Courses, Settings, compute_arm_values, simulate_courses
from abscopal.rehearsal.endpoint_rules import choose_endpoint_rules
from abscopal.rehearsal.endpoints import derive_endpoints
from abscopal.rehearsal.model.description import ModelDescription
from abscopal.rehearsal.random_numbers import make_key
from abscopal.rehearsal.readings import derive_readings, plan_scans
from abscopal.rehearsal.scenario import Scenario
from abscopal.rehearsal.seen_progression import watch_progression
from abscopal.rehearsal.virtual_patients import VirtualPatients

Floats = NDArray[np.float64]
STATES = {"regulatory_t_cells": "R", "macrophages": "M", "granzyme": "G"}
WITHOUT_CHANGE = {"progression_free_with_nkp30": 0.0}
FOLD_WITHOUT_CHANGE = 1.0
HALF_A_YEAR = 183.0


def simulate_direction(
    model: ModelDescription,
    protocol: StudyProtocol,
    scenario: Scenario,
    finding: PublishedDirection,
    groups: tuple[VirtualPatients, ...],
    *,
    stream: str,
    tolerance: float,
) -> float:
    """Compute what a published direction is about, under one set of parameters.

    Args:
        model: the description.
        protocol: the study file.
        scenario: the scenario with the set in force.
        finding: the published direction.
        groups: the virtual patients.
        stream: name of the random numbers.
        tolerance: relative tolerance of the integrator.

    Returns:
        A fold of the value before treatment, or a difference of shares, as the quantity says.
    """
    horizon = max(float(finding.day), HALF_A_YEAR)
    plan = plan_arm(protocol, finding.arm, model, horizon_days=horizon)
    state = STATES.get(finding.quantity)
    arm_key = make_key(stream, finding.arm)
    courses = simulate_courses(
        model,
        plan,
        scenario,
        np.sort(np.concatenate([group.numbers for group in groups])),
        study_hash_key=make_key(stream, "patients"),
        arm_key=arm_key,
        settings=Settings(horizon, tolerance, keep=() if state is None else (state,)),
        groups=groups,
        watch=watch_progression(
            scenario, lambda: plan_scans(protocol, horizon_days=horizon), arm_key=arm_key
        ),
    )
    if state is not None:
        return _compute_fold(courses, courses.states[state], float(finding.day))
    readings = derive_readings(courses, plan_scans(protocol, horizon_days=horizon), scenario, arm_key=arm_key)
    endpoints = derive_endpoints(courses, readings, choose_endpoint_rules(protocol))
    is_free = ~(endpoints.progressed & (endpoints.progression_day <= finding.day))
    nkp30 = _read_nkp30(model, plan, scenario, groups, key=make_key(stream, "patients"))
    return compute_difference(is_free, nkp30, endpoints.treated & ~endpoints.failed)


def compute_difference(is_free: NDArray[np.bool_], measured: Floats, counted: NDArray[np.bool_]) -> float:
    """Share of patients free of the event above the median of a measurement, less that of the others.

    Args:
        is_free: whether each patient is free of the event.
        measured: the measurement of each.
        counted: who counts.

    Returns:
        The difference; 0 where nobody counts.

    Example:
        >>> free = np.array([True, False, True, True])
        >>> compute_difference(free, np.array([1.0, 2.0, 3.0, 4.0]), np.ones(4, dtype=bool))
        0.5
    """
    free, values = is_free[counted], measured[counted]
    if len(values) < 2:
        return 0.0
    is_high = values > np.median(values)
    return float(free[is_high].mean() - free[~is_high].mean())


def describe_direction(finding: PublishedDirection, values: Sequence[float]) -> dict[str, Any]:
    """Set a published direction beside the ensemble.

    Args:
        finding: the published direction.
        values: what each set of parameters gives.

    Returns:
        Plain values: the middle of the ensemble and its range, how many sets go the published way, and whether the
        middle does.

    Example:
        >>> finding = PublishedDirection(
        ...     identifier="granzyme", text={"en": "Granzyme rises", "fr": "Le granzyme augmente"}, arm="IT",
        ...     quantity="granzyme", day=21, direction="rises", provenance="press", source="press")
        >>> told = describe_direction(finding, [2.0, 3.0, 0.9])
        >>> told["ensemble"], told["sets_that_agree"], told["sets"], told["is_inside"]
        (2.0, 2, 3, True)
    """
    found = np.array(values)
    unchanged = WITHOUT_CHANGE.get(finding.quantity, FOLD_WITHOUT_CHANGE)
    low, middle, high = (float(number) for number in np.quantile(found, [0.025, 0.5, 0.975]))
    return {
        "identifier": finding.identifier,
        "text": finding.text.model_dump(),
        "arm": finding.arm,
        "quantity": finding.quantity,
        "day": finding.day,
        "direction": finding.direction,
        "note": finding.note.model_dump() if finding.note else None,
        "ensemble": middle,
        "ensemble_lower": low,
        "ensemble_upper": high,
        "sets_that_agree": int(_agrees(finding, found, unchanged).sum()),
        "sets": len(found),
        "is_inside": bool(_agrees(finding, np.array([middle]), unchanged)[0]),
    }


def _agrees(finding: PublishedDirection, values: Floats, unchanged: float) -> NDArray[np.bool_]:
    return np.asarray(values > unchanged if finding.direction == "rises" else values < unchanged)


def _compute_fold(courses: Courses, values: Floats, day: float) -> float:
    """Median over treated patients of the mean over their lesions of the fold of day 0."""
    place = int(np.searchsorted(courses.days, day))
    after, before = courses.days[place], courses.days[max(0, place - 1)]
    share = 0.0 if after == before else (after - day) / (after - before)
    then = share * values[:, max(0, place - 1)] + (1 - share) * values[:, place]
    counted = courses.treated & ~courses.failed
    fold = np.nanmean(then[counted] / values[counted, 0], axis=1)
    return float(np.median(fold))


def _read_nkp30(
    model: ModelDescription,
    plan: ArmPlan,
    scenario: Scenario,
    groups: tuple[VirtualPatients, ...],
    *,
    key: int,
) -> Floats:
    """NKp30 of the patients in order of their numbers."""
    numbers = np.concatenate([group.numbers for group in groups])
    values: list[Mapping[str, float | Floats]] = [
        compute_arm_values(model, plan, scenario, group, key) for group in groups
    ]
    nkp30 = np.concatenate([np.asarray(value["NKp30"]).reshape(-1) for value in values])
    return np.asarray(nkp30[np.argsort(numbers, kind="stable")])
