"""Treatment-emergent: the event began, or may have begun, once the patient was treated."""

from abscopal.derivations.safety.adverse_events import derive_adae
from abscopal.derivations.safety.immune_related_terms import read_immune_related_terms
from abscopal.derivations.safety.settings import SafetySettings
from abscopal.tables.adam import SubjectLevel
from abscopal.tables.sdtm.ae import AdverseEvents
from abscopal.tables.sdtm.supp import SupplementalQualifiers
from plain_tables import build, read_rows

TREATED = """
USUBJID | TRTSDT     | TRTEDT     | REFDT
P1      | 2024-03-10 | 2024-06-01 | 2024-03-10
P2      |            |            | 2024-03-10
"""


def emergent(events: str, *, end_days: int | None = None, first_grades: str = "") -> dict[str, str | None]:
    supp = None
    if first_grades:
        rows = [
            {
                "RDOMAIN": "AE", "USUBJID": "P1", "IDVAR": "AESEQ", "IDVARVAL": row["AESEQ"],
                "QNAM": "AEITOXGR", "QVAL": row["first grade"],
            }
            for row in read_rows(first_grades)
        ]  # fmt: skip
        supp = build(SupplementalQualifiers, rows)
    adae = derive_adae(
        build(AdverseEvents, events),
        build(SubjectLevel, TREATED),
        terms=read_immune_related_terms(),
        supp=supp,
        settings=SafetySettings(immune_rule="term", emergent_end_days=end_days),
    )
    return dict(adae.select("AEDECOD", "TRTEMFL").iter_rows())


def test_an_event_counts_from_the_day_of_the_first_dose():
    """The first dose is on 10 March: an event of that day counts, one of the day before does not."""
    events = """
    USUBJID | AEDECOD  | AESTDTC
    P1      | Headache | 2024-03-09
    P1      | Fever    | 2024-03-10
    P1      | Rash     | 2024-05-01
    """
    assert emergent(events) == {"Headache": "N", "Fever": "Y", "Rash": "Y"}


def test_a_start_that_may_be_after_the_first_dose_counts():
    """Some day of March may be after 10 March; some day of February may not."""
    events = """
    USUBJID | AEDECOD  | AESTDTC
    P1      | Headache | 2024-02
    P1      | Fever    | 2024-03
    P1      | Rash     | 2024
    """
    assert emergent(events) == {"Headache": "N", "Fever": "Y", "Rash": "Y"}


def test_a_missing_start_counts_unless_the_event_ended_before_treatment():
    """An undated event is not allowed to vanish: only an end before the first dose clears the treatment."""
    events = """
    USUBJID | AEDECOD  | AESTDTC | AEENDTC
    P1      | Headache |         | 2024-03-01
    P1      | Fever    |         | 2024-04-01
    P1      | Rash     |         |
    P1      | Cough    |         | 2024-03-10
    """
    assert emergent(events) == {"Headache": "N", "Fever": "Y", "Rash": "Y", "Cough": "Y"}


def test_an_earlier_event_that_worsens_under_treatment_counts():
    """Both began in February; the colitis went from grade 1 to grade 3, the fatigue did not change."""
    events = """
    AESEQ | USUBJID | AEDECOD | AESTDTC    | AETOXGR
    1     | P1      | Colitis | 2024-02-01 | 3
    2     | P1      | Fatigue | 2024-02-01 | 1
    """
    first_grades = """
    AESEQ | first grade
    1     | 1
    2     | 1
    """
    assert emergent(events, first_grades=first_grades) == {"Colitis": "Y", "Fatigue": "N"}


def test_the_end_of_the_window_is_a_choice_of_the_study():
    """The last dose was on 1 June; with a window of 100 days, 9 September is the last day that counts."""
    events = """
    USUBJID | AEDECOD  | AESTDTC
    P1      | Colitis  | 2024-09-09
    P1      | Nephritis | 2024-09-10
    """
    assert emergent(events, end_days=100) == {"Colitis": "Y", "Nephritis": "N"}
    assert emergent(events) == {"Colitis": "Y", "Nephritis": "Y"}


def test_a_patient_who_was_never_treated_has_no_flag():
    """Nothing can emerge under a treatment that was not given."""
    events = """
    USUBJID | AEDECOD  | AESTDTC
    P2      | Headache | 2024-04-01
    """
    assert emergent(events) == {"Headache": None}
