"""The incidence of an event by a time, computed in the three ways that readers meet side by side."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from abscopal.errors import OptionError
from abscopal.estimation.aalen_johansen import estimate_aalen_johansen, estimate_incidence_at
from abscopal.estimation.estimate import Estimate
from abscopal.estimation.kaplan_meier import IntervalScale, estimate_kaplan_meier, estimate_survival_at
from abscopal.estimation.observations import assert_causes
from abscopal.estimation.proportions import estimate_proportion


@dataclass(frozen=True, slots=True)
class IncidenceComparison:
    """One incidence read in three ways; they agree when everybody was followed and nothing competed.

    Args:
        crude: events over all patients, as if everybody had been followed to the horizon.
        one_minus_kaplan_meier: competing events taken as censoring, which overstates the incidence.
        aalen_johansen: competing events counted for what they are.
        lost: patients censored before the horizon, whom the crude share counts as event-free.
        competing: patients whose competing event came first, by the horizon.
    """

    crude: Estimate
    one_minus_kaplan_meier: Estimate
    aalen_johansen: Estimate
    lost: int
    competing: int


def _complement(share: Estimate) -> Estimate:
    return Estimate(
        None if share.estimate is None else 1.0 - share.estimate,
        None if share.upper is None else 1.0 - share.upper,
        None if share.lower is None else 1.0 - share.lower,
        share.level,
        share.n,
        share.events,
        f"1 - {share.method}",
        share.unit,
    )


def estimate_incidence_three_ways(
    times: ArrayLike,
    causes: ArrayLike,
    *,
    horizon: float,
    level: float = 0.95,
    scale: IntervalScale = "log-log",
) -> IncidenceComparison:
    """Estimate the incidence of an event by a horizon: crude, 1 - Kaplan-Meier and Aalen-Johansen.

    Args:
        times: shape (patients,); time of the first event of any kind, or of censoring, any one unit.
        causes: shape (patients,); 0 censored, 1 the event of interest, 2 and above competing events.
        horizon: time by which events count, included, in the unit of `times`.
        level: confidence level.
        scale: scale of the Kaplan-Meier interval.

    Returns:
        The three estimates and the counts that make them differ.

    Reference:
        Gooley, Leisenring, Crowley and Storer 1999
        (doi:10.1002/(SICI)1097-0258(19990330)18:6<695::AID-SIM60>3.0.CO;2-O).

    Example:
        >>> found = estimate_incidence_three_ways([1, 2, 3, 4, 5, 6], [1, 2, 0, 1, 0, 2], horizon=4)
        >>> [round(way.estimate, 4) for way in (found.crude, found.one_minus_kaplan_meier, found.aalen_johansen)]
        [0.3333, 0.4444, 0.3889]
        >>> found.lost, found.competing
        (1, 1)
    """
    if not horizon >= 0:
        raise OptionError(
            f"A horizon of {horizon} has no meaning.", where="horizon", remedy="Give a time of 0 or more."
        )
    checked, codes = assert_causes(times, causes)
    by_then = checked <= horizon
    crude = estimate_proportion(int((by_then & (codes == 1)).sum()), checked.size, level=level)
    curve = estimate_kaplan_meier(checked, codes == 1, level=level, scale=scale)
    curves = estimate_aalen_johansen(checked, codes, level=level)
    return IncidenceComparison(
        crude=crude,
        one_minus_kaplan_meier=_complement(estimate_survival_at(curve, time=horizon)),
        aalen_johansen=estimate_incidence_at(curves, time=horizon),
        lost=int(((checked < horizon) & (codes == 0)).sum()),
        competing=int(np.sum(by_then & (codes > 1))),
    )
