"""Mistakes of meaning, given the line where they stand."""

from collections.abc import Iterable

from abscopal.errors import Finding
from abscopal.protocol.document import Document
from abscopal.protocol.problem import Problem


def locate_problems(problems: Iterable[Problem], document: Document) -> list[Finding]:
    """Give each mistake of meaning its file and line.

    Args:
        problems: mistakes, by their place in the content.
        document: the file they were found in.

    Returns:
        Findings in order of line.
    """
    findings = [
        Finding(
            document.file,
            document.find_line(problem.path) or 1,
            f"{document.describe_place(document.locate(problem.path))}: {problem.message}",
            problem.remedy,
        )
        for problem in problems
    ]
    return sorted(findings, key=lambda finding: finding.line or 0)
