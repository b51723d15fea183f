"""Readers side by side: who read whom, which assessments are of the same scans, and rules that lack their readers."""

import polars as pl
import pytest

from abscopal.derivations.response.accepted_record import (
    ACCEPTANCE_REASONS,
    Acceptance,
    derive_accepted_records,
)
from abscopal.derivations.response.criteria import CRITERIA, RECIST_1_1
from abscopal.derivations.response.paired_readings import (
    compute_scale,
    derive_paired_answers,
    derive_paired_assessments,
)
from abscopal.derivations.response.reader_answers import ReaderAnswers, derive_reader_answers
from abscopal.derivations.response.response_table import derive_adrs
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.errors import OptionError
from lesion_builder import build_adsl, build_assessments, day, lesion
from spec.reader_language import accepted, read_answers


def derive_two_readers(*, late: int = 0):
    """P1 read by both, the second reader some days later and without the first follow-up; P2 by A, baseline only."""
    rows = [lesion("T1", visit, "MEASURED", size, reader="A") for visit, size in enumerate([1000, 600, 1300])]
    rows += [
        lesion("T1", visit, "MEASURED", size, reader="B", on=day(on + late))
        for visit, (on, size) in enumerate([(0, 1000), (84, 1000)])
    ]
    rows.append(lesion("T1", 0, "MEASURED", 400, reader="A", patient="P2"))
    adsl = build_adsl("P1", "P2", "P3")
    return derive_adrs(build_assessments(rows), adsl, criterion=RECIST_1_1, settings=ResponseSettings())


def test_who_has_read_whom():
    """A baseline is a reading; a patient whom nobody read has answers, and no reading."""
    answers = derive_reader_answers(derive_two_readers(), criterion="recist_1_1")
    told = {(row["USUBJID"], row["READER"]): row for row in answers.iter_rows(named=True)}
    read = {key for key, row in told.items() if row["ISREAD"]}
    assert read == {("P1", "A"), ("P1", "B"), ("P2", "A")}
    assert told["P1", "A"]["BESTRESP"] == "PR"
    assert told["P1", "A"]["PDDT"] == day(84)
    assert told["P1", "B"]["PDDT"] is None
    assert told["P3", "B"]["BESTRESP"] == "NE"


def test_the_confirmed_answer_where_it_is_asked_for():
    answers = derive_reader_answers(derive_two_readers(), criterion="recist_1_1", best="CBOR")
    assert answers.filter(USUBJID="P1", READER="A")["BESTRESP"].to_list() == ["SD"]


@pytest.mark.parametrize(("late", "pairs"), [(0, [(2, 1)]), (14, [(2, 1)]), (15, []), (-14, [(2, 1)])])
def test_assessments_are_paired_by_their_scans(late, pairs):
    """The readers' own numbers do not match: one of them has an assessment more."""
    rows = derive_paired_assessments(derive_two_readers(late=late), criterion="recist_1_1")
    assert rows.select("AVISITN", "AVISITN2").rows() == pairs


def test_an_adjudicator_is_not_compared():
    answers = """
    patient | reader | best | progression
    P1      | A      | PR   |
    P1      | B      | SD   | 84
    P1      | C      | SD   | 84
    P2      | A      | PR   |
    P2      | B      | -    |
    """
    rows = derive_paired_answers(read_answers(answers), left_out="C")
    assert rows.select("USUBJID", "FIRST", "SECOND", "RESP1", "RESP2").rows() == [
        ("P1", "A", "B", "PR", "SD")
    ]
    assert rows["PDDT2"].to_list() == [day(84)]
    everyone = derive_paired_answers(read_answers(answers))
    assert everyone.select("FIRST", "SECOND").rows() == [("A", "B"), ("A", "C"), ("B", "C")]


def test_one_reader_makes_no_pair():
    one = derive_two_readers().filter(pl.col("READER") == "A")
    assert derive_paired_assessments(one, criterion="recist_1_1").is_empty()


@pytest.mark.parametrize("criterion", CRITERIA, ids=lambda criterion: criterion.name)
def test_the_scale_follows_the_order_of_the_criterion(criterion):
    scale = compute_scale(criterion)
    evaluable = [c for c in criterion.categories if c.kind != "not_evaluable"]
    assert set(scale) == {category.code for category in evaluable}
    ordered = sorted(evaluable, key=lambda category: category.rank)
    assert [scale[c.code] for c in ordered] == sorted(scale.values())
    assert scale[ordered[0].code] == 0


def test_a_rule_without_its_reader_is_refused():
    with pytest.raises(OptionError, match="named_reader names no reader"):
        Acceptance(rule="named_reader")
    with pytest.raises(OptionError, match="adjudicated names no adjudicator"):
        Acceptance(rule="adjudicated")


def test_three_readers_beside_the_adjudicator_are_refused():
    answers = """
    patient | reader | best | progression
    P1      | A      | PR   |
    P1      | B      | PR   |
    P1      | D      | PR   |
    """
    with pytest.raises(OptionError, match="there are 3 readers, and the rule needs two"):
        accepted(answers, rule="adjudicated", adjudicator="C")


def test_a_reader_of_the_study_who_read_nobody_is_missing_everywhere():
    """The study file lists two readers; the tables hold one."""
    answers = """
    patient | reader | best | progression
    P1      | A      | PR   |
    """
    rule = {"rule": "adjudicated", "readers": ("A", "B"), "adjudicator": "C"}
    assert accepted(answers, **rule) == {"P1": ("nobody", "READER_MISSING")}
    assert accepted(answers, rule="majority", readers=("A", "B", "C")) == {"P1": ("nobody", "NO_MAJORITY")}


@pytest.mark.parametrize("rule", ["accepted_flag", "named_reader", "adjudicated", "majority"])
def test_no_patient_gives_no_record(rule):
    chosen = Acceptance(rule=rule, reader="A", adjudicator="C", readers=("A", "B", "C"))
    assert derive_accepted_records(ReaderAnswers.create_empty(), acceptance=chosen).is_empty()


def test_every_reason_is_told_in_both_languages():
    assert all(english and french and english != french for english, french in ACCEPTANCE_REASONS.values())
