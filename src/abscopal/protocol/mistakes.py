"""Mistakes of form, said in sentences: unknown keys, missing keys, wrong types, unmarked values."""

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from abscopal.errors import Finding
from abscopal.protocol.document import Document, KeyPath
from abscopal.protocol.syntax import explain_decimal_comma

Model = TypeVar("Model", bound=BaseModel)

KINDS_OF_VALUE = {
    "int": "a whole number",
    "float": "a number",
    "string": "text (put it in quotes)",
    "bool": "true or false",
    "tuple": "a list",
    "dict": "a set of keys and values",
    "date": "a date such as 2016-07-19",
}
DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
LANGUAGES = {"en": "English", "fr": "French"}


def list_known_keys(schema: Mapping[str, Any], path: KeyPath) -> list[str]:
    """List the keys that a place of the file may hold.

    Args:
        schema: JSON Schema of the whole file.
        path: place, as keys and positions.

    Returns:
        Keys in the order of the model; empty when the place holds any key.
    """
    nodes = list(_spread(schema, schema))
    for step in path:
        nodes = [
            spread for node in nodes for inner in _step_into(node, step) for spread in _spread(schema, inner)
        ]
    return list(dict.fromkeys(key for node in nodes for key in node.get("properties", {})))


def _spread(schema: Mapping[str, Any], node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if reference := node.get("$ref"):
        yield from _spread(schema, schema["$defs"][reference.rsplit("/", 1)[1]])
        return
    yield node
    for branch in [*node.get("anyOf", []), *node.get("oneOf", [])]:
        yield from _spread(schema, branch)


def _step_into(node: Mapping[str, Any], step: str | int) -> Iterator[Mapping[str, Any]]:
    inner = node.get("items") if isinstance(step, int) else node.get("properties", {}).get(step)
    inner = inner or (node.get("additionalProperties") if isinstance(step, str) else None)
    if isinstance(inner, Mapping):
        yield inner


def find_homes(schema: Mapping[str, Any], key: str) -> list[str]:
    """List the top-level sections under which a key is known.

    Args:
        schema: JSON Schema of the whole file.
        key: the key.

    Returns:
        Names of sections, at most three.
    """

    def holds(node: Mapping[str, Any], seen: frozenset[str]) -> bool:
        reference = str(node.get("$ref", ""))
        if reference in seen:
            return False
        if reference:
            return holds(schema["$defs"][reference.rsplit("/", 1)[1]], seen | {reference})
        inner = [*node.get("anyOf", []), *node.get("oneOf", []), *node.get("properties", {}).values()]
        inner += [
            node[word] for word in ("items", "additionalProperties") if isinstance(node.get(word), Mapping)
        ]
        return key in node.get("properties", {}) or any(holds(child, seen) for child in inner)

    return [name for name, node in schema["properties"].items() if holds(node, frozenset())][:3]


def _say_unknown_key(error: ErrorDetails, document: Document, schema: Mapping[str, Any]) -> Finding:
    key, place = str(error["loc"][-1]), document.locate(error["loc"][:-1])
    known = list_known_keys(schema, place)
    nearest = difflib.get_close_matches(key, known, n=2, cutoff=0.6)
    homes = find_homes(schema, key) if not nearest else []
    if nearest:
        remedy = f"Did you mean {' or '.join(nearest)}?"
    elif " " in key:
        remedy = "A comma or colon within { } cuts a text: put the whole text in quotes."
    elif homes:
        remedy = f"That key belongs under {' or '.join(homes)}."
    else:
        remedy = f"Known keys here: {', '.join(known)}."
    return Finding(
        document.file,
        document.find_line(error["loc"]),
        f"Unknown key '{key}' in {document.describe_place(place)}.",
        remedy,
    )


def _say_missing(error: ErrorDetails, document: Document) -> Finding:
    key, place = str(error["loc"][-1]), document.locate(error["loc"][:-1])
    where, line = document.describe_place(place), document.find_line(place) or 1
    siblings = {step[-1] for step in document.lines if step[:-1] == place}
    if key in LANGUAGES and siblings <= set(LANGUAGES):
        return Finding(
            document.file, line, f"The {LANGUAGES[key]} text of {where} is missing.", f"Add `{key}:`."
        )
    return Finding(document.file, line, f"The key '{key}' is missing in {where}.", "Add it.")


def _explain_value(error: ErrorDetails) -> tuple[str, str]:
    kind, found = error["type"], json.dumps(error["input"], ensure_ascii=False, default=str)
    if _name_kind(kind) in ("a number", "a whole number") and DECIMAL_COMMA.fullmatch(str(error["input"])):
        return explain_decimal_comma(str(error["input"]))
    found = found if len(found) <= 60 else found[:57] + "..."
    context = error.get("ctx", {})
    if kind == "value_error":
        return str(context["error"]), ""
    if kind == "literal_error":
        return f"{found} is not a value known here.", f"Known: {context['expected']}."
    if kind in ("model_type", "model_attributes_type", "dataclass_type"):
        name = str(context.get("class_name", ""))
        if name.startswith("Sourced"):
            return (
                f"{found} stands without its provenance.",
                f"Write {{value: {found}, provenance: ..., source or note: ...}}.",
            )
        if name == "Text":
            return f"{found} is a text in one language.", "Write {en: ..., fr: ...}."
        return f"{found} stands where a set of keys was expected.", ""
    if kind == "string_pattern_mismatch":
        return f"{found} does not have the form {context['pattern']}.", ""
    if kind in ("too_short", "string_too_short"):
        return "Nothing is written here.", "Write at least one item."
    if wanted := _name_kind(kind):
        return f"{found} is not {wanted}.", ""
    return f"{found}: {error['msg']}.", ""


def _name_kind(kind: str) -> str:
    return next((name for word, name in KINDS_OF_VALUE.items() if kind.startswith(f"{word}_")), "")


def _explain_values(errors: list[ErrorDetails]) -> tuple[str, str]:
    """Explain one place; where several kinds of value would do, name them all."""
    wanted = list(dict.fromkeys(name for error in errors if (name := _name_kind(error["type"]))))
    if len(wanted) > 1:
        found = json.dumps(errors[0]["input"], ensure_ascii=False, default=str)
        return f"{found} is none of: {', '.join(wanted)}.", ""
    return _explain_value(errors[0])


def _is_echo(error: ErrorDetails) -> bool:
    """Whether a list is called too short only because its items were refused."""
    context = error.get("ctx", {})
    return error["type"] == "too_short" and len(error["input"]) >= context.get("min_length", 1)


def list_mistakes(error: ValidationError, document: Document, schema: Mapping[str, Any]) -> list[Finding]:
    """Turn what pydantic found into sentences with file and line, one per place.

    Args:
        error: what pydantic raised.
        document: the file.
        schema: JSON Schema of the whole file, from which neighbouring keys are named.

    Returns:
        Findings in order of line.
    """
    findings: dict[tuple[Any, ...], Finding] = {}
    branches: dict[KeyPath, list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        if detail["type"] == "extra_forbidden":
            findings[("key", *detail["loc"])] = _say_unknown_key(detail, document, schema)
        elif detail["type"] == "missing":
            findings[("missing", *detail["loc"])] = _say_missing(detail, document)
        elif not _is_echo(detail):
            branches.setdefault(document.locate(detail["loc"]), []).append(detail)
    for place, details in branches.items():
        message, remedy = _explain_values(details)
        said = f"{document.describe_place(place)}: {message}"
        findings[("value", *place)] = Finding(document.file, document.find_line(place), said, remedy)
    return sorted(findings.values(), key=lambda finding: finding.line or 0)


def build_part(document: Document, model: type[Model]) -> tuple[Model | None, list[Finding]]:
    """Read a document as a model; every mistake of form becomes a sentence.

    Numbers are not guessed from quoted text, nor yes and no from numbers.

    Args:
        document: the file.
        model: what the file must hold.

    Returns:
        The model, or nothing, and the findings.
    """
    try:
        return model.model_validate_json(json.dumps(document.content), strict=True), []
    except ValidationError as error:
        return None, list_mistakes(error, document, model.model_json_schema())
