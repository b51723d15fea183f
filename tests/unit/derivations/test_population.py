"""Analysis sets, arms and the dates that frame each patient."""

from datetime import date

import polars as pl
import pytest

from abscopal.derivations.patient_dates import derive_patient_dates, list_imputed_dates
from abscopal.derivations.population import derive_adsl, derive_evaluable_set, derive_response_set
from abscopal.derivations.population_settings import PopulationSettings
from abscopal.errors import TablesError
from abscopal.tables.adam import LesionAssessments
from abscopal.tables.sdtm.ae import AdverseEvents
from abscopal.tables.sdtm.dd import DeathDetails
from abscopal.tables.sdtm.dm import Demographics
from abscopal.tables.sdtm.ds import Disposition
from abscopal.tables.sdtm.ex import Exposure
from abscopal.tables.sdtm.pr import Procedures
from abscopal.tables.sdtm.rs import DiseaseResponse
from plain_tables import build

PATIENTS = """
USUBJID | ARMCD    | ACTARMCD | RFICDTC    | RFSTDTC    | ARMNRS
P1      | A        | A        | 2024-01-02 | 2024-01-10 |
P2      | B        | A        | 2024-01-02 | 2024-01-10 |
P3      | B        | NOTTRT   | 2024-01-02 | 2024-01-12 |
P4      | SCRNFAIL |          | 2024-01-02 |            |
P5      |          |          | 2024-01-02 |            | SCREEN FAILURE
"""
DISPOSITION = """
USUBJID | DSDECOD        | DSCAT              | DSSCAT              | DSSTDTC
P1      | RANDOMIZED     | PROTOCOL MILESTONE |                     | 2024-01-09
P2      | RANDOMIZED     | PROTOCOL MILESTONE |                     | 2024-01-09
P3      | RANDOMIZED     | PROTOCOL MILESTONE |                     | 2024-01-11
P1      | COMPLETED      | DISPOSITION EVENT  | STUDY TREATMENT     | 2024-05-01
P2      | ADVERSE EVENT  | DISPOSITION EVENT  | STUDY TREATMENT     | 2024-02-01
P1      | COMPLETED      | DISPOSITION EVENT  | STUDY PARTICIPATION | 2024-09-01
P2      | LOST TO FOLLOW-UP | DISPOSITION EVENT | STUDY PARTICIPATION | 2024-12-01
P5      | SCREEN FAILURE | DISPOSITION EVENT  |                     | 2024-01-05
"""
DOSES = """
USUBJID | EXTRT   | EXDOSE | EXSTDTC    | EXENDTC
P1      | DRUG    | 10     | 2024-01-10 | 2024-01-10
P1      | DRUG    | 10     | 2024-04-20 |
P2      | DRUG    | 10     | 2024-01    | 2024-01
P3      | DRUG    | 0      | 2024-01-13 |
P3      | PREMED  | 5      | 2024-01-13 |
"""
ARMS = {"A": "arm_a", "B": "arm_b"}
ENROLLED = PopulationSettings(intention_to_treat="enrolled")
STUDY_DRUG = PopulationSettings(study_treatments=("DRUG",))


def population(**tables):
    given = {"ds": build(Disposition, DISPOSITION), "ex": build(Exposure, DOSES), "arms": ARMS}
    return derive_adsl(build(Demographics, PATIENTS), **({"settings": STUDY_DRUG} | given | tables))


def column(adsl, *names):
    return adsl.select("USUBJID", *names).rows()


def test_who_is_in_which_set():
    flags = population().select("USUBJID", "SCRFFL", "ENRLFL", "RANDFL", "ITTFL", "SAFFL", "EVALFL").rows()
    assert flags == [
        ("P1", "N", "Y", "Y", "Y", "Y", "Y"),
        ("P2", "N", "Y", "Y", "Y", "Y", "Y"),
        ("P3", "N", "Y", "Y", "Y", "N", "N"),
        ("P4", "Y", "N", "N", "N", "N", "N"),
        ("P5", "Y", "N", "N", "N", "N", "N"),
    ]


def test_a_dose_of_what_prepares_for_the_vaccine_makes_nobody_treated():
    """P3 took the premedication alone; the dates of treatment still follow every dose."""
    every = population(settings=PopulationSettings())
    named = population(settings=PopulationSettings(treated_with=("DRUG",)))
    assert dict(column(every, "SAFFL"))["P3"] == "Y"
    assert dict(column(named, "SAFFL"))["P3"] == "N"
    assert column(named, "TRTSDT") == column(every, "TRTSDT")
    assert dict(column(named, "TRT01A"))["P3"] is None


def test_planned_and_received_arms_are_those_of_the_study():
    arms = column(population(), "TRT01P", "TRT01A")
    assert arms == [
        ("P1", "arm_a", "arm_a"),
        ("P2", "arm_b", "arm_a"),
        ("P3", "arm_b", None),
        ("P4", None, None),
        ("P5", None, None),
    ]


def test_an_arm_that_the_study_does_not_name_is_refused_with_the_known_ones():
    with pytest.raises(
        TablesError, match=r"2 patients are in arms that the study does not name: B\. Known: A"
    ):
        population(arms={"A": "arm_a"})


def test_treatment_begins_and_ends_with_doses_that_were_given():
    adsl = population()
    assert column(adsl, "TRTSDT", "TRTSDTF", "TRTEDT")[:3] == [
        ("P1", date(2024, 1, 10), None, date(2024, 4, 20)),
        ("P2", date(2024, 1, 1), "D", date(2024, 1, 31)),
        ("P3", None, None, None),
    ]


def test_without_doses_the_declared_ones_count():
    dm = build(Demographics, "USUBJID | RFXSTDTC | RFXENDTC | ARMCD\nP1 | 2024-01-10 | 2024-02-10 | A")
    adsl = derive_adsl(dm, settings=ENROLLED)
    assert adsl.select("SAFFL", "TRTSDT", "TRTEDT").row(0) == ("Y", date(2024, 1, 10), date(2024, 2, 10))


@pytest.mark.parametrize(("reference", "expected"), [("RANDDT", 9), ("TRTSDT", 10)])
def test_time_starts_where_the_study_says(reference, expected):
    adsl = population(reference_date=reference)
    assert column(adsl, "REFDT", "REFSRC")[0] == ("P1", date(2024, 1, expected), reference)


def test_the_ends_of_treatment_and_study_keep_their_reasons():
    rows = column(population(), "EOTDT", "DCTREAS", "EOSSTT", "DCSREAS", "EOSDT")
    assert rows[:4] == [
        ("P1", date(2024, 5, 1), "COMPLETED", "COMPLETED", None, date(2024, 9, 1)),
        ("P2", date(2024, 2, 1), "ADVERSE EVENT", "DISCONTINUED", "LOST TO FOLLOW-UP", date(2024, 12, 1)),
        ("P3", None, None, "ONGOING", None, None),
        ("P4", None, None, None, None, None),
    ]


def test_losing_sight_of_a_patient_is_no_proof_of_life():
    alive = dict(column(population(), "LSTALVDT"))
    assert alive["P1"] == date(2024, 9, 1)
    assert alive["P2"] == date(2024, 2, 1)


def test_a_complete_date_of_death_wins_over_a_partial_one():
    death = build(
        Disposition, "USUBJID | DSDECOD | DSSTDTC\nP1 | DEATH | 2024-10-05\nP1 | RANDOMIZED | 2024-01-09"
    )
    dm = build(Demographics, "USUBJID | ARMCD | DTHDTC\nP1 | A | 2024-10")
    adsl = derive_adsl(dm, ds=death)
    assert adsl.select("DTHDT", "DTHDTF", "DTHFL").row(0) == (date(2024, 10, 5), None, "Y")


def test_an_imputed_death_is_never_before_the_last_sign_of_life():
    dm = build(Demographics, "USUBJID | ARMCD | DTHDTC | RFICDTC\nP1 | A | 2024-10 | 2024-01-01")
    scan = build(DiseaseResponse, "USUBJID | RSTESTCD | RSTEST | RSDTC\nP1 | OVRLRESP | Overall | 2024-10-20")
    adsl = derive_adsl(dm, rs=scan)
    assert adsl.select("DTHDT", "DTHDTF").row(0) == (date(2024, 10, 20), "D")


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        (
            {"ae": build(AdverseEvents, "USUBJID | AEOUT | AEENDTC\nP1 | FATAL | 2024-03-04")},
            date(2024, 3, 4),
        ),
        ({"ae": build(AdverseEvents, "USUBJID | AETOXGR | AEENDTC\nP1 | 5 | 2024-03-04")}, date(2024, 3, 4)),
        ({"dd": build(DeathDetails, "USUBJID | DDORRES | DDDTC\nP1 | x | 2024-03-05")}, date(2024, 3, 5)),
        ({"dd": build(DeathDetails, "USUBJID | DDORRES | DDDTC\nP1 | x |")}, None),
    ],
)
def test_a_death_is_found_wherever_it_is_written(tables, expected):
    adsl = derive_adsl(build(Demographics, "USUBJID | ARMCD\nP1 | A"), **tables)
    assert adsl.select("DTHFL", "DTHDT").row(0) == ("Y", expected)


def test_a_further_therapy_comes_from_procedures_disposition_or_a_list():
    dm = build(Demographics, "USUBJID | ARMCD\nP1 | A\nP2 | A\nP3 | A")
    procedures = build(
        Procedures,
        "USUBJID | PRCAT | PRSTDTC\nP1 | SUBSEQUENT ANTICANCER THERAPY | 2024-05\nP1 | BIOPSY | 2024-02-01",
    )
    disposition = build(Disposition, "USUBJID | DSDECOD | DSSTDTC\nP2 | NEW ANTICANCER THERAPY | 2024-06-01")
    listed = pl.DataFrame({"USUBJID": ["P3", "P2"], "NACTDT": [date(2024, 7, 1), date(2024, 7, 1)]})
    adsl = derive_adsl(dm, pr=procedures, ds=disposition, new_therapies=listed)
    assert adsl["NACTDT"].to_list() == [date(2024, 5, 1), date(2024, 6, 1), date(2024, 7, 1)]


def test_what_was_imputed_can_be_listed():
    dm = build(Demographics, "USUBJID | ARMCD | RFSTDTC | DTHDTC\nP1 | A | 2024-01-09 | 2024")
    listed = list_imputed_dates(derive_patient_dates(dm))
    assert listed.select("COLUMN", "DATE", "FLAG", "SRCVAR").rows() == [
        ("DTHDT", date(2024, 1, 9), "M", "DTHDTC"),
        ("RANDDT", date(2024, 1, 9), None, "RFSTDTC"),
    ]


def test_treated_patients_without_any_randomisation_are_a_question():
    dm = build(Demographics, "USUBJID | ARMCD | RFXSTDTC\nP1 | A | 2024-01-10")
    with pytest.raises(TablesError, match="1 patients were treated and none has a record of randomisation"):
        derive_adsl(dm)


def test_the_response_set_needs_disease_at_baseline():
    lesions = build(
        LesionAssessments,
        "USUBJID | TULNKID | AVISITN | ADT | LSROLE\nP1 | T01 | 0 | 2024-01-02 | TARGET\n"
        "P2 | N01 | 1 | 2024-03-02 | NEW\nP3 | NT01 | 0 | 2024-01-02 | NON-TARGET",
        READER="INVESTIGATOR",
        LSNODE=False,
        LSSTATE="PRESENT",
    )
    chosen = PopulationSettings(study_treatments=("DRUG",), evaluable="response")
    adsl = population(settings=chosen)
    assert adsl["EVALFL"].null_count() == adsl.height
    filled = derive_response_set(adsl, lesions, settings=chosen)
    assert filled["RESPFL"].to_list() == ["Y", "N", "Y", "N", "N"]
    assert filled["EVALFL"].equals(filled["RESPFL"], check_names=False)
    assert derive_evaluable_set(filled, pl.DataFrame({"USUBJID": ["P2"]}))["EVALFL"].to_list() == list(
        "NYNNN"
    )


def test_no_patients_give_an_empty_population():
    assert derive_adsl(Demographics.create_empty(), ds=Disposition.create_empty()).height == 0


def test_a_placebo_has_no_dose_and_is_a_treatment_all_the_same():
    doses = build(
        Exposure,
        "USUBJID | EXTRT | EXDOSE | EXSTDTC\nP1 | PLACEBO | 0 | 2024-01-10\nP2 | DRUG | 0 | 2024-01-10",
    )
    adsl = derive_adsl(build(Demographics, "USUBJID | ARMCD\nP1 | A\nP2 | A"), ex=doses, settings=ENROLLED)
    assert adsl["SAFFL"].to_list() == ["Y", "N"]


@pytest.mark.parametrize(
    ("fallback", "expected"), [("RFSTDTC", date(2024, 1, 9)), ("RFICDTC", date(2024, 1, 2)), ("none", None)]
)
def test_what_stands_for_a_missing_registration_is_a_choice(fallback, expected):
    dm = build(Demographics, "USUBJID | ARMCD | RFICDTC | RFSTDTC\nP1 | A | 2024-01-02 | 2024-01-09")
    adsl = derive_adsl(dm, settings=PopulationSettings(registration_fallback=fallback))
    assert adsl["RANDDT"].item() == expected
    assert adsl["REFSRC"].item() == (None if expected is None else "RANDDT")
