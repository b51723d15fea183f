"""What a lesion table may not hold: each is refused with a sentence, and nothing is guessed or passed over."""

import pytest

from abscopal.errors import TablesError
from abscopal.exchange.lesion_csv import read_lesion_csv
from abscopal.exchange.lesion_words import (
    ALLOWED,
    FAULTS,
    HEADING_NAMES,
    HEADINGS,
    MISTAKES,
    RESULT_NAMES,
    RESULTS,
    ROLE_NAMES,
    ROLES,
    read_word,
)

PLAIN = "patient,date,lesion,role,mm\n"
FIRST = "A,2024-01-02,T1,target,30\n"


def write(folder, text):
    path = folder / "lesions.csv"
    path.write_text(text, encoding="utf-8")
    return path


def refuse(folder, text, language="en"):
    with pytest.raises(TablesError) as fault:
        read_lesion_csv(write(folder, text), language=language)
    return fault.value.sentence


@pytest.mark.parametrize("tail", ["", ",location", ",", ",,"])
@pytest.mark.parametrize("rest", ["", ",", ",,"])
def test_an_unquoted_decimal_comma_is_never_read_as_whole_millimetres(tmp_path, tail, rest):
    said = refuse(tmp_path, f"patient,date,lesion,role,mm{tail}\nA,2024-01-02,T1,target,77,6{rest}\n")
    assert "line 2: " in said
    assert "77" not in said


def test_the_count_of_cells_is_told_with_the_ways_to_write_a_decimal_comma(tmp_path):
    said = refuse(tmp_path, PLAIN + "A,2024-01-02,T1,target,77,6\n")
    assert "line 2: the line has 6 cells and the heading 5; put quotes round a number with a comma" in said
    assert "semicolons" in said


@pytest.mark.parametrize(
    "text",
    [
        PLAIN + 'A,2024-01-02,T1,target,"31,5"\n',
        PLAIN.replace(",", ";") + "A;2024-01-02;T1;target;31,5\n",
        PLAIN.replace(",", ";") + "A;2024-01-02;T1;target;31.5\n",
    ],
)
def test_a_decimal_comma_in_quotes_or_between_semicolons_is_read(tmp_path, text):
    assert read_lesion_csv(write(tmp_path, text)).tr["TRSTRESN"].to_list() == [31.5]


def test_too_many_cells_between_semicolons_are_not_blamed_on_a_comma(tmp_path):
    said = refuse(tmp_path, (PLAIN + "A,2024-01-02,T1,target,31,x\n").replace(",", ";"))
    assert "line 2: the line has 6 cells and the heading 5; take out what is too many" in said


def test_a_short_line_says_that_it_is_short(tmp_path):
    said = refuse(tmp_path, PLAIN + FIRST + "A,2024-03-02,T1\n")
    assert "1 mistake:" in said
    assert "line 3: the line has too few cells: 3, and the heading 5" in said
    assert "role" not in said


@pytest.mark.parametrize(
    ("heading", "sentence"),
    [
        ("nodes", "the heading 'nodes' is not known; the nearest is 'node'."),
        ("starts", "the heading 'starts' is not known; the nearest is 'start'."),
        ("weather", "the heading 'weather' is not known. Columns: patient"),
        ("Name", "the heading 'Name' looks like a name or a birth date; no such column may be given."),
        ("Birth date", "'Birth date' looks like a name or a birth date"),
        ("Prénom", "'Prénom' looks like a name or a birth date"),
        ("date_de_naissance", "'date_de_naissance' looks like a name or a birth date"),
        ("mm", "columns 5 and 6 of the heading both mean 'mm'. Keep one of them."),
        ("taille", "columns 5 and 6 of the heading both mean 'mm'"),
    ],
)
def test_headings_that_are_unknown_or_given_twice(tmp_path, heading, sentence):
    said = refuse(tmp_path, PLAIN.replace("mm", f"mm,{heading}") + "A,2024-01-02,T1,target,30,x\n")
    assert sentence in said
    assert "line 1" in said


def test_every_unknown_heading_is_told_and_names_come_first(tmp_path):
    said = refuse(tmp_path, "patient,date,lesion,role,mm,nodes,surname\n")
    assert said.index("'surname' looks like") < said.index("'nodes' is not known")


def test_a_first_line_of_data_is_not_repeated(tmp_path):
    said = refuse(tmp_path, "Dupont,2024-01-02,T1,target,30\n")
    assert "the heading lacks patient, date, lesion, role, mm" in said
    assert "Dupont" not in said


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("03/04/2024", "line 3: the date has slashes or points, and day and month could be confused; write"),
        ("03.04.2024", "line 3: the date has slashes or points"),
        ("2024/04/03", "line 3: the date has slashes or points"),
        ("2204-03-04", "line 3: the date is before 1990 or after 2100"),
        ("1989-12-31", "line 3: the date is before 1990 or after 2100"),
        ("2100-03-04", "line 3: the date is over 50 years from the patient's first scan or start"),
    ],
)
def test_dates_that_are_ambiguous_or_out_of_the_world(tmp_path, day, sentence):
    said = refuse(tmp_path, PLAIN + FIRST + f"A,{day},T1,target,30\n")
    assert sentence in said
    assert day not in said


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("08/01/2024", "line 2: the start has slashes or points"),
        ("2204-01-08", "line 2: the start is before 1990 or after 2100"),
        ("2099-01-08", "line 2: the date is over 50 years from"),
    ],
)
def test_starts_are_held_to_the_same(tmp_path, day, sentence):
    said = refuse(tmp_path, f"patient,date,lesion,role,mm,start\nA,2024-01-02,T1,target,30,{day}\n")
    assert sentence in said


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("A,R1,2024-03-02,t1,target,30", "line 3: the lesion is written otherwise on line 2 (capitals"),
        ("a,R1,2024-03-02,T1,target,30", "line 3: the patient is written otherwise on line 2"),
        ("A,r1,2024-03-02,T1,target,30", "line 3: the reader is written otherwise on line 2"),
    ],
)
def test_labels_that_differ_by_capitals_alone(tmp_path, line, sentence):
    heading = "patient,reader,date,lesion,role,mm\nA,R1,2024-01-02,T1,target,30\n"
    said = refuse(tmp_path, f"{heading}{line}\n{line.replace('2024-03-02', '2024-05-02')}\n")
    assert sentence in said
    assert "1 mistake:" in said


def test_two_readers_may_name_their_own_lesions(tmp_path):
    text = "patient,reader,date,lesion,role,mm\nA,R1,2024-01-02,T1,target,30\nA,R2,2024-01-02,t1,target,30\n"
    assert read_lesion_csv(write(tmp_path, text)).tu.height == 2


def test_a_folder_is_called_a_folder(tmp_path):
    with pytest.raises(TablesError, match="this is a folder"):
        read_lesion_csv(tmp_path)


def test_mistakes_are_told_in_french(tmp_path):
    lines = "A,02/01/2024,T1,target,30\nA,2024-03-02,T1,target,progression\n"
    said = refuse(tmp_path, PLAIN + lines, "fr")
    assert "2 fautes :" in said
    assert "ligne 2 : la date a des barres ou des points" in said
    assert (
        "ligne 3 : ce mot ne convient pas au rôle « cible » ; écrivez une longueur ou l’un de : absente"
        in said
    )
    assert "la colonne « nodes » n’est pas connue" in refuse(tmp_path, PLAIN.replace("mm", "mm,nodes"), "fr")
    assert "il manque à l’en-tête : rôle" in refuse(tmp_path, "patient,date,lesion,mm\n", "fr")


@pytest.mark.parametrize("texts", [MISTAKES, FAULTS, HEADING_NAMES, ROLE_NAMES, RESULT_NAMES])
def test_both_languages_say_the_same_things(texts):
    assert set(texts["en"]) == set(texts["fr"])


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_word_that_is_advised_is_understood(language):
    assert all(read_word(word, HEADINGS) == name for name, word in HEADING_NAMES[language].items())
    assert all(read_word(word, ROLES) == role for role, word in ROLE_NAMES[language].items())
    advised = {meaning for meanings in ALLOWED.values() for meaning in meanings}
    assert all(read_word(RESULT_NAMES[language][meaning], RESULTS) == meaning for meaning in advised)
