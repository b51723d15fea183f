"""Waterfall and spider of the patients with injected lesions: injected and distant lesions side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from matplotlib.axes import Axes

from abscopal.evidence.figures.appearance import (
    BLACK,
    BLUE,
    GREY,
    ORANGE,
    Caption,
    CaptionedFigure,
    Mark,
    add_note,
    choose_words,
    draw_message,
    in_months,
    make_room_for_titles,
    open_figure,
    set_month_axis,
    use_appearance,
    write_change_axis,
    write_panel_title,
)
from abscopal.evidence.figures.course_data import Category, LesionCourse, compute_sum_lines
from abscopal.evidence.figures.tumour_changes import THRESHOLDS
from abscopal.evidence.typography import Language, format_count, format_percent_points

CEILING = 100.0
"""Per cent above which a bar or a line is held at the edge and marked."""

CATEGORIES: tuple[Category, ...] = ("injected", "distant")
CATEGORY_MARKS: dict[Category, Mark] = {
    "injected": Mark(BLUE, "-", "o", ""),
    "distant": Mark(ORANGE, (0, (5, 1.6)), "s", "////"),
}

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "waterfall": "Best change of the injected and of the distant targets",
        "spider": "Course of the injected and of the distant targets",
        "injected": "Injected targets",
        "distant": "Distant targets (never or not yet injected)",
        "count": "n = {drawn} patients",
        "y": "Change from the baseline\nof the same lesions (%)",
        "patients": "Patients, ordered by best change",
        "x": "Months since the reference date",
        "note": "Patients with at least one injected target: {n}; drawn are those with a complete sum after "
        "baseline. Dotted lines: −30% and +20%. A sum is compared "
        "with the baseline of the lesions that make it at that time (matched set). ",
        "cut": "A triangle marks a value above {ceiling}. ",
        "empty": "No injected target was measured after baseline.",
        "tells": "{n} patients with at least one injected target. Best change of the sum of their targets, smaller by "
        "30% or more: injected {injected}, distant {distant} patients.",
    },
    "fr": {
        "waterfall": "Meilleure variation des cibles injectées et des cibles à distance",
        "spider": "Évolution des cibles injectées et des cibles à distance",
        "injected": "Cibles injectées",
        "distant": "Cibles à distance (jamais ou pas encore injectées)",
        "count": "n = {drawn} patients",
        "y": "Variation depuis l’inclusion\ndes mêmes lésions (%)",
        "patients": "Patients, par ordre de meilleure variation",
        "x": "Mois depuis la date de référence",
        "note": "Patients avec au moins une cible injectée : {n} ; sont représentés ceux dont une somme est complète "
        "après l’inclusion. Pointillés : −30 % et +20 %. Une somme est comparée "
        "à la valeur initiale des lésions qui la composent alors (ensemble apparié). ",
        "cut": "Un triangle marque une valeur au-delà de {ceiling}. ",
        "empty": "Aucune cible injectée n’a été mesurée après l’inclusion.",
        "tells": "{n} patients avec au moins une cible injectée. Meilleure variation de la somme de leurs cibles, "
        "baisse de 30 % ou plus : injectées {injected}, à distance {distant} patients.",
    },
}


@dataclass(frozen=True, slots=True)
class CategoryChange:
    """The change of the injected, or of the distant targets of one patient at one assessment.

    Args:
        patient: USUBJID.
        category: injected or distant.
        day: study day.
        percent: change from the baseline of the same lesions.
    """

    patient: str
    category: Category
    day: int
    percent: float


def list_category_changes(patients: Mapping[str, Sequence[LesionCourse]]) -> tuple[CategoryChange, ...]:
    """Compute the changes of injected and of distant targets in every patient who has injected ones.

    Args:
        patients: the lesions of each patient.

    Returns:
        One entry per patient, category and assessment after baseline at which every target of it was measured.
    """
    return tuple(
        CategoryChange(patient, line.category, point.day, percent)
        for patient, lesions in patients.items()
        for line in compute_sum_lines(lesions)
        if line.category in CATEGORIES
        for point, percent in line.changes
    )


def count_injected_patients(patients: Mapping[str, Sequence[LesionCourse]]) -> int:
    """How many patients have an injected target."""
    return sum(
        any(lesion.is_injected and lesion.role == "TARGET" for lesion in lesions)
        for lesions in patients.values()
    )


def render_split_waterfall(
    changes: Sequence[CategoryChange], *, language: Language, patients: int
) -> CaptionedFigure:
    """Draw the best change of the injected and of the distant targets, one panel each, one bar per patient.

    Args:
        changes: changes of both categories.
        language: `en` or `fr`.
        patients: how many have an injected target, measured after baseline or not.

    Returns:
        A figure 7.2 inches wide.

    Reference:
        Thresholds: RECIST 1.1, section 4.3.1 (doi:10.1016/j.ejca.2008.10.026). Matched sets are our reading of
        itRECIST (doi:10.1200/JCO.19.02985).
    """
    return _render(changes, "waterfall", language, patients)


def render_split_spider(
    changes: Sequence[CategoryChange], *, language: Language, patients: int
) -> CaptionedFigure:
    """Draw the course of the injected and of the distant targets, one panel each, one line per patient.

    Args:
        changes: changes of both categories.
        language: `en` or `fr`.
        patients: how many have an injected target, measured after baseline or not.

    Returns:
        A figure 7.2 inches wide.
    """
    return _render(changes, "spider", language, patients)


def _render(
    changes: Sequence[CategoryChange], kind: Literal["waterfall", "spider"], language: Language, patients: int
) -> CaptionedFigure:
    words = choose_words(_WORDS, language=language)
    best = {category: _find_best(changes, category) for category in CATEGORIES}
    with use_appearance():
        figure = open_figure(height=3.5, language=language)
        fell = {
            category: format_count(sum(value <= THRESHOLDS[0] for value in own.values()), language=language)
            for category, own in best.items()
        }
        told = words["tells"].format(n=format_count(patients, language=language), **fell)
        figure.caption = Caption(words[kind], told)
        if not changes:
            draw_message(figure, words["empty"])
            return figure
        panels = figure.subplots(1, 2, sharey=True)
        highest = min(CEILING, max(40.0, *(change.percent for change in changes)))
        longest = in_months(max(change.day for change in changes))
        for axes, category in zip(panels, CATEGORIES, strict=True):
            drawn = format_count(len(best[category]), patients, language=language)
            axes.set_title(write_panel_title(words[category], words["count"].format(drawn=drawn), width=34))
            for threshold in THRESHOLDS:
                axes.axhline(threshold, color=GREY, linewidth=0.9, linestyle=(0, (1.2, 1.6)), zorder=0.5)
            axes.axhline(0, color=BLACK, linewidth=0.8)
            if kind == "waterfall":
                _draw_bars(axes, list(best[category].values()), CATEGORY_MARKS[category])
                axes.set_xlabel(words["patients"], loc="left")
            else:
                _draw_lines(axes, changes, category)
                set_month_axis(axes, longest_months=longest, language=language)
                axes.set_xlabel(words["x"])
        panels[0].set_ylim(-106, highest + 10)
        panels[0].set_ylabel(words["y"])
        make_room_for_titles(figure)
        write_change_axis(panels[0], language=language)
        note = words["note"].format(n=format_count(patients, language=language))
        if any(change.percent > CEILING for change in changes):
            note += words["cut"].format(ceiling="+" + format_percent_points(CEILING, language=language))
        add_note(figure, note.strip())
        return figure


def _find_best(changes: Sequence[CategoryChange], category: Category) -> dict[str, float]:
    """The lowest change of each patient, largest growth first."""
    best: dict[str, float] = {}
    for change in changes:
        if change.category == category:
            best[change.patient] = min(change.percent, best.get(change.patient, change.percent))
    return dict(sorted(best.items(), key=lambda item: (-item[1], item[0])))


def _draw_bars(axes: Axes, values: Sequence[float], mark: Mark) -> None:
    places = range(len(values))
    heights = [min(value, CEILING) for value in values]
    axes.bar(places, heights, width=0.84, color=mark.colour, edgecolor=BLACK, linewidth=0.5, hatch=mark.hatch)
    flat = [place for place, value in enumerate(values) if value == 0]
    axes.plot(flat, [0] * len(flat), color=BLACK, marker="_", markersize=5, linestyle="none")
    cut = [place for place, value in enumerate(values) if value > CEILING]
    axes.plot(cut, [CEILING + 4] * len(cut), color=BLACK, marker="^", markersize=4, linestyle="none")
    spare = max(0.0, (7 - len(values)) / 2)
    axes.set_xlim(-0.8 - spare, len(values) - 0.2 + spare)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)


def _draw_lines(axes: Axes, changes: Sequence[CategoryChange], category: Category) -> None:
    mark = CATEGORY_MARKS[category]
    courses: dict[str, list[CategoryChange]] = {}
    for change in changes:
        if change.category == category:
            courses.setdefault(change.patient, []).append(change)
    for own in courses.values():
        ordered = sorted(own, key=lambda change: change.day)
        months = [0.0, *(in_months(change.day) for change in ordered)]
        values = [0.0, *(min(change.percent, CEILING) for change in ordered)]
        axes.plot(months, values, color=mark.colour, linestyle=mark.line, linewidth=1.1, alpha=0.85)
        axes.plot(
            months[-1:], values[-1:], color=mark.colour, marker=mark.marker, markersize=4, markeredgecolor=BLACK,
            markeredgewidth=0.5, linestyle="none",
        )  # fmt: skip
        cut = [in_months(change.day) for change in ordered if change.percent > CEILING]
        axes.plot(cut, [CEILING + 4] * len(cut), color=BLACK, marker="^", markersize=4, linestyle="none")
