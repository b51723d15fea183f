"""When: due days, windows, late and missed doses, phases.

Day 1 is 1 January 2024. Nivolumab is due every 21 days four times, then every 14 days from day 85 (25 March). A visit
may come 2 days early and 3 days late; the first may not come early.
"""

from spec.dosing_language import (
    becomes,
    dose,
    dose_advice,
    dose_refused,
    dose_told,
    due_on,
    next_due,
    number,
)

THREE_GIVEN = """
date       | kg
2024-01-01 | 70
2024-01-22 | 70
2024-02-12 | 70
"""


def test_the_first_dose_is_due_on_its_day():
    """Not before day 1."""
    assert due_on(on="2024-01-01") == "2024-01-01"
    assert dose_refused(on="2023-12-31") == ["TOO_EARLY"]
    assert next_due(on="2024-01-01") == "2024-01-22"


def test_a_dose_may_come_a_little_early_and_no_more():
    """Due on 22 January: from the 20th on."""
    given = """
    date       | kg
    2024-01-01 | 70
    """
    assert dose_refused(given, on="2024-01-19") == ["TOO_EARLY"]
    assert dose_advice(given, on="2024-01-19") == "Give it from 20 January 2024 on."
    assert dose(given, on="2024-01-20") == "70 mg"


def test_a_late_dose_is_given_and_told():
    """In time until 25 January; on the 26th it is a deviation, and the next dose moves with it (our reading)."""
    given = """
    date       | kg
    2024-01-01 | 70
    """
    assert dose_told(given, on="2024-01-25") == []
    assert dose_told(given, on="2024-01-26") == ["LATE"]
    assert next_due(given, on="2024-01-26") == "2024-02-16"


def test_after_84_days_a_dose_is_missed_for_good():
    """Due on 22 January: on 15 April (84 days) it is still given, on the 16th it is missed, and the third dose has been
    due since 12 February."""
    given = """
    date       | kg
    2024-01-01 | 70
    """
    assert becomes(given, on="2024-04-15") == "due"
    assert becomes(given, on="2024-04-16") == "missed for good"
    assert next_due(given, on="2024-04-16") == "2024-02-12"


def test_a_missed_dose_is_not_made_up():
    """Our reading: it counts among the four of the induction. A study may say otherwise."""
    given = """
    date       | kg | status
    2024-01-01 | 70 |
    2024-01-22 |    | missed
    2024-02-12 | 70 |
    2024-03-04 | 70 |
    """
    assert number(given, on="2024-03-25") == "maintenance 1"
    assert number(given, on="2024-03-25", made_up=True) == "induction 4"


def test_maintenance_follows_induction():
    """After four doses the dose is 3 mg/kg every 14 days, the first on day 85."""
    given = """
    date       | kg
    2024-01-01 | 70
    2024-01-22 | 70
    2024-02-12 | 70
    2024-03-04 | 70
    """
    assert number(given, on="2024-03-25") == "maintenance 1"
    assert dose(given, on="2024-03-25") == "210 mg"
    assert next_due(given, on="2024-03-25") == "2024-04-08"


def test_a_delayed_induction_delays_the_maintenance():
    """The fourth dose came a week late: the planned gap of 21 days is kept, and the maintenance is due on 1 April."""
    given = """
    date       | kg
    2024-01-01 | 70
    2024-01-22 | 70
    2024-02-12 | 70
    2024-03-11 | 70
    """
    assert due_on(given, on="2024-04-01") == "2024-04-01"
    assert dose_refused(given, on="2024-03-25") == ["TOO_EARLY"]


def test_no_more_doses_than_planned():
    """Four injections of ipilimumab, and no fifth."""
    given = """
    date       | kg
    2024-01-01 | 70
    2024-01-22 | 70
    2024-02-12 | 70
    2024-03-04 | 70
    """
    assert dose_refused(given, drug="ipilimumab_it", on="2024-03-25") == ["ALL_GIVEN"]
    assert next_due(THREE_GIVEN, drug="ipilimumab_it", on="2024-03-04") is None


def test_a_dose_without_a_visit_has_no_window():
    """Oral cyclophosphamide is taken at home every day: only the first dose has a visit."""
    given = """
    date
    2024-01-01
    """
    assert dose_told(given, study="dex2", drug="cyclophosphamide", on="2024-01-02") == ["WINDOW_UNKNOWN"]
    assert dose(given, study="dex2", drug="cyclophosphamide", on="2024-01-02") == "50 mg"
