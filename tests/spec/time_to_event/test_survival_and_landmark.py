"""Overall survival, and who is free of an event at a landmark."""

import polars as pl
import pytest

from abscopal.derivations.time_to_event.event_free import derive_landmark_counts, derive_landmark_status
from abscopal.derivations.time_to_event.overall_survival import derive_overall_survival
from abscopal.derivations.time_windows import TimeWindow
from abscopal.tables.adam import TimeToEvent
from plain_tables import build, day, read_rows
from response_sequences import build_patients

FOUR_MONTHS = TimeWindow(122)
TIMES = """
patient | day | CNSR
P1      | 122 | 0
P2      | 123 | 0
P3      | 122 | 1
P4      | 121 | 1
P5      | 50  | 2
"""


def landmark():
    rows = [
        {"USUBJID": row["patient"], "STARTDT": day(0), "ADT": day(row["day"]), "CNSR": row["CNSR"]}
        for row in read_rows(TIMES)
    ]
    times = build(
        TimeToEvent, rows, PARAMCD="PFS", PARAM="x", RULESET="fda_a", READER="", AVALU="DAYS", EVNTDESC="x",
        TRT01P="A",
    )  # fmt: skip
    return derive_landmark_status(times, landmark=FOUR_MONTHS)


def test_survival_ends_with_death_and_stops_when_last_known_alive():
    """P3 is known to have died, and nobody knows when: the death stays a death, on the last day known alive."""
    patients = """
    patient | death | alive
    P1      | 60    | 50
    P2      |       | 90
    P4      |       |
    """
    times = derive_overall_survival(build_patients(read_rows(patients)))
    assert times.select("USUBJID", "AVAL", "CNSR").rows() == [("P1", 60, 0), ("P2", 90, 1), ("P4", 0, 1)]
    undated = derive_overall_survival(
        build_patients([{"patient": "P3", "alive": 40}]).with_columns(DTHFL=pl.lit("Y"))
    )
    assert undated.select("AVAL", "CNSR", "ADTF", "SRCVAR").row(0) == (40, 0, "Y", "LSTALVDT")


def test_nobody_is_censored_before_the_start():
    """The last sign of life of P1 is older than the randomisation."""
    times = derive_overall_survival(build_patients([{"patient": "P1", "alive": -20}]))
    assert times.select("AVAL", "CNSR").rows() == [(0, 1)]


def test_the_landmark_separates_events_from_departures():
    """An event on day 122 has happened; a patient censored on that day was still free of the event."""
    assert dict(landmark().select("USUBJID", "STATUS").iter_rows()) == {
        "P1": "EVENT",
        "P2": "EVENT_FREE",
        "P3": "EVENT_FREE",
        "P4": "CENSORED_BEFORE",
        "P5": "COMPETING",
    }


@pytest.mark.parametrize(
    ("censored", "free", "n", "left_out"),
    [("excluded", 2, 4, 1), ("failures", 2, 5, 0), ("successes", 3, 5, 0)],
)
def test_the_share_says_how_it_counts_those_who_left(censored, free, n, left_out):
    """P4 left one day before the landmark."""
    counts = derive_landmark_counts(landmark(), censored=censored)
    assert counts.select("ARM", "FREE", "N", "LEFTOUT").rows() == [
        ("A", free, n, left_out),
        ("ALL", free, n, left_out),
    ]
