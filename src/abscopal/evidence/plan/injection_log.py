"""Whether the tables say which lesions were injected: without it, an injected lesion would count as a distant one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from abscopal.derivations.response.criteria import CRITERIA
from abscopal.evidence.plan.readings import Stop
from abscopal.evidence.plan.usable_tables import LARGEST_SHARE_SET_APART
from abscopal.protocol.study_protocol import StudyProtocol

UNLINKED = "injection_of_unknown_lesion"
INJECTED = "INTRATUMORAL"
WITHHOLDING = ("injections_unknown", "injections_absent", "injections_unlinked")
LOG_STOPS = (*WITHHOLDING, "injections_lost")


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

    They cannot where the study injects and EX could not be read, holds no injection, names the lesion of too few
    of its injections, or of none of a patient's: every lesion of that patient would count as non-injected. The
    quarter is that of unusable tables, and ours. Otherwise the numbers are shown with the count of the injections
    that were lost.

    Args:
        protocol: the study file.
        tables: usable tables by lower-case name; None where absent.
        set_apart: rows that were not admitted: DOMAIN, RULE, USUBJID, ROW.

    Returns:
        The verdict.
    """
    if not any(item.route.value == INJECTED for item in protocol.interventions):
        return InjectionLog(is_known=True)
    exposure = tables["ex"]
    if exposure is None:
        return InjectionLog(False, (Stop("injections_unknown", detail="EX"),))
    unlinked = set_apart.filter(pl.col("DOMAIN") == "EX", pl.col("RULE") == UNLINKED)
    linked = exposure.filter(
        pl.col("EXROUTE").str.to_uppercase().str.contains("INTRATUMO"), pl.col("EXLNKID").is_not_null()
    )
    lost, kept = unlinked["ROW"].n_unique(), linked.height
    if not lost + kept:
        return InjectionLog(False, (Stop("injections_absent", detail="EX"),))
    share = f"{lost}/{lost + kept}"
    without_any = unlinked.join(linked, on="USUBJID", how="anti")
    if lost > LARGEST_SHARE_SET_APART * (lost + kept) or not without_any.is_empty():
        return InjectionLog(False, (Stop("injections_unlinked", detail=share),))
    return InjectionLog(True, (Stop("injections_lost", detail=share),) if lost else ())


def is_log_missing(stops: Sequence[Stop]) -> bool:
    """Whether numbers of injected and non-injected lesions were withheld for want of a log of injections.

    Args:
        stops: what was found missing.

    Returns:
        True where one of them withholds these numbers.

    Example:
        >>> is_log_missing([Stop("injections_unlinked", detail="3/148")])
        True
        >>> is_log_missing([Stop("injections_lost", detail="1/148"), Stop("table_absent", detail="AE")])
        False
    """
    return any(stop.code in WITHHOLDING for stop in stops)


def list_criteria_without_log(criteria: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out the criteria that judge injected and non-injected lesions apart.

    Example:
        >>> list_criteria_without_log(("recist_1_1", "irecist", "itrecist"))
        ('recist_1_1', 'irecist')
    """
    apart = {criterion.name for criterion in CRITERIA if criterion.judge_categories is not None}
    return tuple(name for name in criteria if name not in apart)
