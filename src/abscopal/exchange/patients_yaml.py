"""Patients written by hand, read from patients.yml and turned into the same tables as any other source."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import polars as pl

from abscopal.errors import Finding, StudyError
from abscopal.exchange.told_scans import list_lesion_rows, list_measurement_rows
from abscopal.protocol.check_patients import check_patients, check_patients_against_protocol
from abscopal.protocol.document import read_document
from abscopal.protocol.hand_written_patient import HandWrittenPatient, HandWrittenPatients
from abscopal.protocol.located import locate_problems
from abscopal.protocol.mistakes import build_part
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.tables.sdtm import DOMAINS

Row = dict[str, Any]
MILESTONE_KINDS = {
    "milestone": ("PROTOCOL MILESTONE", None),
    "end of treatment": ("DISPOSITION EVENT", "STUDY TREATMENT"),
    "end of study": ("DISPOSITION EVENT", "STUDY PARTICIPATION"),
    "other": ("OTHER EVENT", None),
}
RELATION = {True: "RELATED", False: "NOT RELATED", None: None}
FLAG = {True: "Y", False: "N", None: None}


def read_patients(path: Path, *, versions: Sequence[StudyProtocol] = ()) -> HandWrittenPatients:
    """Read the hand-written patients of a study.

    Args:
        path: a patients.yml.
        versions: versions of the protocol; when given, arms, drugs, facts and stages must exist in the one
            under which the patient was included.

    Returns:
        The patients, with the study they belong to.

    Raises:
        StudyError: the file cannot be read, or holds mistakes; each is a finding with its line.
    """
    document = read_document(path)
    patients, findings = build_part(document, HandWrittenPatients)
    if patients is not None:
        problems = list(check_patients(patients))
        if versions:
            problems += check_patients_against_protocol(patients, versions)
        findings = locate_problems(problems, document)
    if patients is None or findings:
        raise StudyError(findings)
    return patients


def compose_tables(
    patients: Iterable[HandWrittenPatient],
    study_identifier: str,
    *,
    ctcae_version: str | Callable[[date], str | None] | None = None,
) -> dict[str, pl.DataFrame]:
    """Turn hand-written patients into SDTM tables, as a hospital would send them.

    Nothing is derived here: a size becomes a row of TR, a dose a row of EX, and the road from the tables to
    the evidence is the one that every other source takes.

    Args:
        patients: the patients.
        study_identifier: STUDYID.
        ctcae_version: version of CTCAE that the grades follow, or what gives it for the day an event began.

    Returns:
        Frames by domain in lower case (dm, ds, ie, ex, pr, tu, tr, ae, dd, bs and suppae), not yet admitted.
    """
    told = list(patients)
    inclusion = "RANDOMIZED" if len({patient.arm for patient in told if patient.arm}) > 1 else "ENROLLED"
    rows: dict[str, list[Row]] = {
        "dm": [_demographics(patient) for patient in told],
        "ds": [row for patient in told for row in _disposition(patient, inclusion)],
        "ie": [row for patient in told for row in _failed_criteria(patient)],
        "ex": [row for patient in told for row in _doses(patient)],
        "pr": [row for patient in told for row in _procedures(patient)],
        "tu": [row for patient in told for row in list_lesion_rows(patient)],
        "tr": [row for patient in told for row in list_measurement_rows(patient)],
        "ae": [row for patient in told for row in _adverse_events(patient, ctcae_version)],
        "dd": [row for patient in told for row in _deaths(patient)],
        "bs": [row for patient in told for row in _specimens(patient)],
    }
    frames = {domain: _frame(domain, found, study_identifier) for domain, found in rows.items()}
    opinions = [row for patient in told for row in _immune_opinions(patient)]
    if opinions:
        frames["suppae"] = pl.DataFrame([{"STUDYID": study_identifier, **row} for row in opinions])
    return frames


def list_rows_set_apart(path: Path, set_apart: pl.DataFrame) -> list[Finding]:
    """Say which hand-written patients break a rule of the tables; in an invented story none may.

    Args:
        path: the patients.yml.
        set_apart: rows that were not admitted: DOMAIN, RULE, MESSAGE, USUBJID.

    Returns:
        One finding per patient and rule, on the line of the patient.
    """
    if set_apart.is_empty():
        return []
    document = read_document(path)
    places = {patient["identifier"]: place for place, patient in enumerate(document.content["patients"])}
    rules = set_apart.select("USUBJID", "DOMAIN", "RULE", "MESSAGE").unique(maintain_order=True)
    return [
        Finding(
            document.file,
            document.find_line(("patients", places[name])) if name in places else None,
            f"patients.{name}: {domain} breaks the rule {rule}: {message}",
        )
        for name, domain, rule, message in rules.iter_rows()
    ]


def _frame(domain: str, rows: list[Row], study_identifier: str) -> pl.DataFrame:
    schema = dict(DOMAINS[domain].create_empty().schema)
    sequences: dict[str, Iterator[int]] = {}
    complete = []
    for row in rows:
        numbered = {"STUDYID": study_identifier, "DOMAIN": domain.upper(), **row}
        if f"{domain.upper()}SEQ" in schema:
            numbered[f"{domain.upper()}SEQ"] = next(sequences.setdefault(row["USUBJID"], count(1)))
        complete.append(numbered)
    return pl.DataFrame(complete, schema=schema)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _demographics(patient: HandWrittenPatient) -> Row:
    given = sorted(day for dose in patient.doses for day in dose.days)
    without_arm = "SCREEN FAILURE" if patient.screen_failure else "NOT ASSIGNED"
    return {
        "USUBJID": patient.identifier,
        "SUBJID": patient.identifier,
        "SITEID": patient.centre,
        "RFICDTC": _day(patient.consent),
        "RFSTDTC": _day(patient.included),
        "RFXSTDTC": _day(given[0]) if given else None,
        "RFXENDTC": _day(given[-1]) if given else None,
        "DTHDTC": _day(patient.death.on) if patient.death else None,
        "DTHFL": "Y" if patient.death else None,
        "AGE": float(patient.age),
        "AGEU": "YEARS",
        "SEX": patient.sex,
        "ARMCD": patient.arm,
        "ARM": patient.arm,
        "ACTARMCD": patient.arm if given else None,
        "ACTARM": patient.arm if given else None,
        "ARMNRS": None if patient.arm else without_arm,
        "COUNTRY": patient.country,
    }


def _disposition(patient: HandWrittenPatient, inclusion: str) -> Iterator[Row]:
    def row(term: str, code: str, day: date, kind: str) -> Row:
        category, subcategory = MILESTONE_KINDS[kind]
        return {
            "USUBJID": patient.identifier,
            "DSTERM": term,
            "DSDECOD": code,
            "DSCAT": category,
            "DSSCAT": subcategory,
            "DSSTDTC": _day(day),
        }

    if patient.consent:
        yield row("Informed consent obtained", "INFORMED CONSENT OBTAINED", patient.consent, "milestone")
    if patient.screen_failure:
        yield row(patient.screen_failure.what, "SCREEN FAILURE", patient.screen_failure.on, "end of study")
    if patient.included:
        yield row(inclusion.capitalize(), inclusion, patient.included, "milestone")
    for milestone in patient.milestones:
        yield row(milestone.what, milestone.what.upper(), milestone.on, milestone.kind)
    if patient.recurrence:
        yield row(patient.recurrence.what, "DISEASE RELAPSE", patient.recurrence.on, "other")
    if patient.last_contact:
        yield row("Last contact", "LAST CONTACT", patient.last_contact, "other")


def _failed_criteria(patient: HandWrittenPatient) -> Iterator[Row]:
    failure = patient.screen_failure
    if failure and failure.criterion:
        result = "N" if failure.kind == "inclusion" else "Y"
        yield {
            "USUBJID": patient.identifier,
            "IETESTCD": failure.criterion,
            "IETEST": failure.what,
            "IECAT": failure.kind.upper(),
            "IEORRES": result,
            "IESTRESC": result,
            "IEDTC": _day(failure.on),
        }


def _doses(patient: HandWrittenPatient) -> Iterator[Row]:
    given = sorted((day, i, dose) for i, dose in enumerate(patient.doses) for day in dose.days)
    for day, _, dose in given:
        yield {
            "USUBJID": patient.identifier,
            "EXTRT": dose.drug.upper(),
            "EXDOSE": dose.amount,
            "EXDOSU": dose.unit,
            "EXROUTE": dose.route.upper(),
            "EXLNKID": dose.lesion,
            "EXLOT": dose.lot,
            "EXSTDTC": _day(day),
            "EXENDTC": _day(day),
        }


def _procedures(patient: HandWrittenPatient) -> Iterator[Row]:
    locations = {lesion.name: lesion.location for lesion in patient.lesions}
    for procedure in patient.procedures:
        yield {
            "USUBJID": patient.identifier,
            "PRTRT": procedure.kind.upper(),
            "PRDECOD": procedure.kind.upper(),
            "PRCAT": procedure.kind.upper(),
            "PRLNKID": procedure.lesion,
            "PRLOC": locations.get(procedure.lesion or ""),
            "PRSTDTC": _day(procedure.on),
            "PRENDTC": _day(procedure.on),
        }
    if patient.new_therapy:
        yield {
            "USUBJID": patient.identifier,
            "PRTRT": patient.new_therapy.what,
            "PRCAT": "SUBSEQUENT ANTICANCER THERAPY",
            "PRSTDTC": _day(patient.new_therapy.on),
        }


def _specimens(patient: HandWrittenPatient) -> Iterator[Row]:
    for position, procedure in enumerate(patient.procedures, start=1):
        if procedure.viable_tumour is not None:
            yield {
                "USUBJID": patient.identifier,
                "BSTESTCD": "VIABTUM",
                "BSTEST": "Viable Tumour in the Specimen",
                "BSREFID": f"{patient.identifier}-S{position}",
                "BSCAT": procedure.kind.upper(),
                "BSORRES": f"{procedure.viable_tumour:g}",
                "BSORRESU": "%",
                "BSSTRESC": f"{procedure.viable_tumour:g}",
                "BSSTRESN": procedure.viable_tumour,
                "BSSTRESU": "%",
                "BSDTC": _day(procedure.on),
            }


def _adverse_events(
    patient: HandWrittenPatient, ctcae_version: str | Callable[[date], str | None] | None
) -> Iterator[Row]:
    for event in patient.adverse_events:
        yield {
            "USUBJID": patient.identifier,
            "AETERM": event.term,
            "AEDECOD": event.term,
            "AESER": FLAG[event.serious],
            "AETOXGR": str(event.grade),
            "AETOXVER": ctcae_version(event.start) if callable(ctcae_version) else ctcae_version,
            "AEREL": RELATION[event.related],
            "AESTDTC": _day(event.start),
            "AEENDTC": _day(event.end),
        }


def _immune_opinions(patient: HandWrittenPatient) -> Iterator[Row]:
    for sequence, event in enumerate(patient.adverse_events, start=1):
        if event.immune_related is not None:
            yield {
                "RDOMAIN": "AE",
                "USUBJID": patient.identifier,
                "IDVAR": "AESEQ",
                "IDVARVAL": str(sequence),
                "QNAM": "IRAEINV",
                "QLABEL": "Immune-related for the investigator",
                "QVAL": FLAG[event.immune_related],
                "QORIG": "CRF",
                "QEVAL": "INVESTIGATOR",
            }


def _deaths(patient: HandWrittenPatient) -> Iterator[Row]:
    if patient.death:
        yield {
            "USUBJID": patient.identifier,
            "DDTESTCD": "PRCDTH",
            "DDTEST": "Primary Cause of Death",
            "DDORRES": patient.death.what,
            "DDSTRESC": patient.death.what.upper(),
            "DDDTC": _day(patient.death.on),
        }
