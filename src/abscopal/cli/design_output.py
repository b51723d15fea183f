"""Show sentences and tables of a design in the terminal, and write them to a file or a folder."""

import json
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table as RichTable

from abscopal.errors import OutputError
from abscopal.evidence.design_report.page import DesignPage
from abscopal.evidence.design_report.sentences import Sentence
from abscopal.evidence.report.blocks import Table
from abscopal.exchange.folder_swap import assert_free, writing_aside

WIDTH_OF_FILES = 140
STYLES = {"warning": "yellow", "unknown": "yellow", "assumed": "magenta"}
PAGE, CONTENT, FIGURES = "design.html", "design.json", "figures"


def open_console() -> Console:
    """Open the terminal; a file or a pipe gets lines wide enough for the tables."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=WIDTH_OF_FILES)


def print_sentences(sentences: Sequence[Sentence]) -> None:
    """Print sentences, one a line."""
    console = open_console()
    for sentence in sentences:
        console.print(sentence.text, style=STYLES.get(sentence.tone), markup=False, soft_wrap=True)


def print_table(table: Table) -> None:
    """Print a table with its notes."""
    numbers = table.number_columns
    shown = RichTable(title=table.caption, title_justify="left", title_style="bold")
    for place, name in enumerate(table.header):
        shown.add_column(name, justify="right" if place in numbers else "left", overflow="fold")
    for row in table.rows:
        shown.add_row(*(cell.text for cell in row))
    console = open_console()
    console.print(shown, markup=False)
    for note in table.notes:
        console.print(note, style="dim", markup=False, soft_wrap=True)


def deliver(
    content: dict[str, Any],
    render: Callable[[str], DesignPage] | None,
    *,
    json_file: Path | None,
    out: Path | None,
) -> None:
    """Write what was asked for and print where it is.

    Args:
        content: values for the JSON.
        render: makes the page, given the version of the software.
        json_file: file for the JSON alone; None for none.
        out: folder for page, figures and JSON; None for none.
    """
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    console = Console(highlight=False, soft_wrap=True)
    if json_file is not None:
        try:
            json_file.parent.mkdir(parents=True, exist_ok=True)
            json_file.write_text(text, encoding="utf-8")
        except OSError as error:
            raise OutputError(
                "this file cannot be written.", where=str(json_file), remedy="Choose another one with --json."
            ) from error
        console.print(str(json_file), markup=False)
    if out is not None and render is not None:
        assert_free(out)
        page = render(version("abscopal"))
        with writing_aside(out) as aside:
            (aside / PAGE).write_text(page.html, encoding="utf-8")
            (aside / CONTENT).write_text(text, encoding="utf-8")
            (aside / FIGURES).mkdir()
            for name, drawing in page.drawings.items():
                (aside / FIGURES / f"{name}.svg").write_text(drawing, encoding="utf-8")
        console.print(str(out / PAGE), markup=False)
