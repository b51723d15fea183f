"""Each rule that chooses among readers needs its readers; what lacks is told with its line."""

import pytest

READERS = "readers: [INVESTIGATOR]"
RULE = "{rule: named_reader, reader: INVESTIGATOR,"


@pytest.mark.parametrize(
    ("readers", "rule"),
    [
        ("[A, B, C]", "{rule: adjudicated, adjudicator: C,"),
        ("[A, B, C]", "{rule: adjudicated, adjudicator: C, reader: B, agree_within_days: 7,"),
        ("[A, B, C]", "{rule: majority,"),
    ],
)
def test_a_rule_with_its_readers_is_sound(plant, readers, rule):
    assert plant(READERS, f"readers: {readers}", RULE, rule) == []


@pytest.mark.parametrize(
    ("readers", "rule", "says"),
    [
        ("[A, B, C]", "{rule: adjudicated,", "no reader is called ''"),
        ("[A, B, C]", "{rule: adjudicated, adjudicator: D,", "no reader is called 'D'"),
        ("[A, C]", "{rule: adjudicated, adjudicator: C,", "needs two readers beside the adjudicator, and there are 1"),
        ("[A, B]", "{rule: majority,", "a majority needs at least three readers, and there are 2"),
        ("[A, B, C]", "{rule: majority, agree_within_days: -1,", "agree_within_days"),
        ("[A, B, C]", "{rule: majority, reader: X,", "no reader is called 'X'"),
    ],
)  # fmt: skip
def test_a_rule_without_its_readers_is_refused(plant, readers, rule, says):
    findings = [str(finding) for finding in plant(READERS, f"readers: {readers}", RULE, rule)]
    assert any(says in finding for finding in findings), findings
