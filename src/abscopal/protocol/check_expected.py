"""Expected responses of hand-written patients that no criterion could ever give."""

from collections.abc import Iterator

from abscopal.protocol.document import KeyPath
from abscopal.protocol.hand_written_patient import Expectation
from abscopal.protocol.lesions import LESION_CRITERIA
from abscopal.protocol.problem import Problem, check_name

RECIST_CODES = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE")
IMMUNE_CODES = (*RECIST_CODES, "iCR", "iPR", "iSD", "NON-iCR/NON-iUPD", "iUPD", "iCPD")
RESPONSE_CODES = {"recist_1_1": RECIST_CODES, "irecist": IMMUNE_CODES, "itrecist": RECIST_CODES}
"""Codes that each criterion may give (doi:10.1016/j.ejca.2008.10.026, 10.1016/S1470-2045(17)30074-8)."""


def check_expected_responses(expected: Expectation, place: KeyPath) -> Iterator[Problem]:
    """Find criteria and response codes that do not exist.

    Args:
        expected: what the study must find about a patient.
        place: where it stands in the file.

    Yields:
        One problem per unknown criterion or code, naming those that exist.

    Example:
        >>> expected = Expectation(best_response={"recist_1_1": "RP"})
        >>> [problem.message for problem in check_expected_responses(expected, ())]
        ["no response by recist_1_1 is called 'RP'."]
    """
    told: dict[str, dict[str, tuple[str, ...]]] = {
        "responses": expected.responses,
        "injected_responses": expected.injected_responses,
        "non_injected_responses": expected.non_injected_responses,
        "best_response": {name: (code,) for name, code in expected.best_response.items()},
        "confirmed_best_response": {name: (code,) for name, code in expected.confirmed_best_response.items()},
    }
    for key, by_criterion in told.items():
        for criterion, codes in by_criterion.items():
            here: KeyPath = (*place, key, criterion)
            yield from check_name(here, criterion, kind="criterion", known=LESION_CRITERIA)
            known = RESPONSE_CODES.get(criterion)
            for position, code in enumerate(codes if known else ()):
                at = (*here, position) if key.endswith("responses") else here
                yield from check_name(at, code, kind=f"response by {criterion}", known=known or ())
