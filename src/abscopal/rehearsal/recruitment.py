"""When patients come, where, and which arm they are given, in many rehearsed trials."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from abscopal.design.allocation.simulation import simulate_allocations
from abscopal.design.allocation.situation import simulate_arrivals
from abscopal.rehearsal.random_numbers import make_key
from abscopal.rehearsal.trial_design import Pause, TrialDesign

DAYS_OF_A_MONTH = 365.25 / 12
BATCH = 250
"""Trials made together. A batch is always made whole, so that fewer trials are the first ones of more."""


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """Patients of trials in the order in which they enter.

    Args:
        arms: place of the arm in the design, shape (trials, patients).
        days: whole days from the opening of the trial to entry, shape (trials, patients), rising.
        centres: number of the centre, shape (trials, patients).
    """

    arms: NDArray[np.int8]
    days: NDArray[np.int64]
    centres: NDArray[np.int16]


def simulate_entries(design: TrialDesign, *, trials: int, study_hash: str, seed: int, draw: int) -> Entries:
    """Let patients come to every centre at random times, and give each an arm.

    Centres open together and recruit at the same rate; times between patients of a centre are exponential, so that
    those of the trial are too.

    Args:
        design: the trial.
        trials: how many.
        study_hash: hash of the study file.
        seed: seed of the rehearsal.
        draw: draw of the parameters to which the trials belong.

    Returns:
        Arms and days. With clones, each patient stands once for each arm, on the same day.
    """
    parts = [
        _simulate_batch(
            design, np.random.Generator(np.random.Philox(make_key(study_hash, seed, draw, "batch", batch)))
        )
        for batch in range(-(-trials // BATCH))
    ]
    arms = np.concatenate([part.arms for part in parts])[:trials]
    days = np.concatenate([part.days for part in parts])[:trials]
    centres = np.concatenate([part.centres for part in parts])[:trials]
    if design.mode == "clones":
        count = len(design.arms)
        every = np.arange(count, dtype=np.int8)
        arms = np.tile(every, (trials, design.patients))
        days, centres = np.repeat(days, count, axis=1), np.repeat(centres, count, axis=1)
    return Entries(arms, days, centres)


def _pause(days: NDArray[np.int64], pauses: tuple[Pause, ...]) -> NDArray[np.int64]:
    """Let whoever comes during a pause wait until inclusion opens again."""
    for pause in pauses:
        if pause.after_patients < days.shape[1]:
            opens = days[:, pause.after_patients - 1] + pause.observe_days
            later = np.maximum(days[:, pause.after_patients :], opens[:, None])
            days = np.concatenate([days[:, : pause.after_patients], later], axis=1)
    return days


def _simulate_batch(design: TrialDesign, generator: np.random.Generator) -> Entries:
    shape = (BATCH, design.patients)
    # Times first: the same patients come on the same days, however they are allocated.
    gaps = generator.exponential(DAYS_OF_A_MONTH / design.patients_per_month, shape)
    days = _pause(np.floor(np.cumsum(gaps, axis=1)).astype(np.int64), design.pauses)
    if design.method is None or design.situation is None:
        centres = generator.integers(0, design.centres, shape, dtype=np.int16)
        return Entries(np.zeros(shape, np.int8), days, centres)
    arrivals = simulate_arrivals(design.situation, trials=BATCH, generator=generator)
    allocated = simulate_allocations(
        design.method, design.situation, arrivals, within=design.within, generator=generator
    )
    return Entries(allocated.arms, days, arrivals.centre)
