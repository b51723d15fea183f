"""Which estimate of the tables answers the same question as a printed number."""

from abscopal.evidence.analysis import Analysis
from abscopal.evidence.endpoint_estimates import EndpointEstimate
from abscopal.evidence.plan.flow import BASELINE, FLOW
from abscopal.evidence.plan.readings import ALL_ARMS
from abscopal.evidence.plan.survival import FOLLOW_UP
from abscopal.protocol.endpoints import Endpoint, EndpointKind
from abscopal.protocol.published import PublishedResult, PublishedResults

ANALYSED = "analysed"
_FLOW = {"screened": "SCREENED", "randomised": "RANDOMISED", ANALYSED: "TREATED"}
_OUTSIDE_ENDPOINTS = {
    "median_follow_up": (FOLLOW_UP, "median"),
    "liver_metastases": (BASELINE, "liver_lesion"),
}
_ENDPOINTS: dict[str, tuple[EndpointKind, str]] = {
    "objective_response": ("objective_response", "objective_response"),
    "median_overall_survival": ("survival", "median"),
    "median_progression_free_survival": ("progression_free", "median"),
    "deaths": ("survival", "events"),
    "severe_related_toxicity_any_time": ("toxicity_proportion", "crude"),
    "stable_beyond_four_months": ("event_free_proportion", "complete_window"),
}
_LOG_RANK: dict[str, EndpointKind] = {
    "log_rank_overall_survival": "survival",
    "log_rank_progression_free_survival": "progression_free",
}
# What the printed share becomes where its denominator is everyone treated: its numerator does not change, so a
# patient without a complete window is a failure of a share free of the event, and has no event in a share with it.
_WINDOWED: dict[str, tuple[EndpointKind, str]] = {
    "free_of_severe_toxicity_six_months": ("toxicity_free_proportion", "early_deaths_as_failures"),
    "severe_related_toxicity_six_months": ("toxicity_proportion", "all_treated"),
}


def find_beside(
    analysis: Analysis, result: PublishedResult, *, printed: PublishedResults | None = None
) -> EndpointEstimate | None:
    """Find the estimate that may stand beside a printed number: same quantity, arm, unit and denominator.

    Args:
        analysis: the analysis of the tables.
        result: the printed number.
        printed: every printed number of the study, which tells what a printed denominator counts.

    Returns:
        The estimate, or None where the tables hold nothing that is known to count the same thing.
    """
    arm, quantity, estimates = result.arm or ALL_ARMS, result.quantity, analysis.estimates
    if quantity in _FLOW:
        return estimates.pick(FLOW, _FLOW[quantity], arm=arm)
    if quantity in _OUTSIDE_ENDPOINTS:
        return estimates.pick(*_OUTSIDE_ENDPOINTS[quantity], arm=arm)
    if quantity in _LOG_RANK:
        return _find_only_test(analysis, _LOG_RANK[quantity])
    if quantity in _WINDOWED:
        kind, estimand = _WINDOWED[quantity]
        denominator = name_denominator(result, printed)
        if denominator is None:
            return None
        return _find(analysis, kind, "complete_window" if denominator == "complete_window" else estimand, arm)
    if quantity in _ENDPOINTS:
        return _find(analysis, *_ENDPOINTS[quantity], arm)
    return None


def name_denominator(result: PublishedResult, printed: PublishedResults | None) -> str | None:
    """Say whom a printed share counts: `complete_window`, `everyone`, or None where the print does not tell.

    One place of print is taken to count both arms the same way: where it leaves patients of one arm out, the
    number of the other arm counts complete windows too, even if that leaves nobody out.

    Args:
        result: the printed share.
        printed: every printed number, among them how many patients of each arm were analysed.

    Returns:
        The denominator.
    """
    if result.N is None or printed is None:
        return None
    analysed = {item.arm: item.n for item in printed.list_side_by_side(ANALYSED) if item.n is not None}
    together = [
        item
        for item in printed.list_side_by_side(result.quantity)
        if item.place == result.place and item.N is not None and item.arm in analysed
    ]
    if result not in together:
        return None
    left_out = any((item.N or 0) < (analysed[item.arm] or 0) for item in together)
    return "complete_window" if left_out else "everyone"


def _find(analysis: Analysis, kind: EndpointKind, estimand: str, arm: str) -> EndpointEstimate | None:
    found = (
        analysis.estimates.pick(endpoint.identifier, estimand, arm=arm)
        for endpoint in analysis.plan.endpoints
        if endpoint.kind == kind and _is_general(endpoint)
    )
    return next((record for record in found if record is not None), None)


def _find_only_test(analysis: Analysis, kind: EndpointKind) -> EndpointEstimate | None:
    # With three arms there are several tests, and the print does not say which one it means.
    tests = [
        record
        for endpoint in analysis.plan.endpoints
        if endpoint.kind == kind and _is_general(endpoint)
        for record in analysis.estimates.of(endpoint.identifier)
        if record.estimand == "comparison: log_rank"
    ]
    return tests[0] if len(tests) == 1 else None


def _is_general(endpoint: Endpoint) -> bool:
    return endpoint.lesions == "all" and endpoint.relation != "procedure"
