"""The design of a study, an exploration or a boundary as plain values, for a file that another program reads."""

from dataclasses import asdict
from typing import Any

from abscopal.design.alternatives import DesignOption
from abscopal.design.exploration import Exploration
from abscopal.design.stopping_rule import StoppingRule
from abscopal.design.toxicity_boundary import ToxicityBehaviour, ToxicityBoundaryDesign
from abscopal.design.two_stage_check import TwoStageCheck
from abscopal.evidence.design_report.reading import DesignReading
from abscopal.evidence.design_report.sentences import say_monitoring, say_rule
from abscopal.evidence.report.wording import Wording


def list_design_content(reading: DesignReading) -> dict[str, Any]:
    """Everything that is known about the design of a study, with its sentences in both languages.

    Args:
        reading: the design.

    Returns:
        Values that JSON can hold; unknown ones are null.
    """
    alpha, power = reading.promises
    comparison = reading.comparison
    return {
        "study": reading.protocol.identity.identifier,
        "protocol_version": reading.protocol.version.number,
        "endpoint": reading.endpoint.identifier,
        "facts": [
            {
                "name": fact.name,
                "value": fact.value,
                "provenance": fact.provenance,
                "source": fact.source,
                "note": fact.note.model_dump() if fact.note else None,
            }
            for fact in reading.facts
        ],
        "unknown": list(reading.missing),
        "nominal": {"alpha": alpha, "power": power},
        "rules": [
            {
                "read_as": found.kind,
                **_list_option(found.option),
                "success_by_rate": [{"rate": rate, "probability": chance} for rate, chance in found.around],
            }
            for found in reading.readings
        ],
        "keeps_alpha": None if comparison is None else comparison.keeps_alpha,
        "keeps_power": None if comparison is None else comparison.keeps_power,
        "smallest_exact": None if comparison is None else _list_option(comparison.smallest),
        "lasting_n": None if comparison is None else comparison.lasting_n,
        "futility": None
        if reading.futility is None
        else {
            "looks": [asdict(look) for look in reading.futility.looks],
            "exact": asdict(reading.futility.behaviour.exact),
            "lost_power": reading.futility.behaviour.lost_power,
            "two_stage": None
            if reading.futility.two_stage is None
            else list_check_content(reading.futility.two_stage),
        },
        "boundaries": [
            {
                "identifier": found.declared.identifier,
                "unknown": list(found.missing),
                "assumed": list(found.assumed),
                **({} if found.design is None else list_boundary_content(found.design, found.behaviour)),
            }
            for found in reading.boundaries
        ],
        "sentences": {
            language: [
                sentence.text
                for sentence in (
                    *say_rule(reading, Wording(language)),
                    *say_monitoring(reading, Wording(language)),
                )
            ]
            for language in ("en", "fr")
        },
    }


def _list_option(option: DesignOption) -> dict[str, Any]:
    return {**asdict(option.design), "alpha": option.exact.alpha, "power": option.exact.power}


def list_boundary_content(
    design: ToxicityBoundaryDesign, behaviour: tuple[ToxicityBehaviour, ...]
) -> dict[str, Any]:
    """A toxicity boundary with its limits and what it does."""
    return {
        "limit": design.limit,
        "certainty": design.certainty,
        "prior": [design.prior_a, design.prior_b],
        "n": design.n,
        "looks": [
            {"n": look, "pause_at_or_above": limit}
            for look, limit in zip(design.looks, design.stop_at_or_above, strict=True)
        ],
        "behaviour": [
            {"rate": entry.rate, "probability_of_pausing": entry.stop, "expected_n": entry.expected_n}
            for entry in behaviour
        ],
    }


def _list_rule(rule: StoppingRule) -> list[dict[str, int | None]]:
    return [
        {"n": look, "stop_at_or_below": low, "stop_at_or_above": high}
        for look, low, high in zip(rule.looks, rule.low, rule.high, strict=True)
    ]


def list_exploration_content(found: Exploration) -> dict[str, Any]:
    """Every design of an exploration with its looks and exact behaviour.

    Example:
        >>> from abscopal.design.exploration import explore_designs
        >>> content = list_exploration_content(explore_designs(0.1, 0.4, alpha=0.1, power=0.8))
        >>> content["designs"][1]["looks"]
        [{'n': 10, 'stop_at_or_below': 2, 'stop_at_or_above': 3}]
    """
    return {
        "p0": found.p0,
        "p1": found.p1,
        "alpha": found.alpha,
        "power": found.power,
        "designs": [
            {
                "kind": design.kind,
                "written": design.written,
                "n": design.rule.n,
                "looks": _list_rule(design.rule),
                "exact": asdict(design.exact),
                "keeps_alpha": design.keeps_alpha,
                "keeps_power": design.keeps_power,
            }
            for design in found.designs
        ],
    }


def list_check_content(found: TwoStageCheck) -> dict[str, Any]:
    """What was found about a typed two-stage design."""
    return {
        "design": found.design.written,
        "p0": found.design.p0,
        "p1": found.design.p1,
        "nominal": {"alpha": found.alpha, "power": found.power},
        "exact": asdict(found.exact),
        "keeps_alpha": found.keeps_alpha,
        "keeps_power": found.keeps_power,
        "claim": found.claim,
        "is": list(found.kinds),
        "optimal": found.simon.optimal.design.written if found.simon else None,
        "minimax": found.simon.minimax.design.written if found.simon else None,
        "sentence": found.sentence.model_dump(),
    }
