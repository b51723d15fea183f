"""Estimates side by side: published and derived numbers of the same quantity, each with its denominator."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from abscopal.evidence.figures.appearance import (
    BLUE,
    GREY,
    PALE_GREY,
    VERMILION,
    Caption,
    CaptionedFigure,
    choose_words,
    draw_message,
    open_figure,
    use_appearance,
    wrap,
    write_number_axis,
    write_percent_axis,
)
from abscopal.evidence.typography import Language, format_count, format_interval, format_labelled

Origin = Literal["published", "derived"]

_LINE_INCHES = 0.15
_ROW_PADDING = 0.16
_LABEL_WIDTH = 38
_VALUE_WIDTH = 34

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "published": "Published",
        "derived": "Computed from the tables",
        "none": "Denominator not published",
        "empty": "No estimate to show.",
    },
    "fr": {
        "published": "Publié",
        "derived": "Calculé à partir des tables",
        "none": "Dénominateur non publié",
        "empty": "Aucune estimation à montrer.",
    },
}


@dataclass(frozen=True, slots=True)
class EstimateRow:
    """One number of the chart.

    Args:
        label: what was measured and where the number comes from, in the reader's language.
        estimate: the number, a proportion when the chart is in per cent; None where it is undefined.
        lower: lower limit of the interval; None where there is none.
        upper: upper limit of the interval; None where there is none.
        events: events, patients or lesions counted; None where unknown.
        n: the denominator; None where unknown.
        origin: `published`, or `derived` from the tables of this report.
        level: confidence level of the interval.
    """

    label: str
    estimate: float | None
    lower: float | None = None
    upper: float | None = None
    events: int | None = None
    n: int | None = None
    origin: Origin = "derived"
    level: float = 0.95


def render_estimates(
    rows: Sequence[EstimateRow],
    *,
    language: Language,
    title: str,
    axis_label: str,
    scale: Literal["percent", "number"] = "percent",
    decimals: int = 1,
    reference: tuple[float, str] | None = None,
) -> CaptionedFigure:
    """Draw estimates one under the other with their intervals, denominators and origin.

    Numbers that disagree stay side by side: a diamond is published, a square is computed from the tables.

    Args:
        rows: the numbers, from top to bottom.
        language: `en` or `fr`.
        title: a few words for the caption.
        axis_label: what the axis measures, with its unit.
        scale: `percent` for proportions, `number` for values drawn as they are.
        decimals: digits after the decimal mark.
        reference: a value to mark by a vertical line, and its label.

    Returns:
        A figure 7.2 inches wide.

    Example:
        >>> rows = [
        ...     EstimateRow("Abstract", 0.226, origin="published"),
        ...     EstimateRow("Six-month window", 9 / 37, 0.118, 0.412, 9, 37),
        ... ]
        >>> figure = render_estimates(rows, language="en", title="Severe toxicity", axis_label="Patients (%)")
        >>> figure.caption.description
        'Abstract: 22.6%; Six-month window: 24.3% (95% CI 11.8–41.2), 9/37.'
    """
    words = choose_words(_WORDS, language=language)
    with use_appearance():
        labels = [wrap(row.label, width=_LABEL_WIDTH) for row in rows]
        values = [_write_value(row, words, language=language, scale=scale, decimals=decimals) for row in rows]
        heights = [
            max(label.count("\n"), value.count("\n")) * _LINE_INCHES + _LINE_INCHES + _ROW_PADDING
            for label, value in zip(labels, values, strict=True)
        ]
        figure = open_figure(height=1.25 + max(sum(heights), 0.5), language=language)
        told = [_tell(row, language=language, scale=scale, decimals=decimals) for row in rows]
        figure.caption = Caption(title, "; ".join(told) + ".")
        if not rows:
            draw_message(figure, words["empty"])
            return figure
        axes = figure.add_subplot()
        top = 0.0
        centres = []
        for position, (row, height) in enumerate(zip(rows, heights, strict=True)):
            if position % 2 == 0:
                axes.axhspan(-top - height, -top, color="#f3f5f7", zorder=0)
            centres.append(-top - height / 2)
            _draw_row(axes, row, centres[-1])
            top += height
        axes.set_ylim(-top, 0.12 if reference else 0)
        axes.set_yticks(centres, labels)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        if reference:
            axes.axvline(reference[0], color=GREY, linewidth=1.0, linestyle=(0, (4, 2)), zorder=1)
            axes.annotate(
                reference[1],
                (reference[0], 1.0),
                xycoords=("data", "axes fraction"),
                xytext=(0, 3),
                textcoords="offset points",
                ha="center",
                fontsize=8,
                color=GREY,
            )
        _set_range(axes, rows, reference, scale)
        if scale == "percent":
            write_percent_axis(axes, language=language, axis="x")
        else:
            write_number_axis(axes, language=language, axis="x", decimals=decimals)
        axes.set_xlabel(axis_label)
        for centre, value in zip(centres, values, strict=True):
            axes.annotate(
                value,
                (1.0, centre),
                xycoords=("axes fraction", "data"),
                xytext=(8, 0),
                textcoords="offset points",
                va="center",
                fontsize=8,
            )
        _draw_legend(figure, rows, words)
        return figure


def _draw_row(axes: Axes, row: EstimateRow, y: float) -> None:
    colour, marker, face = (BLUE, "s", BLUE) if row.origin == "derived" else (VERMILION, "D", "white")
    if row.lower is not None and row.upper is not None:
        axes.plot(
            [row.lower, row.upper], [y, y], color=colour, linewidth=1.8, solid_capstyle="butt", zorder=2
        )
        axes.plot(
            [row.lower, row.upper], [y, y], color=colour, marker="|", markersize=7, linestyle="none", zorder=2
        )
    if row.estimate is not None:
        axes.plot(
            row.estimate,
            y,
            marker=marker,
            markersize=7,
            markerfacecolor=face,
            markeredgecolor=colour,
            markeredgewidth=1.6,
            linestyle="none",
            zorder=3,
        )


def _set_range(
    axes: Axes, rows: Sequence[EstimateRow], reference: tuple[float, str] | None, scale: str
) -> None:
    values = [value for row in rows for value in (row.estimate, row.lower, row.upper) if value is not None]
    values += [reference[0]] if reference else []
    low, high = min([0.0, *values]), max(values, default=1.0)
    span = max(high - low, 1e-9)
    left = low - 0.04 * span if low < 0 else 0.0
    right = high + 0.06 * span
    axes.set_xlim(left, min(right, 1.0) if scale == "percent" and high <= 1 else right)
    if low < 0:
        axes.axvline(0, color=PALE_GREY, linewidth=1.0, zorder=1)


def _write_value(
    row: EstimateRow,
    words: dict[str, str],
    *,
    language: Language,
    scale: Literal["percent", "number"],
    decimals: int,
) -> str:
    number = format_interval(
        row.estimate, row.lower, row.upper, language=language, level=row.level, scale=scale, decimals=decimals
    )
    if row.n is None:
        count = words["none"] if row.origin == "published" else ""
    elif row.events is None:
        count = f"n = {format_count(row.n, language=language)}"
    else:
        count = format_count(row.events, row.n, language=language)
    return "\n".join(wrap(line, width=_VALUE_WIDTH) for line in (number, count) if line)


def _tell(row: EstimateRow, *, language: Language, scale: Literal["percent", "number"], decimals: int) -> str:
    number = format_interval(
        row.estimate, row.lower, row.upper, language=language, level=row.level, scale=scale, decimals=decimals
    )
    if row.n is not None and row.events is not None:
        number += f", {format_count(row.events, row.n, language=language)}"
    return format_labelled(row.label, number, language=language)


def _draw_legend(figure: CaptionedFigure, rows: Sequence[EstimateRow], words: dict[str, str]) -> None:
    handles = []
    for origin, colour, marker, face in (
        ("derived", BLUE, "s", BLUE),
        ("published", VERMILION, "D", "white"),
    ):
        if any(row.origin == origin for row in rows):
            handles.append(
                Line2D(
                    [],
                    [],
                    marker=marker,
                    markersize=7,
                    markerfacecolor=face,
                    markeredgecolor=colour,
                    markeredgewidth=1.6,
                    color=colour,
                    label=words[origin],
                )
            )
    figure.legend(handles=handles, loc="outside upper left", ncols=2)
