"""Partial dates: what is known is kept, what is filled in is flagged, what cannot be is null."""

import datetime

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given, settings

from abscopal.derivations.partial_dates import ImputationRule, impute_date

KNOWN = [
    # text, first, middle, last, flag
    ("2024-03-05", "2024-03-05", "2024-03-05", "2024-03-05", None),
    ("2024-03-05T09:30", "2024-03-05", "2024-03-05", "2024-03-05", None),
    ("2024-02", "2024-02-01", "2024-02-15", "2024-02-29", "D"),
    ("2023-02", "2023-02-01", "2023-02-15", "2023-02-28", "D"),
    ("2024", "2024-01-01", "2024-07-01", "2024-12-31", "M"),
    ("2003---15", "2003-01-01", "2003-07-01", "2003-12-31", "M"),
    ("--12-15", None, None, None, None),
    ("2014-02-31", None, None, None, None),
    ("2014-13", None, None, None, None),
    ("autumn", None, None, None, None),
    ("", None, None, None, None),
    (None, None, None, None, None),
]


def impute(text: str | None, rule: ImputationRule) -> tuple[datetime.date | None, str | None]:
    date, flag = impute_date("AESTDTC", rule=rule)
    frame = pl.DataFrame({"AESTDTC": [text]}, schema={"AESTDTC": pl.String})
    return frame.select(ADT=date, ADTF=flag).row(0)


@pytest.mark.parametrize(("text", "first", "middle", "last", "flag"), KNOWN)
def test_each_rule_fills_in_what_it_says(text, first, middle, last, flag):
    for rule, expected in (("first", first), ("middle", middle), ("last", last)):
        day = datetime.date.fromisoformat(expected) if expected else None
        assert impute(text, rule) == (day, flag), rule


@pytest.mark.parametrize(("text", "first", "middle", "last", "flag"), KNOWN)
def test_without_imputation_only_whole_dates_are_dates(text, first, middle, last, flag):
    expected = datetime.date.fromisoformat(first) if first and flag is None else None
    assert impute(text, "none") == (expected, None)


@settings(max_examples=50, derandomize=True, deadline=None)
@given(day=st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 12, 31)), cut=st.sampled_from([4, 7, 10]))
def test_the_true_day_lies_between_the_first_and_the_last(day: datetime.date, cut: int):
    text = day.isoformat()[:cut]
    (earliest, first_flag), (latest, last_flag) = impute(text, "first"), impute(text, "last")
    middle, _ = impute(text, "middle")
    assert earliest <= day <= latest
    assert earliest <= middle <= latest
    assert first_flag == last_flag == {4: "M", 7: "D", 10: None}[cut]
