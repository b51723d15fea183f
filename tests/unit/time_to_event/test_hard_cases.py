"""Hard cases of progression-free survival: the rows of table A of the FDA guidance, and the settings of the gap."""

from dataclasses import replace

import pytest

from abscopal.derivations.time_to_event.censoring_rules import FDA_A, TREATMENT_POLICY
from abscopal.derivations.time_to_event.progression_free import derive_progression_free_survival
from plain_tables import day
from response_sequences import build_overall_responses, build_patients

SD56 = [(56, "SD")]
LATE_PD = [*SD56, (200, "PD")]


def time(sequence, *, rules=FDA_A, death=None, therapy=None, baseline="Y"):
    adsl = build_patients([{"patient": "P1", "death": death, "therapy": therapy}], RESPFL=baseline)
    ruleset = replace(rules, baseline_from="response_set")
    row = derive_progression_free_survival(
        build_overall_responses({"P1": sequence}), adsl, ruleset=ruleset
    ).row(0, named=True)
    return (row["ADT"] - day(0)).days, row["CNSR"], row["REASON"] or row["EVNTDESC"]


@pytest.mark.parametrize(
    ("sequence", "facts", "expected"),
    [
        ([*SD56, (80, "PD")], {}, (80, 0, "PROGRESSION")),
        ([], {"death": 30}, (30, 0, "DEATH")),
        ([], {"death": 300}, (300, 0, "DEATH")),
        ([*SD56, (112, "SD")], {"death": 130}, (130, 0, "DEATH")),
        (SD56, {"death": 168}, (168, 0, "DEATH")),
        (SD56, {"death": 169}, (56, 1, "MISSED_VISITS")),
        (SD56, {"therapy": 70, "death": 90}, (56, 1, "NEW_THERAPY")),
        ([(56, "PD")], {"therapy": 30}, (0, 1, "NEW_THERAPY")),
        ([*SD56, (112, "PD")], {"therapy": 112}, (112, 0, "PROGRESSION")),
        ([(200, "PD")], {}, (0, 1, "MISSED_VISITS")),
        ([(56, "NE")], {}, (0, 1, "NO_ASSESSMENT")),
        ([(56, "NE")], {"death": 60}, (60, 0, "DEATH")),
        ([*SD56, (112, "NE"), (168, "PD")], {}, (168, 0, "PROGRESSION")),
        # Clinical progression without images is no event.
        ([*SD56, (112, "CLINICAL PD")], {}, (56, 1, "NO_PROGRESSION")),
        (SD56, {"death": 60, "baseline": "N"}, (0, 1, "NO_BASELINE")),
        # Death and progression on one day are one event.
        ([*SD56, (90, "PD")], {"death": 90}, (90, 0, "PROGRESSION")),
        ([(56, "PD"), (112, "SD")], {}, (56, 0, "PROGRESSION")),
    ],
)
def test_rows_of_table_a(sequence, facts, expected):
    assert time(sequence, **facts) == expected


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ({}, (56, 1, "MISSED_VISITS")),
        ({"window_days": 32}, (200, 0, "PROGRESSION")),
        ({"window_days": 31}, (56, 1, "MISSED_VISITS")),
        ({"max_missed": 2}, (200, 0, "PROGRESSION")),
        ({"max_missed": 0}, (56, 1, "MISSED_VISITS")),
        ({"interval_days": 84}, (200, 0, "PROGRESSION")),
    ],
)
def test_a_progression_after_a_gap_of_144_days(numbers, expected):
    assert time(LATE_PD, rules=replace(FDA_A, **numbers)) == expected


def test_without_a_missed_visit_allowed_one_missed_visit_censors():
    sequence = [*SD56, (168, "PD")]
    assert time(sequence, rules=replace(FDA_A, max_missed=0)) == (56, 1, "MISSED_VISITS")
    assert time(sequence) == (168, 0, "PROGRESSION")


@pytest.mark.parametrize(
    ("sequence", "facts", "expected"),
    [
        (LATE_PD, {"therapy": 70}, (200, 0, "PROGRESSION")),
        (SD56, {"death": 500, "therapy": 70}, (500, 0, "DEATH")),
        (SD56, {"death": 60, "baseline": "N"}, (60, 0, "DEATH")),
        ([], {}, (0, 1, "NO_ASSESSMENT")),
    ],
)
def test_treatment_policy_ignores_therapy_gaps_and_baseline(sequence, facts, expected):
    assert time(sequence, rules=TREATMENT_POLICY, **facts) == expected
