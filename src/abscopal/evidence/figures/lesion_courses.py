"""The lesions of one patient: a small panel for each, with the days on which it was injected."""

import math
from collections.abc import Sequence

import polars as pl
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from abscopal.evidence.figures.appearance import (
    BLUE,
    GREY,
    ORANGE,
    VERMILION,
    Caption,
    CaptionedFigure,
    choose_words,
    draw_message,
    open_figure,
    set_count_axis,
    use_appearance,
    wrap,
)
from abscopal.evidence.typography import Language, format_count

_COLUMNS = 3

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Course of each lesion of one patient",
        "x": "Study day",
        "y": "Diameter (mm)",
        "TARGET": "target",
        "NON-TARGET": "non-target",
        "NEW": "new",
        "injected": "Injected lesion",
        "other": "Lesion not injected",
        "injection": "Injection",
        "unmeasured": "Not measured",
        "empty": "The patient has no measured lesion.",
        "tells": "{n} lesions, {injected} of them injected.",
    },
    "fr": {
        "title": "Évolution de chaque lésion d’un patient",
        "x": "Jour d’étude",
        "y": "Diamètre (mm)",
        "TARGET": "cible",
        "NON-TARGET": "non-cible",
        "NEW": "nouvelle",
        "injected": "Lésion injectée",
        "other": "Lésion non injectée",
        "injection": "Injection",
        "unmeasured": "Non mesurée",
        "empty": "Le patient n’a aucune lésion mesurée.",
        "tells": "{n} lésions, dont {injected} injectées.",
    },
}


def render_lesion_courses(adtr: pl.DataFrame, adex: pl.DataFrame, *, language: Language) -> CaptionedFigure:
    """Draw every lesion of one patient over time, with its injections as marks under its course.

    A lesion counts as injected from the first mark on, not before: injection is a dated fact.

    Args:
        adtr: ADTR lesion rows of one patient and one reader: TRLNKID, LSROLE, AVISITN, ADY, AVAL (mm);
            rows of sums, with an empty TRLNKID, are passed over.
        adex: ADEX dose rows of the same patient: EXLNKID, ASTDY; rows without a lesion are passed over.
        language: `en` or `fr`.

    Returns:
        A figure 7.2 inches wide, three panels a row, all with the same axes.
    """
    words = choose_words(_WORDS, language=language)
    rows = adtr.filter(pl.col("TRLNKID").str.len_chars() > 0, pl.col("ADY").is_not_null())
    role = pl.col("LSROLE").replace_strict({"TARGET": 0, "NON-TARGET": 1, "NEW": 2}, default=3)
    rows = rows.sort(role, "TRLNKID", "ADY")
    lesions = rows["TRLNKID"].unique(maintain_order=True).to_list()
    doses = adex.filter(pl.col("EXLNKID").is_in(lesions), pl.col("ASTDY").is_not_null())
    injected = set(doses["EXLNKID"])
    with use_appearance():
        grid = max(1, math.ceil(len(lesions) / _COLUMNS))
        figure = open_figure(height=1.0 + 1.55 * grid, language=language)
        figure.caption = Caption(
            words["title"],
            words["tells"].format(
                n=format_count(len(lesions), language=language),
                injected=format_count(len(injected), language=language),
            ),
        )
        if not lesions:
            draw_message(figure, words["empty"])
            return figure
        columns = min(_COLUMNS, len(lesions))
        panels = list(figure.subplots(grid, columns, sharex=True, sharey=True, squeeze=False).flat)
        highest = max(10.0, float(rows["AVAL"].fill_null(0).max()))  # type: ignore[arg-type]
        for axes, lesion in zip(panels, lesions, strict=False):
            course = rows.filter(pl.col("TRLNKID") == lesion)
            days = doses.filter(pl.col("EXLNKID") == lesion)["ASTDY"].unique().sort().to_list()
            _draw_course(axes, course, days, highest)
            axes.set_title(wrap(f"{lesion} ({words[course['LSROLE'][0]]})", width=26))
        for axes in panels[len(lesions) :]:
            axes.set_axis_off()
        panels[0].set_ylim(-0.16 * highest, 1.1 * highest)
        set_count_axis(panels[0], language=language)
        set_count_axis(panels[0], language=language, axis="y")
        panels[0].set_yticks([tick for tick in panels[0].get_yticks() if 0 <= tick <= 1.1 * highest])
        for position, axes in enumerate(panels[: len(lesions)]):
            set_count_axis(axes, language=language)
            axes.tick_params(labelbottom=position + columns >= len(lesions))
        figure.supxlabel(words["x"], fontsize=9)
        figure.supylabel(words["y"], fontsize=9)
        _draw_legend(figure, words)
        return figure


def _draw_course(axes: Axes, course: pl.DataFrame, injections: Sequence[int], highest: float) -> None:
    is_injected = bool(injections)
    measured = course.filter(pl.col("AVAL").is_not_null())
    gaps = course.filter(pl.col("AVAL").is_null())
    axes.plot(
        measured["ADY"].to_list(),
        measured["AVAL"].to_list(),
        color=BLUE if is_injected else ORANGE,
        linestyle="-" if is_injected else (0, (4, 1.5)),
        marker="o" if is_injected else "s",
        markerfacecolor=BLUE if is_injected else "white",
        markersize=4.5,
    )
    axes.plot(
        gaps["ADY"].to_list(), [0] * gaps.height, color=GREY, marker="x", markersize=5, linestyle="none"
    )
    axes.plot(
        list(injections),
        [-0.09 * highest] * len(injections),
        color=VERMILION,
        marker="^",
        markersize=5,
        linestyle="none",
    )
    axes.axhline(0, color=GREY, linewidth=0.6)


def _draw_legend(figure: CaptionedFigure, words: dict[str, str]) -> None:
    handles = [
        Line2D([], [], color=BLUE, marker="o", markersize=4.5, label=words["injected"]),
        Line2D(
            [],
            [],
            color=ORANGE,
            linestyle=(0, (4, 1.5)),
            marker="s",
            markerfacecolor="white",
            markersize=4.5,
            label=words["other"],
        ),
        Line2D([], [], color=VERMILION, marker="^", markersize=5, linestyle="none", label=words["injection"]),
        Line2D([], [], color=GREY, marker="x", markersize=5, linestyle="none", label=words["unmeasured"]),
    ]
    figure.legend(handles=handles, loc="outside upper left", ncols=4, handlelength=3)
