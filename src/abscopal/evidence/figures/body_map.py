"""A map of the lesions on a human outline seen from the front: how many at each place, injected or not."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from abscopal.evidence.figures.appearance import (
    BLACK,
    BLUE,
    GREY,
    ORANGE,
    choose_words,
    spread_positions,
)
from abscopal.evidence.figures.body_sites import SiteCount
from abscopal.evidence.figures.plain_svg import Drawing, Key, compute_text_width, draw_legend
from abscopal.evidence.typography import Language, format_count

WIDTH, MIDDLE, CROWN, SOLES = 430.0, 215.0, 26.0, 326.0
LABEL_SIZE, ROW = 10.5, 15.0
SMALLEST, LARGEST, SINGLE = 3.0, 8.0, 4.5
DARK_ORANGE = "#a86f00"
MOST_LABELS = 19

_OUTLINE = (
    (-6, 38, "L"), (-6, 48, "L"), (-12, 53, -26, 53, -34, 60), (-41, 65, -43, 75, -45, 88), (-52, 130, "L"),
    (-58, 160, "L"), (-61, 168, -59, 177, -55, 178), (-51, 179, -49, 172, -49, 166), (-43, 134, "L"),
    (-35, 94, "L"), (-33, 90, "L"), (-32, 105, -27, 118, -26, 130), (-27, 142, -30, 150, -30, 160),
    (-28, 208, "L"), (-24, 262, "L"), (-26, 282, "L"), (-31, 290, -30, 296, -22, 296), (-12, 295, "L"),
    (-10, 280, "L"), (-7, 240, "L"), (-4, 208, "L"), (0, 172, "L"),
)  # fmt: skip
"""Half of the outline below the chin, from the neck down to between the legs; the other half is its mirror."""

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "injected": "injected",
        "distant": "not injected",
        "general": "Without a single place:",
        "unknown": "Not on the map:",
        "right": "Right",
        "left": "Left",
        "told": "Lesions by site. {sites}.",
        "site": "{site}: {injected} injected, {distant} not injected",
        "empty": "No lesion is recorded",
    },
    "fr": {
        "injected": "injectées",
        "distant": "non injectées",
        "general": "Sans place unique :",
        "unknown": "Hors de la carte :",
        "right": "Droite",
        "left": "Gauche",
        "told": "Lésions par site. {sites}.",
        "site": "{site} : {injected} injectées, {distant} non injectées",
        "empty": "Aucune lésion n’est enregistrée",
    },
}


@dataclass(frozen=True, slots=True)
class _Label:
    """A place with its words, on the side of the body where they stand."""

    count: SiteCount
    counts: list[tuple[str, str]]
    side: Literal[-1, 1]

    @property
    def width(self) -> float:
        """Width of the words and counts in pixels."""
        return compute_text_width(
            " ".join([self.count.place.name, *(said for said, _ in self.counts)]), size=LABEL_SIZE
        )


def render_body_map(
    sites: Sequence[SiteCount], *, language: Language, labels: Literal["counts", "lesions"] = "counts"
) -> str:
    """Draw the outline with a mark at each place: a disc for injected lesions, a square for the others.

    The area of a mark grows with the number of lesions. Places that have no single spot (skin, nodes without
    a region) and locations that the map does not know stand in words under the body: none is dropped.

    Args:
        sites: the lesions of each place.
        language: `en` or `fr`.
        labels: write how many lesions stand at a place, or which.

    Returns:
        An SVG element 430 pixels wide.
    """
    words = choose_words(_WORDS, language=language)
    placed = [site for site in sites if site.place.kind == "placed"]
    drawn, crowded = placed[: 2 * MOST_LABELS], placed[2 * MOST_LABELS :]
    most = (
        max((max(site.injected[0], site.distant[0]) for site in sites), default=1)
        if labels == "counts"
        else 0
    )
    drawing = Drawing(WIDTH, SOLES)
    _draw_body(drawing, words)
    chosen = _choose_sides(drawn, language, labels)
    for side in (-1, 1):
        _write_labels(drawing, [label for label in chosen if label.side == side])
    for label in sorted(chosen, key=lambda label: -label.count.total):
        _draw_marks(drawing, label.count, (_across(label.count), _down(label.count)), most)
    y = SOLES + 6
    for kind in ("general", "unknown"):
        listed = [site for site in sites if site.place.kind == kind]
        listed += crowded if kind == "unknown" else []
        y = _list_below(drawing, listed, words[kind], y, most, language, labels)
    if not sites:
        drawing.write((MIDDLE, SOLES + 2), words["empty"], anchor="middle", colour=GREY)
        y = SOLES + 14
    keys = [(Key(BLUE, "circle"), words["injected"]), (Key(BLACK, "square", ORANGE), words["distant"])]
    drawing.height = round(y + draw_legend(drawing, keys, corner=(6, y - 2), width=WIDTH - 12) + 2)
    return drawing.render(alternative=_tell(sites, words, language, labels), language=language)


def _draw_body(drawing: Drawing, words: dict[str, str]) -> None:
    fill, edge = "#f1f3f5", "#9aa5b1"
    down = [_step(point, 1) for point in _OUTLINE]
    up = _mirror()
    drawing.area("M" + "".join(down)[1:] + "".join(up) + "Z", fill=fill, edge=edge)
    head = f"M{MIDDLE - 15:g} {CROWN + 20:g}a15 20 0 1 1 30 0a15 20 0 1 1 -30 0Z"
    drawing.area(head, fill=fill, edge=edge)
    for x, side in ((MIDDLE - 44, "right"), (MIDDLE + 44, "left")):
        drawing.write((x, CROWN - 8), words[side], size=10, anchor="middle", colour=GREY)


def _step(point: tuple[float | str, ...], sign: int) -> str:
    numbers = [float(value) for value in point if not isinstance(value, str)]
    places = [
        f"{MIDDLE + sign * value:g}" if place % 2 == 0 else f"{CROWN + value:g}"
        for place, value in enumerate(numbers)
    ]
    return ("L" if len(numbers) == 2 else "C") + " ".join(places)


def _mirror() -> list[str]:
    """The other half, walked upwards: control points of each curve change places."""
    steps = []
    for later, earlier in zip(reversed(_OUTLINE[1:]), reversed(_OUTLINE[:-1]), strict=True):
        end = earlier[:2] if len([v for v in earlier if not isinstance(v, str)]) == 2 else earlier[4:6]
        numbers = [value for value in later if not isinstance(value, str)]
        if len(numbers) == 2:
            steps.append(_step((*end, "L"), -1))
        else:
            steps.append(_step((*numbers[2:4], *numbers[:2], *end), -1))
    return steps


def _across(site: SiteCount) -> float:
    return MIDDLE + site.place.across


def _down(site: SiteCount) -> float:
    return CROWN + site.place.down


def _choose_sides(
    sites: Sequence[SiteCount], language: Language, labels: Literal["counts", "lesions"]
) -> list[_Label]:
    """Words stand on the side of their place; those of the middle where there is more room."""
    sides: dict[int, list[SiteCount]] = {-1: [], 1: []}
    for site in sites:
        if site.place.across:
            sides[-1 if site.place.across < 0 else 1].append(site)
    for site in sites:
        if not site.place.across:
            sides[-1 if len(sides[-1]) < len(sides[1]) else 1].append(site)
    return [
        _Label(site, _list_counts(site, language, labels), side)  # type: ignore[arg-type]
        for side, own in sides.items()
        for site in own
    ]


def _list_counts(
    site: SiteCount, language: Language, labels: Literal["counts", "lesions"]
) -> list[tuple[str, str]]:
    """What stands at a place, each kind behind the shape and in the colour of its mark."""
    kinds = (
        ("\u25cf", site.injected[0], site.names[0], BLUE),
        ("\u25a0", site.distant[0], site.names[1], DARK_ORANGE),
    )
    return [
        (
            f"{shape}\u00a0{', '.join(names) if labels == 'lesions' else format_count(n, language=language)}",
            tone,
        )
        for shape, n, names, tone in kinds
        if n
    ]


def _write_labels(drawing: Drawing, labels: Sequence[_Label]) -> None:
    ordered = sorted(labels, key=lambda label: (label.count.place.down, label.count.place.name))
    wanted = [_down(label.count) for label in ordered]
    places = spread_positions(wanted, gap=ROW, low=CROWN, high=SOLES - 4)
    for label, y in zip(ordered, places, strict=True):
        room = MIDDLE - 68
        size = min(LABEL_SIZE, LABEL_SIZE * room / max(label.width, 1))
        x = MIDDLE + label.side * 66
        ends = (x - label.side * 2, y), (_across(label.count), _down(label.count))
        drawing.line(*ends, colour="#9aa5b1", width=0.8)
        drawing.write(
            (x, y + 3.5),
            label.count.place.name,
            size=size,
            anchor="end" if label.side < 0 else "start",
            beside=label.counts,
        )


def _draw_marks(drawing: Drawing, site: SiteCount, place: tuple[float, float], most: int) -> None:
    """A disc, a square, or both touching at the place."""
    (x, y), first, second = place, _size(site.injected[0], most), _size(site.distant[0], most)
    both = bool(first and second)
    if first:
        drawing.mark("circle", (x - first if both else x, y), size=first, fill=BLUE, edge="#ffffff")
    if second:
        drawing.mark("square", (x + second if both else x, y), size=second, fill=ORANGE, edge=BLACK)


def _size(count: int, most: int) -> float:
    """Half the width of a mark: its area follows the number of lesions, where that is what the labels tell."""
    if not count or not most:
        return SINGLE if count else 0.0
    return SMALLEST + (LARGEST - SMALLEST) * math.sqrt((count - 1) / max(most - 1, 1))


def _list_below(
    drawing: Drawing,
    sites: Sequence[SiteCount],
    heading: str,
    y: float,
    most: int,
    language: Language,
    labels: Literal["counts", "lesions"],
) -> float:
    """The places that are not on the body, in rows; returns where the next row may begin."""
    if not sites:
        return y
    drawing.write((6, y + 10), heading, size=10, colour=GREY)
    x, y = 6.0, y + 16
    for site in sites:
        label = _Label(site, _list_counts(site, language, labels), 1)
        first, second = _size(site.injected[0], most), _size(site.distant[0], most)
        marks = 2 * (first + second)
        needed = marks + 8 + label.width + 14
        if x > 6 and x + needed > WIDTH - 4:
            x, y = 6.0, y + 2 * LARGEST + 2
        middle = x + (2 * first if first and second else marks / 2)
        _draw_marks(drawing, site, (middle, y + LARGEST), most)
        drawing.write(
            (x + marks + 6, y + LARGEST + 4), label.count.place.name, size=LABEL_SIZE, beside=label.counts
        )
        x += needed
    return y + 2 * LARGEST + 4


def _tell(
    sites: Sequence[SiteCount],
    words: dict[str, str],
    language: Language,
    labels: Literal["counts", "lesions"],
) -> str:
    told = []
    for site in sites:
        injected, distant = (format_count(n, language=language) for n, _ in (site.injected, site.distant))
        sentence = words["site"].format(site=site.place.name, injected=injected, distant=distant)
        if labels == "lesions":
            sentence += f" ({', '.join(name for own in site.names for name in own)})"
        told.append(sentence)
    return words["told"].format(sites="; ".join(told)) if told else words["empty"]
