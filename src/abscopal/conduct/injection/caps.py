"""Caps of dose and volume, counted on what was delivered: never passed to make a dose fit."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from abscopal.conduct.decision import Reason
from abscopal.conduct.injection.lesions import DeliveredInjection
from abscopal.conduct.wording import compose_text
from abscopal.protocol.arms import Intervention
from abscopal.protocol.injection import DrugCap, InjectionRules
from abscopal.protocol.text import Text

# Sums of decimal fractions differ from the cap by less than this; no syringe measures a millionth of a mg.
NEGLIGIBLE = 1e-6


@dataclass(frozen=True, slots=True)
class VolumeLeft:
    """The volume that may still be injected, and the cap that sets it; None when no cap is known.

    Args:
        volume_ml: mL left.
        cap: the cap in words.
    """

    volume_ml: float
    cap: Text


def list_passed_caps(
    drug: Intervention,
    dose_mg: float,
    *,
    cap: DrugCap | None,
    history: Iterable[DeliveredInjection],
    on: datetime.date,
) -> Iterator[Reason]:
    """Say which caps of a drug a dose would pass, with the arithmetic and what would fit.

    Args:
        drug: the intervention.
        dose_mg: dose asked, all lesions together.
        cap: daily and total caps of the study; None when it names none.
        history: every injection delivered so far.
        on: day of the injection.

    Yields:
        One reason per cap: MAXIMUM_DOSE, DAILY_CAP, TOTAL_CAP.
    """
    given = [past for past in history if past.intervention == drug.identifier]
    today = sum(past.dose_mg for past in given if past.on == on)
    before = sum(past.dose_mg for past in given)
    limits = [("MAXIMUM_DOSE", drug.maximum_dose.value, 0.0)]
    if cap is not None:
        limits += [("DAILY_CAP", cap.per_day.value, today), ("TOTAL_CAP", cap.total.value, before)]
    for code, limit, already in limits:
        if limit is not None and already + dose_mg > limit + NEGLIGIBLE:
            yield _explain_passed(code, drug, dose_mg, already=already, limit=limit)


def compute_volume_left(
    rules: InjectionRules,
    *,
    visit_cap_ml: float | None,
    history: Iterable[DeliveredInjection],
    on: datetime.date,
) -> VolumeLeft | None:
    """Find the volume that may still be injected by the caps of the visit, of the day and of the whole treatment.

    Args:
        rules: the study's rules.
        visit_cap_ml: cap of the visit, from the study or named by the operator; None for none.
        history: every injection delivered so far.
        on: day of the injection; a visit is one day.

    Returns:
        The smallest of what the caps leave, never below 0.
    """
    past = tuple(history)
    today = sum(given.volume_ml for given in past if given.on == on)
    ever = sum(given.volume_ml for given in past)
    caps = [
        (visit_cap_ml, today, ("cap of the visit", "plafond de la visite")),
        (rules.day_volume_cap.value, today, ("cap of the day", "plafond du jour")),
        (rules.total_volume_cap.value, ever, ("cap of the whole treatment", "plafond de tout le traitement")),
    ]
    left = [
        VolumeLeft(
            max(0.0, cap - already),
            compose_text(
                f"{words[0]}, {{cap}} mL, {{already}} mL already delivered",
                f"{words[1]}, {{cap}} mL, dont {{already}} mL déjà délivrés",
                cap=cap,
                already=already,
            ),
        )
        for cap, already, words in caps
        if cap is not None
    ]
    return min(left, key=lambda found: found.volume_ml, default=None)


CAP_WORDS = {
    "MAXIMUM_DOSE": ("the greatest dose of one administration", "la plus forte dose d’une administration"),
    "DAILY_CAP": ("the daily cap", "le plafond journalier"),
    "TOTAL_CAP": ("the cap of the whole treatment", "le plafond de tout le traitement"),
}


def _explain_passed(code: str, drug: Intervention, dose_mg: float, *, already: float, limit: float) -> Reason:
    cap_en, cap_fr = CAP_WORDS[code]
    room = max(0.0, limit - already)
    fits = room > NEGLIGIBLE
    return Reason(
        code,
        compose_text(
            f"{{drug}}: {{already}} mg delivered + {{dose}} mg asked = {{total}} mg, over {cap_en} of {{limit}} mg.",
            f"{{drug}} : {{already}} mg délivrés + {{dose}} mg demandés = {{total}} mg, au-dessus de {{limit}} mg, "
            f"{cap_fr}.",
            drug=drug.name,
            already=already,
            dose=dose_mg,
            total=already + dose_mg,
            limit=limit,
        ),
        compose_text(
            "At most {room} mg may be given." if fits else "Nothing more of this drug may be given.",
            "Au plus {room} mg peuvent être donnés."
            if fits
            else "Plus rien de ce médicament ne peut être donné.",
            room=room,
        ),
    )
