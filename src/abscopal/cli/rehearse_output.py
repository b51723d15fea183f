"""Run a rehearsal with a progress bar, write its files, and sum it up in the terminal."""

import io
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from abscopal.cli.rehearse_summary import print_summary
from abscopal.cli.rehearsed_trial import REPORT, TABLES, write_rehearsed_trial
from abscopal.errors import OptionError, OutputError
from abscopal.evidence.typography import Language
from abscopal.exchange.file_swap import replace_together
from abscopal.protocol.reading import Study, read_study
from abscopal.rehearsal.acting import assert_changes_act
from abscopal.rehearsal.characteristic import Characteristic
from abscopal.rehearsal.comparison import plan_variants, read_change
from abscopal.rehearsal.courses import Settings
from abscopal.rehearsal.ensemble import ParameterDraw, explain_stale_ensemble, read_ensemble
from abscopal.rehearsal.model.description import read_model
from abscopal.rehearsal.operating_characteristics import (
    compute_characteristics,
    list_conclusions,
    list_content,
)
from abscopal.rehearsal.rehearsing import Rehearsed, Variant, choose_ensemble, rehearse_trials
from abscopal.rehearsal.reporting.report import (
    CREDIBILITY,
    FIGURES,
    PAGE,
    read_record,
    write_rehearsal_report,
)
from abscopal.rehearsal.trial_design import Mode, TrialDesign
from abscopal.rehearsal.workers import Cache, Report, Workforce

TRIALS, CHARACTERISTICS, RUN, CACHE = (
    "trials.parquet",
    "operating_characteristics.json",
    "rehearsal.json",
    "cache",
)
TRIALS_CSV = "trials.csv"
MOST_ROWS_OF_CSV = 2000


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for on the command line."""

    study: str
    out: Path
    trials: int
    seed: int
    scenario: str | None
    patients: int | None
    what_if: tuple[str, ...]
    mode: Mode
    horizon_days: float | None
    tolerance: float
    workers: int
    dask: str | None
    language: Language


def run_rehearsal(request: Request) -> None:
    """Rehearse the trial as planned and with each change, write the files and print the summary.

    Args:
        request: what was asked for.

    Raises:
        OptionError: something that cannot be, before anything is computed.
        StudyError: a damaged file of the study, before anything is computed.
        OutputError: a place that cannot be written to, or a full disk.
    """
    study = read_study(request.study)
    changes = [read_change(text) for text in request.what_if]
    variants = plan_variants(
        study.protocol, changes, scenario=request.scenario, patients=request.patients, mode=request.mode
    )
    horizon = request.horizon_days or variants[0].scenario["follow_up_days"]
    _assert_long_enough(variants, horizon)
    _assert_folder(request.out)
    console = Console(stderr=True)
    # Before any computing: the page shows it, and a damaged one would be found only after hours.
    read_record(study.folder)
    draws = choose_ensemble(_read_draws(study, console), trials=request.trials)
    settings = Settings(horizon, request.tolerance)
    assert_changes_act(study.protocol, variants, draws=draws, settings=settings)
    with _showing(console) as report:
        rehearsed = rehearse_trials(
            study.protocol,
            variants,
            trials=request.trials,
            study_hash=study.document_hash,
            seed=request.seed,
            draws=draws,
            settings=settings,
            cache=Cache(request.out / CACHE),
            workforce=Workforce(request.workers, request.dask),
            report=report,
        )
    conclusions = list_conclusions(rehearsed)
    found = [compute_characteristics(item, conclusions=conclusions) for item in rehearsed]
    _write(request, study, rehearsed, [row for rows in found for row in rows], settings)
    fitted = {name for draw in draws for name in draw.medians}
    print_summary(study.protocol, rehearsed, found, fitted=fitted, language=request.language)
    with console.status("the page"):
        page = write_rehearsal_report(request.out, study, draws, settings=settings, language=request.language)
    Console().print(str(page), markup=False, highlight=False, soft_wrap=True)


def run_one_trial(request: Request) -> None:
    """Rehearse one whole trial: its tables, read out as those of any trial.

    Args:
        request: what was asked for.

    Raises:
        OptionError: something that cannot be, before anything is computed.
        OutputError: a place that cannot be written to, or a full disk.
    """
    _assert_folder(request.out)
    written = write_rehearsed_trial(
        request.study,
        request.out,
        seed=request.seed,
        console=Console(stderr=True),
        scenario=request.scenario,
        patients=request.patients,
        horizon_days=request.horizon_days,
        tolerance=request.tolerance,
        language=request.language,
    )
    for place in (written.tables, written.report):
        Console().print(str(place), markup=False, highlight=False, soft_wrap=True)


def _read_draws(study: Study, console: Console) -> tuple[ParameterDraw, ...]:
    """The ensemble of the study; the scenario's own medians alone where it has none."""
    stale = explain_stale_ensemble(study.folder, read_model())
    if stale:
        console.print(stale, style="yellow", markup=False, highlight=False, soft_wrap=True)
    return read_ensemble(study.folder)


@contextmanager
def _showing(console: Console) -> Iterator[Report]:
    """Show how many chunks of patients are done."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("virtual patients, by chunk", total=None)
        yield lambda done, total: progress.update(bar, completed=done, total=total)


def _assert_long_enough(variants: Sequence[Variant], horizon_days: float) -> None:
    longest = max(
        variant.design.window_days
        if variant.design.rule is None
        else max(variant.design.window_days, variant.design.rule.window_days)
        for variant in variants
    )
    if horizon_days < longest:
        raise OptionError(
            f"Patients followed for {horizon_days:g} days never reach the end of a window of {longest:g} days.",
            where="--horizon-days",
            remedy=f"Give at least {longest:g}.",
        )


def _assert_folder(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise OutputError("this is a file, not a folder.", where=str(out), remedy="Choose another --out.")
    ours = {TRIALS, TRIALS_CSV, CHARACTERISTICS, RUN, CACHE, PAGE, CREDIBILITY, FIGURES, TABLES, REPORT}
    if out.is_dir() and not ({path.name for path in out.iterdir()} & ours) and any(out.iterdir()):
        raise OutputError(
            "the folder holds files that Abscopal did not write.",
            where=str(out),
            remedy="Choose another folder with --out, or empty this one.",
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
        is_writable = os.access(out, os.W_OK)
    except OSError:
        is_writable = False
    if not is_writable:
        raise OutputError(
            "this place cannot be written to.", where=str(out), remedy="Choose another folder with --out."
        )


def _write(
    request: Request,
    study: Study,
    rehearsed: Sequence[Rehearsed],
    characteristics: Sequence[Characteristic],
    settings: Settings,
) -> None:
    trials = pl.concat([item.trials for item in rehearsed], how="diagonal_relaxed")
    # In memory first: on a full disk the writers of Parquet and CSV fail with words of their own.
    packed = io.BytesIO()
    trials.write_parquet(packed)
    contents: dict[Path, str | bytes] = {
        request.out / TRIALS: packed.getvalue(),
        request.out / CHARACTERISTICS: _render_json(list_content(characteristics)),
        request.out / RUN: _render_json(_describe_run(request, study, rehearsed, settings)),
    }
    # The page of an earlier run would speak of other numbers until the new one is made.
    outdated = [request.out / name for name in (PAGE, CREDIBILITY, FIGURES)]
    if trials.height <= MOST_ROWS_OF_CSV:
        contents[request.out / TRIALS_CSV] = trials.write_csv()
    else:
        outdated.append(request.out / TRIALS_CSV)
    try:
        replace_together(contents, outdated=outdated)
    except OSError as error:
        raise OutputError(
            "the results cannot be written; the patients already simulated are kept.",
            where=str(request.out),
            remedy="Make room, or choose another folder, and give the same command again.",
        ) from error


def _render_json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _describe_run(
    request: Request, study: Study, rehearsed: Sequence[Rehearsed], settings: Settings
) -> dict[str, Any]:
    """What was run: enough to run it again, and to see what is assumed."""
    return {
        "abscopal": version("abscopal"),
        "study": study.protocol.identity.identifier,
        "study_hash": study.document_hash,
        "seed": request.seed,
        "trials": request.trials,
        "horizon_days": settings.horizon_days,
        "tolerance": request.tolerance,
        "designs": [
            {
                **_describe_design(item.variant.design),
                "scenario": item.variant.scenario.identifier,
                "dose_factors": dict(item.variant.dose_factors),
                "model_changes": dict(item.variant.changes),
                "settings": {
                    value.name: {"value": value.value, "unit": value.unit, "provenance": value.provenance}
                    for value in item.variant.scenario.values
                },
            }
            for item in rehearsed
        ],
    }


def _describe_design(design: TrialDesign) -> dict[str, Any]:
    return {
        "name": design.name,
        "mode": design.mode,
        "patients": design.patients,
        "arms": dict(zip(design.arms, design.ratio, strict=True)),
        "centres": design.centres,
        "patients_per_month": design.patients_per_month,
        "allocation": None if design.method is None else {**asdict(design.method), "within": design.within},
        "rule": None if design.rule is None else asdict(design.rule),
        "looks": [asdict(look) for look in design.looks],
        "stopping": design.stopping,
        "left_out": [text.model_dump() for text in design.left_out],
    }
