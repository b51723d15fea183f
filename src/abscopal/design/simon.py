"""Simon's two-stage designs: every total size searched, so that what lies between two famous designs is seen too.

The search is complete. It ends when even the best conceivable first stage could no longer lower the number of
patients expected, and it leaves out only totals and limits that inequalities rule out.
"""

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from abscopal.design.single_stage import assert_errors, assert_rates, describe_reach
from abscopal.design.two_stage import (
    DesignCharacteristics,
    TwoStageDesign,
    compute_two_stage_characteristics,
)
from abscopal.errors import OptionError

Floats = NDArray[np.float64]
LARGEST_TWO_STAGE_N = 300
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class SimonOption:
    """A two-stage design with its exact behaviour.

    Args:
        design: the design.
        exact: its behaviour.
        lowest_weight: of admissible designs, least weight on the total size for which it is the best; None for
            designs that are the best for no weight.
        highest_weight: likewise, the greatest weight.
    """

    design: TwoStageDesign
    exact: DesignCharacteristics
    lowest_weight: float | None = None
    highest_weight: float | None = None


@dataclass(frozen=True, slots=True)
class SimonDesigns:
    """What the search found.

    Args:
        optimal: least number of patients expected under p0.
        minimax: least total size.
        admissible: best for some weighing of total size against patients expected, minimax first, optimal last.
        by_size: the best design of every total size from minimax to optimal that has one.
    """

    optimal: SimonOption
    minimax: SimonOption
    admissible: tuple[SimonOption, ...]
    by_size: tuple[SimonOption, ...]


@dataclass(frozen=True, slots=True)
class _Table:
    """Binomial tables for one rate, row m for m patients: chance of x, and of more than k (k from -size on)."""

    rate: float
    point: Floats
    above: Floats


def find_simon_designs(
    p0: float, p1: float, *, alpha: float, power: float, largest_n: int = LARGEST_TWO_STAGE_N
) -> SimonDesigns:
    """Search all two-stage designs that keep alpha and power exactly.

    Args:
        p0: uninteresting rate.
        p1: hoped-for rate.
        alpha: one-sided false positive rate not to exceed.
        power: power to reach.
        largest_n: where the search gives up.

    Returns:
        The optimal and the minimax design, the admissible ones, and the best of every total size between them.

    Raises:
        OptionError: no design up to `largest_n` keeps both; the sentence names what would.

    Reference:
        Simon 1989 (doi:10.1016/0197-2456(89)90015-9); admissible designs: Jung et al. 2004
        (doi:10.1002/sim.1600).

    Example:
        >>> found = find_simon_designs(0.1, 0.3, alpha=0.05, power=0.80)
        >>> found.optimal.design.written, found.minimax.design.written
        ('1/10 5/29', '1/15 5/25')
        >>> [option.design.written for option in found.admissible]
        ['1/15 5/25', '1/12 5/26', '1/11 5/27', '1/10 5/29']
    """
    assert_rates(p0, p1)
    assert_errors(alpha, power)
    best: dict[int, tuple[float, tuple[int, int, int]]] = {}
    done, is_complete = 1, False
    while not is_complete and done < largest_n:
        size = min(max(64, 2 * done), largest_n)
        is_complete = _search(best, range(done + 1, size + 1), p0, p1, alpha=alpha, power=power)
        done = size
    if not is_complete:
        raise OptionError(
            f"No complete search of two-stage designs ends within {largest_n} patients for an alpha of {alpha:g} "
            f"and a power of {power:g}.",
            where="design",
            remedy=describe_reach(p0, p1, alpha=alpha, power=power, largest_n=largest_n),
        )
    expected = {n: value for n, (value, _) in best.items()}
    minimax, optimal = min(expected), min(expected, key=lambda n: (round(expected[n], 9), n))
    options = {n: _describe(best[n][1], n, p0, p1) for n in sorted(expected) if minimax <= n <= optimal}
    admissible = _weigh({n: expected[n] for n in options})
    return SimonDesigns(
        optimal=options[optimal],
        minimax=options[minimax],
        admissible=tuple(
            SimonOption(options[n].design, options[n].exact, low, high) for n, low, high in admissible
        ),
        by_size=tuple(options.values()),
    )


def _describe(rule: tuple[int, int, int], n: int, p0: float, p1: float) -> SimonOption:
    design = TwoStageDesign(r1=rule[0], n1=rule[1], r=rule[2], n=n, p0=p0, p1=p1)
    return SimonOption(design, compute_two_stage_characteristics(design))


def _search(
    best: dict[int, tuple[float, tuple[int, int, int]]],
    sizes: range,
    p0: float,
    p1: float,
    *,
    alpha: float,
    power: float,
) -> bool:
    """Add to `best` the best design of each size; say whether larger sizes can be left out."""
    size = sizes.stop - 1
    null, hoped = _tabulate(p0, size), _tabulate(p1, size)
    stop_null, stop_hoped = null.point.cumsum(axis=1), hoped.point.cumsum(axis=1)
    may_stop = stop_hoped <= 1 - power + _ROUNDING
    # The most that a first stage of n1 patients can stop under p0, whatever follows it.
    most_stopped = np.where(may_stop, stop_null, 0.0).max(axis=1)
    least = min((value for value, _ in best.values()), default=np.inf)
    for n in sizes:
        first = np.arange(1, n)
        if best and (first + (1 - most_stopped[1:n]) * (n - first)).min() > least + 1e-9:
            return True
        found = _search_size(
            n,
            null,
            hoped,
            stop_null=stop_null,
            may_stop=may_stop,
            most_stopped=most_stopped,
            alpha=alpha,
            power=power,
        )
        if found is not None:
            best[n] = found
            least = min(least, found[0])
    return False


def _search_size(
    n: int,
    null: _Table,
    hoped: _Table,
    *,
    stop_null: Floats,
    may_stop: NDArray[np.bool_],
    most_stopped: Floats,
    alpha: float,
    power: float,
) -> tuple[float, tuple[int, int, int]] | None:
    first = np.arange(1, n)
    fewest = first + (1 - most_stopped[1:n]) * (n - first)
    best = None
    for r in _list_final_limits(n, null, hoped, alpha=alpha, power=power):
        # First stages that cannot beat what was found for this n are left out.
        rows = np.flatnonzero(fewest < (n if best is None else best[0]) - _ROUNDING)
        if not rows.size:
            break
        stages = range(int(rows[0]) + 1, int(rows[-1]) + 2)
        span = slice(stages.start, stages.stop)
        is_kept = may_stop[span, : r + 1] & (_promising(null, n, r, stages) <= alpha + _ROUNDING)
        if not is_kept.any():
            continue
        is_kept &= _promising(hoped, n, r, stages) >= power - _ROUNDING
        sizes = np.arange(stages.start, stages.stop)[:, None]
        expected = np.where(is_kept, sizes + (1 - stop_null[span, : r + 1]) * (n - sizes), np.inf)
        place = int(expected.argmin())
        value = float(expected.flat[place])
        if value < (np.inf if best is None else best[0] - _ROUNDING):
            row, r1 = divmod(place, int(r) + 1)
            best = (value, (r1, row + stages.start, int(r)))
    return best


def _list_final_limits(
    n: int, null: _Table, hoped: _Table, *, alpha: float, power: float
) -> NDArray[np.int64]:
    """List the final limits r that any first stage could make work.

    Stopping early only loses successes: the power without a first stage must suffice. Of the outcomes above r that
    a first stage loses, p1 can spare what the power exceeds its promise by, and p0 loses at most the likelihood
    ratio at r + 1 times as much.
    """
    shift = null.above.shape[1] // 2
    limits = np.arange(n)
    p_null, p_hoped = null.above[n, shift : shift + n], hoped.above[n, shift : shift + n]
    ratio = _compare_likelihoods(n, limits + 1, p0=null.rate, p1=hoped.rate)
    spare = p_hoped - power
    return limits[(spare >= -_ROUNDING) & (p_null - ratio * spare <= alpha + _ROUNDING)]


def _compare_likelihoods(n: int, successes: NDArray[np.int64], *, p0: float, p1: float) -> Floats:
    log_ratio = successes * np.log(p0 / p1) + (n - successes) * np.log((1 - p0) / (1 - p1))
    return np.asarray(np.exp(np.minimum(log_ratio, 700.0)))


def _promising(table: _Table, n: int, r: int, stages: range) -> Floats:
    """Probability of going on and ending above r: rows n1 in `stages`, columns r1 = 0 .. r."""
    shift = table.above.shape[1] // 2
    joint = (
        table.point[stages.start : stages.stop, : r + 1]
        * (
            # Rows n - n1, columns r - x for x successes in the first stage.
            table.above[n - stages.start : n - stages.stop : -1, r + shift : shift - 1 : -1]
        )
    )
    already = table.above[stages.start : stages.stop, r + shift, None]
    result = np.empty_like(joint)
    result[:, -1:] = already
    result[:, :-1] = already + joint[:, :0:-1].cumsum(axis=1)[:, ::-1]
    return result


def _tabulate(rate: float, size: int) -> _Table:
    point = np.zeros((size + 1, size + 1))
    point[0, 0] = 1.0
    for row in range(1, size + 1):
        point[row] = (1 - rate) * point[row - 1]
        point[row, 1:] += rate * point[row - 1, :-1]
    at_least = point[:, ::-1].cumsum(axis=1)[:, ::-1]
    above = np.ones((size + 1, 2 * size + 3))
    shift = above.shape[1] // 2
    above[:, shift : shift + size] = at_least[:, 1:]
    above[:, shift + size :] = 0.0
    return _Table(rate, point, above)


def _weigh(expected: dict[int, float]) -> list[tuple[int, float, float]]:
    """Keep the sizes that are best for some weight w of w * n + (1 - w) * E(N | p0), with the range of w."""
    hull: list[int] = []
    for n in sorted(expected):
        while (
            len(hull) >= 2 and _slope(hull[-2], hull[-1], expected) >= _slope(hull[-1], n, expected) - 1e-12
        ):
            hull.pop()
        hull.append(n)
    # Between neighbours the balance turns where the loss in expected patients equals the gain in size.
    turns = [
        (lost := (expected[a] - expected[b]) / (b - a)) / (1 + lost) for a, b in itertools.pairwise(hull)
    ]
    highest = [1.0, *turns]
    lowest = [*turns, 0.0]
    return list(zip(hull, lowest, highest, strict=True))


def _slope(first: int, second: int, expected: dict[int, float]) -> float:
    return (expected[second] - expected[first]) / (second - first)
