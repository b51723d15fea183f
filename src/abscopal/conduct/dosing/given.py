"""A dose that was given, against the dose that was due; and the rows of EX it becomes."""

import datetime
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import dataframely as dy
import polars as pl

from abscopal.conduct.decision import Decision, Reason
from abscopal.conduct.dosing.decide import DoseDue
from abscopal.conduct.dosing.readings import DEFAULT_READINGS, DosingReadings
from abscopal.conduct.wording import compose_text
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.tables.sdtm.ex import Exposure


@dataclass(frozen=True, slots=True)
class DoseGiven:
    """A dose that a patient received.

    Args:
        intervention: identifier of the intervention.
        drug: EXTRT.
        route: EXROUTE; None when the study does not say.
        amount: dose given.
        unit: its unit.
        on: the day.
        lot: lot, or identifier of a dose of the patient's own cells.
        reason: why it differs from the dose due.
    """

    intervention: str
    drug: str
    route: str | None
    amount: float
    unit: str
    on: datetime.date
    lot: str | None = None
    reason: str | None = None


def decide_dose_given(
    protocol: StudyProtocol,
    due: DoseDue,
    *,
    amount: float,
    on: datetime.date,
    lot: str | None = None,
    reason: str | None = None,
    readings: DosingReadings = DEFAULT_READINGS,
) -> Decision[DoseGiven]:
    """Take the record of a dose, or say what must be completed first.

    What was given cannot be refused: another day or another amount is told as a deviation, and an amount that differs
    needs a reason.

    Args:
        protocol: the study.
        due: the dose that was due.
        amount: dose given, in the unit of the dose due.
        on: the day it was given.
        lot: lot.
        reason: why the amount differs.
        readings: how much difference is none.

    Returns:
        The dose given with deviations, or a refusal.
    """
    version = protocol.version.number
    drug = protocol.find_intervention(due.intervention)
    if drug is None or not (math.isfinite(amount) and amount > 0):
        return Decision((), (_explain_amount(),), version)
    differs = abs(amount - due.amount.amount) * 100 > readings.tolerance_percent * due.amount.amount
    if differs and not (reason or "").strip():
        return Decision((), (_explain_difference(due, amount, needs_reason=True),), version)
    given = DoseGiven(drug.identifier, drug.drug, drug.route.value, amount, due.amount.unit, on, lot, reason)
    return Decision((given,), tuple(_list_deviations(due, given, differs=differs)), version)


def derive_given_exposure(
    doses: Mapping[str, Sequence[DoseGiven]],
    *,
    study_identifier: str,
    first_sequence: Mapping[str, int] | None = None,
) -> dy.DataFrame[Exposure]:
    """Write one row of EX for each dose given; injections into tumours have rows of their own.

    Args:
        doses: doses of each patient, by USUBJID.
        study_identifier: STUDYID.
        first_sequence: first EXSEQ to use for a patient who has rows already; 1 otherwise.

    Returns:
        EX, patients in the order given.
    """
    rows = [
        {
            "STUDYID": study_identifier,
            "DOMAIN": "EX",
            "USUBJID": patient,
            "EXSEQ": (first_sequence or {}).get(patient, 1) + place,
            "EXTRT": dose.drug,
            "EXDOSE": dose.amount,
            "EXDOSU": dose.unit,
            "EXROUTE": dose.route,
            "EXLOT": dose.lot,
            "EXADJ": dose.reason,
            "EXSTDTC": dose.on.isoformat(),
            "EXENDTC": dose.on.isoformat(),
        }
        for patient, given in doses.items()
        for place, dose in enumerate(given)
    ]
    return Exposure.validate(pl.DataFrame(rows, schema=Exposure.create_empty().schema), cast=True)


def _list_deviations(due: DoseDue, given: DoseGiven, *, differs: bool) -> Iterator[Reason]:
    if differs:
        yield _explain_difference(due, given.amount, needs_reason=False)
    if given.on != due.on:
        yield Reason(
            "OTHER_DAY",
            compose_text(
                "Given on {given}, while it was decided for {on}: decide again for that day.",
                "Donnée le {given}, alors qu’elle était décidée pour le {on} : décidez de nouveau pour ce jour.",
                given=given.on,
                on=due.on,
            ),
        )


def _explain_amount() -> Reason:
    return Reason(
        "AMOUNT_NOT_POSITIVE",
        compose_text("A dose given is above 0.", "Une dose donnée est supérieure à 0."),
        compose_text(
            "A dose that was not given is missed; it is no dose of 0.",
            "Une dose non donnée est manquée ; ce n’est pas une dose de 0.",
        ),
    )


def _explain_difference(due: DoseDue, amount: float, *, needs_reason: bool) -> Reason:
    return Reason(
        "DIFFERENCE_WITHOUT_REASON" if needs_reason else "OTHER_AMOUNT",
        compose_text(
            "{amount} {unit} given, {due} {unit} due.",
            "{amount} {unit} donnés, {due} {unit} dus.",
            amount=amount,
            unit=due.amount.unit,
            due=due.amount.amount,
        ),
        compose_text("Say why.", "Dites pourquoi.") if needs_reason else None,
    )
