"""The wording of what was found about a hand-written patient."""

from datetime import date

import polars as pl

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def format_date(day: date | str) -> str:
    """Write a day as in the study's files, or the word that stands for it.

    Example:
        >>> format_date(date(2017, 3, 8)), format_date("never")
        ('2017-03-08', 'never')
    """
    return day if isinstance(day, str) else day.isoformat()


def name_scan(place: int, day: date) -> str:
    """Name a scan by its order, baseline being the first.

    Args:
        place: 1 for the first scan after baseline.
        day: day of the scan.

    Example:
        >>> name_scan(1, date(2017, 5, 29))
        'the second scan (2017-05-29)'
    """
    order = ORDINALS[place] if place < len(ORDINALS) else f"{place + 1}th"
    return f"the {order} scan ({day.isoformat()})"


def explain_response(row: pl.DataFrame) -> str:
    """Say which numbers made a response: the sum, the nadir, the change, the rule and the reason.

    Args:
        row: at most one row of ADRS.

    Returns:
        Words; empty when the row says nothing.

    Example:
        >>> explain_response(pl.DataFrame({
        ...     "SUM": [45.0], "NADIR": [41.0], "BASESUM": [41.0], "RULE": ["SD"], "REASON": [None],
        ... }))
        'sum 41.0 -> 45.0 mm, +9.8 % over the nadir; rule SD'
    """
    if row.is_empty():
        return ""
    first = row.row(0, named=True)
    words = []
    total, nadir, base = first["SUM"], first["NADIR"], first["BASESUM"]
    if total is not None and nadir:
        words.append(f"sum {nadir:.1f} -> {total:.1f} mm, {_percent(total, nadir)} over the nadir")
    if total is not None and base and base != nadir:
        words.append(f"{_percent(total, base)} from the baseline of {base:.1f} mm")
    words += [
        f"{name} {first[column]}"
        for name, column in (("rule", "RULE"), ("reason", "REASON"))
        if first[column]
    ]
    return "; ".join(words)


def _percent(value: float, reference: float) -> str:
    return f"{100 * (value - reference) / reference:+.1f} %".replace("-", "−")
