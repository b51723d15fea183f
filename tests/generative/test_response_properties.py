"""What must not matter to any criterion: names and order of lesions, units, and what is scanned later."""

import random
from typing import Any

import polars as pl
import pytest

from abscopal.derivations.response.criteria import CRITERIA, IRECIST, RECIST_1_1
from abscopal.derivations.response.criterion import Criterion
from abscopal.derivations.response.lesion_assessments import derive_lesion_assessments
from abscopal.derivations.response.response_table import derive_adrs
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.tables.sdtm.tr import TumourResults
from abscopal.tables.sdtm.tu import TumourIdentification
from generative.test_irecist_agreement import draw_immune_patient
from generative.test_itrecist_agreement import inject
from lesion_builder import build_adsl, build_assessments

TOLD = ["USUBJID", "PARAMCD", "AVISITN", "AVALC", "ADT", "RULE", "REASON"]
NAMES = [criterion.name for criterion in CRITERIA]
SUSPECTED = ("EQUIVOCAL", "NOT_TUMOUR")


def draw_many(seed: int, patients: int) -> list[dict[str, Any]]:
    chance = random.Random(seed)
    drawn = [inject(chance, draw_immune_patient(chance, f"P{number:03}")) for number in range(patients)]
    return [row for rows in drawn for row in rows]


def derive(rows: list[dict[str, Any]], criterion: Criterion) -> pl.DataFrame:
    patients = dict.fromkeys(row["USUBJID"] for row in rows)
    adsl = build_adsl(*sorted(patients))
    return derive_adrs(build_assessments(rows), adsl, criterion=criterion, settings=ResponseSettings())


@pytest.mark.parametrize("criterion", CRITERIA, ids=NAMES)
def test_the_order_and_the_names_of_lesions_change_nothing(criterion):
    rows = draw_many(41, 200)
    expected = derive(rows, criterion)
    shuffled = list(rows)
    random.Random(1).shuffle(shuffled)
    assert derive(shuffled, criterion).equals(expected)
    renamed = [row | {"TULNKID": "Z" + row["TULNKID"][::-1]} for row in shuffled]
    assert derive(renamed, criterion).equals(expected)


@pytest.mark.parametrize("criterion", CRITERIA, ids=NAMES)
def test_units_scale_nothing_but_the_absolute_rules(criterion):
    """In whole centimetres no length is too small and no difference below 5 mm: those twice as long change nothing."""
    rows = [row | {"LSNODE": False} for row in draw_many(42, 400) if row["LSSTATE"] != "TOO_SMALL"]
    short, long = (
        derive(
            [row | {"LSTENTH": row["LSTENTH"] and factor * -(-row["LSTENTH"] // 100)} for row in rows],
            criterion,
        )
        for factor in (100, 200)
    )
    assert long.select(TOLD).equals(short.select(TOLD))
    overall = set(short.filter(PARAMCD="OVR")["AVALC"])
    assert overall == {category.code for category in criterion.categories}


def write_down(rows: list[dict[str, Any]]) -> tuple[Any, Any]:
    """The same lesions as TU and TR: each named at the first assessment that mentions it."""
    named: dict[tuple[str, str], dict[str, Any]] = {}
    results = []
    for number, row in enumerate(sorted(rows, key=lambda row: row["AVISITN"])):
        shared = {"STUDYID": "TEST", "USUBJID": row["USUBJID"], "VISITNUM": float(row["AVISITN"])}
        place = "LYMPH NODE" if row["LSNODE"] else row["LSLOC"] or "LIVER"
        named.setdefault(
            (row["USUBJID"], row["TULNKID"]),
            shared | {"DOMAIN": "TU", "TUSEQ": number, "TULNKID": row["TULNKID"], "TUTESTCD": "TUMIDENT",
                      "TUTEST": "Tumor Identification", "TUSTRESC": row["LSROLE"], "TULOC": place,
                      "TUEVAL": row["READER"], "TUDTC": str(row["ADT"])},
        )  # fmt: skip
        has_length = row["LSTENTH"] is not None
        test = (
            ("SAXIS" if row["LSNODE"] else "LDIAM") if has_length or row["LSROLE"] == "TARGET" else "TUMSTATE"
        )
        words = None if has_length else row["LSSTATE"].replace("_", " ")
        results.append(
            shared | {"DOMAIN": "TR", "TRSEQ": number, "TRLNKID": row["TULNKID"], "TRTESTCD": test, "TRTEST": test,
                      "TRSTRESN": row["LSTENTH"] / 10 if has_length else None, "TRSTRESC": words,
                      "TREVAL": row["READER"], "TRDTC": str(row["ADT"])}
        )  # fmt: skip
    return fill(TumourIdentification, list(named.values())), fill(TumourResults, results)


def fill(schema: Any, rows: list[dict[str, Any]]) -> Any:
    columns = schema.create_empty().schema
    return schema.validate(
        pl.DataFrame([dict.fromkeys(columns) | row for row in rows], schema=columns), cast=True
    )


def derive_from_tables(rows: list[dict[str, Any]], criterion: Criterion) -> pl.DataFrame:
    tu, tr = write_down(rows)
    adsl = build_adsl(*sorted({row["USUBJID"] for row in rows}))
    lesions = derive_lesion_assessments(tu, tr, adsl, settings=ResponseSettings())
    return derive_adrs(lesions, adsl, criterion=criterion, settings=ResponseSettings())


@pytest.mark.parametrize("criterion", [RECIST_1_1, IRECIST], ids=["recist_1_1", "irecist"])
def test_a_scan_more_changes_no_earlier_response_even_where_it_lists_a_target_for_the_first_time(criterion):
    """What is said later of a lesion that was only suspected dates back, so such lesions are left out."""
    rows = [
        row
        for row in draw_many(43, 300)
        if row["LSSTATE"] not in SUSPECTED and row["LSSTATE"] not in ("MERGED", "TOO_SMALL")
    ]
    last: dict[str, int] = {}
    for row in rows:
        last[row["USUBJID"]] = max(last.get(row["USUBJID"], 0), row["AVISITN"])
    at_baseline = {row["USUBJID"] for row in rows if row["AVISITN"] == 0 and row["LSROLE"] == "TARGET"}
    whole = [row for row in rows if last[row["USUBJID"]] > 1 and row["USUBJID"] in at_baseline]
    cut = [row for row in whole if row["AVISITN"] < last[row["USUBJID"]]]
    late = [
        row | {"TULNKID": "T99", "LSTENTH": 400, "LSSTATE": "MEASURED", "LSNODE": False}
        for row in whole
        if row["AVISITN"] == last[row["USUBJID"]] and row["LSROLE"] == "TARGET" and row["TULNKID"] == "T0"
    ]
    assert len(late) > 100

    def list_overall(given: list[dict[str, Any]]) -> pl.DataFrame:
        return derive_from_tables(given, criterion).filter(PARAMCD="OVR").select(TOLD)

    expected = list_overall(cut)
    known = expected.group_by("USUBJID").agg(LASTN=pl.col("AVISITN").max())
    told = list_overall(whole + late).join(known, on="USUBJID", maintain_order="left")
    assert expected.height > 300
    assert told.filter(pl.col("AVISITN") <= pl.col("LASTN")).select(TOLD).equals(expected)
