"""Screening where the rule book is silent: groups that fail, contraries, records to correct, odd values."""

import datetime

import pytest

from abscopal.conduct.screening.decide import decide_from_screening
from abscopal.conduct.screening.facts import Fact
from abscopal.conduct.screening.failed_criteria import derive_failed_criteria
from abscopal.conduct.screening.next_tests import list_next_steps
from abscopal.conduct.screening.stages import compute_screening
from abscopal.conduct.wording import compose_text, format_value
from abscopal.protocol.eligibility import Not
from abscopal.protocol.reading import read_study
from criteria_values import DAY, all_consents, facts_that_fit

DEX2 = read_study("dex2").protocol


def screen(protocol=DEX2, **changed):
    facts = facts_that_fit(protocol) | {
        name: Fact(name, *value) if isinstance(value, tuple) else Fact(name, value, DAY)
        for name, value in changed.items()
    }
    return compute_screening(protocol, facts.values(), on=DAY, consents=all_consents(protocol))


def test_alternatives_that_all_fail_are_told_together_and_each_is_a_row():
    screening = screen(CHEMOTHERAPY_CYCLES=5)
    reason = decide_from_screening(screening).reasons[0]
    assert reason.code == "NOT_MET"
    assert reason.text.en.startswith("No alternative holds. Chemotherapy not started: not met.")
    assert "Within the first four cycles: not met." in reason.text.en
    table = derive_failed_criteria({"P1": screening}, study_identifier="S")
    assert table["IETESTCD"].to_list() == ["CHEMO_NOT_STARTED", "CHEMO_EARLY"]
    assert table["IESEQ"].to_list() == [1, 2]


def test_the_contrary_of_an_inclusion_is_written_as_an_exclusion():
    stage = DEX2.eligibility.stages[0]
    turned = stage.model_copy(update={"criteria": (Not.model_validate({"not": stage.criteria[1]}),)})
    eligibility = DEX2.eligibility.model_copy(update={"stages": (turned,)})
    screening = screen(DEX2.model_copy(update={"eligibility": eligibility}), AGE=18)
    assert screening.verdict == "not_met"
    rows = derive_failed_criteria({"P1": screening}, study_identifier="S")
    assert rows.select("IETESTCD", "IECAT", "IESTRESC").rows() == [("ADULT", "EXCLUSION", "Y")]


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        (("1.5", DAY), "Write NEUTROPHILS of 15 March 2024 again: its value cannot be compared"),
        ((1500, DAY, "/mm³"), "Write NEUTROPHILS of 15 March 2024 again, in 10⁹/L"),
        ((float("nan"), DAY), "its value cannot be compared"),
        ((DAY, DAY), "its value cannot be compared"),
    ],
)
def test_a_record_that_cannot_be_compared_is_to_be_corrected(fact, words):
    (step,) = list_next_steps(screen(NEUTROPHILS=fact))
    assert step.action == "correct"
    assert words in step.text.en


def test_a_record_without_a_test_is_to_be_recorded():
    screening = screen(AGE=None)
    reason = decide_from_screening(screening).reasons[0]
    assert reason.remedy is not None
    assert reason.remedy.en == "Record AGE with its date."


def test_a_missing_consent_is_a_reason():
    screening = compute_screening(DEX2, facts_that_fit(DEX2).values(), on=DAY, consents={})
    decision = decide_from_screening(screening)
    assert decision.is_refused
    assert decision.codes[:2] == ("CONSENT_MISSING", "STAGE_CLOSED")
    assert screening.last_valid_day is None


def test_a_verdict_of_not_met_stands_as_long_as_one_of_its_reasons():
    assert screen(ECOG=3).last_valid_day == DAY + datetime.timedelta(days=28)
    assert screen(ECOG=3, HLA_A2=False).last_valid_day is None


def test_a_number_too_small_for_three_decimals_keeps_its_digits():
    assert format_value(0.00012, "fr") == "0,00012"
    assert format_value(-2, "en") == "\u22122"
    assert compose_text("{a}", "{a} : {b} %", a=[None], b=2).fr == "inconnu\u00a0: 2\u202f%"
