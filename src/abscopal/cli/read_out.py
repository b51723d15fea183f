"""`abscopal read-out`: from a study and a folder of tables to a report that can be checked."""

import datetime as dt
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from abscopal.errors import OptionError


class ReportLanguage(StrEnum):
    """Languages of the report."""

    EN = "en"
    FR = "fr"


def read_out(
    study: Annotated[str, typer.Argument(help="A bundled study, or the path of a study folder.")],
    tables: Annotated[Path, typer.Option(help="Folder of SDTM tables: CSV, Parquet, XPT or Dataset-JSON.")],
    out: Annotated[Path, typer.Option(help="Folder to write; replaced as a whole, or left untouched.")],
    cut_off: Annotated[
        str | None, typer.Option(help="Last day that counts, as 2024-12-31; without it every row is read.")
    ] = None,
    language: Annotated[ReportLanguage, typer.Option(help="Language of the report and of the figures.")] = (
        ReportLanguage.EN
    ),
    pdf: Annotated[bool, typer.Option("--pdf", help="Also write report.pdf.")] = False,  # noqa: FBT002
) -> None:
    """Read out a trial: analysis tables, estimates, figures and one report that opens offline.

    Writes adam/, estimates.json, report.html, figures/, set_apart.csv and provenance.json. Tables that are
    absent leave out their sections, and the report says so.
    """
    with without_collecting():
        # The rooms that compute take a second to load: `--help` does not wait for them.
        from abscopal.cli.report_folder import write_report_folder

        written = write_report_folder(
            study,
            tables=tables,
            out=out,
            cut_off=parse_day(cut_off),
            language=language.value,
            with_pdf="yes" if pdf else "no",
            console=Console(stderr=True),
        )
    Console().print(str(written), markup=False, highlight=False, soft_wrap=True)


@contextmanager
def without_collecting() -> Iterator[None]:
    """Leave aside the search for unreachable cycles: a read-out leaves few, and searching costs a tenth of it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def parse_day(text: str | None) -> dt.date | None:
    """Read a day given on the command line.

    Example:
        >>> parse_day("2024-12-31")
        datetime.date(2024, 12, 31)
    """
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise OptionError(
            f"{text!r} is not a day.",
            where="--cut-off",
            remedy="Write year, month and day, such as 2024-12-31.",
        ) from None
