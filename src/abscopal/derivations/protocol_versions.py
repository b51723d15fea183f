"""Under which version of the protocol each patient was included, and derivations made version by version."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl


@dataclass(frozen=True, slots=True)
class VersionStart:
    """A version of the protocol and the first day on which patients are included under it; none for the first."""

    version: str
    start: date | None = None


def compute_version_in_force(day: pl.Expr, versions: Sequence[VersionStart]) -> pl.Expr:
    """Name the version of the protocol in force on a day.

    Args:
        day: calendar date.
        versions: the versions in order of date; whatever the day, the first is in force until the second.

    Returns:
        The version; null where the day is unknown and there is more than one to choose from.

    Example:
        >>> days = pl.DataFrame({"RFICDT": [date(2024, 2, 29), date(2024, 3, 1), None]})
        >>> versions = [VersionStart("1.0"), VersionStart("2.0", date(2024, 3, 1))]
        >>> days.select(compute_version_in_force(pl.col("RFICDT"), versions)).to_series().to_list()
        ['1.0', '2.0', None]
    """
    if not versions:
        return pl.lit(None, dtype=pl.String)
    first, *later = versions
    if not later:
        return pl.lit(first.version)
    # Of several that have begun, the last one is in force.
    begun = [pl.when(day >= one.start).then(pl.lit(one.version)) for one in reversed(later)]
    return pl.when(day.is_not_null()).then(pl.coalesce(*begun, pl.lit(first.version)))


def derive_by_version(
    adsl: pl.DataFrame, derive: Callable[[pl.DataFrame, str], pl.DataFrame], *, versions: Sequence[str]
) -> pl.DataFrame:
    """Derive a table for the patients of each version of the protocol, and put the parts together.

    Args:
        adsl: patients with PROTVERS; one whose version is unknown goes with the last.
        derive: makes the table of some patients under a version.
        versions: the versions, in order of date.

    Returns:
        The table of all patients, sorted by patient.

    Example:
        >>> adsl = pl.DataFrame({"USUBJID": ["P1", "P2"], "PROTVERS": ["2.0", "1.0"]})
        >>> days = {"1.0": 30, "2.0": 90}
        >>> derive_by_version(
        ...     adsl, lambda members, version: members.select("USUBJID", DAYS=days[version]), versions=list(days)
        ... ).rows()
        [('P1', 90), ('P2', 30)]
    """
    if len(versions) == 1:
        return derive(adsl, versions[0])
    under = pl.col("PROTVERS").fill_null(versions[-1])
    parts = [derive(adsl.filter(under == version), version) for version in versions]
    return pl.concat(parts).sort("USUBJID", maintain_order=True)
