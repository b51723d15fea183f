"""When no arm is given: each refusal says why, in both languages, and what to do.

No text tells a block length, the arm that is full, or the arm that would come next.
"""

import pytest

from abscopal.conduct.allocation.drawing.scheme import Cap, Scheme, SchemeStratum, check_scheme
from abscopal.conduct.allocation.laws.methods import MethodSettings
from allocation_language import allocate, ask

STRATA = (SchemeStratum("LDH", ("normal", "elevated")),)
PAST = """
patient | centre | LDH      | arm
P1      | C1     | normal   | IT
P2      | C1     | normal   | IV
P3      | C2     | elevated | IT
"""


def make(*caps: Cap, arms=("IT", "IV"), ratio=(1, 1), **settings) -> Scheme:
    method = MethodSettings(**({"method": "permuted_blocks", "block_lengths": (4,)} | settings))
    return Scheme("main", arms, ratio, method, STRATA, caps)


def answer(past: str, *caps: Cap, **asked) -> list[str]:
    scheme = make(*caps)
    decision = ask(allocate(scheme, past), scheme, **({"patient": "P4", "LDH": "normal"} | asked))
    return list(decision.codes)


def misfit(**settings) -> list[str]:
    return [f"{found.text.en} {found.remedy.en}" for found in check_scheme(make(**settings))]


def test_nobody_is_allocated_before_the_eligibility_is_signed():
    """The investigator signs first."""
    assert answer(PAST, eligibility=None) == ["ELIGIBILITY_NOT_SIGNED"]


def test_nobody_is_allocated_twice():
    """P1 has an arm already. Sending the same request again gives the same answer; a new request is refused."""
    assert answer(PAST, patient="P1", request="R-P1") == ["ALREADY_ANSWERED"]
    assert answer(PAST, patient="P1", request="R-new") == ["ALREADY_ALLOCATED"]


def test_a_request_serves_once():
    """The request of P1 cannot be used for P4."""
    assert answer(PAST, patient="P4", request="R-P1") == ["REQUEST_REUSED"]


def test_every_stratum_must_cover_the_patient():
    """The level is missing, or is none of those of the scheme: the nearest is named, the patient's value is not."""
    assert answer(PAST, LDH="") == ["STRATUM_MISSING"]
    assert answer(PAST, LDH="elevated LDH") == ["STRATUM_NOT_COVERED"]
    assert answer(PAST, ECOG="0") == ["STRATUM_UNKNOWN"]


def test_the_nearest_level_is_named():
    """In both languages."""
    scheme = make()
    (reason,) = ask((), scheme, LDH="HIGH: elevated").reasons
    assert reason.remedy is not None
    assert reason.remedy.en.startswith("The nearest is elevated; the levels are normal, elevated.")
    assert reason.remedy.fr.startswith("Le plus proche est elevated")
    assert "HIGH" not in reason.remedy.en + reason.text.en


@pytest.mark.parametrize(
    ("cap", "expected"),
    [
        pytest.param(Cap("study", 3), ["CAP_STUDY"], id="three patients in the study"),
        pytest.param(Cap("study", 4), [], id="the fourth still enters"),
        pytest.param(Cap("centre", 2, "C1"), ["CAP_CENTRE"], id="two in centre C1"),
        pytest.param(Cap("centre", 2, "C2"), [], id="the cap of another centre"),
        pytest.param(Cap("centre", 2), ["CAP_CENTRE"], id="two in each centre"),
        pytest.param(Cap("stratum", 2, "LDH", "normal"), ["CAP_STRATUM"], id="two with normal LDH"),
        pytest.param(Cap("stratum", 1, "LDH", "elevated"), [], id="the cap of another level"),
        pytest.param(Cap("arm", 2, "IT"), ["CAP_ARM"], id="two in arm IT"),
        pytest.param(Cap("arm", 2, "IV"), [], id="the other arm still has room"),
    ],
)
def test_a_cap_is_never_passed(cap: Cap, expected: list[str]):
    """The next patient is of centre C1 with normal LDH; three were allocated, two of them there."""
    assert answer(PAST, cap) == expected


def test_the_arm_that_is_full_is_not_named():
    """Whoever reads the refusal must not learn where the last patients went."""
    scheme = make(Cap("arm", 2, "IT"))
    (reason,) = ask(allocate(scheme, PAST), scheme, patient="P4", LDH="normal").reasons
    said = f"{reason.text.en} {reason.text.fr} {reason.remedy}"
    assert "IT" not in said
    assert "IV" not in said


def test_every_reason_is_given_at_once():
    """Neither signed nor covered: the coordinator learns both."""
    assert answer(PAST, eligibility=None, LDH="unknown") == ["ELIGIBILITY_NOT_SIGNED", "STRATUM_NOT_COVERED"]


def test_a_list_that_is_used_up_gives_nothing():
    """A list made for two patients has no third place."""
    scheme = Scheme("main", ("IT", "IV"), (1, 1), MethodSettings("random_allocation_rule", list_length=2))
    past = """
    patient | arm
    P1      | IV
    P2      | IT
    """
    assert ask(allocate(scheme, past), scheme, patient="P3").codes == ("LIST_USED_UP",)


def test_a_method_that_does_not_fit_is_refused_before_the_first_patient():
    """The custodian reads what does not fit, and the nearest that would; a centre reads only whom to call."""
    assert misfit(ratio=(2, 1), block_lengths=(4,)) == [
        "a block of 4 cannot hold the ratio 2:1. Use multiples of 3. The nearest: 3, 6."
    ]
    assert misfit(ratio=(2, 1), method="big_stick", maximum_imbalance=3) == [
        "the big stick is defined for two arms at 1:1, not for 2:1. "
        "Use minimisation, which keeps any ratio, permuted_blocks of 3, 6, or simple."
    ]
    assert misfit(method="minimisation") == [
        "minimisation needs probability, which is not given. Give probability."
    ]
    assert misfit(method="biased_coin", probability=1.0) == [
        "a probability of 1 does not lean, or makes the next arm certain. "
        "Write a number above 0.50 and below 1; 0.8 is usual."
    ]
    (reason,) = ask((), make(ratio=(2, 1), block_lengths=(4,)), LDH="normal").reasons
    assert reason.code == "SCHEME_UNFIT"
    assert "4" not in reason.text.en
