"""The record of an injection: one row per lesion of the day and drug, and what a row must hold."""

import datetime
from dataclasses import dataclass

from abscopal.protocol.injection import RecordField
from abscopal.protocol.study_protocol import StudyProtocol

ALWAYS_ASKED: tuple[RecordField, ...] = (
    "drawn_volume", "delivered_volume", "batch_identifier", "preparer", "checker", "start_time", "stop_time",
)  # fmt: skip
NEVER_ASKED: tuple[RecordField, ...] = ("reason_not_injected", "delivered_dose")


@dataclass(frozen=True, slots=True)
class InjectionRecord:
    """One row of the record: one lesion and one drug. A lesion that is not injected has its row too.

    Args:
        lesion_identifier: TULNKID.
        intervention: identifier of the drug.
        size_that_day: longest diameter, mm.
        necrosis_percent: share of necrosis, percent.
        role: target, non-target or new.
        planned_volume: mL.
        drawn_volume: mL drawn into the syringe.
        delivered_volume: mL delivered; 0 for a lesion that was not injected.
        delivered_dose: mg, as written by a person; it must be volume × concentration, and may be left out.
        reflux: mL that came back; 0 for none.
        needle_gauge: gauge.
        number_of_entries: entries of the needle.
        guidance: ULTRASOUND, CT or PALPATION.
        anaesthesia: in words.
        batch_identifier: batch or vial, as scanned.
        preparer: who prepared.
        checker: who checked; never the preparer.
        operator: who injected.
        start_time: with its time zone.
        stop_time: with its time zone.
        biopsies_before: identifiers of the biopsies of the visit; empty for none.
        immediate_events: events at once; empty for none.
        reason_not_injected: why a lesion was not injected.
        reason_less_delivered: why less than planned was delivered.
    """

    lesion_identifier: str
    intervention: str
    size_that_day: float | None = None
    necrosis_percent: float | None = None
    role: str | None = None
    planned_volume: float | None = None
    drawn_volume: float | None = None
    delivered_volume: float | None = None
    delivered_dose: float | None = None
    reflux: float | None = None
    needle_gauge: int | None = None
    number_of_entries: int | None = None
    guidance: str | None = None
    anaesthesia: str | None = None
    batch_identifier: str | None = None
    preparer: str | None = None
    checker: str | None = None
    operator: str | None = None
    start_time: datetime.datetime | None = None
    stop_time: datetime.datetime | None = None
    biopsies_before: tuple[str, ...] | None = None
    immediate_events: tuple[str, ...] | None = None
    reason_not_injected: str | None = None
    reason_less_delivered: str | None = None

    @property
    def is_injected(self) -> bool:
        """Whether anything was delivered."""
        return (self.delivered_volume or 0) > 0


@dataclass(frozen=True, slots=True)
class Biopsy:
    """A biopsy of the visit and when it was taken, with its time zone."""

    identifier: str
    lesion: str
    taken_at: datetime.datetime


def list_required_fields(protocol: StudyProtocol, record: InjectionRecord) -> tuple[RecordField, ...]:
    """Name the fields that a row must hold: all that the study asks, or, for a lesion not injected, the reason.

    Whatever the study lists, an injected lesion has its volumes, batch, preparer, checker and times: without them
    nothing can be checked. The dose is computed and need not be typed.

    Args:
        protocol: the study.
        record: the row.

    Returns:
        Names of fields, in the order of the study file.
    """
    if not record.is_injected:
        return ("reason_not_injected",)
    asked = protocol.injection.record if protocol.injection else ()
    return tuple(name for name in dict.fromkeys((*asked, *ALWAYS_ASKED)) if name not in NEVER_ASKED)
