"""Each kind of endpoint bound to the calls that answer it; a kind without calls is said plainly."""

from collections.abc import Callable
from dataclasses import dataclass, field

from abscopal.evidence.plan.decision import Decision, decide_primary
from abscopal.evidence.plan.injection_log import is_log_missing, list_criteria_without_log
from abscopal.evidence.plan.lesions import estimate_lesion_endpoint
from abscopal.evidence.plan.pathology import estimate_pathological_share
from abscopal.evidence.plan.readings import Readings
from abscopal.evidence.plan.response import estimate_response_share
from abscopal.evidence.plan.survival import estimate_time_endpoint
from abscopal.evidence.plan.windowed import (
    WindowResult,
    estimate_any_time,
    estimate_windowed,
    name_protocol_estimand,
)
from abscopal.protocol.endpoints import Endpoint, EndpointKind

WINDOWED: tuple[EndpointKind, ...] = (
    "toxicity_free_proportion",
    "toxicity_proportion",
    "event_free_proportion",
)
BINDINGS: dict[EndpointKind, Callable[[Readings, Endpoint], None]] = {
    "objective_response": estimate_response_share,
    "disease_control": estimate_response_share,
    "durable_benefit": estimate_response_share,
    "lesion_response": estimate_lesion_endpoint,
    "pathological_response": estimate_pathological_share,
    "survival": estimate_time_endpoint,
    "progression_free": estimate_time_endpoint,
    "relapse_free": estimate_time_endpoint,
}
READ_BY_CRITERION: tuple[EndpointKind, ...] = ("objective_response", "disease_control", "durable_benefit")


@dataclass(slots=True)
class EndpointOutcome:
    """What estimating the endpoints gives besides the estimates themselves."""

    decision: Decision | None = None
    protocol_estimands: dict[str, str] = field(default_factory=dict)


def estimate_endpoints(
    readings: Readings, endpoints: tuple[Endpoint, ...], *, available_criteria: tuple[str, ...]
) -> EndpointOutcome:
    """Estimate every endpoint that this version can, and note why the others are left out.

    Args:
        readings: analysis tables and list of estimates.
        endpoints: the endpoints of the study, primary first.
        available_criteria: response criteria that are derived.

    Returns:
        The decision on the primary endpoint, and which denominator each endpoint names as its own.
    """
    outcome = EndpointOutcome()
    for endpoint in endpoints:
        if endpoint.criterion not in (None, *available_criteria) and endpoint.kind in READ_BY_CRITERION:
            _say_criterion_missing(readings, endpoint)
            continue
        if endpoint.kind in WINDOWED:
            results = _estimate_window(readings, endpoint)
            if results or endpoint.window_days.value is None:
                outcome.protocol_estimands[endpoint.identifier] = name_protocol_estimand(endpoint)
            if endpoint.level == "primary":
                outcome.decision = _decide(readings, endpoint, results)
        elif endpoint.kind in BINDINGS:
            BINDINGS[endpoint.kind](readings, endpoint)
            if endpoint.level == "primary":
                outcome.decision = _decide_share(readings, endpoint)
        else:
            readings.stop("kind_not_available", endpoint=endpoint.identifier, detail=endpoint.kind)
    return outcome


def _say_criterion_missing(readings: Readings, endpoint: Endpoint) -> None:
    criterion = str(endpoint.criterion)
    needs_log = not list_criteria_without_log((criterion,))
    code = (
        "endpoint_injections_unknown"
        if needs_log and is_log_missing(readings.stops)
        else "endpoint_criterion_not_available"
    )
    readings.stop(code, endpoint=endpoint.identifier, detail=criterion)


def _estimate_window(readings: Readings, endpoint: Endpoint) -> dict[str, WindowResult]:
    if endpoint.kind == "toxicity_proportion" and endpoint.window_days.value is None:
        estimate_any_time(readings, endpoint)
        return {}
    return estimate_windowed(readings, endpoint)


def _decide(readings: Readings, endpoint: Endpoint, results: dict[str, WindowResult]) -> Decision | None:
    rule = endpoint.decision_rule
    result = results.get(rule.arm) if rule else None
    if result is None:
        return None
    main = name_protocol_estimand(endpoint)
    successes, counted = result.shares.get(main, result.shares["complete_window"])
    return decide_primary(readings, endpoint, counts=result.counts, successes=successes, counted=counted)


def _decide_share(readings: Readings, endpoint: Endpoint) -> Decision | None:
    rule = endpoint.decision_rule
    record = readings.estimates.pick(endpoint.identifier, endpoint.kind, arm=rule.arm) if rule else None
    if record is None or record.events is None:
        return None
    return decide_primary(readings, endpoint, counts=None, successes=record.events, counted=record.n)
