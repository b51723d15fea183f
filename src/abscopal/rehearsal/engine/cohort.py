"""Patients that are integrated together: their state, their parameters, their doses."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abscopal.rehearsal.engine.dormand_prince import FIRST_STEP, compile_advance
from abscopal.rehearsal.engine.expressions import Floats, Values, list_names, work_out, work_out_start
from abscopal.rehearsal.model.description import ModelDescription
from abscopal.rehearsal.model.lane_kernel import LANES, Layout, lay_out


@dataclass(slots=True)
class Cohort:
    """Patients with the same number of lesions, in blocks of lanes.

    Args:
        model: the description.
        layout: rows of the arrays.
        patients: number of patients; the last block is filled up with copies of the last one.
        lesions: number of lesions of each.
        y: state, block by row by lane.
        shared: shared parameters.
        patient: parameters and starting quantities of the patients, block by row by lane.
        lesion: the same of the lesions.
        step: step of each block, days.
        failed: whether a patient could not be integrated.
        day: the day that the state is at.
    """

    model: ModelDescription
    layout: Layout
    patients: int
    lesions: int
    y: Floats
    shared: Floats
    patient: Floats
    lesion: Floats
    step: Floats
    failed: NDArray[np.bool_]
    day: float


def make_cohort(model: ModelDescription, values: Values, *, lesions: int) -> Cohort:
    """Put patients into blocks and work out their state before the first dose.

    Args:
        model: the description.
        values: every parameter by symbol: one number, one a patient, or one a patient and lesion.
        lesions: number of lesions of each patient.

    Returns:
        The cohort, on day 0.
    """
    layout = lay_out(model)
    known = work_out_start(model, values, lesions=lesions)
    patients = max(array.shape[0] for array in known.values() if np.ndim(array))
    rows = [work_out(state.start, known) for state in model.states if state.scope == "patient"]
    tails = [work_out(state.start, known) for state in model.states if state.scope == "lesion"]
    state = [_fit(row, patients) for row in rows]
    state += [_fit(tail, patients, place) for place in range(lesions) for tail in tails]
    patient = [_fit(known[name], patients) for name in layout.patient]
    lesion = [_fit(known[name], patients, place) for place in range(lesions) for name in layout.lesion]
    blocks = -(-patients // LANES)
    return Cohort(
        model=model,
        layout=layout,
        patients=patients,
        lesions=lesions,
        y=_block(state, blocks),
        shared=np.array([float(known[name]) for name in layout.shared]),
        patient=_block(patient, blocks),
        lesion=_block(lesion, blocks),
        step=np.full(blocks, FIRST_STEP),
        failed=np.zeros(patients, dtype=np.bool_),
        day=0.0,
    )


def give_doses(cohort: Cohort, kind: str, doses: Floats) -> None:
    """Add doses at once.

    Args:
        cohort: the patients.
        kind: drug and route, as in the model.
        doses: one a patient; for a dose into lesions one a patient and lesion. 0 is none.
    """
    found = next(item for item in cohort.model.doses if item.identifier == kind)
    needed = frozenset[str]().union(*(list_names(expression) for expression in found.adds.values()))
    known: dict[str, Any] = {
        name: _read_parameter(cohort, name) for name in cohort.layout.lesion if name in needed
    }
    known["dose"] = doses
    for state, expression in found.adds.items():
        added = np.broadcast_to(np.asarray(work_out(expression, known)), doses.shape)
        if state in cohort.layout.lesion_states:
            for place in range(cohort.lesions):
                _add(cohort, _row_of(cohort, state, place), added[:, place])
        else:
            _add(cohort, _row_of(cohort, state, 0), added.sum(axis=1) if added.ndim == 2 else added)
    cohort.step[:] = np.minimum(cohort.step, FIRST_STEP)


def advance(
    cohort: Cohort, *, until: float, tolerance: float, at: Sequence[float], keep: Sequence[str]
) -> dict[str, Floats]:
    """Let time pass.

    Args:
        cohort: the patients; their state and day are moved.
        until: the day to stop at.
        tolerance: relative tolerance of a step.
        at: days at which states are kept, after the present day and up to `until`, in order.
        keep: states to keep.

    Returns:
        For each state, patient by day, or patient by day by lesion. Patients that could not be
        integrated are marked in `failed` and have no numbers.
    """
    rows = [row for state in keep for row in _rows_of(cohort, state)]
    days = np.asarray(at, dtype=np.float64)
    kept = np.full((len(cohort.y), len(days), len(rows), LANES), np.nan)
    before, steps = cohort.y.copy(), cohort.step.copy()
    broken = _run(
        cohort, cohort.y, cohort.patient, cohort.lesion, until, tolerance, days, rows, kept, cohort.step
    )
    for block in np.flatnonzero(broken):
        _isolate(cohort, int(block), before, float(steps[block]), until, tolerance, days, rows, kept)
    cohort.day = until
    whole = np.moveaxis(kept, 3, 1).reshape(len(kept) * LANES, len(days), len(rows))
    found = whole[: cohort.patients]
    found[cohort.failed] = np.nan
    return _name(cohort, keep, found)


def read_state(cohort: Cohort, state: str) -> Floats:
    """The present value of a state: one a patient, or one a patient and lesion.

    Args:
        cohort: the patients.
        state: symbol of the state.

    Returns:
        A copy.
    """
    rows = _rows_of(cohort, state)
    values = np.stack([cohort.y[:, row].reshape(-1)[: cohort.patients] for row in rows], axis=1)
    values[cohort.failed] = np.nan
    return values if state in cohort.layout.lesion_states else values[:, 0]


def _run(
    cohort: Cohort, y: Floats, patient: Floats, lesion: Floats, until: float, tolerance: float,
    days: Floats, rows: Sequence[int], kept: Floats, step: Floats,
) -> NDArray[np.bool_]:  # fmt: skip
    blocks = len(y)
    broken = np.zeros(blocks, dtype=np.bool_)
    compile_advance()(
        y.reshape(blocks, -1), cohort.shared, patient.reshape(blocks, -1), lesion.reshape(blocks, -1),
        cohort.lesions, cohort.day, until, tolerance, step, days, np.array(rows, dtype=np.int64), kept, broken,
    )  # fmt: skip
    return broken


def _isolate(
    cohort: Cohort, block: int, before: Floats, step: float, until: float, tolerance: float,
    days: Floats, rows: Sequence[int], kept: Floats,
) -> None:  # fmt: skip
    """Integrate each patient of a broken block alone, so that one of them does not take the others along."""
    for lane in range(LANES):
        number = block * LANES + lane
        y, patient, lesion = (
            np.repeat(array[block : block + 1, :, lane : lane + 1], LANES, axis=2)
            for array in (before, cohort.patient, cohort.lesion)
        )
        own = np.full((1, *kept.shape[1:]), np.nan)
        broken = _run(cohort, y, patient, lesion, until, tolerance, days, rows, own, np.array([step]))
        if broken[0]:
            if number < cohort.patients:
                cohort.failed[number] = True
            # The place of a patient who cannot go on is taken by a neighbour who can, and read by nobody.
            kept[block, :, :, lane] = np.nan
            continue
        cohort.y[block, :, lane] = y[0, :, 0]
        kept[block, :, :, lane] = own[0, :, :, 0]
    _fill_failed(cohort, block)
    cohort.step[block] = FIRST_STEP


def _fill_failed(cohort: Cohort, block: int) -> None:
    numbers = np.arange(block * LANES, min((block + 1) * LANES, cohort.patients))
    sound = numbers[~cohort.failed[numbers]] - block * LANES
    if len(sound) == 0:
        return
    for number in numbers[cohort.failed[numbers]] - block * LANES:
        for array in (cohort.y, cohort.patient, cohort.lesion):
            array[block, :, number] = array[block, :, sound[0]]


def _fit(values: Any, patients: int, place: int = 0) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim == 0:
        return np.full(patients, float(array))
    return np.ascontiguousarray(array[:, place if array.shape[1] > 1 else 0])


def _block(rows: Sequence[Floats], blocks: int) -> Floats:
    patients = len(rows[0])
    padded = np.stack(rows)[:, np.minimum(np.arange(blocks * LANES), patients - 1)]
    return np.ascontiguousarray(np.moveaxis(padded.reshape(len(rows), blocks, LANES), 0, 1))


def _row_of(cohort: Cohort, state: str, place: int) -> int:
    if state in cohort.layout.patient_states:
        return cohort.layout.patient_states.index(state)
    first = len(cohort.layout.patient_states) + place * len(cohort.layout.lesion_states)
    return first + cohort.layout.lesion_states.index(state)


def _rows_of(cohort: Cohort, state: str) -> list[int]:
    count = cohort.lesions if state in cohort.layout.lesion_states else 1
    return [_row_of(cohort, state, place) for place in range(count)]


def _add(cohort: Cohort, row: int, values: Floats) -> None:
    padded = values[np.minimum(np.arange(len(cohort.y) * LANES), cohort.patients - 1)]
    cohort.y[:, row] += padded.reshape(len(cohort.y), LANES)


def _read_parameter(cohort: Cohort, name: str) -> Floats:
    row = cohort.layout.lesion.index(name)
    width = len(cohort.layout.lesion)
    rows = [
        cohort.lesion[:, place * width + row].reshape(-1)[: cohort.patients]
        for place in range(cohort.lesions)
    ]
    return np.stack(rows, axis=1)


def _name(cohort: Cohort, keep: Sequence[str], flat: Floats) -> dict[str, Floats]:
    named: dict[str, Floats] = {}
    column = 0
    for state in keep:
        width = len(_rows_of(cohort, state))
        part = flat[:, :, column : column + width]
        named[state] = part if state in cohort.layout.lesion_states else part[:, :, 0]
        column += width
    return named
