"""Endpoints with a window: free of an event, or with it, under every denominator and three estimators."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from abscopal.derivations.time_to_event.severe_event import derive_time_to_severe_event
from abscopal.estimation.counts import TwoArmCounts
from abscopal.estimation.proportions import estimate_proportion
from abscopal.evidence.endpoint_estimates import Status
from abscopal.evidence.plan.absent_tables import name_absent_tables
from abscopal.evidence.plan.comparison import choose_interval, compare_shares, list_pairs
from abscopal.evidence.plan.readings import Curve, Readings
from abscopal.evidence.plan.time_estimates import estimate_free_share, estimate_incidence
from abscopal.evidence.plan.window_status import TOXICITY_KINDS, choose_events, derive_states
from abscopal.evidence.plan.windows import ESTIMANDS, WindowCounts, compute_window_counts
from abscopal.protocol.endpoints import Endpoint

DENOMINATORS = (
    "complete_window",
    "early_deaths_as_failures",
    "all_incomplete_as_failures",
    "all_treated",
    "crude",
)
CURVES = ("kaplan_meier", "aalen_johansen")
STATES = ("event", "competing", "complete", "short")
_MAIN_BY_ESTIMATOR = {"kaplan_meier": "kaplan_meier", "aalen_johansen": "aalen_johansen"}


@dataclass(frozen=True, slots=True)
class WindowResult:
    """What one arm gives for an endpoint with a window."""

    counts: WindowCounts
    shares: dict[str, tuple[int, int]]


def name_protocol_estimand(endpoint: Endpoint) -> str:
    """Which of the denominators is the protocol's own.

    Args:
        endpoint: an endpoint with or without a window.

    Returns:
        The name of the estimand, as in the list of estimates.
    """
    if endpoint.window_days.value is None:
        return "crude"
    estimator = endpoint.estimator.value
    if estimator in _MAIN_BY_ESTIMATOR:
        return _MAIN_BY_ESTIMATOR[estimator]
    strategies = {item.event: item.strategy for item in endpoint.estimand.intercurrent_events}
    early_death = strategies.get("early_death_without_event") or strategies.get("death")
    lost = strategies.get("loss_to_follow_up") or strategies.get("missed_assessment")
    if lost == "composite_failure":
        return "all_incomplete_as_failures"
    if early_death == "composite_failure":
        return "early_deaths_as_failures"
    return "all_treated" if early_death == "treatment_policy" else "complete_window"


def estimate_windowed(readings: Readings, endpoint: Endpoint) -> dict[str, WindowResult]:
    """Estimate an endpoint with a window in every arm it is reported in.

    Args:
        readings: analysis tables and list of estimates.
        endpoint: toxicity or freedom from progression within a window.

    Returns:
        For each arm, the states of its patients and successes with denominators; empty where it could not be done.
    """
    states = derive_states(readings.tables, endpoint)
    if states is None:
        _say_why(readings, endpoint)
        return {}
    population = counted_population(endpoint)
    found: dict[str, WindowResult] = {}
    named: dict[str, dict[str, str]] = {}
    for arm in readings.reported_arms(endpoint):
        patients = readings.patients(population, arm).select("USUBJID")
        of_arm = states.join(patients, on="USUBJID", how="semi")
        counts = compute_window_counts(of_arm)
        shares = _shares(counts, is_free=endpoint.kind != "toxicity_proportion")
        found[arm] = WindowResult(counts, shares)
        named[arm] = {name: _name_population(readings, endpoint, of_arm, name, arm=arm) for name in shares}
        _keep_counts(readings, endpoint, counts, arm=arm)
        for name, (events, n) in shares.items():
            readings.estimates.take(
                endpoint.identifier,
                name,
                estimate_proportion(events, n, level=_level(endpoint), method=choose_interval(endpoint)),
                population=named[arm][name],
                arm=arm,
                status=_status(endpoint, name),
                source=_source(endpoint),
            )
        _keep_curves(readings, endpoint, patients, arm=arm)
    main = name_protocol_estimand(endpoint)
    compared = main if main in DENOMINATORS else "complete_window"
    for first, second in list_pairs(readings, endpoint):
        pair = TwoArmCounts(*found[first].shares[compared], *found[second].shares[compared])
        populations = {named[arm][compared] for arm in (first, second)}
        compare_shares(
            readings,
            endpoint,
            pair=(first, second),
            counts=pair,
            source=_source(endpoint),
            population=populations.pop() if len(populations) == 1 else population,
            counted=compared,
        )
    return found


def estimate_any_time(readings: Readings, endpoint: Endpoint) -> None:
    """Estimate the share of patients with an adverse event at any time.

    Args:
        readings: analysis tables and list of estimates.
        endpoint: toxicity without a window.
    """
    selection, events = choose_events(endpoint), readings.tables.get("adae")
    if selection is None:
        readings.stop("relation_not_recorded", endpoint=endpoint.identifier, detail=endpoint.relation)
        return
    if events is None:
        readings.stop("endpoint_table_absent", endpoint=endpoint.identifier, detail="AE")
        return
    with_event = events.filter(selection.condition).select("USUBJID").unique()
    counts: dict[str, tuple[int, int]] = {}
    for arm in readings.reported_arms(endpoint):
        patients = readings.patients(endpoint.estimand.population, arm)
        count = patients.join(with_event, on="USUBJID", how="semi").height
        counts[arm] = (count, patients.height)
        readings.estimates.take(
            endpoint.identifier,
            "crude",
            estimate_proportion(
                count, patients.height, level=_level(endpoint), method=choose_interval(endpoint)
            ),
            population=endpoint.estimand.population,
            arm=arm,
            status=endpoint.level,
            source="ADAE",
        )
    for first, second in list_pairs(readings, endpoint):
        pair = TwoArmCounts(*counts[first], *counts[second])
        compare_shares(readings, endpoint, pair=(first, second), counts=pair, source="ADAE", counted="crude")


def counted_population(endpoint: Endpoint) -> str:
    """The analysis set whose patients are followed through the window.

    Members of the evaluable set are those with a complete window: the other denominators need everyone treated.

    Args:
        endpoint: an endpoint with a window.

    Returns:
        The flag of the set in ADSL.
    """
    is_toxicity = endpoint.kind in TOXICITY_KINDS
    population = endpoint.estimand.population
    return "SAFFL" if is_toxicity and population == "EVALFL" else population


def derive_endpoint_times(readings: Readings, endpoint: Endpoint) -> pl.DataFrame | None:
    """The times on which the curves of an endpoint with a window rest.

    Args:
        readings: analysis tables.
        endpoint: toxicity, or freedom from progression.

    Returns:
        Rows of ADTTE, or None where they cannot be derived.
    """
    if endpoint.kind not in TOXICITY_KINDS:
        times = readings.tables.get("adtte")
        return None if times is None else times.filter(pl.col("PARAMCD") == "PFS")
    selection = choose_events(endpoint)
    if selection is None or "adae" not in readings.tables:
        return None
    tables: Any = readings.tables
    return derive_time_to_severe_event(tables["adae"], tables["adsl"], selection=selection)


def _shares(counts: WindowCounts, *, is_free: bool) -> dict[str, tuple[int, int]]:
    free = counts.successes
    shares = {name: (free, counts.denominator(name)) for name in DENOMINATORS[:3]}
    shares["all_treated"] = (counts.patients - counts.event, counts.patients)
    return shares if is_free else {name: (n - successes, n) for name, (successes, n) in shares.items()}


def _keep_counts(readings: Readings, endpoint: Endpoint, counts: WindowCounts, *, arm: str) -> None:
    for state in STATES:
        readings.estimates.count(
            endpoint.identifier,
            f"state: {state}",
            population=counted_population(endpoint),
            arm=arm,
            n=counts.patients,
            count=getattr(counts, state),
            source=_source(endpoint),
        )


def _keep_curves(readings: Readings, endpoint: Endpoint, patients: pl.DataFrame, *, arm: str) -> None:
    times, days = derive_endpoint_times(readings, endpoint), endpoint.window_days.value
    if times is None or days is None:
        return
    rows = times.join(patients, on="USUBJID", how="semi")
    if rows.is_empty():
        return
    is_free = endpoint.kind != "toxicity_proportion"
    keep = {"population": counted_population(endpoint), "arm": arm, "source": "ADTTE"}
    level = _level(endpoint)
    value = estimate_free_share(rows, day=days, level=level, side="free" if is_free else "event")
    readings.estimates.take(
        endpoint.identifier, "kaplan_meier", value, status=_status(endpoint, "kaplan_meier"), **keep
    )
    if endpoint.kind in TOXICITY_KINDS:
        incidence = estimate_incidence(rows, day=days, level=level, side="free" if is_free else "event")
        readings.estimates.take(
            endpoint.identifier,
            "aalen_johansen",
            incidence,
            status=_status(endpoint, "aalen_johansen"),
            **keep,
        )
        readings.curves.append(Curve(endpoint.identifier, "TTSAE", rows))


def _name_population(
    readings: Readings, endpoint: Endpoint, states: pl.DataFrame, denominator: str, *, arm: str
) -> str:
    """The endpoint's own set where the denominator counts exactly its members, or else everyone who was read."""
    own, counted = endpoint.estimand.population, counted_population(endpoint)
    if own == counted or denominator not in ESTIMANDS:
        return counted
    members = states.filter(pl.col("STATE").is_in(ESTIMANDS[denominator]))["USUBJID"]
    return own if set(members) == set(readings.patients(own, arm)["USUBJID"]) else counted


def _status(endpoint: Endpoint, name: str) -> Status:
    return endpoint.level if name == name_protocol_estimand(endpoint) else "sensitivity"


def _source(endpoint: Endpoint) -> str:
    if endpoint.kind in TOXICITY_KINDS:
        return "ADAE, derivations.safety.first_severe_event"
    return "ADTTE PFS, derivations.time_to_event.event_free"


def _level(endpoint: Endpoint) -> float:
    return endpoint.confidence_level.value or 0.95


def _say_why(readings: Readings, endpoint: Endpoint) -> None:
    if endpoint.window_days.value is None:
        readings.stop("value_unknown", endpoint=endpoint.identifier, detail="window_days")
    elif endpoint.kind in TOXICITY_KINDS and choose_events(endpoint) is None:
        readings.stop("relation_not_recorded", endpoint=endpoint.identifier, detail=endpoint.relation)
    else:
        table = "AE" if endpoint.kind in TOXICITY_KINDS else name_absent_tables(readings.stops)
        readings.stop("endpoint_table_absent", endpoint=endpoint.identifier, detail=table)
