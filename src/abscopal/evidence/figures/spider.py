"""Spider: the course of the target sum over time, one line per patient."""

from collections.abc import Mapping

import polars as pl
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from abscopal.evidence.figures.appearance import (
    BLACK,
    BLUE,
    GREY,
    RESPONSE_MARKS,
    RESPONSE_NAMES,
    Caption,
    CaptionedFigure,
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
    write_change_axis,
    write_panel_title,
)
from abscopal.evidence.figures.tumour_changes import DENSE_FROM, THRESHOLDS, derive_sum_changes
from abscopal.evidence.typography import Language, format_count, format_percent_points

CEILING = 150.0
"""Per cent above which a line is held at the edge and marked."""

SAMPLE = 25
"""Patients drawn one by one, in each arm, when there are too many for all."""

_FEWEST = 5
"""Patients a visit must have for its quantiles to be drawn."""

# White and pale grey suit bars; a line of the same response needs a darker tone.
_LINE_COLOURS = {"SD": "#8a8a8a", "NON-CR/NON-PD": "#8a8a8a", "NE": BLACK}

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Course of the target sum",
        "y": "Change from baseline,\nsum of target diameters (%)",
        "x": "Months since the reference date",
        "count": "n = {drawn} patients",
        "thresholds": "Dotted lines: −30% and +20%. ",
        "missing": "Patients without a measured sum after baseline, not drawn: {n}. ",
        "cut": "A triangle at the upper edge marks a value above {ceiling}. ",
        "median": "Median",
        "half": "Middle 50%",
        "most": "Middle 80%",
        "sample": "Single patients (sample)",
        "dense": "Bands: quantiles among patients measured at each assessment, where at least {least} were. "
        "Thin lines: {sample} patients per arm, evenly spaced by last change. ",
        "empty": "No patient has a measured sum after baseline.",
        "tells": "Change of the sum of target diameters over time in {drawn} of {all} patients.",
    },
    "fr": {
        "title": "Évolution de la somme des cibles",
        "y": "Variation depuis l’inclusion,\nsomme des diamètres des cibles (%)",
        "x": "Mois depuis la date de référence",
        "count": "n = {drawn} patients",
        "thresholds": "Pointillés : −30 % et +20 %. ",
        "missing": "Patients sans somme mesurée après l’inclusion, non représentés : {n}. ",
        "cut": "Un triangle au bord supérieur marque une valeur au-delà de {ceiling}. ",
        "median": "Médiane",
        "half": "50 % centraux",
        "most": "80 % centraux",
        "sample": "Patients isolés (échantillon)",
        "dense": "Bandes : quantiles parmi les patients mesurés à chaque évaluation, si au moins {least}. "
        "Traits fins : {sample} patients par bras, répartis selon la dernière variation. ",
        "empty": "Aucun patient n’a de somme mesurée après l’inclusion.",
        "tells": "Évolution de la somme des diamètres des cibles chez {drawn} patients sur {all}.",
    },
}


def render_spider(
    adtr: pl.DataFrame,
    adrs: pl.DataFrame,
    adsl: pl.DataFrame,
    *,
    language: Language,
    arms: Mapping[str, str] | None = None,
    sum_parameter: str = "SDIAM",
    best_response: str = "BOR",
) -> CaptionedFigure:
    """Draw the target sum of each patient over time, one panel per arm, lines styled by best response.

    Every line starts at 0 % on the reference date. From 151 patients on, quantile bands replace the lines,
    with a sample of single patients over them.

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
    """
    words = choose_words(_WORDS, language=language)
    changes = derive_sum_changes(adtr, adrs, adsl, sum_parameter=sum_parameter, best_response=best_response)
    drawn = changes["USUBJID"].n_unique()
    with use_appearance():
        figure = open_figure(height=4.1, language=language)
        figure.caption = Caption(
            words["title"],
            words["tells"].format(
                drawn=format_count(drawn, language=language), all=format_count(adsl.height, language=language)
            ),
        )
        if changes.is_empty():
            draw_message(figure, words["empty"])
            return figure
        labels = list_arms(changes["TRT01P"].to_list(), arms)
        panels = figure.subplots(1, len(labels), sharey=True, squeeze=False)[0]
        longest = in_months(float(changes["ADY"].max()))  # type: ignore[arg-type]
        is_dense = drawn >= DENSE_FROM
        for axes, (arm, label) in zip(panels, labels.items(), strict=True):
            rows = changes.filter(TRT01P=arm)
            if is_dense:
                _draw_bands(axes, rows)
            else:
                _draw_lines(axes, rows)
            axes.axhline(0, color=BLACK, linewidth=0.8)
            for threshold in THRESHOLDS:
                axes.axhline(threshold, color=GREY, linewidth=0.9, linestyle=(0, (1.2, 1.6)), zorder=0.5)
            set_month_axis(axes, longest_months=longest, language=language)
            axes.set_xlabel(words["x"])
            total = name_missing_arm(adsl).filter(TRT01P=arm).height
            count = words["count"].format(
                drawn=format_count(rows["USUBJID"].n_unique(), total, language=language)
            )
            axes.set_title(write_panel_title(label, count, width=66 // len(labels)))
        highest = min(CEILING, max(40.0, float(changes["PCHG"].max())))  # type: ignore[arg-type]
        panels[0].set_ylim(-104, highest + 6)
        panels[0].set_ylabel(words["y"])
        make_room_for_titles(figure)
        write_change_axis(panels[0], language=language)
        _draw_legend(figure, changes, is_dense=is_dense, words=words, language=language)
        note = words["thresholds"]
        if drawn < adsl.height:
            note += words["missing"].format(n=format_count(adsl.height - drawn, language=language))
        if is_dense:
            note += words["dense"].format(sample=SAMPLE, least=_FEWEST)
        if not is_dense and (changes["PCHG"] > CEILING).any():
            note += words["cut"].format(ceiling="+" + format_percent_points(CEILING, language=language))
        add_note(figure, note.strip())
        return figure


def _draw_lines(axes: Axes, rows: pl.DataFrame) -> None:
    for _, patient in rows.group_by("USUBJID", maintain_order=True):
        response = patient["BESTRESP"][0]
        mark = RESPONSE_MARKS.get(response, RESPONSE_MARKS["NE"])
        months = [0.0, *(in_months(day) for day in patient["ADY"])]
        values = [0.0, *patient["PCHG"].clip(upper_bound=CEILING)]
        colour = _LINE_COLOURS.get(response, mark.colour)
        axes.plot(months, values, color=colour, linestyle=mark.line, linewidth=1.1, alpha=0.9)
        axes.plot(months[-1], values[-1], color=colour, marker=mark.marker, markersize=4.5, linestyle="none")
        cut = [month for month, value in zip(months[1:], patient["PCHG"], strict=True) if value > CEILING]
        axes.plot(cut, [CEILING + 2] * len(cut), color=BLACK, marker="^", markersize=5, linestyle="none")


def _draw_bands(axes: Axes, rows: pl.DataFrame) -> None:
    ranked = rows.with_columns(VISIT=pl.col("ADY").rank("ordinal").over("USUBJID"))
    visits = (
        ranked.group_by("VISIT")
        .agg(
            pl.len().alias("N"),
            pl.col("ADY").median(),
            *[
                pl.col("PCHG").quantile(share, "linear").alias(f"Q{share}")
                for share in (0.1, 0.25, 0.5, 0.75, 0.9)
            ],
        )
        .filter(pl.col("N") >= _FEWEST)
        .sort("VISIT")
    )
    months = [0.0, *(in_months(day) for day in visits["ADY"])]

    def course(share: float) -> list[float]:
        return [0.0, *visits[f"Q{share}"].clip(upper_bound=CEILING)]

    axes.fill_between(months, course(0.1), course(0.9), color=BLUE, alpha=0.16, linewidth=0)
    axes.fill_between(months, course(0.25), course(0.75), color=BLUE, alpha=0.32, linewidth=0)
    last = rows.group_by("USUBJID", maintain_order=True).last().sort("PCHG", "USUBJID")["USUBJID"].to_list()
    step = max(1, len(last) // SAMPLE)
    for (_,), patient in rows.filter(pl.col("USUBJID").is_in(last[step // 2 :: step][:SAMPLE])).group_by(
        "USUBJID", maintain_order=True
    ):
        axes.plot(
            [0.0, *(in_months(day) for day in patient["ADY"])],
            [0.0, *patient["PCHG"].clip(upper_bound=CEILING)],
            color=GREY,
            linewidth=0.6,
            alpha=0.8,
        )
    axes.plot(months, course(0.5), color=BLACK, linewidth=2.0, marker="o", markersize=4)


def _draw_legend(
    figure: CaptionedFigure,
    changes: pl.DataFrame,
    *,
    is_dense: bool,
    words: Mapping[str, str],
    language: Language,
) -> None:
    handles: list[Line2D | Patch] = []
    if is_dense:
        handles = [
            Line2D([], [], color=BLACK, linewidth=2.0, marker="o", markersize=4, label=words["median"]),
            Patch(facecolor=BLUE, alpha=0.45, label=words["half"]),
            Patch(facecolor=BLUE, alpha=0.16, label=words["most"]),
            Line2D([], [], color=GREY, linewidth=0.6, label=words["sample"]),
        ]
    else:
        counts = dict(changes.group_by("BESTRESP").agg(pl.col("USUBJID").n_unique()).iter_rows())
        handles = [
            Line2D(
                [],
                [],
                color=_LINE_COLOURS.get(code, mark.colour),
                linestyle=mark.line,
                marker=mark.marker,
                markersize=5,
                label=f"{RESPONSE_NAMES[language][code]} ({format_count(counts[code], language=language)})",
            )
            for code, mark in RESPONSE_MARKS.items()
            if code in counts
        ]
    figure.legend(
        handles=handles,
        loc="outside upper center",
        ncols=min(
            len(handles), 4 if is_dense or max(len(str(item.get_label())) for item in handles) < 26 else 3
        ),
        handlelength=3.2,
    )
