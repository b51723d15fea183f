"""The decision of a dose: due, missed for good, or refused, with its reasons."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from abscopal.conduct.decision import Decision, Reason
from abscopal.conduct.dosing.amount import Amount, Reduction, compute_amount
from abscopal.conduct.dosing.calendar import (
    PastDose,
    Slot,
    Window,
    compute_due_day,
    compute_window,
    find_slot,
)
from abscopal.conduct.dosing.readings import DEFAULT_READINGS, DosingReadings
from abscopal.conduct.dosing.toxicity import Toxicity, compute_toxicity_status
from abscopal.conduct.dosing.weight import ChosenWeight, Weight, choose_weight
from abscopal.conduct.wording import compose_text
from abscopal.protocol.arms import Intervention
from abscopal.protocol.study_protocol import StudyProtocol


@dataclass(frozen=True, slots=True)
class DoseDue:
    """A dose that may be given on this day.

    Args:
        intervention: identifier of the intervention.
        phase: identifier of its phase.
        number: number of the dose within the phase, from 1.
        on: the day.
        due: the day it was due.
        amount: dose, unit, rounding, vials and arithmetic.
        weight_kg: weight it was computed from; None when it does not count by weight.
        is_late: given after its window.
        next_due: day of the next dose, if this one is given on this day; None when it is the last, or unknown.
    """

    intervention: str
    phase: str
    number: int
    on: datetime.date
    due: datetime.date
    amount: Amount
    weight_kg: float | None
    is_late: bool
    next_due: datetime.date | None


@dataclass(frozen=True, slots=True)
class DoseMissed:
    """A dose that came too late and is missed for good.

    Args:
        intervention: identifier of the intervention.
        phase: identifier of its phase.
        number: number of the dose within the phase.
        due: the day it was due.
        next_due: day of the dose after it; None when it was the last, or unknown.
    """

    intervention: str
    phase: str
    number: int
    due: datetime.date
    next_due: datetime.date | None


def decide_dose(
    protocol: StudyProtocol,
    intervention: str,
    *,
    on: datetime.date,
    reference_date: datetime.date | None,
    past: Sequence[PastDose] = (),
    weights: Sequence[Weight] = (),
    height_cm: float | None = None,
    toxicities: Sequence[Toxicity] = (),
    reduction: Reduction | None = None,
    readings: DosingReadings = DEFAULT_READINGS,
) -> Decision[DoseDue | DoseMissed]:
    """Decide whether the next dose of a drug may be given on a day, and how much.

    Toxicity comes first, then the calendar, then the amount. Where the study file is silent our readings stand in,
    and each one used is told.

    Args:
        protocol: the study, in the version in force.
        intervention: identifier of the drug.
        on: the day.
        reference_date: day 1 of the patient's calendar.
        past: doses so far, given and missed.
        weights: weights so far.
        height_cm: height, for a dose per m².
        toxicities: adverse events, one row per grade.
        reduction: a reduced dose asked; None for the full one.
        readings: our readings, where the study says nothing.

    Returns:
        A dose due, or missed for good; or a refusal with reasons and the next day that would work.
    """
    version = protocol.version.number
    drug = protocol.find_intervention(intervention)
    if drug is None:
        return Decision((), (_explain_unknown_drug(protocol, intervention),), version)
    status = compute_toxicity_status(drug, toxicities, on=on)
    if status.state != "go":
        return Decision((), status.reasons, version)
    before = tuple(sorted((dose for dose in past if dose.on <= on), key=lambda dose: dose.on))
    slot = find_slot(drug, before, readings=readings)
    if slot is None:
        return Decision((), (_explain_all_given(drug, before),), version)
    due = compute_due_day(drug, slot, before, reference_date=reference_date)
    if due is None:
        return Decision((), (_explain_no_calendar(drug, slot),), version)
    window = compute_window(protocol, drug, slot, due)
    if on < window.earliest:
        return Decision((), (_explain_early(drug, due, window),), version)
    limit = drug.dose_changes.maximum_delay_days.value
    if limit is not None and on > due + datetime.timedelta(days=limit):
        missed = (*before, PastDose(due, "missed"))
        following = _find_next_due(drug, missed, readings=readings, reference_date=reference_date)
        event = DoseMissed(drug.identifier, slot.phase.identifier, slot.number, due, following)
        return Decision((event,), (_explain_missed(drug, due, on, limit),), version)
    weight = _choose_weight(drug, slot, weights, before, on=on, readings=readings)
    if weight.refusal is not None:
        return Decision((), (weight.refusal,), version)
    amount = compute_amount(drug, slot.phase, weight_kg=weight.kg, height_cm=height_cm, reduction=reduction)
    if isinstance(amount, Reason):
        return Decision((), (amount,), version)
    is_late = window.latest is not None and on > window.latest
    next_due = _find_next_due(drug, (*before, PastDose(on)), readings=readings, reference_date=reference_date)
    dose = DoseDue(
        drug.identifier, slot.phase.identifier, slot.number, on, due, amount, weight.kg, is_late, next_due
    )
    return Decision((dose,), tuple(_list_warnings(dose, window, weight, drug, readings)), version)


def _choose_weight(
    drug: Intervention,
    slot: Slot,
    weights: Sequence[Weight],
    past: Sequence[PastDose],
    *,
    on: datetime.date,
    readings: DosingReadings,
) -> ChosenWeight:
    if slot.phase.basis.value not in ("per_kg", "per_m2"):
        return ChosenWeight(None)
    used = [dose.weight_kg for dose in past if dose.weight_kg is not None]
    last = used[-1] if used else None
    return choose_weight(weights, on=on, last_used_kg=last, rules=drug.dose_calculation, readings=readings)


def _find_next_due(
    drug: Intervention,
    past: Sequence[PastDose],
    *,
    readings: DosingReadings,
    reference_date: datetime.date | None,
) -> datetime.date | None:
    slot = find_slot(drug, past, readings=readings)
    return None if slot is None else compute_due_day(drug, slot, past, reference_date=reference_date)


def _list_warnings(
    dose: DoseDue, window: Window, weight: ChosenWeight, drug: Intervention, readings: DosingReadings
) -> Iterator[Reason]:
    if dose.is_late:
        yield Reason(
            "LATE",
            compose_text(
                "Due on {due} and in time until {latest}: given {days} day(s) after it, a deviation to record.",
                "Due le {due}, dans les temps jusqu’au {latest} : donnée {days} jour(s) après, une déviation à "
                "consigner.",
                due=dose.due,
                latest=window.latest,
                days=0 if window.latest is None else (dose.on - window.latest).days,
            ),
        )
    if not window.is_known:
        yield Reason(
            "WINDOW_UNKNOWN",
            compose_text(
                "The study file holds no window for this dose: late is not checked, early means before the due day.",
                "Le fichier d’étude ne donne pas de fenêtre pour cette dose : le retard n’est pas vérifié, et l’avance "
                "se compte avant le jour dû.",
            ),
        )
    if weight.is_recalculated:
        yield Reason(
            "RECALCULATED",
            compose_text(
                "The weight changed enough for the dose to be computed again, from {kg} kg.",
                "Le poids a assez changé pour que la dose soit recalculée, à partir de {kg} kg.",
                kg=weight.kg,
            ),
        )
    if dose.amount.wasted:
        yield Reason(
            "WASTE",
            compose_text(
                "{vials} vial(s) of {size} {unit}: {wasted} {unit} are left over.",
                "{vials} flacon(s) de {size} {unit} : {wasted} {unit} restent.",
                vials=dose.amount.vials,
                size=drug.vial_size.value,
                unit=dose.amount.unit,
                wasted=dose.amount.wasted,
            ),
        )
    for name in weight.readings:
        yield Reason(
            "OUR_READING",
            compose_text(
                "The study file does not say {name}; our reading is {value}.",
                "Le fichier d’étude ne dit pas {name} ; notre lecture est {value}.",
                name=name,
                value=getattr(readings, name),
            ),
        )


def _explain_unknown_drug(protocol: StudyProtocol, intervention: str) -> Reason:
    return Reason(
        "NOT_IN_STUDY",
        compose_text(
            "{name} is not given in this study.",
            "{name} n’est pas donné dans cette étude.",
            name=intervention,
        ),
        compose_text(
            "Given: {known}.",
            "Donnés : {known}.",
            known=[drug.identifier for drug in protocol.interventions],
        ),
    )


def _explain_all_given(drug: Intervention, past: Sequence[PastDose]) -> Reason:
    given = sum(dose.status == "given" for dose in past)
    return Reason(
        "ALL_GIVEN",
        compose_text(
            "{drug}: every planned dose is past ({given} given, {missed} missed).",
            "{drug} : toutes les doses prévues sont passées ({given} données, {missed} manquées).",
            drug=drug.name,
            given=given,
            missed=len(past) - given,
        ),
    )


def _explain_no_calendar(drug: Intervention, slot: Slot) -> Reason:
    return Reason(
        "DUE_DAY_UNKNOWN",
        compose_text(
            "{drug}, dose {number} of {phase}: the day it is due is unknown; the reference date, the first day or the "
            "interval is missing.",
            "{drug}, dose {number} de {phase} : le jour dû est inconnu ; il manque la date de référence, le premier "
            "jour ou l’intervalle.",
            drug=drug.name,
            number=slot.number,
            phase=slot.phase.identifier,
        ),
        compose_text(
            "Record the reference date; the sponsor writes the calendar in the study file.",
            "Consignez la date de référence ; le promoteur écrit le calendrier dans le fichier d’étude.",
        ),
    )


def _explain_early(drug: Intervention, due: datetime.date, window: Window) -> Reason:
    return Reason(
        "TOO_EARLY",
        compose_text(
            "{drug}: due on {due}, not before {earliest}.",
            "{drug} : dû le {due}, pas avant le {earliest}.",
            drug=drug.name,
            due=due,
            earliest=window.earliest,
        ),
        compose_text("Give it from {day} on.", "À donner à partir du {day}.", day=window.earliest),
    )


def _explain_missed(drug: Intervention, due: datetime.date, on: datetime.date, limit: int) -> Reason:
    return Reason(
        "MISSED",
        compose_text(
            "{drug}: due on {due}, {days} days ago; after {limit} days a dose is missed for good.",
            "{drug} : dû le {due}, il y a {days} jours ; après {limit} jours une dose est manquée définitivement.",
            drug=drug.name,
            due=due,
            days=(on - due).days,
            limit=limit,
        ),
    )
