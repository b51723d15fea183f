"""Patients and their overall responses by day, as the tests of progression-free survival write them down."""

from typing import Any

from abscopal.tables.adam import ResponseAnalysis, SubjectLevel
from plain_tables import build, day, read_rows

READER = "INVESTIGATOR"


def build_overall_responses(sequences: dict[str, list[tuple[int, str]]], **constants: Any) -> Any:
    """ADRS rows OVR: for each patient the days and the responses."""
    rows = [
        {"USUBJID": patient, "AVISITN": number, "ADT": day(on), "AVALC": response}
        for patient, visits in sequences.items()
        for number, (on, response) in enumerate(visits, start=1)
    ]
    constants = {"READER": READER, "ACCFL": "Y", "CRITERION": "recist_1_1"} | constants
    return build(ResponseAnalysis, rows, PARAMCD="OVR", PARAM="Overall response", **constants)


def build_patients(rows: list[dict[str, Any]], **constants: Any) -> Any:
    """ADSL rows: REFDT is day zero; `death`, `therapy` and `alive` are days."""
    dated = [
        {
            "USUBJID": row["patient"],
            "REFDT": day(0),
            "RANDDT": day(0),
            "TRTSDT": day(0),
            "DTHDT": day(row.get("death")),
            "DTHFL": "N" if row.get("death") is None else "Y",
            "NACTDT": day(row.get("therapy")),
            "LSTALVDT": day(row.get("alive")),
        }
        for row in rows
    ]
    return build(SubjectLevel, dated, **{"ITTFL": "Y", "SAFFL": "Y", "ENRLFL": "Y"} | constants)


def build_trial(text: str, **constants: Any) -> tuple[Any, Any]:
    """ADRS and ADSL of a table: `patient`, a column for each day of a scan, then `therapy` and `death`."""
    sequences, rows = read_trial(text)
    return build_overall_responses(sequences, **constants), build_patients(rows)


def read_trial(text: str) -> tuple[dict[str, list[tuple[int, str]]], list[dict[str, Any]]]:
    """The responses by day of each patient of a table, and the rows of the table."""
    rows = read_rows(text)
    days = [name for name in rows[0] if name.isdigit()]
    sequences = {
        str(row["patient"]): [(int(name), str(row[name])) for name in days if row[name] is not None]
        for row in rows
    }
    return sequences, rows
