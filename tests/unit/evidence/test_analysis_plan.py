"""The plan of every bundled study: arms, settings with origins, and what stops."""

import json

import pytest

from abscopal.evidence.analysis_plan import plan_analysis
from abscopal.evidence.endpoint_estimates import EndpointEstimate, EstimateList, list_estimate_rows
from abscopal.evidence.plan.decision import decide_primary
from abscopal.evidence.plan.readings import Readings
from abscopal.evidence.plan.windowed import name_protocol_estimand
from abscopal.evidence.plan.windows import WindowCounts
from abscopal.protocol.reading import list_bundled_studies, read_study

STUDIES = sorted(list_bundled_studies())


@pytest.mark.parametrize("name", STUDIES)
def test_every_bundled_study_can_be_planned(name: str):
    plan = plan_analysis(read_study(name).protocol)
    assert plan.endpoints[0] == plan.primary
    for arm in plan.protocol.arms:
        assert all(plan.arm_codes[code] == arm.identifier for code in arm.table_codes)
    assert {setting.name for setting in plan.settings} >= {
        "confirm_min_days",
        "intention_to_treat",
        "severe_grade",
    }
    assert all(setting.origin for setting in plan.settings)
    assert all(fact.stops for fact in plan.unknown)
    asked = set(plan.protocol.lesions.criteria)
    assert set(plan.criteria) | set(plan.criteria_not_available) >= asked
    assert plan.criteria[:2] == ("recist_1_1", "irecist")
    injects = any(drug.route.value == "INTRATUMORAL" for drug in plan.protocol.interventions)
    assert ("itrecist" in plan.criteria) == injects


def primary_with_rule() -> Readings:
    for name in STUDIES:
        protocol = read_study(name).protocol
        rule = protocol.primary_endpoint.decision_rule
        if rule and rule.n.value == 38 and rule.minimum_successes.value == 23:
            return Readings(protocol, {})
    pytest.fail("no bundled study has the rule 23 of 38")


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [
        (WindowCounts(event=9, competing=3, complete=28, short=0), "met"),
        (WindowCounts(event=20, competing=2, complete=18, short=0), "unmet"),
        (WindowCounts(event=8, competing=0, complete=20, short=6), "open"),
        (WindowCounts(event=18, competing=0, complete=20, short=2), "unmet"),
    ],
)
def test_the_rule_is_met_unmet_or_still_open(counts: WindowCounts, verdict: str):
    readings = primary_with_rule()
    endpoint = readings.protocol.primary_endpoint
    assert name_protocol_estimand(endpoint) == "complete_window"
    decision = decide_primary(
        readings,
        endpoint,
        counts=counts,
        successes=counts.successes,
        counted=counts.denominator("complete_window"),
    )
    assert decision is not None
    assert decision.verdict == verdict
    assert decision.alpha == pytest.approx(0.1279, abs=5e-5)
    assert decision.power == pytest.approx(0.9238, abs=5e-5)


def test_the_same_question_cannot_be_asked_twice():
    estimates = EstimateList()
    estimates.count("flow", "screened", population="all", arm="all", n=3, count=3, source="DM")
    with pytest.raises(ValueError, match="twice"):
        estimates.count("flow", "screened", population="all", arm="all", n=3, count=2, source="DM")


def test_undefined_numbers_are_null_in_json():
    rows = list_estimate_rows(
        [
            EndpointEstimate(
                "os", "median", "ITTFL", "A", 4, 0, None, None, None, 0.95, "Kaplan-Meier", "months"
            )
        ]
    )
    assert json.loads(json.dumps(rows, allow_nan=False))[0]["estimate"] is None
