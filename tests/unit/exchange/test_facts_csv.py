"""A coordinator's table of facts: what is understood, and what is refused with its line."""

import datetime

import pytest

from abscopal.errors import TablesError
from abscopal.exchange.facts_csv import read_facts_csv
from abscopal.protocol.reading import read_study

PROTOCOL = read_study("dex2").protocol
HEADING = "patient,variable,value,unit,date,source\n"


def read(tmp_path, text: str, language="en"):
    file = tmp_path / "facts.csv"
    file.write_text(text, encoding="utf-8")
    return read_facts_csv(file, protocol=PROTOCOL, language=language)


def refuse(tmp_path, text: str, language="en") -> str:
    with pytest.raises(TablesError) as caught:
        read(tmp_path, text, language)
    return caught.value.sentence


def test_values_are_read_by_what_the_criteria_compare(tmp_path):
    rows = (
        "P1,AGE,64,,2024-03-01,\nP1,HLA_A2,non,,2024-03-02,laboratoire\nP1,RESPONSE_SO_FAR,SD,,2024-03-03,\n"
        "P1,ecog,,,,\nP2,consent,hla,,2024-03-04,\n"
    )
    one, two = read(tmp_path, HEADING + rows)
    assert [(fact.variable, fact.value) for fact in one.facts] == [
        ("AGE", 64.0),
        ("HLA_A2", False),
        ("RESPONSE_SO_FAR", "SD"),
    ]
    assert one.facts[1].source == "laboratoire"
    assert two.consents == {"hla": datetime.date(2024, 3, 4)}


def test_french_headings_semicolons_and_decimal_commas(tmp_path):
    text = "patient;donnée;valeur;unité;date\nP1;NEUTROPHILS;3,6;10⁹/L;2024-03-01\n"
    (patient,) = read(tmp_path, text)
    assert patient.facts[0].value == pytest.approx(3.6)
    assert patient.facts[0].unit == "10⁹/L"


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (",AGE,64,,2024-03-01,", "line 2: patient is empty"),
        ("P1,AGE,64,,,", "line 2: a value without a date"),
        ("P1,AGE,64,,01/03/2024,", "day and month could be confused"),
        ("P1,AGE,64,,2204-03-01,", "correct its year"),
        ("P1,AGE,old,,2024-03-01,", "AGE is a number"),
        ("P1,AGE,nan,,2024-03-01,", "AGE is a number"),
        ("P1,HLA_A2,positive,,2024-03-01,", "HLA_A2 is yes or no"),
        ("P1,HLA_A3,yes,,2024-03-01,", "known: HLA_A2"),
        ("P1,consent,hal,,2024-03-01,", "known: hla, full_screen"),
        ("P1,consent,hla,,,", "line 2: a value without a date"),
        ("P1,NEUTROPHILS,3,6,,2024-03-01,", "7 cells and the heading 6"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path, row, sentence):
    assert sentence in refuse(tmp_path, HEADING + row + "\n")


def test_every_mistake_is_told_at_once_and_no_value_is_repeated(tmp_path):
    rows = "P1,AGE,sixty-four,,2024-03-01,\nP1,ECOG,good,,soon,\nP1,consent,hla,,2024-03-01,\nP1,consent,hla,,2024-03-02,\n"
    told = refuse(tmp_path, HEADING + rows, language="fr")
    assert told.count("ligne ") == 3
    assert "sixty-four" not in told
    assert "deux jours différents" in told


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "holds no fact"),
        (HEADING, "holds no fact"),
        ("patient,value,date\nP1,1,2024-03-01\n", "the heading lacks variable"),
        ("patient,variable,value,date,name\nP1,AGE,1,2024-03-01,X\n", "looks like a name"),
        ("patient,variable,value,date,weather\nP1,AGE,1,2024-03-01,X\n", "'weather' is not known"),
        ("patient,variable,value,date,result\nP1,AGE,1,2024-03-01,1\n", "there already"),
        ("patient,\0", "not a CSV text file"),
    ],
)
def test_a_heading_that_is_not_known_is_refused(tmp_path, text, sentence):
    assert sentence in refuse(tmp_path, text)


def test_a_missing_file_and_a_folder_are_said(tmp_path):
    with pytest.raises(TablesError, match="no such file"):
        read_facts_csv(tmp_path / "none.csv", protocol=PROTOCOL)
    with pytest.raises(TablesError, match="folder"):
        read_facts_csv(tmp_path, protocol=PROTOCOL)
