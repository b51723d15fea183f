"""Doses, their sums, and injections as dated facts."""

from datetime import date

from abscopal.derivations.exposure import derive_adex, derive_lesion_injections
from abscopal.tables.adam import SubjectLevel
from abscopal.tables.sdtm.ex import Exposure
from plain_tables import build

DOSES = """
USUBJID | EXTRT | EXDOSE | EXDOSU | EXROUTE      | EXLNKID | EXSTDTC
P1      | IPI   | 10     | mg     | INTRATUMORAL | T01     | 2024-01-01
P1      | IPI   | 14     | mg     | INTRATUMORAL | T02     | 2024-01-01
P1      | IPI   | 24     | mg     | INTRATUMORAL | T01     | 2024-01-22
P1      | IPI   | 0      | mg     | INTRATUMORAL | T03     | 2024-02-12
P1      | NIVO  | 70     | mg     | INTRAVENOUS  |         | 2024-01
P1      | NIVO  | 3      | mg/kg  | INTRAVENOUS  |         |
P2      | NIVO  | 70     | mg     | INTRAVENOUS  |         | 2024-01-01
"""


def sums(parameter: str) -> dict[str, tuple[float | None, str]]:
    adex = derive_adex(build(Exposure, DOSES), build(SubjectLevel, "USUBJID | REFDT\nP1 | 2024-01-01"))
    rows = adex.filter(adex["PARAMCD"] == parameter).select("EXTRT", "AVAL", "AVALU")
    return {treatment: (value, unit) for treatment, value, unit in rows.iter_rows()}


def test_a_dose_split_over_lesions_is_one_day_and_several_injections():
    assert sums("NDOSE")["IPI"] == (2, "DAYS")
    assert sums("NINJ")["IPI"] == (3, "INJECTIONS")
    assert sums("TOTDOSE")["IPI"] == (48, "mg")


def test_doses_in_different_units_are_not_added():
    assert sums("TOTDOSE")["NIVO"] == (None, "mg; mg/kg")


def test_an_undated_dose_is_still_a_dose():
    assert sums("NDOSE")["NIVO"] == (2, "DAYS")
    assert sums("NINJ")["NIVO"] == (0, "INJECTIONS")


def test_each_dose_is_listed_with_its_day_and_what_was_imputed():
    adex = derive_adex(build(Exposure, DOSES), build(SubjectLevel, "USUBJID | REFDT\nP1 | 2024-01-01"))
    doses = adex.filter(adex["PARAMCD"] == "DOSE").select("EXSEQ", "ASTDT", "ASTDTF", "ASTDY", "AVAL").rows()
    assert doses == [
        (1, date(2024, 1, 1), None, 1, 10),
        (2, date(2024, 1, 1), None, 1, 14),
        (3, date(2024, 1, 22), None, 22, 24),
        (4, date(2024, 2, 12), None, 43, 0),
        (5, date(2024, 1, 1), "D", 1, 70),
        (6, None, None, None, 3),
    ]


def test_an_injection_is_a_dated_fact_of_a_lesion():
    injections = derive_lesion_injections(build(Exposure, DOSES)).select("TULNKID", "INJDT", "EXDOSE").rows()
    assert injections == [
        ("T01", date(2024, 1, 1), 10),
        ("T01", date(2024, 1, 22), 24),
        ("T02", date(2024, 1, 1), 14),
    ]


def test_no_dose_gives_no_row():
    adsl = build(SubjectLevel, "USUBJID\nP1")
    assert derive_adex(Exposure.create_empty(), adsl).height == 0
    assert derive_lesion_injections(Exposure.create_empty()).height == 0
