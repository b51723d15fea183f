"""Rehearse one trial of a study and write its tables, as a folder that is whole or not there."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from abscopal.exchange.folder_swap import writing_aside
from abscopal.exchange.table_folders import write_tables
from abscopal.protocol.reading import Study
from abscopal.rehearsal.model.description import ModelDescription, read_model
from abscopal.rehearsal.random_numbers import make_key
from abscopal.rehearsal.scenario import Scenario
from abscopal.rehearsal.trial.simulate import OPENING, TrialKeys, VirtualTrial, simulate_trial


@dataclass(frozen=True, slots=True)
class WrittenTrial:
    """The trial and the files it was written to."""

    trial: VirtualTrial
    files: tuple[Path, ...]


def make_trial_keys(study: Study, *, seed: int, draw: int = 0) -> TrialKeys:
    """Make the keys of one trial of a study.

    Args:
        study: the study.
        seed: seed of the trial: who comes when, and who is allotted what.
        draw: place of the parameters in the ensemble.

    Returns:
        The keys. Patients depend on the study, the seed and the draw, never on how many trials are rehearsed.
    """
    parts = (study.document_hash, seed, draw)
    return TrialKeys(
        study=make_key(*parts),
        arms={arm.identifier: make_key(*parts, arm.identifier) for arm in study.protocol.arms},
        trial=make_key(*parts, "trial"),
    )


def write_trial(
    study: Study,
    scenario: Scenario,
    folder: Path,
    *,
    seed: int,
    draw: int = 0,
    patients: int | None = None,
    horizon_days: float | None = None,
    tolerance: float = 1e-6,
    model: ModelDescription | None = None,
    file_format: Literal["csv", "parquet"] = "csv",
) -> WrittenTrial:
    """Rehearse one trial and write its tables.

    Args:
        study: the study.
        scenario: the scenario in force.
        folder: folder of the tables; an earlier one of ours is replaced as a whole.
        seed: seed of the trial.
        draw: place of the parameters in the ensemble.
        patients: patients who enter; those planned when None.
        horizon_days: how long each patient is followed; as the scenario says when None.
        tolerance: relative tolerance of the integrator.
        model: the model; the one of the house when None.
        file_format: csv or parquet.

    Returns:
        The trial, and its files.

    Raises:
        OptionError: something the rehearsal needs is unknown.
        OutputError: the folder cannot be written to, or holds something that is not ours.
    """
    trial = simulate_trial(
        study.protocol,
        scenario,
        model or read_model(),
        keys=make_trial_keys(study, seed=seed, draw=draw),
        patients=patients,
        horizon_days=horizon_days,
        tolerance=tolerance,
    )
    created = dt.datetime.combine(OPENING, dt.time(), tzinfo=dt.UTC)
    with writing_aside(folder) as aside:
        written = write_tables(trial.tables, aside, file_format=file_format, created=created)
        names = [path.name for path in written]
    return WrittenTrial(trial, tuple(folder / name for name in names))
