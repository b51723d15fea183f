"""Several readers and other readings in a whole analysis: who is accepted, who is nobody, and what decision turns."""

from dataclasses import dataclass
from typing import Any

import polars as pl
import pytest

from abscopal.cli.demo import find_demonstration
from abscopal.derivations.response.lesion_assessments import derive_lesion_assessments
from abscopal.evidence.analysis import Analysis, run_analysis
from abscopal.evidence.analysis_plan import plan_analysis
from abscopal.evidence.plan import sensitivity
from abscopal.evidence.plan.readings import Stop
from abscopal.evidence.provenance import Provenance
from abscopal.evidence.report.page import render_report
from abscopal.exchange.table_folders import read_tables
from abscopal.protocol.lesions import AcceptedReader
from abscopal.protocol.provenance import Sourced
from abscopal.protocol.reading import read_study
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.tables.admission import admit_tables

FIRST, SECOND, THIRD = "INVESTIGATOR", "SECOND", "THIRD"
MARK: dict[str, Any] = {"provenance": "published", "source": "10.1000/182"}


@dataclass(frozen=True)
class Trial:
    """A study and its raw tables."""

    protocol: StudyProtocol
    tables: dict[str, pl.DataFrame]

    def analyse(self, **tables: pl.DataFrame) -> Analysis:
        """Read out the study on these tables."""
        admitted = admit_tables(self.tables | tables, ctcae_version=self.protocol.safety.ctcae_version.value)
        return run_analysis(plan_analysis(self.protocol), admitted.tabulation)


def with_rule(trial: Trial, readers: tuple[str, ...], **rule: Any) -> Trial:
    lesions = trial.protocol.lesions.model_copy(
        update={"readers": readers, "accepted_reader": AcceptedReader(**rule, **MARK)}
    )
    return Trial(trial.protocol.model_copy(update={"lesions": lesions}), trial.tables)


def read_again(frame: pl.DataFrame, prefix: str, reader: str, offset: int) -> pl.DataFrame:
    sequence = (pl.col(f"{prefix}SEQ").cast(pl.Int64) + offset).cast(pl.String)
    return frame.with_columns(sequence.alias(f"{prefix}SEQ"), pl.lit(reader).alias(f"{prefix}EVAL"))


def add_readers(trial: Trial, *, adjudicated: list[str]) -> dict[str, pl.DataFrame]:
    """The second reader measures everything twice as large after baseline in every third patient; so does the third."""
    tu, tr = trial.tables["tu"], trial.tables["tr"]
    patients = sorted(tu["USUBJID"].unique())
    other = pl.col("USUBJID").is_in(patients[::3]) & (pl.col("VISITNUM").cast(pl.Float64) > 1)
    twice = (pl.col("TRSTRESN").cast(pl.Float64) * 2).cast(pl.String)
    larger = tr.with_columns(
        pl.when(other & pl.col("TRSTRESN").is_not_null()).then(twice).otherwise(name).alias(name)
        for name in ("TRSTRESN", "TRSTRESC")
    )
    third = pl.col("USUBJID").is_in(adjudicated)
    return {
        "tu": pl.concat(
            [tu, read_again(tu, "TU", SECOND, 1000), read_again(tu, "TU", THIRD, 2000).filter(third)]
        ),
        "tr": pl.concat(
            [tr, read_again(larger, "TR", SECOND, 1000), read_again(larger, "TR", THIRD, 2000).filter(third)]
        ),
    }


@pytest.fixture(scope="module")
def trial() -> Trial:
    study, folder = find_demonstration()
    return Trial(read_study(study).protocol, read_tables(folder).tables)


@pytest.fixture(scope="module")
def alone(trial: Trial) -> Analysis:
    return trial.analyse()


@pytest.fixture(scope="module")
def adjudicated(trial: Trial, alone: Analysis) -> Analysis:
    """Disagreements of the first half of the patients were adjudicated, those of the second half not."""
    patients = sorted(trial.tables["tu"]["USUBJID"].unique())
    rule = with_rule(trial, (FIRST, SECOND, THIRD), rule="adjudicated", adjudicator=THIRD)
    return rule.analyse(**add_readers(trial, adjudicated=patients[: len(patients) // 2]))


def test_one_record_per_patient_or_nobodys(adjudicated: Analysis):
    accepted = adjudicated.tables["accepted_records"]
    reasons = dict(accepted["REASON"].value_counts().iter_rows())
    assert set(reasons) == {"READERS_AGREE", "ADJUDICATED", "NOT_ADJUDICATED", "NOBODY_READ"}
    assert Stop("records_not_accepted", detail=str(reasons["NOT_ADJUDICATED"])) in adjudicated.stops
    chosen = (
        adjudicated.tables["adrs"]
        .filter(ACCFL="Y", PARAMCD="BOR", CRITERION="recist_1_1")
        .select("USUBJID", "READER")
    )
    assert chosen.sort("USUBJID").equals(
        accepted.drop_nulls("READER").select("USUBJID", "READER").sort("USUBJID")
    )


def test_a_patient_of_whom_nobody_is_accepted_counts_as_unassessed(adjudicated: Analysis, alone: Analysis):
    """The denominator keeps them; no reader is chosen in their place."""
    nobody = adjudicated.tables["accepted_records"].filter(pl.col("READER").is_null())["USUBJID"]
    counted = (
        adjudicated.tables["adsl"].filter(pl.col("RESPFL") == "Y")["USUBJID"].is_in(nobody.to_list()).sum()
    )

    def read(analysis: Analysis, category: str) -> tuple[int, int]:
        records = [r for r in analysis.estimates.of("best_response_recist_1_1") if r.estimand == category]
        return sum(r.events or 0 for r in records), sum(r.n for r in records)

    assert read(alone, "MISSING")[0] == 0
    assert read(adjudicated, "MISSING") == (counted, read(alone, "CR")[1])
    times = adjudicated.tables["adtte"].filter(PARAMCD="PFS")
    assert times.height == alone.tables["adtte"].filter(PARAMCD="PFS").height
    assert times.filter(pl.col("USUBJID").is_in(nobody.to_list()))["READER"].unique().to_list() == [""]


def test_agreement_is_counted_by_hand(adjudicated: Analysis):
    """The adjudicator is shown, and not compared."""
    counted = adjudicated.tables["adsl"].filter(pl.col("RESPFL") == "Y").select("USUBJID")
    best = adjudicated.tables["adrs"].join(counted, on="USUBJID", how="semi").filter(PARAMCD="BOR")
    said = {(r["USUBJID"], r["READER"]): r["AVALC"] for r in best.iter_rows(named=True)}
    same = sum(said[patient, FIRST] == said[patient, SECOND] for patient in counted["USUBJID"])
    records = {r.estimand: r for r in adjudicated.estimates.of("agreement_recist_1_1")}
    assert all(name.endswith(f": {FIRST} × {SECOND}") for name in records)
    found = records[f"best_same: {FIRST} × {SECOND}"]
    # Two patients of the demonstration were never scanned after inclusion, but have a baseline.
    assert (found.events, found.n) == (same, counted.height)
    kappa = records[f"best_kappa: {FIRST} × {SECOND}"]
    assert kappa.n == found.n
    assert records[f"best_kappa_linear: {FIRST} × {SECOND}"].n < kappa.n
    table = adjudicated.tables["disagreements"].filter(CRITERION="recist_1_1")
    assert table["PATIENTS"].sum() == found.n - same
    assert len(adjudicated.estimates.of("reader_best_recist_1_1")) == 3 * 6


def test_with_one_reader_nothing_is_compared(alone: Analysis):
    assert alone.estimates.of("agreement_recist_1_1") == []
    assert "disagreements" not in alone.tables
    assert alone.tables["accepted_records"]["READER"].unique().to_list() == [FIRST]


def test_several_readers_and_no_flag_stop_and_choose_nobody(trial: Trial):
    rule = with_rule(trial, (FIRST, SECOND, THIRD), rule="accepted_flag")
    analysis = rule.analyse(**add_readers(trial, adjudicated=[]))
    assert Stop("no_accepted_reader", detail=f"{FIRST}, {SECOND}") in analysis.stops
    assert analysis.estimates.of("best_response_recist_1_1") == []
    assert "PFS" not in analysis.tables["adtte"]["PARAMCD"].to_list()
    assert "setting_effects" not in analysis.tables
    assert analysis.estimates.of("agreement_recist_1_1")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_chapters_are_in_the_page_and_name_no_patient(adjudicated: Analysis, language: str):
    provenance = Provenance("study", "0", None, (), (), ())
    page = render_report(adjudicated, {}, provenance, language=language)
    for name in (
        "accepted-records",
        "reader-best-recist-1-1",
        "agreement-recist-1-1",
        "sensitivity-recist-1-1",
    ):
        assert f'id="table-{name}"' in page
    assert "SYN-" not in page
    assert {"en": "does not rest on the response", "fr": "ne repose pas sur la réponse"}[language] in page


def make_response_primary(trial: Trial, *, minimum: int, arm: str) -> Trial:
    """The same study judged by its responses in one arm, all enrolled patients counted."""
    primary = trial.protocol.primary_endpoint
    assert primary.decision_rule is not None
    rule = primary.decision_rule.model_copy(
        update={
            "arm": arm,
            "minimum_successes": Sourced[int](value=minimum, **MARK),
            "minimum_rate": Sourced[float](),
        }
    )
    estimand = primary.estimand.model_copy(update={"population": "ITTFL"})
    own = primary.model_copy(
        update={"kind": "objective_response", "decision_rule": rule, "estimand": estimand}
    )
    others = tuple(e for e in trial.protocol.endpoints if e.identifier != primary.identifier)
    return Trial(trial.protocol.model_copy(update={"endpoints": (own, *others)}), trial.tables)


def count_responders(analysis: Analysis, arm: str, column: str) -> int:
    rows = analysis.tables["responses_by_setting"].filter(
        (pl.col("SETTING") == "confirmation_required") & (pl.col("CRITERION") == "recist_1_1")
    )
    members = analysis.tables["adsl"].filter((pl.col("ITTFL") == "Y") & (pl.col("TRT01P") == arm))
    return int(rows.join(members, on="USUBJID", how="semi")[column].sum())


def test_a_decision_that_hangs_on_confirmation_is_said_to(trial: Trial, alone: Analysis):
    arm = max(
        alone.arms,
        key=lambda a: count_responders(alone, a, "RESPONDED") - count_responders(alone, a, "ALTRESPONDED"),
    )
    now, confirmed = (count_responders(alone, arm, column) for column in ("RESPONDED", "ALTRESPONDED"))
    assert now > confirmed > 0
    turned = make_response_primary(trial, minimum=now, arm=arm).analyse()
    assert turned.decision is not None
    assert turned.decision.successes == now
    table = turned.tables["decisions_by_setting"].filter("TURNED")
    assert table.rows() == [("confirmation_required", "true", confirmed, True)]
    page = render_report(turned, {}, Provenance("study", "0", None, (), (), ()), language="en")
    assert f"confirmation_required = true ({confirmed}), successes in brackets" in page
    same = make_response_primary(trial, minimum=confirmed, arm=arm).analyse()
    assert not same.tables["decisions_by_setting"]["TURNED"].any()


@pytest.mark.parametrize(("partial", "reads"), [(False, 4), (True, 6)])
def test_partial_dates_are_completed_otherwise_only_where_there_are_some(
    trial: Trial, alone: Analysis, monkeypatch: pytest.MonkeyPatch, partial: bool, reads: int
):
    """Once as in force, then under each other value of the settings that line up lesions and visits."""
    seen = []

    def watch(*arguments: Any, settings: Any, **rest: Any) -> Any:
        seen.append(settings)
        return derive_lesion_assessments(*arguments, settings=settings, **rest)

    monkeypatch.setattr(sensitivity, "derive_lesion_assessments", watch)
    admitted = admit_tables(trial.tables, ctcae_version=trial.protocol.safety.ctcae_version.value).tabulation
    tables: dict[str, Any] = {name: getattr(admitted, name) for name in ("tu", "tr", "ex")}
    if partial:
        tables["tr"] = tables["tr"].with_columns(
            TRDTC=pl.when(pl.int_range(pl.len()) == 0).then(pl.col("TRDTC").str.head(7)).otherwise("TRDTC")
        )
    sensitivity.derive_sensitivity(alone.tables, alone.plan, tables)
    assert len(seen) == reads
