"""Which estimate of the tables answers the same question as a printed number."""

from abscopal.evidence.analysis import Analysis
from abscopal.evidence.endpoint_estimates import EndpointEstimate
from abscopal.evidence.plan.flow import FLOW
from abscopal.evidence.plan.readings import ALL_ARMS
from abscopal.protocol.endpoints import Endpoint, EndpointKind
from abscopal.protocol.published import PublishedResult

_FLOW = {"screened": "SCREENED", "randomised": "RANDOMISED", "analysed": "TREATED"}
_ENDPOINTS: dict[str, tuple[EndpointKind, str]] = {
    "objective_response": ("objective_response", "objective_response"),
    "median_overall_survival": ("survival", "median"),
    "median_progression_free_survival": ("progression_free", "median"),
    "deaths": ("survival", "events"),
    "free_of_severe_toxicity_six_months": ("toxicity_free_proportion", "complete_window"),
    "severe_related_toxicity_six_months": ("toxicity_proportion", "complete_window"),
    "stable_beyond_four_months": ("event_free_proportion", "complete_window"),
    "severe_related_toxicity_any_time": ("toxicity_proportion", "crude"),
}


def find_beside(analysis: Analysis, result: PublishedResult) -> EndpointEstimate | None:
    """Find the estimate that may stand beside a printed number: the same quantity, arm and unit.

    Args:
        analysis: the analysis of the tables.
        result: the printed number.

    Returns:
        The estimate, or None where the tables hold nothing that counts the same thing.
    """
    arm = result.arm or ALL_ARMS
    if result.quantity in _FLOW:
        return analysis.estimates.pick(FLOW, _FLOW[result.quantity], arm=arm)
    if result.quantity not in _ENDPOINTS:
        return None
    kind, estimand = _ENDPOINTS[result.quantity]
    for endpoint in analysis.plan.endpoints:
        if endpoint.kind == kind and _is_general(endpoint):
            found = analysis.estimates.pick(endpoint.identifier, estimand, arm=arm)
            if found is not None:
                return found
    return None


def _is_general(endpoint: Endpoint) -> bool:
    return endpoint.lesions == "all" and endpoint.relation != "procedure"
