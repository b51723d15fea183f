"""After a mistake nothing is deleted and nobody is allocated again; and every allocation can be drawn again."""

from dataclasses import replace

from abscopal.conduct.allocation.drawing.corrections import (
    ErrorMark,
    SetAsideRequest,
    StratumCorrection,
    decide_error_mark,
    decide_place_aside,
    decide_stratum_correction,
)
from abscopal.conduct.allocation.drawing.entropy import compute_entropy
from abscopal.conduct.allocation.drawing.replay import replay
from abscopal.conduct.allocation.drawing.scheme import Cap, Scheme, SchemeStratum
from abscopal.conduct.allocation.laws.methods import MethodSettings
from allocation_language import NOW, SEED, allocate, ask, read_chances

BLOCKS = MethodSettings("permuted_blocks", block_lengths=(4,))
STRATA = (SchemeStratum("LDH", ("normal", "elevated")),)
SCHEME = Scheme("main", ("A", "B"), (1, 1), BLOCKS, STRATA)
PAST = """
patient | LDH      | arm
P1      | normal   | A
P2      | normal   | A
"""
FIVE = """
patient | LDH
P1      | normal
P2      | elevated
P3      | normal
P4      | normal
P5      | elevated
"""
CALL = {"now": NOW, "protocol_version": "1.0"}


def test_a_place_can_be_set_aside_with_its_reason():
    """An envelope was found open: the place is given to nobody and the list goes on. After A and A, both places left
    are B; one is set aside, and the next patient still has B, the last of its block."""
    history = allocate(SCHEME, PAST)
    request = SetAsideRequest("R-open", "envelope found open", levels={"LDH": "normal"})
    entropy = compute_entropy(SEED, scheme="main", sequence=3)
    aside = decide_place_aside(history, request, scheme=SCHEME, entropy=entropy, **CALL)
    assert aside.events[0].reason == "envelope found open"
    assert read_chances((*history, *aside.events), SCHEME, LDH="normal") == {"A": 0.0, "B": 1.0}
    silent = replace(request, request="R-silent", reason=" ")
    assert decide_place_aside(history, silent, scheme=SCHEME, entropy=entropy, **CALL).codes == (
        "REASON_MISSING",
    )


def test_a_method_without_a_list_has_no_place_to_set_aside():
    """Minimisation draws when the patient comes."""
    scheme = replace(SCHEME, settings=MethodSettings("minimisation", probability=0.8))
    request = SetAsideRequest("R-open", "envelope found open", levels={"LDH": "normal"})
    decision = decide_place_aside((), request, scheme=scheme, entropy=bytes(16), **CALL)
    assert decision.codes == ("NO_PLACES",)


def test_a_patient_randomised_in_error_stays():
    """P2 should not have been randomised. The allocation stays on its list, with the reason, and is not drawn again."""
    history = allocate(SCHEME, PAST)
    marked = decide_error_mark(
        history, ErrorMark("R-error", "P2", "consent withdrawn before"), scheme=SCHEME, **CALL
    )
    history = (*history, *marked.events)
    assert read_chances(history, SCHEME, LDH="normal") == {"A": 0.0, "B": 1.0}
    assert ask(history, SCHEME, patient="P2", request="R-again", LDH="normal").codes == ("ALREADY_ALLOCATED",)
    again = decide_error_mark(history, ErrorMark("R-twice", "P2", "the same"), scheme=SCHEME, **CALL)
    assert again.codes == ("ALREADY_MARKED",)


def test_whether_an_error_counts_towards_a_cap_is_a_choice():
    """The cap of two patients is reached with an error among them. By default it counts."""
    for choice, expected in (("counted", ("CAP_STUDY",)), ("not_counted", ())):
        scheme = replace(SCHEME, caps=(Cap("study", 2),), errors_in_caps=choice)
        history = allocate(scheme, PAST)
        marked = decide_error_mark(history, ErrorMark("R-error", "P2", "not eligible"), scheme=scheme, **CALL)
        assert ask((*history, *marked.events), scheme, patient="P3", LDH="normal").codes == expected


def test_a_stratum_correction_never_reallocates():
    """P1 had elevated LDH. The arm stays, and so does the place on the list of normal LDH: two A were given there."""
    history = allocate(SCHEME, PAST)
    correction = StratumCorrection("R-level", "P1", "LDH", "elevated", "laboratory sheet misread")
    corrected = decide_stratum_correction(history, correction, scheme=SCHEME, **CALL)
    history = (*history, *corrected.events)
    assert read_chances(history, SCHEME, LDH="normal") == {"A": 0.0, "B": 1.0}
    assert read_chances(history, SCHEME, LDH="elevated") == {"A": 0.5, "B": 0.5}


def test_minimisation_balances_on_the_corrected_level():
    """After the correction A has one patient at each level: a patient with elevated LDH is led to B."""
    scheme = replace(SCHEME, settings=MethodSettings("minimisation", probability=0.8, overall_weight=0.0))
    history = allocate(scheme, PAST)
    assert read_chances(history, scheme, LDH="elevated") == {"A": 0.5, "B": 0.5}
    correction = StratumCorrection("R-level", "P1", "LDH", "elevated", "laboratory sheet misread")
    corrected = decide_stratum_correction(history, correction, scheme=scheme, **CALL)
    assert read_chances((*history, *corrected.events), scheme, LDH="elevated") == {"A": 0.2, "B": 0.8}


def test_a_log_follows_from_its_scheme_and_seed():
    """Every decision is taken again and compared; another seed is found at the first place."""
    history = allocate(SCHEME, FIVE)
    assert replay(history, scheme=SCHEME, seed=SEED).is_faithful
    assert replay(history, scheme=SCHEME, seed=b"another").departs_at == 1


def test_a_log_that_was_tampered_with_departs_from_its_scheme():
    """The arm of the third patient was changed; the fourth entry was removed; two entries were exchanged."""
    history = allocate(SCHEME, FIVE)
    other = "B" if history[2].arm == "A" else "A"
    changed = (*history[:2], replace(history[2], arm=other), *history[3:])
    assert replay(changed, scheme=SCHEME, seed=SEED).departs_at == 3
    assert replay((*history[:3], *history[4:]), scheme=SCHEME, seed=SEED).departs_at == 5
    assert replay((history[1], history[0], *history[2:]), scheme=SCHEME).departs_at == 2


def test_several_schemes_of_one_study_do_not_meet():
    """A second randomisation of the same patients has its own scheme, its own log and its own draws."""
    second = replace(SCHEME, identifier="maintenance")
    first = allocate(SCHEME, FIVE)
    decision = ask(first, second, patient="P1", request="R-maintenance", LDH="normal")
    assert decision.events[0].sequence == 1
    assert replay((*first, *decision.events), scheme=second, seed=SEED).is_faithful
