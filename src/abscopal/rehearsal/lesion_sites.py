"""Where the lesions of virtual patients lie, and which of them an organ lets be targets.

Sites are drawn lesion by lesion from the shares of the scenario, the same in every arm. No lesion is a node, and new
lesions appear elsewhere.
"""

import numpy as np
from numpy.typing import NDArray

from abscopal.rehearsal.random_numbers import draw_uniforms
from abscopal.rehearsal.scenario import DISTANT_SITES, REACHED_SITES, Scenario

Integers = NDArray[np.int64]
SITES = (
    "SKIN", "SUBCUTANEOUS TISSUE", "LUNG", "LIVER", "ADRENAL GLAND", "PLEURA",
)  # fmt: skip
"""Sites by place, in the order of their settings: those within reach of a needle, then the others."""
MOST_TARGETS_OF_AN_ORGAN = 2
PLACE = 1


def draw_sites(
    scenario: Scenario, numbers: Integers, *, key: int, within_reach: Integers, lesions: int
) -> Integers:
    """Draw where the lesions of patients lie.

    Args:
        scenario: the scenario in force.
        numbers: numbers of the patients.
        key: key of the study and the draw.
        within_reach: how many lesions of each patient are those to inject; they come first.
        lesions: how many lesions there are.

    Returns:
        Patient by lesion, place in SITES.
    """
    chance = draw_uniforms(key, numbers, purpose="screening", count=lesions, place=PLACE)
    reached = _pick(scenario, REACHED_SITES, chance, first=0)
    others = _pick(scenario, DISTANT_SITES, chance, first=len(REACHED_SITES))
    is_reached = (np.arange(lesions) < within_reach[:, None]) & (scenario["lesions_within_reach"] >= 0.5)
    return np.where(is_reached, reached, others)


def find_targets(tenths: Integers, sites: Integers, is_measurable: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Say which lesions are targets: the two largest measurable ones of each organ.

    Args:
        tenths: patient by lesion, diameter at baseline in tenths of a millimetre.
        sites: patient by lesion, where they lie.
        is_measurable: patient by lesion, whether it may be a target.

    Returns:
        Patient by lesion. Of two of one size the one listed first is chosen.

    Reference:
        RECIST 1.1, section 3.1.2: at most two target lesions per organ (doi:10.1016/j.ejca.2008.10.026).

    Example:
        >>> find_targets(np.array([[120, 150, 150, 300]]), np.array([[2, 2, 2, 3]]), np.ones((1, 4), bool)).tolist()
        [[False, True, True, True]]
    """
    place = np.arange(tenths.shape[1])
    mine, other = tenths[:, :, None], tenths[:, None, :]
    is_ahead = (other > mine) | ((other == mine) & (place[None, :] < place[:, None]))
    rivals = is_ahead & (sites[:, :, None] == sites[:, None, :]) & is_measurable[:, None, :]
    return np.asarray(is_measurable & (rivals.sum(axis=2) < MOST_TARGETS_OF_AN_ORGAN), dtype=np.bool_)


def _pick(scenario: Scenario, names: tuple[str, ...], chance: NDArray[np.float64], *, first: int) -> Integers:
    reached = np.cumsum([scenario[name] for name in names])
    # The shares add up to 1 within a rounding, which the last site takes.
    return first + np.searchsorted(reached[:-1], chance, side="right").astype(np.int64)
