"""The small language of the injection chapter: the lesions of the day in rows, sizes in millimetres.

    lesion | mm | role       | site | new | injected
    T01    | 24 | target     | SKIN |     | yes
    NT01   | 12 | non-target | NODE | yes |

Where no study is named the rules are those of NIVIPIT: volume table of a virus label, largest lesion first, new lesions
first at later visits. What its study file leaves open is chosen beside the table. In a record, `-` is a cell that was
not filled in.
"""

import datetime
from typing import Any

from abscopal.conduct.decision import Decision
from abscopal.conduct.injection.deliver import DeliveryEvent, decide_delivery
from abscopal.conduct.injection.exposure_rows import derive_injected_exposure
from abscopal.conduct.injection.lesions import DeliveredInjection, LesionOfTheDay, compute_table_volume
from abscopal.conduct.injection.plan import decide_injection
from abscopal.conduct.injection.planned import InjectionPlan
from abscopal.conduct.injection.record import Biopsy, InjectionRecord
from abscopal.conduct.injection.request import DoseAsked, OperatorChoices
from abscopal.protocol.reading import read_study
from abscopal.protocol.study_protocol import StudyProtocol
from spec.eligibility_language import read_rows

DAY = datetime.date(2024, 3, 15)
MARK = {"provenance": "assumed", "note": {"en": "For the rule book.", "fr": "Pour le livre des règles."}}
NEVER_REFUSALS = {"VOLUME_TABLE_NOTE", "DEPOTS_UNKNOWN", "DRUG_CAP_UNKNOWN", "BECOMES_INJECTED"}


def volume_of(mm: float) -> float | None:
    """Greatest volume for a lesion of this size by the volume table, mL."""
    rules = read_study("nivipit").protocol.injection
    assert rules is not None
    assert rules.volume_table is not None
    return compute_table_volume(rules.volume_table, mm)


def decide(
    lesions: str,
    *,
    study: str = "nivipit",
    mg: float | str = 3,
    history: str = "",
    visit_cap: float | str | None = "none",
    split: str | None = "priority_fill",
    choice: str | None = None,
    **rules: Any,
) -> Decision[InjectionPlan]:
    """Plan the injection of 15 March."""
    protocol = with_rules(read_study(study).protocol, **rules)
    assert protocol.injection is not None
    wanted = str(mg).split("+")
    doses = [
        DoseAsked(name, float(dose))
        for name, dose in zip(protocol.injection.interventions, wanted, strict=False)
    ]
    choices = OperatorChoices(
        by="radiologist" if choice else "",
        reason="Nothing else can be injected" if choice else "",
        visit_volume_cap=visit_cap,
        split_rule=split,
        when_over_capacity=choice,
    )
    return decide_injection(
        protocol,
        read_lesions(lesions),
        doses,
        on=DAY,
        history=read_history(history, protocol),
        choices=choices,
    )


def planned(lesions: str, **request: Any) -> dict[str, float]:
    """Volume of each lesion, mL, in the order of injection."""
    (plan,) = decide(lesions, **request).events
    return {line.lesion.identifier: line.volume_ml for line in plan.lesions}


def planned_doses(lesions: str, **request: Any) -> dict[str, list[float]]:
    """Dose of each drug in each lesion, mg."""
    (plan,) = decide(lesions, **request).events
    return {line.lesion.identifier: [dose.dose_mg for dose in line.doses] for line in plan.lesions}


def depots(lesions: str, **request: Any) -> dict[str, list[float]]:
    """Depots of each lesion, mL."""
    (plan,) = decide(lesions, **request).events
    return {line.lesion.identifier: list(line.doses[0].depots_ml) for line in plan.lesions}


def left_out(lesions: str, **request: Any) -> dict[str, str]:
    """Lesions that are not injected, and the reason of each."""
    (plan,) = decide(lesions, **request).events
    return {out.lesion: out.reason.code for out in plan.left_out}


def shortfall(lesions: str, **request: Any) -> float:
    """Volume that finds no place, mL."""
    return decide(lesions, **request).events[0].shortfall_ml


def plan_status(lesions: str, **request: Any) -> str:
    """Whether the plan may be carried out."""
    return decide(lesions, **request).events[0].status.replace("_", " ")


def refused(lesions: str, **request: Any) -> list[str]:
    """Why no plan is made."""
    decision = decide(lesions, **request)
    return list(decision.codes) if decision.is_refused else []


def warned(lesions: str, **request: Any) -> list[str]:
    """What the radiologist is told beside the plan."""
    decision = decide(lesions, **request)
    return [] if decision.is_refused else [code for code in decision.codes if code not in NEVER_REFUSALS]


def said(lesions: str, language: str = "en", **request: Any) -> str:
    """The first reason, in words."""
    told = decide(lesions, **request).reasons[0].text.read("fr" if language == "fr" else "en")
    return told.replace("\u00a0", " ").replace("\u202f", " ")


def advice(lesions: str, **request: Any) -> str:
    """What the first reason says to do."""
    remedy = decide(lesions, **request).reasons[0].remedy
    return remedy.en if remedy else ""


def read_lesions(table: str) -> list[LesionOfTheDay]:
    return [
        LesionOfTheDay(
            row["lesion"],
            float(row["mm"]) if row["mm"] else None,
            role=row.get("role") or "target",  # type: ignore[arg-type]
            site=row.get("site") or None,
            perpendicular_mm=float(row["across"]) if row.get("across") else None,
            short_axis_mm=float(row["short axis"]) if row.get("short axis") else None,
            is_new=row.get("new") == "yes",
            is_injected_before=row.get("injected") == "yes",
            access_rank=int(row["access"]) if row.get("access") else None,
        )
        for row in read_rows(table)
    ]


def read_history(table: str, protocol: StudyProtocol) -> list[DeliveredInjection]:
    given = []
    for row in read_rows(table):
        drug = protocol.find_intervention(row.get("drug") or "ipilimumab_it")
        assert drug is not None
        dose = float(row["mg"])
        volume = dose / (drug.concentration.value or 1)
        day = datetime.date.fromisoformat(row["date"])
        given.append(DeliveredInjection(day, row["lesion"], drug.identifier, volume, dose))
    return given


def with_rules(protocol: StudyProtocol, **values: Any) -> StudyProtocol:
    rules = protocol.injection
    assert rules is not None
    changed: dict[str, Any] = {
        name: type(getattr(rules, name)).model_validate({"value": value, **MARK} if value is not None else {})
        for name, value in values.items()
    }
    return protocol.model_copy(update={"injection": rules.model_copy(update=changed)})


FILLED = {
    "size": "24", "necrosis": "0", "drawn": "", "delivered": "", "mg": "", "reflux": "0", "gauge": "22", "entries": "1",
    "guidance": "ULTRASOUND", "batch": "LOT1", "preparer": "A", "checker": "B", "operator": "C",
    "start": "09:00", "stop": "09:10", "biopsy": "", "reason": "", "less": "",
}  # fmt: skip


def take(rows: str, *, mg: float, before: str = "", **request: Any) -> Decision[DeliveryEvent]:
    """Take the record of a visit whose plan was made for two lesions of 30 and 24 mm."""
    lesions = "lesion | mm\nT01 | 30\nT02 | 24"
    (plan,) = decide(lesions, mg=mg, **request).events
    protocol = read_study("nivipit").protocol
    written = [FILLED | {name: cell for name, cell in row.items() if cell} for row in read_rows(rows)]
    return decide_delivery(
        with_rules(protocol, **{name: value for name, value in request.items() if name in ("needle_gauge",)}),
        plan,
        [_read_record(row) for row in written],
        history=read_history(before, protocol),
        released_batches={"LOT1"},
        biopsies=[
            Biopsy("B1", row["lesion"], _read_time(row["biopsy"]))
            for row in written
            if row["biopsy"] not in ("", "-")
        ],
    )


def not_taken(rows: str, *, mg: float = 5, **request: Any) -> list[str]:
    """What must be completed or corrected before the record is taken."""
    decision = take(rows, mg=mg, **request)
    return list(decision.codes) if decision.is_refused else []


def deviations(rows: str, *, mg: float = 5, **request: Any) -> list[str]:
    """What happened otherwise than was planned, and is recorded."""
    decision = take(rows, mg=mg, **request)
    assert not decision.is_refused, decision.codes
    return list(decision.codes)


def exposure(rows: str, *, mg: float = 5) -> list[tuple[Any, ...]]:
    """Rows of EX: drug, dose, route, lesion, batch, start."""
    events = take(rows, mg=mg).events
    table = derive_injected_exposure({"P1": events}, study_identifier="NIVIPIT", visit_number=1)
    return table.select("EXTRT", "EXDOSE", "EXROUTE", "EXLNKID", "EXLOT", "EXSTDTC").rows()


def _read_record(row: dict[str, str]) -> InjectionRecord:
    def number(name: str) -> float | None:
        return float(row[name]) if row[name] not in ("", "-") else None

    def word(name: str) -> str | None:
        return row[name] if row[name] not in ("", "-") else None

    return InjectionRecord(
        lesion_identifier=row["lesion"],
        intervention="ipilimumab_it",
        size_that_day=number("size"),
        necrosis_percent=number("necrosis"),
        role="target",
        planned_volume=1,
        drawn_volume=number("drawn"),
        delivered_volume=number("delivered"),
        delivered_dose=number("mg"),
        reflux=number("reflux"),
        needle_gauge=int(row["gauge"]),
        number_of_entries=int(row["entries"]),
        guidance=word("guidance"),
        anaesthesia="none",
        batch_identifier=word("batch"),
        preparer=word("preparer"),
        checker=word("checker"),
        operator=word("operator"),
        start_time=_read_time(row["start"]) if word("start") else None,
        stop_time=_read_time(row["stop"]) if word("stop") else None,
        biopsies_before=(),
        immediate_events=(),
        reason_not_injected=word("reason"),
        reason_less_delivered=word("less"),
    )


def _read_time(text: str) -> datetime.datetime:
    hour, minute = text.split(":")
    return datetime.datetime(2024, 3, 15, int(hour), int(minute), tzinfo=datetime.UTC)
