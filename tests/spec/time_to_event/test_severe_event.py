"""Time to the first severe event: the dead can no longer have it, so death competes."""

import pytest

from abscopal.derivations.event_selection import EventSelection
from abscopal.derivations.time_to_event.severe_event import derive_time_to_severe_event
from abscopal.tables.adam import AdverseEventAnalysis
from plain_tables import build, day, read_rows
from response_sequences import build_patients

EVENT, CENSORED, COMPETING = 0, 1, 2
PATIENTS = """
patient | therapy | death | alive
P1      |         |       | 300
P2      |         | 60    | 60
P3      | 80      |       | 300
P4      |         |       | 300
P5      |         | 45    | 45
"""
EVENTS = """
AESEQ | USUBJID | day | ATOXGRN
1     | P1      | 30  | 3
2     | P1      | 20  | 4
3     | P3      | 100 | 3
4     | P5      | 45  | 5
"""


def first_severe(**choices) -> dict[str, tuple[float, int]]:
    events = [row | {"ASTDT": day(row["day"])} for row in read_rows(EVENTS)]
    adae = build(AdverseEventAnalysis, events, TRTEMFL="Y", SEVFL="Y", IRAEFL="N")
    times = derive_time_to_severe_event(adae, build_patients(read_rows(PATIENTS)), **choices)
    return {
        patient: (days, status) for patient, days, status in times.select("USUBJID", "AVAL", "CNSR").rows()
    }


def test_the_first_event_counts_and_death_competes():
    """P1's first severe event is on day 20. P2 died without one. P5's event was fatal: it is an event."""
    assert first_severe() == {
        "P1": (20, EVENT),
        "P2": (60, COMPETING),
        "P3": (100, EVENT),
        "P4": (300, CENSORED),
        "P5": (45, EVENT),
    }


@pytest.mark.parametrize(
    ("new_therapy", "expected"),
    [("ignore", (100, EVENT)), ("censor", (80, CENSORED)), ("compete", (80, COMPETING))],
)
def test_a_further_therapy_plays_the_part_that_the_study_gives_it(new_therapy, expected):
    """P3 changed treatment on day 80 and had a severe event on day 100."""
    assert first_severe(new_therapy=new_therapy)["P3"] == expected


def test_the_collection_of_events_may_end_before_the_follow_up():
    """Events are collected for 25 days after the only dose: what comes later was not looked for."""
    found = first_severe(at_risk_days_after_last_dose=25)
    assert found == {
        "P1": (20, EVENT),
        "P2": (25, CENSORED),
        "P3": (25, CENSORED),
        "P4": (25, CENSORED),
        "P5": (25, CENSORED),
    }


def test_only_the_events_of_the_question_count():
    """None of these events is immune-related."""
    statuses = {status for _, status in first_severe(
        selection=EventSelection(kind="immune_related", severity="severe")
    ).values()}  # fmt: skip
    assert statuses == {CENSORED, COMPETING}


def test_one_day_more_is_a_choice():
    """Some analysis plans count the first day as day one."""
    assert first_severe(counting="plus_one_day")["P1"] == (21, EVENT)


def test_each_time_names_its_record_and_its_reason():
    """A reader can walk back from the number to the row."""
    events = [row | {"ASTDT": day(row["day"])} for row in read_rows(EVENTS)]
    adae = build(AdverseEventAnalysis, events, TRTEMFL="Y", SEVFL="Y")
    times = derive_time_to_severe_event(
        adae, build_patients(read_rows(PATIENTS)), new_therapy="censor"
    ).select("SRCDOM", "SRCVAR", "SRCSEQ", "REASON", "CNSDTDSC")
    assert times.rows() == [
        ("ADAE", "ASTDT", 2, None, None),
        ("ADSL", "DTHDT", None, None, None),
        ("ADSL", "NACTDT", None, "NEW_THERAPY", "START OF NEW THERAPY"),
        ("ADSL", "LSTALVDT", None, "NO_EVENT", "LAST KNOWN ALIVE"),
        ("ADAE", "ASTDT", 4, None, None),
    ]


def test_an_event_that_worsened_under_treatment_counts_from_the_start():
    """It began before the first dose and became severe under treatment on a day nobody wrote down."""
    adae = build(
        AdverseEventAnalysis, [{"USUBJID": "P4", "ASTDT": day(-10), "ATOXGRN": 3}], TRTEMFL="Y", SEVFL="Y"
    )
    times = derive_time_to_severe_event(adae, build_patients([{"patient": "P4", "alive": 300}]))
    assert times.select("AVAL", "CNSR").rows() == [(0, EVENT)]
