"""Two arms side by side: a difference with its interval, and tests that confirm nothing unless planned."""

from collections.abc import Sequence

from abscopal.estimation.counts import TwoArmCounts
from abscopal.estimation.difference import estimate_risk_difference
from abscopal.estimation.estimate import TestResult
from abscopal.estimation.proportions import ProportionMethod
from abscopal.estimation.two_by_two import compute_fisher_test
from abscopal.estimation.unconditional_tests import compute_boschloo_test
from abscopal.evidence.endpoint_estimates import EndpointEstimate, Status
from abscopal.evidence.plan.readings import Readings
from abscopal.protocol.endpoints import Endpoint

COMPARISONS = ("risk_difference", "boschloo", "fisher", "hazard_ratio", "log_rank")
# The test walks through every table of the two arms: its cost grows with the square of their size, and beyond
# this size it no longer differs from Fisher's by anything that a reader sees.
MOST_PATIENTS_FOR_BOSCHLOO = 600
_BETWEEN = " − "
COUNTED_PREFIX = "counted: "


def name_pair(pair: str) -> tuple[str, str]:
    """Split the name of a comparison into its two arms.

    Example:
        >>> name_pair(join_pair("a", "b"))
        ('a', 'b')
    """
    first, _, second = pair.partition(_BETWEEN)
    return first, second


def join_pair(first: str, second: str) -> str:
    """Name the comparison of two arms."""
    return f"{first}{_BETWEEN}{second}"


def list_pairs(readings: Readings, endpoint: Endpoint) -> list[tuple[str, str]]:
    """The pairs of arms to set side by side: each experimental arm against each control, in the study's order."""
    if endpoint.comparison == "none":
        return []
    arms: Sequence[str] = readings.reported_arms(endpoint)
    roles = {arm.identifier: arm.role for arm in readings.protocol.arms}
    experimental = [arm for arm in arms if roles[arm] == "experimental"]
    controls = [arm for arm in arms if roles[arm] != "experimental"]
    if not controls:
        return [(arms[0], arm) for arm in arms[1:]]
    return [(arm, control) for arm in experimental for control in controls]


def choose_interval(endpoint: Endpoint) -> ProportionMethod:
    """The interval of a proportion that the study file names; exact where it names none that fits."""
    return "wilson" if endpoint.interval_method.value == "wilson" else "clopper-pearson"


def status_of_comparison(endpoint: Endpoint) -> Status:
    """A comparison that the study did not plan is descriptive, whatever the rank of its endpoint."""
    return endpoint.level if endpoint.comparison == "formal" else "descriptive"


def compare_shares(
    readings: Readings,
    endpoint: Endpoint,
    *,
    pair: tuple[str, str],
    counts: TwoArmCounts,
    source: str,
    population: str | None = None,
    counted: str = "",
) -> None:
    """Set the shares of two arms side by side: difference, Boschloo and Fisher.

    Args:
        readings: where the estimates go.
        endpoint: the endpoint that is compared.
        pair: first and second arm; the difference is first minus second.
        counts: events and patients of each.
        source: where the counts come from.
        population: the analysis set that is counted, where it is not the endpoint's own.
        counted: the denominator that is compared, such as complete_window; empty where the endpoint has only one.
    """
    if counts.is_empty:
        return
    arm, population = join_pair(*pair), population or endpoint.estimand.population
    note = COUNTED_PREFIX + counted if counted else ""
    readings.estimates.take(
        endpoint.identifier,
        "comparison: risk_difference",
        estimate_risk_difference(counts),
        population=population,
        arm=arm,
        status=status_of_comparison(endpoint),
        source=source,
        note=note,
    )
    tests = {"fisher": compute_fisher_test(counts)}
    if counts.n <= MOST_PATIENTS_FOR_BOSCHLOO:
        tests["boschloo"] = compute_boschloo_test(counts)
    else:
        readings.stop(
            "too_many_for_boschloo", endpoint=endpoint.identifier, detail=str(MOST_PATIENTS_FOR_BOSCHLOO)
        )
    for name, test in tests.items():
        add_p_value(
            readings,
            endpoint,
            name,
            test,
            arm=arm,
            n=counts.n,
            events=counts.events,
            population=population,
            note=note,
        )


def add_p_value(
    readings: Readings,
    endpoint: Endpoint,
    name: str,
    test: TestResult,
    *,
    arm: str,
    n: int,
    events: int,
    population: str | None = None,
    note: str = "",
) -> None:
    """Keep a p value among the estimates, with the test that made it."""
    readings.estimates.add(
        EndpointEstimate(
            endpoint=endpoint.identifier,
            estimand=f"comparison: {name}",
            population=population or endpoint.estimand.population,
            arm=arm,
            n=n,
            events=events,
            estimate=test.p_value,
            lower=None,
            upper=None,
            level=None,
            method=test.method,
            unit="p value",
            status=status_of_comparison(endpoint),
            source="estimation",
            note=note,
        )
    )
