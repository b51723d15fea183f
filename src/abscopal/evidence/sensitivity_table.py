"""The sensitivity of a rehearsal in words and as a table: what the results hang on."""

from collections.abc import Sequence

from abscopal.evidence.figures.rehearsal_data import Influence, Move, SensitivityAnalysis
from abscopal.evidence.rehearsal_texts import TEXTS
from abscopal.evidence.rehearsal_words import (
    SEPARATORS,
    name_unit,
    name_with_symbol,
    write_power,
    write_quantity,
    write_significant,
)
from abscopal.evidence.report.blocks import NOTHING, Block, Cell, Prose, Table, row_of
from abscopal.evidence.report.wording import Wording
from abscopal.evidence.typography import Language, format_number
from abscopal.protocol.text import Text

COLUMNS = ("parameter", "step", "values", "known", "moved", "as_planned", "when_lower", "when_higher")


def name_result(analysis: SensitivityAnalysis, move: Move, language: Language) -> str:
    """What moves, in words, without its arm."""
    said = TEXTS[f"credibility_result_{move.result}"].read(language)
    return said.format(day=format_number(analysis.days, language=language))


def tell_sensitivity(
    analysis: SensitivityAnalysis, arms: Sequence[tuple[str, Text]], wording: Wording
) -> tuple[Block, ...]:
    """Tell what the results hang on, one thing moved at a time.

    Args:
        analysis: the analysis.
        arms: label by arm.
        wording: language.

    Returns:
        Sentences, and the table of the strongest influences; a sentence alone where nothing moves.
    """
    language = wording.language

    def word(name: str, **values: str) -> str:
        return TEXTS[f"credibility_{name}"].read(language).format(**values)

    if not analysis.influences:
        return (Prose(word("no_sensitivity")),)
    told = word(
        "sensitivity_text",
        tried=wording.count(analysis.tried),
        patients=wording.count(analysis.patients),
        about=word("sensitivity_own")
        if analysis.draw is None
        else word("sensitivity_set", draw=str(analysis.draw)),
        still=wording.count(analysis.still),
        shown=wording.count(len(analysis.influences)),
    )
    notes = [
        word(
            "sensitivity_note",
            day=format_number(analysis.days, language=language),
            tolerance=write_power(analysis.tolerance, language=language),
        )
    ]
    if analysis.untried:
        notes.append(word("sensitivity_untried", count=wording.count(analysis.untried)))
    names = {arm: text.read(language) for arm, text in arms}
    has_rule = any(move.result == "conclusion" for move in analysis.influences[0].moves)
    return (
        Prose(told),
        Prose(word("sensitivity_limits")),
        Table(
            "credibility-sensitivity-table",
            word("sensitivity_table"),
            tuple(word(name) for name in (*COLUMNS, *(["rule_met"] if has_rule else []))),
            tuple(_tabulate(item, analysis, names, language) for item in analysis.influences),
            notes=tuple(notes),
            is_long=True,
        ),
    )


def _tabulate(
    item: Influence, analysis: SensitivityAnalysis, names: dict[str, str], language: Language
) -> tuple[Cell, ...]:
    move = item.strongest
    rate = name_result(analysis, move, language)
    cells = [
        Cell(TEXTS[f"credibility_step_{item.step}"].read(language)),
        Cell(_write_values(item, language)),
        Cell(TEXTS[f"known_{item.status}"].read(language)),
        Cell(f"{rate}, {names[move.arm]}" if len(names) > 1 else rate),
        Cell(write_quantity(move.planned, "proportion", language=language), is_number=True),
        Cell(write_change(move.low, language), is_number=True),
        Cell(write_change(move.high, language), is_number=True),
    ]
    cells += [
        Cell(SEPARATORS[language].join((
            write_quantity(other.planned, "proportion", language=language),
            write_change(other.low, language),
            write_change(other.high, language),
        )))
        for other in item.moves if other.result == "conclusion"
    ]  # fmt: skip
    return row_of(name_with_symbol(item.text, item.name, language=language), cells)


def _write_values(item: Influence, language: Language) -> str:
    """The value in force and the two it was moved to, with the unit."""
    values = SEPARATORS[language].join(
        NOTHING if value is None else write_significant(value, language=language)
        for value in (item.planned, item.low, item.high)
    )
    return values if item.unit == "1" else f"{values} {name_unit(item.unit, language=language)}"


def write_change(change: float | None, language: Language) -> str:
    """Write a difference of shares in points, with its sign.

    Example:
        >>> write_change(0.125, "en"), write_change(-0.1, "fr"), write_change(None, "en")
        ('+12.5', '−10,0', '—')
    """
    if change is None:
        return NOTHING
    written = format_number(round(100 * change, 6), language=language, decimals=1)
    return f"+{written}" if round(change, 3) > 0 else written
