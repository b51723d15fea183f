"""The course of one lesion: a small panel, with the days on which it was injected and what it was from then on."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from abscopal.evidence.figures.appearance import (
    BLUE,
    GREY,
    ORANGE,
    PURPLE,
    VERMILION,
    choose_words,
)
from abscopal.evidence.figures.course_data import LesionCourse, Sighting
from abscopal.evidence.figures.plain_svg import (
    Drawing,
    Key,
    Scale,
    compute_text_width,
    draw_legend,
    list_round_ticks,
)
from abscopal.evidence.typography import Language, format_number

WIDTH, HEIGHT = 210.0, 118.0
LEFT, LEVELS_LEFT, RIGHT, TOP, BOTTOM = 30.0, 56.0, 14.0, 24.0, 90.0
INJECTED_BAND = "#e3eff7"
LEVELS = {
    "NON-TARGET": ("ABSENT", "PRESENT", "UNEQUIVOCAL_PROGRESSION"),
    "NEW": ("NOT_TUMOUR", "EQUIVOCAL", "UNEQUIVOCAL"),
}
"""What is said of a lesion that is not measured, from the best to the worst."""

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "TARGET": "target",
        "NON-TARGET": "non-target",
        "NEW": "new",
        "injected": "injected: from its first injection on",
        "other": "not injected (yet)",
        "unknown": "nobody knows whether it was injected",
        "injection": "injection",
        "unmeasured": "not evaluated",
        "MEASURED": "measured",
        "TOO_SMALL": "too small to measure",
        "ABSENT": "gone",
        "MERGED": "merged",
        "NOT_EVALUATED": "not evaluated",
        "PRESENT": "present",
        "UNEQUIVOCAL_PROGRESSION": "worse",
        "EQUIVOCAL": "suspected",
        "UNEQUIVOCAL": "certain",
        "NOT_TUMOUR": "refuted",
        "legend": "How to read the lesions: diameter in mm by study day",
        "day": "day {day}: {value}",
        "told": "{name}, {role}, {site}: {points}.",
        "told_injections": "Injected on days {days}.",
        "no_site": "location not recorded",
    },
    "fr": {
        "TARGET": "cible",
        "NON-TARGET": "non-cible",
        "NEW": "nouvelle",
        "injected": "injectée : dès sa première injection",
        "other": "non injectée (encore)",
        "unknown": "nul ne sait si elle a été injectée",
        "injection": "injection",
        "unmeasured": "non évaluée",
        "MEASURED": "mesurée",
        "TOO_SMALL": "trop petite pour être mesurée",
        "ABSENT": "disparue",
        "MERGED": "fusionnée",
        "NOT_EVALUATED": "non évaluée",
        "PRESENT": "présente",
        "UNEQUIVOCAL_PROGRESSION": "aggravée",
        "EQUIVOCAL": "possible",
        "UNEQUIVOCAL": "certaine",
        "NOT_TUMOUR": "écartée",
        "legend": "Lire les lésions : diamètre en mm par jour d’étude",
        "day": "jour {day} : {value}",
        "told": "{name}, {role}, {site} : {points}.",
        "told_injections": "Injectée aux jours {days}.",
        "no_site": "localisation non renseignée",
    },
}


@dataclass(frozen=True, slots=True)
class PanelFrame:
    """The axes that the panels of one patient share, so that sizes can be compared.

    Args:
        first: first day.
        last: last day.
        highest: largest length, mm.
    """

    first: int
    last: int
    highest: float

    @classmethod
    def around(cls, lesions: Sequence[LesionCourse], *, injections: Sequence[int] = ()) -> "PanelFrame":
        """The frame that holds all lesions and injections."""
        days = [seen.day for lesion in lesions for seen in lesion.sightings] + list(injections)
        lengths = [seen.millimetres or 0.0 for lesion in lesions for seen in lesion.sightings]
        return cls(min(days, default=0), max(days, default=1), max([10.0, *lengths]))


def render_lesion_course(
    lesion: LesionCourse,
    *,
    frame: PanelFrame,
    language: Language,
    site: str,
    injections: Sequence[int] = (),
) -> str:
    """Draw one lesion over time, with its injections as marks under its course.

    It counts as injected from the first injection on, not before: injection is a dated fact. Where it was never
    measured, its states stand on three levels instead of millimetres.

    Args:
        lesion: what was seen of it.
        frame: the axes shared by the lesions of the patient.
        language: `en` or `fr`.
        site: its location in the reader's language; empty where unknown.
        injections: days on which this lesion was injected.

    Returns:
        An SVG element 210 pixels wide.
    """
    words = choose_words(_WORDS, language=language)
    spare = max(1.0, 0.05 * (frame.last - frame.first))
    levels = _choose_levels(lesion)
    left = LEVELS_LEFT if levels else LEFT
    x = Scale(frame.first - spare, frame.last + spare, left, WIDTH - RIGHT)
    y = Scale(
        0, 2 if levels else 1.12 * frame.highest, BOTTOM - (6 if levels else 0), TOP + (6 if levels else 0)
    )
    days = sorted({*injections, *([] if lesion.first_injection is None else [lesion.first_injection])})
    drawing = Drawing(WIDTH, HEIGHT)
    if days:
        drawing.box((x(days[0]), TOP - 2), (WIDTH - RIGHT - x(days[0]), BOTTOM - TOP + 2), fill=INJECTED_BAND)
    _draw_frame(drawing, lesion, y, levels, site, words, language)
    for end in (frame.first, frame.last):
        number = format_number(end, language=language)
        drawing.write((x(end), BOTTOM + 20), number, size=9, anchor="middle", colour=GREY)
    for day in days:
        drawing.mark("triangle", (x(day), BOTTOM + 6), size=3.4, fill=VERMILION)
    _draw_sightings(drawing, lesion, x, y, levels, words, language)
    told = _tell(lesion, days, site, words, language)
    return drawing.render(alternative=told, language=language)


def render_course_legend(*, language: Language, has_injection_log: bool = True) -> str:
    """Draw the keys of the lesion panels.

    Args:
        language: `en` or `fr`.
        has_injection_log: whether injected lesions can be told from the others; where they cannot, no mark says
            that a lesion was injected or not.

    Returns:
        An SVG element 430 pixels wide.
    """
    words = choose_words(_WORDS, language=language)
    other = Key(ORANGE, "square", "#ffffff", "4 1.5")
    told_apart = [(Key(BLUE, "circle", BLUE, ""), words["injected"]), (other, words["other"])]
    entries = [
        *(told_apart if has_injection_log else [(other, words["unknown"])]),
        (Key(VERMILION, "triangle"), words["injection"]),
        (Key(GREY, "cross", "none"), words["unmeasured"]),
    ]
    drawing = Drawing(430, 0)
    drawing.height = round(draw_legend(drawing, entries, corner=(2, 0), width=426))
    return drawing.render(alternative=words["legend"], language=language)


def _choose_levels(lesion: LesionCourse) -> tuple[str, ...]:
    is_measured = any(seen.millimetres for seen in lesion.sightings)
    return () if is_measured else LEVELS.get(lesion.role, ())


def _draw_frame(
    drawing: Drawing,
    lesion: LesionCourse,
    y: Scale,
    levels: tuple[str, ...],
    site: str,
    words: dict[str, str],
    language: Language,
) -> None:
    role, left = words[lesion.role], LEVELS_LEFT if levels else LEFT
    room = WIDTH - 10 - compute_text_width(role, size=9.5)
    label = f"{lesion.name} {site}".strip()
    while compute_text_width(label, size=11) * 1.06 > room and len(label) > 4:
        label = label[:-2].rstrip() + "…"
    drawing.write((4, 12), label, weight="bold")
    drawing.write((WIDTH - 4, 12), role, size=9.5, anchor="end", colour=GREY)
    if levels:
        for place, state in enumerate(levels):
            drawing.line((left, y(place)), (WIDTH - RIGHT, y(place)), colour="#dfe3e7", width=0.8)
            drawing.write((left - 4, y(place) + 3), words[state], size=9, anchor="end", colour=GREY)
    else:
        for tick in list_round_ticks(y.high, most=4):
            drawing.line((LEFT, y(tick)), (WIDTH - RIGHT, y(tick)), colour="#dfe3e7", width=0.8)
            number = format_number(tick, language=language)
            drawing.write((LEFT - 4, y(tick) + 3), number, size=9, anchor="end", colour=GREY)
    drawing.line((left, BOTTOM), (WIDTH - RIGHT, BOTTOM), width=0.8)


def _draw_sightings(
    drawing: Drawing,
    lesion: LesionCourse,
    x: Scale,
    y: Scale,
    levels: tuple[str, ...],
    words: dict[str, str],
    language: Language,
) -> None:
    heights = [(seen, _height(seen, levels)) for seen in lesion.sightings]
    known = [(seen, height) for seen, height in heights if height is not None]
    for (earlier, before), (later, after) in itertools.pairwise(known):
        colour, dash = (BLUE, "") if later.is_injected else (ORANGE, "4 1.5")
        drawing.line(
            (x(earlier.day), y(before)), (x(later.day), y(after)), colour=colour, width=1.6, dash=dash
        )
    for seen, height in heights:
        tip = _tell_sighting(seen, words, language)
        if height is None:
            edge = GREY if seen.state == "NOT_EVALUATED" else PURPLE
            shape = "cross" if seen.state == "NOT_EVALUATED" else "plus"
            drawing.mark(shape, (x(seen.day), BOTTOM), size=3.4, fill="none", edge=edge, tip=tip)  # type: ignore[arg-type]
        elif seen.is_injected:
            drawing.mark("circle", (x(seen.day), y(height)), size=3.2, fill=BLUE, tip=tip)
        else:
            drawing.mark("square", (x(seen.day), y(height)), size=3.2, fill="#ffffff", edge=ORANGE, tip=tip)
    if levels:
        return
    for seen, height in (known[:1] + known[-1:]) if len(known) > 1 else known:
        number = format_number(height, language=language, decimals=0 if height == int(height) else 1)
        half = compute_text_width(number, size=9) / 2
        place = min(max(x(seen.day), LEFT + half), WIDTH - 2 - half)
        drawing.write((place, max(y(height) - 6, TOP - 2)), number, size=9, anchor="middle", halo="white")


def _height(seen: Sighting, levels: tuple[str, ...]) -> float | None:
    if not levels:
        return seen.millimetres
    state = "ABSENT" if seen.state == "MERGED" and "ABSENT" in levels else seen.state
    return float(levels.index(state)) if state in levels else None


def _tell_sighting(seen: Sighting, words: dict[str, str], language: Language) -> str:
    value = words.get(seen.state, seen.state)
    if seen.millimetres is not None:
        length = f"{format_number(seen.millimetres, language=language, decimals=1)} mm"
        value = length if seen.state == "MEASURED" else f"{length} ({value})"
    return words["day"].format(day=format_number(seen.day, language=language), value=value)


def _tell(
    lesion: LesionCourse, days: Sequence[int], site: str, words: dict[str, str], language: Language
) -> str:
    points = ", ".join(_tell_sighting(seen, words, language) for seen in lesion.sightings)
    told = words["told"].format(
        name=lesion.name, role=words[lesion.role], site=site or words["no_site"], points=points
    )
    if not days:
        return told
    listed = ", ".join(format_number(day, language=language) for day in days)
    return f"{told} {words['told_injections'].format(days=listed)}"
