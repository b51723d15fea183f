"""Cumulative incidence: the same event counted three ways, so that nobody takes one for another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from abscopal.estimation.estimate import Estimate
from abscopal.evidence.figures.appearance import (
    BLACK,
    BLUE,
    GREY,
    VERMILION,
    Caption,
    CaptionedFigure,
    LineStyle,
    add_note,
    choose_words,
    draw_message,
    in_months,
    list_arms,
    make_room_for_titles,
    name_missing_arm,
    open_figure,
    set_month_axis,
    use_appearance,
    wrap,
    write_panel_title,
    write_percent_axis,
)
from abscopal.evidence.typography import (
    DAYS_PER_MONTH,
    Language,
    format_count,
    format_duration,
    format_interval,
    format_labelled,
)

IncidenceMethod = Literal["crude", "one_minus_kaplan_meier", "aalen_johansen"]

METHODS: tuple[IncidenceMethod, ...] = ("crude", "one_minus_kaplan_meier", "aalen_johansen")

_LINE_INCHES = 0.15
_CURVE_INCHES = 2.9

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "x": "Months since {start}",
        "start": "the reference date",
        "y": "Cumulative incidence (%)",
        "crude": "Crude proportion",
        "one_minus_kaplan_meier": "1 − Kaplan–Meier",
        "aalen_johansen": "Aalen–Johansen",
        "estimand": "protocol estimand",
        "competing": "Competing event: {name}",
        "window": "Window: {time}",
        "count": "n = {n}; events: {events}, competing: {competing}",
        "at": "By {time}",
        "everyone": "All patients",
        "note": "Crude: events in the window over patients. 1 − Kaplan–Meier: {name} censored as if the "
        "event could still happen. Aalen–Johansen: {name} ends the risk.",
        "empty": "No patient has a time to this event.",
    },
    "fr": {
        "x": "Mois depuis {start}",
        "start": "la date de référence",
        "y": "Incidence cumulée (%)",
        "crude": "Proportion brute",
        "one_minus_kaplan_meier": "1 − Kaplan–Meier",
        "aalen_johansen": "Aalen–Johansen",
        "estimand": "critère du protocole",
        "competing": "Événement concurrent : {name}",
        "window": "Fenêtre : {time}",
        "count": "n = {n} ; événements : {events}, concurrents : {competing}",
        "at": "À {time}",
        "everyone": "Tous les patients",
        "note": "Proportion brute : événements dans la fenêtre rapportés aux patients. 1 − Kaplan–Meier : "
        "{name} censuré, comme si l’événement restait possible. Aalen–Johansen : {name} met fin au risque.",
        "empty": "Aucun patient n’a de délai pour cet événement.",
    },
}


@dataclass(frozen=True, slots=True)
class IncidenceValue:
    """The incidence of one arm in the window, by one method.

    Args:
        arm: arm identifier; empty text where all patients are together.
        method: how it was counted.
        estimate: the proportion with its interval, events and n.
    """

    arm: str
    method: IncidenceMethod
    estimate: Estimate


def render_cumulative_incidence(
    adtte: pl.DataFrame,
    curves: pl.DataFrame,
    values: Sequence[IncidenceValue],
    *,
    endpoint: str,
    competing: str,
    window_days: float,
    language: Language,
    arms: Mapping[str, str] | None = None,
    estimand: IncidenceMethod | None = None,
    start: str | None = None,
) -> CaptionedFigure:
    """Draw the incidence of an event by three methods, one panel per arm, and print their values.

    A Kaplan-Meier complement treats a competing death as if the event could still come, and overstates the
    incidence; the crude proportion ignores follow-up; Aalen-Johansen does neither.

    Args:
        adtte: one row per patient: TRT01P, AVAL (days), CNSR (0 event, 1 censored, 2 competing event).
        curves: TRT01P, METHOD (`one_minus_kaplan_meier`, `aalen_johansen` or `competing`), TIME (days),
            ESTIMATE, LOWER, UPPER as proportions; a value holds from its time to the next.
        values: the incidence in the window, by arm and method, for the table under the panels.
        endpoint: the event, in the reader's language.
        competing: the competing event in the reader's language, such as `death`.
        window_days: end of the window, marked by a line.
        language: `en` or `fr`.
        arms: arm identifier to label, in the order to draw.
        estimand: the method the protocol chose, marked in the table; None where it names none.
        start: where time starts, in the reader's language.

    Returns:
        A figure 7.2 inches wide.

    Reference:
        Aalen and Johansen 1978, Scandinavian Journal of Statistics 5:141-150.
    """
    words = choose_words(_WORDS, language=language)
    times = name_missing_arm(adtte).filter(pl.col("AVAL").is_not_null())
    steps = name_missing_arm(curves)
    labels = {
        arm: label or words["everyone"] for arm, label in list_arms(times["TRT01P"].to_list(), arms).items()
    }
    window = format_duration(window_days, language=language)
    with use_appearance():
        wrapped = [wrap(label, width=24) for label in labels.values()]
        row_lines = [max(3, text.count("\n") + 1) for text in wrapped]
        table_inches = _LINE_INCHES * (sum(row_lines) + 0.6 * len(row_lines) + 2.6)
        figure = open_figure(height=_CURVE_INCHES + table_inches + 1.5, language=language)
        told = "; ".join(_tell(value, labels, words, language) for value in values)
        note = words["note"].format(name=competing)
        figure.caption = Caption(
            endpoint, format_labelled(words["at"].format(time=window), told + ".", language=language), (note,)
        )
        if times.is_empty():
            figure.caption = Caption(endpoint, words["empty"])
            draw_message(figure, words["empty"])
            return figure
        grid = figure.add_gridspec(2, len(labels), height_ratios=[_CURVE_INCHES, table_inches])
        longest = in_months(min(float(times["AVAL"].max()), max(window_days * 2, window_days + 30)))  # type: ignore[arg-type]
        highest = _find_highest(steps, values, longest)
        first: Axes | None = None
        for position, (arm, label) in enumerate(labels.items()):
            axes = figure.add_subplot(grid[0, position], sharey=first)
            rows = times.filter(TRT01P=arm)
            _draw_panel(
                axes,
                steps.filter(TRT01P=arm),
                [value for value in values if value.arm == arm],
                window_days,
                longest,
            )
            count = words["count"].format(
                n=format_count(rows.height, language=language),
                events=format_count(int((rows["CNSR"] == 0).sum()), language=language),
                competing=format_count(int((rows["CNSR"] == 2).sum()), language=language),
            )
            axes.set_title(write_panel_title(label, count, width=66 // len(labels)), fontsize=8.5)
            set_month_axis(
                axes, longest_months=max(longest, in_months(window_days) * 1.05), language=language
            )
            axes.set_xlabel(words["x"].format(start=start or words["start"]))
            if first is None:
                first = axes
                axes.set_ylim(0, highest)
                axes.set_ylabel(words["y"])
                write_percent_axis(axes, language=language)
            else:
                axes.tick_params(labelleft=False)
        _write_table(
            figure.add_subplot(grid[1, :]),
            labels,
            wrapped,
            row_lines,
            values,
            estimand,
            window,
            words,
            language,
        )
        make_room_for_titles(figure)
        _draw_legend(figure, steps, words, competing=competing, window=window)
        add_note(figure, note)
        return figure


_CURVE_STYLES: dict[str, tuple[str, LineStyle, float]] = {
    "aalen_johansen": (BLUE, "-", 2.0),
    "one_minus_kaplan_meier": (VERMILION, (0, (5, 1.6)), 1.6),
    "competing": (GREY, (0, (1.2, 1.4)), 1.4),
}


def _draw_panel(
    axes: Axes, steps: pl.DataFrame, values: Sequence[IncidenceValue], window_days: float, longest: float
) -> None:
    for method, (colour, line, width) in _CURVE_STYLES.items():
        rows = steps.filter(METHOD=method).sort("TIME")
        if rows.is_empty():
            continue
        months = np.array(
            [0.0, *(in_months(day) for day in rows["TIME"]), max(longest, in_months(rows["TIME"][-1]))]
        )
        course = np.array([0.0, *rows["ESTIMATE"], rows["ESTIMATE"][-1]], dtype=float)
        if method == "aalen_johansen":
            low = np.array([0.0, *rows["LOWER"], rows["LOWER"][-1]], dtype=float)
            high = np.array([0.0, *rows["UPPER"], rows["UPPER"][-1]], dtype=float)
            axes.fill_between(months, low, high, step="post", color=colour, alpha=0.15, linewidth=0)
        axes.step(months, course, where="post", color=colour, linestyle=line, linewidth=width)
    window = in_months(window_days)
    axes.axvline(window, color=BLACK, linewidth=0.9, linestyle=(0, (4, 2)), zorder=1)
    for value in values:
        if value.method == "crude" and value.estimate.estimate is not None:
            axes.plot(
                window,
                value.estimate.estimate,
                marker="D",
                markersize=6.5,
                markerfacecolor="white",
                markeredgecolor=BLACK,
                markeredgewidth=1.4,
                linestyle="none",
                zorder=5,
            )


def _find_highest(steps: pl.DataFrame, values: Sequence[IncidenceValue], longest: float) -> float:
    seen = steps.filter(pl.col("TIME") <= longest * DAYS_PER_MONTH)
    heights = [0.1]
    heights += [float(value) for value in seen["ESTIMATE"] if value is not None]
    heights += [float(value) for value in seen.filter(METHOD="aalen_johansen")["UPPER"] if value is not None]
    heights += [value.estimate.estimate for value in values if value.estimate.estimate is not None]
    return min(1.02, max(heights) * 1.08)


def _write_table(
    axes: Axes,
    labels: Mapping[str, str],
    wrapped: Sequence[str],
    row_lines: Sequence[int],
    values: Sequence[IncidenceValue],
    estimand: IncidenceMethod | None,
    window: str,
    words: Mapping[str, str],
    language: Language,
) -> None:
    axes.set_axis_off()
    bottom = 2.6 + sum(row_lines) + 0.6 * len(row_lines)
    axes.set(xlim=(0, 1), ylim=(bottom, 0))
    columns: dict[IncidenceMethod, float] = {
        "crude": 0.31,
        "one_minus_kaplan_meier": 0.545,
        "aalen_johansen": 0.78,
    }
    axes.text(0, 1.1, words["at"].format(time=window), fontsize=8, fontweight="bold", va="center")
    for method, x in columns.items():
        heading = words[method] + (f"\n({words['estimand']})" if method == estimand else "")
        axes.text(x, 1.1, heading, fontsize=8, fontweight="bold", va="center")
    axes.axhline(2.3, color=BLACK, linewidth=0.8)
    found = {(value.arm, value.method): value.estimate for value in values}
    top = 2.6
    for arm, label, lines in zip(labels, wrapped, row_lines, strict=True):
        centre = top + (lines + 0.6) / 2
        axes.text(0, centre, label, fontsize=8, va="center")
        for method, x in columns.items():
            estimate = found.get((arm, method))
            if estimate is not None:
                axes.text(x, centre, _write_cell(estimate, language), fontsize=8, va="center")
        top += lines + 0.6
        axes.axhline(top, color="#d0d0d0", linewidth=0.6)


def _write_cell(estimate: Estimate, language: Language) -> str:
    number = format_interval(
        estimate.estimate, estimate.lower, estimate.upper, language=language, level=estimate.level
    ).replace(" (", "\n(", 1)
    if estimate.events is None:
        return f"{number}\nn = {format_count(estimate.n, language=language)}"
    return f"{number}\n{format_count(estimate.events, estimate.n, language=language)}"


def _tell(
    value: IncidenceValue, labels: Mapping[str, str], words: Mapping[str, str], language: Language
) -> str:
    number = format_interval(
        value.estimate.estimate,
        value.estimate.lower,
        value.estimate.upper,
        language=language,
        level=value.estimate.level,
    )
    return f"{labels.get(value.arm, value.arm)}, {words[value.method]} {number}"


def _draw_legend(
    figure: CaptionedFigure, steps: pl.DataFrame, words: Mapping[str, str], *, competing: str, window: str
) -> None:
    present = set(steps["METHOD"])
    handles = [
        Line2D(
            [],
            [],
            color=colour,
            linestyle=line,
            linewidth=width,
            label=words["competing"].format(name=competing) if method == "competing" else words[method],
        )
        for method, (colour, line, width) in _CURVE_STYLES.items()
        if method in present
    ]
    handles.append(
        Line2D(
            [],
            [],
            marker="D",
            markersize=6.5,
            markerfacecolor="white",
            markeredgecolor=BLACK,
            markeredgewidth=1.4,
            linestyle="none",
            label=words["crude"],
        )
    )
    handles.append(
        Line2D(
            [],
            [],
            color=BLACK,
            linewidth=0.9,
            linestyle=(0, (4, 2)),
            label=words["window"].format(time=window),
        )
    )
    figure.legend(handles=handles, loc="outside upper left", ncols=3, handlelength=3)
