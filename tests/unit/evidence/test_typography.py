import datetime as dt
import math

import pytest

from abscopal.evidence.typography import (
    format_count,
    format_date,
    format_duration,
    format_interval,
    format_labelled,
    format_number,
    format_p_value,
    format_percent,
    format_percent_points,
    format_range,
    name_interval,
    set_french_spaces,
)

THIN, FIRM = "\u202f", "\u00a0"


@pytest.mark.parametrize(
    ("value", "decimals", "english", "french"),
    [
        (0, 0, "0", "0"),
        (1234567.891, 2, "1,234,567.89", f"1{THIN}234{THIN}567,89"),
        (-0.04, 1, "0.0", "0,0"),
        (-2.5, 0, "−3", "−3"),
        (2.675, 2, "2.68", "2,68"),
        (None, 1, "not estimable", "non estimable"),
        (math.nan, 1, "not estimable", "non estimable"),
        (-math.inf, 1, "−∞", "−∞"),
    ],
)
def test_numbers_follow_the_language_and_round_as_by_hand(value, decimals, english, french):
    assert format_number(value, language="en", decimals=decimals) == english
    assert format_number(value, language="fr", decimals=decimals) == french


def test_percentages_carry_a_narrow_space_in_french_only():
    assert format_percent(9 / 40, language="en") == "22.5%"
    assert format_percent(9 / 40, language="fr") == f"22,5{THIN}%"
    assert format_percent(0.285, language="en", decimals=0) == "29%"
    assert format_percent(None, language="fr") == "non estimable"
    assert format_percent_points(-30, language="fr") == f"−30{THIN}%"


def test_an_interval_reads_as_in_an_abstract():
    assert format_interval(0.2432, 0.118, 0.412, language="en") == "24.3% (95% CI 11.8–41.2)"
    assert format_interval(0.2432, 0.118, 0.412, language="fr") == f"24,3{THIN}% (IC 95{THIN}% 11,8–41,2)"
    assert format_interval(0.5, 0.1, 0.9, language="en", level=0.975) == "50.0% (97.5% CI 10.0–90.0)"


def test_negative_limits_are_joined_by_a_word():
    assert format_range(-0.5, 0.1, language="en") == "−50.0 to 10.0"
    assert format_range(-0.5, 0.1, language="fr") == "−50,0 à 10,0"


def test_a_limit_that_was_not_reached_is_said_in_words():
    english = format_interval(13.8, 4.4, None, language="en", scale="number", unit="months")
    assert english == f"13.8{FIRM}months (95% CI 4.4 to not reached)"
    french = format_interval(None, 4.4, None, language="fr", scale="number")
    assert french == f"non estimable (IC 95{THIN}% 4,4 à non atteinte)"


def test_an_estimate_without_limits_prints_no_interval():
    assert format_interval(0.226, None, None, language="en") == "22.6%"


@pytest.mark.parametrize(
    ("p_value", "english", "french"),
    [
        (0.0219, "p = 0.022", "p = 0,022"),
        (0.00099, "p < 0.001", "p < 0,001"),
        (0.001, "p = 0.001", "p = 0,001"),
        (0.99999, "p > 0.999", "p > 0,999"),
        (None, "p: not estimable", "p : non estimable"),
    ],
)
def test_p_values_never_print_as_zero_or_one(p_value, english, french):
    assert format_p_value(p_value, language="en").replace(FIRM, " ") == english
    assert format_p_value(p_value, language="fr").replace(FIRM, " ") == french


def test_dates_are_written_in_full():
    assert format_date(dt.date(2024, 3, 9), language="en") == "9 March 2024"
    assert format_date(dt.date(2024, 8, 9), language="fr") == "9 août 2024"
    assert format_date(dt.date(2024, 3, 1), language="fr") == "1er mars 2024"
    assert format_date(None, language="fr") == "date inconnue"


def test_durations_name_their_unit_in_the_right_number():
    assert format_duration(365.25, language="en") == f"12.0{FIRM}months"
    assert format_duration(365.25, language="fr") == f"12,0{FIRM}mois"
    assert format_duration(1, language="en", unit="days") == f"1{FIRM}day"
    assert format_duration(0, language="en", unit="days") == f"0{FIRM}days"
    assert format_duration(0, language="fr", unit="days") == f"0{FIRM}jour"
    assert format_duration(None, language="en") == "not reached"


def test_counts_print_over_their_total():
    assert format_count(9, 37, language="fr") == "9/37"
    assert format_count(1193, 1234, language="fr") == f"1{THIN}193/1{THIN}234"


def test_french_punctuation_keeps_its_spaces_on_the_line():
    assert format_labelled("Patients", "61", language="fr") == f"Patients{FIRM}: 61"
    assert set_french_spaces("Oui ; « non » ?") == f"Oui{THIN}; «{FIRM}non{FIRM}»{THIN}?"


def test_the_name_of_an_interval_follows_the_language():
    assert name_interval(0.9, language="en") == "90% CI"
    assert name_interval(0.9, language="fr") == f"IC 90{THIN}%"
