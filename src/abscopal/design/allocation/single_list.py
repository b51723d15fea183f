"""One list on its own, exactly: how often its next arm is guessed, or certain, and how far it is from its ratio."""

from collections import defaultdict
from dataclasses import dataclass
from math import comb

from abscopal.conduct.allocation.laws.law import ListLaw, State, compute_arm_probabilities
from abscopal.errors import OptionError

ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class ListCharacteristics:
    """What a list does, exactly.

    Args:
        right_guesses: share of right guesses of somebody who sees the whole list and bets on the arm that lags
            most behind its share once the next patient is counted; ties are guessed at random.
        best_guesses: share of right guesses of somebody who also knows where the list stands.
        forced: share of allocations that are certain beforehand.
        mean_imbalance: mean of the final imbalance, in patients per share (at 1:1, the difference of the arms).
        balanced: probability that the list ends at its ratio.
        imbalance_of_3: probability that the final imbalance is 3 or more.
        largest_imbalance: largest final imbalance that can happen.
    """

    right_guesses: float
    best_guesses: float
    forced: float
    mean_imbalance: float
    balanced: float
    imbalance_of_3: float
    largest_imbalance: float


def compute_list_characteristics(law: ListLaw, *, patients: int) -> ListCharacteristics:
    """Compute the exact behaviour of one list by following every place where it can stand.

    Args:
        law: the law of the list.
        patients: patients on it.

    Returns:
        Guesses, forced allocations and imbalance.

    Raises:
        OptionError: the list ends before the last patient.

    Reference:
        Blackwell and Hodges 1957 (doi:10.1214/aoms/1177706973), for the guess on the lagging arm.

    Example:
        >>> from abscopal.conduct.allocation.laws.lists import BlockLaw
        >>> found = compute_list_characteristics(BlockLaw((1, 1), (4,)), patients=60)
        >>> round(found.right_guesses, 4), round(found.forced, 4)
        (0.7083, 0.3333)
    """
    none = (0,) * len(law.ratio)
    standing: dict[tuple[State, tuple[int, ...]], float] = {(law.start, none): 1.0}
    right = best = forced = 0.0
    for number in range(patients):
        coming: dict[tuple[State, tuple[int, ...]], float] = defaultdict(float)
        for (state, counts), weight in standing.items():
            shares = [float(share) for share in compute_arm_probabilities(law, state)]
            bets = list_lagging_arms(counts, law.ratio)
            right += weight * sum(shares[arm] for arm in bets) / len(bets)
            best += weight * max(shares)
            forced += weight * (max(shares) >= 1 - ROUNDING)
            for outcome in law.list_outcomes(state):
                grown = tuple(count + (arm == outcome.arm) for arm, count in enumerate(counts))
                coming[outcome.state, grown] += weight * float(outcome.probability)
        if not coming:
            raise OptionError(
                f"The list ends after {number} patients.",
                where="patients",
                remedy=f"Make it for {patients} or more.",
            )
        standing = coming
    imbalances: dict[float, float] = defaultdict(float)
    for (_, counts), weight in standing.items():
        imbalances[compute_imbalance(counts, law.ratio)] += weight
    return ListCharacteristics(
        right_guesses=right / patients,
        best_guesses=best / patients,
        forced=forced / patients,
        mean_imbalance=sum(value * weight for value, weight in imbalances.items()),
        balanced=imbalances.get(0.0, 0.0),
        imbalance_of_3=sum(weight for value, weight in imbalances.items() if value >= 3 - ROUNDING),
        largest_imbalance=max(imbalances),
    )


def list_lagging_arms(counts: tuple[int, ...], ratio: tuple[int, ...]) -> list[int]:
    """List the arms that a guesser would bet on: those that lag most once the next patient is counted.

    Example:
        >>> list_lagging_arms((3, 2), (1, 1)), list_lagging_arms((0, 0), (2, 1))
        ([1], [0])
    """
    total, coming = sum(ratio), sum(counts) + 1
    lags = [share * coming - total * count for share, count in zip(ratio, counts, strict=True)]
    return [arm for arm, lag in enumerate(lags) if lag == max(lags)]


def compute_imbalance(counts: tuple[int, ...], ratio: tuple[int, ...]) -> float:
    """Compute the imbalance of some counts: the range of patients per share; at 1:1, their difference.

    Example:
        >>> compute_imbalance((5, 3), (1, 1)), compute_imbalance((40, 21), (2, 1))
        (2.0, 1.0)
    """
    shares = [count / share for count, share in zip(counts, ratio, strict=True)]
    return float(max(shares) - min(shares))


def compute_right_guesses_in_block(length: int) -> float:
    """Compute how many arms of one balanced block of two arms are guessed right, on average.

    Args:
        length: length of the block, even.

    Returns:
        Expected number of right guesses.

    Reference:
        Blackwell and Hodges 1957 (doi:10.1214/aoms/1177706973).

    Example:
        >>> compute_right_guesses_in_block(2)
        1.5
    """
    half = length // 2
    return half + float(4**half / comb(length, half) - 1) / 2
