"""Small tables of allocation as a coordinator would write them, and the decisions they lead to."""

import datetime as dt
from collections.abc import Sequence

from abscopal.conduct.allocation.drawing.decisions import AllocationRequest, decide_allocation
from abscopal.conduct.allocation.drawing.entropy import compute_entropy
from abscopal.conduct.allocation.drawing.log import Allocated, LogEntry
from abscopal.conduct.allocation.drawing.scheme import Scheme
from abscopal.conduct.decision import Decision
from plain_tables import read_rows

NOW = dt.datetime(2024, 5, 1, 9, tzinfo=dt.UTC)
SEED = b"a seed of the tests"


def ask(
    history: Sequence[LogEntry],
    scheme: Scheme,
    *,
    patient: str = "P1",
    centre: str = "C1",
    request: str | None = None,
    eligibility: str | None = "signed",
    entropy: bytes | None = None,
    now: dt.datetime = NOW,
    **levels: str,
) -> Decision[Allocated]:
    """Ask for the arm of one patient; the entropy comes from the seed of the tests unless it is given."""
    own = sum(entry.scheme == scheme.identifier for entry in history)
    return decide_allocation(
        history,
        AllocationRequest(request or f"R-{patient}", patient, centre, levels, eligibility),
        scheme=scheme,
        now=now,
        entropy=compute_entropy(SEED, scheme=scheme.identifier, sequence=own + 1)
        if entropy is None
        else entropy,
        protocol_version="1.0",
    )


def allocate(scheme: Scheme, table: str, *, arms: Sequence[str] | None = None) -> tuple[LogEntry, ...]:
    """Allocate the patients of a table, in order; with a column `arm`, so that each gets the arm written.

    The arm written is reached by trying bytes of entropy until the draw gives it: the past is a possible one.
    """
    history: list[LogEntry] = []
    for number, row in enumerate(read_rows(table), start=1):
        fields = {key: str(value) for key, value in row.items() if value is not None}
        wanted, patient = fields.pop("arm", None), fields.pop("patient", f"P{number}")
        centre = fields.pop("centre", "C1")
        draws = [None] if wanted is None else [bytes([part] + [0] * 15) for part in range(256)]
        for entropy in draws:
            decision = ask(history, scheme, patient=patient, centre=centre, entropy=entropy, **fields)
            assert not decision.is_refused, decision.codes
            if wanted in (None, decision.events[0].arm):
                history.append(decision.events[0])
                break
        else:
            raise AssertionError(f"{patient} can never be given {wanted}")
    return tuple(history)


def read_chances(history: Sequence[LogEntry], scheme: Scheme, **asked: str) -> dict[str, float]:
    """The chance of each arm for one more patient, rounded to three decimals."""
    decision = ask(history, scheme, **({"patient": "NEXT"} | asked))
    assert not decision.is_refused, decision.codes
    return {arm: round(chance, 3) for arm, chance in decision.events[0].draw.probabilities}
