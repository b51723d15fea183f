"""Every check of meaning, in order: what the form alone cannot see."""

from collections.abc import Callable, Iterator

from abscopal.errors import Finding
from abscopal.protocol.check_allocation import ALLOCATION_CHECKS
from abscopal.protocol.check_numbers import NUMBER_CHECKS
from abscopal.protocol.check_quantities import QUANTITY_CHECKS
from abscopal.protocol.check_references import REFERENCE_CHECKS
from abscopal.protocol.check_sense import SENSE_CHECKS
from abscopal.protocol.document import Document
from abscopal.protocol.located import locate_problems
from abscopal.protocol.problem import Problem
from abscopal.protocol.study_protocol import StudyProtocol

Check = Callable[[StudyProtocol], Iterator[Problem]]
CHECKS: tuple[Check, ...] = (
    *REFERENCE_CHECKS,
    *SENSE_CHECKS,
    *ALLOCATION_CHECKS,
    *QUANTITY_CHECKS,
    *NUMBER_CHECKS,
)


def check_protocol(protocol: StudyProtocol, document: Document) -> list[Finding]:
    """Collect every mistake of meaning of a study file that has the right form.

    Args:
        protocol: the study file.
        document: the same file with its line numbers.

    Returns:
        Findings in order of line.
    """
    problems = [problem for check in CHECKS for problem in check(protocol)]
    return locate_problems(problems, document)
