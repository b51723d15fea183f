"""Operating characteristics of methods of allocation over many simulated trials, one core."""

import time

import numpy as np

from abscopal.conduct.allocation.laws.methods import MethodSettings
from abscopal.design.allocation.measures import compute_imbalances, compute_right_guesses
from abscopal.design.allocation.simulation import Within, compute_groups, simulate_allocations
from abscopal.design.allocation.situation import Situation, simulate_arrivals

TRIALS = 100_000
PLAN = Situation(61, (1, 1), (0.5, 0.2, 0.15, 0.15), ((0.65, 0.35),))
METHODS: dict[str, tuple[MethodSettings, Within]] = {
    "blocks 4/6 by centre and stratum": (
        MethodSettings("permuted_blocks", block_lengths=(4, 6)),
        "centres_and_strata",
    ),
    "biased coin by stratum": (MethodSettings("biased_coin", probability=2 / 3), "strata"),
    "minimisation 0.8": (MethodSettings("minimisation", probability=0.8), "centres_and_strata"),
}


def run() -> list[tuple[str, str, str, str]]:
    """Time each method from arrivals to imbalance and guesses; nothing to compare with but the goal."""
    rows = []
    for name, (settings, within) in METHODS.items():
        start = time.perf_counter()
        generator = np.random.default_rng(1)
        coming = simulate_arrivals(PLAN, trials=TRIALS, generator=generator)
        arms = simulate_allocations(settings, PLAN, coming, within=within, generator=generator).arms
        for place in ("trial", "centres", "strata"):
            groups, number = compute_groups(PLAN, coming, place)
            compute_imbalances(arms, ratio=(1, 1), groups=groups, number_of_groups=number)
        groups, number = compute_groups(PLAN, coming, "centres_and_strata")
        compute_right_guesses(arms, ratio=(1, 1), groups=groups, number_of_groups=number)
        seconds = time.perf_counter() - start
        rows.append((f"{name}, {TRIALS:,} trials of {PLAN.patients}", f"{seconds:.1f} s", "-", "<= 10 s"))
    return rows
