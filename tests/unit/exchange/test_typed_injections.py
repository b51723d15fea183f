"""The column `injected` of a lesion table: a date, or yes and no, and what cannot be true."""

from datetime import date

import pytest

from abscopal.errors import TablesError
from abscopal.exchange.lesion_csv import read_lesion_csv

HEADING = "patient,date,lesion,role,injected,mm\n"
BASELINE = "A,2024-01-02,T1,target,{},30\n"
LATER = "A,2024-03-04,T1,target,{},20\n"


def read(folder, *lines, language="en"):
    path = folder / "lesions.csv"
    path.write_text(HEADING + "".join(lines), encoding="utf-8")
    return read_lesion_csv(path, language=language)


@pytest.mark.parametrize(
    ("first", "second", "day"),
    [
        ("2024-01-08", "", "2024-01-08"),
        ("", "2024-01-08", "2024-01-08"),
        ("no", "yes", "2024-03-03"),
        ("non", "oui", "2024-03-03"),
        ("", "x", "2024-03-03"),
        ("2024-01-08", "yes", "2024-01-08"),
    ],
)
def test_the_first_injection_becomes_a_dose_into_the_lesion(tmp_path, first, second, day):
    tables = read(tmp_path, BASELINE.format(first), LATER.format(second))
    assert tables.ex.select("USUBJID", "EXLNKID", "EXROUTE", "EXSTDTC").rows() == [
        ("A", "T1", "INTRATUMORAL", day)
    ]


@pytest.mark.parametrize("told", ["", "no", "jamais"])
def test_nothing_injected_is_no_dose(tmp_path, told):
    assert read(tmp_path, BASELINE.format(told), LATER.format(told)).ex.is_empty()


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([BASELINE.format("maybe")], "line 2: injected is neither a date (2024-04-03), the first injection"),
        ([BASELINE.format("08/01/2024")], "line 2: the date of injection has slashes or points"),
        ([BASELINE.format("1924-01-08")], "line 2: the date of injection is before 1990"),
    ],
)
def test_what_cannot_be_is_told_with_its_line(tmp_path, lines, sentence):
    with pytest.raises(TablesError) as fault:
        read(tmp_path, *lines)
    assert sentence in fault.value.sentence


@pytest.mark.parametrize("told", ["2024-02-01", "yes"])
def test_an_injection_before_the_scan_that_found_the_lesion_is_left_out(tmp_path, told):
    tables = read(tmp_path, BASELINE.format("2024-01-08"), f"A,2024-03-04,X1,new,{told},new\n")
    assert tables.ex["EXLNKID"].to_list() == ["T1"]
    assert tables.tu["TULNKID"].to_list() == ["T1", "X1"]
    assert tables.set_apart.select("LINE", "LESION", "RULE").rows() == [(3, "X1", "before_birth_of_lesion")]
    assert "injected before the scan that found it (line 3)" in tables.set_apart["MESSAGE"].item()


def test_a_new_lesion_may_be_injected_once_it_was_found(tmp_path):
    new = "A,2024-03-04,X1,new,2024-03-04,new\n"
    assert read(tmp_path, BASELINE.format(""), new).ex["EXSTDTC"].to_list() == [date(2024, 3, 4).isoformat()]


@pytest.mark.parametrize(
    ("first", "second", "rule", "english", "french"),
    [
        (
            "2024-01-08",
            "2024-01-09",
            "injected_changed",
            "the first injection of this lesion differs from that of line 2. Write the day",
            "la première injection de cette lésion diffère de celle de la ligne 2. Écrivez le jour",
        ),
        (
            "yes",
            "no",
            "injected_back",
            "this lesion was already injected on line 2, at an earlier scan. What was injected stays so: write yes",
            "cette lésion était déjà injectée à la ligne 2, à un examen antérieur. Ce qui est injecté le reste",
        ),
        (
            "2024-01-08",
            "no",
            "injected_at_odds",
            "this does not agree with the date of first injection on line 2. Write no at the scans before",
            "cela ne s’accorde pas avec la date de première injection de la ligne 2. Écrivez non aux examens",
        ),
    ],
)
def test_lines_at_odds_about_an_injection_leave_no_injection_of_their_patient(
    tmp_path, first, second, rule, english, french
):
    others = ["A,2024-01-02,T2,target,2024-01-08,30\n", "B,2024-01-02,T1,target,2024-01-08,30\n"]
    lines = [BASELINE.format(first), LATER.format(second), *others]
    tables = read(tmp_path, *lines)
    assert tables.set_apart.select("LINE", "LESION", "RULE").rows() == [(3, "T1", rule)]
    assert tables.set_apart["MESSAGE"].item().startswith(english)
    assert "not told from the others" in tables.set_apart["MESSAGE"].item()
    assert read(tmp_path, *lines, language="fr").set_apart["MESSAGE"].item().startswith(french)
    assert tables.injections_unknown == {"A"}
    assert tables.ex["USUBJID"].to_list() == ["B"]
    assert tables.tr.filter(USUBJID="A", TRLNKID="T1")["TRSTRESN"].to_list() == [30.0, 20.0]
