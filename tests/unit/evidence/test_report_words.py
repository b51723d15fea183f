"""The report speaks both languages, everywhere, and writes its numbers as each language does."""

import re
import string
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

import abscopal.evidence as evidence
from abscopal.evidence.analysis import ReadingNotes
from abscopal.evidence.endpoint_estimates import EndpointEstimate
from abscopal.evidence.rehearsal_texts import read_rehearsal_texts
from abscopal.evidence.report.blocks import Cell, Table
from abscopal.evidence.report.material import Material
from abscopal.evidence.report.sections.method import render_set_apart
from abscopal.evidence.report.wording import Wording, read_texts
from abscopal.tables.admission import ADMISSION_RULES

ROOM = Path(evidence.__file__).parent
SAID = re.compile(r'say\(\s*"([a-z_.A-Z0-9]+)"')
WORDED = re.compile(r'\bword\(\s*"([a-z_A-Z0-9]+)"')


def record(**changes: object) -> EndpointEstimate:
    values: dict[str, object] = {
        "endpoint": "e", "estimand": "share", "population": "SAFFL", "arm": "A", "n": 37, "events": 9,
        "estimate": 9 / 37, "lower": 0.1177, "upper": 0.4120, "level": 0.95, "method": "Clopper-Pearson",
        "unit": "proportion",
    }  # fmt: skip
    return EndpointEstimate(**(values | changes))


@pytest.mark.parametrize("key", sorted(read_texts()))
def test_a_sentence_exists_in_both_languages_with_the_same_blanks(key: str):
    both = read_texts()[key]
    assert set(both) == {"en", "fr"}
    assert all(text.strip() for text in both.values())
    blanks = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in both.values()]
    assert blanks[0] == blanks[1]


def list_asked(pattern: re.Pattern[str]) -> set[str]:
    """Keys that the code of the room asks for by a function."""
    return {key for path in ROOM.rglob("*.py") for key in pattern.findall(path.read_text(encoding="utf-8"))}


def test_every_sentence_that_the_code_asks_for_exists():
    asked = list_asked(SAID)
    assert len(asked) > 50
    assert asked <= set(read_texts())


def test_every_word_that_the_pages_of_a_rehearsal_ask_for_exists():
    """They have a vocabulary of their own; the report of credibility puts its name before each word."""
    asked = list_asked(WORDED)
    assert len(asked) > 20
    assert asked <= {name.removeprefix("credibility_") for name in read_rehearsal_texts()}


def test_every_reason_for_leaving_something_out_has_a_sentence():
    pattern = re.compile(r'(?:\.stop|Stop)\(\s*"([a-z_]+)"')
    codes = {
        code for path in ROOM.rglob("*.py") for code in pattern.findall(path.read_text(encoding="utf-8"))
    }
    assert len(codes) > 8
    assert {f"stop.{code}" for code in codes} <= set(read_texts())


def test_every_rule_that_sets_a_row_apart_is_told_in_both_languages():
    names = {rule.name for rule in ADMISSION_RULES}
    assert {f"rule.{name}" for name in names} | {f"rule_sentence.{name}" for name in names} <= set(
        read_texts()
    )


def test_a_french_reader_is_told_in_french_what_is_wrong_and_where():
    apart = pl.DataFrame(
        {
            "DOMAIN": ["TR", "AE"],
            "RULE": ["not_a_number", "after_death"],
            "MESSAGE": [
                "a number is expected in TRSTRESN and something else was found; correct the cell.",
                "x",
            ],
            "USUBJID": ["P1", "P1"],
            "SEQ": [1, 1],
            "ROW": [1, 1],
        }
    )
    analysis = SimpleNamespace(set_apart=apart, reading=ReadingNotes())
    (table,) = render_set_apart(Material(analysis, Wording("fr"), {})).blocks
    assert [row[1].text for row in table.rows] == [
        "après le décès (after_death)",
        "nombre attendu (not_a_number)",
    ]
    assert table.rows[0][2].text.startswith("l’enregistrement commence ou finit après le décès")
    assert table.rows[1][2].text.startswith("TRSTRESN\xa0: une cellule d’une colonne de nombres")


def test_a_share_shows_its_count_its_total_and_its_interval():
    assert Wording("en").estimate(record()) == "9/37 (24.3%; 95% CI 11.8–41.2)"
    assert Wording("fr").estimate(record()) == "9/37 (24,3\u202f%\u202f; IC 95\u202f% 11,8–41,2)"


def test_a_share_read_off_a_curve_never_poses_as_a_fraction():
    curve = record(method="Kaplan-Meier, log-log interval", estimate=0.226, events=9, n=40)
    assert Wording("en").estimate(curve) == "22.6% (95% CI 11.8–41.2; n = 40)"


def test_a_median_that_was_not_reached_says_so():
    median = record(unit="months", estimate=None, lower=12.5, upper=None, events=3)
    assert Wording("en").estimate(median) == "not reached (95% CI from 12.5)"
    assert Wording("fr").estimate(median).startswith("non atteinte")


def test_an_empty_group_is_nobody_not_zero_per_cent():
    assert (
        Wording("en").estimate(record(n=0, events=0, estimate=None, lower=None, upper=None)) == "0 patients"
    )


def test_a_table_taken_away_as_csv_starts_no_formula():
    import base64

    table = Table("t", "c", ("name", "value"), ((Cell("=1+1"), Cell("é, 2")),))
    text = base64.b64decode(table.csv_address.partition("base64,")[2]).decode("utf-8-sig")
    assert text.splitlines() == ["name,value", '\'=1+1,"é, 2"']


def test_a_difference_of_percentages_is_in_points_and_carries_no_per_cent_sign():
    difference = record(unit="difference of proportions", estimate=-0.251, lower=-0.48, upper=0.02)
    assert Wording("en").estimate(difference) == "−25.1\xa0points (95% CI −48.0 to 2.0)"
    assert "%" not in Wording("fr").estimate(difference).partition("(")[0]
