"""Operating characteristics: how often a single-stage rule declares success, for every true rate."""

import numpy as np

from abscopal.design.single_stage import SingleStageDesign, compute_success_probability
from abscopal.evidence.figures.appearance import (
    BLACK,
    BLUE,
    GREY,
    ORANGE,
    VERMILION,
    Caption,
    CaptionedFigure,
    choose_words,
    open_figure,
    use_appearance,
    write_percent_axis,
)
from abscopal.evidence.typography import Language, format_count, format_percent

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Operating characteristics of the decision rule",
        "rule": "Success if at least {successes} of {n} patients succeed",
        "x": "True rate of success (%)",
        "y": "Probability of declaring success (%)",
        "alpha": "Type I error\nat a true rate of {rate}:\nexact {exact}",
        "power": "Power\nat a true rate of {rate}:\nexact {exact}",
        "nominal": "\nplanned {nominal}",
        "observed": "Observed: {events}/{n} ({percent})",
        "tells": "{rule}. Type I error at {p0}: {alpha}; power at {p1}: {power}.",
    },
    "fr": {
        "title": "Caractéristiques opérationnelles de la règle de décision",
        "rule": "Succès si au moins {successes} patients sur {n} sont en succès",
        "x": "Taux réel de succès (%)",
        "y": "Probabilité de conclure au succès (%)",
        "alpha": "Risque de première espèce\npour un taux réel de {rate} :\nexact {exact}",
        "power": "Puissance\npour un taux réel de {rate} :\nexact {exact}",
        "nominal": "\nprévu {nominal}",
        "observed": "Observé : {events}/{n} ({percent})",
        "tells": "{rule}. Risque de première espèce à {p0} : {alpha} ; puissance à {p1} : {power}.",
    },
}


def render_operating_characteristics(
    design: SingleStageDesign,
    *,
    language: Language,
    nominal_alpha: float | None = None,
    nominal_power: float | None = None,
    observed: tuple[int, int] | None = None,
) -> CaptionedFigure:
    """Draw the probability that the rule declares success against the true rate.

    The exact error and power are marked beside the planned ones: an approximation can miss its own level.

    Args:
        design: the rule: n, minimum_successes, p0 and p1.
        language: `en` or `fr`.
        nominal_alpha: planned type I error; None where unknown.
        nominal_power: planned power; None where unknown.
        observed: successes and patients seen in the trial, marked on the axis; None before the result.

    Returns:
        A figure 7.2 inches wide.

    Example:
        >>> design = SingleStageDesign(n=38, minimum_successes=23, p0=0.5, p1=0.7)
        >>> figure = render_operating_characteristics(design, language="en", nominal_alpha=0.10)
        >>> figure.caption.description
        'Success if at least 23 of 38 patients succeed. Type I error at 50%: 12.8%; power at 70%: 92.4%.'
    """
    words = choose_words(_WORDS, language=language)
    alpha = compute_success_probability(design, rate=design.p0)
    power = compute_success_probability(design, rate=design.p1)

    def percent(value: float) -> str:
        return format_percent(value, language=language)

    def rate(value: float) -> str:
        return format_percent(value, language=language, decimals=0 if abs(value * 100 % 1) < 1e-9 else 1)

    rule = words["rule"].format(
        successes=format_count(design.minimum_successes, language=language),
        n=format_count(design.n, language=language),
    )
    with use_appearance():
        figure = open_figure(height=4.0, language=language)
        figure.caption = Caption(
            words["title"],
            words["tells"].format(
                rule=rule, p0=rate(design.p0), alpha=percent(alpha), p1=rate(design.p1), power=percent(power)
            ),
        )
        axes = figure.add_subplot()
        rates = np.linspace(0, 1, 201)
        axes.plot(
            rates,
            [compute_success_probability(design, rate=float(value)) for value in rates],
            color=BLUE,
            linewidth=2.0,
        )
        marks = (
            ("alpha", design.p0, alpha, nominal_alpha, VERMILION, "o", "right", -10, 12),
            ("power", design.p1, power, nominal_power, BLACK, "s", "left", 12, -12),
        )
        for name, at, value, nominal, colour, marker, side, dx, dy in marks:
            axes.vlines(at, 0, value, color=GREY, linewidth=0.9, linestyle=(0, (1.2, 1.6)))
            axes.hlines(value, 0, at, color=GREY, linewidth=0.9, linestyle=(0, (1.2, 1.6)))
            axes.plot(at, value, marker=marker, color=colour, markersize=7, linestyle="none", zorder=4)
            text = words[name].format(rate=rate(at), exact=percent(value))
            if nominal is not None:
                text += words["nominal"].format(nominal=percent(nominal))
                axes.plot(
                    at,
                    nominal,
                    marker=marker,
                    markerfacecolor="white",
                    markeredgecolor=colour,
                    markersize=7,
                    linestyle="none",
                    zorder=3,
                )
            axes.annotate(
                text,
                (at, value),
                xytext=(dx, dy),
                textcoords="offset points",
                ha=side,
                va="bottom" if dy > 0 else "top",
                fontsize=8,
            )
        if observed:
            share = observed[0] / observed[1] if observed[1] else 0.0
            label = words["observed"].format(
                events=format_count(observed[0], language=language),
                n=format_count(observed[1], language=language),
                percent=percent(share),
            )
            axes.plot(
                share,
                0,
                marker="^",
                markersize=9,
                color=ORANGE,
                markeredgecolor=BLACK,
                linestyle="none",
                clip_on=False,
                zorder=5,
                label=label,
            )
            # In the corner that the curve leaves free: beside its mark it would lie on the curve or on other words.
            axes.legend(loc="lower right", bbox_to_anchor=(1.0, 0.03))
        axes.set_title(rule)
        axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel=words["x"], ylabel=words["y"])
        axes.set_xticks([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1])
        axes.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1])
        write_percent_axis(axes, language=language)
        write_percent_axis(axes, language=language, axis="x")
        return figure
