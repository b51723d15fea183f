"""The record of an injection taken, or not: what each lesion received, or why it received nothing."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from abscopal.conduct.decision import Decision
from abscopal.conduct.injection.lesions import DeliveredInjection
from abscopal.conduct.injection.planned import InjectionPlan
from abscopal.conduct.injection.record import Biopsy, InjectionRecord
from abscopal.conduct.injection.record_checks import check_delivered
from abscopal.protocol.study_protocol import StudyProtocol


@dataclass(frozen=True, slots=True)
class LesionInjected:
    """A lesion received a drug.

    Args:
        lesion: TULNKID.
        intervention: identifier of the drug.
        drug: EXTRT.
        volume_ml: mL delivered.
        dose_mg: mg, computed from the volume.
        batch: batch or vial.
        start: with its time zone.
        stop: with its time zone.
        site: location of the lesion.
        reason_less: why less than planned was delivered.
    """

    lesion: str
    intervention: str
    drug: str
    volume_ml: float
    dose_mg: float
    batch: str
    start: datetime.datetime
    stop: datetime.datetime
    site: str | None = None
    reason_less: str | None = None


@dataclass(frozen=True, slots=True)
class LesionNotInjected:
    """A lesion of the day did not receive a drug, and why."""

    lesion: str
    intervention: str
    reason: str


DeliveryEvent = LesionInjected | LesionNotInjected


def decide_delivery(
    protocol: StudyProtocol,
    plan: InjectionPlan,
    records: Sequence[InjectionRecord],
    *,
    history: Sequence[DeliveredInjection] = (),
    released_batches: Collection[str],
    biopsies: Sequence[Biopsy] = (),
) -> Decision[DeliveryEvent]:
    """Take the record of an injection, or say what must be completed or corrected first.

    What happened cannot be refused: a dose over a cap or a biopsy taken too late is taken and told as a deviation.
    A row that is incomplete or contradicts itself is not taken.

    Args:
        protocol: the study.
        plan: what was planned.
        records: one row per lesion of the day and drug.
        history: injections delivered before this visit.
        released_batches: batches and vials that are released.
        biopsies: biopsies of the visit.

    Returns:
        What each lesion received, or why not, with deviations; or a refusal.
    """
    findings = check_delivered(
        protocol, plan, records, history=history, released_batches=released_batches, biopsies=biopsies
    )
    version = protocol.version.number
    if findings.refusals:
        return Decision((), findings.refusals, version)
    sites = {line.lesion.identifier: line.lesion.site for line in plan.lesions}
    events = tuple(_write_event(protocol, record, sites) for record in records)
    return Decision(events, findings.deviations, version)


def _write_event(
    protocol: StudyProtocol, record: InjectionRecord, sites: dict[str, str | None]
) -> DeliveryEvent:
    drug = protocol.find_intervention(record.intervention)
    start, stop = record.start_time, record.stop_time
    if drug is None or not record.is_injected or start is None or stop is None:
        return LesionNotInjected(
            record.lesion_identifier, record.intervention, record.reason_not_injected or ""
        )
    volume = record.delivered_volume or 0
    return LesionInjected(
        lesion=record.lesion_identifier,
        intervention=record.intervention,
        drug=drug.drug,
        volume_ml=volume,
        dose_mg=round(volume * (drug.concentration.value or 0), 6),
        batch=record.batch_identifier or "",
        start=start,
        stop=stop,
        site=sites.get(record.lesion_identifier),
        reason_less=record.reason_less_delivered,
    )
