"""Study days: day 1 is the reference date, the day before it is day -1, and there is no day 0."""

import polars as pl


def compute_study_day(date: pl.Expr, reference: pl.Expr) -> pl.Expr:
    """Count the study day of a date.

    Args:
        date: calendar date.
        reference: the patient's reference date.

    Returns:
        Integer study day; null where either date is unknown.

    Reference:
        SDTMIG 3.4, section 4.4.4.

    Example:
        >>> from datetime import date
        >>> visits = pl.DataFrame({
        ...     "ADT": [date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 8), None],
        ...     "REFDT": [date(2024, 3, 1)] * 4,
        ... })
        >>> visits.select(compute_study_day(pl.col("ADT"), pl.col("REFDT"))).to_series().to_list()
        [-1, 1, 8, None]
    """
    elapsed = (date - reference).dt.total_days()
    return (elapsed + (elapsed >= 0).cast(pl.Int64)).alias("ADY")
