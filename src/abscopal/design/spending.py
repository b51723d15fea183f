"""How much of alpha may be spent by each look of a group sequential trial."""

import math
from typing import Literal

from scipy import stats

from abscopal.errors import OptionError

Spending = Literal["obrien_fleming_like", "pocock_like", "kim_demets", "hwang_shih_decani"]
KIM_DEMETS_POWER = 2.0
HWANG_SHIH_DECANI_SHAPE = -4.0


def compute_spent_alpha(
    information: float, *, alpha: float, spending: Spending, shape: float | None = None
) -> float:
    """Compute the alpha that may be spent when a share of the information is in.

    Args:
        information: share of the planned information, 0 to 1.
        alpha: one-sided alpha of the whole trial.
        spending: the function.
        shape: power of Kim-DeMets (2 unless given), or gamma of Hwang-Shih-DeCani (-4 unless given).

    Returns:
        Cumulative alpha.

    Reference:
        Lan and DeMets 1983 (doi:10.1093/biomet/70.3.659); Kim and DeMets 1987 (doi:10.1093/biomet/74.1.149);
        Hwang, Shih and DeCani 1990 (doi:10.1002/sim.4780091207).

    Example:
        >>> round(compute_spent_alpha(0.5, alpha=0.025, spending="obrien_fleming_like"), 6)
        0.001525
        >>> compute_spent_alpha(0.5, alpha=0.025, spending="kim_demets")
        0.00625
    """
    if not 0 < information <= 1:
        raise OptionError(
            f"A share of information of {information:g} cannot be.",
            where="information",
            remedy="Shares lie above 0 and end at 1.",
        )
    if spending == "obrien_fleming_like":
        return float(2 * stats.norm.sf(stats.norm.isf(alpha / 2) / math.sqrt(information)))
    if spending == "pocock_like":
        return alpha * math.log1p((math.e - 1) * information)
    if spending == "kim_demets":
        power = KIM_DEMETS_POWER if shape is None else shape
        if power <= 0:
            raise OptionError("The power of this function is above 0.", where="shape", remedy="Such as 2.")
        return float(alpha * information**power)
    gamma = HWANG_SHIH_DECANI_SHAPE if shape is None else shape
    if abs(gamma) < 1e-12:
        return alpha * information
    return alpha * math.expm1(-gamma * information) / math.expm1(-gamma)
