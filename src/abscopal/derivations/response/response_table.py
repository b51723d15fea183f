"""ADRS: every response by assessment and the best response, reader by reader, with rule and reason."""

from collections.abc import Hashable, Sequence

import dataframely as dy
import polars as pl

from abscopal.derivations.response.best_response import derive_best_of_counted
from abscopal.derivations.response.category_table import CATEGORY_PARAMETERS, derive_category_parts
from abscopal.derivations.response.counted_assessments import derive_counted_assessments
from abscopal.derivations.response.criterion import UNCONFIRMED_PROGRESSION, Criterion
from abscopal.derivations.response.followed_lesions import FollowedLesions, derive_followed_lesions
from abscopal.derivations.response.records import READING, RECORD
from abscopal.derivations.response.response_rows import (
    RESPONSES,
    ResponsePart,
    derive_long_rows,
    list_answer,
    list_best,
)
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.derivations.response.standing_progression import LIFTING, derive_standing_of_records
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


class LaidOutRows(ResponseAnalysis):
    """ADRS as it is laid out: every value is checked, the keys are not compared with each other.

    The responses of each assessment have been found to be unique, one row an assessment, and each parameter puts
    them where no other does. To compare the keys of the long table again would cost more than to write it.
    """

    USUBJID = ResponseAnalysis.USUBJID.with_primary_key(False)
    READER = ResponseAnalysis.READER.with_primary_key(False)
    CRITERION = ResponseAnalysis.CRITERION.with_primary_key(False)
    PARAMCD = ResponseAnalysis.PARAMCD.with_primary_key(False)
    AVISITN = ResponseAnalysis.AVISITN.with_primary_key(False)


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
    return derive_adrs_by_criterion(assessments, adsl, criteria=[criterion], settings=settings)[
        criterion.name
    ]


def derive_adrs_by_criterion(
    assessments: dy.DataFrame[LesionAssessments],
    adsl: dy.DataFrame[SubjectLevel],
    *,
    criteria: Sequence[Criterion],
    settings: ResponseSettings,
) -> dict[str, dy.DataFrame[ResponseAnalysis]]:
    """Derive the response analysis tables of several criteria; what they share is derived once.

    Args:
        assessments: one row per patient, reader, lesion and assessment; lengths in tenths of a millimetre.
        adsl: one row per patient.
        criteria: the response criteria, among `criteria.CRITERIA`.
        settings: the readings of the rules in force.

    Returns:
        Name of each criterion to its table, which is that of `derive_adrs`.
    """
    lesions = derive_followed_lesions(assessments, settings)
    readings = lesions.derive_once(_describe_readings)
    tables, told = {}, _WholePatients()
    for criterion in criteria:
        responses = lesions.derive_once(criterion.judge_patient)
        parts = [told.tell(responses, adsl, criterion, settings, readings)]
        if criterion.judge_categories is not None:
            parts += derive_category_parts(
                criterion.judge_categories(lesions), responses, adsl,
                readers=readings["READER"].unique().to_list(), settings=settings,
                until=criterion.compute_counted_until(settings),
            )  # fmt: skip
        tables[criterion.name] = _finish(parts, criterion)
    return tables


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
    return _finish([_tell_whole(responses, adsl, criterion, settings, readings)], criterion)


class _WholePatients:
    """What is told of whole patients: once, where criteria judge and count alike."""

    def __init__(self) -> None:
        self._told: list[tuple[pl.DataFrame, Hashable, ResponsePart]] = []

    def tell(
        self,
        responses: dy.DataFrame[VisitResponses],
        adsl: dy.DataFrame[SubjectLevel],
        criterion: Criterion,
        settings: ResponseSettings,
        readings: pl.DataFrame,
    ) -> ResponsePart:
        codes = tuple((category.code, category.kind) for category in criterion.categories)
        counting = codes, criterion.best_rules, criterion.compute_counted_until(settings)
        for judged, counted_by, part in self._told:
            if judged is responses and counted_by == counting:
                return part
        part = _tell_whole(responses, adsl, criterion, settings, readings)
        self._told.append((responses, counting, part))
        return part


def _tell_whole(
    responses: dy.DataFrame[VisitResponses],
    adsl: dy.DataFrame[SubjectLevel],
    criterion: Criterion,
    settings: ResponseSettings,
    readings: pl.DataFrame,
) -> ResponsePart:
    """What is told of the whole patient: four levels an assessment, then best responses and answers."""
    plain = responses.with_columns(criterion.compute_plain_code(pl.col("OVRRESP")))
    until = criterion.compute_counted_until(settings)
    counted = derive_counted_assessments(plain, adsl, settings=settings, until=until)
    readers = readings["READER"].unique().to_list()
    best = derive_best_of_counted(
        counted, adsl, settings=settings, readers=readers, rules=criterion.best_rules
    )
    known = best.join(readings, on=READING, how="left").join(adsl.select("STUDYID", "USUBJID"), on="USUBJID")
    patients = _add_progression(known, counted).with_columns(
        criterion.compute_own_code(pl.col("BORRESP", "CBORRESP")),
        BENEFIT=pl.col("BORRESP").is_in(BENEFIT),
        RESPONDED=pl.col("BORRESP").is_in(RESPONSES),
        CRESPONDED=pl.col("CBORRESP").is_in(RESPONSES),
    )
    own = counted.with_columns(criterion.compute_own_code(pl.col("OVRRESP")))
    return ResponsePart(own, patients.sort(READING), LEVELS, _list_answers(criterion))


def _add_progression(best: pl.DataFrame, counted: pl.DataFrame) -> pl.DataFrame:
    """The progression that stands, and the first unconfirmed and confirmed ones."""
    # After a new therapy that ends the count there may be progression, but nothing lifts one.
    lifts_nothing = ~pl.col("BEFORENEW") & pl.col("OVRRESP").is_in(LIFTING)
    standing = derive_standing_of_records(
        counted.with_columns(PLAIN=pl.when(lifts_nothing).then(pl.lit("NE")).otherwise("OVRRESP"))
    )
    firsts = counted.group_by(RECORD).agg(
        pl.col(READING).first(),
        FIRSTIUPDDT=pl.col("ADT").filter(pl.col("OVRRESP") == UNCONFIRMED_PROGRESSION).min(),
        FIRSTICPDDT=pl.col("ADT").filter(pl.col("OVRRESP") == "PD").min(),
    )
    return best.join(standing.select(*READING, ANYPDDT="ADT"), on=READING, how="left").join(
        firsts, on=READING, how="left"
    )


def _list_answers(criterion: Criterion) -> dict[str, list[pl.Expr]]:
    """What is told once a patient and reader."""
    dates = {"PD": "ANYPDDT", "LSTA": "LSTADT"}
    if criterion.has_unconfirmed_progression:
        dates |= {"IUPD": "FIRSTIUPDDT", "ICPD": "FIRSTICPDDT"}
    return {
        "BOR": list_best("BOR"),
        "CBOR": list_best("CBOR"),
        "RSP": list_answer(pl.col("RESPONDED"), pl.col("RSPDT")),
        "CRSP": list_answer(pl.col("CRESPONDED"), pl.col("CRSPDT")),
        "CB": list_answer(pl.col("BENEFIT"), pl.when("BENEFIT").then("BORDT")),
        "MDIS": list_answer(pl.col("MEASURABLE"), pl.lit(None)),
        **{code: list_answer(pl.col(date).is_not_null(), pl.col(date)) for code, date in dates.items()},
    }


def _describe_readings(lesions: FollowedLesions) -> pl.DataFrame:
    """Measurable disease for this reader, and whether all, none or some of the record is accepted."""
    measured_target = (
        (pl.col("LSROLE") == "TARGET") & (pl.col("AVISITN") == 0) & pl.col("LSTENTH").is_not_null()
    )
    flags = (
        lesions.assessments.lazy()
        .group_by(RECORD)
        .agg(MEASURABLE=measured_target.any(), ACCFL=pl.col("ACCFL").min(), LASTFL=pl.col("ACCFL").max())
        .with_columns(ACCFL=pl.when(pl.col("ACCFL") == pl.col("LASTFL")).then("ACCFL"))
    )
    return lesions.names.lazy().join(flags, on=RECORD).select(*READING, "MEASURABLE", "ACCFL").collect()


def _finish(parts: Sequence[ResponsePart], criterion: Criterion) -> dy.DataFrame[ResponseAnalysis]:
    """ADRS from what is told of the patients and of each category."""
    ranks = {category.code: category.rank for category in criterion.categories}
    rows = derive_long_rows(parts, titles=PARAMETERS | CATEGORY_PARAMETERS, ranks=ranks)
    named = rows.with_columns(CRITERION=pl.lit(criterion.name))
    laid_out = LaidOutRows.validate(named.select(LaidOutRows.column_names()))
    return ResponseAnalysis.cast(laid_out.select(ResponseAnalysis.column_names()))
