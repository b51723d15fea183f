"""What a section of the report is made of: sentences, tables, figures, notices."""

import base64
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table; a number that was estimated names the estimate it comes from."""

    text: str
    estimate: str = ""
    is_number: bool = False
    is_group: bool = False
    indent: bool = False


@dataclass(frozen=True, slots=True)
class Prose:
    """One paragraph."""

    text: str
    kind: str = ""
    template: str = "prose.html"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section."""

    text: str
    template: str = "heading.html"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that the reader must not miss: an assumption in force, a part that is absent or stopped."""

    kind: Literal["assumption", "stop", "plain"]
    title: str
    items: tuple[str, ...]
    template: str = "notice.html"


@dataclass(frozen=True, slots=True)
class Answer:
    """The question of the trial, its answer and how certain the answer is."""

    kind: Literal["met", "unmet", "open"]
    lines: tuple[tuple[str, str], ...]
    template: str = "answer.html"


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture drawn inside the page, with a caption that says what it shows.

    `svg` enters the page as it is: it is always a drawing of ours, its labels already escaped.
    """

    identifier: str
    title: str
    caption: str
    svg: str
    size: Literal["wide", "small"] = "wide"
    template: str = "figure.html"


@dataclass(frozen=True, slots=True)
class Drawings:
    """Small pictures side by side, below one another on a narrow screen; each one tells itself in words.

    `pictures` enter the page as they are: always drawings of ours, their labels already escaped.
    """

    pictures: tuple[str, ...]
    size: Literal["panel", "lesion"] = "panel"
    template: str = "drawings.html"


@dataclass(frozen=True, slots=True)
class Table:
    """A table that can be filtered where it is long, and taken away as CSV."""

    identifier: str
    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    is_long: bool = False
    template: str = "table.html"

    @property
    def number_columns(self) -> set[int]:
        """The columns to align on the right: those where every filled cell is a number."""
        return {
            place
            for place in range(1, len(self.header))
            if any(row[place].estimate or row[place].is_number for row in self.rows)
            and all(
                row[place].estimate or row[place].is_number or row[place].text in {"", NOTHING}
                for row in self.rows
            )
        }

    @property
    def is_wide(self) -> bool:
        """Whether paper must be turned for it."""
        return len(self.header) >= WIDE_COLUMNS

    @property
    def csv_address(self) -> str:
        """The table as CSV inside the page itself, so that it can be saved without a network."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.header)
        writer.writerows([_plain(cell.text) for cell in row] for row in self.rows)
        encoded = base64.b64encode(text.getvalue().encode("utf-8-sig")).decode("ascii")
        return f"data:text/csv;charset=utf-8;base64,{encoded}"


@dataclass(frozen=True, slots=True)
class Patient:
    """One patient, folded up until somebody opens it."""

    identifier: str
    name: str
    summary: str
    blocks: tuple["Prose | Drawings | Table | Notice", ...]


@dataclass(frozen=True, slots=True)
class PatientList:
    """The patients one below the other, with a box in which to look for one; all are there without a script too."""

    patients: tuple[Patient, ...]
    find: str
    shown: str
    open_all: str
    template: str = "patients.html"


NOTHING, WIDE_COLUMNS = "—", 6
Block = Prose | Heading | Notice | Answer | Figure | Drawings | Table | PatientList


@dataclass(frozen=True, slots=True)
class Section:
    """One chapter of the report."""

    identifier: str
    title: str
    blocks: tuple[Block, ...]

    @property
    def is_wide(self) -> bool:
        """Whether paper must be turned for one of its tables."""
        return any(isinstance(block, Table) and block.is_wide for block in self.blocks)


def row_of(name: str, cells: Sequence[Cell], *, indent: bool = False) -> tuple[Cell, ...]:
    """A table row that begins with its name."""
    return (Cell(name, indent=indent), *cells)


def _plain(text: str) -> str:
    """A text that a spreadsheet takes as text, never as a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "@", "\t"} else text
