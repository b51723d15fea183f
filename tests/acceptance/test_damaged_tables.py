"""Tables too damaged to rest a number on give no answer, and the report says why."""

from collections.abc import Callable
from html import unescape
from io import StringIO
from pathlib import Path
from shutil import copytree, ignore_patterns

import polars as pl
import pytest
from rich.console import Console

from abscopal.cli.demo import find_demonstration
from abscopal.cli.report_folder import assert_apart, write_report_folder
from abscopal.errors import OutputError, TablesError
from abscopal.evidence.analysis import Analysis, run_analysis
from abscopal.evidence.analysis_plan import plan_analysis
from abscopal.evidence.patient_courses import list_patient_courses
from abscopal.evidence.typography import Language
from abscopal.exchange.table_folders import read_tables
from abscopal.protocol.reading import read_study
from abscopal.tables.admission import admit_tables


def analyse(change: Callable[[dict[str, pl.DataFrame]], dict[str, pl.DataFrame]]) -> Analysis:
    study, folder = find_demonstration()
    admission = admit_tables(change(dict(read_tables(folder).tables)), ctcae_version=None)
    return run_analysis(
        plan_analysis(read_study(study).protocol), admission.tabulation, set_apart=admission.set_apart
    )


def change_cells(
    table: str, **cells: pl.Expr
) -> Callable[[dict[str, pl.DataFrame]], dict[str, pl.DataFrame]]:
    return lambda tables: {**tables, table: tables[table].with_columns(**cells)}


def stops(analysis: Analysis) -> list[tuple[str, str]]:
    return [
        (stop.code, stop.detail) for stop in analysis.stops if stop.code in ("table_unusable", "table_empty")
    ]


def test_a_sound_trial_has_an_answer():
    analysis = analyse(lambda tables: tables)
    assert stops(analysis) == []
    assert analysis.decision is not None


@pytest.mark.parametrize("damage", ["header only", "grades in words"])
def test_without_adverse_events_there_is_no_verdict_on_toxicity(damage: str):
    if damage == "header only":
        analysis = analyse(lambda tables: {**tables, "ae": tables["ae"].clear()})
        assert stops(analysis) == [("table_empty", "AE")]
    else:
        analysis = analyse(change_cells("ae", AETOXGR=pl.lit("GRADE ") + pl.col("AETOXGR")))
        ((code, detail),) = stops(analysis)
        assert code == "table_unusable"
        assert detail.startswith("AE: ")
    assert analysis.decision is None
    assert "adae" not in analysis.tables


def test_lengths_in_centimetres_give_no_response():
    analysis = analyse(change_cells("tr", TRSTRESU=pl.lit("cm")))
    ((code, detail),) = stops(analysis)
    assert code == "table_unusable"
    assert detail.startswith("TR: ")
    assert "adrs" not in analysis.tables
    assert not [record for record in analysis.estimates.records if record.endpoint == "pfs"]


def test_centimetres_that_call_themselves_millimetres_raise_a_doubt():
    smaller = (pl.col("TRSTRESN").cast(pl.Float64, strict=False) / 10).cast(pl.String)
    analysis = analyse(change_cells("tr", TRSTRESN=smaller))
    doubts = analysis.tables["baseline_doubts"].filter(pl.col("FINDING") == "NOT_MEASURABLE")
    assert doubts["USUBJID"].n_unique() > 50


def list_late_target(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The last measurement of a target, said again of a target that nobody named before."""
    is_target = pl.col("TUSTRESC") == "TARGET"
    target = tables["tu"].filter(is_target).select("USUBJID", "TUEVAL", TRLNKID="TULNKID")
    measured = tables["tr"].filter(pl.col("TRTESTCD") == "LDIAM").join(target, on=["USUBJID", "TRLNKID"])
    last = measured.sort("TRDTC").tail(1)
    named = (
        tables["tu"].filter(is_target, USUBJID=last["USUBJID"].item(), TUEVAL=last["TREVAL"].item()).head(1)
    )
    result = tables["tr"].filter(USUBJID=last["USUBJID"].item(), TRSEQ=last["TRSEQ"].item())
    late = {"tu": named.with_columns(TUDTC=pl.lit(last["TRDTC"].item())), "tr": result}
    return tables | {
        name: pl.concat(
            [
                tables[name],
                rows.with_columns(
                    pl.lit("99999").alias(f"{name.upper()}SEQ"),
                    pl.lit("T99").alias("TULNKID" if name == "tu" else "TRLNKID"),
                ),
            ],
            how="vertical_relaxed",
        )
        for name, rows in late.items()
    }


def test_a_target_listed_only_after_baseline_is_named_and_changes_no_response():
    sound, late = analyse(lambda tables: tables), analyse(list_late_target)
    (found,) = late.tables["baseline_doubts"].filter(FINDING="LATE_LESION")["MESSAGE"]
    assert found.startswith("T99 is listed as a target first at visit")
    assert late.tables["adrs"].equals(sound.tables["adrs"])


def test_patients_set_apart_wholesale_end_the_read_out():
    with pytest.raises(
        TablesError, match=r"table DM: \d+ of the patients' rows break a rule \(not_a_number\)"
    ):
        analyse(change_cells("dm", AGE=pl.lit("old")))


def test_the_report_never_lies_among_its_tables(tmp_path: Path):
    with pytest.raises(OutputError, match="among the tables it reads"):
        assert_apart(tmp_path / "tables" / "out", tmp_path / "tables")
    assert_apart(tmp_path / "out", tmp_path / "tables")


def list_split_estimates(analysis: Analysis) -> set[str]:
    """Endpoints with a number for injected or for non-injected lesions."""
    endpoints = {row.endpoint for row in analysis.estimates.records}
    return {name for name in endpoints if "injected" in name or "itrecist" in name}


def list_reasons(analysis: Analysis) -> set[str]:
    """Why endpoints that count injected or non-injected lesions were left out."""
    endpoints = analysis.plan.protocol.endpoints
    split = {
        one.identifier for one in endpoints if one.criterion == "itrecist" or one.kind == "lesion_response"
    }
    return {stop.code for stop in analysis.stops if stop.endpoint in split}


FIRST_INJECTED = pl.col("USUBJID") == pl.col("USUBJID").filter(pl.col("EXLNKID").is_not_null()).first()


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        ("no exposure", "injections_unknown"),
        ("no injection", "injections_absent"),
        ("no lesion named", "injections_unlinked"),
        ("most lesions misspelt", "injections_unlinked"),
        ("no lesion named in one patient", "injections_unlinked"),
    ],
)
def test_without_a_log_of_injections_no_lesion_is_called_injected_or_not(damage: str, code: str):
    """A lesion that was injected would count as a distant one, and the distant response would be wrong."""
    lost = {
        "no exposure": lambda tables: {name: table for name, table in tables.items() if name != "ex"},
        "no injection": lambda tables: {**tables, "ex": tables["ex"].filter(pl.col("EXLNKID").is_null())},
        "no lesion named in one patient": change_cells(
            "ex", EXLNKID=pl.when(~FIRST_INJECTED).then("EXLNKID")
        ),
        "no lesion named": change_cells("ex", EXLNKID=pl.lit(None, dtype=pl.String)),
        "most lesions misspelt": change_cells(
            "ex", EXLNKID=pl.when(pl.int_range(pl.len()) % 3 == 0).then("EXLNKID").otherwise(pl.lit("T99"))
        ),
    }[damage]
    analysis = analyse(lost)
    assert [stop.code for stop in analysis.stops if stop.code.startswith("injections")] == [code]
    assert list_reasons(analysis) == {"endpoint_injections_unknown"}
    assert list_split_estimates(analysis) == set()
    assert "adlr" not in analysis.tables
    assert set(analysis.tables["adrs"]["CRITERION"]) == {"recist_1_1", "irecist"}
    assert analysis.tables["adtr"]["INJFL"].null_count() == analysis.tables["adtr"].height
    assert analysis.tables["adsl"]["NINJFL"].null_count() == analysis.tables["adsl"].height
    assert analysis.tables["assessments"]["INJDT"].null_count() == analysis.tables["assessments"].height
    assert list_split_estimates(analyse(lambda tables: tables))


def test_a_few_injections_without_a_lesion_are_counted_beside_the_numbers():
    first = pl.int_range(pl.len()) == pl.arg_where(pl.col("EXLNKID").is_not_null()).first()
    analysis = analyse(change_cells("ex", EXLNKID=pl.when(~first).then("EXLNKID")))
    ((code, detail),) = [
        (stop.code, stop.detail) for stop in analysis.stops if stop.code.startswith("injections")
    ]
    assert (code, detail.partition("/")[0]) == ("injections_lost", "1")
    assert list_split_estimates(analysis)


UNKNOWABLE = {
    "en": ("of them 0 injected", "not injected (yet)", "59/131"),
    "fr": ("dont 0 injectées", "non injectée (encore)", "59/131"),
}


@pytest.mark.parametrize(
    ("language", "told"), [("en", "which lesions were injected"), ("fr", "lésions ont été injectées")]
)
def test_the_terminal_and_the_report_say_why_injected_lesions_are_left_out(
    tmp_path: Path, language: Language, told: str
):
    study, folder = find_demonstration()
    tables = tmp_path / "tables"
    copytree(folder, tables, ignore=ignore_patterns("ex.csv"))
    terminal = StringIO()
    report = write_report_folder(
        study, tables=tables, out=tmp_path / "out", console=Console(file=terminal), language=language
    )
    assert told in terminal.getvalue()
    assert "EXLNKID" in terminal.getvalue()
    page = unescape(report.read_text(encoding="utf-8"))
    assert terminal.getvalue().strip().splitlines()[-1] in page
    assert not [words for words in UNKNOWABLE[language] if words in page]


def turn_target_into_non_target(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The last length of a target becomes a word, and TU names the lesion again, as a non-target."""
    lesion = {"TULNKID": "TRLNKID", "TUEVAL": "TREVAL"}
    targets = tables["tu"].filter(TUSTRESC="TARGET").rename(lesion)
    measured = tables["tr"].filter(pl.col("TRTESTCD") == "LDIAM", pl.col("TRSTRESN").is_not_null())
    last = (
        measured.join(targets, on=["USUBJID", *lesion.values()], how="semi").sort("TRDTC").row(-1, named=True)
    )
    is_last = (pl.col("USUBJID") == last["USUBJID"]) & (pl.col("TRSEQ") == last["TRSEQ"])
    words = {
        "TRTESTCD": "TUMSTATE",
        "TRSTRESC": "PRESENT",
        "TRORRES": "PRESENT",
        "TRSTRESN": None,
        "TRSTRESU": None,
    }
    changed = tables["tr"].with_columns(
        pl.when(~is_last).then(name).otherwise(pl.lit(value, dtype=pl.String)).alias(name)
        for name, value in words.items()
    )
    again = targets.filter(USUBJID=last["USUBJID"], TRLNKID=last["TRLNKID"], TREVAL=last["TREVAL"])
    named = again.rename({own: standard for standard, own in lesion.items()}).with_columns(
        TUSEQ=pl.lit("99999"), TUSTRESC=pl.lit("NON-TARGET"), TUDTC=pl.lit(last["TRDTC"])
    )
    tu = pl.concat([tables["tu"], named.select(tables["tu"].columns)], how="vertical_relaxed")
    return tables | {"tr": changed, "tu": tu}


def test_the_page_of_a_patient_says_what_was_set_apart_and_what_is_in_doubt():
    analysis = analyse(turn_target_into_non_target)
    row = analysis.set_apart.filter(RULE="changed_role").row(0, named=True)
    courses = list_patient_courses(analysis, language="en")
    apart = [(course, rows) for course in courses for rows in course.set_apart if rows.rule == row["RULE"]]
    ((course, rows),) = apart
    assert (rows.table, rows.rows) == ("TU", (row["ROW"],))
    assert any("tells it in words alone" in sentence for sentence in course.doubts)
