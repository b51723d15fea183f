"""When inclusion must pause or stop: toxicity boundary, cohort pause, futility look.

The boundary itself is computed in the room of designs and handed in as rows, so that what the board
signed and what is applied here are the same numbers.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from abscopal.conduct.decision import Decision, Reason
from abscopal.conduct.wording import format_value
from abscopal.protocol.text import Text

Ruling = Literal["continue", "pause", "stop"]


@dataclass(frozen=True, slots=True)
class FollowedPatient:
    """What monitoring needs to know of one treated patient.

    Args:
        patient: identifier of the patient.
        treated_on: day of the first dose.
        event_on: day of the first event that counts; None without one.
        followed_to: last day on which the patient is known to have been observed.
    """

    patient: str
    treated_on: datetime.date
    event_on: datetime.date | None
    followed_to: datetime.date


@dataclass(frozen=True, slots=True)
class PathPoint:
    """How many patients were evaluable by a day, and how many of them had the event."""

    on: datetime.date
    evaluable: int
    events: int


@dataclass(frozen=True, slots=True)
class BoundaryRow:
    """Pause when at least `pause_at` of `evaluable` patients had the event; None: no number pauses yet."""

    evaluable: int
    pause_at: int | None


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a boundary.

    Args:
        row: what the boundary says of it.
        point: the count on which it was taken; None while too few patients are evaluable.
    """

    row: BoundaryRow
    point: PathPoint | None

    @property
    def is_crossed(self) -> bool:
        """Whether the look was taken and pauses inclusion."""
        return (
            self.point is not None
            and self.row.pause_at is not None
            and self.point.events >= self.row.pause_at
        )


@dataclass(frozen=True, slots=True)
class MonitoringRuling:
    """What a rule says of inclusion, at which count.

    Args:
        rule: identifier of the rule in the study file.
        ruling: continue, pause until the board has spoken, or stop.
        point: the count on which it rests; None before the first patient counts.
    """

    rule: str
    ruling: Ruling
    point: PathPoint | None


def compute_monitoring_path(
    patients: Sequence[FollowedPatient], *, window_days: int, on: datetime.date
) -> tuple[PathPoint, ...]:
    """Count evaluable patients and events, day by day, up to a date.

    A patient becomes evaluable on the day of an event inside the window, or, without one, when the
    window has closed under observation. Whoever is lost before that is never evaluable: counting such
    a patient as free of toxicity would hide it.

    Args:
        patients: treated patients, in any order.
        window_days: length of the window, days after the first dose.
        on: nothing after this day is known.

    Returns:
        One point per day on which the count changed, in order.

    Example:
        >>> day = datetime.date.fromisoformat
        >>> path = compute_monitoring_path([
        ...     FollowedPatient("P1", day("2024-01-01"), None, day("2024-12-31")),
        ...     FollowedPatient("P2", day("2024-01-08"), day("2024-02-01"), day("2024-03-01")),
        ...     FollowedPatient("P3", day("2024-01-15"), None, day("2024-02-15")),
        ... ], window_days=183, on=day("2024-12-31"))
        >>> [(str(point.on), point.evaluable, point.events) for point in path]
        [('2024-02-01', 1, 1), ('2024-07-02', 2, 1)]
    """
    became: list[tuple[datetime.date, bool]] = []
    for patient in patients:
        closes = patient.treated_on + datetime.timedelta(days=window_days)
        has_event = patient.event_on is not None and patient.treated_on <= patient.event_on <= closes
        day = patient.event_on if has_event and patient.event_on is not None else closes
        if day <= on and (has_event or patient.followed_to >= closes):
            became.append((day, has_event))
    return compute_path(became)


def compute_path(became: Iterable[tuple[datetime.date, bool]]) -> tuple[PathPoint, ...]:
    """Add up evaluable patients and events, day by day.

    Args:
        became: for each evaluable patient, the day of becoming so and whether by an event, in any order.

    Returns:
        One point per day, in order: within a day nobody can say who came first.

    Example:
        >>> day = datetime.date(2024, 2, 1)
        >>> [(point.evaluable, point.events) for point in compute_path([(day, True), (day, False)])]
        [(2, 1)]
    """
    changes: dict[datetime.date, list[bool]] = {}
    for day, has_event in became:
        changes.setdefault(day, []).append(has_event)
    points: list[PathPoint] = []
    evaluable = events = 0
    for day in sorted(changes):
        evaluable += len(changes[day])
        events += sum(changes[day])
        points.append(PathPoint(day, evaluable, events))
    return tuple(points)


def list_looks(path: Sequence[PathPoint], boundary: Sequence[BoundaryRow]) -> tuple[Look, ...]:
    """Say on which count each look of a boundary was taken.

    A look is taken when its number of evaluable patients is reached; if several patients become
    evaluable on one day and the number is passed, the look is taken with all of them against the row
    of that look, which errs towards pausing.

    Args:
        path: counts by day, in order.
        boundary: rows by number of evaluable patients, in order.

    Returns:
        One entry per row of the boundary.

    Example:
        >>> rows = (BoundaryRow(3, 2), BoundaryRow(6, 3))
        >>> looks = list_looks((PathPoint(datetime.date(2024, 5, 1), 4, 2),), rows)
        >>> [(look.row.evaluable, look.is_crossed) for look in looks]
        [(3, True), (6, False)]
    """
    return tuple(Look(row, _find_look(path, row.evaluable)) for row in boundary)


def find_crossing(looks: Sequence[Look]) -> Look | None:
    """Find the first look that pauses inclusion; what comes after it does not undo it.

    Example:
        >>> looks = list_looks((PathPoint(datetime.date(2024, 5, 1), 3, 1),), (BoundaryRow(3, 2),))
        >>> find_crossing(looks) is None
        True
    """
    return next((look for look in looks if look.is_crossed), None)


def decide_toxicity(
    path: Sequence[PathPoint],
    *,
    rule: str,
    boundary: Sequence[BoundaryRow],
    protocol_version: str,
) -> Decision[MonitoringRuling]:
    """Say whether the toxicity boundary was reached at any look so far, looks taken as `list_looks` does.

    Args:
        path: counts by day, in order.
        rule: identifier of the boundary in the study file.
        boundary: rows by number of evaluable patients, in order.
        protocol_version: the version under which it is decided.

    Returns:
        One ruling, continue or pause, with the arithmetic in words.

    Example:
        >>> rows = (BoundaryRow(6, 4), BoundaryRow(12, 6))
        >>> path = (PathPoint(datetime.date(2024, 5, 1), 6, 3), PathPoint(datetime.date(2024, 9, 1), 12, 6))
        >>> decision = decide_toxicity(path, rule="severe", boundary=rows, protocol_version="1.0")
        >>> decision.events[0].ruling, decision.codes
        ('pause', ('BOUNDARY_REACHED',))
    """
    looks = list_looks(path, boundary)
    crossed = find_crossing(looks)
    if crossed is not None and crossed.point is not None:
        reached = Reason("BOUNDARY_REACHED", _tell_reached(crossed.point, crossed.row), _ASK_THE_BOARD)
        return _rule(rule, "pause", crossed.point, reached, protocol_version)
    point = path[-1] if path else None
    coming = next((look.row for look in looks if look.point is None), None)
    return _rule(
        rule, "continue", point, Reason("BOUNDARY_NOT_REACHED", _tell_below(point, coming)), protocol_version
    )


def decide_cohort_pause(
    patients: Sequence[FollowedPatient],
    *,
    rule: str,
    after_patients: int,
    observe_days: int,
    board_agreed_on: datetime.date | None,
    on: datetime.date,
    protocol_version: str,
) -> Decision[MonitoringRuling]:
    """Say whether inclusion waits for the first patients to be observed and for the board to agree.

    Args:
        patients: treated patients, in any order.
        rule: identifier of the pause in the study file.
        after_patients: number of treated patients after which inclusion pauses.
        observe_days: days each of them is observed, counted from the first dose.
        board_agreed_on: day on which the board agreed to go on; None while it has not.
        on: the day of the question.
        protocol_version: the version under which it is decided.

    Returns:
        One ruling, continue or pause, with what is awaited.

    Example:
        >>> day = datetime.date.fromisoformat
        >>> first = [FollowedPatient(f"P{n}", day("2024-01-01"), None, day("2024-01-20")) for n in range(3)]
        >>> decision = decide_cohort_pause(first, rule="sentinel", after_patients=3, observe_days=28,
        ...     board_agreed_on=None, on=day("2024-01-20"), protocol_version="1.0")
        >>> decision.events[0].ruling, decision.codes
        ('pause', ('COHORT_UNDER_OBSERVATION',))
    """
    treated = sorted(patients, key=lambda patient: (patient.treated_on, patient.patient))
    cohort = [patient for patient in treated if patient.treated_on <= on][:after_patients]
    if len(cohort) < after_patients:
        reason = Reason("COHORT_NOT_FULL", _tell_not_full(len(cohort), after_patients))
        return _rule(rule, "continue", None, reason, protocol_version)
    observed_until = cohort[-1].treated_on + datetime.timedelta(days=observe_days)
    if on < observed_until:
        reason = Reason("COHORT_UNDER_OBSERVATION", _tell_observing(after_patients, observed_until))
        return _rule(rule, "pause", None, reason, protocol_version)
    if board_agreed_on is None or not observed_until <= board_agreed_on <= on:
        reason = Reason("BOARD_AWAITED", _BOARD_AWAITED, _ASK_THE_BOARD)
        return _rule(rule, "pause", None, reason, protocol_version)
    return _rule(
        rule, "continue", None, Reason("BOARD_AGREED", _tell_agreed(board_agreed_on)), protocol_version
    )


def decide_futility(
    path: Sequence[PathPoint],
    *,
    rule: str,
    evaluable: int,
    stop_at_or_below: int,
    protocol_version: str,
) -> Decision[MonitoringRuling]:
    """Say whether success has become too unlikely at a futility look; events of the path are successes.

    The look is taken once, at the first day on which the number is reached: what comes later does not
    reopen it.

    Args:
        path: counts by day, in order; `events` counts successes.
        rule: identifier of the look in the study file.
        evaluable: number of evaluable patients at the look.
        stop_at_or_below: successes at or below which the trial stops.
        protocol_version: the version under which it is decided.

    Returns:
        One ruling, continue or stop.

    Example:
        >>> path = (PathPoint(datetime.date(2024, 9, 1), 22, 7),)
        >>> decide_futility(path, rule="stage_1", evaluable=22, stop_at_or_below=7,
        ...     protocol_version="1.0").events[0].ruling
        'stop'
    """
    point = _find_look(path, evaluable)
    if point is None:
        found = path[-1].evaluable if path else 0
        return _rule(
            rule, "continue", None, Reason("LOOK_AWAITED", _tell_awaited(found, evaluable)), protocol_version
        )
    text = _tell_futility(point, stop_at_or_below)
    if point.events <= stop_at_or_below:
        return _rule(rule, "stop", point, Reason("FUTILE", text, _ASK_THE_BOARD), protocol_version)
    return _rule(rule, "continue", point, Reason("NOT_FUTILE", text), protocol_version)


def _find_look(path: Sequence[PathPoint], evaluable: int) -> PathPoint | None:
    return next((point for point in path if point.evaluable >= evaluable), None)


def _rule(
    rule: str, ruling: Ruling, point: PathPoint | None, reason: Reason, protocol_version: str
) -> Decision[MonitoringRuling]:
    return Decision((MonitoringRuling(rule, ruling, point),), (reason,), protocol_version)


_ASK_THE_BOARD = Text(
    en="Ask the safety board; its decision is recorded with the data it saw.",
    fr="Saisir le comité de surveillance\u202f; sa décision est enregistrée avec les données qu’il a vues.",
)
_BOARD_AWAITED = Text(
    en="The first patients have been observed; the board has not yet agreed to go on.",
    fr="Les premiers patients ont été observés\u202f; le comité n’a pas encore donné son accord pour continuer.",
)


def _tell_reached(point: PathPoint, row: BoundaryRow) -> Text:
    return Text(
        en=f"On {format_value(point.on, 'en')}, {point.events} of {point.evaluable} evaluable patients had "
        "the event; the look at "
        f"{row.evaluable} pauses at {row.pause_at} or more.",
        fr=f"Le {format_value(point.on, 'fr')}, {point.events} patients évaluables sur "
        f"{point.evaluable} avaient l’événement\u202f; "
        f"l’analyse à {row.evaluable} suspend à partir de {row.pause_at}.",
    )


def _tell_below(point: PathPoint | None, coming: BoundaryRow | None) -> Text:
    events, evaluable = (0, 0) if point is None else (point.events, point.evaluable)
    if coming is None:
        next_en, next_fr = "No look is left.", "Il ne reste pas d’analyse."
    elif coming.pause_at is None:
        next_en = f"The next look, at {coming.evaluable}, cannot pause."
        next_fr = f"La prochaine analyse, à {coming.evaluable}, ne peut pas suspendre."
    else:
        next_en = f"The next look, at {coming.evaluable}, pauses at {coming.pause_at} or more."
        next_fr = f"La prochaine analyse, à {coming.evaluable}, suspend à partir de {coming.pause_at}."
    return Text(
        en=f"{events} of {evaluable} evaluable patients had the event; no boundary was reached. {next_en}",
        fr=f"{events} patients évaluables sur {evaluable} avaient l’événement\u202f; aucune borne atteinte. {next_fr}",
    )


def _tell_not_full(treated: int, after: int) -> Text:
    return Text(
        en=f"{treated} of the first {after} patients are treated; inclusion goes on.",
        fr=f"{treated} des {after} premiers patients sont traités\u202f; l’inclusion continue.",
    )


def _tell_observing(after: int, until: datetime.date) -> Text:
    return Text(
        en=f"The first {after} patients are under observation until {format_value(until, 'en')}.",
        fr=f"Les {after} premiers patients sont en observation jusqu’au {format_value(until, 'fr')}.",
    )


def _tell_agreed(on: datetime.date) -> Text:
    return Text(
        en=f"The board agreed to go on on {format_value(on, 'en')}.",
        fr=f"Le comité a donné son accord le {format_value(on, 'fr')}.",
    )


def _tell_awaited(found: int, wanted: int) -> Text:
    return Text(
        en=f"{found} patients are evaluable; the look is at {wanted}.",
        fr=f"{found} patients sont évaluables\u202f; l’analyse est à {wanted}.",
    )


def _tell_futility(point: PathPoint, limit: int) -> Text:
    return Text(
        en=f"{point.events} successes in {point.evaluable} evaluable patients; the trial stops at {limit} or fewer.",
        fr=f"{point.events} succès chez {point.evaluable} patients évaluables\u202f; "
        f"l’essai s’arrête à {limit} ou moins.",
    )
