"""Whether the tables say which lesions were injected: without it, an injected lesion would count as a distant one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from abscopal.derivations.response.criteria import CRITERIA
from abscopal.evidence.plan.readings import Stop
from abscopal.evidence.plan.usable_tables import LARGEST_SHARE_SET_APART
from abscopal.protocol.study_protocol import StudyProtocol

UNLINKED = "injection_of_unknown_lesion"
INJECTED = "INTRATUMORAL"


@dataclass(frozen=True, slots=True)
class InjectionLog:
    """What is known of the injections of a study.

    Args:
        is_known: whether injected and non-injected lesions can be told apart; true where nothing is injected.
        stops: what the report says of it.
    """

    is_known: bool
    stops: tuple[Stop, ...] = ()


def judge_injection_log(
    protocol: StudyProtocol, tables: Mapping[str, Any], *, set_apart: pl.DataFrame
) -> InjectionLog:
    """Say whether injected lesions can be told from the others.

    They cannot where the study injects and EX could not be read, or names the lesion of too few of its injections;
    the quarter is that of unusable tables, and ours. Below it the numbers are shown with the count of the
    injections that were lost.

    Args:
        protocol: the study file.
        tables: usable tables by lower-case name; None where absent.
        set_apart: rows that were not admitted: DOMAIN, RULE, ROW.

    Returns:
        The verdict.
    """
    if not any(item.route.value == INJECTED for item in protocol.interventions):
        return InjectionLog(is_known=True)
    exposure = tables["ex"]
    if exposure is None:
        return InjectionLog(False, (Stop("injections_unknown", detail="EX"),))
    lost = set_apart.filter(pl.col("DOMAIN") == "EX", pl.col("RULE") == UNLINKED)["ROW"].n_unique()
    kept = exposure.filter(
        pl.col("EXROUTE").str.to_uppercase() == INJECTED, pl.col("EXLNKID").is_not_null()
    ).height
    if lost > LARGEST_SHARE_SET_APART * (lost + kept):
        return InjectionLog(False, (Stop("injections_unlinked", detail=f"{lost}/{lost + kept}"),))
    if lost:
        return InjectionLog(True, (Stop("injections_lost", detail=f"{lost}/{lost + kept}"),))
    return InjectionLog(True)


def list_criteria_without_log(criteria: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out the criteria that judge injected and non-injected lesions apart.

    Example:
        >>> list_criteria_without_log(("recist_1_1", "irecist", "itrecist"))
        ('recist_1_1', 'irecist')
    """
    apart = {criterion.name for criterion in CRITERIA if criterion.judge_categories is not None}
    return tuple(name for name in criteria if name not in apart)
