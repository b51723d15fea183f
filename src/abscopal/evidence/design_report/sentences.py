"""The design of a study in sentences, in both languages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from abscopal.design.exploration import Exploration, ExploredDesign
from abscopal.design.toxicity_boundary import ToxicityBehaviour, ToxicityBoundaryDesign
from abscopal.evidence.design_report.reading import DesignReading, FutilityReading, RuleFact
from abscopal.evidence.figures.appearance import capitalise
from abscopal.evidence.plan.boundaries import BoundaryReading
from abscopal.evidence.report.wording import Wording, typeset_french
from abscopal.protocol.text import Text

Tone = Literal["plain", "warning", "assumed", "unknown"]
RATE_FACTS = ("minimum_rate", "p0", "p1", "alpha", "power")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence and how it should be taken."""

    text: str
    tone: Tone = "plain"


def read_words(text: Text, wording: Wording) -> str:
    """A text of the study file in the language of the page."""
    words = text.read(wording.language)
    return typeset_french(words) if wording.language == "fr" else words


def join(parts: Sequence[str], wording: Wording) -> str:
    """Join the parts of an enumeration that hold commas."""
    return ("\u202f; " if wording.language == "fr" else "; ").join(parts)


def say_rule(reading: DesignReading, wording: Wording) -> tuple[Sentence, ...]:
    """Say what the rule is, what it promised, what it does exactly, and what is assumed or unknown."""
    said = [Sentence(wording.say("design.endpoint", name=read_words(reading.endpoint.name, wording)))]
    if reading.rule is not None and reading.rule.printed_as is not None:
        said.append(
            Sentence(wording.say("design.printed", text=read_words(reading.rule.printed_as, wording)))
        )
    if reading.missing:
        return (*said, *_say_unknown(reading, wording))
    said += _say_exact(reading, wording)
    for fact in reading.facts:
        if fact.provenance == "assumed":
            said.append(Sentence(_say_origin(fact, wording, "design.assumed"), "assumed"))
        elif fact.provenance == "inferred":
            said.append(Sentence(_say_origin(fact, wording, "design.inferred")))
    for found in reading.readings:
        if found.around:
            values = join(
                [
                    wording.say("design.around_one", rate=wording.rate(rate), chance=wording.percent(chance))
                    for rate, chance in found.around
                ],
                wording,
            )
            design = found.option.design
            said.append(
                Sentence(
                    wording.say(
                        "design.around",
                        minimum=wording.count(design.minimum_successes),
                        n=wording.count(design.n),
                        values=values,
                    )
                )
            )
    if reading.futility is not None:
        said += _say_futility(reading.futility, reading, wording)
    return tuple(said)


def _say_exact(reading: DesignReading, wording: Wording) -> list[Sentence]:
    assert reading.rule is not None
    option, alpha, power = reading.readings[0].option, *reading.promises
    arm = reading.protocol.find_arm(reading.rule.arm)
    rates = {
        "alpha": wording.percent(option.exact.alpha),
        "power": wording.percent(option.exact.power),
        "p0": wording.rate(option.design.p0),
        "p1": wording.rate(option.design.p1),
    }
    is_assumed = "assumed" in (reading.rule.alpha.provenance, reading.rule.power.provenance)
    said = [
        Sentence(
            wording.say(
                "design.rule",
                arm=read_words(arm.name, wording) if arm else reading.rule.arm,
                minimum=wording.count(option.design.minimum_successes),
                n=wording.count(option.design.n),
            )
        )
    ]
    if reading.comparison is None or alpha is None or power is None:
        said.append(Sentence(wording.say("design.exact_only", **rates)))
        said.append(Sentence(wording.say("design.promise_unknown"), "unknown"))
    else:
        said.append(
            Sentence(
                wording.say(
                    "design.exact_assumed" if is_assumed else "design.exact_promised",
                    **rates,
                    nominal_alpha=wording.rate(alpha),
                    nominal_power=wording.rate(power),
                )
            )
        )
        said += _say_comparison(reading, wording)
    for found in reading.readings[1:]:
        assert reading.rule.minimum_rate.value is not None
        said.append(
            Sentence(
                wording.say(
                    "design.as_rate",
                    rate=wording.rate(reading.rule.minimum_rate.value),
                    minimum=wording.count(found.option.design.minimum_successes),
                    n=wording.count(found.option.design.n),
                    alpha=wording.percent(found.option.exact.alpha),
                    power=wording.percent(found.option.exact.power),
                )
            )
        )
    return said


def _say_comparison(reading: DesignReading, wording: Wording) -> list[Sentence]:
    found = reading.comparison
    assert found is not None
    verdict = {
        (True, True): "keeps",
        (False, True): "misses_alpha",
        (True, False): "misses_power",
        (False, False): "misses_both",
    }[found.keeps_alpha, found.keeps_power]
    smallest = found.smallest
    return [
        Sentence(wording.say(f"design.{verdict}"), "plain" if verdict == "keeps" else "warning"),
        Sentence(
            wording.say(
                "design.smallest",
                minimum=wording.count(smallest.design.minimum_successes),
                n=wording.count(smallest.design.n),
                alpha=wording.number(smallest.exact.alpha, 4),
                power=wording.number(smallest.exact.power, 4),
                lasting=wording.count(found.lasting_n),
            )
        ),
    ]


def _say_unknown(reading: DesignReading, wording: Wording) -> list[Sentence]:
    if reading.rule is None:
        return [Sentence(wording.say("design.no_rule"), "unknown")]
    stops = [
        wording.say(f"design.stops.{name}")
        for name, needed in (
            ("rule", {"n", "minimum_successes"}),
            ("alpha", {"n", "minimum_successes", "p0"}),
            ("power", {"n", "minimum_successes", "p1"}),
            ("smallest", {"p0", "p1"}),
        )
        if needed & set(reading.missing)
    ]
    names = [wording.say(f"design.fact.{name}") for name in reading.missing]
    return [
        Sentence(wording.say("design.unknown", names=", ".join(names)), "unknown"),
        Sentence(wording.say("design.cannot", names=", ".join(stops)), "unknown"),
        Sentence(wording.say("design.explore_hint")),
    ]


def write_fact(fact: RuleFact, wording: Wording) -> str:
    """The value of a fact: a count, or a rate in per cent."""
    return wording.rate(fact.value) if fact.name in RATE_FACTS else wording.count(int(fact.value))


def _say_origin(fact: RuleFact, wording: Wording, key: str) -> str:
    return wording.say(
        key,
        name=capitalise(wording.say(f"design.fact.{fact.name}")),
        value=write_fact(fact, wording),
        note=read_words(fact.note, wording) if fact.note else "",
    )


def _say_futility(found: FutilityReading, reading: DesignReading, wording: Wording) -> list[Sentence]:
    design, exact = reading.readings[0].option.design, found.behaviour.exact
    looks = [
        wording.say("design.futility_one", low=wording.count(look.stop_at_or_below), n=wording.count(look.n))
        for look in found.looks
    ]
    said = [
        Sentence(wording.say("design.futility", looks=", ".join(looks))),
        Sentence(
            wording.say(
                "design.futility_exact",
                alpha=wording.percent(exact.alpha),
                power=wording.percent(exact.power),
                lost=wording.percent(found.behaviour.lost_power),
                stop0=wording.percent(exact.early_stop_p0),
                stop1=wording.percent(exact.early_stop_p1),
                p0=wording.rate(design.p0),
                p1=wording.rate(design.p1),
                n0=wording.number(exact.expected_n_p0, 1),
                n1=wording.number(exact.expected_n_p1, 1),
            )
        ),
    ]
    if found.two_stage is not None:
        tone: Tone = "plain" if found.two_stage.is_sound else "warning"
        said.append(Sentence(read_words(found.two_stage.sentence, wording), tone))
    return said


def say_monitoring(reading: DesignReading, wording: Wording) -> tuple[Sentence, ...]:
    """Say what the boundaries are, how often they pause the trial, and what is assumed."""
    monitoring = reading.protocol.monitoring
    if monitoring is None or not (monitoring.toxicity or monitoring.pauses or monitoring.futility):
        return (Sentence(wording.say("design.no_monitoring"), "unknown"),)
    said: list[Sentence] = []
    for found in reading.boundaries:
        said += say_boundary_reading(found, wording)
    said += [
        Sentence(wording.say("design.pause", text=read_words(pause.text, wording)))
        for pause in monitoring.pauses
    ]
    return tuple(said)


def say_boundary_reading(found: BoundaryReading, wording: Wording) -> list[Sentence]:
    """Say one boundary of a study file."""
    name = read_words(found.declared.name, wording)
    if found.design is None:
        names = ", ".join(wording.say(f"design.value.{value}") for value in found.missing)
        return [Sentence(wording.say("design.boundary_missing", name=name, names=names), "unknown")]
    said = say_boundary(found.design, found.behaviour, name=name, wording=wording)
    if found.assumed:
        names = ", ".join(wording.say(f"design.value.{value}") for value in found.assumed)
        said.append(Sentence(wording.say("design.boundary_assumed", names=names), "assumed"))
    return said


def say_boundary(
    design: ToxicityBoundaryDesign,
    behaviour: Sequence[ToxicityBehaviour],
    *,
    name: str,
    wording: Wording,
) -> list[Sentence]:
    """Say a boundary and how often it pauses the trial."""
    limits = [
        wording.say("design.boundary_one", events=wording.count(limit), look=wording.count(look))
        for look, limit in zip(design.looks, design.stop_at_or_above, strict=True)
        if limit is not None
    ]
    values = [
        wording.say(
            "design.boundary_value",
            stop=wording.percent(entry.stop),
            rate=wording.rate(entry.rate),
            n=wording.number(entry.expected_n, 1),
        )
        for entry in behaviour
    ]
    return [
        Sentence(
            wording.say(
                "design.boundary",
                name=name,
                limit=wording.rate(design.limit),
                certainty=wording.rate(design.certainty),
                a=wording.as_printed(design.prior_a),
                b=wording.as_printed(design.prior_b),
                limits=", ".join(limits) or wording.say("design.boundary_none"),
            )
        ),
        Sentence(wording.say("design.boundary_behaviour", values=join(values, wording))),
    ]


def name_kept(design: ExploredDesign, wording: Wording) -> str:
    """Whether a design keeps its promises, in words."""
    if design.keeps_alpha and design.keeps_power:
        return wording.say("design.explore_both")
    if not design.keeps_alpha and not design.keeps_power:
        return wording.say("design.explore_misses_both")
    return wording.say(f"design.explore_misses_{'power' if design.keeps_alpha else 'alpha'}")


def say_exploration(found: Exploration, wording: Wording) -> tuple[Sentence, ...]:
    """Say which designs keep their promises, which is the smallest and which expects the fewest patients."""
    kept = [design for design in found.designs if design.keeps_alpha and design.keeps_power]
    broken = [design for design in found.designs if design not in kept]
    smallest = min(kept, key=lambda design: design.rule.n)
    least = min(kept, key=lambda design: design.exact.expected_n_p0)
    said = [
        Sentence(
            wording.say(
                "design.explore_smallest",
                kind=f"{wording.say(f'design.kind.{smallest.kind}')} ({smallest.written})",
                n=wording.count(smallest.rule.n),
                p0=wording.rate(found.p0),
                least=f"{wording.say(f'design.kind.{least.kind}')} ({least.written})",
                expected=wording.number(least.exact.expected_n_p0, 1),
            )
        )
    ]
    if broken:
        names = [
            f"{wording.say(f'design.kind.{design.kind}')} ({name_kept(design, wording)})" for design in broken
        ]
        said.append(Sentence(wording.say("design.explore_misses", names=join(names, wording)), "warning"))
    return tuple(said)
