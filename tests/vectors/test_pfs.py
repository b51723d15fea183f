"""Progression-free survival against the sequences of bor.json (kind `pfs`)."""

from dataclasses import replace
from typing import Any

import pytest

from abscopal.derivations.time_to_event.censoring_rules import (
    FDA_A,
    RULESETS,
    TREATMENT_POLICY,
    CensoringRules,
)
from abscopal.derivations.time_to_event.progression_free import derive_progression_free_survival
from plain_tables import day
from response_sequences import build_overall_responses, build_patients
from vectors.cases import list_cases

# The cases name the rules as the guidance does.
NAMED = RULESETS | {"FDA_TABLE_A": FDA_A, "ITT": TREATMENT_POLICY, "TREATMENT_POLICY": TREATMENT_POLICY}
NUMBERS = ("interval_days", "window_days", "max_missed")


def read_rules(case: dict[str, Any]) -> CensoringRules:
    config = case.get("config") or {}
    unknown = set(config) - {*NUMBERS, "rule"}
    assert not unknown, f"case {case['id']} names settings that do not exist: {sorted(unknown)}"
    rules = NAMED[config.get("rule", "fda_a")]
    numbers = {name: config[name] for name in NUMBERS if name in config}
    return replace(rules, baseline_from="response_set", **numbers)


@pytest.mark.parametrize("case", list_cases("bor.json", kinds={"pfs"}))
def test_progression_free_survival(case):
    visits = [(visit["day"], visit["overall"]) for visit in case["sequence"]]
    adrs = build_overall_responses({"P1": visits})
    adsl = build_patients(
        [{"patient": "P1", "death": case.get("death_day"), "therapy": case.get("new_therapy_day")}],
        RESPFL="Y" if case["baseline_adequate"] else "N",
    )
    row = derive_progression_free_survival(adrs, adsl, ruleset=read_rules(case)).row(0, named=True)
    found = {"day": (row["ADT"] - day(0)).days, "event": row["CNSR"] == 0, "reason": row["REASON"]}
    compared = ["day", "event"] if case["expected"]["event"] else ["day", "event", "reason"]
    assert {name: found[name] for name in compared} == {name: case["expected"][name] for name in compared}
