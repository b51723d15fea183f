"""What ADRS tells of injected and for non-injected lesions: their responses and their best response."""

from collections.abc import Sequence

import dataframely as dy
import polars as pl

from abscopal.derivations.response.best_response import derive_best_of_counted
from abscopal.derivations.response.counted_assessments import derive_counted_assessments
from abscopal.derivations.response.criterion import CountedUntil
from abscopal.derivations.response.matched_sets import InjectionCategory
from abscopal.derivations.response.records import READING, RECORD
from abscopal.derivations.response.response_rows import (
    RESPONSES,
    ResponsePart,
    list_answer,
    list_best,
)
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.derivations.response.visit_responses import CategoryResponses, VisitResponses
from abscopal.tables.adam import SubjectLevel

CATEGORY_PARAMETERS = {
    "TRGINJ": "Target response, injected lesions",
    "NTRGINJ": "Non-target response, injected lesions",
    "OVRINJ": "Response of injected lesions",
    "BORINJ": "Best response of injected lesions, unconfirmed",
    "CBORINJ": "Best response of injected lesions, confirmed",
    "RSPINJ": "Response of injected lesions at best, unconfirmed",
    "CRSPINJ": "Response of injected lesions at best, confirmed",
    "PDINJ": "Progression of injected lesions",
    "TRGNINJ": "Target response, non-injected lesions",
    "NTRGNINJ": "Non-target response, non-injected lesions",
    "NEWLNINJ": "New lesion, as the non-injected response counts it",
    "OVRNINJ": "Response of non-injected lesions",
    "BORNINJ": "Best response of non-injected lesions, unconfirmed",
    "CBORNINJ": "Best response of non-injected lesions, confirmed",
    "RSPNINJ": "Response of non-injected lesions at best, unconfirmed",
    "CRSPNINJ": "Response of non-injected lesions at best, confirmed",
    "PDNINJ": "Progression of non-injected lesions",
}
CATEGORY_SUFFIXES: dict[InjectionCategory, str] = {"INJECTED": "INJ", "NON-INJECTED": "NINJ"}


def derive_category_parts(
    by_category: dy.DataFrame[CategoryResponses],
    responses: dy.DataFrame[VisitResponses],
    adsl: dy.DataFrame[SubjectLevel],
    *,
    readers: Sequence[str],
    settings: ResponseSettings,
    until: CountedUntil,
) -> list[ResponsePart]:
    """Tell the responses of each category of lesions at each assessment, and the best of them for each patient.

    Args:
        by_category: responses of each category.
        responses: responses of the whole patient, whose progression may end what counts (a setting).
        adsl: one row per patient.
        readers: who reads in this study.
        settings: the readings of the rules in force.
        until: how far assessments count.

    Returns:
        What is told of each category.

    Reference:
        Goldmacher et al. 2020 (doi:10.1200/JCO.19.02985): separate injected and non-injected responses.
    """
    parts = []
    for category, suffix in CATEGORY_SUFFIXES.items():
        own = by_category.filter(pl.col("CATEGORY") == category)
        counted = _count(own, responses, adsl, settings=settings, until=until)
        best = derive_best_of_counted(counted, adsl, settings=settings, readers=readers)
        progressed = own.filter(pl.col("OVRRESP") == "PD").group_by(READING).agg(ANYPDDT=pl.col("ADT").min())
        patients = best.join(progressed, on=READING, how="left")
        levels = {f"TRG{suffix}": "TRG", f"NTRG{suffix}": "NTRG", f"OVR{suffix}": "OVR"}
        if category == "NON-INJECTED":
            levels[f"NEWL{suffix}"] = "NEWL"
        answers = {
            f"BOR{suffix}": list_best("BOR"),
            f"CBOR{suffix}": list_best("CBOR"),
            f"RSP{suffix}": list_answer(pl.col("BORRESP").is_in(RESPONSES), pl.col("RSPDT")),
            f"CRSP{suffix}": list_answer(pl.col("CBORRESP").is_in(RESPONSES), pl.col("CRSPDT")),
            f"PD{suffix}": list_answer(pl.col("ANYPDDT").is_not_null(), pl.col("ANYPDDT")),
        }
        parts.append(ResponsePart(counted, patients.sort(READING), levels, answers))
    return parts


def _count(
    own: pl.DataFrame,
    responses: dy.DataFrame[VisitResponses],
    adsl: dy.DataFrame[SubjectLevel],
    *,
    settings: ResponseSettings,
    until: CountedUntil,
) -> pl.DataFrame:
    """Which assessments of a category count; where the patient's progression ends them, none after it does."""
    if settings.category_best_until == "own_progression" or until == "end_of_follow_up":
        return derive_counted_assessments(own, adsl, settings=settings, until=until)
    progression = (
        responses.filter(pl.col("OVRRESP") == "PD").group_by(READING).agg(LASTN=pl.col("AVISITN").min())
    )
    limited = own.join(progression, on=READING, how="left")
    within = (pl.col("AVISITN") <= pl.col("LASTN")).fill_null(True)
    counted, after = (
        derive_counted_assessments(limited.filter(part).drop("LASTN"), adsl, settings=settings)
        for part in (within, ~within)
    )
    no = pl.lit(value=False)
    left_out = after.with_columns(COUNTED=no, CONFIRMED=no, TOOSOON=no, TOOMANYNE=no, CRTHENLESS=no)
    # Each half has numbered its own records.
    return (
        pl.concat([counted, left_out])
        .sort(*READING, "AVISITN")
        .with_columns(pl.struct(READING).rle_id().cast(pl.Int64).alias(RECORD))
    )
