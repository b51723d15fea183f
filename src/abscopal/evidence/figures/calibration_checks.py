"""Calibration: published results beside fitted ones, and what was learnt about each parameter."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator

from abscopal.evidence.figures.appearance import (
    BLACK,
    BLUE,
    GREY,
    PALE_GREY,
    VERMILION,
    Caption,
    CaptionedFigure,
    choose_words,
    draw_message,
    open_figure,
    use_appearance,
    wrap,
    write_number_axis,
    write_percent_axis,
)
from abscopal.evidence.figures.rehearsal_data import ParameterWidth, TargetCheck
from abscopal.evidence.typography import Language, format_number

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "targets": "Published results beside the calibrated model",
        "tells": "{hits} of {fits} results that calibration saw, and {held_hits} of {held} that it did not, lie inside "
        "the published interval; {unknown} were published without one.",
        "reads": "Black: published, with its exact interval of 95% where counts were printed. Coloured: median and "
        "range of the model, as the tables of the evidence say; filled where calibration saw the result, open where "
        "it was held out.",
        "fit": "seen by calibration",
        "held_out": "held out",
        "published": "published",
        "hit": "inside",
        "miss": "OUTSIDE",
        "no": "no interval",
        "widths": "What calibration taught about each parameter",
        "width_tells": "About {count} of {all} parameters the published results taught nothing: they kept 90% of their "
        "width or more, and what they are is what was assumed.",
        "width_reads": "Pale bar: interval of 95% before calibration; dark bar: after; number: width after over width "
        "before, the best learnt first. Logarithmic axis, over the median before.",
        "before": "before calibration",
        "after": "after",
        "untaught": "after; the results taught nothing",
        "nothing_learnt": "nothing learnt",
        "x": "Over the median before",
        "nothing": "Nothing was calibrated.",
    },
    "fr": {
        "targets": "Résultats publiés et modèle calé",
        "tells": "{hits} des {fits} résultats vus par le calage, et {held_hits} des {held} non vus, sont dans "
        "l’intervalle publié ; {unknown} ont été publiés sans intervalle.",
        "reads": "Noir : publié, avec son intervalle exact à 95 % si les effectifs sont donnés. Couleur : médiane et "
        "étendue du modèle, comme disent les tableaux des preuves ; plein si le calage a vu le résultat, creux s’il "
        "était réservé.",
        "fit": "vu par le calage",
        "held_out": "réservé",
        "published": "publié",
        "hit": "dedans",
        "miss": "DEHORS",
        "no": "sans intervalle",
        "widths": "Ce que le calage a appris sur chaque paramètre",
        "width_tells": "Sur {count} paramètres sur {all}, les résultats publiés n’ont rien appris : ils ont gardé au "
        "moins 90 % de leur largeur, et valent ce qui a été supposé.",
        "width_reads": "Barre pâle : intervalle à 95 % avant calage ; barre foncée : après ; nombre : largeur après "
        "sur largeur avant, les mieux appris en tête. Échelle logarithmique, rapportée à la médiane avant.",
        "before": "avant calage",
        "after": "après",
        "untaught": "après ; les résultats n’ont rien appris",
        "nothing_learnt": "rien appris",
        "x": "Rapporté à la médiane avant",
        "nothing": "Rien n’a été calé.",
    },
}


def render_calibration_targets(checks: Sequence[TargetCheck], *, language: Language) -> CaptionedFigure:
    """Draw published results with their intervals beside the calibrated model, hits and misses alike.

    Args:
        checks: the results, in the order to show.
        language: `en` or `fr`.

    Returns:
        A figure 7.2 inches wide, one panel a unit.

    Example:
        >>> check = TargetCheck("Severe toxicity", "fit", "proportion", 0.24, 0.12, 0.41, 0.25, 0.2, 0.3)
        >>> render_calibration_targets([check], language="en").caption.description.split(",")[0]
        '1 of 1 results that calibration saw'
    """
    words = choose_words(_WORDS, language=language)
    fits = [check for check in checks if check.use == "fit" and check.is_hit is not None]
    held = [check for check in checks if check.use == "held_out" and check.is_hit is not None]
    with use_appearance():
        units = list(dict.fromkeys(check.unit for check in checks))
        figure = open_figure(height=1.2 + 0.46 * max(len(checks), 1) + 0.3 * len(units), language=language)
        figure.caption = Caption(
            words["targets"],
            words["tells"].format(
                hits=sum(bool(check.is_hit) for check in fits),
                fits=len(fits),
                held_hits=sum(bool(check.is_hit) for check in held),
                held=len(held),
                unknown=len(checks) - len(fits) - len(held),
            ),
            (words["reads"],),
        )
        # Verdicts stand right of the axes, beyond what the layout counts: names on the left need room too.
        figure.get_layout_engine().set(rect=(0.02, 0, 0.97, 1))  # type: ignore[union-attr, call-arg]
        if not checks:
            draw_message(figure, words["nothing"])
            return figure
        rows = [[check for check in checks if check.unit == unit] for unit in units]
        panels = figure.subplots(
            len(units), 1, squeeze=False, height_ratios=[len(group) + 0.6 for group in rows]
        )[:, 0]
        for axes, group in zip(panels, rows, strict=True):
            _draw_checks(axes, group, words)
            if group[0].unit == "proportion":
                axes.set_xlim(-0.015, 1.015)
                write_percent_axis(axes, language=language, axis="x")
            else:
                axes.set_xlim(left=0)
                axes.set_xlabel(group[0].unit)
                write_number_axis(axes, language=language, axis="x")
        handles = [
            Line2D([], [], color=BLACK, marker="D", markersize=5, label=words["published"]),
            Line2D([], [], color=BLUE, marker="o", label=words["fit"]),
            Line2D([], [], color=VERMILION, marker="o", markerfacecolor="white", label=words["held_out"]),
        ]
        figure.legend(handles=handles, loc="outside upper left", ncols=3)
        return figure


def _draw_checks(axes: Axes, checks: Sequence[TargetCheck], words: dict[str, str]) -> None:
    for place, check in enumerate(checks):
        if check.lower is not None and check.upper is not None:
            axes.plot([check.lower, check.upper], [place - 0.16] * 2, color=BLACK, linewidth=1.4)
        axes.plot(check.published, place - 0.16, marker="D", color=BLACK, markersize=5, linestyle="none")
        colour = BLUE if check.use == "fit" else VERMILION
        axes.plot([check.fitted_lower, check.fitted_upper], [place + 0.18] * 2, color=colour, linewidth=2)
        axes.plot(
            check.fitted,
            place + 0.18,
            marker="o",
            color=colour,
            markerfacecolor=colour if check.use == "fit" else "white",
            markersize=6.5,
            linestyle="none",
            gid=f"{check.use}-{place}",
        )
        verdict = "no" if check.is_hit is None else "hit" if check.is_hit else "miss"
        axes.annotate(
            words[verdict],
            (1.0, place),
            xycoords=("axes fraction", "data"),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
            fontweight="bold" if verdict == "miss" else "normal",
            color=GREY if verdict == "no" else BLACK,
        )
    axes.set_yticks(range(len(checks)), [wrap(check.label, width=38) for check in checks], fontsize=7.5)
    axes.set_ylim(len(checks) - 0.5, -0.5)


def render_parameter_widths(widths: Sequence[ParameterWidth], *, language: Language) -> CaptionedFigure:
    """Draw the width of each parameter before and after calibration, the best learnt first.

    Args:
        widths: the parameters.
        language: `en` or `fr`.

    Returns:
        A figure 7.2 inches wide.

    Example:
        >>> width = ParameterWidth("kmax", "Killing", "1/d", (0.1, 1.0, 10.0), (0.5, 1.0, 2.0), 0.3)
        >>> render_parameter_widths([width], language="en").caption.description.split(":")[0]
        'About 0 of 1 parameters the published results taught nothing'
    """
    words = choose_words(_WORDS, language=language)
    untaught = sum(not width.is_taught for width in widths)
    with use_appearance():
        figure = open_figure(height=1.1 + 0.3 * max(len(widths), 1), language=language)
        figure.caption = Caption(
            words["widths"],
            words["width_tells"].format(count=untaught, all=len(widths)),
            (words["width_reads"],),
        )
        # Numbers stand right of the axes, beyond what the layout counts.
        figure.get_layout_engine().set(rect=(0.02, 0, 0.88, 1))  # type: ignore[union-attr, call-arg]
        if not widths:
            draw_message(figure, words["nothing"])
            return figure
        axes = figure.add_subplot()
        ordered = sorted(widths, key=lambda width: width.width)
        for place, width in enumerate(ordered):
            _draw_width(axes, place, width, words, language)
        axes.set_xscale("log")
        axes.axvline(1, color=GREY, linewidth=0.8)
        names = [wrap(f"{width.label} ({width.symbol})", width=46) for width in ordered]
        axes.set_yticks(range(len(ordered)), names, fontsize=7.5)
        axes.set_ylim(len(ordered) - 0.5, -0.5)
        axes.set_xlabel(words["x"])
        axes.xaxis.set_major_locator(LogLocator(base=10, subs=(1.0, 2.0, 5.0)))
        axes.xaxis.set_major_formatter(lambda value, _: format_number(
            value, language=language, decimals=0 if value >= 1 else 2 if value < 0.1 else 1))  # fmt: skip
        axes.xaxis.set_minor_formatter(lambda *_: "")
        handles = [
            Line2D([], [], color=PALE_GREY, linewidth=9, label=words["before"]),
            Line2D([], [], color=BLUE, linewidth=3.2, label=words["after"]),
            Line2D([], [], color=GREY, linewidth=3.2, label=words["untaught"]),
        ]
        figure.legend(handles=handles, loc="outside upper left", ncols=3)
        return figure


def _draw_width(
    axes: Axes, place: int, width: ParameterWidth, words: dict[str, str], language: Language
) -> None:
    middle = width.prior[1]
    for bounds, colour, thickness in (
        (width.prior, PALE_GREY, 9.0),
        (width.posterior, BLUE if width.is_taught else GREY, 3.2),
    ):
        ends = [bounds[0] / middle, bounds[2] / middle]
        axes.plot(ends, [place] * 2, color=colour, linewidth=thickness, solid_capstyle="butt")
    number = format_number(width.width, language=language, decimals=2)
    axes.annotate(
        number if width.is_taught else f"{number} {words['nothing_learnt']}",
        (1.0, place),
        xycoords=("axes fraction", "data"),
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        fontsize=8,
        color=BLACK if width.is_taught else GREY,
    )
