"""What an arm is given and when, as the study file says it, in the terms of the model."""

from dataclasses import dataclass, replace
from typing import Literal

from abscopal.errors import OptionError
from abscopal.protocol.arms import DosingPhase, Intervention
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.protocol.text import Text
from abscopal.rehearsal.model.description import DoseKind, ModelDescription

Basis = Literal["per_kg", "flat", "product_dose"]


@dataclass(frozen=True, slots=True)
class PlannedDose:
    """One planned administration.

    Args:
        intervention: identifier in the study file.
        phase: identifier of its phase.
        drug: its name in the tables.
        route: its route in the tables.
        day: days after the reference date; the first day of the study is 0.
        dose: amount, in mg per kg, mg, or doses of the patient's own product.
        basis: what the amount counts by.
        kind: how the model takes it; None where the model does not know the drug.
        stop_at_grade: grade of toxicity from which the drug is stopped for good; None where unknown.
        hold_at_grade: grade from which it is held while the toxicity lasts; None where unknown.
        smallest_ml: volume below which a lesion is not injected; 0 where the study sets none.
        smallest_mm: diameter below which it is not; 0 likewise.
    """

    intervention: str
    phase: str
    drug: str
    route: str
    day: float
    dose: float
    basis: Basis
    kind: str | None
    stop_at_grade: int | None
    hold_at_grade: int | None = None
    smallest_ml: float = 0.0
    smallest_mm: float = 0.0


@dataclass(frozen=True, slots=True)
class ArmPlan:
    """The calendar of one arm.

    Args:
        arm: identifier of the arm.
        doses: its planned administrations, in order of day.
        without_effect: interventions that the model does not know: they are given and do nothing.
        collection_day: day of the collection from which the patient's own product is made.
    """

    arm: str
    doses: tuple[PlannedDose, ...]
    without_effect: tuple[str, ...]
    collection_day: float = 0.0

    @property
    def days(self) -> tuple[float, ...]:
        """The days on which something is given, in order."""
        return tuple(sorted({dose.day for dose in self.doses}))


def plan_arm(
    protocol: StudyProtocol,
    arm: str,
    model: ModelDescription,
    *,
    horizon_days: float,
    dose_factors: dict[str, float] | None = None,
) -> ArmPlan:
    """Lay out the doses of an arm up to a horizon.

    Args:
        protocol: the study file.
        arm: identifier of the arm.
        model: the model.
        horizon_days: nothing is planned after this day.
        dose_factors: factor of the dose by intervention, for a comparison ("what if the dose were half").

    Returns:
        The calendar.

    Raises:
        OptionError: the study file does not say when or how much, or gives a drug that the arm lacks.
    """
    given = next(item for item in protocol.arms if item.identifier == arm)
    factors = dose_factors or {}
    known = {item.identifier: item for item in protocol.interventions}
    doses: list[PlannedDose] = []
    without: list[str] = []
    for name in given.interventions:
        kind = find_dose_kind(known[name], model)
        if kind is None:
            without.append(name)
        for phase in known[name].phases:
            doses += _lay_out(known[name], phase, kind, factors.get(name, 1.0), horizon_days, arm)
    for name in factors:
        if name not in known:
            raise OptionError(
                f"'{name}' is no intervention of this study.",
                where="rehearsal, dose factors",
                remedy=f"Known: {', '.join(known)}.",
            )
    if protocol.injection is not None:
        volume, diameter = protocol.injection.minimum_volume_cm3, protocol.injection.minimum_diameter_mm
        doses = [
            replace(dose, smallest_ml=volume.value or 0.0, smallest_mm=diameter.value or 0.0)
            if dose.route == "INTRATUMORAL"
            else dose
            for dose in doses
        ]
    collections = [
        float(visit.day.value - 1)
        for visit in protocol.schedule.visits
        if "apheresis" in visit.activities and visit.day.value is not None
    ]
    return ArmPlan(
        arm,
        tuple(sorted(doses, key=lambda dose: dose.day)),
        tuple(without),
        collection_day=max(0.0, min(collections, default=0.0)),
    )


def tell_without_effect(protocol: StudyProtocol, model: ModelDescription) -> tuple[Text, ...]:
    """Say which interventions of the study the model does not know: they are given and do nothing.

    Args:
        protocol: the study file.
        model: the model.

    Returns:
        One sentence each, in the order of the study file.
    """
    given = {name for arm in protocol.arms for name in arm.interventions}
    return tuple(
        Text(
            en=f"{drug.name.en}: given without effect; the model does not know it.",
            fr=f"{drug.name.fr}\u00a0: administré sans effet\u00a0; le modèle ne le connaît pas.",
        )
        for drug in protocol.interventions
        if drug.identifier in given and find_dose_kind(drug, model) is None
    )


def find_dose_kind(intervention: Intervention, model: ModelDescription) -> DoseKind | None:
    """Find how the model takes an intervention; None where it does not know it."""
    for kind in model.doses:
        is_named = kind.drug == intervention.drug or (kind.drug is None and kind.kind == intervention.kind)
        if is_named and kind.route == intervention.route.value:
            return kind
    return None


def _lay_out(
    intervention: Intervention,
    phase: DosingPhase,
    kind: DoseKind | None,
    factor: float,
    horizon_days: float,
    arm: str,
) -> list[PlannedDose]:
    basis, first, every = phase.basis.value, phase.first_day.value, phase.interval_days.value
    where = f"rehearsal, arm {arm}, {intervention.identifier}, {phase.identifier}"
    if first is None or every is None or basis is None:
        raise OptionError(
            "The study file does not say when or by what it is dosed.",
            where=where,
            remedy="Fill in first_day, interval_days and basis, or rehearse another arm.",
        )
    if basis == "per_m2":
        raise OptionError(
            "Doses by body surface are not rehearsed.", where=where, remedy="Give the dose per kg or flat."
        )
    dose = 1.0 if basis == "product_dose" else phase.dose.value
    if dose is None:
        raise OptionError("The dose is unknown.", where=where, remedy="Fill in dose in the study file.")
    planned = phase.administrations.value
    day, number = float(first - 1), 0
    doses: list[PlannedDose] = []
    while day <= horizon_days and (planned is None or number < planned):
        doses.append(
            PlannedDose(
                intervention=intervention.identifier,
                phase=phase.identifier,
                drug=intervention.drug,
                route=intervention.route.value or "",
                day=day,
                dose=dose * factor,
                basis=basis,
                kind=None if kind is None else kind.identifier,
                stop_at_grade=intervention.dose_changes.stop_at_grade.value,
                hold_at_grade=intervention.dose_changes.hold_at_grade.value,
            )
        )
        day, number = day + every, number + 1
    return doses
