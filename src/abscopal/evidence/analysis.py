"""From the tables to the analysis: derive, estimate, and keep track of what could not be done."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from abscopal.errors import TablesError
from abscopal.evidence.analysis_plan import AnalysisPlan
from abscopal.evidence.data_cut import derive_tables_at_cut
from abscopal.evidence.endpoint_estimates import EstimateList
from abscopal.evidence.plan.agreement import DISAGREEMENTS, estimate_agreement
from abscopal.evidence.plan.boundaries import BoundaryPath, derive_boundary_paths
from abscopal.evidence.plan.decision import Decision
from abscopal.evidence.plan.derive_tables import derive_analysis_tables
from abscopal.evidence.plan.endpoints import estimate_endpoints
from abscopal.evidence.plan.flow import estimate_baseline, estimate_exposure, estimate_flow
from abscopal.evidence.plan.imputed_dates import derive_imputed_dates
from abscopal.evidence.plan.injection_log import judge_injection_log, list_criteria_without_log
from abscopal.evidence.plan.lesions import estimate_lesion_responses
from abscopal.evidence.plan.protocol_versions import estimate_versions
from abscopal.evidence.plan.readers import ACCEPTED, choose_reader
from abscopal.evidence.plan.readings import Curve, Readings, Stop
from abscopal.evidence.plan.response import estimate_best_responses
from abscopal.evidence.plan.sensitivity import DECISIONS, EFFECTS, decide_by_setting, estimate_sensitivity
from abscopal.evidence.plan.survival import estimate_follow_up, estimate_response_duration
from abscopal.evidence.plan.toxicity import estimate_toxicity
from abscopal.evidence.plan.usable_tables import keep_usable_tables
from abscopal.tables.tabulation import Tabulation

ADAM = ("adsl", "adex", "adtr", "adrs", "adlr", "adae", "adtte")
OPTIONAL = ("ds", "ie", "ex", "pr", "tu", "tr", "rs", "ae", "dd", "be", "bs", "cp", "supp")
NEEDED_BY_REPORT = ("ds", "ex", "tu", "tr", "ae")


@dataclass(frozen=True, slots=True)
class ReadingNotes:
    """What reading the tables noticed: doubts in sentences, files and columns that nobody asked for or that lack."""

    notices: tuple[str, ...] = ()
    ignored_files: tuple[str, ...] = ()
    absent_columns: tuple[tuple[str, tuple[str, ...]], ...] = ()
    ignored_columns: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything a report is made of.

    Args:
        plan: what was planned.
        cut_off: last day that counts; None when every row was read.
        tables: analysis tables by lower-case name (adsl, adex, adtr, adrs, adlr, adae, adtte where they could be
            derived), and the working tables `flow` and `assessments`.
        tables: analysis tables by lower-case name (adsl, adex, adtr, adrs, adae, adtte where they could be
            derived), and the working tables `flow`, `assessments`, `accepted_records`, `disagreements`,
            `responses_by_setting`, `setting_effects` and `decisions_by_setting`.
        estimates: every number of the report.
        decision: the decision rule of the primary endpoint applied; None where there is none.
        protocol_estimands: for each endpoint with a window, which denominator is the protocol's own.
        curves: times to event that are drawn.
        stops: what is not shown, and why.
        set_apart: rows of the tables that break a rule: DOMAIN, RULE, MESSAGE, USUBJID, SEQ, ROW.
        imputed: partial dates that were completed: TABLE, VARIABLE, FLAG, ROWS.
        study_ids: values of STUDYID found in the tables.
        reader: who read the scans on which responses rest.
        has_immune_rule: whether an immune-related event is defined for this study and these tables.
        arms: arms of the study file that have patients, in its order.
        reading: what reading the tables noticed.
        boundaries: what was observed beside each toxicity boundary that could be followed.
    """

    plan: AnalysisPlan
    cut_off: dt.date | None
    tables: dict[str, pl.DataFrame]
    estimates: EstimateList
    decision: Decision | None
    protocol_estimands: dict[str, str]
    curves: tuple[Curve, ...]
    stops: tuple[Stop, ...]
    set_apart: pl.DataFrame
    imputed: pl.DataFrame
    study_ids: tuple[str, ...]
    reader: str
    has_immune_rule: bool
    arms: tuple[str, ...]
    reading: ReadingNotes
    boundaries: tuple[BoundaryPath, ...] = ()

    def ruleset(self, endpoint: str) -> str:
        """The censoring rules behind the times of an endpoint."""
        for curve in self.curves:
            if curve.endpoint == endpoint:
                return ", ".join(sorted(curve.times["RULESET"].unique()))
        return ""

    @property
    def adam(self) -> dict[str, pl.DataFrame]:
        """The analysis tables that are written to disk."""
        return {name: self.tables[name] for name in ADAM if name in self.tables}


SET_APART_SCHEMA: dict[str, Any] = {
    "DOMAIN": pl.String,
    "RULE": pl.String,
    "MESSAGE": pl.String,
    "USUBJID": pl.String,
    "SEQ": pl.Int64,
    "ROW": pl.Int64,
}


def run_analysis(
    plan: AnalysisPlan,
    tabulation: Tabulation,
    *,
    cut_off: dt.date | None = None,
    set_apart: pl.DataFrame | None = None,
    reading: ReadingNotes | None = None,
) -> Analysis:
    """Derive the analysis tables and every estimate of a read-out.

    Args:
        plan: what the study file asks for.
        tabulation: the validated tables.
        cut_off: the last day that counts; None reads every row.
        set_apart: rows that were not admitted, for the report.
        reading: what reading the tables noticed, for the report.

    Returns:
        The analysis. What could not be done is among its `stops`, never silently missing.
    """
    tables: dict[str, Any] = {name: getattr(tabulation, name, None) for name in ("dm", *OPTIONAL)}
    apart = pl.DataFrame(schema=SET_APART_SCHEMA) if set_apart is None else set_apart
    stops = [Stop("criterion_not_available", detail=name) for name in plan.criteria_not_available]
    stops += [Stop("table_absent", detail=name.upper()) for name in NEEDED_BY_REPORT if tables[name] is None]
    tables, unusable = keep_usable_tables(tables, set_apart=apart)
    stops += unusable
    if cut_off is not None:
        tables = dict.fromkeys(tables) | derive_tables_at_cut(tables, cut_off=cut_off)
    if tables["dm"].is_empty():
        raise TablesError(
            "no patient is left to analyse.",
            where="table DM",
            remedy="Look at the data cut, and at the rows of DM.",
        )
    log = judge_injection_log(plan.protocol, tables, set_apart=apart)
    stops += log.stops
    if not log.is_known:
        plan = replace(plan, criteria=list_criteria_without_log(plan.criteria))
    derived = derive_analysis_tables(plan, tables, has_injection_log=log.is_known)
    readings = Readings(
        plan.protocol, derived.tables, stops=[*stops, *derived.stops], ctcae_versions=plan.ctcae_versions
    )
    estimate_flow(readings)
    estimate_versions(readings, versions=plan.versions)
    estimate_baseline(readings)
    estimate_exposure(readings)
    outcome = estimate_endpoints(readings, plan.endpoints, available_criteria=plan.criteria)
    estimate_toxicity(readings)
    boundaries = derive_boundary_paths(readings)
    for criterion in plan.criteria:
        estimate_best_responses(readings, criterion=criterion)
    estimate_response_duration(readings)
    estimate_lesion_responses(readings)
    estimate_follow_up(readings)
    counted = {
        DISAGREEMENTS: estimate_agreement(readings, criteria=plan.criteria),
        EFFECTS: estimate_sensitivity(readings),
        DECISIONS: decide_by_setting(readings, outcome.decision),
    }
    return Analysis(
        plan=plan,
        cut_off=cut_off,
        tables={**derived.tables, **{name: table for name, table in counted.items() if table is not None}},
        estimates=readings.estimates,
        decision=outcome.decision,
        protocol_estimands=outcome.protocol_estimands,
        curves=tuple(readings.curves),
        stops=tuple(dict.fromkeys(readings.stops)),
        set_apart=apart,
        imputed=derive_imputed_dates(derived.tables),
        study_ids=tuple(sorted(tables["dm"]["STUDYID"].unique())),
        reader=_name_reader(readings),
        has_immune_rule=derived.has_immune_rule,
        arms=readings.arms,
        boundaries=boundaries,
        reading=reading or ReadingNotes(),
    )


def _name_reader(readings: Readings) -> str:
    lesions = readings.tables.get("assessments")
    if lesions is None:
        return ""
    chosen = choose_reader(lesions, readings.tables.get(ACCEPTED))
    return "" if chosen is None else ", ".join(sorted(chosen["READER"].unique()))
