"""The day at which survival is read as a share: what survival says of trials whose median lies beyond follow-up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from abscopal.protocol.endpoints import EndpointKind
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.rehearsal.readings import PlannedScan

Curve = Literal["pfs", "os"]
CURVES: dict[Curve, tuple[str, str]] = {
    "pfs": ("progression_day", "progressed"),
    "os": ("survival_day", "died"),
}
"""Columns of patients from which a curve is made: the day, and whether it is an event."""
HALF_YEAR = 365.25 / 2
_KINDS: dict[Curve, tuple[EndpointKind, ...]] = {
    "pfs": ("progression_free", "event_free_proportion"),
    "os": ("survival",),
}


@dataclass(frozen=True, slots=True)
class Landmark:
    """A day at which a survival curve is read.

    Args:
        curve: progression-free survival, or overall survival.
        day: the day, from the reference date.
    """

    curve: Curve
    day: int

    @property
    def quantity(self) -> str:
        """Its name among the quantities of an arm.

        Example:
            >>> Landmark("os", 365).quantity
            'os_share_365'
        """
        return f"{self.curve}_share_{self.day}"


def choose_landmarks(
    protocol: StudyProtocol, *, horizon_days: float, scans: Sequence[PlannedScan]
) -> tuple[Landmark, ...]:
    """Choose the day at which each curve is read: the one that an endpoint names, or the last half year followed.

    Progression is seen by scans alone, so that its curve ends with the last of them, and not with follow-up.

    Args:
        protocol: the study file.
        horizon_days: days that each patient is followed.
        scans: the planned scans in order of day.

    Returns:
        A day of each curve; none where the curve ends before the first half year and no endpoint names a sooner day.
    """
    # The last scan may be made some days early: then the curve ends there.
    last: dict[Curve, float] = {"pfs": float(scans[-1].day - scans[-1].before), "os": horizon_days}
    found = []
    for curve, end in last.items():
        day = _find_named(protocol, curve, end) or _find_half_year(end)
        if day:
            found.append(Landmark(curve, day))
    return tuple(found)


def _find_named(protocol: StudyProtocol, curve: Curve, end: float) -> int | None:
    """The latest day within the curve that an endpoint of its kind names."""
    named = [item.window_days.value for item in protocol.endpoints if item.kind in _KINDS[curve]]
    return max((day for day in named if day is not None and day <= end), default=None)


def _find_half_year(end: float) -> int:
    """The last whole number of half years, in whole days as windows are counted.

    Example:
        >>> [_find_half_year(end) for end in (150, 183, 364, 365, 600)]
        [0, 183, 183, 365, 548]
    """
    halves = int((end + 0.5) // HALF_YEAR)
    return min(round(halves * HALF_YEAR), int(end)) if halves else 0
