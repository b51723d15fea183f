"""Where a value comes from: a number without its origin is not a fact of the study file.

Five marks, from the strongest to the weakest:

    published     read in the publication or registry itself
    press         read in a press release of the centre
    second_hand   read in somebody else's account of the publication
    inferred      worked out by arithmetic; the note gives the reasoning
    assumed       chosen by us until the site replaces it; the note says why

A value that is null is unknown: it needs no mark, and it stops whatever needs it.
"""

from typing import Any, Generic, Literal, Self, TypeVar

from pydantic import ConfigDict, Field, model_validator

from abscopal.protocol.part import Part
from abscopal.protocol.text import Text

Provenance = Literal["published", "press", "second_hand", "inferred", "assumed"]
READ_SOMEWHERE: tuple[Provenance, ...] = ("published", "press", "second_hand")

T = TypeVar("T")

# The same rules for an editor: JSON Schema says them with if and then.
NEEDS_SOURCE: dict[str, Any] = {
    "if": {"properties": {"provenance": {"enum": list(READ_SOMEWHERE)}}, "required": ["provenance"]},
    "then": {"properties": {"source": {"type": "string", "minLength": 1}}, "required": ["source"]},
}
NEEDS_NOTE: dict[str, Any] = {
    "if": {"properties": {"provenance": {"enum": ["inferred", "assumed"]}}, "required": ["provenance"]},
    "then": {"properties": {"note": {"type": "object"}}, "required": ["note"]},
}
NEEDS_MARK: dict[str, Any] = {
    "if": {"properties": {"value": {"not": {"type": "null"}}}, "required": ["value"]},
    "then": {
        "properties": {"provenance": {"type": "string"}},
        "required": ["provenance"],
        "allOf": [NEEDS_SOURCE, NEEDS_NOTE],
    },
}


def fact(description: str, *, stops: str = "") -> Any:
    """Declare a sourced field that is unknown until the study file says otherwise.

    Args:
        description: what the field means, for the reference pages and the editor.
        stops: what cannot be done while the value is unknown; empty when nothing stops.

    Returns:
        A pydantic field.
    """
    extra: dict[str, Any] = {"stops": stops} if stops else {}
    return Field(
        default_factory=dict, validate_default=True, description=description, json_schema_extra=extra or None
    )


def explain_missing_mark(provenance: Provenance | None, source: str | None, note: Text | None) -> str:
    """Say what a mark lacks, or nothing when it is complete.

    Args:
        provenance: the mark.
        source: key of the `sources` dictionary, or a DOI.
        note: reasoning or remark.

    Returns:
        A sentence, empty when the mark is complete.

    Example:
        >>> explain_missing_mark("assumed", None, None)
        'is assumed but has no note: say why in one sentence, in English and French.'
        >>> explain_missing_mark("published", "10.1000/182", None)
        ''
    """
    if provenance is None:
        return "has no provenance: add published, press, second_hand, inferred or assumed."
    if provenance in READ_SOMEWHERE and not source:
        return f"is {provenance} but names no source: add a key of `sources` or a DOI."
    if provenance not in READ_SOMEWHERE and note is None:
        return f"is {provenance} but has no note: say why in one sentence, in English and French."
    return ""


class Sourced(Part, Generic[T]):
    """A value with its unit and its origin; null means unknown.

    Example:
        >>> Sourced[int](value=38, unit="patients", provenance="second_hand", source="nature_2026").value
        38
        >>> Sourced[int]().is_known
        False
    """

    model_config = ConfigDict(json_schema_extra={"allOf": [NEEDS_MARK]})

    value: T | None = Field(default=None, description="The value; null (or absent) means unknown.")
    unit: str | None = Field(default=None, description="Unit of the value, such as days, mg or mg/kg.")
    provenance: Provenance | None = Field(
        default=None, description="Where the value comes from; required as soon as there is a value."
    )
    source: str | None = Field(default=None, description="Key of the `sources` dictionary, or a DOI.")
    note: Text | None = Field(
        default=None, description="Reasoning or remark; required for inferred and assumed values."
    )

    @property
    def is_known(self) -> bool:
        """Whether there is a value."""
        return self.value is not None

    @model_validator(mode="after")
    def _assert_marked(self) -> Self:
        if self.value is None:
            return self
        if complaint := explain_missing_mark(self.provenance, self.source, self.note):
            raise ValueError(f"The value {self.value!r} {complaint}")
        return self


class Marked(Part):
    """A part that is itself a statement about the trial (arm, criterion, visit) and carries its mark."""

    model_config = ConfigDict(json_schema_extra={"allOf": [NEEDS_SOURCE, NEEDS_NOTE]})

    provenance: Provenance = Field(description="Where this part comes from.")
    source: str | None = Field(default=None, description="Key of the `sources` dictionary, or a DOI.")
    note: Text | None = Field(
        default=None, description="Reasoning or remark; required when the part is inferred or assumed."
    )

    @model_validator(mode="after")
    def _assert_marked(self) -> Self:
        if complaint := explain_missing_mark(self.provenance, self.source, self.note):
            raise ValueError(f"This part {complaint}")
        return self
