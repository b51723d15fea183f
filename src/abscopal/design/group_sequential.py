"""Group sequential trials: boundaries on z at each look, by recursive numerical integration."""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from abscopal.design.spending import Spending, compute_spent_alpha
from abscopal.errors import OptionError

Floats = NDArray[np.float64]
Shape = Literal["obrien_fleming", "pocock"]
GroupSequentialSides = Literal["one", "two"]
_FLOOR = 9.0


@dataclass(frozen=True, slots=True)
class GroupSequentialDesign:
    """Boundaries for efficacy on the scale of z.

    Args:
        information: share of the planned information at each look, the last being 1.
        z: stop for efficacy at or beyond this.
        alpha: alpha of the whole trial, one- or two-sided as `sides` says.
        sides: one, or two with symmetric boundaries, each spending half of alpha.
        spent: cumulative alpha at each look, both sides together where there are two.
        method: the rule that drew the boundaries, in words.
    """

    information: tuple[float, ...]
    z: tuple[float, ...]
    alpha: float
    sides: GroupSequentialSides
    spent: tuple[float, ...]
    method: str

    @property
    def stage_levels(self) -> tuple[float, ...]:
        """One-sided level of the test at each look."""
        return tuple(float(stats.norm.sf(z)) for z in self.z)


@dataclass(frozen=True, slots=True)
class GroupSequentialBehaviour:
    """What the boundaries do for one drift, the expected z at full information.

    Args:
        drift: expected z of a trial that uses all its information.
        stop: probability of crossing the upper boundary, look by look.
        expected_information: share of the planned information expected.
    """

    drift: float
    stop: tuple[float, ...]
    expected_information: float

    @property
    def power(self) -> float:
        """Probability of ever crossing the upper boundary."""
        return float(sum(self.stop))


def compute_group_sequential_design(
    information: Sequence[float],
    *,
    alpha: float,
    sides: GroupSequentialSides = "one",
    boundary: Shape | Spending,
    shape: float | None = None,
) -> GroupSequentialDesign:
    """Draw the boundaries of a group sequential trial.

    With two sides each boundary is drawn for half of alpha; that a trial could cross both is neglected, as usual.

    Args:
        information: share of the planned information at each look, increasing to 1.
        alpha: alpha of the whole trial.
        sides: one or two.
        boundary: `obrien_fleming` and `pocock` fix the shape of the boundary; the others spend alpha.
        shape: parameter of the spending functions that have one.

    Returns:
        The design.

    Reference:
        O'Brien and Fleming 1979 (doi:10.2307/2530245); Pocock 1977 (doi:10.1093/biomet/64.2.191); recursion:
        Armitage, McPherson and Rowe 1969 (doi:10.2307/2343787).

    Example:
        >>> looks = (1 / 3, 2 / 3, 1)
        >>> design = compute_group_sequential_design(looks, alpha=0.025, boundary="obrien_fleming")
        >>> [round(z, 4) for z in design.z]
        [3.4711, 2.4544, 2.004]
    """
    shares = tuple(float(value) for value in information)
    assert_information(shares)
    if not 0 < alpha < (0.5 if sides == "one" else 1.0):
        raise OptionError(
            f"An alpha of {alpha:g} makes no boundary.", where="alpha", remedy="Give one such as 0.025."
        )
    one_sided = alpha if sides == "one" else alpha / 2
    if boundary in ("obrien_fleming", "pocock"):
        power = 0.5 if boundary == "obrien_fleming" else 0.0
        z = _scale_boundary(shares, alpha=one_sided, power=power)
    else:
        spent = [
            compute_spent_alpha(share, alpha=one_sided, spending=boundary, shape=shape)  # type: ignore[arg-type]
            for share in shares
        ]
        z = _spend(shares, spent)
    crossed = np.cumsum(_compute_crossing(shares, z, drift=0.0))
    return GroupSequentialDesign(
        information=shares,
        z=z,
        alpha=alpha,
        sides=sides,
        spent=tuple(float(value) * (1 if sides == "one" else 2) for value in crossed),
        method=boundary.replace("_", " "),
    )


def assert_information(information: Sequence[float]) -> None:
    """Refuse shares of information that do not grow to 1.

    Example:
        >>> assert_information((0.5, 1.0))
    """
    is_growing = all(a < b for a, b in itertools.pairwise(information))
    if not information or information[0] <= 0 or not is_growing or abs(information[-1] - 1) > 1e-9:
        k = max(len(information), 2)
        nearest = ", ".join(f"{(place + 1) / k:.3g}" for place in range(k))
        raise OptionError(
            f"The shares of information {', '.join(f'{share:g}' for share in information)} do not grow to 1.",
            where="information",
            remedy=f"{k} equally spaced looks are {nearest}.",
        )


def compute_group_sequential_behaviour(
    design: GroupSequentialDesign, *, drift: float
) -> GroupSequentialBehaviour:
    """Compute what the boundaries do for one drift.

    Args:
        design: the design.
        drift: expected z of a trial that uses all its information; 0 is no effect.

    Returns:
        Probabilities of stopping for efficacy and the information expected.

    Reference:
        Armitage, McPherson and Rowe 1969 (doi:10.2307/2343787).

    Example:
        >>> looks = (0.5, 1)
        >>> design = compute_group_sequential_design(looks, alpha=0.025, boundary="pocock")
        >>> round(compute_group_sequential_behaviour(design, drift=0.0).power, 4)
        0.025
    """
    stop = _compute_crossing(design.information, design.z, drift=drift)
    shares = np.array(design.information)
    return GroupSequentialBehaviour(
        drift=drift, stop=tuple(map(float, stop)), expected_information=float(1 - stop @ (1 - shares))
    )


def compute_inflation(design: GroupSequentialDesign, *, power: float) -> float:
    """Compute by how much the looks inflate the sample size of a trial with one analysis at the end.

    Args:
        design: the design.
        power: power to reach.

    Returns:
        The factor, at least 1.

    Reference:
        Jennison and Turnbull 2000, Group Sequential Methods, section 2.

    Example:
        >>> design = compute_group_sequential_design((0.5, 1), alpha=0.025, boundary="pocock")
        >>> round(compute_inflation(design, power=0.8), 3)
        1.11
    """
    one_sided = design.alpha if design.sides == "one" else design.alpha / 2
    if not one_sided < power < 1:
        raise OptionError(
            f"A power of {power:g} cannot be reached.", where="power", remedy="Give one such as 0.8."
        )
    fixed = float(stats.norm.isf(one_sided) + stats.norm.ppf(power))
    needed = optimize.brentq(
        lambda drift: float(_compute_crossing(design.information, design.z, drift=drift).sum()) - power,
        0.0,
        10 * fixed + 10,
        xtol=1e-10,
    )
    return float((needed / fixed) ** 2)


def _scale_boundary(information: tuple[float, ...], *, alpha: float, power: float) -> tuple[float, ...]:
    shape = np.array(information) ** -power

    def _miss(scale: float) -> float:
        return float(_compute_crossing(information, tuple(scale * shape), drift=0.0).sum()) - alpha

    scale = optimize.brentq(_miss, 0.5 * stats.norm.isf(alpha), 3 * stats.norm.isf(alpha) + 3, xtol=1e-10)
    return tuple(map(float, scale * shape))


def _spend(information: tuple[float, ...], spent: Sequence[float]) -> tuple[float, ...]:
    z: list[float] = []
    for place, total in enumerate(spent):
        seen = information[: place + 1]
        before = total if place == 0 else total - spent[place - 1]
        if place == 0:
            z.append(float(stats.norm.isf(before)))
            continue
        crossing = _prepare_crossing(seen, tuple(z))
        z.append(
            float(
                optimize.brentq(lambda limit, f=crossing, a=before: f(limit) - a, -_FLOOR, _FLOOR, xtol=1e-10)
            )
        )
    return tuple(z)


def _compute_crossing(information: Sequence[float], z: Sequence[float], *, drift: float) -> Floats:
    """Probability of crossing first at each look."""
    return np.array(
        [
            _prepare_crossing(information[: place + 1], z[:place], drift=drift)(z[place])
            for place in range(len(z))
        ]
    )


def _prepare_crossing(
    information: Sequence[float], z: Sequence[float], *, drift: float = 0.0
) -> Callable[[float], float]:
    """Give the probability of going on through the earlier looks and crossing a limit at the last one.

    The score process B(t) = z * sqrt(t) has independent increments: its density on the continuation region of one
    look is integrated against a normal increment to give that of the next.
    """
    shares = np.array(information)
    if not len(z):
        mean = drift * math.sqrt(shares[0])
        return lambda limit: float(stats.norm.sf(limit - mean))
    nodes, density = _start(shares, z[0], drift)
    for place in range(1, len(z)):
        step = shares[place] - shares[place - 1]
        following, weights = _lay_nodes(shares[place], z[place], step, drift, shares, place)
        increment = stats.norm.pdf(
            (following[:, None] - nodes[None, :] - drift * step) / math.sqrt(step)
        ) / math.sqrt(step)
        nodes, density = following, weights * (increment @ density)
    step = shares[-1] - shares[-2]
    root, last = math.sqrt(step), math.sqrt(shares[-1])

    def _cross(limit: float) -> float:
        return float(stats.norm.sf((limit * last - nodes - drift * step) / root) @ density)

    return _cross


def _start(shares: Floats, limit: float, drift: float) -> tuple[Floats, Floats]:
    step = shares[1] - shares[0] if len(shares) > 1 else shares[0]
    nodes, weights = _lay_nodes(shares[0], limit, step, drift, shares, 0)
    root = math.sqrt(shares[0])
    return nodes, weights * stats.norm.pdf((nodes - drift * shares[0]) / root) / root


def _lay_nodes(
    share: float, limit: float, step: float, drift: float, shares: Floats, place: int
) -> tuple[Floats, Floats]:
    """Gauss-Legendre nodes on the continuation region, dense enough for the increments on both sides of it."""
    root = math.sqrt(share)
    low, high = drift * share - _FLOOR * root, limit * root
    high = max(min(high, drift * share + _FLOOR * root), low + 1e-9)
    following = shares[place + 1] - share if place + 1 < len(shares) else step
    narrowest = math.sqrt(min(step, following, share))
    count = min(32 * math.ceil((40 + 4 * (high - low) / narrowest) / 32), 608)
    nodes, weights = _list_nodes(count)
    half = (high - low) / 2
    return low + half * (nodes + 1), weights * half


@cache
def _list_nodes(count: int) -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return np.asarray(nodes), np.asarray(weights)
