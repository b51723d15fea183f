"""What toxicity does to the next dose.

Working rules of NIVIPIT (assumed): held from grade 2, resumed at grade 1 or less, stopped for good at grade 3. A change
of grade is a new row of the same event.
"""

from spec.dosing_language import dose, dose_advice, dose_refused, dose_said

GIVEN = """
date       | kg
2024-01-01 | 70
"""


def test_a_mild_event_holds_nothing():
    """Grade 1."""
    events = """
    event | grade | from       | to
    Rash  | 1     | 2024-01-10 |
    """
    assert dose(GIVEN, on="2024-01-22", events=events) == "70 mg"


def test_a_moderate_event_holds_the_dose_until_it_has_come_down():
    """Grade 2 until 24 January: held on the 22nd, given on the 25th."""
    events = """
    event   | grade | from       | to
    Colitis | 2     | 2024-01-15 | 2024-01-24
    """
    assert dose_refused(GIVEN, on="2024-01-22", events=events) == ["HELD"]
    assert (
        dose_said(GIVEN, on="2024-01-22", events=events)
        == "Intravenous nivolumab is held: Colitis, grade 2 since 15 January 2024. Held from grade 2, until grade 1 or "
        "less."
    )
    assert (
        dose_advice(GIVEN, on="2024-01-22", events=events)
        == "Assess the event again; record the day its grade changes."
    )
    assert dose(GIVEN, on="2024-01-25", events=events) == "70 mg"


def test_below_the_grade_of_hold_is_not_yet_the_grade_of_resumption():
    """A study that holds from grade 3: an event that fell from 3 to 2 still holds, at grade 1 no more. The same grade 2
    that never was 3 holds nothing."""
    falling = """
    event   | grade | from       | to
    Colitis | 3     | 2024-01-10 | 2024-01-18
    Colitis | 2     | 2024-01-19 |
    """
    fallen = """
    event   | grade | from       | to
    Colitis | 3     | 2024-01-10 | 2024-01-18
    Colitis | 1     | 2024-01-19 |
    """
    never_3 = """
    event   | grade | from       | to
    Colitis | 2     | 2024-01-19 |
    """
    assert dose_refused(GIVEN, on="2024-01-22", events=falling, hold_at_grade=3, stop_at_grade=4) == ["HELD"]
    assert dose_refused(GIVEN, on="2024-01-22", events=fallen, hold_at_grade=3, stop_at_grade=4) == []
    assert dose_refused(GIVEN, on="2024-01-22", events=never_3, hold_at_grade=3, stop_at_grade=4) == []


def test_a_severe_event_stops_the_drug_for_good():
    """Grade 3, even once it is over."""
    events = """
    event     | grade | from       | to
    Hepatitis | 3     | 2024-01-10 | 2024-01-15
    """
    assert dose_refused(GIVEN, on="2024-01-22", events=events) == ["STOPPED"]
    assert dose_refused(GIVEN, on="2025-01-22", events=events) == ["STOPPED"]


def test_an_event_that_is_not_related_holds_nothing_and_silence_is_not_unrelated():
    """A severe pneumonia not related to the treatment; the same whose relation nobody gave is read as related."""
    unrelated = """
    event          | grade | from       | to | related
    Lung infection | 3     | 2024-01-10 |    | no
    """
    unsaid = """
    event          | grade | from       | to | related
    Lung infection | 3     | 2024-01-10 |    | ?
    """
    assert dose_refused(GIVEN, on="2024-01-22", events=unrelated) == []
    assert dose_refused(GIVEN, on="2024-01-22", events=unsaid) == ["STOPPED"]


def test_an_event_attributed_to_one_drug_leaves_the_other():
    """An event attributed to the injected ipilimumab does not hold nivolumab."""
    events = """
    event                   | grade | from       | to | drug
    Injection site reaction | 2     | 2024-01-20 |    | ipilimumab_it
    """
    assert dose_refused(GIVEN, on="2024-01-22", events=events) == []
    assert dose_refused(GIVEN, on="2024-01-22", events=events, drug="ipilimumab_it") == ["HELD"]


def test_an_event_that_comes_later_is_not_known_yet():
    """On 22 January nobody knows of 23 January."""
    events = """
    event   | grade | from       | to
    Colitis | 3     | 2024-01-23 |
    """
    assert dose_refused(GIVEN, on="2024-01-22", events=events) == []


def test_without_rules_an_ongoing_event_is_nobodys_to_decide():
    """The study file that holds no grades stops the dose while an event lasts, and says who must write them."""
    events = """
    event | grade | from       | to
    Rash  | 1     | 2024-01-10 |
    """
    assert dose_refused(GIVEN, on="2024-01-22", events=events, hold_at_grade=None) == ["HOLD_RULE_UNKNOWN"]
    assert dose_refused(GIVEN, on="2024-01-22", hold_at_grade=None) == []
