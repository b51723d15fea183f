"""The share of patients free of an event through a window, under every denominator that a reader may ask for."""

from dataclasses import dataclass
from typing import Literal

import polars as pl

WindowState = Literal["event", "competing", "complete", "short"]

ESTIMANDS: dict[str, tuple[str, ...]] = {
    # Which states are in the denominator; a success is always a patient who completed the window free of the event.
    "complete_window": ("event", "complete"),
    "early_deaths_as_failures": ("event", "complete", "competing"),
    "all_incomplete_as_failures": ("event", "complete", "competing", "short"),
}
"""Denominators of the crude share; `all_incomplete_as_failures` is the harshest."""


@dataclass(frozen=True, slots=True)
class WindowCounts:
    """How the patients of one arm stand at the end of the window.

    Args:
        event: had the event inside the window.
        competing: had a competing event first, such as an early death, inside the window.
        complete: were followed through the window, free of the event.
        short: were followed for less than the window, free of the event.

    Example:
        >>> counts = WindowCounts(event=9, competing=3, complete=28, short=0)
        >>> counts.successes, counts.denominator("complete_window"), counts.denominator("early_deaths_as_failures")
        (28, 37, 40)
        >>> counts.patients
        40
    """

    event: int
    competing: int
    complete: int
    short: int

    @property
    def successes(self) -> int:
        """Patients known to be free of the event through the window."""
        return self.complete

    @property
    def patients(self) -> int:
        """Everyone."""
        return self.event + self.competing + self.complete + self.short

    def denominator(self, estimand: str) -> int:
        """Patients counted under an estimand."""
        return sum(int(getattr(self, state)) for state in ESTIMANDS[estimand])


def compute_window_counts(states: pl.DataFrame) -> WindowCounts:
    """Count the patients in each state.

    Args:
        states: one row per patient: USUBJID, STATE.

    Returns:
        The counts.

    Example:
        >>> compute_window_counts(pl.DataFrame({"USUBJID": ["P1", "P2"], "STATE": ["event", "complete"]}))
        WindowCounts(event=1, competing=0, complete=1, short=0)
    """
    found = dict(states["STATE"].value_counts().iter_rows())
    return WindowCounts(
        **{state: found.get(state, 0) for state in ("event", "competing", "complete", "short")}
    )
