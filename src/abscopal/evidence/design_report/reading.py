"""From a study file to its design: the rule, what it promised, what it does exactly, and what is not known."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from abscopal.design.alternatives import DesignComparison, DesignOption, compare_with_exact
from abscopal.design.futility import (
    FutilityBehaviour,
    FutilityLookDesign,
    combine_with_futility,
    compute_futility_behaviour,
)
from abscopal.design.single_stage import (
    SingleStageDesign,
    compute_operating_characteristics,
    compute_success_probability,
)
from abscopal.design.stopping_rule import StoppingRule
from abscopal.design.two_stage import TwoStageDesign
from abscopal.design.two_stage_check import TwoStageCheck, check_two_stage
from abscopal.evidence.plan.boundaries import BoundaryReading, compute_boundary_readings
from abscopal.protocol.endpoints import DecisionRule, Endpoint
from abscopal.protocol.monitoring import FutilityLook
from abscopal.protocol.provenance import Provenance
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.protocol.text import Text

FACTS = ("n", "minimum_successes", "minimum_rate", "p0", "p1", "alpha", "power")
NEEDED = ("n", "minimum_successes", "p0", "p1")
SHIFTS = (-0.10, -0.05, 0.0, 0.05, 0.10)


@dataclass(frozen=True, slots=True)
class RuleFact:
    """One number of the rule with its origin."""

    name: str
    value: float
    provenance: Provenance | None
    source: str | None
    note: Text | None


@dataclass(frozen=True, slots=True)
class RuleReading:
    """The rule read one way, with its exact error rates and its success for rates around the assumed one.

    Args:
        kind: `count` where the study file gives a number of successes, `rate` where it prints a rate.
        option: the rule and its exact error rates.
        around: true rate and exact probability of success, for rates around p0 where p0 is assumed.
    """

    kind: Literal["count", "rate"]
    option: DesignOption
    around: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class FutilityReading:
    """The futility looks at the primary endpoint with what they do, and Simon's designs where there is one look."""

    looks: tuple[FutilityLookDesign, ...]
    rule: StoppingRule
    behaviour: FutilityBehaviour
    two_stage: TwoStageCheck | None


@dataclass(frozen=True, slots=True)
class DesignReading:
    """The design of a study.

    Args:
        protocol: the study file.
        endpoint: the primary endpoint.
        rule: its decision rule; None where the study file has none.
        facts: the known numbers of the rule with their origins.
        missing: names of the needed numbers that are unknown.
        readings: the rule, read as a count and, where it is printed so, as a rate.
        comparison: the count beside its promises and the smallest exact rule; None where a promise is unknown.
        futility: futility looks of the primary endpoint; None where there are none.
        boundaries: toxicity boundaries.
    """

    protocol: StudyProtocol
    endpoint: Endpoint
    rule: DecisionRule | None
    facts: tuple[RuleFact, ...]
    missing: tuple[str, ...]
    readings: tuple[RuleReading, ...]
    comparison: DesignComparison | None
    futility: FutilityReading | None
    boundaries: tuple[BoundaryReading, ...]

    @property
    def assumed(self) -> tuple[RuleFact, ...]:
        """The numbers of the rule that are assumed."""
        return tuple(fact for fact in self.facts if fact.provenance == "assumed")

    @property
    def promises(self) -> tuple[float | None, float | None]:
        """The alpha and the power that the rule was planned with, as far as they are known."""
        return (self.rule.alpha.value, self.rule.power.value) if self.rule else (None, None)


def read_design(protocol: StudyProtocol) -> DesignReading:
    """Read the design of a study and compute what can be computed.

    Args:
        protocol: the study file.

    Returns:
        The design; what is unknown is named, never guessed.
    """
    endpoint = protocol.primary_endpoint
    rule = endpoint.decision_rule
    missing = NEEDED if rule is None else tuple(name for name in NEEDED if getattr(rule, name).value is None)
    readings = () if rule is None or missing else _read_rule(rule)
    comparison = None
    if rule is not None and readings and rule.alpha.value is not None and rule.power.value is not None:
        comparison = compare_with_exact(
            readings[0].option.design, alpha=rule.alpha.value, power=rule.power.value
        )
    return DesignReading(
        protocol=protocol,
        endpoint=endpoint,
        rule=rule,
        facts=() if rule is None else _list_facts(rule),
        missing=missing,
        readings=readings,
        comparison=comparison,
        futility=_read_futility(protocol, endpoint, readings, rule),
        boundaries=compute_boundary_readings(protocol),
    )


def _list_facts(rule: DecisionRule) -> tuple[RuleFact, ...]:
    found = ((name, getattr(rule, name)) for name in FACTS)
    return tuple(
        RuleFact(name, float(fact.value), fact.provenance, fact.source, fact.note)
        for name, fact in found
        if fact.value is not None
    )


def _read_rule(rule: DecisionRule) -> tuple[RuleReading, ...]:
    n, p0, p1 = rule.n.value, rule.p0.value, rule.p1.value
    minimum, rate = rule.minimum_successes.value, rule.minimum_rate.value
    assert n is not None
    assert minimum is not None
    assert p0 is not None
    assert p1 is not None
    needed: list[tuple[Literal["count", "rate"], int]] = [("count", minimum)]
    if rate is not None:
        needed.append(("rate", math.ceil(rate * n - 1e-9)))
    is_assumed = rule.p0.provenance == "assumed"
    found = []
    for kind, successes in needed:
        design = SingleStageDesign(n=n, minimum_successes=successes, p0=p0, p1=p1)
        rates = [round(p0 + shift, 10) for shift in SHIFTS] if is_assumed else []
        around = tuple(
            (value, compute_success_probability(design, rate=value)) for value in rates if 0 < value < 1
        )
        found.append(
            RuleReading(kind, DesignOption(design, compute_operating_characteristics(design)), around)
        )
    return tuple(found)


def _read_futility(
    protocol: StudyProtocol, endpoint: Endpoint, readings: Sequence[RuleReading], rule: DecisionRule | None
) -> FutilityReading | None:
    declared: tuple[FutilityLook, ...] = protocol.monitoring.futility if protocol.monitoring else ()
    looks = tuple(
        FutilityLookDesign(look.n.value, look.stop_at_or_below.value)
        for look in declared
        if look.endpoint == endpoint.identifier
        and look.n.value is not None
        and look.stop_at_or_below.value is not None
    )
    if not looks or not readings or rule is None:
        return None
    design = readings[0].option.design
    behaviour = compute_futility_behaviour(design, looks=looks)
    combined = combine_with_futility(design, looks=looks)
    return FutilityReading(looks, combined, behaviour, _check_simon(design, looks, rule))


def _check_simon(
    design: SingleStageDesign, looks: Sequence[FutilityLookDesign], rule: DecisionRule
) -> TwoStageCheck | None:
    if len(looks) != 1 or rule.alpha.value is None or rule.power.value is None:
        return None
    minimum = design.minimum_successes
    if minimum - 1 < looks[0].stop_at_or_below:
        return None  # The look asks for more than the final rule: no two-stage design can be written so.
    typed = TwoStageDesign(
        r1=looks[0].stop_at_or_below, n1=looks[0].n, r=minimum - 1, n=design.n, p0=design.p0, p1=design.p1
    )
    return check_two_stage(typed, alpha=rule.alpha.value, power=rule.power.value)
