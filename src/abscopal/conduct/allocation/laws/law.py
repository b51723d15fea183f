"""What every law of a list has in common: where it stands, and what may come next with which probability."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

State = tuple[int, ...]
"""Where a list stands. Each law has its own way to write it; only the law that wrote it can read it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Something that may come next on a list.

    Args:
        arm: position of the arm in the ratio.
        state: where the list stands afterwards.
        probability: exact probability.
    """

    arm: int
    state: State
    probability: Fraction


class ListLaw(Protocol):
    """The law of one list of allocations: the whole trial, or one stratum of it."""

    @property
    def ratio(self) -> tuple[int, ...]:
        """Patients per arm."""
        ...

    @property
    def start(self) -> State:
        """Where an empty list stands."""
        ...

    def list_outcomes(self, state: State) -> tuple[Outcome, ...]:
        """List what may come next; nothing when the list is used up."""
        ...


def compute_arm_probabilities(law: ListLaw, state: State) -> tuple[Fraction, ...]:
    """Compute the probability of each arm from where a list stands.

    Args:
        law: the law of the list.
        state: where the list stands.

    Returns:
        One probability for each arm, in the order of the ratio; all 0 when the list is used up.

    Example:
        >>> from abscopal.conduct.allocation.laws.lists import BlockLaw
        >>> blocks = BlockLaw(ratio=(2, 1), lengths=(3,))
        >>> [str(share) for share in compute_arm_probabilities(blocks, blocks.start)]
        ['2/3', '1/3']
    """
    shares = [Fraction(0)] * len(law.ratio)
    for outcome in law.list_outcomes(state):
        shares[outcome.arm] += outcome.probability
    return tuple(shares)


def compute_next_probabilities(law: ListLaw, seen: Sequence[int]) -> tuple[Fraction, ...]:
    """Compute what somebody can know of the next arm who saw a whole list so far and knows its law.

    This is the strongest guesser: every arm of the list was seen, and the method with all its settings is
    known. What stays hidden is only what chance has already decided and not yet shown, such as the length of
    the block under way.

    Args:
        law: the law of the list.
        seen: positions of the arms allocated so far, in order.

    Returns:
        One probability for each arm, in the order of the ratio.

    Example:
        >>> from abscopal.conduct.allocation.laws.lists import BlockLaw
        >>> blocks = BlockLaw(ratio=(1, 1), lengths=(4, 6))
        >>> [str(share) for share in compute_next_probabilities(blocks, [0, 0])]
        ['3/22', '19/22']
        >>> [str(share) for share in compute_next_probabilities(BlockLaw(ratio=(1, 1), lengths=(4,)), [0, 0])]
        ['0', '1']
    """
    belief: dict[State, Fraction] = {law.start: Fraction(1)}
    for arm in seen:
        following: dict[State, Fraction] = {}
        for state, weight in belief.items():
            for outcome in law.list_outcomes(state):
                if outcome.arm == arm:
                    gained = weight * outcome.probability
                    following[outcome.state] = following.get(outcome.state, Fraction(0)) + gained
        total = sum(following.values(), Fraction(0))
        belief = {state: weight / total for state, weight in following.items()} if total else {}
    shares = [Fraction(0)] * len(law.ratio)
    for state, weight in belief.items():
        for arm, share in enumerate(compute_arm_probabilities(law, state)):
            shares[arm] += weight * share
    return tuple(shares)
