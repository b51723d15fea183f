"""Best overall response of a patient, unconfirmed and confirmed, each with its rule and its reason."""

from collections.abc import Sequence

import polars as pl

from abscopal.derivations.response.best_response_rules import BEST_RULES
from abscopal.derivations.response.counted_assessments import RESPONSE, derive_counted_assessments
from abscopal.derivations.response.criterion import (
    UNCONFIRMED_PROGRESSION,
    BestRules,
    CountedUntil,
    compute_by_first_rule,
)
from abscopal.derivations.response.records import READING, RECORD
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.derivations.response.standing_progression import derive_standing_of_records

NO_READER = "UNSPECIFIED"


def derive_best_responses(
    responses: pl.DataFrame,
    adsl: pl.DataFrame,
    *,
    settings: ResponseSettings,
    readers: Sequence[str] = (),
    until: CountedUntil = "first_progression",
    rules: BestRules = BEST_RULES,
) -> pl.DataFrame:
    """Find each patient's best response, for each reader; every patient of ADSL has a row.

    Args:
        responses: one row per patient, reader and assessment after baseline: USUBJID, READER, AVISITN,
            ADT, OVRRESP (in plain codes), OVRREASON, TRGRESP.
        adsl: one row per patient with REFDT, NACTDT and DTHDT.
        settings: the readings of the rules in force.
        readers: who reads in this study, besides those found in the responses.
        until: how far assessments count.
        rules: the rules of best response, in plain codes.

    Returns:
        One row per patient and reader: BORRESP, BORRULE, BORREASON, BORDT, the same for CBOR, the
        dates of first response (RSPDT), first confirmed response (CRSPDT), the progression that stands
        (PDDT; the first where it needs no confirmation) and the last evaluable assessment (LSTADT).

    Reference:
        RECIST 1.1, sections 4.5 to 4.7 and Table 3 (doi:10.1016/j.ejca.2008.10.026).

    Example:
        >>> from datetime import date
        >>> responses = pl.DataFrame({
        ...     "USUBJID": ["P1", "P1", "P2"], "READER": ["INVESTIGATOR"] * 3, "AVISITN": [1, 2, 1],
        ...     "ADT": [date(2024, 3, 1), date(2024, 5, 1), date(2024, 1, 20)],
        ...     "OVRRESP": ["PR", "SD", "SD"], "OVRREASON": [None] * 3, "TRGRESP": ["PR", "SD", "SD"],
        ... })
        >>> adsl = pl.DataFrame({
        ...     "USUBJID": ["P1", "P2"], "REFDT": [date(2024, 1, 1)] * 2, "NACTDT": [None] * 2,
        ...     "DTHDT": [None] * 2}, schema_overrides={"NACTDT": pl.Date, "DTHDT": pl.Date})
        >>> best = derive_best_responses(responses, adsl, settings=ResponseSettings())
        >>> best.select("USUBJID", "BORRESP", "CBORRESP", "CBORREASON").rows()
        [('P1', 'PR', 'SD', 'NOT_CONFIRMED'), ('P2', 'NE', 'NE', 'SD_TOO_EARLY')]
    """
    counted = derive_counted_assessments(responses, adsl, settings=settings, until=until)
    return derive_best_of_counted(counted, adsl, settings=settings, readers=readers, rules=rules)


def derive_best_of_counted(
    counted: pl.DataFrame,
    adsl: pl.DataFrame,
    *,
    settings: ResponseSettings,
    readers: Sequence[str] = (),
    rules: BestRules = BEST_RULES,
) -> pl.DataFrame:
    """Find each patient's best response where it is already known which assessments count.

    Args:
        counted: as `derive_counted_assessments` gives them.
        adsl: one row per patient with REFDT, NACTDT and DTHDT.
        settings: the readings of the rules in force.
        readers: who reads in this study, besides those found in the assessments.
        rules: the rules of best response, in plain codes.

    Returns:
        The same columns as `derive_best_responses`.
    """
    known = sorted({*readers, *counted["READER"].unique()}) or [NO_READER]
    everyone = adsl.select("USUBJID", "REFDT", "NACTDT", "DTHDT").join(
        pl.DataFrame({"READER": known}), how="cross"
    )
    standing = derive_standing_of_records(counted.filter("COUNTED").with_columns(PLAIN=RESPONSE))
    summary = (
        everyone.join(_summarise(counted), on=READING, how="left")
        .join(standing.select(*READING, PDDT="ADT"), on=READING, how="left")
        .with_columns(pl.col("ASSESSMENTS", "COUNTED").fill_null(0))
        .with_columns(
            pl.col(
                "HASTARGETS",
                "EARLY",
                "CRTHENLESS",
                "TOOSOON",
                "TOOMANYNE",
                "EVALUATEDBEFOREPD",
                "CONFIRMEDAFTER",
            ).fill_null(False)
        )
        .with_columns(
            *compute_by_first_rule(rules.unconfirmed, settings, prefix="BOR"),
            *compute_by_first_rule(rules.confirmed, settings, prefix="CBOR"),
        )
    )
    return _add_dates(_add_reasons(summary)).sort(READING)


def _summarise(counted: pl.DataFrame) -> pl.DataFrame:
    """What happened to each patient, for each reader, among the assessments that count."""
    in_count = pl.col("COUNTED")
    stable_or_better = RESPONSE.is_in(["CR", "PR", "SD"])
    neither = RESPONSE == "NON-CR/NON-PD"
    evaluated = in_count & (RESPONSE != "NE")

    def first_date(condition: pl.Expr) -> pl.Expr:
        return pl.col("ADT").filter(in_count & condition).min()

    return counted.group_by(RECORD).agg(
        pl.col(READING).first(),
        ASSESSMENTS=pl.len().cast(pl.Int64),
        COUNTED=in_count.sum().cast(pl.Int64),
        HASTARGETS=(pl.col("TRGRESP") != "NA").any(),
        CRDT=first_date(RESPONSE == "CR"),
        PRDT=first_date(RESPONSE == "PR"),
        SDDT=first_date((RESPONSE == "SD") & pl.col("LATE")),
        STABLEDT=first_date(stable_or_better & pl.col("LATE")),
        NEITHERDT=first_date(neither & pl.col("LATE")),
        FIRSTPDDT=first_date(RESPONSE == "PD"),
        UPDDT=first_date(RESPONSE == UNCONFIRMED_PROGRESSION),
        CCRDT=first_date((RESPONSE == "CR") & pl.col("CONFIRMED")),
        CPRDT=first_date((RESPONSE == "PR") & pl.col("CONFIRMED")),
        NEDT=first_date(RESPONSE == "NE"),
        LSTADT=pl.col("ADT").filter(evaluated).max(),
        EARLY=(in_count & (stable_or_better | neither) & ~pl.col("LATE")).any(),
        CRTHENLESS=(in_count & pl.col("CRTHENLESS")).any(),
        TOOSOON=pl.col("TOOSOON").any(),
        TOOMANYNE=pl.col("TOOMANYNE").any(),
        EVALUATEDBEFOREPD=(evaluated & (RESPONSE != "PD")).any(),
        CONFIRMEDAFTER=((RESPONSE == "PD") & ~in_count).any(),
        LASTNEREASON=pl.col("OVRREASON").filter(in_count & (RESPONSE == "NE")).last(),
    )


def _add_reasons(summary: pl.DataFrame) -> pl.DataFrame:
    """Why a patient is not evaluable, and why a response fell short of a better one."""
    why_not_evaluable = (
        pl.when("EARLY")
        .then(pl.lit("SD_TOO_EARLY"))
        .when(pl.col("COUNTED") > 0)
        .then("LASTNEREASON")
        .when(pl.col("DTHDT").is_not_null() & (pl.col("ASSESSMENTS") == 0))
        .then(pl.lit("EARLY_DEATH"))
        .when(pl.col("NACTDT").is_not_null())
        .then(pl.lit("NEW_THERAPY"))
        .otherwise(pl.lit("NO_ASSESSMENT"))
    )
    why_not_confirmed = (
        pl.when("CRTHENLESS")
        .then(pl.lit("CR_THEN_LESS"))
        .when("TOOSOON")
        .then(pl.lit("CONFIRMED_TOO_SOON"))
        .when("TOOMANYNE")
        .then(pl.lit("NE_BETWEEN"))
        .otherwise(pl.lit("NOT_CONFIRMED"))
    )
    too_early = pl.when("EARLY").then(pl.lit("SD_TOO_EARLY"))

    def reason(level: str) -> pl.Expr:
        response, given = pl.col(f"{level}RESP"), pl.col(f"{level}REASON")
        return (
            pl.when(response.is_in(["NE", "MISSING"]))
            .then(pl.coalesce(given, why_not_evaluable))
            .when(response == "PD")
            .then(too_early)
            .when((response == UNCONFIRMED_PROGRESSION) & pl.col("CONFIRMEDAFTER"))
            .then(pl.lit("CONFIRMED_AFTER_NEW_THERAPY"))
        )

    responded = pl.col("BORRESP").is_in(["CR", "PR"])
    fell_short = responded & (pl.col("CBORRESP") != pl.col("BORRESP")) & (pl.col("CBORRESP") != "NE")
    return summary.with_columns(
        BORREASON=reason("BOR"),
        CBORREASON=pl.when(fell_short).then(why_not_confirmed).otherwise(reason("CBOR")),
    )


def _add_dates(summary: pl.DataFrame) -> pl.DataFrame:
    """The date on which each best response was first reached."""

    def dated(level: str, dates: dict[str, str | list[str]]) -> pl.Expr:
        return pl.coalesce(
            pl.when(pl.col(f"{level}RESP") == code).then(pl.coalesce(column))
            for code, column in dates.items()
        )

    last = {"PD": "FIRSTPDDT", UNCONFIRMED_PROGRESSION: "UPDDT", "NE": "NEDT"}
    return summary.with_columns(
        BORDT=dated("BOR", {"CR": "CRDT", "PR": "PRDT", "SD": "SDDT", "NON-CR/NON-PD": "NEITHERDT", **last}),
        CBORDT=dated(
            "CBOR",
            {
                "CR": "CCRDT",
                "PR": "CPRDT",
                "SD": "STABLEDT",
                "NON-CR/NON-PD": ["NEITHERDT", "STABLEDT"],
                **last,
            },
        ),
        RSPDT=pl.min_horizontal("CRDT", "PRDT"),
        CRSPDT=pl.min_horizontal("CCRDT", "CPRDT"),
    )
