"""What `respond` and `read-out` set apart of lesions stands where a user looks, under the names of the rules."""

import re
from pathlib import Path

import pytest

from abscopal.derivations.response.late_lesions import LATE_LESION
from abscopal.exchange.lines_set_apart import SENTENCES
from abscopal.tables.cross_table_rules import CROSS_TABLE_RULES

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"
READ_OUT = (HOW_TO / "read-out.md").read_text(encoding="utf-8")
RESPOND = (HOW_TO / "respond.md").read_text(encoding="utf-8")
RULES = {rule.name for rule in CROSS_TABLE_RULES}


def list_named_rules() -> set[str]:
    chapter = READ_OUT.split("### Lesions that contradict themselves")[1].split("\n###")[0]
    return {
        name for row in chapter.splitlines() if row[:1] == "|" for name in re.findall(r"`([a-z_]+)`", row)
    }


def test_the_page_of_the_read_out_names_rules_that_exist():
    assert list_named_rules() <= RULES
    assert LATE_LESION in READ_OUT


def test_every_rule_of_a_lesion_list_that_a_trial_knows_is_on_the_page():
    assert SENTENCES["en"].keys() & RULES <= list_named_rules()
    assert "injection_of_unknown_lesion" in list_named_rules()


@pytest.mark.parametrize(
    "finding",
    [
        "a role that changes",
        "a new lesion listed at baseline",
        "an injection before the scan that found a new lesion",
        "words about the injection of one lesion",
        "two different results of one lesion by one reader on one day",
        "the same result twice",
        "one that is listed first at a later scan is left out",
    ],
)
def test_the_page_of_respond_tells_each_kind(finding: str):
    assert finding in RESPOND
