"""Methods of allocation: imbalance against the share of arms that somebody at one centre guesses right."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from abscopal.design.allocation.advice import MOST_EXCESS
from abscopal.design.allocation.comparison import Characteristics, Comparison
from abscopal.design.allocation.simulation import Within
from abscopal.evidence.figures.appearance import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    PALE_GREY,
    PURPLE,
    VERMILION,
    Caption,
    CaptionedFigure,
    choose_words,
    open_figure,
    use_appearance,
    wrap,
    write_number_axis,
    write_percent_axis,
)
from abscopal.evidence.typography import Language, format_count, format_number, format_percent

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Methods of allocation: imbalance against guesses",
        "x": "Arms guessed right from one centre and stratum (%)",
        "y": "Mean imbalance at the end",
        "at_1to1": " (patients)",
        "per_share": " (patients per share)",
        "chance": "simple\nrandomisation",
        "limit": "more than this\nis easily guessed",
        "tells": "{patients} patients, ratio {ratio}, {centres} centres, {strata} strata, {trials} simulated trials. "
        "Recommended: {name}, {guesses} of arms guessed, mean imbalance {imbalance}.",
        "reads": "Low and left is better. The guess is on the arm that lags in one centre and stratum.",
        "trial": "one list for the trial",
        "strata": "balance within strata",
        "centres": "balance within centres",
        "centres_and_strata": "balance within centres and strata",
        "recommended": "recommended",
        "planned": "planned in the study file",
    },
    "fr": {
        "title": "Méthodes d’allocation : déséquilibre et prévisibilité",
        "x": "Bras devinés depuis un centre et une strate (%)",
        "y": "Déséquilibre moyen à la fin",
        "at_1to1": " (patients)",
        "per_share": " (patients par part)",
        "chance": "randomisation\nsimple",
        "limit": "au-delà, le bras\nse devine trop",
        "tells": "{patients} patients, rapport {ratio}, {centres} centres, {strata} strates, {trials} essais simulés. "
        "Recommandé : {name}, {guesses} des bras devinés, déséquilibre moyen {imbalance}.",
        "reads": "Bas et à gauche vaut mieux. On parie sur le bras en retard dans un centre et une strate.",
        "trial": "une liste pour l’essai",
        "strata": "équilibre par strate",
        "centres": "équilibre par centre",
        "centres_and_strata": "équilibre par centre et strate",
        "recommended": "recommandé",
        "planned": "prévu par le dossier d’étude",
    },
}
_MARKS: dict[Within, tuple[str, str]] = {
    "trial": ("o", BLUE),
    "strata": ("s", GREEN),
    "centres": ("^", VERMILION),
    "centres_and_strata": ("D", PURPLE),
}
_NAME_WIDTH = 34


def render_allocation_comparison(
    comparison: Comparison, *, recommended: Characteristics, language: Language
) -> CaptionedFigure:
    """Draw each method as a numbered point: how often it is guessed, and how far it is from balance.

    Args:
        comparison: the methods.
        recommended: the row to mark as recommended.
        language: `en` or `fr`.

    Returns:
        A figure 7.2 inches wide.

    Example:
        >>> from abscopal.design.allocation.comparison import compute_comparison
        >>> from abscopal.design.allocation.situation import Situation
        >>> found = compute_comparison(Situation(12, (2, 1), (0.5, 0.5)), trials=20, seed=1)
        >>> figure = render_allocation_comparison(found, recommended=found.rows[0], language="en")
        >>> figure.caption.description.split(". ")[0]
        '12 patients, ratio 2:1, 2 centres, 1 strata, 20 simulated trials'
    """
    words = choose_words(_WORDS, language=language)
    situation = comparison.situation
    with use_appearance():
        figure = open_figure(height=4.6, language=language)
        figure.caption = Caption(
            words["title"],
            words["tells"].format(
                patients=format_count(situation.patients, language=language),
                ratio=":".join(map(str, situation.ratio)),
                centres=situation.centres,
                strata=situation.strata,
                trials=format_count(comparison.trials, language=language),
                name=recommended.candidate.name.read(language),
                guesses=format_percent(recommended.own_guesses, language=language),
                imbalance=format_number(recommended.imbalance, language=language, decimals=1),
            ),
            (words["reads"],),
        )
        axes = figure.add_subplot()
        _draw_limits(axes, comparison, words)
        for number, row in enumerate(comparison.rows, start=1):
            _draw_row(axes, row, number, is_recommended=row is recommended)
        _number_points(axes, comparison.rows)
        equal = situation.lowest_ratio == (1,) * len(situation.ratio)
        axes.set_xlabel(words["x"])
        axes.set_ylabel(words["y"] + words["at_1to1" if equal else "per_share"])
        write_percent_axis(axes, language=language, axis="x")
        write_number_axis(axes, language=language, decimals=1)
        _draw_legend(figure, comparison, words, language=language)
        return figure


def _draw_limits(axes: Axes, comparison: Comparison, words: dict[str, str]) -> None:
    guesses = [row.own_guesses for row in comparison.rows]
    limit = comparison.baseline + MOST_EXCESS
    right = max(*guesses, limit) + 0.03
    axes.set_xlim(min(*guesses, comparison.baseline) - 0.015, right)
    top = max(row.imbalance for row in comparison.rows) * 1.15 + 0.1
    axes.set_ylim(-0.04 * top, top)
    axes.axvspan(limit, right, color="#f6e6e0", zorder=0)
    axes.axvline(comparison.baseline, color=GREY, linewidth=0.9, linestyle=(0, (1.2, 1.6)), zorder=1)
    for at, word in ((comparison.baseline, "chance"), (limit, "limit")):
        axes.annotate(
            words[word],
            (at, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(4, -4),
            textcoords="offset points",
            va="top",
            fontsize=7.5,
            color=GREY,
        )


def _draw_row(axes: Axes, row: Characteristics, number: int, *, is_recommended: bool) -> None:
    marker, colour = _MARKS[row.candidate.within]
    axes.plot(
        row.own_guesses,
        row.imbalance,
        marker=marker,
        markersize=9 if is_recommended else 7,
        markerfacecolor=colour if is_recommended else "white",
        markeredgecolor=colour,
        markeredgewidth=1.6,
        linestyle="none",
        # Below the others, so that no open mark is hidden by the full one.
        zorder=2.5 if is_recommended else 3,
        gid=f"method-{number}",
    )
    if row.candidate.is_planned:
        axes.plot(
            row.own_guesses,
            row.imbalance,
            marker="o",
            markersize=15,
            markerfacecolor="none",
            markeredgecolor=BLACK,
            markeredgewidth=1.2,
            linestyle="none",
            zorder=2,
        )


def _number_points(axes: Axes, rows: Sequence[Characteristics]) -> None:
    # Numbers of neighbouring points stand on different sides, so that none hides another.
    width = axes.get_xlim()[1] - axes.get_xlim()[0]
    height = axes.get_ylim()[1]
    sides = (
        (7, 0, "left", "center"),
        (-7, 0, "right", "center"),
        (0, 7, "center", "bottom"),
        (0, -7, "center", "top"),
    )
    placed: list[tuple[float, float]] = []
    for number, row in enumerate(rows, start=1):
        x, y = row.own_guesses / width, row.imbalance / height
        best = max(
            sides,
            key=lambda side: min(
                (
                    abs(x + side[0] / 280 - other_x) + abs(y + side[1] / 220 - other_y)
                    for other_x, other_y in [
                        *placed,
                        *(
                            (other.own_guesses / width, other.imbalance / height)
                            for other in rows
                            if other is not row
                        ),
                    ]
                ),
                default=1.0,
            ),
        )
        placed.append((x + best[0] / 280, y + best[1] / 220))
        away = 1.6 if row.candidate.is_planned else 1.0
        axes.annotate(
            str(number),
            (row.own_guesses, row.imbalance),
            xytext=(best[0] * away, best[1] * away),
            textcoords="offset points",
            ha=best[2],
            va=best[3],
            fontsize=8,
            zorder=4,
        )


def _draw_legend(
    figure: CaptionedFigure, comparison: Comparison, words: dict[str, str], *, language: Language
) -> None:
    present = {row.candidate.within for row in comparison.rows}
    kinds = [
        Line2D(
            [],
            [],
            marker=marker,
            markerfacecolor="white",
            markeredgecolor=colour,
            linestyle="none",
            label=words[kind],
        )
        for kind, (marker, colour) in _MARKS.items()
        if kind in present
    ]
    kinds.append(
        Line2D([], [], marker="o", color=BLACK, markersize=8, linestyle="none", label=words["recommended"])
    )
    if any(row.candidate.is_planned for row in comparison.rows):
        kinds.append(
            Line2D(
                [],
                [],
                marker="o",
                markerfacecolor="none",
                markeredgecolor=BLACK,
                markersize=12,
                linestyle="none",
                label=words["planned"],
            )
        )
    figure.legend(handles=kinds, loc="outside upper left", ncols=2)
    names = [
        Line2D(
            [],
            [],
            linestyle="none",
            color=PALE_GREY,
            label=wrap(f"{number}  {row.candidate.name.read(language)}", width=_NAME_WIDTH),
        )
        for number, row in enumerate(comparison.rows, start=1)
    ]
    figure.legend(handles=names, loc="outside right upper", handlelength=0, handletextpad=0, fontsize=7.5)
