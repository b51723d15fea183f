"""What became of an expectation: met, failed, or waiting for something that cannot be derived."""

from collections import Counter
from dataclasses import dataclass
from typing import Literal

Outcome = Literal["met", "failed", "waiting"]


@dataclass(frozen=True, slots=True)
class CheckedExpectation:
    """One expectation about one patient, and what became of it in a sentence."""

    patient: str
    subject: str
    outcome: Outcome
    sentence: str


@dataclass(frozen=True, slots=True)
class Assurance:
    """Every expectation of a study, checked.

    Example:
        >>> checked = CheckedExpectation("P1", "best_response", "met", "Patient P1 has PR, as expected.")
        >>> Assurance((checked,)).count("met"), Assurance((checked,)).is_sound
        (1, True)
    """

    expectations: tuple[CheckedExpectation, ...]

    def count(self, outcome: Outcome) -> int:
        """How many expectations had this outcome."""
        return len(self.list_outcomes(outcome))

    def list_outcomes(self, outcome: Outcome) -> tuple[CheckedExpectation, ...]:
        """The expectations that had this outcome, in the order of the file."""
        return tuple(expectation for expectation in self.expectations if expectation.outcome == outcome)

    def count_by_subject(self, outcome: Outcome) -> dict[str, int]:
        """How many expectations had this outcome, by what they are about."""
        return dict(sorted(Counter(checked.subject for checked in self.list_outcomes(outcome)).items()))

    def count_reasons(self) -> dict[str, int]:
        """Why expectations wait, and how many for each reason."""
        reasons = Counter(checked.sentence.split(": ", 1)[1] for checked in self.list_outcomes("waiting"))
        return dict(sorted(reasons.items()))

    @property
    def is_sound(self) -> bool:
        """Whether something was checked and nothing failed; what waits is not counted as met."""
        return self.count("failed") == 0 and self.count("met") > 0
