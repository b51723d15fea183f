"""The rule fixed in advance: what it asks, what it risks exactly, and whether the data meet it."""

import math
from dataclasses import dataclass
from typing import Literal

from abscopal.design.single_stage import SingleStageDesign, compute_operating_characteristics
from abscopal.evidence.endpoint_estimates import EndpointEstimate
from abscopal.evidence.plan.readings import Readings
from abscopal.evidence.plan.windows import WindowCounts
from abscopal.protocol.endpoints import DecisionRule, Endpoint

Verdict = Literal["met", "unmet", "open", "overrun"]
RULE_PREFIX = "rule: "
NEEDED = ("n", "minimum_successes", "p0", "p1")


@dataclass(frozen=True, slots=True)
class Decision:
    """The rule of the primary endpoint applied to what was observed.

    Args:
        arm: arm the rule is read in.
        successes: patients who count as successes.
        counted: patients in the denominator of the protocol's estimand.
        minimum: successes needed among the patients counted.
        rule_minimum: successes needed among the patients planned.
        planned: patients planned.
        p0: uninteresting rate.
        p1: hoped-for rate.
        alpha: exact false positive rate of the planned rule.
        power: exact power of the planned rule.
        attained_alpha: the same with the number of patients counted.
        attained_power: likewise.
        early_deaths: patients who died first and are not in the denominator.
        short: patients not yet followed through the window.
        verdict: met; unmet; open while patients not followed through the window could change the answer; or
            overrun where the count is reached among more patients than the rule was fixed for.
    """

    arm: str
    successes: int
    counted: int
    minimum: int
    rule_minimum: int
    planned: int
    p0: float
    p1: float
    alpha: float
    power: float
    attained_alpha: float | None
    attained_power: float | None
    early_deaths: int
    short: int
    verdict: Verdict


def decide_primary(
    readings: Readings, endpoint: Endpoint, *, counts: WindowCounts | None, successes: int, counted: int
) -> Decision | None:
    """Apply the decision rule of an endpoint and keep its exact error rates among the estimates.

    A rule printed as a rate is read as that share of the patients counted; any other as its count. The verdict
    stays open as long as patients who are still followed could lift the count to the minimum.

    Args:
        readings: where the estimates go.
        endpoint: the primary endpoint.
        counts: states of the patients at the end of the window; None where the endpoint has no window.
        successes: successes under the protocol's estimand.
        counted: its denominator.

    Returns:
        The decision, or None where the study file leaves the rule incomplete.
    """
    rule = endpoint.decision_rule
    if rule is None:
        return None
    missing = [name for name in NEEDED if getattr(rule, name).value is None]
    if missing:
        readings.stop("rule_unknown", endpoint=endpoint.identifier, detail=", ".join(missing))
        return None
    design = _design(rule)
    exact = compute_operating_characteristics(design)
    attained = _attained(design, counted)
    _keep(readings, endpoint, "planned_alpha", exact.alpha, n=design.n, minimum=design.minimum_successes)
    _keep(readings, endpoint, "planned_power", exact.power, n=design.n, minimum=design.minimum_successes)
    if attained is not None:
        _keep(readings, endpoint, "attained_alpha", attained[0], n=counted, minimum=design.minimum_successes)
        _keep(readings, endpoint, "attained_power", attained[1], n=counted, minimum=design.minimum_successes)
    short = counts.short if counts else 0
    rate = rule.minimum_rate.value
    needed = design.minimum_successes if rate is None else math.ceil(rate * counted - 1e-9)
    return Decision(
        arm=rule.arm,
        successes=successes,
        counted=counted,
        minimum=needed,
        rule_minimum=design.minimum_successes,
        planned=design.n,
        p0=design.p0,
        p1=design.p1,
        alpha=exact.alpha,
        power=exact.power,
        attained_alpha=attained[0] if attained else None,
        attained_power=attained[1] if attained else None,
        early_deaths=counts.competing if counts else 0,
        short=short,
        verdict=_verdict(
            successes=successes,
            minimum=needed,
            still_followed=short,
            is_overrun=rate is None and counted > design.n,
        ),
    )


def _verdict(*, successes: int, minimum: int, still_followed: int, is_overrun: bool) -> Verdict:
    if successes >= minimum:
        return "overrun" if is_overrun else "met"
    return "open" if still_followed and successes + still_followed >= minimum else "unmet"


def _design(rule: DecisionRule) -> SingleStageDesign:
    values = {name: getattr(rule, name).value for name in NEEDED}
    return SingleStageDesign(**values)


def _attained(design: SingleStageDesign, counted: int) -> tuple[float, float] | None:
    if counted in (0, design.n) or counted < design.minimum_successes:
        return None
    found = compute_operating_characteristics(
        SingleStageDesign(n=counted, minimum_successes=design.minimum_successes, p0=design.p0, p1=design.p1)
    )
    return found.alpha, found.power


def _keep(readings: Readings, endpoint: Endpoint, name: str, value: float, *, n: int, minimum: int) -> None:
    assert endpoint.decision_rule is not None
    readings.estimates.add(
        EndpointEstimate(
            endpoint=endpoint.identifier,
            estimand=f"{RULE_PREFIX}{name}",
            population=name.partition("_")[0],
            arm=endpoint.decision_rule.arm,
            n=n,
            events=minimum,
            estimate=value,
            lower=None,
            upper=None,
            level=None,
            method="exact binomial probability of meeting the rule",
            unit="probability",
            status=endpoint.level,
            source="design.single_stage",
        )
    )
