"""A table too damaged to rest a number on is not read at all, and the report says so."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from abscopal.errors import TablesError
from abscopal.evidence.plan.readings import Stop

LARGEST_SHARE_SET_APART = 0.25
# Without a row these say nothing: no adverse event at all is a missing export before it is a good drug.
NEVER_EMPTY = ("ex", "tu", "tr", "ae")


def keep_usable_tables(
    tables: Mapping[str, Any], *, set_apart: pl.DataFrame
) -> tuple[dict[str, Any], list[Stop]]:
    """Leave out the tables of which too much was set apart, or nothing is left.

    A quarter is our choice: below it the report shows its numbers with the count of rows set apart beside
    them, above it a number would rest on whichever rows happened to be well written.

    Args:
        tables: tables admitted by lower-case name; None where absent.
        set_apart: rows that were not admitted: DOMAIN, ROW.

    Returns:
        The tables, unusable ones as None, and one stop for each of those.

    Raises:
        TablesError: the table of patients itself is unusable.

    Example:
        >>> admitted = {"dm": pl.DataFrame({"USUBJID": ["P1"]}), "ae": pl.DataFrame({"USUBJID": ["P1"]})}
        >>> apart = pl.DataFrame({"DOMAIN": ["AE", "AE"], "ROW": [2, 3]})
        >>> kept, stops = keep_usable_tables(admitted, set_apart=apart)
        >>> kept["ae"], stops[0].code, stops[0].detail
        (None, 'table_unusable', 'AE: 2/3')
    """
    lost = count_rows_set_apart(set_apart)
    kept, stops = dict(tables), []
    for name, table in tables.items():
        if table is None:
            continue
        apart = lost.get(name.upper(), 0)
        came_in = table.height + apart
        if apart > LARGEST_SHARE_SET_APART * came_in:
            stops.append(Stop("table_unusable", detail=f"{name.upper()}: {apart}/{came_in}"))
            kept[name] = None
        elif name in NEVER_EMPTY and table.is_empty():
            stops.append(Stop("table_empty", detail=name.upper()))
            kept[name] = None
    if kept.get("dm") is None:
        rules = sorted(set_apart.filter(pl.col("DOMAIN") == "DM")["RULE"].unique())
        raise TablesError(
            f"{lost['DM']} of the patients' rows break a rule ({', '.join(rules)}); too few are left to analyse.",
            where="table DM",
            remedy="Correct these cells; the page on rules says what each asks.",
        )
    return kept, stops


def count_rows_set_apart(set_apart: pl.DataFrame) -> dict[str, int]:
    """Rows set apart by table; a row that breaks two rules counts once.

    Example:
        >>> count_rows_set_apart(pl.DataFrame({"DOMAIN": ["AE", "AE", "TR"], "ROW": [2, 2, 1]}))
        {'AE': 1, 'TR': 1}
    """
    counts = set_apart.select("DOMAIN", "ROW").unique().group_by("DOMAIN").len().sort("DOMAIN")
    return {str(domain): int(count) for domain, count in counts.iter_rows()}
