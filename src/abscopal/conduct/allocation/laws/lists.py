"""Lists with a fixed composition: simple randomisation, permuted blocks, the random allocation rule."""

from dataclasses import dataclass, field
from fractions import Fraction

from abscopal.conduct.allocation.laws.law import Outcome, State


@dataclass(frozen=True, slots=True)
class SimpleLaw:
    """Each patient by a draw that remembers nothing.

    Args:
        ratio: patients per arm.

    Example:
        >>> [str(outcome.probability) for outcome in SimpleLaw(ratio=(2, 1)).list_outcomes(())]
        ['2/3', '1/3']
    """

    ratio: tuple[int, ...]
    start: State = field(default=(), init=False, repr=False)

    def list_outcomes(self, state: State) -> tuple[Outcome, ...]:
        """List the arms with their shares."""
        total = sum(self.ratio)
        return tuple(Outcome(arm, state, Fraction(share, total)) for arm, share in enumerate(self.ratio))


@dataclass(frozen=True, slots=True)
class BlockLaw:
    """Permuted blocks: each block holds the ratio exactly, in an order drawn at random.

    Where several lengths are given, the length of each block is drawn among them with equal chances. A list
    between two blocks stands at `()`, within one at its length followed by what is left of each arm.

    Args:
        ratio: patients per arm.
        lengths: possible lengths, multiples of the sum of the ratio; kept out of the printed form.

    Reference:
        Zelen 1974 (doi:10.1016/0021-9681(74)90015-0).

    Example:
        >>> blocks = BlockLaw(ratio=(1, 1), lengths=(4,))
        >>> blocks
        BlockLaw(ratio=(1, 1))
        >>> [(outcome.arm, outcome.state, str(outcome.probability)) for outcome in blocks.list_outcomes((4, 0, 1))]
        [(1, (), '1')]
    """

    ratio: tuple[int, ...]
    lengths: tuple[int, ...] = field(repr=False)
    start: State = field(default=(), init=False, repr=False)

    def list_outcomes(self, state: State) -> tuple[Outcome, ...]:
        """List what is left of the block under way, or the beginnings of the next one."""
        if state:
            return _draw_from_block(state[0], state[1:], Fraction(1))
        total, chance = sum(self.ratio), Fraction(1, len(self.lengths))
        return tuple(
            outcome
            for length in self.lengths
            for outcome in _draw_from_block(
                length, tuple(share * length // total for share in self.ratio), chance
            )
        )


def _draw_from_block(length: int, left: tuple[int, ...], chance: Fraction) -> tuple[Outcome, ...]:
    places = sum(left)
    return tuple(
        Outcome(arm, (length, *_take(left, arm)) if places > 1 else (), chance * Fraction(count, places))
        for arm, count in enumerate(left)
        if count
    )


def _take(left: tuple[int, ...], arm: int) -> tuple[int, ...]:
    return tuple(count - (place == arm) for place, count in enumerate(left))


@dataclass(frozen=True, slots=True)
class RandomAllocationRuleLaw:
    """The whole list as one block: every order of the planned allocations is equally likely.

    Args:
        ratio: patients per arm.
        length: allocations on the list, a multiple of the sum of the ratio.

    Example:
        >>> rule = RandomAllocationRuleLaw(ratio=(1, 1), length=60)
        >>> [str(outcome.probability) for outcome in rule.list_outcomes((10, 30))]
        ['1/4', '3/4']
    """

    ratio: tuple[int, ...]
    length: int = field(repr=False)

    @property
    def start(self) -> State:
        """Everything is left."""
        total = sum(self.ratio)
        return tuple(share * self.length // total for share in self.ratio)

    def list_outcomes(self, state: State) -> tuple[Outcome, ...]:
        """List what is left, in proportion."""
        places = sum(state)
        return tuple(
            Outcome(arm, _take(state, arm), Fraction(count, places))
            for arm, count in enumerate(state)
            if count
        )
