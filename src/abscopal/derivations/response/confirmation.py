"""Which responses are confirmed: seen again long enough after, with little in between."""

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]


def compute_confirming_rows(
    patient: Numbers,
    day: Numbers,
    *,
    first: Flags,
    second: Flags,
    not_evaluable: Flags,
    stable: Flags,
    ends: Flags,
    min_days: int,
    max_not_evaluable: int,
    max_stable: int,
) -> Numbers:
    """Find, for each response, the earliest later assessment that confirms it.

    Args:
        patient: number of the patient (and reader) of each assessment; rows in date order within it.
        day: date of each assessment, in days.
        first: assessments that hold a response to be confirmed.
        second: assessments that can confirm one.
        not_evaluable: assessments that were NE.
        stable: assessments that are only tolerated in between, as SD.
        ends: assessments that undo an unconfirmed response when they lie in between.
        min_days: days between the two, at least.
        max_not_evaluable: NE assessments tolerated in between.
        max_stable: SD assessments tolerated in between.

    Returns:
        For each row, the row that confirms it, or -1.

    Reference:
        RECIST 1.1, section 4.6 (doi:10.1016/j.ejca.2008.10.026).

    Example:
        >>> no = np.zeros(3, dtype=bool)
        >>> compute_confirming_rows(
        ...     np.array([1, 1, 1]), np.array([0, 21, 28]), first=~no, second=~no, not_evaluable=no,
        ...     stable=no, ends=no, min_days=28, max_not_evaluable=1, max_stable=0)
        array([ 2, -1, -1])
    """
    confirming = np.full(len(patient), -1)
    so_far_ne, so_far_stable, so_far_ends = (np.cumsum(flags) for flags in (not_evaluable, stable, ends))
    # Only responses that may still be confirmed are taken along; what stands against one stays against it.
    waiting = np.flatnonzero(first)
    step = 1
    while len(waiting):
        waiting = waiting[waiting + step < len(patient)]
        later = waiting + step
        before_later = later - 1
        tolerated = (
            (patient[waiting] == patient[later])
            & (so_far_ne[before_later] - so_far_ne[waiting] <= max_not_evaluable)
            & (so_far_stable[before_later] - so_far_stable[waiting] <= max_stable)
            & (so_far_ends[before_later] == so_far_ends[waiting])
        )
        waiting, later = waiting[tolerated], later[tolerated]
        confirmed = second[later] & (day[later] - day[waiting] >= min_days)
        confirming[waiting[confirmed]] = later[confirmed]
        waiting = waiting[~confirmed]
        step += 1
    return confirming
