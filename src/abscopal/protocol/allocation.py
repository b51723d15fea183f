"""How patients are given an arm. Block lengths and seeds of a running trial never stand in a study file."""

from typing import Literal

from pydantic import Field

from abscopal.protocol.part import Identifier, Part
from abscopal.protocol.provenance import Marked, Sourced, fact
from abscopal.protocol.text import Text

Method = Literal[
    "single_arm",
    "simple",
    "permuted_blocks",
    "random_allocation_rule",
    "minimisation",
    "biased_coin",
    "big_stick",
    "maximal_procedure",
]
CENTRE_VARIABLE = "SITEID"
"""The fact whose levels are the centres: a stratum of this variable balances within centres."""


class Level(Part):
    """One level of a stratum."""

    identifier: Identifier = Field(description="Value of the variable.")
    text: Text = Field(description="The level as people read it.")


class Stratum(Marked):
    """A variable by which allocation is balanced."""

    identifier: Identifier = Field(description="Name of the stratum.")
    text: Text = Field(description="The stratum as people read it.")
    variable: str = Field(min_length=1, description="Fact that gives the patient's level.")
    levels: tuple[Level, ...] = Field(min_length=2, description="Levels; together they cover every patient.")
    weight: Sourced[float] = fact("Weight of the stratum in minimisation.")


class AccrualCap(Part):
    """A number of patients that may not be passed."""

    scope: Literal["study", "arm", "stratum", "centre"] = Field(description="What the cap counts.")
    name: str | None = Field(default=None, description="Which arm, stratum or centre; null for each of them.")
    level: str | None = Field(
        default=None, description="Level of a stratum that is capped; null for each of its levels."
    )
    limit: Sourced[int] = fact("Greatest number of patients.", stops="closing inclusion on time")


class Allocation(Part):
    """Method, ratio and strata."""

    method: Sourced[Method] = fact("How the next arm is chosen.", stops="allocation and its rehearsal")
    ratio: Sourced[dict[str, int]] = fact(
        "Patients per arm, by arm identifier, such as IT 2, IV 1.", stops="allocation"
    )
    strata: tuple[Stratum, ...] = Field(
        default=(), description="Strata; empty when there are none or they are unknown."
    )
    strata_known: Sourced[bool] = fact("Whether the list of strata above is the whole truth.")
    block_lengths: Sourced[tuple[int, ...]] = fact(
        "Block lengths for rehearsal only; multiples of the ratio's sum."
    )
    probability: Sourced[float] = fact("Probability of the favoured arm, for biased coin and minimisation.")
    maximum_imbalance: Sourced[int] = fact(
        "Imbalance tolerated by big stick and the maximal procedure, in patients; with biased_coin, a bound."
    )
    imbalance_measure: Sourced[Literal["range", "variance"]] = fact(
        "How minimisation measures imbalance between arms; range where it is unknown."
    )
    ratio_rule: Sourced[Literal["equal_parts", "biased_coin"]] = fact(
        "How minimisation keeps an unequal ratio: by equal parts of arms, at each allocation, or by a coin "
        "for each arm, in the long run; equal_parts where it is unknown."
    )
    caps: tuple[AccrualCap, ...] = Field(default=(), description="Accrual caps.")
