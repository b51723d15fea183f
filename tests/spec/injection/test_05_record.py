"""The record of an injection: one row per lesion and drug, also for a lesion that was not injected.

The plan is 1 mL (5 mg at 5 mg/mL) into T01, of 30 mm; T02, of 24 mm, is not injected. A row that is incomplete or
contradicts itself is not taken. What happened otherwise than planned is taken, and told as a deviation.
"""

from spec.injection_language import deviations, exposure, not_taken


def test_a_complete_record_becomes_rows_of_exposure():
    """The dose is computed from the volume; the lesion that was not injected is no exposure."""
    rows = """
    lesion | drawn | delivered | reason
    T01    | 1     | 1         |
    T02    |       | 0         | Volume placed in T01
    """
    assert deviations(rows) == []
    assert exposure(rows) == [
        ("IPILIMUMAB", 5.0, "INTRATUMORAL", "T01", "LOT1", "2024-03-15T09:00:00+00:00"),
    ]


def test_a_lesion_that_was_not_injected_has_its_row_and_its_reason():
    """No row for T02; then a row without a reason."""
    no_row = """
    lesion | drawn | delivered
    T01    | 1     | 1
    """
    no_reason = """
    lesion | drawn | delivered
    T01    | 1     | 1
    T02    |       | 0
    """
    assert not_taken(no_row) == ["ROW_MISSING"]
    assert not_taken(no_reason) == ["FIELD_MISSING"]


def test_nobody_delivers_more_than_was_drawn():
    """0 is the least and what was drawn the most."""
    too_much = """
    lesion | drawn | delivered | reason
    T01    | 1     | 1.2       |
    T02    |       | 0         | Volume placed in T01
    """
    negative = """
    lesion | drawn | delivered | reason
    T01    | 1     | -1        | Not done
    T02    |       | 0         | Volume placed in T01
    """
    assert not_taken(too_much) == ["MORE_THAN_DRAWN"]
    assert not_taken(negative) == ["VOLUME_NEGATIVE"]


def test_the_dose_is_the_volume_times_the_concentration():
    """1 mL at 5 mg/mL is 5 mg, whatever was typed."""
    rows = """
    lesion | drawn | delivered | mg | reason
    T01    | 1     | 1         | 6  |
    T02    |       | 0         |    | Volume placed in T01
    """
    assert not_taken(rows) == ["DOSE_DISAGREES"]


def test_less_than_planned_needs_a_reason():
    """0.6 mL of 1 mL: without a reason it is not taken, with one it is a deviation."""
    without = """
    lesion | drawn | delivered | reason
    T01    | 1     | 0.6       |
    T02    |       | 0         | Volume placed in T01
    """
    with_reason = """
    lesion | drawn | delivered | less | reason
    T01    | 1     | 0.6       | Pain |
    T02    |       | 0         |      | Volume placed in T01
    """
    assert not_taken(without) == ["SHORTFALL_WITHOUT_REASON"]
    assert deviations(with_reason) == ["LESS_THAN_PLANNED"]


def test_another_person_checks_and_the_batch_is_released():
    """The preparer never checks; a batch that is not released is never injected; an empty cell is completed."""
    rows = """
    lesion | drawn | delivered | batch | preparer | checker | operator | reason
    T01    | 1     | 1         | LOT9  | A        | a       | -        |
    T02    |       | 0         |       |          |         |          | Volume placed in T01
    """
    assert not_taken(rows) == ["FIELD_MISSING", "SAME_PERSON", "BATCH_NOT_RELEASED"]


def test_the_end_does_not_come_before_the_start():
    """Times are kept in UTC."""
    rows = """
    lesion | drawn | delivered | start | stop  | reason
    T01    | 1     | 1         | 09:10 | 09:00 |
    T02    |       | 0         |       |       | Volume placed in T01
    """
    assert not_taken(rows) == ["TIMES_REVERSED"]


def test_the_biopsy_of_the_visit_comes_first():
    """Taken at 8:30 it read the tumour; taken at 9:05, the injection."""
    before = """
    lesion | drawn | delivered | biopsy | reason
    T01    | 1     | 1         | 08:30  |
    T02    |       | 0         |        | Volume placed in T01
    """
    after = """
    lesion | drawn | delivered | biopsy | reason
    T01    | 1     | 1         | 09:05  |
    T02    |       | 0         |        | Volume placed in T01
    """
    assert deviations(before) == []
    assert deviations(after) == ["BIOPSY_AFTER_INJECTION"]


def test_what_happened_is_recorded_even_when_it_was_not_planned():
    """More into T01 than planned, an injection of T02 that nobody planned, and 0.1 mL that came back."""
    rows = """
    lesion | drawn | delivered | reflux
    T01    | 2     | 1.5       | 0.1
    T02    | 1     | 0.5       |
    """
    assert deviations(rows) == ["MORE_THAN_PLANNED", "REFLUX", "NOT_PLANNED"]


def test_nothing_is_injected_while_nobody_has_chosen():
    """21 mg do not fit: before the operator chooses, the record is not taken."""
    rows = """
    lesion | drawn | delivered
    T01    | 2     | 2
    T02    | 1     | 1
    """
    assert not_taken(rows, mg=21) == ["PLAN_NOT_CHOSEN"]
    assert not_taken(rows, mg=21, choice="give_less") == []
