"""How far the fast integrator lies from slower answers, measured on patients of the study itself."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from abscopal.evidence.credibility_report import Verification
from abscopal.rehearsal.arm_plans import ArmPlan
from abscopal.rehearsal.courses import Courses, Settings
from abscopal.rehearsal.engine.cohort import advance, give_doses, make_cohort, read_state
from abscopal.rehearsal.model.description import ModelDescription
from abscopal.rehearsal.model.plain import compute_start, make_right_hand_side
from abscopal.rehearsal.reporting.representative_courses import simulate_representatives
from abscopal.rehearsal.scenario import Scenario
from abscopal.rehearsal.virtual_patients import Body, LesionSizes, draw_patients

Floats = NDArray[np.float64]
PATIENTS = 64
SCIPY_PATIENTS = 3
SCIPY_LESIONS = 2
SCIPY_DAYS = 42.0
SCIPY_TOLERANCE = 1e-10
SMALLEST_ML = 1e-4
"""Volumes below a hundredth of what any scan sees are left out of relative differences."""


def compute_verification(
    model: ModelDescription,
    plans: Sequence[ArmPlan],
    scenario: Scenario,
    *,
    study_hash_key: int,
    settings: Settings,
) -> Verification:
    """Halve the tolerance on some patients of each arm, and integrate a few by SciPy.

    The few patients of SciPy have two lesions and one dose of every kind that the study gives, on day 0.

    Args:
        model: the description.
        plans: calendars of the arms.
        scenario: the scenario in force.
        study_hash_key: key of the study and the draw.
        settings: horizon, tolerance, filter.

    Returns:
        The greatest relative differences of a lesion's volume.
    """
    halved = max(_halve(model, plan, scenario, study_hash_key, settings) for plan in plans)
    return Verification(
        tolerance=settings.tolerance,
        patients=PATIENTS * len(plans),
        halved=halved,
        scipy_patients=SCIPY_PATIENTS,
        scipy=_compare_with_scipy(model, plans, scenario, study_hash_key, settings),
    )


def _halve(model: ModelDescription, plan: ArmPlan, scenario: Scenario, key: int, settings: Settings) -> float:
    found = []
    for tolerance in (settings.tolerance, settings.tolerance / 2):
        chosen = Settings(min(settings.horizon_days, 180.0), tolerance)
        patients = simulate_representatives(
            model,
            plan,
            scenario,
            np.arange(PATIENTS),
            study_hash_key=key,
            arm_key=key,
            settings=chosen,
            watch=_see_nothing,
        )
        found.append(patients.lesions["T"])
    return _compare(found[0], found[1])


def _see_nothing(tell_courses: Callable[[float], Courses], since: float, until: float) -> None:
    """Every planned dose is given: programs are compared on the same doses, whatever scans would show."""


def _compare_with_scipy(
    model: ModelDescription, plans: Sequence[ArmPlan], scenario: Scenario, key: int, settings: Settings
) -> float:
    patients = draw_patients(
        model,
        np.arange(SCIPY_PATIENTS),
        key=key,
        lesions=SCIPY_LESIONS,
        injected=1,
        medians=scenario.medians,
        sizes=LesionSizes(),
        body=Body(),
        is_filtered=scenario.is_filtered,
    )
    kinds = sorted({dose.kind for plan in plans for dose in plan.doses if dose.kind is not None})
    cohort = make_cohort(model, patients.values, lesions=SCIPY_LESIONS)
    for kind in kinds:
        is_injected = kind.endswith("intratumoral")
        amount = np.full(SCIPY_PATIENTS, 1.0 if kind.startswith("exosomes") else 80.0)
        into = np.column_stack([amount, np.zeros(SCIPY_PATIENTS)])
        give_doses(cohort, kind, into if is_injected else amount)
    started = {name: read_state(cohort, name) for name in _list_states(model)}
    fast = advance(cohort, until=SCIPY_DAYS, tolerance=settings.tolerance, at=[SCIPY_DAYS], keep=["T"])["T"][
        :, 0
    ]
    slow = np.array([_solve(model, patients.values, started, row) for row in range(SCIPY_PATIENTS)])
    return _compare(fast, slow)


def _list_states(model: ModelDescription) -> tuple[str, ...]:
    return (*model.list_states("patient"), *model.list_states("lesion"))


def _solve(
    model: ModelDescription,
    drawn: Mapping[str, float | Floats],
    started: dict[str, Floats],
    row: int,
) -> list[float]:
    values: dict[str, float | Sequence[float]] = {}
    for parameter in model.parameters:
        value = np.asarray(drawn[parameter.symbol], dtype=np.float64)
        own = value if value.ndim == 0 else value[row]
        values[parameter.symbol] = float(own) if own.ndim == 0 else own.tolist()
    y = compute_start(model, values, lesions=SCIPY_LESIONS)
    of_patient, of_lesion = model.list_states("patient"), model.list_states("lesion")
    # After the doses of day 0, which only the cohort gives.
    y[: len(of_patient)] = [started[name][row] for name in of_patient]
    beyond = len(of_patient) + SCIPY_LESIONS * len(of_lesion)
    y[len(of_patient) : beyond] = [
        started[name][row, place] for place in range(SCIPY_LESIONS) for name in of_lesion
    ]
    solved = solve_ivp(
        make_right_hand_side(model, values, lesions=SCIPY_LESIONS),
        (0.0, SCIPY_DAYS),
        y,
        method="LSODA",
        rtol=SCIPY_TOLERANCE,
        atol=SCIPY_TOLERANCE,
    )
    first = len(of_patient) + of_lesion.index("T")
    return [float(solved.y[first + place * len(of_lesion), -1]) for place in range(SCIPY_LESIONS)]


def _compare(first: Floats, second: Floats) -> float:
    """Greatest relative difference where there is a lesion of some size."""
    counts = np.isfinite(first) & (second > SMALLEST_ML)
    return float(np.max(np.abs(first[counts] - second[counts]) / second[counts], initial=0.0))
