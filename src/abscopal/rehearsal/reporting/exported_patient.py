"""One patient to take to another program: the model's medians, or a virtual patient of a study with planned doses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from abscopal.errors import OptionError
from abscopal.protocol.reading import Study
from abscopal.rehearsal.arm_plans import ArmPlan, plan_arm
from abscopal.rehearsal.courses import compute_arm_values, draw_groups
from abscopal.rehearsal.ensemble import ParameterDraw, apply_draw, read_ensemble
from abscopal.rehearsal.model.antimony_text import GivenDose
from abscopal.rehearsal.model.description import ModelDescription
from abscopal.rehearsal.random_numbers import make_key
from abscopal.rehearsal.scenario import Scenario, choose_scenario
from abscopal.rehearsal.tasks import ARM_STRIDE
from abscopal.rehearsal.virtual_patients import VirtualPatients

Floats = NDArray[np.float64]
SEARCHED = 256
"""Patients among whom one with a wanted number of lesions is looked for."""


@dataclass(frozen=True, slots=True)
class ExportedPatient:
    """One patient in the terms of the model.

    Args:
        arm: identifier of the arm; empty where it is nobody's.
        number: number in the arm; None where it is nobody's.
        values: every parameter by symbol; one number, or one a lesion.
        doses: the doses as planned: none is held, missed or left out for the size of a lesion.
        lesions: number of lesions; those that are injected come first.
        without_effect: interventions of the arm that the model does not know.
    """

    arm: str
    number: int | None
    values: Mapping[str, float | Sequence[float]]
    doses: tuple[GivenDose, ...]
    lesions: int
    without_effect: tuple[str, ...]


def describe_medians(model: ModelDescription, *, lesions: int) -> ExportedPatient:
    """The model with every parameter at its median and no dose.

    Nobody sits at every median at once: such a patient may have lesions that shrink without treatment.

    Args:
        model: the description.
        lesions: number of lesions.

    Returns:
        The patient.

    Example:
        >>> from abscopal.rehearsal.model.description import read_model
        >>> found = describe_medians(read_model(), lesions=2)
        >>> found.values["k_s"], found.values["d_E"], found.doses
        ([0.27, 0.27], 0.218, ())
    """
    values: dict[str, float | Sequence[float]] = {
        item.symbol: [item.value] * lesions if item.scope == "lesion" else item.value
        for item in model.parameters
    }
    return ExportedPatient("", None, values, (), lesions, ())


def draw_exported_patient(
    study: Study,
    model: ModelDescription,
    *,
    arm: str | None,
    number: int,
    seed: int,
    draw: int | None = None,
    lesions: int | None = None,
) -> ExportedPatient:
    """A virtual patient of one arm, the same as in a rehearsal with this seed, with the doses of the study file.

    Args:
        study: the study.
        model: the description.
        arm: identifier of the arm; may be None where there is one alone.
        number: number of the patient in the arm, from 0.
        seed: seed of the rehearsal.
        draw: set of parameters of the study's ensemble; the first one when None.
        lesions: number of lesions: the first patient from this number on who has so many; anybody when None.

    Returns:
        The patient.

    Raises:
        OptionError: no such arm, no such set of parameters, or nobody with so many lesions.
    """
    protocol = study.protocol
    place = _find_arm([item.identifier for item in protocol.arms], arm)
    identifier = protocol.arms[place].identifier
    chosen = _find_draw(read_ensemble(study.folder), draw)
    scenario = apply_draw(choose_scenario(protocol), chosen)
    plan = plan_arm(protocol, identifier, model, horizon_days=scenario["follow_up_days"])
    key = make_key(study.document_hash, seed, chosen.identifier)
    first = place * ARM_STRIDE
    patients = _choose_patient(model, scenario, first=first + number, lesions=lesions, key=key)
    values = compute_arm_values(model, plan, scenario, patients, key)
    return ExportedPatient(
        arm=identifier,
        number=int(patients.numbers[0]) - first,
        values={item.symbol: _take_one(values[item.symbol]) for item in model.parameters},
        doses=_list_doses(plan, float(patients.weight_kg[0]), int(patients.injected[0])),
        lesions=patients.lesions,
        without_effect=plan.without_effect,
    )


def _find_arm(known: Sequence[str], arm: str | None) -> int:
    if arm is None and len(known) == 1:
        return 0
    if arm not in known:
        raise OptionError(
            "The study has several arms." if arm is None else f"The study has no arm '{arm}'.",
            where="--arm",
            remedy=f"Choose one of: {', '.join(known)}.",
        )
    return known.index(arm)


def _find_draw(draws: Sequence[ParameterDraw], wanted: int | None) -> ParameterDraw:
    if wanted is None:
        return draws[0]
    found = next((draw for draw in draws if draw.identifier == wanted), None)
    if found is None:
        raise OptionError(
            f"The study has no set of parameters {wanted}.",
            where="--draw",
            remedy=f"There are {len(draws)}, from {draws[0].identifier} to {draws[-1].identifier}.",
        )
    return found


def _choose_patient(
    model: ModelDescription, scenario: Scenario, *, first: int, lesions: int | None, key: int
) -> VirtualPatients:
    """The patient of a number, or the first one from there who has so many lesions."""
    if lesions is not None:
        groups = draw_groups(model, scenario, np.arange(first, first + SEARCHED), study_hash_key=key)
        found = [int(group.numbers.min()) for group in groups if group.lesions == lesions]
        if not found:
            known = ", ".join(str(count) for count in sorted({group.lesions for group in groups}))
            raise OptionError(
                f"None of {SEARCHED} patients of this study has {lesions} lesions.",
                where="--lesions",
                remedy=f"They have: {known}.",
            )
        first = min(found)
    return draw_groups(model, scenario, np.array([first]), study_hash_key=key)[0]


def _take_one(value: float | Floats) -> float | list[float]:
    """The value of the only patient: one number, or one a lesion."""
    array = np.asarray(value, dtype=np.float64)
    own = array if array.ndim == 0 else array[0]
    return float(own) if own.ndim == 0 else [float(number) for number in own]


def _list_doses(plan: ArmPlan, weight_kg: float, injected: int) -> tuple[GivenDose, ...]:
    doses = []
    for planned in plan.doses:
        if planned.kind is None:
            continue
        amount = planned.dose * (weight_kg if planned.basis == "per_kg" else 1.0)
        given = GivenDose(planned.kind, planned.day, amount)
        if planned.route == "INTRATUMORAL":
            doses += [replace(given, dose=amount / injected, lesion=place) for place in range(injected)]
        else:
            doses.append(given)
    return tuple(doses)
