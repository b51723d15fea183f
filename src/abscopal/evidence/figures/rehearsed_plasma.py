"""Drug in plasma of virtual patients by arm, with the published peak and trough beside."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from abscopal.evidence.figures.appearance import (
    BLACK,
    Caption,
    CaptionedFigure,
    choose_words,
    mark_arm,
    open_figure,
    use_appearance,
    write_number_axis,
)
from abscopal.evidence.figures.rehearsal_data import LevelBeside, PlasmaGroup
from abscopal.evidence.rehearsal_words import SEPARATORS
from abscopal.evidence.typography import Language, format_count, format_number

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Drug in plasma of virtual patients",
        "x": "Days",
        "y": "Concentration (mg/L)",
        "peak": "peak",
        "trough": "trough",
        "beside": "{drugs}, first\ncycle, with the\npublished",
        "patients": "Patients: {values}.",
        "group": "{arm} {n}",
        "published": "published, mean and standard deviation",
        "rehearsed": "virtual, median and 5–95%",
        "tells": "Virtual median against published mean, mg/L: {values}.",
        "none": "No published concentration stands beside.",
        "value": "{drug} {level} {median} against {published} ({arm})",
        "reads": "Lines: median; bands: 5 to 95% of patients, those whose doses were stopped or missed included. "
        "Logarithmic axis. Sampling times of the published "
        "values may be unknown.",
    },
    "fr": {
        "title": "Médicament dans le plasma de patients virtuels",
        "x": "Jours",
        "y": "Concentration (mg/L)",
        "peak": "pic",
        "trough": "résiduelle",
        "beside": "{drugs}, premier\ncycle et valeurs\npubliées",
        "patients": "Patients : {values}.",
        "group": "{arm} {n}",
        "published": "publié, moyenne et écart-type",
        "rehearsed": "virtuel, médiane et 5–95 %",
        "tells": "Médiane virtuelle et moyenne publiée, mg/L : {values}.",
        "none": "Aucune concentration publiée en regard.",
        "value": "{drug}, {level} {median} contre {published} ({arm})",
        "reads": "Traits : médiane ; bandes : 5 à 95 % des patients, doses arrêtées ou manquées comprises. "
        "Axe logarithmique. Les heures de prélèvement des "
        "valeurs publiées peuvent être inconnues.",
    },
}
LOWEST = 0.05


def render_rehearsed_plasma(
    groups: Sequence[PlasmaGroup], *, levels: Sequence[LevelBeside] = (), language: Language
) -> CaptionedFigure:
    """Draw concentrations over time, one panel a drug, and published levels beside virtual ones.

    Args:
        groups: concentrations by arm and drug.
        levels: published levels with those of the virtual patients.
        language: `en` or `fr`.

    Returns:
        A figure 7.2 inches wide.

    Example:
        >>> group = PlasmaGroup("IT", "ipilimumab", np.array([0.0, 1.0]), np.array([[2.0, 1.0], [3.0, 1.5]]))
        >>> level = LevelBeside("IT", "ipilimumab", "peak", 2.2, 1.7, 2.0, 2.5, 3.0)
        >>> render_rehearsed_plasma([group], levels=[level], language="en").caption.description
        'Virtual median against published mean, mg/L: ipilimumab peak 2.5 against 2.2 (IT).'
    """
    words = choose_words(_WORDS, language=language)
    drugs = list(dict.fromkeys(group.drug for group in groups))
    arms = list(dict.fromkeys(group.arm for group in groups))
    told = SEPARATORS[language].join(
        words["value"].format(
            arm=level.arm,
            drug=level.drug,
            level=words[level.level],
            median=format_number(level.median, language=language, decimals=1),
            published=format_number(level.published, language=language, decimals=1),
        )
        for level in levels
    )
    counts = [
        words["group"].format(arm=arm, n=format_count(_count_patients(groups, arm), language=language))
        for arm in arms
    ]
    with use_appearance():
        figure = open_figure(height=3.6, language=language)
        figure.caption = Caption(
            words["title"],
            words["tells"].format(values=told) if told else words["none"],
            (words["patients"].format(values=SEPARATORS[language].join(counts)), words["reads"]),
        )
        widths = [2.0] * len(drugs) + ([1.5] if levels else [])
        panels = figure.subplots(1, len(widths), squeeze=False, width_ratios=widths)[0]
        for axes, drug in zip(panels, drugs, strict=False):
            _draw_drug(axes, [group for group in groups if group.drug == drug], arms)
            axes.set_title(drug)
            axes.set_xlabel(words["x"])
            write_number_axis(axes, language=language, axis="x")
            _number_logarithms(axes, language)
        panels[0].set_ylabel(words["y"])
        handles = [
            Line2D(
                [],
                [],
                color=mark_arm(place).colour,
                linestyle=mark_arm(place).line,
                marker=mark_arm(place).marker if levels else "",
                label=arm,
            )
            for place, arm in enumerate(arms)
        ]
        if levels:
            _draw_levels(panels[-1], levels, arms, words)
            _number_logarithms(panels[-1], language)
            handles += [
                Line2D([], [], color=BLACK, linestyle="-", label=words["rehearsed"]),
                Line2D([], [], color=BLACK, marker="D", markerfacecolor="white", linestyle=(0, (2, 1.5)),
                       label=words["published"]),
            ]  # fmt: skip
        figure.legend(handles=handles, loc="outside upper left", ncols=2)
        return figure


def _count_patients(groups: Sequence[PlasmaGroup], arm: str) -> int:
    return max(len(group.concentration) for group in groups if group.arm == arm)


def _draw_drug(axes: Axes, groups: Sequence[PlasmaGroup], arms: Sequence[str]) -> None:
    highest = 1.0
    for group in groups:
        mark = mark_arm(arms.index(group.arm))
        low, median, high = np.nanpercentile(group.concentration, (5, 50, 95), axis=0)
        highest = max(highest, float(np.nanmax(high)))
        axes.fill_between(
            group.days,
            np.maximum(low, LOWEST / 10),
            np.maximum(high, LOWEST / 10),
            color=mark.colour,
            alpha=0.18,
            linewidth=0,
        )
        axes.plot(
            group.days,
            np.maximum(median, LOWEST / 10),
            color=mark.colour,
            linestyle=mark.line,
            gid=f"median-{group.arm}",
        )
    axes.set_yscale("log")
    axes.set_ylim(LOWEST, highest * 1.6)


def _draw_levels(
    axes: Axes, levels: Sequence[LevelBeside], arms: Sequence[str], words: dict[str, str]
) -> None:
    names = []
    drugs = list(dict.fromkeys(level.drug for level in levels))
    for place, level in enumerate(levels):
        mark = mark_arm(arms.index(level.arm) if level.arm in arms else len(arms))
        colour = mark.colour
        axes.plot([place - 0.14] * 2, [level.low, level.high], color=colour, linewidth=1.6)
        axes.plot(
            place - 0.14, level.median, marker=mark.marker, color=colour, markersize=6, linestyle="none"
        )
        if level.published_sd is not None:
            # A mean less its standard deviation may fall below zero, which no logarithm shows.
            lowest = max(level.published - level.published_sd, LOWEST)
            axes.plot(
                [place + 0.16] * 2,
                [lowest, level.published + level.published_sd],
                color=BLACK,
                linewidth=1.2,
                linestyle=(0, (2, 1.5)),
            )
        axes.plot(
            place + 0.16,
            level.published,
            marker="D",
            markerfacecolor="white",
            markeredgecolor=BLACK,
            markersize=6,
            linestyle="none",
            gid=f"published-{place}",
        )
        names.append(words[level.level] if len(drugs) == 1 else f"{level.drug}\n{words[level.level]}")
    axes.set_yscale("log")
    axes.set_xticks(range(len(levels)), names, fontsize=7, rotation=30)
    axes.set_xlim(-0.5, len(levels) - 0.5)
    axes.set_title(words["beside"].format(drugs=" + ".join(drugs)))
    axes.set_ylabel("mg/L", labelpad=2)


def _number_logarithms(axes: Axes, language: Language) -> None:
    def write(value: float, _: object) -> str:
        return format_number(value, language=language, decimals=0 if value >= 1 else 2 if value < 0.1 else 1)

    axes.yaxis.set_major_locator(LogLocator(base=10))
    axes.yaxis.set_major_formatter(FuncFormatter(write))
    axes.yaxis.set_minor_formatter(NullFormatter())
