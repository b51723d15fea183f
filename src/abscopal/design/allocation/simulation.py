"""Simulated trials under one method: arms of every patient, as arrays."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from abscopal.conduct.allocation.laws.methods import (
    MethodSettings,
    compute_list_law,
    compute_minimisation_law,
)
from abscopal.design.allocation.situation import Arrivals, Situation
from abscopal.design.allocation.tabulated_law import compute_tabulated_law

Within = Literal["trial", "strata", "centres", "centres_and_strata"]
"""Where balance is sought: one list for the trial, or one for each stratum, centre, or both together."""
CERTAIN = 1 - 1e-9


@dataclass(frozen=True, slots=True)
class SimulatedAllocations:
    """Arms of every patient of every trial, and what the method itself knew of them.

    Args:
        arms: arm of each patient, shape (trials, patients).
        best_guesses: share of right guesses of somebody who knows the method and all it has done.
        forced: share of allocations that were certain beforehand.
    """

    arms: NDArray[np.int8]
    best_guesses: float
    forced: float


def simulate_allocations(
    settings: MethodSettings,
    situation: Situation,
    arrivals: Arrivals,
    *,
    within: Within,
    generator: np.random.Generator,
) -> SimulatedAllocations:
    """Allocate the patients of every trial.

    Args:
        settings: the method.
        situation: the planned trial.
        arrivals: patients as they come.
        within: where balance is sought; minimisation takes each stratum and the centre as a factor.
        generator: source of chance.

    Returns:
        The arms.

    Example:
        >>> from abscopal.design.allocation.situation import simulate_arrivals
        >>> plan, generator = Situation(12, (2, 1)), np.random.default_rng(1)
        >>> coming = simulate_arrivals(plan, trials=5, generator=generator)
        >>> blocks = MethodSettings("permuted_blocks", block_lengths=(3,))
        >>> found = simulate_allocations(blocks, plan, coming, within="trial", generator=generator)
        >>> (found.arms == 1).sum(axis=1).tolist(), found.arms.shape
        ([4, 4, 4, 4, 4], (5, 12))
    """
    if settings.method == "minimisation":
        return _simulate_minimisation(settings, situation, arrivals, within, generator)
    return _simulate_lists(settings, situation, arrivals, within, generator)


def compute_groups(situation: Situation, arrivals: Arrivals, within: Within) -> tuple[NDArray[np.int16], int]:
    """Number the group of each patient, and count the groups."""
    match within:
        case "trial":
            return np.zeros_like(arrivals.centre), 1
        case "strata":
            return arrivals.stratum, situation.strata
        case "centres":
            return arrivals.centre, situation.centres
        case _:
            groups = arrivals.centre * situation.strata + arrivals.stratum
            return groups.astype(np.int16), situation.centres * situation.strata


def _simulate_lists(
    settings: MethodSettings,
    situation: Situation,
    arrivals: Arrivals,
    within: Within,
    generator: np.random.Generator,
) -> SimulatedAllocations:
    law = compute_list_law(settings, situation.ratio)
    table = compute_tabulated_law(law, patients=situation.patients)
    groups, number = compute_groups(situation, arrivals, within)
    trials, patients = groups.shape
    rows = np.arange(trials)
    place = np.zeros((trials, number), np.int32)
    arms = np.empty((trials, patients), np.int8)
    best = forced = 0.0
    for patient in range(patients):
        group = groups[:, patient]
        here = place[rows, group]
        chosen = (generator.random((trials, 1)) >= table.cumulative[here]).sum(axis=1)
        arms[:, patient] = table.arms[here, chosen]
        place[rows, group] = table.following[here, chosen]
        known = table.best[here]
        best += float(known.sum())
        forced += float((known >= CERTAIN).sum())
    return SimulatedAllocations(arms, best / arms.size, forced / arms.size)


def _simulate_minimisation(
    settings: MethodSettings,
    situation: Situation,
    arrivals: Arrivals,
    within: Within,
    generator: np.random.Generator,
) -> SimulatedAllocations:
    factors: list[tuple[NDArray[np.int16], int]] = []
    if within in ("centres", "centres_and_strata"):
        factors.append((arrivals.centre, situation.centres))
    if within in ("strata", "centres_and_strata"):
        factors += [
            (arrivals.levels[..., place], len(shares)) for place, shares in enumerate(situation.level_shares)
        ]
    law = compute_minimisation_law(settings, situation.ratio, weights=(1.0,) * len(factors))
    owners = np.asarray(law.arm_of_part, np.int8)
    trials, patients = arrivals.centre.shape
    rows = np.arange(trials)
    counts = [np.zeros((trials, levels, owners.size), np.int16) for _, levels in factors]
    overall = np.zeros((trials, owners.size), np.int16)
    arms = np.empty((trials, patients), np.int8)
    best = forced = 0.0
    for patient in range(patients):
        at = [level[:, patient] for level, _ in factors]
        seen = np.stack([*(count[rows, own] for count, own in zip(counts, at, strict=True)), overall], axis=1)
        probabilities = law.compute_probabilities(seen)
        drawn = generator.random((trials, 1)) >= np.cumsum(probabilities, axis=1)
        part = np.minimum(drawn.sum(axis=1), owners.size - 1)
        arms[:, patient] = owners[part]
        for count, own in zip(counts, at, strict=True):
            count[rows, own, part] += 1
        overall[rows, part] += 1
        by_arm = np.stack(
            [probabilities[:, owners == arm].sum(axis=1) for arm in range(len(situation.ratio))], axis=1
        )
        known = by_arm.max(axis=1)
        best += float(known.sum())
        forced += float((known >= CERTAIN).sum())
    return SimulatedAllocations(arms, best / arms.size, forced / arms.size)
