"""What the study file assumes and what it leaves unknown, among the parts that a read-out rests on."""

from abscopal.protocol.listing import SourcedValue, Unknown, list_assumptions, list_unknowns
from abscopal.protocol.study_protocol import StudyProtocol

READ_OUT_PARTS = ("reference_date", "arms", "lesions", "safety", "analysis_sets", "endpoints")
NOT_READ = ("safety.clocks", "safety.components")


def list_assumed_facts(protocol: StudyProtocol) -> tuple[SourcedValue, ...]:
    """List the assumed values and statements that a read-out uses; screening and the calendar are left out.

    Args:
        protocol: the study file.

    Returns:
        The facts, in the order of the file.
    """
    return tuple(fact for fact in list_assumptions(protocol) if _is_read(fact.path))


def list_unknown_facts(protocol: StudyProtocol) -> tuple[Unknown, ...]:
    """List the unknown values that stop something a read-out would show.

    Args:
        protocol: the study file.

    Returns:
        The unknowns, in the order of the file.
    """
    return tuple(fact for fact in list_unknowns(protocol) if fact.stops and _is_read(fact.path))


def _is_read(path: str) -> bool:
    return path.split(".")[0] in READ_OUT_PARTS and not path.startswith(NOT_READ)
