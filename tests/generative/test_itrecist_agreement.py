"""itRECIST-compatible responses and a slow reading of the same rules give the same responses; and what must not matter.

Agreement is not correctness: the rule book in tests/spec/response and the paper are for that.
"""

import random
from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from abscopal.derivations.response.criteria import ITRECIST, RECIST_1_1
from abscopal.derivations.response.response_table import derive_adrs
from abscopal.derivations.response.settings import ResponseSettings
from generative.itrecist_reference import best_of_category, judge_categories, judge_overall
from generative.response_reference import best_of
from generative.seeds import SEEDS
from generative.test_response_agreement import draw_patient
from lesion_builder import DAY_0, build_adsl, build_assessments, day

VARIANTS: list[dict[str, Any]] = [
    {},
    {"carry_response": False, "scan_on_injection_day": "after_injection"},
    {"injected_new_lesion": "leaves_non_injected", "missing_target_pd": "never"},
    {"category_reference": "last_pre_injection", "nt_partial_ne": "judge_seen"},
    {"tumour_markers": "ignored", "confirmation_required": True, "cr_reappearance": "arithmetic"},
    {"category_best_until": "patient_progression", "cr_then_less": "PR"},
    {"category_progression": "forces_overall", "sd_min_days": 63, "accept_one_sd_between_pr": True},
    {
        "category_progression": "forces_overall",
        "category_best_until": "patient_progression",
        "missing_as_ne": False,
    },
    {"after_progression": "counted", "confirm_min_days": 42, "max_ne_between": 0, "pd_max_days": 84},
]
COMPARED = ["ADT", "TRGRESP", "NTRGRESP", "NEWLRESP", "OVRRESP"]
SUFFIXES = {"INJECTED": "INJ", "NON-INJECTED": "NINJ"}
NEW_THERAPY = day(150)


def inject(chance: random.Random, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """About half of the lesions are injected some day; some on the day of a scan."""
    days = sorted({row["ADT"] for row in rows})
    first: dict[str, Any] = {}
    for name in sorted({row["TULNKID"] for row in rows}):
        kind = chance.random()
        if kind < 0.35:
            first[name] = day(chance.randint(1, 20))
        elif kind < 0.6:
            first[name] = chance.choice(days) + timedelta(days=chance.choice([0, 0, 1, 10]))
    return [row | {"INJDT": first.get(row["TULNKID"])} for row in rows]


def draw(patients: int, seed: int) -> dict[str, list[dict[str, Any]]]:
    chance = random.Random(seed)
    drawn = {f"P{number}": inject(chance, draw_patient(chance, f"P{number}")) for number in range(patients)}
    return {patient: rows for patient, rows in drawn.items() if rows}


def derive(rows: list[dict[str, Any]], settings: ResponseSettings) -> pl.DataFrame:
    assert ITRECIST.derive_category_responses is not None
    return ITRECIST.derive_category_responses(build_assessments(rows), settings)


def derive_whole(drawn: dict[str, list[dict[str, Any]]], settings: ResponseSettings) -> dict[Any, Any]:
    """ADRS by patient and parameter, then by assessment: response, date and sums in tenths of a millimetre."""
    table = derive_adrs(
        build_assessments(flatten(drawn)),
        build_adsl(*drawn, NACTDT=NEW_THERAPY),
        criterion=ITRECIST,
        settings=settings,
    )
    found: dict[Any, Any] = {}
    for row in table.iter_rows(named=True):
        sums = row["SUM"] and round(10 * row["SUM"]), round(10 * (row["MEASURED"] or 0))
        found.setdefault((row["USUBJID"], row["PARAMCD"]), {})[row["AVISITN"]] = (
            row["AVALC"],
            row["ADT"],
            *sums,
        )
    return found


def assert_agreement(patients: int, seed: int, variant: dict[str, Any]) -> None:
    settings = ResponseSettings(**variant)
    drawn = draw(patients, seed)
    found = derive_whole(drawn, settings)
    compared = 0
    for patient, rows in drawn.items():
        overall = judge_overall(rows, settings)
        levels = {"TRGRESP": "TRGRESP", "NTRGRESP": "NTRGRESP", "NEWLRESP": "NEWLIND", "OVRRESP": "OVR"}
        assert_same_visits(found, patient, overall, levels)
        has_targets = any(visit["TRGRESP"] != "NA" for visit in overall)
        timed = [(visit["ADT"], visit["OVRRESP"]) for visit in overall]
        to_the_end = settings.after_progression == "counted"
        best = best_of(timed, DAY_0, NEW_THERAPY, has_targets, settings, to_the_end=to_the_end)
        assert tuple(found[patient, code][-1][0] for code in ("BOR", "CBOR")) == best, (
            rows,
            overall,
            variant,
        )
        by_category = judge_categories(rows, settings)
        for category, suffix in SUFFIXES.items():
            judged = [row for row in by_category if row["CATEGORY"] == category]
            levels = {"TRGRESP": f"TRG{suffix}", "NTRGRESP": f"NTRG{suffix}", "OVRRESP": f"OVR{suffix}"}
            levels |= {"NEWLRESP": "NEWLNINJ"} if category == "NON-INJECTED" else {}
            assert_same_visits(found, patient, judged, levels)
            best = best_of_category(judged, overall, DAY_0, NEW_THERAPY, settings)
            told = tuple(found[patient, f"{code}{suffix}"][-1][0] for code in ("BOR", "CBOR"))
            assert told == best, (rows, judged, category, variant)
            compared += len(judged)
    assert compared > patients


def assert_same_visits(
    found: dict[Any, Any], patient: str, judged: list[dict[str, Any]], levels: dict[str, str]
) -> None:
    """Every level of every visit: the same response, date and sums, and no visit more."""
    for name, code in levels.items():
        slow = {
            visit["AVISITN"]: (visit[name], visit["ADT"], visit["SUM"], visit["MEASURED"] or 0)
            for visit in judged
        }
        assert found.get((patient, code), {}) == slow, (patient, code)


@pytest.mark.parametrize("variant", VARIANTS, ids=range(len(VARIANTS)))
def test_agreement_on_two_hundred_patients(variant):
    assert_agreement(200, 21, variant)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("variant", VARIANTS, ids=range(len(VARIANTS)))
def test_agreement_on_a_hundred_thousand_patients(variant, seed):
    assert_agreement(2000, 300 + seed, variant)


def flatten(drawn: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return [row for rows in drawn.values() for row in rows]


def test_the_order_and_the_names_of_lesions_change_nothing():
    rows, settings = flatten(draw(150, 31)), ResponseSettings()
    expected = derive(rows, settings)
    shuffled = list(rows)
    random.Random(1).shuffle(shuffled)
    assert derive(shuffled, settings).equals(expected)
    renamed = [row | {"TULNKID": "Z" + row["TULNKID"][::-1]} for row in rows]
    assert derive(renamed, settings).equals(expected)


def test_without_injection_and_new_lesion_the_overall_response_is_that_of_recist():
    rows = [row | {"INJDT": None} for row in flatten(draw(300, 32)) if row["LSROLE"] != "NEW"]
    assessments, settings = build_assessments(rows), ResponseSettings()
    recist = RECIST_1_1.derive_visit_responses(assessments, settings)
    assert ITRECIST.derive_visit_responses(assessments, settings).equals(recist)
    # With nothing injected every lesion is in one category, whose response is the same again.
    others = derive(rows, settings).filter(CATEGORY="NON-INJECTED").select(recist.columns)
    judged = recist.filter(pl.col("OVRREASON").ne_missing("NO_DISEASE_AT_BASELINE"))
    keys = ["USUBJID", "READER", "AVISITN", "TRGRESP", "NTRGRESP", "OVRRESP", "SUM", "BASESUM", "NADIR"]
    assert (
        others.join(judged, on=["USUBJID", "READER", "AVISITN"], how="semi")
        .select(keys)
        .equals(judged.select(keys))
    )


def test_an_assessment_more_changes_no_earlier_response():
    """Suspected lesions apart, which a later reading settles; and none is injected at the assessment that is added."""
    rows = [row for row in flatten(draw(200, 33)) if row["LSSTATE"] not in ("EQUIVOCAL", "NOT_TUMOUR")]
    last = {}
    for row in rows:
        last[row["USUBJID"]] = max(last.get(row["USUBJID"], 0), row["AVISITN"])
    cut = [row for row in rows if row["AVISITN"] < last[row["USUBJID"]] or row["AVISITN"] == 0]
    # A lesion first named at the last assessment is another patient's history: left out on both sides.
    named = {(row["USUBJID"], row["TULNKID"]) for row in cut}
    kept = [row for row in rows if (row["USUBJID"], row["TULNKID"]) in named]
    settings = ResponseSettings()
    before, after = derive(cut, settings), derive(kept, settings)
    keys = ["USUBJID", "READER", "CATEGORY", "AVISITN"]
    assert before.height > 400
    assert after.join(before, on=keys, how="semi").equals(before)


def test_units_scale_nothing_but_the_absolute_rules():
    """Lengths twice as long give the same responses, where no rule in millimetres is near: no nodes, no 5 mm."""
    drawn = {
        patient: rows
        for patient, rows in draw(400, 34).items()
        if max((row["LSTENTH"] or 0) for row in rows) <= 1000
    }
    rows = [row | {"LSNODE": False} for row in flatten(drawn) if row["LSSTATE"] != "TOO_SMALL"]
    short, long = (
        derive(
            [row | {"LSTENTH": row["LSTENTH"] and factor * row["LSTENTH"]} for row in rows],
            ResponseSettings(),
        )
        for factor in (25, 50)
    )
    columns = ["USUBJID", "CATEGORY", "AVISITN", "TRGRESP", "OVRRESP", "TRGRULE"]
    assert long.select(columns).equals(short.select(columns))
    assert set(short["TRGRESP"]) >= {"CR", "PR", "SD", "PD", "NE", "NA"}
