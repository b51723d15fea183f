"""What happens while the patient's own product is made: it fails, or the patient progresses before it is ready."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from abscopal.rehearsal.random_numbers import draw_uniforms
from abscopal.rehearsal.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Waiting:
    """The wait of patients of one arm for their product.

    Args:
        has_product: whether the product is made and the patient can still be given it.
        progression_day: day of a progression during the wait; infinite without one.
    """

    has_product: NDArray[np.bool_]
    progression_day: NDArray[np.float64]


def draw_waiting(
    scenario: Scenario, numbers: NDArray[np.int64], *, key: int, first_day: float | None
) -> Waiting:
    """Draw who waits in vain, the same in every arm.

    Args:
        scenario: the scenario in force.
        numbers: numbers of the patients.
        key: key of the study and the draw.
        first_day: day of the first dose of the product; None where the arm has no such product.

    Returns:
        The wait of each patient. A progression falls anywhere before the first dose, with equal chances (ours).
    """
    if first_day is None:
        return Waiting(np.ones(len(numbers), dtype=np.bool_), np.full(len(numbers), np.inf))
    chance = draw_uniforms(key, numbers, purpose="operations", count=4)
    is_made = chance[:, 1] >= scenario["manufacturing_failure_probability"]
    progresses = chance[:, 2] < scenario["progression_before_first_dose_probability"]
    return Waiting(
        has_product=np.asarray(is_made & ~progresses),
        progression_day=np.where(progresses, chance[:, 3] * first_day, np.inf),
    )
