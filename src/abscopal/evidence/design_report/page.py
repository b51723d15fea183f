"""The design as one short page that opens offline: sentences, tables, curves, and the boundary a board can carry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from abscopal.design.exploration import Exploration
from abscopal.design.toxicity_boundary import ToxicityBehaviour, ToxicityBoundaryDesign
from abscopal.evidence.design_report.reading import DesignReading
from abscopal.evidence.design_report.sentences import (
    Sentence,
    Tone,
    read_words,
    say_boundary,
    say_boundary_reading,
    say_exploration,
    say_monitoring,
    say_rule,
)
from abscopal.evidence.design_report.tables import (
    tabulate_around,
    tabulate_behaviour,
    tabulate_boundary,
    tabulate_exploration,
    tabulate_facts,
    tabulate_rates,
)
from abscopal.evidence.figures.appearance import CaptionedFigure
from abscopal.evidence.figures.design_curves import DrawnRule, render_design_curves
from abscopal.evidence.figures.operating_characteristics import render_operating_characteristics
from abscopal.evidence.figures.saving import render_svg
from abscopal.evidence.figures.toxicity_boundary import render_toxicity_boundary
from abscopal.evidence.report.blocks import Block, Figure, Heading, Notice, Prose, Section
from abscopal.evidence.report.page import WORDS, Page, render_page
from abscopal.evidence.report.wording import Wording
from abscopal.evidence.typography import Language


@dataclass(frozen=True, slots=True)
class DesignPage:
    """A page with its drawings.

    Args:
        html: the page.
        drawings: SVG text by name.
    """

    html: str
    drawings: Mapping[str, str]


def render_study_design(reading: DesignReading, *, language: Language, version: str = "") -> DesignPage:
    """Write the page on the design of a study.

    Args:
        reading: the design.
        language: `en` or `fr`.
        version: version of the software, for the head of the page.

    Returns:
        The page. The same arguments give the same text.
    """
    wording, drawings = Wording(language), dict[str, str]()
    rule: list[Block] = _write(say_rule(reading, wording), wording)
    if reading.readings:
        rule.append(tabulate_rates(reading, wording))
        alpha, power = reading.promises
        figure = render_operating_characteristics(
            reading.readings[0].option.design, language=language, nominal_alpha=alpha, nominal_power=power
        )
        rule.append(_draw("power-curve", figure, drawings))
    if reading.futility is not None:
        design = reading.readings[0].option.design
        curve = render_design_curves(
            [DrawnRule(read_words(reading.endpoint.name, wording), reading.futility.rule)],
            quantity="early_stop",
            language=language,
            marked=(design.p0, design.p1),
        )
        rule.append(_draw("early-stopping", curve, drawings))
    around = tabulate_around(reading, wording)
    rule += [around] if around is not None else []
    rule += [tabulate_facts(reading, wording)] if reading.facts else []
    sections = [
        Section("rule", wording.say("design.section_rule"), tuple(rule)),
        Section(
            "monitoring",
            wording.say("design.section_monitoring"),
            tuple(_write_monitoring(reading, wording, drawings)),
        ),
    ]
    identity = reading.protocol.identity
    facts = (
        (wording.say("fact.study"), identity.identifier),
        (wording.say("fact.protocol_version"), reading.protocol.version.number),
    )
    return _finish(
        wording,
        title=read_words(identity.title, wording),
        standfirst=read_words(identity.indication, wording),
        facts=facts,
        sections=sections,
        version=version,
        drawings=drawings,
    )


def _write_monitoring(reading: DesignReading, wording: Wording, drawings: dict[str, str]) -> list[Block]:
    if not reading.boundaries:
        return _write(say_monitoring(reading, wording), wording)
    blocks: list[Block] = []
    for found in reading.boundaries:
        name = read_words(found.declared.name, wording)
        blocks += [Heading(name), *_write(say_boundary_reading(found, wording), wording)]
        if found.design is not None:
            blocks += _show_boundary(
                found.design,
                found.behaviour,
                name=name,
                identifier=found.declared.identifier,
                wording=wording,
                drawings=drawings,
            )
    monitoring = reading.protocol.monitoring
    pauses = monitoring.pauses if monitoring else ()
    return blocks + [
        Prose(wording.say("design.pause", text=read_words(item.text, wording))) for item in pauses
    ]


def _show_boundary(
    design: ToxicityBoundaryDesign,
    behaviour: Sequence[ToxicityBehaviour],
    *,
    name: str,
    identifier: str,
    wording: Wording,
    drawings: dict[str, str],
) -> list[Block]:
    picture = render_toxicity_boundary(design, name=name, language=wording.language)
    curves = render_design_curves(
        [DrawnRule(name, design.rule)],
        quantity="pause",
        language=wording.language,
        marked=(design.limit,),
    )
    return [
        tabulate_boundary(design, name=name, identifier=identifier, wording=wording),
        _draw(f"boundary-{identifier}", picture, drawings),
        tabulate_behaviour(behaviour, name=name, identifier=identifier, wording=wording),
        _draw(f"pausing-{identifier}", curves, drawings),
    ]


def render_exploration(found: Exploration, *, language: Language, version: str = "") -> DesignPage:
    """Write the page that compares designs for one question.

    Args:
        found: the designs.
        language: `en` or `fr`.
        version: version of the software, for the head of the page.

    Returns:
        The page. The same arguments give the same text.
    """
    wording, drawings = Wording(language), dict[str, str]()
    # Six lines can be told apart; the admissible designs lie between two of them.
    shown = [design for design in found.designs if design.kind != "simon_admissible"]
    drawn = [
        DrawnRule(wording.say(f"design.kind.{design.kind}"), design.rule, place)
        for place, design in enumerate(shown)
    ]
    staged = [one for one in drawn if len(one.rule.looks) > 1]
    marked = (found.p0, found.p1)
    curves: list[Block] = [
        _draw(
            "power-curves",
            render_design_curves(drawn, quantity="success", language=language, marked=marked),
            drawings,
        )
    ]
    if staged:
        curves += [
            _draw(
                "early-stopping",
                render_design_curves(staged, quantity="early_stop", language=language, marked=marked),
                drawings,
            ),
            _draw(
                "patients-expected",
                render_design_curves(staged, quantity="expected_n", language=language, marked=marked),
                drawings,
            ),
        ]
    table = tabulate_exploration(found, wording)
    sections = [
        Section(
            "designs",
            wording.say("design.section_explore"),
            (*_write(say_exploration(found, wording), wording), table),
        ),
        Section("curves", wording.say("design.section_curves"), tuple(curves)),
    ]
    return _finish(
        wording,
        title=wording.say("design.explore_title", p0=wording.rate(found.p0), p1=wording.rate(found.p1)),
        standfirst=wording.say(
            "design.explore_standfirst", alpha=wording.rate(found.alpha), power=wording.rate(found.power)
        ),
        facts=(),
        sections=sections,
        version=version,
        drawings=drawings,
    )


def render_boundary(
    design: ToxicityBoundaryDesign,
    behaviour: Sequence[ToxicityBehaviour],
    *,
    language: Language,
    version: str = "",
) -> DesignPage:
    """Write the page on one toxicity boundary.

    Args:
        design: the boundary.
        behaviour: what it does for true rates.
        language: `en` or `fr`.
        version: version of the software, for the head of the page.

    Returns:
        The page. The same arguments give the same text.
    """
    wording, drawings = Wording(language), dict[str, str]()
    name = wording.say("design.boundary_plain_name")
    blocks = _write(say_boundary(design, behaviour, name=name, wording=wording), wording)
    blocks += _show_boundary(
        design, behaviour, name=name, identifier="toxicity", wording=wording, drawings=drawings
    )
    return _finish(
        wording,
        title=wording.say("design.boundary_title"),
        standfirst=wording.say(
            "design.boundary_standfirst",
            limit=wording.rate(design.limit),
            certainty=wording.rate(design.certainty),
        ),
        facts=(),
        sections=[Section("boundary", wording.say("design.boundary_title"), tuple(blocks))],
        version=version,
        drawings=drawings,
    )


def _write(sentences: Sequence[Sentence], wording: Wording) -> list[Block]:
    """Sentences as paragraphs; warnings, assumptions and unknowns stand out, together where they follow each other."""
    kinds: dict[Tone, Literal["assumption", "stop"]] = {
        "warning": "stop",
        "unknown": "stop",
        "assumed": "assumption",
    }
    blocks: list[Block] = []
    for tone, group in groupby(sentences, key=lambda sentence: sentence.tone):
        texts = tuple(sentence.text for sentence in group)
        if tone == "plain":
            blocks += [Prose(text) for text in texts]
        else:
            blocks.append(Notice(kinds[tone], wording.say(f"design.tone.{tone}"), texts))
    return blocks


def _draw(name: str, figure: CaptionedFigure, drawings: dict[str, str]) -> Figure:
    drawings[name] = render_svg(figure)
    caption = " ".join((figure.caption.description, *figure.caption.notes))
    return Figure(f"figure-{name}", figure.caption.title, caption, drawings[name])


def _finish(
    wording: Wording,
    *,
    title: str,
    standfirst: str,
    facts: tuple[tuple[str, str], ...],
    sections: Sequence[Section],
    version: str,
    drawings: Mapping[str, str],
) -> DesignPage:
    page = Page(
        language=wording.language,
        title=title,
        kicker=wording.say("design.kicker", version=version).strip(),
        standfirst=standfirst,
        facts=facts,
        sections=tuple(sections),
        words={name: wording.say(f"page.{name}") for name in WORDS},
        footer=wording.say("design.footer"),
        version=version,
    )
    return DesignPage(render_page(page), drawings)
