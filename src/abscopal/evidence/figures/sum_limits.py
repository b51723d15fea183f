"""The sums of target diameters at which a response changes, as a picture draws them."""

from dataclasses import dataclass

from abscopal.evidence.figures.course_data import SumLine

PARTIAL_SHARE, PROGRESSION_SHARE, PROGRESSION_MILLIMETRES = 0.7, 1.2, 5.0
"""RECIST 1.1, section 4.3.1: -30 % of baseline; +20 % and 5 mm over the nadir."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The sums at which the response of the targets changes.

    Args:
        baseline: sum at baseline, mm.
        partial: at or below it: partial response.
        progression: from one day to another, the sum from which it is progression.
        nadir: smallest complete sum, baseline included, with its day.
    """

    baseline: float
    partial: float
    progression: tuple[tuple[int, int, float], ...]
    nadir: tuple[int, float]


def compute_limits(line: SumLine) -> Limits | None:
    """Find the limits of a sum of targets; None where baseline is incomplete.

    Progression is judged against the smallest earlier complete sum, so that its limit changes from visit to visit.

    Reference:
        RECIST 1.1, section 4.3.1 (doi:10.1016/j.ejca.2008.10.026).

    Example:
        >>> from abscopal.evidence.figures.course_data import SumPoint
        >>> points = [SumPoint(0, -7, 60.0, 60.0), SumPoint(1, 42, 20.0, 20.0), SumPoint(2, 84, 30.0, 30.0)]
        >>> limits = compute_limits(SumLine("total", tuple(points)))
        >>> limits.partial, limits.progression, limits.nadir
        (42.0, ((-7, 42, 72.0), (42, 84, 25.0)), (42, 20.0))
    """
    if not line.points or line.points[0].assessment != 0 or line.points[0].millimetres is None:
        return None
    base = line.points[0].millimetres
    nadir, steps = (line.points[0].day, base), []
    for earlier, later in zip(line.points, line.points[1:], strict=False):
        if earlier.millimetres is not None and earlier.millimetres < nadir[1]:
            nadir = (earlier.day, earlier.millimetres)
        limit = round(max(PROGRESSION_SHARE * nadir[1], nadir[1] + PROGRESSION_MILLIMETRES), 2)
        steps.append((earlier.day, later.day, limit))
    last = line.points[-1]
    if last.millimetres is not None and last.millimetres < nadir[1]:
        nadir = (last.day, last.millimetres)
    return Limits(base, round(PARTIAL_SHARE * base, 2), tuple(steps), nadir)
