"""The page of a rehearsal: the question, what was assumed, the patients, what the design does, the limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from abscopal.evidence.credibility_report import SENSITIVITY
from abscopal.evidence.figures.appearance import CaptionedFigure
from abscopal.evidence.figures.saving import render_svg
from abscopal.evidence.rehearsal_tables import (
    AssumedValue,
    CharacteristicRow,
    group_by_quantity,
    tabulate_comparison,
    tabulate_estimators,
    tabulate_spread,
    tabulate_values,
)
from abscopal.evidence.rehearsal_texts import TEXTS
from abscopal.evidence.rehearsal_words import name_mode, name_quantity, write_power, write_quantity
from abscopal.evidence.report.blocks import Block, Figure, Notice, Prose, Section
from abscopal.evidence.report.page import WORDS, Page, render_page
from abscopal.evidence.report.wording import Wording
from abscopal.evidence.typography import Language, format_number
from abscopal.protocol.text import Text


@dataclass(frozen=True, slots=True)
class RehearsalContent:
    """What the page tells, apart from its figures.

    Args:
        study: identifier of the study.
        title: its title.
        question: the question of the primary endpoint and the rule that decides, one sentence each.
        scenario: name of the scenario.
        mode: randomised, clones, or single for a trial of one arm.
        trials: rehearsed trials of each design.
        draws: draws of the parameters.
        seed: seed of chance.
        horizon_days: days each patient is followed.
        tolerance: relative tolerance of the integrator.
        is_filtered: whether the plausibility filter is on.
        values: every setting in force, and every parameter that differs from the model file.
        statuses: parameters of the model by status.
        drawn: draws of virtual patients looked at for the acceptance.
        accepted: of them, those that the filter accepted.
        entered: patients of all trials of the planned design.
        failed: of them, those who could not be integrated.
        left_out: what the study file plans and the rehearsal does not do.
        rows: operating characteristics.
    """

    study: str
    title: Text
    question: tuple[Text, ...]
    scenario: str
    mode: str
    trials: int
    draws: int
    seed: int
    horizon_days: float
    tolerance: float
    is_filtered: bool
    values: tuple[AssumedValue, ...]
    statuses: Mapping[str, int]
    drawn: int
    accepted: int
    entered: int
    failed: int
    left_out: tuple[Text, ...]
    rows: tuple[CharacteristicRow, ...]


NO_RULE = "conclusion.none"
STOPPING = ("limit_reached", "stopped")
DURATION = ("duration_days", "recruitment_days", "entered")


def render_rehearsal_page(
    content: RehearsalContent,
    *,
    figures: Mapping[str, CaptionedFigure],
    credibility: Sequence[Section],
    version: str,
    language: Language,
) -> str:
    """Write a rehearsal as one page that opens offline.

    Args:
        content: what it tells.
        figures: by name: lesions, plasma, populations, conclusions, endpoints, what_if, targets, widths, sensitivity;
            those that are there are shown.
        credibility: chapters of the credibility report.
        version: version of the software.
        language: `en` or `fr`.

    Returns:
        The page. The same arguments give the same text.
    """
    wording = Wording(language)

    def word(name: str) -> str:
        return TEXTS[name].read(language)

    def draw(*names: str) -> tuple[Block, ...]:
        return tuple(_draw(name, figures[name]) for name in names if name in figures)

    planned = content.rows[0].design if content.rows else ""
    known = group_by_quantity([row for row in content.rows if row.design == planned])
    stopping = {name: known[name] for name in known if name in STOPPING or name.startswith("conclusion.stop")}
    duration = {name: known[name] for name in known if name in DURATION}
    others = {name: known[name] for name in known if name not in {NO_RULE, *STOPPING, *DURATION}}
    estimators = tabulate_estimators(known, wording)
    comparison = tabulate_comparison(content.rows, wording)
    sections = [
        Section("question", word("question"), _ask(content, language)),
        Section("assumed", word("assumed"), (_tell_assumed(content, wording),)),
        Section("patients", word("patients"),
                (*_tell_patients(content, wording), *draw("lesions", "plasma", "populations"))),
        Section("characteristics", word("characteristics"),
                (Prose(word("two_doubts")), *draw("conclusions", "endpoints"),
                 tabulate_spread("operating-characteristics", word("characteristics"), others, wording, is_long=True),
                 *((estimators,) if estimators else ()))),
        Section("what-if", word("what_if"),
                (*draw("what_if"), *((comparison,) if comparison else (Prose(word("no_what_if")),)))),
        Section("stopping", word("stopping"),
                (tabulate_spread("stopping", word("stopping"), stopping, wording),
                 *_list_left_out(content, language))),
        Section("duration", word("duration"),
                (tabulate_spread("duration", word("duration"), duration, wording),)),
        Section("calibration", word("calibration"), draw("targets", "widths") or (Prose(word("no_calibration")),)),
        *(_illustrate(section, draw("sensitivity")) for section in credibility),
        Section("values", word("in_force"), (tabulate_values(content.values, wording),)),
        Section("limits", word("limits"), (Notice("stop", word("limits"), list_limits(language)),)),
    ]  # fmt: skip
    page = Page(
        language=language,
        title=word("title").format(study=content.study),
        kicker=word("kicker").format(version=version),
        standfirst=content.title.read(language),
        facts=(
            (word("scenario"), content.scenario),
            (word("trials"), wording.count(content.trials)),
            (word("draws"), wording.count(content.draws)),
            (word("seed"), str(content.seed)),
            (word("horizon"), wording.number(content.horizon_days)),
            (word("tolerance"), write_power(content.tolerance, language=language)),
        ),
        sections=tuple(sections),
        words={name: wording.say(f"page.{name}") for name in WORDS},
        footer=word("footer"),
        version=version,
    )
    return render_page(page)


def list_limits(language: Language) -> tuple[str, ...]:
    """What a rehearsal can never say, in sentences."""
    names = sorted(name for name in TEXTS if name.startswith("limit_"))
    return tuple(TEXTS[name].read(language) for name in names)


def _ask(content: RehearsalContent, language: Language) -> tuple[Block, ...]:
    never = tuple(TEXTS[f"never_{number}"].read(language) for number in (1, 2, 3))
    blocks: list[Block] = [Prose(text.read(language)) for text in content.question]
    blocks += _answer(content, language)
    blocks.append(Prose(name_mode(content.mode, language=language)))
    blocks.append(Notice("stop", TEXTS["never"].read(language), never))
    return tuple(blocks)


def _answer(content: RehearsalContent, language: Language) -> list[Block]:
    """How often the planned trial reached each conclusion, most often first, with its simulation interval."""
    planned = content.rows[0].design if content.rows else ""
    reached = [
        row
        for row in content.rows
        if row.design == planned
        and row.draw == "all"
        and row.quantity.startswith("conclusion.")
        and row.quantity != NO_RULE
    ]
    told = "; " if language == "en" else "\u00a0; "
    parts = []
    for row in sorted(reached, key=lambda row: -(row.estimate or 0.0)):
        share, low, high = (
            "—" if value is None else write_quantity(value, row.unit, language=language)
            for value in (row.estimate, row.lower, row.upper)
        )
        parts.append(f"{name_quantity(row.quantity, language=language)} {share} ({low}–{high})")
    if not parts:
        return []
    return [
        Prose(
            TEXTS["answer"]
            .read(language)
            .format(trials=format_number(content.trials, language=language), conclusions=told.join(parts))
        )
    ]


def _tell_assumed(content: RehearsalContent, wording: Wording) -> Notice:
    language = wording.language
    assumed = [value for value in content.values if value.provenance == "assumed"]
    statuses = ", ".join(
        f"{TEXTS[f'status_{name}'].read(language)} {count}" for name, count in content.statuses.items()
    )
    items = [
        TEXTS["assumed_count"].read(language).format(count=len(assumed), all=len(content.values)),
        TEXTS["statuses"].read(language).format(statuses=statuses),
    ]
    if content.draws == 1:
        items.append(TEXTS["one_draw"].read(language))
    return Notice("assumption", TEXTS["beware"].read(language), tuple(items))


def _tell_patients(content: RehearsalContent, wording: Wording) -> tuple[Block, ...]:
    language = wording.language
    share = wording.percent(content.accepted / content.drawn) if content.drawn else "—"
    filtered = TEXTS["filter_on" if content.is_filtered else "filter_off"].read(language)
    failed = TEXTS["failed"].read(language)
    return (
        Prose(
            filtered.format(
                accepted=wording.count(content.accepted), drawn=wording.count(content.drawn), share=share
            )
        ),
        Prose(failed.format(failed=wording.count(content.failed), entered=wording.count(content.entered))),
    )


def _list_left_out(content: RehearsalContent, language: Language) -> tuple[Block, ...]:
    told = tuple(text.read(language) for text in content.left_out)
    return (Notice("plain", TEXTS["left_out"].read(language), told),) if told else ()


def _illustrate(section: Section, pictures: tuple[Block, ...]) -> Section:
    """The chapter on sensitivity with its figure; any other as it is."""
    return (
        replace(section, blocks=(*pictures, *section.blocks))
        if section.identifier == SENSITIVITY
        else section
    )


def _draw(name: str, figure: CaptionedFigure) -> Figure:
    caption = figure.caption
    words = " ".join((caption.description, *caption.notes))
    return Figure(f"rehearsal-{name.replace('_', '-')}", caption.title, words, render_svg(figure))
