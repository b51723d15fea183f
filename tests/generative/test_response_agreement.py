"""The derivation of RECIST 1.1 and a slow reading of the same rules give the same responses.

Agreement is not correctness: both could share a wrong reading. The rule book in tests/spec/response is for that.
"""

import random
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from abscopal.derivations.response.criteria import RECIST_1_1
from abscopal.derivations.response.response_table import derive_adrs
from abscopal.derivations.response.settings import ResponseSettings
from generative.response_reference import best_of, judge_patient
from generative.seeds import SEEDS
from lesion_builder import DAY_0, build_adsl, build_assessments, day, lesion

NON_TARGET_STATES = ["ABSENT"] * 4 + ["PRESENT"] * 5 + ["NOT_EVALUATED", "UNEQUIVOCAL_PROGRESSION"]
NEW_STATES = ["EQUIVOCAL", "EQUIVOCAL", "NOT_TUMOUR", "NOT_TUMOUR", "UNEQUIVOCAL", "ABSENT"]
VARIANTS: list[dict[str, Any]] = [
    {},
    {"carry_response": False, "confirmation_required": True},
    {"confirmation_required": True, "accept_one_sd_between_pr": True, "max_ne_between": 0},
    {"cr_then_less": "PR", "cr_reappearance": "arithmetic", "max_ne_between": 2},
    {"missing_target_pd": "never", "nt_partial_ne": "judge_seen", "sd_min_days": 63, "pd_max_days": 84},
    {
        "tumour_markers": "ignored",
        "truncate_at_new_therapy": False,
        "missing_as_ne": False,
        "confirm_min_days": 42,
    },
]


def draw_target(
    chance: random.Random, name: str, node: bool, visits: int, on: list[date], patient: str
) -> list[Any]:
    """One target through time: shrinking, growing, vanishing, returning, sometimes not evaluated."""
    length = chance.randint(100, 600)
    rows = [lesion(name, 0, "MEASURED", length, node=node, on=on[0], patient=patient)]
    if chance.random() < 0.03:
        rows = [lesion(name, 0, "NOT_EVALUATED", node=node, on=on[0], patient=patient)]
    for visit in range(1, visits + 1):
        length = round(length * chance.choice([0.3, 0.5, 0.7, 0.8, 0.9, 1.0, 1.0, 1.05, 1.1, 1.2, 1.3, 1.7]))
        if chance.random() < 0.15 or length < 20:
            length = chance.choice([0, 0, 0, 60, 90, 120])
        state = "MEASURED" if length else "ABSENT"
        kind = chance.random()
        if kind < 0.05:
            state = "NOT_EVALUATED"
        elif kind < 0.08:
            continue
        elif kind < 0.12:
            state = chance.choice(["TOO_SMALL", "MERGED"])
        tenths = length if state == "MEASURED" else None
        moved = on[visit] + timedelta(days=chance.choice([0, 0, 0, 2]))
        rows.append(lesion(name, visit, state, tenths, node=node, on=moved, patient=patient))
    return rows


def draw_patient(chance: random.Random, patient: str) -> list[dict[str, Any]]:
    """A patient with up to three targets, two non-targets, a marker and two new lesions."""
    visits = chance.randint(0, 6)
    on = [day(-7)]
    for _ in range(visits):
        on.append(max(on[-1], DAY_0) + timedelta(days=chance.choice([14, 21, 28, 42, 42, 56])))
    rows: list[dict[str, Any]] = []
    for number in range(chance.choice([0, 1, 1, 2, 3])):
        rows += draw_target(chance, f"T{number}", chance.random() < 0.3, visits, on, patient)
    others = [f"N{number}" for number in range(chance.choice([0, 0, 1, 2]))]
    others += ["MARKER"] if chance.random() < 0.1 else []
    for name in others:
        place = "TUMOUR MARKER" if name == "MARKER" else None
        node = name != "MARKER" and chance.random() < 0.3
        facts: dict[str, Any] = {"role": "NON-TARGET", "location": place, "node": node, "patient": patient}
        rows.append(lesion(name, 0, "PRESENT", on=on[0], **facts))
        for visit in range(1, visits + 1):
            states = ["ABSENT", "ABSENT", "PRESENT"] if name == "MARKER" else NON_TARGET_STATES
            state, tenths = chance.choice(states), None
            if node and chance.random() < 0.5:
                state, tenths = "MEASURED", chance.choice([60, 99, 100, 140])
            rows.append(lesion(name, visit, state, tenths, on=on[visit], **facts))
    for number in range(chance.choice([0, 0, 0, 1, 2])):
        for visit in range(1, visits + 1):
            if chance.random() < 0.4:
                state = chance.choice(NEW_STATES)
                rows.append(lesion(f"NEW{number}", visit, state, role="NEW", on=on[visit], patient=patient))
    if chance.random() < 0.03:
        rows = [row for row in rows if row["AVISITN"] > 0]
    return rows


def assert_agreement(patients: int, seed: int, variant: dict[str, Any]) -> None:
    chance = random.Random(seed)
    settings = ResponseSettings(**variant)
    drawn = {f"P{number}": draw_patient(chance, f"P{number}") for number in range(patients)}
    drawn = {patient: rows for patient, rows in drawn.items() if rows}
    new_therapy = day(150)
    adsl = build_adsl(*drawn, NACTDT=new_therapy)
    table = derive_adrs(
        build_assessments([row for rows in drawn.values() for row in rows]),
        adsl,
        criterion=RECIST_1_1,
        settings=settings,
    )
    fast = {
        (row["USUBJID"], row["PARAMCD"], row["AVISITN"]): (row["AVALC"], row["ADT"])
        for row in table.filter(pl.col("PARAMCD").is_in(["TRGRESP", "NTRGRESP", "NEWLIND", "OVR", "BOR", "CBOR"]))
        .iter_rows(named=True)
    }  # fmt: skip
    compared = 0
    for patient, rows in drawn.items():
        judged = judge_patient(rows, settings)
        for visit in judged:
            slow = [visit["TRGRESP"], visit["NTRGRESP"], visit["NEWLRESP"], visit["OVRRESP"]]
            keys = [(patient, code, visit["AVISITN"]) for code in ("TRGRESP", "NTRGRESP", "NEWLIND", "OVR")]
            assert [fast[key][0] for key in keys] == slow, (rows, visit, variant)
            assert fast[keys[-1]][1] == visit["ADT"], (rows, visit, variant)
            compared += 1
        timed = [(visit["ADT"], visit["OVRRESP"]) for visit in judged]
        has_targets = any(visit["TRGRESP"] != "NA" for visit in judged)
        best = best_of(timed, DAY_0, new_therapy, has_targets, settings)
        assert (fast[patient, "BOR", -1][0], fast[patient, "CBOR", -1][0]) == best, (timed, best, variant)
    assert compared > patients
    reasons = table.filter(pl.col("AVALC") == "NE", pl.col("PARAMCD").is_in(["OVR", "BOR", "CBOR"]))
    assert reasons["REASON"].null_count() == 0


@pytest.mark.parametrize("variant", VARIANTS, ids=range(len(VARIANTS)))
def test_agreement_on_a_thousand_patients(variant):
    assert_agreement(1000, 11, variant)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("variant", VARIANTS, ids=range(len(VARIANTS)))
def test_agreement_on_a_hundred_thousand_patients(variant, seed):
    assert_agreement(1700, 100 + seed, variant)
