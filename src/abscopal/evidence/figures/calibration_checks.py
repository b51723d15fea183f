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
        "reads": "Black: published, with its exact interval of 95% where counts were printed. Coloured: median and 5 "
        "to 95% of the ensemble; filled where calibration saw the result, open where it was held out.",
        "fit": "seen by calibration",
        "held_out": "held out",
        "published": "published",
        "hit": "inside",
        "miss": "OUTSIDE",
        "no": "no interval",
        "widths": "What calibration taught about each parameter",
        "width_tells": "{count} of {all} parameters kept more than 80% of their width: the data say little on them.",
        "width_reads": "Pale: 90% before; blue: 90% after; at the right, width after over before. Logarithmic, over "
        "the median before.",
        "x": "Over the median before",
        "nothing": "Nothing was calibrated.",
    },
    "fr": {
        "targets": "Résultats publiés et modèle calé",
        "tells": "{hits} des {fits} résultats vus par le calage, et {held_hits} des {held} non vus, sont dans "
        "l’intervalle publié ; {unknown} ont été publiés sans intervalle.",
        "reads": "Noir : publié, avec son intervalle exact à 95 % si les effectifs sont donnés. Couleur : médiane et 5 "
        "à 95 % de l’ensemble ; plein si le calage a vu le résultat, creux s’il était réservé.",
        "fit": "vu par le calage",
        "held_out": "réservé",
        "published": "publié",
        "hit": "dedans",
        "miss": "DEHORS",
        "no": "sans intervalle",
        "widths": "Ce que le calage a appris sur chaque paramètre",
        "width_tells": "{count} paramètres sur {all} ont gardé plus de 80 % de leur largeur : les données en disent "
        "peu.",
        "width_reads": "Pâle : 90 % avant ; bleu : 90 % après ; à droite, largeur après sur avant. Échelle "
        "logarithmique, rapportée à la médiane avant.",
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
                axes.set_xlim(0, 1)
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
    """Draw the width of each parameter before and after calibration.

    Args:
        widths: the parameters.
        language: `en` or `fr`.

    Returns:
        A figure 7.2 inches wide.

    Example:
        >>> width = ParameterWidth("kmax", (0.1, 10.0), (0.5, 2.0))
        >>> render_parameter_widths([width], language="en").caption.description.split(":")[0]
        '0 of 1 parameters kept more than 80% of their width'
    """
    words = choose_words(_WORDS, language=language)
    kept = sum(width.ratio > 0.8 for width in widths)
    with use_appearance():
        figure = open_figure(height=0.9 + 0.3 * max(len(widths), 1), language=language)
        figure.caption = Caption(
            words["widths"], words["width_tells"].format(count=kept, all=len(widths)), (words["width_reads"],)
        )
        figure.get_layout_engine().set(rect=(0.02, 0, 0.97, 1))  # type: ignore[union-attr, call-arg]
        if not widths:
            draw_message(figure, words["nothing"])
            return figure
        axes = figure.add_subplot()
        for place, width in enumerate(widths):
            axes.plot(width.prior, [place] * 2, color=PALE_GREY, linewidth=9, solid_capstyle="butt")
            axes.plot(width.posterior, [place] * 2, color=BLUE, linewidth=3.2, solid_capstyle="butt")
            axes.annotate(
                format_number(width.ratio, language=language, decimals=2),
                (1.0, place),
                xycoords=("axes fraction", "data"),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                fontsize=8,
            )
        axes.set_xscale("log")
        axes.axvline(1, color=GREY, linewidth=0.8)
        axes.set_yticks(range(len(widths)), [wrap(width.label, width=34) for width in widths], fontsize=7.5)
        axes.set_ylim(len(widths) - 0.5, -0.5)
        axes.set_xlabel(words["x"])
        axes.xaxis.set_major_locator(LogLocator(base=10, subs=(1.0, 2.0, 5.0)))
        axes.xaxis.set_major_formatter(lambda value, _: format_number(
            value, language=language, decimals=0 if value >= 1 else 2 if value < 0.1 else 1))  # fmt: skip
        axes.xaxis.set_minor_formatter(lambda *_: "")
        return figure
