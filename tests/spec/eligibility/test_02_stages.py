"""Stages: what may be asked, and in which order.

A stage opens only when those it requires are passed and its consent is signed. In Dex2 the HLA typing comes only once
the rest of the pre-screening fits. On 15 March 2024 everything fits in these patients, but what the table of each
paragraph changes.
"""

from spec.eligibility_language import eligible, stages, state


def test_everything_fits():
    """Every stage is passed: the patient is eligible."""
    assert eligible(study="dex2") == "met"
    assert stages(study="dex2") == {
        "pre_screen": "passed",
        "hla": "passed",
        "full_screen": "passed",
        "induction": "passed",
        "apheresis": "passed",
        "product": "passed",
    }


def test_the_typing_of_hla_waits_for_the_rest_of_the_pre_screening():
    """The general condition is not recorded: the typing is closed, and so is all that follows."""
    changed = """
    fact | value
    ECOG | unknown
    """
    assert stages(changed, study="dex2") == {
        "pre_screen": "open",
        "hla": "closed",
        "full_screen": "closed",
        "induction": "closed",
        "apheresis": "closed",
        "product": "closed",
    }


def test_the_typing_of_hla_needs_its_own_consent():
    """The rest fits, but the consent to the typing is not signed: the typing may not be done yet."""
    changed = """
    fact           | value
    HLA_A2         | unknown
    consent to hla | not signed
    """
    assert stages(changed, study="dex2") == {
        "pre_screen": "passed",
        "hla": "awaiting consent",
        "full_screen": "closed",
        "induction": "closed",
        "apheresis": "closed",
        "product": "closed",
    }


def test_a_consent_signed_later_does_not_count_yet():
    """Signed on 20 March: on the 15th the stage still waits for it, and on the 20th it is open."""
    changed = """
    fact           | value
    HLA_A2         | unknown
    consent to hla | 2024-03-20
    """
    assert state(changed, stage="hla", on="2024-03-15") == "awaiting consent"
    assert state(changed, stage="hla", on="2024-03-20") == "open"


def test_a_negative_typing_ends_screening():
    """One criterion that is not met settles the question."""
    changed = """
    fact   | value
    HLA_A2 | no
    """
    assert eligible(changed, study="dex2") == "not met"
    assert state(changed, stage="hla") == "failed"


def test_what_is_not_met_settles_it_whatever_is_unknown_elsewhere():
    """The general condition is not recorded, but the chemotherapy failed: nothing that is still unknown can make this
    patient eligible."""
    changed = """
    fact                     | value
    ECOG                     | unknown
    RESPONSE_AFTER_INDUCTION | PD
    """
    assert eligible(changed, study="dex2") == "not met"


def test_a_batch_whose_tests_run_is_not_a_batch_that_failed():
    """Waiting for the release tests leaves the last stage open; a rejected batch fails it."""
    waiting = """
    fact             | value
    PRODUCT_RELEASED | unknown
    """
    rejected = """
    fact             | value
    PRODUCT_RELEASED | no
    """
    assert state(waiting, stage="product") == "open"
    assert state(rejected, stage="product") == "failed"


def test_a_passed_stage_opens_again_when_one_of_its_facts_expires():
    """Two months later the clinical examination is too old: the pre-screening is open again, and what follows waits
    for it. Our reading: every criterion must hold on the day of the decision."""
    changed = """
    fact   | value
    HLA_A2 | unknown
    """
    assert state(changed, stage="pre_screen", on="2024-03-15") == "passed"
    assert state(changed, stage="pre_screen", on="2024-05-15") == "open"
    assert state(changed, stage="hla", on="2024-05-15") == "closed"


def test_nobody_is_randomised_to_an_injection_they_could_not_receive():
    """NIVIPIT asks for an injectable lesion of 1 cm³ of every patient, whatever the arm to come."""
    large_enough = """
    fact                      | value
    LARGEST_INJECTABLE_VOLUME | 1.0
    """
    too_small = """
    fact                      | value
    LARGEST_INJECTABLE_VOLUME | 0.9
    """
    assert eligible(large_enough, study="nivipit") == "met"
    assert eligible(too_small, study="nivipit") == "not met"
