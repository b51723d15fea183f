"""Immune populations of virtual lesions before and on treatment."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from abscopal.evidence.figures.appearance import (
    GREY,
    Caption,
    CaptionedFigure,
    choose_words,
    mark_arm,
    open_figure,
    use_appearance,
)
from abscopal.evidence.figures.rehearsal_data import PopulationGroup
from abscopal.evidence.rehearsal_words import SEPARATORS, write_significant
from abscopal.evidence.typography import Language, format_count, format_number

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Immune populations of virtual lesions",
        "E": "CD8 effectors",
        "R": "Regulatory T cells",
        "M": "Suppressive\nmacrophages",
        "G": "Granzyme",
        "injected": "injected",
        "distant": "not injected",
        "x": "Day",
        "y": "Fold of a reference lesion",
        "tells": "Median at day {day}: {values}.",
        "value": "{name} {fold} ({arm}, {role})",
        "counts": "Lesions: {values}.",
        "count": "{arm}, {role} {n}",
        "reads": "Points: median of the lesions; bars: middle half. Logarithmic axis. Folds of a reference lesion are "
        "no cell counts.",
    },
    "fr": {
        "title": "Populations immunitaires de lésions virtuelles",
        "E": "Effecteurs CD8",
        "R": "Lymphocytes T\nrégulateurs",
        "M": "Macrophages\nsuppresseurs",
        "G": "Granzyme",
        "injected": "injectées",
        "distant": "non injectées",
        "x": "Jour",
        "y": "Multiple d’une lésion de référence",
        "tells": "Médiane au jour {day} : {values}.",
        "value": "{name} {fold} ({arm}, {role})",
        "counts": "Lésions : {values}.",
        "count": "{arm}, {role} {n}",
        "reads": "Points : médiane des lésions ; barres : moitié centrale. Axe logarithmique. Un multiple d’une lésion "
        "de référence n’est pas un nombre de cellules.",
    },
}
POPULATIONS = ("E", "R", "M", "G")
TOLD = ("R", "G")


def render_rehearsed_populations(groups: Sequence[PopulationGroup], *, language: Language) -> CaptionedFigure:
    """Draw each population at each biopsy day, by arm and role of the lesion.

    Args:
        groups: lesions by arm and role, all with the same days.
        language: `en` or `fr`.

    Returns:
        A figure 7.2 inches wide, one panel a population.

    Example:
        >>> folds = {name: np.array([[1.0, 2.0]]) for name in POPULATIONS}
        >>> group = PopulationGroup("IT", "injected", (0, 21), folds)
        >>> figure = render_rehearsed_populations([group], language="en")
        >>> figure.caption.description.split(";")[0]
        'Median at day 21: Regulatory T cells 2 (IT, injected)'
    """
    words = choose_words(_WORDS, language=language)
    last = groups[0].days[-1] if groups else 0
    told = [
        words["value"].format(
            name=words[name].replace("\n", " "),
            fold=write_significant(
                float(np.nanmedian(group.folds[name][:, -1])), language=language, digits=2
            ),
            arm=group.arm,
            role=words[group.role],
        )
        for name in TOLD
        for group in groups
    ]
    counts = [
        words["count"].format(
            arm=group.arm,
            role=words[group.role],
            n=format_count(len(next(iter(group.folds.values()))), language=language),
        )
        for group in groups
    ]
    with use_appearance():
        figure = open_figure(height=3.4, language=language)
        figure.caption = Caption(
            words["title"],
            words["tells"].format(day=last, values=SEPARATORS[language].join(told)),
            (words["counts"].format(values=SEPARATORS[language].join(counts)), words["reads"]),
        )
        panels = figure.subplots(1, len(POPULATIONS), squeeze=False)[0]
        for axes, name in zip(panels, POPULATIONS, strict=True):
            for place, group in enumerate(groups):
                _draw_group(axes, group, name, place, len(groups))
            axes.axhline(1, color=GREY, linewidth=0.8)
            axes.set_title(words[name])
            axes.set_xlabel(words["x"])
            axes.set_yscale("log")
            if groups:
                axes.set_xticks(range(len(groups[0].days)), [str(day) for day in groups[0].days])
                axes.set_xlim(-0.5, len(groups[0].days) - 0.5)
            _number_folds(axes, language)
        panels[0].set_ylabel(words["y"])
        handles = [
            Line2D([], [], color=mark_arm(place).colour, marker=mark_arm(place).marker,
                   linestyle=mark_arm(place).line, label=f"{group.arm}, {words[group.role]}")
            for place, group in enumerate(groups)
        ]  # fmt: skip
        figure.legend(handles=handles, loc="outside upper left", ncols=2)
        return figure


def _draw_group(axes: Axes, group: PopulationGroup, name: str, place: int, count: int) -> None:
    mark = mark_arm(place)
    at = np.arange(len(group.days)) + 0.22 * (place - (count - 1) / 2)
    first, median, third = np.nanpercentile(group.folds[name], (25, 50, 75), axis=0)
    axes.vlines(at, first, third, color=mark.colour, linewidth=1.2)
    axes.plot(
        at, median, color=mark.colour, marker=mark.marker, markersize=5, linestyle=mark.line, linewidth=1.0
    )


def _number_folds(axes: Axes, language: Language) -> None:
    low, high = axes.get_ylim()
    reach = high / max(low, 1e-9)
    subs = (1.0, 2.0, 5.0) if reach < 12 else (1.0, 3.0) if reach < 40 else (1.0,)
    axes.yaxis.set_major_locator(LogLocator(base=10, subs=subs))

    def write(value: float, _: object) -> str:
        decimals = 0 if value >= 1 else 1 if value >= 0.1 else 2 if value >= 0.01 else 3
        return format_number(value, language=language, decimals=decimals)

    axes.yaxis.set_major_formatter(FuncFormatter(write))
    axes.yaxis.set_minor_formatter(NullFormatter())
