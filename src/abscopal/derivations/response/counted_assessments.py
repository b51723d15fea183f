"""Which assessments count towards the best response, and which responses among them are confirmed."""

import polars as pl

from abscopal.derivations.response.confirmation import compute_confirming_rows
from abscopal.derivations.response.criterion import UNCONFIRMED_PROGRESSION, CountedUntil
from abscopal.derivations.response.records import READING, RECORD, has_come_before, is_now_or_later
from abscopal.derivations.response.settings import ResponseSettings

RESPONSE = pl.col("EFFECTIVE")
LESS_THAN_COMPLETE = ["PR", "SD", "NON-CR/NON-PD"]
NO_LIMIT = 1_000_000


def derive_counted_assessments(
    responses: pl.DataFrame,
    adsl: pl.DataFrame,
    *,
    settings: ResponseSettings,
    until: CountedUntil = "first_progression",
) -> pl.DataFrame:
    """Mark the assessments that count: up to the first progression, not after a new therapy.

    Args:
        responses: one row per patient, reader and assessment: USUBJID, READER, AVISITN, ADT, OVRRESP (in
            plain codes), OVRREASON, TRGRESP.
        adsl: one row per patient with REFDT and NACTDT.
        settings: the readings of the rules in force.
        until: end_of_follow_up where a criterion looks beyond the first progression.

    Returns:
        The rows in date order with EFFECTIVE (the response as best response reads it: after a true
        complete response, less is progression), BEFORENEW (no new therapy has ended
        the count), COUNTED, CRTHENLESS, LATE (on or after the minimum
        for stable disease) and, for counted responses, CONFIRMED, TOOSOON and TOOMANYNE.

    Reference:
        RECIST 1.1, sections 4.4 to 4.7 and Table 3 (doi:10.1016/j.ejca.2008.10.026).
    """
    dated = (
        responses.join(adsl.select("USUBJID", "REFDT", "NACTDT"), on="USUBJID", how="left")
        .sort(*READING, "AVISITN")
        .with_columns(
            pl.struct(READING).rle_id().cast(pl.Int64).alias(RECORD),
            day=pl.col("ADT").to_physical().cast(pl.Int64),
            EFFECTIVE=pl.col("OVRRESP"),
            CRTHENLESS=pl.lit(False),
            LATE=((pl.col("ADT") - pl.col("REFDT")).dt.total_days() >= settings.sd_min_days).fill_null(False),
            BEFORENEW=_is_before_new_therapy(settings),
        )
    )
    counted = _count_up_to_progression(dated, until)
    confirmed = counted.with_columns(CONFIRMED=_confirm(counted, settings))
    read_again = _read_cr_then_less(confirmed, settings)
    recounted = _count_up_to_progression(read_again, until)
    sure = _confirm(recounted, settings)
    return recounted.with_columns(
        CONFIRMED=sure,
        TOOSOON=_confirm(recounted, settings, min_days=0) & ~sure,
        TOOMANYNE=_confirm(recounted, settings, max_not_evaluable=NO_LIMIT) & ~sure,
    )


def _is_before_new_therapy(settings: ResponseSettings) -> pl.Expr:
    if not settings.truncate_at_new_therapy:
        return pl.lit(True)
    return (pl.col("ADT") <= pl.col("NACTDT")).fill_null(True)


def _count_up_to_progression(rows: pl.DataFrame, until: CountedUntil) -> pl.DataFrame:
    if until == "end_of_follow_up":
        return rows.with_columns(COUNTED=pl.col("BEFORENEW"))
    progression = (RESPONSE == "PD") & pl.col("BEFORENEW")
    return rows.with_columns(COUNTED=pl.col("BEFORENEW") & ~has_come_before(progression))


def _read_cr_then_less(rows: pl.DataFrame, settings: ResponseSettings) -> pl.DataFrame:
    """A complete response followed by less: progression at that time, or never complete."""
    counted = pl.col("COUNTED")
    complete = counted & (RESPONSE == "CR")
    less = counted & RESPONSE.is_in(LESS_THAN_COMPLETE)
    if settings.cr_then_less == "SD_or_PD":
        turned = less & has_come_before(complete)
        return rows.with_columns(
            EFFECTIVE=pl.when(turned).then(pl.lit("PD")).otherwise(RESPONSE), CRTHENLESS=turned
        )
    sure = (complete & pl.col("CONFIRMED")).any().over(RECORD)
    turned = complete & is_now_or_later(less) & ~sure
    # Without targets there is no partial response: what is not complete is NON-CR/NON-PD.
    partial = pl.when(pl.col("TRGRESP") == "NA").then(pl.lit("NON-CR/NON-PD")).otherwise(pl.lit("PR"))
    return rows.with_columns(EFFECTIVE=pl.when(turned).then(partial).otherwise(RESPONSE), CRTHENLESS=turned)


def _confirm(
    rows: pl.DataFrame,
    settings: ResponseSettings,
    *,
    min_days: int | None = None,
    max_not_evaluable: int | None = None,
) -> pl.Series:
    """Whether each counted CR is confirmed as CR, and each PR as PR or better."""
    response = rows["EFFECTIVE"]
    counted = rows["COUNTED"].to_numpy()
    complete = (response == "CR").to_numpy() & counted
    partial = (response == "PR").to_numpy() & counted
    stable = (response == "SD").to_numpy()
    unknown = (response == "NE").to_numpy()
    passing = (response == UNCONFIRMED_PROGRESSION).to_numpy() & settings.irecist_iupd_between_responses
    limits = {
        "min_days": settings.confirm_min_days if min_days is None else min_days,
        "max_not_evaluable": settings.max_ne_between if max_not_evaluable is None else max_not_evaluable,
    }
    patient, day = rows[RECORD].to_numpy(), rows["day"].to_numpy()
    confirming_cr = compute_confirming_rows(
        patient,
        day,
        first=complete,
        second=complete,
        not_evaluable=unknown,
        stable=stable,
        ends=~(complete | unknown | stable | passing),
        max_stable=0,
        **limits,
    )
    confirming_pr = compute_confirming_rows(
        patient,
        day,
        first=partial,
        second=partial | complete,
        not_evaluable=unknown,
        stable=stable,
        ends=~(complete | partial | unknown | stable | passing),
        max_stable=int(settings.accept_one_sd_between_pr),
        **limits,
    )
    return pl.Series((confirming_cr >= 0) | (confirming_pr >= 0), dtype=pl.Boolean)
