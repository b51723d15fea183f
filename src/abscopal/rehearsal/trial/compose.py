"""The tables of a rehearsed trial, from its people and its patients."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from abscopal.rehearsal.trial.dose_rows import GivenDoses, make_doses
from abscopal.rehearsal.trial.event_rows import make_events
from abscopal.rehearsal.trial.followed import Followed
from abscopal.rehearsal.trial.frames import SYNTHETIC_STUDYID, Row, make_frame
from abscopal.rehearsal.trial.lesion_rows import list_identification_rows, list_result_rows
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
    """The tables, and why planned injections were not made.

    Args:
        tables: tables by domain; suppae among them where there are events.
        refused: how often each reason was given.
    """

    tables: dict[str, pl.DataFrame]
    refused: Counter[str]


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
        _tell_patient(rows, patient, doses, decide_surgery(patient))
        events = make_events(patient, doses.injection_days)
        rows["ae"] += events.rows
        qualifiers += [row for told in events.qualifiers for row in told]
    tables = {domain: make_frame(domain, told, date=DATES[domain]) for domain, told in rows.items()}
    if qualifiers:
        tables["suppae"] = pl.DataFrame([{"STUDYID": SYNTHETIC_STUDYID, **row} for row in qualifiers])
    return Composed({name: table for name, table in tables.items() if table.height}, refused)


def _tell_patient(
    rows: dict[str, list[Row]], patient: Followed, doses: GivenDoses, surgery: Surgery | None
) -> None:
    until = np.inf if surgery is None else surgery.day
    samples = make_samples(patient, surgery_day=None if surgery is None else surgery.day)
    rows["ds"] += list_disposition_rows(patient, relapse_day=None if surgery is None else surgery.relapse_day)
    rows["ex"] += doses.rows
    rows["pr"] += [*samples.pr, *list_aphereses(patient)]
    rows["tu"] += list_identification_rows(patient, until=until)
    rows["tr"] += list_result_rows(patient, until=until)
    rows["be"] += samples.be
    rows["bs"] += samples.bs
    rows["cp"] += samples.cp
    if patient.ending == "death":
        rows["dd"].append(make_death_row(patient))
    if surgery is not None:
        rows["pr"] += list_surgery_rows(patient, surgery)
        rows["bs"].append(make_specimen_row(patient, surgery))
