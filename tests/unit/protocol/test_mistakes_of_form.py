"""Each mistake of form gives one sentence, with its line and what to do."""

from collections.abc import Callable
from pathlib import Path

import pytest

from abscopal.errors import StudyError
from abscopal.protocol.document import LARGEST_FILE_BYTES, read_document, read_text
from abscopal.protocol.reading import check_study_file

Expect = Callable[..., None]


def test_the_small_study_is_sound(small_study: Path):
    protocol, document, findings = check_study_file(small_study)
    assert findings == []
    assert protocol is not None
    assert document is not None


@pytest.mark.parametrize(
    ("old", "new", "says", "at"),
    [
        pytest.param(
            "      window_after: {value: 2", "      windw_after: {value: 2",
            "Unknown key 'windw_after' in schedule.visits.V1. Did you mean window_after",
            None, id="unknown key names its neighbour",
        ),
        pytest.param(
            "  board: independent", "  ratio: 3\n  board: independent",
            "Unknown key 'ratio' in monitoring. That key belongs under allocation or further_allocations.",
            None, id="a key at home elsewhere",
        ),
        pytest.param(
            "  board: independent", "  xylophone: 3\n  board: independent",
            "Known keys here: provenance, source, note, board, toxicity, pauses, futility.",
            None, id="a key at home nowhere",
        ),
        pytest.param(
            "                variable: STEROIDS", "                varible: x\n                variable: STEROIDS",
            "Unknown key 'varible' in eligibility.stages.second.criteria.1.any.1.not. Did you mean variable?",
            None, id="unknown key within not",
        ),
        pytest.param(
            "title: {en: A small randomised trial, fr: Un petit essai randomisé}",
            "title: {en: A small randomised trial, fr: Un petit, essai randomisé}",
            "A comma or colon within { } cuts a text: put the whole text in quotes.",
            None, id="a comma cuts a text",
        ),
        pytest.param(
            "  - identifier: IV\n    name: {en: Infused, fr: Perfusé}\n    role: internal_control\n",
            "  - identifier: IV\n    name: {en: Infused, fr: Perfusé}\n",
            "The key 'role' is missing in arms.IV.", "  - identifier: IV", id="missing key",
        ),
        pytest.param(
            "indication: {en: Melanoma, fr: Mélanome}", "indication: {en: Melanoma}",
            "The French text of identity.indication is missing.", None, id="missing translation",
        ),
        pytest.param(
            "indication: {en: Melanoma, fr: Mélanome}", "indication: Melanoma",
            "is a text in one language. Write {en: ..., fr: ...}.", None, id="text in one language",
        ),
        pytest.param(
            "planned_patients: {value: 60,", "planned_patients: {value: sixty,",
            "identity.planned_patients.value: \"sixty\" is not a whole number.", None, id="wrong type",
        ),
        pytest.param(
            "planned_patients: {value: 60,", 'planned_patients: {value: "60",',
            "is not a whole number.", None, id="a quoted number is not guessed",
        ),
        pytest.param(
            'number: "1.0"', "number: 1.0",
            "version.number: 1.0 is not text (put it in quotes).", None, id="a number where text is wanted",
        ),
        pytest.param(
            "planned_patients: {value: 60, unit: patients, provenance: published, source: paper}",
            "planned_patients: 60",
            "60 stands without its provenance.", None, id="bare value",
        ),
        pytest.param(
            "planned_patients: {value: 60, unit: patients, provenance: published, source: paper}",
            "planned_patients: {value: 60, unit: patients}",
            "The value 60 has no provenance", None, id="unmarked value",
        ),
        pytest.param(
            "planned_patients: {value: 60, unit: patients, provenance: published, source: paper}",
            "planned_patients: {value: 60, unit: patients, provenance: assumed}",
            "The value 60 is assumed but has no note", None, id="unexplained assumption",
        ),
        pytest.param(
            "planned_patients: {value: 60, unit: patients, provenance: published, source: paper}",
            "planned_patients: {value: 60, unit: patients, provenance: published}",
            "is published but names no source", None, id="published without source",
        ),
        pytest.param(
            "design: {value: randomised,", "design: {value: randomized,",
            "identity.design.value: \"randomized\" is not a value known here. Known: 'single_arm' or 'randomised'.",
            None, id="unknown value lists the known",
        ),
        pytest.param(
            "activities: [imaging]", "activities: []", "Nothing is written here.", None, id="empty list",
        ),
        pytest.param(
            "- identifier: V2", "- identifier: 2 V", "does not have the form", None, id="bad identifier",
        ),
        pytest.param(
            "doi: 10.1000/182", "doi: https://doi.org/10.1000/182",
            "sources.paper.doi", None, id="a DOI is no address",
        ),
        pytest.param(
            "role: internal_control", "role: internal_control\n    role: comparator",
            "The key 'role' stands twice", "    role: comparator", id="duplicate key",
        ),
        pytest.param(
            "fr: Mélanome}", "fr: Mélanome", "The YAML cannot be read", "design:", id="syntax",
        ),
        pytest.param(
            "confidence_level: {value: 0.95,", "confidence_level: {value: .nan,",
            "endpoints.severe_free.confidence_level.value", None, id="not a number",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_said_where_it_stands(old, new, says, at, expect_mistake: Expect):
    expect_mistake(old, new, says=says, at=at)


def test_a_list_where_a_number_is_wanted_gives_one_sentence(plant):
    findings = plant("threshold: {value: true,", "threshold: {value: {a: 1},")
    assert len(findings) == 1
    assert "threshold" in str(findings[0])


def test_several_mistakes_are_all_said_in_order_of_line(plant):
    findings = plant(
        "severe_grade: {value: 3, provenance: assumed, note: {en: Usual., fr: Usuel.}}",
        "severe_grade: {value: 7, provenance: assumed, note: {en: Usual., fr: Usuel.}}\n  typo: 1",
    )
    assert len(findings) == 2
    assert findings[0].line < findings[1].line


@pytest.mark.parametrize(
    ("text", "says"), [("", "is empty"), ("- a\n- b\n", "does not hold keys and values")]
)
def test_a_file_without_keys_is_refused(text: str, says: str):
    with pytest.raises(StudyError, match=says):
        read_text(text)


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path):
    file = tmp_path / "protocol.yml"
    file.write_bytes("title: Étude".encode("latin-1"))
    with pytest.raises(StudyError, match="not UTF-8"):
        read_document(file)


def test_a_file_too_large_is_refused(tmp_path: Path):
    file = tmp_path / "protocol.yml"
    file.write_bytes(b"#" * (LARGEST_FILE_BYTES + 1))
    with pytest.raises(StudyError, match="larger than 5 MB"):
        read_document(file)


def test_a_file_that_is_absent_is_refused(tmp_path: Path):
    with pytest.raises(StudyError, match="cannot be opened"):
        read_document(tmp_path / "nothing.yml")


def test_merged_keys_are_found_where_they_are_written():
    document = read_text("a: &mark {x: 1}\nb: {<<: *mark, y: 2}\n")
    assert document.content["b"] == {"x": 1, "y": 2}
    assert document.find_line(("b", "x")) == 1
    assert document.find_line(("b", "y")) == 2


def test_a_number_where_keys_are_expected(plant):
    findings = plant("    - {identifier: CD8, name:", "    - 3\n    - {identifier: CD8, name:")
    assert "3 stands where a set of keys was expected." in str(findings[0])
