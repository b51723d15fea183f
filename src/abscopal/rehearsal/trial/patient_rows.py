"""Who the patients are and how they go through the trial: rows of DM, DS and DD."""

import datetime as dt
from collections.abc import Callable, Iterator

from abscopal.rehearsal.trial.followed import Followed
from abscopal.rehearsal.trial.frames import Row
from abscopal.rehearsal.trial.people import Person

MILESTONE, EVENT, OTHER = "PROTOCOL MILESTONE", "DISPOSITION EVENT", "OTHER EVENT"
TREATMENT, PARTICIPATION = "STUDY TREATMENT", "STUDY PARTICIPATION"
INCLUSION = {True: "RANDOMIZED", False: "ENROLLED"}
ENDS = {
    "death": "DEATH",
    "loss": "LOST TO FOLLOW-UP",
    "completed": "COMPLETED",
    "withdrawn": "WITHDRAWAL BY SUBJECT",
}


def make_demographics(person: Person, patient: Followed | None, dose_dates: list[str]) -> Row:
    """Write the row of DM.

    Args:
        person: who was screened.
        patient: the patient who entered; None where the person did not.
        dose_dates: days of the doses that were given, in order.

    Returns:
        The row.
    """
    row: Row = {
        "USUBJID": person.usubjid,
        "SUBJID": person.usubjid.split("-")[-1],
        "SITEID": person.centre,
        "RFICDTC": person.consent.isoformat(),
        "AGE": float(person.age),
        "AGEU": "YEARS",
        "SEX": person.sex,
        "COUNTRY": person.country,
    }
    if patient is None:
        return row | {"ARMNRS": "NOT ASSIGNED" if person.is_eligible else "SCREEN FAILURE"}
    code, name = patient.outcome.arm.table_codes[0], patient.outcome.arm.name.en
    has_died = patient.ending == "death"
    row |= {
        "RFSTDTC": patient.date(0),
        "RFPENDTC": patient.date(patient.end),
        "ARMCD": code,
        "ARM": name,
        "DTHFL": "Y" if has_died else None,
        "DTHDTC": patient.date(patient.end) if has_died else None,
    }
    if not dose_dates:
        return row | {"ARMNRS": "ASSIGNED, NOT TREATED"}
    return row | {
        "ACTARMCD": code,
        "ACTARM": name,
        "RFXSTDTC": dose_dates[0][:10],
        "RFXENDTC": dose_dates[-1][:10],
    }


def list_screening_rows(person: Person) -> Iterator[Row]:
    """List consent, and the failure of screening where it failed, as rows of DS.

    Args:
        person: who was screened.

    Yields:
        Rows of DS.
    """
    yield _write(person, "INFORMED CONSENT OBTAINED", person.consent, MILESTONE)
    if not person.is_eligible:
        yield _write(person, "SCREEN FAILURE", person.entry, EVENT, PARTICIPATION)


def list_disposition_rows(patient: Followed, *, relapse_day: float | None = None) -> Iterator[Row]:
    """List inclusion, the end of treatment and the end of the trial, as rows of DS.

    Args:
        patient: the patient.
        relapse_day: day of a recurrence after surgery.

    Yields:
        Rows of DS.
    """

    def on(day: float) -> dt.date:
        return dt.date.fromisoformat(patient.date(day))

    person = patient.person
    yield _write(person, INCLUSION[len(patient.protocol.arms) > 1], on(0), MILESTONE)
    yield from _list_product(patient, on)
    if (reason := find_end_of_treatment(patient)) is not None:
        yield _write(person, reason[0], on(reason[1]), EVENT, TREATMENT)
    if relapse_day is not None:
        yield _write(person, "DISEASE RELAPSE", on(relapse_day), OTHER)
    if patient.ending == "loss":
        yield _write(person, "LAST CONTACT", on(patient.end), OTHER)
    yield _write(person, ENDS[patient.ending], on(patient.end), EVENT, PARTICIPATION)


def find_end_of_treatment(patient: Followed) -> tuple[str, float] | None:
    """Say why and when treatment ended; None while it goes on, or where it never began.

    Args:
        patient: the patient.

    Returns:
        The reason in standard terms, and the day.
    """
    if not patient.doses:
        return None
    last = patient.doses[-1].day
    grade = int(patient.outcome.courses.severe_grade[patient.row])
    stops = [dose.stop_at_grade or 99 for dose in patient.outcome.plan.doses]
    seen = float(patient.outcome.courses.stop_day[patient.row])
    severe = patient.severe_day
    if severe is not None and grade >= min(stops) and last <= severe <= seen:
        return "ADVERSE EVENT", severe
    if seen < patient.end:
        return "PROGRESSIVE DISEASE", max(seen, last)
    waiting = float(patient.outcome.courses.waiting_progression_day[patient.row])
    if waiting < patient.end:
        return "PROGRESSIVE DISEASE", max(waiting, last)
    planned = patient.outcome.plan.days[-1]
    if last >= planned and planned + 1 < patient.outcome.horizon_days:
        open_ended = any(
            phase.administrations.value is None
            for name in patient.outcome.arm.interventions
            if (drug := patient.protocol.find_intervention(name)) is not None
            for phase in drug.phases
        )
        return None if open_ended else ("COMPLETED", last)
    return (ENDS[patient.ending], patient.end) if patient.ending in ("death", "loss") else None


def make_death_row(patient: Followed) -> Row:
    """The cause of death, as a row of DD: the model knows death of the disease alone."""
    return {
        "USUBJID": patient.person.usubjid,
        "DDTESTCD": "PRCDTH",
        "DDTEST": "Primary Cause of Death",
        "DDORRES": "Disease progression",
        "DDSTRESC": "DISEASE PROGRESSION",
        "DDDTC": patient.date(patient.end),
    }


def _list_product(patient: Followed, on: Callable[[float], dt.date]) -> Iterator[Row]:
    own = [dose.day for dose in patient.outcome.plan.doses if dose.basis == "product_dose"]
    if not own or not patient.is_treated:
        return
    courses, row = patient.outcome.courses, patient.row
    # A patient who progresses is no longer waited for.
    until = min(patient.end, float(courses.waiting_progression_day[row]))
    failure, ready = float(courses.product_failure_day[row]), float(courses.product_ready_day[row])
    if failure < until:
        yield _write(patient.person, "MANUFACTURE FAILED", on(failure), MILESTONE)
    if ready < until:
        yield _write(patient.person, "PRODUCT RELEASED", on(ready), MILESTONE)


def _write(person: Person, term: str, day: dt.date, category: str, subcategory: str | None = None) -> Row:
    return {
        "USUBJID": person.usubjid,
        "DSTERM": term.capitalize(),
        "DSDECOD": term,
        "DSCAT": category,
        "DSSCAT": subcategory,
        "DSSTDTC": day.isoformat(),
    }
