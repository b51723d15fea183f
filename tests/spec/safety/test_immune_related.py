"""Immune-related: the study says whether the list of terms, a person, or both decide."""

import pytest

from abscopal.derivations.safety.adverse_events import derive_adae
from abscopal.derivations.safety.immune_related_terms import read_immune_related_terms
from abscopal.derivations.safety.settings import SafetySettings
from abscopal.errors import TablesError
from abscopal.tables.adam import SubjectLevel
from abscopal.tables.sdtm.ae import AdverseEvents
from abscopal.tables.sdtm.supp import SupplementalQualifiers
from plain_tables import build

TREATED = """
USUBJID | TRTSDT
P1      | 2024-03-10
"""
EVENTS = """
AESEQ | USUBJID | AEDECOD      | AESTDTC
1     | P1      | Colitis      | 2024-04-01
2     | P1      | Hypophysitis | 2024-04-01
3     | P1      | Back pain    | 2024-04-01
4     | P1      | Headache     | 2024-04-01
"""
JUDGED = """
RDOMAIN | USUBJID | IDVAR | IDVARVAL | QNAM    | QVAL
AE      | P1      | AESEQ | 1        | IRAEINV | Y
AE      | P1      | AESEQ | 2        | IRAEINV | N
AE      | P1      | AESEQ | 2        | IRAEADJ | N
AE      | P1      | AESEQ | 3        | IRAEADJ | Y
"""


def immune_related(rule: str, judged: str = JUDGED) -> set[str]:
    adae = derive_adae(
        build(AdverseEvents, EVENTS),
        build(SubjectLevel, TREATED),
        terms=read_immune_related_terms(),
        supp=build(SupplementalQualifiers, judged) if judged else None,
        settings=SafetySettings(immune_rule=rule),
    )
    return {term for term, flag in adae.select("AEDECOD", "IRAEFL").iter_rows() if flag == "Y"}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("term", {"Colitis", "Hypophysitis"}),
        ("investigator", {"Colitis"}),
        ("adjudicated", {"Back pain"}),
        ("judged", {"Colitis", "Back pain"}),
        ("term_and_judged", {"Colitis"}),
        ("term_or_judged", {"Colitis", "Hypophysitis", "Back pain"}),
    ],
)
def test_the_rule_combines_the_list_and_the_judges(rule, expected):
    """Colitis: listed, investigator says yes. Hypophysitis: listed, both say no. Back pain: only the board says yes."""
    assert immune_related(rule) == expected


def test_a_rule_that_needs_a_judge_refuses_to_guess():
    """Nobody has judged any event: the answer is a question to the data manager, not an empty table."""
    with pytest.raises(TablesError, match="no row says so"):
        immune_related("term_and_judged", judged="")


def test_the_category_tells_hormones_from_steroids():
    """Endocrine events are apart: hormones replace steroids in their treatment."""
    terms = read_immune_related_terms().terms
    endocrine = set(terms.filter(terms["ENDOCRINE"])["CATEGORY"])
    assert endocrine == {"Thyroid", "Adrenal insufficiency", "Hypophysitis", "Diabetes"}


def test_a_missing_causality_counts_as_related():
    """Only a causality that says no clears the treatment."""
    events = """
    USUBJID | AEDECOD | AEREL
    P1      | Fever   |
    P1      | Rash    | POSSIBLE
    P1      | Fall    | NOT RELATED
    P1      | Cough   | Unlikely
    """
    adae = derive_adae(
        build(AdverseEvents, events),
        build(SubjectLevel, TREATED),
        terms=read_immune_related_terms(),
        settings=SafetySettings(immune_rule="term"),
    )
    related = dict(adae.select("AEDECOD", "TRTRELFL").iter_rows())
    assert related == {"Fever": "Y", "Rash": "Y", "Fall": "N", "Cough": "N"}
