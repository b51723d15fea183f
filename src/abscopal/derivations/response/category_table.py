"""Rows of ADRS for injected and for non-injected lesions: their responses and their best response."""

import dataframely as dy
import polars as pl

from abscopal.derivations.response.best_response import derive_best_of_counted
from abscopal.derivations.response.counted_assessments import derive_counted_assessments
from abscopal.derivations.response.criterion import CountedUntil
from abscopal.derivations.response.matched_sets import InjectionCategory
from abscopal.derivations.response.records import READING
from abscopal.derivations.response.response_rows import (
    RESPONSES,
    list_answer,
    list_best_row,
    list_level_rows,
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
CATEGORY_YES_OR_NO = ["RSPINJ", "CRSPINJ", "PDINJ", "RSPNINJ", "CRSPNINJ", "PDNINJ"]


def derive_category_rows(
    by_category: dy.DataFrame[CategoryResponses],
    responses: dy.DataFrame[VisitResponses],
    adsl: dy.DataFrame[SubjectLevel],
    *,
    readings: pl.DataFrame,
    settings: ResponseSettings,
    until: CountedUntil,
) -> pl.DataFrame:
    """Write the responses of each category of lesions at each assessment, and the best of them for each patient.

    Args:
        by_category: responses of each category.
        responses: responses of the whole patient, whose progression may end what counts (a setting).
        adsl: one row per patient.
        readings: per patient and reader, ACCFL.
        settings: the readings of the rules in force.
        until: how far assessments count.

    Returns:
        Rows of ADRS, without the columns that every row shares.

    Reference:
        Goldmacher et al. 2020 (doi:10.1200/JCO.19.02985): separate injected and non-injected responses.
    """
    rows = []
    for category, suffix in CATEGORY_SUFFIXES.items():
        own = by_category.filter(pl.col("CATEGORY") == category)
        counted = _count(own, responses, adsl, settings=settings, until=until)
        readers = readings["READER"].unique().to_list()
        best = derive_best_of_counted(counted, adsl, settings=settings, readers=readers)
        progressed = own.filter(pl.col("OVRRESP") == "PD").group_by(READING).agg(ANYPDDT=pl.col("ADT").min())
        patients = best.join(readings, on=READING, how="left").join(progressed, on=READING, how="left")
        levels = {f"TRG{suffix}": "TRG", f"NTRG{suffix}": "NTRG", f"OVR{suffix}": "OVR"}
        if category == "NON-INJECTED":
            levels[f"NEWL{suffix}"] = "NEWL"
        rows += [
            list_level_rows(counted, levels),
            list_best_row(patients, f"BOR{suffix}", "BOR"),
            list_best_row(patients, f"CBOR{suffix}", "CBOR"),
            list_answer(patients, f"RSP{suffix}", pl.col("BORRESP").is_in(RESPONSES), pl.col("RSPDT")),
            list_answer(patients, f"CRSP{suffix}", pl.col("CBORRESP").is_in(RESPONSES), pl.col("CRSPDT")),
            list_answer(patients, f"PD{suffix}", pl.col("ANYPDDT").is_not_null(), pl.col("ANYPDDT")),
        ]
    return pl.concat(rows, how="diagonal")


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
    no = pl.lit(False)
    left_out = after.with_columns(COUNTED=no, CONFIRMED=no, TOOSOON=no, TOOMANYNE=no, CRTHENLESS=no)
    return pl.concat([counted, left_out]).sort(*READING, "AVISITN")
