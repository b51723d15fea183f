"""Admission: each broken rule sets its row apart, and only that row."""

import datetime

import polars as pl
import pytest

from abscopal.errors import TablesError
from abscopal.tables.admission import ADMISSION_RULES, Admission, admit_tables
from abscopal.tables.setting_apart import ROW
from small_tabulation import make_raw_tables, put

BREAKS = [
    ("not_a_number", "tr", 1, {"TRSTRESN": "twenty"}),
    ("impossible_date", "tr", 1, {"TRDTC": "2024-02-31"}),
    ("unknown_code", "ae", 0, {"AESTDTC": "03/02/2024"}),
    ("unknown_code", "ae", 0, {"AETOXGR": "6"}),
    ("missing_value", "ae", 0, {"AEDECOD": ""}),
    ("out_of_range", "dm", 0, {"AGE": "610"}),
    ("unknown_patient", "ae", 1, {"USUBJID": "P9"}),
    ("no_lesion_named", "tr", 1, {"TRLNKID": None}),
    ("unknown_lesion", "tr", 1, {"TRLNKID": "T07"}),
    ("unknown_lesion", "tr", 1, {"TREVAL": "INDEPENDENT ASSESSOR"}),
    ("undated_result", "tr", 1, {"TRDTC": None, "VISITNUM": None}),
    ("injection_of_unknown_lesion", "ex", 0, {"EXLNKID": "T07"}),
    ("injection_of_unknown_lesion", "ex", 0, {"EXLNKID": None}),
    ("injection_of_unknown_lesion", "ex", 0, {"EXLNKID": "T07", "EXROUTE": "Intratumoural"}),
    ("before_birth_of_lesion", "tr", 2, {"TRDTC": "2024-02-29"}),
    ("before_birth_of_lesion", "ex", 0, {"EXLNKID": "NEW01"}),
    ("after_death", "ae", 1, {"AESTDTC": "2024-06-02", "AEENDTC": "2024-06-03"}),
    ("other_unit", "tr", 1, {"TRSTRESU": "cm"}),
    ("implausible_length", "tr", 1, {"TRSTRESN": "501"}),
    ("unknown_role", "tu", 2, {"TUSTRESC": "MEASURED"}),
    ("end_before_start", "ae", 1, {"AEENDTC": "2024-02-02"}),
    ("other_ctcae_version", "ae", 1, {"AETOXVER": "4.03"}),
]


def admit(tables: dict[str, pl.DataFrame]) -> Admission:
    return admit_tables(tables, ctcae_version="5.0")


def test_a_sound_trial_is_admitted_whole():
    admission = admit(make_raw_tables())
    assert admission.set_apart.is_empty()
    assert admission.notices == ()
    assert admission.tabulation.tr is not None
    assert admission.tabulation.tr.height == 4
    assert admission.tabulation.ds is None


@pytest.mark.parametrize(("rule", "table", "row", "cells"), BREAKS)
def test_a_broken_rule_sets_its_row_apart(rule: str, table: str, row: int, cells: dict[str, str | None]):
    tables = make_raw_tables()
    tables[table] = put(tables[table], row, **cells)
    admission = admit(tables)
    listed = admission.set_apart.filter((pl.col("DOMAIN") == table.upper()) & (pl.col("ROW") == row + 1))
    assert listed["RULE"].to_list() == [rule]
    assert listed["MESSAGE"][0].endswith((".", "!"))
    kept = getattr(admission.tabulation, table)
    assert kept.height == tables[table].height - 1


def test_every_rule_of_the_reference_has_a_test():
    tested = {rule for rule, *_ in BREAKS} | {
        "duplicate_key", "measured_twice", "repeated_result", "changed_role", "new_at_baseline",
    }  # fmt: skip
    assert tested == {rule.name for rule in ADMISSION_RULES}


def test_rows_with_the_same_key_are_both_set_apart():
    tables = make_raw_tables()
    tables["tr"] = put(tables["tr"], 1, TRSEQ="1")
    admission = admit(tables)
    assert admission.set_apart.select("RULE", "ROW").rows() == [("duplicate_key", 1), ("duplicate_key", 2)]


def test_a_result_said_twice_is_used_once():
    tables = make_raw_tables()
    again = put(tables["tr"].slice(1, 1), 0, TRSEQ="9")
    tables["tr"] = pl.concat([tables["tr"], again])
    admission = admit(tables)
    assert admission.set_apart.select("RULE", "ROW").rows() == [("repeated_result", 5)]


def test_two_results_that_disagree_are_both_set_apart():
    tables = make_raw_tables()
    other = put(tables["tr"].slice(1, 1), 0, TRSEQ="9", TRSTRESN="21", TRSTRESC="21")
    tables["tr"] = pl.concat([tables["tr"], other])
    admission = admit(tables)
    assert admission.set_apart.select("RULE", "ROW").rows() == [("measured_twice", 2), ("measured_twice", 5)]


def test_a_target_never_becomes_a_non_target():
    tables = make_raw_tables()
    turned = put(tables["tu"].slice(0, 1), 0, TUSEQ="9", TUSTRESC="NON-TARGET", TUDTC="2024-03-01")
    tables["tu"] = pl.concat([tables["tu"], turned])
    admission = admit(tables)
    assert admission.set_apart.select("RULE", "ROW").rows() == [("changed_role", 4)]


def test_fragments_and_merged_lesions_are_known():
    tables = make_raw_tables()
    merged = put(tables["tu"].slice(0, 1), 0, TUSEQ="9", TULNKID="T02/T03", TUTESTCD="TUMERGE")
    tables["tu"] = pl.concat([tables["tu"], merged])
    tables["tr"] = put(put(tables["tr"], 1, TRLNKID="T01.2"), 3, TRLNKID="T01")
    third = put(tables["tr"].slice(0, 1), 0, TRSEQ="10", TRLNKID="T03")
    tables["tr"] = pl.concat([tables["tr"], third])
    assert admit(tables).set_apart.is_empty()


def test_partial_dates_are_legal_and_never_set_a_row_apart():
    tables = make_raw_tables()
    tables["ae"] = put(tables["ae"], 1, AESTDTC="2024", AEENDTC="2003---15")
    tables["tr"] = put(tables["tr"], 2, TRDTC="2024-02")
    assert admit(tables).set_apart.is_empty()


def test_a_message_holds_no_value_of_a_patient():
    tables = make_raw_tables()
    tables["tr"] = put(tables["tr"], 1, TRSTRESN="SECRET")
    assert not admit(tables).set_apart["MESSAGE"].str.contains("SECRET").any()


def test_an_absent_column_that_may_be_empty_is_filled_and_told():
    tables = make_raw_tables()
    admission = admit({**tables, "dm": tables["dm"].drop("AGE").with_columns(EXTRA=pl.lit("x"))})
    assert "AGE" in admission.absent_columns["dm"]
    assert admission.ignored_columns == {"dm": ("EXTRA",)}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda tables: {**tables, "tr": tables["tr"].drop("USUBJID", "TRSEQ")},
            "table TR: the columns USUBJID, TRSEQ",
        ),
        (lambda tables: {name: frame for name, frame in tables.items() if name != "dm"}, "DM, is missing"),
        (lambda tables: {**tables, "zz": tables["tr"]}, "zz: this table is not known"),
    ],
)
def test_a_fault_of_a_whole_table_is_a_sentence(change, message: str):
    with pytest.raises(TablesError, match=message):
        admit(change(make_raw_tables()))


def test_two_readers_without_an_accepted_one_are_noticed():
    tables = make_raw_tables()
    second = {"TUEVAL": "INDEPENDENT ASSESSOR"}
    tables["tu"] = pl.concat(
        [
            tables["tu"],
            tables["tu"].with_columns(TUSEQ=pl.col("TUSEQ") + "0", TUEVAL=pl.lit(second["TUEVAL"])),
        ]
    )
    tables["tr"] = pl.concat(
        [
            tables["tr"],
            tables["tr"].with_columns(TRSEQ=pl.col("TRSEQ") + "0", TREVAL=pl.lit(second["TUEVAL"])),
        ]
    )
    (notice,) = admit(tables).notices
    assert "2 readers" in notice


def test_grades_without_a_version_are_noticed():
    tables = make_raw_tables()
    tables["ae"] = tables["ae"].drop("AETOXVER")
    (notice,) = admit(tables).notices
    assert notice.startswith("2 graded adverse events do not state")


def test_versions_are_never_pooled_where_the_study_states_none():
    tables = make_raw_tables()
    tables["ae"] = put(tables["ae"], 1, AETOXVER="4.03")
    (notice,) = admit_tables(tables, ctcae_version=None).notices
    assert "must not be pooled" in notice


@pytest.mark.parametrize(
    ("start", "version", "is_right"),
    [
        ("2024-02-29", "4.03", True),
        ("2024-02-29", "5.0", False),
        ("2024-03-01", "4.03", False),
        ("2024-03-01", "5.0", True),
        # A start that is not wholly known may lie on either side of the change.
        ("2024-03", "4.03", False),
        ("2024", "4.03", True),
        ("2024---15", "5.0", True),
        ("2023", "5.0", False),
        (None, "4.03", True),
        (None, "6.0", False),
    ],
)
def test_an_event_is_graded_by_the_version_in_force_the_day_it_began(start, version, is_right):
    tables = make_raw_tables()
    tables["ae"] = put(tables["ae"], 1, AESTDTC=start, AEENDTC=None, AETOXVER=version).slice(1, 1)
    admission = admit_tables(tables, ctcae_version="5.0", earlier_ctcae=[(datetime.date(2024, 3, 1), "4.03")])
    rules = ["other_ctcae_version"] if not is_right else []
    assert admission.set_apart["RULE"].to_list() == rules


def test_supplemental_tables_are_joined():
    tables = make_raw_tables()
    supp = pl.DataFrame(
        {
            "RDOMAIN": ["AE"],
            "USUBJID": ["P1"],
            "IDVAR": ["AESEQ"],
            "IDVARVAL": ["1"],
            "QNAM": ["IRAE"],
            "QVAL": ["Y"],
        }
    )
    admission = admit(
        {**tables, "SUPPAE": supp, "suppdm": supp.with_columns(RDOMAIN=pl.lit("DM"), IDVAR=pl.lit(""))}
    )
    assert admission.tabulation.supp is not None
    assert admission.tabulation.supp.height == 2


def test_an_empty_table_is_legal():
    tables = make_raw_tables()
    admission = admit({**tables, "tr": tables["tr"].clear()})
    assert admission.tabulation.tr is not None
    assert admission.tabulation.tr.is_empty()
    assert ROW not in admission.tabulation.tr.columns
