"""A YAML file that cannot be opened or read: what stands there, in words that need no knowledge of YAML."""

import re
from itertools import pairwise
from pathlib import Path

import yaml

from abscopal.errors import Finding

# Files of a study folder that may be absent until a command needs them.
ABSENT = {
    "patients.yml": (
        "The file cannot be opened: the study has no hand-written patients.",
        "Write some in this file: each has an identifier, a story, what happened, and under `expected` what "
        "the study must find; copy the form from the patients.yml of a bundled study.",
    ),
}
GENERAL_REMEDY = "Look for a colon, quote, bracket or indentation."


def explain_unopened(error: OSError, path: Path) -> Finding:
    """Say why a file or folder cannot be opened.

    Args:
        error: what the operating system said.
        path: the file or folder.

    Returns:
        A finding without line.

    Example:
        >>> str(explain_unopened(PermissionError(13, "Permission denied"), Path("trial/protocol.yml")))
        'trial/protocol.yml: You may not read it (Permission denied). Ask its owner for permission to read.'
    """
    if isinstance(error, FileNotFoundError) and path.name in ABSENT:
        return Finding(str(path), None, *ABSENT[path.name])
    if isinstance(error, PermissionError):
        message, remedy = f"You may not read it ({error.strerror}).", "Ask its owner for permission to read."
        return Finding(str(path), None, message, remedy)
    return Finding(str(path), None, f"The file cannot be opened ({error.strerror}).", "Check the path.")


def assert_no_decimal_comma(node: yaml.MappingNode) -> None:
    """Refuse {value: 0,3}, which YAML reads as the value 0 and a key 3 that holds nothing.

    Args:
        node: keys and values.

    Raises:
        yaml.MarkedYAMLError: a number is cut in two by its comma.
    """
    for (_, before), (key, value) in pairwise(node.value):
        halves = f"{before.value},{key.value}" if isinstance(before, yaml.ScalarNode) else ""
        is_empty = isinstance(value, yaml.ScalarNode) and value.value == "" and value.style not in ("'", '"')
        if is_empty and re.fullmatch(r"[-+]?\d+,\d+", halves):
            raise yaml.MarkedYAMLError(problem=f"decimal comma {halves}", problem_mark=key.start_mark)


def explain_decimal_comma(number: str) -> tuple[str, str]:
    """Say that a number is written with a comma.

    Args:
        number: the number as written.

    Returns:
        Message and remedy.

    Example:
        >>> explain_decimal_comma("0,3")
        ('0,3 is written with a decimal comma.', 'Write a point: 0.3.')
    """
    return f"{number} is written with a decimal comma.", f"Write a point: {number.replace(',', '.')}."


def explain_syntax(error: yaml.YAMLError, text: str, *, file: str) -> Finding:
    """Say why a text is not YAML, on the line where reading stopped.

    Args:
        error: what the reader of YAML said.
        text: the whole text.
        file: name used in the finding.

    Returns:
        One finding.
    """
    mark = getattr(error, "problem_mark", None)
    problem = (error.problem if isinstance(error, yaml.MarkedYAMLError) else str(error)) or "cannot be read"
    problem = problem.splitlines()[0]
    if mark is None:
        return Finding(file, None, f"The YAML cannot be read: {problem}.", GENERAL_REMEDY)
    # Only line feeds: other separators do not begin a line for the reader of YAML either.
    lines = text.split("\n")
    line = lines[mark.line] if mark.line < len(lines) else ""
    return Finding(file, mark.line + 1, *_explain_line(problem, line, mark.column, text))


def _explain_line(problem: str, line: str, column: int, text: str) -> tuple[str, str]:
    rest = line[column:]
    if twice := re.search(r'found duplicate key "([^"]*)"', problem):
        return f"The key '{twice[1]}' stands twice in the same place.", "Keep one of the two."
    if comma := re.fullmatch(r"decimal comma (\S+)", problem):
        return explain_decimal_comma(comma[1])
    if re.match(r" *\t", line) or rest.startswith("\t"):
        return "A tab stands here, where YAML wants spaces.", "Replace the tab with spaces."
    if "undefined alias" in problem and (alias := re.match(r"\*([^\s,\[\]{}]+)", rest)):
        anchors = dict.fromkeys(re.findall(r"(?<=[\s:\[{,-])&([^\s,\[\]{}]+)", text))
        known = f"Known: {', '.join(anchors)}." if anchors else "There is none in the file."
        message = f"*{alias[1]} repeats something called &{alias[1]}, which stands nowhere above."
        return message, f"{known} A text that begins with * goes in quotes."
    if "cannot start any token" in problem and rest:
        return f"A text cannot begin with {rest[0]}.", "Put the whole text in quotes."
    return f"The YAML cannot be read: {problem}.", GENERAL_REMEDY
