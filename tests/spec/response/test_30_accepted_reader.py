"""Whose reading is accepted

Each reader is derived apart; then one whole record is accepted per patient, by the rule of the study. Two readers agree
on a patient when they give the same best response and the same progression. Where the rule accepts nobody, nobody is
chosen and the report counts the patient.
"""

from spec.reader_language import accepted


def test_the_reader_named_by_the_study():
    """One reader for everyone, whatever the others say."""
    answers = """
    patient | reader | best | progression
    P1      | local  | PR   |
    P1      | B      | PD   | 42
    """
    assert accepted(answers, rule="named_reader", reader="local") == {"P1": ("local", "NAMED")}


def test_the_named_reader_read_nothing_of_a_patient_whom_another_read():
    """Nobody takes his place."""
    answers = """
    patient | reader | best | progression
    P1      | local  | -    |
    P1      | B      | PD   | 42
    """
    assert accepted(answers, rule="named_reader", reader="local") == {"P1": ("nobody", "NAMED_DID_NOT_READ")}


def test_a_patient_whom_nobody_read():
    """Without any scan every reader says the same: the record that says so stands."""
    answers = """
    patient | reader | best | progression
    P1      | A      | -    |
    P1      | B      | -    |
    """
    assert accepted(answers, rule="accepted_flag") == {"P1": ("A", "NOBODY_READ")}


def test_the_flag_of_the_tables():
    """The reader whose record is flagged Y."""
    answers = """
    patient | reader | best | progression | flag
    P1      | A      | PR   |             | N
    P1      | B      | SD   |             | Y
    P2      | A      | PR   |             | Y
    P2      | B      | SD   |             | N
    """
    assert accepted(answers, rule="accepted_flag") == {"P1": ("B", "FLAGGED"), "P2": ("A", "FLAGGED")}


def test_two_readers_flagged():
    """Two accepted records of one patient contradict each other: nobody's is taken."""
    answers = """
    patient | reader | best | progression | flag
    P1      | A      | PR   |             | Y
    P1      | B      | SD   |             | Y
    """
    assert accepted(answers, rule="accepted_flag") == {"P1": ("nobody", "SEVERAL_FLAGGED")}


def test_no_reader_flagged():
    """Two readers and no flag: nobody's record is taken; a lone reader needs no flag."""
    answers = """
    patient | reader | best | progression
    P1      | A      | PR   |
    P1      | B      | PR   |
    P2      | A      | SD   |
    P2      | B      | -    |
    """
    assert accepted(answers, rule="accepted_flag") == {
        "P1": ("nobody", "NONE_FLAGGED"),
        "P2": ("A", "ONLY_READER"),
    }


def test_a_lone_reader_who_is_refused():
    """A flag that says N is not a missing flag."""
    answers = """
    patient | reader | best | progression | flag
    P1      | A      | PR   |             | N
    """
    assert accepted(answers, rule="accepted_flag") == {"P1": ("nobody", "NONE_FLAGGED")}


def test_two_readers_who_agree():
    """Same best response, same day of progression: the record of the first reader stands."""
    answers = """
    patient | reader | best | progression
    P1      | A      | PR   | 168
    P1      | B      | PR   | 168
    P2      | A      | SD   |
    P2      | B      | SD   |
    """
    assert accepted(answers, rule="adjudicated", readers=("A", "B"), adjudicator="C") == {
        "P1": ("A", "READERS_AGREE"),
        "P2": ("A", "READERS_AGREE"),
    }


def test_two_readers_who_agree_and_the_study_prefers_the_second():
    """The study file may say whose record stands."""
    answers = """
    patient | reader | best | progression
    P1      | A      | PR   |
    P1      | B      | PR   |
    """
    assert accepted(answers, rule="adjudicated", readers=("A", "B"), adjudicator="C", reader="B") == {
        "P1": ("B", "READERS_AGREE")
    }


def test_two_readers_who_disagree_on_best_response():
    """The adjudicator decides, even when he agrees with neither."""
    answers = """
    patient | reader | best | progression
    P1      | A      | PR   |
    P1      | B      | SD   |
    P1      | C      | PD   | 42
    """
    assert accepted(answers, rule="adjudicated", readers=("A", "B"), adjudicator="C") == {
        "P1": ("C", "ADJUDICATED")
    }


def test_two_readers_who_disagree_on_the_date_of_progression():
    """Same best response, progression six weeks apart: the adjudicator decides."""
    answers = """
    patient | reader | best | progression
    P1      | A      | SD   | 84
    P1      | B      | SD   | 126
    P1      | C      | SD   | 126
    """
    assert accepted(answers, rule="adjudicated", readers=("A", "B"), adjudicator="C") == {
        "P1": ("C", "ADJUDICATED")
    }


def test_only_one_of_them_sees_progression():
    """A progression that one reader does not see is a disagreement."""
    answers = """
    patient | reader | best | progression
    P1      | A      | SD   | 84
    P1      | B      | SD   |
    P1      | C      | SD   |
    """
    assert accepted(answers, rule="adjudicated", readers=("A", "B"), adjudicator="C", days_apart=400) == {
        "P1": ("C", "ADJUDICATED")
    }


def test_dates_that_differ_by_a_few_days_may_agree():
    """Setting `agree_within_days`: 7. Scans of one visit lie on several days."""
    answers = """
    patient | reader | best | progression
    P1      | A      | SD   | 84
    P1      | B      | SD   | 91
    """
    assert accepted(answers, rule="adjudicated", readers=("A", "B"), adjudicator="C", days_apart=7) == {
        "P1": ("A", "READERS_AGREE")
    }


def test_a_disagreement_that_was_not_adjudicated():
    """The adjudicator read no scan: nobody's record is accepted."""
    answers = """
    patient | reader | best | progression
    P1      | A      | PR   |
    P1      | B      | SD   |
    P1      | C      | -    |
    """
    assert accepted(answers, rule="adjudicated", readers=("A", "B"), adjudicator="C") == {
        "P1": ("nobody", "NOT_ADJUDICATED")
    }


def test_one_of_the_two_readers_is_missing():
    """One reading is no agreement; the adjudicator decides between two, not in place of one."""
    answers = """
    patient | reader | best | progression
    P1      | A      | PR   |
    P1      | B      | -    |
    P1      | C      | PR   |
    """
    assert accepted(answers, rule="adjudicated", readers=("A", "B"), adjudicator="C") == {
        "P1": ("nobody", "READER_MISSING")
    }


def test_two_of_three_agree():
    """The majority stands; of those who agree, the first."""
    answers = """
    patient | reader | best | progression
    P1      | A      | PD   | 42
    P1      | B      | SD   | 84
    P1      | C      | SD   | 84
    """
    assert accepted(answers, rule="majority", readers=("A", "B", "C")) == {"P1": ("B", "MAJORITY")}


def test_three_who_all_differ():
    """No majority: nobody's record is accepted."""
    answers = """
    patient | reader | best | progression
    P1      | A      | PD   | 42
    P1      | B      | SD   | 84
    P1      | C      | SD   | 126
    """
    assert accepted(answers, rule="majority", readers=("A", "B", "C")) == {"P1": ("nobody", "NO_MAJORITY")}


def test_two_of_three_agree_and_the_third_did_not_read():
    """Two are a majority of three; one alone is not."""
    answers = """
    patient | reader | best | progression
    P1      | A      | SD   |
    P1      | B      | -    |
    P1      | C      | SD   |
    P2      | A      | SD   |
    P2      | B      | -    |
    P2      | C      | -    |
    """
    assert accepted(answers, rule="majority", readers=("A", "B", "C")) == {
        "P1": ("A", "MAJORITY"),
        "P2": ("nobody", "NO_MAJORITY"),
    }
