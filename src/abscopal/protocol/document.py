"""A YAML file read with the line of every key, so that a mistake can be shown where it stands."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from abscopal.errors import Finding, StudyError
from abscopal.protocol.syntax import assert_no_decimal_comma, explain_syntax, explain_unopened

KeyPath = tuple[str | int, ...]
LARGEST_FILE_BYTES = 5_000_000


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file: its plain content and the line of every key and list item.

    Args:
        file: path as a reader would look for it.
        content: plain dictionaries, lists, texts, numbers and dates.
        lines: first line of each place, by path.
    """

    file: str
    content: dict[str, Any]
    lines: Mapping[KeyPath, int]

    def locate(self, path: Sequence[str | int]) -> KeyPath:
        """Give the deepest place of the file on a path; steps that are not in the file are skipped.

        Args:
            path: keys and positions, as pydantic reports them (with the names of union members among them).

        Returns:
            A path that has a line, or the empty path.
        """
        place: KeyPath = ()
        for step in path:
            if (*place, step) in self.lines:
                place = (*place, step)
        return place

    def find_line(self, path: Sequence[str | int]) -> int | None:
        """Give the line of a place, or of the nearest place that contains it."""
        return self.lines.get(self.locate(path))

    def describe_place(self, path: KeyPath) -> str:
        """Name a place in words: list items go by their identifier.

        Example:
            >>> read_text("arms: [{identifier: IT, role: x}]").describe_place(("arms", 0, "role"))
            'arms.IT.role'
        """
        node: Any = self.content
        words: list[str] = []
        for step in path:
            node = node.get(step) if isinstance(node, dict) else node[int(step)]
            name = node.get("identifier") if isinstance(step, int) and isinstance(node, dict) else None
            words.append(str(name if name is not None else step + 1 if isinstance(step, int) else step))
        return ".".join(words) or "the file"


def compute_content_hash(content: Any) -> str:
    """Hash a document by what it says, not by its layout or comments.

    Args:
        content: plain content.

    Returns:
        SHA-256, hexadecimal.

    Example:
        >>> compute_content_hash({"a": 1, "b": 2}) == compute_content_hash({"b": 2, "a": 1})
        True
    """
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


class _StudyLoader(yaml.CSafeLoader):
    """The C reader of YAML, with the scalars of YAML 1.2: `no` and `on` are words, 1:30 is a text."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 (the library's own way)


_TAG = "tag:yaml.org,2002:"
_SCALARS = (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?[0-9]+$", list("-+0123456789")),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", list("-+.0123456789")),
    ("merge", r"^<<$", ["<"]),
)
for _name, _pattern, _first in _SCALARS:
    _StudyLoader.add_implicit_resolver(_TAG + _name, re.compile(_pattern), _first)


def _read_scalar(node: yaml.ScalarNode) -> Any:
    kind, written = node.tag.removeprefix(_TAG), node.value
    if kind == "null":
        return None
    if kind == "bool":
        return written.lower() == "true"
    if kind in ("int", "float"):
        return int(written) if kind == "int" else float(written)
    return written


def _unwrap(node: yaml.Node, path: KeyPath, lines: dict[KeyPath, int]) -> Any:
    if isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            lines[(*path, position)] = item.start_mark.line + 1
        return [_unwrap(item, (*path, position), lines) for position, item in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return _read_scalar(node)  # type: ignore[arg-type]
    content: dict[str, Any] = {}
    own: dict[str, yaml.Node] = {}
    assert_no_decimal_comma(node)
    for key, value in node.value:
        if key.tag == _TAG + "merge":
            for merged in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                content = _unwrap(merged, path, lines) | content
        elif key.value in own:
            raise yaml.MarkedYAMLError(
                problem=f'found duplicate key "{key.value}"', problem_mark=key.start_mark
            )
        else:
            own[key.value] = value
            lines[(*path, key.value)] = key.start_mark.line + 1
    for name, value in own.items():
        content[name] = _unwrap(value, (*path, name), lines)
    return content


def read_text(text: str, *, file: str = "study file") -> Document:
    """Read YAML text with its line numbers.

    Args:
        text: YAML 1.2.
        file: name used in findings.

    Returns:
        The document.

    Raises:
        StudyError: the text is not YAML, holds a key twice, or is not a dictionary.

    Example:
        >>> document = read_text("identity: {title: x}")
        >>> document.find_line(("identity", "title"))
        1
    """
    lines: dict[KeyPath, int] = {}
    try:
        node = _StudyLoader(text).get_single_node()
        if not isinstance(node, yaml.MappingNode):
            found = "is empty" if node is None else "does not hold keys and values"
            raise StudyError([Finding(file, 1, f"The file {found}.", "Start from a bundled study file.")])
        return Document(file=file, content=_unwrap(node, (), lines), lines=lines)
    except yaml.YAMLError as error:
        raise StudyError([explain_syntax(error, text, file=file)]) from error


def read_document(path: Path) -> Document:
    """Read a YAML file with its line numbers.

    Args:
        path: the file.

    Returns:
        The document.

    Raises:
        StudyError: the file cannot be read.
    """
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise StudyError(
                [Finding(str(path), None, "The file is larger than 5 MB.", "Is it a study file?")]
            )
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise StudyError([explain_unopened(error, path)]) from error
    except UnicodeDecodeError as error:
        finding = Finding(str(path), None, "The file is not UTF-8 text.", "Save it again as UTF-8.")
        raise StudyError([finding]) from error
    return read_text(text, file=str(path))
