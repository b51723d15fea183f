"""The small language of the dosing chapter: doses, weights and adverse events in rows.

The drug is the nivolumab of NIVIPIT unless another is named: 1 mg/kg every 21 days four times, then 3 mg/kg every 14
days from day 85; held from grade 2 until grade 1, stopped at grade 3, a dose missed for good after 84 days. Day 1 is
1 January 2024. Rules that the study file leaves open are given beside the tables.
"""

import datetime
from typing import Any

from abscopal.conduct.decision import Decision
from abscopal.conduct.dosing.amount import Reduction
from abscopal.conduct.dosing.calendar import PastDose
from abscopal.conduct.dosing.decide import DoseDue, DoseMissed, decide_dose
from abscopal.conduct.dosing.readings import DosingReadings
from abscopal.conduct.dosing.toxicity import Toxicity
from abscopal.conduct.dosing.weight import Weight
from abscopal.protocol.arms import DoseCalculation, DoseChanges
from abscopal.protocol.reading import read_study
from abscopal.protocol.study_protocol import StudyProtocol
from spec.eligibility_language import read_rows

MARK = {"provenance": "assumed", "note": {"en": "For the rule book.", "fr": "Pour le livre des règles."}}
FIRST_DAY = datetime.date(2024, 1, 1)
OF_CALCULATION = set(DoseCalculation.model_fields)
OF_CHANGES = set(DoseChanges.model_fields)


def decide(
    given: str = "",
    *,
    on: str = "2024-01-01",
    kg: float | None = 70,
    weights: str = "",
    events: str = "",
    study: str = "nivipit",
    drug: str = "nivolumab",
    fraction: float | None = None,
    made_up: bool = False,
    **rules: Any,
) -> Decision[DoseDue | DoseMissed]:
    """Decide the next dose on a day."""
    day = datetime.date.fromisoformat(on)
    measured = [
        Weight(float(row["kg"]), datetime.date.fromisoformat(row["date"])) for row in read_rows(weights)
    ]
    if not measured and kg is not None:
        measured = [Weight(kg, day)]
    return decide_dose(
        with_rules(read_study(study).protocol, drug, **rules),
        drug,
        on=day,
        reference_date=FIRST_DAY,
        past=[
            PastDose(
                datetime.date.fromisoformat(row["date"]),
                "missed" if row.get("status") == "missed" else "given",
                float(row["kg"]) if row.get("kg") else None,
            )
            for row in read_rows(given)
        ],
        weights=measured,
        toxicities=[_read_event(row) for row in read_rows(events)],
        reduction=None if fraction is None else Reduction(fraction, "investigator", "Toxicity"),
        readings=DosingReadings(missed_doses="made_up" if made_up else "not_made_up"),
    )


def dose(given: str = "", **request: Any) -> str:
    """The dose due."""
    due = _find_due(given, **request)
    return f"{due.amount.amount:g} {due.amount.unit}"


def arithmetic(given: str = "", **request: Any) -> str:
    """How the dose was computed."""
    return _find_due(given, **request).amount.arithmetic.en


def number(given: str = "", **request: Any) -> str:
    """Which dose is due."""
    due = _find_due(given, **request)
    return f"{due.phase} {due.number}"


def due_on(given: str = "", **request: Any) -> str:
    """The day the dose was due."""
    return _find_due(given, **request).due.isoformat()


def next_due(given: str = "", **request: Any) -> str | None:
    """The day of the dose after this one."""
    event = decide(given, **request).events[0]
    return None if event.next_due is None else event.next_due.isoformat()


def vials(given: str = "", **request: Any) -> str:
    """Vials opened, and what is left in them."""
    amount = _find_due(given, **request).amount
    return f"{amount.vials} vials, {amount.wasted:g} {amount.unit} wasted"


def dose_refused(given: str = "", **request: Any) -> list[str]:
    """Why no dose may be given."""
    decision = decide(given, **request)
    return list(decision.codes) if decision.is_refused else []


def dose_told(given: str = "", **request: Any) -> list[str]:
    """What is told beside the dose, our readings left out."""
    return [code for code in decide(given, **request).codes if code != "OUR_READING"]


def dose_said(given: str = "", language: str = "en", **request: Any) -> str:
    """The first reason, in words."""
    told = decide(given, **request).reasons[0].text.read("fr" if language == "fr" else "en")
    return told.replace("\u00a0", " ").replace("\u202f", " ")


def dose_advice(given: str = "", **request: Any) -> str:
    """What the first reason says to do."""
    remedy = decide(given, **request).reasons[0].remedy
    return remedy.en if remedy else ""


def becomes(given: str = "", **request: Any) -> str:
    """What becomes of the dose: due, or missed for good."""
    return "missed for good" if isinstance(decide(given, **request).events[0], DoseMissed) else "due"


def with_rules(protocol: StudyProtocol, drug: str, **values: Any) -> StudyProtocol:
    """The study with some rules of one drug written in its file."""
    changed = []
    for intervention in protocol.interventions:
        if intervention.identifier == drug:
            for name, value in values.items():
                intervention = _write_rule(intervention, name, value)
        changed.append(intervention)
    return protocol.model_copy(update={"interventions": tuple(changed)})


def _write_rule(intervention: Any, name: str, value: Any) -> Any:
    part = "dose_calculation" if name in OF_CALCULATION else "dose_changes" if name in OF_CHANGES else None
    owner = getattr(intervention, part) if part else intervention
    known = {} if value is None else {"value": value, **MARK}
    fact = type(getattr(owner, name)).model_validate(known)
    if part is None:
        return intervention.model_copy(update={name: fact})
    return intervention.model_copy(update={part: owner.model_copy(update={name: fact})})


def _find_due(given: str, **request: Any) -> DoseDue:
    decision = decide(given, **request)
    (event,) = decision.events or (None,)
    assert isinstance(event, DoseDue), decision.codes
    return event


def _read_event(row: dict[str, str]) -> Toxicity:
    related = {"no": False, "": True, "yes": True, "?": None}[row.get("related", "")]
    return Toxicity(
        row["event"],
        int(row["grade"]),
        datetime.date.fromisoformat(row["from"]),
        datetime.date.fromisoformat(row["to"]) if row["to"] else None,
        is_related=related,
        interventions=(row["drug"],) if row.get("drug") else None,
    )
