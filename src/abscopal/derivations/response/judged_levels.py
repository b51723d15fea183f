"""From the burden of disease to the response of each level, by the rules that every criterion shares.

Each level tries its rules in order; the first that holds makes the response and is written beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import dataframely as dy
import polars as pl

from abscopal.derivations.response.criterion import Rule, compute_by_first_rule
from abscopal.derivations.response.lesion_burden import ASSESSMENT, MARKER_LOCATION, READING, LesionBurden
from abscopal.derivations.response.level_rules import (
    NEW_LESION_RULES,
    NON_TARGET_RULES,
    OVERALL_RULES,
    TARGET_RULES,
)
from abscopal.derivations.response.response_history import derive_response_history
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.derivations.response.visit_responses import VisitResponses
from abscopal.tables.adam import LesionAssessments


@dataclass(frozen=True, slots=True)
class LevelRules:
    """The rules of each level, in the order in which they are tried; by default those of RECIST 1.1."""

    target: Sequence[Rule] = TARGET_RULES
    non_target: Sequence[Rule] = NON_TARGET_RULES
    new_lesion: Sequence[Rule] = NEW_LESION_RULES
    overall: Sequence[Rule] = OVERALL_RULES


RECIST_LEVELS = LevelRules()


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
    burden: dy.DataFrame[LesionBurden],
    settings: ResponseSettings,
    *,
    levels: LevelRules = RECIST_LEVELS,
    beside: pl.DataFrame | None = None,
) -> dy.DataFrame[VisitResponses]:
    """Judge targets, non-targets, new lesions and the whole of each assessment, by RECIST 1.1 unless told.

    Args:
        burden: one row per patient, reader and assessment, in key order.
        settings: the readings of the rules in force.
        levels: the rules of each level.
        beside: what else the rules read: USUBJID, READER, AVISITN and further columns.

    Returns:
        One row per patient, reader and assessment after baseline, in key order.

    Reference:
        RECIST 1.1, sections 4.3 and 4.4, Tables 1 and 2 (doi:10.1016/j.ejca.2008.10.026).
    """
    visits = derive_response_history(burden, settings).filter(pl.col("AVISITN") > 0)
    if beside is not None:
        visits = visits.join(beside, on=ASSESSMENT, how="left", maintain_order="left")
    judged = (
        visits.with_columns(
            *compute_by_first_rule(levels.target, settings, prefix="TRG"),
            *compute_by_first_rule(levels.non_target, settings, prefix="NTRG"),
            *compute_by_first_rule(levels.new_lesion, settings, prefix="NEWL"),
        )
        .with_columns(*compute_by_first_rule(levels.overall, settings, prefix="OVR"))
        .with_columns(ADT=_date_response(settings), OVRREASON=_trace_reason())
    )
    return VisitResponses.validate(judged.sort(*READING, "AVISITN").select(VisitResponses.column_names()))


def _date_response(settings: ResponseSettings) -> pl.Expr:
    """The date of the assessment when its scans lie on several days."""
    match settings.visit_date:
        case "earliest":
            return pl.col("FIRSTDT")
        case "latest":
            return pl.col("LASTDT")
        case "earliest_if_progression":
            return pl.when(pl.col("OVRRESP") == "PD").then("FIRSTDT").otherwise("LASTDT")


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
        .then(pl.coalesce("OVRREASON", pl.concat_str(causes, separator=" + ", ignore_nulls=True)))
        .when(pl.col("OVRRESP") == "NE")
        .then(missing)
    )
