"""The tables of a rehearsed trial, from its people and its patients."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np
import polars as pl

from abscopal.rehearsal.trial.dose_rows import GivenDoses, make_doses
from abscopal.rehearsal.trial.event_rows import make_events
from abscopal.rehearsal.trial.followed import Followed
from abscopal.rehearsal.trial.frames import SYNTHETIC_STUDYID, Row, make_frame
from abscopal.rehearsal.trial.late_entries import FormKind, find_data_cut, find_entered
from abscopal.rehearsal.trial.lesion_rows import list_identification_rows, list_result_rows, list_scans
from abscopal.rehearsal.trial.patient_rows import (
    list_disposition_rows,
    list_screening_rows,
    make_death_row,
    make_demographics,
)
from abscopal.rehearsal.trial.people import Person
from abscopal.rehearsal.trial.sample_rows import list_aphereses, make_samples
from abscopal.rehearsal.trial.surgery import (
    Surgery,
    decide_surgery,
    list_surgery_rows,
    make_specimen_row,
)

# By domain, the date that puts the rows of a patient in order; AE comes in order, since SUPPAE counts on it.
DATES: Mapping[str, str | None] = {
    "dm": None, "ds": "DSSTDTC", "ex": "EXSTDTC", "pr": "PRSTDTC", "tu": "TUDTC", "tr": "TRDTC", "ae": None,
    "dd": None, "be": "BEDTC", "bs": "BSDTC", "cp": "CPDTC",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Composed:
    """The tables, why planned injections were not made, and what was not entered in time.

    Args:
        tables: tables by domain; suppae among them where there are events.
        refused: how often each reason was given.
        cut: day of the data cut; None where nobody entered.
        late: forms that were not entered by then, by kind.
    """

    tables: dict[str, pl.DataFrame]
    refused: Counter[str]
    cut: dt.date | None
    late: Counter[FormKind]


def compose_tables(people: Sequence[Person], patients: Sequence[Followed]) -> Composed:
    """Write the tables, everything but IE.

    Args:
        people: everybody screened.
        patients: everybody who entered.

    Returns:
        The tables.
    """
    rows: dict[str, list[Row]] = {domain: [] for domain in DATES}
    qualifiers: list[Row] = []
    refused: Counter[str] = Counter()
    late: Counter[FormKind] = Counter()
    cut = find_data_cut(patients)
    entered = {patient.person.usubjid: patient for patient in patients}
    for person in people:
        patient = entered.get(person.usubjid)
        rows["ds"] += list_screening_rows(person)
        if patient is None:
            rows["dm"].append(make_demographics(person, None, []))
            continue
        doses = make_doses(patient)
        refused.update(doses.refused)
        rows["dm"].append(make_demographics(person, patient, [row["EXSTDTC"] for row in doses.rows]))
        late.update(_tell_patient(rows, patient, doses, decide_surgery(patient), cut))
        events = make_events(patient, doses.injection_days, cut=cut)
        late["events"] += events.late
        rows["ae"] += events.rows
        qualifiers += [row for told in events.qualifiers for row in told]
    tables = {domain: make_frame(domain, told, date=DATES[domain]) for domain, told in rows.items()}
    if qualifiers:
        tables["suppae"] = pl.DataFrame([{"STUDYID": SYNTHETIC_STUDYID, **row} for row in qualifiers])
    return Composed({name: table for name, table in tables.items() if table.height}, refused, cut, late)


def _tell_patient(
    rows: dict[str, list[Row]],
    patient: Followed,
    doses: GivenDoses,
    surgery: Surgery | None,
    cut: dt.date | None,
) -> Counter[FormKind]:
    """Tell everything of a patient but the adverse events; what is not entered in time is counted."""
    until = np.inf if surgery is None else surgery.day
    samples = make_samples(patient, surgery_day=None if surgery is None else surgery.day, cut=cut)
    scans = [len(list(list_scans(patient, until=until, cut=day))) for day in (None, cut)]
    procedures = _list_procedures(patient, surgery)
    entered = find_entered(patient, "procedures", [day for day, *_ in procedures], cut=cut)
    rows["ds"] += list_disposition_rows(patient, relapse_day=None if surgery is None else surgery.relapse_day)
    rows["ex"] += doses.rows
    rows["pr"] += samples.pr
    rows["tu"] += list_identification_rows(patient, until=until, cut=cut)
    rows["tr"] += list_result_rows(patient, until=until, cut=cut)
    rows["be"] += samples.be
    rows["bs"] += samples.bs
    rows["cp"] += samples.cp
    if patient.ending == "death":
        rows["dd"].append(make_death_row(patient))
    for _, of_procedure, specimens in compress(procedures, entered):
        rows["pr"] += of_procedure
        rows["bs"] += specimens
    return Counter[FormKind](
        {"scans": scans[0] - scans[1], "samples": samples.late, "procedures": entered.count(False)}
    )


def _list_procedures(patient: Followed, surgery: Surgery | None) -> list[tuple[float, list[Row], list[Row]]]:
    """Day of each collection of cells and of the surgery, with the rows of PR and of BS that its form gives."""
    found: list[tuple[float, list[Row], list[Row]]] = []
    for row in list_aphereses(patient):
        day = (dt.date.fromisoformat(row["PRSTDTC"]) - patient.person.entry).days
        found.append((day, [row], []))
    if surgery is not None:
        told = list(list_surgery_rows(patient, surgery))
        found.append((surgery.day, told, [make_specimen_row(patient, surgery)]))
    return found
