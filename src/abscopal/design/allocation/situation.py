"""The trial in which methods are compared: how many patients, in which centres and strata, at which ratio."""

from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from abscopal.errors import OptionError
from abscopal.protocol.allocation_fit import reduce_ratio


@dataclass(frozen=True, slots=True)
class Situation:
    """A planned trial.

    Args:
        patients: planned number.
        ratio: patients per arm.
        centre_shares: share of patients that each centre brings; they add up to 1.
        level_shares: for each stratum, the share of patients at each level; they add up to 1.

    Raises:
        OptionError: no patient, shares that do not add up to 1, or a ratio of a single arm.

    Example:
        >>> Situation(61, (1, 1), (0.5, 0.2, 0.15, 0.15), ((0.65, 0.35),)).strata
        2
    """

    patients: int
    ratio: tuple[int, ...]
    centre_shares: tuple[float, ...] = (1.0,)
    level_shares: tuple[tuple[float, ...], ...] = ()

    def __post_init__(self) -> None:
        if self.patients < 2:
            raise OptionError(
                f"{self.patients} patients cannot be allocated to arms.",
                where="patients",
                remedy="Give 2 or more.",
            )
        if len(self.ratio) < 2 or min(self.ratio) < 1:
            raise OptionError(
                "The ratio has a single arm, or an arm without a share: there is nothing to allocate.",
                where="ratio",
                remedy="Methods are compared for two arms or more.",
            )
        for shares in (self.centre_shares, *self.level_shares):
            if not shares or min(shares) <= 0 or abs(sum(shares) - 1) > 1e-6:
                raise OptionError(
                    "The shares of centres or levels are not positive, or do not add up to 1.",
                    where="shares",
                    remedy=f"Such as {', '.join(f'{1 / max(len(shares), 1):.2f}' for _ in shares) or '1'}.",
                )

    @property
    def lowest_ratio(self) -> tuple[int, ...]:
        """The ratio in its lowest terms."""
        return reduce_ratio(self.ratio)

    @property
    def centres(self) -> int:
        """Number of centres."""
        return len(self.centre_shares)

    @property
    def strata(self) -> int:
        """Number of combinations of levels."""
        return prod(len(shares) for shares in self.level_shares)

    @property
    def chance(self) -> float:
        """Share of right guesses without any knowledge: the share of the largest arm."""
        return max(self.ratio) / sum(self.ratio)


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Patients in the order in which they come, in many simulated trials.

    Args:
        centre: centre of each patient, shape (trials, patients).
        levels: level of each patient in each stratum, shape (trials, patients, strata).
        stratum: combination of levels, numbered, shape (trials, patients).
    """

    centre: NDArray[np.int16]
    levels: NDArray[np.int16]
    stratum: NDArray[np.int16]


def simulate_arrivals(situation: Situation, *, trials: int, generator: np.random.Generator) -> Arrivals:
    """Draw the centre and the levels of every patient.

    Args:
        situation: the planned trial.
        trials: simulated trials.
        generator: source of chance.

    Returns:
        Centres and levels.
    """
    shape = (trials, situation.patients)
    centre = _draw_levels(situation.centre_shares, shape, generator)
    drawn = [_draw_levels(shares, shape, generator) for shares in situation.level_shares]
    levels = np.stack(drawn, axis=-1) if drawn else np.zeros((*shape, 0), np.int16)
    stratum = np.zeros(shape, np.int16)
    for level, shares in zip(drawn, situation.level_shares, strict=True):
        stratum = (stratum * len(shares) + level).astype(np.int16)
    return Arrivals(centre, levels, stratum)


def _draw_levels(
    shares: tuple[float, ...], shape: tuple[int, int], generator: np.random.Generator
) -> NDArray[np.int16]:
    bounds = np.cumsum(shares)[:-1]
    return np.searchsorted(bounds, generator.random(shape), side="right").astype(np.int16)
