"""A window of time after a patient's start: 183 days and six calendar months are not the same window."""

from dataclasses import dataclass
from typing import Literal

import polars as pl


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """A length of time, its unit, and how its last day is counted.

    Args:
        length: how many days or calendar months.
        unit: `days` or `months`; a month ends on the same day of the month, or on its last day.
        counting: `elapsed`: an event on the day when the length has just elapsed is inside, as in a survival
            estimate at that time; `study_day`: the start is day 1, so the last day comes one day sooner.

    Example:
        >>> from datetime import date
        >>> start = pl.DataFrame({"TRTSDT": [date(2024, 1, 31)]})
        >>> for window in (TimeWindow(183), TimeWindow(183, counting="study_day"), TimeWindow(6, "months")):
        ...     print(window.sentence, start.select(window.last_day(pl.col("TRTSDT"))).item())
        183 days elapsed 2024-08-01
        study days 1 to 183 2024-07-31
        6 calendar months elapsed 2024-07-31
    """

    length: int
    unit: Literal["days", "months"] = "days"
    counting: Literal["elapsed", "study_day"] = "elapsed"

    def last_day(self, start: pl.Expr) -> pl.Expr:
        """The last day inside the window that begins on `start`."""
        end = start.dt.offset_by(f"{self.length}{'d' if self.unit == 'days' else 'mo'}")
        return end if self.counting == "elapsed" else end.dt.offset_by("-1d")

    @property
    def sentence(self) -> str:
        """The window as words of a report."""
        if self.unit == "months":
            day = "elapsed" if self.counting == "elapsed" else "less one day"
            return f"{self.length} calendar months {day}"
        return (
            f"{self.length} days elapsed" if self.counting == "elapsed" else f"study days 1 to {self.length}"
        )
