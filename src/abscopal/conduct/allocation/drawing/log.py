"""What a scheme remembers: its log of allocations, places set aside, errors and corrections, in order."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

from abscopal.conduct.allocation.laws.law import State

Levels = tuple[tuple[str, str], ...]
"""Stratum and level, in the order of the scheme."""


@dataclass(frozen=True, slots=True)
class Draw:
    """How chance was turned into an arm; never shown to a centre.

    Args:
        entropy: the bytes that decided.
        scores: score of each arm or part of an arm, under minimisation; the least was preferred.
        probabilities: probability of each arm.
        state: where the list stands afterwards; under minimisation, the part that was drawn.
    """

    entropy: bytes
    scores: tuple[tuple[str, float], ...]
    probabilities: tuple[tuple[str, float], ...]
    state: State


@dataclass(frozen=True, slots=True)
class Allocated:
    """A patient was given an arm.

    Args:
        sequence: place in the log of the scheme, from 1.
        scheme: the scheme.
        algorithm_version: version of the rules that drew.
        protocol_version: version of the protocol in force.
        request: identifier of the request, the same when it is sent twice.
        patient: the patient.
        centre: the centre.
        levels: stratum and level of the patient when drawn.
        eligibility: the signed decision on which it rests.
        arm: the arm.
        at: when, with its zone.
        draw: how it was drawn; kept out of the printed form.
    """

    sequence: int
    scheme: str
    algorithm_version: str
    protocol_version: str
    request: str
    patient: str
    centre: str
    levels: Levels
    eligibility: str
    arm: str
    at: datetime.datetime
    draw: Draw = field(repr=False)


@dataclass(frozen=True, slots=True)
class PlaceSetAside:
    """The next place of a list was drawn and given to nobody, with the reason; the list goes on after it."""

    sequence: int
    scheme: str
    algorithm_version: str
    protocol_version: str
    request: str
    levels: Levels
    reason: str
    at: datetime.datetime
    arm: str = field(repr=False)
    draw: Draw = field(repr=False)


@dataclass(frozen=True, slots=True)
class MarkedInError:
    """A patient had been randomised in error; the allocation stays, with the reason."""

    sequence: int
    scheme: str
    protocol_version: str
    request: str
    patient: str
    reason: str
    at: datetime.datetime


@dataclass(frozen=True, slots=True)
class StratumCorrected:
    """A level had been entered wrongly; the arm and the place on the list stay.

    The correct level serves from then on to count caps and, under minimisation, to balance.
    """

    sequence: int
    scheme: str
    protocol_version: str
    request: str
    patient: str
    stratum: str
    level: str
    reason: str
    at: datetime.datetime


LogEntry = Allocated | PlaceSetAside | MarkedInError | StratumCorrected


@dataclass(frozen=True, slots=True)
class SchemeState:
    """What the log of one scheme amounts to.

    Args:
        next_sequence: place of the next entry.
        allocated: allocations by patient.
        levels: levels by patient, corrections included.
        in_error: patients randomised in error.
        lists: where each list stands, by the levels that name it.
        requests: entries by request.
    """

    next_sequence: int
    allocated: dict[str, Allocated]
    levels: dict[str, Levels]
    in_error: frozenset[str]
    lists: dict[Levels, State]
    requests: dict[str, LogEntry]


def compute_scheme_state(history: Sequence[LogEntry], scheme: str) -> SchemeState:
    """Add up the log of one scheme.

    Args:
        history: entries of every scheme of the study, in order.
        scheme: the scheme.

    Returns:
        What the next decision needs to know.

    Example:
        >>> compute_scheme_state((), "main").next_sequence
        1
    """
    allocated: dict[str, Allocated] = {}
    levels: dict[str, Levels] = {}
    in_error: set[str] = set()
    lists: dict[Levels, State] = {}
    own = [entry for entry in history if entry.scheme == scheme]
    for entry in own:
        match entry:
            case Allocated():
                allocated[entry.patient] = entry
                levels[entry.patient] = entry.levels
                lists[entry.levels] = entry.draw.state
            case PlaceSetAside():
                lists[entry.levels] = entry.draw.state
            case MarkedInError():
                in_error.add(entry.patient)
            case StratumCorrected():
                levels[entry.patient] = tuple(
                    (name, entry.level if name == entry.stratum else level)
                    for name, level in levels[entry.patient]
                )
    return SchemeState(
        next_sequence=max((entry.sequence for entry in own), default=0) + 1,
        allocated=allocated,
        levels=levels,
        in_error=frozenset(in_error),
        lists=lists,
        requests={entry.request: entry for entry in own},
    )
