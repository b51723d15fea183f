"""ADRS: every response by assessment and the best response, reader by reader, with rule and reason."""

import dataframely as dy
import polars as pl

from abscopal.derivations.response.counted_assessments import derive_counted_assessments
from abscopal.derivations.response.criterion import UNCONFIRMED_PROGRESSION, Criterion
from abscopal.derivations.response.lesion_burden import ASSESSMENT, READING
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.derivations.response.standing_progression import derive_standing_progression
from abscopal.derivations.response.visit_responses import VisitResponses
from abscopal.tables.adam import LesionAssessments, ResponseAnalysis, SubjectLevel

PARAMETERS = {
    "TRGRESP": "Target response",
    "NTRGRESP": "Non-target response",
    "NEWLIND": "New lesion",
    "OVR": "Overall response",
    "BOR": "Best overall response, unconfirmed",
    "CBOR": "Best overall response, confirmed",
    "RSP": "Response, unconfirmed",
    "CRSP": "Response, confirmed",
    "CB": "Clinical benefit",
    "PD": "Progression",
    "IUPD": "Unconfirmed progression",
    "ICPD": "Confirmed progression",
    "LSTA": "Last evaluable assessment",
    "MDIS": "Measurable disease at baseline",
}
LEVELS = {"TRGRESP": "TRG", "NTRGRESP": "NTRG", "NEWLIND": "NEWL", "OVR": "OVR"}
LENGTHS = ("SUM", "MEASURED", "BASESUM", "NADIR", "IUPDSUM", "NLTSUM", "IUPDNLT")
BENEFIT = ["CR", "PR", "SD", "NON-CR/NON-PD"]
PATIENT_ROW = -1


def derive_adrs(
    assessments: dy.DataFrame[LesionAssessments],
    adsl: dy.DataFrame[SubjectLevel],
    *,
    criterion: Criterion,
    settings: ResponseSettings,
) -> dy.DataFrame[ResponseAnalysis]:
    """Derive the response analysis table of one criterion.

    Args:
        assessments: one row per patient, reader, lesion and assessment; lengths in tenths of a millimetre.
        adsl: one row per patient.
        criterion: the response criterion, one of `criteria.CRITERIA`.
        settings: the readings of the rules in force.

    Returns:
        Per assessment TRGRESP, NTRGRESP, NEWLIND and OVR; per patient (AVISITN -1) BOR, CBOR, RSP,
        CRSP, CB, PD, LSTA and MDIS. Where progression must be confirmed, also IUPD (the first
        unconfirmed one) and ICPD (the first confirmation), and PD is the start of the series that
        stands. Every patient of ADSL has a best response for every reader.
        ANL01FL marks assessments that count towards the best response.

    Reference:
        RECIST 1.1 (doi:10.1016/j.ejca.2008.10.026), sections 4.3 to 4.7.
    """
    responses = criterion.derive_visit_responses(assessments, settings)
    return derive_adrs_from_responses(
        responses, adsl, criterion=criterion, settings=settings, readings=_describe_readings(assessments)
    )


def derive_adrs_from_responses(
    responses: dy.DataFrame[VisitResponses],
    adsl: dy.DataFrame[SubjectLevel],
    *,
    criterion: Criterion,
    settings: ResponseSettings,
    readings: pl.DataFrame | None = None,
) -> dy.DataFrame[ResponseAnalysis]:
    """Derive the response analysis table where the responses of each assessment are already known.

    Args:
        responses: one row per patient, reader and assessment after baseline.
        adsl: one row per patient.
        criterion: the response criterion, one of `criteria.CRITERIA`.
        settings: the readings of the rules in force.
        readings: per patient and reader, MEASURABLE (Boolean) and ACCFL, where known.

    Returns:
        The same parameters as `derive_adrs`.
    """
    if readings is None:
        readings = responses.select(
            *READING, MEASURABLE=pl.lit(None, dtype=pl.Boolean), ACCFL="ACCFL"
        ).unique(READING)
    readers = readings["READER"].unique().to_list()
    plain = responses.with_columns(criterion.compute_plain_code(pl.col("OVRRESP")))
    best = criterion.derive_best_responses(plain, adsl, settings=settings, readers=readers)
    rows = pl.concat(
        [
            _list_visit_rows(plain, adsl, criterion, settings),
            _list_patient_rows(best.join(readings, on=READING, how="left"), plain, criterion),
        ],
        how="diagonal",
    )
    return ResponseAnalysis.validate(_finish(rows, adsl, criterion), cast=True)


def _list_visit_rows(
    responses: pl.DataFrame,
    adsl: dy.DataFrame[SubjectLevel],
    criterion: Criterion,
    settings: ResponseSettings,
) -> pl.DataFrame:
    """Four rows an assessment: targets, non-targets, new lesions, overall."""
    counted = derive_counted_assessments(responses, adsl, settings=settings)
    visits = counted.with_columns(
        *(pl.col(name) / 10 for name in LENGTHS),
        OVRRESP=criterion.compute_own_code(pl.col("OVRRESP")),
        ANL01FL=pl.when("COUNTED").then(pl.lit("Y")).otherwise(pl.lit("N")),
    )
    carried = [
        *ASSESSMENT,
        "ADT",
        "ADTF",
        *LENGTHS,
        "NADIRDT",
        "IUPDDT",
        "ANL01FL",
        "ACCFL",
    ]
    return pl.concat(
        visits.select(
            *carried,
            pl.lit(parameter).alias("PARAMCD"),
            pl.col(f"{level}RESP").alias("AVALC"),
            pl.col(f"{level}RULE").alias("RULE"),
            _read_reason(level),
        )
        for parameter, level in LEVELS.items()
    ).with_columns(AVAL=_rank(criterion))


def _read_reason(level: str) -> pl.Expr:
    """The reason of a response; an overall one says where complete response and less contradict each other."""
    given = pl.col(f"{level}REASON")
    if level == "OVR":
        given = pl.when("CRTHENLESS").then(pl.lit("CR_THEN_LESS")).otherwise(given)
    return given.alias("REASON")


def _list_patient_rows(best: pl.DataFrame, responses: pl.DataFrame, criterion: Criterion) -> pl.DataFrame:
    """One row a patient, reader and parameter."""
    standing = derive_standing_progression(responses.with_columns(PLAIN="OVRRESP"))
    firsts = responses.group_by(READING).agg(
        FIRSTIUPDDT=pl.col("ADT").filter(pl.col("OVRRESP") == UNCONFIRMED_PROGRESSION).min(),
        FIRSTICPDDT=pl.col("ADT").filter(pl.col("OVRRESP") == "PD").min(),
    )
    patients = (
        best.join(standing.select(*READING, ANYPDDT="ADT"), on=READING, how="left")
        .join(firsts, on=READING, how="left")
        .with_columns(BENEFIT=pl.col("BORRESP").is_in(BENEFIT))
    )

    def rows(
        parameter: str,
        answer: pl.Expr,
        date: pl.Expr,
        rule: pl.Expr | None = None,
        reason: pl.Expr | None = None,
    ) -> pl.DataFrame:
        nothing = pl.lit(None, dtype=pl.String)
        return patients.select(
            *READING,
            "ACCFL",
            pl.lit(parameter).alias("PARAMCD"),
            pl.lit(PATIENT_ROW, dtype=pl.Int64).alias("AVISITN"),
            answer.alias("AVALC"),
            date.cast(pl.Date).alias("ADT"),
            (nothing if rule is None else rule).alias("RULE"),
            (nothing if reason is None else reason).alias("REASON"),
        )

    def yes_if(condition: pl.Expr) -> pl.Expr:
        return pl.when(condition).then(pl.lit("Y")).otherwise(pl.lit("N"))

    no_date = pl.lit(None)
    responses_best = pl.concat(
        [
            rows(
                code,
                criterion.compute_own_code(pl.col(f"{code}RESP")),
                pl.col(f"{code}DT"),
                pl.col(f"{code}RULE"),
                pl.col(f"{code}REASON"),
            )
            for code in ("BOR", "CBOR")
        ]
    ).with_columns(AVAL=_rank(criterion))
    confirmation = ("IUPD", "ICPD") if criterion.has_unconfirmed_progression else ()
    answers = pl.concat(
        [
            *(
                rows(code, yes_if(pl.col(f"FIRST{code}DT").is_not_null()), pl.col(f"FIRST{code}DT"))
                for code in confirmation
            ),
            rows("RSP", yes_if(pl.col("BORRESP").is_in(["CR", "PR"])), pl.col("RSPDT")),
            rows("CRSP", yes_if(pl.col("CBORRESP").is_in(["CR", "PR"])), pl.col("CRSPDT")),
            rows("CB", yes_if(pl.col("BENEFIT")), pl.when("BENEFIT").then("BORDT")),
            rows("PD", yes_if(pl.col("ANYPDDT").is_not_null()), pl.col("ANYPDDT")),
            rows("LSTA", yes_if(pl.col("LSTADT").is_not_null()), pl.col("LSTADT")),
            rows(
                "MDIS",
                pl.when(pl.col("MEASURABLE").is_not_null()).then(yes_if(pl.col("MEASURABLE"))),
                no_date,
            ),
        ]
    ).with_columns(AVAL=(pl.col("AVALC") == "Y").cast(pl.Float64))
    return pl.concat([responses_best, answers])


def _describe_readings(assessments: dy.DataFrame[LesionAssessments]) -> pl.DataFrame:
    """Measurable disease for this reader, and whether all, none or some of the record is accepted."""
    measured_target = (
        (pl.col("LSROLE") == "TARGET") & (pl.col("AVISITN") == 0) & pl.col("LSTENTH").is_not_null()
    )
    return assessments.group_by(READING).agg(
        MEASURABLE=measured_target.any(),
        ACCFL=pl.when(pl.col("ACCFL").drop_nulls().n_unique() == 1).then(
            pl.col("ACCFL").drop_nulls().first()
        ),
    )


def _rank(criterion: Criterion) -> pl.Expr:
    ranks = {category.code: float(category.rank) for category in criterion.categories}
    return pl.col("AVALC").replace_strict(ranks, default=None, return_dtype=pl.Float64)


def _finish(rows: pl.DataFrame, adsl: dy.DataFrame[SubjectLevel], criterion: Criterion) -> pl.DataFrame:
    days = (pl.col("ADT") - pl.col("REFDT")).dt.total_days()
    return (
        rows.join(adsl.select("STUDYID", "USUBJID", "REFDT"), on="USUBJID", how="inner")
        .with_columns(
            CRITERION=pl.lit(criterion.name),
            PARAM=pl.col("PARAMCD").replace_strict(PARAMETERS, return_dtype=pl.String),
            ADY=days + (days >= 0).cast(pl.Int64),
        )
        .select(ResponseAnalysis.column_names())
        .sort("USUBJID", "READER", "CRITERION", "PARAMCD", "AVISITN")
    )
