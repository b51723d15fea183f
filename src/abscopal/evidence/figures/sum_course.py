"""The sum of the diameters of one patient against time, with the limits that decide and the responses they made."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from abscopal.evidence.figures.appearance import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PALE_GREY,
    PURPLE,
    VERMILION,
    choose_words,
)
from abscopal.evidence.figures.course_data import Category, CourseEvent, EventKind, SumLine, SumPoint
from abscopal.evidence.figures.plain_svg import (
    Drawing,
    Key,
    Scale,
    Shape,
    compute_text_width,
    draw_legend,
    list_round_ticks,
)
from abscopal.evidence.figures.sum_course_words import (
    WORDS,
    Judgements,
    tell_point,
    tell_sum_course,
)
from abscopal.evidence.figures.sum_limits import Limits, compute_limits
from abscopal.evidence.typography import Language, format_number

WIDTH, PLOT_HEIGHT = 430.0, 136.0
LEFT, RIGHT, TOP, NAME_SIZE = 40.0, 16.0, 34.0, 9.0

LOOKS: dict[Category, Key] = {
    "total": Key(BLACK, "circle", BLACK, ""),
    "injected": Key(BLUE, "circle", BLUE, "", 1.5),
    "distant": Key(ORANGE, "square", "#ffffff", "5 2", 1.5),
    "new": Key(PURPLE, "triangle", PURPLE, "2 2", 1.5),
}
_EVENTS: dict[EventKind, tuple[Shape, str, str]] = {
    "new": ("plus", PURPLE, PURPLE),
    "suspected": ("diamond", "#ffffff", PURPLE),
    "refuted": ("diamond", "#ffffff", PALE_GREY),
    "worse": ("square", VERMILION, VERMILION),
}
_SHORT_CODES = {"NON-CR/NON-PD": "non-CR/PD", "NON-iCR/NON-iUPD": "non-iCR/iUPD"}


def render_sum_course(
    lines: Sequence[SumLine],
    judgements: Sequence[Judgements],
    *,
    language: Language,
    injections: Sequence[int] = (),
    events: Sequence[CourseEvent] = (),
    subject: str = "",
) -> str:
    """Draw the sum of the targets over time, its limits, its responses, and what else decided.

    One criterion is written at the points; several stand in rows under the axis, day under day.

    Args:
        lines: sums of all targets and, where lesions were injected, of each category.
        judgements: the responses, one entry for each criterion.
        language: `en` or `fr`.
        injections: days of injections.
        events: new lesions, and non-targets that progress.
        subject: whose course it is, for the alternative text.

    Returns:
        An SVG element 430 pixels wide.
    """
    words = choose_words(WORDS, language=language)
    total = next((line for line in lines if line.category == "total"), None)
    limits = compute_limits(total) if total else None
    frame = _Frame.around(lines, judgements, injections, events, limits)
    entries = _list_legend(lines, limits, injections, events, words)
    rows = len(judgements) if len(judgements) > 1 else 0
    drawing = Drawing(WIDTH, 0)
    _draw_axes(drawing, frame, injections, words, language)
    if limits:
        _draw_limits(drawing, frame, limits)
    for line in lines:
        _draw_sums(drawing, frame, line, words, language)
    if total is None:
        drawing.write((WIDTH / 2, TOP + PLOT_HEIGHT / 2), words["no_sum"], anchor="middle", colour=GREY)
    _draw_events(drawing, frame, events)
    if len(judgements) == 1:
        drawing.write((WIDTH - 6, 12), judgements[0].criterion, size=10, anchor="end", colour=GREY)
        _write_at_points(drawing, frame, total, judgements[0], language)
    if limits and total:
        _write_anchors(drawing, frame, limits, words, language)
    below = frame.bottom + 38
    for place, judged in enumerate(judgements if rows else ()):
        _write_row(drawing, frame, judged, below + 14 * place)
    top = below + 14 * rows - (8 if rows else 12)
    height = draw_legend(drawing, entries, corner=(6, top), width=WIDTH - 12) if entries else 0
    drawing.height = round(top + height)
    told = tell_sum_course(lines, judgements, limits, injections, events, words, language)
    return drawing.render(alternative=" ".join((subject, told)).strip(), language=language)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where days and millimetres stand."""

    left: float
    x: Scale
    y: Scale
    days: tuple[int, ...]
    ticks: tuple[float, ...]
    bottom: float

    @classmethod
    def around(
        cls,
        lines: Sequence[SumLine],
        judgements: Sequence[Judgements],
        injections: Sequence[int],
        events: Sequence[CourseEvent],
        limits: Limits | None,
    ) -> "_Frame":
        visits = {point.day for line in lines for point in line.points}
        visits |= {day for judged in judgements for day, _ in judged.codes} | {event.day for event in events}
        days = visits | set(injections)
        values = [point.measured or 0.0 for line in lines for point in line.points]
        values += [limit for _, _, limit in limits.progression] if limits else []
        first, last = min(days, default=0), max(days, default=1)
        spare = max(1.0, 0.06 * (last - first))
        high = 1.1 * max([10.0, *values])
        bottom = TOP + PLOT_HEIGHT
        # Rows of responses begin with their names, and the plot stands clear of them.
        names = [compute_text_width(judged.criterion, size=NAME_SIZE) + 8 for judged in judgements]
        left = max(LEFT, *names) if len(judgements) > 1 else LEFT
        return cls(
            left,
            Scale(first - spare, last + spare, left, WIDTH - RIGHT),
            Scale(0, high, bottom, TOP),
            tuple(sorted(visits)),
            tuple(list_round_ticks(high)),
            bottom,
        )


def _draw_axes(
    drawing: Drawing, frame: _Frame, injections: Sequence[int], words: dict[str, str], language: Language
) -> None:
    drawing.write((4, 12), words["axis"], size=10, colour=GREY)
    for tick in frame.ticks:
        y = frame.y(tick)
        drawing.line((frame.left, y), (WIDTH - RIGHT, y), colour="#ececec" if tick else BLACK, width=0.8)
        number = format_number(tick, language=language)
        drawing.write((frame.left - 5, y + 3.5), number, size=10, anchor="end", colour=GREY)
    for day in sorted(set(injections)):
        drawing.mark("triangle", (frame.x(day), frame.bottom + 6), size=4, fill=VERMILION)
    right = -1.0
    for day in frame.days:
        number = format_number(day, language=language)
        half = compute_text_width(number, size=10) / 2
        drawing.line((frame.x(day), frame.bottom), (frame.x(day), frame.bottom + 3), width=0.8)
        if frame.x(day) - half > right:
            drawing.write((frame.x(day), frame.bottom + 22), number, size=10, anchor="middle", colour=GREY)
            right = frame.x(day) + half + 4
    drawing.write((4, frame.bottom + 22), words["x"], size=10, colour=GREY)


def _draw_limits(drawing: Drawing, frame: _Frame, limits: Limits) -> None:
    left, right = frame.left, WIDTH - RIGHT
    y = frame.y(limits.partial)
    drawing.line((left, y), (right, y), colour=GREEN, width=1.3, dash="1.5 2.5")
    steps = [
        (frame.x(day), frame.y(limit)) for start, end, limit in limits.progression for day in (start, end)
    ]
    drawing.course(steps, colour=VERMILION, width=1.3, dash="6 3")


def _draw_sums(
    drawing: Drawing, frame: _Frame, line: SumLine, words: dict[str, str], language: Language
) -> None:
    look = LOOKS[line.category]
    known = [point for point in line.points if point.millimetres is not None]
    for earlier, later in pairwise(known):
        ends = (_place(frame, earlier), _place(frame, later))
        drawing.line(
            *ends, colour=look.colour, width=look.width if later.is_current else 0.7, dash=look.dash or ""
        )
    name = words["new_sum" if line.category == "new" else line.category]
    for point in line.points:
        if point.millimetres is not None:
            size = (3.6 if line.category == "total" else 3.2) if point.is_current else 1.8
            tip = f"{name}, {tell_point(point, words, language)}"
            drawing.mark(
                look.shape or "circle",
                _place(frame, point),
                size=size,
                fill=look.fill,
                edge=look.colour,
                tip=tip,
            )
        elif line.category == "total":
            if point.measured is not None:
                place = (frame.x(point.day), frame.y(point.measured))
                drawing.mark("circle", place, size=3.4, fill="#ffffff", edge=GREY)
            drawing.mark("cross", (frame.x(point.day), frame.bottom), size=3.6, fill="none", edge=BLACK)


def _place(frame: _Frame, point: SumPoint) -> tuple[float, float]:
    return frame.x(point.day), frame.y(point.millimetres or 0.0)


def _draw_events(drawing: Drawing, frame: _Frame, events: Sequence[CourseEvent]) -> None:
    taken: dict[int, int] = {}
    for event in events:
        place = taken[event.day] = taken.get(event.day, -1) + 1
        shape, fill, edge = _EVENTS[event.kind]
        middle = (frame.x(event.day) + 11 * place, TOP - 13)
        drawing.line((frame.x(event.day), TOP - 8), (frame.x(event.day), TOP), colour=edge, width=0.8)
        drawing.mark(shape, middle, size=4.2, fill=fill if shape != "plus" else "none", edge=edge)


def _write_at_points(
    drawing: Drawing, frame: _Frame, total: SumLine | None, judged: Judgements, language: Language
) -> None:
    """Each response with its sum over its point; where days lie close, the first that find room."""
    sums = {point.day: point for point in total.points} if total else {}
    right: dict[int, float] = {}
    for day, code in judged.codes:
        point = sums.get(day)
        height = point.measured if point else None
        value = "" if height is None or not point or point.millimetres is None else _number(height, language)
        shown = f"{_shorten(code)} {value}".strip()
        half = compute_text_width(shown, size=11) * 0.55
        x = min(frame.x(day), WIDTH - 2 - half)
        y = max(TOP + 2, frame.bottom - 12 if height is None else frame.y(height) - 8)
        row = round(y / 12)
        if right.get(row, -1.0) > x - half:
            continue
        right[row] = x + half
        drawing.write(
            (x, y),
            _shorten(code),
            anchor="middle",
            weight="bold",
            halo="white",
            beside=[(value, BLACK)] if value else [],
        )


def _write_anchors(
    drawing: Drawing, frame: _Frame, limits: Limits, words: dict[str, str], language: Language
) -> None:
    """Name the baseline with its sum, and the nadir."""
    first, (lowest, nadir) = frame.days[0], limits.nadir
    is_baseline = nadir == limits.baseline
    name = f"{words['both' if is_baseline else 'baseline']} {_number(limits.baseline, language)}"
    above = frame.y(limits.baseline) + (14 if is_baseline else -8)
    drawing.write((max(frame.x(first) - 8, frame.left + 3), above), name, size=10, colour=GREY, halo="white")
    if not is_baseline:
        y = frame.y(nadir)
        place = y + 13 if y + 13 < frame.bottom - 2 else y - 20
        half = compute_text_width(words["nadir"], size=10) / 2
        x = min(frame.x(lowest), WIDTH - 4 - half)
        drawing.write((x, place), words["nadir"], size=10, anchor="middle", colour=GREY, halo="white")


def _number(value: float, language: Language) -> str:
    return format_number(value, language=language, decimals=0 if value == int(value) else 1)


def _write_row(drawing: Drawing, frame: _Frame, judged: Judgements, y: float) -> None:
    """The responses by one criterion, each under its day; where days lie close, the first of equal ones."""
    drawing.line((4, y - 11), (WIDTH - 4, y - 11), colour="#ececec", width=0.8)
    drawing.write((4, y), judged.criterion, size=NAME_SIZE, colour=GREY)
    right = 4 + compute_text_width(judged.criterion, size=NAME_SIZE)
    for day, code in judged.codes:
        shown = _shorten(code)
        half = compute_text_width(shown, size=9.5) * 0.56
        x = min(frame.x(day), WIDTH - 2 - half)
        if x - half < right:
            continue
        right = x + half + 2
        drawing.write((x, y), shown, size=9.5, anchor="middle", weight="bold")


def _shorten(code: str) -> str:
    return _SHORT_CODES.get(code, code)


def _list_legend(
    lines: Sequence[SumLine],
    limits: Limits | None,
    injections: Sequence[int],
    events: Sequence[CourseEvent],
    words: dict[str, str],
) -> list[tuple[Key, str]]:
    drawn = {line.category for line in lines}
    entries = [
        (LOOKS[category], words["new_sum" if category == "new" else category])
        for category in LOOKS
        if category in drawn
    ]
    if limits:
        entries.append((Key(VERMILION, dash="6 3", width=1.3), words["progression"]))
        entries.append((Key(GREEN, dash="1.5 2.5", width=1.3), words["partial"]))
    if injections:
        entries.append((Key(VERMILION, "triangle"), words["injection"]))
    for kind in dict.fromkeys(event.kind for event in events):
        shape, fill, edge = _EVENTS[kind]
        entries.append((Key(edge, shape, fill if shape != "plus" else "none"), words[kind]))
    points = [point for line in lines if line.category == "total" for point in line.points]
    if any(point.millimetres is None for point in points):
        entries.append((Key(BLACK, "cross", "none"), words["unknown"]))
    if any(point.millimetres is None and point.measured is not None for point in points):
        entries.append((Key(GREY, "circle", "#ffffff"), words["part"]))
    return entries
