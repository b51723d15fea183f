"""Results of other trials, with the arms they were observed in, as their file says them."""

import json
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import Field

from abscopal.errors import OptionError
from abscopal.protocol.part import Identifier, Part
from abscopal.protocol.rehearsal_plan import ComparedQuantity
from abscopal.protocol.text import Text
from abscopal.rehearsal.arm_plans import ArmPlan, PlannedDose
from abscopal.rehearsal.model.description import ModelDescription, Status


class ReferenceDose(Part):
    """One drug of an arm of another trial."""

    drug: str = Field(description="Drug, as in the tables.")
    route: str = Field(description="Route, as in the tables.")
    mg_per_kg: float = Field(gt=0, description="Dose, mg per kg.")
    first_day: float = Field(ge=0, description="Days after the reference date of the first dose.")
    every_days: float = Field(gt=0, description="Days between doses.")
    administrations: int = Field(ge=1, description="How many.")


class ReferenceArm(Part):
    """An arm of another trial."""

    identifier: Identifier = Field(description="Name of the arm.")
    doses: tuple[ReferenceDose, ...] = Field(description="What is given; none for no treatment.")


class ReferenceResult(Part):
    """A published result of such an arm."""

    identifier: Identifier = Field(description="Name of the result.")
    arm: str = Field(description="Arm.")
    quantity: ComparedQuantity = Field(description="What the rehearsal computes beside it.")
    value: float = Field(ge=0, le=1, description="Published share.")
    n: int = Field(ge=1, description="Patients behind it.")
    window_days: float | None = Field(
        default=None,
        gt=0,
        description="Window in which toxicity was counted, days; six months when not given.",
    )
    use: Literal["fit", "held_out"] = Field(description="Fitted, or only looked at.")
    status: Status = Field(description="How it is known.")
    source: str = Field(description="Key of the sources of the set.")
    text: Text = Field(description="What was published.")
    note: Text | None = Field(default=None, description="What to know before relying on it.")


class Unrehearsed(Part):
    """A published result that the model cannot rehearse."""

    identifier: Identifier = Field(description="Name.")
    source: str = Field(description="Key of the sources of the set.")
    why: Text = Field(description="What was published, and why it is not rehearsed.")


class ReferenceSet(Part):
    """Results that constrain the same biology."""

    identifier: Identifier = Field(description="Name of the set.")
    text: Text = Field(description="What it holds.")
    sources: dict[str, str] = Field(description="Sources by key.")
    arms: tuple[ReferenceArm, ...] = Field(description="Arms.")
    results: tuple[ReferenceResult, ...] = Field(description="Results.")
    not_rehearsed: tuple[Unrehearsed, ...] = Field(
        default=(), description="Results that are left out, and why."
    )


class ReferenceResults(Part):
    """The whole file."""

    most_patients: int = Field(
        ge=1, description="As how many patients a result of another trial counts at most."
    )
    sets: tuple[ReferenceSet, ...] = Field(description="Sets.")


@cache
def read_references() -> ReferenceResults:
    """Read the results of other trials that come with Abscopal.

    Example:
        >>> [group.identifier for group in read_references().sets]
        ['checkpoint_melanoma']
    """
    text = (files("abscopal.rehearsal") / "reference_results.yml").read_text(encoding="utf-8")
    return ReferenceResults.model_validate_json(json.dumps(yaml.safe_load(text)), strict=True)


def choose_reference_set(identifier: str) -> ReferenceSet:
    """Find a set by name.

    Args:
        identifier: its name.

    Returns:
        The set.

    Raises:
        OptionError: no such set.
    """
    known = {group.identifier: group for group in read_references().sets}
    if identifier not in known:
        raise OptionError(
            f"There is no set of results '{identifier}'.",
            where="rehearsal, references",
            remedy=f"Known: {', '.join(known)}.",
        )
    return known[identifier]


def plan_reference_arm(arm: ReferenceArm, model: ModelDescription, *, horizon_days: float) -> ArmPlan:
    """Lay out the doses of an arm of another trial; a severe toxicity stops them.

    Args:
        arm: the arm.
        model: the model.
        horizon_days: nothing is planned after this day.

    Returns:
        The calendar.

    Example:
        >>> from abscopal.rehearsal.model.description import read_model
        >>> arm = next(arm for arm in choose_reference_set("checkpoint_melanoma").arms)
        >>> plan_reference_arm(arm, read_model(), horizon_days=30).days
        (0.0, 21.0)
    """
    doses: list[PlannedDose] = []
    for given in arm.doses:
        kind = next(kind for kind in model.doses if (kind.drug, kind.route) == (given.drug, given.route))
        days = [given.first_day + given.every_days * number for number in range(given.administrations)]
        doses += [
            PlannedDose(
                intervention=kind.identifier,
                phase="reference",
                drug=given.drug,
                route=given.route,
                day=day,
                dose=given.mg_per_kg,
                basis="per_kg",
                kind=kind.identifier,
                stop_at_grade=3,
            )
            for day in days
            if day <= horizon_days
        ]
    return ArmPlan(arm.identifier, tuple(sorted(doses, key=lambda dose: dose.day)), ())
