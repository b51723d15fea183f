"""Tables of injected and non-injected lesions: ADRS, ADTR, ADLR, their sentences and what the settings change."""

import polars as pl
import pytest

from abscopal.derivations.population import derive_response_set
from abscopal.derivations.response.category_table import CATEGORY_PARAMETERS
from abscopal.derivations.response.criteria import ITRECIST
from abscopal.derivations.response.explanations import explain_responses
from abscopal.derivations.response.injected_lesions import derive_injected_at_start
from abscopal.derivations.response.lesion_definitions import HOUSE_DEFINITIONS
from abscopal.derivations.response.lesion_responses import derive_lesion_responses
from abscopal.derivations.response.lesion_scans import derive_lesion_scans
from abscopal.derivations.response.response_table import derive_adrs
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.derivations.response.tumour_table import derive_adtr
from abscopal.tables.sdtm.tr import TumourResults
from lesion_builder import build_adsl, build_assessments, day, lesion

# T1 is injected on day 1, T2 on day 50, T3 never; T1 shrinks, T3 grows.
LENGTHS = {"T1": (300, 150, 100), "T2": (200, 200, 180), "T3": (200, 210, 260)}
INJECTED = {"T1": day(1), "T2": day(50)}
COURSE = [
    lesion(name, visit, "MEASURED", tenths) | {"INJDT": INJECTED.get(name)}
    for name, course in LENGTHS.items()
    for visit, tenths in enumerate(course)
]


def adrs(**settings):
    chosen = ResponseSettings(**settings)
    return derive_adrs(build_assessments(COURSE), build_adsl("P1", "P2"), criterion=ITRECIST, settings=chosen)


def answers(table: pl.DataFrame, parameter: str) -> list[str]:
    return table.filter(USUBJID="P1", PARAMCD=parameter).sort("AVISITN")["AVALC"].to_list()


def test_each_category_has_its_rows_with_its_sums():
    table = adrs()
    assert answers(table, "OVRINJ") == ["PR", "PR"]
    assert answers(table, "OVRNINJ") == ["SD", "PD"]
    assert (answers(table, "BORINJ"), answers(table, "BORNINJ")) == (["PR"], ["SD"])
    assert (answers(table, "RSPINJ"), answers(table, "PDNINJ")) == (["Y"], ["Y"])
    sums = table.filter(USUBJID="P1", PARAMCD="OVRINJ").select("SUM", "BASESUM", "NADIR").rows()
    assert sums == [(15.0, 30.0, 30.0), (28.0, 50.0, 35.0)]
    assert set(table["PARAMCD"]) >= set(CATEGORY_PARAMETERS)
    assert all(len(code) <= 8 for code in CATEGORY_PARAMETERS)


def test_a_patient_without_assessments_has_a_best_response_of_each_category():
    table = adrs().filter(USUBJID="P2")
    for parameter in ("BORINJ", "BORNINJ"):
        assert table.filter(PARAMCD=parameter).select("AVALC", "REASON").rows() == [("NE", "NO_ASSESSMENT")]


def test_a_progression_forced_by_a_category_says_so():
    table = adrs(category_progression="forces_overall")
    assert answers(table, "OVR") == ["SD", "PD"]
    row = table.filter(USUBJID="P1", PARAMCD="OVR", AVALC="PD").row(0, named=True)
    assert (row["RULE"], row["REASON"]) == ("OVERALL_CATEGORY_PD", "CATEGORY")
    explained = explain_responses(table, criterion=ITRECIST, language="en").filter(RULE="OVERALL_CATEGORY_PD")
    assert explained["EXPLANATION"].item().startswith("PD: the injected or the non-injected targets progress")


def test_what_comes_after_the_progression_of_the_patient_may_be_left_out():
    bone = [lesion("X", 1, "UNEQUIVOCAL", role="NEW")]
    tables = {
        chosen: derive_adrs(
            build_assessments(COURSE + bone),
            build_adsl("P1"),
            criterion=ITRECIST,
            settings=ResponseSettings(category_best_until=chosen),
        )
        for chosen in ("own_progression", "patient_progression")
    }
    counted = {
        name: table.filter(PARAMCD="OVRINJ").sort("AVISITN")["ANL01FL"].to_list()
        for name, table in tables.items()
    }
    assert counted == {"own_progression": ["Y", "Y"], "patient_progression": ["Y", "N"]}
    confirmed = {name: answers(table, "CBORINJ") for name, table in tables.items()}
    assert confirmed == {"own_progression": ["PR"], "patient_progression": ["SD"]}


@pytest.mark.parametrize(
    ("language", "injected", "others"),
    [
        (
            "en",
            "PR: sum of the injected targets 28.0 mm, −44.0 % from baseline (50.0 mm), −20.0 % from the nadir (35.0 mm)",
            "PD: sum of the non-injected targets rose from 20.0 to 26.0 mm, +30.0 % and +6.0 mm over the nadir of "
            "2024-01-01",
        ),
        (
            "fr",
            "PR : somme des cibles injectées de 28,0 mm, −44,0 % par rapport au bilan initial (50,0 mm), −20,0 % par "
            "rapport au nadir (35,0 mm)",
            "PD : la somme des cibles non injectées est passée de 20,0 à 26,0 mm, +30,0 % et +6,0 mm au-dessus du nadir "
            "du 2024-01-01",
        ),
    ],
)
def test_sentences_name_the_sum_of_the_category(language, injected, others):
    explained = explain_responses(adrs(), criterion=ITRECIST, language=language).filter(AVISITN=2)
    assert explained.filter(PARAMCD="OVRINJ")["EXPLANATION"].item() == injected
    assert explained.filter(PARAMCD="OVRNINJ")["EXPLANATION"].item() == others


def test_the_tumour_table_holds_the_sums_of_the_present_members():
    table = derive_adtr(build_assessments(COURSE), build_adsl("P1"))
    columns = ["AVISITN", "AVAL", "BASE", "NADIR", "PCHG"]
    assert table.filter(PARAMCD="SUMINJ").select(columns).rows() == [
        (0, 30.0, 30.0, None, None),
        (1, 15.0, 30.0, 30.0, -50.0),
        (2, 28.0, 50.0, 35.0, -44.0),
    ]
    assert table.filter(PARAMCD="SUMNINJ")["AVAL"].to_list() == [40.0, 41.0, 26.0]
    assert table.filter(TRLNKID="T2").sort("AVISITN")["INJFL"].to_list() == ["N", "N", "Y"]
    never = [row | {"INJDT": None} for row in COURSE]
    plain = derive_adtr(build_assessments(never), build_adsl("P1"))
    assert not set(plain["PARAMCD"]) & {"SUMINJ", "SUMNINJ"}


def test_readings_in_force_give_way_to_a_setting_that_differs():
    plain = ITRECIST.list_readings_in_force(ResponseSettings())
    changed = ITRECIST.list_readings_in_force(ResponseSettings(category_reference="last_pre_injection"))
    assert plain[0].en.startswith("Baseline and nadir")
    assert changed[0].en == "category_reference = last_pre_injection."
    assert [a for a, b in zip(plain, changed, strict=True) if a != b] == [plain[0]]
    assert all(reading.en and reading.fr for reading in ITRECIST.our_readings)


def test_the_set_of_distant_effect_needs_a_target_left_alone_at_the_start():
    all_injected = [
        lesion("T1", visit, "MEASURED", 300, patient="P2") | {"INJDT": day(1)} for visit in (0, 1)
    ]
    moved = [lesion("T1", visit, "MEASURED", 300, patient="P3") | {"INJDT": day(50)} for visit in (0, 1)]
    other = [lesion("N1", 0, "PRESENT", role="NON-TARGET", patient="P4")]
    table = build_assessments(COURSE + all_injected + moved + other)
    adsl = build_adsl("P1", "P2", "P3", "P4", ENRLFL="Y")
    start = derive_injected_at_start(table, ResponseSettings())
    found = derive_response_set(adsl, table, injected_at_start=start)
    assert found.select("RESPFL", "NINJFL").rows() == [("Y", "Y"), ("Y", "N"), ("Y", "Y"), ("Y", "N")]


def test_the_set_of_distant_effect_asks_for_a_target_that_is_measurable():
    sizes = {"P1": (99, False), "P2": (100, False), "P3": (149, True), "P4": (150, True)}
    rows = [
        lesion("T1", 0, "MEASURED", tenths, node=node, patient=name) for name, (tenths, node) in sizes.items()
    ]
    found = derive_response_set(build_adsl(*sizes, ENRLFL="Y"), build_assessments(rows))
    assert found["NINJFL"].to_list() == ["N", "Y", "N", "Y"]
    by_study = derive_response_set(
        build_adsl(*sizes, ENRLFL="Y"), build_assessments(rows), smallest_tenths=99, smallest_node_tenths=151
    )
    assert by_study["NINJFL"].to_list() == ["Y", "Y", "N", "N"]


def build_results(*rows):
    columns = TumourResults.create_empty().schema
    filled = [
        dict.fromkeys(columns)
        | {
            "STUDYID": "S",
            "DOMAIN": "TR",
            "USUBJID": "P1",
            "TRSEQ": number,
            "TRTEST": "Diameter",
            "TREVAL": "INVESTIGATOR",
        }
        | row
        for number, row in enumerate(rows, start=1)
    ]
    return TumourResults.validate(pl.DataFrame(filled, schema=columns), cast=True)


def test_products_need_both_diameters_of_every_piece():
    rows = [
        {"TRLNKID": name, "TRTESTCD": code, "TRSTRESN": length, "TRDTC": "2024-01-01", "TRMETHOD": "CT SCAN"}
        for name, code, length in [
            ("T1", "LDIAM", 20.0), ("T1", "LPERP", 15.0), ("T2", "LDIAM", 30.0),
            ("T3.1", "LDIAM", 10.0), ("T3.1", "LPERP", 5.0), ("T3.2", "LDIAM", 8.0), ("T3.2", "LPERP", 4.0),
        ]
    ]  # fmt: skip
    found = derive_lesion_scans(build_results(*rows), ResponseSettings())
    assert found.select("TULNKID", "PRODUCT").rows() == [("T1", 30_000), ("T2", None), ("T3", 8_200)]
    assert found["METHOD"].unique().to_list() == ["CT SCAN"]


def test_lesions_say_where_they_are_and_stop_at_a_new_therapy():
    rows = [
        lesion(name, visit, "MEASURED", tenths, location=place)
        for name, place in (("T1", "LIVER"), ("T2", "SKIN"), ("T3", "BONE"), ("T4", "LYMPH NODE NECK"))
        for visit, tenths in ((0, 200), (1, 190), (2, 100))
    ]
    table = derive_lesion_responses(
        build_assessments(rows),
        build_adsl("P1", NACTDT=day(50)),
        definitions=HOUSE_DEFINITIONS[1:2],
        settings=ResponseSettings(),
    )
    assert table.select("VISCFL", "AVAL", "AVALC").rows() == [
        ("Y", 19.0, "N"), ("N", 19.0, "N"), (None, 19.0, "N"), ("N", 19.0, "N"),
    ]  # fmt: skip
