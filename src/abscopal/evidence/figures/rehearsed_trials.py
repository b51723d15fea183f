"""Rehearsed trials: how often each conclusion is reached, how endpoints are spread, and what if."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.patches import Patch

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
    mark_arm,
    open_figure,
    use_appearance,
    wrap,
    wrap_to_width,
    write_number_axis,
    write_percent_axis,
)
from abscopal.evidence.figures.rehearsal_data import Distribution, Floats, Frequency, Unit, WhatIf
from abscopal.evidence.rehearsal_words import SEPARATORS
from abscopal.evidence.typography import (
    Language,
    format_count,
    format_labelled,
    format_number,
    format_percent,
)

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
        "bars": "Bars: trials, spread by chance and by what nobody knows. Ticks under the axis: mean (of a median, the "
        "median) under each draw of the parameters, which chance moves too where few trials ran under it. Dashes: the "
        "value that decides.",
        "beyond": "beyond follow-up",
        "beyond_bars": "Trials without a bar, since their median lies beyond follow-up: {values}.",
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
        "bars": "Barres : essais, dispersés par le hasard et par ce que personne ne sait. Petits traits sous l’axe : "
        "moyenne (d’une médiane, la médiane) sous chaque tirage des paramètres, que le hasard déplace aussi "
        "si peu d’essais y ont tourné. Tirets : la valeur qui décide.",
        "beyond": "au-delà du suivi",
        "beyond_bars": "Essais sans barre, leur médiane étant au-delà du suivi : {values}.",
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
TICK_ROW = 0.07


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
    """Draw small multiples: each endpoint over the trials, its arms over each other, with its mean under each draw.

    Args:
        distributions: the endpoints, arm by arm.
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
    panels_of = {item.label: [other for other in known if other.label == item.label] for item in known}
    arms = list(dict.fromkeys(item.arm for item in known if item.arm))
    with use_appearance():
        columns = min(3, max(1, len(panels_of)))
        rows = -(-len(panels_of) // columns)
        figure = open_figure(height=0.4 + 2.05 * max(rows, 1), language=language)
        figure.caption = _tell_distributions(distributions, words, language)
        if not known:
            draw_message(figure, words["nothing"])
            return figure
        panels = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes in panels[len(panels_of) :]:
            axes.set_visible(False)
        for place, (axes, items) in enumerate(zip(panels, panels_of.values(), strict=False)):
            _draw_distributions(axes, items, arms, language)
            if items[0].unit in ("count", "days"):
                axes.set_xlabel(words[items[0].unit])
            if place % columns == 0:
                axes.set_ylabel(words["trials"])
        if len(arms) > 1:
            handles = [Patch(**_outline(place), label=arm) for place, arm in enumerate(arms)]
            figure.legend(handles=handles, loc="outside upper left", ncols=2)
            figure.set_figheight(figure.get_figheight() + 0.25 * -(-len(arms) // 2))
        for _ in range(rows):
            make_room_for_titles(figure)
        return figure


def _tell_distributions(
    distributions: Sequence[Distribution], words: Mapping[str, str], language: Language
) -> Caption:
    told, beyond = [], []
    for item in distributions:
        values = item.values[~np.isnan(item.values)]
        if not values.size:
            continue
        middle, label = float(np.median(values)), ", ".join(filter(None, (item.label, item.arm)))
        written = _write_value(middle, item.unit, language) if np.isfinite(middle) else words["beyond"]
        told.append(words["spread"].format(label=label, middle=written))
        if np.isinf(values).any():
            count = format_count(int(np.isinf(values).sum()), language=language)
            beyond.append(format_labelled(label, count, language=language))
    trials = format_count(max((len(item.values) for item in distributions), default=0), language=language)
    notes = [words["n"].format(n=trials), words["bars"]]
    if beyond:
        notes.append(words["beyond_bars"].format(values=SEPARATORS[language].join(beyond)))
    return Caption(
        words["endpoints"], words["tells"].format(values=SEPARATORS[language].join(told)), tuple(notes)
    )


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


def _draw_distributions(
    axes: Axes, items: Sequence[Distribution], arms: Sequence[str], language: Language
) -> None:
    """One endpoint; its arms over each other in the colours of the arms, with a row of ticks each."""
    unit, every = items[0].unit, [_finite(item) for item in items]
    bins = _choose_bins(every, unit).tolist()
    is_single = not items[0].arm or len(arms) < 2
    for row, (item, values) in enumerate(zip(items, every, strict=True)):
        place = 0 if is_single else arms.index(item.arm)
        if is_single:
            axes.hist(values, bins=bins, color=SKY_BLUE, edgecolor="white")
        else:
            axes.hist(values, bins=bins, histtype="stepfilled", **_outline(place))
        if item.by_draw:
            _hang_ticks(axes, item.by_draw, row, ORANGE if is_single else mark_arm(place).colour)
        if item.limit is not None:
            axes.axvline(item.limit, color=VERMILION, linewidth=1.2, linestyle=(0, (4, 3)), gid="limit")
    if unit == "proportion" and np.ptp(np.concatenate(every)) == 0:
        axes.set_xlim(-0.02, 1.02)
    axes.set_title("\n".join(wrap_to_width(items[0].label, width=1.75, size=9, weight="bold")))
    _number(axes, unit, language)
    write_number_axis(axes, language=language)
    axes.tick_params(axis="x", pad=7 * len(items))
    axes.locator_params(axis="x", nbins=5)


def _hang_ticks(axes: Axes, values: Sequence[float], row: int, colour: str) -> None:
    """A row of ticks under the axis line, so that bars never hide them."""
    axes.plot(
        values,
        [-0.045 - TICK_ROW * row] * len(values),
        transform=axes.get_xaxis_transform(),
        marker="|",
        markersize=7,
        color=colour,
        linestyle="none",
        clip_on=False,
        zorder=5,
        gid="draws",
    )


def _outline(place: int) -> dict[str, Any]:
    """How the bars of an arm are drawn: outlined in its line and colour, palely filled so that others show through."""
    mark = mark_arm(place)
    return {
        "facecolor": to_rgba(mark.colour, 0.25),
        "edgecolor": mark.colour,
        "linestyle": mark.line,
        "linewidth": 1.3,
    }


def _choose_bins(every: Sequence[Floats], unit: Unit) -> Floats:
    """Bins of equal width for all arms; those of counts hold as many whole numbers each."""
    low, high = (
        float(min(values.min() for values in every)),
        float(max(values.max() for values in every)),
    )
    if unit == "count":
        width = max(1.0, np.ceil((high - low + 1) / MOST_BINS))
        return np.asarray(np.arange(low - 0.5, high + width, width))
    bins = min(
        MOST_BINS if unit == "days" else FEWER_BINS, max(1, *(len(np.unique(values)) for values in every))
    )
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
