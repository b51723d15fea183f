"""What happens after an allocation went wrong: nothing is deleted, nobody is allocated again."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from abscopal.conduct.allocation.drawing.decisions import check_levels, compute_draw, list_levels
from abscopal.conduct.allocation.drawing.entropy import ENTROPY_BYTES
from abscopal.conduct.allocation.drawing.log import (
    LogEntry,
    MarkedInError,
    PlaceSetAside,
    StratumCorrected,
    compute_scheme_state,
)
from abscopal.conduct.allocation.drawing.reasons import (
    ALREADY_ANSWERED,
    ALREADY_MARKED,
    ALREADY_SO,
    ENTROPY_UNFIT,
    LIST_USED_UP,
    NO_PLACES,
    NOT_ALLOCATED,
    REASON_MISSING,
    REQUEST_REUSED,
    SCHEME_UNFIT,
    TIME_WITHOUT_ZONE,
    tell_level_unknown,
    tell_stratum_unknown,
)
from abscopal.conduct.allocation.drawing.scheme import ALGORITHM_VERSION, Scheme, check_scheme
from abscopal.conduct.decision import Decision, Reason


@dataclass(frozen=True, slots=True)
class SetAsideRequest:
    """The next place of a list cannot be used, such as an envelope found open."""

    request: str
    reason: str
    centre: str = ""
    levels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ErrorMark:
    """A patient should not have been randomised."""

    request: str
    patient: str
    reason: str


@dataclass(frozen=True, slots=True)
class StratumCorrection:
    """A level was entered wrongly."""

    request: str
    patient: str
    stratum: str
    level: str
    reason: str


def decide_place_aside(
    history: Sequence[LogEntry],
    request: SetAsideRequest,
    *,
    scheme: Scheme,
    now: datetime.datetime,
    entropy: bytes,
    protocol_version: str,
) -> Decision[PlaceSetAside]:
    """Set the next place of a list aside, with the reason; the list goes on after it.

    Args:
        history: log of every scheme of the study, in order.
        request: the list, by its levels, and the reason.
        scheme: the scheme.
        now: the time, with its zone.
        entropy: sixteen bytes, as for an allocation.
        protocol_version: version of the protocol in force.

    Returns:
        One event, whose arm is not printed; or the reasons why not.
    """
    state = compute_scheme_state(history, scheme.identifier)
    if (answered := state.requests.get(request.request)) is not None:
        if isinstance(answered, PlaceSetAside):
            return Decision((answered,), (ALREADY_ANSWERED,), protocol_version)
        return Decision((), (REQUEST_REUSED,), protocol_version)
    reasons = (
        *_check_correction(request.reason, now),
        *(() if len(entropy) == ENTROPY_BYTES else (ENTROPY_UNFIT,)),
        *((SCHEME_UNFIT,) if check_scheme(scheme) else () if scheme.has_lists else (NO_PLACES,)),
        *check_levels(scheme, request.levels, request.centre),
    )
    if reasons:
        return Decision((), reasons, protocol_version)
    levels = list_levels(scheme, request.levels, request.centre)
    drawn = compute_draw(state, scheme, levels, entropy)
    if drawn is None:
        return Decision((), (LIST_USED_UP,), protocol_version)
    arm, draw = drawn
    event = PlaceSetAside(
        sequence=state.next_sequence,
        scheme=scheme.identifier,
        algorithm_version=ALGORITHM_VERSION,
        protocol_version=protocol_version,
        request=request.request,
        levels=levels,
        reason=request.reason,
        at=now,
        arm=arm,
        draw=draw,
    )
    return Decision((event,), (), protocol_version)


def decide_error_mark(
    history: Sequence[LogEntry],
    request: ErrorMark,
    *,
    scheme: Scheme,
    now: datetime.datetime,
    protocol_version: str,
) -> Decision[MarkedInError]:
    """Mark an allocation as made in error: it stays in the log, on its list and in the analysis that counts it.

    Args:
        history: log of every scheme of the study, in order.
        request: the patient and the reason.
        scheme: the scheme.
        now: the time, with its zone.
        protocol_version: version of the protocol in force.

    Returns:
        One event, or the reasons why not.
    """
    state = compute_scheme_state(history, scheme.identifier)
    if (answered := state.requests.get(request.request)) is not None:
        if isinstance(answered, MarkedInError) and answered.patient == request.patient:
            return Decision((answered,), (ALREADY_ANSWERED,), protocol_version)
        return Decision((), (REQUEST_REUSED,), protocol_version)
    reasons = list(_check_correction(request.reason, now))
    if request.patient not in state.allocated:
        reasons.append(NOT_ALLOCATED)
    elif request.patient in state.in_error:
        reasons.append(ALREADY_MARKED)
    if reasons:
        return Decision((), tuple(reasons), protocol_version)
    event = MarkedInError(
        sequence=state.next_sequence,
        scheme=scheme.identifier,
        protocol_version=protocol_version,
        request=request.request,
        patient=request.patient,
        reason=request.reason,
        at=now,
    )
    return Decision((event,), (), protocol_version)


def decide_stratum_correction(
    history: Sequence[LogEntry],
    request: StratumCorrection,
    *,
    scheme: Scheme,
    now: datetime.datetime,
    protocol_version: str,
) -> Decision[StratumCorrected]:
    """Correct a level: the arm and the place on the list stay as they were drawn.

    Args:
        history: log of every scheme of the study, in order.
        request: the patient, the stratum, the right level and the reason.
        scheme: the scheme.
        now: the time, with its zone.
        protocol_version: version of the protocol in force.

    Returns:
        One event, or the reasons why not.
    """
    state = compute_scheme_state(history, scheme.identifier)
    if (answered := state.requests.get(request.request)) is not None:
        if isinstance(answered, StratumCorrected) and answered.patient == request.patient:
            return Decision((answered,), (ALREADY_ANSWERED,), protocol_version)
        return Decision((), (REQUEST_REUSED,), protocol_version)
    reasons = list(_check_correction(request.reason, now))
    stratum = next((found for found in scheme.strata if found.identifier == request.stratum), None)
    if stratum is None:
        reasons.append(tell_stratum_unknown(request.stratum, scheme.strata))
    elif request.level not in stratum.levels:
        reasons.append(tell_level_unknown(stratum, request.level))
    if request.patient not in state.allocated:
        reasons.append(NOT_ALLOCATED)
    elif (request.stratum, request.level) in state.levels[request.patient]:
        reasons.append(ALREADY_SO)
    if reasons:
        return Decision((), tuple(reasons), protocol_version)
    event = StratumCorrected(
        sequence=state.next_sequence,
        scheme=scheme.identifier,
        protocol_version=protocol_version,
        request=request.request,
        patient=request.patient,
        stratum=request.stratum,
        level=request.level,
        reason=request.reason,
        at=now,
    )
    return Decision((event,), (), protocol_version)


def _check_correction(reason: str, now: datetime.datetime) -> tuple[Reason, ...]:
    return (
        *(() if reason.strip() else (REASON_MISSING,)),
        *(() if now.utcoffset() is not None else (TIME_WITHOUT_ZONE,)),
    )
