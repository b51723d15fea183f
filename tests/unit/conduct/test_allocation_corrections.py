"""Corrections that are sent twice, refused or replayed; schemes made from study files; laws at their edges."""

import datetime as dt
from dataclasses import replace

import pytest

from abscopal.conduct.allocation.drawing.corrections import (
    ErrorMark,
    SetAsideRequest,
    StratumCorrection,
    decide_error_mark,
    decide_place_aside,
    decide_stratum_correction,
)
from abscopal.conduct.allocation.drawing.decisions import AllocationRequest, decide_allocation
from abscopal.conduct.allocation.drawing.entropy import compute_entropy
from abscopal.conduct.allocation.drawing.replay import replay
from abscopal.conduct.allocation.drawing.scheme import (
    Cap,
    Scheme,
    SchemeStratum,
    check_scheme,
    compute_scheme,
)
from abscopal.conduct.allocation.laws.lists import RandomAllocationRuleLaw
from abscopal.conduct.allocation.laws.maximal import count_block_sequences
from abscopal.conduct.allocation.laws.methods import MethodSettings, compute_list_law
from abscopal.design.allocation.single_list import compute_list_characteristics
from abscopal.errors import ImpossibleStateError, OptionError
from abscopal.protocol.reading import read_study
from allocation_language import NOW, SEED, allocate, ask

STRATA = (SchemeStratum("SITE", ("C1", "C2"), is_centre=True), SchemeStratum("LDH", ("normal", "elevated")))
SCHEME = Scheme("main", ("A", "B"), (1, 1), MethodSettings("permuted_blocks", block_lengths=(4,)), STRATA)
SMALL_LIST = replace(SCHEME, settings=MethodSettings("random_allocation_rule", list_length=2))
ASIDE = SetAsideRequest("R-aside", "envelope open", "C1", {"LDH": "normal"})
MARK = ErrorMark("R-mark", "P1", "not eligible")
CORRECTION = StratumCorrection("R-level", "P1", "LDH", "elevated", "sheet misread")
CALL = {"now": NOW, "protocol_version": "1.0"}
NAIVE = {"now": dt.datetime(2024, 5, 1), "protocol_version": "1.0"}  # noqa: DTZ001


def set_aside(history, request=ASIDE, *, scheme=SCHEME, entropy=None, **call):
    drawn = compute_entropy(SEED, scheme="main", sequence=len(history) + 1) if entropy is None else entropy
    return decide_place_aside(history, request, scheme=scheme, entropy=drawn, **(call or CALL))


@pytest.fixture
def history():
    """A log with every kind of entry."""
    log = allocate(SCHEME, "patient | centre | LDH\nP1 | C1 | normal\nP2 | C2 | normal")
    log = (*log, *set_aside(log).events)
    log = (*log, *decide_error_mark(log, MARK, scheme=SCHEME, **CALL).events)
    log = (*log, *decide_stratum_correction(log, CORRECTION, scheme=SCHEME, **CALL).events)
    assert len(log) == 5
    return log


def test_a_correction_sent_twice_gets_the_same_answer(history):
    again = [
        set_aside(history),
        decide_error_mark(history, MARK, scheme=SCHEME, **CALL),
        decide_stratum_correction(history, CORRECTION, scheme=SCHEME, **CALL),
    ]
    assert [decision.codes for decision in again] == [("ALREADY_ANSWERED",)] * 3
    assert [decision.events[0] for decision in again] == list(history[2:])


def test_a_request_of_another_kind_is_not_reused(history):
    used = "R-P1"
    refused = [
        set_aside(history, replace(ASIDE, request=used)),
        decide_error_mark(history, replace(MARK, request=used), scheme=SCHEME, **CALL),
        decide_stratum_correction(history, replace(CORRECTION, request=used), scheme=SCHEME, **CALL),
    ]
    assert [decision.codes for decision in refused] == [("REQUEST_REUSED",)] * 3


def test_what_a_correction_needs_is_said(history):
    def correct(**changed):
        request = replace(CORRECTION, request="R-new", **changed)
        return decide_stratum_correction(history, request, scheme=SCHEME, **CALL).codes

    assert correct(patient="P9") == ("NOT_ALLOCATED",)
    assert correct(level="elevated") == ("ALREADY_SO",)
    assert correct(patient="P2", level="very high") == ("STRATUM_NOT_COVERED",)
    assert correct(patient="P2", stratum="LDA") == ("STRATUM_UNKNOWN",)
    assert correct(patient="P2", reason="") == ("REASON_MISSING",)
    unknown = replace(MARK, request="R-new", patient="P9")
    assert decide_error_mark(history, unknown, scheme=SCHEME, **CALL).codes == ("NOT_ALLOCATED",)
    assert decide_error_mark((), unknown, scheme=SCHEME, **NAIVE).codes == (
        "TIME_WITHOUT_ZONE",
        "NOT_ALLOCATED",
    )
    assert set_aside((), entropy=b"").codes == ("ENTROPY_UNFIT",)
    assert set_aside((), scheme=replace(SCHEME, ratio=(2, 1))).codes == ("SCHEME_UNFIT",)


def test_a_list_that_is_used_up_has_no_place_to_set_aside():
    log = set_aside((), scheme=SMALL_LIST).events
    log = (*log, *set_aside(log, replace(ASIDE, request="R-2"), scheme=SMALL_LIST).events)
    assert set_aside(log, replace(ASIDE, request="R-3"), scheme=SMALL_LIST).codes == ("LIST_USED_UP",)


def test_a_log_with_every_kind_of_entry_replays(history):
    found = replay(history, scheme=SCHEME, seed=SEED)
    assert found.is_faithful
    assert found.text.en == "All 5 entries follow from the scheme."


@pytest.mark.parametrize(
    ("place", "change", "says"),
    [
        (0, {"algorithm_version": "0"}, "version 0 of the rules"),
        (1, {"centre": "C9"}, "it would be refused: STRATUM_NOT_COVERED"),
        (1, {"protocol_version": "2.0", "eligibility": ""}, "ELIGIBILITY_NOT_SIGNED"),
        (2, {"arm": "C"}, "it differs in: arm"),
        (3, {"patient": "P9"}, "it would be refused: NOT_ALLOCATED"),
        (4, {"level": "normal"}, "it would be refused: ALREADY_SO"),
        (4, {"request": "R-P1"}, "its request had been answered before"),
    ],
)
def test_whatever_was_changed_is_found_with_its_place(history, place, change, says):
    changed = [*history[:place], replace(history[place], **change), *history[place + 1 :]]
    found = replay(changed, scheme=SCHEME, seed=SEED)
    assert found.departs_at == place + 1
    assert found.checked == place
    assert says in found.text.en
    assert found.text.fr != found.text.en


def test_entropy_logged_after_use_replays_without_a_seed():
    events = decide_allocation(
        (), AllocationRequest("R", "P1", "C1", {"LDH": "normal"}, "signed"), scheme=SCHEME, entropy=bytes(range(16)),
        **CALL,
    ).events  # fmt: skip
    assert replay(events, scheme=SCHEME).is_faithful
    assert replay(events, scheme=SCHEME, seed=SEED).text.en.endswith(
        "its entropy does not come from the seed."
    )


def test_the_study_cap_counts_the_patients_of_every_scheme_once():
    first = replace(SCHEME, caps=(Cap("study", 2),))
    second = replace(first, identifier="maintenance")
    log = allocate(first, "patient | centre | LDH\nP1 | C1 | normal\nP2 | C2 | normal")
    known = ask(log, second, patient="P1", request="R-m1", centre="C1", LDH="normal")
    assert not known.is_refused
    assert ask((*log, *known.events), second, patient="P3", centre="C1", LDH="normal").codes == ("CAP_STUDY",)


def test_seeds_schemes_and_places_give_other_entropy():
    drawn = {
        compute_entropy(seed, scheme=scheme, sequence=sequence)
        for seed in (b"", b"y", b"yx")
        for scheme in ("x", "y", "yx")
        for sequence in (1, 2, 3)
    }
    assert len(drawn) == 27


def test_a_scheme_comes_from_the_study_file_and_secret_settings_stand_above_it():
    study = read_study("nivipit").protocol
    scheme = compute_scheme(study)
    assert (scheme.arms, scheme.ratio) == (("IT", "IV"), (2, 1))
    assert scheme.settings.block_lengths == (3, 6)
    assert not check_scheme(scheme)
    secret = MethodSettings("permuted_blocks", block_lengths=(6, 9))
    assert compute_scheme(study, identifier="running", settings=secret).settings == secret
    single = compute_scheme(read_study("dex2").protocol)
    assert single.caps == (Cap("study", 41),)
    assert ask((), single).events[0].arm == single.arms[0]


def test_a_study_file_that_does_not_say_the_method_gives_no_scheme():
    study = read_study("nivipit").protocol
    unknown = study.allocation.model_copy(update={"ratio": type(study.allocation.ratio)()})
    with pytest.raises(OptionError, match="does not say the method or the ratio"):
        compute_scheme(study.model_copy(update={"allocation": unknown}))


@pytest.mark.parametrize(
    ("settings", "ratio", "says"),
    [
        (MethodSettings("random_allocation_rule", list_length=61), (1, 1), "The nearest: 60, 62."),
        (MethodSettings("big_stick", maximum_imbalance=1), (1, 1), "Write 2 or more; 3 is usual."),
        (MethodSettings("simple"), (2, 0), "every arm needs a share of 1 or more."),
        (MethodSettings("single_arm"), (1, 1), "single_arm does not fit 2 arms."),
        (MethodSettings("simple"), (1,), "simple does not fit 1 arm."),
    ],
)
def test_settings_that_do_not_fit_name_the_nearest_that_do(settings, ratio, says):
    (found,) = check_scheme(Scheme("main", ("A", "B")[: len(ratio)], ratio, settings))
    assert says in f"{found.text.en} {found.remedy.en}"


def test_edges_of_the_laws():
    assert count_block_sequences(10, block_length=4) is None
    with pytest.raises(ImpossibleStateError):
        compute_list_law(MethodSettings("minimisation", probability=0.8), (1, 1))
    with pytest.raises(OptionError, match="The list ends after 4 patients"):
        compute_list_characteristics(RandomAllocationRuleLaw((1, 1), 4), patients=5)
