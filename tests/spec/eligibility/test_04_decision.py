"""The decision and its reasons, in words, in both languages.

A refusal names the criterion, the fact, its date and what would settle it. No waiver exists.
"""

from spec.eligibility_language import Patient, eligible_until, reason, remedy, unmet, warnings

CRITERIA = """
criterion   | kind      | asks                           | valid | test
NEUTROPHILS | inclusion | NEUTROPHILS at_least 1.5 10⁹/L | 14    | Blood count
"""


def test_a_criterion_that_is_not_met():
    """The fact, its date, its source and the limit."""
    facts = """
    fact        | value | unit  | date       | source
    NEUTROPHILS | 1.2   | 10⁹/L | 2024-03-10 | laboratory
    """
    assert (
        reason(CRITERIA, facts)
        == "NEUTROPHILS: not met. NEUTROPHILS is 1.2 10⁹/L (10 March 2024, laboratory); required: at least 1.5 10⁹/L."
    )
    assert (
        reason(CRITERIA, facts, language="fr")
        == "NEUTROPHILS : non satisfait. NEUTROPHILS : 1,2 10⁹/L (10 mars 2024, laboratory) ; exigé : au moins 1,5 10⁹/L."
    )
    assert (
        remedy(CRITERIA, facts)
        == "No waiver exists. A new result of a later day would count in place of this one."
    )


def test_a_fact_that_expired():
    """Until when it counted, and the test to do again."""
    facts = """
    fact        | value | date
    NEUTROPHILS | 3.6   | 2024-02-20
    """
    assert (
        reason(CRITERIA, facts)
        == "NEUTROPHILS: not yet known again. NEUTROPHILS is 3.6 10⁹/L (20 February 2024), which counted until 5 March "
        "2024 (14 days)."
    )
    assert remedy(CRITERIA, facts) == "To order: Blood count."


def test_two_results_that_contradict_each_other():
    """Both are named; the record is corrected at its source."""
    facts = """
    fact        | value | date
    NEUTROPHILS | 3.6   | 2024-03-10
    NEUTROPHILS | 1.2   | 2024-03-10
    """
    assert (
        reason(CRITERIA, facts)
        == "NEUTROPHILS: not yet known. NEUTROPHILS is 1.2 10⁹/L (10 March 2024), but 3.6 10⁹/L is recorded for the "
        "same day."
    )
    assert remedy(CRITERIA, facts) == "Correct the record at its source, or record a new result."


def test_a_threshold_that_nobody_wrote_says_who_must_decide():
    """Not the investigator at the bedside, and not the software."""
    criteria = """
    criterion  | kind      | asks
    CREATININE | inclusion | CREATININE at_most ?
    """
    facts = """
    fact       | value | date
    CREATININE | 0.8   | 2024-03-10
    """
    assert (
        reason(criteria, facts)
        == "CREATININE: nobody can decide; the study file holds no threshold for CREATININE."
    )
    assert (
        remedy(criteria, facts)
        == "The sponsor and the coordinating investigator decide the threshold, and write it in the study file."
    )


def test_an_eligible_patient_is_told_until_when():
    """Everything was measured on 15 March; the shortest-lived fact is the pregnancy test, 7 days."""
    assert eligible_until(study="nivipit") == "2024-03-22"


def test_the_decision_names_what_is_assumed_and_what_expires_soon():
    """Working thresholds are named each time they are used; so is a fact with a week or less to live."""
    assert warnings(study="nivipit") == ["EXPIRES_SOON", "ASSUMED_THRESHOLD"]


def test_the_decision_carries_the_version_of_the_protocol():
    """Under which version a patient was found eligible is part of the answer."""
    assert Patient("nivipit").decide().protocol_version == "1.0"


def test_a_test_dated_before_the_consent_is_pointed_out():
    """The blood count is of the 15th, the consent of the 16th. From ordinary care it is no fault; done for the trial,
    it came too early."""
    same_day = """
    fact                   | value
    consent to full_screen | 2024-03-15
    """
    next_day = """
    fact                   | value
    consent to full_screen | 2024-03-16
    """
    assert "BEFORE_CONSENT" not in warnings(same_day, study="dex2", on="2024-03-17")
    assert "BEFORE_CONSENT" in warnings(next_day, study="dex2", on="2024-03-17")


def test_what_was_not_met_is_written_in_the_table_of_unmet_criteria():
    """An inclusion that is not met is N; an exclusion that is true is Y; what is unknown is not written."""
    changed = """
    fact                | value
    ECOG                | 2
    PRIOR_IMMUNOTHERAPY | yes
    PREGNANT            | unknown
    """
    assert unmet(changed, study="nivipit") == [
        ("NO_PRIOR_IO", "EXCLUSION", "Y", "2024-03-15"),
        ("ECOG", "INCLUSION", "N", "2024-03-15"),
    ]
