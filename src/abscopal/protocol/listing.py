"""Walk a study file: every sourced value, every assumption, every unknown and what it stops."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from abscopal.protocol.part import Part
from abscopal.protocol.product import Limits
from abscopal.protocol.provenance import Marked, Provenance, Sourced
from abscopal.protocol.text import Text


@dataclass(frozen=True, slots=True)
class SourcedValue:
    """A known value or marked part, where it stands and where it comes from. `value` is null for a part."""

    path: str
    value: Any
    unit: str | None
    provenance: Provenance
    source: str | None
    note: Text | None


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that nobody has given, and what cannot be done without it (empty when nothing stops)."""

    path: str
    description: str
    stops: str


def _name_item(item: Any, position: int) -> str:
    return str(getattr(item, "identifier", None) or position + 1)


def _walk(node: Any, path: str) -> Iterator[tuple[str, Part, str, str]]:
    """Yield every part with its path, the description of its field and what stops without it."""
    if isinstance(node, BaseModel):
        harmless = node.list_harmless_fields() if isinstance(node, Part) else ()
        for name, field in type(node).model_fields.items():
            child, key = getattr(node, name), field.alias or name
            place = f"{path}.{key}" if path else key
            extra = field.json_schema_extra if isinstance(field.json_schema_extra, Mapping) else {}
            if isinstance(child, Part):
                stops = "" if name in harmless else str(extra.get("stops", ""))
                yield place, child, field.description or "", stops
            yield from _walk(child, place)
    elif isinstance(node, tuple):
        for position, item in enumerate(node):
            place = f"{path}.{_name_item(item, position)}"
            if isinstance(item, Part):
                yield place, item, "", ""
            yield from _walk(item, place)
    elif isinstance(node, Mapping):
        for key, item in node.items():
            if isinstance(item, Part):
                yield f"{path}.{key}", item, "", ""
            yield from _walk(item, f"{path}.{key}")


def list_provenance(protocol: BaseModel) -> list[SourcedValue]:
    """List every known value and every marked part of a study file with its origin.

    Args:
        protocol: the study file, or a part of it.

    Returns:
        One entry per value or part, in the order of the file.

    Example:
        >>> from abscopal.protocol.safety import SafetyRules
        >>> mark = {"provenance": "published", "source": "10.1000/182"}
        >>> rules = SafetyRules.model_validate({"severe_grade": {"value": 3, **mark}})
        >>> [(entry.path, entry.value) for entry in list_provenance(rules)]
        [('severe_grade', 3)]
    """
    found: list[SourcedValue] = []
    for path, part, _description, _stops in _walk(protocol, ""):
        if isinstance(part, Sourced) and part.is_known and part.provenance is not None:
            found.append(SourcedValue(path, part.value, part.unit, part.provenance, part.source, part.note))
        elif isinstance(part, Marked):
            found.append(SourcedValue(path, None, None, part.provenance, part.source, part.note))
    return found


def list_assumptions(protocol: BaseModel) -> list[SourcedValue]:
    """List what is assumed; wherever one of these is in use, the reader must be told.

    Args:
        protocol: the study file, or a part of it.

    Returns:
        The assumed values and parts, in the order of the file.
    """
    return [entry for entry in list_provenance(protocol) if entry.provenance == "assumed"]


def list_unknowns(protocol: BaseModel) -> list[Unknown]:
    """List the values that are unknown and what each of them stops.

    Args:
        protocol: the study file, or a part of it.

    Returns:
        One entry per unknown value, in the order of the file; those that stop nothing have an empty `stops`.
    """
    return [
        Unknown(path, description, stops)
        for path, part, description, stops in _walk(protocol, "")
        if (isinstance(part, Sourced | Limits)) and not part.is_known
    ]
