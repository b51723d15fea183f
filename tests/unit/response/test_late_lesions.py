"""Targets and non-targets that are listed only after baseline: which are left out, and which doubts leave them in."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from abscopal.derivations.response.late_lesions import derive_lesions_after_baseline, explain_late_lesions
from unit.response.test_lesion_assessments import derive, measure, name, show

BASELINE, FIRST, SECOND = "2023-12-28", "2024-02-12", "2024-03-25"
COURSE = [measure("T01", 1, BASELINE, 40.0), measure("T01", 2, FIRST, 20.0), measure("T01", 3, SECOND, 20.0)]
KEPT = [("T01", 0, "MEASURED", 400), ("T01", 1, "MEASURED", 200), ("T01", 2, "MEASURED", 200)]


@pytest.mark.parametrize("role", ["TARGET", "NON-TARGET"])
def test_a_late_lesion_leaves_no_row(role: str):
    tr = [*COURSE, measure("X01", 3, SECOND, 12.0)]
    assert show(derive([name("T01"), name("X01", role, TUDTC=SECOND)], tr)) == KEPT


def test_a_late_new_lesion_stays():
    tr = [*COURSE, measure("X01", 3, SECOND, 12.0)]
    found = derive([name("T01"), name("X01", "NEW", TUDTC=SECOND)], tr)
    assert found.filter(TULNKID="X01").height == 1


@pytest.mark.parametrize("dated", [BASELINE, "2024-03", None])
def test_a_lesion_that_may_have_been_named_at_baseline_is_followed(dated: str | None):
    tr = [*COURSE, measure("X01", 3, SECOND, 12.0)]
    found = derive([name("T01"), name("X01", TUDTC=dated)], tr)
    assert found.filter(TULNKID="X01")["LSSTATE"].to_list() == ["NOT_EVALUATED", "NOT_EVALUATED", "MEASURED"]


def test_the_first_target_of_a_reader_is_no_late_one():
    """With non-targets alone at baseline, the targets of baseline are what is missing: the sum stays unknown."""
    tr = [
        measure("N01", 1, BASELINE, None, "TUMSTATE", TRSTRESC="PRESENT"),
        measure("T01", 2, FIRST, 20.0),
    ]
    found = derive([name("N01", "NON-TARGET"), name("T01", TUDTC=FIRST)], tr)
    assert found.filter(TULNKID="T01")["LSSTATE"].to_list() == ["NOT_EVALUATED", "MEASURED"]


def test_a_reader_without_baseline_loses_no_lesion():
    other: dict[str, Any] = {"TREVAL": "ADJUDICATOR"}
    tr = [*COURSE, measure("T01", 2, FIRST, 21.0, **other)]
    found = derive([name("T01"), name("T01", TUEVAL="ADJUDICATOR", TUDTC=FIRST)], tr)
    assert found.filter(READER="ADJUDICATOR").height == 1


def test_each_late_lesion_is_told_by_name_with_what_to_do():
    keys = {"USUBJID": "P1", "READER": "A", "LSROLE": "NON-TARGET"}
    days = [date(2024, 1, 1), date(2024, 3, 1), date(2024, 5, 1)]
    numbered = pl.DataFrame(keys | {"TULNKID": ["N1", "N2", "N2"], "AVISITN": [0, 1, 2], "ADT": days})
    named = pl.DataFrame(
        {"USUBJID": "P1", "READER": "A", "TULNKID": ["N1", "N2"], "ADT": days[:2], "ADTF": None}
    )
    told = explain_late_lesions(derive_lesions_after_baseline(numbered, named))
    assert told["MESSAGE"].item().startswith("N2 is listed as a non-target first at visit 1 (2024-03-01)")
    assert told["MESSAGE"].item().endswith("record it as a new lesion, or correct its name or date")
    assert "non-cible pour la première fois à la visite 1" in told["MESSAGEFR"].item()
