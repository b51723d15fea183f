"""Admission holds measurements against lesions, readers, days and death."""

from datetime import date

import polars as pl
import pytest

from abscopal.derivations.response.criteria import ITRECIST
from abscopal.derivations.response.lesion_assessments import derive_lesion_assessments
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.tables.admission import Admission, admit_tables
from lesion_builder import build_adsl
from small_tabulation import make_raw_tables, put

SECOND_READER = "INDEPENDENT ASSESSOR"


def admit(**changed: pl.DataFrame) -> Admission:
    return admit_tables({**make_raw_tables(), **changed}, ctcae_version="5.0")


def broken(admission: Admission) -> list[tuple[str, str, int]]:
    return admission.set_apart.select("DOMAIN", "RULE", "ROW").rows()


def add(table: str, row: int, **cells: str | None) -> pl.DataFrame:
    """A table with a copy of one of its rows, changed, at its end."""
    frame = make_raw_tables()[table]
    return pl.concat([frame, put(frame.slice(row, 1), 0, **cells)])


def test_no_measurement_is_admitted_whose_lesion_was_set_apart():
    admission = admit(tu=put(make_raw_tables()["tu"], 2, TUSTRESC="MEASURED"))
    assert broken(admission) == [("TR", "unknown_lesion", 4), ("TU", "unknown_role", 3)]


def test_nothing_of_a_patient_is_admitted_whose_row_of_dm_was_set_apart():
    admission = admit(dm=put(make_raw_tables()["dm"], 1, SEX=""))
    assert broken(admission) == [
        ("AE", "unknown_patient", 2),
        ("DM", "missing_value", 2),
        ("TR", "unknown_patient", 4),
        ("TU", "unknown_patient", 3),
    ]
    assert "or that row is set apart" in admission.set_apart["MESSAGE"][0]


def test_a_lesion_that_another_reader_calls_new_was_there_all_the_same():
    admission = admit(tu=add("tu", 0, TUSEQ="9", TUEVAL=SECOND_READER, TUSTRESC="NEW", TUDTC="2024-03-01"))
    assert broken(admission) == []


def test_a_fragment_is_as_old_as_its_lesion():
    tr = put(make_raw_tables()["tr"], 2, TRLNKID="NEW01.1", TRDTC="2024-02-01")
    assert broken(admit(tr=tr)) == [("TR", "before_birth_of_lesion", 3)]


@pytest.mark.parametrize("cells", [{"TRSTRESC": "ABSENT", "TRSTRESN": None}, {"TRSTAT": "NOT DONE"}])
def test_a_lesion_said_to_be_absent_before_it_appeared_is_no_contradiction(cells: dict[str, str | None]):
    tr = make_raw_tables()["tr"].with_columns(TRSTAT=pl.lit(None, dtype=pl.String))
    assert broken(admit(tr=put(tr, 2, TRDTC="2024-02-01", **cells))) == []


@pytest.mark.parametrize("cells", [{"VISITNUM": "2.1"}, {"TRDTC": "2024-03-01T10:00"}])
def test_one_lesion_has_one_length_a_day(cells: dict[str, str | None]):
    tr = add("tr", 1, TRSEQ="9", TRSTRESN="21", TRSTRESC="21", **cells)
    assert broken(admit(tr=tr)) == [("TR", "measured_twice", 2), ("TR", "measured_twice", 5)]


def test_without_a_whole_date_the_visit_stands_for_the_day():
    raw = make_raw_tables()["tr"].with_columns(TRDTC=pl.lit("2024"))
    second = put(raw.slice(1, 1), 0, TRSEQ="9", TRSTRESN="21", TRSTRESC="21")
    other_visit = put(second, 0, TRSEQ="10", VISITNUM="3")
    tu = make_raw_tables()["tu"]
    assert broken(admit(tu=tu, tr=pl.concat([raw, second, other_visit]))) == [
        ("TR", "measured_twice", 2),
        ("TR", "measured_twice", 5),
    ]


def test_the_unit_as_collected_counts_where_no_standard_one_is_given():
    tr = make_raw_tables()["tr"].with_columns(TRORRESU=pl.lit("cm"))
    assert broken(admit(tr=tr)) == []
    assert broken(admit(tr=put(tr, 1, TRSTRESU=None))) == [("TR", "other_unit", 2)]


def test_lengths_without_any_unit_are_noticed():
    (notice,) = admit(tr=put(make_raw_tables()["tr"], 1, TRSTRESU=None)).notices
    assert notice == "1 lengths state no unit (TRSTRESU): read as millimetres."


def test_measurements_without_a_table_of_lesions_are_noticed():
    tables = make_raw_tables()
    del tables["tu"]
    (notice,) = admit_tables(tables, ctcae_version="5.0").notices
    assert notice.startswith("lesions are measured (TR) and no table identifies them (TU)")


def test_an_accepted_reader_of_one_patient_says_nothing_of_another():
    raw = make_raw_tables()
    tu = raw["tu"].with_columns(TUSEQ=pl.col("TUSEQ") + "0", TUEVAL=pl.lit(SECOND_READER))
    tr = raw["tr"].with_columns(TRSEQ=pl.col("TRSEQ") + "0", TREVAL=pl.lit(SECOND_READER))
    accepted = pl.when(pl.col("USUBJID") == "P1").then(pl.lit("Y")).otherwise(None)
    both = pl.concat([raw["tr"], tr]).with_columns(TRACPTFL=accepted)
    (notice,) = admit(tu=pl.concat([raw["tu"], tu]), tr=both).notices
    assert "for 1 of 2 patients, none is marked as accepted" in notice


@pytest.mark.parametrize(("end", "rules"), [("2024-06-01", []), ("2024-06-02", [("AE", "after_death", 2)])])
def test_an_event_may_end_on_the_day_of_death_and_not_after(end: str, rules: list[tuple[str, str, int]]):
    assert broken(admit(ae=put(make_raw_tables()["ae"], 1, AEENDTC=end))) == rules


def test_a_specimen_may_be_thawed_after_its_donors_death():
    specimen = {"STUDYID": "S", "USUBJID": "P2", "BESEQ": "1", "BETERM": "THAWING", "BESTDTC": "2024-09-01"}
    assert broken(admit(be=pl.DataFrame({**specimen, "BEDTC": "2024-03-01"}))) == []
    assert broken(admit(be=pl.DataFrame({**specimen, "BEDTC": "2024-07-01"}))) == [("BE", "after_death", 1)]


def test_an_injection_into_a_fragment_is_one_into_its_lesion():
    assert broken(admit(ex=put(make_raw_tables()["ex"], 0, EXLNKID="T01.2"))) == []


@pytest.mark.parametrize(("day", "rules"), [("2024-01-01", True), ("2024-01-02", False)])
def test_a_new_lesion_listed_at_baseline_is_set_apart_with_what_was_measured_of_it(day: str, rules: bool):
    admission = admit(tu=put(make_raw_tables()["tu"], 1, TUDTC=day))
    expected = [("TR", "unknown_lesion", 3), ("TU", "new_at_baseline", 2)]
    assert broken(admission) == (expected if rules else [])


BREACHES = {
    "an injection of a lesion that does not exist": {"ex": ("ex", 0, {"EXLNKID": "T09"})},
    "an injection before the lesion exists": {"ex": ("ex", 0, {"EXLNKID": "NEW01"})},
    "a new lesion at baseline": {"tu": ("tu", 1, {"TUDTC": "2024-01-01"})},
}


@pytest.mark.parametrize("breach", BREACHES)
def test_the_rest_of_the_patient_is_still_assessed(breach: str):
    """The target of the same patient is judged: 30 to 20 mm is a response of the targets."""
    changed = {
        name: put(make_raw_tables()[table], row, **cells)
        for name, (table, row, cells) in BREACHES[breach].items()
    }
    admission = admit(**changed)
    assert admission.set_apart.height >= 1
    assert all(message.endswith(".") for message in admission.set_apart["MESSAGE"])
    assert judge_first_patient(admission) == ["PR"]


def test_a_target_that_turns_non_target_stays_a_target():
    admission = admit(tu=add("tu", 0, TUSEQ="9", TUSTRESC="NON-TARGET", TUDTC="2024-03-01"))
    assert broken(admission) == [("TU", "changed_role", 4)]
    assert judge_first_patient(admission) == ["PR"]


def test_two_lengths_of_one_lesion_on_one_day_leave_it_not_evaluated():
    admission = admit(tr=add("tr", 1, TRSEQ="9", TRSTRESN="21", TRSTRESC="21"))
    assert broken(admission) == [("TR", "measured_twice", 2), ("TR", "measured_twice", 5)]
    assert judge_first_patient(admission) == ["NE"]


def judge_first_patient(admission: Admission) -> list[str]:
    """The target response of the first patient at each assessment after baseline."""
    tables, settings = admission.tabulation, ResponseSettings()
    adsl = build_adsl("P1", REFDT=date(2024, 1, 4))
    assert tables.tu is not None
    assert tables.tr is not None
    lesions = derive_lesion_assessments(tables.tu, tables.tr, adsl, exposure=tables.ex, settings=settings)
    return ITRECIST.derive_visit_responses(lesions, settings)["TRGRESP"].to_list()
