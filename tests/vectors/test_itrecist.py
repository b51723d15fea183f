"""itRECIST-compatible responses against the hand-set cases of itrecist.json.

Kinds that run: cases by assessment (no kind), `selection` (choice of targets at baseline) and `lesion` (the share of
lesions that responded, by each published definition). A case says at which assessment a lesion is first found
injected: its injection is dated the day after the assessment before.
"""

from typing import Any

import polars as pl
import pytest

from abscopal.derivations.response.baseline_checks import check_baseline
from abscopal.derivations.response.criteria import ITRECIST
from abscopal.derivations.response.lesion_burden import MARKER_LOCATION
from abscopal.derivations.response.lesion_definitions import HOUSE_DEFINITIONS
from abscopal.derivations.response.lesion_responses import derive_lesion_responses
from abscopal.derivations.response.settings import ResponseSettings
from lesion_builder import build_adsl, build_assessments, day, lesion
from vectors.cases import list_cases, read_settings
from vectors.lesion_cases import read_non_target, read_target

SELECTION_CODES = {
    "NOT_MEASURABLE", "MAX_5", "MAX_PER_ORGAN_2", "MAX_TI_5", "MAX_TNI_5", "MIN_TI_1", "MIN_TNI_1",
}  # fmt: skip
PARTS = {"TI": "INJECTED", "TNI": "NON-INJECTED"}


def date_injections(case: dict[str, Any]) -> dict[str, Any]:
    """The day of first injection of each lesion that has one."""
    injected = {item["id"]: day(0) for item in case["baseline"]["lesions"] if item["injected"]}
    before = 0
    for timepoint in case["timepoints"]:
        for name in timepoint["reclassified_to_injected"]:
            injected.setdefault(name, day(before + 1))
        before = timepoint["day"]
    return injected


def list_lesions(case: dict[str, Any]) -> list[dict[str, Any]]:
    """Every lesion at baseline and at each assessment, with its date of injection."""
    known = {item["id"]: item for item in case["baseline"]["lesions"]}
    rows = []
    for item in known.values():
        place = {"node": item["node"], "location": item["organ"]}
        state, tenths = read_target(item["mm"]) if item["measure"] == "T" else ("PRESENT", None)
        role = "TARGET" if item["measure"] == "T" else "NON-TARGET"
        rows.append(lesion(item["id"], 0, state, tenths, role=role, **place))
    for timepoint in case["timepoints"]:
        visit, on = timepoint["tp"], day(timepoint["day"])
        for name, value in timepoint["mm"].items():
            if known[name]["measure"] == "T":
                rows.append(lesion(name, visit, *read_target(value), node=known[name]["node"], on=on))
        for name, value in timepoint["nontargets"].items():
            node = known[name]["node"]
            rows.append(lesion(name, visit, *read_non_target(value), role="NON-TARGET", node=node, on=on))
        for item in timepoint["new"]:
            rows.append(lesion(item["id"], visit, item.get("status", "UNEQUIVOCAL"), role="NEW", on=on))
    injected = date_injections(case)
    return [row | {"INJDT": injected.get(row["TULNKID"])} for row in rows]


@pytest.mark.parametrize("case", list_cases("itrecist.json", kinds={None}))
def test_itrecist_by_assessment(case):
    assert all(item["organ"] != MARKER_LOCATION for item in case["baseline"]["lesions"])
    assessments = build_assessments(list_lesions(case))
    settings = read_settings(case, carry_response=False)
    whole = ITRECIST.derive_visit_responses(assessments, settings)
    parts = ITRECIST.derive_category_responses(assessments, settings)
    found = []
    for row in whole.iter_rows(named=True):
        apart = {
            name: parts.row(
                by_predicate=(pl.col("CATEGORY") == category) & (pl.col("AVISITN") == row["AVISITN"]),
                named=True,
            )
            for name, category in PARTS.items()
        }
        found.append(
            {
                "tp": row["AVISITN"],
                "sum_all": read_sum(row),
                "sum_TI": read_sum(apart["TI"]),
                "sum_TNI": read_sum(apart["TNI"]),
                "target": row["TRGRESP"],
                "TI": apart["TI"]["TRGRESP"],
                "TNI": apart["TNI"]["TRGRESP"],
                "injected": apart["TI"]["OVRRESP"],
                "noninjected": apart["TNI"]["OVRRESP"],
                "overall": row["OVRRESP"],
            }
        )
    expected = case["expected"]["timepoints"]
    assert [
        {name: row[name] for name in wanted} for row, wanted in zip(found, expected, strict=True)
    ] == expected


def read_sum(row: dict[str, Any]) -> float | None:
    return None if row["SUM"] is None else row["SUM"] / 10


@pytest.mark.parametrize("case", list_cases("itrecist.json", kinds={"selection"}))
def test_choice_of_injected_and_other_targets(case):
    assessments = build_assessments(list_lesions(case))
    findings = check_baseline(
        assessments, build_adsl("P1"), selection=ITRECIST.selection, settings=ResponseSettings()
    )
    found = sorted(set(findings["FINDING"]) & SELECTION_CODES)
    assert found == sorted(case["expected"]["errors"])
    assert (not found) == case["expected"]["valid"]


DEFINITIONS = {
    "any_decrease_ld": "ANYDEC",
    "ld_decrease_ge30pct": "LD30",
    "product_decrease_ge50pct": "PROD50",
    "complete_resolution": "COMPLETE",
}
KINDS = {"injected": "Y", "noninjected": "N"}


@pytest.mark.parametrize("case", list_cases("itrecist.json", kinds={"lesion"}))
def test_share_of_lesions_that_responded(case):
    rows, scans = [], []
    for item in case["lesions"]:
        for visit, (long, across) in enumerate((item["baseline"], item["best"])):
            row = lesion(item["id"], visit, *read_target(long))
            rows.append(row | {"INJDT": day(1) if item["injected"] else None})
            product = read_target(long)[1] * read_target(across)[1]
            scans.append(
                {name: row[name] for name in ("USUBJID", "READER", "TULNKID", "ADT")} | {"PRODUCT": product}
            )
    table = derive_lesion_responses(
        build_assessments(rows),
        build_adsl("P1"),
        definitions=HOUSE_DEFINITIONS,
        scans=pl.DataFrame(scans).with_columns(METHOD=pl.lit("CT SCAN")),
        settings=ResponseSettings(),
    )
    for name, shares in case["expected"].items():
        for kind, share in shares.items():
            found = table.filter(PARAMCD=DEFINITIONS[name], INJFL=KINDS[kind])
            assert f"{(found['AVALC'] == 'Y').sum()}/{found.height}" == share, (name, kind)
