"""Responses without measurements: which category on which day, and what ended the count."""

from collections.abc import Sequence
from dataclasses import dataclass

from abscopal.evidence.figures.appearance import BLACK, GREY, PALE_GREY, RESPONSE_MARKS, choose_words
from abscopal.evidence.figures.plain_svg import Drawing, Scale, Shape, compute_text_width
from abscopal.evidence.typography import Language, format_number

WIDTH, ROW, LEFT, RIGHT, TOP = 430.0, 20.0, 116.0, 24.0, 22.0
_ORDER = (
    "CR", "iCR", "PR", "iPR", "SD", "iSD", "NON-CR/NON-PD", "NON-iCR/NON-iUPD", "iUPD", "PD", "iCPD", "NE",
)  # fmt: skip
_SHAPES: dict[str, Shape] = {
    "*": "diamond",
    "^": "triangle",
    "o": "circle",
    "X": "cross",
    "P": "plus",
    "d": "diamond",
}

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "axis": "Overall response",
        "x": "Day",
        "told": "Responses by day: {points}.",
        "day": "day {day}: {what}",
    },
    "fr": {
        "axis": "Réponse globale",
        "x": "Jour",
        "told": "Réponses par jour : {points}.",
        "day": "jour {day} : {what}",
    },
}


@dataclass(frozen=True, slots=True)
class DayMark:
    """A day on which something other than a response happened, in words."""

    day: int
    what: str


def render_response_steps(
    codes: Sequence[tuple[int, str]], *, language: Language, marks: Sequence[DayMark] = ()
) -> str:
    """Draw overall responses against days, best category above.

    Args:
        codes: day and category.
        language: `en` or `fr`.
        marks: other days that count, such as a death.

    Returns:
        An SVG element 430 pixels wide.
    """
    words = choose_words(_WORDS, language=language)
    present = {code for _, code in codes}
    rows = [code for code in _ORDER if code in present] + sorted(present - set(_ORDER))
    days = [0, *(day for day, _ in codes), *(mark.day for mark in marks)]
    x = Scale(min(days), max(max(days), 1) * 1.02, LEFT, WIDTH - RIGHT)
    bottom = TOP + ROW * max(len(rows), 1)
    drawing = Drawing(WIDTH, bottom + 24)
    heights = {code: TOP + ROW * (place + 0.5) for place, code in enumerate(rows)}
    drawing.write((4, 12), words["axis"], size=10, colour=GREY)
    for code, y in heights.items():
        drawing.line((LEFT, y), (WIDTH - RIGHT, y), colour="#ececec")
        drawing.write((LEFT - 8, y + 4), code, anchor="end", weight="bold")
    drawing.line((LEFT, bottom), (WIDTH - RIGHT, bottom))
    for mark in marks:
        drawing.line((x(mark.day), TOP - 4), (x(mark.day), bottom), colour=BLACK, dash="2 2")
        half = compute_text_width(mark.what, size=10) / 2
        place = min(max(x(mark.day), LEFT + half), WIDTH - 2 - half)
        drawing.write((place, TOP - 8), mark.what, size=10, anchor="middle")
    drawing.course([(x(day), heights[code]) for day, code in codes], colour=PALE_GREY, width=1.4)
    for day, code in codes:
        look = RESPONSE_MARKS.get(code, RESPONSE_MARKS["NE"])
        shape = _SHAPES.get(look.marker, "circle")
        fill = "none" if shape in {"cross", "plus"} else look.colour
        edge = look.colour if fill == "none" else BLACK
        drawing.mark(shape, (x(day), heights[code]), size=4.6, fill=fill, edge=edge)
    right = -1.0
    for day in sorted(set(days)):
        number = format_number(day, language=language)
        half = compute_text_width(number, size=10) / 2
        drawing.line((x(day), bottom), (x(day), bottom + 3), width=0.8)
        if x(day) - half > right:
            drawing.write((x(day), bottom + 15), number, size=10, anchor="middle", colour=GREY)
            right = x(day) + half + 4
    drawing.write((LEFT - 8, bottom + 15), words["x"], size=10, anchor="end", colour=GREY)

    def tell(day: int, what: str) -> str:
        return words["day"].format(day=format_number(day, language=language), what=what)

    told = [tell(day, code) for day, code in codes] + [tell(mark.day, mark.what) for mark in marks]
    return drawing.render(alternative=words["told"].format(points=", ".join(told)), language=language)
