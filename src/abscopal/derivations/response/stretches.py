"""Sums and extremes over stretches of sorted rows: stretches may overlap, and no row is copied for it."""

import numpy as np
import numpy.typing as npt
import polars as pl

Numbers = npt.NDArray[np.int64]


def compute_sums(values: pl.Series, begin: Numbers, end: Numbers) -> Numbers:
    """Add up the values of each stretch; nothing adds up to zero.

    Args:
        values: whole numbers or flags, without gaps, in the order of the rows.
        begin: first row of each stretch.
        end: the row after its last.

    Returns:
        One sum per stretch.

    Example:
        >>> compute_sums(pl.Series([1, 2, 4]), np.array([0, 1, 1]), np.array([3, 3, 1]))
        array([7, 6, 0])
    """
    so_far = np.zeros(len(values) + 1, dtype=np.int64)
    np.cumsum(values.to_numpy(), dtype=np.int64, out=so_far[1:])
    sums: Numbers = so_far[end] - so_far[begin]
    return sums


def compute_smallest(values: pl.Series, begin: Numbers, end: Numbers) -> pl.Series:
    """Find the smallest value of each stretch; nothing where there is none.

    Args:
        values: numbers, dates or texts in the order of the rows.
        begin: first row of each stretch.
        end: the row after its last.

    Returns:
        One value per stretch.

    Example:
        >>> compute_smallest(pl.Series(["b", None, "a"]), np.array([0, 1, 1]), np.array([2, 3, 2])).to_list()
        ['b', 'a', None]
    """
    return _compute_extreme(values, begin, end, np.minimum, outside=np.iinfo(np.int64).max)


def compute_largest(values: pl.Series, begin: Numbers, end: Numbers) -> pl.Series:
    """Find the largest value of each stretch; nothing where there is none.

    Args:
        values: numbers, dates or texts in the order of the rows.
        begin: first row of each stretch.
        end: the row after its last.

    Returns:
        One value per stretch.

    Example:
        >>> compute_largest(pl.Series(["b", None, "a"]), np.array([0, 1, 1]), np.array([3, 3, 1])).to_list()
        ['b', 'a', None]
    """
    return _compute_extreme(values, begin, end, np.maximum, outside=np.iinfo(np.int64).min)


def _compute_extreme(
    values: pl.Series, begin: Numbers, end: Numbers, extreme: np.ufunc, *, outside: int
) -> pl.Series:
    """Texts are compared by their place in alphabetical order; `outside` stands for what is not known."""
    texts = values.drop_nulls().unique().sort() if values.dtype == pl.String else None
    places = values if texts is None else values.cast(pl.Enum(texts))
    numbers = places.to_physical().cast(pl.Int64).fill_null(outside).to_numpy()
    # Between the end of a stretch and the next begin lies what is not asked for: every second answer is left out.
    bounds = np.column_stack([begin, end]).ravel()
    found = extreme.reduceat(np.append(numbers, outside), bounds)[::2] if len(begin) else numbers[:0]
    known = pl.DataFrame({"found": found}).select(
        pl.when(pl.Series(begin < end), pl.col("found") != outside).then("found")
    )["found"]
    return (
        known.cast(values.dtype).alias(values.name)
        if texts is None
        else texts.gather(known).alias(values.name)
    )
