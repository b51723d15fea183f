"""When a serious event must be reported: 24 hours to the sponsor, 7 or 15 calendar days to the authority.

Times are those of Paris unless the case says otherwise. The day of awareness is day 0. A report is due by the end of
its day.
"""

import datetime
from zoneinfo import ZoneInfo

import pytest

from abscopal.conduct.safety_clocks import (
    ReportingRules,
    SafetyReport,
    decide_reporting_rules,
    decide_reports_due,
    list_overdue,
)
from abscopal.protocol.safety import SafetyRules
from plain_tables import read_rows

RULES = ReportingRules(24, 7, 8, 15)
YES_NO = {"yes": True, "no": False, None: None}
OPINION = {"related": "related", "not related": "not_related", None: None}


def _reports(table: str, zone: ZoneInfo) -> list[SafetyReport]:
    return [
        SafetyReport(
            datetime.datetime.fromisoformat(row["known at"]).replace(tzinfo=zone),
            row["by"],
            serious=YES_NO[row["serious"]],
            fatal_or_life_threatening=YES_NO[row["fatal or threatening"]],
            investigator_causality=OPINION[row["investigator"]],
            sponsor_causality=OPINION[row["sponsor"]],
            expected=YES_NO[row["expected"]],
        )
        for row in read_rows(table)
    ]


def due(table: str, *, rules: ReportingRules = RULES, zone: str = "Europe/Paris") -> dict[str, str]:
    place = ZoneInfo(zone)
    decision = decide_reports_due(_reports(table, place), rules=rules, zone=place, protocol_version="1.0")
    return {item.kind: item.by.strftime("%Y-%m-%d %H:%M") for item in decision.events}


def reasons(table: str) -> list[str]:
    place = ZoneInfo("Europe/Paris")
    reports = _reports(table, place)
    return list(decide_reports_due(reports, rules=RULES, zone=place, protocol_version="1.0").codes)


def test_the_investigator_has_24_hours():
    """Awareness on a Saturday evening: week-ends shift nothing."""
    known = """
    known at         | by           | serious | fatal or threatening | investigator | sponsor | expected
    2024-06-01 21:30 | investigator | yes     | no                   | related      |         |
    """
    assert due(known) == {"sae_to_sponsor": "2024-06-02 21:30"}


def test_24_hours_are_24_hours_when_the_clocks_change():
    """On 31 March 2024 the clocks go forward: 24 hours after 18:00 of the day before it is 19:00."""
    known = """
    known at         | by           | serious | fatal or threatening | investigator | sponsor | expected
    2024-03-30 18:00 | investigator | yes     |                      |              |         |
    """
    assert due(known) == {"sae_to_sponsor": "2024-03-31 19:00"}


def test_a_fatal_reaction_has_seven_days_and_eight_more():
    """Known to the sponsor on 26 February of a leap year: day 7 is 4 March."""
    known = """
    known at         | by      | serious | fatal or threatening | investigator | sponsor | expected
    2024-02-26 18:00 | sponsor | yes     | yes                  | related      | related | no
    """
    assert due(known) == {"susar": "2024-03-04 23:59", "susar_follow_up": "2024-03-12 23:59"}


def test_without_the_leap_day_the_same_clock_ends_a_day_later_on_the_calendar():
    """The same in 2023: day 7 is 5 March."""
    known = """
    known at         | by      | serious | fatal or threatening | investigator | sponsor | expected
    2023-02-26 18:00 | sponsor | yes     | yes                  | related      | related | no
    """
    assert due(known)["susar"] == "2023-03-05 23:59"


def test_any_other_unexpected_reaction_has_fifteen_days():
    """Serious, neither fatal nor life-threatening."""
    known = """
    known at         | by      | serious | fatal or threatening | investigator | sponsor | expected
    2024-06-03 09:00 | sponsor | yes     | no                   | related      | related | no
    """
    assert due(known) == {"susar": "2024-06-18 23:59"}


def test_where_the_day_after_is_day_zero_every_date_moves_by_one():
    """As the United Kingdom counts."""
    known = """
    known at         | by      | serious | fatal or threatening | investigator | sponsor | expected
    2024-06-03 09:00 | sponsor | yes     | no                   | related      | related | no
    """
    later = ReportingRules(24, 7, 8, 15, day_zero="day_after_awareness")
    assert due(known, rules=later) == {"susar": "2024-06-19 23:59"}


def test_the_day_is_the_day_of_the_place():
    """23:30 in Paris is already the next day in Tokyo; each place counts from its own date."""
    known = """
    known at         | by      | serious | fatal or threatening | investigator | sponsor | expected
    2024-06-03 23:30 | sponsor | yes     | no                   | related      | related | no
    """
    paris = _reports(known, ZoneInfo("Europe/Paris"))
    counted = decide_reports_due(paris, rules=RULES, zone=ZoneInfo("Asia/Tokyo"), protocol_version="1.0")
    assert [due(known)["susar"], counted.events[0].by.strftime("%Y-%m-%d")] == [
        "2024-06-18 23:59",
        "2024-06-19",
    ]


def test_the_sponsor_never_downgrades_the_investigator():
    """The sponsor holds the event for unrelated; the investigator's opinion is enough."""
    known = """
    known at         | by      | serious | fatal or threatening | investigator | sponsor     | expected
    2024-06-03 09:00 | sponsor | yes     | no                   | related      | not related | no
    """
    assert due(known) == {"susar": "2024-06-18 23:59"}
    assert reasons(known) == ["NO_DOWNGRADE"]


def test_the_sponsor_may_suspect_what_the_investigator_does_not():
    """The investigator holds it for unrelated, the sponsor for related: it is suspected."""
    known = """
    known at         | by      | serious | fatal or threatening | investigator | sponsor | expected
    2024-06-03 09:00 | sponsor | yes     | no                   | not related  | related | no
    """
    assert due(known) == {"susar": "2024-06-18 23:59"}


def test_a_missing_opinion_stops_no_clock():
    """Neither causality nor expectedness is judged: read as related and unexpected."""
    known = """
    known at         | by      | serious | fatal or threatening | investigator | sponsor | expected
    2024-06-03 09:00 | sponsor | yes     | no                   |              |         |
    """
    assert due(known) == {"susar": "2024-06-18 23:59"}
    assert reasons(known) == ["CAUSALITY_MISSING", "EXPECTEDNESS_MISSING"]


def test_a_study_may_refuse_to_read_silence_as_related():
    """Then the opinion is asked for, and no report is owed yet."""
    known = """
    known at         | by      | serious | fatal or threatening | investigator | sponsor | expected
    2024-06-03 09:00 | sponsor | yes     | no                   |              |         | no
    """
    silent = ReportingRules(24, 7, 8, 15, missing_causality="unknown")
    assert due(known, rules=silent) == {}


def test_an_expected_reaction_is_not_expedited():
    """The reference safety information names it."""
    known = """
    known at         | by      | serious | fatal or threatening | investigator | sponsor | expected
    2024-06-03 09:00 | sponsor | yes     | yes                  | related      | related | yes
    """
    assert due(known) == {}
    assert reasons(known) == ["EXPECTED"]


def test_an_event_that_is_not_serious_owes_nothing():
    """Rash of grade 1."""
    known = """
    known at         | by           | serious | fatal or threatening | investigator | sponsor | expected
    2024-06-03 09:00 | investigator | no      | no                   | related      |         | no
    """
    assert due(known) == {}


def test_a_reaction_that_becomes_fatal_starts_the_short_clock():
    """Serious on 3 June (due 18 June), fatal on 6 June: seven days from then."""
    known = """
    known at         | by      | serious | fatal or threatening | investigator | sponsor | expected
    2024-06-03 09:00 | sponsor | yes     | no                   | related      |         | no
    2024-06-06 09:00 | sponsor |         | yes                  |              |         |
    """
    assert due(known) == {"susar": "2024-06-13 23:59", "susar_follow_up": "2024-06-21 23:59"}


def test_the_short_clock_never_lengthens_the_long_one():
    """Fatal on 16 June, when the first report was due on 18 June: it stays due on 18 June."""
    known = """
    known at         | by      | serious | fatal or threatening | investigator | sponsor | expected
    2024-06-03 09:00 | sponsor | yes     | no                   | related      |         | no
    2024-06-16 09:00 | sponsor |         | yes                  |              |         |
    """
    assert due(known)["susar"] == "2024-06-18 23:59"


def test_the_authority_is_owed_nothing_for_what_the_sponsor_does_not_know():
    """Only the investigator knows: the clock that runs is the one towards the sponsor."""
    known = """
    known at         | by           | serious | fatal or threatening | investigator | sponsor | expected
    2024-06-03 09:00 | investigator | yes     | yes                  | related      |         | no
    """
    assert list(due(known)) == ["sae_to_sponsor"]


def test_the_order_in_which_reports_are_entered_changes_nothing():
    """A late entry of an earlier report."""
    known = """
    known at         | by      | serious | fatal or threatening | investigator | sponsor | expected
    2024-06-06 09:00 | sponsor |         | yes                  |              |         |
    2024-06-03 09:00 | sponsor | yes     | no                   | related      |         | no
    """
    assert due(known) == {"susar": "2024-06-13 23:59", "susar_follow_up": "2024-06-21 23:59"}


def test_a_report_is_overdue_from_the_minute_after():
    """Due by the end of 18 June."""
    known = """
    known at         | by      | serious | fatal or threatening | investigator | sponsor | expected
    2024-06-03 09:00 | sponsor | yes     | no                   | related      | related | no
    """
    paris = ZoneInfo("Europe/Paris")
    owed = decide_reports_due(_reports(known, paris), rules=RULES, zone=paris, protocol_version="1.0").events
    in_time, late = (
        datetime.datetime(2024, 6, 18, 23, 0, tzinfo=paris),
        datetime.datetime(2024, 6, 19, tzinfo=paris),
    )
    assert [len(list_overdue(owed, now=moment)) for moment in (in_time, late)] == [0, 1]


def test_a_study_without_delays_owes_a_sentence_and_not_a_guess():
    """The study file leaves the delays unknown: no due date can be computed, and the refusal says so."""
    decision = decide_reporting_rules(SafetyRules(), protocol_version="1.0")
    assert decision.is_refused
    assert decision.codes == ("DELAY_UNKNOWN",)


def test_a_moment_without_a_time_zone_cannot_be_read():
    """A clock without a zone is a mistake of the program, not of the person."""
    naive = SafetyReport(datetime.datetime(2024, 6, 3, 9, 0), "sponsor", serious=True)  # noqa: DTZ001
    with pytest.raises(ValueError, match="time zone"):
        decide_reports_due([naive], rules=RULES, zone=ZoneInfo("UTC"), protocol_version="1.0")
