"""From TU and TR to lesions: readers, visits, baseline, nodes, fragments, merged and missing lesions, injections."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from abscopal.derivations.response.lesion_assessments import derive_lesion_assessments
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.tables.sdtm.ex import Exposure
from abscopal.tables.sdtm.tr import TumourResults
from abscopal.tables.sdtm.tu import TumourIdentification
from lesion_builder import build_adsl, day

FIRST = {"STUDYID": "TEST", "USUBJID": "P1"}


def fill(schema: Any, rows: list[dict[str, Any]]) -> Any:
    columns = schema.create_empty().schema
    complete = [dict.fromkeys(columns) | FIRST | row for row in rows]
    return schema.validate(pl.DataFrame(complete, schema=columns), cast=True)


def name(lesion: str, role: str = "TARGET", **facts: Any) -> dict[str, Any]:
    return {"DOMAIN": "TU", "TULNKID": lesion, "TUTESTCD": "TUMIDENT", "TUTEST": "Tumor Identification", "TUSTRESC": role,
            "TUEVAL": "INVESTIGATOR", "TUDTC": "2023-12-28", "TULOC": "LIVER", "VISITNUM": 1.0} | facts  # fmt: skip


def measure(
    lesion: str, visit: float | None, on: str, mm: float | None, code: str = "LDIAM", **facts: Any
) -> dict[str, Any]:
    return {"DOMAIN": "TR", "TRLNKID": lesion, "TRTESTCD": code, "TRTEST": code, "TRSTRESN": mm, "VISITNUM": visit,
            "TRSTRESC": None if mm is None else str(mm), "TREVAL": "INVESTIGATOR", "TRDTC": on} | facts  # fmt: skip


def derive(
    tu: list[dict[str, Any]],
    tr: list[dict[str, Any]],
    ex: list[dict[str, Any]] | None = None,
    **settings: Any,
) -> Any:
    exposure = None
    if ex is not None:
        exposure = fill(
            Exposure, [{"DOMAIN": "EX", "EXSEQ": n, "EXTRT": "DRUG"} | row for n, row in enumerate(ex)]
        )
    return derive_lesion_assessments(
        fill(TumourIdentification, [{"TUSEQ": number} | row for number, row in enumerate(tu)]),
        fill(TumourResults, [{"TRSEQ": number} | row for number, row in enumerate(tr)]),
        build_adsl("P1"),
        exposure=exposure,
        settings=ResponseSettings(**settings),
    )


def show(assessments: Any) -> list[tuple[Any, ...]]:
    return assessments.select("TULNKID", "AVISITN", "LSSTATE", "LSTENTH").rows()


def test_baseline_is_the_last_evaluation_up_to_the_reference_date():
    tr = [
        measure("T01", 1, "2023-11-20", 25.0),
        measure("T01", 2, "2023-12-28", 30.0),
        measure("T01", 3, "2024-01-01", None, TRSTAT="NOT DONE"),
        measure("T01", 4, "2024-02-12", 20.0),
    ]
    assert show(derive([name("T01")], tr)) == [("T01", 0, "MEASURED", 300), ("T01", 1, "MEASURED", 200)]


def test_a_scan_just_after_the_reference_date_may_be_baseline_by_setting():
    tr = [measure("T01", 1, "2024-01-03", 30.0), measure("T01", 2, "2024-02-12", 20.0)]
    assert [row[1] for row in show(derive([name("T01")], tr))] == [1, 2]
    assert [row[1] for row in show(derive([name("T01")], tr, baseline_days_after_reference=2))] == [0, 1]


def test_scans_of_one_visit_number_are_one_assessment():
    tr = [
        measure("T01", 1, "2023-12-28", 30.0),
        measure("T02", 1, "2024-01-02", 12.0),
        measure("T01", 2, "2024-02-12", 20.0),
        measure("T02", 2, "2024-02-15", 10.0),
    ]
    found = derive([name("T01"), name("T02")], tr)
    assert [row[:2] for row in show(found)] == [("T01", 0), ("T01", 1), ("T02", 0), ("T02", 1)]
    assert found.filter(TULNKID="T02", AVISITN=1)["ADT"].item() == date(2024, 2, 15)


def test_without_visit_numbers_each_date_is_an_assessment():
    tr = [measure("T01", None, on, 20.0) for on in ("2023-12-28", "2024-02-12", "2024-03-25")]
    assert [row[1] for row in show(derive([name("T01")], tr))] == [0, 1, 2]


def test_the_short_axis_is_read_for_a_node():
    tr = [measure("T01", 1, "2023-12-28", 32.0), measure("T01", 1, "2023-12-28", 18.0, "LPERP")]
    found = derive([name("T01", TULOC="LYMPH NODE, AXILLARY")], tr)
    assert show(found) == [("T01", 0, "MEASURED", 180)]
    assert found["LSNODE"].to_list() == [True]


def test_a_lesion_measured_only_by_short_axis_is_a_node():
    found = derive([name("T01", TULOC=None)], [measure("T01", 1, "2023-12-28", 18.0, "SAXIS")])
    assert found["LSNODE"].to_list() == [True]


def test_fragments_are_added_and_one_missing_fragment_leaves_the_whole_unknown():
    tr = [
        measure("T04", 1, "2023-12-28", 30.0),
        measure("T04.1", 2, "2024-02-12", 18.0),
        measure("T04.2", 2, "2024-02-12", 14.0),
        measure("T04.1", 3, "2024-03-25", 18.0),
        measure("T04.2", 3, "2024-03-25", None, TRSTAT="NOT DONE"),
    ]
    assert show(derive([name("T04")], tr)) == [
        ("T04", 0, "MEASURED", 300),
        ("T04", 1, "MEASURED", 320),
        ("T04", 2, "NOT_EVALUATED", None),
    ]


def test_merged_lesions_give_the_length_to_the_first():
    tr = [
        measure("T01", 1, "2023-12-28", 40.0),
        measure("T02", 1, "2023-12-28", 30.0),
        measure("T01/T02", 2, "2024-02-12", 60.0),
    ]
    assert show(derive([name("T01"), name("T02")], tr)) == [
        ("T01", 0, "MEASURED", 400),
        ("T01", 1, "MEASURED", 600),
        ("T02", 0, "MEASURED", 300),
        ("T02", 1, "MERGED", 0),
    ]


@pytest.mark.parametrize(
    ("word", "state", "tenths"),
    [
        ("TOO SMALL TO MEASURE", "TOO_SMALL", 50),
        ("NOT EVALUABLE", "NOT_EVALUATED", None),
        ("ABSENT", "ABSENT", 0),
    ],
)
def test_words_in_place_of_a_length(word, state, tenths):
    found = derive([name("T01")], [measure("T01", 1, "2023-12-28", None, TRSTRESC=word)])
    assert show(found) == [("T01", 0, state, tenths)]


def test_too_small_beats_the_number_that_stands_for_it():
    found = derive([name("T01")], [measure("T01", 1, "2023-12-28", 5.0, TRSTRESC="TOO SMALL TO MEASURE")])
    assert show(found) == [("T01", 0, "TOO_SMALL", 50)]


def test_lesions_that_are_not_mentioned_are_not_evaluated():
    tr = [
        measure("T01", 1, "2023-12-28", 40.0),
        measure("N01", 1, "2023-12-28", None, "TUMSTATE", TRSTRESC="PRESENT"),
        measure("T01", 2, "2024-02-12", 30.0),
    ]
    found = derive([name("T01"), name("N01", "NON-TARGET")], tr)
    assert show(found)[:2] == [("N01", 0, "PRESENT", None), ("N01", 1, "NOT_EVALUATED", None)]


@pytest.mark.parametrize(
    ("role", "word", "state"),
    [
        ("NON-TARGET", "UNEQUIVOCAL PROGRESSION", "UNEQUIVOCAL_PROGRESSION"),
        ("NON-TARGET", "UNEQUIVOCAL", "UNEQUIVOCAL_PROGRESSION"),
        ("NON-TARGET", "NON-PATHOLOGICAL", "ABSENT"),
        ("NEW", "EQUIVOCAL", "EQUIVOCAL"),
        ("NEW", "PRESENT", "UNEQUIVOCAL"),
        ("NEW", "NOT TUMOUR", "NOT_TUMOUR"),
    ],
)
def test_states_in_words(role, word, state):
    tr = [
        measure("T01", 1, "2023-12-28", 40.0),
        measure("X01", 2, "2024-02-12", None, "TUMSTATE", TRSTRESC=word),
    ]
    named = "2024-02-12" if role == "NEW" else "2023-12-28"
    found = derive([name("T01"), name("X01", role, TUDTC=named)], tr)
    assert found.filter(TULNKID="X01", AVISITN=1)["LSSTATE"].item() == state


def test_a_new_lesion_that_is_only_named_counts_on_the_day_it_was_named():
    tr = [measure("T01", 1, "2023-12-28", 40.0), measure("T01", 2, "2024-02-12", 40.0)]
    found = derive([name("T01"), name("NEW01", "NEW", VISITNUM=2.0, TUDTC="2024-02-12")], tr)
    assert found.filter(TULNKID="NEW01").select("AVISITN", "LSSTATE").rows() == [(1, "UNEQUIVOCAL")]


def test_readers_are_kept_apart_and_the_accepted_one_is_marked():
    reader = {"TREVAL": "INDEPENDENT ASSESSOR", "TREVALID": "RADIOLOGIST 1", "TRACPTFL": "Y"}
    tr = [measure("T01", 1, "2023-12-28", 40.0), measure("T01", 1, "2023-12-28", 38.0, **reader)]
    found = derive([name("T01")], tr)
    assert found.select("READER", "LSTENTH", "ACCFL", "LSROLE").rows() == [
        ("INDEPENDENT ASSESSOR / RADIOLOGIST 1", 380, "Y", "TARGET"),
        ("INVESTIGATOR", 400, "N", "TARGET"),
    ]


def test_a_lone_reader_without_a_flag_is_accepted():
    assert derive([name("T01")], [measure("T01", 1, "2023-12-28", 40.0)])["ACCFL"].to_list() == ["Y"]


def test_a_partial_date_is_imputed_and_says_so():
    tr = [measure("T01", 1, "2023-12-28", 40.0), measure("T01", 2, "2024-02", 40.0)]
    found = derive([name("T01")], tr).filter(AVISITN=1)
    assert found.select("ADT", "ADTF").rows() == [(date(2024, 2, 29), "D")]


def test_the_first_injection_of_a_lesion_is_a_dated_fact():
    injections = [
        {"EXROUTE": "INTRATUMORAL", "EXLNKID": "T01", "EXSTDTC": "2024-02-01"},
        {"EXROUTE": "INTRATUMORAL", "EXLNKID": "T01", "EXSTDTC": "2024-01-10"},
        {"EXROUTE": "INTRAVENOUS", "EXSTDTC": "2024-01-02"},
    ]
    tr = [measure("T01", 1, "2023-12-28", 40.0), measure("T02", 1, "2023-12-28", 30.0)]
    found = derive([name("T01"), name("T02")], tr, injections)
    assert found.select("TULNKID", "INJDT").rows() == [("T01", date(2024, 1, 10)), ("T02", None)]


def test_a_patient_without_reference_date_starts_at_the_first_scan():
    tr = fill(TumourResults, [{"TRSEQ": 1} | measure("T01", 1, "2024-03-01", 40.0)])
    tu = fill(TumourIdentification, [{"TUSEQ": 1} | name("T01")])
    found = derive_lesion_assessments(tu, tr, build_adsl("P1", REFDT=None), settings=ResponseSettings())
    assert show(found) == [("T01", 0, "MEASURED", 400)]
    assert day(0) == date(2024, 1, 1)


def test_empty_tables_give_an_empty_table():
    assert derive([], []).is_empty()


def test_a_lesion_whose_role_changes_keeps_its_first_role_where_it_is_not_mentioned_whatever_the_order_of_rows():
    patients = [f"P{number}" for number in range(300)]
    facts = [
        ("T02", 1.0, "2023-12-28", "TARGET"),
        ("T01", 2.0, "2024-02-12", "TARGET"),
        ("T01", 3.0, "2024-03-25", "NON-TARGET"),
        ("T02", 4.0, "2024-05-06", "TARGET"),
    ]
    rows = [
        measure(lesion, visit, on, 20.0, TRGRPID=role) | {"USUBJID": patient, "TRSEQ": number}
        for patient in patients
        for number, (lesion, visit, on, role) in enumerate(facts)
    ]
    named, adsl = fill(TumourIdentification, []), build_adsl(*patients)
    results = fill(TumourResults, rows)
    expected = derive_lesion_assessments(named, results, adsl, settings=ResponseSettings())
    not_mentioned = expected.filter(pl.col("LSSTATE") == "NOT_EVALUATED", pl.col("TULNKID") == "T01")
    assert not_mentioned["LSROLE"].to_list() == ["TARGET"] * 2 * len(patients)
    for seed in range(5):
        shuffled = results.sample(fraction=1.0, shuffle=True, seed=seed)
        again = derive_lesion_assessments(named, shuffled, adsl, settings=ResponseSettings())
        assert again.equals(expected)
