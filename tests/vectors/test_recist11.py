"""RECIST 1.1 against the hand-set cases of recist11.json.

Kinds that run: cases by assessment (no kind) and `selection` (choice of targets at baseline).
"""

from typing import Any

import polars as pl
import pytest

from abscopal.derivations.response.baseline_checks import check_baseline
from abscopal.derivations.response.criteria import RECIST_1_1
from abscopal.derivations.response.lesion_burden import MARKER_LOCATION
from abscopal.derivations.response.settings import ResponseSettings
from lesion_builder import build_adsl, build_assessments, day, lesion
from vectors.cases import list_cases, read_settings
from vectors.lesion_cases import read_non_target, read_target

SELECTION_CODES = {"NOT_MEASURABLE", "MAX_5", "MAX_PER_ORGAN_2"}


def list_baseline(case: dict[str, Any]) -> list[dict[str, Any]]:
    def at_baseline(item: dict[str, Any], state: str, tenths: int | None, role: str) -> dict[str, Any]:
        return lesion(item["id"], 0, state, tenths, role=role, node=item["node"], location=item["organ"])

    baseline = case["baseline"]
    targets = [at_baseline(item, *read_target(item["mm"]), "TARGET") for item in baseline["targets"]]
    others = [at_baseline(item, "PRESENT", None, "NON-TARGET") for item in baseline["nontargets"]]
    markers = [marker(0, "RAISED")] if has_raised_markers(case) else []
    return targets + others + markers


def read_marker(value: Any) -> str:
    """A marker is a word, a truth (raised or not), several named markers, or null."""
    match value:
        case None | "NE":
            return "NOT_EVALUATED"
        case dict():
            states = {read_marker(each) for each in value.values()}
            return next(state for state in ("PRESENT", "NOT_EVALUATED", "ABSENT") if state in states)
        case True | "RAISED" | "ELEVATED" | "HIGH" | "ABNORMAL" | "ABOVE_NORMAL":
            return "PRESENT"
        case False | "NORMAL" | "NORMALISED" | "NORMALIZED":
            return "ABSENT"
        case _:
            raise ValueError(f"a marker is RAISED or NORMAL, not {value}")


def has_raised_markers(case: dict[str, Any]) -> bool:
    return read_marker(case["baseline"].get("markers")) == "PRESENT"


def marker(visit: int, value: Any, on: int = 0) -> dict[str, Any]:
    """A raised tumour marker is non-target disease."""
    state = read_marker(value)
    return lesion("MARKER", visit, state, role="NON-TARGET", location=MARKER_LOCATION, on=day(on))


def list_timepoint(case: dict[str, Any], timepoint: dict[str, Any]) -> list[dict[str, Any]]:
    nodes = {
        item["id"]: item["node"] for item in case["baseline"]["targets"] + case["baseline"]["nontargets"]
    }
    visit, on = timepoint["tp"], timepoint["day"]
    rows = [
        lesion(name, visit, *read_target(value), node=nodes[name], on=day(on))
        for name, value in timepoint["targets"].items()
    ]
    rows += [
        lesion(name, visit, *read_non_target(value), role="NON-TARGET", node=nodes[name], on=day(on))
        for name, value in timepoint["nontargets"].items()
    ]
    rows += [lesion(item["id"], visit, item["status"], role="NEW", on=day(on)) for item in timepoint["new"]]
    if has_raised_markers(case):
        rows.append(marker(visit, timepoint.get("markers"), on))
    return rows


@pytest.mark.parametrize("case", list_cases("recist11.json", kinds={None}))
def test_recist_by_assessment(case):
    rows = list_baseline(case)
    for timepoint in case["timepoints"]:
        rows += list_timepoint(case, timepoint)
    settings = read_settings(case, carry_response=False)
    responses = RECIST_1_1.derive_visit_responses(build_assessments(rows), settings)
    found = [
        {
            "tp": row["AVISITN"],
            "sum": None if row["SUM"] is None else row["SUM"] / 10,
            "target": row["TRGRESP"],
            "nontarget": row["NTRGRESP"],
            "new": row["NEWLRESP"],
            "overall": row["OVRRESP"],
        }
        for row in responses.iter_rows(named=True)
    ]
    assert found == case["expected"]["timepoints"]
    if "pd_day" in case["expected"]:
        expected = case["expected"]["pd_day"]
        first = responses.filter(pl.col("OVRRESP") == "PD")["ADT"].min()
        assert first == (None if expected is None else day(expected))


@pytest.mark.parametrize("case", list_cases("recist11.json", kinds={"selection"}))
def test_choice_of_targets(case):
    assessments = build_assessments(list_baseline(case))
    findings = check_baseline(
        assessments, build_adsl("P1"), selection=RECIST_1_1.selection, settings=ResponseSettings()
    )
    found = sorted(set(findings["FINDING"]) & SELECTION_CODES)
    assert found == sorted(case["expected"]["errors"])
    assert (not found) == case["expected"]["valid"]
