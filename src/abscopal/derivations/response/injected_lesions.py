"""From which assessment on a lesion counts as injected: a dated fact, never a column of baseline."""

import dataframely as dy
import polars as pl

from abscopal.derivations.response.lesion_burden import ASSESSMENT, READING
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
    assessments: dy.DataFrame[LesionAssessments], settings: ResponseSettings
) -> pl.DataFrame:
    """Find, for each lesion, the first assessment at which it counts as injected; it never turns back.

    Args:
        assessments: one row per patient, reader, lesion and assessment, with INJDT.
        settings: the readings of the rules in force.

    Returns:
        USUBJID, READER, TULNKID and SINCE (AVISITN), for the lesions injected before some scan.

    Reference:
        Goldmacher et al. 2020 (doi:10.1200/JCO.19.02985): a lesion may become injected later.
    """
    injected = (
        assessments.lazy()
        .filter(pl.col("INJDT").is_not_null())
        .group_by(LESION)
        .agg(INJDT=pl.col("INJDT").min())
    )
    visits = (
        assessments.lazy()
        .join(injected.select(READING).unique(), on=READING, how="semi")
        .group_by(ASSESSMENT)
        .agg(VISITDT=pl.col("ADT").max())
    )
    own = assessments.lazy().filter(pl.col("INJDT").is_not_null()).select(*LESION, "AVISITN", "ADT")
    return (
        injected.join(visits, on=READING)
        .join(own, on=[*LESION, "AVISITN"], how="left")
        .with_columns(ADT=pl.coalesce("ADT", "VISITDT"))
        .filter(compute_injected(settings))
        .group_by(LESION)
        .agg(SINCE=pl.col("AVISITN").min())
        .sort(LESION)
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
