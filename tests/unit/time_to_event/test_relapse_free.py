"""Relapse-free survival: what comes first decides, and a relapse that nobody dated is no event."""

from datetime import date

import polars as pl
import pytest

from abscopal.derivations.time_to_event.relapse_free import derive_relapse_free_survival
from abscopal.tables.adam.adsl import SubjectLevel
from abscopal.tables.sdtm.ds import Disposition


def relapse_free(*, relapse: str | None, death: date | None, alive: date | None, terms=("DISEASE RELAPSE",)):
    """The row of one patient who started on 1 January 2024."""
    patient = pl.DataFrame(
        {
            "STUDYID": ["S1"], "USUBJID": ["P1"], "SUBJID": ["1"], "SITEID": ["10"], "SEX": ["F"], "ITTFL": ["Y"],
            "REFDT": [date(2024, 1, 1)], "DTHFL": ["Y" if death else "N"], "DTHDT": [death], "LSTALVDT": [alive],
        }
    )  # fmt: skip
    rows = pl.DataFrame(
        {
            "STUDYID": "S1", "DOMAIN": "DS", "USUBJID": ["P1", "P1"], "DSSEQ": [1, 2], "DSTERM": "Scar",
            "DSDECOD": ["ENROLLED", terms[0]], "DSSTDTC": ["2024-01-01", relapse],
        }
    )  # fmt: skip
    adsl = SubjectLevel.validate(
        pl.concat([SubjectLevel.create_empty(), patient], how="diagonal_relaxed"), cast=True
    )
    ds = Disposition.validate(
        pl.concat([Disposition.create_empty(), rows], how="diagonal_relaxed"), cast=True
    )
    return derive_relapse_free_survival(adsl, ds).row(0, named=True)


@pytest.mark.parametrize(
    ("relapse", "death", "alive", "days", "event"),
    [
        ("2024-01-31", None, date(2024, 6, 1), 30, "DISEASE RELAPSE"),
        ("2024-01-31", date(2024, 1, 31), None, 30, "DISEASE RELAPSE"),
        ("2024-03-01", date(2024, 1, 31), None, 30, "DEATH"),
        (None, date(2024, 1, 31), None, 30, "DEATH"),
        (None, None, date(2024, 1, 31), 30, "CENSORED"),
        (None, None, None, 0, "CENSORED"),
        ("2024-02", None, date(2024, 6, 1), 31, "DISEASE RELAPSE"),
    ],
)
def test_what_comes_first_decides(relapse, death, alive, days, event):
    row = relapse_free(relapse=relapse, death=death, alive=alive)
    assert (row["AVAL"], row["EVNTDESC"]) == (days, event)
    assert row["CNSR"] == (1 if event == "CENSORED" else 0)


def test_each_row_says_which_record_decided():
    relapsed = relapse_free(relapse="2024-02", death=None, alive=date(2024, 6, 1))
    assert [relapsed[name] for name in ("SRCDOM", "SRCVAR", "SRCSEQ", "ADTF")] == ["DS", "DSSTDTC", 2, "D"]
    censored = relapse_free(relapse=None, death=None, alive=date(2024, 6, 1))
    assert [censored[name] for name in ("SRCDOM", "SRCVAR", "CNSDTDSC")] == [
        "ADSL",
        "LSTALVDT",
        "LAST KNOWN ALIVE",
    ]


def test_another_word_of_the_disposition_is_no_relapse():
    row = relapse_free(
        relapse="2024-01-31", death=None, alive=date(2024, 6, 1), terms=("PROGRESSIVE DISEASE",)
    )
    assert row["EVNTDESC"] == "CENSORED"
