"""The list of immune-related terms: bundled, editable, and refused in a sentence when it is not a list."""

from pathlib import Path

import pytest

from abscopal.derivations.safety.immune_related_terms import read_immune_related_terms
from abscopal.errors import TablesError

OWN = """
version: "site 2"
provenance: assumed
source: our board
categories:
  - name: Gut
    endocrine: false
    terms: [Colitis, " diarrhoea "]
"""


def test_the_bundled_list_says_where_it_comes_from():
    listed = read_immune_related_terms()
    assert listed.version
    assert listed.provenance == "assumed"
    assert "10.1136" in listed.source or "JNCCN" in listed.source
    assert listed.terms.height > 80


def test_a_study_may_bring_its_own_list(tmp_path: Path):
    path = tmp_path / "terms.yaml"
    path.write_text(OWN, encoding="utf-8")
    listed = read_immune_related_terms(path)
    assert listed.version == "site 2"
    assert listed.terms.rows() == [("COLITIS", "Gut", False), ("DIARRHOEA", "Gut", False)]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("just a sentence", "not a list of immune-related terms"),
        ("version: 1\ncategories: []", "not a list of immune-related terms"),
        ("version: [", "not a list of immune-related terms"),
        (OWN + "  - {name: Bowel, endocrine: false, terms: [COLITIS]}\n", "more than once: COLITIS"),
    ],
)
def test_what_is_not_a_list_is_refused_in_a_sentence(tmp_path: Path, content: str, sentence: str):
    path = tmp_path / "terms.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(TablesError, match=sentence):
        read_immune_related_terms(path)


def test_a_missing_file_is_a_sentence_too(tmp_path: Path):
    with pytest.raises(TablesError, match="cannot be opened"):
        read_immune_related_terms(tmp_path / "nowhere.yaml")
