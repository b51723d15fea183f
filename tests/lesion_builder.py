"""Small tables for the tests of response: lesions, patients and sequences of responses in few words."""

from datetime import date, timedelta
from typing import Any

import dataframely as dy
import polars as pl

from abscopal.derivations.response.visit_responses import VisitResponses
from abscopal.tables.adam import LesionAssessments, SubjectLevel

DAY_0 = date(2024, 1, 1)
READER = "INVESTIGATOR"


def day(number: int) -> date:
    """The date of a day counted from day 0."""
    return DAY_0 + timedelta(days=number)


def lesion(
    name: str,
    visit: int,
    state: str,
    tenths: int | None = None,
    *,
    role: str = "TARGET",
    node: bool = False,
    location: str | None = None,
    on: date | None = None,
    change: str | None = None,
    patient: str = "P1",
    reader: str = READER,
) -> dict[str, Any]:
    """One lesion at one assessment, every 42 days unless dated."""
    return {
        "USUBJID": patient,
        "READER": reader,
        "TULNKID": name,
        "AVISITN": visit,
        "ADT": on or day(42 * visit),
        "ADTF": None,
        "LSROLE": role,
        "LSNODE": node,
        "LSLOC": location,
        "LSSTATE": state,
        "LSTENTH": {"TOO_SMALL": 50, "ABSENT": 0, "MERGED": 0}.get(state, tenths),
        "LSCHANGE": change,
        "SYMPFL": None,
        "INJDT": None,
        "ACCFL": "Y",
    }


def build_assessments(rows: list[dict[str, Any]]) -> dy.DataFrame[LesionAssessments]:
    """A validated table of lesions."""
    schema = LesionAssessments.create_empty().schema
    return LesionAssessments.validate(pl.DataFrame(rows, schema=schema), cast=True)


def build_adsl(*patients: str, **facts: Any) -> dy.DataFrame[SubjectLevel]:
    """Patients who start on day 0; other columns by name, the same for each."""
    schema = SubjectLevel.create_empty().schema
    start = {"STUDYID": "TEST", "SITEID": "1", "SEX": "U", "REFDT": DAY_0, "TRTSDT": DAY_0, "RANDDT": DAY_0}
    rows = [
        dict.fromkeys(schema.names()) | start | {"USUBJID": name, "SUBJID": name} | facts for name in patients
    ]
    return SubjectLevel.validate(pl.DataFrame(rows, schema=schema), cast=True)


def build_responses(
    sequence: list[tuple[int, str]], *, patient: str = "P1", reader: str = READER
) -> dy.DataFrame[VisitResponses]:
    """Overall responses by day, as a criterion would give them."""
    schema = VisitResponses.create_empty().schema
    has_targets = all(response not in ("NON-CR/NON-PD", "NON-iCR/NON-iUPD") for _, response in sequence)
    rows = [
        dict.fromkeys(schema.names())
        | {
            "USUBJID": patient,
            "READER": reader,
            "AVISITN": number,
            "ADT": day(on),
            "TRGRESP": response if has_targets else "NA",
            "NTRGRESP": "NA",
            "NEWLRESP": "N",
            "OVRRESP": response,
            "OVRREASON": "LESION_MISSING" if response == "NE" else None,
            "ACCFL": "Y",
        }
        for number, (on, response) in enumerate(sequence, start=1)
    ]
    return VisitResponses.validate(pl.DataFrame(rows, schema=schema), cast=True)
