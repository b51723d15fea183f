"""Injected against non-injected lesions: proportions with their unit and denominator, never mixed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from abscopal.estimation.estimate import Estimate
from abscopal.evidence.figures.appearance import (
    BLACK,
    BLUE,
    GREY,
    ORANGE,
    PALE_GREY,
    Caption,
    CaptionedFigure,
    add_note,
    choose_words,
    draw_message,
    open_figure,
    use_appearance,
    wrap,
    write_percent_axis,
)
from abscopal.evidence.typography import Language, format_count, format_interval, format_labelled

LesionRole = Literal["injected", "non_injected", "any"]
CountedUnit = Literal["lesions", "patients"]

_STYLES: dict[LesionRole, tuple[str, str]] = {
    "injected": (BLUE, ""),
    "non_injected": (ORANGE, "////"),
    "any": (PALE_GREY, "...."),
}

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Response of injected and non-injected lesions",
        "axis": "Share with a response, with its {level} interval",
        "lesions": "{count} lesions in {patients} patients",
        "patients": "{count} patients",
        "definition": "Response: {definition} ",
        "mixed": "Rows that count lesions and rows that count patients are not comparable.",
        "empty": "No lesion can be assessed.",
    },
    "fr": {
        "title": "Réponse des lésions injectées et non injectées",
        "axis": "Part en réponse, avec son intervalle à {level}",
        "lesions": "{count} lésions chez {patients} patients",
        "patients": "{count} patients",
        "definition": "Réponse : {definition} ",
        "mixed": "Les lignes en lésions et les lignes en patients ne se comparent pas entre elles.",
        "empty": "Aucune lésion n’est évaluable.",
    },
}


@dataclass(frozen=True, slots=True)
class LesionProportion:
    """One proportion of lesions, or of patients, with a response.

    Args:
        label: which lesions, in the reader's language.
        role: whether the lesions were injected; gives the colour and hatching.
        estimate: the proportion; its n counts `unit`, its interval is clustered by patient for lesions.
        unit: what `estimate.n` counts.
        patients: patients who carry the lesions.
    """

    label: str
    role: LesionRole
    estimate: Estimate
    unit: CountedUnit
    patients: int


def render_lesion_response(
    proportions: Sequence[LesionProportion], *, definition: str, language: Language
) -> CaptionedFigure:
    """Draw proportions of lesions with a response, each with its unit, n/N and interval in full.

    Percentages of lesions and of patients have different units and denominators: both are printed beside
    every bar, and a sentence says so when both occur.

    Args:
        proportions: the rows, from top to bottom.
        definition: threshold, time point and modality of the response, one sentence in the reader's language.
        language: `en` or `fr`.

    Returns:
        A figure 7.2 inches wide.

    Reference:
        Andtbacka and others 2016, lesion-level response of injected and uninjected lesions
        (doi:10.1245/s10434-016-5286-0).
    """
    words = choose_words(_WORDS, language=language)
    with use_appearance():
        texts = [_write_value(row, words, language) for row in proportions]
        figure = open_figure(height=1.45 + 0.62 * max(len(proportions), 1), language=language)
        told = "; ".join(
            format_labelled(row.label, text.replace("\n", ", "), language=language)
            for row, text in zip(proportions, texts, strict=True)
        )
        notes: tuple[str, ...] = (words["definition"].format(definition=definition).strip(),)
        if len({row.unit for row in proportions}) > 1:
            notes += (words["mixed"],)
        figure.caption = Caption(words["title"], f"{told}.", notes)
        if not proportions:
            draw_message(figure, words["empty"])
            return figure
        axes = figure.add_subplot()
        for position, (row, text) in enumerate(zip(proportions, texts, strict=True)):
            colour, hatch = _STYLES[row.role]
            value = row.estimate.estimate
            if value is not None:
                axes.barh(
                    position,
                    value,
                    height=0.56,
                    facecolor=colour,
                    hatch=hatch,
                    edgecolor=BLACK,
                    linewidth=0.7,
                )
            if row.estimate.lower is not None and row.estimate.upper is not None:
                limits = [row.estimate.lower, row.estimate.upper]
                # White under black, so that the interval shows on a dark bar.
                axes.plot(limits, [position] * 2, color="white", linewidth=4.2, solid_capstyle="butt")
                axes.plot(limits, [position] * 2, color=BLACK, linewidth=1.5, marker="|", markersize=9)
            axes.annotate(
                text,
                (1.0, position),
                xycoords=("axes fraction", "data"),
                xytext=(8, 0),
                textcoords="offset points",
                va="center",
                fontsize=8,
            )
        axes.set_yticks(
            range(len(proportions)), [wrap(row.label, width=26) for row in proportions], fontsize=8.5
        )
        axes.tick_params(axis="y", length=0)
        axes.set_ylim(len(proportions) - 0.45, -0.55)
        axes.set_xlim(0, 1)
        axes.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1.0])
        axes.grid(axis="x", color=PALE_GREY, linewidth=0.6)
        axes.set_axisbelow(True)
        write_percent_axis(axes, language=language, axis="x")
        level = format_interval(proportions[0].estimate.level, None, None, language=language, decimals=0)
        axes.set_xlabel(words["axis"].format(level=level))
        axes.spines["left"].set_color(GREY)
        add_note(figure, " ".join(notes))
        return figure


def _write_value(row: LesionProportion, words: dict[str, str], language: Language) -> str:
    events = row.estimate.events
    count = (
        format_count(row.estimate.n, language=language)
        if events is None
        else format_count(events, row.estimate.n, language=language)
    )
    number = format_interval(
        row.estimate.estimate,
        row.estimate.lower,
        row.estimate.upper,
        language=language,
        level=row.estimate.level,
    )
    counted = words[row.unit].format(count=count, patients=format_count(row.patients, language=language))
    return f"{counted}\n{number}"
