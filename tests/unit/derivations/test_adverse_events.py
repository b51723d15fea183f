"""Grades, versions, dates and worst grades of adverse events."""

from datetime import date

import polars as pl
import pytest

from abscopal.derivations.event_selection import EventSelection
from abscopal.derivations.safety.adverse_events import derive_adae
from abscopal.derivations.safety.first_severe_event import derive_first_events
from abscopal.derivations.safety.immune_related_terms import read_immune_related_terms
from abscopal.derivations.safety.settings import SafetySettings
from abscopal.derivations.safety.worst_grade import derive_grade_counts, derive_worst_grades
from abscopal.errors import TablesError
from abscopal.tables.adam import SubjectLevel
from abscopal.tables.sdtm.ae import AdverseEvents
from plain_tables import build

PATIENTS = """
USUBJID | TRT01A | SAFFL | TRTSDT     | REFDT
P1      | A      | Y     | 2024-03-10 | 2024-03-10
P2      | A      | Y     | 2024-03-10 | 2024-03-10
P3      | B      | Y     | 2024-03-10 | 2024-03-10
P4      | B      | N     |            | 2024-03-10
"""
EVENTS = """
USUBJID | AEDECOD | AETOXGR | AESTDTC    | AEREL
P1      | Rash    | 1       | 2024-04-01 | RELATED
P1      | Rash    | 3       | 2024-05-01 | RELATED
P1      | Rash    | 3       | 2024-06-01 | RELATED
P1      | Fatigue | 2       | 2024-01-01 | RELATED
P2      | Colitis | 4       | 2024-04-01 | NOT RELATED
P2      | Rash    |         | 2024-04-01 | RELATED
P3      | Fatigue |         | 2024-04-01 | RELATED
P4      | Fatigue | 5       | 2024-04-01 | RELATED
"""


def analyse(events: str = EVENTS, **choices):
    return derive_adae(
        build(AdverseEvents, events),
        build(SubjectLevel, PATIENTS),
        terms=read_immune_related_terms(),
        settings=SafetySettings(**({"immune_rule": "term"} | choices)),
    )


def counts(arm: str, **choices) -> dict[str, tuple[int, int]]:
    table = derive_grade_counts(analyse(), build(SubjectLevel, PATIENTS), **choices)
    rows = table.filter((pl.col("ARM") == arm) & (pl.col("N") > 0)).select("GRADE", "N", "DENOM").rows()
    return {grade: (number, whole) for grade, number, whole in rows}


def test_patients_are_counted_once_by_their_worst_grade():
    assert counts("A") == {"ANY": (2, 2), "3": (1, 2), "4": (1, 2), "3-5": (2, 2)}
    assert counts("B") == {"ANY": (1, 1), "UNGRADED": (1, 1)}
    assert counts("ALL") == {"ANY": (3, 3), "3": (1, 3), "4": (1, 3), "3-5": (2, 3), "UNGRADED": (1, 3)}


def test_only_the_related_events_may_be_counted():
    assert counts("A", selection=EventSelection(kind="related")) == {
        "ANY": (2, 2), "3": (1, 2), "3-5": (1, 2), "UNGRADED": (1, 2),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("term", [("P1", "Rash", 3), ("P2", "Colitis", 4), ("P2", "Rash", None), ("P3", "Fatigue", None)]),
        ("immune_category", [("P1", "Skin", 3), ("P2", "Colitis", 4), ("P2", "Skin", None)]),
        ("body_system", []),
    ],
)
def test_the_worst_grade_may_be_taken_within_a_term_or_a_category(level, expected):
    worst = derive_worst_grades(analyse(), build(SubjectLevel, PATIENTS), level=level)
    assert worst.select("USUBJID", "LEVEL", "WORST").rows() == expected


def test_grades_of_two_versions_are_never_pooled():
    mixed = "USUBJID | AEDECOD | AETOXGR | AETOXVER\nP1 | Rash | 3 | 5.0\nP1 | Rash | 3 | 6.0"
    with pytest.raises(TablesError, match=r"1 by 5\.0, 1 by 6\.0"):
        analyse(mixed)
    single = "USUBJID | AEDECOD | AETOXGR | AETOXVER\nP1 | Rash | 3 | 5.0"
    with pytest.raises(TablesError, match=r"needs version 6\.0"):
        analyse(single, ctcae_versions=("6.0",))
    assert analyse(single, ctcae_versions=("5.0",)).height == 1
    table = analyse(single)
    both = pl.concat([table, table.with_columns(AESEQ=pl.col("AESEQ") + 9, AETOXVER=pl.lit("6.0"))])
    with pytest.raises(TablesError, match="other versions of CTCAE"):
        derive_worst_grades(both, build(SubjectLevel, PATIENTS))


def test_grades_of_two_versions_stand_together_only_where_the_protocol_asked_for_both():
    mixed = "USUBJID | AEDECOD | AETOXGR | AETOXVER\nP1 | Rash | 2 | 4.03\nP1 | Rash | 3 | 5.0"
    both = analyse(mixed, ctcae_versions=("4.03", "5.0"))
    patients = build(SubjectLevel, PATIENTS)
    worst = derive_worst_grades(both, patients, level="term", ctcae_versions=("4.03", "5.0"))
    assert worst["WORST"].to_list() == [3]
    with pytest.raises(TablesError, match=r"needs version 5\.0 or 6\.0"):
        derive_worst_grades(both, patients, ctcae_versions=("5.0", "6.0"))


def test_severe_is_what_the_study_says():
    severe = analyse(severe_grade=4).select("AESEQ", "SEVFL").rows()
    assert [number for number, flag in severe if flag == "Y"] == [5, 8]
    assert [number for number, flag in severe if flag is None] == [6, 7]


def test_the_first_event_of_the_worst_grade_is_marked_once():
    marked = analyse().filter(pl.col("AOCCIFL") == "Y").select("USUBJID", "AEDECOD", "ASTDT").rows()
    assert marked == [("P1", "Rash", date(2024, 5, 1)), ("P2", "Colitis", date(2024, 4, 1))]


def test_a_doubtful_start_is_put_on_the_first_dose_and_said_so():
    events = """
    USUBJID | AEDECOD | AESTDTC | AEENDTC
    P1      | Rash    | 2024-03 | 2024-04
    P1      | Fever   |         |
    P1      | Cough   | 2024-02 |
    """
    rows = analyse(events).select("ASTDT", "ASTDTF", "ASTDY", "AENDT", "AENDTF").rows()
    assert rows == [
        (date(2024, 3, 10), "D", 1, date(2024, 4, 30), "D"),
        (date(2024, 3, 10), "Y", 1, None, None),
        (date(2024, 2, 1), "D", -38, None, None),
    ]


def test_the_first_severe_event_is_the_earliest():
    first = derive_first_events(analyse()).select("USUBJID", "AEDECOD", "ASTDT").rows()
    assert first == [("P1", "Rash", date(2024, 5, 1)), ("P2", "Colitis", date(2024, 4, 1))]


def test_no_event_gives_an_empty_table_and_counts_of_zero():
    adsl = build(SubjectLevel, PATIENTS)
    empty = derive_adae(AdverseEvents.create_empty(), adsl, terms=read_immune_related_terms())
    assert empty.height == 0
    table = derive_grade_counts(empty, adsl)
    assert set(table["N"]) == {0}
    assert dict(table.select("ARM", "DENOM").iter_rows()) == {"A": 2, "B": 1, "ALL": 3}


def test_events_before_treatment_count_only_when_asked_for():
    adsl = build(SubjectLevel, PATIENTS)
    choices = EventSelection(emergence="any", severity="severe", kind="related_immune_related")
    assert choices.sentence == "severe immune-related adverse events related to treatment"
    before = derive_worst_grades(analyse(), adsl, level="term", selection=EventSelection(emergence="any"))
    assert ("P1", "Fatigue", 2) in before.select("USUBJID", "LEVEL", "WORST").rows()
