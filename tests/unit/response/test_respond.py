"""`abscopal respond`: what a radiologist reads, what a machine reads, and what a mistake gets."""

import json
from pathlib import Path

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from abscopal.cli.respond import respond
from abscopal.errors import OptionError

LESIONS = str(Path(__file__).parents[3] / "docs" / "examples" / "lesions.csv")
WIDE = {"COLUMNS": "200"}
app = typer.Typer()
app.command()(respond)


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, [LESIONS, *arguments], env=WIDE, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_sentences_in_english():
    said = run()
    assert "Patient P01. Time starts on 2024-01-08." in said
    assert "PD: sum rose from 26.5 to 35.0 mm, +32.1 % and +8.5 mm over the nadir of 2024-04-29" in said
    assert "Confirmed best response: PR: partial response, confirmed" in said
    assert "PD: new lesion X1 on 2024-04-15" in said
    assert "all as by default" in said


def test_sentences_in_french():
    said = run("--language", "fr", "--setting", "sd_min_days=56")
    assert "PD : la somme est passée de 26,5 à 35,0 mm, +32,1 % et +8,5 mm au-dessus du nadir" in said
    assert "sd_min_days = 56" in said


def test_json_holds_every_response_with_its_explanation():
    (told,) = json.loads(run("--json"))["criteria"]
    overall = [row for row in told["responses"] if row["PARAMCD"] == "OVR" and row["USUBJID"] == "P02"]
    assert [row["AVALC"] for row in overall] == ["PR", "CR", "CR"]
    assert all(row["EXPLANATION"] and row["RULE"] for row in overall)
    assert told["settings"]["confirm_min_days"] == "28"


def test_tables_are_written_when_asked(tmp_path):
    run("--out", str(tmp_path / "answers"))
    adrs = pl.read_csv(tmp_path / "answers" / "adrs.csv")
    assert adrs.filter(PARAMCD="BOR")["AVALC"].to_list() == ["PR", "CR", "PD"]
    assert (tmp_path / "answers" / "adtr.csv").exists()


def test_a_doubtful_baseline_is_questioned(tmp_path):
    path = tmp_path / "small.csv"
    path.write_text("patient,date,lesion,role,mm\nA,2024-01-02,T1,target,8\nA,2024-03-02,T1,target,8\n")
    result = CliRunner().invoke(app, [str(path)], env=WIDE)
    assert "To be questioned: a target is smaller than can be measured reliably" in result.output
    assert "Time starts on 2024-01-02, the first scan." in result.output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--criterion", "recist2"], "criterion 'recist2' is not known. Known: recist_1_1"),
        (["--setting", "sd_min=3"], "setting 'sd_min' is not known. Known: carry_response"),
        (["--setting", "sd_min_days=soon"], "'soon' is no value of sd_min_days. Write a number"),
        (["--setting", "carry_response=maybe"], "Write true or false"),
        (["--setting", "cr_then_less=SD"], "Write SD_or_PD, PR"),
    ],
)
def test_mistakes_in_options(arguments, sentence):
    result = CliRunner().invoke(app, [LESIONS, *arguments])
    assert isinstance(result.exception, OptionError)
    assert sentence in result.exception.sentence


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "SD: sum 9.0 mm, −25.0 % from baseline (12.0 mm), +50.0 % from the nadir (6.0 mm), "
         "a rise of 3.0 mm, below the 5 mm that progression needs"),
        ("fr", "soit une hausse de 3,0 mm, inférieure aux 5 mm qu’exige une progression"),
    ],
)  # fmt: skip
def test_a_large_percentage_of_few_millimetres_is_explained(tmp_path, language, sentence):
    path = tmp_path / "small.csv"
    path.write_text(
        "patient,date,lesion,role,mm\nA,2024-01-02,T1,target,12\n"
        "A,2024-03-02,T1,target,6\nA,2024-05-02,T1,target,9\n"
    )
    options = ["--language", language, "--setting", "carry_response=false"]
    said = CliRunner().invoke(app, [str(path), *options], env=WIDE, catch_exceptions=False).output
    assert sentence in said
    assert said.count("progression needs" if language == "en" else "qu’exige une progression") == 1


def test_mistakes_are_told_in_the_language_asked_for(tmp_path):
    def fail(*arguments):
        return CliRunner().invoke(app, [*arguments, "--language", "fr"]).exception.sentence

    assert "c’est un dossier" in fail(str(tmp_path))
    assert "le critère « recist2 » n’est pas connu. Connus : recist_1_1" in fail(
        LESIONS, "--criterion", "recist2"
    )
    assert "n’est pas une valeur de sd_min_days. Écrivez un nombre" in fail(
        LESIONS, "--setting", "sd_min_days=soon"
    )


def respond_to_injected(*arguments: str) -> str:
    path = str(Path(LESIONS).parent / "injected_lesions.csv")
    result = CliRunner().invoke(
        app, [path, "--criterion", "itrecist", *arguments], env=WIDE, catch_exceptions=False
    )
    assert result.exit_code == 0
    return result.output


def test_injected_and_other_lesions_are_read_apart():
    said = respond_to_injected()
    assert "PR: sum of the injected targets 49.0 mm, −38.8 % from baseline (80.0 mm)" in said
    assert "SD: sum of the non-injected targets 19.0 mm, −5.0 % from baseline (20.0 mm)" in said
    assert "Best response of injected lesions: CR" in said
    assert "Best response of non-injected lesions: PD" in said
    assert "itRECIST-compatible: our readings, where the source does not say:" in said
    assert "matched set" in said


def test_a_reading_that_was_changed_is_named_instead():
    said = respond_to_injected("--language", "fr", "--setting", "category_reference=last_pre_injection")
    assert "somme des cibles injectées de 49,0 mm, −40,2 % par rapport au bilan initial (82,0 mm)" in said
    assert "- category_reference = last_pre_injection." in said
    assert "ensemble apparié" not in said


def test_json_holds_our_readings_and_the_categories():
    (told,) = json.loads(respond_to_injected("--json"))["criteria"]
    assert any("matched set" in reading for reading in told["our_readings"])
    assert {"OVRINJ", "OVRNINJ", "BORINJ", "BORNINJ"} <= {row["PARAMCD"] for row in told["responses"]}


def test_without_injections_nothing_is_said_of_categories_by_recist():
    assert "Injected lesions" not in run()


def test_three_criteria_read_one_table_of_injections_symptoms_and_changes():
    path = str(Path(LESIONS).parent / "three_criteria.csv")
    told = CliRunner().invoke(app, [path, "--criterion", "all", "--json"], env=WIDE, catch_exceptions=False)
    found = {
        (answer["criterion"], row["USUBJID"], row["PARAMCD"]): row["AVALC"]
        for answer in json.loads(told.output)["criteria"]
        for row in answer["responses"]
        if row["AVISITN"] == -1
    }
    assert [found[name, "P06", "BOR"] for name in ("recist_1_1", "irecist", "itrecist")] == [
        "PD",
        "iPR",
        "PD",
    ]
    assert [found[name, "P07", "BOR"] for name in ("recist_1_1", "irecist", "itrecist")] == [
        "PD",
        "iCPD",
        "PD",
    ]
    assert (found["itrecist", "P06", "BORINJ"], found["itrecist", "P06", "BORNINJ"]) == ("PD", "SD")
    printed = CliRunner().invoke(app, [path, "--criterion", "irecist"], env=WIDE, catch_exceptions=False)
    assert "the progression of 2024-04-01 is lifted" in printed.output
    assert "14 days after the iUPD of 2024-04-29, too soon to confirm it" in printed.output
    assert "before confirmed progression" in printed.output


def test_a_doubt_of_any_criterion_is_said_once(tmp_path):
    """That no target is injected is a doubt of itRECIST alone; a small target is one of all three."""
    path = tmp_path / "none_injected.csv"
    rows = ["A,2024-01-02,T1,target,8,", "A,2024-03-02,T1,target,8,2024-02-20"]
    path.write_text("\n".join(["patient,date,lesion,role,mm,injected", *rows]) + "\n")
    said = {
        name: CliRunner().invoke(app, [str(path), "--criterion", name], env=WIDE).output
        for name in ("recist_1_1", "itrecist", "all")
    }
    doubts = {
        name: [line for line in text.splitlines() if "To be questioned" in line]
        for name, text in said.items()
    }
    assert set(doubts["itrecist"]) - set(doubts["recist_1_1"])
    assert set(doubts["all"]) == set(doubts["itrecist"]) | set(doubts["recist_1_1"])
    assert len(doubts["all"]) == len(set(doubts["all"]))


STARTED = ["patient,date,lesion,role,mm", "A,2024-01-02,T1,target,40", "A,2024-02-14,T1,target,25"]
CONFIRMED = [*STARTED, "A,2024-03-27,T1,target,40", "A,2024-05-08,T1,target,50"]


@pytest.mark.parametrize("role", ["target", "non-target"])
def test_a_lesion_listed_first_after_baseline_is_named_and_takes_nothing_back(tmp_path, role):
    """Without it: PR, then progression, confirmed; with it at the last scan: the same, and a sentence."""
    path = tmp_path / "late.csv"

    def read(lines: list[str], *arguments: str) -> str:
        path.write_text("\n".join(lines) + "\n")
        return CliRunner().invoke(app, [str(path), "--criterion", "irecist", *arguments], env=WIDE).output

    late = [*CONFIRMED, f"A,2024-05-08,T2,{role},12"]
    (earlier,), (told,) = (json.loads(read(rows, "--json"))["criteria"] for rows in (CONFIRMED, late))
    before, after = earlier["responses"], told["responses"]
    overall = [row["AVALC"] for row in after if row["PARAMCD"] == "OVR"]
    assert overall == ["iPR", "iUPD", "iCPD"]
    assert after == before
    assert [doubt["FINDING"] for doubt in told["doubts"]] == ["LATE_LESION"]
    said = read(late)
    assert said.count(f"T2 is listed as a {role} first at visit 3 (2024-05-08)") == 1
    assert "T2" not in read(CONFIRMED)
    assert "T2 est notée comme" in read(late, "--language", "fr")


def test_a_target_that_baseline_names_and_does_not_measure_still_leaves_no_sum(tmp_path):
    path = tmp_path / "missing.csv"
    rows = [*CONFIRMED, "A,2024-01-02,T2,target,not evaluated", "A,2024-05-08,T2,target,12"]
    path.write_text("\n".join(rows) + "\n")
    said = CliRunner().invoke(app, [str(path)], env=WIDE).output
    assert "a target has no measurement at baseline" in said
    assert "T2 is listed" not in said


def test_a_late_lesion_alone_at_a_scan_makes_no_assessment(tmp_path):
    path = tmp_path / "alone.csv"
    path.write_text("\n".join([*STARTED, "A,2024-03-27,T2,target,12"]) + "\n")
    (told,) = json.loads(CliRunner().invoke(app, [str(path), "--json"], env=WIDE).output)["criteria"]
    assert [row["AVALC"] for row in told["responses"] if row["PARAMCD"] == "OVR"] == ["PR"]


AT_ODDS = """patient,date,lesion,role,injected,mm
A,2024-01-02,T1,target,2024-01-08,30
A,2024-01-02,T2,target,no,20
A,2024-03-04,T1,target,no,15
A,2024-03-04,T2,target,no,10
B,2024-01-02,T1,target,2024-01-08,30
B,2024-01-02,T2,target,no,20
B,2024-03-04,T1,target,yes,15
B,2024-03-04,T2,target,no,20
"""


@pytest.mark.parametrize(
    ("language", "apart", "not_judged"),
    [
        (
            "en",
            "Set apart, line 4, T1: this does not agree with the date of first injection on line 2",
            "Not judged by itRECIST-compatible: it is not known which lesions were injected.",
        ),
        (
            "fr",
            "Mis à part, ligne 4, T1 : cela ne s’accorde pas avec la date de première injection de la ligne 2",
            "Non jugé selon itRECIST-compatible : on ignore quelles lésions furent injectées.",
        ),
    ],
)
def test_an_injection_at_odds_withholds_the_injected_lesions_of_one_patient(
    tmp_path, language, apart, not_judged
):
    path = tmp_path / "at_odds.csv"
    path.write_text(AT_ODDS)
    arguments = [str(path), "--criterion", "itrecist", "--criterion", "recist_1_1", "--language", language]
    done = CliRunner().invoke(
        app, [*arguments, "--out", str(tmp_path / "o")], env={"COLUMNS": "400"}, catch_exceptions=False
    )
    assert done.exit_code == 0
    first, second = done.output.split("Patient B")
    assert apart in first
    assert not_judged in first
    assert "sum 25.0 mm" in first or "somme de 25,0 mm" in first
    assert not_judged not in second
    adrs = pl.read_csv(tmp_path / "o" / "adrs.csv")
    assert adrs.filter(PARAMCD="OVRINJ")["USUBJID"].to_list() == ["B"]
    assert sorted(adrs.filter(PARAMCD="OVR", CRITERION="recist_1_1")["USUBJID"]) == ["A", "B"]
    adtr = pl.read_csv(tmp_path / "o" / "adtr.csv")
    assert adtr.filter(USUBJID="A")["INJFL"].null_count() == adtr.filter(USUBJID="A").height
    assert "SUMINJ" not in adtr.filter(USUBJID="A")["PARAMCD"].to_list()
    assert "SUMINJ" in adtr.filter(USUBJID="B")["PARAMCD"].to_list()
    assert pl.read_csv(tmp_path / "o" / "set_apart.csv")["LINE"].to_list() == [4]


def test_without_known_injections_nothing_is_doubted_of_injected_targets(tmp_path):
    path = tmp_path / "alone.csv"
    path.write_text("".join(line for line in AT_ODDS.splitlines(keepends=True) if line[0] != "B"))
    arguments = [str(path), "--criterion", "itrecist"]
    done = CliRunner().invoke(app, [*arguments, "--json"], env=WIDE, catch_exceptions=False)
    (told,) = json.loads(done.output)["criteria"]
    assert told["not_judged"] == ["A"]
    assert told["responses"] == []
    assert told["doubts"] == []
    said = CliRunner().invoke(app, arguments, env=WIDE, catch_exceptions=False).output
    assert "Not judged by itRECIST-compatible" in said
