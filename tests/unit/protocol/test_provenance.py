"""A value without its origin is no fact; an unknown needs none."""

import pytest
from pydantic import ValidationError

from abscopal.protocol import Sourced, Text
from abscopal.protocol.allocation import Allocation
from abscopal.protocol.eligibility import AllOf, AnyOf, Criterion, Not
from abscopal.protocol.provenance import Marked

WHY = Text(en="Usual.", fr="Usuel.")


@pytest.mark.parametrize("provenance", ["published", "press", "second_hand"])
def test_what_was_read_names_where(provenance: str):
    assert Sourced[int](value=3, provenance=provenance, source="paper").is_known
    with pytest.raises(ValidationError, match="names no source"):
        Sourced[int](value=3, provenance=provenance, note=WHY)


@pytest.mark.parametrize("provenance", ["inferred", "assumed"])
def test_what_was_not_read_says_why(provenance: str):
    assert Sourced[int](value=3, provenance=provenance, note=WHY).is_known
    with pytest.raises(ValidationError, match="has no note"):
        Sourced[int](value=3, provenance=provenance, source="paper")


def test_zero_and_false_are_values():
    with pytest.raises(ValidationError, match="has no provenance"):
        Sourced[int](value=0)
    with pytest.raises(ValidationError, match="has no provenance"):
        Sourced[bool](value=False)


def test_the_unknown_needs_no_mark():
    assert not Sourced[int]().is_known
    assert not Allocation().ratio.is_known
    assert Allocation().ratio == Sourced[dict[str, int]]()


def test_a_part_is_marked_too():
    assert Marked(provenance="assumed", note=WHY).source is None
    with pytest.raises(ValidationError, match="This part is published but names no source"):
        Marked(provenance="published")


def test_a_study_file_cannot_be_changed_in_passing():
    value = Sourced[int](value=3, provenance="assumed", note=WHY)
    with pytest.raises(ValidationError, match="frozen"):
        value.value = 4


def test_a_text_is_read_in_either_language():
    assert WHY.read("fr") == "Usuel."
    assert WHY.read("en") == "Usual."


def test_conditions_may_be_put_together_from_parts():
    age = Criterion(
        identifier="AGE",
        kind="inclusion",
        text=Text(en="Adult", fr="Adulte"),
        variable="AGE",
        operator="at_least",
        provenance="assumed",
        note=WHY,
    )
    whole = AllOf(all=(age, AnyOf(any=(Not(**{"not": age}), age))))
    assert isinstance(whole.all[1], AnyOf)
    assert isinstance(whole.all[1].any[0], Not)
    assert AllOf(all=(Not(**{"not": age}),)).all[0].negated is age
