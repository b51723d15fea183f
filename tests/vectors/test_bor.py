"""Best response and its duration against the sequences of bor.json.

Kinds that run here: `bor` and `dor` by RECIST 1.1, `ibor` and `idor` by iRECIST; `pfs` runs in test_pfs.py.
"""

from typing import Any

import pytest

from abscopal.derivations.response.criteria import IRECIST, RECIST_1_1
from abscopal.derivations.response.criterion import Criterion
from abscopal.derivations.response.duration import derive_response_durations
from abscopal.derivations.response.response_table import derive_adrs_from_responses
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.tables.adam import ResponseAnalysis
from lesion_builder import build_adsl, build_responses, day
from vectors.cases import list_cases, read_settings


def build_patient(case: dict[str, Any]) -> Any:
    days = {"DTHDT": case.get("death_day"), "NACTDT": case.get("new_therapy_day")}
    return build_adsl("P1", **{name: day(on) for name, on in days.items() if on is not None})


def read_criterion(case: dict[str, Any]) -> Criterion:
    return IRECIST if case["kind"].startswith("i") else RECIST_1_1


def derive(case: dict[str, Any], settings: ResponseSettings) -> Any:
    criterion = read_criterion(case)
    responses = build_responses([(visit["day"], visit["overall"]) for visit in case["sequence"]])
    return derive_adrs_from_responses(responses, build_patient(case), criterion=criterion, settings=settings)


def best_of(adrs: Any, settings: ResponseSettings) -> dict[str, Any]:
    parameter = "CBOR" if settings.confirmation_required else "BOR"
    return adrs.row(by_predicate=ResponseAnalysis.PARAMCD.col == parameter, named=True)


@pytest.mark.parametrize("case", list_cases("bor.json", kinds={"bor", "ibor"}))
def test_best_response(case):
    settings = read_settings(case)
    best = best_of(derive(case, settings), settings)
    assert best["AVALC"] == case["expected"]["bor"]
    assert (best["REASON"] is not None) or best["AVALC"] != "NE"


@pytest.mark.parametrize("case", list_cases("bor.json", kinds={"dor", "idor"}))
def test_duration_of_response(case):
    settings = read_settings(case)
    adrs = derive(case, settings)
    expected = case["expected"]
    durations = derive_response_durations(
        adrs, build_patient(case), settings=settings, criterion=read_criterion(case)
    )
    found: dict[str, Any] = {"bor": best_of(adrs, settings)["AVALC"]}
    for row in durations.iter_rows(named=True):
        found |= {
            "dor_start": (row["STARTDT"] - day(0)).days,
            "dor_end": (row["ADT"] - day(0)).days,
            "dor_days": row["AVAL"],
            "dor_event": row["CNSR"] == 0,
        }
    assert {name: found.get(name) for name in expected} == expected
    assert set(found) == {"bor"} or expected.get("dor_start") is not None
