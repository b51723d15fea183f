"""May this patient be given an arm, and which: a pure function of scheme, history, request and entropy."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from abscopal.conduct.allocation.drawing.entropy import ENTROPY_BYTES, compute_share
from abscopal.conduct.allocation.drawing.log import (
    Allocated,
    Draw,
    Levels,
    LogEntry,
    SchemeState,
    compute_scheme_state,
)
from abscopal.conduct.allocation.drawing.reasons import (
    ALREADY_ALLOCATED,
    ALREADY_ANSWERED,
    ELIGIBILITY_NOT_SIGNED,
    ENTROPY_UNFIT,
    LIST_USED_UP,
    REQUEST_REUSED,
    SCHEME_UNFIT,
    TIME_WITHOUT_ZONE,
    tell_cap_reached,
    tell_level_missing,
    tell_level_unknown,
    tell_stratum_unknown,
)
from abscopal.conduct.allocation.drawing.scheme import ALGORITHM_VERSION, Cap, Scheme, check_scheme
from abscopal.conduct.allocation.laws.law import compute_arm_probabilities
from abscopal.conduct.allocation.laws.methods import compute_list_law, compute_minimisation_law
from abscopal.conduct.decision import Decision, Reason


@dataclass(frozen=True, slots=True)
class AllocationRequest:
    """Somebody asks for the arm of a patient.

    Args:
        request: identifier of the request; sending it again gives the same answer.
        patient: the patient.
        centre: the centre.
        levels: level of each stratum, except of the centre.
        eligibility: identifier of the signed decision of eligibility; None where there is none.
    """

    request: str
    patient: str
    centre: str
    levels: Mapping[str, str] = field(default_factory=dict)
    eligibility: str | None = None


def decide_allocation(
    history: Sequence[LogEntry],
    request: AllocationRequest,
    *,
    scheme: Scheme,
    now: datetime.datetime,
    entropy: bytes,
    protocol_version: str,
) -> Decision[Allocated]:
    """Give a patient an arm, or say why not.

    The same arguments give the same answer. The history is read under the lock that also writes the event, so
    that no two patients take one place.

    Args:
        history: log of every scheme of the study, in order.
        request: the patient, the centre, the levels and the signed eligibility.
        scheme: the scheme.
        now: the time, with its zone.
        entropy: sixteen bytes that nobody could foresee.
        protocol_version: version of the protocol in force.

    Returns:
        One event; or a refusal with every reason at once. A request already answered gets its event again.

    Example:
        >>> from abscopal.conduct.allocation.laws.methods import MethodSettings
        >>> scheme = Scheme("main", ("IT", "IV"), (2, 1), MethodSettings("permuted_blocks", block_lengths=(3,)))
        >>> decision = decide_allocation(
        ...     (), AllocationRequest("R1", "P1", "C1", eligibility="E1"), scheme=scheme,
        ...     now=datetime.datetime(2024, 5, 1, tzinfo=datetime.timezone.utc), entropy=bytes(16),
        ...     protocol_version="1.0")
        >>> decision.events[0].arm, decision.events[0].sequence
        ('IT', 1)
        >>> decide_allocation(
        ...     (), AllocationRequest("R1", "P1", "C1"), scheme=scheme,
        ...     now=datetime.datetime(2024, 5, 1, tzinfo=datetime.timezone.utc), entropy=bytes(16),
        ...     protocol_version="1.0").codes
        ('ELIGIBILITY_NOT_SIGNED',)
    """
    state = compute_scheme_state(history, scheme.identifier)
    if (answered := state.requests.get(request.request)) is not None:
        if isinstance(answered, Allocated) and answered.patient == request.patient:
            return Decision((answered,), (ALREADY_ANSWERED,), protocol_version)
        return Decision((), (REQUEST_REUSED,), protocol_version)
    if request.patient in state.allocated:
        return Decision((), (ALREADY_ALLOCATED,), protocol_version)
    reasons = (
        *_check_call(scheme, now, entropy),
        *(() if request.eligibility else (ELIGIBILITY_NOT_SIGNED,)),
        *check_levels(scheme, request.levels, request.centre),
    )
    if reasons:
        return Decision((), reasons, protocol_version)
    levels = list_levels(scheme, request.levels, request.centre)
    reasons = tuple(_check_caps(history, state, scheme, request, levels))
    drawn = None if reasons else compute_draw(state, scheme, levels, entropy)
    if drawn is None:
        return Decision((), reasons or (LIST_USED_UP,), protocol_version)
    arm, draw = drawn
    event = Allocated(
        sequence=state.next_sequence,
        scheme=scheme.identifier,
        algorithm_version=ALGORITHM_VERSION,
        protocol_version=protocol_version,
        request=request.request,
        patient=request.patient,
        centre=request.centre,
        levels=levels,
        eligibility=request.eligibility or "",
        arm=arm,
        at=now,
        draw=draw,
    )
    return Decision((event,), (), protocol_version)


def _check_call(scheme: Scheme, now: datetime.datetime, entropy: bytes) -> Iterator[Reason]:
    if check_scheme(scheme):
        yield SCHEME_UNFIT
    if now.utcoffset() is None:
        yield TIME_WITHOUT_ZONE
    if len(entropy) != ENTROPY_BYTES:
        yield ENTROPY_UNFIT


def check_levels(scheme: Scheme, given: Mapping[str, str], centre: str) -> tuple[Reason, ...]:
    """Check that every stratum covers the patient.

    Args:
        scheme: the scheme.
        given: level by stratum.
        centre: the centre, which is a level where a stratum is made of centres.

    Returns:
        What is missing, unknown or not covered.
    """
    found = []
    for stratum in scheme.strata:
        level = centre if stratum.is_centre else given.get(stratum.identifier)
        if not level:
            found.append(tell_level_missing(stratum))
        elif level not in stratum.levels:
            found.append(tell_level_unknown(stratum, level))
    names = {stratum.identifier for stratum in scheme.strata}
    found += [tell_stratum_unknown(name, scheme.strata) for name in given if name not in names]
    return tuple(found)


def list_levels(scheme: Scheme, given: Mapping[str, str], centre: str) -> Levels:
    """List stratum and level in the order of the scheme; the centre speaks for itself."""
    return tuple(
        (stratum.identifier, centre if stratum.is_centre else given[stratum.identifier])
        for stratum in scheme.strata
    )


def _check_caps(
    history: Sequence[LogEntry],
    state: SchemeState,
    scheme: Scheme,
    request: AllocationRequest,
    levels: Levels,
) -> Iterator[Reason]:
    counted = [
        event
        for patient, event in state.allocated.items()
        if scheme.errors_in_caps == "counted" or patient not in state.in_error
    ]
    for cap in scheme.caps:
        for name, number in _count_towards(cap, counted, history, state, scheme, request, levels):
            if number >= cap.limit:
                yield tell_cap_reached(cap, name=name)
                break


def _count_towards(
    cap: Cap,
    counted: Sequence[Allocated],
    history: Sequence[LogEntry],
    state: SchemeState,
    scheme: Scheme,
    request: AllocationRequest,
    levels: Levels,
) -> Iterator[tuple[str, int]]:
    """Give each name that the cap would count this patient under, with the patients already there."""
    match cap.scope:
        case "study":
            others = {
                entry.patient
                for entry in history
                if isinstance(entry, Allocated) and entry.scheme != scheme.identifier
            }
            patients = others | {event.patient for event in counted}
            if request.patient not in patients:
                yield "", len(patients)
        case "centre":
            if cap.name in (None, request.centre):
                yield request.centre, sum(event.centre == request.centre for event in counted)
        case "arm":
            # Whichever arm is full, nobody is drawn any more: what remained would be foreseeable.
            for arm in scheme.arms:
                if cap.name in (None, arm):
                    yield arm, sum(event.arm == arm for event in counted)
        case "stratum":
            for name, level in levels:
                if cap.name in (None, name) and cap.level in (None, level):
                    there = sum((name, level) in state.levels[event.patient] for event in counted)
                    yield f"{name} = {level}", there


def compute_draw(
    state: SchemeState, scheme: Scheme, levels: Levels, entropy: bytes
) -> tuple[str, Draw] | None:
    """Turn entropy into an arm.

    Args:
        state: what the log amounts to.
        scheme: the scheme.
        levels: levels of the patient, or of the list.
        entropy: sixteen bytes.

    Returns:
        The arm and how it was drawn; None where the list is used up.
    """
    if scheme.settings.method == "minimisation":
        return _draw_by_minimisation(state, scheme, levels, entropy)
    law = compute_list_law(scheme.settings, scheme.ratio)
    place = state.lists.get(levels, law.start)
    outcomes = law.list_outcomes(place)
    if not outcomes:
        return None
    share, chosen = compute_share(entropy), outcomes[-1]
    for outcome in outcomes:
        if share < outcome.probability:
            chosen = outcome
            break
        share -= outcome.probability
    probabilities = compute_arm_probabilities(law, place)
    named = tuple((arm, float(value)) for arm, value in zip(scheme.arms, probabilities, strict=True))
    return scheme.arms[chosen.arm], Draw(entropy, (), named, chosen.state)


def _draw_by_minimisation(
    state: SchemeState, scheme: Scheme, levels: Levels, entropy: bytes
) -> tuple[str, Draw]:
    weights = tuple(stratum.weight for stratum in scheme.strata)
    law = compute_minimisation_law(scheme.settings, scheme.ratio, weights=weights)
    parts = law.arm_of_part
    counts = np.zeros((len(levels) + 1, len(parts)))
    for patient, event in state.allocated.items():
        part = event.draw.state[0]
        counts[-1, part] += 1
        for factor, (own, theirs) in enumerate(zip(levels, state.levels[patient], strict=True)):
            counts[factor, part] += own == theirs
    probabilities = law.compute_probabilities(counts)
    reached = np.cumsum(probabilities) > float(compute_share(entropy))
    part = int(np.argmax(reached)) if reached.any() else len(parts) - 1
    scores = law.compute_scores(counts)
    by_arm = [
        (arm, float(sum(probabilities[place] for place, owner in enumerate(parts) if owner == number)))
        for number, arm in enumerate(scheme.arms)
    ]
    by_part = [(scheme.arms[owner], float(score)) for owner, score in zip(parts, scores, strict=True)]
    return scheme.arms[parts[part]], Draw(entropy, tuple(by_part), tuple(by_arm), (part,))
