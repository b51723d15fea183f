"""Who may enter, stage by stage: criteria are data, read in three values.

A criterion is *met*, *not met* or *not yet known*. A missing fact, or one older than `valid_for_days`, is not
yet known: never met, never not met. `all` is not met as soon as one part is not met, `any` is met as soon as
one part is met, `not` swaps met and not met; otherwise what is unknown stays unknown. An exclusion criterion
says what keeps a patient out: the patient passes when it is not met. A threshold that is null can never be
decided, and says so. A criterion with `applies_when` is asked only of some patients, such as pregnancy of women: where
it is known not to apply, the patient passes; where that is unknown, the criterion can be met but not yet not met.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from abscopal.protocol.part import Identifier, Part
from abscopal.protocol.provenance import Marked, Sourced, fact
from abscopal.protocol.text import Text

Operator = Literal[
    "equals", "differs", "at_least", "at_most", "more_than", "less_than", "between", "one_of", "none_of"
]
Threshold = bool | int | float | str | tuple[int | float | str, ...]


class Applicability(Part):
    """Whom a criterion is asked of: a variable, a comparison and a threshold."""

    variable: str = Field(min_length=1, description="Name of the fact that is looked at, such as SEX.")
    operator: Operator = Field(
        description="How the fact is compared with the threshold; between includes both ends."
    )
    threshold: Sourced[Threshold] = fact(
        "What the fact is compared with.", stops="knowing whom this criterion is asked of"
    )


class Criterion(Marked):
    """One statement about the patient: a variable, a comparison and a threshold."""

    identifier: Identifier = Field(description="Name of the criterion; IETESTCD in the tables.")
    kind: Literal["inclusion", "exclusion"] = Field(
        description="Inclusion (must be true) or exclusion (must be false)."
    )
    text: Text = Field(description="The criterion as the team reads it.")
    variable: str = Field(
        min_length=1, description="Name of the fact that is looked at, such as AGE or ECOG."
    )
    operator: Operator = Field(
        description="How the fact is compared with the threshold; between includes both ends."
    )
    threshold: Sourced[Threshold] = fact("What the fact is compared with.", stops="deciding this criterion")
    valid_for_days: Sourced[int] = fact(
        "Age, in days, beyond which the fact is unknown again; null: never expires."
    )
    test_to_order: Text | None = Field(
        default=None, description="The test that would make an unknown fact known."
    )
    applies_when: Applicability | None = Field(
        default=None, description="Whom it is asked of; null: of every patient. Others pass."
    )


class AllOf(Part):
    """Every part must hold."""

    all: tuple["Condition", ...] = Field(min_length=1, description="Parts that must all hold.")


class AnyOf(Part):
    """At least one part must hold."""

    any: tuple["Condition", ...] = Field(min_length=1, description="Parts of which one must hold.")


class Not(Part):
    """The part must not hold."""

    negated: "Condition" = Field(alias="not", description="Part that must not hold.")


def _name_condition(value: Any) -> str:
    keys = value if isinstance(value, Mapping) else type(value).model_fields
    if "negated" in keys:
        return "not"
    return next((key for key in ("all", "any", "not") if key in keys), "criterion")


Condition = Annotated[
    Annotated[Criterion, Tag("criterion")]
    | Annotated[AllOf, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[Not, Tag("not")],
    Discriminator(_name_condition),
]


class Stage(Marked):
    """A step of screening; it opens only when the stages it requires are met."""

    identifier: Identifier = Field(description="Name of the stage.")
    name: Text = Field(description="Name shown to people.")
    requires: tuple[str, ...] = Field(
        default=(), description="Stages that must be met before this one opens."
    )
    consent: Text | None = Field(
        default=None, description="Consent to be signed before the tests of this stage."
    )
    criteria: tuple[Condition, ...] = Field(default=(), description="Conditions that must all hold.")


class Eligibility(Part):
    """Screening as ordered stages."""

    stages: tuple[Stage, ...] = Field(
        min_length=1, description="Stages in order; costly or intrusive tests last."
    )


AllOf.model_rebuild()
AnyOf.model_rebuild()
Not.model_rebuild()
