"""From the burden of disease to the response of each level, by the rules that every criterion shares.

Each level tries its rules in order; the first that holds makes the response and is written beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import dataframely as dy
import polars as pl

from abscopal.derivations.response.criterion import Rule, compute_by_first_rule
from abscopal.derivations.response.followed_lesions import FollowedLesions
from abscopal.derivations.response.lesion_burden import derive_burden
from abscopal.derivations.response.level_rules import (
    NEW_LESION_RULES,
    NON_TARGET_RULES,
    OVERALL_RULES,
    TARGET_RULES,
)
from abscopal.derivations.response.records import derive_named_rows
from abscopal.derivations.response.response_history import derive_response_history
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.derivations.response.visit_responses import NO_SERIES, VisitResponses


@dataclass(frozen=True, slots=True)
class LevelRules:
    """The rules of each level, in the order in which they are tried; by default those of RECIST 1.1."""

    target: Sequence[Rule] = TARGET_RULES
    non_target: Sequence[Rule] = NON_TARGET_RULES
    new_lesion: Sequence[Rule] = NEW_LESION_RULES
    overall: Sequence[Rule] = OVERALL_RULES


RECIST_LEVELS = LevelRules()


def derive_recist_responses(lesions: FollowedLesions) -> dy.DataFrame[VisitResponses]:
    """Judge all lesions of each record at each assessment after baseline, by RECIST 1.1.

    Args:
        lesions: the lesions of every record.

    Returns:
        One row per patient, reader and assessment after baseline, in key order.

    Reference:
        RECIST 1.1, sections 4.3 and 4.4, Tables 1 and 2 (doi:10.1016/j.ejca.2008.10.026).

    Example:
        >>> from datetime import date
        >>> from abscopal.derivations.response.followed_lesions import derive_followed_lesions
        >>> from abscopal.tables.adam import LesionAssessments
        >>> rows = LesionAssessments.validate(pl.DataFrame({
        ...     "USUBJID": ["P1"] * 3, "READER": ["INVESTIGATOR"] * 3, "TULNKID": ["T01"] * 3,
        ...     "AVISITN": [0, 1, 2], "ADT": [date(2024, 1, 1), date(2024, 3, 1), date(2024, 5, 1)],
        ...     "ADTF": [None] * 3, "LSROLE": ["TARGET"] * 3, "LSNODE": [False] * 3, "LSLOC": ["LIVER"] * 3,
        ...     "LSSTATE": ["MEASURED"] * 3, "LSTENTH": [600, 120, 170], "LSCHANGE": [None] * 3,
        ...     "SYMPFL": [None] * 3, "INJDT": [None] * 3, "ACCFL": ["Y"] * 3,
        ... }), cast=True)
        >>> responses = derive_recist_responses(derive_followed_lesions(rows, ResponseSettings()))
        >>> responses.select("AVISITN", "OVRRESP", "OVRRULE", "TRGRULE").rows()
        [(1, 'PR', 'OVERALL_PR', 'TARGET_PR'), (2, 'PD', 'OVERALL_PD', 'TARGET_PD')]
    """
    history = derive_response_history(lesions.derive_once(derive_burden), lesions.settings)
    return derive_named_responses(derive_judged_levels(history, lesions.settings), lesions.names)


def derive_judged_levels(
    history: pl.DataFrame, settings: ResponseSettings, *, levels: LevelRules = RECIST_LEVELS
) -> pl.DataFrame:
    """Judge targets, non-targets, new lesions and the whole of each assessment, by RECIST 1.1 unless told.

    Args:
        history: burden of disease with what came before, as `derive_response_history` gives it, and whatever
            else the rules read.
        settings: the readings of the rules in force.
        levels: the rules of each level.

    Returns:
        The assessments after baseline, in the order given, with the columns of `VisitResponses` and RECORD in
        place of names.
    """
    return (
        derive_lesion_levels(history, settings, levels=levels)
        .with_columns(*compute_by_first_rule(levels.new_lesion, settings, prefix="NEWL"))
        .with_columns(*compute_by_first_rule(levels.overall, settings, prefix="OVR"))
        .with_columns(
            ADT=compute_response_date(pl.col("OVRRESP") == "PD", settings),
            OVRREASON=_trace_reason(),
            **NO_SERIES,
        )
    )


def derive_named_responses(judged: pl.DataFrame, names: pl.DataFrame) -> dy.DataFrame[VisitResponses]:
    """Give the judged assessments of records the names of patient and reader.

    Args:
        judged: one row per record and assessment, with RECORD in place of names.
        names: RECORD, USUBJID, READER.

    Returns:
        One row per patient, reader and assessment, in the order given.
    """
    return VisitResponses.validate(derive_named_rows(judged, names).select(VisitResponses.column_names()))


def derive_lesion_levels(
    history: pl.DataFrame, settings: ResponseSettings, *, levels: LevelRules = RECIST_LEVELS
) -> pl.DataFrame:
    """Judge targets and non-targets of each assessment after baseline, in the codes of RECIST 1.1.

    Args:
        history: burden of disease with what came before, as `derive_response_history` gives it.
        settings: the readings of the rules in force.
        levels: the rules of each level.

    Returns:
        The assessments after baseline with response, rule and reason of both levels.
    """
    return history.filter(pl.col("AVISITN") > 0).with_columns(
        *compute_by_first_rule(levels.target, settings, prefix="TRG"),
        *compute_by_first_rule(levels.non_target, settings, prefix="NTRG"),
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
        .then(pl.coalesce("OVRREASON", pl.concat_str(causes, separator=" + ", ignore_nulls=True)))
        .when(pl.col("OVRRESP") == "NE")
        .then(missing)
    )
