"""A picture written straight as SVG, for the many small ones: a hundredth of the time and weight of a plot.

Colours, letters and marks are those of the other figures, so that a patient's page looks like the rest of the
report. Words stay words: a screen reader, a search and a printer find them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Literal

from abscopal.evidence.figures.appearance import BLACK, GREY, measure_width
from abscopal.evidence.typography import Language

Shape = Literal["circle", "square", "triangle", "diamond", "cross", "plus"]
Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]

LETTERS = "DejaVu Sans, Verdana, Arial, sans-serif"


@dataclass(frozen=True, slots=True)
class Scale:
    """Where the values of one axis stand on the picture.

    Example:
        >>> Scale(0, 100, 40, 240)(25)
        90.0
    """

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The place of one value, in pixels."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def list_round_ticks(high: float, *, most: int = 5) -> list[float]:
    """Choose round marks from 0 up to `high`, at most so many.

    Example:
        >>> list_round_ticks(63)
        [0.0, 20.0, 40.0, 60.0]
    """
    step = next(
        size * power
        for power in (1, 10, 100, 1000, 10_000)
        for size in (1, 2, 5)
        if high / (size * power) < most
    )
    return [float(step * place) for place in range(int(high / step) + 1)]


def compute_text_width(words: str, *, size: float) -> float:
    """The width of a line of words in pixels, at most: browsers without our letters use narrower ones."""
    return measure_width(words, size=size) * 72


@dataclass(slots=True)
class Drawing:
    """A picture in the making: each call adds what it draws on top of the rest.

    Args:
        width: in pixels, before the page scales it.
        height: in pixels.
    """

    width: float
    height: float
    parts: list[str] = field(default_factory=list)

    def line(
        self, start: Point, end: Point, *, colour: str = BLACK, width: float = 1.0, dash: str = ""
    ) -> None:
        """A straight line."""
        (x1, y1), (x2, y2) = start, end
        self.parts.append(
            f'<path d="M{_write(x1)} {_write(y1)}L{_write(x2)} {_write(y2)}" stroke="{colour}"'
            f' stroke-width="{_write(width)}"{_dash(dash)}/>'
        )

    def course(self, points: Sequence[Point], *, colour: str, width: float = 1.8, dash: str = "") -> None:
        """A line through points, in their order."""
        if len(points) < 2:
            return
        path = "L".join(f"{_write(x)} {_write(y)}" for x, y in points)
        self.parts.append(
            f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="{_write(width)}"{_dash(dash)}/>'
        )

    def area(self, outline: str, *, fill: str, edge: str = "none", width: float = 1.0) -> None:
        """A filled shape, given as an SVG path."""
        self.parts.append(
            f'<path d="{outline}" fill="{fill}" stroke="{edge}" stroke-width="{_write(width)}"/>'
        )

    def box(self, corner: Point, size: Point, *, fill: str, edge: str = "none") -> None:
        """A rectangle by its upper left corner."""
        (x, y), (wide, high) = corner, size
        self.parts.append(
            f'<rect x="{_write(x)}" y="{_write(y)}" width="{_write(wide)}" height="{_write(high)}"'
            f' fill="{fill}" stroke="{edge}"/>'
        )

    def mark(
        self, shape: Shape, place: Point, *, size: float = 3.6, fill: str, edge: str = "", tip: str = ""
    ) -> None:
        """A mark around a place, `size` from its middle to its edge; `tip` is shown to a pointer that rests on it."""
        x, y = place
        if shape == "circle":
            head = f'circle cx="{_write(x)}" cy="{_write(y)}" r="{_write(size)}"'
        else:
            head = f'path d="{_outline(shape, x, y, size)}"'
        edge = edge or fill
        ends = f">{_tip(tip)}</{head.partition(' ')[0]}>" if tip else "/>"
        self.parts.append(f'<{head} fill="{fill}" stroke="{edge}" stroke-width="1.4"{ends}')

    def write(
        self,
        place: Point,
        words: str,
        *,
        size: float = 11,
        anchor: Anchor = "start",
        colour: str = BLACK,
        weight: Literal["normal", "bold"] = "normal",
        halo: Literal["none", "white"] = "none",
        beside: Sequence[tuple[str, str]] = (),
    ) -> None:
        """One line of words; a white halo keeps it legible over lines; `beside` follows: words and their colour."""
        x, y = place
        attributes = f' text-anchor="{anchor}"' if anchor != "start" else ""
        attributes += f' font-weight="{weight}"' if weight != "normal" else ""
        attributes += f' fill="{colour}"' if colour != BLACK else ""
        attributes += f' font-size="{_write(size)}"' if size != 11 else ""
        around = ' stroke="#fff" stroke-width="3" stroke-linejoin="round" paint-order="stroke"'
        attributes += around if halo == "white" else ""
        more = "".join(
            f' <tspan font-weight="normal" fill="{tone}">{escape(said, quote=False)}</tspan>'
            for said, tone in beside
        )
        self.parts.append(
            f'<text x="{_write(x)}" y="{_write(y)}"{attributes}>{escape(words, quote=False)}{more}</text>'
        )

    def render(self, *, alternative: str, language: Language) -> str:
        """Close the picture.

        Args:
            alternative: what it shows, in words, for whoever does not see it.
            language: of the words.

        Returns:
            The text of one `<svg>` element; the same calls give the same text.
        """
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_write(self.width)} {_write(self.height)}"'
            f' width="{_write(self.width)}" height="{_write(self.height)}" role="img" lang="{language}"'
            f' aria-label="{escape(alternative)}" font-family="{LETTERS}" font-size="11" fill="{BLACK}">'
            + "".join(self.parts)
            + "</svg>"
        )


def draw_legend(
    drawing: Drawing, entries: Sequence[tuple["Key", str]], *, corner: Point, width: float, size: float = 10
) -> float:
    """Write the keys of a picture in rows, as many as fit in the width.

    Returns:
        The height that the rows take.
    """
    (left, top), row = corner, size + 5
    x, y = left, top + row - 4
    for key, words in entries:
        needed = 22 + compute_text_width(words, size=size) + 10
        if x > left and x + needed - 10 > left + width:
            x, y = left, y + row
        key.draw(drawing, (x, y - size * 0.36))
        drawing.write((x + 20, y), words, size=size, colour=GREY)
        x += needed
    return y - top + 4


@dataclass(frozen=True, slots=True)
class Key:
    """How one thing looks: a line, a mark on it, or a mark alone."""

    colour: str
    shape: Shape | None = None
    fill: str = ""
    dash: str | None = None
    width: float = 1.8

    def draw(self, drawing: Drawing, place: Point) -> None:
        """Show the sample at the beginning of a row."""
        x, y = place
        if self.dash is not None:
            drawing.line((x, y), (x + 16, y), colour=self.colour, width=self.width, dash=self.dash)
        if self.shape is not None:
            drawing.mark(self.shape, (x + 8, y), fill=self.fill or self.colour, edge=self.colour)


def _outline(shape: Shape, x: float, y: float, size: float) -> str:
    s = size
    corners: dict[str, list[Point]] = {
        "square": [(x - s * 0.9, y - s * 0.9), (x + s * 0.9, y - s * 0.9), (x + s * 0.9, y + s * 0.9),
                   (x - s * 0.9, y + s * 0.9)],
        "triangle": [(x, y - s * 1.1), (x + s, y + s * 0.8), (x - s, y + s * 0.8)],
        "diamond": [(x, y - s * 1.25), (x + s * 1.25, y), (x, y + s * 1.25), (x - s * 1.25, y)],
    }  # fmt: skip
    if shape in corners:
        return "M" + "L".join(f"{_write(a)} {_write(b)}" for a, b in corners[shape]) + "Z"
    if shape == "cross":
        pairs = [((x - s, y - s), (x + s, y + s)), ((x - s, y + s), (x + s, y - s))]
    else:
        pairs = [((x - s, y), (x + s, y)), ((x, y - s), (x, y + s))]
    return "".join(f"M{_write(a)} {_write(b)}L{_write(c)} {_write(d)}" for (a, b), (c, d) in pairs)


def _tip(words: str) -> str:
    return f"<title>{escape(words, quote=False)}</title>"


def _dash(dash: str) -> str:
    return f' stroke-dasharray="{dash}"' if dash else ""


def _write(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
