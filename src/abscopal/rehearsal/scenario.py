"""The scenario of a rehearsal: how the trial runs and how disease is read, each value with its origin."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

import yaml
from pydantic import Field, TypeAdapter

from abscopal.errors import OptionError
from abscopal.protocol.part import Part
from abscopal.protocol.provenance import Provenance
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.protocol.text import Text
from abscopal.rehearsal.model.description import ModelDescription, Parameter, read_model

MODEL_PREFIX = "model_"
SPREAD_PREFIX = "sd_"
MOST_PATIENTS = 100_000
WIDEST_SPREAD = 5.0
# Shares of a whole, none of which is above 1; and what divides, so that it is never 0, though it is a pure number.
SHARES = frozenset({"f_ret", "chi", "w", "phi", "rho", "s_dep", "h_A2"})
DIVIDING = frozenset({"phi", "rho", "theta", "g_n", "g_i"})
# Effects that a hypothesis may take away, though they are no pure numbers.
REMOVABLE = frozenset(
    {"k_dep", "k_rep", "k_NK", "k_N", "k_D", "NKp30", "a_n", "a_i", "a_ni", "lambda_D", "lambda_N"}
)
NO_DISTANT_LESION = {
    "lesions_distant_none": 1.0,
    "lesions_distant_one": 0.0,
    "lesions_distant_two": 0.0,
}
NOTHING_INJECTED = {"lesions_within_reach": 0.0}
REACHED_SITES = ("site_share_skin", "site_share_subcutaneous")
DISTANT_SITES = ("site_share_lung", "site_share_liver", "site_share_adrenal", "site_share_pleura")
WHOLES = (
    ("lesions_injected_one", "lesions_injected_two", "lesions_injected_three_or_more"),
    ("lesions_distant_none", "lesions_distant_one", "lesions_distant_two"),
    REACHED_SITES,
    DISTANT_SITES,
)
"""Shares of the same whole: they add up to 1."""


Acts = Literal[
    "always", "centres_unknown", "number_unknown", "typed", "own_product", "exosomes", "injection",
    "sites_within_reach", "sites_elsewhere", "distant_lesions", "grades_apart", "mild_holds", "horizon", "whole_trial",
]  # fmt: skip
"""When a setting changes anything in many rehearsed trials; `acting` says what each means."""


class Operation(Part):
    """One setting of how a trial runs, with its default and the limits of what can be."""

    name: str = Field(description="Name, as in the scenarios of study files.")
    value: float = Field(description="Default, assumed.")
    unit: str = Field(description="Unit; 1 for a pure number.")
    lowest: float = Field(alias="from", description="Smallest possible value.")
    highest: float = Field(alias="to", description="Greatest possible value.")
    acts: Acts = Field(default="always", description="When it changes anything in many rehearsed trials.")
    text: Text = Field(description="What it is.")


@dataclass(frozen=True, slots=True)
class ScenarioValue:
    """One value in force, and where it comes from."""

    name: str
    value: float
    unit: str
    provenance: Provenance
    text: Text


@dataclass(frozen=True, slots=True)
class Scenario:
    """The scenario in force.

    Args:
        identifier: its name in the study file.
        values: every setting in force.
        medians: parameters of the model that the study gives its own value.
    """

    identifier: str
    values: tuple[ScenarioValue, ...]
    medians: Mapping[str, float]

    @property
    def is_filtered(self) -> bool:
        """Whether every lesion must grow without treatment."""
        return self["plausibility_filter"] >= 0.5

    def __getitem__(self, name: str) -> float:
        """The value of a setting."""
        return next(item.value for item in self.values if item.name == name)


@cache
def list_operations() -> tuple[Operation, ...]:
    """List the settings of a rehearsal with their defaults.

    Example:
        >>> next(item.value for item in list_operations() if item.name == "missed_visit_probability")
        0.03
    """
    text = (files("abscopal.rehearsal") / "operations.yml").read_text(encoding="utf-8")
    return TypeAdapter(tuple[Operation, ...]).validate_json(json.dumps(yaml.safe_load(text)), strict=True)


def choose_scenario(
    protocol: StudyProtocol, *, identifier: str | None = None, changes: Mapping[str, float] | None = None
) -> Scenario:
    """Lay the values of a study's scenario over the defaults.

    Args:
        protocol: the study file.
        identifier: name of the scenario; the first one of the study when None.
        changes: values that replace both, for a comparison.

    Returns:
        The scenario.

    Raises:
        OptionError: no such scenario, no such setting, or a value that cannot be.
    """
    known = protocol.rehearsal.scenarios if protocol.rehearsal else ()
    names = [item.identifier for item in known]
    if identifier is not None and identifier not in names:
        raise OptionError(
            f"The study has no scenario '{identifier}'.",
            where="rehearsal",
            remedy=f"Choose one of: {', '.join(names) or 'none is defined'}.",
        )
    chosen = next((item for item in known if identifier in (None, item.identifier)), None)
    given = {
        name: sourced
        for name, sourced in (chosen.parameters.items() if chosen else ())
        if sourced.value is not None
    }
    model = read_model()
    for name in (*given, *(changes or {})):
        _assert_known(name, model)
    values, medians = [], {}
    # A study without distant lesions says so once, in the rules of its lesions; one that injects says how.
    defaults = NO_DISTANT_LESION if protocol.lesions.distant_lesions == "none" else {}
    defaults = defaults | (NOTHING_INJECTED if protocol.injection is None else {})
    for operation in list_operations():
        sourced = given.get(operation.name)
        value: float = defaults.get(operation.name, operation.value)
        provenance: Provenance = "assumed"
        if sourced is not None and sourced.value is not None and sourced.provenance is not None:
            value, provenance = sourced.value, sourced.provenance
        if changes and operation.name in changes:
            value, provenance = changes[operation.name], "assumed"
        _assert_possible(operation, value)
        values.append(ScenarioValue(operation.name, value, operation.unit, provenance, operation.text))
    merged = {name: sourced.value for name, sourced in given.items()} | dict(changes or {})
    for name, number in merged.items():
        if name.startswith(MODEL_PREFIX) and number is not None:
            _assert_parameter(name, number, model)
            medians[name.removeprefix(MODEL_PREFIX)] = number
    scenario = Scenario(chosen.identifier if chosen else "defaults", tuple(values), MappingProxyType(medians))
    _assert_shares(scenario)
    return scenario


def choose_number(protocol: StudyProtocol, scenario: Scenario, patients: int | None) -> int:
    """Say how many patients enter.

    Args:
        protocol: the study file.
        scenario: says how many where the study file plans no number.
        patients: a number that replaces both.

    Returns:
        The number.

    Raises:
        OptionError: no number is known, or it is below 1, or beyond what is rehearsed.
    """
    planned = protocol.identity.planned_patients.value
    wanted = patients if patients is not None else planned or round(scenario["patients_to_simulate"])
    if wanted > MOST_PATIENTS:
        raise OptionError(
            f"{wanted} patients are too many to rehearse.",
            where="rehearsal",
            remedy=f"Give at most {MOST_PATIENTS}.",
        )
    if wanted < 1:
        raise OptionError(
            "the study plans no number of patients."
            if patients is None
            else f"{wanted} patients is no trial.",
            where="rehearsal",
            remedy="Give --patients, or fill in planned_patients, or patients_to_simulate in the scenario.",
        )
    return wanted


def _assert_known(name: str, model: ModelDescription) -> None:
    symbols = [f"{MODEL_PREFIX}{parameter.symbol}" for parameter in model.parameters]
    symbols += [f"{MODEL_PREFIX}{SPREAD_PREFIX}{parameter.symbol}" for parameter in model.parameters]
    every = [*(operation.name for operation in list_operations()), *symbols]
    if name not in every:
        near = get_close_matches(name, every, n=1)
        raise OptionError(
            f"'{name}' is no setting of a rehearsal.",
            where="rehearsal, scenario",
            remedy=f"Did you mean '{near[0]}'?" if near else "See the reference of rehearsal settings.",
        )


def _assert_possible(operation: Operation, value: float) -> None:
    if not operation.lowest <= value <= operation.highest:
        nearest = min(max(value, operation.lowest), operation.highest)
        raise OptionError(
            f"{operation.name} is {_write(value, operation.unit)}, which cannot be.",
            where="rehearsal, scenario",
            remedy=f"It lies between {operation.lowest:g} and {operation.highest:g}; the nearest is {nearest:g}.",
        )


def _write(value: float, unit: str) -> str:
    return f"{value:g}" if unit == "1" else f"{value:g} {unit}"


def _assert_parameter(name: str, number: float, model: ModelDescription) -> None:
    """Refuse what no parameter can be: a negative rate, a volume of 0, a share above 1, a boundless spread."""
    symbol = name.removeprefix(MODEL_PREFIX)
    own = next((parameter for parameter in model.parameters if parameter.symbol == symbol), None)
    lowest, highest, may_be_lowest = _find_bounds(symbol, own)
    if lowest < number <= highest or (may_be_lowest and number == lowest):
        return
    least = f"{lowest:g} or more" if may_be_lowest else f"more than {lowest:g}"
    raise OptionError(
        f"{name} is {number:g}, which cannot be.",
        where="rehearsal, scenario",
        remedy=f"Give {least}." if highest == math.inf else f"Give {least}, and at most {highest:g}.",
    )


def _find_bounds(symbol: str, parameter: Parameter | None) -> tuple[float, float, bool]:
    """Lowest and highest value of a parameter or spread, and whether it may take the lowest."""
    if parameter is None:
        return 0.0, WIDEST_SPREAD, True
    if parameter.value < 0:
        return -math.inf, math.inf, False
    may_be_zero = symbol in REMOVABLE or (parameter.unit == "1" and symbol not in DIVIDING)
    return 0.0, 1.0 if symbol in SHARES else math.inf, may_be_zero


def _assert_shares(scenario: Scenario) -> None:
    """Shares of patients by number of lesions add up to one, and those of lesions by site."""
    for names in WHOLES:
        total = sum(scenario[name] for name in names)
        if abs(total - 1) > 0.005:
            raise OptionError(
                f"{', '.join(names)} add up to {total:.3f}.",
                where="rehearsal, scenario",
                remedy="They are shares of one whole: make them add up to 1.",
            )
