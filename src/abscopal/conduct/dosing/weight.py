"""Which weight a dose is computed from: a plausible one, recent enough, changed only when it changed enough."""

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass

from abscopal.conduct.decision import Reason
from abscopal.conduct.dosing.readings import DosingReadings
from abscopal.conduct.wording import compose_text
from abscopal.protocol.arms import DoseCalculation


@dataclass(frozen=True, slots=True)
class Weight:
    """A body weight and the day it was measured."""

    kg: float
    on: datetime.date


@dataclass(frozen=True, slots=True)
class ChosenWeight:
    """The weight that a dose is computed from, or why none can be.

    Args:
        kg: the weight; None when it is refused.
        refusal: why none can be used.
        is_recalculated: whether it replaces the weight of the dose before.
        readings: names of our readings that were used.
    """

    kg: float | None
    refusal: Reason | None = None
    is_recalculated: bool = False
    readings: tuple[str, ...] = ()


def explain_implausible(kg: float, readings: DosingReadings) -> Reason | None:
    """Say that a weight cannot be an adult's, with the nearest weight that could; None when it can.

    Args:
        kg: the weight.
        readings: limits of what is plausible.

    Returns:
        WEIGHT_IMPLAUSIBLE, or nothing.

    Example:
        >>> explain_implausible(700, DosingReadings()).remedy.en
        'If 70 kg was meant, write 70; else weigh the patient again.'
    """
    low, high = readings.least_weight_kg, readings.most_weight_kg
    if math.isfinite(kg) and low <= kg <= high:
        return None
    likely = next(
        (guess for guess in (kg * 10, kg / 10) if math.isfinite(guess) and low <= guess <= high), None
    )
    if likely is None:
        remedy = compose_text("Weigh the patient again, in kg.", "Pesez de nouveau le patient, en kg.")
    else:
        remedy = compose_text(
            "If {kg} kg was meant, write {kg}; else weigh the patient again.",
            "Si {kg} kg était voulu, écrivez {kg} ; sinon pesez de nouveau le patient.",
            kg=likely,
        )
    return Reason(
        "WEIGHT_IMPLAUSIBLE",
        compose_text(
            "A weight of {kg} kg is not between {low} and {high} kg (limits of this check, not of the protocol).",
            "Un poids de {kg} kg n’est pas entre {low} et {high} kg (limites de ce contrôle, non du protocole).",
            kg=kg,
            low=low,
            high=high,
        ),
        remedy,
    )


def choose_weight(
    weights: Sequence[Weight],
    *,
    on: datetime.date,
    last_used_kg: float | None,
    rules: DoseCalculation,
    readings: DosingReadings,
) -> ChosenWeight:
    """Choose the weight of a dose: that of the last calculation, until the weight has changed enough.

    Args:
        weights: weights measured so far, in any order.
        on: day of the dose.
        last_used_kg: weight that the last dose was computed from; None for a first dose.
        rules: what the study says.
        readings: what stands in where the study says nothing.

    Returns:
        The weight, or the refusal.

    Example:
        >>> day = datetime.date(2024, 3, 15)
        >>> chosen = choose_weight([Weight(62, day)], on=day, last_used_kg=70, rules=DoseCalculation(),
        ...                        readings=DosingReadings())
        >>> chosen.kg, chosen.is_recalculated
        (62, True)
    """
    known = [weight for weight in weights if weight.on <= on]
    if not known:
        return ChosenWeight(None, _explain_missing())
    latest = max(known, key=lambda weight: weight.on)
    if len({weight.kg for weight in known if weight.on == latest.on}) > 1:
        return ChosenWeight(None, _explain_contradiction(latest.on))
    if refusal := explain_implausible(latest.kg, readings):
        return ChosenWeight(None, refusal)
    used = [
        name
        for name, told in (
            ("weight_valid_days", rules.weight_valid_days),
            ("recalculate_percent", rules.recalculate_percent),
        )
        if not told.is_known and (name == "weight_valid_days" or last_used_kg is not None)
    ]
    days = rules.weight_valid_days.value
    days = readings.weight_valid_days if days is None else days
    if (on - latest.on).days > days:
        return ChosenWeight(None, _explain_old(latest, on, days), readings=tuple(used))
    if last_used_kg is None:
        return ChosenWeight(latest.kg, readings=tuple(used))
    percent = rules.recalculate_percent.value
    percent = readings.recalculate_percent if percent is None else percent
    has_changed = abs(latest.kg - last_used_kg) * 100 > percent * last_used_kg
    kg = latest.kg if has_changed else last_used_kg
    return ChosenWeight(kg, is_recalculated=has_changed, readings=tuple(used))


def _explain_missing() -> Reason:
    return Reason(
        "WEIGHT_MISSING",
        compose_text(
            "The dose counts per kilogram and no weight is recorded.",
            "La dose se compte par kilogramme et aucun poids n’est consigné.",
        ),
        compose_text("Weigh the patient.", "Pesez le patient."),
    )


def _explain_contradiction(on: datetime.date) -> Reason:
    return Reason(
        "WEIGHT_CONTRADICTORY",
        compose_text("Two weights of {on} differ.", "Deux poids du {on} diffèrent.", on=on),
        compose_text("Keep the right one.", "Gardez le bon."),
    )


def _explain_old(latest: Weight, on: datetime.date, days: int) -> Reason:
    return Reason(
        "WEIGHT_TOO_OLD",
        compose_text(
            "The last weight, {kg} kg of {day}, is {age} days old; at most {days} are allowed.",
            "Le dernier poids, {kg} kg le {day}, date de {age} jours ; au plus {days} sont permis.",
            kg=latest.kg,
            day=latest.on,
            age=(on - latest.on).days,
            days=days,
        ),
        compose_text("Weigh the patient again.", "Pesez de nouveau le patient."),
    )
