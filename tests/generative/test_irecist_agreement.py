"""The derivation of iRECIST and a slow reading of the same rules give the same responses; and what must not matter.

Agreement is not correctness: both could share a wrong reading. The rule book in tests/spec/response is for that.
"""

import random
from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from abscopal.derivations.response.criteria import IRECIST, RECIST_1_1
from abscopal.derivations.response.response_table import derive_adrs
from abscopal.derivations.response.settings import ResponseSettings
from generative.irecist_reference import IMMUNE, best_immune, judge_immune, standing_day
from generative.seeds import SEEDS
from generative.test_response_agreement import draw_patient
from lesion_builder import DAY_0, build_adsl, build_assessments, day, lesion

VARIANTS: list[dict[str, Any]] = [
    {},
    {"carry_response": False, "irecist_bridge_ne": False, "new_lesion_isd_resets": False},
    {
        "irecist_reference": "first",
        "irecist_days_from": "last_iupd",
        "irecist_early_days": 60,
        "new_lesion_missing": "unchanged",
    },
    {
        "confirmation_required": True,
        "irecist_iupd_between_responses": True,
        "irecist_early_days": 0,
        "new_lesion_reset_percent": 10.0,
        "new_lesion_reset_mm": 3.0,
        "cr_reappearance": "arithmetic",
    },
    {
        "missing_target_pd": "never",
        "nt_partial_ne": "judge_seen",
        "irecist_bridge_ne": False,
        "cr_then_less": "PR",
    },
]
LEVELS = {"TRGRESP": "TRGRESP", "NTRGRESP": "NTRGRESP", "NEWLIND": "NEWLRESP", "OVR": "OVRRESP"}
CHANGES = [None, None, None, "SAME", "INCREASED", "DECREASED"]


def draw_new_lesion(
    chance: random.Random, name: str, on: dict[int, Any], patient: str
) -> list[dict[str, Any]]:
    """A new lesion from some visit on: measured or in words, staying, growing, going, sometimes passed over."""
    visits = sorted(visit for visit in on if visit > 0)
    if not visits:
        return []
    first = chance.choice(visits)
    length = chance.choice([0, 80, 110, 150, 200, 240])
    node = chance.random() < 0.15
    facts: dict[str, Any] = {"role": "NEW", "node": node, "patient": patient}
    facts["location"] = chance.choice(["LUNG", "LUNG", "SKIN", None])
    rows = []
    for visit in (visit for visit in visits if visit >= first):
        kind = chance.random()
        if kind < 0.08 and visit > first:
            continue
        state, tenths, change = "UNEQUIVOCAL", length or None, None
        if kind < 0.14:
            state, tenths = "NOT_EVALUATED", None
        elif kind < 0.24:
            state, tenths = "ABSENT", None
        elif kind < 0.30:
            state = chance.choice(["EQUIVOCAL", "EQUIVOCAL", "NOT_TUMOUR", "TOO_SMALL", "MERGED"])
            tenths = None
        elif length:
            length += chance.choice([0, 0, 0, 20, 30, 50, 60, -30]) if visit > first else 0
            length = max(length, 10)
            tenths = length if chance.random() > 0.1 else None
        elif chance.random() < 0.1:
            tenths = length = 120
        if state == "UNEQUIVOCAL" and (tenths is None or chance.random() < 0.2):
            change = chance.choice(CHANGES)
            state = chance.choice([state, state, "UNEQUIVOCAL_PROGRESSION"])
        rows.append(lesion(name, visit, state, tenths, on=on[visit], change=change, **facts))
    return rows


def draw_immune_patient(chance: random.Random, patient: str) -> list[dict[str, Any]]:
    """A patient of the RECIST test whose new lesions last, with words of change and scans made for a symptom."""
    rows = [row for row in draw_patient(chance, patient) if row["LSROLE"] != "NEW"]
    on = {row["AVISITN"]: row["ADT"] for row in rows}
    late = timedelta(days=chance.choice([0, 0, 70]))
    symptoms = {visit for visit in on if chance.random() < 0.15}
    worse: set[str] = set()
    for row in rows:
        if row["LSROLE"] == "NON-TARGET" and row["AVISITN"] > 0:
            row["LSCHANGE"] = chance.choice(CHANGES)
            stays = row["TULNKID"] in worse and chance.random() < 0.7
            if stays or (row["LSSTATE"] == "PRESENT" and chance.random() < 0.2):
                row |= {"LSSTATE": "UNEQUIVOCAL_PROGRESSION", "LSTENTH": None}
                worse.add(row["TULNKID"])
    for number in range(chance.choice([0, 0, 1, 1, 2, 3, 7])):
        rows += draw_new_lesion(chance, f"NEW{number}", on, patient)
    last = max(on, default=0)
    return [
        row
        | {
            "SYMPFL": "Y" if row["AVISITN"] in symptoms else None,
            "ADT": row["ADT"] + (late if row["AVISITN"] == last > 0 else timedelta(0)),
        }
        for row in rows
    ]


def derive(
    rows: list[dict[str, Any]], settings: ResponseSettings, criterion: Any = IRECIST, **facts: Any
) -> Any:
    patients = dict.fromkeys(row["USUBJID"] for row in rows)
    return derive_adrs(
        build_assessments(rows), build_adsl(*patients, **facts), criterion=criterion, settings=settings
    )


def assert_agreement(patients: int, seed: int, variant: dict[str, Any]) -> None:
    chance = random.Random(seed)
    settings = ResponseSettings(**variant)
    drawn = {f"P{number}": draw_immune_patient(chance, f"P{number}") for number in range(patients)}
    drawn = {patient: rows for patient, rows in drawn.items() if rows}
    new_therapy = day(150)
    table = derive([row for rows in drawn.values() for row in rows], settings, NACTDT=new_therapy)
    fast = {
        (row["USUBJID"], row["PARAMCD"], row["AVISITN"]): (row["AVALC"], row["ADT"])
        for row in table.iter_rows(named=True)
    }
    seen: dict[str, int] = {}
    for patient, rows in drawn.items():
        judged = judge_immune(rows, settings)
        for visit in judged:
            found = {name: fast[patient, code, visit["AVISITN"]][0] for code, name in LEVELS.items()}
            assert found == {name: visit[name] for name in found}, (rows, visit, variant)
            assert fast[patient, "OVR", visit["AVISITN"]][1] == visit["ADT"], (rows, visit, variant)
            seen[visit["OVRRESP"]] = seen.get(visit["OVRRESP"], 0) + 1
        limit = new_therapy if settings.truncate_at_new_therapy else None
        assert fast[patient, "PD", -1][1] == standing_day(judged, limit), (rows, judged, variant)
        best = best_immune(judged, DAY_0, new_therapy, settings)
        assert (fast[patient, "BOR", -1][0], fast[patient, "CBOR", -1][0]) == best, (judged, best, variant)
    assert set(seen) == {category.code for category in IRECIST.categories}
    assert min(seen.values()) > patients / 100
    reasons = table.filter(pl.col("AVALC") == "NE", pl.col("PARAMCD").is_in(["OVR", "BOR", "CBOR"]))
    assert reasons["REASON"].null_count() == 0


@pytest.mark.parametrize("variant", VARIANTS, ids=range(len(VARIANTS)))
def test_agreement_on_some_patients(variant):
    assert_agreement(600, 21, variant)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("variant", VARIANTS, ids=range(len(VARIANTS)))
def test_agreement_on_a_hundred_thousand_patients(variant, seed):
    assert_agreement(2000, 200 + seed, variant)


def draw_many(seed: int, patients: int = 300) -> list[dict[str, Any]]:
    chance = random.Random(seed)
    return [row for number in range(patients) for row in draw_immune_patient(chance, f"P{number:03}")]


def list_responses(table: Any) -> list[tuple[Any, ...]]:
    return table.select("USUBJID", "PARAMCD", "AVISITN", "AVALC", "ADT", "RULE", "REASON").rows()


def test_the_order_and_the_names_of_lesions_do_not_matter():
    rows = draw_many(1)
    shuffled = [row | {"TULNKID": f"lesion {row['TULNKID']}"} for row in rows]
    random.Random(2).shuffle(shuffled)
    settings = ResponseSettings()
    assert list_responses(derive(shuffled, settings)) == list_responses(derive(rows, settings))


def test_until_the_first_progression_it_is_recist_with_an_i():
    rows, settings = draw_many(3), ResponseSettings()
    immune = derive(rows, settings).filter(PARAMCD="OVR").sort("USUBJID", "AVISITN")
    plain = derive(rows, settings, RECIST_1_1).filter(PARAMCD="OVR").sort("USUBJID", "AVISITN")
    progressed = (plain["AVALC"] == "PD").cum_sum()
    before = plain.with_columns(immune=immune["AVALC"], progressed=progressed).with_columns(
        earlier=pl.col("progressed") - pl.col("progressed").first().over("USUBJID")
        + (pl.col("AVALC").first().over("USUBJID") == "PD").cast(pl.UInt32)
        - (pl.col("AVALC") == "PD").cast(pl.UInt32)
    )  # fmt: skip
    compared = before.filter(pl.col("earlier") == 0)
    assert compared.height > 300
    assert compared["immune"].to_list() == compared["AVALC"].replace(IMMUNE).to_list()


def test_a_scan_after_confirmed_progression_changes_no_earlier_response():
    settings = ResponseSettings()
    rows = draw_many(4)
    table = derive(rows, settings)
    confirmed = table.filter(PARAMCD="ICPD", AVALC="Y").select("USUBJID", CONFIRMED="ADT")
    visits = (
        table.filter(PARAMCD="OVR").join(confirmed, on="USUBJID").filter(pl.col("ADT") <= pl.col("CONFIRMED"))
    )
    last = dict(visits.group_by("USUBJID").agg(pl.col("AVISITN").max()).iter_rows())
    # What a later scan says of a lesion that was only suspected dates back, so such patients are left out.
    doubtful = {row["USUBJID"] for row in rows if row["LSSTATE"] in ("EQUIVOCAL", "NOT_TUMOUR")}
    kept = [row for row in rows if row["USUBJID"] in set(last) - doubtful]
    # A lesion known only from a later scan is not followed before it.
    cut = [row for row in kept if row["AVISITN"] <= last[row["USUBJID"]]]
    known = {(row["USUBJID"], row["TULNKID"]) for row in cut}
    whole = [row for row in kept if (row["USUBJID"], row["TULNKID"]) in known or row["LSROLE"] == "NEW"]
    assert len({row["USUBJID"] for row in cut}) > 30

    def up_to_confirmation(given: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
        overall = derive(given, settings).filter(PARAMCD="OVR").select("USUBJID", "AVISITN", "AVALC", "ADT")
        return [row for row in overall.rows() if row[1] <= last[row[0]]]

    assert len(whole) > len(cut)
    assert up_to_confirmation(whole) == up_to_confirmation(cut)
