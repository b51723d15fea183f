"""`abscopal rehearse`: run a trial many times in silico, before its first patient."""

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from abscopal.cli.read_out import ReportLanguage
from abscopal.errors import OptionError


class RehearsalMode(StrEnum):
    """Who receives which arm."""

    RANDOMISED = "randomised"
    CLONES = "clones"


def rehearse(
    study: Annotated[str, typer.Argument(help="A bundled study, or the path of a study folder.")],
    out: Annotated[
        Path, typer.Option(help="Folder to write; what an earlier run finished there is used again.")
    ],
    trials: Annotated[int, typer.Option(help="Trials to rehearse.")] = 1000,
    seed: Annotated[int, typer.Option(help="Seed of chance: the same seed gives the same trials.")] = 1,
    scenario: Annotated[
        str | None, typer.Option(help="Scenario of the study file; the first one without it.")
    ] = None,
    patients: Annotated[int | None, typer.Option(help="Patients who enter; as planned without it.")] = None,
    what_if: Annotated[
        list[str] | None,
        typer.Option(
            help="Compare with a change, such as patients=80, dose.INTERVENTION=0.5, injected_lesions=2, "
            "allocation=simple, stopping=ignore or missed_visit_probability=0.1; may be repeated."
        ),
    ] = None,
    mode: Annotated[
        RehearsalMode,
        typer.Option(help="randomised: each patient in one arm; clones: each patient in every arm."),
    ] = RehearsalMode.RANDOMISED,
    horizon_days: Annotated[
        float | None,
        typer.Option(help="Days that each patient is followed; as the scenario says without it."),
    ] = None,
    tolerance: Annotated[float, typer.Option(help="Relative tolerance of the integrator.")] = 1e-6,
    workers: Annotated[
        int | None, typer.Option(help="Processes that share the work; one for each core without it.")
    ] = None,
    dask: Annotated[
        str | None,
        typer.Option(help="Address of a Dask scheduler, or local for a cluster on this machine."),
    ] = None,
    language: Annotated[ReportLanguage, typer.Option(help="Language of the summary.")] = ReportLanguage.EN,
) -> None:
    """Rehearse a trial many times: how often it concludes what, how long it takes, how well it estimates.

    Writes rehearsal.html (the page to read), credibility.md, figures/, trials.parquet (one row a trial),
    operating_characteristics.json, rehearsal.json (what was run, and what is assumed) and cache/ (patients already
    simulated: an interrupted run goes on from there). With --trials 1 one whole trial is written instead: tables/
    (SDTM) and report/ (what `abscopal read-out` makes of them).
    """
    # The rooms that compute take a second to load: `--help` does not wait for them.
    from abscopal.cli.rehearse_output import Request, run_one_trial, run_rehearsal

    _assert_possible(trials, horizon_days, tolerance, workers)
    if patients is not None and patients < 1:
        raise OptionError(f"{patients} patients make no trial.", where="--patients", remedy="Give 1 or more.")
    if trials == 1:
        _assert_single(what_if, mode, dask)
    run = run_one_trial if trials == 1 else run_rehearsal
    run(
        Request(
            study=study,
            out=out,
            trials=trials,
            seed=seed,
            scenario=scenario,
            patients=patients,
            what_if=tuple(what_if or ()),
            mode=mode.value,
            horizon_days=horizon_days,
            tolerance=tolerance,
            workers=workers or os.cpu_count() or 1,
            dask=dask,
            language=language.value,
        )
    )


def _assert_single(what_if: list[str] | None, mode: RehearsalMode, dask: str | None) -> None:
    asked = [
        name
        for name, is_asked in (
            ("--what-if", bool(what_if)),
            ("--mode clones", mode is RehearsalMode.CLONES),
            ("--dask", dask is not None),
        )
        if is_asked
    ]
    if asked:
        raise OptionError(
            f"One trial alone is not rehearsed with {' and '.join(asked)}.",
            where="--trials 1",
            remedy="Leave it out, or rehearse two trials or more.",
        )


def _assert_possible(trials: int, horizon_days: float | None, tolerance: float, workers: int | None) -> None:
    if trials < 1:
        raise OptionError(f"{trials} trials cannot be rehearsed.", where="--trials", remedy="Give 1 or more.")
    if workers is not None and workers < 1:
        raise OptionError(f"{workers} workers do no work.", where="--workers", remedy="Give 1 or more.")
    if not 1e-12 <= tolerance <= 1e-2:
        raise OptionError(
            f"A tolerance of {tolerance:g} cannot be kept.",
            where="--tolerance",
            remedy="It lies between 1e-12 and 0.01; 1e-6 is usual.",
        )
    if horizon_days is not None and not 1 <= horizon_days <= 3653:
        raise OptionError(
            f"{horizon_days:g} days of follow-up are not rehearsed.",
            where="--horizon-days",
            remedy="Give between 1 and 3653 days.",
        )
