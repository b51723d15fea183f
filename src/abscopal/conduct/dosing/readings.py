"""What most study files do not say, as named readings: each is told where it is used."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class DosingReadings:
    """Our readings, used only where the study file is silent.

    Args:
        least_weight_kg: below it a weight is a mistake of typing.
        most_weight_kg: above it a weight is a mistake of typing.
        weight_valid_days: age beyond which a weight is not used.
        recalculate_percent: change of weight above which the dose is computed again.
        missed_doses: not_made_up counts a missed dose among those planned; made_up gives it later.
        tolerance_percent: difference between the dose given and the dose due that is no deviation.
    """

    least_weight_kg: float = 30
    most_weight_kg: float = 250
    weight_valid_days: int = 28
    recalculate_percent: float = 10
    missed_doses: Literal["not_made_up", "made_up"] = "not_made_up"
    tolerance_percent: float = 5


DEFAULT_READINGS = DosingReadings()
