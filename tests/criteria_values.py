"""Values that meet a criterion of a study file, and values that do not, from its operator and threshold alone."""

import datetime
from collections.abc import Iterator

from abscopal.conduct.screening.facts import Fact, FactValue
from abscopal.protocol.eligibility import AllOf, AnyOf, Condition, Criterion, Not
from abscopal.protocol.study_protocol import StudyProtocol

DAY = datetime.date(2024, 3, 15)


def leaves(condition: Condition) -> Iterator[Criterion]:
    match condition:
        case Criterion():
            yield condition
        case AllOf():
            for part in condition.all:
                yield from leaves(part)
        case AnyOf():
            for part in condition.any:
                yield from leaves(part)
        case Not():
            yield from leaves(condition.negated)


def list_all_criteria(protocol: StudyProtocol) -> list[Criterion]:
    return [
        criterion
        for stage in protocol.eligibility.stages
        for condition in stage.criteria
        for criterion in leaves(condition)
    ]


def value_that_holds(criterion: Criterion) -> FactValue:
    """A value for which the statement is true; at the threshold itself where the comparison includes it."""
    threshold = criterion.threshold.value
    match criterion.operator:
        case "equals" | "at_least" | "at_most":
            return threshold
        case "more_than":
            return threshold + 1
        case "less_than":
            return threshold - 1
        case "between" | "one_of":
            return threshold[0]
        case "differs":
            return _another(threshold)
        case "none_of":
            return _another(threshold[0])


def value_that_does_not_hold(criterion: Criterion) -> FactValue:
    """A value for which the statement is false; just beyond the threshold, or at it where it is not included."""
    threshold = criterion.threshold.value
    match criterion.operator:
        case "equals":
            return _another(threshold)
        case "at_least":
            return threshold - 0.01
        case "at_most":
            return threshold + 0.01
        case "more_than" | "less_than" | "differs":
            return threshold
        case "between":
            return threshold[1] + 0.01
        case "one_of":
            return _another(threshold[0])
        case "none_of":
            return threshold[0]


def value_that_passes(criterion: Criterion) -> FactValue:
    is_inclusion = criterion.kind == "inclusion"
    return value_that_holds(criterion) if is_inclusion else value_that_does_not_hold(criterion)


def value_that_fails(criterion: Criterion) -> FactValue:
    is_inclusion = criterion.kind == "inclusion"
    return value_that_does_not_hold(criterion) if is_inclusion else value_that_holds(criterion)


def facts_that_fit(protocol: StudyProtocol, *, on: datetime.date = DAY) -> dict[str, Fact]:
    """One fact for each variable, with which a patient passes every stage; the first criterion to name it decides."""
    facts: dict[str, Fact] = {}
    for criterion in list_all_criteria(protocol):
        if criterion.variable not in facts:
            value = value_that_passes(criterion)
            facts[criterion.variable] = Fact(criterion.variable, value, on, criterion.threshold.unit)
    return facts


def all_consents(protocol: StudyProtocol, *, on: datetime.date = DAY) -> dict[str, datetime.date]:
    return {stage.identifier: on for stage in protocol.eligibility.stages}


def _another(value: FactValue) -> FactValue:
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case _:
            return f"OTHER THAN {value}"
