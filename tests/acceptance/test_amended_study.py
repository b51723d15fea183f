"""A study amended while it runs: each patient is read under their own version, the plan under that of the data cut."""

import datetime as dt
import json
import shutil
from pathlib import Path

import polars as pl
import pytest
import yaml
from typer.testing import CliRunner

from abscopal.cli.demo import find_demonstration
from abscopal.cli.main import app
from abscopal.cli.study_assurance import assure_study
from abscopal.exchange.patients_yaml import compose_tables, read_patients
from abscopal.protocol.amendments import choose_version
from abscopal.protocol.reading import read_study

AMENDED = dt.date(2018, 3, 1)
AMENDMENT = """
amendments:
  - version: "2.0"
    date: 2018-03-01
    summary: {en: Shorter collection and closer scans., fr: Recueil plus court et scanners rapprochés.}
    changes:
      endpoints.%s.decision_rule.minimum_successes.value: 24
      safety.treatment_emergent_days.value: 30
      safety.ctcae_version.value: "5.0"
      lesions.settings.interval_days.value: 42
"""
CONSENTS = {"BEFORE": dt.date(2017, 6, 1), "AFTER": dt.date(2018, 6, 1), "CONTROL": dt.date(2017, 5, 1)}


def tell_history(name: str, consent: dt.date) -> dict:
    """One history, told from the day of consent: stable at day 84, progression at day 252, colitis at day 123."""

    def day(days: int) -> dt.date:
        return consent + dt.timedelta(days=10 + days)

    is_before = consent < AMENDED
    return {
        "identifier": name,
        "story": {"en": f"Consent {name.lower()} the amendment.", "fr": f"Consentement : {name}."},
        "age": 60,
        "sex": "F",
        "consent": consent,
        "included": day(0),
        "arm": "IV" if name == "CONTROL" else "IT",
        "lesions": [{"name": "T01", "role": "target", "location": "SKIN"}],
        "scans": [
            {"on": day(-4), "sizes": {"T01": 30.0}},
            {"on": day(84), "sizes": {"T01": 30.0}},
            {"on": day(252), "sizes": {"T01": 60.0}},
        ],
        "doses": [
            {"on": [day(2), day(63)], "drug": "nivolumab", "amount": 70, "unit": "mg", "route": "intravenous"}
        ],
        "adverse_events": [
            {"term": "Colitis", "grade": 3, "start": day(123), "related": True, "immune_related": True}
        ],
        "last_contact": day(300),
        "expected": {
            "responses": {"recist_1_1": ["SD", "PD"]},
            # 60 days after the last dose: collected for 100 days under version 1.0, for 30 under 2.0.
            "severe_toxicity": is_before,
            "times": {
                # 168 days between scans: two of 84 and a week are allowed under 1.0, two of 42 under 2.0.
                "progression_free_survival": {
                    "days": 252 if is_before else 84,
                    "ended": "event" if is_before else "censored",
                }
            },
        },
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study amended in March 2018, with a patient before and one after who lived through the same."""
    folder = tmp_path_factory.mktemp("amended")
    study = read_study(find_demonstration()[0])
    text = study.file.read_text(encoding="utf-8")
    grading = next(line for line in text.splitlines() if line.startswith("  ctcae_version: {value: null"))
    changed = text.replace(
        grading, '  ctcae_version: {value: "4.03", provenance: second_hand, source: review}'
    )
    amendment = AMENDMENT % study.protocol.primary_endpoint.identifier
    assert "\namendments: []\n" in changed
    (folder / "protocol.yml").write_text(changed.replace("\namendments: []\n", amendment), encoding="utf-8")
    told = {"study": study.name, "patients": [tell_history(name, day) for name, day in CONSENTS.items()]}
    (folder / "patients.yml").write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def tables(folder: Path) -> Path:
    """Their tables as a hospital would send them, events graded by the version of their day."""
    place, versions = folder / "tables", read_study(folder).list_versions()
    place.mkdir()
    patients = read_patients(folder / "patients.yml").patients
    frames = compose_tables(
        patients,
        versions[-1].identity.identifier,
        ctcae_version=lambda day: choose_version(versions, on=day).safety.ctcae_version.value,
    )
    for domain, frame in frames.items():
        frame.write_csv(place / f"{domain}.csv")
    return place


@pytest.fixture(scope="module")
def report(folder: Path, tables: Path) -> Path:
    """The read-out of the amended study."""
    return read_out(folder, tables)


def read_out(folder: Path, tables: Path, *options: str) -> Path:
    out = folder / ("report" + "".join(options).replace("-", ""))
    result = CliRunner().invoke(
        app, ["read-out", str(folder), "--tables", str(tables), "--out", str(out), *options]
    )
    assert result.exit_code == 0, result.output or result.exception
    return out


def needed(folder: Path, cut_off: dt.date | None) -> tuple[str, int | None]:
    protocol = read_study(folder).list_versions(until=cut_off)[-1]
    rule = protocol.primary_endpoint.decision_rule
    assert rule is not None
    return protocol.version.number, rule.minimum_successes.value


def test_the_plan_is_that_of_the_version_in_force_at_the_data_cut(folder: Path):
    assert needed(folder, dt.date(2018, 2, 28)) == ("1.0", 23)
    assert needed(folder, dt.date(2018, 3, 1)) == ("2.0", 24)
    assert needed(folder, None) == ("2.0", 24)


def test_the_same_history_is_read_differently_under_another_version(report: Path):
    adsl = pl.read_parquet(report / "adam" / "adsl.parquet")
    assert adsl.select("USUBJID", "PROTVERS").rows() == [
        ("AFTER", "2.0"),
        ("BEFORE", "1.0"),
        ("CONTROL", "1.0"),
    ]
    events = pl.read_parquet(report / "adam" / "adae.parquet")
    assert events.select("USUBJID", "TRTEMFL", "SEVFL", "AETOXVER").rows() == [
        ("AFTER", "N", "Y", "5.0"),
        ("BEFORE", "Y", "Y", "4.03"),
        ("CONTROL", "Y", "Y", "4.03"),
    ]
    times = pl.read_parquet(report / "adam" / "adtte.parquet").filter(pl.col("PARAMCD") == "PFS")
    assert times.select("USUBJID", "AVAL", "CNSR", "REASON").rows() == [
        ("AFTER", 84.0, 1, "MISSED_VISITS"),
        ("BEFORE", 252.0, 0, None),
        ("CONTROL", 252.0, 0, None),
    ]


def test_the_hand_written_patients_are_read_under_their_own_version(folder: Path):
    assurance = assure_study(read_study(folder))
    assert not [checked.sentence for checked in assurance.list_outcomes("failed")]
    assert assurance.count_by_subject("met") == {
        "response_by_scan": 6, "severe_toxicity": 3, "time_to_event": 3,
    }  # fmt: skip


@pytest.mark.slow
def test_before_the_amendment_everyone_stands_under_the_first_version(folder: Path, tables: Path):
    report = read_out(folder, tables, "--cut-off", "2018-02-28")
    adsl = pl.read_parquet(report / "adam" / "adsl.parquet")
    assert adsl.select("USUBJID", "PROTVERS").rows() == [("BEFORE", "1.0"), ("CONTROL", "1.0")]
    assert "Versions of the protocol" not in (report / "report.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_an_event_graded_by_the_version_of_another_day_is_set_apart(folder: Path, tables: Path):
    wrong = folder / "wrong"
    shutil.copytree(tables, wrong)
    events = pl.read_csv(wrong / "ae.csv", infer_schema=False)
    events.with_columns(AETOXVER=pl.lit("4.03")).write_csv(wrong / "ae.csv")
    apart = pl.read_csv(read_out(folder, wrong, "--language", "fr") / "set_apart.csv")
    assert apart.select("RULE", "USUBJID").rows() == [("other_ctcae_version", "AFTER")]


def test_the_report_says_who_stands_where_and_what_differs(report: Path):
    estimates = json.loads((report / "estimates.json").read_text(encoding="utf-8"))
    counts = {
        (row["estimand"], row["arm"]): (row["events"], row["n"])
        for row in estimates
        if row["endpoint"] == "protocol_versions"
    }
    assert counts[("version: 1.0", "IT")] == counts[("version: 2.0", "IT")] == (1, 2)
    assert counts[("version: 1.0", "all")] == (2, 3)
    assert counts[("ctcae: 4.03", "all")] == (2, 3)
    page = (report / "report.html").read_text(encoding="utf-8")
    for words in (
        "Enrolled patients by the version in force on the day of their consent: version 1.0: 2, version 2.0: 1.",
        "Shorter collection and closer scans.",
        "each patient, their own version",
        "everyone, the version in force at the data cut",
        "2/3 events by 4.03, 1/3 events by 5.0",
    ):
        assert words in page, words
