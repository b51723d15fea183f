"""RECIST 1.1 for many rehearsed patients at once, as arrays.

It knows only what a rehearsal makes: no nodes, no markers, no equivocal lesions, every scan complete. On these it
must give the answers of the derivations, and a test holds both against each other: this is a faster road, not a
second truth.

Reference:
    RECIST 1.1, sections 4.3 to 4.7 (doi:10.1016/j.ejca.2008.10.026).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from abscopal.derivations.response.settings import ResponseSettings
from abscopal.errors import OptionError
from abscopal.rehearsal.readings import Readings

CODES = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE")
CR, PR, SD, NEITHER, PD, NE = range(6)
NEVER = np.inf


@dataclass(frozen=True, slots=True)
class ArrayResponses:
    """Responses of patients.

    Args:
        response: patient by scan after baseline, place in CODES; NE where the scan was not made.
        best: patient, place in CODES of the best overall response, unconfirmed.
        progression_day: day of the first progression after the reference date; infinite without one.
        last_day: day of the last evaluable scan; not a number without one.
        response_day: day of the first complete or partial response; infinite without one.
        best_change: lowest sum of the targets after baseline, as a share of baseline; not a number without one.
    """

    response: NDArray[np.int64]
    best: NDArray[np.int64]
    progression_day: NDArray[np.float64]
    last_day: NDArray[np.float64]
    response_day: NDArray[np.float64]
    best_change: NDArray[np.float64]


def derive_array_responses(
    readings: Readings, settings: ResponseSettings, *, lesions: NDArray[np.bool_] | None = None
) -> ArrayResponses:
    """Judge every scan and find the best response.

    Args:
        readings: what was read; lesions are targets or non-targets from baseline on.
        settings: the readings of the rules in force; confirmation is not known here.
        lesions: patient by lesion, which count (all when None), such as the distant ones.

    Returns:
        The responses.

    Raises:
        OptionError: the settings ask for what arrays do not know.
    """
    if settings.confirmation_required or not settings.carry_response:
        raise OptionError(
            "A rehearsal of many trials knows responses that need no confirmation and are carried.",
            where="lesions, settings",
            remedy="Rehearse one trial (--trials 1), which is read out by the rules of the study file.",
        )
    response, sums, has_targets = _judge(readings, lesions)
    return _summarise(readings, response, sums, has_targets, settings)


def derive_progression_days(readings: Readings) -> NDArray[np.float64]:
    """Find the first scan that shows progression, without the rest of what is read from scans.

    Args:
        readings: what was read.

    Returns:
        Patient: its day after the reference date; infinite without one.
    """
    response, _, _ = _judge(readings, None)
    return _find_progression(readings, response)


def _find_progression(readings: Readings, response: NDArray[np.int64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.where(response == PD, readings.day[:, 1:], NEVER).min(
        axis=1, initial=NEVER
    )
    return found


def _judge(
    readings: Readings, lesions: NDArray[np.bool_] | None
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """The response at every scan, the sum of the targets at every scan, and who has targets."""
    counted = np.ones_like(readings.is_target) if lesions is None else lesions
    exists: NDArray[np.bool_] = np.logical_and(readings.tenths[:, 0] >= 0, counted)
    target: NDArray[np.bool_] = np.logical_and(readings.is_target, exists)
    other: NDArray[np.bool_] = np.logical_and(~readings.is_target, exists)
    scans = readings.tenths.shape[1]
    sums = np.where(target[:, None, :], readings.tenths, 0).sum(axis=2)
    has_targets: NDArray[np.bool_] = np.any(target, axis=1)
    has_others: NDArray[np.bool_] = np.any(other, axis=1)
    others_left: NDArray[np.bool_] = np.asarray(
        np.any(np.where(other[:, None, :], readings.tenths, 0) > 0, axis=2), dtype=np.bool_
    )
    base, nadir = sums[:, 0], sums[:, 0].copy()
    held = np.zeros(len(base), dtype=np.bool_)
    cleared, found_new, responded, has_grown = held.copy(), held.copy(), held.copy(), held.copy()
    response = np.full((len(base), scans - 1), NE)
    for scan in range(1, scans):
        done, total = readings.done[:, scan], sums[:, scan]
        found_new = found_new | readings.new_lesion[:, scan]
        gone = has_targets & (total == 0)
        grown = has_targets & (total * 10 >= nadir * 12) & (total - nadir >= 50) & ~gone
        back = cleared & ((total > 0) | others_left[:, scan])
        progressed = grown | back | found_new
        shrunk = has_targets & (total * 10 <= base * 7) & ~gone
        complete = (gone | ~has_targets) & ~others_left[:, scan] & (has_targets | has_others)
        judged = np.select(
            [progressed, complete, has_targets & (gone | shrunk | held), has_targets, has_others],
            [PD, CR, PR, SD, NEITHER],
            default=NE,
        )
        response[:, scan - 1] = np.where(done, judged, NE)
        nadir = np.where(done, np.minimum(nadir, total), nadir)
        # A response holds until the targets first progress, and no later one holds again.
        responded = responded | (done & (gone | (shrunk & ~grown)))
        has_grown = has_grown | (done & grown)
        held = responded & ~has_grown
        cleared = cleared | (done & complete & ~found_new)
    return response, sums, has_targets


def _summarise(
    readings: Readings,
    response: NDArray[np.int64],
    sums: NDArray[np.int64],
    has_targets: NDArray[np.bool_],
    settings: ResponseSettings,
) -> ArrayResponses:
    day = readings.day[:, 1:].astype(np.float64)
    progression = _find_progression(readings, response)
    counts = (day <= progression[:, None]) & (response != NE)
    late = day >= settings.sd_min_days
    best = np.full(len(day), NE)
    for code, when in (
        (PD, counts),
        (NEITHER, counts & late),
        (SD, counts & late),
        (PR, counts),
        (CR, counts),
    ):
        best = np.where((when & (response == code)).any(axis=1), code, best)
    responding = counts & ((response == CR) | (response == PR))
    with np.errstate(invalid="ignore", divide="ignore"):
        change = np.where(counts, sums[:, 1:] / sums[:, :1], NEVER).min(axis=1)
    last = np.where(counts, day, -NEVER).max(axis=1)
    return ArrayResponses(
        response=response,
        best=best,
        progression_day=progression,
        last_day=np.where(np.isfinite(last), last, np.nan),
        response_day=np.where(responding, day, NEVER).min(axis=1),
        best_change=np.where(np.isfinite(change) & has_targets, change, np.nan),
    )


def derive_lesion_decreases(readings: Readings, *, decrease_percent: float) -> NDArray[np.int64]:
    """Say of each target whether its diameter ever fell by a share of its baseline, at any scan that is made.

    Scans after the progression of the patient count: a lesion has its own history.

    Args:
        readings: what was read.
        decrease_percent: the share, per cent.

    Returns:
        Patient by lesion: 1 for yes, 0 for no, -1 where it cannot be told (no scan after baseline), -2 where the
        lesion is no target.
    """
    later = readings.done[:, 1:, None]
    tenths = readings.tenths
    kept = (tenths[:, 1:] * 100 <= tenths[:, :1] * (100 - decrease_percent)) & later
    told = np.where(np.any(kept, axis=1), 1, np.where(np.any(later, axis=1), 0, -1))
    return np.asarray(np.where(readings.is_target, told, -2), dtype=np.int64)
