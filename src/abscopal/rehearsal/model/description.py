"""The model as its file describes it: parameters, starting values, equations, doses."""

import json
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import Field

from abscopal.protocol.part import Part
from abscopal.protocol.text import Text

Scope = Literal["shared", "patient", "lesion"]
Status = Literal["published", "second_hand", "inferred", "fitted", "assumed"]


class Spread(Part):
    """How a parameter varies, as standard deviations of its logarithm (or of itself, for kind normal)."""

    patients: float = Field(default=0.0, ge=0, le=5, description="Spread between patients.")
    lesions: float = Field(default=0.0, ge=0, le=5, description="Spread between lesions of one patient.")
    inflamed: float = Field(
        default=0.0, ge=-1, le=1, description="Correlation with the patient's inflamed factor."
    )
    at_most: float | None = Field(default=None, description="Greatest value; larger draws take it.")
    kind: Literal["lognormal", "normal"] = Field(default="lognormal", description="Shape of the spread.")
    status: Status | None = Field(
        default=None, description="How the spread is known, where not as the value."
    )


class Parameter(Part):
    """One number of the model, with its unit, its origin and how it varies."""

    symbol: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", description="Symbol in the equations.")
    scope: Scope = Field(description="Whether everybody, each patient or each lesion has its own value.")
    value: float = Field(description="Median value.")
    unit: str = Field(min_length=1, description="Unit; 1 for a pure number.")
    status: Status = Field(description="How the value is known.")
    source: str = Field(description="Key of the sources of the model.")
    text: Text = Field(description="What it is.")
    spread: Spread = Field(default_factory=Spread, description="How it varies.")
    weight_exponent: float = Field(default=0.0, description="Power of weight over the reference weight.")


class Correlation(Part):
    """Two parameters of a patient that vary together."""

    between: tuple[str, str] = Field(description="The two parameters.")
    value: float = Field(gt=-1, lt=1, description="Correlation of their logarithms.")
    source: str = Field(description="Key of the sources of the model.")


class Combination(Part):
    """What one drug does to a parameter of another."""

    symbol: str = Field(description="Parameter that changes.")
    drug: str = Field(alias="with", description="Drug that changes it, by its name in the study file.")
    from_dose: float = Field(description="Dose from which it does so, mg/kg.")
    times_exp: float = Field(default=0.0, description="Change of the logarithm.")
    plus: float = Field(default=0.0, description="Change of the value itself.")
    status: Status = Field(description="How the value is known.")
    source: str = Field(description="Key of the sources of the model.")


class Assignment(Part):
    """A quantity worked out from others at every moment, or once at the start."""

    symbol: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", description="Symbol in the equations.")
    unit: str = Field(min_length=1, description="Unit; 1 for a pure number.")
    expression: str = Field(min_length=1, description="How it is worked out.")
    scope: Scope | None = Field(default=None, description="Given for starting values, found for the rest.")


class State(Part):
    """A quantity that changes with time by a differential equation."""

    symbol: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", description="Symbol in the equations.")
    scope: Literal["patient", "lesion"] = Field(description="Whether each patient or each lesion has one.")
    unit: str = Field(min_length=1, description="Unit.")
    start: str = Field(description="Value before the first dose.")
    rate: str = Field(description="Change per day.")
    text: Text = Field(description="What it is.")


class Hazard(Part):
    """A cumulative hazard of the patient: it begins at 0, and no other quantity stands on it."""

    symbol: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", description="Symbol in the equations.")
    unit: str = Field(min_length=1, description="Unit.")
    rate: str = Field(description="Change per day.")
    text: Text = Field(description="What it is.")


class DoseKind(Part):
    """What a dose of one drug by one route adds, at once."""

    identifier: str = Field(description="Drug and route.")
    unit: str = Field(description="Unit of the dose.")
    drug: str | None = Field(default=None, description="Drug by its name in the study file.")
    kind: str | None = Field(default=None, description="Kind of intervention, where any drug of it will do.")
    route: str = Field(description="Route; an intratumoral dose goes into lesions.")
    adds: dict[str, str] = Field(description="What is added to which state; `dose` is the dose.")


class ModelDescription(Part):
    """The whole model."""

    name: str = Field(description="Short name.")
    title: Text = Field(description="Title.")
    sources: dict[str, str] = Field(description="Sources by key.")
    parameters: tuple[Parameter, ...] = Field(description="Parameters.")
    correlations: tuple[Correlation, ...] = Field(description="Parameters that vary together.")
    combinations: tuple[Combination, ...] = Field(description="Effects of one drug on another.")
    reference_weight_kg: float = Field(gt=0, description="Weight to which the parameters belong, kg.")
    start: tuple[Assignment, ...] = Field(description="Quantities worked out once, in order.")
    assignments: tuple[Assignment, ...] = Field(
        description="Quantities worked out at every moment, in order."
    )
    states: tuple[State, ...] = Field(description="States.")
    hazards: tuple[Hazard, ...] = Field(description="Cumulative hazards, which act on nothing else.")
    doses: tuple[DoseKind, ...] = Field(description="Kinds of dose.")

    def list_parameters(self, scope: Scope) -> tuple[str, ...]:
        """Symbols of the parameters of one scope, in order."""
        return tuple(parameter.symbol for parameter in self.parameters if parameter.scope == scope)

    def list_states(self, scope: Literal["patient", "lesion"]) -> tuple[str, ...]:
        """Symbols of the states of one scope, in order."""
        return tuple(state.symbol for state in self.states if state.scope == scope)

    def list_start(self, scope: Scope) -> tuple[str, ...]:
        """Symbols of the starting quantities of one scope, in order."""
        return tuple(item.symbol for item in self.start if item.scope == scope)


@cache
def read_model() -> ModelDescription:
    """Read the model that comes with Abscopal.

    Returns:
        The description.

    Example:
        >>> model = read_model()
        >>> len(model.list_states("patient")), len(model.list_states("lesion"))
        (10, 6)
    """
    text = (files("abscopal.rehearsal.model") / "immunotherapy.yml").read_text(encoding="utf-8")
    return ModelDescription.model_validate_json(json.dumps(yaml.safe_load(text)), strict=True)
