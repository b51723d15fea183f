"""Concentrations of a drug between the first dose and the second: what peaks and troughs are read from."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from abscopal.errors import OptionError
from abscopal.rehearsal.arm_plans import ArmPlan
from abscopal.rehearsal.courses import compute_arm_values
from abscopal.rehearsal.engine.cohort import advance, give_doses, make_cohort, read_state
from abscopal.rehearsal.model.description import ModelDescription
from abscopal.rehearsal.scenario import Scenario
from abscopal.rehearsal.virtual_patients import Body, LesionSizes, draw_patients

Floats = NDArray[np.float64]
STEP_DAYS = 0.25
# The amount in plasma and the volume it is divided by, of each drug that the model follows.
PLASMA = {"NIVOLUMAB": ("A_n1", "V1_n"), "IPILIMUMAB": ("A_i1", "V1_i")}


@dataclass(frozen=True, slots=True)
class FirstCycle:
    """Concentrations of patients over the first cycle.

    Args:
        days: days after the first dose; the last is that of the second dose, before it is given.
        concentration: patient by day, mg/L.
    """

    days: Floats
    concentration: Floats

    @property
    def peak(self) -> Floats:
        """Greatest concentration of each patient."""
        return np.asarray(self.concentration.max(axis=1))

    @property
    def trough(self) -> Floats:
        """Concentration of each patient just before the second dose."""
        return self.concentration[:, -1]


def simulate_first_cycle(
    model: ModelDescription,
    plan: ArmPlan,
    scenario: Scenario,
    numbers: NDArray[np.int64],
    *,
    key: int,
    drug: str,
    tolerance: float = 1e-6,
) -> FirstCycle:
    """Simulate the plasma of patients over the first cycle of a drug.

    Lesions change nothing in plasma, so every patient has one lesion to inject and no other.

    Args:
        model: the description.
        plan: the calendar of the arm.
        scenario: the scenario in force.
        numbers: numbers of the patients.
        key: key of the study and the draw.
        drug: the drug.
        tolerance: relative tolerance of the integrator.

    Returns:
        Their concentrations.

    Raises:
        OptionError: the arm does not get the drug twice, or the model does not follow it.
    """
    doses = [dose for dose in plan.doses if dose.drug == drug and dose.kind is not None]
    if len(doses) < 2 or drug not in PLASMA:
        raise OptionError(
            f"{drug} has no first cycle in the arm {plan.arm}.",
            where="rehearsal, targets",
            remedy="Compare a drug that the model follows and that the arm is given twice.",
        )
    first, second = doses[0], doses[1]
    patients = draw_patients(
        model,
        numbers,
        key=key,
        lesions=1,
        injected=1,
        medians=scenario.medians,
        sizes=LesionSizes(),
        body=Body(scenario["weight_mean_kg"], scenario["weight_sd_kg"]),
        is_filtered=False,
    )
    values = compute_arm_values(model, plan, scenario, patients, key)
    patients = replace(patients, values=values)
    cohort = make_cohort(model, values, lesions=1)
    amount = first.dose * (patients.weight_kg if first.basis == "per_kg" else np.ones(len(numbers)))
    give_doses(cohort, first.kind or "", amount[:, None] if first.route == "INTRATUMORAL" else amount)
    state, volume = PLASMA[drug]
    days = np.arange(0.0, second.day - first.day + STEP_DAYS / 2, STEP_DAYS)
    at_once = read_state(cohort, state)
    later = advance(cohort, until=float(days[-1]), tolerance=tolerance, at=days[1:].tolist(), keep=[state])
    amounts = np.concatenate([at_once[:, None], later[state]], axis=1)
    return FirstCycle(days, amounts / np.asarray(values[volume])[:, None])
