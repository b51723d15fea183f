"""`abscopal demo`: the read-out on tables that ship with the software, of patients who never existed."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from abscopal.cli.origin import SENTENCES
from abscopal.cli.read_out import ReportLanguage, without_collecting
from abscopal.errors import UserError
from abscopal.protocol.reading import list_bundled_studies

TABLES = "synthetic"


def demo(
    out: Annotated[
        Path | None, typer.Option(help="Folder to write; a new temporary folder without it.")
    ] = None,
    language: Annotated[ReportLanguage, typer.Option(help="Language of the report.")] = ReportLanguage.EN,
) -> None:
    """Read out a small trial of synthetic patients and print the path of the report."""
    from abscopal.cli.report_folder import write_report_folder

    study, tables = find_demonstration()
    place = out or Path(tempfile.mkdtemp(prefix="abscopal-demo-")) / "report"
    console = Console(stderr=True)
    console.print(SENTENCES[language.value], markup=False, highlight=False)
    with without_collecting():
        written = write_report_folder(
            study, tables=tables, out=place, language=language.value, console=console
        )
    Console().print(str(written), markup=False, highlight=False, soft_wrap=True)


def find_demonstration() -> tuple[str, Path]:
    """Find the bundled study that carries tables of synthetic patients.

    Returns:
        The name of the study and the folder of its tables.
    """
    for name, folder in list_bundled_studies().items():
        if (folder / TABLES).is_dir():
            return name, folder / TABLES
    raise UserError("No bundled study carries synthetic tables.", remedy="Install Abscopal again.")
