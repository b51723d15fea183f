"""ADRS: every response by assessment and the best response, reader by reader, with rule and reason."""

import dataframely as dy
import polars as pl

from abscopal.derivations.response.best_response import derive_best_of_counted
from abscopal.derivations.response.category_table import (
    CATEGORY_PARAMETERS,
    CATEGORY_YES_OR_NO,
    derive_category_rows,
)
from abscopal.derivations.response.counted_assessments import derive_counted_assessments
from abscopal.derivations.response.criterion import UNCONFIRMED_PROGRESSION, Criterion
from abscopal.derivations.response.followed_lesions import derive_followed_lesions
from abscopal.derivations.response.records import READING
from abscopal.derivations.response.response_rows import (
    RESPONSES,
    list_answer,
    list_best_row,
    list_level_rows,
)
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.derivations.response.standing_progression import LIFTING, derive_standing_progression
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
BENEFIT = ["CR", "PR", "SD", "NON-CR/NON-PD"]
YES_OR_NO = ["RSP", "CRSP", "CB", "PD", "IUPD", "ICPD", "LSTA", "MDIS", *CATEGORY_YES_OR_NO]


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
        ANL01FL marks assessments that count towards the best response. Where the criterion tells them
        apart, the same for injected (OVRINJ, BORINJ ...) and non-injected lesions (OVRNINJ, BORNINJ ...).

    Reference:
        RECIST 1.1 (doi:10.1016/j.ejca.2008.10.026), sections 4.3 to 4.7.
    """
    lesions = derive_followed_lesions(assessments, settings)
    responses = criterion.judge_patient(lesions)
    readings = _describe_readings(assessments)
    rows = [_list_rows(responses, adsl, criterion, settings, readings)]
    if criterion.judge_categories is not None:
        by_category = criterion.judge_categories(lesions)
        rows.append(
            derive_category_rows(
                by_category, responses, adsl, readings=readings, settings=settings,
                until=criterion.compute_counted_until(settings),
            )
        )  # fmt: skip
    return ResponseAnalysis.validate(_finish(pl.concat(rows, how="diagonal"), adsl, criterion), cast=True)


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
    rows = _list_rows(responses, adsl, criterion, settings, readings)
    return ResponseAnalysis.validate(_finish(rows, adsl, criterion), cast=True)


def _list_rows(
    responses: dy.DataFrame[VisitResponses],
    adsl: dy.DataFrame[SubjectLevel],
    criterion: Criterion,
    settings: ResponseSettings,
    readings: pl.DataFrame,
) -> pl.DataFrame:
    """The rows of the whole patient: four an assessment, then one a patient, reader and parameter."""
    plain = responses.with_columns(criterion.compute_plain_code(pl.col("OVRRESP")))
    until = criterion.compute_counted_until(settings)
    counted = derive_counted_assessments(plain, adsl, settings=settings, until=until)
    readers = readings["READER"].unique().to_list()
    best = derive_best_of_counted(
        counted, adsl, settings=settings, readers=readers, rules=criterion.best_rules
    )
    own = counted.with_columns(criterion.compute_own_code(pl.col("OVRRESP")))
    patients = best.join(readings, on=READING, how="left")
    return pl.concat(
        [list_level_rows(own, LEVELS), _list_patient_rows(patients, counted, criterion)], how="diagonal"
    )


def _list_patient_rows(best: pl.DataFrame, counted: pl.DataFrame, criterion: Criterion) -> pl.DataFrame:
    """One row a patient, reader and parameter."""
    # After a new therapy that ends the count there may be progression, but nothing lifts one.
    lifts_nothing = ~pl.col("BEFORENEW") & pl.col("OVRRESP").is_in(LIFTING)
    standing = derive_standing_progression(
        counted.with_columns(PLAIN=pl.when(lifts_nothing).then(pl.lit("NE")).otherwise("OVRRESP"))
    )
    firsts = counted.group_by(READING).agg(
        FIRSTIUPDDT=pl.col("ADT").filter(pl.col("OVRRESP") == UNCONFIRMED_PROGRESSION).min(),
        FIRSTICPDDT=pl.col("ADT").filter(pl.col("OVRRESP") == "PD").min(),
    )
    patients = (
        best.join(standing.select(*READING, ANYPDDT="ADT"), on=READING, how="left")
        .join(firsts, on=READING, how="left")
        .with_columns(BENEFIT=pl.col("BORRESP").is_in(BENEFIT))
    )
    coded = patients.with_columns(criterion.compute_own_code(pl.col("BORRESP", "CBORRESP")))
    confirmation = ("IUPD", "ICPD") if criterion.has_unconfirmed_progression else ()
    return pl.concat(
        [
            *(list_best_row(coded, code, code) for code in ("BOR", "CBOR")),
            *(
                list_answer(patients, code, pl.col(f"FIRST{code}DT").is_not_null(), pl.col(f"FIRST{code}DT"))
                for code in confirmation
            ),
            list_answer(patients, "RSP", pl.col("BORRESP").is_in(RESPONSES), pl.col("RSPDT")),
            list_answer(patients, "CRSP", pl.col("CBORRESP").is_in(RESPONSES), pl.col("CRSPDT")),
            list_answer(patients, "CB", pl.col("BENEFIT"), pl.when("BENEFIT").then("BORDT")),
            list_answer(patients, "PD", pl.col("ANYPDDT").is_not_null(), pl.col("ANYPDDT")),
            list_answer(patients, "LSTA", pl.col("LSTADT").is_not_null(), pl.col("LSTADT")),
            list_answer(patients, "MDIS", pl.col("MEASURABLE"), pl.lit(None)),
        ]
    )


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


def _finish(rows: pl.DataFrame, adsl: dy.DataFrame[SubjectLevel], criterion: Criterion) -> pl.DataFrame:
    days = (pl.col("ADT") - pl.col("REFDT")).dt.total_days()
    ranks = {category.code: float(category.rank) for category in criterion.categories}
    names = PARAMETERS | CATEGORY_PARAMETERS
    # Whole numbers sort several times as fast as the texts they stand for.
    place = {name: number for number, name in enumerate(sorted(names))}
    patients = adsl.select("STUDYID", "USUBJID", "REFDT").sort("USUBJID").with_row_index("PATIENT")
    readers = rows.select(pl.col("READER").unique().sort()).with_row_index("READERN")
    return (
        rows.join(patients, on="USUBJID", how="inner")
        .join(readers, on="READER", how="left")
        .with_columns(
            CRITERION=pl.lit(criterion.name),
            PARAM=pl.col("PARAMCD").replace_strict(names, return_dtype=pl.String),
            PLACE=pl.col("PARAMCD").replace_strict(place, return_dtype=pl.UInt8),
            ADY=days + (days >= 0).cast(pl.Int64),
            AVAL=pl.coalesce(
                pl.col("AVALC").replace_strict(ranks, default=None, return_dtype=pl.Float64),
                pl.when(pl.col("PARAMCD").is_in(YES_OR_NO)).then((pl.col("AVALC") == "Y").cast(pl.Float64)),
            ),
        )
        .sort("PATIENT", "READERN", "PLACE", "AVISITN")
        .select(ResponseAnalysis.column_names())
    )
