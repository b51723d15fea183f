"""A mistake of meaning, before it is given its line."""

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from abscopal.protocol.document import KeyPath


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake of meaning: where, what, how to mend it."""

    path: KeyPath
    message: str
    remedy: str = ""


def explain_unknown_name(name: str, *, kind: str, known: Iterable[str]) -> tuple[str, str]:
    """Say that a name refers to nothing, and which names exist.

    Args:
        name: the name found.
        kind: what it should name, such as arm.
        known: the names that exist.

    Returns:
        Message and remedy.

    Example:
        >>> explain_unknown_name("ITT", kind="arm", known=["IT", "IV"])
        ("no arm is called 'ITT'.", 'Did you mean IT? Known: IT, IV.')
    """
    names = list(known)
    nearest = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    hint = f"Did you mean {nearest[0]}? " if nearest else ""
    return f"no {kind} is called '{name}'.", f"{hint}Known: {', '.join(names) or 'none'}."


def check_name(path: KeyPath, name: str | None, *, kind: str, known: Iterable[str]) -> Iterator[Problem]:
    """Yield a problem when a name refers to nothing.

    Args:
        path: where the name stands.
        name: the name; null is no reference.
        kind: what it should name.
        known: the names that exist.

    Yields:
        At most one problem.
    """
    names = list(known)
    if name is not None and name not in names:
        yield Problem(path, *explain_unknown_name(name, kind=kind, known=names))


def check_names(path: KeyPath, names: Iterable[str], *, kind: str, known: Iterable[str]) -> Iterator[Problem]:
    """Yield a problem for each name of a list that refers to nothing."""
    existing = list(known)
    for position, name in enumerate(names):
        yield from check_name((*path, position), name, kind=kind, known=existing)
