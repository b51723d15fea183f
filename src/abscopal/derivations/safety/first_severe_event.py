"""The first severe event of each patient, and whether it came within a window of time."""

from typing import Literal

import dataframely as dy
import polars as pl

from abscopal.derivations.event_selection import EventSelection
from abscopal.derivations.time_windows import TimeWindow
from abscopal.tables.adam.adae import AdverseEventAnalysis
from abscopal.tables.adam.adsl import SubjectLevel
from abscopal.tables.columns import date, imputed, key_text, required_text, text

Denominator = Literal["complete_window", "all_treated", "failures_are_events"]
SEVERE_EVENTS = EventSelection(severity="severe")


class FirstEvents(dy.Schema):
    """One row per patient with such an event: the first one."""

    USUBJID = key_text("Patient identifier, unique across studies")
    AESEQ = dy.Int64(min=0, description="Sequence number in AE")
    AEDECOD = required_text("Event, standard term")
    ATOXGRN = dy.Int64(nullable=True, min=1, max=5, description="CTCAE grade")
    ASTDT = dy.Date(description="Start")
    ASTDTF = imputed("Start")


class WindowStatus(dy.Schema):
    """One row per treated patient: an event in the window, none through its end, or not known."""

    USUBJID = key_text("Patient identifier, unique across studies")
    TRT01A = text("Treatment received")
    STARTDT = dy.Date(description="First day of the window")
    WINENDT = dy.Date(description="Last day of the window")
    STATUS = dy.String(
        regex="^(EVENT|EVENT_FREE|INCOMPLETE)$",
        description="EVENT, EVENT_FREE through the window, or INCOMPLETE",
    )
    REASON = dy.String(
        nullable=True,
        regex="^(DIED|NEW_THERAPY|SHORT_FOLLOW_UP)$",
        description="Why the window is incomplete: DIED, NEW_THERAPY or SHORT_FOLLOW_UP",
    )
    ADT = date("Day of the event, or last day on which the patient was followed in the window")
    AESEQ = dy.Int64(nullable=True, min=0, description="Sequence number of the event in AE")


class WindowCounts(dy.Schema):
    """Patients by arm: with an event, and the denominator that the named rule gives."""

    ARM = key_text("Treatment received; ALL for every arm together")
    DENOMINATOR = key_text("Name of the rule of the denominator")
    EVENTS = dy.Int64(min=0, description="Patients counted with an event")
    N = dy.Int64(min=0, description="Patients in the denominator")
    LEFTOUT = dy.Int64(min=0, description="Treated patients left out of the denominator")


def derive_first_events(
    adae: dy.DataFrame[AdverseEventAnalysis], *, selection: EventSelection = SEVERE_EVENTS
) -> dy.DataFrame[FirstEvents]:
    """Find each patient's first event of a kind; severe treatment-emergent events unless told otherwise.

    Args:
        adae: adverse events with their flags.
        selection: the events that count.

    Returns:
        One row per patient with a dated event; of two on the same day, the one of higher grade.

    Example:
        >>> from datetime import date as day
        >>> empty = AdverseEventAnalysis.create_empty()
        >>> adae = AdverseEventAnalysis.validate(pl.concat([empty, pl.DataFrame({
        ...     "STUDYID": "S1", "USUBJID": "P1", "AESEQ": [1, 2], "AEDECOD": ["Rash", "Colitis"],
        ...     "ATOXGRN": [3, 4], "TRTEMFL": "Y", "SEVFL": "Y",
        ...     "ASTDT": [day(2024, 4, 1), day(2024, 3, 1)]})], how="diagonal"))
        >>> derive_first_events(adae).select("AEDECOD", "ASTDT").rows()
        [('Colitis', datetime.date(2024, 3, 1))]
    """
    events = (
        adae.filter(selection.condition & pl.col("ASTDT").is_not_null())
        .sort("USUBJID", "ASTDT", pl.col("ATOXGRN").neg(), "AESEQ", nulls_last=True)
        .unique("USUBJID", keep="first", maintain_order=True)
    )
    return FirstEvents.validate(events, cast=True)


def derive_window_status(
    adae: dy.DataFrame[AdverseEventAnalysis],
    adsl: dy.DataFrame[SubjectLevel],
    *,
    window: TimeWindow,
    selection: EventSelection = SEVERE_EVENTS,
    start: Literal["TRTSDT", "REFDT", "RANDDT"] = "TRTSDT",
    new_therapy: Literal["ignore", "incomplete"] = "ignore",
) -> dy.DataFrame[WindowStatus]:
    """Say of each treated patient whether the event came in the window, did not, or cannot be known.

    A patient is free of the event only when followed alive through the last day. Death, further therapy and
    short follow-up leave the window incomplete, each with its reason, so that every denominator can be shown.

    Args:
        adae: adverse events with their flags.
        adsl: patients; the safety set is followed, until the last date known alive.
        window: length, unit and counting of the window.
        selection: the events that count.
        start: the first day of the window.
        new_therapy: `ignore` further anticancer therapy, or leave the window `incomplete` from the day it
            starts.

    Returns:
        One row per treated patient whose start is known.

    Example:
        >>> from datetime import date as day
        >>> adsl = SubjectLevel.validate(pl.concat([SubjectLevel.create_empty(), pl.DataFrame({
        ...     "STUDYID": "S1", "USUBJID": ["P1", "P2", "P3"], "SUBJID": ["1", "2", "3"], "SITEID": "10",
        ...     "SEX": "F", "TRT01A": "A", "SAFFL": "Y", "TRTSDT": day(2024, 1, 1),
        ...     "DTHDT": [None, day(2024, 3, 1), None],
        ...     "LSTALVDT": [day(2024, 9, 1), day(2024, 3, 1), day(2024, 2, 1)]})], how="diagonal"))
        >>> status = derive_window_status(AdverseEventAnalysis.create_empty(), adsl, window=TimeWindow(183))
        >>> status.select("USUBJID", "STATUS", "REASON").rows()
        [('P1', 'EVENT_FREE', None), ('P2', 'INCOMPLETE', 'DIED'), ('P3', 'INCOMPLETE', 'SHORT_FOLLOW_UP')]
    """
    patients = adsl.filter((pl.col("SAFFL") == "Y") & pl.col(start).is_not_null()).select(
        "USUBJID", "TRT01A", "DTHDT", "DTHFL", "LSTALVDT", "NACTDT", STARTDT=start
    )
    started = patients.with_columns(WINENDT=window.last_day(pl.col("STARTDT")))
    first = _first_since_start(adae, started, selection)
    followed = started.join(first, on="USUBJID", how="left")
    end = pl.col("WINENDT")
    died = (pl.col("DTHDT") <= end).fill_null(False)
    therapy = pl.col("NACTDT") if new_therapy == "incomplete" else pl.lit(None, dtype=pl.Date)
    changed = (therapy <= end).fill_null(False) & (died.not_() | (therapy < pl.col("DTHDT")))
    last_seen = pl.min_horizontal(pl.max_horizontal("LSTALVDT", "STARTDT"), end)
    has_event = (pl.col("EVENTDT") <= end).fill_null(False) & (
        (pl.col("EVENTDT") <= therapy).fill_null(True) if new_therapy == "incomplete" else pl.lit(True)
    )
    is_seen = (pl.max_horizontal("LSTALVDT", "DTHDT") >= end).fill_null(False)
    lost = pl.when(pl.col("DTHFL") == "Y").then(pl.lit("DIED")).otherwise(pl.lit("SHORT_FOLLOW_UP"))
    reason = (
        pl.when(has_event)
        .then(None)
        .when(changed)
        .then(pl.lit("NEW_THERAPY"))
        .when(died)
        .then(pl.lit("DIED"))
        .when(~is_seen)
        .then(lost)
    )
    status = (
        followed.with_columns(REASON=reason)
        .with_columns(
            STATUS=pl.when(has_event)
            .then(pl.lit("EVENT"))
            .when(pl.col("REASON").is_null())
            .then(pl.lit("EVENT_FREE"))
            .otherwise(pl.lit("INCOMPLETE")),
            ADT=pl.when(has_event)
            .then("EVENTDT")
            .when(pl.col("REASON") == "NEW_THERAPY")
            .then(therapy)
            .when(pl.col("REASON") == "DIED")
            .then(pl.coalesce("DTHDT", last_seen))
            .otherwise(last_seen),
            AESEQ=pl.when(has_event).then("AESEQ"),
        )
        .sort("USUBJID")
    )
    return WindowStatus.validate(status, cast=True)


def derive_window_counts(
    status: dy.DataFrame[WindowStatus], *, denominator: Denominator = "complete_window"
) -> dy.DataFrame[WindowCounts]:
    """Count events and patients by arm under a named denominator.

    The three rules bracket the truth: `complete_window` leaves incomplete windows out (9 of 37),
    `all_treated` counts them as free of the event (9 of 40, the best case), and `failures_are_events` counts
    them as events (12 of 40, the worst case).

    Args:
        status: status of each treated patient.
        denominator: the rule.

    Returns:
        One row per arm received, and ALL.

    Example:
        >>> from datetime import date as day
        >>> status = WindowStatus.validate(pl.concat([WindowStatus.create_empty(), pl.DataFrame({
        ...     "USUBJID": ["P1", "P2", "P3"], "TRT01A": "A", "STARTDT": day(2024, 1, 1),
        ...     "WINENDT": day(2024, 7, 2), "STATUS": ["EVENT", "EVENT_FREE", "INCOMPLETE"],
        ...     "REASON": [None, None, "DIED"]})], how="diagonal"))
        >>> for rule in ("complete_window", "all_treated", "failures_are_events"):
        ...     print(rule, derive_window_counts(status, denominator=rule).select("EVENTS", "N").row(0))
        complete_window (1, 2)
        all_treated (1, 3)
        failures_are_events (2, 3)
    """
    is_incomplete = pl.col("STATUS") == "INCOMPLETE"
    is_event = pl.col("STATUS") == "EVENT"
    counted = is_event | is_incomplete if denominator == "failures_are_events" else is_event
    left_out = is_incomplete if denominator == "complete_window" else pl.lit(False)
    named = status.filter(pl.col("TRT01A").is_not_null()).with_columns(ARM="TRT01A")
    counts = (
        pl.concat([named, status.with_columns(ARM=pl.lit("ALL"))])
        .with_columns(COUNTED=counted, OUT=left_out)
        .group_by("ARM")
        .agg(
            EVENTS=pl.col("COUNTED").sum().cast(pl.Int64),
            N=(~pl.col("OUT")).sum().cast(pl.Int64),
            LEFTOUT=pl.col("OUT").sum().cast(pl.Int64),
        )
        .with_columns(DENOMINATOR=pl.lit(denominator))
        .sort(pl.col("ARM") == "ALL", "ARM")
    )
    return WindowCounts.validate(counts, cast=True)


def _first_since_start(adae: pl.DataFrame, patients: pl.DataFrame, selection: EventSelection) -> pl.DataFrame:
    since = adae.join(patients.select("USUBJID", "STARTDT"), on="USUBJID", how="inner")
    # What began before the start counts only if it worsened under treatment: the day it did is not known,
    # and the start is the earliest it can be.
    is_inside = (pl.col("ASTDT") >= pl.col("STARTDT")) | (pl.col("TRTEMFL") == "Y").fill_null(False)
    moved = since.filter(is_inside).with_columns(ASTDT=pl.max_horizontal("ASTDT", "STARTDT"))
    inside = AdverseEventAnalysis.validate(moved, cast=True)
    return derive_first_events(inside, selection=selection).select("USUBJID", "AESEQ", EVENTDT="ASTDT")
