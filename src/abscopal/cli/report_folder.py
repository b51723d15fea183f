"""Read the tables, analyse them, and write the report folder aside before it is moved into place."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from abscopal.cli.origin import describe_origin
from abscopal.errors import OutputError
from abscopal.evidence.analysis import Analysis, ReadingNotes, run_analysis
from abscopal.evidence.analysis_plan import plan_analysis
from abscopal.evidence.endpoint_estimates import list_estimate_rows
from abscopal.evidence.pictures import render_pictures
from abscopal.evidence.plan.injection_log import LOG_STOPS
from abscopal.evidence.plan.protocol_versions import list_earlier_ctcae
from abscopal.evidence.plan.usable_tables import count_rows_set_apart
from abscopal.evidence.provenance import (
    Input,
    Provenance,
    compute_sha256,
    list_provenance_content,
    list_versions,
)
from abscopal.evidence.report.material import Picture
from abscopal.evidence.report.page import render_report
from abscopal.evidence.report.pdf import assert_pdf_available, render_pdf
from abscopal.evidence.report.wording import Wording
from abscopal.evidence.typography import Language
from abscopal.exchange.csv_files import write_csv_table
from abscopal.exchange.folder_swap import assert_free, writing_aside
from abscopal.exchange.parquet_files import write_parquet_table
from abscopal.exchange.table_folders import TableFolder, read_tables
from abscopal.protocol.published import read_published
from abscopal.protocol.reading import Study, read_study
from abscopal.tables.admission import admit_tables

PUBLISHED = "published.yml"


@dataclass(frozen=True, slots=True)
class ReportParts:
    """Everything that goes into the folder, before any of it is written."""

    analysis: Analysis
    pictures: dict[str, Picture]
    provenance: Provenance
    page: str
    pdf: bytes | None


def write_report_folder(
    study_name: str,
    *,
    tables: Path,
    out: Path,
    console: Console,
    cut_off: dt.date | None = None,
    language: Language = "en",
    with_pdf: Literal["yes", "no"] = "no",
    remarks: Sequence[str] = (),
) -> Path:
    """Read out a study from a folder of tables.

    Nothing appears at `out` until everything has been written beside it; an interruption leaves it as it was.

    Args:
        study_name: bundled name or path of the study.
        tables: folder of SDTM tables.
        out: folder to write.
        console: where progress is shown.
        cut_off: last day that counts.
        language: of the report and of its figures.
        with_pdf: whether report.pdf is wanted.
        remarks: sentences on the tables that stand first in the report, after what is said of their origin.

    Returns:
        The path of the report.
    """
    if with_pdf == "yes":
        assert_pdf_available()
    assert_free(out)
    assert_apart(out, tables)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("Reading the study", total=None)
        study = read_study(study_name)
        *earlier, protocol = versions = study.list_versions(until=cut_off)
        progress.update(task, description="Reading the tables")
        folder = read_tables(tables)
        admission = admit_tables(
            folder.tables,
            ctcae_version=protocol.safety.ctcae_version.value,
            earlier_ctcae=list_earlier_ctcae(versions),
        )
        progress.update(task, description="Deriving and estimating")
        analysis = run_analysis(
            plan_analysis(protocol, earlier=earlier),
            admission.tabulation,
            cut_off=cut_off,
            set_apart=admission.set_apart,
            reading=ReadingNotes(
                notices=admission.notices,
                ignored_files=folder.ignored,
                absent_columns=tuple(admission.absent_columns.items()),
                ignored_columns=tuple(admission.ignored_columns.items()),
            ),
        )
        progress.update(task, description="Drawing the figures")
        pictures = render_pictures(analysis, language=language)
        progress.update(task, description="Writing the report")
        provenance = _gather_provenance(study, folder, analysis)
        published = read_published(study.folder / PUBLISHED) if (study.folder / PUBLISHED).exists() else None
        page = render_report(
            analysis,
            pictures,
            provenance,
            language=language,
            published=published,
            origin=" ".join([describe_origin(analysis.study_ids, language=language), *remarks]).strip(),
        )
        pdf = render_pdf(page) if with_pdf == "yes" else None
        with writing_aside(out) as aside:
            _write_parts(aside, ReportParts(analysis, pictures, provenance, page, pdf))
    _say_set_apart(console, admission.set_apart)
    _say_injections(console, analysis, Wording(language))
    return out / "report.html"


def assert_apart(out: Path, tables: Path) -> None:
    """Refuse to write the report among the tables it reads."""
    if out.resolve().is_relative_to(tables.resolve()):
        raise OutputError(
            "the report would be written among the tables it reads.",
            where=str(out),
            remedy="Choose another folder with --out.",
        )


def _say_set_apart(console: Console, set_apart: pl.DataFrame) -> None:
    counts = count_rows_set_apart(set_apart)
    if counts:
        shown = ", ".join(f"{domain} {count}" for domain, count in counts.items())
        console.print(f"Rows set apart: {shown}; set_apart.csv lists them.", markup=False, highlight=False)


def _say_injections(console: Console, analysis: Analysis, wording: Wording) -> None:
    """Injected lesions that nobody can tell from the others are not left for the reader of the report to find."""
    for stop in analysis.stops:
        if stop.code in LOG_STOPS:
            sentence = wording.say(f"stop.{stop.code}", detail=stop.detail)
            console.print(sentence, markup=False, highlight=False, soft_wrap=True)


def _write_parts(folder: Path, parts: ReportParts) -> None:
    (folder / "adam").mkdir()
    for name, frame in parts.analysis.adam.items():
        write_parquet_table(frame, folder / "adam" / f"{name}.parquet")
        write_csv_table(frame, folder / "adam" / f"{name}.csv")
    _write_json(list_estimate_rows(parts.analysis.estimates.records), folder / "estimates.json")
    _write_json(list_provenance_content(parts.provenance), folder / "provenance.json")
    write_csv_table(parts.analysis.set_apart, folder / "set_apart.csv")
    (folder / "figures").mkdir()
    for name, picture in parts.pictures.items():
        text = f'<?xml version="1.0" encoding="utf-8"?>\n{picture.svg}'
        (folder / "figures" / f"{name}.svg").write_text(text, encoding="utf-8")
    (folder / "report.html").write_text(parts.page, encoding="utf-8")
    if parts.pdf is not None:
        (folder / "report.pdf").write_bytes(parts.pdf)


def _write_json(content: object, path: Path) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _gather_provenance(study: Study, folder: TableFolder, analysis: Analysis) -> Provenance:
    inputs = [
        Input(path.name, compute_sha256(path.read_bytes()), folder.tables[name].height)
        for name, path in folder.files.items()
    ]
    study_files = [study.file, study.folder / PUBLISHED]
    inputs += [Input(path.name, compute_sha256(path.read_bytes())) for path in study_files if path.exists()]
    return Provenance(
        study=study.name,
        study_hash=study.document_hash,
        cut_off=analysis.cut_off,
        inputs=tuple(inputs),
        versions=list_versions(),
        settings=analysis.plan.settings,
    )
