"""How a volume is shared among lesions, by a named rule; whole microlitres, so that the shares add up."""

import math
from collections.abc import Callable, Sequence
from typing import Literal

SplitRule = Literal["priority_fill", "proportional_to_capacity", "equal", "single_lesion"]


def compute_shares(need: int, capacities: Sequence[int], *, rule: SplitRule) -> tuple[int, ...]:
    """Share a volume among lesions without passing what any of them can take.

    Args:
        need: volume to place, microlitres.
        capacities: how much each lesion can take, in the order of choice, microlitres.
        rule: priority_fill fills the first lesion, then the next; proportional_to_capacity gives each the same
            fraction of what it can take; equal gives each the same volume, and what a small lesion cannot take is
            shared equally among the others (our reading); single_lesion injects the first alone.

    Returns:
        One share per lesion; they add up to the need, or to all that can be placed.

    Example:
        >>> compute_shares(3000, (2000, 1000, 500), rule="priority_fill")
        (2000, 1000, 0)
        >>> compute_shares(1750, (2000, 1000, 500), rule="proportional_to_capacity")
        (1000, 500, 250)
        >>> compute_shares(3000, (2000, 2000, 500), rule="equal")
        (1250, 1250, 500)
        >>> compute_shares(3000, (2000, 1000), rule="single_lesion")
        (2000, 0)
    """
    return RULES[rule](min(need, sum(capacities)), capacities)


def compute_proportions(total: int, weights: Sequence[float]) -> tuple[int, ...]:
    """Cut a whole number in proportion to weights; what rounding leaves goes to the largest remainders.

    Args:
        total: the number to cut.
        weights: one weight per part.

    Returns:
        Whole parts that add up to the total.

    Example:
        >>> compute_proportions(10, (1, 1, 1))
        (4, 3, 3)
    """
    whole = sum(weights)
    if whole <= 0:
        return (0,) * len(weights)
    exact = [total * weight / whole for weight in weights]
    parts = [math.floor(share) for share in exact]
    by_remainder = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], place))
    for place in by_remainder[: total - sum(parts)]:
        parts[place] += 1
    return tuple(parts)


def compute_depots(volume: int, cap: int | None) -> tuple[int, ...]:
    """Cut the volume of a lesion into the fewest equal depots that each stay within the cap.

    Args:
        volume: microlitres.
        cap: greatest volume of one depot; None when the study does not say: one number, to be divided by the operator.

    Returns:
        Depots, the largest first.

    Example:
        >>> compute_depots(2000, 800)
        (667, 667, 666)
    """
    if volume == 0:
        return ()
    number = 1 if cap is None else math.ceil(volume / cap)
    return compute_proportions(volume, (1,) * number)


def _fill_in_order(need: int, capacities: Sequence[int]) -> tuple[int, ...]:
    shares = []
    for capacity in capacities:
        shares.append(min(capacity, need))
        need -= shares[-1]
    return tuple(shares)


def _share_by_capacity(need: int, capacities: Sequence[int]) -> tuple[int, ...]:
    return compute_proportions(need, capacities)


def _share_equally(need: int, capacities: Sequence[int]) -> tuple[int, ...]:
    """Lesions too small for an equal part are filled first; the others share the rest."""
    shares = dict.fromkeys(range(len(capacities)), 0)
    waiting = list(shares)
    while waiting:
        full = [place for place in waiting if capacities[place] * len(waiting) <= need]
        if not full:
            shares.update(zip(waiting, compute_proportions(need, (1,) * len(waiting)), strict=True))
            break
        for place in full:
            shares[place] = capacities[place]
            need -= capacities[place]
        waiting = [place for place in waiting if place not in full]
    return tuple(shares.values())


def _give_to_first(need: int, capacities: Sequence[int]) -> tuple[int, ...]:
    return tuple(min(need, capacity) if place == 0 else 0 for place, capacity in enumerate(capacities))


RULES: dict[SplitRule, Callable[[int, Sequence[int]], tuple[int, ...]]] = {
    "priority_fill": _fill_in_order,
    "proportional_to_capacity": _share_by_capacity,
    "equal": _share_equally,
    "single_lesion": _give_to_first,
}
