"""Kaplan-Meier curves: survival by arm with bands, censored times, medians and numbers at risk."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from matplotlib.axes import Axes

from abscopal.estimation.estimate import Estimate
from abscopal.estimation.kaplan_meier import compute_numbers_at_risk
from abscopal.evidence.figures.appearance import (
    GREY,
    WIDTH_INCHES,
    Caption,
    CaptionedFigure,
    Mark,
    choose_words,
    draw_message,
    in_months,
    list_arms,
    mark_arm,
    name_missing_arm,
    open_figure,
    set_month_axis,
    spread_positions,
    use_appearance,
    wrap,
    wrap_to_width,
    write_percent_axis,
)
from abscopal.evidence.typography import (
    DAYS_PER_MONTH,
    Language,
    format_count,
    format_number,
    format_percent,
    format_range,
    name_interval,
)

_LINE_INCHES = 0.145
_CURVE_INCHES = 3.3
_LABEL_INCHES = 1.65
_LEFT_INCHES = 0.85
_AXIS_INCHES = 0.55

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "x": "Months since {start}",
        "start": "the reference date",
        "y": "{endpoint} (%)",
        "risk": "Number at risk",
        "events": "{label}: events {events}",
        "median": ", median {median}",
        "months": "{number} months",
        "everyone": "All patients",
        "unreached": "not reached",
        "empty": "No patient has a time to this event.",
        "band": "Bands: pointwise {level} confidence intervals, log-log scale. Ticks: censored times.",
    },
    "fr": {
        "x": "Mois depuis {start}",
        "start": "la date de référence",
        "y": "{endpoint} (%)",
        "risk": "Patients à risque",
        "events": "{label} : événements {events}",
        "median": ", médiane {median}",
        "months": "{number} mois",
        "everyone": "Tous les patients",
        "unreached": "non atteinte",
        "empty": "Aucun patient n’a de délai pour cet événement.",
        "band": "Bandes : intervalles de confiance à {level} point par point, échelle log-log. "
        "Traits : temps censurés.",
    },
}


def render_kaplan_meier(
    adtte: pl.DataFrame,
    curves: pl.DataFrame,
    *,
    endpoint: str,
    language: Language,
    arms: Mapping[str, str] | None = None,
    medians: Mapping[str, Estimate] | None = None,
    level: float = 0.95,
    start: str | None = None,
) -> CaptionedFigure:
    """Draw survival curves by arm, with the patients still at risk counted under the time axis.

    Args:
        adtte: one row per patient of one endpoint and rule set: TRT01P, AVAL (days), CNSR (0 is the event).
        curves: the estimated curves: TRT01P, TIME (days), ESTIMATE, LOWER, UPPER as proportions; a value
            holds from its time to the next. A row at time 0 is added where there is none.
        endpoint: what is drawn, such as `Overall survival`, in the reader's language.
        language: `en` or `fr`.
        arms: arm identifier to label, in the order to draw.
        medians: arm identifier to median survival in days; arms without one show none.
        level: confidence level of the bands.
        start: where time starts, in the reader's language, such as `randomisation`.

    Returns:
        A figure 7.2 inches wide.

    Reference:
        Pocock, Clayton and Altman 2002, on plots of survival (doi:10.1016/S0140-6736(02)08594-X).
    """
    words = choose_words(_WORDS, language=language)
    times = name_missing_arm(adtte).filter(pl.col("AVAL").is_not_null())
    steps = name_missing_arm(curves)
    labels = {
        arm: label or words["everyone"] for arm, label in list_arms(times["TRT01P"].to_list(), arms).items()
    }
    level_name = format_percent(level, language=language, decimals=0)
    with use_appearance():
        if times.is_empty():
            figure = open_figure(height=2.0, language=language)
            figure.caption = Caption(endpoint, words["empty"])
            draw_message(figure, words["empty"])
            return figure
        summaries = {
            arm: _summarise(arm, label, times.filter(TRT01P=arm), medians or {}, words, language)
            for arm, label in labels.items()
        }
        right = 0.2 if len(labels) == 1 else _LABEL_INCHES
        width = WIDTH_INCHES - _LEFT_INCHES - right
        lines = {
            arm: wrap_to_width(text, width=width + right - 0.5, size=8) for arm, text in summaries.items()
        }
        table = _LINE_INCHES * (1.7 + sum(len(text) + 1.6 for text in lines.values()))
        height = table + _AXIS_INCHES + _CURVE_INCHES + 0.12
        figure = open_figure(height=height, language=language)
        figure.set_layout_engine("none")
        figure.caption = Caption(
            endpoint, "; ".join(summaries.values()) + ".", (words["band"].format(level=level_name),)
        )
        left, share = _LEFT_INCHES / WIDTH_INCHES, width / WIDTH_INCHES
        curve_axes = figure.add_axes((left, (table + _AXIS_INCHES) / height, share, _CURVE_INCHES / height))
        table_axes = figure.add_axes((left, 0.0, share, table / height), sharex=curve_axes)
        longest = in_months(float(times["AVAL"].max()))  # type: ignore[arg-type]
        ends = [
            _draw_arm(curve_axes, times.filter(TRT01P=arm), steps.filter(TRT01P=arm), mark_arm(position))
            for position, arm in enumerate(labels)
        ]
        _draw_medians(curve_axes, [medians[arm] for arm in labels if medians and arm in medians])
        curve_axes.set_ylim(0, 1.0)
        curve_axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
        write_percent_axis(curve_axes, language=language)
        curve_axes.set_ylabel(wrap(words["y"].format(endpoint=endpoint), width=44))
        ticks = set_month_axis(curve_axes, longest_months=longest, language=language)
        curve_axes.set_xlabel(words["x"].format(start=start or words["start"]))
        _write_labels(curve_axes, list(labels.values()), ends)
        _write_table(table_axes, lines, times, ticks, language, words["risk"])
        return figure


def _draw_arm(axes: Axes, times: pl.DataFrame, steps: pl.DataFrame, mark: Mark) -> float:
    steps = steps.sort("TIME")
    if steps.is_empty() or steps["TIME"][0] > 0:
        days, values = [0.0, *steps["TIME"]], [1.0, *steps["ESTIMATE"]]
        low, high = [1.0, *steps["LOWER"]], [1.0, *steps["UPPER"]]
    else:
        days, values = steps["TIME"].to_list(), steps["ESTIMATE"].to_list()
        low, high = steps["LOWER"].to_list(), steps["UPPER"].to_list()
    last = float(times["AVAL"].max())  # type: ignore[arg-type]
    if last > days[-1]:
        days, values = [*days, last], [*values, values[-1]]
        low, high = [*low, low[-1]], [*high, high[-1]]
    months = np.asarray(days, dtype=float) / DAYS_PER_MONTH
    heights = np.asarray(values, dtype=float)
    axes.fill_between(
        months,
        np.asarray(low, dtype=float),
        np.asarray(high, dtype=float),
        step="post",
        color=mark.colour,
        alpha=0.14,
        linewidth=0,
    )
    axes.step(months, heights, where="post", color=mark.colour, linestyle=mark.line, linewidth=1.8)
    censored = times.filter(pl.col("CNSR") != 0)["AVAL"].unique().sort().to_numpy()
    places = np.clip(np.searchsorted(np.asarray(days), censored, side="right") - 1, 0, None)
    axes.plot(
        censored / DAYS_PER_MONTH,
        heights[places],
        marker="|",
        markersize=6,
        markeredgewidth=1.1,
        color=mark.colour,
        linestyle="none",
        clip_on=False,
    )
    return float(heights[-1])


def _draw_medians(axes: Axes, medians: Sequence[Estimate]) -> None:
    reached = [in_months(median.estimate) for median in medians if median.estimate is not None]
    if not reached:
        return
    style: dict[str, Any] = {"color": GREY, "linewidth": 0.9, "linestyle": (0, (1.2, 1.6)), "zorder": 1}
    axes.plot([0, max(reached)], [0.5, 0.5], **style)
    for month in reached:
        axes.plot([month, month], [0, 0.5], **style)


def _write_labels(axes: Axes, labels: Sequence[str], ends: Sequence[float]) -> None:
    if len(labels) == 1:
        return
    room = _LABEL_INCHES - 0.06 * (WIDTH_INCHES - _LEFT_INCHES - _LABEL_INCHES) - 0.05
    texts = ["\n".join(wrap_to_width(label, width=room, size=8.5, weight="bold")) for label in labels]
    gap = max(text.count("\n") + 1 for text in texts) * _LINE_INCHES / _CURVE_INCHES + 0.035
    margin = min(gap / 2, 0.5)
    places = spread_positions(ends, gap=gap, low=margin, high=1 - margin)
    for position, (text, end, place) in enumerate(zip(texts, ends, places, strict=True)):
        mark = mark_arm(position)
        axes.annotate(
            text,
            (1.0, end),
            xycoords=("axes fraction", "data"),
            xytext=(1.06, place),
            textcoords=("axes fraction", "data"),
            va="center",
            ha="left",
            color=mark.colour,
            fontsize=8.5,
            fontweight="bold",
            annotation_clip=False,
        )
        axes.plot(
            [1.005, 1.05],
            [end, place],
            transform=axes.get_yaxis_transform(),
            color=mark.colour,
            linestyle=mark.line,
            linewidth=1.2,
            clip_on=False,
        )


def _write_table(
    axes: Axes,
    lines: Mapping[str, Sequence[str]],
    times: pl.DataFrame,
    ticks: Sequence[float],
    language: Language,
    heading: str,
) -> None:
    axes.set_axis_off()
    axes.set_ylim(1.7 + sum(len(text) + 1.6 for text in lines.values()), 0)
    side = axes.get_yaxis_transform()
    axes.text(0, 0.9, heading, transform=side, fontsize=8, fontweight="bold", va="center")
    top = 1.7
    for position, (arm, text) in enumerate(lines.items()):
        mark = mark_arm(position)
        axes.plot(
            [-0.10, -0.02],
            [top + 0.5] * 2,
            transform=side,
            color=mark.colour,
            linestyle=mark.line,
            linewidth=1.8,
            clip_on=False,
        )
        for row, line in enumerate(text):
            axes.text(0, top + row + 0.5, line, transform=side, fontsize=8, va="center", color=mark.colour)
        top += len(text)
        counts = compute_numbers_at_risk(
            times.filter(TRT01P=arm)["AVAL"].to_numpy(), at=[tick * DAYS_PER_MONTH for tick in ticks]
        )
        for tick, count in zip(ticks, counts, strict=True):
            written = format_count(count, language=language)
            axes.text(tick, top + 0.5, written, fontsize=8, va="center", ha="center", clip_on=False)
        top += 1.6


def _write_median(median: Estimate, words: Mapping[str, str], language: Language) -> str:
    def months(days: float | None) -> float | None:
        return None if days is None else in_months(days)

    text = words["unreached"]
    if median.estimate is not None:
        text = words["months"].format(
            number=format_number(months(median.estimate), language=language, decimals=1)
        )
    if median.lower is None and median.upper is None:
        return text
    limits = format_range(months(median.lower), months(median.upper), language=language, scale="number")
    return f"{text} ({name_interval(median.level, language=language)} {limits})"


def _summarise(
    arm: str,
    label: str,
    times: pl.DataFrame,
    medians: Mapping[str, Estimate],
    words: Mapping[str, str],
    language: Language,
) -> str:
    events = format_count(int((times["CNSR"] == 0).sum()), times.height, language=language)
    text = words["events"].format(label=label, events=events)
    if arm in medians:
        text += words["median"].format(median=_write_median(medians[arm], words, language))
    return text
