"""The law of a list as arrays, so that thousands of lists can be drawn at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from abscopal.conduct.allocation.laws.law import ListLaw, State, compute_arm_probabilities


@dataclass(frozen=True, slots=True)
class TabulatedLaw:
    """Every place where a list can stand within a number of patients, numbered from 0, its start.

    Args:
        cumulative: probability of the outcomes up to each, shape (places, outcomes).
        arms: arm of each outcome, same shape.
        following: place after each outcome, same shape.
        best: probability of the most probable arm, shape (places,).
    """

    cumulative: NDArray[np.float64]
    arms: NDArray[np.int8]
    following: NDArray[np.int32]
    best: NDArray[np.float64]


def compute_tabulated_law(law: ListLaw, *, patients: int) -> TabulatedLaw:
    """Number the places of a list and write its law as arrays.

    Args:
        law: the law.
        patients: greatest number of patients on one list.

    Returns:
        The arrays. A place that no list reaches before its last patient has no outcome of its own.

    Example:
        >>> from abscopal.conduct.allocation.laws.lists import BlockLaw
        >>> compute_tabulated_law(BlockLaw((1, 1), (2,)), patients=10).best.tolist()
        [0.5, 1.0, 1.0]
    """
    numbers: dict[State, int] = {law.start: 0}
    reached = [law.start]
    for _ in range(patients):
        coming = []
        for state in reached:
            for outcome in law.list_outcomes(state):
                if outcome.state not in numbers:
                    numbers[outcome.state] = len(numbers)
                    coming.append(outcome.state)
        reached = coming
        if not reached:
            break
    widest = max((len(law.list_outcomes(state)) for state in numbers), default=1) or 1
    # What is beyond the last outcome is never drawn: random numbers stay below 1.
    cumulative = np.ones((len(numbers), widest))
    arms = np.zeros((len(numbers), widest), np.int8)
    following = np.zeros((len(numbers), widest), np.int32)
    best = np.zeros(len(numbers))
    for state, number in numbers.items():
        total = 0.0
        outcomes = law.list_outcomes(state)
        for place, outcome in enumerate(outcomes):
            total += float(outcome.probability)
            cumulative[number, place] = 1.0 if place == len(outcomes) - 1 else total
            arms[number, place] = outcome.arm
            following[number, place] = numbers.get(outcome.state, 0)
        best[number] = float(max(compute_arm_probabilities(law, state)))
    return TabulatedLaw(cumulative, arms, following, best)
