"""The maximal procedure: every sequence that stays within the tolerated imbalance is equally likely."""

from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from math import comb

from abscopal.conduct.allocation.laws.law import Outcome, State


@lru_cache(maxsize=64)
def _count_completions(length: int, bound: int) -> tuple[tuple[int, ...], ...]:
    # Row m, place d + bound: ways to come back to balance in m steps from imbalance d without passing the bound.
    places = 2 * bound + 1
    row = [0] * places
    row[bound] = 1
    rows = [tuple(row)]
    for _ in range(length):
        row = [
            (row[place + 1] if place + 1 < places else 0) + (row[place - 1] if place else 0)
            for place in range(places)
        ]
        rows.append(tuple(row))
    return tuple(rows)


def count_sequences(length: int, *, maximum_imbalance: int) -> int:
    """Count the sequences of two arms that stay within an imbalance and end balanced.

    Args:
        length: allocations on the list.
        maximum_imbalance: imbalance never passed on the way.

    Returns:
        The exact number; 0 for an odd length.

    Reference:
        Berger, Ivanova and Knoll 2003 (doi:10.1002/sim.1538).

    Example:
        >>> count_sequences(8, maximum_imbalance=2)
        54
    """
    return _count_completions(length, maximum_imbalance)[length][maximum_imbalance]


def count_block_sequences(length: int, *, block_length: int) -> int | None:
    """Count the sequences of two arms that permuted blocks of one length can give.

    Args:
        length: allocations on the list.
        block_length: length of each block, even.

    Returns:
        The exact number; None where the blocks do not fill the list.

    Example:
        >>> count_block_sequences(8, block_length=4)
        36
    """
    if length % block_length:
        return None
    return int(comb(block_length, block_length // 2) ** (length // block_length))


@dataclass(frozen=True, slots=True)
class MaximalLaw:
    """The maximal procedure for two arms at 1:1; the state is the number allocated and the imbalance.

    Args:
        length: allocations on the list, even.
        bound: imbalance never passed.

    Reference:
        Berger, Ivanova and Knoll 2003 (doi:10.1002/sim.1538).

    Example:
        >>> law = MaximalLaw(length=8, bound=2)
        >>> [str(outcome.probability) for outcome in law.list_outcomes((1, 1))]
        ['1/3', '2/3']
    """

    length: int = field(repr=False)
    bound: int = field(repr=False)
    ratio: tuple[int, ...] = field(default=(1, 1), init=False)
    start: State = field(default=(0, 0), init=False, repr=False)

    def list_outcomes(self, state: State) -> tuple[Outcome, ...]:
        """List the arms by the completions that each leaves open."""
        done, imbalance = state
        left = self.length - done
        if left <= 0:
            return ()
        ways = _count_completions(self.length, self.bound)
        here = ways[left][imbalance + self.bound]
        found = []
        for arm, following in enumerate((imbalance + 1, imbalance - 1)):
            if abs(following) <= self.bound and (open_ways := ways[left - 1][following + self.bound]):
                found.append(Outcome(arm, (done + 1, following), Fraction(open_ways, here)))
        return tuple(found)
