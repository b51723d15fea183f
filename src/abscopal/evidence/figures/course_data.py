"""The lesions of a patient as pictures draw them: what was seen of each, and when, and when it was first injected."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

Category = Literal["total", "injected", "distant", "new"]
EventKind = Literal["new", "suspected", "refuted", "worse"]
_EVENTS: dict[str, EventKind] = {
    "UNEQUIVOCAL": "new", "MEASURED": "new", "PRESENT": "new", "TOO_SMALL": "new",
    "UNEQUIVOCAL_PROGRESSION": "new", "EQUIVOCAL": "suspected", "NOT_TUMOUR": "refuted",
}  # fmt: skip
SameDay = Literal["before_injection", "after_injection"]
ROLES = ("TARGET", "NON-TARGET", "NEW")


@dataclass(frozen=True, slots=True)
class Sighting:
    """One lesion at one assessment.

    Args:
        assessment: number of the assessment, 0 at baseline.
        day: day of its scan.
        millimetres: its length; None where it has none.
        state: how the reader found it, such as MEASURED, ABSENT or PRESENT.
        is_injected: whether it had been injected by then.
    """

    assessment: int
    day: int
    millimetres: float | None
    state: str
    is_injected: bool


@dataclass(frozen=True, slots=True)
class LesionCourse:
    """One lesion over time.

    Args:
        name: its identifier, such as T01.
        role: TARGET, NON-TARGET or NEW.
        site: its location; None where unknown.
        first_injection: day of its first injection; None where it was never injected.
        sightings: what was seen, in order of the assessments.
    """

    name: str
    role: str
    site: str | None
    first_injection: int | None
    sightings: tuple[Sighting, ...]

    @property
    def is_injected(self) -> bool:
        """Whether it was ever injected."""
        return self.first_injection is not None

    @property
    def baseline(self) -> float | None:
        """Its length at baseline, mm."""
        return next((seen.millimetres for seen in self.sightings if seen.assessment == 0), None)


@dataclass(frozen=True, slots=True)
class CourseEvent:
    """What else was seen on a day: a new lesion, suspected or refuted, or a non-target that progresses."""

    day: int
    kind: EventKind


@dataclass(frozen=True, slots=True)
class SumPoint:
    """The sum of a set of lesions at one assessment.

    Args:
        assessment: number of the assessment.
        day: day of the last scan of it.
        millimetres: the sum; None where a lesion of the set is missing.
        measured: the sum of those that were measured; None where none was.
        is_current: whether the lesions of the set are those that make the category at this assessment. Earlier
            points are the history of the same lesions.
    """

    assessment: int
    day: int
    millimetres: float | None
    measured: float | None
    is_current: bool = True


@dataclass(frozen=True, slots=True)
class SumLine:
    """The sum of one category over time, always of the same lesions."""

    category: Category
    points: tuple[SumPoint, ...]

    @property
    def changes(self) -> list[tuple[SumPoint, float]]:
        """Current points after baseline with their change from the baseline of the same lesions, per cent."""
        base = self.points[0].millimetres if self.points and self.points[0].assessment == 0 else None
        if not base:
            return []
        return [
            (point, 100 * (point.millimetres - base) / base)
            for point in self.points
            if point.is_current and point.assessment > 0 and point.millimetres is not None
        ]


def list_lesion_courses(
    assessments: pl.DataFrame,
    starts: pl.DataFrame,
    *,
    first_day: Literal[0, 1] = 1,
    scan_on_injection_day: SameDay = "before_injection",
) -> dict[str, tuple[LesionCourse, ...]]:
    """Gather the lesions of each patient: targets, non-targets, new lesions.

    Args:
        assessments: LesionAssessments of one reader per patient.
        starts: USUBJID, REFDT: the day from which days count; patients without one are left out.
        first_day: the number of that day: 1 as in SDTM, where no day 0 exists, or 0.
        scan_on_injection_day: whether a scan on the day of a first injection precedes it, as scans and biopsies
            usually do.

    Returns:
        The lesions by USUBJID, patients in order.
    """
    rows = (
        assessments.join(starts.select("USUBJID", "REFDT").drop_nulls(), on="USUBJID", how="inner")
        .sort(
            "USUBJID",
            pl.col("LSROLE").replace_strict({role: place for place, role in enumerate(ROLES)}, default=9),
            "TULNKID",
            "AVISITN",
        )
        .select(
            "USUBJID", "TULNKID", "LSROLE", "LSLOC", "AVISITN", "ADT", "REFDT", "LSSTATE", "LSTENTH", "INJDT"
        )
    )
    lesions: dict[str, dict[str, list[tuple[Any, ...]]]] = {}
    for patient, name, *facts in rows.iter_rows():
        lesions.setdefault(patient, {}).setdefault(name, []).append(tuple(facts))
    return {
        patient: tuple(_gather(name, seen, first_day, scan_on_injection_day) for name, seen in own.items())
        for patient, own in lesions.items()
    }


def _gather(
    name: str, rows: list[tuple[Any, ...]], first_day: Literal[0, 1], same_day: SameDay
) -> LesionCourse:
    role, start = rows[0][0], rows[0][4]
    injected_on: dt.date | None = min((row[7] for row in rows if row[7] is not None), default=None)

    def had_been_injected(scanned: dt.date) -> bool:
        if injected_on is None:
            return False
        return injected_on < scanned or (injected_on == scanned and same_day == "after_injection")

    return LesionCourse(
        name,
        role,
        next((row[1] for row in rows if row[1]), None),
        None if injected_on is None else count_days(injected_on, start, first_day=first_day),
        tuple(
            Sighting(
                visit,
                count_days(scanned, start, first_day=first_day),
                None if tenths is None else tenths / 10,
                state,
                had_been_injected(scanned),
            )
            for _, _, visit, scanned, _, state, tenths, _ in rows
        ),
    )


def count_days(day: dt.date, start: dt.date, *, first_day: Literal[0, 1] = 1) -> int:
    """Number a day from a start; with 1 as the first day, the day before it is day -1.

    Example:
        >>> [count_days(dt.date(2024, 1, n), dt.date(2024, 1, 2)) for n in (1, 2, 3)]
        [-1, 1, 2]
    """
    days = (day - start).days
    return days + first_day if days >= 0 else days


def list_course_events(lesions: Iterable[LesionCourse]) -> tuple[CourseEvent, ...]:
    """List what decides beside the sum: new lesions each time more is known of them, non-targets that progress.

    Args:
        lesions: the lesions of one patient.

    Returns:
        The events in order of their days.
    """
    events = []
    for lesion in lesions:
        said = None
        for seen in lesion.sightings:
            kind = _EVENTS.get(seen.state) if lesion.role == "NEW" else None
            if lesion.role == "NON-TARGET" and seen.state == "UNEQUIVOCAL_PROGRESSION":
                kind = "worse"
            if kind and kind != said:
                events.append(CourseEvent(seen.day, kind))
            said = kind or said
    return tuple(sorted(events, key=lambda event: event.day))


def compute_sum_lines(lesions: Iterable[LesionCourse]) -> tuple[SumLine, ...]:
    """Add up the targets: all of them, and injected and distant ones apart where some were injected.

    A sum of injected lesions is followed from baseline through the lesions that are injected now, so that a lesion
    which moves from one category to the other changes no sum by moving: each move begins a new line.

    Args:
        lesions: the lesions of one patient.

    Returns:
        The line of all targets; those of injected and of distant targets, where both or either exist after an
        injection; that of measured new lesions, which never enter the sum of the targets.
    """
    known = tuple(lesions)
    days = date_assessments(known)
    targets = [lesion for lesion in known if lesion.role == "TARGET"]
    lines = [_add_up("total", targets, days, days)] if targets else []
    if any(lesion.is_injected for lesion in targets):
        for category in ("injected", "distant"):
            lines += _follow_category(category, targets, days)
    measured_new = [
        lesion
        for lesion in known
        if lesion.role == "NEW" and any(seen.millimetres is not None for seen in lesion.sightings)
    ]
    if measured_new:
        seen_on = sorted({seen.assessment for lesion in measured_new for seen in lesion.sightings})
        lines.append(
            _add_up("new", measured_new, {visit: days[visit] for visit in seen_on}, days, missing="left_out")
        )
    return tuple(lines)


def date_assessments(lesions: Iterable[LesionCourse]) -> dict[int, int]:
    """The day of each assessment, which is that of its last scan, in order."""
    days: dict[int, int] = {}
    for lesion in lesions:
        for seen in lesion.sightings:
            days[seen.assessment] = max(seen.day, days.get(seen.assessment, seen.day))
    return dict(sorted(days.items()))


def _follow_category(category: Category, targets: list[LesionCourse], days: dict[int, int]) -> list[SumLine]:
    """One line for each stretch of assessments after baseline during which the same lesions make the category."""
    stretches: list[tuple[tuple[str, ...], list[int]]] = []
    for visit in (visit for visit in days if visit > 0):
        members = tuple(
            lesion.name
            for lesion in targets
            if _had_been_injected(lesion, visit, days[visit]) == (category == "injected")
        )
        if stretches and stretches[-1][0] == members:
            stretches[-1][1].append(visit)
        else:
            stretches.append((members, [visit]))
    lines = []
    for members, visits in stretches:
        own = [lesion for lesion in targets if lesion.name in members]
        if own:
            until = {visit: day for visit, day in days.items() if visit <= visits[-1]}
            # The first stretch begins at baseline: nothing has moved before it.
            current = until if visits is stretches[0][1] else dict.fromkeys(visits, 0)
            lines.append(_add_up(category, own, until, current))
    return lines


def _had_been_injected(lesion: LesionCourse, visit: int, day: int) -> bool:
    for seen in lesion.sightings:
        if seen.assessment == visit:
            return seen.is_injected
    return lesion.first_injection is not None and lesion.first_injection < day


def _add_up(
    category: Category,
    lesions: list[LesionCourse],
    days: dict[int, int],
    current: dict[int, int],
    *,
    missing: Literal["sum_unknown", "left_out"] = "sum_unknown",
) -> SumLine:
    seen = [{s.assessment: s.millimetres for s in lesion.sightings} for lesion in lesions]
    points = []
    for visit, day in days.items():
        lengths = [own.get(visit) for own in seen]
        known = [length for length in lengths if length is not None]
        total = round(sum(known), 1)
        is_complete = bool(known) and (len(known) == len(lengths) or missing == "left_out")
        points.append(
            SumPoint(visit, day, total if is_complete else None, total if known else None, visit in current)
        )
    return SumLine(category, tuple(points))
