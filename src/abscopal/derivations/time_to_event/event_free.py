"""Who is free of the event at a landmark such as four months, who is not, and who left before it."""

from typing import Literal

import dataframely as dy
import polars as pl

from abscopal.derivations.time_windows import TimeWindow
from abscopal.tables.adam.adtte import TimeToEvent
from abscopal.tables.columns import date, key_text, text

CensoredBefore = Literal["excluded", "failures", "successes"]


class LandmarkStatus(dy.Schema):
    """One row per patient: where the patient stands on the day of the landmark."""

    USUBJID = key_text("Patient identifier, unique across studies")
    PARAMCD = key_text("Parameter, short name")
    RULESET = key_text("Named set of censoring rules")
    READER = dy.String(primary_key=True, description="Reader; empty text where no image decides")
    TRT01P = text("Planned treatment")
    LANDMARK = dy.Date(description="Day of the landmark")
    STATUS = dy.String(
        regex="^(EVENT_FREE|EVENT|COMPETING|CENSORED_BEFORE)$",
        description="EVENT_FREE beyond the landmark, EVENT, COMPETING event, or CENSORED_BEFORE the landmark",
    )
    ADT = date("Date of the event or censoring")
    REASON = text("Reason code of a censoring")


class LandmarkCounts(dy.Schema):
    """Patients free of the event at the landmark, by arm, under a named handling of those who left before."""

    ARM = key_text("Planned treatment; ALL for every arm together")
    CENSORED = key_text("How patients censored before the landmark are counted")
    FREE = dy.Int64(min=0, description="Patients counted as free of the event")
    N = dy.Int64(min=0, description="Patients in the denominator")
    LEFTOUT = dy.Int64(min=0, description="Patients left out of the denominator")


def derive_landmark_status(
    times: dy.DataFrame[TimeToEvent], *, landmark: TimeWindow
) -> dy.DataFrame[LandmarkStatus]:
    """Say where each patient stands at the landmark.

    An event on the day of the landmark has happened; a patient censored on that day was still free of it.

    Args:
        times: rows of ADTTE.
        landmark: time since the start, in days or calendar months.

    Returns:
        One row per row of `times`.

    Example:
        >>> from datetime import date as day
        >>> times = TimeToEvent.validate(pl.concat([TimeToEvent.create_empty(), pl.DataFrame({
        ...     "STUDYID": "S1", "USUBJID": ["P1", "P2", "P3"], "PARAMCD": "PFS", "PARAM": "x",
        ...     "RULESET": "fda_a", "READER": "", "STARTDT": day(2024, 1, 1), "AVALU": "DAYS",
        ...     "EVNTDESC": "x",
        ...     "ADT": [day(2024, 5, 1), day(2024, 5, 2), day(2024, 3, 1)], "CNSR": [0, 0, 1]})],
        ...     how="diagonal_relaxed"), cast=True)
        >>> derive_landmark_status(times, landmark=TimeWindow(4, "months"))["STATUS"].to_list()
        ['EVENT', 'EVENT_FREE', 'CENSORED_BEFORE']
    """
    day = landmark.last_day(pl.col("STARTDT"))
    is_past = pl.col("ADT") > pl.col("LANDMARK")
    status = (
        pl.when(is_past | ((pl.col("ADT") == pl.col("LANDMARK")) & (pl.col("CNSR") == 1)))
        .then(pl.lit("EVENT_FREE"))
        .when(pl.col("CNSR") == 0)
        .then(pl.lit("EVENT"))
        .when(pl.col("CNSR") == 2)
        .then(pl.lit("COMPETING"))
        .otherwise(pl.lit("CENSORED_BEFORE"))
    )
    rows = times.with_columns(LANDMARK=day).with_columns(STATUS=status)
    return LandmarkStatus.validate(rows.sort("USUBJID", "PARAMCD", "RULESET", "READER"), cast=True)


def derive_landmark_counts(
    status: dy.DataFrame[LandmarkStatus], *, censored: CensoredBefore = "failures"
) -> dy.DataFrame[LandmarkCounts]:
    """Count the patients free of the event, by arm, beside the Kaplan-Meier estimate of the same thing.

    Args:
        status: where each patient stands; one parameter, one rule set.
        censored: patients censored before the landmark are `excluded`, `failures` (default: a patient who is
            not known to be free is not counted as free) or `successes` (the best case).

    Returns:
        One row per arm, and ALL. A competing event is not freedom from the event: it stays in the
        denominator.

    Example:
        >>> from datetime import date as day
        >>> status = LandmarkStatus.validate(pl.concat([LandmarkStatus.create_empty(), pl.DataFrame({
        ...     "USUBJID": ["P1", "P2", "P3"], "PARAMCD": "PFS", "RULESET": "fda_a", "READER": "",
        ...     "TRT01P": "A",
        ...     "LANDMARK": day(2024, 5, 1), "STATUS": ["EVENT", "EVENT_FREE", "CENSORED_BEFORE"]})],
        ...     how="diagonal"))
        >>> for censored in ("excluded", "failures", "successes"):
        ...     print(censored, derive_landmark_counts(status, censored=censored).select("FREE", "N").row(0))
        excluded (1, 2)
        failures (1, 3)
        successes (2, 3)
    """
    has_left = pl.col("STATUS") == "CENSORED_BEFORE"
    is_free = pl.col("STATUS") == "EVENT_FREE"
    free = is_free | has_left if censored == "successes" else is_free
    left_out = has_left if censored == "excluded" else pl.lit(False)
    named = status.filter(pl.col("TRT01P").is_not_null()).with_columns(ARM="TRT01P")
    counts = (
        pl.concat([named, status.with_columns(ARM=pl.lit("ALL"))])
        .with_columns(ISFREE=free, OUT=left_out)
        .group_by("ARM")
        .agg(
            FREE=pl.col("ISFREE").sum().cast(pl.Int64),
            N=(~pl.col("OUT")).sum().cast(pl.Int64),
            LEFTOUT=pl.col("OUT").sum().cast(pl.Int64),
        )
        .with_columns(CENSORED=pl.lit(censored))
        .sort(pl.col("ARM") == "ALL", "ARM")
    )
    return LandmarkCounts.validate(counts, cast=True)
