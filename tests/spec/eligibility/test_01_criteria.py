"""A criterion is met, not met, or not yet known.

*Met* always means that the patient may go on: an exclusion criterion is met when what it excludes is absent. What
nobody knows is neither met nor not met, and no default stands in for it. The decision is taken on 15 March 2024.
"""

from spec.eligibility_language import one_of, verdict, why


def test_what_nobody_recorded_is_not_yet_known():
    """The age is known, the general condition is not."""
    criteria = """
    criterion | kind      | asks
    ADULT     | inclusion | AGE at_least 18
    ECOG      | inclusion | ECOG at_most 1
    """
    facts = """
    fact | value | date
    AGE  | 64    | 2024-03-01
    """
    assert verdict(criteria, facts) == {"ADULT": "met", "ECOG": "not yet known"}


def test_the_threshold_itself_belongs_to_at_least_and_at_most():
    """Exactly 18 years, exactly 1.5; more than 10 mg excludes, and 10 mg exactly does not."""
    criteria = """
    criterion   | kind      | asks
    ADULT       | inclusion | AGE at_least 18
    NEUTROPHILS | inclusion | NEUTROPHILS at_least 1.5
    STEROIDS    | exclusion | PREDNISONE more_than 10
    """
    facts = """
    fact        | value | date
    AGE         | 18    | 2024-03-01
    NEUTROPHILS | 1.5   | 2024-03-10
    PREDNISONE  | 10    | 2024-03-10
    """
    assert verdict(criteria, facts) == {"ADULT": "met", "NEUTROPHILS": "met", "STEROIDS": "met"}


def test_between_includes_both_ends():
    """From 18 to 75 years: 75 is in, 75.5 is not."""
    criteria = """
    criterion | kind      | asks
    AGE       | inclusion | AGE between 18,75
    """
    on_the_edge = """
    fact | value | date
    AGE  | 75    | 2024-03-01
    """
    beyond = """
    fact | value | date
    AGE  | 75.5  | 2024-03-01
    """
    assert verdict(criteria, on_the_edge) == {"AGE": "met"}
    assert verdict(criteria, beyond) == {"AGE": "not met"}


def test_an_exclusion_keeps_out_the_patient_in_whom_it_is_true():
    """Prior immunotherapy excludes; its absence must be recorded, for silence is not absence."""
    criteria = """
    criterion | kind      | asks
    PRIOR_IO  | exclusion | PRIOR_IMMUNOTHERAPY equals yes
    PREGNANCY | exclusion | PREGNANT equals yes
    BRAIN     | exclusion | BRAIN_METASTASES equals yes
    """
    facts = """
    fact                | value | date
    PRIOR_IMMUNOTHERAPY | yes   | 2024-03-01
    PREGNANT            | no    | 2024-03-10
    """
    assert verdict(criteria, facts) == {"PRIOR_IO": "not met", "PREGNANCY": "met", "BRAIN": "not yet known"}


def test_of_several_values_the_latest_on_or_before_the_decision_counts():
    """The value of 20 March is not known on 15 March; that of the 10th replaces that of the 1st."""
    criteria = """
    criterion | kind      | asks
    ECOG      | inclusion | ECOG at_most 1
    """
    facts = """
    fact | value | date
    ECOG | 2     | 2024-03-20
    ECOG | 0     | 2024-03-10
    ECOG | 2     | 2024-03-01
    """
    assert verdict(criteria, facts) == {"ECOG": "met"}


def test_a_fact_counts_through_its_last_day_and_is_unknown_again_after():
    """Neutrophils of 1 March are 14 days old on the 15th and still count; those of 29 February no longer do. An old
    value that was too low does not keep the patient out either: it is unknown, and the test is to be done again."""
    criteria = """
    criterion   | kind      | asks                     | valid
    NEUTROPHILS | inclusion | NEUTROPHILS at_least 1.5 | 14
    PLATELETS   | inclusion | PLATELETS at_least 100   | 14
    HAEMOGLOBIN | inclusion | HAEMOGLOBIN at_least 9   | 14
    """
    facts = """
    fact        | value | date
    NEUTROPHILS | 3.6   | 2024-03-01
    PLATELETS   | 240   | 2024-02-29
    HAEMOGLOBIN | 7.0   | 2024-02-29
    """
    assert verdict(criteria, facts) == {
        "NEUTROPHILS": "met",
        "PLATELETS": "not yet known",
        "HAEMOGLOBIN": "not yet known",
    }
    assert why(criteria, facts) == {
        "NEUTROPHILS": "compared",
        "PLATELETS": "expired",
        "HAEMOGLOBIN": "expired",
    }


def test_two_values_of_the_same_day_that_differ_leave_it_unknown():
    """Nobody chooses between 3.6 and 1.2; the same value written twice is one value."""
    criteria = """
    criterion   | kind      | asks
    NEUTROPHILS | inclusion | NEUTROPHILS at_least 1.5
    PLATELETS   | inclusion | PLATELETS at_least 100
    """
    facts = """
    fact        | value | date
    NEUTROPHILS | 3.6   | 2024-03-10
    NEUTROPHILS | 1.2   | 2024-03-10
    PLATELETS   | 240   | 2024-03-10
    PLATELETS   | 240   | 2024-03-10
    """
    assert verdict(criteria, facts) == {"NEUTROPHILS": "not yet known", "PLATELETS": "met"}
    assert why(criteria, facts)["NEUTROPHILS"] == "contradictory"


def test_units_are_never_converted():
    """1500 per mm³ is not compared with 1.5 × 10⁹/L; the same unit written otherwise is the same unit, and a fact
    without a unit is read in that of the criterion."""
    criteria = """
    criterion   | kind      | asks
    NEUTROPHILS | inclusion | NEUTROPHILS at_least 1.5 10⁹/L
    PLATELETS   | inclusion | PLATELETS at_least 100 10⁹/L
    LYMPHOCYTES | inclusion | LYMPHOCYTES at_least 0.5 10⁹/L
    """
    facts = """
    fact        | value | unit   | date
    NEUTROPHILS | 1500  | /mm³   | 2024-03-10
    PLATELETS   | 240   | 10^9/L | 2024-03-10
    LYMPHOCYTES | 1.3   |        | 2024-03-10
    """
    assert verdict(criteria, facts) == {
        "NEUTROPHILS": "not yet known",
        "PLATELETS": "met",
        "LYMPHOCYTES": "met",
    }


def test_yes_is_not_the_number_one():
    """A yes where a number is asked, or a word where yes or no is asked, is not compared."""
    criteria = """
    criterion | kind      | asks
    CYCLES    | inclusion | CYCLES at_most 4
    HLA_A2    | inclusion | HLA_A2 equals yes
    """
    facts = """
    fact   | value    | date
    CYCLES | yes      | 2024-03-10
    HLA_A2 | positive | 2024-03-10
    """
    assert why(criteria, facts) == {"CYCLES": "wrong kind", "HLA_A2": "wrong kind"}


def test_a_criterion_without_threshold_is_decided_by_nobody():
    """The study file holds no limit for creatinine: it is never met and never not met."""
    criteria = """
    criterion  | kind      | asks
    CREATININE | inclusion | CREATININE at_most ?
    """
    facts = """
    fact       | value | date
    CREATININE | 0.8   | 2024-03-10
    """
    assert verdict(criteria, facts) == {"CREATININE": "not yet known"}
    assert why(criteria, facts) == {"CREATININE": "no threshold"}


def test_of_alternatives_one_that_holds_is_enough():
    """Transaminases up to 3 times the limit, or a fitter alternative: what is unknown elsewhere does not matter."""
    criteria = """
    criterion     | kind      | asks
    TRANSAMINASES | inclusion | TRANSAMINASES at_most 3
    LIVER         | inclusion | LIVER_METASTASES equals yes
    """
    one_holds = """
    fact          | value | date
    TRANSAMINASES | 2     | 2024-03-10
    """
    none_holds = """
    fact             | value | date
    TRANSAMINASES    | 4     | 2024-03-10
    LIVER_METASTASES | no    | 2024-03-10
    """
    not_settled = """
    fact          | value | date
    TRANSAMINASES | 4     | 2024-03-10
    """
    assert one_of(criteria, one_holds) == "met"
    assert one_of(criteria, none_holds) == "not met"
    assert one_of(criteria, not_settled) == "not yet known"
