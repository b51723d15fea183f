"""What a centre sees does not give the next arm away, and nothing printed betrays what is kept from it."""

import datetime as dt
import itertools
from dataclasses import fields, replace
from fractions import Fraction

import pytest

from abscopal.conduct.allocation.drawing.corrections import SetAsideRequest, decide_place_aside
from abscopal.conduct.allocation.drawing.log import Allocated
from abscopal.conduct.allocation.drawing.scheme import Cap, Scheme, SchemeStratum
from abscopal.conduct.allocation.drawing.visible import SeenAllocation, list_seen_allocations
from abscopal.conduct.allocation.laws.law import ListLaw, compute_next_probabilities
from abscopal.conduct.allocation.laws.methods import MethodSettings, compute_list_law
from allocation_language import NOW, SEED, allocate, ask

METHODS = {
    "simple": MethodSettings("simple"),
    "biased coin": MethodSettings("biased_coin", probability=2 / 3),
    "big stick": MethodSettings("big_stick", maximum_imbalance=3),
    "tolerance": MethodSettings("biased_coin", probability=2 / 3, maximum_imbalance=3),
    "maximal": MethodSettings("maximal_procedure", maximum_imbalance=3, list_length=12),
    "rule": MethodSettings("random_allocation_rule", list_length=12),
    "blocks": MethodSettings("permuted_blocks", block_lengths=(4, 6)),
    "minimisation": MethodSettings("minimisation", probability=0.8),
}
LISTS = {name: settings for name, settings in METHODS.items() if name != "minimisation"}
SECRET = MethodSettings("permuted_blocks", block_lengths=(34, 58))
STRATA = (SchemeStratum("LDH", ("normal", "elevated")),)


def compute_chance(law: ListLaw, seen: tuple[int, ...]) -> Fraction:
    """Probability that a list begins so, given by its own outcomes."""
    chance = Fraction(1)
    for place, arm in enumerate(seen):
        chance *= compute_next_probabilities(law, seen[:place])[arm]
    return chance


def is_forced_move(name: str, seen: tuple[int, ...]) -> bool:
    """The moves that each method is known to force: an arm used up, or an imbalance at its bound."""
    imbalance = seen.count(0) - seen.count(1)
    left = 12 - len(seen)
    return {
        "big stick": abs(imbalance) == 3,
        "tolerance": abs(imbalance) == 3,
        "maximal": abs(imbalance) in (3, left),
        "rule": abs(imbalance) == left,
    }.get(name, False)


@pytest.mark.parametrize("name", sorted(set(LISTS) - {"blocks"}))
def test_somebody_who_saw_the_whole_list_is_certain_at_forced_moves_only(name: str):
    law = compute_list_law(LISTS[name], (1, 1))
    forced = 0
    for length in range(9):
        for seen in itertools.product((0, 1), repeat=length):
            if not compute_chance(law, seen):
                continue
            is_certain = max(compute_next_probabilities(law, seen)) == 1
            assert is_certain == is_forced_move(name, seen), (name, seen)
            forced += is_certain
    assert forced == 0 or name not in ("simple", "biased coin")


def compute_forced_share(lengths: tuple[int, ...], places: int) -> float:
    """Share of places that are certain to somebody who saw the whole list and knows the possible lengths."""
    law = compute_list_law(MethodSettings("permuted_blocks", block_lengths=lengths), (1, 1))
    share = Fraction(0)
    for length in range(places):
        for seen in itertools.product((0, 1), repeat=length):
            if chance := compute_chance(law, seen):
                share += chance * (max(compute_next_probabilities(law, seen)) == 1)
    return float(share / places)


def test_varying_blocks_force_far_fewer_places_than_blocks_of_one_length():
    """With one length a third of the places is certain; with lengths drawn at random, to somebody who cannot see
    the boundaries, a few."""
    assert compute_forced_share((4,), 8) == pytest.approx(1 / 3)
    assert compute_forced_share((4, 6), 8) < 0.12


def make(name: str) -> Scheme:
    return Scheme("main", ("A", "B"), (1, 1), METHODS[name], STRATA)


@pytest.mark.parametrize("name", sorted(METHODS))
def test_the_same_past_goes_on_with_either_arm_unless_the_move_is_forced(name: str):
    """A centre that sees everything of its own past still finds both arms possible."""
    scheme = make(name)
    history: tuple = ()
    for patient in range(9):
        asked = {"patient": f"P{patient}", "LDH": "normal", "centre": f"C{patient % 2}"}
        found = {}
        for first in range(0, 256, 5):
            event = ask(history, scheme, entropy=bytes([first] + [7] * 15), **asked).events[0]
            found[event.arm] = event
        chances = dict(next(iter(found.values())).draw.probabilities)
        assert set(found) == {arm for arm, chance in chances.items() if chance}
        seen = tuple("AB".index(entry.arm) for entry in history)
        if len(found) == 1:
            assert name == "blocks" or is_forced_move(name, seen)
        history = (*history, found[sorted(found)[patient % len(found)]])


def test_a_centre_sees_its_own_patients_and_nothing_of_the_draw():
    past = """
    patient | centre | LDH
    P1      | C1     | normal
    P2      | C2     | normal
    P3      | C1     | elevated
    """
    history = allocate(make("blocks"), past)
    seen = list_seen_allocations(history, scheme="main", centre="C1")
    assert [entry.patient for entry in seen] == ["P1", "P3"]
    assert {field.name for field in fields(SeenAllocation)} == {"scheme", "patient", "levels", "arm", "at"}


def tell_everything(scheme: Scheme) -> str:
    """All that can be printed or read when arms are asked for and refused."""
    history = allocate(scheme, "patient | LDH\nP1 | normal\nP2 | normal\nP3 | elevated")
    refused = [
        ask(history, scheme, patient="P1", request="R", LDH="normal"),
        ask(history, scheme, patient="P1", LDH="normal"),
        ask(history, scheme, patient="P9", request="R-P1", LDH="normal"),
        ask(history, scheme, patient="P9", LDH="nothing", eligibility=None),
        ask(history, scheme, patient="P9", OTHER="x"),
        ask(history, scheme, patient="P9", LDH="normal", entropy=b"short"),
        ask(history, scheme, patient="P9", LDH="normal", now=dt.datetime(2024, 5, 1)),  # noqa: DTZ001
        ask(history, replace(scheme, ratio=(3, 4)), patient="P9", LDH="normal"),
        ask(history, replace(scheme, caps=(Cap("arm", 0),)), patient="P9", LDH="normal"),
    ]
    assert all(decision.reasons for decision in refused)
    aside = decide_place_aside(
        history, SetAsideRequest("R-aside", "opened", levels={"LDH": "normal"}), scheme=scheme, now=NOW,
        entropy=bytes(range(16)), protocol_version="1.0",
    )  # fmt: skip
    return f"{scheme!r} {scheme!s} {history!r} {refused!r} {aside!r}"


def test_nothing_printed_holds_a_block_length_a_chance_or_the_entropy():
    scheme = Scheme("main", ("A", "B"), (1, 1), SECRET, STRATA)
    told = tell_everything(scheme)
    history = allocate(scheme, "patient | LDH\nP1 | normal")
    for secret in (
        "34",
        "58",
        "block",
        "entropy=",
        "probab",
        "state",
        repr(SEED),
        "Draw",
        repr(history[0].draw.entropy),
    ):
        assert secret not in told, secret


def test_a_place_set_aside_does_not_print_its_arm():
    scheme = Scheme(
        "main", ("ARM_ONE", "ARM_TWO"), (1, 1), MethodSettings("permuted_blocks", block_lengths=(4,))
    )
    aside = decide_place_aside(
        (), SetAsideRequest("R", "opened"), scheme=scheme, now=NOW, entropy=bytes(16), protocol_version="1.0"
    )
    assert "ARM_" not in repr(aside)


def test_an_event_can_be_told_apart_from_its_draw():
    (event,) = ask((), make("minimisation"), LDH="normal").events
    assert isinstance(event, Allocated)
    assert [arm for arm, _ in event.draw.scores] == ["A", "B"]
    assert sum(chance for _, chance in event.draw.probabilities) == pytest.approx(1)
