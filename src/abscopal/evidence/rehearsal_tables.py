"""The tables of the page of a rehearsal: operating characteristics, comparisons, every value in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from abscopal.evidence.rehearsal_texts import TEXTS
from abscopal.evidence.rehearsal_words import (
    MEASURES,
    name_design,
    name_quantity,
    name_unit,
    write_quantity,
    write_significant,
)
from abscopal.evidence.report.blocks import NOTHING, Cell, Table, row_of
from abscopal.evidence.report.wording import Wording
from abscopal.evidence.typography import Language, format_number
from abscopal.protocol.text import Text

ALL, BETWEEN, WITHIN = "all", "between draws", "within a draw"
SHARES = ("proportion", "probability")
OF_PATIENTS = ("truth", "truth_error")
"""Measures whose n counts virtual patients, not trials."""


@dataclass(frozen=True, slots=True)
class AssumedValue:
    """One value in force: a setting, or a parameter of the model that the study or a comparison changes.

    Args:
        name: its name.
        text: what it is.
        value: the value.
        unit: its unit; 1 for a pure number.
        provenance: where it comes from.
    """

    name: str
    text: Text
    value: float
    unit: str
    provenance: str


@dataclass(frozen=True, slots=True)
class CharacteristicRow:
    """One row of the file of operating characteristics."""

    design: str
    draw: str
    quantity: str
    estimate: float | None
    lower: float | None
    upper: float | None
    n: int
    unit: str


Measures = Mapping[tuple[str, str], CharacteristicRow]
"""Rows of one quantity by draw (all, between draws, within a draw) and measure (mean, q05, truth ...)."""


def group_by_quantity(rows: Sequence[CharacteristicRow]) -> dict[str, Measures]:
    """Bring together what is known of each quantity of one design.

    Args:
        rows: rows of one design; those of single draws are left out.

    Returns:
        By quantity, in order, its rows; a share that simply is has the measure `mean`.

    Example:
        >>> row = CharacteristicRow("planned", "all", "severe_rate.IT.q05", 0.1, None, None, 9, "proportion")
        >>> [(name, list(rows)) for name, rows in group_by_quantity([row]).items()]
        [('severe_rate.IT', [('all', 'q05')])]
    """
    found: dict[str, dict[tuple[str, str], CharacteristicRow]] = {}
    for row in rows:
        if row.draw not in (ALL, BETWEEN, WITHIN):
            continue
        stem, _, measure = row.quantity.rpartition(".")
        name, key = (stem, measure) if stem and measure in MEASURES else (row.quantity, "mean")
        found.setdefault(name, {}).setdefault((row.draw, key), row)
    return dict(found)


def tabulate_spread(
    identifier: str,
    caption: str,
    quantities: Mapping[str, Measures],
    wording: Wording,
    *,
    is_long: bool = False,
) -> Table:
    """One row a quantity: its mean, how trials spread around it, how draws of the parameters do.

    Args:
        identifier: of the table.
        caption: its caption.
        quantities: what to show, from `group_by_quantity`.
        wording: language.
        is_long: whether a box to filter the rows is wanted.

    Returns:
        The table.
    """
    language = wording.language
    names = ("quantity", "mean", "simulation", "q05", "q50", "q95", "chance", "unknown", "between", "n")
    rows = []
    for name, measures in quantities.items():
        unit = next(iter(measures.values())).unit
        mean, between = measures.get((ALL, "mean")), measures.get((BETWEEN, "mean"))
        counts = [row.n for (draw, key), row in measures.items() if draw == ALL and key not in OF_PATIENTS]
        trials = max(counts, default=0)
        numbers = [
            _write(mean, language),
            _write_limits(mean, unit, language),
            *(_write(measures.get((ALL, share)), language) for share in ("q05", "q50", "q95")),
            *(_write(measures.get((draw, "sd")), language) for draw in (WITHIN, BETWEEN)),
            _write_limits(between, unit, language),
        ]
        cells = [
            *(Cell(text, is_number=True) for text in numbers),
            Cell(wording.count(trials), is_number=True),
        ]
        rows.append(row_of(name_quantity(name, language=language), cells))
    header = tuple(TEXTS[f"table_{key}"].read(language) for key in names)
    # A column that says nothing, such as quantiles of probabilities or draws of a single set, is not shown.
    kept = [place for place in range(len(header)) if any(row[place].text != NOTHING for row in rows)]
    counted, kept = _say_trials_once(caption, rows, kept, language)
    return Table(
        identifier,
        counted,
        tuple(header[place] for place in kept),
        tuple(tuple(row[place] for place in kept) for row in rows),
        notes=(TEXTS["intervals" if is_long else "intervals_short"].read(language),),
        is_long=is_long,
    )


def _say_trials_once(
    caption: str, rows: Sequence[tuple[Cell, ...]], kept: list[int], language: Language
) -> tuple[str, list[int]]:
    """Where every row rests on the same trials, their number stands in the caption and not in the last column."""
    numbers = {row[-1].text for row in rows}
    if len(numbers) != 1:
        return caption, kept
    return TEXTS["of_trials"].read(language).format(caption=caption, trials=numbers.pop()), kept[:-1]


def tabulate_estimators(quantities: Mapping[str, Measures], wording: Wording) -> Table | None:
    """How well each endpoint is estimated: truth with its standard error, bias, coverage.

    Args:
        quantities: what is known, from `group_by_quantity`.
        wording: language.

    Returns:
        The table; None where nothing was judged.
    """
    language = wording.language
    rows = []
    for name, measures in quantities.items():
        truth = measures.get((ALL, "truth"))
        if truth is None:
            continue
        bias = measures.get((ALL, "bias")) or measures.get((ALL, "median_bias"))
        coverage = measures.get((ALL, "coverage"))
        numbers = [
            _write(truth, language),
            _write_error(measures.get((ALL, "truth_error")), language),
            wording.count(truth.n),
            _write_bias(bias, language),
            _write_bias_limits(bias, language),
            _write(coverage, language),
            _write_limits(coverage, "probability", language),
            NOTHING if bias is None else wording.count(bias.n),
        ]
        cells = [Cell(text, is_number=True) for text in numbers]
        rows.append(row_of(name_quantity(name, language=language), cells))
    if not rows:
        return None
    keys = (
        "quantity",
        "truth",
        "truth_error",
        "truth_n",
        "bias",
        "simulation",
        "coverage",
        "simulation",
        "n",
    )
    has_median = any((ALL, "median_bias") in measures for measures in quantities.values())
    notes = ("estimators_note", *(("medians_note", "medians_scans") if has_median else ()))
    caption, kept = _say_trials_once(
        TEXTS["table_estimators"].read(language), rows, list(range(len(keys))), language
    )
    return Table(
        "estimators",
        caption,
        tuple(TEXTS[f"table_{keys[place]}"].read(language) for place in kept),
        tuple(tuple(row[place] for place in kept) for row in rows),
        notes=tuple(TEXTS[f"table_{name}"].read(language) for name in notes),
    )


def tabulate_comparison(rows: Sequence[CharacteristicRow], wording: Wording) -> Table | None:
    """Every conclusion, event and mean, one column a way of running the trial.

    Args:
        rows: operating characteristics of every design, the planned one first.
        wording: language.

    Returns:
        The table; None where nothing was compared.
    """
    language = wording.language
    designs = list(dict.fromkeys(row.design for row in rows))
    if len(designs) < 2:
        return None
    apart = {design: group_by_quantity([row for row in rows if row.design == design]) for design in designs}
    shown = []
    names = dict.fromkeys(name for group in apart.values() for name in group)
    # A conclusion that only a change reaches stands among the others.
    for name in sorted(names, key=lambda name: not name.startswith("conclusion.")):
        found = [apart[design].get(name, {}).get((ALL, "mean")) for design in designs]
        if not any(found):
            continue
        unit = next(row.unit for row in found if row is not None)
        cells = [
            Cell(NOTHING, is_number=True)
            if row is None
            else Cell(f"{_write(row, language)} ({_write_limits(row, unit, language)})", is_number=True)
            for row in found
        ]
        shown.append(row_of(name_quantity(name, language=language), cells))
    header = (
        TEXTS["table_quantity"].read(language),
        *(name_design(design, language=language) for design in designs),
    )
    return Table(
        "comparison",
        TEXTS["table_comparison"].read(language),
        header,
        tuple(shown),
        notes=(TEXTS["table_comparison_note"].read(language),),
        is_long=True,
    )


def tabulate_values(values: Sequence[AssumedValue], wording: Wording) -> Table:
    """Every value in force with its unit and origin; what it is first, its name in the files last.

    Args:
        values: the values.
        wording: language.

    Returns:
        The table.
    """
    language = wording.language
    header = tuple(TEXTS[name].read(language) for name in ("what", "value", "unit", "origin", "setting"))
    rows = tuple(
        row_of(
            value.text.read(language),
            [
                Cell(write_significant(value.value, language=language, digits=5), is_number=True),
                Cell(name_unit(value.unit, language=language)),
                Cell(wording.name("provenance", value.provenance)),
                Cell(value.name),
            ],
        )
        for value in values
    )
    return Table("assumed-values", TEXTS["in_force"].read(language), header, rows, is_long=True)


def _write(row: CharacteristicRow | None, language: Language) -> str:
    if row is None or row.estimate is None:
        return NOTHING
    return write_quantity(row.estimate, row.unit, language=language)


def _write_limits(row: CharacteristicRow | None, unit: str, language: Language) -> str:
    if row is None or row.lower is None or row.upper is None:
        return NOTHING
    low, high = (write_quantity(value, unit, language=language) for value in (row.lower, row.upper))
    return f"{low} – {high}"


def _write_error(row: CharacteristicRow | None, language: Language) -> str:
    """A standard error: two decimals of a per cent, since it is small."""
    if row is None or row.estimate is None:
        return NOTHING
    if row.unit in SHARES:
        return _write_points(row.estimate, language, decimals=2)
    return format_number(row.estimate, language=language, decimals=1)


def _write_bias(row: CharacteristicRow | None, language: Language) -> str:
    """A bias of shares is a difference in points, never a percentage of anything."""
    if row is None or row.estimate is None:
        return NOTHING
    if row.unit in SHARES:
        return _write_points(row.estimate, language)
    return write_quantity(row.estimate, row.unit, language=language)


def _write_bias_limits(row: CharacteristicRow | None, language: Language) -> str:
    if row is None or row.lower is None or row.upper is None:
        return NOTHING
    scale, decimals = (100, 1) if row.unit in SHARES else (1, 0)
    low, high = (
        format_number(scale * value, language=language, decimals=decimals) for value in (row.lower, row.upper)
    )
    return f"{low} – {high}"


def _write_points(share: float, language: Language, *, decimals: int = 1) -> str:
    points = format_number(100 * share, language=language, decimals=decimals)
    return f"{points}\u00a0{name_unit('points', language=language)}"
