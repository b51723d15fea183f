"""A file that cannot be opened or is not YAML is explained without the words of YAML's reader."""

from pathlib import Path

import pytest

from abscopal.errors import StudyError
from abscopal.protocol.document import read_document, read_text
from abscopal.protocol.reading import find_study_file


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        pytest.param("a:\n\tb: 1\n", 2, "A tab stands here", id="tab after a key"),
        pytest.param("a: 1\n\tb: 2\n", 2, "Replace the tab with spaces.", id="tab before a key"),
        pytest.param("a: b\n\n  \tc: d\n", 3, "A tab stands here", id="tab after spaces"),
        pytest.param("a: {value: 0,3}\n", 1, "0,3 is written with a decimal comma. Write a point: 0.3.", id="0,3"),
        pytest.param("a: 1\nb: {value: 36,0, unit: mg}\n", 2, "Write a point: 36.0.", id="36,0"),
        pytest.param("b: &y 1\na: [*x, *y]\n", 2, "*x repeats something called &x", id="alias named"),
        pytest.param("b: &y 1\na: [*x, *y]\n", 2, "Known: y.", id="anchors known"),
        pytest.param("a: *x\n", 1, "There is none in the file.", id="no anchor"),
        pytest.param("a: @x\n", 1, "A text cannot begin with @. Put the whole text in quotes.", id="at sign"),
    ],
)  # fmt: skip
def test_what_stands_there_is_named(text: str, line: int, says: str):
    with pytest.raises(StudyError) as caught:
        read_text(text)
    (finding,) = caught.value.findings
    assert finding.line == line
    assert says in str(finding)


def test_lists_and_empty_keys_are_no_decimal_commas():
    document = read_text("a: [0,3]\nb: {c: 1, 5: 2}\nd: {e: 1, 5: ''}\n")
    assert document.content == {"a": [0, 3], "b": {"c": 1, "5": 2}, "d": {"e": 1, "5": ""}}


def test_a_decimal_comma_on_its_own_line_is_said(expect_mistake):
    expect_mistake(
        "confidence_level: {value: 0.95,",
        'confidence_level: {value: "0,95",',
        says="0,95 is written with a decimal comma. Write a point: 0.95.",
    )


def test_a_folder_that_may_not_be_read_is_said(tmp_path: Path, monkeypatch):
    def refuse(self: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "is_file", refuse)
    with pytest.raises(StudyError) as caught:
        find_study_file(tmp_path)
    assert str(caught.value.findings[0]).startswith(f"{tmp_path}: You may not read it (Permission denied).")


def test_a_file_that_may_not_be_read_is_said(small_study: Path, monkeypatch):
    def refuse(self: Path, **options: str) -> str:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "read_text", refuse)
    with pytest.raises(StudyError, match="You may not read it") as caught:
        read_document(small_study)
    assert "Ask its owner for permission to read." in str(caught.value)


def test_a_study_without_hand_written_patients_says_how_to_write_them(tmp_path: Path):
    with pytest.raises(StudyError, match="the study has no hand-written patients") as caught:
        read_document(tmp_path / "patients.yml")
    assert "copy the form from the patients.yml of a bundled study" in str(caught.value)
