"""Amendments: a patient is read under the version of the protocol in force on a date."""

import copy
import datetime
import json
from collections.abc import Mapping, Sequence
from typing import Any

from abscopal.protocol.study_protocol import StudyProtocol


class AmendmentPathError(ValueError):
    """A change of an amendment names a place that the protocol does not have."""

    def __init__(self, path: str, step: str, known: list[str]) -> None:
        self.path, self.step, self.known = path, step, known
        super().__init__(
            f"The change '{path}' finds no '{step}'; known there: {', '.join(known[:8]) or 'nothing'}."
        )


def enter_step(node: Any, step: str, path: str) -> Any:
    """Go one step down a path of an amendment; list items go by identifier."""
    if isinstance(node, dict) and step in node:
        return node[step]
    if isinstance(node, list):
        named = {str(item.get("identifier")): item for item in node if isinstance(item, dict)}
        if step in named:
            return named[step]
        raise AmendmentPathError(path, step, list(named))
    raise AmendmentPathError(path, step, list(node) if isinstance(node, dict) else [])


def apply_changes(document: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Write the new values of an amendment into a copy of a study document.

    Args:
        document: plain content of a study file.
        changes: new values by path; list items go by identifier.

    Returns:
        A new document.

    Raises:
        AmendmentPathError: a path does not exist; only the last key of a path may be new.

    Example:
        >>> apply_changes({"arms": [{"identifier": "IT", "n": 40}]}, {"arms.IT.n": 42})["arms"][0]["n"]
        42
    """
    amended: dict[str, Any] = copy.deepcopy(dict(document))
    for path, value in changes.items():
        *steps, last = path.split(".")
        node: Any = amended
        for step in steps:
            node = enter_step(node, step, path)
        if isinstance(node, list):
            enter_step(node, last, path)
            place = next(i for i, item in enumerate(node) if item.get("identifier") == last)
            node[place] = copy.deepcopy(value)
        elif isinstance(node, dict):
            node[last] = copy.deepcopy(value)
        else:
            raise AmendmentPathError(path, last, [])
    return amended


def amend_document(document: Mapping[str, Any], *, on: datetime.date) -> dict[str, Any]:
    """Give the content of the study file as it was in force on a date.

    Args:
        document: plain content of a study file.
        on: the date; before the first amendment this is the body of the file.

    Returns:
        A document whose version is the one in force; the list of amendments is kept.
    """
    current = copy.deepcopy(dict(document))
    for amendment in sorted(document.get("amendments", []), key=lambda item: str(item["date"])):
        if str(amendment["date"]) > on.isoformat():
            break
        current = apply_changes(current, amendment["changes"])
        current["version"] = {
            "number": amendment["version"],
            "date": {
                "value": str(amendment["date"]),
                "provenance": "inferred",
                "note": {"en": "Date of the amendment.", "fr": "Date de l’amendement."},
            },
        }
    return current


def protocol_in_force(document: Mapping[str, Any], on: datetime.date) -> StudyProtocol:
    """Read the protocol under which a patient stands on a date.

    Args:
        document: plain content of a study file, as `Study.document` holds it.
        on: the date, such as the day of consent.

    Returns:
        The protocol in that version.
    """
    amended = amend_document(document, on=on)
    return StudyProtocol.model_validate_json(json.dumps(amended), strict=True)


def list_versions(
    document: Mapping[str, Any], *, until: datetime.date | None = None
) -> tuple[StudyProtocol, ...]:
    """Read every version of the protocol that patients may stand under.

    Args:
        document: plain content of a study file.
        until: the data cut; versions that came into force later are left out.

    Returns:
        The versions in order of date; the first is the body of the file, the last is in force at the cut.
    """
    days = sorted(datetime.date.fromisoformat(str(item["date"])) for item in document.get("amendments", []))
    reached = [day for day in days if until is None or day <= until]
    return tuple(protocol_in_force(document, day) for day in (datetime.date.min, *reached))


def choose_version(versions: Sequence[StudyProtocol], *, on: datetime.date | None) -> StudyProtocol:
    """Choose the version under which a patient was included.

    Args:
        versions: the versions, as `list_versions` gives them.
        on: day of consent; none where nothing is dated, which takes the last version.

    Returns:
        The version in force on that day.
    """
    if on is None:
        return versions[-1]
    begun = [one for one in versions[1:] if (start := one.version.date.value) is not None and start <= on]
    return begun[-1] if begun else versions[0]
