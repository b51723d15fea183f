"""Several schemes of allocation in one study file: what is refused, and that amendments reach them."""

import datetime

import pytest

from abscopal.protocol.amendments import apply_changes, protocol_in_force
from abscopal.protocol.document import read_text

SECOND = """further_allocations:
  - identifier: second
    name: {en: Second randomisation, fr: Seconde randomisation}
    after_stage: first
    planned_patients: {value: 20, provenance: published, source: paper}
    allocation:
      method: {value: permuted_blocks, provenance: published, source: paper}
      ratio: {value: {IT: 1, IV: 1}, provenance: published, source: paper}
      block_lengths: {value: [2, 4], provenance: published, source: paper}
      caps:
        - {scope: arm, name: IT, limit: {value: 10, provenance: published, source: paper}}
schedule:
"""


def test_a_study_file_may_hold_several_schemes(plant):
    assert plant("schedule:\n", SECOND) == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("identifier: second", "identifier: main", "two schemes of allocation are called 'main'."),
        ("    after_stage: first\n", "", "two schemes would claim the same patient."),
        ("after_stage: first", "after_stage: fist", "no stage is called 'fist'. Did you mean first?"),
        ("{IT: 1, IV: 1}", "{IT: 1, IX: 1}", "the ratio is written for IT, IX, the arms are IT, IV."),
        (
            "[2, 4]",
            "[2, 5]",
            "a block of 5 cannot hold the ratio 1:1. Use multiples of 2. The nearest: 4, 6.",
        ),
        ("name: IT, limit", "name: XX, limit", "no arm is called 'XX'"),
        ("method: {value: permuted_blocks", "method: {value: single_arm", "single_arm does not fit 2 arms."),
    ],
)
def test_a_further_scheme_is_checked_like_the_first(plant, old, new, says):
    assert old in SECOND
    findings = plant("schedule:\n", SECOND.replace(old, new, 1))
    assert [says in str(finding) for finding in findings] == [True], [str(finding) for finding in findings]


def test_an_arm_of_no_scheme_is_missed_and_one_of_a_further_scheme_is_not(plant):
    first = ("ratio: {value: {IT: 2, IV: 1}", "ratio: {value: {IT: 2}")
    assert any("the ratio is written for IT, the arms are IT, IV." in str(found) for found in plant(*first))
    assert not any("the ratio is written" in str(found) for found in plant(*first, "schedule:\n", SECOND))


def test_an_amendment_reaches_a_further_scheme(small_study):
    text = small_study.read_text(encoding="utf-8").replace("schedule:\n", SECOND, 1)
    content = read_text(text, file="protocol.yml").content
    changed = {"further_allocations.second.allocation.ratio.value": {"IT": 2, "IV": 2}}
    amended = protocol_in_force(apply_changes(content, changed), datetime.date(2024, 1, 1))
    found = amended.find_further_allocation("second")
    assert found is not None
    assert found.allocation.ratio.value == {"IT": 2, "IV": 2}
    assert amended.allocation.ratio.value == {"IT": 2, "IV": 1}
