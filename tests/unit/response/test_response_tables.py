"""ADRS, ADTR, explanations and settings: what the rule book does not show."""

from datetime import date

import polars as pl
import pytest

from abscopal.derivations.response.baseline_checks import MESSAGES, check_baseline
from abscopal.derivations.response.best_response_rules import BOR_RULES, CBOR_RULES
from abscopal.derivations.response.criteria import CRITERIA, RECIST_1_1
from abscopal.derivations.response.explanations import explain_responses
from abscopal.derivations.response.reasons import REASONS
from abscopal.derivations.response.response_table import derive_adrs, derive_adrs_by_criterion
from abscopal.derivations.response.settings import ResponseSettings, list_settings
from abscopal.derivations.response.tumour_table import derive_adtr
from abscopal.tables.adam import ResponseAnalysis
from lesion_builder import build_adsl, build_assessments, day, lesion

COURSE = [
    lesion("T1", 0, "MEASURED", 410, on=day(-5)),
    lesion("T1", 1, "MEASURED", 300, on=day(42)),
    lesion("T1", 2, "MEASURED", 400, on=day(84)),
]


def derive(rows, *patients, facts=None, **settings):
    adsl = build_adsl(*(patients or ["P1"]), **(facts or {}))
    table = build_assessments(rows)
    return derive_adrs(table, adsl, criterion=RECIST_1_1, settings=ResponseSettings(**settings))


def test_every_patient_has_a_best_response_for_every_reader():
    rows = [*COURSE, *(row | {"READER": "SECOND"} for row in COURSE)]
    best = derive(rows, "P1", "P2").filter(PARAMCD="BOR")
    assert best.select("USUBJID", "READER", "AVALC", "REASON").rows() == [
        ("P1", "INVESTIGATOR", "SD", None),
        ("P1", "SECOND", "SD", None),
        ("P2", "INVESTIGATOR", "NE", "NO_ASSESSMENT"),
        ("P2", "SECOND", "NE", "NO_ASSESSMENT"),
    ]


def test_readers_keep_their_own_nadir():
    second = [
        lesion("T1", visit, "MEASURED", tenths, on=on, reader="SECOND")
        for visit, tenths, on in ((0, 410, day(-5)), (1, 380, day(42)), (2, 400, day(84)))
    ]
    overall = derive([*COURSE, *second]).filter(PARAMCD="OVR", AVISITN=2)
    assert overall.select("READER", "AVALC", "NADIR").rows() == [
        ("INVESTIGATOR", "PD", 30.0),
        ("SECOND", "SD", 38.0),
    ]


def test_without_any_lesion_the_reader_is_unspecified():
    best = derive([]).filter(PARAMCD="BOR")
    assert best.select("READER", "AVALC").rows() == [("UNSPECIFIED", "NE")]


def test_parameters_of_a_patient():
    adrs = derive(COURSE).filter(AVISITN=-1)
    answers = {row["PARAMCD"]: (row["AVALC"], row["ADT"]) for row in adrs.iter_rows(named=True)}
    assert answers == {
        "BOR": ("SD", day(42)),
        "CBOR": ("SD", day(42)),
        "RSP": ("N", None),
        "CRSP": ("N", None),
        "CB": ("Y", day(42)),
        "PD": ("Y", day(84)),
        "LSTA": ("Y", day(84)),
        "MDIS": ("Y", None),
    }


def test_an_assessment_after_progression_does_not_count():
    rows = [*COURSE, lesion("T1", 3, "MEASURED", 100, on=day(126))]
    overall = derive(rows).filter(PARAMCD="OVR")
    assert overall.select("AVALC", "ANL01FL").rows() == [("SD", "Y"), ("PD", "Y"), ("PR", "N")]


@pytest.mark.parametrize(
    ("visit_date", "dates"),
    [
        ("earliest_if_progression", [day(44), day(84)]),
        ("earliest", [day(42), day(84)]),
        ("latest", [day(44), day(86)]),
    ],
)
def test_scans_on_several_days(visit_date, dates):
    bone = [lesion("N1", 0, "PRESENT", role="NON-TARGET", on=day(-5))]
    bone += [
        lesion("N1", visit, "PRESENT", role="NON-TARGET", on=on) for visit, on in ((1, day(44)), (2, day(86)))
    ]
    overall = derive([*COURSE, *bone], visit_date=visit_date).filter(PARAMCD="OVR")
    assert overall["ADT"].to_list() == dates


def test_study_days_have_no_day_zero():
    overall = derive(COURSE).filter(PARAMCD="OVR")
    assert overall["ADY"].to_list() == [43, 85]
    assert derive_adtr(build_assessments(COURSE), build_adsl("P1"))["ADY"].min() == -5


def test_tumour_table_compares_with_baseline_and_nadir():
    adtr = derive_adtr(build_assessments(COURSE), build_adsl("P1"))
    sums = adtr.filter(PARAMCD="SDIAM").select("AVISITN", "AVAL", "BASE", "CHG", "NADIR", "CHGNAD")
    assert sums["CHG"].to_list() == [None, -11.0, -1.0]
    assert sums["CHGNAD"].to_list() == [None, -11.0, 10.0]
    assert adtr["PARAMCD"].unique().sort().to_list() == ["LDIAM", "MDIAM", "SDIAM"]


def test_tumour_table_dates_injections():
    rows = [row | {"INJDT": day(50)} for row in COURSE]
    lengths = derive_adtr(build_assessments(rows), build_adsl("P1")).filter(PARAMCD="LDIAM")
    assert lengths["INJFL"].to_list() == ["N", "N", "Y"]


def test_an_old_baseline_scan_is_questioned():
    rows = [lesion("T1", 0, "MEASURED", 410, on=day(-29)), lesion("T1", 1, "MEASURED", 400, on=day(42))]
    found = check_baseline(
        build_assessments(rows), build_adsl("P1"), selection=RECIST_1_1.selection, settings=ResponseSettings()
    )
    assert found["FINDING"].to_list() == ["BASELINE_TOO_OLD"]
    assert found["MESSAGEFR"].item() == MESSAGES["BASELINE_TOO_OLD"][1]


def test_a_missing_baseline_is_questioned_and_not_evaluable():
    rows = [lesion("T1", 1, "MEASURED", 400)]
    found = check_baseline(
        build_assessments(rows), build_adsl("P1"), selection=RECIST_1_1.selection, settings=ResponseSettings()
    )
    assert found["FINDING"].to_list() == ["NO_BASELINE", "TARGET_WITHOUT_BASELINE"]
    best = derive(rows).filter(PARAMCD="BOR")
    assert best.select("AVALC", "REASON").rows() == [("NE", "NO_BASELINE")]


def test_non_targets_without_baseline_are_not_evaluable():
    best = derive([lesion("N1", 1, "PRESENT", role="NON-TARGET")]).filter(PARAMCD="BOR")
    assert best.select("AVALC", "REASON").rows() == [("NE", "NO_BASELINE")]


def test_a_progression_is_explained_with_its_numbers():
    rows = [
        lesion("T1", 0, "MEASURED", 500, on=date(2024, 1, 1)),
        lesion("T1", 1, "MEASURED", 410, on=date(2024, 3, 2)),
        lesion("T1", 2, "MEASURED", 532, on=date(2024, 5, 2)),
    ]
    told = explain_responses(derive(rows), criterion=RECIST_1_1, language="en").filter(
        PARAMCD="OVR", AVISITN=2
    )
    assert told["EXPLANATION"].item() == (
        "PD: sum rose from 41.0 to 53.2 mm, +29.8 % and +12.2 mm over the nadir of 2024-03-02"
    )


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_response_has_an_explanation(language):
    rows = [
        *COURSE,
        lesion("X1", 2, "EQUIVOCAL", role="NEW", on=day(84)),
        lesion("N1", 1, "ABSENT", role="NON-TARGET"),
    ]
    told = explain_responses(derive(rows, "P1", "P2"), criterion=RECIST_1_1, language=language)
    responses = told.filter(pl.col("PARAMCD").is_in(["TRGRESP", "NTRGRESP", "NEWLIND", "OVR", "BOR", "CBOR"]))
    assert responses["EXPLANATION"].null_count() == 0
    assert told.height == derive(rows, "P1", "P2").height


def test_growth_from_a_vanished_sum_is_explained_without_a_percentage():
    rows = [
        lesion("T1", 0, "MEASURED", 300, on=day(-5)),
        lesion("T1", 1, "ABSENT"),
        lesion("T1", 2, "MEASURED", 60),
        lesion("N1", 0, "PRESENT", role="NON-TARGET", on=day(-5)),
    ]
    told = explain_responses(derive(rows), criterion=RECIST_1_1, language="en").filter(
        PARAMCD="OVR", AVISITN=2
    )
    assert told["EXPLANATION"].item().startswith("PD: sum rose from 0.0 to 6.0 mm after the nadir of")


def test_rules_are_complete_and_named_once():
    for criterion in CRITERIA:
        rules = (*criterion.rules, *BOR_RULES, *CBOR_RULES)
        names = [rule.name for rule in rules]
        assert len(names) == len(set(names))
        assert all(rule.en and rule.fr and rule.reference for rule in rules)
        assert {rule.reason for rule in rules if rule.reason} <= set(REASONS)
        assert [category.rank for category in criterion.categories] == list(
            range(1, len(criterion.categories) + 1)
        )


def test_every_setting_is_documented_in_both_languages():
    listed = list_settings(ResponseSettings())
    assert all(entry.en and entry.fr and entry.source and entry.alternatives for entry in listed)
    assert all(entry.value == entry.default for entry in listed)


def build_mixed_course(patient):
    """Two targets, one of them injected, a non-target that is missed once, and a new lesion."""
    rows = [
        *(
            lesion("T1", visit, "MEASURED", size, patient=patient)
            for visit, size in enumerate((300, 280, 90))
        ),
        *(
            lesion("T2", visit, "MEASURED", size, patient=patient)
            for visit, size in enumerate((200, 120, 110))
        ),
        lesion("N1", 0, "PRESENT", role="NON-TARGET", patient=patient),
        lesion("N1", 2, "ABSENT", role="NON-TARGET", patient=patient),
        lesion("NEW", 2, "UNEQUIVOCAL", 150, role="NEW", patient=patient),
    ]
    return [row | {"INJDT": day(1) if row["TULNKID"] == "T1" else None} for row in rows]


@pytest.mark.parametrize("setting", [{}, {"category_progression": "forces_overall"}])
def test_criteria_derived_together_say_what_each_says_alone(setting):
    lesions = build_assessments([*build_mixed_course("P2"), *build_mixed_course("P1")])
    adsl, settings = build_adsl("P1", "P2", "P3"), ResponseSettings(**setting)
    together = derive_adrs_by_criterion(lesions, adsl, criteria=CRITERIA, settings=settings)
    assert list(together) == [criterion.name for criterion in CRITERIA]
    for criterion in CRITERIA:
        alone = derive_adrs(lesions, adsl, criterion=criterion, settings=settings)
        assert together[criterion.name].equals(alone)


@pytest.mark.parametrize("until", ["own_progression", "patient_progression"])
def test_a_patient_is_told_the_same_whoever_else_is_in_the_table(until):
    progressing = [*build_mixed_course("P2"), lesion("T1", 3, "MEASURED", 400, patient="P2")]
    # Of this patient only a non-target is injected: the injected lesions have no sum.
    calm = [row for row in build_mixed_course("P1") if row["LSROLE"] != "NEW"]
    calm.append(lesion("N1", 1, "PRESENT", role="NON-TARGET", patient="P1"))
    calm = [row | {"INJDT": day(1) if row["TULNKID"] == "N1" else None} for row in calm]
    courses = {"P1": calm, "P2": progressing, "P3": [row | {"USUBJID": "P3"} for row in calm[:4]]}
    settings = ResponseSettings(category_best_until=until)

    def derive_all(*patients):
        rows = [row for patient in patients for row in courses[patient]]
        tables = derive_adrs_by_criterion(
            build_assessments(rows), build_adsl(*patients), criteria=CRITERIA, settings=settings
        )
        return pl.concat(tables.values())

    together = derive_all("P1", "P2", "P3")
    for patient in courses:
        assert together.filter(USUBJID=patient).equals(derive_all(patient))


def test_no_key_of_the_laid_out_table_comes_twice_and_rows_stand_in_the_order_of_keys():
    lesions = build_assessments([*build_mixed_course("P2"), *build_mixed_course("P1")])
    adsl = build_adsl("P3", "P2", "P1")
    together = derive_adrs_by_criterion(lesions, adsl, criteria=CRITERIA, settings=ResponseSettings())
    for table in together.values():
        assert ResponseAnalysis.validate(table).sort(ResponseAnalysis.primary_key()).equals(table)
        assert table["USUBJID"].unique().sort().to_list() == ["P1", "P2", "P3"]


def test_a_criterion_that_tells_no_categories_apart_has_no_response_of_them():
    lesions = build_assessments(build_mixed_course("P1"))
    assert RECIST_1_1.derive_category_responses(lesions, ResponseSettings()).is_empty()


def test_a_patient_whom_adsl_does_not_know_has_no_row():
    lesions = build_assessments([*build_mixed_course("P1"), *build_mixed_course("P2")])
    known = derive_adrs(lesions, build_adsl("P2"), criterion=RECIST_1_1, settings=ResponseSettings())
    assert known["USUBJID"].unique().to_list() == ["P2"]
