"""What rules do for every true rate: success, early stop, patients expected; exact, one line a rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from abscopal.design.stopping_rule import StoppingRule, compute_behaviour
from abscopal.evidence.figures.appearance import (
    GREY,
    Caption,
    CaptionedFigure,
    choose_words,
    mark_arm,
    open_figure,
    use_appearance,
    write_number_axis,
    write_percent_axis,
)
from abscopal.evidence.typography import Language, format_number, format_percent

Quantity = Literal["success", "early_stop", "pause", "expected_n"]
MOST_LINES = 6

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "x": "True rate (%)",
        "x_pause": "True rate of the event (%)",
        "success": "Probability of success (%)",
        "early_stop": "Probability of stopping early for futility (%)",
        "pause": "Probability of pausing (%)",
        "expected_n": "Patients expected",
        "title_success": "Power curves",
        "title_early_stop": "Early stopping",
        "title_pause": "How often the boundary pauses the trial",
        "title_expected_n": "Patients expected",
        "tells": "{what}, exact, by true rate. {values}.",
        "at": "At {rate}: {each}",
    },
    "fr": {
        "x": "Taux réel (%)",
        "x_pause": "Taux réel de l’événement (%)",
        "success": "Probabilité de succès (%)",
        "early_stop": "Probabilité d’arrêt précoce pour futilité (%)",
        "pause": "Probabilité de pause (%)",
        "expected_n": "Patients attendus",
        "title_success": "Courbes de puissance",
        "title_early_stop": "Arrêt précoce",
        "title_pause": "Fréquence des pauses dues à la borne",
        "title_expected_n": "Patients attendus",
        "tells": "{what}, exact, selon le taux réel. {values}.",
        "at": "À {rate} : {each}",
    },
}


@dataclass(frozen=True, slots=True)
class DrawnRule:
    """A rule with the name under which it is drawn, and its place among the marks of the house.

    Figures of one page give a rule the same place, so that its line is the same in all of them.
    """

    label: str
    rule: StoppingRule
    place: int = 0


def render_design_curves(
    rules: Sequence[DrawnRule],
    *,
    quantity: Quantity,
    language: Language,
    marked: Sequence[float] = (),
) -> CaptionedFigure:
    """Draw one quantity of several rules against the true rate.

    Args:
        rules: the rules, at most six.
        quantity: success (stopping high), early stop for futility, pause (stopping high at any look), or patients.
        language: `en` or `fr`.
        marked: true rates to mark, such as p0 and p1; the caption tells the values there.

    Returns:
        A figure 7.2 inches wide.

    Example:
        >>> rule = StoppingRule(looks=(10, 29), low=(1, 5), high=(None, 6))
        >>> figure = render_design_curves(
        ...     [DrawnRule("1/10 5/29", rule)], quantity="success", language="en", marked=(0.1, 0.3))
        >>> figure.caption.description
        'Probability of success, exact, by true rate. At 10%: 1/10 5/29 4.7%. At 30%: 1/10 5/29 80.5%.'
    """
    words = choose_words(_WORDS, language=language)
    shown = list(rules)[:MOST_LINES]
    rates = np.linspace(0, 1, 101)
    with use_appearance():
        figure = open_figure(height=3.7, language=language)
        figure.caption = Caption(
            words[f"title_{quantity}"],
            words["tells"].format(
                what=words[quantity].removesuffix("(%)").strip(),
                values=". ".join(
                    words["at"].format(
                        rate=format_percent(
                            rate, language=language, decimals=0 if rate * 100 % 1 == 0 else 1
                        ),
                        each=", ".join(
                            f"{drawn.label} {_write(_measure(drawn.rule, rate, quantity), quantity, language)}"
                            for drawn in shown
                        ),
                    )
                    for rate in marked
                ),
            ),
        )
        axes = figure.add_subplot()
        for rate in marked:
            axes.axvline(rate, color=GREY, linewidth=0.8, linestyle=(0, (1.2, 1.6)), zorder=0)
        for drawn in shown:
            mark = mark_arm(drawn.place)
            axes.plot(
                rates,
                [_measure(drawn.rule, float(rate), quantity) for rate in rates],
                color=mark.colour,
                linestyle=mark.line,
                marker=mark.marker,
                markevery=(drawn.place * 2, 12),
                markersize=4,
                label=drawn.label,
            )
        axes.set(xlim=(0, 1), xlabel=words["x_pause" if quantity == "pause" else "x"], ylabel=words[quantity])
        axes.set_title(words[f"title_{quantity}"])
        axes.set_xticks([place / 10 for place in range(11)])
        write_percent_axis(axes, language=language, axis="x")
        if quantity == "expected_n":
            axes.set_ylim(0, max(drawn.rule.n for drawn in shown) * 1.05)
            write_number_axis(axes, language=language)
        else:
            axes.set_ylim(0, 1.02)
            write_percent_axis(axes, language=language)
        if len(shown) > 1:
            axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
        return figure


def _measure(rule: StoppingRule, rate: float, quantity: Quantity) -> float:
    found = compute_behaviour(rule, rate=rate)
    values = {
        "success": found.high,
        "early_stop": found.early_low,
        "pause": found.high,
        "expected_n": found.expected_n,
    }
    return min(values[quantity], 1.0) if quantity != "expected_n" else values[quantity]


def _write(value: float, quantity: Quantity, language: Language) -> str:
    if quantity == "expected_n":
        return format_number(value, language=language, decimals=1)
    return format_percent(value, language=language)
