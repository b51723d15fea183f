"""What to do next: consents to ask for, tests to order, records to complete.

Only for stages that are open, in their order, each test once. A patient who cannot be eligible is tested no further.
On 15 March 2024 everything fits in these patients, but what the table changes.
"""

from spec.eligibility_language import expiries, next_steps


def test_only_the_tests_of_the_open_stage_are_ordered():
    """Neither the examination nor the typing is known: the examination is ordered, the typing is not."""
    changed = """
    fact   | value
    ECOG   | unknown
    HLA_A2 | unknown
    """
    assert next_steps(changed, study="dex2") == ["order: Clinical examination"]


def test_one_blood_count_serves_several_criteria():
    """Neutrophils, platelets and haemoglobin come from one blood count, ordered once."""
    changed = """
    fact                 | value
    NEUTROPHILS          | unknown
    PLATELETS            | unknown
    HAEMOGLOBIN          | unknown
    CREATININE_TIMES_ULN | unknown
    """
    assert next_steps(changed, study="dex2") == ["order: Blood count", "order: Blood chemistry"]


def test_the_consent_comes_before_the_test():
    """The consent to the typing is asked for; the typing itself is ordered once it is signed."""
    changed = """
    fact           | value
    HLA_A2         | unknown
    consent to hla | 2024-03-20
    """
    assert next_steps(changed, study="dex2", on="2024-03-15") == ["consent: Consent to HLA typing"]
    assert next_steps(changed, study="dex2", on="2024-03-20") == ["order: HLA-A*02 typing"]


def test_what_needs_no_test_is_to_be_recorded():
    """No test tells the age: it is to be written down."""
    changed = """
    fact | value
    AGE  | unknown
    """
    assert next_steps(changed, study="nivipit") == ["record: Aged 18 or over"]


def test_nothing_is_ordered_that_could_not_change_the_answer():
    """No chemotherapy yet: whether it works is not asked. After two cycles it is."""
    not_started = """
    fact                | value
    CHEMOTHERAPY_CYCLES | 0
    RESPONSE_SO_FAR     | unknown
    """
    two_cycles = """
    fact                | value
    CHEMOTHERAPY_CYCLES | 2
    RESPONSE_SO_FAR     | unknown
    """
    assert next_steps(not_started, study="dex2") == []
    assert next_steps(two_cycles, study="dex2") == ["order: Computed tomography"]


def test_a_patient_who_cannot_be_eligible_is_tested_no_further():
    """Progression under chemotherapy settles it: the missing typing is not ordered."""
    changed = """
    fact                     | value
    HLA_A2                   | unknown
    RESPONSE_AFTER_INDUCTION | PD
    """
    assert next_steps(changed, study="dex2") == []


def test_a_fact_that_has_expired_is_tested_again():
    """On the eighth day the pregnancy test (7 days) is too old; the examination (14 days) is not."""
    assert next_steps(study="nivipit", on="2024-03-22") == []
    assert next_steps(study="nivipit", on="2024-03-23") == ["order: Pregnancy test where relevant"]


def test_facts_about_to_expire_are_announced():
    """All were measured on 15 March: within a week only the pregnancy test expires, within two the others."""
    assert expiries(study="nivipit", within_days=7) == {"PREGNANT": "2024-03-22"}
    assert expiries(study="nivipit", within_days=14) == {
        "PREGNANT": "2024-03-22",
        "ECOG": "2024-03-29",
        "PREDNISONE_MG_PER_DAY": "2024-03-29",
    }
