"""Facts about an invented person that make them pass, or fail, one condition of the study file."""

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping
from functools import cache

from abscopal.conduct.screening.criteria import compute_judgement
from abscopal.conduct.screening.facts import Fact, FactValue
from abscopal.protocol.eligibility import AllOf, AnyOf, Applicability, Condition, Criterion, Not

Assignment = tuple[tuple[str, FactValue], ...]
ANY_DAY = dt.date(2000, 1, 1)
OTHER_WORD = "OTHER"
SEXES = ("F", "M")
MOST_ASSIGNMENTS = 4096


def list_criteria_of(condition: Condition) -> Iterator[Criterion]:
    """List the criteria of a condition, groups opened.

    Args:
        condition: a criterion or a group.

    Yields:
        Criteria, in the order of the study file.
    """
    match condition:
        case Criterion():
            yield condition
        case AllOf():
            parts = condition.all
        case AnyOf():
            parts = condition.any
        case Not():
            parts = (condition.negated,)
    if not isinstance(condition, Criterion):
        for part in parts:
            yield from list_criteria_of(part)


@cache
def list_assignments(condition: Condition) -> tuple[tuple[Assignment, ...], tuple[Assignment, ...]]:
    """List the facts that meet a condition, and those that do not.

    Values stand at the threshold and a little to either side of it; the rule of screening itself judges them.

    Args:
        condition: a criterion or a group.

    Returns:
        Assignments that meet it, and assignments that fail it. Both are empty where a threshold is unknown.

    Example:
        >>> criterion = Criterion.model_validate({
        ...     "identifier": "ECOG", "kind": "inclusion", "text": {"en": "ECOG 0 or 1", "fr": "ECOG 0 ou 1"},
        ...     "variable": "ECOG", "operator": "at_most", "provenance": "assumed",
        ...     "note": {"en": "ours", "fr": "de nous"},
        ...     "threshold": {"value": 1, "provenance": "assumed", "note": {"en": "ours", "fr": "de nous"}}})
        >>> list_assignments(criterion)
        (((('ECOG', 0),), (('ECOG', 1),)), ((('ECOG', 2),),))
    """
    values: dict[str, list[FactValue]] = {}
    for criterion in list_criteria_of(condition):
        for comparison in (criterion, criterion.applies_when):
            if comparison is not None:
                known = values.setdefault(comparison.variable, [])
                known += [value for value in _list_values(comparison) if value not in known]
    passing, failing = [], []
    products = itertools.product(*values.values())
    for chosen in itertools.islice(products, MOST_ASSIGNMENTS):
        assignment = tuple(zip(values, chosen, strict=True))
        verdict = compute_judgement(condition, make_facts(assignment, on=ANY_DAY), on=ANY_DAY).verdict
        if verdict == "met":
            passing.append(assignment)
        elif verdict == "not_met":
            failing.append(assignment)
    return tuple(passing), tuple(failing)


def make_facts(assignment: Assignment | Mapping[str, FactValue], *, on: dt.date) -> tuple[Fact, ...]:
    """Date the values of an assignment.

    Args:
        assignment: variables and values.
        on: the day they were found.

    Returns:
        One fact a variable.
    """
    pairs = assignment.items() if isinstance(assignment, Mapping) else assignment
    return tuple(Fact(variable, value, on, source="REHEARSAL") for variable, value in pairs)


def _list_values(comparison: Criterion | Applicability) -> tuple[FactValue, ...]:
    if comparison.variable == "SEX":
        return SEXES
    match comparison.threshold.value:
        case None:
            return ()
        case bool():
            return (False, True)
        case int() | float() as threshold:
            return _list_around(threshold)
        case str() as word:
            return (word, OTHER_WORD)
        case (int() | float(), *_) as numbers:
            ends = [float(number) for number in numbers if not isinstance(number, str)]
            return tuple(sorted({value for end in ends for value in _list_around(end)}))
        case words:
            return (*words, OTHER_WORD)


def _list_around(threshold: float) -> tuple[int | float, ...]:
    step = max(1, round(threshold * 0.3)) if isinstance(threshold, int) else round(abs(threshold) * 0.3, 2)
    return tuple(value for value in (threshold - step, threshold, threshold + step) if value >= 0)
