"""Admission reads a cell for what it says: never a part of it, never a guess."""

import polars as pl
import pytest

from abscopal.errors import TablesError
from abscopal.tables.admission import admit_tables
from small_tabulation import make_raw_tables, put


def admit(**changed: pl.DataFrame):
    return admit_tables({**make_raw_tables(), **changed}, ctcae_version="5.0")


@pytest.mark.parametrize(
    ("column", "cell", "kind"),
    [
        ("TRSEQ", "2.5", "a whole number"),
        ("TRSTRESN", "nan", "a number"),
        ("TRSTRESN", "inf", "a number"),
        ("TRSTRESN", "12 mm", "a number"),
        ("TRSTRESN", "12,5", "a number"),
    ],
)
def test_a_cell_that_is_not_a_number_is_set_apart_once(column: str, cell: str, kind: str):
    admission = admit(tr=put(make_raw_tables()["tr"], 1, **{column: cell}))
    assert admission.set_apart.select("RULE", "ROW", "MESSAGE").rows() == [
        (
            "not_a_number",
            2,
            f"{kind} is expected in {column} and something else was found; correct the cell.",
        )
    ]


def test_an_unknown_number_of_a_typed_file_is_an_empty_cell():
    measured = make_raw_tables()["tr"].with_columns(TRSTRESN=pl.Series([30.0, float("nan"), 12.0, None]))
    admission = admit(tr=measured)
    assert admission.set_apart.is_empty()
    assert admission.tabulation.tr["TRSTRESN"].to_list() == [30.0, None, 12.0, None]


def test_whole_numbers_of_a_transport_file_are_read_as_codes():
    """A transport file knows one kind of number: grade 3 comes as 3.0, patient 1015 as 1015.0."""
    raw = make_raw_tables()
    admission = admit(
        ae=raw["ae"].with_columns(pl.col("AETOXGR", "AETOXVER").cast(pl.Float64)),
        dm=raw["dm"].with_columns(SUBJID=pl.Series([1015.0, 1023.0])),
    )
    assert admission.set_apart.is_empty()
    assert admission.tabulation.ae["AETOXGR"].to_list() == ["3", "1"]
    assert admission.tabulation.dm["SUBJID"].to_list() == ["1015", "1023"]


def test_a_date_without_its_year_is_legal():
    assert admit(ae=put(make_raw_tables()["ae"], 1, AESTDTC="--12-15")).set_apart.is_empty()


@pytest.mark.parametrize("version", ["5", "5.0", "v5.0", "CTCAE 5.0", "NCI CTCAE v5.0", "CTCAE version 5"])
def test_the_version_of_the_study_is_recognised_however_it_is_written(version: str):
    assert admit(ae=put(make_raw_tables()["ae"], 1, AETOXVER=version)).set_apart.is_empty()


@pytest.mark.parametrize("version", ["4.03", "NCI CTCAE 4.03", "CTCAE version 4.03", "v6.0", "the usual one"])
def test_another_version_or_an_unreadable_one_is_never_pooled(version: str):
    admission = admit(ae=put(make_raw_tables()["ae"], 1, AETOXVER=version))
    assert admission.set_apart.select("RULE", "ROW").rows() == [("other_ctcae_version", 2)]


def test_a_patient_table_without_a_row_is_a_sentence():
    with pytest.raises(TablesError, match="table DM: the table of patients has no row"):
        admit(dm=make_raw_tables()["dm"].clear())


def test_a_column_twice_in_two_cases_is_a_sentence():
    with pytest.raises(TablesError, match="table DM: the column USUBJID is there twice"):
        admit(dm=make_raw_tables()["dm"].with_columns(usubjid=pl.lit("P1")))


def test_a_table_given_twice_is_a_sentence():
    with pytest.raises(TablesError, match="DM: this table is given twice"):
        admit(DM=make_raw_tables()["dm"])
