"""The credibility report of a rehearsal: for what it may be believed, and what was done to deserve it.

The chapters follow the pattern of the FDA guidance on the credibility of computational modelling for devices, which
rests on ASME V&V 40: question, context of use, model risk, evidence by category, limits. The guidance is for
devices; the pattern serves here, its authority does not.

Reference:
    FDA, final guidance of 17 November 2023 on the credibility of computational models in device submissions,
    section VI; ASME V&V 40-2018.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from abscopal.evidence.figures.rehearsal_data import (
    DirectionCheck,
    ParameterWidth,
    Role,
    SensitivityAnalysis,
    TargetCheck,
)
from abscopal.evidence.rehearsal_texts import TEXTS
from abscopal.evidence.rehearsal_words import write_power, write_quantity, write_significant
from abscopal.evidence.report.blocks import Block, Cell, Heading, Notice, Prose, Section, Table, row_of
from abscopal.evidence.report.wording import Wording
from abscopal.evidence.sensitivity_table import tell_sensitivity
from abscopal.evidence.typography import Language, format_labelled, format_number
from abscopal.protocol.text import Text

CATEGORIES = (
    "code_verification",
    "calibration",
    "bench",
    "in_vivo",
    "population",
    "emergent",
    "plausibility",
    "calculation",
)

SENSITIVITY = "credibility-sensitivity"
"""Chapter that a page illustrates with the figure of the sensitivity."""


@dataclass(frozen=True, slots=True)
class Verification:
    """How far the fast integrator lies from slower answers, measured for this study.

    Args:
        tolerance: tolerance of the rehearsal.
        patients: virtual patients of all arms on whom the tolerance was halved.
        halved: greatest relative change of a lesion's volume when it was.
        scipy_patients: virtual patients also integrated by SciPy on the plain right-hand side.
        scipy: greatest relative difference of a lesion's volume.
    """

    tolerance: float
    patients: int
    halved: float
    scipy_patients: int
    scipy: float


@dataclass(frozen=True, slots=True)
class Emergence:
    """What a population does on treatment, which nobody put in: median fold at a day over that before treatment."""

    arm: str
    role: Role
    population: str
    day: int
    ratio: float


@dataclass(frozen=True, slots=True)
class CredibilityFacts:
    """What the report rests on.

    Args:
        study: identifier of the study.
        arms: label by arm, as pairs, in order.
        question: question of interest, one sentence each.
        draws: draws of the parameters.
        trials: rehearsed trials of the planned design.
        verification: measured differences.
        checks: published results beside the model.
        directions: published directions beside the model.
        widths: what calibration taught about each parameter; empty without a calibration.
        emergences: populations on treatment.
        sensitivity: what the results hang on, one thing moved at a time.
        drawn: draws of virtual patients.
        accepted: of them, accepted by the plausibility filter.
        entered: patients of the planned trials.
        failed: of them, not integrated.
        statuses: parameters by status, as pairs.
    """

    study: str
    arms: tuple[tuple[str, Text], ...]
    question: tuple[Text, ...]
    draws: int
    trials: int
    verification: Verification
    checks: tuple[TargetCheck, ...]
    directions: tuple[DirectionCheck, ...]
    widths: tuple[ParameterWidth, ...]
    emergences: tuple[Emergence, ...]
    sensitivity: SensitivityAnalysis
    drawn: int
    accepted: int
    entered: int
    failed: int
    statuses: tuple[tuple[str, int], ...]


def list_credibility_sections(facts: CredibilityFacts, *, language: Language) -> tuple[Section, ...]:
    """Write the chapters of the credibility report.

    Args:
        facts: what it rests on.
        language: `en` or `fr`.

    Returns:
        Context and risk, evidence by category, sensitivity.
    """
    wording = Wording(language)

    def word(name: str) -> str:
        return TEXTS[f"credibility_{name}"].read(language)

    evidence: list[Block] = []
    for number, category in enumerate(CATEGORIES, start=1):
        evidence.append(Heading(f"{number}. {word(category)}"))
        evidence += _list_evidence(category, facts, wording)
    context: list[Block] = [
        Heading(word("question")),
        *(Prose(text.read(language)) for text in facts.question),
        Prose(word("question_asked")),
        Heading(word("context")),
        Prose(word("context_text")),
        Notice("stop", TEXTS["never"].read(language), tuple(TEXTS[f"never_{n}"].read(language) for n in (1, 2, 3))),
        Heading(word("risk")),
        *(Prose(word(name)) for name in ("influence", "consequence", "risk_text")),
    ]  # fmt: skip
    return (
        Section("credibility", word("title"), tuple(context)),
        Section("credibility-evidence", word("evidence"), tuple(evidence)),
        Section(SENSITIVITY, word("sensitivity"), tell_sensitivity(facts.sensitivity, facts.arms, wording)),
    )


def render_credibility_markdown(
    facts: CredibilityFacts, *, limits: Sequence[str], version: str, language: Language
) -> str:
    """Write the credibility report as Markdown.

    Args:
        facts: what it rests on.
        limits: limits of a rehearsal, one sentence each.
        version: version of the software.
        language: `en` or `fr`.

    Returns:
        The text. The same arguments give the same text.
    """
    title = format_labelled(TEXTS["credibility_title"].read(language), facts.study, language=language)
    lines = [f"# {title}", "", f"Abscopal {version}"]
    for section in list_credibility_sections(facts, language=language):
        lines += ["", f"## {section.title}"]
        for block in section.blocks:
            lines += ["", *_write_block(block)]
    lines += ["", f"## {TEXTS['limits'].read(language)}", "", *(f"- {sentence}" for sentence in limits)]
    return "\n".join(lines) + "\n"


def _write_block(block: Block) -> list[str]:
    match block:
        case Heading(text=text):
            return [f"### {text}"]
        case Notice(title=title, items=items):
            return [f"**{title}**", "", *(f"- {item}" for item in items)]
        case Table(caption=caption, header=header, rows=rows, notes=notes):
            cells = [" | ".join(cell.text.replace("|", "\\|") for cell in row) for row in rows]
            return [
                f"*{caption}*",
                "",
                f"| {' | '.join(header)} |",
                "|" + "---|" * len(header),
                *(f"| {row} |" for row in cells),
                *(line for note in notes for line in ("", note)),
            ]
        case Prose(text=text):
            return [text]
    raise TypeError(f"A credibility report holds no {type(block).__name__}.")


def _list_evidence(category: str, facts: CredibilityFacts, wording: Wording) -> list[Block]:
    language = wording.language

    def word(name: str, **values: str) -> Prose:
        return Prose(TEXTS[f"credibility_{name}"].read(language).format(**values))

    measured = facts.verification
    match category:
        case "code_verification":
            return [
                word("code_verification_text"),
                word(
                    "code_verification_scipy",
                    patients=wording.count(measured.scipy_patients),
                    difference=write_power(measured.scipy, language=language),
                ),
            ]
        case "calibration":
            statuses = ", ".join(
                f"{TEXTS[f'status_{name}'].read(language)} {count}" for name, count in facts.statuses
            )
            blocks: list[Block] = [
                word("calibration_text", draws=wording.count(facts.draws))
                if facts.draws > 1
                else word("calibration_none"),
                word("calibration_statuses", statuses=statuses),
            ]
            seen = [check for check in facts.checks if check.use == "fit"]
            blocks += [_tabulate_checks("fit", seen, wording)] if seen else [word("no_checks")]
            return blocks + _tell_widths(facts.widths, wording)
        case "population":
            held = [check for check in facts.checks if check.use == "held_out"]
            table: list[Block] = (
                [_tabulate_checks("held-out", held, wording)] if held else [word("no_checks")]
            )
            return [word("population_text"), *table]
        case "emergent":
            return [
                word("emergent_text"),
                *_tabulate_directions(facts.directions, wording),
                *_tabulate_emergences(facts.emergences, wording),
            ]
        case "plausibility":
            share = wording.percent(facts.accepted / facts.drawn) if facts.drawn else "—"
            return [word("plausibility_text"), word("plausibility_filter", share=share)]
        case "calculation":
            return [
                word(
                    "calculation_text",
                    tolerance=write_power(measured.tolerance, language=language),
                    patients=wording.count(measured.patients),
                    difference=write_power(measured.halved, language=language),
                ),
                word(
                    "calculation_failed",
                    failed=wording.count(facts.failed),
                    entered=wording.count(facts.entered),
                ),
                word(
                    "calculation_doubt", trials=wording.count(facts.trials), draws=wording.count(facts.draws)
                ),
            ]
    return [word(f"{category}_text")]


def _tabulate_checks(name: str, checks: Sequence[TargetCheck], wording: Wording) -> Table:
    language = wording.language
    keys = ("target", "published", "published_interval", "model", "model_range", "verdict")
    rows = []
    for check in checks:

        def write(value: float | None, unit: str = check.unit) -> str:
            written = "—" if value is None else write_quantity(value, unit, language=language)
            return written if value is None or unit == "proportion" else f"{written}\u00a0{unit}"

        verdict = {None: "no_interval", True: "inside", False: "outside"}[check.is_hit]
        interval = "—" if check.lower is None else f"{write(check.lower)} – {write(check.upper)}"
        cells = [
            Cell(write(check.published), is_number=True),
            Cell(interval, is_number=True),
            Cell(write(check.fitted), is_number=True),
            Cell(f"{write(check.fitted_lower)} – {write(check.fitted_upper)}", is_number=True),
            Cell(TEXTS[f"credibility_{verdict}"].read(language)),
        ]
        rows.append(row_of(check.label, cells))
    return Table(
        f"credibility-{name}",
        TEXTS[f"credibility_table_{name.replace('-', '_')}"].read(language),
        tuple(TEXTS[f"credibility_{key}"].read(language) for key in keys),
        tuple(rows),
        notes=(TEXTS["credibility_checks_note"].read(language),),
    )


def _tell_widths(widths: Sequence[ParameterWidth], wording: Wording) -> list[Block]:
    """How far each parameter was narrowed; which ones the results taught nothing about."""
    if not widths:
        return []
    language = wording.language
    untaught = sum(not width.is_taught for width in widths)
    rows = []
    for item in sorted(widths, key=lambda width: width.width):
        taught = TEXTS["credibility_taught" if item.is_taught else "credibility_taught_nothing"]
        cells = [
            *(
                Cell(_write_interval(bounds, language), is_number=True)
                for bounds in (item.prior, item.posterior)
            ),
            Cell(item.unit),
            Cell(format_number(item.width, language=language, decimals=2), is_number=True),
            Cell(taught.read(language)),
        ]
        rows.append(row_of(f"{item.label} ({item.symbol})", cells))
    keys = ("parameter", "before", "after", "unit", "width", "lesson")
    return [
        Prose(TEXTS["credibility_widths_text"].read(language).format(
            count=wording.count(untaught), all=wording.count(len(widths)))),
        Table(
            "credibility-widths",
            TEXTS["credibility_table_widths"].read(language),
            tuple(TEXTS[f"credibility_{key}" if key != "unit" else key].read(language) for key in keys),
            tuple(rows),
            notes=(TEXTS["credibility_widths_note"].read(language),),
            is_long=True,
        ),
    ]  # fmt: skip


def _write_interval(bounds: tuple[float, float, float], language: Language) -> str:
    """Median, then the interval in brackets, three significant digits each."""
    low, middle, high = (write_significant(value, language=language) for value in bounds)
    return f"{middle} ({low} – {high})"


def _tabulate_directions(directions: Sequence[DirectionCheck], wording: Wording) -> list[Block]:
    """Published directions, hits and misses alike, with what is known of each finding below the table."""
    if not directions:
        return []
    language = wording.language
    rows = []
    for item in directions:
        unit = "proportion" if item.is_difference else "1"
        low, middle, high = (
            write_quantity(value, unit, language=language)
            for value in (item.fitted_lower, item.fitted, item.fitted_upper)
        )
        cells = [
            Cell(TEXTS[f"credibility_{item.direction}"].read(language)),
            Cell(middle, is_number=True),
            Cell(f"{low} – {high}", is_number=True),
            Cell(f"{wording.count(item.agreeing)}/{wording.count(item.sets)}", is_number=True),
            Cell(TEXTS[f"credibility_{'same_way' if item.is_hit else 'other_way'}"].read(language)),
        ]
        rows.append(row_of(item.label, cells))
    keys = ("target", "published", "model", "model_range", "agreeing", "verdict")
    notes = [format_labelled(item.label, item.note, language=language) for item in directions if item.note]
    return [
        Table(
            "credibility-directions",
            TEXTS["credibility_table_directions"].read(language),
            tuple(TEXTS[f"credibility_{key}"].read(language) for key in keys),
            tuple(rows),
            notes=(TEXTS["credibility_directions_note"].read(language), *notes),
        )
    ]


def _tabulate_emergences(emergences: Sequence[Emergence], wording: Wording) -> list[Block]:
    if not emergences:
        return []
    language = wording.language
    header = tuple(TEXTS[f"credibility_{key}"].read(language) for key in ("arm", "role", "cells", "fold"))
    rows = tuple(
        row_of(
            item.arm,
            [
                Cell(TEXTS[f"credibility_role_{item.role}"].read(language)),
                Cell(TEXTS[f"credibility_cells_{item.population}"].read(language)),
                Cell(format_number(item.ratio, language=language, decimals=2), is_number=True),
            ],
        )
        for item in emergences
    )
    caption = TEXTS["credibility_table_emergent"].read(language).format(day=emergences[0].day)
    return [Table("credibility-emergent", caption, header, rows)]
