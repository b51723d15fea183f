"""Participant flow: who was screened, who left and why, who was analysed, arm by arm."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Rectangle

from abscopal.evidence.figures.appearance import (
    BLACK,
    WIDTH_INCHES,
    Caption,
    CaptionedFigure,
    measure_width,
    open_figure,
    use_appearance,
    wrap_to_width,
)
from abscopal.evidence.typography import NO_BREAK_SPACE, Language, format_number

_SIZE = 8.0
_LINE = 0.158
_PADDING = 0.085
_STAGE_WIDTH = 0.27
_MARGIN = 0.06
_GAP = 0.17
_BETWEEN = 0.30
_SIDE_GAP = 0.30
_SIDE_DROP = 0.12

_TITLE: dict[Language, str] = {"en": "Participant flow", "fr": "Flux des participants"}
_LINK: dict[Language, str] = {"en": "{label}, {n}", "fr": "{label}, {n}"}


@dataclass(frozen=True, slots=True)
class FlowBox:
    """One box of the diagram.

    Args:
        label: what the patients of the box have in common, in the reader's language.
        n: number of patients.
        reasons: why, with the number of patients for each; empty where there is nothing to explain.
    """

    label: str
    n: int
    reasons: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class FlowRow:
    """One level of the diagram: one box before allocation, one box per arm after it.

    Args:
        stage: name of the stage in the band on the left; rows of one stage follow each other.
        boxes: one box, or one per arm, always in the same order of arms.
        leaving: patients who go no further; only beside a single box.
    """

    stage: str
    boxes: tuple[FlowBox, ...]
    leaving: FlowBox | None = None


@dataclass(frozen=True, slots=True)
class ParticipantFlow:
    """The rows of a participant flow diagram, from the first contact to the analysis."""

    rows: tuple[FlowRow, ...]


@dataclass(frozen=True, slots=True)
class _Placed:
    """A box with its place on the page, in inches from the bottom left."""

    x: float
    y: float
    width: float
    height: float
    lines: tuple[tuple[str, bool], ...]

    @property
    def centre(self) -> float:
        return self.x + self.width / 2

    def raise_by(self, inches: float) -> "_Placed":
        return replace(self, y=self.y + inches)


def render_participant_flow(flow: ParticipantFlow, *, language: Language) -> CaptionedFigure:
    """Draw who took part, who left and why, in the manner of the CONSORT 2010 diagram.

    Args:
        flow: rows of boxes; every count is printed as given.
        language: `en` or `fr`, for the numbers; labels come in the reader's language already.

    Returns:
        A figure 7.2 inches wide and as high as its rows need.

    Reference:
        Schulz and others, CONSORT 2010 statement (doi:10.1136/bmj.c332), figure.

    Example:
        >>> flow = ParticipantFlow((
        ...     FlowRow("Enrolment", (FlowBox("Assessed for eligibility", 86),), FlowBox("Excluded", 23)),
        ...     FlowRow("Enrolment", (FlowBox("Randomised", 63),)),
        ...     FlowRow("Analysis", (FlowBox("Arm A: analysed", 40), FlowBox("Arm B: analysed", 21))),
        ... ))
        >>> render_participant_flow(flow, language="en").caption.title
        'Participant flow'
    """
    with use_appearance():
        placed_rows, bands, total = _lay_out(flow, language)
        figure = open_figure(height=total, language=language)
        figure.set_layout_engine("none")
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_axis_off()
        axes.set(xlim=(0, WIDTH_INCHES), ylim=(0, total))
        previous: _PlacedRow | None = None
        for row in placed_rows:
            for box in [*row.boxes, *([row.leaving] if row.leaving else [])]:
                _draw_box(axes, box)
            if previous:
                _link_rows(axes, previous.boxes, row.boxes)
            if row.leaving:
                middle = row.leaving.y + row.leaving.height / 2
                _draw_arrow(axes, [(row.boxes[0].centre, middle), (row.leaving.x, middle)])
            if row.leaving and row is placed_rows[-1]:
                axes.plot([row.boxes[0].centre] * 2, [row.boxes[0].y, middle], color=BLACK, linewidth=0.9)
            previous = row
        for stage, upper, lower in bands:
            _draw_band(axes, stage, upper=upper, lower=lower)
        figure.caption = Caption(_TITLE[language], _describe(flow, language))
        return figure


@dataclass(frozen=True, slots=True)
class _PlacedRow:
    boxes: tuple[_Placed, ...]
    leaving: _Placed | None


def _lay_out(
    flow: ParticipantFlow, language: Language
) -> tuple[list[_PlacedRow], list[tuple[str, float, float]], float]:
    rows: list[_PlacedRow] = []
    bands: list[tuple[str, float, float]] = []
    top = 0.0
    for stage, members in groupby(flow.rows, key=lambda row: row.stage):
        start = top
        for row in members:
            placed, bottom = _place_row(row, top=top, language=language)
            rows.append(placed)
            top = bottom - _BETWEEN
        # A band is never shorter than its own name.
        end = min(top + _BETWEEN, start - measure_width(stage, size=_SIZE, weight="bold") - 0.16)
        bands.append((stage, start, end))
        top = end - _BETWEEN
    total = max(2 * _MARGIN - top - _BETWEEN, 0.6)
    shift = total - _MARGIN
    return (
        [
            _PlacedRow(
                tuple(box.raise_by(shift) for box in row.boxes), row.leaving and row.leaving.raise_by(shift)
            )
            for row in rows
        ],
        [(stage, upper + shift, lower + shift) for stage, upper, lower in bands],
        total,
    )


def _place_row(row: FlowRow, *, top: float, language: Language) -> tuple[_PlacedRow, float]:
    left = _STAGE_WIDTH + 2 * _MARGIN
    usable = WIDTH_INCHES - left - _MARGIN
    count = len(row.boxes)
    width = usable / 2 if count == 1 else (usable - _GAP * (count - 1)) / count
    start = left + usable / 4 if count == 1 else left
    written = [_write_box(box, width=width, language=language) for box in row.boxes]
    height = max(map(len, written)) * _LINE + 2 * _PADDING
    boxes = tuple(
        _Placed(start + position * (width + _GAP), top - height, width, height, tuple(lines))
        for position, lines in enumerate(written)
    )
    bottom = top - height
    if row.leaving is None:
        return _PlacedRow(boxes, None), bottom
    side = usable / 2 - _SIDE_GAP
    lines = _write_box(row.leaving, width=side, language=language)
    side_height = len(lines) * _LINE + 2 * _PADDING
    bottom -= _SIDE_DROP + side_height
    leaving = _Placed(left + usable - side, bottom, side, side_height, tuple(lines))
    return _PlacedRow(boxes, leaving), bottom + _BETWEEN - _SIDE_DROP


def _write_box(box: FlowBox, *, width: float, language: Language) -> list[tuple[str, bool]]:
    def count(n: int) -> str:
        return f"(n{NO_BREAK_SPACE}={NO_BREAK_SPACE}{format_number(n, language=language)})"

    room = width - 2 * _PADDING
    head = [
        (line, True)
        for line in wrap_to_width(f"{box.label} {count(box.n)}", width=room, size=_SIZE, weight="bold")
    ]
    reasons = []
    for reason, n in box.reasons:
        first, *others = wrap_to_width(f"{reason} {count(n)}", width=room - 0.12, size=_SIZE)
        reasons.append((f"• {first}", False))
        reasons.extend((f"   {line}", False) for line in others)
    return head + reasons


def _draw_box(axes: Axes, box: _Placed) -> None:
    axes.add_patch(
        Rectangle(
            (box.x, box.y), box.width, box.height, facecolor="white", edgecolor=BLACK, linewidth=0.9, zorder=3
        )
    )
    top = box.y + box.height / 2 + len(box.lines) * _LINE / 2
    for position, (line, is_head) in enumerate(box.lines):
        axes.text(
            box.x + _PADDING,
            top - (position + 0.5) * _LINE,
            line,
            ha="left",
            va="center_baseline",
            fontsize=_SIZE,
            fontweight="bold" if is_head else "normal",
            zorder=4,
        )


def _draw_arrow(axes: Axes, path: Sequence[tuple[float, float]]) -> None:
    if len(path) > 2:
        axes.plot(
            *zip(*path[:-1], strict=True), color=BLACK, linewidth=0.9, solid_joinstyle="miter", zorder=2
        )
    axes.annotate(
        "",
        xy=path[-1],
        xytext=path[-2],
        arrowprops={
            "arrowstyle": "-|>",
            "color": BLACK,
            "linewidth": 0.9,
            "shrinkA": 0,
            "shrinkB": 0,
            "mutation_scale": 9,
        },
        zorder=2,
    )


def _link_rows(axes: Axes, above: Sequence[_Placed], below: Sequence[_Placed]) -> None:
    foot = above[0].y
    heads = [(box.centre, box.y + box.height) for box in below]
    if len(above) == len(below):
        for (x, y), box in zip(heads, above, strict=True):
            _draw_arrow(axes, [(box.centre, foot), (x, y)])
        return
    middle = heads[0][1] + _BETWEEN / 2
    for x, y in heads:
        for box in above:
            _draw_arrow(axes, [(box.centre, foot), (box.centre, middle), (x, middle), (x, y)])


def _draw_band(axes: Axes, stage: str, *, upper: float, lower: float) -> None:
    axes.add_patch(
        FancyBboxPatch(
            (_MARGIN + 0.02, lower + 0.02),
            _STAGE_WIDTH - 0.04,
            upper - lower - 0.04,
            boxstyle="round,pad=0.02,rounding_size=0.05",
            facecolor="#dce9f2",
            edgecolor="none",
        )
    )
    axes.text(
        _MARGIN + _STAGE_WIDTH / 2,
        (upper + lower) / 2,
        stage,
        rotation=90,
        ha="center",
        va="center",
        fontsize=_SIZE,
        fontweight="bold",
    )


def _describe(flow: ParticipantFlow, language: Language) -> str:
    boxes = [
        _LINK[language].format(label=box.label, n=format_number(box.n, language=language))
        for row in flow.rows
        for box in (*row.boxes, *([row.leaving] if row.leaving else []))
    ]
    return "; ".join(boxes) + "."
