"""One criterion, one patient, one day: met, not met or not yet known, with the fact that decided it.

*Met* always means that the patient passes: an exclusion criterion is met when what it excludes is absent.
Groups follow Kleene's three-valued logic: `all` is not met as soon as one part is not met, `any` is met as
soon as one part is met, `not` swaps the two, and otherwise what is unknown stays unknown.

Reference:
    Kleene, Introduction to Metamathematics, 1952, section 64 (strong three-valued connectives).
"""

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from abscopal.conduct.screening.facts import (
    Fact,
    FactValue,
    compute_kind,
    is_same_unit,
    is_usable,
    list_latest,
)
from abscopal.protocol.eligibility import AllOf, AnyOf, Condition, Criterion, Not, Operator
from abscopal.protocol.hand_written_patient import ThreeValued

Why = Literal[
    "compared", "missing", "expired", "contradictory", "wrong_unit", "wrong_kind", "no_threshold"
]  # fmt: skip
SWAPPED: dict[ThreeValued, ThreeValued] = {
    "met": "not_met",
    "not_met": "met",
    "not_yet_known": "not_yet_known",
}


@dataclass(frozen=True, slots=True)
class CriterionJudgement:
    """What one criterion says of a patient on a day.

    Args:
        criterion: the criterion.
        verdict: whether the patient passes it.
        why: what decided; anything but `compared` leaves it not yet known.
        fact: the fact that was looked at, if there is one.
        rivals: other facts of the same day that contradict it.
        last_valid_day: last day on which the fact counts; None when it never expires.
    """

    criterion: Criterion
    verdict: ThreeValued
    why: Why
    fact: Fact | None = None
    rivals: tuple[Fact, ...] = ()
    last_valid_day: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class GroupJudgement:
    """What a group of conditions says: all, any, or the contrary of one."""

    joined_by: Literal["all", "any", "not"]
    verdict: ThreeValued
    parts: tuple["Judgement", ...]


Judgement = CriterionJudgement | GroupJudgement


def compute_judgement(condition: Condition, facts: Iterable[Fact], *, on: datetime.date) -> Judgement:
    """Judge a condition of the study file, whole groups included.

    Args:
        condition: a criterion, or a group of them.
        facts: everything known about the patient, in any order.
        on: day of the decision.

    Returns:
        The verdict with, for each criterion, the fact and the date that decided it.
    """
    known = tuple(facts)
    match condition:
        case Criterion():
            return _judge_criterion(condition, known, on)
        case AllOf():
            parts = tuple(compute_judgement(part, known, on=on) for part in condition.all)
            return GroupJudgement("all", compute_all(part.verdict for part in parts), parts)
        case AnyOf():
            parts = tuple(compute_judgement(part, known, on=on) for part in condition.any)
            return GroupJudgement("any", compute_any(part.verdict for part in parts), parts)
        case Not():
            inner = compute_judgement(condition.negated, known, on=on)
            return GroupJudgement("not", SWAPPED[inner.verdict], (inner,))


def compute_all(verdicts: Iterable[ThreeValued]) -> ThreeValued:
    """Join verdicts of which all must be met.

    Example:
        >>> compute_all(["met", "not_yet_known"]), compute_all(["not_yet_known", "not_met"]), compute_all([])
        ('not_yet_known', 'not_met', 'met')
    """
    told = set(verdicts)
    return "not_met" if "not_met" in told else "not_yet_known" if "not_yet_known" in told else "met"


def compute_any(verdicts: Iterable[ThreeValued]) -> ThreeValued:
    """Join verdicts of which one must be met.

    Example:
        >>> compute_any(["not_yet_known", "met"]), compute_any(["not_met", "not_yet_known"])
        ('met', 'not_yet_known')
    """
    return SWAPPED[compute_all(SWAPPED[verdict] for verdict in verdicts)]


def list_criteria(judgement: Judgement) -> Iterator[CriterionJudgement]:
    """List the criteria below a judgement, in the order of the study file."""
    if isinstance(judgement, CriterionJudgement):
        yield judgement
    else:
        for part in judgement.parts:
            yield from list_criteria(part)


def list_deciding(judgement: Judgement) -> Iterator[CriterionJudgement]:
    """List the criteria that make a judgement what it is.

    Of an `all` that is not met, the parts that fail; of an `any` that is met, the parts that hold; of what is
    not yet known, the parts whose answer could still change it.

    Args:
        judgement: a criterion or a group, judged.

    Yields:
        Criteria, in the order of the study file.
    """
    if isinstance(judgement, CriterionJudgement):
        yield judgement
        return
    wanted = SWAPPED[judgement.verdict] if judgement.joined_by == "not" else judgement.verdict
    for part in judgement.parts:
        if part.verdict == wanted:
            yield from list_deciding(part)


def compute_last_valid_day(judgement: Judgement) -> datetime.date | None:
    """Say through which day a verdict stands without anything new; None when nothing in it expires.

    Args:
        judgement: a criterion or a group that is met or not met.

    Returns:
        The last day, that day included.
    """
    if isinstance(judgement, CriterionJudgement):
        return judgement.last_valid_day
    wanted = SWAPPED[judgement.verdict] if judgement.joined_by == "not" else judgement.verdict
    days = [compute_last_valid_day(part) for part in judgement.parts if part.verdict == wanted]
    lasting = [day for day in days if day is not None]
    # One part is enough for an `any` that is met and for an `all` that is not: the longest-lived holds it.
    one_is_enough = (judgement.joined_by, judgement.verdict) in {("any", "met"), ("all", "not_met")}
    if one_is_enough:
        return max(lasting) if len(lasting) == len(days) and lasting else None
    return min(lasting, default=None)


def _judge_criterion(criterion: Criterion, facts: tuple[Fact, ...], on: datetime.date) -> CriterionJudgement:
    threshold, unit = criterion.threshold.value, criterion.threshold.unit
    latest = list_latest(facts, criterion.variable, on=on, unit=unit)
    fact = latest[0] if latest else None
    if threshold is None:
        return CriterionJudgement(criterion, "not_yet_known", "no_threshold", fact)
    if fact is None or fact.value is None:
        return CriterionJudgement(criterion, "not_yet_known", "missing")
    days = criterion.valid_for_days.value
    last = None if days is None else fact.on + datetime.timedelta(days=days)
    if last is not None and on > last:
        return CriterionJudgement(criterion, "not_yet_known", "expired", fact, last_valid_day=last)
    if len(latest) > 1:
        return CriterionJudgement(
            criterion, "not_yet_known", "contradictory", fact, rivals=latest[1:], last_valid_day=last
        )
    if not is_same_unit(fact.unit, unit):
        return CriterionJudgement(criterion, "not_yet_known", "wrong_unit", fact, last_valid_day=last)
    if not _is_comparable(fact.value, threshold):
        return CriterionJudgement(criterion, "not_yet_known", "wrong_kind", fact, last_valid_day=last)
    holds = COMPARISONS[criterion.operator](_simplify(fact.value), _simplify(threshold))
    passes = holds == (criterion.kind == "inclusion")
    return CriterionJudgement(
        criterion, "met" if passes else "not_met", "compared", fact, last_valid_day=last
    )


def _is_comparable(value: FactValue, threshold: FactValue | tuple[FactValue, ...]) -> bool:
    wanted = threshold if isinstance(threshold, tuple) else (threshold,)
    return is_usable(value) and any(compute_kind(value) == compute_kind(item) for item in wanted)


def _simplify(value: object) -> object:
    """Words are compared without their capitals; yes and no are kept apart from 1 and 0."""
    match value:
        case str():
            return value.strip().casefold()
        case bool():
            return ("yes or no", value)
        case tuple():
            return tuple(_simplify(item) for item in value)
        case _:
            return value


Comparison = Callable[[object, object], bool]
COMPARISONS: dict[Operator, Comparison] = {
    "equals": lambda value, threshold: value == threshold,
    "differs": lambda value, threshold: value != threshold,
    "at_least": lambda value, threshold: value >= threshold,  # type: ignore[operator]
    "at_most": lambda value, threshold: value <= threshold,  # type: ignore[operator]
    "more_than": lambda value, threshold: value > threshold,  # type: ignore[operator]
    "less_than": lambda value, threshold: value < threshold,  # type: ignore[operator]
    "between": lambda value, ends: ends[0] <= value <= ends[1],  # type: ignore[index]
    "one_of": lambda value, listed: value in listed,  # type: ignore[operator]
    "none_of": lambda value, listed: value not in listed,  # type: ignore[operator]
}
