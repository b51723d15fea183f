"""Progression-free survival by iRECIST: the first unconfirmed progression of the series that stands.

Scans are planned every 56 days from day 0; one visit may be missed.
"""

from abscopal.derivations.time_to_event.censoring_rules import FDA_A, TREATMENT_POLICY, CensoringRules
from abscopal.derivations.time_to_event.progression_free import derive_progression_free_survival
from plain_tables import day
from response_sequences import build_overall_responses, build_patients, read_trial


def progression_free(trial: str, rules: CensoringRules = FDA_A) -> dict[str, str]:
    sequences, patients = read_trial(trial)
    times = derive_progression_free_survival(
        build_overall_responses(sequences, CRITERION="irecist"),
        build_patients(patients),
        ruleset=rules,
        criterion="irecist",
        parameter="IPFS",
    )
    assert set(times["PARAMCD"]) == {"IPFS"}
    return {
        row["USUBJID"]: f"{(row['ADT'] - day(0)).days} {(row['REASON'] or row['EVNTDESC'])}"
        for row in times.iter_rows(named=True)
    }


def test_confirmed_progression_is_dated_to_the_first_of_its_series():
    """P2 has a first progression that stable disease lifts: only the second series counts."""
    trial = """
    patient | 56   | 84   | 140  | 168  | therapy | death
    P1      | iSD  | iUPD | iUPD | iCPD |         |
    P2      | iUPD | iSD  | iUPD | iCPD |         |
    """
    assert progression_free(trial) == {"P1": "84 PROGRESSION", "P2": "140 PROGRESSION"}


def test_progression_that_nothing_lifts_counts_at_its_date():
    """P1 was never evaluable again, P2 never scanned again; P3's progression was lifted."""
    trial = """
    patient | 56   | 112 | therapy | death
    P1      | iUPD | NE  |         |
    P2      | iUPD |     |         |
    P3      | iUPD | iPR |         |
    """
    assert progression_free(trial) == {
        "P1": "56 PROGRESSION",
        "P2": "56 PROGRESSION",
        "P3": "112 NO_PROGRESSION",
    }


def test_death_after_progression_that_was_lifted():
    """The progression of day 56 was lifted: the event is the death."""
    trial = """
    patient | 56   | 112 | therapy | death
    P1      | iUPD | iSD |         | 130
    """
    assert progression_free(trial) == {"P1": "130 DEATH"}


def test_what_is_seen_after_a_new_therapy_lifts_nothing():
    """Where a new therapy ends the count the progression before it stands; where the therapy is ignored it is lifted."""
    trial = """
    patient | 56   | 112 | therapy | death
    P1      | iUPD | iSD | 70      |
    """
    assert progression_free(trial) == {"P1": "56 PROGRESSION"}
    assert progression_free(trial, TREATMENT_POLICY) == {"P1": "112 NO_PROGRESSION"}


def test_what_follows_confirmation_lifts_nothing():
    """Stable disease after confirmed progression changes nothing."""
    trial = """
    patient | 56   | 84   | 140 | therapy | death
    P1      | iUPD | iCPD | iSD |         |
    """
    assert progression_free(trial) == {"P1": "56 PROGRESSION"}
