"""The page of a patient says which of its rows were not used and what would be questioned."""

from typing import Any

import pytest

from abscopal.evidence.patient_courses import PatientCourse, RowsSetApart
from abscopal.evidence.report.material import Material
from abscopal.evidence.report.sections.patient_pages import list_notices
from abscopal.evidence.report.wording import Wording
from abscopal.evidence.typography import Language

NOTHING: Any = None
APART = RowsSetApart("TU", "changed_role", "the lesion already has another role; roles never change.", (7, 9))


@pytest.mark.parametrize(
    ("language", "beginning", "sentence"),
    [("en", "TU 7, 9:", "roles never change"), ("fr", "TU 7, 9", "un rôle ne change jamais")],
)
def test_rows_and_doubts_are_told(language: Language, beginning: str, sentence: str):
    course = PatientCourse("01", None, (), {}, (), (APART,), ("T01 is told in words",))
    rows, doubts = list_notices(Material(NOTHING, Wording(language), {}), course)
    assert rows.items[0].startswith(beginning)
    assert sentence in rows.items[0]
    assert doubts.items == ("T01 is told in words",)
    assert rows.title != doubts.title


def test_a_patient_without_either_has_no_notice():
    course = PatientCourse("01", None, (), {}, ())
    assert list_notices(Material(NOTHING, Wording("en"), {}), course) == []
