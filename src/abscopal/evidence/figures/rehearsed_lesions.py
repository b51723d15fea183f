"""Lesions of virtual patients over time: injected and distant ones, arm by arm."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from abscopal.evidence.figures.appearance import (
    BLUE,
    GREY,
    VERMILION,
    Caption,
    CaptionedFigure,
    choose_words,
    in_months,
    make_room_for_titles,
    open_figure,
    set_month_axis,
    use_appearance,
    wrap_to_width,
    write_percent_axis,
)
from abscopal.evidence.figures.rehearsal_data import Floats, LesionGroup
from abscopal.evidence.rehearsal_words import SEPARATORS
from abscopal.evidence.typography import Language, format_count, format_labelled, format_percent

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Lesions of virtual patients",
        "injected": "injected lesions",
        "distant": "lesions not injected",
        "count": "{n} lesions",
        "x": "Months",
        "y": "Change in diameter",
        "tells": "Median change in diameter at the end: {values}.",
        "value": "{arm}, {role}, {change}",
        "reads": "Line: median. Dark band: middle half. Pale band: 5 to 95%. Thin lines: single lesions. Dashes: "
        "loss of 30%.",
        "truth": "True diameters without reading error, followed to the end even where the patient would have died.",
    },
    "fr": {
        "title": "Lésions de patients virtuels",
        "injected": "lésions injectées",
        "distant": "lésions non injectées",
        "count": "{n} lésions",
        "x": "Mois",
        "y": "Variation du diamètre",
        "tells": "Variation médiane du diamètre à la fin : {values}.",
        "value": "{arm}, {role}, {change}",
        "reads": "Trait : médiane. Bande foncée : moitié centrale. Bande pâle : 5 à 95 %. Traits fins : lésions "
        "isolées. Tirets : perte de 30 %.",
        "truth": "Diamètres vrais, sans erreur de lecture, suivis jusqu’à la fin même si le patient serait décédé.",
    },
}
HIGHEST = 1.5
SINGLES = 6


def render_rehearsed_lesions(
    groups: Sequence[LesionGroup], *, days: Floats, language: Language
) -> CaptionedFigure:
    """Draw the change in diameter of lesions: median and bands of each group, and some single lesions.

    Args:
        groups: lesions by arm and role.
        days: days of their columns.
        language: `en` or `fr`.

    Returns:
        A figure 7.2 inches wide, one panel a group.

    Example:
        >>> group = LesionGroup("IT", "injected", np.array([[0.0, -0.5], [0.0, 0.1]]))
        >>> figure = render_rehearsed_lesions([group], days=np.array([0.0, 56.0]), language="en")
        >>> figure.caption.description
        'Median change in diameter at the end: IT, injected lesions, −20.0%.'
    """
    words = choose_words(_WORDS, language=language)
    months = np.array([in_months(float(day)) for day in days])
    told = [
        words["value"].format(
            arm=group.arm,
            role=words[group.role],
            change=format_percent(float(np.nanmedian(group.change[:, -1])), language=language),
        )
        for group in groups
        if group.change.size
    ]
    with use_appearance():
        columns = min(3, max(1, len(groups)))
        rows = -(-len(groups) // columns)
        figure = open_figure(height=2.7 * rows + 0.3, language=language)
        figure.caption = Caption(
            words["title"],
            words["tells"].format(values=SEPARATORS[language].join(told)),
            (words["reads"], words["truth"]),
        )
        panels = figure.subplots(rows, columns, sharey=True, squeeze=False).ravel()
        for place, axes in enumerate(panels):
            if place >= len(groups):
                axes.set_visible(False)
                continue
            group = groups[place]
            _draw_group(axes, group, months)
            label = format_labelled(group.arm, words[group.role], language=language)
            name = "\n".join(wrap_to_width(label, width=1.8, size=9, weight="bold"))
            count = words["count"].format(n=format_count(len(group.change), language=language))
            axes.set_title(f"{name}\n{count}")
            axes.set_xlabel(words["x"])
            axes.set_ylim(-1.02, HIGHEST)
            set_month_axis(axes, longest_months=float(months[-1]), language=language)
            if place % columns == 0:
                axes.set_ylabel(words["y"])
                write_percent_axis(axes, language=language)
        for _ in range(rows):
            make_room_for_titles(figure)
        return figure


def _draw_group(axes: Axes, group: LesionGroup, months: Floats) -> None:
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.axhline(-0.3, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)))
    if not group.change.size:
        return
    colour = VERMILION if group.role == "injected" else BLUE
    low, first, median, third, high = np.nanpercentile(group.change, (5, 25, 50, 75, 95), axis=0)
    axes.fill_between(months, low, high, color=colour, alpha=0.15, linewidth=0)
    axes.fill_between(months, first, third, color=colour, alpha=0.35, linewidth=0)
    for row in group.change[:SINGLES]:
        axes.plot(months, row, color=GREY, linewidth=0.6, gid="single")
    axes.plot(months, median, color=colour, linewidth=2.2, gid="median")
