"""Adaptive Dormand-Prince of order 5(4) over blocks of patients that share their steps.

Every lane of a block is one patient. A step is accepted when the hardest lane accepts it, so the
composition of a block is part of the result; blocks are therefore made by patient number and never by
what happens to be free.

Reference:
    Dormand and Prince 1980 (doi:10.1016/0771-050X(80)90013-3); dense output of Hairer, Norsett and
    Wanner, Solving Ordinary Differential Equations I, section II.6.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numba
import numpy as np

from abscopal.rehearsal.model.lane_kernel import LANES, compile_right_hand_side

STAGES = np.array(
    [
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [1 / 5, 0.0, 0.0, 0.0, 0.0, 0.0],
        [3 / 40, 9 / 40, 0.0, 0.0, 0.0, 0.0],
        [44 / 45, -56 / 15, 32 / 9, 0.0, 0.0, 0.0],
        [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729, 0.0, 0.0],
        [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656, 0.0],
        [35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
    ]
)
NODES = np.array([0.0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0, 1.0])
ERROR = np.array([71 / 57600, 0.0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40])
DENSE = np.array(
    [
        -12715105075 / 11282082432,
        0.0,
        87487479700 / 32700410799,
        -10690763975 / 1880347072,
        701980252875 / 199316789632,
        -1453857185 / 822651844,
        69997945 / 29380423,
    ]
)
SAFETY, SMALLEST_FACTOR, LARGEST_FACTOR = 0.9, 0.2, 5.0
ABSOLUTE_SHARE = (
    1e-3  # of the relative tolerance: what is below a thousandth of a unit may be as wrong as that
)
FIRST_STEP = 0.05  # days
SMALLEST_STEP = 1e-9
MOST_STEPS = 100_000


def write_stage_source(stage: int) -> str:
    """Write the source of one stage, with its weights as numbers, so that the compiler sees one plain loop.

    Example:
        >>> print(write_stage_source(1))
        def combine(y, h, k, out, size):
            w0 = h * 0.2
            for i in range(size):
                out[i] = y[i] + w0 * k[i]
    """
    weights = {earlier: float(STAGES[stage, earlier]) for earlier in range(stage) if STAGES[stage, earlier]}
    terms = [f"w{earlier} * k[{f'{earlier} * size + ' if earlier else ''}i]" for earlier in weights]
    lines = [f"    w{earlier} = h * {weight!r}" for earlier, weight in weights.items()]
    loop = ["    for i in range(size):", f"        out[i] = y[i] + {' + '.join(terms)}"]
    return "\n".join(["def combine(y, h, k, out, size):", *lines, *loop])


def _compile_stage(stage: int) -> Callable[..., Any]:
    space: dict[str, Any] = {}
    exec(compile(write_stage_source(stage), f"<stage {stage}>", "exec"), space)
    return numba.njit(error_model="numpy", fastmath={"contract"}, nogil=True)(space["combine"])


@cache
def compile_advance() -> Callable[..., Any]:
    """Compile the integrator together with the model's right-hand side.

    Returns:
        `advance(y, shared, patient, lesion, lesions, start, end, tolerance, step, at, keep, kept, failed)`,
        which moves every block (row of `y`) from day `start` to day `end`, writes the quantities `keep` at
        the days `at` into `kept`, and marks the blocks that could not be integrated.
    """
    right_hand_side, layout = compile_right_hand_side()
    scratch_size = (len(layout.patient) + 32) * LANES
    combine_1, combine_2, combine_3 = (_compile_stage(stage) for stage in (1, 2, 3))
    combine_4, combine_5, combine_6 = (_compile_stage(stage) for stage in (4, 5, 6))
    e0, e2, e3, e4, e5, e6 = (float(ERROR[stage]) for stage in (0, 2, 3, 4, 5, 6))
    d0, d2, d3, d4, d5, d6 = (float(DENSE[stage]) for stage in (0, 2, 3, 4, 5, 6))
    c1, c2, c3, c4 = (float(NODES[stage]) for stage in (1, 2, 3, 4))

    @numba.njit(error_model="numpy", fastmath={"contract"}, nogil=True)
    def measure(y: Any, new: Any, h: float, k: Any, tolerance: float, sums: Any, size: int) -> float:
        absolute = tolerance * ABSOLUTE_SHARE
        sums[:] = 0.0
        for row in range(size // LANES):
            first = row * LANES
            for lane in range(LANES):
                i = first + lane
                error = h * (
                    e0 * k[i] + e2 * k[2 * size + i] + e3 * k[3 * size + i]
                    + e4 * k[4 * size + i] + e5 * k[5 * size + i] + e6 * k[6 * size + i]
                )  # fmt: skip
                scaled = error / (absolute + tolerance * max(abs(y[i]), abs(new[i])))
                sums[lane] += scaled * scaled
        worst = 0.0
        for lane in range(LANES):
            if not sums[lane] < np.inf:  # also when it is not a number
                return np.inf
            worst = max(worst, sums[lane])
        return float((worst * LANES / size) ** 0.5)

    @numba.njit(error_model="numpy", nogil=True)
    def write_between(
        y: Any, new: Any, h: float, k: Any, share: float, keep: Any, out: Any, size: int
    ) -> None:
        rest = 1.0 - share
        for place in range(keep.shape[0]):
            for lane in range(LANES):
                i = keep[place] * LANES + lane
                change = new[i] - y[i]
                bend = h * k[i] - change
                end = change - h * k[6 * size + i] - bend
                high = h * (
                    d0 * k[i] + d2 * k[2 * size + i] + d3 * k[3 * size + i]
                    + d4 * k[4 * size + i] + d5 * k[5 * size + i] + d6 * k[6 * size + i]
                )  # fmt: skip
                out[place, lane] = y[i] + share * (change + rest * (bend + share * (end + rest * high)))

    @numba.njit(error_model="numpy", nogil=True)
    def advance_block(
        y: Any, shared: Any, patient: Any, lesion: Any, lesions: int, start: float, end: float,
        tolerance: float, step: float, at: Any, keep: Any, kept: Any,
    ) -> float:  # fmt: skip
        size = y.shape[0]
        k, new, middle = np.zeros(7 * size), np.empty(size), np.empty(size)
        scratch, sums = np.zeros(scratch_size), np.empty(LANES)
        now, written = start, 0
        while written < at.shape[0] and at[written] <= start:
            for place in range(keep.shape[0]):
                for lane in range(LANES):
                    kept[written, place, lane] = y[keep[place] * LANES + lane]
            written += 1
        right_hand_side(now, y, k[:size], shared, patient, lesion, scratch, lesions)
        for _ in range(MOST_STEPS):
            if now >= end:
                return step
            h = min(step, end - now)
            combine_1(y, h, k, middle, size)
            right_hand_side(
                now + c1 * h, middle, k[size : 2 * size], shared, patient, lesion, scratch, lesions
            )
            combine_2(y, h, k, middle, size)
            right_hand_side(
                now + c2 * h, middle, k[2 * size : 3 * size], shared, patient, lesion, scratch, lesions
            )
            combine_3(y, h, k, middle, size)
            right_hand_side(
                now + c3 * h, middle, k[3 * size : 4 * size], shared, patient, lesion, scratch, lesions
            )
            combine_4(y, h, k, middle, size)
            right_hand_side(
                now + c4 * h, middle, k[4 * size : 5 * size], shared, patient, lesion, scratch, lesions
            )
            combine_5(y, h, k, middle, size)
            right_hand_side(
                now + h, middle, k[5 * size : 6 * size], shared, patient, lesion, scratch, lesions
            )
            combine_6(y, h, k, new, size)
            right_hand_side(now + h, new, k[6 * size :], shared, patient, lesion, scratch, lesions)
            error = measure(y, new, h, k, tolerance, sums, size)
            if not np.isfinite(error):
                step = h * SMALLEST_FACTOR
                if step < SMALLEST_STEP:
                    return -1.0
                continue
            factor = LARGEST_FACTOR if error == 0.0 else SAFETY * error**-0.2
            factor = min(LARGEST_FACTOR, max(SMALLEST_FACTOR, factor))
            if error > 1.0:
                step = h * factor
                continue
            is_last = end - now <= h * (1 + 1e-12)
            following = end if is_last else now + h
            while written < at.shape[0] and at[written] <= following:
                write_between(y, new, h, k, (at[written] - now) / h, keep, kept[written], size)
                written += 1
            y[:] = new
            k[:size] = k[6 * size :]
            now = following
            # A last step that was cut short says nothing about the step to come.
            if not is_last or h >= step:
                step = h * factor
        return -1.0

    @numba.njit(error_model="numpy", nogil=True)
    def advance(
        y: Any, shared: Any, patient: Any, lesion: Any, lesions: int, start: float, end: float,
        tolerance: float, step: Any, at: Any, keep: Any, kept: Any, failed: Any,
    ) -> None:  # fmt: skip
        for block in range(y.shape[0]):
            if failed[block]:
                continue
            step[block] = advance_block(
                y[block], shared, patient[block], lesion[block], lesions, start, end, tolerance,
                step[block], at, keep, kept[block],
            )  # fmt: skip
            failed[block] = step[block] < 0.0

    return advance
