"""The flow of patients: every step counted by arm, every departure with its reason."""

import polars as pl

from abscopal.derivations.participant_flow import derive_flow_counts, list_set_exclusions
from abscopal.tables.adam import SubjectLevel
from abscopal.tables.sdtm.ie import InclusionExclusion
from plain_tables import build

PATIENTS = """
USUBJID | TRT01P | TRT01A | SCRFFL | ENRLFL | RANDFL | ITTFL | SAFFL | EVALFL | DCTREAS       | DCSREAS
P1      | A      | A      | N      | Y      | Y      | Y     | Y     | Y      | COMPLETED     |
P2      | A      | B      | N      | Y      | Y      | Y     | Y     | N      | ADVERSE EVENT |
P3      | B      |        | N      | Y      | Y      | Y     | N     | N      |               | WITHDRAWAL
P4      | B      | B      | N      | Y      | Y      | Y     | Y     | Y      |               |
P5      |        |        | Y      | N      | N      | N     | N     | N      |               |
P6      |        |        | Y      | N      | N      | N     | N     | N      |               |
P7      |        |        | N      | Y      | N      | N     | N     | N      |               |
"""
CRITERIA = """
USUBJID | IETEST
P5      | HLA-A2 positive
P5      | No steroids
"""


def flow():
    adsl = build(SubjectLevel, PATIENTS, SCRFL="Y")
    return derive_flow_counts(adsl, ie=build(InclusionExclusion, CRITERIA))


def counts(stage: str) -> dict[tuple[str, str], int]:
    rows = flow().filter(pl.col("STAGE") == stage).select("ARM", "DETAIL", "N").rows()
    return {(arm, detail): number for arm, detail, number in rows}


def test_each_step_is_counted_by_arm_and_in_all():
    assert counts("RANDOMISED") == {("ALL", ""): 4, ("A", ""): 2, ("B", ""): 2}
    assert counts("ENROLLED")[("ALL", "")] == 5
    assert counts("ON_TREATMENT") == {("ALL", ""): 1, ("A", ""): 0, ("B", ""): 1}


def test_a_patient_may_fail_several_criteria_and_a_failure_may_have_no_reason():
    assert counts("SCREEN_FAILURE") == {
        ("ALL", ""): 2,
        ("ALL", "HLA-A2 positive"): 1,
        ("ALL", "No steroids"): 1,
        ("ALL", "NOT RECORDED"): 1,
        ("A", ""): 0,
        ("B", ""): 0,
    }


def test_departures_carry_their_reasons():
    stopped = counts("STOPPED_TREATMENT")
    assert stopped[("A", "ADVERSE EVENT")] == 1
    assert stopped[("ALL", "ADVERSE EVENT")] == 1
    untreated = counts("NOT_TREATED")
    assert untreated[("B", "WITHDRAWAL")] == 1
    assert untreated[("ALL", "NOT RECORDED")] == 1
    assert untreated[("ALL", "")] == 2


def test_safety_is_counted_in_the_arm_received():
    assert counts("TREATED") == {("ALL", ""): 3, ("A", ""): 2, ("B", ""): 1}
    assert counts("SAFETY") == {("ALL", ""): 3, ("A", ""): 1, ("B", ""): 2}


def test_whoever_is_missing_from_a_set_is_named_with_the_reason():
    missing = list_set_exclusions(build(SubjectLevel, PATIENTS)).select("ANALSET", "USUBJID", "REASON").rows()
    assert missing == [
        ("INTENTION_TO_TREAT", "P7", "NOT RANDOMISED"),
        ("SAFETY", "P3", "NOT TREATED: WITHDRAWAL"),
        ("SAFETY", "P7", "NOT TREATED: NOT RECORDED"),
        ("EVALUABLE", "P2", "NOT EVALUABLE BY THE RULE OF THE ENDPOINT"),
        ("EVALUABLE", "P3", "NOT TREATED: WITHDRAWAL"),
        ("EVALUABLE", "P7", "NOT TREATED: NOT RECORDED"),
    ]


def test_sets_and_departures_add_up():
    whole = {stage: counts(stage)[("ALL", "")] for stage in flow()["STAGE"].unique()}
    assert whole["ENROLLED"] == whole["TREATED"] + whole["NOT_TREATED"]
    assert whole["TREATED"] == (
        whole["COMPLETED_TREATMENT"] + whole["STOPPED_TREATMENT"] + whole["ON_TREATMENT"]
    )


def test_an_empty_trial_has_a_flow_of_zeros():
    assert set(derive_flow_counts(SubjectLevel.create_empty())["N"]) == {0}
