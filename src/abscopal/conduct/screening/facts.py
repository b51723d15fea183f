"""What is known about a patient: dated facts, of which the latest one counts."""

import datetime
import math
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

FactValue = bool | int | float | str | datetime.date
Kind = Literal["yes or no", "number", "word", "date"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing known about a patient, from one day on.

    Args:
        variable: its name, as the criteria call it, such as ECOG.
        value: the value; None says that it is not known yet, and counts for nothing.
        on: the day it was measured or established.
        unit: unit of the value; None is read as the unit of the criterion.
        source: where it was read, such as laboratory or medical record.
    """

    variable: str
    value: FactValue | None
    on: datetime.date
    unit: str | None = None
    source: str = ""


def list_latest(
    facts: Iterable[Fact], variable: str, *, on: datetime.date, unit: str | None
) -> tuple[Fact, ...]:
    """Give the facts of the latest day on or before the decision that differ from one another.

    Args:
        facts: everything known, in any order.
        variable: the fact looked for.
        on: day of the decision; what is dated later is not known yet.
        unit: unit of the criterion, in which a fact without a unit is read.

    Returns:
        Nothing, one fact, or several that contradict one another on the same day, in a fixed order.

    Example:
        >>> march, april = datetime.date(2024, 3, 1), datetime.date(2024, 4, 1)
        >>> known = [Fact("ECOG", 1, march), Fact("ECOG", 2, april)]
        >>> [fact.value for fact in list_latest(known, "ECOG", on=datetime.date(2024, 3, 15), unit=None)]
        [1]
    """
    known = [fact for fact in facts if fact.variable == variable and fact.value is not None and fact.on <= on]
    if not known:
        return ()
    day = max(fact.on for fact in known)
    different: dict[tuple[object, ...], Fact] = {}
    for fact in sorted(known, key=lambda fact: (repr(fact.value), fact.unit or "", fact.source)):
        if fact.on == day:
            different.setdefault(_compute_meaning(fact, unit), fact)
    return tuple(different.values())


def compute_kind(value: FactValue) -> Kind:
    """Say what kind of value this is: yes is never the number 1.

    Example:
        >>> compute_kind(True), compute_kind(1), compute_kind("PR")
        ('yes or no', 'number', 'word')
    """
    match value:
        case bool():
            return "yes or no"
        case int() | float():
            return "number"
        case datetime.date():
            return "date"
        case _:
            return "word"


def is_usable(value: FactValue) -> bool:
    """Whether a value can be compared at all: a number that is not finite cannot.

    Example:
        >>> is_usable(1.5), is_usable(float("nan"))
        (True, False)
    """
    return not isinstance(value, float) or math.isfinite(value)


def is_same_unit(one: str | None, other: str | None) -> bool:
    """Whether two units are one, written differently; units are never converted.

    Example:
        >>> is_same_unit("10⁹/L", "10^9 / L"), is_same_unit("G/L", "g/L"), is_same_unit(None, "mg")
        (True, False, True)
    """
    return one is None or other is None or _simplify_unit(one) == _simplify_unit(other)


def _simplify_unit(unit: str) -> str:
    plain = unicodedata.normalize("NFKC", unit)
    return "".join(letter for letter in plain if letter not in " ^*×·")


def _compute_meaning(fact: Fact, unit: str | None) -> tuple[object, ...]:
    value = fact.value
    shown: object = value.strip().casefold() if isinstance(value, str) else value
    kind = None if value is None else compute_kind(value)
    return kind, shown, _simplify_unit(fact.unit or unit or "")
