"""iRECIST around its rules: sentences, words that radiologists type, tables, several criteria at once."""

import json
import random
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from abscopal.cli.respond import respond
from abscopal.derivations.response.best_response import derive_best_responses
from abscopal.derivations.response.criteria import CRITERIA, IRECIST, RECIST_1_1
from abscopal.derivations.response.explanations import explain_responses
from abscopal.derivations.response.lesion_assessments import derive_lesion_assessments
from abscopal.derivations.response.reader_answers import derive_reader_answers
from abscopal.derivations.response.response_table import derive_adrs, derive_adrs_from_responses
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.errors import OptionError
from abscopal.exchange.lesion_csv import read_lesion_csv
from generative.test_irecist_agreement import draw_immune_patient
from lesion_builder import build_adsl, build_assessments, build_responses, day, lesion

EXAMPLE = str(Path(__file__).parents[3] / "docs" / "examples" / "pseudoprogression.csv")
SETTINGS = ResponseSettings()
app = typer.Typer()
app.command()(respond)


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, [EXAMPLE, *arguments], env={"COLUMNS": "200"}, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def explain(lengths: list[tuple[date, int]], language: str = "en") -> list[str]:
    rows = [lesion("T1", visit, "MEASURED", tenths, on=on) for visit, (on, tenths) in enumerate(lengths)]
    adrs = derive_adrs(build_assessments(rows), build_adsl("P1"), criterion=IRECIST, settings=SETTINGS)
    told = explain_responses(adrs, criterion=IRECIST, language=language)  # type: ignore[arg-type]
    return told.filter(PARAMCD="OVR").sort("AVISITN")["EXPLANATION"].to_list()


def test_a_confirmation_is_explained_with_its_numbers():
    course = [(date(2024, 1, 1), 500), (date(2024, 3, 2), 620), (date(2024, 4, 6), 680)]
    assert explain(course)[1] == (
        "iCPD: confirmed at 35 days: sum rose 6.0 mm over the smallest sum since the first iUPD of 2024-03-02"
    )
    assert explain(course, "fr")[1] == (
        "iCPD : confirmée à 35 jours : la somme dépasse de 6,0 mm sa plus petite valeur depuis la première "
        "iUPD du 2024-03-02"
    )


def test_what_stands_what_is_too_soon_and_what_is_lifted_are_explained():
    course = [
        (date(2024, 1, 1), 500),
        (date(2024, 3, 2), 620),
        (date(2024, 3, 12), 640),
        (date(2024, 4, 6), 650),
        (date(2024, 5, 6), 500),
    ]
    assert explain(course)[1:] == [
        "iUPD: 10 days after the iUPD of 2024-03-02, too soon to confirm it",
        "iUPD: the progression of 2024-03-02 is neither confirmed nor lifted, the sum +3.0 mm against its "
        "smallest value since (62.0 mm)",
        "iSD: sum 50.0 mm, 0.0 % from baseline (50.0 mm); the progression of 2024-03-02 is lifted",
    ]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_response_has_an_explanation(language):
    chance = random.Random(7)
    rows = [row for number in range(200) for row in draw_immune_patient(chance, f"P{number}")]
    patients = dict.fromkeys(row["USUBJID"] for row in rows)
    adrs = derive_adrs(build_assessments(rows), build_adsl(*patients), criterion=IRECIST, settings=SETTINGS)
    told = explain_responses(adrs, criterion=IRECIST, language=language)
    answers = told.filter(pl.col("PARAMCD").is_in(["TRGRESP", "NTRGRESP", "NEWLIND", "OVR", "BOR", "CBOR"]))
    assert answers.height > 1000
    assert answers["EXPLANATION"].null_count() == 0
    assert not answers["EXPLANATION"].str.contains("[{}]").any()
    assert not answers["EXPLANATION"].str.ends_with(": ").any()


@pytest.mark.parametrize(
    ("typed", "state", "change"),
    [
        ("NC", "PRESENT", None),
        ("INC", "PRESENT", "INCREASED"),
        ("NCLA", "PRESENT", "SAME"),
        ("INCLA", "PRESENT", "INCREASED"),
        ("UNE", "UNEQUIVOCAL_PROGRESSION", None),
        ("inchangée", "PRESENT", "SAME"),
        ("augmentée", "PRESENT", "INCREASED"),
        ("plus petite", "PRESENT", "DECREASED"),
        ("stable", "PRESENT", "SAME"),
    ],
)
def test_change_words_are_read_in_both_languages(typed, state, change, tmp_path):
    found = read_typed([typed], tmp_path)
    assert found.select("LSSTATE", "LSCHANGE").row(0) == (state, change)


def test_no_change_and_increase_leave_unequivocal_progression_unequivocal(tmp_path):
    found = read_typed(["UNE", "NCLA", "not evaluated", "INCLA", "NC", "NCLA"], tmp_path)
    worse = "UNEQUIVOCAL_PROGRESSION"
    assert found["LSSTATE"].to_list() == [worse, worse, "NOT_EVALUATED", worse, "PRESENT", "PRESENT"]


def read_typed(words: list[str], folder: Path) -> pl.DataFrame:
    lines = ["patient,date,lesion,role,mm,symptom", "A,2024-01-02,N1,non-target,present,"]
    lines += [
        f"A,2024-{month:02}-02,N1,non-target,{word},{'oui' if month == 3 else ''}"
        for month, word in enumerate(words, start=3)
    ]
    path = folder / "lesions.csv"
    path.write_text("\n".join(lines))
    tables = read_lesion_csv(path)
    found = derive_lesion_assessments(tables.tu, tables.tr, tables.adsl, settings=SETTINGS)
    assert found.sort("AVISITN")["SYMPFL"].to_list()[:2] == [None, "Y"]
    return found.filter(pl.col("AVISITN") > 0).sort("AVISITN")


def test_new_lesions_in_words(tmp_path):
    path = tmp_path / "new.csv"
    path.write_text(
        "patient,date,lesion,role,mm\nA,2024-01-02,T1,target,50\nA,2024-03-02,T1,target,50\n"
        "A,2024-03-02,X1,new,new\nA,2024-04-02,T1,target,50\nA,2024-04-02,X1,new,INCLA\n"
        "A,2024-05-02,T1,target,50\nA,2024-05-02,X1,new,UNE\n"
    )
    tables = read_lesion_csv(path)
    found = derive_lesion_assessments(tables.tu, tables.tr, tables.adsl, settings=SETTINGS)
    new = found.filter(LSROLE="NEW").sort("AVISITN").select("LSSTATE", "LSCHANGE").rows()
    assert new == [("UNEQUIVOCAL", None), ("UNEQUIVOCAL", "INCREASED"), ("UNEQUIVOCAL_PROGRESSION", None)]


def test_criteria_are_printed_one_under_the_other():
    said = run("--criterion", "recist_1_1", "--criterion", "irecist")
    assert said.index("RECIST 1.1") < said.index("  iRECIST")
    assert "iCPD: confirmed at 35 days: a non-target grew further since the iUPD of 2024-06-03" in said
    assert "Best response: PD" in said
    assert "Best response: iPR" in said
    assert all(criterion.title in run("--criterion", "all") for criterion in CRITERIA)


@pytest.mark.parametrize("names", [["irecist"], ["irecist", "recist_1_1"]])
def test_json_has_one_form_for_one_criterion_and_for_several(names):
    told = json.loads(run(*(word for name in names for word in ("--criterion", name)), "--json"))
    assert told.keys() == {"set_apart", "criteria"}
    assert [answer["criterion"] for answer in told["criteria"]] == names
    assert not any("set_apart" in answer for answer in told["criteria"])


def test_tables_of_several_criteria_are_written_together(tmp_path):
    run("--criterion", "recist_1_1", "--criterion", "irecist", "--out", str(tmp_path / "answers"))
    adrs = pl.read_csv(tmp_path / "answers" / "adrs.csv")
    assert set(adrs["CRITERION"]) == {"recist_1_1", "irecist"}
    assert set(adrs.filter(PARAMCD="IUPD")["CRITERION"]) == {"irecist"}
    progression = adrs.filter(CRITERION="irecist").filter(pl.col("PARAMCD").is_in(["PD", "IUPD", "ICPD"]))
    assert dict(progression.select("PARAMCD", "ADT").iter_rows()) == {
        "IUPD": "2024-03-04",
        "PD": "2024-06-03",
        "ICPD": "2024-07-08",
    }


def test_a_setting_that_is_a_length_is_read():
    assert "new_lesion_reset_mm = 3.5" in run(
        "--criterion", "irecist", "--setting", "new_lesion_reset_mm=3.5"
    )
    with pytest.raises(OptionError, match="'big' is no value of new_lesion_reset_mm"):
        run("--setting", "new_lesion_reset_mm=big")
    with pytest.raises(OptionError, match="below zero"):
        ResponseSettings(new_lesion_reset_percent=-1.0)


def test_recist_has_no_series():
    rows = [lesion("T1", 0, "MEASURED", 500), lesion("T1", 1, "MEASURED", 700)]
    adrs = derive_adrs(build_assessments(rows), build_adsl("P1"), criterion=RECIST_1_1, settings=SETTINGS)
    assert adrs["IUPDDT"].null_count() == adrs.height
    assert not {"IUPD", "ICPD"} & set(adrs["PARAMCD"])


@pytest.mark.parametrize(
    ("course", "new_therapy", "expected"),
    [
        ([(56, "iUPD"), (84, "iCPD")], None, 56),
        ([(56, "iUPD"), (112, "iSD"), (168, "iUPD")], None, 168),
        ([(56, "iUPD"), (112, "iSD")], None, None),
        ([(56, "iUPD"), (112, "iSD")], 80, 56),
    ],
    ids=["confirmed", "lifted then again", "lifted", "nothing counts after a new therapy"],
)
def test_progression_has_one_date_for_readers_and_for_the_sensitivity_table(course, new_therapy, expected):
    adsl = build_adsl("P1", NACTDT=day(new_therapy) if new_therapy else None)
    responses = build_responses(course)
    adrs = derive_adrs_from_responses(responses, adsl, criterion=IRECIST, settings=SETTINGS)
    plain = responses.with_columns(IRECIST.compute_plain_code(pl.col("OVRRESP")))
    best = derive_best_responses(plain, adsl, settings=SETTINGS, rules=IRECIST.best_rules)
    wanted = day(expected) if expected else None
    assert derive_reader_answers(adrs, criterion="irecist")["PDDT"].to_list() == [wanted]
    assert best["PDDT"].to_list() == [wanted]
