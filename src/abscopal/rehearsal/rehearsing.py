"""A whole rehearsal: which patients are needed, their endpoints from workers or from an earlier run, the trials."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.rehearsal.arm_plans import plan_arm
from abscopal.rehearsal.courses import Settings
from abscopal.rehearsal.endpoint_rules import choose_endpoint_rules
from abscopal.rehearsal.ensemble import ParameterDraw, apply_draw
from abscopal.rehearsal.landmarks import Landmark, choose_landmarks
from abscopal.rehearsal.model.description import read_model
from abscopal.rehearsal.readings import plan_scans
from abscopal.rehearsal.recruitment import Entries, simulate_entries
from abscopal.rehearsal.scenario import Scenario
from abscopal.rehearsal.tasks import ARM_STRIDE, CHUNK, Recipe, Task, pack_scans
from abscopal.rehearsal.trial_design import TrialDesign
from abscopal.rehearsal.trials import count_patients, derive_trials
from abscopal.rehearsal.workers import Cache, Report, Workforce, simulate_tasks

GOLDEN = (5**0.5 - 1) / 2
CLONES = "every arm"
FEWEST_DRAWS, TRIALS_OF_A_DRAW = 8, 100


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to run the trial, with the patients that come to it.

    Args:
        design: the trial.
        scenario: the scenario in force.
        dose_factors: factor of the dose by intervention.
        changes: settings, and parameters of the model, that a comparison changes, in every draw.
    """

    design: TrialDesign
    scenario: Scenario
    dose_factors: Mapping[str, float] = field(default_factory=dict)
    changes: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Rehearsed:
    """What a rehearsal gives.

    Args:
        variant: the way the trial was run.
        trials: one row a trial.
        cohorts: every simulated patient by draw and arm, with the true endpoints: as near the truth of a draw as the
            rehearsal comes.
        landmarks: days at which survival is read as a share.
    """

    variant: Variant
    trials: pl.DataFrame
    cohorts: Mapping[tuple[int, str], pl.DataFrame]
    landmarks: tuple[Landmark, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Prepared:
    """Trials whose patients are still to be simulated."""

    variant: Variant
    numbers: Mapping[int, NDArray[np.int64]]
    entries: Mapping[int, Entries]
    tasks: Mapping[tuple[int, str], Sequence[Task]]


def rehearse_trials(
    protocol: StudyProtocol,
    variants: Sequence[Variant],
    *,
    trials: int,
    study_hash: str,
    seed: int,
    draws: Sequence[ParameterDraw],
    settings: Settings,
    cache: Cache,
    workforce: Workforce,
    report: Report,
) -> tuple[Rehearsed, ...]:
    """Rehearse a trial many times, in each of several ways.

    Each trial is run under one draw of the parameters. Patients are numbered arm by arm and trial by trial, so that
    the same patients serve when only the size, the allocation or the stopping rule changes; which patient
    is number so many has nothing to do with what happens to others, so this is no less a random allocation.

    Args:
        protocol: the study file.
        variants: the ways the trial is run.
        trials: how many of each.
        study_hash: hash of the study file.
        seed: seed.
        draws: draws of the parameters.
        settings: horizon, tolerance, filter.
        cache: where rows of patients are kept.
        workforce: who simulates them.
        report: called with tasks done and tasks in all.

    Returns:
        Trials and cohorts of each way.
    """
    prepared = [
        _prepare(protocol, variant, trials, study_hash, seed, draws, settings) for variant in variants
    ]
    # Ways that share patients share tasks: each is done once.
    every = {task.key: task for item in prepared for tasks in item.tasks.values() for task in tasks}
    done = simulate_tasks(list(every.values()), cache=cache, workforce=workforce, report=report)
    rows = dict(zip(every, done, strict=True))
    scans = plan_scans(protocol, horizon_days=settings.horizon_days)
    landmarks = choose_landmarks(protocol, horizon_days=settings.horizon_days, scans=scans)
    return tuple(_finish(item, rows, landmarks) for item in prepared)


def _prepare(
    protocol: StudyProtocol, variant: Variant, trials: int, study_hash: str, seed: int, draws: Sequence[ParameterDraw],
    settings: Settings,
) -> _Prepared:  # fmt: skip
    design, own = variant.design, choose_draws(trials, draws)
    numbers: dict[int, NDArray[np.int64]] = {}
    entries: dict[int, Entries] = {}
    tasks: dict[tuple[int, str], list[Task]] = {}
    for position, draw in enumerate(draws):
        chosen = np.flatnonzero(own == position)
        if not len(chosen):
            continue
        coming = simulate_entries(
            design, trials=len(chosen), study_hash=study_hash, seed=seed, draw=draw.identifier
        )
        numbers[draw.identifier], entries[draw.identifier] = chosen, coming
        needed = count_patients(design, coming)
        for place, arm in enumerate(design.arms):
            recipe = plan_recipe(protocol, variant, draw, arm, study_hash, seed, settings)
            first = place * ARM_STRIDE if design.mode == "randomised" else 0
            # A whole chunk even where no patient is needed, so that each arm has a truth.
            tasks[draw.identifier, arm] = [
                Task(recipe, first + chunk * CHUNK) for chunk in range(max(1, -(-needed[arm] // CHUNK)))
            ]
    return _Prepared(variant, numbers, entries, tasks)


def _finish(item: _Prepared, rows: Mapping[str, pl.DataFrame], landmarks: tuple[Landmark, ...]) -> Rehearsed:
    design = item.variant.design
    cohorts = {owner: pl.concat(rows[task.key] for task in tasks) for owner, tasks in item.tasks.items()}
    found = [
        derive_trials(
            design,
            coming,
            {arm: cohorts[draw, arm] for arm in design.arms},
            numbers=item.numbers[draw],
            draw=draw,
            landmarks=landmarks,
        )
        for draw, coming in item.entries.items()
    ]
    return Rehearsed(item.variant, pl.concat(found).sort("trial"), cohorts, landmarks)


def choose_ensemble(draws: Sequence[ParameterDraw], *, trials: int) -> tuple[ParameterDraw, ...]:
    """Take as many draws of an ensemble as trials can fill: every draw costs a chunk of patients of each arm.

    Args:
        draws: the ensemble.
        trials: trials to rehearse.

    Returns:
        Draws evenly spaced over the ensemble: one for each hundred trials, and eight or more where there are.

    Example:
        >>> every = [ParameterDraw(number, {}) for number in range(64)]
        >>> [draw.identifier for draw in choose_ensemble(every, trials=200)]
        [0, 9, 18, 27, 36, 45, 54, 63]
        >>> len(choose_ensemble(every, trials=10_000))
        64
    """
    wanted = min(len(draws), trials, max(FEWEST_DRAWS, trials // TRIALS_OF_A_DRAW))
    places = np.unique(np.linspace(0, len(draws) - 1, wanted).round().astype(int))
    return tuple(draws[place] for place in places)


def choose_draws(trials: int, draws: Sequence[ParameterDraw]) -> NDArray[np.int64]:
    """Say under which draw each trial is run: in turn, as often as its weight asks.

    Example:
        >>> choose_draws(4, [ParameterDraw(1, {}), ParameterDraw(2, {})]).tolist()
        [0, 1, 0, 1]
    """
    weights = np.array([draw.weight for draw in draws])
    if np.ptp(weights) == 0:
        return np.arange(trials) % len(draws)
    shares: NDArray[Any] = np.cumsum(weights / weights.sum())
    place = np.searchsorted(shares, (np.arange(trials) + 0.5) * GOLDEN % 1.0, side="right")
    return np.minimum(place, len(draws) - 1).astype(np.int64)


def plan_recipe(
    protocol: StudyProtocol, variant: Variant, draw: ParameterDraw, arm: str, study_hash: str, seed: int,
    settings: Settings,
) -> Recipe:  # fmt: skip
    """Gather all that decides the endpoints of patients of one arm under one draw."""
    given = next(item for item in protocol.arms if item.identifier == arm).interventions
    # A draw replaces what the scenario says; what a comparison changes on purpose is changed in every draw.
    drawn = apply_draw(variant.scenario, draw)
    scenario = apply_draw(drawn, ParameterDraw(draw.identifier, variant.changes))
    factors = {name: value for name, value in variant.dose_factors.items() if name in given}
    return Recipe(
        study_hash=study_hash,
        seed=seed,
        draw=draw.identifier,
        # A clone has the same luck in every arm: what differs between arms is the treatment.
        chance=arm if variant.design.mode == "randomised" else CLONES,
        plan=plan_arm(
            protocol, arm, read_model(), horizon_days=settings.horizon_days, dose_factors=factors or None
        ),
        scans=pack_scans(plan_scans(protocol, horizon_days=settings.horizon_days)),
        scenario=scenario.identifier,
        values=scenario.values,
        medians=dict(scenario.medians),
        rules=choose_endpoint_rules(protocol, window_days=variant.design.window_days),
        settings=settings,
    )
