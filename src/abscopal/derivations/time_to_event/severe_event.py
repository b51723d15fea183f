"""Time to the first severe event: a death before it competes, for the dead can no longer have the event."""

from typing import Literal

import dataframely as dy
import polars as pl

from abscopal.derivations.event_selection import EventSelection
from abscopal.derivations.time_to_event.time_rows import (
    AnalysisSet,
    Counting,
    StartDate,
    derive_starting_patients,
    derive_time_rows,
)
from abscopal.tables.adam.adae import AdverseEventAnalysis
from abscopal.tables.adam.adsl import SubjectLevel
from abscopal.tables.adam.adtte import TimeToEvent

NewTherapy = Literal["ignore", "censor", "compete"]
SEVERE_EVENTS = EventSelection(severity="severe")


def derive_time_to_severe_event(
    adae: dy.DataFrame[AdverseEventAnalysis],
    adsl: dy.DataFrame[SubjectLevel],
    *,
    selection: EventSelection = SEVERE_EVENTS,
    new_therapy: NewTherapy = "ignore",
    at_risk_days_after_last_dose: int | None = None,
    analysis_set: AnalysisSet = "SAFFL",
    start: StartDate = "TRTSDT",
    counting: Counting = "elapsed_days",
    parameter: str = "TTSAE",
) -> dy.DataFrame[TimeToEvent]:
    """Count the time to the first event of the selection, with death competing.

    Of two things on one day the event comes first, then death, then the further therapy: a fatal event is an
    event.

    Args:
        adae: adverse events with their flags.
        adsl: patients.
        selection: the events that count; severe treatment-emergent ones by default.
        new_therapy: a further anticancer therapy is of no account (`ignore`), ends the observation
            (`censor`), or competes as death does (`compete`).
        at_risk_days_after_last_dose: how long after the last dose events are collected; none means as long
            as the patient is followed.
        analysis_set: whose time is counted.
        start: where time starts.
        counting: days elapsed since the start, or one more.
        parameter: PARAMCD of the rows.

    Returns:
        One row per patient: CNSR 0 the event, 1 censored, 2 competing. RULESET names the part that the
        therapy plays. An event without a start is put where ADAE puts it.

    Reference:
        Austin, Lee, Fine, Circulation 2016;133:601 (doi:10.1161/CIRCULATIONAHA.115.017719).

    Example:
        >>> from datetime import date
        >>> adsl = SubjectLevel.validate(pl.concat([SubjectLevel.create_empty(), pl.DataFrame({
        ...     "STUDYID": "S1", "USUBJID": ["P1", "P2", "P3"], "SUBJID": ["1", "2", "3"], "SITEID": "10",
        ...     "SEX": "F", "SAFFL": "Y", "TRTSDT": date(2024, 1, 1), "DTHFL": ["N", "Y", "N"],
        ...     "DTHDT": [None, date(2024, 2, 1), None], "LSTALVDT": date(2024, 7, 1)})], how="diagonal"))
        >>> empty = AdverseEventAnalysis.create_empty()
        >>> adae = AdverseEventAnalysis.validate(pl.concat([empty, pl.DataFrame({
        ...     "STUDYID": "S1", "USUBJID": ["P1"], "AESEQ": 4, "AEDECOD": "Colitis", "ATOXGRN": 3,
        ...     "TRTEMFL": "Y", "SEVFL": "Y", "ASTDT": date(2024, 1, 31)})],
        ...     how="diagonal_relaxed"), cast=True)
        >>> derive_time_to_severe_event(adae, adsl).select("USUBJID", "AVAL", "CNSR", "SRCSEQ").rows()
        [('P1', 30.0, 0, 4), ('P2', 31.0, 2, None), ('P3', 182.0, 1, None)]
    """
    patients = derive_starting_patients(adsl, analysis_set=analysis_set, start=start)
    followed = patients.join(_first_events(adae, patients, selection), on="USUBJID", how="left").with_columns(
        THERAPYDT=pl.lit(None, dtype=pl.Date) if new_therapy == "ignore" else pl.col("NACTDT"),
        CLOSINGDT=_closing_day(at_risk_days_after_last_dose),
    )
    return derive_time_rows(
        _described(followed.with_columns(KIND=_kind()), new_therapy),
        parameter=parameter,
        label=f"Time to first of: {selection.sentence}",
        ruleset=f"death_competes_therapy_{new_therapy}",
        counting=counting,
    )


def _first_events(adae: pl.DataFrame, patients: pl.DataFrame, selection: EventSelection) -> pl.DataFrame:
    # What began before the start counts only if it worsened under treatment, and then at the start.
    is_emergent = (pl.col("TRTEMFL") == "Y").fill_null(False)
    return (
        adae.filter(selection.condition & pl.col("ASTDT").is_not_null())
        .join(patients.select("USUBJID", "STARTDT"), on="USUBJID", how="inner")
        .filter((pl.col("ASTDT") >= pl.col("STARTDT")) | is_emergent)
        .with_columns(EVENTDT=pl.max_horizontal("ASTDT", "STARTDT"))
        .sort("USUBJID", "EVENTDT", pl.col("ATOXGRN").neg(), "AESEQ", nulls_last=True)
        .unique("USUBJID", keep="first", maintain_order=True)
        .select("USUBJID", "EVENTDT", EVENTDTF="ASTDTF", EVENTSEQ="AESEQ")
    )


def _closing_day(days_after_last_dose: int | None) -> pl.Expr:
    """The last day on which an event would have been collected; unknown means no such day."""
    if days_after_last_dose is None:
        return pl.lit(None, dtype=pl.Date)
    return pl.coalesce("TRTEDT", "STARTDT") + pl.duration(days=days_after_last_dose)


def _kind() -> pl.Expr:
    """What comes first; on one day the event, then death, then therapy, then the end of the collection."""

    def is_first(date: str, *others: str) -> pl.Expr:
        return pl.col(date).is_not_null() & (pl.col(date) <= pl.min_horizontal(others)).fill_null(True)

    return (
        pl.when(is_first("EVENTDT", "DEATHDT", "THERAPYDT", "CLOSINGDT"))
        .then(pl.lit("EVENT"))
        .when(is_first("DEATHDT", "THERAPYDT", "CLOSINGDT"))
        .then(pl.lit("DEATH"))
        .when(is_first("THERAPYDT", "CLOSINGDT"))
        .then(pl.lit("THERAPY"))
        .otherwise(pl.lit("END"))
    )


def _described(patients: pl.DataFrame, new_therapy: NewTherapy) -> pl.DataFrame:
    kind = pl.col("KIND")
    # A patient who has died was followed to the death, even where nothing else was noted that late.
    seen = pl.coalesce(pl.max_horizontal("LSTALVDT", "DEATHDT"), "STARTDT")
    is_closed = (pl.col("CLOSINGDT") < seen).fill_null(False)
    end = pl.when(is_closed).then("CLOSINGDT").otherwise(seen)
    end_variable = (
        pl.when(is_closed)
        .then(pl.lit("TRTEDT"))
        .when(pl.col("LSTALVDT").is_null())
        .then("STARTVAR")
        .otherwise(pl.lit("LSTALVDT"))
    )

    def by_kind(event: pl.Expr, death: pl.Expr, therapy: pl.Expr, end: pl.Expr) -> pl.Expr:
        return (
            pl.when(kind == "EVENT")
            .then(event)
            .when(kind == "DEATH")
            .then(death)
            .when(kind == "THERAPY")
            .then(therapy)
            .otherwise(end)
        )

    nothing = pl.lit(None, dtype=pl.String)
    competes = new_therapy == "compete"
    return patients.with_columns(
        ADT=by_kind(pl.col("EVENTDT"), pl.col("DEATHDT"), pl.col("THERAPYDT"), end),
        ADTF=by_kind(pl.col("EVENTDTF"), pl.col("DEATHDTF"), nothing, nothing),
        CNSR=by_kind(pl.lit(0), pl.lit(2), pl.lit(2 if competes else 1), pl.lit(1)),
        EVNTDESC=by_kind(
            pl.lit("ADVERSE EVENT"),
            pl.lit("DEATH"),
            pl.lit("NEW ANTICANCER THERAPY" if competes else "CENSORED"),
            pl.lit("CENSORED"),
        ),
        CNSDTDSC=by_kind(
            nothing,
            nothing,
            nothing if competes else pl.lit("START OF NEW THERAPY"),
            pl.when(is_closed)
            .then(pl.lit("END OF COLLECTION OF EVENTS"))
            .when(pl.col("LSTALVDT").is_null())
            .then(pl.lit("START OF TIME"))
            .otherwise(pl.lit("LAST KNOWN ALIVE")),
        ),
        REASON=by_kind(nothing, nothing, nothing if competes else pl.lit("NEW_THERAPY"), pl.lit("NO_EVENT")),
        SRCDOM=by_kind(pl.lit("ADAE"), pl.lit("ADSL"), pl.lit("ADSL"), pl.lit("ADSL")),
        SRCVAR=by_kind(pl.lit("ASTDT"), pl.col("DEATHVAR"), pl.lit("NACTDT"), end_variable),
        SRCSEQ=pl.when(kind == "EVENT").then("EVENTSEQ"),
    )
