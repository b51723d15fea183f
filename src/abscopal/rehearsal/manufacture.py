"""What happens while the patient's own product is made: it fails, is late, or the patient progresses before.

The days of the calendar stand: what is planned before the product is there is missed and never given later. A product
that failed may be made again from a second collection.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from abscopal.rehearsal.random_numbers import draw_uniforms
from abscopal.rehearsal.scenario import Scenario

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Waiting:
    """The wait of patients of one arm for their product.

    Args:
        has_product: whether the product is made and the patient can still be given it.
        failure_day: day on which the first product is found to have failed; infinite where it did not.
        ready_day: day on which a product is there; infinite where there never is one, 0 where none is needed.
        progression_day: day of a progression during the wait; infinite without one.
    """

    has_product: NDArray[np.bool_]
    failure_day: Floats
    ready_day: Floats
    progression_day: Floats


def draw_waiting(
    scenario: Scenario,
    numbers: NDArray[np.int64],
    *,
    key: int,
    dose_days: Sequence[float],
    collection_day: float = 0.0,
) -> Waiting:
    """Draw who waits in vain or longer, the same in every arm.

    Args:
        scenario: the scenario in force.
        numbers: numbers of the patients.
        key: key of the study and the draw.
        dose_days: days on which the product is planned to be given; none where the arm has no such product.
        collection_day: day of the collection it is made from.

    Returns:
        The wait of each patient. Patients progress at a constant rate that gives the share of the scenario by the
        first planned dose, and more by a later one (ours).
    """
    count = len(numbers)
    never = np.full(count, np.inf)
    if not dose_days:
        return Waiting(np.ones(count, dtype=np.bool_), never, np.zeros(count), never)
    chance = draw_uniforms(key, numbers, purpose="operations", count=8)
    days = np.unique(np.asarray(dose_days, dtype=np.float64))
    risk, spread = scenario["manufacturing_failure_probability"], scenario["manufacturing_days_spread"]
    takes = np.ceil(scenario["manufacturing_days"] * np.exp(spread * ndtri(chance[:, [4, 5]])))
    first = collection_day + takes[:, 0]
    again = first + scenario["second_collection_days"] + takes[:, 1]
    is_made = chance[:, 1] >= risk
    is_remade = (chance[:, 6] < scenario["second_collection_probability"]) & (chance[:, 7] >= risk)
    ready = np.where(is_made, first, np.where(is_remade, again, np.inf))
    place = np.searchsorted(days, ready)
    given_first = np.where(place < len(days), days[np.minimum(place, len(days) - 1)], np.inf)
    share = scenario["progression_before_first_dose_probability"]
    with np.errstate(divide="ignore"):
        progression = days[0] * np.log1p(-chance[:, 2]) / np.log1p(-share)
    until = np.where(np.isfinite(given_first), given_first, days[0])
    progresses = progression < until if share > 0 else np.zeros(count, dtype=np.bool_)
    return Waiting(
        has_product=np.asarray(np.isfinite(given_first) & ~progresses),
        failure_day=np.where(is_made, np.inf, first),
        ready_day=ready,
        progression_day=np.where(progresses, progression, np.inf),
    )
