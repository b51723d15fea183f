"""The table a radiologist types: what is understood, and what is answered with a sentence and a line."""

from datetime import date

import pytest

from abscopal.derivations.response.lesion_assessments import derive_lesion_assessments
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.errors import TablesError
from abscopal.exchange.lesion_csv import read_lesion_csv

ENGLISH = """patient,date,lesion,role,location,node,mm
A,2024-01-02,T1,target,liver,no,31.5
A,2024-01-02,T2,target,axilla,yes,18
A,2024-01-02,N1,non-target,bone,no,present
A,2024-01-02,M1,marker,,,raised
A,2024-03-04,T1,target,liver,no,18+14
A,2024-03-04,T2,target,axilla,yes,too small
A,2024-03-04,N1,non-target,bone,no,progression
A,2024-03-04,M1,marker,,,normal
A,2024-03-04,X1,new,lung,,equivocal
"""
FRENCH = """Patient;Date;Lésion;Rôle;Localisation;Ganglion;Taille
A;2024-01-02;T1;cible;foie;non;31,5
A;2024-01-02;T2;cible;aisselle;oui;18
A;2024-01-02;N1;non cible;os;non;présente
A;2024-01-02;M1;marqueur;;;élevé
A;2024-03-04;T1;cible;foie;non;18+14
A;2024-03-04;T2;cible;aisselle;oui;trop petite
A;2024-03-04;N1;non cible;os;non;progression
A;2024-03-04;M1;marqueur;;;normal
A;2024-03-04;X1;nouvelle;poumon;;douteuse
"""
HEADING = "patient,date,lesion,role,mm,node,start,reader,visit\n"
FIRST = "A,2024-01-02,T1,target,30,,,,\n"


def write(folder, text, encoding="utf-8"):
    path = folder / "lesions.csv"
    path.write_bytes(text.encode(encoding))
    return path


def derive(path):
    tables = read_lesion_csv(path)
    found = derive_lesion_assessments(tables.tu, tables.tr, tables.adsl, settings=ResponseSettings())
    return found.select("TULNKID", "AVISITN", "LSROLE", "LSNODE", "LSSTATE", "LSTENTH").rows()


def test_english_and_french_say_the_same(tmp_path):
    english = derive(write(tmp_path, ENGLISH))
    assert english == derive(write(tmp_path, FRENCH))
    assert english == derive(write(tmp_path, FRENCH, "cp1252"))
    assert english == [
        ("M1", 0, "NON-TARGET", False, "PRESENT", None),
        ("M1", 1, "NON-TARGET", False, "ABSENT", 0),
        ("N1", 0, "NON-TARGET", False, "PRESENT", None),
        ("N1", 1, "NON-TARGET", False, "UNEQUIVOCAL_PROGRESSION", None),
        ("T1", 0, "TARGET", False, "MEASURED", 315),
        ("T1", 1, "TARGET", False, "MEASURED", 320),
        ("T2", 0, "TARGET", True, "MEASURED", 180),
        ("T2", 1, "TARGET", True, "TOO_SMALL", 50),
        ("X1", 1, "NEW", False, "EQUIVOCAL", None),
    ]


def test_time_starts_at_the_first_scan_unless_a_start_is_given(tmp_path):
    plain = read_lesion_csv(write(tmp_path, HEADING + FIRST))
    assert (plain.adsl["REFDT"].item(), plain.has_start) == (date(2024, 1, 2), False)
    given = read_lesion_csv(write(tmp_path, HEADING + "A,2024-01-02,T1,target,30,,2024-01-08,,\n"))
    assert (given.adsl["REFDT"].item(), given.has_start) == (date(2024, 1, 8), True)


def test_scans_of_a_named_visit_are_one_assessment(tmp_path):
    text = HEADING + (
        "A,2024-01-02,T1,target,30,,,,base\nA,2024-01-05,N1,non-target,present,,,,base\n"
        "A,2024-03-04,T1,target,20,,,,week 8\nA,2024-03-06,N1,non-target,absent,,,,week 8\n"
    )
    assert [row[:2] for row in derive(write(tmp_path, text))] == [("N1", 0), ("N1", 1), ("T1", 0), ("T1", 1)]


def test_two_readers(tmp_path):
    text = HEADING + "A,2024-01-02,T1,target,30,,,Reader 1,\nA,2024-01-02,T1,target,28,,,Reader 2,\n"
    tables = read_lesion_csv(write(tmp_path, text))
    assert tables.tr["TREVAL"].to_list() == ["Reader 1", "Reader 2"]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("A,2024-13-04,T1,target,30,,,,", "line 3: the date is not readable"),
        ("A,2024-02-30,T1,target,30,,,,", "line 3: the date is not readable"),
        ("A,2024-03-04,T1,tumour,30,,,,", "line 3: the role is not known"),
        ("A,2024-03-04,T1,target,big,,,,", "line 3: the result is neither a length in mm nor a known word"),
        ("A,2024-03-04,T1,target,,,,,", "line 3: the result is neither"),
        ("A,2024-03-04,T1,target,-3,,,,", "line 3: the result is neither"),
        ("A,2024-03-04,T1,target,3000,,,,", "line 3: a length is over 500 mm"),
        ("A,2024-03-04,T1,target,progression,,,,", "line 3: this word does not suit a target"),
        ("A,2024-03-04,N1,non-target,equivocal,,,,", "line 3: this word does not suit a non-target"),
        ("A,2024-03-04,M1,marker,30,,,,", "line 3: a marker is present (raised), absent (normal)"),
        ("A,2024-03-04,T1,target,30,maybe,,,", "line 3: node is neither yes nor no"),
        ("A,2024-03-04,T1,target,30,,soon,,", "line 3: the start is not a readable date"),
        ("A,2024-03-04,T1/T2,target,30,,,,", "line 3: a lesion's name holds a /"),
        (",2024-03-04,T1,target,30,,,,", "line 3: patient is empty"),
        (
            "A,2024-03-04,T1,target,3.2 cm,,,,",
            "line 3: the length is in cm; lengths are millimetres: write 32 for",
        ),
        ("A,2024-03-04,T1,marker,present,,,,", "line 3: this name stands for a marker here or on line 2"),
    ],
)
def test_mistakes_are_told_with_their_line(tmp_path, line, sentence):
    with pytest.raises(TablesError) as fault:
        read_lesion_csv(write(tmp_path, HEADING + FIRST + line + "\n"))
    assert sentence in fault.value.sentence
    assert fault.value.where.endswith("lesions.csv")


def test_a_start_that_changes(tmp_path):
    text = HEADING + "A,2024-01-02,T1,target,30,,2024-01-08,,\nA,2024-03-04,T1,target,30,,2024-01-09,,\n"
    with pytest.raises(
        TablesError, match="line 3: the start differs from that of line 2; a patient has one start"
    ):
        read_lesion_csv(write(tmp_path, text))


def test_a_start_that_differs_between_the_readers_of_a_patient(tmp_path):
    text = HEADING + "A,2024-01-02,T1,target,30,,2024-01-08,X,\nA,2024-01-02,T1,target,30,,2024-01-09,Y,\n"
    with pytest.raises(
        TablesError, match=r"line 3: .* line 2, where another reader .*whoever reads: write the same"
    ):
        read_lesion_csv(write(tmp_path, text))


def test_many_mistakes_are_counted_and_the_first_ones_told(tmp_path):
    lines = "".join(f"A,2024-03-04,T{number},target,big,,,,\n" for number in range(30))
    with pytest.raises(TablesError) as fault:
        read_lesion_csv(write(tmp_path, HEADING + lines))
    assert fault.value.sentence.count("line ") == 20
    assert "30 mistakes" in fault.value.sentence
    assert "and 10 more" in fault.value.sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "the file is empty"),
        (HEADING, "no lesion"),
        ("patient,date,lesion,mm\n", "the heading lacks role"),
        ("\0\0\0", "not a CSV text file"),
    ],
)
def test_files_that_are_no_lesion_table(tmp_path, text, sentence):
    with pytest.raises(TablesError, match=sentence):
        read_lesion_csv(write(tmp_path, text))


def test_a_file_that_does_not_exist(tmp_path):
    with pytest.raises(TablesError, match="there is no such file"):
        read_lesion_csv(tmp_path / "nothing.csv")
