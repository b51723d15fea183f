"""The data cut: what happened after a day is not known."""

import datetime as dt

import polars as pl

from abscopal.evidence.data_cut import derive_tables_at_cut

CUT = dt.date(2024, 6, 15)


def patients(**columns: list[str | None]) -> pl.DataFrame:
    count = len(next(iter(columns.values())))
    base = {
        "USUBJID": [f"P{number}" for number in range(1, count + 1)],
        "RFICDTC": ["2024-01-01"] * count,
        "DTHDTC": [None] * count,
        "DTHFL": [None] * count,
    }
    return pl.DataFrame(base | columns, schema_overrides={"DTHDTC": pl.String, "DTHFL": pl.String})


def test_a_death_after_the_cut_has_not_happened():
    dm = patients(
        DTHDTC=["2024-06-15", "2024-06-16", "2024-07", "2024-06", None], DTHFL=["Y", "Y", "Y", "Y", "Y"]
    )
    cut = derive_tables_at_cut({"dm": dm}, cut_off=CUT)["dm"]
    assert cut["DTHFL"].to_list() == ["Y", None, None, "Y", "Y"]
    assert cut["DTHDTC"].to_list() == ["2024-06-15", None, None, "2024-06", None]


def test_patients_who_consented_later_take_their_rows_with_them():
    dm = patients(RFICDTC=["2024-06-15", "2024-06-16"])
    ae = pl.DataFrame(
        {"USUBJID": ["P1", "P2"], "AESTDTC": ["2024-06-01", None], "AEENDTC": ["2024-07-01", None]}
    )
    cut = derive_tables_at_cut({"dm": dm, "ae": ae, "tr": None}, cut_off=CUT)
    assert cut["dm"]["USUBJID"].to_list() == ["P1"]
    assert cut["ae"].rows() == [("P1", "2024-06-01", None)]
    assert "tr" not in cut


def test_partial_dates_are_judged_by_their_first_day():
    dm = patients(RFICDTC=["2024-01-01"])
    dates = ["2024-06", "2024-07", "2024", "2025", "2024-06-15T23:30", None]
    ds = pl.DataFrame({"USUBJID": ["P1"] * 6, "DSSTDTC": dates})
    cut = derive_tables_at_cut({"dm": dm, "ds": ds}, cut_off=CUT)["ds"]
    assert cut["DSSTDTC"].to_list() == ["2024-06", "2024", "2024-06-15T23:30", None]
