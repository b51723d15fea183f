"""How long a response lasted: from the first response to progression or death."""

import dataframely as dy
import polars as pl

from abscopal.derivations.response.criteria import RECIST_1_1
from abscopal.derivations.response.criterion import Criterion
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.derivations.response.standing_progression import derive_standing_progression
from abscopal.tables.adam import ResponseAnalysis, SubjectLevel, TimeToEvent

RULESET = "response_duration"


def derive_response_durations(
    adrs: dy.DataFrame[ResponseAnalysis],
    adsl: dy.DataFrame[SubjectLevel],
    *,
    settings: ResponseSettings,
    criterion: Criterion = RECIST_1_1,
) -> dy.DataFrame[TimeToEvent]:
    """Time each response, for each reader, until progression or death, whichever comes first.

    The response starts at the first CR or PR (the first one that was confirmed, where confirmation is
    required). Without an event the time is censored at the last evaluable assessment; an assessment
    that was not evaluable does not lengthen a response. Less than a complete response after one ends it,
    where that is read as progression. Where a new anticancer therapy ends the count,
    progression and death after it are not events.

    Args:
        adrs: responses of one criterion.
        adsl: one row per patient with DTHDT and NACTDT.
        settings: the readings of the rules in force.
        criterion: the criterion that made them. Where its progression must be confirmed, a response ends at
            the first unconfirmed progression of the series that stands.

    Returns:
        One row per responding patient and reader, in days; CNSR 0 is an event. PARAMCD is RSD, or IRSD where
        progression must be confirmed.

    Reference:
        RECIST 1.1, section 4.8 (doi:10.1016/j.ejca.2008.10.026); EORTC iRECIST questions and answers.
    """
    reader = ["USUBJID", "READER"]
    answer = "CRSP" if settings.confirmation_required else "RSP"
    responders = adrs.filter(pl.col("PARAMCD") == answer, pl.col("AVALC") == "Y").select(
        *reader, STARTDT="ADT"
    )
    less = (pl.col("REASON") == "CR_THEN_LESS").fill_null(False) & (pl.col("PLAIN") != "CR")
    counted = (
        adrs.filter(pl.col("PARAMCD") == "OVR", pl.col("ANL01FL") == "Y")
        .with_columns(PLAIN=criterion.compute_plain_code(pl.col("AVALC")))
        .with_columns(PLAIN=pl.when(less).then(pl.lit("PD")).otherwise("PLAIN"))
    )
    progression = _pick(derive_standing_progression(counted), "PD", first=True)
    evaluated = _pick(counted.filter(~pl.col("PLAIN").is_in(["PD", "NE"])), "LAST", first=False)
    timed = (
        responders.join(progression, on=reader, how="left")
        .join(evaluated, on=reader, how="left")
        .join(adsl.select("STUDYID", "USUBJID", "TRT01P", "DTHDT", "DTHDTF", "NACTDT"), on="USUBJID")
        .with_columns(DEATH=_count_death(settings))
    )
    return TimeToEvent.validate(_time(timed, settings, criterion), cast=True)


def _pick(rows: pl.DataFrame, name: str, *, first: bool) -> pl.DataFrame:
    """Date, imputation and assessment number of the first or last of these rows."""
    reader = ["USUBJID", "READER"]
    ordered = rows.sort(*reader, "AVISITN")
    picked = ordered.unique(reader, keep="first" if first else "last", maintain_order=True)
    return picked.select(
        *reader,
        pl.col("ADT").alias(f"{name}DT"),
        pl.col("ADTF").alias(f"{name}DTF"),
        pl.col("AVISITN").alias(f"{name}SEQ"),
    )


def _count_death(settings: ResponseSettings) -> pl.Expr:
    if not settings.truncate_at_new_therapy:
        return pl.col("DTHDT")
    return pl.when((pl.col("DTHDT") <= pl.col("NACTDT")).fill_null(True)).then("DTHDT")


def _time(timed: pl.DataFrame, settings: ResponseSettings, criterion: Criterion) -> pl.DataFrame:
    progressed = pl.col("PDDT").is_not_null() & (pl.col("PDDT") <= pl.col("DEATH")).fill_null(True)
    died = pl.col("DEATH").is_not_null()
    new_therapy = pl.col("NACTDT").is_not_null() & settings.truncate_at_new_therapy

    def by_outcome(progression: pl.Expr, death: pl.Expr, censored: pl.Expr) -> pl.Expr:
        return pl.when(progressed).then(progression).when(died).then(death).otherwise(censored)

    nothing = pl.lit(None, dtype=pl.String)
    immune = criterion.has_unconfirmed_progression
    return (
        timed.with_columns(
            PARAMCD=pl.lit("IRSD" if immune else "RSD"),
            PARAM=pl.lit(f"Duration of response by {criterion.title}" if immune else "Duration of response"),
            RULESET=pl.lit(RULESET),
            AVALU=pl.lit("DAYS"),
            ADT=by_outcome(pl.col("PDDT"), pl.col("DEATH"), pl.col("LASTDT")),
            ADTF=by_outcome(pl.col("PDDTF"), pl.col("DTHDTF"), pl.col("LASTDTF")),
            CNSR=by_outcome(pl.lit(0), pl.lit(0), pl.lit(1)),
            EVNTDESC=by_outcome(pl.lit("Progression"), pl.lit("Death"), pl.lit("No progression")),
            CNSDTDSC=by_outcome(nothing, nothing, pl.lit("Last evaluable assessment")),
            REASON=by_outcome(
                nothing,
                nothing,
                pl.when(new_therapy).then(pl.lit("NEW_THERAPY")).otherwise(pl.lit("NO_PROGRESSION")),
            ),
            SRCDOM=by_outcome(pl.lit("ADRS"), pl.lit("ADSL"), pl.lit("ADRS")),
            SRCVAR=by_outcome(pl.lit("ADT"), pl.lit("DTHDT"), pl.lit("ADT")),
            SRCSEQ=by_outcome(pl.col("PDSEQ"), pl.lit(None, dtype=pl.Int64), pl.col("LASTSEQ")),
        )
        .with_columns(
            AVAL=(pl.col("ADT") - pl.col("STARTDT")).dt.total_days().cast(pl.Float64)
            + float(settings.plus_one_day)
        )
        .select(TimeToEvent.column_names())
        .sort("USUBJID", "READER")
    )
