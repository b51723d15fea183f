"""Waterfall of single lesions: the best change of each target, lesions of one patient side by side."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.patches import Patch

from abscopal.evidence.figures.appearance import (
    BLACK,
    GREY,
    PALE_GREY,
    Caption,
    CaptionedFigure,
    add_note,
    choose_words,
    draw_message,
    open_figure,
    use_appearance,
    write_change_axis,
)
from abscopal.evidence.figures.course_data import Category, LesionCourse
from abscopal.evidence.figures.injection_split import CATEGORY_MARKS, CEILING
from abscopal.evidence.figures.tumour_changes import THRESHOLDS
from abscopal.evidence.typography import Language, format_count, format_percent_points

BARS_PER_ROW = 62
ROWS_PER_PAGE = 4

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Best change of each target lesion",
        "y": "Best change (%)",
        "injected": "Injected ({n} lesions)",
        "distant": "Not injected ({n} lesions)",
        "note": "Lesions, not patients. Targets measured at baseline and after it, of the patients who had at least "
        "one lesion injected; those of one patient stand together over the patient’s number, the patient whose "
        "lesions shrank least first. A lesion counts as injected when it ever was. Dotted lines: −30% and +20%. ",
        "cut": "A triangle marks a value above {ceiling}. ",
        "missing": "Targets without a measurement after baseline, not drawn: {n}. ",
        "page": "Page {page} of {pages}. ",
        "empty": "No target of a patient with injected lesions was measured after baseline.",
        "tells": "Best change from baseline of {lesions} target lesions in {patients} patients. Smaller by 30% "
        "or more: injected {injected}, not injected {distant} lesions.",
    },
    "fr": {
        "title": "Meilleure variation de chaque lésion cible",
        "y": "Meilleure variation (%)",
        "injected": "Injectées ({n} lésions)",
        "distant": "Non injectées ({n} lésions)",
        "note": "Des lésions, non des patients. Cibles mesurées à l’inclusion et ensuite, chez les patients dont au "
        "moins une lésion a été injectée ; les lésions d’un même patient sont côte à côte au-dessus de son numéro, "
        "en commençant par le patient dont les lésions ont le moins régressé. Une lésion compte comme injectée "
        "si elle l’a jamais été. Pointillés : −30 % et +20 %. ",
        "cut": "Un triangle marque une valeur au-delà de {ceiling}. ",
        "missing": "Cibles sans mesure après l’inclusion, non représentées : {n}. ",
        "page": "Page {page} sur {pages}. ",
        "empty": "Aucune cible d’un patient avec lésions injectées n’a été mesurée après l’inclusion.",
        "tells": "Meilleure variation depuis l’inclusion de {lesions} lésions cibles chez {patients} patients. "
        "Baisse de 30 % ou plus : injectées {injected}, non injectées {distant} lésions.",
    },
}


@dataclass(frozen=True, slots=True)
class LesionChange:
    """The best change of one target: the largest shrinkage, or the smallest growth, from its own baseline."""

    name: str
    category: Category
    percent: float


def list_lesion_changes(
    patients: Mapping[str, Sequence[LesionCourse]],
) -> tuple[dict[str, tuple[LesionChange, ...]], int]:
    """Find the best change of each target of the patients who had at least one lesion injected.

    Args:
        patients: the lesions of each patient.

    Returns:
        For each patient the changes of the targets, and how many targets have none.
    """
    found: dict[str, tuple[LesionChange, ...]] = {}
    missing = 0
    for patient, lesions in patients.items():
        if not any(lesion.is_injected for lesion in lesions):
            continue
        changes = []
        for lesion in (lesion for lesion in lesions if lesion.role == "TARGET"):
            later = [
                seen.millimetres
                for seen in lesion.sightings
                if seen.assessment > 0 and seen.millimetres is not None and seen.state != "MERGED"
            ]
            if not lesion.baseline or not later:
                missing += 1
                continue
            percent = 100 * (min(later) - lesion.baseline) / lesion.baseline
            changes.append(
                LesionChange(lesion.name, "injected" if lesion.is_injected else "distant", percent)
            )
        if changes:
            found[patient] = tuple(sorted(changes, key=lambda change: (-change.percent, change.name)))
    return found, missing


def count_lesion_pages(patients: Mapping[str, Sequence[LesionChange]]) -> int:
    """How many pages the lesions of so many patients fill."""
    return max(1, math.ceil(len(_fill_rows(patients)) / ROWS_PER_PAGE))


def render_lesion_waterfall(
    patients: Mapping[str, Sequence[LesionChange]],
    *,
    language: Language,
    missing: int = 0,
    page: int = 1,
) -> CaptionedFigure:
    """Draw the best change of each target lesion, injected ones by colour and hatching, grouped by patient.

    Args:
        patients: the changes of each patient's targets, by the number printed under them.
        language: `en` or `fr`.
        missing: targets without a change, for the note.
        page: which page to draw; a page holds some 250 lesions.

    Returns:
        A figure 7.2 inches wide.
    """
    words = choose_words(_WORDS, language=language)
    lesions = [change for own in patients.values() for change in own]
    rows, pages = _fill_rows(patients), count_lesion_pages(patients)
    shown = rows[(page - 1) * ROWS_PER_PAGE : page * ROWS_PER_PAGE]

    def count(category: Category, *, at_most: float = math.inf) -> str:
        matching = [c for c in lesions if c.category == category and c.percent <= at_most]
        return format_count(len(matching), language=language)

    with use_appearance():
        figure = open_figure(height=1.15 + 1.6 * max(1, len(shown)), language=language)
        told = words["tells"].format(
            lesions=format_count(len(lesions), language=language),
            patients=format_count(len(patients), language=language),
            injected=count("injected", at_most=THRESHOLDS[0]),
            distant=count("distant", at_most=THRESHOLDS[0]),
        )
        figure.caption = Caption(words["title"], told)
        if not lesions:
            draw_message(figure, words["empty"])
            return figure
        panels = figure.subplots(len(shown), 1, sharey=True, squeeze=False)[:, 0]
        for axes, row in zip(panels, shown, strict=True):
            _draw_row(axes, row)
            write_change_axis(axes, language=language)
        highest = min(CEILING, max(40.0, *(change.percent for change in lesions)))
        panels[0].set_ylim(-106, highest + 12)
        figure.supylabel(words["y"], fontsize=9)
        handles = [
            Patch(
                facecolor=mark.colour, hatch=mark.hatch, edgecolor=BLACK, linewidth=0.5,
                label=words[category].format(n=count(category)),
            )
            for category, mark in CATEGORY_MARKS.items()
        ]  # fmt: skip
        figure.legend(handles=handles, loc="outside upper left", ncols=2)
        note = words["note"]
        if any(change.percent > CEILING for change in lesions):
            note += words["cut"].format(ceiling="+" + format_percent_points(CEILING, language=language))
        if missing:
            note += words["missing"].format(n=format_count(missing, language=language))
        if pages > 1:
            note += words["page"].format(page=page, pages=pages)
        add_note(figure, note.strip())
        return figure


def _fill_rows(
    patients: Mapping[str, Sequence[LesionChange]],
) -> list[list[tuple[str, Sequence[LesionChange]]]]:
    """Patients in order of the mean change of their lesions, in rows; no patient is broken over two rows."""
    ordered = sorted(
        patients.items(), key=lambda item: (-sum(c.percent for c in item[1]) / len(item[1]), item[0])
    )
    rows: list[list[tuple[str, Sequence[LesionChange]]]] = []
    used = BARS_PER_ROW + 1
    for patient in ordered:
        needed = len(patient[1]) + 1
        if used + needed > BARS_PER_ROW:
            rows.append([])
            used = 0
        rows[-1].append(patient)
        used += needed
    return rows


def _draw_row(axes: Axes, row: Sequence[tuple[str, Sequence[LesionChange]]]) -> None:
    bars: dict[Category, list[tuple[float, float]]] = {category: [] for category in CATEGORY_MARKS}
    ticks, labels, cut, start = [], [], [], 0.0
    for patient, changes in row:
        for place, change in enumerate(changes):
            bars[change.category].append((start + place, min(change.percent, CEILING)))
            if change.percent > CEILING:
                cut.append(start + place)
        ticks.append(start + (len(changes) - 1) / 2)
        labels.append(patient)
        start += len(changes) + 1
        axes.axvline(start - 1, color=PALE_GREY, linewidth=0.5, zorder=0.4)
    for category, mark in CATEGORY_MARKS.items():
        places = [place for place, _ in bars[category]]
        heights = [height for _, height in bars[category]]
        axes.bar(
            places, heights, width=0.86, color=mark.colour, edgecolor=BLACK, linewidth=0.4, hatch=mark.hatch
        )
    flat = [place for own in bars.values() for place, height in own if height == 0]
    axes.plot(flat, [0] * len(flat), color=BLACK, marker="_", markersize=5, linestyle="none")
    axes.plot(cut, [CEILING + 4] * len(cut), color=BLACK, marker="^", markersize=3.5, linestyle="none")
    for threshold in THRESHOLDS:
        axes.axhline(threshold, color=GREY, linewidth=0.8, linestyle=(0, (1.2, 1.6)), zorder=0.5)
    axes.axhline(0, color=BLACK, linewidth=0.7)
    axes.set_xlim(-1, BARS_PER_ROW if start > BARS_PER_ROW / 3 else BARS_PER_ROW / 3)
    axes.set_xticks(ticks, labels, rotation=90, fontsize=6.5)
    axes.tick_params(axis="x", length=0)
    axes.tick_params(axis="y", labelsize=7)
