"""Incidence in a window: an event, none through the last day, or a window that nobody can judge."""

import polars as pl

from abscopal.derivations.event_selection import EventSelection
from abscopal.derivations.safety.first_severe_event import derive_window_counts, derive_window_status
from abscopal.derivations.time_windows import TimeWindow
from abscopal.tables.adam import AdverseEventAnalysis, SubjectLevel
from plain_tables import build

SIX_MONTHS = TimeWindow(6, "months")
PATIENTS = """
USUBJID | TRT01A | TRTSDT     | LSTALVDT   | DTHFL | DTHDT      | NACTDT
P1      | IT     | 2024-01-10 | 2025-01-01 | N     |            |
P2      | IT     | 2024-01-10 | 2025-01-01 | N     |            |
P3      | IT     | 2024-01-10 | 2024-03-01 | Y     | 2024-03-02 |
P4      | IT     | 2024-01-10 | 2024-04-01 | N     |            |
P5      | IV     | 2024-01-10 | 2025-01-01 | N     |            | 2024-05-01
P6      | IV     | 2024-01-10 | 2024-07-10 | N     |            |
"""
EVENTS = """
USUBJID | AEDECOD | ATOXGRN | TRTEMFL | SEVFL | ASTDT
P1      | Colitis | 3       | Y       | Y     | 2024-02-01
P2      | Colitis | 2       | Y       | N     | 2024-02-01
P2      | Colitis | 4       | Y       | Y     | 2024-08-01
P5      | Rash    | 3       | Y       | Y     | 2024-06-01
"""


def status(window: TimeWindow, *, new_therapy: str = "ignore", events: str = EVENTS) -> dict[str, str]:
    rows = derive_window_status(
        build(AdverseEventAnalysis, events),
        build(SubjectLevel, PATIENTS, SAFFL="Y"),
        window=window,
        new_therapy=new_therapy,
    )
    return {
        patient: f"{stands} {reason}" if reason else stands
        for patient, stands, reason in rows.select("USUBJID", "STATUS", "REASON").iter_rows()
    }


def test_each_patient_has_an_event_is_free_of_it_or_cannot_be_judged():
    """P2 was severe only after six months; P3 died in month two; P4 was lost in month three; P6 was seen on day one
    hundred and eighty-two, the last of the window."""
    assert status(SIX_MONTHS) == {
        "P1": "EVENT",
        "P2": "EVENT_FREE",
        "P3": "INCOMPLETE DIED",
        "P4": "INCOMPLETE SHORT_FOLLOW_UP",
        "P5": "EVENT",
        "P6": "EVENT_FREE",
    }


def test_a_further_therapy_can_leave_the_window_incomplete():
    """P5 changed treatment on 1 May: whether a rash in June is an event of the trial is the study's choice."""
    assert status(SIX_MONTHS, new_therapy="incomplete")["P5"] == "INCOMPLETE NEW_THERAPY"


def test_the_denominators_bracket_the_truth():
    """Arm IT: one event among two complete windows, four treated; two windows are incomplete."""
    rows = derive_window_status(
        build(AdverseEventAnalysis, EVENTS), build(SubjectLevel, PATIENTS, SAFFL="Y"), window=SIX_MONTHS
    )
    found = {
        rule: derive_window_counts(rows, denominator=rule)
        .filter(rows_of_arm("IT"))
        .select("EVENTS", "N")
        .row(0)
        for rule in ("complete_window", "all_treated", "failures_are_events")
    }
    assert found == {"complete_window": (1, 2), "all_treated": (1, 4), "failures_are_events": (3, 4)}


def rows_of_arm(arm: str) -> pl.Expr:
    return pl.col("ARM") == arm


def test_183_days_and_six_months_are_not_the_same_window():
    """From 10 January 2024, six calendar months end on 10 July and 183 days on 11 July."""
    events = """
    USUBJID | AEDECOD | ATOXGRN | TRTEMFL | SEVFL | ASTDT
    P1      | Colitis | 3       | Y       | Y     | 2024-07-11
    """
    assert status(SIX_MONTHS, events=events)["P1"] == "EVENT_FREE"
    assert status(TimeWindow(183), events=events)["P1"] == "EVENT"
    assert status(TimeWindow(183, counting="study_day"), events=events)["P1"] == "EVENT_FREE"


def test_only_the_events_of_the_question_count():
    """The question is about related events; the severe colitis of P1 was not related."""
    events = build(AdverseEventAnalysis, EVENTS, TRTRELFL="N")
    rows = derive_window_status(
        events,
        build(SubjectLevel, PATIENTS, SAFFL="Y"),
        window=SIX_MONTHS,
        selection=EventSelection(kind="related", severity="severe"),
    )
    assert "EVENT" not in set(rows["STATUS"])
