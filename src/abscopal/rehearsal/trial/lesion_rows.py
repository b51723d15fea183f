"""What the scans of a patient show, as rows of TU and TR."""

import datetime as dt
from collections.abc import Iterator

import numpy as np

from abscopal.rehearsal.readings import TOO_SMALL_TENTHS, PlannedScan
from abscopal.rehearsal.trial.followed import Followed
from abscopal.rehearsal.trial.frames import Row
from abscopal.rehearsal.trial.late_entries import find_entered

METHOD, EVALUATOR, NEW_LESION, NEW_SITE = "CT SCAN", "INVESTIGATOR", "NEW01", "BONE"
TOO_SMALL = "TOO SMALL TO MEASURE"


def list_scans(
    patient: Followed, *, until: float, cut: dt.date | None = None
) -> Iterator[tuple[int, PlannedScan, int]]:
    """List the scans that are made, and entered by the day of the data cut; the baseline scan always is.

    Args:
        patient: the patient.
        until: day after which no scan is read, such as that of the surgery.
        cut: day of the data cut; None where every form is waited for.

    Yields:
        Place of the scan, the scan as planned, the day it is made.
    """
    readings = patient.outcome.readings
    days = [int(day) for day in readings.day[patient.row]]
    entered = find_entered(patient, "scans", days, cut=cut)
    for place, (scan, day) in enumerate(zip(readings.scans, days, strict=True)):
        if readings.done[patient.row, place] and day <= until and (place == 0 or entered[place]):
            yield place, scan, day


def list_identification_rows(
    patient: Followed, *, until: float = np.inf, cut: dt.date | None = None
) -> Iterator[Row]:
    """List the lesions of a patient, each at the first scan in the tables that shows it.

    Args:
        patient: the patient.
        until: day after which no scan is read.
        cut: day of the data cut; None where every form is waited for.

    Yields:
        Rows of TU.
    """
    for place, scan, day in list_scans(patient, until=until, cut=cut):
        if place == 0:
            for name, role, site in patient.lesions:
                yield _identify(patient, name, role, site, scan, day, place)
        if patient.outcome.readings.new_lesion[patient.row, place]:
            yield _identify(patient, NEW_LESION, "NEW", NEW_SITE, scan, day, place)
            return


def list_result_rows(
    patient: Followed, *, until: float = np.inf, cut: dt.date | None = None
) -> Iterator[Row]:
    """List what each scan shows of each lesion.

    Args:
        patient: the patient.
        until: day after which no scan is read.
        cut: day of the data cut; None where every form is waited for.

    Yields:
        Rows of TR.
    """
    readings = patient.outcome.readings
    for place, scan, day in list_scans(patient, until=until, cut=cut):
        moment: Row = {
            "USUBJID": patient.person.usubjid,
            "TRMETHOD": METHOD,
            "TRLOBXFL": "Y" if place == 0 else None,
            "TREVAL": EVALUATOR,
            "TRACPTFL": "Y",
            "VISITNUM": number_visit(scan),
            "VISIT": scan.visit.identifier,
            "TRDTC": patient.date(day),
        }
        for lesion, (name, role, _) in enumerate(patient.lesions):
            tenths = int(readings.tenths[patient.row, place, lesion])
            yield {"TRGRPID": role, "TRLNKID": name, **_test(role, tenths), **moment}
        if readings.new_lesion[patient.row, place]:
            yield {"TRGRPID": "NEW", "TRLNKID": NEW_LESION, **_state("UNEQUIVOCAL"), **moment}


def number_visit(scan: PlannedScan) -> float:
    """VISITNUM of a visit: that of the study file, one more at each repetition."""
    return scan.visit.number + scan.repetition


def _identify(
    patient: Followed, name: str, role: str, site: str, scan: PlannedScan, day: int, place: int
) -> Row:
    return {
        "USUBJID": patient.person.usubjid,
        "TULNKID": name,
        "TUTESTCD": "TUMIDENT",
        "TUTEST": "Tumor Identification",
        "TUORRES": role,
        "TUSTRESC": role,
        "TULOC": site,
        "TUMETHOD": METHOD,
        "TULOBXFL": "Y" if place == 0 else None,
        "TUEVAL": EVALUATOR,
        "TUACPTFL": "Y",
        "VISITNUM": number_visit(scan),
        "VISIT": scan.visit.identifier,
        "TUDTC": patient.date(day),
    }


def _test(role: str, tenths: int) -> Row:
    if role == "NON-TARGET":
        return _state("PRESENT" if tenths > 0 else "ABSENT")
    length: Row = {"TRTESTCD": "LDIAM", "TRTEST": "Longest Diameter", "TRSTRESU": "mm"}
    if tenths == TOO_SMALL_TENTHS:
        return length | {"TRORRES": TOO_SMALL, "TRSTRESC": TOO_SMALL, "TRSTRESN": tenths / 10}
    text = f"{tenths / 10:g}"
    return length | {"TRORRES": text, "TRORRESU": "mm", "TRSTRESC": text, "TRSTRESN": tenths / 10}


def _state(state: str) -> Row:
    return {"TRTESTCD": "TUMSTATE", "TRTEST": "Tumor State", "TRORRES": state, "TRSTRESC": state}
