"""What is believed of each parameter before calibration, and the scale on which it is searched."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import Field, TypeAdapter
from scipy.special import expit, logit

from abscopal.errors import OptionError
from abscopal.protocol.part import Part
from abscopal.rehearsal.model.description import ModelDescription
from abscopal.rehearsal.scenario import Scenario, list_operations

Floats = NDArray[np.float64]
Shape = Literal["lognormal", "logitnormal"]


class PriorBelief(Part):
    """One line of the file of priors."""

    name: str = Field(
        description="Parameter of the model, its spread (sd_<symbol>), or an operational setting."
    )
    shape: Shape = Field(description="lognormal, or logitnormal for shares.")
    spread: float = Field(gt=0, le=3, description="One standard deviation, on the scale of the shape.")
    value: float | None = Field(default=None, description="Median; null: that of the model or the scenario.")


@dataclass(frozen=True, slots=True)
class Prior:
    """A prior with its median in force. A score of 0 is the median, 1 is one standard deviation above it.

    Args:
        name: name of the parameter.
        shape: lognormal, or logitnormal for shares.
        median: median.
        spread: one standard deviation, on the scale of the shape.
    """

    name: str
    shape: Shape
    median: float
    spread: float

    def compute_values(self, scores: Floats | float) -> Floats:
        """Values that belong to scores.

        Example:
            >>> Prior("kmax", "lognormal", 2.0, 0.5).compute_values(0.0).item()
            2.0
        """
        moved = self.spread * np.asarray(scores, dtype=np.float64)
        if self.shape == "lognormal":
            return np.asarray(self.median * np.exp(moved))
        return np.asarray(expit(logit(self.median) + moved))


@cache
def list_beliefs() -> tuple[PriorBelief, ...]:
    """List the priors that come with Abscopal."""
    text = (files("abscopal.rehearsal.calibration") / "priors.yml").read_text(encoding="utf-8")
    return TypeAdapter(tuple[PriorBelief, ...]).validate_json(json.dumps(yaml.safe_load(text)), strict=True)


def choose_priors(names: Sequence[str], model: ModelDescription, scenario: Scenario) -> tuple[Prior, ...]:
    """Give each parameter to fit its prior.

    Args:
        names: parameters to fit.
        model: the model.
        scenario: the scenario, whose own values are the medians unless the prior has one.

    Returns:
        The priors, in order of the names.

    Raises:
        OptionError: a name has no prior.

    """
    known = {belief.name: belief for belief in list_beliefs()}
    if strange := [name for name in names if name not in known]:
        raise OptionError(
            f"{', '.join(strange)}: no prior is written for it.",
            where="rehearsal, fitted",
            remedy=f"Known: {', '.join(known)}.",
        )
    return tuple(
        Prior(
            name,
            known[name].shape,
            _find_median(name, model, scenario) if (value := known[name].value) is None else value,
            known[name].spread,
        )
        for name in names
    )


def compute_medians(priors: Sequence[Prior], scores: Floats) -> dict[str, float]:
    """The values by name that belong to one vector of scores."""
    return {
        prior.name: float(prior.compute_values(score)) for prior, score in zip(priors, scores, strict=True)
    }


def _find_median(name: str, model: ModelDescription, scenario: Scenario) -> float:
    if name in {operation.name for operation in list_operations()}:
        return scenario[name]
    if name in scenario.medians:
        return scenario.medians[name]
    symbol = name.removeprefix("sd_")
    parameter = next(item for item in model.parameters if item.symbol == symbol)
    return parameter.spread.patients if name.startswith("sd_") else parameter.value
