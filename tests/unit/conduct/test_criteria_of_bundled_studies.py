"""Every criterion of the bundled studies: met, not met, not yet known, expired; and each stage from end to end."""

import datetime

import pytest

from abscopal.conduct.screening.criteria import compute_judgement
from abscopal.conduct.screening.facts import Fact
from abscopal.conduct.screening.stages import compute_screening
from abscopal.protocol.reading import list_bundled_studies, read_study
from criteria_values import (
    DAY,
    all_consents,
    facts_that_fit,
    list_all_criteria,
    value_that_fails,
    value_that_passes,
)

PROTOCOLS = {name: read_study(name).protocol for name in list_bundled_studies()}
CRITERIA = [
    pytest.param(criterion, id=f"{name} {criterion.identifier}")
    for name, protocol in PROTOCOLS.items()
    for criterion in list_all_criteria(protocol)
]


def judge(criterion, value, *, on=DAY, unit=None):
    judged = compute_judgement(criterion, [Fact(criterion.variable, value, DAY, unit)], on=on)
    return judged.verdict, judged.why


def test_every_bundled_study_has_criteria():
    assert len(PROTOCOLS) >= 3
    assert len(CRITERIA) >= 40


@pytest.mark.parametrize("criterion", CRITERIA)
def test_every_criterion_can_be_met_not_met_and_not_yet_known(criterion):
    assert judge(criterion, value_that_passes(criterion)) == ("met", "compared")
    assert judge(criterion, value_that_fails(criterion)) == ("not_met", "compared")
    assert compute_judgement(criterion, [], on=DAY).verdict == "not_yet_known"
    assert judge(criterion, None) == ("not_yet_known", "missing")


@pytest.mark.parametrize("criterion", CRITERIA)
def test_every_fact_that_expires_counts_through_its_last_day_and_not_after(criterion):
    days = criterion.valid_for_days.value
    for value, verdict in ((value_that_passes(criterion), "met"), (value_that_fails(criterion), "not_met")):
        if days is None:
            assert judge(criterion, value, on=DAY + datetime.timedelta(days=3650)) == (verdict, "compared")
        else:
            last = DAY + datetime.timedelta(days=days)
            assert judge(criterion, value, on=last) == (verdict, "compared")
            after = last + datetime.timedelta(days=1)
            assert judge(criterion, value, on=after) == ("not_yet_known", "expired")


@pytest.mark.parametrize("criterion", CRITERIA)
def test_every_criterion_refuses_a_foreign_unit_and_a_foreign_kind(criterion):
    value = value_that_passes(criterion)
    if criterion.threshold.unit:
        assert judge(criterion, value, unit="bushels") == ("not_yet_known", "wrong_unit")
    foreign = 1 if isinstance(value, bool | str) else "many"
    assert judge(criterion, foreign) == ("not_yet_known", "wrong_kind")


@pytest.mark.parametrize("criterion", CRITERIA)
def test_every_criterion_without_its_threshold_says_that_nobody_can_decide(criterion):
    empty = criterion.model_copy(update={"threshold": type(criterion.threshold)()})
    assert judge(empty, value_that_passes(criterion)) == ("not_yet_known", "no_threshold")


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_patient_who_fits_passes_every_stage(name):
    protocol = PROTOCOLS[name]
    facts = facts_that_fit(protocol).values()
    screening = compute_screening(protocol, facts, on=DAY, consents=all_consents(protocol))
    assert [stage.state for stage in screening.stages] == ["passed"] * len(protocol.eligibility.stages)
    assert screening.verdict == "met"


@pytest.mark.parametrize("name", PROTOCOLS)
def test_one_unknown_fact_keeps_a_patient_at_its_stage_and_closes_those_that_require_it(name):
    """Unless another branch of a group settles the question without it."""
    protocol, consents = PROTOCOLS[name], all_consents(PROTOCOLS[name])
    complete = facts_that_fit(protocol)
    for missing in complete:
        facts = [fact for variable, fact in complete.items() if variable != missing]
        screening = compute_screening(protocol, facts, on=DAY, consents=consents)
        if screening.verdict == "met":
            continue
        assert screening.verdict == "not_yet_known"
        reached = screening.stage_reached
        assert reached.state == "open"
        later = screening.stages[screening.stages.index(reached) + 1 :]
        assert {stage.state for stage in later} <= {"closed"}
