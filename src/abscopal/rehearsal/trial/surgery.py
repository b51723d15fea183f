"""Surgery after the injections, where the study plans it: when, what the pathologist finds, and whether it returns."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from abscopal.protocol.schedule import Visit
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.rehearsal.trial.followed import Followed
from abscopal.rehearsal.trial.frames import Row

VIABLE = {"BSTESTCD": "VIABTUM", "BSTEST": "Viable Tumour in the Specimen"}
COMPLETE_SHARE = 0.5  # of complete and major responses, those without any viable tumour (ours)
LONGEST_DELAY = 45.0  # days by which severe toxicity before the planned day may delay the surgery (ours)
MAJOR_BELOW = 10.0  # per cent of viable tumour, where the study gives no threshold


@dataclass(frozen=True, slots=True)
class Surgery:
    """The surgery of one patient.

    Args:
        day: day after the reference date.
        viable_percent: viable tumour in the specimen.
        relapse_day: day on which a recurrence is recorded; None where there is none.
    """

    day: float
    viable_percent: float
    relapse_day: float | None


def find_surgery_visit(protocol: StudyProtocol) -> Visit | None:
    """The visit at which the study operates; None where it does not."""
    return next((visit for visit in protocol.schedule.visits if "surgery" in visit.activities), None)


def decide_surgery(patient: Followed) -> Surgery | None:
    """Draw the surgery of a patient.

    The pathological response has the probability of the scenario and does not depend on the course that the model
    gives to the lesions: the model knows nothing of pathology.

    Args:
        patient: the patient.

    Returns:
        The surgery; None where none is planned or it is not done.
    """
    visit = find_surgery_visit(patient.protocol)
    if visit is None or visit.day.value is None or not patient.doses:
        return None
    chance = patient.draw("surgery", 5)
    before, after = visit.window_before.value or 0, visit.window_after.value or 0
    planned = visit.day.value - 1.0
    day = planned - before + float(chance[0]) * (before + min(after, before) + 1)
    if patient.severe_day is not None and patient.severe_day < planned:
        day = planned + float(chance[1]) * LONGEST_DELAY
    scans = [
        int(patient.outcome.readings.day[patient.row, place])
        for place, scan in enumerate(patient.outcome.readings.scans)
        if scan.visit is visit and patient.outcome.readings.done[patient.row, place]
    ]
    day = float(np.floor(max([day, *(scan + 1.0 for scan in scans)])))
    if chance[2] < patient.scenario["surgery_not_done_probability"] or day >= patient.end:
        return None
    threshold = _find_threshold(patient.protocol)
    share = float(chance[4])
    if chance[3] < patient.scenario["pathological_response_probability"]:
        is_complete = share < COMPLETE_SHARE
        viable = 0.0 if is_complete else (share - COMPLETE_SHARE) / (1 - COMPLETE_SHARE) * threshold
        viable = min(float(np.floor(viable)), threshold - 1) if not is_complete else 0.0
        viable = viable if is_complete else max(viable, 1.0)
    else:
        viable = float(np.ceil(threshold + share * (100 - threshold)))
    return Surgery(day, viable, _find_relapse(patient, day))


def list_surgery_rows(patient: Followed, surgery: Surgery) -> Iterator[Row]:
    """List the surgery as rows of PR, one a lesion that is removed.

    Args:
        patient: the patient.
        surgery: the surgery.

    Yields:
        Rows of PR.
    """
    for name, _, site in patient.lesions:
        yield {
            "USUBJID": patient.person.usubjid,
            "PRTRT": "SURGERY",
            "PRDECOD": "SURGERY",
            "PRCAT": "SURGERY",
            "PRLNKID": name,
            "PRLOC": site,
            "PRSTDTC": patient.date(surgery.day),
            "PRENDTC": patient.date(surgery.day),
        }


def make_specimen_row(patient: Followed, surgery: Surgery) -> Row:
    """The viable tumour that the pathologist finds, as a row of BS."""
    text = f"{surgery.viable_percent:g}"
    visit = find_surgery_visit(patient.protocol)
    return {
        "USUBJID": patient.person.usubjid,
        **VIABLE,
        "BSREFID": f"{patient.person.usubjid}-SURGERY",
        "BSCAT": "SURGERY",
        "BSORRES": text,
        "BSORRESU": "%",
        "BSSTRESC": text,
        "BSSTRESN": surgery.viable_percent,
        "BSSTRESU": "%",
        "VISITNUM": None if visit is None else visit.number,
        "VISIT": None if visit is None else visit.identifier,
        "BSDTC": patient.date(surgery.day),
    }


def _find_threshold(protocol: StudyProtocol) -> float:
    known = [
        endpoint.threshold.value
        for endpoint in protocol.endpoints
        if endpoint.kind == "pathological_response" and endpoint.threshold.value is not None
    ]
    return float(known[0]) if known else MAJOR_BELOW


def _find_relapse(patient: Followed, surgery_day: float) -> float | None:
    """The first scan after surgery that shows a new lesion."""
    readings = patient.outcome.readings
    days = readings.day[patient.row]
    shown = readings.new_lesion[patient.row] & (days > surgery_day)
    return float(days[shown][0]) if shown.any() else None
