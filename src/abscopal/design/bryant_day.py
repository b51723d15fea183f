"""Bryant and Day: two stages in which both enough responses and few enough toxicities are needed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from abscopal.design.single_stage import assert_rates
from abscopal.errors import OptionError

Floats = NDArray[np.float64]
LARGEST_BRYANT_DAY_N = 120
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class BryantDayRates:
    """The rates between which the design must choose.

    Args:
        response_0: uninteresting rate of response.
        response_1: hoped-for rate of response.
        tolerated_0: share of patients free of toxicity that is too low.
        tolerated_1: share that is hoped for.
    """

    response_0: float
    response_1: float
    tolerated_0: float
    tolerated_1: float

    def __post_init__(self) -> None:
        assert_rates(self.response_0, self.response_1)
        assert_rates(self.tolerated_0, self.tolerated_1)


@dataclass(frozen=True, slots=True)
class BryantDayDesign:
    """Go on with more than r1 responses and more than t1 patients free of toxicity; accept with more than r and t.

    Args:
        r1: responses at or below which the trial stops after the first stage.
        t1: patients free of toxicity at or below which it stops.
        n1: patients of the first stage.
        r: responses at or below which the treatment is not accepted.
        t: patients free of toxicity at or below which it is not accepted.
        n: patients of both stages.
        rates: the rates it was made for.
    """

    r1: int
    t1: int
    n1: int
    r: int
    t: int
    n: int
    rates: BryantDayRates


@dataclass(frozen=True, slots=True)
class BryantDayCharacteristics:
    """What a design does exactly, for one odds ratio between response and freedom from toxicity.

    Args:
        odds_ratio: association within a patient; 1 is independence.
        accept_no_response: probability of accepting a tolerated treatment with too few responses.
        accept_toxic: probability of accepting an active treatment that is too toxic.
        accept_neither: probability of accepting one that is neither active nor tolerated.
        power: probability of accepting one that is active and tolerated.
        largest_expected_n: the larger number of patients expected when one of the two fails.
    """

    odds_ratio: float
    accept_no_response: float
    accept_toxic: float
    accept_neither: float
    power: float
    largest_expected_n: float


def find_bryant_day_design(
    rates: BryantDayRates,
    *,
    alpha_response: float,
    alpha_toxicity: float,
    power: float,
    largest_n: int = LARGEST_BRYANT_DAY_N,
) -> BryantDayDesign:
    """Search the design that keeps its error rates and expects the fewest patients when one of the two fails.

    Response and toxicity are taken as independent, as the authors do; `compute_bryant_day_characteristics` says
    what an association would change.

    Args:
        rates: the rates.
        alpha_response: probability not to exceed of accepting a tolerated treatment with too few responses.
        alpha_toxicity: probability not to exceed of accepting an active treatment that is too toxic.
        power: probability to reach of accepting one that is active and tolerated.
        largest_n: where the search gives up.

    Returns:
        The design.

    Raises:
        OptionError: no design up to `largest_n` keeps all three.

    Reference:
        Bryant and Day 1995, Biometrics 51:1372-1383. The printed tables were not read; the search is complete.

    Example:
        >>> rates = BryantDayRates(0.2, 0.4, 0.6, 0.8)
        >>> found = find_bryant_day_design(rates, alpha_response=0.15, alpha_toxicity=0.15, power=0.85)
        >>> found.r1, found.t1, found.n1, found.r, found.t, found.n
        (3, 10, 17, 9, 24, 36)
    """
    for value in (alpha_response, alpha_toxicity, 1 - power):
        if not 0 < value < 0.5:
            raise OptionError(
                "An error rate of this design is not between 0 and 0.5.",
                where="design",
                remedy="Give both alphas between 0 and 0.5 and a power between 0.5 and 1, such as 0.15, 0.15, 0.85.",
            )
    best: tuple[float, BryantDayDesign] | None = None
    least_going = _compute_least_going(rates, largest_n, power=power)
    for n in range(2, largest_n + 1):
        first = np.arange(1, n)
        bounds = first + (n - first) * least_going[: n - 1]
        if best is not None and bounds.min() > best[0] + 1e-9:
            return best[1]
        for n1 in range(1, n):
            if best is not None and bounds[n1 - 1] > best[0]:
                continue
            found = _search_stage(rates, n1, n, alphas=(alpha_response, alpha_toxicity), power=power)
            if found is not None and (best is None or found[0] < best[0] - 1e-9):
                best = found
    raise OptionError(
        f"No complete search ends within {largest_n} patients.",
        where="design",
        remedy=_say_best(best, largest_n),
    )


def _say_best(best: tuple[float, BryantDayDesign] | None, largest_n: int) -> str:
    if best is None:
        return "Allow larger error rates, or rates that lie further apart."
    return f"The best so far has {best[1].n} patients; search beyond {largest_n}."


def _compute_least_going(rates: BryantDayRates, largest_n: int, *, power: float) -> Floats:
    """Least probability of going on when one of the two fails, by size of the first stage: 1 to `largest_n`.

    Each endpoint alone must leave the power, so its first limit is at most the one computed here.
    """
    first = np.arange(1, largest_n + 1)
    least = np.zeros(largest_n)
    for low, high in ((rates.response_0, rates.response_1), (rates.tolerated_0, rates.tolerated_1)):
        limit = np.asarray(stats.binom.ppf(1 - power + _ROUNDING, first, high))
        limit -= stats.binom.cdf(limit, first, high) > 1 - power + _ROUNDING
        least = np.maximum(least, stats.binom.sf(limit, first, low))
    return np.asarray(least * power)


@dataclass(frozen=True, slots=True)
class _Side:
    """The candidate limits of one endpoint with their exact probabilities under the low and the high rate."""

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    accept_low: Floats
    accept_high: Floats
    go_low: Floats
    go_high: Floats


def _list_side(low: float, high: float, n1: int, n: int, *, alpha: float, power: float) -> _Side:
    first, last = np.arange(n1), np.arange(n)
    accept = []
    for rate in (low, high):
        point = stats.binom.pmf(np.arange(n1 + 1), n1, rate)
        above = stats.binom.sf(last[None, :] - np.arange(n1 + 1)[:, None], n - n1, rate)
        joint = point[:, None] * above
        accept.append(joint[::-1].cumsum(axis=0)[::-1][1:])
    go_low, go_high = stats.binom.sf(first, n1, low), stats.binom.sf(first, n1, high)
    # The other endpoint accepts with a probability between the power and 1.
    is_kept = (accept[1] >= power - _ROUNDING) & (accept[0] * power <= alpha + _ROUNDING)
    is_kept &= last[None, :] >= first[:, None]
    row, column = np.nonzero(is_kept)
    return _Side(row, column, accept[0][is_kept], accept[1][is_kept], go_low[row], go_high[row])


def _search_stage(
    rates: BryantDayRates, n1: int, n: int, *, alphas: tuple[float, float], power: float
) -> tuple[float, BryantDayDesign] | None:
    response = _list_side(rates.response_0, rates.response_1, n1, n, alpha=alphas[0], power=power)
    tolerated = _list_side(rates.tolerated_0, rates.tolerated_1, n1, n, alpha=alphas[1], power=power)
    if not response.first.size or not tolerated.first.size:
        return None
    is_kept = np.outer(response.accept_low, tolerated.accept_high) <= alphas[0] + _ROUNDING
    is_kept &= np.outer(response.accept_high, tolerated.accept_low) <= alphas[1] + _ROUNDING
    accepted = np.outer(response.accept_high, tolerated.accept_high)
    is_kept &= accepted >= power - _ROUNDING
    if not is_kept.any():
        return None
    going = np.maximum(
        np.outer(response.go_low, tolerated.go_high), np.outer(response.go_high, tolerated.go_low)
    )
    expected = np.where(is_kept, n1 + (n - n1) * going, np.inf)
    # Of limits that expect the same number, the ones with the greatest power.
    ties = np.flatnonzero(expected <= expected.min() + 1e-9)
    place = ties[accepted.flat[ties].argmax()]
    a, b = divmod(int(place), tolerated.first.size)
    design = BryantDayDesign(
        r1=int(response.first[a]),
        t1=int(tolerated.first[b]),
        n1=n1,
        r=int(response.last[a]),
        t=int(tolerated.last[b]),
        n=n,
        rates=rates,
    )
    return float(expected.min()), design


def compute_bryant_day_characteristics(
    design: BryantDayDesign, *, odds_ratio: float = 1.0
) -> BryantDayCharacteristics:
    """Compute what a design does exactly when response and freedom from toxicity go together or apart.

    Args:
        design: the design.
        odds_ratio: of response between patients free of toxicity and the others; 1 is independence.

    Returns:
        Probabilities of accepting, and patients expected.

    Reference:
        Bryant and Day 1995, Biometrics 51:1372-1383; joint cells from marginals and odds ratio: Plackett 1965
        (doi:10.1080/01621459.1965.10480807).

    Example:
        >>> rates = BryantDayRates(0.2, 0.4, 0.6, 0.8)
        >>> design = BryantDayDesign(r1=3, t1=10, n1=17, r=9, t=24, n=36, rates=rates)
        >>> [round(compute_bryant_day_characteristics(design, odds_ratio=x).power, 3) for x in (0.25, 1, 4)]
        [0.862, 0.866, 0.871]
    """
    if odds_ratio <= 0:
        raise OptionError(
            f"An odds ratio of {odds_ratio:g} cannot be.",
            where="odds_ratio",
            remedy="Give one above 0, such as 1.",
        )
    rates = design.rates
    found = {
        name: _compute_accepting(design, response, tolerated, odds_ratio)
        for name, response, tolerated in (
            ("no_response", rates.response_0, rates.tolerated_1),
            ("toxic", rates.response_1, rates.tolerated_0),
            ("neither", rates.response_0, rates.tolerated_0),
            ("both", rates.response_1, rates.tolerated_1),
        )
    }
    going = max(found["no_response"][1], found["toxic"][1])
    return BryantDayCharacteristics(
        odds_ratio=odds_ratio,
        accept_no_response=found["no_response"][0],
        accept_toxic=found["toxic"][0],
        accept_neither=found["neither"][0],
        power=found["both"][0],
        largest_expected_n=design.n1 + (design.n - design.n1) * going,
    )


def compute_joint_rate(response: float, tolerated: float, *, odds_ratio: float) -> float:
    """Compute the share of patients who respond and are free of toxicity, from the two shares and their odds ratio.

    Example:
        >>> round(compute_joint_rate(0.4, 0.8, odds_ratio=1.0), 6)
        0.32
    """
    if abs(odds_ratio - 1) < 1e-12:
        return response * tolerated
    total = 1 + (odds_ratio - 1) * (response + tolerated)
    inner = total**2 - 4 * odds_ratio * (odds_ratio - 1) * response * tolerated
    return float((total - np.sqrt(inner)) / (2 * (odds_ratio - 1)))


def _compute_accepting(
    design: BryantDayDesign, response: float, tolerated: float, odds_ratio: float
) -> tuple[float, float]:
    """Probability of accepting, and of going on after the first stage."""
    both = compute_joint_rate(response, tolerated, odds_ratio=odds_ratio)
    cell = np.array([[1 - response - tolerated + both, tolerated - both], [response - both, both]])
    first, second = _tabulate_joint(cell, design.n1), _tabulate_joint(cell, design.n - design.n1)
    # above[i, j]: probability of more than i - 1 responses and more than j - 1 free of toxicity in the second stage.
    above = second[::-1, ::-1].cumsum(axis=0).cumsum(axis=1)[::-1, ::-1]
    going = accepted = 0.0
    for x in range(design.r1 + 1, design.n1 + 1):
        for y in range(design.t1 + 1, design.n1 + 1):
            going += first[x, y]
            i, j = max(design.r - x + 1, 0), max(design.t - y + 1, 0)
            if i < above.shape[0] and j < above.shape[1]:
                accepted += first[x, y] * above[i, j]
    return float(accepted), float(going)


def _tabulate_joint(cell: Floats, n: int) -> Floats:
    """Joint distribution of responses (rows) and patients free of toxicity (columns) among n patients."""
    table = np.zeros((n + 1, n + 1))
    table[0, 0] = 1.0
    for _ in range(n):
        grown = cell[0, 0] * table
        grown[1:, :] += cell[1, 0] * table[:-1, :]
        grown[:, 1:] += cell[0, 1] * table[:, :-1]
        grown[1:, 1:] += cell[1, 1] * table[:-1, :-1]
        table = grown
    return table
