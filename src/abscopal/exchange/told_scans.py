"""Scans told in words and millimetres, as rows of TU and TR."""

from collections.abc import Iterator
from typing import Any

from abscopal.protocol.hand_written_patient import HandWrittenPatient, ToldLesion

Row = dict[str, Any]
METHOD = "CT SCAN"
EVALUATOR = "INVESTIGATOR"
GROUPS = {"target": "TARGET", "non-target": "NON-TARGET", "new": "NEW"}
STATES = {
    "absent": "ABSENT",
    "present": "PRESENT",
    "progression": "UNEQUIVOCAL PROGRESSION",
    "new": "UNEQUIVOCAL",
    "equivocal": "EQUIVOCAL",
    "not tumour": "NOT TUMOUR",
    "unchanged": "UNCHANGED",
    "increased": "INCREASED",
    "decreased": "DECREASED",
}
LENGTHS = {False: ("LDIAM", "Longest Diameter"), True: ("LPERP", "Longest Perpendicular")}


def list_lesion_rows(patient: HandWrittenPatient) -> Iterator[Row]:
    """List the lesions of a patient as rows of TU, each at the scan that first names it.

    Args:
        patient: the patient.

    Yields:
        Rows of TU without STUDYID, DOMAIN and TUSEQ.
    """
    for lesion in patient.lesions:
        first = next((place for place, scan in enumerate(patient.scans) if lesion.name in scan.sizes), None)
        if first is None:
            continue
        yield {
            "USUBJID": patient.identifier,
            "TULNKID": lesion.name,
            "TUTESTCD": "TUMIDENT",
            "TUTEST": "Tumor Identification",
            "TUORRES": GROUPS[lesion.role],
            "TUSTRESC": GROUPS[lesion.role],
            "TULOC": lesion.location.upper(),
            "TUMETHOD": METHOD,
            "TULOBXFL": "Y" if first == 0 else None,
            "TUEVAL": EVALUATOR,
            "TUACPTFL": "Y",
            "VISITNUM": float(first + 1),
            "VISIT": _name_visit(first),
            "TUDTC": patient.scans[first].on.isoformat(),
        }


def list_measurement_rows(patient: HandWrittenPatient) -> Iterator[Row]:
    """List the sizes of a patient's lesions as rows of TR.

    Args:
        patient: the patient.

    Yields:
        Rows of TR without STUDYID, DOMAIN and TRSEQ.
    """
    lesions = {lesion.name: lesion for lesion in patient.lesions}
    for place, scan in enumerate(patient.scans):
        for name, size in scan.sizes.items():
            yield {
                "USUBJID": patient.identifier,
                "TRGRPID": GROUPS[lesions[name].role],
                "TRLNKID": name,
                **_test(lesions[name], size),
                "TRREASPF": "NEW SYMPTOM" if scan.symptom else None,
                "TRMETHOD": METHOD,
                "TRLOBXFL": "Y" if place == 0 else None,
                "TREVAL": EVALUATOR,
                "TRACPTFL": "Y",
                "VISITNUM": float(place + 1),
                "VISIT": _name_visit(place),
                "TRDTC": scan.on.isoformat(),
            }


def _test(lesion: ToldLesion, size: float | str) -> Row:
    is_measured = lesion.role == "target" or not isinstance(size, str) or size == "too small"
    code, name = LENGTHS[lesion.node] if is_measured else ("TUMSTATE", "Tumor State")
    row: Row = {"TRTESTCD": code, "TRTEST": name}
    if size == "not done":
        return row | {"TRSTAT": "NOT DONE", "TRREASND": "NOT IMAGED"}
    if not is_measured:
        return row | {"TRORRES": STATES[str(size)], "TRSTRESC": STATES[str(size)]}
    if size == "too small":
        words = "TOO SMALL TO MEASURE"
        return row | {"TRORRES": words, "TRSTRESC": words, "TRSTRESN": 5.0, "TRSTRESU": "mm"}
    length = 0.0 if isinstance(size, str) else float(size)
    text = f"{length:g}"
    return row | {
        "TRORRES": text,
        "TRORRESU": "mm",
        "TRSTRESC": text,
        "TRSTRESN": length,
        "TRSTRESU": "mm",
    }


def _name_visit(place: int) -> str:
    return "BASELINE" if place == 0 else f"SCAN {place}"
