"""The plan of a visit: lesions in order, what each is to receive of each drug, and what is left out."""

import datetime
from dataclasses import dataclass
from typing import Literal

from abscopal.conduct.injection.choice_of_lesions import LeftOut
from abscopal.conduct.injection.lesions import LesionOfTheDay
from abscopal.conduct.injection.request import OperatorChoices
from abscopal.conduct.injection.sharing import SplitRule


@dataclass(frozen=True, slots=True)
class PlannedDose:
    """What one lesion is to receive of one drug."""

    intervention: str
    volume_ml: float
    dose_mg: float
    depots_ml: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class PlannedLesion:
    """A lesion to inject.

    Args:
        lesion: the lesion as found that day.
        capacity_ml: how much it can take by the study's rules.
        volume_ml: volume planned, all drugs together.
        doses: what it receives of each drug.
    """

    lesion: LesionOfTheDay
    capacity_ml: float
    volume_ml: float
    doses: tuple[PlannedDose, ...]


@dataclass(frozen=True, slots=True)
class InjectionPlan:
    """The plan of one visit.

    Args:
        on: day of the injection.
        status: ready; or needs_choice, while part of the dose finds no place: nothing is injected until the
            operator has chosen.
        lesions: lesions to inject, in order.
        left_out: lesions that are not injected, each with its reason.
        needed_ml: volume of the doses asked.
        shortfall_ml: part of it that finds no place.
        split_rule: how the dose is shared; None for a single lesion.
        choices: what the operator decided.
        biopsy_first: whether the study asks the biopsy of the visit before the injection; None when unknown.
    """

    on: datetime.date
    status: Literal["ready", "needs_choice"]
    lesions: tuple[PlannedLesion, ...]
    left_out: tuple[LeftOut, ...]
    needed_ml: float
    shortfall_ml: float
    split_rule: SplitRule | None
    choices: OperatorChoices
    biopsy_first: bool | None
