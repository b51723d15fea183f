"""A target that a scan tells in words alone is not evaluable there, and is named with what to do."""

from typing import Any

import pytest

from abscopal.derivations.response.settings import ResponseSettings
from abscopal.derivations.response.targets_in_words import derive_targets_in_words, explain_targets_in_words
from abscopal.tables.sdtm.tr import TumourResults
from unit.response.test_lesion_assessments import derive, fill, measure, name

BASELINE = measure("T01", 1, "2023-12-28", 30.0)


def find(*later: dict[str, Any], role: str = "TARGET") -> Any:
    rows = [BASELINE, *later]
    tr = fill(TumourResults, [{"TRSEQ": number} | row for number, row in enumerate(rows)])
    return derive_targets_in_words(tr, derive([name("T01", role)], rows), settings=ResponseSettings())


def say(word: str, **facts: Any) -> dict[str, Any]:
    return measure("T01", 2, "2024-02-12", None, "TUMSTATE") | {"TRSTRESC": word} | facts


@pytest.mark.parametrize("word", ["PRESENT", "Unequivocal progression", "INCREASED", "STABLE"])
def test_a_target_told_as_a_non_target_is_named_with_its_visit(word: str):
    found = find(say(word, TRGRPID="NON-TARGET"))
    assert found.select("TULNKID", "AVISITN").rows() == [("T01", 1)]
    told = explain_targets_in_words(found)
    assert (
        told["MESSAGE"].item().startswith("T01 is a target and visit 1 (2024-02-12) tells it in words alone")
    )
    assert (
        told["MESSAGEFR"]
        .item()
        .startswith("T01 est une cible et la visite 1 (2024-02-12) n’en parle qu’en mots")
    )


@pytest.mark.parametrize(
    "later",
    [
        (say("ABSENT"),),
        (say("TOO SMALL TO MEASURE"),),
        (say("PRESENT", TRSTAT="NOT DONE"),),
        (say("PRESENT"), measure("T01", 2, "2024-02-12", 22.0)),
        (),
    ],
)
def test_a_target_that_is_measured_gone_or_not_looked_at_is_not_named(later: tuple[dict[str, Any], ...]):
    assert find(*later).is_empty()


def test_a_non_target_is_told_in_words():
    assert find(say("PRESENT"), role="NON-TARGET").is_empty()
