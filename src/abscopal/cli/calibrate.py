"""`abscopal calibrate`: published results in, an ensemble of parameter sets out, with its hits and misses."""

import datetime
import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table

from abscopal.errors import OptionError, OutputError, UserError
from abscopal.exchange.file_swap import replace_together
from abscopal.protocol.reading import read_study

RECORD_FILE = "calibration.json"


class CalibrationInterrupted(UserError):
    """The search was interrupted; finished rounds are kept."""


def calibrate(
    study: Annotated[str, typer.Argument(help="A bundled study, or a folder with protocol.yml.")],
    out: Annotated[Path, typer.Option(help="Folder to write; a search that stopped there goes on.")] = Path(
        "calibration"
    ),
    seed: Annotated[int, typer.Option(help="Seed of every random number.", min=0)] = 1,
    patients: Annotated[int, typer.Option(help="Virtual patients of each arm and set.", min=64)] = 512,
    draws: Annotated[int, typer.Option(help="Sets of parameters to end with.", min=8)] = 64,
    rounds: Annotated[
        int, typer.Option(help="Rounds of the search; the first five only approach.", min=6)
    ] = 21,
    workers: Annotated[int, typer.Option(help="Processes; the numbers do not depend on it.", min=1)] = 1,
    date: Annotated[str, typer.Option(help="Day to write in the files; today if left out.")] = "",
) -> None:
    """Find sets of parameters that agree with what was published, no tighter than chance allows.

    Writes ensemble.csv, to be put in the study folder, and calibration.json: every published result beside the
    ensemble, those that were held out too. An interrupt keeps the finished rounds; the same command goes on.
    """
    # Imported here so that the other commands start fast.
    from abscopal.rehearsal.calibration.calibrate import (
        compute_draws,
        plan_calibration,
        read_progress,
        run_calibration,
        simulate_draws,
        write_progress,
    )
    from abscopal.rehearsal.calibration.record import METHOD, compute_record
    from abscopal.rehearsal.ensemble import EnsembleOrigin, write_ensemble
    from abscopal.rehearsal.model.description import read_model
    from abscopal.rehearsal.scenario import choose_scenario

    day = choose_day(date)
    read = read_study(study)
    model = read_model()
    calibration = plan_calibration(
        read.protocol,
        model,
        choose_scenario(read.protocol),
        study_hash=read.document_hash,
        candidates=draws,
        rounds=rounds,
        patients=patients,
        seed=seed,
    )
    position = read_progress(out, calibration)
    asked = f"abscopal calibrate {study} --seed {seed} --patients {patients} --draws {draws}"
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with spread_over(workers) as spread, Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("Rounds", total=rounds, completed=position.rounds if position else 0)
        try:
            for found in run_calibration(calibration, position, spread=spread):
                position = found
                write_progress(out, calibration, found)
                progress.update(task, completed=found.rounds)
            if position is None:
                raise CalibrationInterrupted("No round was finished.", where=str(out), remedy="Start again.")
            found_draws = compute_draws(calibration, position)
            answers = list(
                progress.track(
                    simulate_draws(calibration, found_draws, spread=spread),
                    total=draws,
                    description="Other patients",
                )
            )
        except KeyboardInterrupt:
            done = position.rounds if position else 0
            raise CalibrationInterrupted(
                f"Interrupted after {done} of {rounds} rounds, which are kept.",
                where=str(out),
                remedy=f"To go on from there: {asked} --rounds {rounds} --out {out}",
            ) from None
    command = (
        f"abscopal calibrate {read.name} --seed {seed} --patients {patients} --draws {draws} "
        f"--rounds {position.rounds}"
    )
    record = compute_record(calibration, position, answers, command=command, date=day)
    origin = EnsembleOrigin(
        method=METHOD,
        command=command,
        date=day,
        seed=seed,
        patients=patients,
        model=record["model"],
        targets=tuple(target.identifier for target in calibration.targets if target.use == "fit"),
        held_out=tuple(target.identifier for target in calibration.targets if target.use == "held_out"),
    )
    write_ensemble(out, found_draws, origin)
    write_record(out / RECORD_FILE, record)
    print_record(record, Console(highlight=False))
    Console().print(str(out), markup=False, highlight=False, soft_wrap=True)


def choose_day(date: str) -> str:
    """The day to write in the files: the one given, or today.

    Raises:
        OptionError: what was given is no day.

    Example:
        >>> choose_day("2026-01-02")
        '2026-01-02'
    """
    if not date:
        return datetime.date.today().isoformat()  # noqa: DTZ011, TID251 (the command line may ask the clock)
    try:
        day = datetime.date.fromisoformat(date).isoformat()
    except ValueError:
        day = ""
    if day != date:
        raise OptionError(
            f"'{date}' is no day.", where="--date", remedy="Write year, month and day, such as 2026-01-02."
        )
    return day


@contextmanager
def spread_over(workers: int) -> Iterator[Callable[..., Iterable[Any]]]:
    """What applies a function to many values: here, or in so many processes."""
    if workers == 1:
        yield map
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield partial(pool.map, chunksize=2)


def write_record(file: Path, record: dict[str, Any]) -> None:
    """Write what the calibration found as JSON."""
    try:
        replace_together({file: json.dumps(record, indent=1, ensure_ascii=False) + "\n"})
    except OSError as error:
        raise OutputError(
            f"It cannot be written ({error.strerror}).", where=str(file), remedy="Choose another --out."
        ) from error


def print_record(record: dict[str, Any], console: Console) -> None:
    """Print every published result beside the ensemble, and how far the sample can be trusted."""
    table = Table(
        Column("result", no_wrap=True),
        "use",
        "published",
        "95 % interval",
        "ensemble",
        "95 % of the sets",
        Column("", no_wrap=True),
    )
    for row in record["targets"]:
        table.add_row(
            row["identifier"],
            row["use"].replace("_", " "),
            f"{row['observed']:.3g}",
            f"{row['observed_lower']:.3g} to {row['observed_upper']:.3g}",
            f"{row['ensemble']:.3g}",
            f"{row['ensemble_lower']:.3g} to {row['ensemble_upper']:.3g}",
            "inside" if row["is_inside"] else "MISSED",
        )
    console.print(table)
    for row in record["directions"]:
        console.print(
            f"{row['identifier']}: published {row['direction']}; ensemble {row['ensemble']:.3g} "
            f"({row['ensemble_lower']:.3g} to {row['ensemble_upper']:.3g}), {row['sets_that_agree']} of {row['sets']} "
            f"sets agree{'' if row['is_inside'] else ': MISSED'}"
        )
    sample = record["sample"]
    console.print(
        f"{sample['distinct_sets']} distinct sets; effective number on other patients "
        f"{sample['effective_sets']:.1f}; {sample['steps_taken']} of {sample['steps_tried']} steps taken; "
        f"the filter keeps {sample['filter_acceptance']:.0%} of the patients drawn.",
        markup=False,
    )
    wide = [row["name"] for row in record["parameters"] if row["width"] > 0.9]
    if wide:
        console.print(f"Hardly taught by the data: {', '.join(wide)}.", markup=False)
