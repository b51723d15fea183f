"""What a centre may see of a log: its own patients and their arms, and nothing of how they were drawn."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from abscopal.conduct.allocation.drawing.log import Allocated, Levels, LogEntry, compute_scheme_state


@dataclass(frozen=True, slots=True)
class SeenAllocation:
    """An allocation as its centre sees it: no place in the log, since that would tell of other centres."""

    scheme: str
    patient: str
    levels: Levels
    arm: str
    at: datetime.datetime


def list_seen_allocations(
    history: Sequence[LogEntry], *, scheme: str, centre: str
) -> tuple[SeenAllocation, ...]:
    """List the past allocations of one centre, in the order in which it received them.

    Args:
        history: log of every scheme of the study, in order.
        scheme: the scheme.
        centre: the centre.

    Returns:
        Its patients, with their levels as corrected and their arms.
    """
    levels = compute_scheme_state(history, scheme).levels
    return tuple(
        SeenAllocation(entry.scheme, entry.patient, levels[entry.patient], entry.arm, entry.at)
        for entry in history
        if isinstance(entry, Allocated) and entry.scheme == scheme and entry.centre == centre
    )
