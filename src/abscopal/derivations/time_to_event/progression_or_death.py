"""Which comes first: progression, death, or a reason to stop counting."""

import polars as pl

from abscopal.derivations.time_to_event.censoring_rules import CensoringRules

_START, _LAST = "START OF TIME", "LAST ADEQUATE ASSESSMENT"


def derive_progression_or_death(
    patients: pl.DataFrame, assessments: pl.DataFrame, *, rules: CensoringRules
) -> pl.DataFrame:
    """Decide each patient's event or censoring, with its reason and the record it rests on.

    The order of the rules is the order of their names in the code below: no baseline, new therapy, missed
    visits, then the event itself; without an event, no assessment, new therapy, no progression.

    Args:
        patients: USUBJID, STARTDT, STARTVAR, DEATHDT, DEATHDTF, DEATHVAR, NACTDT and, if known from
            elsewhere, NOBASELINE.
        assessments: USUBJID, READER, AVISITN, ADT, ADTF, ADEQUATE, PROGRESSIVE, NOBASE.
        rules: the censoring rules.

    Returns:
        `patients` with READER, ADT, ADTF, CNSR, EVNTDESC, CNSDTDSC, REASON, SRCDOM, SRCVAR, SRCSEQ.

    Reference:
        FDA, Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics (2007), appendix 3,
        table A.

    Example:
        >>> from datetime import date
        >>> from abscopal.derivations.time_to_event.censoring_rules import FDA_A
        >>> patients = pl.DataFrame({
        ...     "USUBJID": ["P1"], "STARTDT": [date(2024, 1, 1)], "STARTVAR": "REFDT",
        ...     "DEATHDT": [date(2024, 8, 28)], "DEATHDTF": None, "DEATHVAR": "DTHDT", "NACTDT": None,
        ... }, schema_overrides={"DEATHDTF": pl.String, "NACTDT": pl.Date})
        >>> assessments = pl.DataFrame({
        ...     "USUBJID": ["P1"], "READER": "A", "AVISITN": 1, "ADT": [date(2024, 2, 26)], "ADTF": None,
        ...     "ADEQUATE": True, "PROGRESSIVE": False, "NOBASE": False,
        ... }, schema_overrides={"ADTF": pl.String})
        >>> decided = derive_progression_or_death(patients, assessments, rules=FDA_A)
        >>> decided.select("ADT", "CNSR", "REASON").rows()
        [(datetime.date(2024, 2, 26), 1, 'MISSED_VISITS')]
    """
    known = patients if "NOBASELINE" in patients.columns else patients.with_columns(NOBASELINE=pl.lit(False))
    dated = _with_first_event(known, assessments)
    reasoned = _with_last_adequate(dated, assessments).with_columns(REASON=_reason(rules))
    return _described(reasoned)


def _with_first_event(patients: pl.DataFrame, assessments: pl.DataFrame) -> pl.DataFrame:
    since = assessments.join(patients.select("USUBJID", "STARTDT"), on="USUBJID", how="inner").filter(
        pl.col("ADT") >= pl.col("STARTDT")
    )
    read = assessments.group_by("USUBJID").agg(READER=pl.col("READER").first(), NOBASE=pl.col("NOBASE").any())
    progression = (
        since.filter("PROGRESSIVE")
        .sort("USUBJID", "ADT", "AVISITN")
        .unique("USUBJID", keep="first", maintain_order=True)
        .select("USUBJID", PDDT="ADT", PDDTF="ADTF", PDVISIT="AVISITN")
    )
    joined = patients.join(read, on="USUBJID", how="left").join(progression, on="USUBJID", how="left")
    return joined.with_columns(
        EVENTDT=pl.min_horizontal("PDDT", "DEATHDT"),
        NOBASELINE=pl.col("NOBASELINE") | pl.col("NOBASE").fill_null(False),
        ISPD=(pl.col("PDDT") <= pl.col("DEATHDT")).fill_null(pl.col("PDDT").is_not_null()),
    )


def _with_last_adequate(patients: pl.DataFrame, assessments: pl.DataFrame) -> pl.DataFrame:
    """Last adequate assessment of all, before the event, and on or before the new therapy."""
    limits = patients.select("USUBJID", "STARTDT", "EVENTDT", "NACTDT", "ISPD", PDLIMIT="PDDT")
    adequate = (
        assessments.filter("ADEQUATE")
        .join(limits, on="USUBJID", how="inner")
        .filter(pl.col("ADT") >= pl.col("STARTDT"))
        .sort("USUBJID", "ADT", "AVISITN")
    )
    # The scan that shows progression is not an assessment that preceded it; one on the day of death is.
    precedes = (
        pl.when("ISPD").then(pl.col("ADT") < pl.col("EVENTDT")).otherwise(pl.col("ADT") <= pl.col("EVENTDT"))
    )
    is_free = (pl.col("ADT") < pl.col("PDLIMIT")).fill_null(True)
    subsets = {
        "ALL": pl.lit(True),
        "EVENT": precedes.fill_null(False),
        "THERAPY": (pl.col("ADT") <= pl.col("NACTDT")).fill_null(False) & is_free,
    }
    last = adequate.group_by("USUBJID", maintain_order=True).agg(
        *[pl.col("ADT").filter(keep).last().alias(f"{name}DT") for name, keep in _renamed(subsets)],
        *[pl.col("AVISITN").filter(keep).last().alias(f"{name}VISIT") for name, keep in _renamed(subsets)],
        *[pl.col("ADTF").filter(keep).last().alias(f"{name}DTF") for name, keep in _renamed(subsets)],
    )
    return patients.join(last, on="USUBJID", how="left")


def _renamed(subsets: dict[str, pl.Expr]) -> list[tuple[str, pl.Expr]]:
    return [(f"LAST{name}", keep) for name, keep in subsets.items()]


def _reason(rules: CensoringRules) -> pl.Expr:
    has_event = pl.col("EVENTDT").is_not_null()
    therapy_first = (pl.col("NACTDT") < pl.col("EVENTDT")).fill_null(pl.col("NACTDT").is_not_null())
    gap = (pl.col("EVENTDT") - pl.coalesce("LASTEVENTDT", "STARTDT")).dt.total_days()
    is_late = gap > rules.longest_gap_days
    if rules.death_without_assessment == "event":
        is_late = is_late & (pl.col("ISPD") | pl.col("LASTEVENTDT").is_not_null())
    never = pl.lit(False)
    no_baseline = pl.col("NOBASELINE") if rules.without_baseline == "censor" else never
    new_therapy = therapy_first if rules.new_therapy == "censor" else never
    missed = is_late if rules.missed_visits == "censor" else never
    is_unseen = pl.col("LASTALLDT").is_null()
    return (
        pl.when(no_baseline)
        .then(pl.lit("NO_BASELINE"))
        .when(has_event & new_therapy)
        .then(pl.lit("NEW_THERAPY"))
        .when(has_event & missed)
        .then(pl.lit("MISSED_VISITS"))
        .when(has_event)
        .then(None)
        .when(is_unseen & pl.col("NOBASELINE"))
        .then(pl.lit("NO_BASELINE"))
        .when(is_unseen)
        .then(pl.lit("NO_ASSESSMENT"))
        .when(new_therapy)
        .then(pl.lit("NEW_THERAPY"))
        .otherwise(pl.lit("NO_PROGRESSION"))
    )


def _described(patients: pl.DataFrame) -> pl.DataFrame:
    reason = pl.col("REASON")
    is_event = reason.is_null()
    subset = {"NEW_THERAPY": "LASTTHERAPY", "MISSED_VISITS": "LASTEVENT", "NO_PROGRESSION": "LASTALL"}

    def last(suffix: str) -> pl.Expr:
        return pl.coalesce(pl.when(reason == code).then(f"{name}{suffix}") for code, name in subset.items())

    dated = patients.with_columns(LASTDT=last("DT"), LASTDTF=last("DTF"), LASTVISIT=last("VISIT"))
    on_scan = pl.col("LASTDT").is_not_null()
    is_progression = is_event & pl.col("ISPD")
    return dated.with_columns(
        ADT=pl.when(is_event).then("EVENTDT").otherwise(pl.coalesce("LASTDT", "STARTDT")),
        ADTF=pl.when(is_progression).then("PDDTF").when(is_event).then("DEATHDTF").otherwise("LASTDTF"),
        CNSR=pl.when(is_event).then(0).otherwise(1),
        EVNTDESC=pl.when(is_progression)
        .then(pl.lit("PROGRESSION"))
        .when(is_event)
        .then(pl.lit("DEATH"))
        .otherwise(pl.lit("CENSORED")),
        CNSDTDSC=pl.when(is_event).then(None).when(on_scan).then(pl.lit(_LAST)).otherwise(pl.lit(_START)),
        SRCDOM=pl.when(is_progression | on_scan).then(pl.lit("ADRS")).otherwise(pl.lit("ADSL")),
        SRCVAR=pl.when(is_progression | on_scan)
        .then(pl.lit("ADT"))
        .when(is_event)
        .then("DEATHVAR")
        .otherwise("STARTVAR"),
        SRCSEQ=pl.when(is_progression).then("PDVISIT").otherwise("LASTVISIT"),
    )
