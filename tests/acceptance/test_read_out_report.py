"""The whole read-out on synthetic patients: files, numbers, page, both languages, the same bytes twice."""

import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from abscopal.cli.demo import find_demonstration
from abscopal.evidence.endpoint_estimates import EndpointEstimate
from abscopal.evidence.report.wording import Wording
from abscopal.exchange.folder_swap import MARK
from acceptance.demonstration import read_out

pytestmark = pytest.mark.slow
FIELDS = ["endpoint", "estimand", "population", "arm", "n", "events", "estimate", "lower", "upper", "level"]
FIELDS += ["method", "unit"]
VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """Collects what the tests ask about, and complains about tags that do not match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loads: list[str] = []
        self.identifiers: list[str] = []
        self.targets: list[str] = []
        self.cells: dict[str, set[str]] = {}
        self.numbers_without_estimate = 0
        self.attributes: dict[str, list[dict[str, str | None]]] = {}
        self.cell: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.attributes.setdefault(tag, []).append(values)
        if tag not in VOID:
            self.open.append(tag)
        for name in ("src", "href", "data", "action", "poster"):
            value = values.get(name)
            if value and not value.startswith(("#", "data:")):
                self.loads.append(f"{tag} {name}={value}")
        if values.get("id"):
            self.identifiers.append(str(values["id"]))
        if (values.get("href") or "").startswith("#"):
            self.targets.append(str(values["href"])[1:])
        self.cell = values.get("data-estimate") if tag == "td" else self.cell

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag == "td":
            self.cell = None

    def handle_data(self, data: str) -> None:
        if self.cell:
            self.cells.setdefault(self.cell, set()).add(data)


def open_page(folder: Path) -> Page:
    return Page((folder / "report.html").read_text(encoding="utf-8"))


def read_estimates(folder: Path) -> list[dict[str, object]]:
    return list(json.loads((folder / "estimates.json").read_text(encoding="utf-8")))


def test_the_folder_holds_everything_that_was_promised(english: Path):
    written = {str(path.relative_to(english)) for path in english.rglob("*") if path.is_file()}
    tables = {
        f"adam/{name}.{kind}"
        for name in ("adsl", "adex", "adtr", "adrs", "adae", "adtte")
        for kind in ("csv", "parquet")
    }
    assert tables <= written
    assert {"estimates.json", "provenance.json", "report.html", "report.pdf", "set_apart.csv"} <= written
    figures = {
        "participant_flow",
        "waterfall",
        "spider",
        "cumulative_incidence",
        "lesion_response",
        "kaplan_meier_os",
        "waterfall_split",
        "spider_split",
        "lesion_waterfall_1",
        "body_map",
    }
    assert {f"figures/{name}.svg" for name in figures} <= written
    assert (english / "report.pdf").read_bytes().startswith(b"%PDF")


def test_every_estimate_says_what_it_is(english: Path):
    estimates = read_estimates(english)
    assert len(estimates) > 100
    for record in estimates:
        assert set(FIELDS) <= set(record)
        assert record["method"]
        assert record["unit"]
        for limit in ("lower", "upper"):
            if record[limit] is not None and record["estimate"] is not None:
                assert (
                    (record["lower"] or record["estimate"])
                    <= record["estimate"]
                    <= (record["upper"] or record["estimate"])
                )
    keys = [tuple(record[name] for name in FIELDS[:4]) for record in estimates]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_number_cell_is_the_estimate_it_names(language: str, request: pytest.FixtureRequest):
    folder = request.getfixturevalue({"en": "english", "fr": "french"}[language])
    records = {str(record.pop("id")): EndpointEstimate(**record) for record in read_estimates(folder)}
    wording = Wording(language)
    cells = open_page(folder).cells
    assert set(cells) == set(records)
    for identifier, texts in cells.items():
        record = records[identifier]
        allowed = {wording.estimate(record)}
        if record.events is not None and record.n:
            allowed |= {wording.share(record), wording.percent(record.estimate)}
        assert texts <= allowed


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_opens_offline_and_can_be_heard(language: str, request: pytest.FixtureRequest):
    page = open_page(request.getfixturevalue({"en": "english", "fr": "french"}[language]))
    assert page.loads == []
    assert page.open == []
    assert len(page.identifiers) == len(set(page.identifiers))
    assert set(page.targets) <= set(page.identifiers)
    assert page.attributes["html"][0]["lang"] == language
    assert len(page.attributes["caption"]) == len(page.attributes["table"])
    assert all(cell.get("scope") in {"col", "row"} for cell in page.attributes["th"])
    assert page.attributes["a"][0] == {"class": "skip", "href": "#content"}


def test_the_decision_rule_is_shown_with_its_exact_error_rates(english: Path):
    found = {
        record["estimand"]: record
        for record in read_estimates(english)
        if record["endpoint"] == "severe_free_6m"
    }
    assert found["rule: planned_alpha"]["estimate"] == pytest.approx(0.1279, abs=5e-5)
    assert found["rule: planned_power"]["estimate"] == pytest.approx(0.9238, abs=5e-5)
    page = (english / "report.html").read_text(encoding="utf-8")
    assert "12.8%" in page
    assert "nominal 10%" in page


def test_denominators_of_the_primary_endpoint_add_up(english: Path):
    found = {
        (record["estimand"], record["arm"]): record
        for record in read_estimates(english)
        if record["endpoint"] == "severe_free_6m"
    }
    for arm in ("IT", "IV"):
        states = {
            name: found[f"state: {name}", arm]["events"]
            for name in ("event", "competing", "complete", "short")
        }
        assert found["complete_window", arm]["n"] == states["event"] + states["complete"]
        assert (
            found["early_deaths_as_failures", arm]["n"]
            == states["event"] + states["complete"] + states["competing"]
        )
        assert found["all_treated", arm]["n"] == sum(states.values())
        assert found["complete_window", arm]["events"] == states["complete"]


def test_criteria_that_are_not_derived_yet_are_named(english: Path, french: Path):
    for folder in (english, french):
        page = (folder / "report.html").read_text(encoding="utf-8")
        from abscopal.derivations.response.criteria import CRITERIA

        missing = {"irecist", "itrecist"} - {criterion.name for criterion in CRITERIA}
        assert all(name in page for name in missing)


def test_patients_and_lesions_are_told_apart_and_our_readings_printed(english: Path, french: Path):
    """A share of patients and a share of lesions never stand in one table, and each says what it counts."""
    page = (english / "report.html").read_text(encoding="utf-8")
    assert "itRECIST (compatible): our reading." in page
    assert "Best response of the non-injected lesions of each patient" in page
    assert "Not to be set beside a percentage of lesions" in page
    assert "What is counted here is lesions, not patients" in page
    assert "itRECIST (compatible)\u00a0: notre lecture" in (french / "report.html").read_text(
        encoding="utf-8"
    )
    tables = re.findall(r"<table.*?</table>", page, flags=re.DOTALL)
    of_lesions = [table for table in tables if "lesions (patients)" in table]
    assert of_lesions
    assert not any("Objective response" in table for table in of_lesions)


def test_irecist_stands_beside_recist_and_is_called_exploratory(english: Path, french: Path):
    found = [record for record in read_estimates(english) if record["endpoint"] == "best_response_irecist"]
    for arm in {record["arm"] for record in found}:
        of_arm = [record for record in found if record["arm"] == arm]
        assert {record["estimand"] for record in of_arm} >= {"iCR", "iPR", "iSD", "iUPD", "iCPD", "NE"}
        assert sum(record["events"] for record in of_arm) == of_arm[0]["n"] > 0
        assert all(record["status"] == "exploratory" for record in of_arm)
    shares = [
        record
        for record in read_estimates(english)
        if (record["endpoint"], record["estimand"]) == ("orr_irecist", "objective_response")
    ]
    assert shares
    for share in shares:
        responding = [best for best in found if best["estimand"] in ("iCR", "iPR")]
        counts = [best["events"] for best in responding if best["arm"] == share["arm"]]
        assert share["events"] == sum(counts)
    assert re.search(
        r"Best response by iRECIST.{0,80}\(exploratory\)", (english / "report.html").read_text("utf-8")
    )
    assert re.search(
        r"Meilleure réponse selon iRECIST.{0,80}\(exploratoire\)", (french / "report.html").read_text("utf-8")
    )
    times = pl.read_parquet(english / "adam" / "adtte.parquet")
    assert times.filter(PARAMCD="IPFS").height == times.filter(PARAMCD="PFS").height > 0
    assert times.filter(PARAMCD="IRSD").height > 0


def test_the_same_input_gives_the_same_bytes(english: Path, tmp_path: Path):
    again = read_out(tmp_path / "again").parent
    for path in sorted(english.rglob("*")):
        # The mark lists the files of its folder, and only one of the two has a PDF.
        if path.is_file() and path.suffix != ".pdf" and path.name != MARK:
            twin = again / path.relative_to(english)
            assert hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256(twin.read_bytes()).digest(), (
                path.name
            )


def test_rows_set_apart_are_listed_in_a_file_and_counted_in_the_page(english: Path):
    rows = pl.read_csv(english / "set_apart.csv")
    assert rows.height >= 4
    page = (english / "report.html").read_text(encoding="utf-8")
    assert all(rule in page for rule in rows["RULE"].unique())
    assert "SYN-" not in page


def test_provenance_hashes_every_table(english: Path):
    content = json.loads((english / "provenance.json").read_text(encoding="utf-8"))
    _, tables = find_demonstration()
    hashes = {item["file"]: item["sha256"] for item in content["inputs"]}
    for path in tables.glob("*.csv"):
        assert hashes[path.name] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert content["settings"]


def test_the_population_named_is_the_one_that_is_counted(english: Path):
    records = [r for r in read_estimates(english) if r["endpoint"] == "severe_free_6m"]
    flow = {
        (r["estimand"], r["arm"]): r["events"]
        for r in read_estimates(english)
        if r["endpoint"] == "participant_flow"
    }
    own = [r for r in records if r["estimand"] == "complete_window"]
    assert {r["population"] for r in own} == {"EVALFL"}
    assert all(r["n"] == flow["EVALUABLE", r["arm"]] for r in own)
    everyone = ("all_treated", "early_deaths_as_failures", "kaplan_meier", "aalen_johansen", "state: event")
    for record in (r for r in records if r["estimand"] in everyone):
        assert record["population"] == "SAFFL"
        assert record["n"] == flow["TREATED", record["arm"]]


def test_a_printed_share_stands_beside_the_same_denominator(english: Path):
    page = (english / "report.html").read_text(encoding="utf-8")
    table = page.partition('id="table-published"')[2].partition("</table>")[0]
    beside = {
        cells[4]: cells[6]
        for row in table.split("<tr>")[2:]
        if len(cells := [re.sub("<[^>]*>", "", cell) for cell in re.split("</t[hd]>", row)]) > 7
    }
    ours = {
        (r["endpoint"], r["estimand"]): f"{r['events']}/{r['n']} "
        for r in read_estimates(english)
        if r["arm"] == "IT"
    }
    assert beside["28/37"].startswith(ours["severe_free_6m", "complete_window"])
    assert beside["28/40"].startswith(ours["severe_free_6m", "early_deaths_as_failures"])
    with_event = {key[1]: value for key, value in ours.items() if key[0] == "severe_6m_incidence"}
    toxicity = [row for row in table.split("<tr>") if "within 6 months" in row]
    everyone = next(row for row in toxicity if ">9/40<" in row)
    assert f">{with_event['all_treated']}" in everyone
    assert any(">9/37<" in row and f">{with_event['complete_window']}" in row for row in toxicity)
    for label in ("Median follow-up", "Liver metastases at baseline", "Overall survival, log-rank test"):
        row = next(row for row in table.split("<tr>") if label in row)
        assert "data-estimate" in row


def test_a_comparison_says_which_counts_it_compares(english: Path):
    page = (english / "report.html").read_text(encoding="utf-8")
    table = page.partition('id="table-severe_6m_incidence-comparison"')[2].partition(
        '</div>\n<p class="download'
    )[0]
    shares = {
        r["arm"]: f"{r['events']}/{r['n']} "
        for r in read_estimates(english)
        if (r["endpoint"], r["estimand"]) == ("severe_6m_incidence", "complete_window")
    }
    assert len(shares) == 2
    assert all(share in table for share in shares.values())
    assert "Aalen-Johansen" in table


def test_what_was_printed_elsewhere_stands_under_its_own_heading(english: Path, french: Path):
    for folder, heading in ((english, "Printed elsewhere"), (french, "Imprimé ailleurs")):
        page = (folder / "report.html").read_text(encoding="utf-8")
        notices = [block.partition("</aside>")[0] for block in page.split("<aside")[1:]]
        assert any(heading in block and "9/37" in block for block in notices)


def test_the_path_of_the_trial_is_drawn_on_its_toxicity_boundary(english: Path):
    rows = json.loads((english / "estimates.json").read_text(encoding="utf-8"))
    looks = {row["n"]: row["events"] for row in rows if row["estimand"].startswith("boundary: ")}
    assert looks
    events = [looks[look] for look in sorted(looks)]
    assert events == sorted(events)
    page = (english / "report.html").read_text(encoding="utf-8")
    assert "events at each look" in page
    told = re.search(r"The trial: (\d+) of (\d+) evaluable patients had the event", page)
    assert told
    assert int(told[1]) >= events[-1]
    assert int(told[2]) >= max(looks)
    assert list((english / "figures").glob("toxicity_boundary_*.svg"))
