"""Proof that a log follows from its scheme: every decision is taken again and compared."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from abscopal.conduct.allocation.drawing.corrections import (
    ErrorMark,
    SetAsideRequest,
    StratumCorrection,
    decide_error_mark,
    decide_place_aside,
    decide_stratum_correction,
)
from abscopal.conduct.allocation.drawing.decisions import AllocationRequest, decide_allocation
from abscopal.conduct.allocation.drawing.entropy import compute_entropy
from abscopal.conduct.allocation.drawing.log import (
    Allocated,
    LogEntry,
    MarkedInError,
    PlaceSetAside,
    compute_scheme_state,
)
from abscopal.conduct.allocation.drawing.scheme import ALGORITHM_VERSION, Scheme
from abscopal.conduct.decision import Decision
from abscopal.protocol.text import Text


@dataclass(frozen=True, slots=True)
class Replay:
    """What replaying a log found.

    Args:
        checked: entries that follow from the scheme, before the first that does not.
        departs_at: place of the first entry that does not; None when all do.
        text: the finding, for the custodian; it names no arm.
    """

    checked: int
    departs_at: int | None
    text: Text

    @property
    def is_faithful(self) -> bool:
        """Whether the whole log follows from its scheme."""
        return self.departs_at is None


def replay(history: Sequence[LogEntry], *, scheme: Scheme, seed: bytes | None = None) -> Replay:
    """Take every decision of a log again, and say at which entry the log departs from its scheme.

    Args:
        history: log of every scheme of the study, in order.
        scheme: the scheme.
        seed: the seed of the scheme; None where the entropy of each draw was logged after use instead.

    Returns:
        How many entries follow, and where the log departs.

    Example:
        >>> from abscopal.conduct.allocation.laws.methods import MethodSettings
        >>> replay((), scheme=Scheme("main", ("A", "B"), (1, 1), MethodSettings("simple"))).is_faithful
        True
    """
    before: list[LogEntry] = []
    own = 0
    for entry in history:
        if entry.scheme == scheme.identifier:
            found = _find_departure(before, entry, scheme, seed)
            if found is not None:
                return Replay(own, entry.sequence, _tell_departure(entry.sequence, found))
            own += 1
        before.append(entry)
    return Replay(own, None, _tell_faithful(own))


def _find_departure(
    before: Sequence[LogEntry], entry: LogEntry, scheme: Scheme, seed: bytes | None
) -> Text | None:
    expected = compute_scheme_state(before, scheme.identifier)
    if entry.sequence != expected.next_sequence:
        return Text(
            en=f"place {expected.next_sequence} was expected: entries are missing or out of order.",
            fr=f"la place {expected.next_sequence} était attendue\u00a0: des lignes manquent ou sont déplacées.",
        )
    if isinstance(entry, Allocated | PlaceSetAside):
        if entry.algorithm_version != ALGORITHM_VERSION:
            return Text(
                en=f"it was drawn by version {entry.algorithm_version} of the rules.",
                fr=f"elle a été tirée par la version {entry.algorithm_version} des règles.",
            )
        if seed is not None and entry.draw.entropy != compute_entropy(
            seed, scheme=scheme.identifier, sequence=entry.sequence
        ):
            return Text(
                en="its entropy does not come from the seed.", fr="son entropie ne vient pas de la graine."
            )
    if entry.request in expected.requests:
        return Text(en="its request had been answered before.", fr="sa demande avait déjà reçu une réponse.")
    again = _decide_again(before, entry, scheme)
    if again.is_refused:
        codes = ", ".join(again.codes)
        return Text(en=f"it would be refused: {codes}.", fr=f"elle serait refusée\u00a0: {codes}.")
    taken = again.events[0]
    differing = [
        item.name for item in fields(entry) if getattr(entry, item.name) != getattr(taken, item.name)
    ]
    if differing:
        names = ", ".join(differing)
        return Text(
            en=f"taken again, it differs in: {names}.", fr=f"reprise, elle diffère par\u00a0: {names}."
        )
    return None


def _decide_again(before: Sequence[LogEntry], entry: LogEntry, scheme: Scheme) -> Decision[LogEntry]:
    version = entry.protocol_version
    centres = [stratum.identifier for stratum in scheme.strata if stratum.is_centre]
    match entry:
        case Allocated():
            given = {name: level for name, level in entry.levels if name not in centres}
            request = AllocationRequest(entry.request, entry.patient, entry.centre, given, entry.eligibility)
            decided = decide_allocation(
                before,
                request,
                scheme=scheme,
                now=entry.at,
                entropy=entry.draw.entropy,
                protocol_version=version,
            )
            return Decision(decided.events, decided.reasons, version)
        case PlaceSetAside():
            centre = next((level for name, level in entry.levels if name in centres), "")
            given = {name: level for name, level in entry.levels if name not in centres}
            aside = decide_place_aside(
                before,
                SetAsideRequest(entry.request, entry.reason, centre, given),
                scheme=scheme,
                now=entry.at,
                entropy=entry.draw.entropy,
                protocol_version=version,
            )
            return Decision(aside.events, aside.reasons, version)
        case MarkedInError():
            mark = ErrorMark(entry.request, entry.patient, entry.reason)
            marked = decide_error_mark(before, mark, scheme=scheme, now=entry.at, protocol_version=version)
            return Decision(marked.events, marked.reasons, version)
        case _:
            correction = StratumCorrection(
                entry.request, entry.patient, entry.stratum, entry.level, entry.reason
            )
            corrected = decide_stratum_correction(
                before, correction, scheme=scheme, now=entry.at, protocol_version=version
            )
            return Decision(corrected.events, corrected.reasons, version)


def _tell_departure(place: int, found: Text) -> Text:
    return Text(
        en=f"The log departs from its scheme at place {place}: {found.en}",
        fr=f"Le journal s’écarte de son schéma à la place {place}\u00a0: {found.fr}",
    )


def _tell_faithful(entries: int) -> Text:
    return Text(
        en=f"All {entries} entries follow from the scheme.",
        fr=f"Les {entries} lignes découlent du schéma.",
    )
