"""How every figure looks: colours that colour-blind readers tell apart, each with a second cue.

Nothing is told by colour alone: arms differ by line style and marker too, responses by hatching, so that a
figure survives a grey photocopy. Colours: Okabe and Ito, Color Universal Design (2008).
"""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import matplotlib
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from abscopal.evidence.typography import (
    DAYS_PER_MONTH,
    Language,
    format_number,
    format_percent,
    format_percent_points,
    set_french_spaces,
)

BLACK = "#1a1a1a"
GREY = "#6b6b6b"
PALE_GREY = "#d9d9d9"
BLUE = "#0072B2"
SKY_BLUE = "#56B4E9"
GREEN = "#009E73"
ORANGE = "#E69F00"
VERMILION = "#D55E00"
PURPLE = "#CC79A7"

WIDTH_INCHES = 7.2
SMALL_TEXT = 7.5
PIXELS_PER_INCH = 125
_SCREEN_SLACK = 1.05

_RULES: dict[Any, Any] = {
    "axes.edgecolor": BLACK,
    "axes.grid": False,
    "axes.labelsize": 9,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.unicode_minus": True,
    "figure.dpi": 100,
    "figure.facecolor": "white",
    "font.family": ["DejaVu Sans"],
    "font.size": 9,
    "hatch.linewidth": 0.6,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "savefig.facecolor": "white",
    "svg.fonttype": "path",
    "svg.hashsalt": "abscopal",
    "text.color": BLACK,
    "text.parse_math": False,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
}


@dataclass(frozen=True, slots=True)
class Caption:
    """What a figure says, for readers who hear it and for the page around it.

    Args:
        title: a few words.
        description: one or two sentences with the numbers of patients and the main values.
        notes: how to read the figure, what is left out and by which rule; one sentence each.
    """

    title: str
    description: str
    notes: tuple[str, ...] = ()


class CaptionedFigure(Figure):
    """A matplotlib figure that carries its caption in the reader's language."""

    caption: Caption
    language: Language


LineStyle = Literal["-"] | tuple[float, tuple[float, ...]]
"""A full line, or the lengths of dashes and gaps."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The cues that stand for one arm or one category, colour being only one of them."""

    colour: str
    line: LineStyle
    marker: str
    hatch: str


ARM_MARKS: tuple[Mark, ...] = (
    Mark(BLUE, "-", "o", ""),
    Mark(VERMILION, (0, (5, 1.6)), "s", "////"),
    Mark(GREEN, (0, (5, 1.4, 1, 1.4)), "^", "...."),
    Mark(PURPLE, (0, (1.2, 1.2)), "D", "xxxx"),
    Mark(BLACK, (0, (8, 1.5, 1, 1.5, 1, 1.5)), "v", "----"),
    Mark(ORANGE, (0, (3, 3)), "P", "++++"),
)

RESPONSE_MARKS: dict[str, Mark] = {
    "CR": Mark("#00466e", "-", "*", ""),
    "PR": Mark(SKY_BLUE, (0, (5, 1.4)), "^", "////"),
    "SD": Mark("#c8c8c8", (0, (5, 1.4, 1, 1.4)), "o", ""),
    "NON-CR/NON-PD": Mark("#c8c8c8", (0, (5, 1.4, 1, 1.4)), "o", "--"),
    "PD": Mark(VERMILION, (0, (1.4, 1.2)), "X", "\\\\\\\\"),
    "NE": Mark("#ffffff", (0, (3, 3)), "d", "...."),
    "iCR": Mark("#00466e", "-", "*", ""),
    "iPR": Mark(SKY_BLUE, (0, (5, 1.4)), "^", "////"),
    "iSD": Mark("#c8c8c8", (0, (5, 1.4, 1, 1.4)), "o", ""),
    "iUPD": Mark(ORANGE, (0, (3, 1, 1, 1)), "P", "xxxx"),
    "iCPD": Mark(VERMILION, (0, (1.4, 1.2)), "X", "\\\\\\\\"),
}

RESPONSE_NAMES: dict[Language, dict[str, str]] = {
    "en": {
        "CR": "Complete response",
        "PR": "Partial response",
        "SD": "Stable disease",
        "NON-CR/NON-PD": "Non-CR/non-PD",
        "PD": "Progression",
        "NE": "Not evaluable",
        "iCR": "Complete response (iCR)",
        "iPR": "Partial response (iPR)",
        "iSD": "Stable disease (iSD)",
        "iUPD": "Unconfirmed progression (iUPD)",
        "iCPD": "Confirmed progression (iCPD)",
    },
    "fr": {
        "CR": "Réponse complète",
        "PR": "Réponse partielle",
        "SD": "Maladie stable",
        "NON-CR/NON-PD": "Non-RC/non-PD",
        "PD": "Progression",
        "NE": "Non évaluable",
        "iCR": "Réponse complète (iCR)",
        "iPR": "Réponse partielle (iPR)",
        "iSD": "Maladie stable (iSD)",
        "iUPD": "Progression non confirmée (iUPD)",
        "iCPD": "Progression confirmée (iCPD)",
    },
}


@contextmanager
def use_appearance() -> Iterator[None]:
    """Draw with the rules of the house, and leave matplotlib's settings as they were found."""
    with matplotlib.rc_context(_RULES):
        yield


def open_figure(*, height: float, language: Language, width: float = WIDTH_INCHES) -> CaptionedFigure:
    """Open an empty figure of the given size in inches, laid out so that no text is cut."""
    figure = CaptionedFigure(figsize=(width, height), layout="constrained")
    figure.language = language
    figure.get_layout_engine().set(w_pad=0.06, h_pad=0.06)  # type: ignore[union-attr, call-arg]
    return figure


def list_arms(present: Sequence[str | None], arms: Mapping[str, str] | None) -> dict[str, str]:
    """Put the arms in order with their labels: the study's order first, then any other that occurs.

    Args:
        present: arm of each row; null where it is unknown.
        arms: arm identifier to label, in the order to draw; None to use the identifiers, sorted.

    Returns:
        Arm identifier to label, only arms that occur.

    Example:
        >>> list_arms(["b", "a", "b"], {"b": "Intravenous", "a": "Intratumoural", "c": "Unused"})
        {'b': 'Intravenous', 'a': 'Intratumoural'}
    """
    found = {arm for arm in present if arm is not None}
    named = {arm: label for arm, label in (arms or {}).items() if arm in found}
    return named | {arm: arm for arm in sorted(found - named.keys())}


def name_missing_arm(frame: pl.DataFrame, *, column: str = "TRT01P") -> pl.DataFrame:
    """Give rows without an arm an empty identifier, so that a single-arm table needs none."""
    arm = pl.col(column).fill_null("") if column in frame.columns else pl.lit("")
    return frame.with_columns(arm.alias(column))


def mark_arm(position: int) -> Mark:
    """The cues of the arm at this position; they repeat after the sixth."""
    return ARM_MARKS[position % len(ARM_MARKS)]


def choose_words(words: Mapping[Language, Mapping[str, str]], *, language: Language) -> dict[str, str]:
    """The fixed words of a figure in the reader's language, with the spaces that language asks for."""
    chosen = words[language]
    return {name: set_french_spaces(text) if language == "fr" else text for name, text in chosen.items()}


def measure_width(text: str, *, size: float, weight: str = "normal") -> float:
    """Width of one line of text in inches, at most: on a screen letters are fitted to whole pixels."""
    return sum(_measure_letter(letter, weight) for letter in text) * size / 72 * _SCREEN_SLACK


@lru_cache(maxsize=4096)
def _measure_letter(letter: str, weight: str) -> float:
    font = get_font(findfont(FontProperties(family="DejaVu Sans", weight=weight)))
    font.set_size(100, 72)
    return float(font.load_char(ord(letter)).linearHoriAdvance) / 65536 / 100


def wrap_to_width(text: str, *, width: float, size: float, weight: str = "normal") -> list[str]:
    """Break a text into lines no wider than `width` inches; a longer word is cut."""
    lines: list[str] = []
    for word in text.split(" "):
        candidate = f"{lines[-1]} {word}" if lines else word
        if lines and measure_width(candidate, size=size, weight=weight) <= width:
            lines[-1] = candidate
            continue
        lines.append("")
        if measure_width(word, size=size, weight=weight) <= width:
            lines[-1] = word
            continue
        for letter in word:
            if lines[-1] and measure_width(lines[-1] + letter, size=size, weight=weight) > width:
                lines.append("")
            lines[-1] += letter
    return lines


def write_panel_title(label: str, count: str, *, width: int) -> str:
    """Title of a panel: the label broken into lines, then the count on a line of its own."""
    return "\n".join(line for line in (wrap(label, width=width) if label else "", count) if line)


def wrap(text: str, *, width: int) -> str:
    """Break a long label into lines of at most `width` characters."""
    return "\n".join(textwrap.wrap(text, width, break_long_words=True, break_on_hyphens=False)) or text


def capitalise(text: str) -> str:
    """Raise the first letter and leave the rest alone."""
    return text[:1].upper() + text[1:]


def spread_positions(wanted: Sequence[float], *, gap: float, low: float, high: float) -> list[float]:
    """Move labels apart so that none lies closer than `gap` to the next, as near as possible to home.

    Args:
        wanted: where each label would like to stand.
        gap: least distance between two labels.
        low: lowest place allowed.
        high: highest place allowed.

    Returns:
        Places in the order of `wanted`.

    Example:
        >>> spread_positions([0.5, 0.5], gap=0.1, low=0.0, high=1.0)
        [0.45, 0.55]
    """
    order = sorted(range(len(wanted)), key=lambda index: (wanted[index], index))
    groups: list[tuple[list[int], float]] = []
    for index in order:
        members, centre = [index], wanted[index]
        while groups:
            previous, previous_centre = groups[-1]
            needed = gap * (len(previous) + len(members)) / 2
            if centre - previous_centre >= needed - 1e-12:
                break
            centre = (previous_centre * len(previous) + centre * len(members)) / (
                len(previous) + len(members)
            )
            members = previous + members
            groups.pop()
        half = gap * (len(members) - 1) / 2
        groups.append((members, min(max(centre, low + half), high - half)))
    places = [0.0] * len(wanted)
    for members, centre in groups:
        for rank, index in enumerate(members):
            places[index] = round(centre + gap * (rank - (len(members) - 1) / 2), 12)
    return places


def write_percent_axis(axes: Axes, *, language: Language, axis: str = "y") -> None:
    """Number an axis of proportions from 0 to 1 in per cent."""
    chosen = axes.yaxis if axis == "y" else axes.xaxis
    chosen.set_major_formatter(
        FuncFormatter(lambda value, _: format_percent(round(value, 6), language=language, decimals=0))
    )


def write_change_axis(axes: Axes, *, language: Language) -> None:
    """Number a y axis that is already in per cent, a plus sign before increases."""

    def write(value: float, _: object) -> str:
        sign = "+" if value > 0 else ""
        return sign + format_percent_points(round(value, 6), language=language)

    axes.yaxis.set_major_formatter(FuncFormatter(write))


def write_number_axis(axes: Axes, *, language: Language, axis: str = "y", decimals: int = 0) -> None:
    """Number an axis in the typography of the language."""
    chosen = axes.yaxis if axis == "y" else axes.xaxis
    chosen.set_major_formatter(
        FuncFormatter(lambda value, _: format_number(round(value, 6), language=language, decimals=decimals))
    )


def list_month_ticks(longest_months: float, *, most: int = 9) -> list[float]:
    """Choose round month marks from 0: every 1, 2, 3, 6, 12, 24, 36, 60 or 120 months, or half months.

    Example:
        >>> list_month_ticks(31.0)
        [0.0, 6.0, 12.0, 18.0, 24.0, 30.0]
    """
    steps = (0.5, 1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 36.0, 60.0, 120.0, 240.0)
    step = next((step for step in steps if longest_months / step < most), steps[-1])
    return [step * position for position in range(int(longest_months / step + 1e-9) + 1)]


def set_month_axis(axes: Axes, *, longest_months: float, language: Language) -> list[float]:
    """Lay out a time axis in months from zero, and return where its marks stand."""
    ticks = list_month_ticks(longest_months)
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    decimals = 1 if any(tick != int(tick) for tick in ticks) else 0
    write_number_axis(axes, language=language, axis="x", decimals=decimals)
    axes.set_xlim(0, max(longest_months, 0.25) * 1.02)
    return ticks


def set_count_axis(axes: Axes, *, language: Language, axis: str = "x") -> None:
    """Number an axis of whole counts."""
    chosen = axes.yaxis if axis == "y" else axes.xaxis
    chosen.set_major_locator(MaxNLocator(integer=True, nbins=8))
    write_number_axis(axes, language=language, axis=axis)


def in_months(days: float) -> float:
    """Days as months of 365.25 / 12 days."""
    return days / DAYS_PER_MONTH


def make_room_for_titles(figure: Figure) -> None:
    """Make a figure as much higher as the titles of its panels run beyond two lines."""
    lines = max((axes.get_title("left").count("\n") + 1 for axes in figure.axes), default=0)
    figure.set_figheight(figure.get_figheight() + 0.16 * max(lines - 2, 0))


def add_note(figure: Figure, text: str, *, width: int = 118) -> None:
    """Print a sentence under the figure, for what a reader must know even without the caption."""
    figure.supxlabel(wrap(text, width=width), fontsize=SMALL_TEXT, color=GREY, x=0.01, ha="left")


def draw_message(figure: Figure, text: str) -> None:
    """Say in the middle of an empty figure why there is nothing to draw."""
    axes = figure.add_subplot()
    axes.set_axis_off()
    axes.text(0.5, 0.5, wrap(text, width=70), ha="center", va="center", color=GREY, fontsize=10)
