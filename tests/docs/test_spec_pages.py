"""The pages of the rule book read as a clinician would: no code where words can stand."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEST = """
def test_a_case():
    first = "lesion | mm"
    second = "lesion | mm"
    assert planned(first, mg=2 / 4, confirmed=False) == "a"
    assert planned(lesions=second, choice="give_less") == "b"
    assert volume_of(50.1) == 4
"""


@pytest.fixture(scope="module")
def renderer():
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        import render_spec
    finally:
        sys.path.remove(str(ROOT / "docs"))
    return render_spec


def test_a_claim_names_its_table_and_its_settings_and_repeats_no_code(renderer):
    (test,) = ast.parse(TEST).body
    paragraph = renderer.read_paragraph(test, "page")
    assert paragraph.labels == ["First", "Second"]
    assert paragraph.expectations == [
        "**Planned, mL**, first with mg 2 / 4, confirmed no: a",
        "**Planned, mL**, second with choice `give_less`: b",
        "**Greatest volume, mL** for 50.1: 4",
    ]


def test_a_single_table_needs_no_name(renderer):
    (test,) = ast.parse(TEST.replace('    second = "lesion | mm"\n', "").replace("second", "first")).body
    paragraph = renderer.read_paragraph(test, "page")
    assert paragraph.labels == [""]
    assert paragraph.expectations[1] == "**Planned, mL** with choice `give_less`: b"


def test_no_page_of_the_rule_book_shows_an_argument_as_itself(renderer):
    for path in sorted((ROOT / "tests" / "spec").rglob("test_*.py")):
        _, page = renderer.render_page(path)
        assert "` = " not in page.replace("`assert", ""), path
