"""Waterfall: the best change of the target sum in each patient, deepest shrinkage last."""

from collections.abc import Mapping

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from abscopal.evidence.figures.appearance import (
    BLACK,
    BLUE,
    GREY,
    PALE_GREY,
    RESPONSE_MARKS,
    RESPONSE_NAMES,
    VERMILION,
    Caption,
    CaptionedFigure,
    add_note,
    choose_words,
    draw_message,
    list_arms,
    make_room_for_titles,
    name_missing_arm,
    open_figure,
    use_appearance,
    write_change_axis,
    write_panel_title,
    write_percent_axis,
)
from abscopal.evidence.figures.tumour_changes import DENSE_FROM, THRESHOLDS, derive_sum_changes
from abscopal.evidence.typography import Language, format_count, format_percent_points

CEILING = 100.0
"""Per cent above which a bar is cut and marked, so that one patient does not flatten all others."""

_FEWEST_SLOTS = 7
"""A panel with fewer patients keeps bars of a modest width."""

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Best change of the target sum",
        "axis": "Best change from baseline,\nsum of target diameters (%)",
        "patients": "Patients, ordered by best change",
        "share": "Share of patients, ordered by best change (%)",
        "count": "n = {drawn} patients",
        "fell": "Fell by 30% or more",
        "between": "Between −30% and +20%",
        "rose": "Rose by 20% or more",
        "missing": "Patients without a measured sum after baseline, not drawn: {n}. ",
        "cut": "A bar with an arrowhead is cut at {ceiling}; its value is written above it. ",
        "thresholds": "Dotted lines: −30% and +20%. ",
        "empty": "No patient has a measured sum after baseline.",
        "tells": "Best change of the sum of target diameters in {drawn} of {all} patients; "
        "{fell} fell by 30% or more.",
    },
    "fr": {
        "title": "Meilleure variation de la somme des cibles",
        "axis": "Meilleure variation depuis l’inclusion,\nsomme des diamètres des cibles (%)",
        "patients": "Patients, par ordre de meilleure variation",
        "share": "Part des patients, par ordre de meilleure variation (%)",
        "count": "n = {drawn} patients",
        "fell": "Baisse de 30 % ou plus",
        "between": "Entre −30 % et +20 %",
        "rose": "Hausse de 20 % ou plus",
        "missing": "Patients sans somme mesurée après l’inclusion, non représentés : {n}. ",
        "cut": "Une barre à pointe est coupée à {ceiling} ; sa valeur est écrite au-dessus. ",
        "thresholds": "Pointillés : −30 % et +20 %. ",
        "empty": "Aucun patient n’a de somme mesurée après l’inclusion.",
        "tells": "Meilleure variation de la somme des diamètres des cibles chez {drawn} patients sur {all} ; "
        "baisse de 30 % ou plus chez {fell}.",
    },
}


def render_waterfall(
    adtr: pl.DataFrame,
    adrs: pl.DataFrame,
    adsl: pl.DataFrame,
    *,
    language: Language,
    arms: Mapping[str, str] | None = None,
    sum_parameter: str = "SDIAM",
    best_response: str = "BOR",
) -> CaptionedFigure:
    """Draw the best change of the target sum of each patient, one panel per arm.

    The best change is the lowest one after baseline among assessments used in the analysis. From 151
    patients on, single bars would be hairlines: the figure becomes a filled outline over shares of patients.

    Args:
        adtr: ADTR rows of one reader: USUBJID, PARAMCD, AVISITN, ADY, PCHG (%), ANL01FL.
        adrs: ADRS rows of the same reader and one criterion: USUBJID, PARAMCD, AVALC.
        adsl: the patients of the analysis set, one row each: USUBJID, TRT01P.
        language: `en` or `fr`.
        arms: arm identifier to label, in the order to draw.
        sum_parameter: PARAMCD of the sum in `adtr`.
        best_response: PARAMCD of the best response in `adrs`.

    Returns:
        A figure 7.2 inches wide.

    Reference:
        RECIST 1.1, section 4.3.1, for the thresholds (doi:10.1016/j.ejca.2008.10.026).
    """
    words = choose_words(_WORDS, language=language)
    patients = name_missing_arm(adsl)
    changes = derive_sum_changes(adtr, adrs, adsl, sum_parameter=sum_parameter, best_response=best_response)
    best = (
        changes.group_by("USUBJID", "TRT01P", "BESTRESP")
        .agg(pl.col("PCHG").min())
        .sort(["PCHG", "USUBJID"], descending=[True, False])
    )
    is_dense = best.height >= DENSE_FROM
    with use_appearance():
        figure = open_figure(height=3.9, language=language)
        figure.caption = _caption(best, patients.height, language)
        if best.is_empty():
            draw_message(figure, words["empty"])
            return figure
        labels = list_arms(best["TRT01P"].to_list(), arms)
        sizes = [best.filter(TRT01P=arm).height for arm in labels]
        widths = [1 if is_dense else max(size, max(sizes) * 0.45) for size in sizes]
        panels = figure.subplots(1, len(labels), sharey=True, squeeze=False, width_ratios=widths)[0]
        for axes, (arm, label), size, width in zip(panels, labels.items(), sizes, widths, strict=True):
            rows = best.filter(TRT01P=arm)
            total = patients.filter(TRT01P=arm).height
            count = words["count"].format(drawn=format_count(size, total, language=language))
            axes.set_title(write_panel_title(label, count, width=max(18, int(62 * width / sum(widths)))))
            if is_dense:
                _draw_outline(axes, rows["PCHG"].to_numpy(), language)
            else:
                _draw_bars(axes, rows, language)
            _draw_thresholds(axes)
        low = min(-100.0, float(best["PCHG"].min()))  # type: ignore[arg-type]
        high = max(40.0, min(CEILING, float(best["PCHG"].max())))  # type: ignore[arg-type]
        panels[0].set_ylim(low - 4, high + (38 if best["PCHG"].max() > CEILING else 8))  # type: ignore[operator]
        panels[0].set_ylabel(words["axis"])
        make_room_for_titles(figure)
        write_change_axis(panels[0], language=language)
        _draw_legend(figure, best, is_dense=is_dense, language=language)
        panels[0].set_xlabel(words["share" if is_dense else "patients"], loc="left")
        _write_note(figure, best, patients.height, is_dense=is_dense, language=language)
        return figure


def _draw_bars(axes: Axes, rows: pl.DataFrame, language: Language) -> None:
    for position, (change, response) in enumerate(rows.select("PCHG", "BESTRESP").iter_rows()):
        mark = RESPONSE_MARKS.get(response, RESPONSE_MARKS["NE"])
        height = min(change, CEILING)
        axes.bar(
            position,
            height,
            width=0.84,
            color=mark.colour,
            edgecolor=BLACK,
            linewidth=0.5,
            hatch=mark.hatch,
            label=response,
        )
        if change == 0:
            axes.plot([position - 0.42, position + 0.42], [0, 0], color=BLACK, linewidth=2.2)
        if change > CEILING:
            axes.plot(position, CEILING + 1.5, marker="^", color=BLACK, markersize=5, clip_on=False)
            axes.text(
                position,
                CEILING + 5,
                "+" + format_percent_points(change, language=language),
                ha="left",
                va="center",
                fontsize=6.5,
                rotation=60,
                rotation_mode="anchor",
            )
    axes.axhline(0, color=BLACK, linewidth=0.8)
    spare = max(0.0, (_FEWEST_SLOTS - rows.height) / 2)
    axes.set_xlim(-0.8 - spare, rows.height - 0.2 + spare)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)


def _draw_outline(axes: Axes, changes: np.ndarray, language: Language) -> None:
    cut = np.minimum(changes, CEILING)
    edges = np.arange(changes.size + 1) / changes.size
    heights = np.append(cut, cut[-1])
    for lowest, highest, colour, hatch in (
        (-np.inf, THRESHOLDS[0], BLUE, "////"),
        (THRESHOLDS[0], THRESHOLDS[1], PALE_GREY, ""),
        (THRESHOLDS[1], np.inf, VERMILION, "\\\\\\\\"),
    ):
        inside = (changes > lowest) & (changes < highest)
        inside |= changes == (
            lowest if lowest == THRESHOLDS[1] else highest if highest == THRESHOLDS[0] else np.nan
        )
        if inside.any():
            first, last = np.flatnonzero(inside)[[0, -1]]
            axes.fill_between(
                edges[first : last + 2],
                np.append(cut[first : last + 1], cut[last]),
                step="post",
                facecolor=colour,
                edgecolor=BLACK,
                linewidth=0,
                hatch=hatch,
            )
    axes.step(edges, heights, where="post", color=BLACK, linewidth=1.0)
    axes.axhline(0, color=BLACK, linewidth=0.8)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
    write_percent_axis(axes, language=language, axis="x")


def _draw_thresholds(axes: Axes) -> None:
    for threshold in THRESHOLDS:
        axes.axhline(threshold, color=GREY, linewidth=0.9, linestyle=(0, (1.2, 1.6)), zorder=0.5)


def _draw_legend(figure: CaptionedFigure, best: pl.DataFrame, *, is_dense: bool, language: Language) -> None:
    words = choose_words(_WORDS, language=language)
    if is_dense:
        cues = (("fell", BLUE, "////"), ("between", PALE_GREY, ""), ("rose", VERMILION, "\\\\\\\\"))
        handles = [
            Patch(facecolor=colour, hatch=hatch, edgecolor=BLACK, linewidth=0.5, label=words[name])
            for name, colour, hatch in cues
        ]
        figure.legend(handles=handles, loc="outside upper center", ncols=3)
        return
    counts = dict(best.group_by("BESTRESP").len().iter_rows())
    handles = [
        Patch(
            facecolor=mark.colour,
            hatch=mark.hatch,
            edgecolor=BLACK,
            linewidth=0.5,
            label=f"{RESPONSE_NAMES[language][code]} ({format_count(counts[code], language=language)})",
        )
        for code, mark in RESPONSE_MARKS.items()
        if code in counts
    ]
    figure.legend(
        handles=handles,
        loc="outside upper center",
        ncols=min(len(handles), 4 if max(len(str(item.get_label())) for item in handles) < 26 else 3),
    )


def _write_note(
    figure: CaptionedFigure, best: pl.DataFrame, total: int, *, is_dense: bool, language: Language
) -> None:
    words = choose_words(_WORDS, language=language)
    note = words["thresholds"]
    if best.height < total:
        note += words["missing"].format(n=format_count(total - best.height, language=language))
    if not is_dense and (best["PCHG"] > CEILING).any():
        note += words["cut"].format(ceiling="+" + format_percent_points(CEILING, language=language))
    add_note(figure, note.strip())


def _caption(best: pl.DataFrame, total: int, language: Language) -> Caption:
    words = choose_words(_WORDS, language=language)
    fell = int((best["PCHG"] <= THRESHOLDS[0]).sum())
    return Caption(
        words["title"],
        words["tells"].format(
            drawn=format_count(best.height, language=language),
            all=format_count(total, language=language),
            fell=format_count(fell, language=language),
        ),
    )
