"""What the figures of a rehearsal are drawn from: plain numbers, wherever they come from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from abscopal.protocol.text import Text

Floats = NDArray[np.float64]
Role = Literal["injected", "distant"]
Level = Literal["peak", "trough"]
TAUGHT_NOTHING = 0.9
"""Width after over width before, from which calibration has taught nothing worth the name."""
Result = Literal["severe", "response", "distant", "progression_free", "conclusion"]
"""What a sensitivity analysis looks at: four rates, and the chance that the rule of the trial is met."""
Step = Literal["prior", "factor", "points", "switch"]
"""How far something was moved: a standard deviation of its prior, a factor, ten points, or to the other of 0 and 1."""
Unit = Literal["proportion", "days", "count", "mg/L", "number"]


@dataclass(frozen=True, slots=True, eq=False)
class LesionGroup:
    """Lesions of one arm that have the same role.

    Args:
        arm: label of the arm.
        role: injected, or distant; lesions of an arm without injections are distant.
        change: lesion by day, diameter over that of the first day, less one.
    """

    arm: str
    role: Role
    change: Floats


@dataclass(frozen=True, slots=True, eq=False)
class PlasmaGroup:
    """Concentrations of one drug in the patients of one arm.

    Args:
        arm: label of the arm.
        drug: name of the drug.
        days: days.
        concentration: patient by day, mg/L.
    """

    arm: str
    drug: str
    days: Floats
    concentration: Floats


@dataclass(frozen=True, slots=True)
class LevelBeside:
    """A concentration that was published, beside the same one of virtual patients, mg/L.

    Args:
        arm: label of the arm.
        drug: name of the drug.
        level: peak, or trough.
        published: mean that was published.
        published_sd: its standard deviation; None where unknown.
        low: 5th centile of the virtual patients.
        median: their median.
        high: their 95th centile.
    """

    arm: str
    drug: str
    level: Level
    published: float
    published_sd: float | None
    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class PopulationGroup:
    """Immune populations of the lesions of one arm that have the same role, folds of a reference lesion.

    Args:
        arm: label of the arm.
        role: injected, or distant.
        days: days of the biopsies, the first one before treatment.
        folds: lesion by day, for each population by its symbol.
    """

    arm: str
    role: Role
    days: tuple[int, ...]
    folds: Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class Frequency:
    """How often something came out.

    Args:
        label: what came out.
        probability: share of the rehearsed trials.
        lower: lower bound of its Monte-Carlo interval.
        upper: upper bound.
        by_draw: the same share under each draw of the parameters alone.
    """

    label: str
    probability: float
    lower: float
    upper: float
    by_draw: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Distribution:
    """An endpoint over the rehearsed trials.

    Args:
        label: the endpoint.
        unit: its unit.
        values: one a trial; not a number where the trial has none, infinite beyond follow-up.
        by_draw: mean under each draw of the parameters, or of a median the median.
        limit: value that decides, where there is one.
        arm: label of the arm; empty for the whole trial. Arms of one endpoint are drawn over each other.
    """

    label: str
    unit: Unit
    values: Floats
    by_draw: tuple[float, ...] = ()
    limit: float | None = None
    arm: str = ""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One quantity under one way of running the trial."""

    design: str
    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class WhatIf:
    """One quantity under several ways of running the trial, the planned one first."""

    label: str
    unit: Unit
    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True, slots=True)
class TargetCheck:
    """A published result beside what the calibrated model gives.

    Args:
        label: what was published.
        use: whether calibration saw it.
        unit: its unit.
        published: the published value.
        lower: lower bound of its exact interval; None where it has none.
        upper: upper bound.
        fitted: median over the ensemble.
        fitted_lower: least of the ensemble shown.
        fitted_upper: greatest.
        judged: verdict of calibration itself, which knows that none among some hundred patients is not exactly 0;
            None where the interval alone decides.
    """

    label: str
    use: Literal["fit", "held_out"]
    unit: Unit
    published: float
    lower: float | None
    upper: float | None
    fitted: float
    fitted_lower: float
    fitted_upper: float
    judged: bool | None = None

    @property
    def is_hit(self) -> bool | None:
        """Whether the fitted median lies inside the published interval; None without one."""
        if self.lower is None or self.upper is None:
            return None
        if self.judged is not None:
            return self.judged
        return self.lower <= self.fitted <= self.upper


@dataclass(frozen=True, slots=True)
class DirectionCheck:
    """A published direction, which no calibration saw, beside the way each set of parameters goes.

    Args:
        label: what was published.
        note: what is known of the finding; empty when nothing is added.
        is_difference: whether the model gives a difference of shares; a fold of the value before treatment otherwise.
        direction: published direction.
        fitted: median over the sets.
        fitted_lower: least of the sets shown.
        fitted_upper: greatest.
        agreeing: sets that go the published way.
        sets: all sets.
        is_hit: whether the median does.
    """

    label: str
    note: str
    is_difference: bool
    direction: Literal["rises", "falls"]
    fitted: float
    fitted_lower: float
    fitted_upper: float
    agreeing: int
    sets: int
    is_hit: bool


@dataclass(frozen=True, slots=True)
class ParameterWidth:
    """How much calibration taught about a parameter: intervals of 95 % before and after.

    Args:
        symbol: its name in the model or among the settings.
        label: what it is.
        unit: its unit; empty for a pure number.
        prior: lower bound, median and upper bound before.
        posterior: the same after.
        width: width after over width before, on the scale on which it was searched; 1 is nothing learnt.
    """

    symbol: str
    label: str
    unit: str
    prior: tuple[float, float, float]
    posterior: tuple[float, float, float]
    width: float

    @property
    def is_taught(self) -> bool:
        """Whether the results taught something about it: a tenth of its width at least.

        Example:
            >>> ParameterWidth("r", "Growth", "1/d", (0.1, 1.0, 9.0), (0.2, 1.0, 8.0), 0.93).is_taught
            False
        """
        return self.width < TAUGHT_NOTHING


@dataclass(frozen=True, slots=True)
class Move:
    """What a result of an arm does when one thing is moved.

    Args:
        arm: identifier of the arm.
        result: which result.
        planned: the result as planned, a share.
        low: change with the lower value, a difference of shares; None where there is none.
        high: change with the higher value.
    """

    arm: str
    result: Result
    planned: float
    low: float | None
    high: float | None

    @property
    def greatest(self) -> float:
        """The greater of the two changes, without its sign.

        Example:
            >>> Move("A", "severe", 0.2, -0.05, 0.1).greatest
            0.1
        """
        return max(abs(self.low or 0.0), abs(self.high or 0.0))


@dataclass(frozen=True, slots=True)
class Influence:
    """A parameter or setting that was moved alone, and what the results did.

    Args:
        name: its name in the model or among the settings.
        text: what it is.
        unit: its unit; 1 for a pure number.
        planned: its value in force.
        low: the lower value; None where there is none.
        high: the higher value; None where there is none.
        step: how the two were chosen.
        status: how its value is known.
        moves: one an arm and result.
    """

    name: str
    text: Text
    unit: str
    planned: float
    low: float | None
    high: float | None
    step: Step
    status: str
    moves: tuple[Move, ...]

    @property
    def strongest(self) -> Move:
        """The rate that moves most; the conclusion follows from a rate and is not counted."""
        return max(
            (move for move in self.moves if move.result != "conclusion"), key=lambda move: move.greatest
        )

    @property
    def greatest(self) -> float:
        """By how much it moves, a difference of shares without its sign."""
        return self.strongest.greatest


@dataclass(frozen=True, slots=True)
class SensitivityAnalysis:
    """What the results hang on, one thing moved at a time about one set of parameters.

    Args:
        influences: the strongest, the greatest move first.
        tried: parameters and settings that were moved.
        still: of them, those that moved no rate by more than one patient.
        untried: those that could not be moved, since nobody can have such a value.
        patients: virtual patients of each arm.
        tolerance: relative tolerance of the integrator.
        days: day through which patients were followed, and at which progression-free shares are read.
        draw: number of the set of parameters; None: the model's own values.
    """

    influences: tuple[Influence, ...]
    tried: int
    still: int
    untried: int
    patients: int
    tolerance: float
    days: float
    draw: int | None
