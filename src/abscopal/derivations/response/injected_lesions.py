"""From which assessment on a lesion counts as injected: a dated fact, never a column of baseline."""

from collections.abc import Sequence

import dataframely as dy
import polars as pl

from abscopal.derivations.response.records import READING
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.tables.adam import LesionAssessments

LESION = [*READING, "TULNKID"]


def compute_injected(settings: ResponseSettings) -> pl.Expr:
    """Whether a lesion had been injected when it was scanned: INJDT before ADT, or on that day.

    Biopsy and scan precede the injection of a day, so that by default a scan on the day of the first
    needle still shows a non-injected lesion.

    Args:
        settings: the readings of the rules in force.

    Returns:
        A Boolean expression on INJDT and ADT, false where the lesion was never injected.

    Example:
        >>> from datetime import date
        >>> days = pl.DataFrame({
        ...     "INJDT": [date(2024, 1, 8), date(2024, 1, 8), None],
        ...     "ADT": [date(2024, 1, 8), date(2024, 1, 9), date(2024, 1, 9)]})
        >>> days.select(INJECTED=compute_injected(ResponseSettings()))["INJECTED"].to_list()
        [False, True, False]
    """
    injected, scanned = pl.col("INJDT"), pl.col("ADT")
    if settings.scan_on_injection_day == "after_injection":
        return (injected <= scanned).fill_null(False)
    return (injected < scanned).fill_null(False)


def derive_injected_since(
    assessments: pl.DataFrame, settings: ResponseSettings, *, record: Sequence[str] = READING
) -> pl.DataFrame:
    """Find, for each lesion, the first assessment at which it counts as injected; it never turns back.

    Args:
        assessments: one row per patient, reader, lesion and assessment, with INJDT.
        settings: the readings of the rules in force.
        record: the columns that tell records apart.

    Returns:
        The columns of the record, TULNKID and SINCE (AVISITN), for the lesions injected before some scan.

    Reference:
        Goldmacher et al. 2020 (doi:10.1200/JCO.19.02985): a lesion may become injected later.
    """
    lesion, visit = [*record, "TULNKID"], [*record, "AVISITN"]
    own = assessments.lazy().filter(pl.col("INJDT").is_not_null())
    injected = own.group_by(lesion).agg(INJDT=pl.col("INJDT").min())
    visits = (
        assessments.lazy()
        .join(injected.select(record).unique(), on=record, how="semi")
        .group_by(visit)
        .agg(VISITDT=pl.col("ADT").max())
    )
    return (
        injected.join(visits, on=record)
        .join(own.select(*lesion, "AVISITN", "ADT"), on=[*lesion, "AVISITN"], how="left")
        .with_columns(ADT=pl.coalesce("ADT", "VISITDT"))
        .filter(compute_injected(settings))
        .group_by(lesion)
        .agg(SINCE=pl.col("AVISITN").min())
        .sort(lesion)
        .collect()
    )


def derive_injected_at_start(
    assessments: dy.DataFrame[LesionAssessments], settings: ResponseSettings
) -> pl.DataFrame:
    """List the lesions that are chosen as injected: injected before the first assessment after baseline.

    At baseline itself nothing has been injected yet. Without an assessment after baseline every injection counts.

    Args:
        assessments: one row per patient, reader, lesion and assessment, with INJDT.
        settings: the readings of the rules in force.

    Returns:
        USUBJID, READER and TULNKID.
    """
    first = assessments.filter(pl.col("AVISITN") > 0).group_by(READING).agg(FIRST=pl.col("AVISITN").min())
    since = derive_injected_since(assessments, settings)
    unseen = assessments.filter(pl.col("INJDT").is_not_null()).join(first, on=READING, how="anti")
    seen = since.join(first, on=READING).filter(pl.col("SINCE") <= pl.col("FIRST"))
    return pl.concat([seen.select(LESION), unseen.select(LESION).unique()]).sort(LESION)
