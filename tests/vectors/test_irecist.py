"""iRECIST against the hand-set cases of irecist.json.

A case lists every known new lesion at each scan: one that is not listed is not there any more.
"""

from typing import Any

import polars as pl
import pytest

from abscopal.derivations.response.criteria import IRECIST
from abscopal.derivations.response.response_table import derive_adrs
from lesion_builder import build_adsl, build_assessments, day, lesion
from vectors.cases import list_cases, read_settings
from vectors.test_recist11 import list_baseline, read_target

NON_TARGET_STATES = {
    "ABSENT": "ABSENT",
    "PRESENT": "PRESENT",
    "UNE": "UNEQUIVOCAL_PROGRESSION",
    "UNEQUIVOCAL_PD": "UNEQUIVOCAL_PROGRESSION",
    "NE": "NOT_EVALUATED",
}
CHANGES = {None: None, "SAME": "SAME", "INC": "INCREASED", "DEC": "DECREASED"}


def read_new(item: dict[str, Any]) -> tuple[str, int | None]:
    """The state and length of a new lesion; one that has unequivocally increased says so in its state."""
    status, millimetres = item.get("status", "UNEQUIVOCAL"), item.get("mm")
    if status in ("EQUIVOCAL", "NOT_TUMOUR"):
        return status, None
    if status == "NE":
        return "NOT_EVALUATED", None
    if status == "ABSENT" or millimetres == 0:
        return "ABSENT", 0
    if item.get("kind") == "NLNT":
        return ("UNEQUIVOCAL_PROGRESSION" if item.get("vs_last") == "INC" else "UNEQUIVOCAL"), None
    return "UNEQUIVOCAL", None if millimetres is None else round(millimetres * 10)


def list_timepoint(case: dict[str, Any], timepoint: dict[str, Any], known: set[str]) -> list[dict[str, Any]]:
    baseline = case["baseline"]
    nodes = {item["id"]: item["node"] for item in baseline["targets"] + baseline["nontargets"]}
    visit, on = timepoint["tp"], day(timepoint["day"])
    rows = [
        lesion(name, visit, *read_target(value), node=nodes[name], on=on)
        for name, value in timepoint["targets"].items()
    ]
    for name, said in timepoint["nontargets"].items():
        state, change = NON_TARGET_STATES[said["status"]], CHANGES[said.get("vs_last")]
        rows.append(lesion(name, visit, state, role="NON-TARGET", node=nodes[name], change=change, on=on))
    listed = {item["id"] for item in timepoint["new"]}
    for item in timepoint["new"]:
        facts = {"node": item.get("node", False), "location": item.get("organ")}
        change = CHANGES[item.get("vs_last")]
        rows.append(lesion(item["id"], visit, *read_new(item), role="NEW", change=change, on=on, **facts))
    rows += [lesion(name, visit, "ABSENT", role="NEW", on=on) for name in known - listed]
    followed = {row["TULNKID"] for row in rows}
    for role, kind in (("TARGET", "targets"), ("NON-TARGET", "nontargets")):
        rows += [
            lesion(item["id"], visit, "NOT_EVALUATED", role=role, node=item["node"], on=on)
            for item in baseline[kind]
            if item["id"] not in followed
        ]
    symptom = "Y" if timepoint.get("unscheduled_symptom") else None
    return [row | {"SYMPFL": symptom} for row in rows]


@pytest.mark.parametrize("case", list_cases("irecist.json", kinds={None}))
def test_irecist_by_assessment(case):
    rows = list_baseline(case)
    known: set[str] = set()
    for timepoint in case["timepoints"]:
        rows += list_timepoint(case, timepoint, known)
        known |= {item["id"] for item in timepoint["new"]}
    settings = read_settings(case, carry_response=False)
    adrs = derive_adrs(build_assessments(rows), build_adsl("P1"), criterion=IRECIST, settings=settings)
    levels = {"target": "TRGRESP", "nontarget": "NTRGRESP", "new": "NEWLIND", "overall": "OVR"}
    answers = {(row["PARAMCD"], row["AVISITN"]): row["AVALC"] for row in adrs.iter_rows(named=True)}
    found = [
        {"tp": timepoint["tp"]} | {name: answers[code, timepoint["tp"]] for name, code in levels.items()}
        for timepoint in case["timepoints"]
    ]
    expected = [
        {name: timepoint[name] for name in ("tp", *levels)} for timepoint in case["expected"]["timepoints"]
    ]
    assert found == expected
    assert answers["BOR", -1] == case["expected"]["ibor"]
    if "ipd_day" in case["expected"]:
        on = case["expected"]["ipd_day"]
        progression = adrs.row(by_predicate=pl.col("PARAMCD") == "PD", named=True)
        assert progression["ADT"] == (None if on is None else day(on))
