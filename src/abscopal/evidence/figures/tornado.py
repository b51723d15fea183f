"""What the results of a rehearsal hang on: the change of each rate when one thing alone is moved."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from abscopal.evidence.figures.appearance import (
    BLACK,
    GREY,
    Caption,
    CaptionedFigure,
    choose_words,
    draw_message,
    mark_arm,
    open_figure,
    use_appearance,
    wrap,
    write_number_axis,
)
from abscopal.evidence.figures.rehearsal_data import Influence, Move, Result, SensitivityAnalysis
from abscopal.evidence.rehearsal_words import name_with_symbol
from abscopal.evidence.typography import Language, format_number

RESULTS: tuple[Result, ...] = ("severe", "response", "distant", "progression_free")
_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "What the results hang on",
        "tells": "{tried} parameters and settings were moved, one at a time; {still} moved no rate by more than one of "
        "{patients} virtual patients an arm. The strongest: {name}, {points} points.",
        "reads": "Bars run from the change with the lower value (open circle) to that with the higher value (filled), "
        "in points; the grey line is the planned value. The strongest first.",
        "severe": "Severe toxicity",
        "response": "Objective response",
        "distant": "Response, lesions not injected",
        "progression_free": "Progression-free, day {day}",
        "low": "lower value",
        "high": "higher value",
        "x": "Change, points",
        "nothing": "Nothing that was moved moves a rate by more than one virtual patient.",
    },
    "fr": {
        "title": "Ce dont dépendent les résultats",
        "tells": "{tried} paramètres et réglages ont été déplacés, un à la fois ; {still} n’ont déplacé aucun taux de "
        "plus d’un patient virtuel sur {patients} par bras. Le plus influent : {name}, {points} points.",
        "reads": "Les barres vont de la variation avec la valeur basse (rond vide) à celle avec la valeur haute (rond "
        "plein), en points ; le trait gris est la valeur prévue. Les plus influents en tête.",
        "severe": "Toxicité sévère",
        "response": "Réponse objective",
        "distant": "Réponse, lésions non injectées",
        "progression_free": "Sans progression, jour {day}",
        "low": "valeur basse",
        "high": "valeur haute",
        "x": "Variation, points",
        "nothing": "Rien de ce qui a été déplacé ne déplace un taux de plus d’un patient virtuel.",
    },
}


def render_tornado(
    analysis: SensitivityAnalysis, *, names: Mapping[str, str], language: Language
) -> CaptionedFigure:
    """Draw the strongest influences, one panel a rate, one bar an arm.

    Args:
        analysis: the analysis.
        names: label by arm, in order.
        language: `en` or `fr`.

    Returns:
        A figure 7.2 inches wide.

    Example:
        >>> from abscopal.evidence.figures.rehearsal_data import Influence, Move
        >>> from abscopal.protocol.text import Text
        >>> move = Move("A", "severe", 0.2, -0.05, 0.1)
        >>> influence = Influence("a", Text(en="Hazard", fr="Risque"), "1", 1, 0.5, 2, "prior", "fitted", (move,))
        >>> analysis = SensitivityAnalysis((influence,), 3, 2, 0, 256, 1e-3, 183, 0)
        >>> render_tornado(analysis, names={"A": "Arm A"}, language="en").caption.description.split(": ")[1]
        'Hazard (a), 10.0 points.'
    """
    words = choose_words(_WORDS, language=language)
    shown = analysis.influences
    with use_appearance():
        figure = open_figure(height=1.5 + 0.42 * max(len(shown), 1), language=language)
        if not shown:
            figure.caption = Caption(words["title"], words["nothing"], ())
            draw_message(figure, words["nothing"])
            return figure
        figure.caption = Caption(
            words["title"],
            words["tells"].format(
                tried=analysis.tried,
                still=analysis.still,
                patients=analysis.patients,
                name=name_with_symbol(shown[0].text, shown[0].name, language=language),
                points=format_number(100 * shown[0].greatest, language=language, decimals=1),
            ),
            (words["reads"],),
        )
        present = [name for name in RESULTS if any(move.result == name for move in shown[0].moves)]
        panels = figure.subplots(1, len(present), squeeze=False, sharey=True)[0]
        day = format_number(analysis.days, language=language)
        for axes, result in zip(panels, present, strict=True):
            axes.set_title(wrap(words[result].format(day=day), width=17), fontsize=7.5)
            _draw_panel(axes, result, shown, list(names))
            axes.xaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
            write_number_axis(axes, language=language, axis="x")
        labels = [wrap(name_with_symbol(item.text, item.name, language=language), width=44) for item in shown]
        panels[0].set_yticks(range(len(shown)), labels, fontsize=6.5)
        panels[0].set_ylim(len(shown) - 0.5, -0.5)
        figure.supxlabel(words["x"], fontsize=8)
        _add_legend(figure, names, words)
        return figure


def _draw_panel(axes: Axes, result: Result, shown: Sequence[Influence], arms: Sequence[str]) -> None:
    axes.axvline(0, color=GREY, linewidth=0.8)
    height = 0.7 / len(arms)
    for place, item in enumerate(shown):
        for move in item.moves:
            if move.result == result:
                number = arms.index(move.arm)
                _draw_move(axes, place - 0.35 + height * (number + 0.5), height, move, number)
    furthest = max(move.greatest for item in shown for move in item.moves if move.result in RESULTS)
    axes.set_xlim(-108 * furthest, 108 * furthest)
    axes.tick_params(axis="y", length=0)


def _draw_move(axes: Axes, place: float, height: float, move: Move, number: int) -> None:
    mark = mark_arm(number)
    ends = [100 * change for change in (move.low, 0.0, move.high) if change is not None]
    axes.barh(place, max(ends) - min(ends), left=min(ends), height=height * 0.8, color=mark.colour, alpha=0.45,
              hatch=mark.hatch, edgecolor=mark.colour, linewidth=0.3)  # fmt: skip
    for change, fill in ((move.low, "white"), (move.high, mark.colour)):
        if change:
            axes.plot(100 * change, place, marker="o", markersize=3.2, markeredgewidth=0.8, color=mark.colour,
                      markerfacecolor=fill, linestyle="none")  # fmt: skip


def _add_legend(figure: CaptionedFigure, names: Mapping[str, str], words: Mapping[str, str]) -> None:
    arms = [
        Patch(facecolor=mark_arm(number).colour, alpha=0.45, hatch=mark_arm(number).hatch, label=label)
        for number, label in enumerate(names.values())
        if len(names) > 1
    ]
    ends = [
        Line2D([], [], color=BLACK, marker="o", markersize=4, markerfacecolor=fill, linestyle="none", label=words[end])
        for end, fill in (("low", "white"), ("high", BLACK))
    ]  # fmt: skip
    figure.legend(handles=[*arms, *ends], loc="outside upper left", ncols=2)
