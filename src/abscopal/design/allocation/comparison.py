"""Methods side by side for one planned trial: imbalance against what can be guessed."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from abscopal.conduct.allocation.laws.methods import compute_list_law
from abscopal.design.allocation.candidates import Candidate, list_candidates
from abscopal.design.allocation.measures import (
    compute_imbalances,
    compute_largest_imbalances,
    compute_right_guesses,
)
from abscopal.design.allocation.simulation import compute_groups, simulate_allocations
from abscopal.design.allocation.single_list import ListCharacteristics, compute_list_characteristics
from abscopal.design.allocation.situation import Arrivals, Situation, simulate_arrivals

LARGEST_EXACT = 200
"""Patients on a list of two arms beyond which its exact behaviour is not computed."""


@dataclass(frozen=True, slots=True)
class Characteristics:
    """What one method does in the planned trial.

    Imbalance is in patients per share: at 1:1, the difference of the two arms. Means are over trials, and over
    centres or strata within a trial.

    Args:
        candidate: the method.
        imbalance: mean imbalance of the trial at its end.
        imbalance_of_5: share of trials that end with an imbalance of 5 or more.
        largest_imbalance: mean of the largest imbalance that the trial passes through.
        centre_imbalance: mean imbalance within a centre.
        stratum_imbalance: mean imbalance within a stratum; of the trial where there are no strata.
        own_guesses: right guesses of somebody who sees the patients of one centre and stratum, and bets on the
            lagging arm.
        all_guesses: the same for somebody who sees the whole stratum, all centres together.
        best_guesses: right guesses of somebody who knows the method, its settings and all that it did.
        forced: share of allocations that are certain for that last one.
        exact: exact behaviour of one list on its own; None for minimisation, which has no list, and for
            long lists.
    """

    candidate: Candidate
    imbalance: float
    imbalance_of_5: float
    largest_imbalance: float
    centre_imbalance: float
    stratum_imbalance: float
    own_guesses: float
    all_guesses: float
    best_guesses: float
    forced: float
    exact: ListCharacteristics | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Methods side by side.

    Args:
        situation: the planned trial.
        trials: simulated trials of each method.
        seed: seed of the simulation; it has nothing to do with the seed of any trial.
        rows: one for each method; simple randomisation first.
    """

    situation: Situation
    trials: int
    seed: int
    rows: tuple[Characteristics, ...]

    @property
    def baseline(self) -> float:
        """What the same bet wins under simple randomisation, which cannot be guessed."""
        return self.rows[0].own_guesses


def compute_comparison(
    situation: Situation, *, trials: int, seed: int, planned: Candidate | None = None
) -> Comparison:
    """Compare usual methods, and the planned one, in one planned trial.

    Args:
        situation: the planned trial.
        trials: simulated trials of each method.
        seed: seed of the simulation.
        planned: the method of the study file, if known; it is marked where it is one of the usual ones.

    Returns:
        One row for each method.

    Example:
        >>> found = compute_comparison(Situation(12, (1, 1)), trials=50, seed=1)
        >>> found.rows[0].candidate.identifier, len(found.rows)
        ('simple_trial', 10)
    """
    candidates = list(list_candidates(situation))
    if planned is not None:
        known = [candidate.identifier for candidate in candidates]
        if planned.identifier in known:
            candidates[known.index(planned.identifier)] = planned
        else:
            candidates.append(planned)
    arrivals = simulate_arrivals(situation, trials=trials, generator=np.random.default_rng([seed, 0]))
    return Comparison(
        situation,
        trials,
        seed,
        tuple(
            _compute_row(candidate, situation, arrivals, np.random.default_rng([seed, 1, place]))
            for place, candidate in enumerate(candidates)
        ),
    )


def _compute_row(
    candidate: Candidate, situation: Situation, arrivals: Arrivals, generator: np.random.Generator
) -> Characteristics:
    ratio = situation.lowest_ratio
    made = simulate_allocations(
        candidate.settings, situation, arrivals, within=candidate.within, generator=generator
    )
    centres, number_of_centres = compute_groups(situation, arrivals, "centres")
    strata, number_of_strata = compute_groups(situation, arrivals, "strata")
    own, number_of_own = compute_groups(situation, arrivals, "centres_and_strata")
    overall = compute_imbalances(made.arms, ratio=ratio)
    by_centre = compute_imbalances(made.arms, ratio=ratio, groups=centres, number_of_groups=number_of_centres)
    by_stratum = compute_imbalances(made.arms, ratio=ratio, groups=strata, number_of_groups=number_of_strata)
    return Characteristics(
        candidate=candidate,
        imbalance=float(overall.mean()),
        imbalance_of_5=float((overall >= 5).mean()),
        largest_imbalance=float(compute_largest_imbalances(made.arms, ratio=ratio).mean()),
        centre_imbalance=float(by_centre.mean()),
        stratum_imbalance=float(by_stratum.mean()),
        own_guesses=compute_right_guesses(made.arms, ratio=ratio, groups=own, number_of_groups=number_of_own),
        all_guesses=compute_right_guesses(
            made.arms, ratio=ratio, groups=strata, number_of_groups=number_of_strata
        ),
        best_guesses=made.best_guesses,
        forced=made.forced,
        exact=_compute_exact(candidate, situation),
    )


def _compute_exact(candidate: Candidate, situation: Situation) -> ListCharacteristics | None:
    if (
        candidate.settings.method == "minimisation"
        or len(situation.ratio) > 2
        or situation.patients > LARGEST_EXACT
    ):
        return None
    law = compute_list_law(candidate.settings, situation.ratio)
    return compute_list_characteristics(law, patients=situation.patients)


def list_comparison_content(comparison: Comparison) -> dict[str, Any]:
    """Give a comparison as plain values, for JSON.

    Args:
        comparison: the comparison.

    Returns:
        The planned trial, the simulation, and one entry for each method.
    """
    rows = []
    for row in comparison.rows:
        numbers = {name: value for name, value in asdict(row).items() if name not in ("candidate", "exact")}
        candidate = row.candidate
        rows.append(
            {
                "identifier": candidate.identifier,
                "name": {"en": candidate.name.en, "fr": candidate.name.fr},
                "method": candidate.settings.method,
                "within": candidate.within,
                "is_planned": candidate.is_planned,
                **numbers,
                "exact_single_list": None if row.exact is None else asdict(row.exact),
            }
        )
    situation = comparison.situation
    return {
        "situation": {
            "patients": situation.patients,
            "ratio": list(situation.ratio),
            "centre_shares": list(situation.centre_shares),
            "level_shares": [list(shares) for shares in situation.level_shares],
        },
        "trials": comparison.trials,
        "seed": comparison.seed,
        "baseline": comparison.baseline,
        "methods": rows,
    }
