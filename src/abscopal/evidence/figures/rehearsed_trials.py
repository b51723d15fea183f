"""Rehearsed trials: how often each conclusion is reached, how endpoints are spread, and what if."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from abscopal.evidence.figures.appearance import (
    BLACK,
    BLUE,
    GREY,
    ORANGE,
    SKY_BLUE,
    VERMILION,
    Caption,
    CaptionedFigure,
    choose_words,
    draw_message,
    make_room_for_titles,
    open_figure,
    use_appearance,
    wrap,
    wrap_to_width,
    write_number_axis,
    write_percent_axis,
)
from abscopal.evidence.figures.rehearsal_data import Distribution, Floats, Frequency, Unit, WhatIf
from abscopal.evidence.rehearsal_words import SEPARATORS
from abscopal.evidence.typography import Language, format_count, format_number, format_percent

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "conclusions": "How often each conclusion is reached",
        "x": "Share of the rehearsed trials",
        "tells": "{values}.",
        "value": "{label} {share}",
        "reads": "Dot: over all draws of the parameters. Thick line: Monte-Carlo interval of 95%. Short ticks: under "
        "each draw alone; ticks far apart are what nobody knows, and chance where few trials ran under a draw.",
        "one_draw": "One draw of the parameters: what nobody knows is not shown.",
        "endpoints": "Endpoints over the rehearsed trials",
        "spread": "{label}, median {middle}",
        "bars": "Bars: trials, spread by chance and by what nobody knows. Orange ticks: mean under each draw of the "
        "parameters, which chance moves too where few trials ran under it. Dashes: the value that decides.",
        "trials": "Trials",
        "n": "{n} trials.",
        "count": "Patients",
        "days": "Days",
        "what_if": "What if",
        "planned": "{label}, as planned {value}",
        "points": "Points with their Monte-Carlo interval of 95%; dashes: as planned.",
        "nothing": "There is no trial to show.",
    },
    "fr": {
        "conclusions": "Fréquence de chaque conclusion",
        "x": "Part des essais simulés",
        "tells": "{values}.",
        "value": "{label} {share}",
        "reads": "Point : tous les tirages des paramètres. Trait épais : intervalle de Monte-Carlo à 95 %. Petits "
        "traits : chaque tirage seul ; éloignés, c’est ce que personne ne sait, et le hasard "
        "si un tirage a eu peu d’essais.",
        "one_draw": "Un seul tirage des paramètres : ce que personne ne sait n’est pas montré.",
        "endpoints": "Critères de jugement sur les essais simulés",
        "spread": "{label}, médiane {middle}",
        "bars": "Barres : essais, dispersés par le hasard et par ce que personne ne sait. Petits traits orange : "
        "moyenne sous chaque tirage des paramètres, que le hasard déplace aussi "
        "si peu d’essais y ont tourné. Tirets : la valeur qui décide.",
        "trials": "Essais",
        "n": "{n} essais.",
        "count": "Patients",
        "days": "Jours",
        "what_if": "Et si",
        "planned": "{label}, comme prévu {value}",
        "points": "Points avec leur intervalle de Monte-Carlo à 95 % ; tirets : comme prévu.",
        "nothing": "Il n’y a pas d’essai à montrer.",
    },
}

# Shares of a few dozen patients take few values: wider bins keep them from making combs.
MOST_BINS, FEWER_BINS = 24, 14


def render_conclusions(frequencies: Sequence[Frequency], *, language: Language) -> CaptionedFigure:
    """Draw how often each conclusion is reached, over the ensemble and under each draw.

    Args:
        frequencies: conclusions in the order to show.
        language: `en` or `fr`.

    Returns:
        A figure 7.2 inches wide.

    Example:
        >>> figure = render_conclusions([Frequency("Success", 0.8, 0.78, 0.82, (0.7, 0.9))], language="en")
        >>> figure.caption.description
        'Success 80.0%.'
    """
    words = choose_words(_WORDS, language=language)
    told = SEPARATORS[language].join(
        words["value"].format(label=item.label, share=format_percent(item.probability, language=language))
        for item in frequencies
    )
    notes: tuple[str, ...] = (words["reads"],)
    if all(len(item.by_draw) <= 1 for item in frequencies):
        notes += (words["one_draw"],)
    with use_appearance():
        figure = open_figure(height=1.3 + 0.5 * max(len(frequencies), 1), language=language)
        figure.caption = Caption(words["conclusions"], words["tells"].format(values=told), notes)
        if not frequencies:
            draw_message(figure, words["nothing"])
            return figure
        axes = figure.add_subplot()
        for place, item in enumerate(frequencies):
            axes.vlines(item.by_draw, place - 0.3, place + 0.3, color=ORANGE, linewidth=0.9, gid="draws")
            axes.plot([item.lower, item.upper], [place] * 2, color=BLUE, linewidth=4, alpha=0.6)
            axes.plot(item.probability, place, marker="o", color=BLUE, markersize=7, linestyle="none")
            axes.annotate(
                format_percent(item.probability, language=language),
                (1.0, place),
                xycoords=("axes fraction", "data"),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                fontsize=8,
            )
        axes.set_yticks(range(len(frequencies)), [wrap(item.label, width=30) for item in frequencies])
        axes.set_ylim(len(frequencies) - 0.5, -0.5)
        axes.set_xlim(-0.01, 1.01)
        axes.set_xlabel(words["x"])
        write_percent_axis(axes, language=language, axis="x")
        return figure


def render_endpoint_distributions(
    distributions: Sequence[Distribution], *, language: Language
) -> CaptionedFigure:
    """Draw small multiples: each endpoint over the trials, with its mean under each draw.

    Args:
        distributions: the endpoints.
        language: `en` or `fr`.

    Returns:
        A figure 7.2 inches wide.

    Example:
        >>> shown = Distribution("Response", "proportion", np.array([0.2, 0.4, 0.4]), (0.3, 0.35))
        >>> render_endpoint_distributions([shown], language="en").caption.description
        'Response, median 40.0%.'
    """
    words = choose_words(_WORDS, language=language)
    known = [item for item in distributions if np.isfinite(item.values).any()]
    told = SEPARATORS[language].join(
        words["spread"].format(
            label=item.label,
            middle=_write_value(float(np.nanmedian(_finite(item))), item.unit, language),
        )
        for item in known
    )
    with use_appearance():
        columns = min(3, max(1, len(known)))
        rows = -(-len(known) // columns)
        figure = open_figure(height=0.4 + 2.05 * max(rows, 1), language=language)
        trials = format_count(max((len(item.values) for item in known), default=0), language=language)
        figure.caption = Caption(
            words["endpoints"],
            words["tells"].format(values=told),
            (words["n"].format(n=trials), words["bars"]),
        )
        if not known:
            draw_message(figure, words["nothing"])
            return figure
        panels = figure.subplots(rows, columns, squeeze=False).ravel()
        for place, axes in enumerate(panels):
            if place >= len(known):
                axes.set_visible(False)
                continue
            _draw_distribution(axes, known[place], language)
            if known[place].unit in ("count", "days"):
                axes.set_xlabel(words[known[place].unit])
            if place % columns == 0:
                axes.set_ylabel(words["trials"])
        for _ in range(rows):
            make_room_for_titles(figure)
        return figure


def render_what_if(comparisons: Sequence[WhatIf], *, language: Language) -> CaptionedFigure:
    """Draw small multiples: each quantity under each way of running the trial.

    Args:
        comparisons: quantities with the planned way first.
        language: `en` or `fr`.

    Returns:
        A figure 7.2 inches wide.

    Example:
        >>> from abscopal.evidence.figures.rehearsal_data import Alternative
        >>> ways = (Alternative("Planned", 0.8, 0.78, 0.82), Alternative("Half the dose", 0.9, 0.88, 0.92))
        >>> render_what_if([WhatIf("Success", "proportion", ways)], language="en").caption.description
        'Success, as planned 80.0%.'
    """
    words = choose_words(_WORDS, language=language)
    told = SEPARATORS[language].join(
        words["planned"].format(
            label=item.label, value=_write_value(item.alternatives[0].estimate, item.unit, language)
        )
        for item in comparisons
    )
    designs = list(dict.fromkeys(way.design for item in comparisons for way in item.alternatives))
    with use_appearance():
        columns = min(3, max(1, len(comparisons)))
        rows = -(-len(comparisons) // columns)
        height = 0.5 + rows * (0.9 + 0.3 * max(len(designs), 1))
        figure = open_figure(height=height, language=language)
        figure.caption = Caption(words["what_if"], words["tells"].format(values=told), (words["points"],))
        if not comparisons:
            draw_message(figure, words["nothing"])
            return figure
        panels = figure.subplots(rows, columns, squeeze=False, sharey=True).ravel()
        for place, axes in enumerate(panels):
            if place >= len(comparisons):
                axes.set_visible(False)
                continue
            _draw_alternatives(axes, comparisons[place], designs, language)
        panels[0].set_yticks(range(len(designs)), [wrap(name, width=26) for name in designs])
        panels[0].set_ylim(len(designs) - 0.5, -0.5)
        for _ in range(rows):
            make_room_for_titles(figure)
        return figure


def _draw_alternatives(axes: Axes, item: WhatIf, designs: Sequence[str], language: Language) -> None:
    axes.axvline(item.alternatives[0].estimate, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)))
    for way in item.alternatives:
        place = designs.index(way.design)
        is_planned = way is item.alternatives[0]
        axes.plot([way.lower, way.upper], [place] * 2, color=BLACK if is_planned else BLUE, linewidth=2)
        axes.plot(
            way.estimate,
            place,
            marker="D" if is_planned else "o",
            color=BLACK if is_planned else BLUE,
            markersize=6,
            linestyle="none",
        )
    axes.set_title("\n".join(wrap_to_width(item.label, width=1.45, size=9, weight="bold")))
    _number(axes, item.unit, language)
    axes.tick_params(axis="x", labelsize=7)
    axes.locator_params(axis="x", nbins=4)


def _draw_distribution(axes: Axes, item: Distribution, language: Language) -> None:
    values = _finite(item)
    axes.hist(values, bins=_choose_bins(values, item.unit).tolist(), color=SKY_BLUE, edgecolor="white")
    if item.unit == "proportion" and np.ptp(values) == 0:
        axes.set_xlim(-0.02, 1.02)
    if item.by_draw:
        # Ticks hang under the axis line, so that bars never hide them.
        axes.plot(
            item.by_draw,
            [-0.045] * len(item.by_draw),
            transform=axes.get_xaxis_transform(),
            marker="|",
            markersize=9,
            color=ORANGE,
            linestyle="none",
            clip_on=False,
            zorder=5,
            gid="draws",
        )
    if item.limit is not None:
        axes.axvline(item.limit, color=VERMILION, linewidth=1.2, linestyle=(0, (4, 3)), gid="limit")
    axes.set_title("\n".join(wrap_to_width(item.label, width=1.75, size=9, weight="bold")))
    _number(axes, item.unit, language)
    write_number_axis(axes, language=language)
    axes.tick_params(axis="x", pad=7)
    axes.locator_params(axis="x", nbins=5)


def _choose_bins(values: Floats, unit: Unit) -> Floats:
    """Bins of equal width; those of counts hold as many whole numbers each."""
    low, high = float(values.min()), float(values.max())
    if unit == "count":
        width = max(1.0, np.ceil((high - low + 1) / MOST_BINS))
        return np.asarray(np.arange(low - 0.5, high + width, width))
    bins = min(MOST_BINS if unit == "days" else FEWER_BINS, max(1, len(np.unique(values))))
    if high > low:
        return np.linspace(low, high, bins + 1)
    if unit == "proportion":  # no share lies below 0 or above 1
        start = min(max(low - 0.01, 0.0), 0.98)
        return np.array([start, start + 0.02])
    return np.array([low - 0.5, low + 0.5])


def _finite(item: Distribution) -> Floats:
    return np.asarray(item.values[np.isfinite(item.values)]).ravel()


def _number(axes: Axes, unit: Unit, language: Language) -> None:
    if unit == "proportion":
        write_percent_axis(axes, language=language, axis="x")
    else:
        write_number_axis(axes, language=language, axis="x", decimals=1 if unit in ("mg/L", "number") else 0)


def _write_value(value: float, unit: Unit, language: Language) -> str:
    if unit == "proportion":
        return format_percent(value, language=language)
    return format_number(value, language=language, decimals=1 if unit in ("mg/L", "number") else 0)
