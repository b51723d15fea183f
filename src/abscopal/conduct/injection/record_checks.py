"""What was delivered against what was planned: rows that are incomplete, contradictory, or beyond a rule."""

import datetime
import math
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from abscopal.conduct.decision import Reason
from abscopal.conduct.injection.caps import NEGLIGIBLE, list_passed_caps
from abscopal.conduct.injection.lesions import DeliveredInjection
from abscopal.conduct.injection.planned import InjectionPlan
from abscopal.conduct.injection.record import Biopsy, InjectionRecord, list_required_fields
from abscopal.conduct.wording import Value, compose_text
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.protocol.text import Text

# A dose typed by a person is rounded to the hundredth of a mg.
TYPED_DOSE_TOLERANCE = 0.0051


@dataclass(frozen=True, slots=True)
class DeliveryFindings:
    """What the check of a record found.

    Args:
        refusals: what must be completed or corrected before the record is taken.
        deviations: what happened otherwise than was planned or than the study says; it is recorded, and told.
    """

    refusals: tuple[Reason, ...]
    deviations: tuple[Reason, ...]


def check_delivered(
    protocol: StudyProtocol,
    plan: InjectionPlan,
    records: Sequence[InjectionRecord],
    *,
    history: Sequence[DeliveredInjection] = (),
    released_batches: Collection[str],
    biopsies: Sequence[Biopsy] = (),
) -> DeliveryFindings:
    """Check the record of a visit against the plan and the study's rules.

    Args:
        protocol: the study.
        plan: what was planned.
        records: one row per lesion of the day and drug.
        history: injections delivered before this visit.
        released_batches: batches and vials that are released.
        biopsies: biopsies of the visit.

    Returns:
        Refusals and deviations, row by row in the order of the record.
    """
    refusals = [*_check_rows(plan, records), *_check_biopsy_times(biopsies)]
    deviations: list[Reason] = []
    for record in records:
        refusals += _check_fields(protocol, record)
        refusals += _check_signs(record)
        if record.is_injected:
            refusals += _check_volumes(protocol, plan, record)
            refusals += _check_people_and_batch(record, released_batches)
            refusals += _check_times(record)
            deviations += _list_deviations(protocol, plan, record, biopsies)
    if not refusals:
        deviations += _list_caps_passed(protocol, plan, records, history)
    return DeliveryFindings(tuple(refusals), tuple(deviations))


def find_planned_volume(plan: InjectionPlan, record: InjectionRecord) -> float:
    """The volume planned for this lesion and drug; 0 when none was."""
    return sum(
        dose.volume_ml
        for line in plan.lesions
        if line.lesion.identifier == record.lesion_identifier
        for dose in line.doses
        if dose.intervention == record.intervention
    )


def _check_rows(plan: InjectionPlan, records: Sequence[InjectionRecord]) -> Iterator[Reason]:
    if plan.status != "ready":
        yield Reason(
            "PLAN_NOT_CHOSEN",
            compose_text(
                "Part of the dose found no place, and nobody has chosen what to do.",
                "Une partie de la dose n’a pas trouvé place, et personne n’a choisi que faire.",
            ),
            compose_text("Choose first, with a reason.", "Faites un choix, avec un motif."),
        )
    lesions = [line.lesion.identifier for line in plan.lesions] + [out.lesion for out in plan.left_out]
    drugs = list(dict.fromkeys(dose.intervention for line in plan.lesions for dose in line.doses))
    wanted = {(lesion, drug) for lesion in lesions for drug in drugs}
    rows = Counter((record.lesion_identifier, record.intervention) for record in records)
    for lesion, drug in sorted(wanted - set(rows)):
        yield Reason(
            "ROW_MISSING",
            compose_text(
                "{lesion}, {drug}: no row; a lesion that is not injected has its row, with the reason.",
                "{lesion}, {drug} : aucune ligne ; une lésion non injectée a sa ligne, avec le motif.",
                lesion=lesion,
                drug=drug,
            ),
            compose_text("Add the row.", "Ajoutez la ligne."),
        )
    for (lesion, drug), times in rows.items():
        if (lesion, drug) not in wanted:
            yield _reason(
                "LESION_UNKNOWN",
                lesion,
                (
                    "{drug} into a lesion that is not among those of the day.",
                    "{drug} dans une lésion absente de la liste du jour.",
                ),
                (
                    "Add the lesion to the plan, or correct its name.",
                    "Ajoutez la lésion au plan, ou corrigez son nom.",
                ),
                drug=drug,
            )
        elif times > 1:
            yield _reason(
                "ROW_TWICE",
                lesion,
                ("{drug} has {times} rows.", "{drug} a {times} lignes."),
                ("Keep one row per lesion and drug.", "Gardez une ligne par lésion et médicament."),
                drug=drug,
                times=times,
            )


def _check_fields(protocol: StudyProtocol, record: InjectionRecord) -> Iterator[Reason]:
    missing = [name for name in list_required_fields(protocol, record) if getattr(record, name) in (None, "")]
    if missing:
        yield _reason(
            "FIELD_MISSING",
            record.lesion_identifier,
            ("not recorded: {missing}.", "non consigné : {missing}."),
            ("Complete the row.", "Complétez la ligne."),
            missing=missing,
        )


def _check_signs(record: InjectionRecord) -> Iterator[Reason]:
    volumes = (record.drawn_volume, record.delivered_volume, record.reflux)
    if any(volume is not None and not (math.isfinite(volume) and volume >= 0) for volume in volumes):
        yield _reason(
            "VOLUME_NEGATIVE",
            record.lesion_identifier,
            ("a volume is below 0.", "un volume est inférieur à 0."),
            ("Write 0 where nothing was delivered.", "Écrivez 0 là où rien n’a été délivré."),
        )


def _check_volumes(protocol: StudyProtocol, plan: InjectionPlan, record: InjectionRecord) -> Iterator[Reason]:
    drawn, delivered = record.drawn_volume, record.delivered_volume or 0
    if drawn is not None and delivered > drawn + NEGLIGIBLE:
        yield _reason(
            "MORE_THAN_DRAWN",
            record.lesion_identifier,
            (
                "{delivered} mL delivered, but {drawn} mL drawn.",
                "{delivered} mL délivrés, mais {drawn} mL prélevés.",
            ),
            ("Correct one of the two volumes.", "Corrigez l’un des deux volumes."),
            delivered=delivered,
            drawn=drawn,
        )
    drug = protocol.find_intervention(record.intervention)
    concentration = drug.concentration.value if drug else None
    if record.delivered_dose is not None and concentration is not None:
        computed = delivered * concentration
        if abs(computed - record.delivered_dose) > TYPED_DOSE_TOLERANCE:
            yield _reason(
                "DOSE_DISAGREES",
                record.lesion_identifier,
                (
                    "{delivered} mL at {concentration} mg/mL are {computed} mg, not {typed} mg.",
                    "{delivered} mL à {concentration} mg/mL font {computed} mg, et non {typed} mg.",
                ),
                ("Correct the volume; the dose is computed.", "Corrigez le volume ; la dose est calculée."),
                delivered=delivered,
                concentration=concentration,
                computed=computed,
                typed=record.delivered_dose,
            )
    planned = find_planned_volume(plan, record)
    if delivered < planned - NEGLIGIBLE and not (record.reason_less_delivered or "").strip():
        yield _reason(
            "SHORTFALL_WITHOUT_REASON",
            record.lesion_identifier,
            (
                "{delivered} mL delivered of {planned} mL planned, without a reason.",
                "{delivered} mL délivrés sur {planned} mL prévus, sans motif.",
            ),
            ("Say why less was delivered.", "Dites pourquoi moins a été délivré."),
            delivered=delivered,
            planned=planned,
        )


def _check_people_and_batch(record: InjectionRecord, released: Collection[str]) -> Iterator[Reason]:
    preparer, checker = (record.preparer or "").strip().casefold(), (record.checker or "").strip().casefold()
    if preparer and preparer == checker:
        yield _reason(
            "SAME_PERSON",
            record.lesion_identifier,
            (
                "the preparer checked their own work.",
                "la personne qui a préparé a contrôlé son propre travail.",
            ),
            ("A second person checks.", "Une seconde personne contrôle."),
        )
    if record.batch_identifier and record.batch_identifier not in released:
        yield _reason(
            "BATCH_NOT_RELEASED",
            record.lesion_identifier,
            ("batch {batch} is not released.", "le lot {batch} n’est pas libéré."),
            (
                "Scan the vial again; ask the pharmacist.",
                "Scannez de nouveau le flacon ; demandez au pharmacien.",
            ),
            batch=record.batch_identifier,
        )


def _check_times(record: InjectionRecord) -> Iterator[Reason]:
    start, stop = record.start_time, record.stop_time
    if start is None or stop is None:
        return
    if start.tzinfo is None or stop.tzinfo is None:
        yield _reason(
            "TIME_WITHOUT_ZONE",
            record.lesion_identifier,
            ("a time has no time zone.", "une heure n’a pas de fuseau horaire."),
            ("Record times in UTC.", "Consignez les heures en UTC."),
        )
    elif stop < start:
        yield _reason(
            "TIMES_REVERSED",
            record.lesion_identifier,
            ("it stops before it starts.", "la fin précède le début."),
            ("Correct one of the two times.", "Corrigez l’une des deux heures."),
        )


def _check_biopsy_times(biopsies: Sequence[Biopsy]) -> Iterator[Reason]:
    for biopsy in biopsies:
        if biopsy.taken_at.tzinfo is None:
            yield _reason(
                "TIME_WITHOUT_ZONE",
                biopsy.lesion,
                (
                    "the time of a biopsy has no time zone.",
                    "l’heure d’une biopsie n’a pas de fuseau horaire.",
                ),
                ("Record times in UTC.", "Consignez les heures en UTC."),
            )


def _list_deviations(
    protocol: StudyProtocol, plan: InjectionPlan, record: InjectionRecord, biopsies: Sequence[Biopsy]
) -> Iterator[Reason]:
    rules, name = protocol.injection, record.lesion_identifier
    planned, delivered = find_planned_volume(plan, record), record.delivered_volume or 0
    if planned == 0:
        yield _reason(
            "NOT_PLANNED", name, ("injected, though not planned.", "injectée, sans avoir été prévue.")
        )
    elif delivered > planned + NEGLIGIBLE:
        yield _reason(
            "MORE_THAN_PLANNED",
            name,
            (
                "{delivered} mL delivered, {planned} mL planned.",
                "{delivered} mL délivrés, {planned} mL prévus.",
            ),
            delivered=delivered,
            planned=planned,
        )
    elif delivered < planned - NEGLIGIBLE:
        yield _reason(
            "LESS_THAN_PLANNED",
            name,
            (
                "{delivered} mL delivered of {planned} mL: {why}",
                "{delivered} mL délivrés sur {planned} mL : {why}",
            ),
            delivered=delivered,
            planned=planned,
            why=record.reason_less_delivered,
        )
    if record.reflux:
        yield _reason(
            "REFLUX", name, ("{reflux} mL came back.", "{reflux} mL ont reflué."), reflux=record.reflux
        )
    if rules is None:
        return
    if rules.biopsy_before_injection.value and record.start_time is not None:
        late = [
            biopsy.identifier
            for biopsy in biopsies
            if biopsy.lesion == name and _is_after(biopsy.taken_at, record.start_time)
        ]
        if late:
            yield _reason(
                "BIOPSY_AFTER_INJECTION",
                name,
                (
                    "biopsy taken after the injection had begun: {late}.",
                    "biopsie faite après le début de l’injection : {late}.",
                ),
                late=late,
            )
    for code, value, allowed in (
        ("GUIDANCE_NOT_ALLOWED", record.guidance, rules.guidance.value),
        ("GAUGE_NOT_ALLOWED", record.needle_gauge, rules.needle_gauge.value),
    ):
        if allowed is not None and value is not None and value not in tuple(allowed):
            yield _reason(
                code,
                name,
                ("{value}; the study allows {allowed}.", "{value} ; l’étude permet {allowed}."),
                value=value,
                allowed=list(allowed),
            )


def _is_after(taken_at: datetime.datetime, start: datetime.datetime) -> bool:
    """Whether a biopsy came at or after the start; times without a zone are refused elsewhere."""
    return taken_at.tzinfo is not None and start.tzinfo is not None and taken_at >= start


def _list_caps_passed(
    protocol: StudyProtocol,
    plan: InjectionPlan,
    records: Sequence[InjectionRecord],
    history: Sequence[DeliveredInjection],
) -> Iterator[Reason]:
    caps = {cap.intervention: cap for cap in protocol.injection.drug_caps} if protocol.injection else {}
    for name in dict.fromkeys(record.intervention for record in records):
        drug = protocol.find_intervention(name)
        if drug is None:
            continue
        volume = sum(record.delivered_volume or 0 for record in records if record.intervention == name)
        dose = volume * (drug.concentration.value or 0)
        if dose > 0:
            yield from list_passed_caps(drug, dose, cap=caps.get(name), history=history, on=plan.on)


def _reason(
    code: str,
    lesion: str,
    found: tuple[str, str],
    remedy: tuple[str, str] | None = None,
    **values: Value,
) -> Reason:
    text = compose_text(f"{{lesion}}: {found[0]}", f"{{lesion}} : {found[1]}", lesion=lesion, **values)
    return Reason(code, text, None if remedy is None else Text(en=remedy[0], fr=remedy[1]))
