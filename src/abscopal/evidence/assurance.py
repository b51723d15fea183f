"""The study tests itself: what was expected of each hand-written patient against what was derived."""

from collections.abc import Iterable, Iterator
from typing import Any

import polars as pl

from abscopal.derivations.event_selection import EventSelection
from abscopal.derivations.pathological_response import derive_pathological_responses
from abscopal.derivations.protocol_versions import derive_by_version
from abscopal.derivations.safety.first_severe_event import derive_window_status
from abscopal.derivations.time_windows import TimeWindow
from abscopal.evidence.analysis import Analysis
from abscopal.evidence.assurance_checks import CHECKS, Derived
from abscopal.evidence.assurance_outcomes import Assurance, CheckedExpectation
from abscopal.evidence.assurance_screening import check_screening
from abscopal.protocol.hand_written_patient import HandWrittenPatient
from abscopal.tables.tabulation import Tabulation

SEVERE_RELATED = EventSelection(kind="related", severity="severe")


def check_expectations(
    patients: Iterable[HandWrittenPatient], analysis: Analysis, tabulation: Tabulation
) -> Assurance:
    """Compare what was expected of each hand-written patient with what the read-out derived.

    The analysis is the one that a read-out of real tables makes; nothing is derived here by another road.

    Args:
        patients: the patients, with their expectations.
        analysis: the read-out of their tables.
        tabulation: their tables, for what the read-out does not name (the surgical specimen).

    Returns:
        One checked expectation for each one that was written. What cannot be derived waits, and is never met.
    """
    derived = collect_derived(analysis, tabulation)

    def check_patient(patient: HandWrittenPatient) -> Iterator[CheckedExpectation]:
        yield from check_screening(patient, analysis.plan.protocol)
        for check in CHECKS:
            yield from check(patient, derived)

    return Assurance(tuple(checked for patient in patients for checked in check_patient(patient)))


def collect_derived(analysis: Analysis, tabulation: Tabulation) -> Derived:
    """Gather the tables that expectations are compared with.

    Args:
        analysis: the read-out of the patients' tables.
        tabulation: their tables.

    Returns:
        The analysis tables, the toxicity of each patient in the window of their version, and the specimens.
    """
    tables: dict[str, Any] = dict(analysis.tables)
    plan = analysis.plan
    windows = {one.version: one.toxicity_window_days for one in plan.patient_rules}
    if None not in windows.values() and "adae" in tables:

        def derive(members: Any, version: str) -> pl.DataFrame:
            days = windows[version] or 0
            return derive_window_status(
                tables["adae"], members, window=TimeWindow(days), selection=SEVERE_RELATED, start="TRTSDT"
            ).with_columns(DAYS=pl.lit(days))

        tables["toxicity"] = derive_by_version(tables["adsl"], derive, versions=plan.versions)
    if tabulation.bs is not None:
        tables["pathology"] = derive_pathological_responses(tabulation.bs)
    return Derived(tables=tables, criteria=plan.criteria, reader=analysis.reader)
