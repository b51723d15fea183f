"""The one form of every answer: what happens, or why it may not, and under which protocol version."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from abscopal.protocol.text import Text

Event = TypeVar("Event")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something may, or may not, happen, in words that a person can act on.

    Args:
        code: short capitals, the same in both languages, for counts and for tests.
        text: the reason, with its numbers.
        remedy: what would make it possible; None where nothing would.
    """

    code: str
    text: Text
    remedy: Text | None = None


@dataclass(frozen=True, slots=True)
class Decision(Generic[Event]):
    """The answer of a rule to a request: events that happen, or a refusal. Never an exception.

    Args:
        events: what happens, in order; empty when the request is refused.
        reasons: why it is refused; or, beside events, what the person should know (warnings).
        protocol_version: the version of the protocol under which it was decided.

    Example:
        >>> full = Reason("ARM_FULL", Text(en="The arm is full.", fr="Le bras est complet."))
        >>> refusal: Decision[str] = Decision(events=(), reasons=(full,), protocol_version="1.0")
        >>> refusal.is_refused, refusal.codes
        (True, ('ARM_FULL',))
    """

    events: tuple[Event, ...]
    reasons: tuple[Reason, ...]
    protocol_version: str

    @property
    def is_refused(self) -> bool:
        """Whether nothing happens."""
        return not self.events

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the reasons, in order."""
        return tuple(reason.code for reason in self.reasons)
