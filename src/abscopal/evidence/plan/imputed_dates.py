"""Which dates were partial and had to be completed, counted by table, variable and what was imputed."""

from collections.abc import Mapping

import polars as pl

_FLAGS = {
    "adsl": ("TRTSDTF", "DTHDTF"),
    "adex": ("ASTDTF",),
    "adtr": ("ADTF",),
    "adrs": ("ADTF",),
    "adae": ("ASTDTF", "AENDTF"),
    "adtte": ("ADTF",),
}
_SCHEMA = {"TABLE": pl.String, "VARIABLE": pl.String, "FLAG": pl.String, "ROWS": pl.Int64}


def derive_imputed_dates(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Count the rows whose date was imputed.

    Args:
        tables: analysis tables by lower-case name.

    Returns:
        One row per table, variable and flag (D the day, M month and day, Y all): TABLE, VARIABLE, FLAG, ROWS.

    Example:
        >>> adae = pl.DataFrame({"ASTDTF": ["D", None, "D"], "AENDTF": [None, "M", None]})
        >>> derive_imputed_dates({"adae": adae}).rows()
        [('ADAE', 'ASTDT', 'D', 2), ('ADAE', 'AENDT', 'M', 1)]
    """
    found = [
        (name.upper(), column.removesuffix("F"), flag, count)
        for name, columns in _FLAGS.items()
        if name in tables
        for column in columns
        for flag, count in sorted(tables[name][column].drop_nulls().value_counts().iter_rows())
    ]
    return pl.DataFrame(found, schema=_SCHEMA, orient="row")
