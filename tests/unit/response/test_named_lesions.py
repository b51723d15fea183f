"""The sentences name the new lesions and the non-targets that made a progression, in both languages."""

from datetime import date

import pytest

from abscopal.derivations.response.criteria import IRECIST, ITRECIST, RECIST_1_1
from abscopal.derivations.response.explanations import explain_responses
from abscopal.derivations.response.named_lesions import derive_named_lesions
from abscopal.derivations.response.response_table import derive_adrs
from abscopal.derivations.response.settings import ResponseSettings
from lesion_builder import build_adsl, build_assessments, lesion

SETTINGS = ResponseSettings()
DAYS = [date(2024, 1, 2), date(2024, 3, 2), date(2024, 5, 2), date(2024, 7, 2)]
TARGET = [lesion("T1", visit, "MEASURED", 500, on=DAYS[visit]) for visit in range(4)]


def non_target(name, *states, injected=None):
    return [
        lesion(name, visit, state, role="NON-TARGET", on=DAYS[visit]) | {"INJDT": injected}
        for visit, state in enumerate(states)
    ]


def new(name, visit, state="UNEQUIVOCAL"):
    return lesion(name, visit, state, role="NEW", on=DAYS[visit])


def explain(rows, criterion=RECIST_1_1, language="en", parameter="OVR", *, with_names=True):
    assessments = build_assessments(rows)
    adrs = derive_adrs(assessments, build_adsl("P1"), criterion=criterion, settings=SETTINGS)
    told = explain_responses(
        adrs, criterion=criterion, language=language, assessments=assessments if with_names else None
    )
    assert set(told.columns) == {*adrs.columns, "EXPLANATION"}
    return told.filter(PARAMCD=parameter).sort("AVISITN")["EXPLANATION"].to_list()


@pytest.mark.parametrize(
    ("language", "first", "both"),
    [
        ("en", "PD: new lesion N01 on 2024-03-02", "PD: new lesions N01 on 2024-03-02, N02 on 2024-05-02"),
        (
            "fr",
            "PD : nouvelle lésion N01 le 2024-03-02",
            "PD : nouvelles lésions N01 le 2024-03-02, N02 le 2024-05-02",
        ),
    ],
)
def test_new_lesions_are_named_with_the_day_each_was_first_seen(language, first, both):
    told = explain([*TARGET, new("N01", 1), new("N02", 2)], language=language)
    assert told == [first, both, both]
    levels = explain([*TARGET, new("N01", 1)], language=language, parameter="NEWLIND")
    assert levels[0].endswith(first.split("PD", 1)[1].lstrip(" :"))


def test_without_the_lesions_none_is_named():
    assert explain([*TARGET, new("N01", 1)], with_names=False)[0] == "PD: a new lesion"


def test_a_suspected_lesion_is_named_as_possible_and_dated_back_once_it_is_certain():
    assert "a possible new lesion (N01) is not settled" in explain([*TARGET, new("N01", 1, "EQUIVOCAL")])[0]
    settled = explain([*TARGET, new("N01", 1, "EQUIVOCAL"), new("N01", 2)])
    assert settled[:2] == ["PD: new lesion N01 on 2024-03-02"] * 2


def test_a_refuted_lesion_is_named_nowhere():
    told = explain([*TARGET, new("N01", 1, "EQUIVOCAL"), new("N01", 2, "NOT_TUMOUR")])
    assert not any("N01" in sentence for sentence in told)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "PD: a non-target progresses unequivocally (NT2)"),
        ("fr", "PD : une lésion non cible progresse sans équivoque (NT2)"),
    ],
)
def test_the_non_target_that_worsened_is_named_alone(language, sentence):
    rows = [
        *TARGET,
        *non_target("NT1", "PRESENT", "PRESENT", "PRESENT", "PRESENT"),
        *non_target("NT2", "PRESENT", "UNEQUIVOCAL_PROGRESSION", "PRESENT", "PRESENT"),
    ]
    assert explain(rows, language=language)[0] == sentence
    assert explain(rows, language=language, parameter="NTRGRESP")[0] == sentence


def test_irecist_names_what_begins_a_progression_and_what_confirms_it():
    rows = [*TARGET, new("N01", 1), new("N01", 2), new("N02", 2)]
    told = explain(rows, IRECIST)
    assert told[0] == "iUPD: new lesion N01 on 2024-03-02"
    assert "one more new lesion since the iUPD of 2024-03-02 (N02)" in told[1]


def test_injected_and_other_non_targets_are_named_apart():
    rows = [
        *(row | {"INJDT": DAYS[0]} for row in TARGET),
        lesion("T2", 0, "MEASURED", 300, on=DAYS[0]),
        lesion("T2", 1, "MEASURED", 300, on=DAYS[1]),
        *non_target("NT1", "PRESENT", "UNEQUIVOCAL_PROGRESSION", injected=date(2024, 1, 8)),
        *non_target("NT2", "PRESENT", "UNEQUIVOCAL_PROGRESSION"),
    ]
    assert "(NT1)" in explain(rows, ITRECIST, parameter="NTRGINJ")[0]
    assert "(NT2)" in explain(rows, ITRECIST, parameter="NTRGNINJ")[0]
    assert "(NT1, NT2)" in explain(rows, ITRECIST, parameter="NTRGRESP")[0]


@pytest.mark.parametrize(
    ("states", "language", "sentence"),
    [
        (("NOT_EVALUATED", "NOT_EVALUATED"), "en", "(no target was measured)"),
        (("NOT_EVALUATED", "NOT_EVALUATED"), "fr", "(aucune cible n’a été mesurée)"),
        (("ABSENT", "NOT_EVALUATED"), "en", "(the measured targets add up to 0.0 mm)"),
    ],
)
def test_nothing_measured_is_no_sum_of_zero(states, language, sentence):
    rows = [lesion(name, 0, "MEASURED", 300, on=DAYS[0]) for name in ("T1", "T2")]
    rows += [lesion(name, 1, state, on=DAYS[1]) for name, state in zip(("T1", "T2"), states, strict=True)]
    assert explain(rows, language=language)[0].endswith(sentence)
    assert "0.0 mm" not in explain(rows, with_names=False)[0]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "NE: no lesion is in this category at this assessment"),
        ("fr", "NE : aucune lésion n’est dans cette catégorie à cette évaluation"),
    ],
)
def test_a_patient_who_was_never_injected_has_no_lesion_left_behind(language, sentence):
    assert explain(TARGET, ITRECIST, language, parameter="OVRINJ") == [sentence] * 3


def test_one_row_is_named_per_reader_and_assessment():
    rows = [*TARGET, new("N01", 1)]
    named = derive_named_lesions(
        build_assessments([*rows, *(row | {"READER": "B"} for row in rows)]), language="en"
    )
    assert named.height == 8
    assert named.select("READER", "AVISITN").is_unique().all()


def explain_apart(states, injected, language="en"):
    """The sentences of the injected (T1, T2) and of the other targets (T3, T4) at the first scan after baseline."""
    rows = []
    for name, state in zip(("T1", "T2", "T3", "T4"), states, strict=True):
        day = injected if name in ("T1", "T2") else None
        tenths = 300 if state == "MEASURED" else None
        rows += [
            row | {"INJDT": day}
            for row in (
                lesion(name, 0, "MEASURED", 300, on=DAYS[0]),
                lesion(name, 1, state, tenths, on=DAYS[1]),
            )
        ]
    return [explain(rows, ITRECIST, language, parameter=code)[0] for code in ("TRGINJ", "TRGNINJ")]


@pytest.mark.parametrize(
    ("language", "injected", "others", "zero"),
    [
        (
            "en",
            "(no injected target was measured)",
            "(no non-injected target was measured)",
            "(the measured targets add up to 0.0 mm)",
        ),
        (
            "fr",
            "(aucune cible injectée n’a été mesurée)",
            "(aucune cible non injectée n’a été mesurée)",
            "(les cibles mesurées totalisent 0,0 mm)",
        ),
    ],
)
def test_nothing_measured_in_a_category_is_no_sum_of_zero(language, injected, others, zero):
    missed, gone, seen = ["NOT_EVALUATED"] * 2, ["ABSENT", "NOT_EVALUATED"], ["MEASURED"] * 2
    day = date(2024, 1, 8)
    assert explain_apart([*missed, *seen], day, language)[0].endswith(injected)
    assert explain_apart([*seen, *missed], day, language)[1].endswith(others)
    assert explain_apart([*gone, *missed], day, language)[0].endswith(zero)
    assert explain_apart([*missed, *gone], day, language)[1].endswith(zero)


def test_a_target_first_injected_on_the_day_of_the_scan_leaves_a_sum_of_zero_untold():
    told = explain_apart(["ABSENT", "NOT_EVALUATED", "NOT_EVALUATED", "NOT_EVALUATED"], DAYS[1])
    assert "0.0 mm" not in told[1]
    assert "measured)" not in told[1]
