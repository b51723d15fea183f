"""Each response case of the rule book has a picture, and the picture shows what the test expects."""

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CASES = sorted((ROOT / "tests" / "spec" / "response").glob("test_*.py"))
LEVELS = {"overall": "overall response", "targets": "target response", "non_targets": "non-target response"}


@pytest.fixture(scope="module")
def pages():
    """The pages of the response chapter as they are rendered."""
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        import render_spec
    finally:
        sys.path.remove(str(ROOT / "docs"))
    return {path: render_spec.read_page(path)[2] for path in CASES}


def pictures(paragraph):
    from render_spec import render_pictures

    return [picture for table in paragraph.tables for picture in render_pictures(table, paragraph.questions)]


def _is_course(table):
    """A table of days with at least one row below its header."""
    lines = table.strip().splitlines()
    return len(lines) > 1 and lines[0].startswith("day ")


def list_expected(path):
    """For each test that states plain overall or target responses by RECIST 1.1: those responses."""
    for test in ast.parse(path.read_text(encoding="utf-8")).body:
        if not isinstance(test, ast.FunctionDef):
            continue
        found = {}
        for claim in (node.test for node in test.body if isinstance(node, ast.Assert)):
            match claim:
                case ast.Compare(
                    left=ast.Call(func=ast.Name(id=level), args=[_]), comparators=[ast.List() as value]
                ):
                    if level in LEVELS:
                        found.setdefault(level, ast.literal_eval(value))
        if found:
            level = "overall" if "overall" in found else next(iter(found))
            yield test.name, LEVELS[level], found[level]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_response_case_has_a_picture(path, pages):
    assert pages[path]
    bare = [
        paragraph.title
        for paragraph in pages[path]
        if any(_is_course(table) for table in paragraph.tables) and not pictures(paragraph)
    ]
    assert bare == []


def test_the_picture_shows_the_responses_that_the_test_expects(pages):
    compared = 0
    for path in CASES:
        shown = {paragraph.title.lower(): pictures(paragraph) for paragraph in pages[path]}
        for name, level, expected in list_expected(path):
            told = " ".join(shown[name.removeprefix("test_").replace("_", " ")])
            if f"RECIST 1.1, {level}: " in told:
                codes = re.findall(r"day \S+: ([A-Za-z/-]+)[,.]", told.partition(f"{level}: ")[2])
                assert codes[: len(expected)] == expected, name
                compared += 1
    assert compared > 50


def test_a_case_with_injections_shows_three_sums_and_the_injection(pages, monkeypatch):
    import spec_pictures

    from lesion_builder import build_assessments, day, lesion

    rows = [
        lesion("T1", visit, "MEASURED", mm * 10, on=day(42 * visit - 7)) | {"INJDT": day(1)}
        for visit, mm in enumerate((30, 20))
    ]
    rows += [lesion("T2", visit, "MEASURED", 400, on=day(42 * visit - 7)) for visit in range(2)]
    monkeypatch.setattr("spec.lesion_language.read_lesions", lambda _: build_assessments(rows))
    (picture,) = spec_pictures.render_pictures("day | T1 | T2\n-7 | 30 | 40\n35 | 20 | 40", [])
    for part in ("Sum of the targets by day: day −7: 70.0 mm", "Injected targets: day −7: 30.0 mm, day 35: 20.0 mm",
                 "Distant targets: day −7: 40.0 mm", "Injections on days 1."):  # fmt: skip
        assert part in picture


def test_settings_that_change_nothing_are_drawn_once(pages):
    assert all(len(pictures(paragraph)) <= 2 for page in pages.values() for paragraph in page)
