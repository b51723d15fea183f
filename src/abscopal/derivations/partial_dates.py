"""Complete a partial date by a stated rule, and say what was completed."""

from typing import Literal

import polars as pl

ImputationRule = Literal["none", "first", "middle", "last"]


def impute_date(column: str, *, rule: ImputationRule) -> tuple[pl.Expr, pl.Expr]:
    """Read an SDTM date, possibly partial, as a calendar date with the flag of what was imputed.

    A date cut after its year or month is legal in SDTM (2014-02 means some day of February 2014), and so
    is one whose month alone is unknown (2003---15): the day is then known but cannot be placed.

    Args:
        column: name of a text column of ISO 8601 dates, times allowed.
        rule: first or last day of what is known; middle is the 15th, or 1 July; none leaves it null.

    Returns:
        Two expressions: the date (null where it is absent, impossible, or not to be imputed), and its
        flag: D the day was imputed, M month and day, null otherwise.

    Reference:
        SDTMIG 3.4, section 4.4.2 (precision of dates); ADaMIG 1.3, section 3.1.3 (imputation flags).

    Example:
        >>> frame = pl.DataFrame({"DTC": ["2014-02-03", "2014-02", "2014", "2003---15", "2014-02-31", None]})
        >>> when, flag = impute_date("DTC", rule="last")
        >>> frame.select(ADT=when, ADTF=flag).rows()
        [(datetime.date(2014, 2, 3), None), (datetime.date(2014, 2, 28), 'D'),
         (datetime.date(2014, 12, 31), 'M'), (datetime.date(2003, 12, 31), 'M'), (None, None), (None, None)]
    """
    text = pl.col(column)
    day_part = text.str.slice(0, 10)
    has_year = text.str.contains(r"^\d{4}")
    has_month = text.str.contains(r"^\d{4}-\d{2}")
    has_day = text.str.contains(r"^\d{4}-\d{2}-\d{2}")
    complete = pl.when(has_day).then(day_part).str.to_date("%Y-%m-%d", strict=False)
    if rule == "none":
        return complete, pl.lit(None, dtype=pl.String)
    month_start = (
        pl.when(has_month & ~has_day)
        .then(pl.concat_str(text.str.slice(0, 7), pl.lit("-01")))
        .str.to_date("%Y-%m-%d", strict=False)
    )
    year_start = (
        pl.when(has_year & ~has_month)
        .then(pl.concat_str(text.str.slice(0, 4), pl.lit("-01-01")))
        .str.to_date("%Y-%m-%d", strict=False)
    )
    imputed_day = {
        "first": month_start,
        "middle": month_start.dt.offset_by("14d"),
        "last": month_start.dt.month_end(),
    }[rule]
    imputed_year = {
        "first": year_start,
        "middle": year_start.dt.offset_by("6mo"),
        "last": year_start.dt.offset_by("11mo").dt.month_end(),
    }[rule]
    flag = (
        pl.when(complete.is_null() & imputed_day.is_not_null())
        .then(pl.lit("D"))
        .when(complete.is_null() & imputed_year.is_not_null())
        .then(pl.lit("M"))
        .otherwise(pl.lit(None, dtype=pl.String))
    )
    return pl.coalesce(complete, imputed_day, imputed_year), flag
