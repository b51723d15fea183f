"""From the burden of disease to the response of each level, by the rules that every criterion shares.

Each level tries its rules in order; the first that holds makes the response and is written beside it.
"""

import dataframely as dy
import polars as pl

from abscopal.derivations.response.criterion import compute_by_first_rule
from abscopal.derivations.response.lesion_burden import MARKER_LOCATION, READING, LesionBurden
from abscopal.derivations.response.level_rules import (
    NEW_LESION_RULES,
    NON_TARGET_RULES,
    OVERALL_RULES,
    TARGET_RULES,
)
from abscopal.derivations.response.response_history import derive_response_history
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.derivations.response.visit_responses import NO_SERIES, VisitResponses
from abscopal.tables.adam import LesionAssessments


def derive_counted_lesions(
    assessments: dy.DataFrame[LesionAssessments], settings: ResponseSettings
) -> dy.DataFrame[LesionAssessments]:
    """Leave out tumour markers where the settings say that they play no part.

    Args:
        assessments: one row per patient, reader, lesion and assessment.
        settings: the readings of the rules in force.

    Returns:
        The rows that count.
    """
    if settings.tumour_markers != "ignored":
        return assessments
    without_markers = assessments.filter((pl.col("LSLOC") != MARKER_LOCATION).fill_null(True))
    return LesionAssessments.cast(without_markers)


def derive_judged_levels(
    burden: dy.DataFrame[LesionBurden], settings: ResponseSettings
) -> dy.DataFrame[VisitResponses]:
    """Judge targets, non-targets, new lesions and the whole of each assessment by RECIST 1.1.

    Args:
        burden: one row per patient, reader and assessment, in key order.
        settings: the readings of the rules in force.

    Returns:
        One row per patient, reader and assessment after baseline, in key order.

    Reference:
        RECIST 1.1, sections 4.3 and 4.4, Tables 1 and 2 (doi:10.1016/j.ejca.2008.10.026).
    """
    judged = (
        derive_lesion_levels(derive_response_history(burden, settings), settings)
        .with_columns(*compute_by_first_rule(NEW_LESION_RULES, settings, prefix="NEWL"))
        .with_columns(*compute_by_first_rule(OVERALL_RULES, settings, prefix="OVR"))
        .with_columns(
            ADT=compute_response_date(pl.col("OVRRESP") == "PD", settings),
            OVRREASON=_trace_reason(),
            **NO_SERIES,
        )
    )
    return VisitResponses.validate(judged.sort(*READING, "AVISITN").select(VisitResponses.column_names()))


def derive_lesion_levels(history: pl.DataFrame, settings: ResponseSettings) -> pl.DataFrame:
    """Judge targets and non-targets of each assessment after baseline, in the codes of RECIST 1.1.

    Args:
        history: burden of disease with what came before, as `derive_response_history` gives it.
        settings: the readings of the rules in force.

    Returns:
        The assessments after baseline with response, rule and reason of both levels.
    """
    return history.filter(pl.col("AVISITN") > 0).with_columns(
        *compute_by_first_rule(TARGET_RULES, settings, prefix="TRG"),
        *compute_by_first_rule(NON_TARGET_RULES, settings, prefix="NTRG"),
    )


def compute_response_date(progressed: pl.Expr, settings: ResponseSettings) -> pl.Expr:
    """The date of the assessment when its scans lie on several days.

    Args:
        progressed: whether the response is progression.
        settings: the readings of the rules in force.

    Returns:
        The date, as `visit_date` of the settings wants it.
    """
    match settings.visit_date:
        case "earliest":
            return pl.col("FIRSTDT")
        case "latest":
            return pl.col("LASTDT")
        case "earliest_if_progression":
            return pl.when(progressed).then("FIRSTDT").otherwise("LASTDT")


def _trace_reason() -> pl.Expr:
    """What made a progression, or why a response is not evaluable."""
    causes = [
        pl.when(pl.col("TRGRESP") == "PD").then(pl.lit("TARGET")),
        pl.when(pl.col("NTRGRESP") == "PD").then(pl.lit("NON_TARGET")),
        pl.when(pl.col("NEWLRESP") == "Y").then(pl.lit("NEW_LESION")),
    ]
    missing = pl.coalesce("OVRREASON", "TRGREASON", "NTRGREASON")
    return (
        pl.when(pl.col("OVRRESP") == "PD")
        .then(pl.concat_str(causes, separator=" + ", ignore_nulls=True))
        .when(pl.col("OVRRESP") == "NE")
        .then(missing)
    )
