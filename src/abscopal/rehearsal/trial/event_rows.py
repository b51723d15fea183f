"""Adverse events of a patient: severe toxicity of the model, mild background, and events of the procedure, apart."""

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import compress
from typing import Literal

import numpy as np
import yaml
from pydantic import Field, TypeAdapter

from abscopal.protocol.part import Part
from abscopal.rehearsal.arm_plans import PlannedDose
from abscopal.rehearsal.mild_events import AFTER_LAST_DOSE_DAYS, SHARE_GRADE_2, draw_mild_events
from abscopal.rehearsal.trial.followed import Followed
from abscopal.rehearsal.trial.frames import Row
from abscopal.rehearsal.trial.late_entries import find_entered

Kind = Literal["severe", "mild", "procedural"]


class EventTerm(Part):
    """One term and how often it is the one."""

    term: str = Field(description="AEDECOD.")
    system: str = Field(description="AEBODSYS.")
    weight: float = Field(gt=0, description="Weight among the terms of its kind.")
    immune: bool = Field(description="Whether the investigator calls it immune-related.")


@dataclass(slots=True)
class ToldEvents:
    """Rows of AE and of SUPPAE of one patient; the second are numbered as the first come. And how many are not yet in.

    Args:
        rows: rows of AE.
        qualifiers: rows of SUPPAE of each of them.
        late: how many events are not entered by the day of the data cut.
    """

    rows: list[Row] = field(default_factory=list)
    qualifiers: list[tuple[Row, ...]] = field(default_factory=list)
    late: int = 0


@cache
def list_event_terms() -> dict[Kind, tuple[EventTerm, ...]]:
    """List the terms of each kind of event.

    Example:
        >>> [event.term for event in list_event_terms()["procedural"]]
        ['Injection site reaction', 'Fever']
    """
    text = (files("abscopal.rehearsal.trial") / "events.yml").read_text(encoding="utf-8")
    adapter = TypeAdapter(dict[Kind, tuple[EventTerm, ...]])
    return adapter.validate_json(json.dumps(yaml.safe_load(text)), strict=True)


def make_events(patient: Followed, injection_days: list[float], *, cut: dt.date | None = None) -> ToldEvents:
    """Write the adverse events of a patient, in order of their start.

    Args:
        patient: the patient.
        injection_days: days on which something was injected.
        cut: day of the data cut; None where every form is waited for.

    Returns:
        Rows of AE, and of SUPPAE: the investigator's opinion (IRAEINV), what the event is held to come from (AECOMP).
    """
    found = [*_list_severe(patient), *_list_mild(patient), *_list_procedural(patient, injection_days)]
    found.sort(key=lambda pair: (pair[0]["AESTDTC"], pair[0]["AETERM"]))
    starts = [(dt.date.fromisoformat(row["AESTDTC"]) - patient.person.entry).days for row, _ in found]
    entered = find_entered(patient, "events", starts, cut=cut)
    told = ToldEvents(late=entered.count(False))
    for sequence, (row, qualifiers) in enumerate(compress(found, entered), start=1):
        told.rows.append(row)
        told.qualifiers.append(tuple(qualifier | {"IDVARVAL": str(sequence)} for qualifier in qualifiers))
    return told


Event = tuple[Row, tuple[Row, ...]]


def _list_severe(patient: Followed) -> Iterator[Event]:
    day = patient.severe_day
    if day is None:
        return
    chance = patient.draw("severe_event", 3)
    grade = int(patient.outcome.courses.severe_grade[patient.row])
    stops = [dose.stop_at_grade for dose in patient.outcome.plan.doses if dose.stop_at_grade is not None]
    yield _write(
        patient,
        _pick("severe", float(chance[0])),
        start=day,
        length=float(patient.outcome.courses.severe_days[patient.row]),
        grade=grade,
        relation="RELATED",
        component=_pick_component(patient, float(chance[2]), day),
        action="DRUG WITHDRAWN" if stops and grade >= min(stops) else "DRUG INTERRUPTED",
    )


def _list_mild(patient: Followed) -> Iterator[Event]:
    doses = patient.doses
    if not doses:
        return
    planned = [dose for dose in patient.outcome.plan.doses if dose.day <= patient.outcome.horizon_days]
    events = draw_mild_events(
        patient.scenario,
        np.array([patient.number]),
        arm_key=patient.outcome.key,
        first_day=planned[0].day,
        until_day=planned[-1].day,
    )
    first, until = doses[0].day, min(doses[-1].day + AFTER_LAST_DOSE_DAYS, patient.end)
    for place in np.flatnonzero((events.start[0] >= first) & (events.start[0] < until)):
        day, length = float(events.start[0, place]), float(events.days[0, place])
        grade, is_related = int(events.grade[0, place]), bool(events.is_related[0, place])
        yield _write(
            patient,
            _pick("mild", float(events.term[0, place])),
            start=day,
            length=length,
            grade=grade,
            relation="RELATED" if is_related else "NOT RELATED",
            component=_pick_component(patient, float(events.component[0, place]), day)
            if is_related
            else None,
            action="DRUG INTERRUPTED"
            if is_related and _holds_a_dose(planned, grade, day, day + length)
            else "DOSE NOT CHANGED",
        )


def _holds_a_dose(planned: Sequence[PlannedDose], grade: int, start: float, end: float) -> bool:
    return any(
        dose.hold_at_grade is not None and grade >= dose.hold_at_grade and start <= dose.day <= np.floor(end)
        for dose in planned
    )


def _list_procedural(patient: Followed, injection_days: list[float]) -> Iterator[Event]:
    if not injection_days:
        return
    chance = patient.draw("procedural_events", 4 * len(injection_days)).reshape(-1, 4)
    component = "injection" if "injection" in patient.protocol.safety.components else None
    for day, own in zip(injection_days, chance, strict=True):
        if own[0] >= patient.scenario["procedural_event_probability"]:
            continue
        row, qualifiers = _write(
            patient,
            _pick("procedural", float(own[1])),
            start=day,
            length=-3.0 * float(np.log(own[2])),
            grade=2 if own[3] < SHARE_GRADE_2 else 1,
            relation="NOT RELATED",
            component=component,
            action="DOSE NOT CHANGED",
        )
        yield row | {"AECAT": "PROCEDURE", "AERELNST": "INJECTION"}, qualifiers


def _pick(kind: Kind, chance: float) -> EventTerm:
    terms = list_event_terms()[kind]
    reached = np.cumsum([term.weight for term in terms]) / sum(term.weight for term in terms)
    return terms[min(int(np.searchsorted(reached, chance)), len(terms) - 1)]


def _pick_component(patient: Followed, chance: float, day: float) -> str | None:
    """What the event is held to come from: one of the drugs given so far that the study asks about."""
    asked = patient.protocol.safety.components
    given = [dose.intervention for dose in patient.doses if dose.day <= day and dose.intervention in asked]
    known = list(dict.fromkeys(given))
    return known[int(chance * len(known))] if known else None


def _write(
    patient: Followed,
    term: EventTerm,
    *,
    start: float,
    length: float,
    grade: int,
    relation: str,
    component: str | None,
    action: str,
) -> Event:
    has_ended = start + length < patient.end
    row: Row = {
        "USUBJID": patient.person.usubjid,
        "AETERM": term.term,
        "AEDECOD": term.term,
        "AEBODSYS": term.system,
        "AESER": "Y" if grade >= (patient.protocol.safety.severe_grade.value or 3) else "N",
        "AETOXGR": str(grade),
        "AETOXVER": patient.protocol.safety.ctcae_version.value,
        "AEACN": action,
        "AEREL": relation,
        "AEOUT": "RECOVERED/RESOLVED" if has_ended else "NOT RECOVERED/NOT RESOLVED",
        "AESTDTC": patient.date(start),
        "AEENDTC": patient.date(start + length) if has_ended else None,
    }
    is_immune = term.immune and relation == "RELATED"
    qualifiers = [
        _qualify(patient, "IRAEINV", "Immune-related for the investigator", "Y" if is_immune else "N")
    ]
    if component is not None:
        qualifiers.append(_qualify(patient, "AECOMP", "Held to come from", component))
    return row, tuple(qualifiers)


def _qualify(patient: Followed, name: str, label: str, value: str) -> Row:
    return {
        "RDOMAIN": "AE",
        "USUBJID": patient.person.usubjid,
        "IDVAR": "AESEQ",
        "QNAM": name,
        "QLABEL": label,
        "QVAL": value,
        "QORIG": "CRF",
        "QEVAL": "INVESTIGATOR",
    }
