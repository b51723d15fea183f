"""Hard cases of reading TU and TR: denials in words, lesions and fragments passed over, visits without order."""

from datetime import date

import pytest

from abscopal.derivations.response.criteria import RECIST_1_1
from abscopal.derivations.response.duration import derive_response_durations
from abscopal.derivations.response.response_table import derive_adrs, derive_adrs_from_responses
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.errors import OptionError
from abscopal.tables.adam import ResponseAnalysis
from lesion_builder import build_adsl, build_assessments, build_responses, day, lesion
from unit.response.test_lesion_assessments import derive, measure, name, show

BASELINE, FIRST, SECOND = "2023-12-28", "2024-02-12", "2024-03-25"


def state_of(role: str, word: str) -> str:
    tr = [measure("T01", 1, BASELINE, 40.0), measure("X01", 2, FIRST, None, "TUMSTATE", TRSTRESC=word)]
    found = derive([name("T01"), name("X01", role, TUDTC=FIRST if role == "NEW" else BASELINE)], tr)
    return str(found.filter(TULNKID="X01", AVISITN=1)["LSSTATE"].item())


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("Not present", "ABSENT"),
        ("no longer visible", "ABSENT"),
        ("Non pathological", "ABSENT"),
        ("No progression", "PRESENT"),
        ("STABLE, NO UNEQUIVOCAL PROGRESSION", "PRESENT"),
        ("EQUIVOCAL PROGRESSION", "PRESENT"),
        ("NON-CR/NON-PD", "PRESENT"),
        ("Unequivocal Progression", "UNEQUIVOCAL_PROGRESSION"),
        ("INEVALUABLE", "NOT_EVALUATED"),
    ],
)
def test_a_denial_is_not_what_it_denies(word, state):
    assert state_of("NON-TARGET", word) == state


def test_a_target_that_is_named_and_never_measured_is_missing():
    """Left out of the sum it would shrink it."""
    tr = [measure("T01", 1, BASELINE, 40.0), measure("T01", 2, FIRST, 20.0)]
    found = derive([name("T01"), name("T02"), name("N01", "NON-TARGET")], tr)
    assert show(found.filter(AVISITN=1)) == [
        ("N01", 1, "NOT_EVALUATED", None),
        ("T01", 1, "MEASURED", 200),
        ("T02", 1, "NOT_EVALUATED", None),
    ]


def test_a_fragment_passed_over_leaves_the_whole_unknown():
    tr = [measure("T04", 1, BASELINE, 40.0)]
    tr += [measure("T04.1", 2, FIRST, 18.0), measure("T04.2", 2, FIRST, 14.0)]
    tr += [measure("T04.1", 3, SECOND, 18.0)]
    tr += [measure("T04.1", 4, "2024-05-06", 18.0), measure("T04.2", 4, "2024-05-06", 0.0)]
    assert [row[2:] for row in show(derive([name("T04")], tr))] == [
        ("MEASURED", 400),
        ("MEASURED", 320),
        ("NOT_EVALUATED", None),
        ("MEASURED", 180),
    ]


def test_a_row_without_visit_number_joins_the_visit_of_its_day():
    tr = [measure(lesion, None, BASELINE, 30.0) for lesion in ("T01", "T02")]
    tr += [measure("T01", 2, FIRST, 20.0), measure("T02", None, FIRST, 10.0)]
    assert [row[1:] for row in show(derive([name("T01"), name("T02")], tr))] == [
        (0, "MEASURED", 300),
        (1, "MEASURED", 200),
        (0, "MEASURED", 300),
        (1, "MEASURED", 100),
    ]


def test_unscheduled_scans_that_share_a_visit_number_are_not_one_visit():
    tr = [measure("T01", 1, BASELINE, 30.0)]
    tr += [measure("T01", 99, on, mm) for on, mm in ((FIRST, 20.0), (SECOND, 45.0))]
    assert [row[3] for row in show(derive([name("T01")], tr))] == [300, 200, 450]
    assert [row[3] for row in show(derive([name("T01")], tr, visit_gap_days=99))] == [300, 450]


def test_an_undated_new_lesion_takes_the_date_of_its_visit():
    tr = [measure("T01", 1, BASELINE, 40.0), measure("T01", 2, FIRST, 40.0)]
    new = derive([name("T01"), name("NEW01", "NEW", VISITNUM=2.0, TUDTC=None)], tr).filter(TULNKID="NEW01")
    assert new.select("AVISITN", "ADT", "ADTF").rows() == [(1, date(2024, 2, 12), "Y")]


def test_the_short_axis_counts_wherever_it_stands():
    tr = [
        measure("T01", 1, BASELINE, 18.0, "SAXIS"),
        measure("T01", 1, BASELINE, 32.0, "DIAMETER"),
        measure("T02", 1, BASELINE, 31.0, "LDIAM"),
        measure("T02", 1, BASELINE, 12.0, "LPERP"),
    ]
    found = derive([name("T01", TULOC="LYMPH NODE"), name("T02")], tr)
    assert found["LSTENTH"].to_list() == [180, 310]


def test_a_node_whose_longest_diameter_is_nothing_is_gone():
    tr = [measure("T01", 1, BASELINE, 18.0, "SAXIS"), measure("T01", 2, FIRST, 0.0, "LDIAM")]
    assert show(derive([name("T01", TULOC="LYMPH NODE")], tr))[1] == ("T01", 1, "ABSENT", 0)


@pytest.mark.parametrize("order", [("TUMSTATE", "LNSTATE"), ("LNSTATE", "TUMSTATE")])
def test_a_normal_node_that_is_present_is_normal(order):
    words = {"TUMSTATE": "PRESENT", "LNSTATE": "NON-PATHOLOGICAL"}
    tr = [measure("T01", 1, BASELINE, 40.0)]
    tr += [measure("N01", 2, FIRST, None, test, TRSTRESC=words[test]) for test in order]
    found = derive([name("T01"), name("N01", "NON-TARGET", TULOC="LYMPH NODE")], tr)
    assert found.filter(TULNKID="N01", AVISITN=1)["LSSTATE"].item() == "ABSENT"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"TRSTRESC": "Too small to measure"}, ("TOO_SMALL", 50)),
        ({"TRSTAT": "NOT DONE"}, ("NOT_EVALUATED", None)),
        ({"TRTESTCD": "TUMSTATE", "TRSTRESC": "Absent"}, ("ABSENT", 0)),
        ({"TRSTRESN": 20.37}, ("MEASURED", 204)),
    ],
)
def test_a_target_in_words_or_with_two_decimals(facts, expected):
    tr = [measure("T01", 1, BASELINE, 40.0), measure("T01", 2, FIRST, None) | facts]
    assert show(derive([name("T01", None, TUORRES="Target")], tr))[1][2:] == expected


def overall(*visits: dict[str, int | str | None], nodes: tuple[str, ...] = (), **settings):
    """Overall responses and their reasons; lengths in tenths of a millimetre, null for not evaluated."""
    rows = [
        lesion(label, number, *read(value), node=label in nodes, role="NEW" if label[0] == "N" else "TARGET")
        for number, visit in enumerate(visits)
        for label, value in visit.items()
    ]
    adrs = derive_adrs(
        build_assessments(rows), build_adsl("P1"), criterion=RECIST_1_1, settings=ResponseSettings(**settings)
    )
    told = adrs.filter(PARAMCD="OVR")
    assert told["RULE"].null_count() == 0
    assert told.filter(AVALC="NE")["REASON"].null_count() == 0
    return told["AVALC"].to_list()


def read(value: int | str | None) -> tuple[str, int | None]:
    if isinstance(value, str):
        return value, None
    return ("NOT_EVALUATED", None) if value is None else ("MEASURED" if value else "ABSENT", value)


def test_progression_proved_by_the_lesions_that_were_measured():
    visits = ({"T1": 200, "T2": 200, "T3": 100}, {"T1": 400, "T2": 400, "T3": None})
    assert overall(*visits) == ["PD"]
    assert overall(*visits, missing_target_pd="never") == ["NE"]


def test_a_node_that_grows_again_after_complete_response_is_progression():
    visits = ({"T1": 200}, {"T1": 80}, {"T1": 95}, {"T1": 110})
    assert overall(*visits, nodes=("T1",)) == ["CR", "CR", "PD"]
    assert overall(*visits, nodes=("T1",), cr_reappearance="arithmetic") == ["CR", "CR", "PR"]


def test_nodes_below_ten_with_a_sum_above_zero_are_complete_response():
    assert overall({"T1": 200, "T2": 300}, {"T1": 90, "T2": 0}, nodes=("T1",)) == ["CR"]


def test_a_merged_lesion_that_vanishes_is_complete_response():
    assert overall({"T1": 300, "T2": 200}, {"T1": 350, "T2": "MERGED"}, {"T1": 0, "T2": "MERGED"}) == [
        "PR",
        "CR",
    ]


def test_equivocal_twice_then_established_is_progression_from_the_first():
    visits = [{"T1": 300, "N1": state} for state in ("EQUIVOCAL", "EQUIVOCAL", "UNEQUIVOCAL")]
    assert overall({"T1": 300}, *visits) == ["PD", "PD", "PD"]
    assert overall({"T1": 300}, *visits[:2]) == ["SD", "SD"]


@pytest.mark.parametrize(("length", "nodes"), [(0, ()), (90, ("T1",))])
def test_targets_without_disease_at_baseline_cannot_respond(length, nodes):
    assert overall({"T1": length}, {"T1": length}, nodes=nodes) == ["NE"]


def judge(sequence, *, therapy=None, death=None, **settings):
    facts = {"NACTDT": therapy, "DTHDT": death}
    adsl = build_adsl("P1", **{key: day(on) for key, on in facts.items() if on is not None})
    chosen = ResponseSettings(**{"confirmation_required": True} | settings)
    adrs = derive_adrs_from_responses(build_responses(sequence), adsl, criterion=RECIST_1_1, settings=chosen)
    best = adrs.row(by_predicate=ResponseAnalysis.PARAMCD.col == "CBOR", named=True)
    times = derive_response_durations(adrs, adsl, settings=chosen).select("AVAL", "CNSR").rows()
    return best["AVALC"], best["REASON"], times


@pytest.mark.parametrize(
    ("sequence", "settings", "best"),
    [
        ([(28, "CR"), (112, "NE")], {}, ("NE", "SD_TOO_EARLY", [])),
        ([(28, "SD")], {}, ("NE", "SD_TOO_EARLY", [])),
        ([], {}, ("NE", "NO_ASSESSMENT", [])),
        ([(56, "PD"), (112, "PR")], {}, ("PD", None, [])),
        ([(56, "NE"), (112, "PD")], {}, ("PD", None, [])),
        ([(56, "NON-CR/NON-PD"), (112, "CR")], {}, ("NON-CR/NON-PD", "NOT_CONFIRMED", [])),
        ([(56, "PR"), (112, "NE"), (168, "PR")], {"max_ne_between": 0}, ("SD", "NE_BETWEEN", [])),
        (
            [(56, "PR"), (112, "NE"), (168, "NE"), (224, "PR")],
            {"max_ne_between": 2},
            ("PR", None, [(168, 1)]),
        ),
        (
            [(56, "PR"), (112, "SD"), (168, "PR")],
            {"accept_one_sd_between_pr": True},
            ("PR", None, [(112, 1)]),
        ),
        ([(56, "CR"), (112, "PR")], {"cr_then_less": "PR"}, ("PR", None, [(56, 1)])),
        # After a complete response less is progression, and ends it: what follows does not count.
        ([(56, "CR"), (112, "CR"), (168, "PR"), (224, "PD")], {}, ("CR", None, [(112, 0)])),
        ([(56, "PR"), (112, "PR"), (168, "NE"), (224, "PD")], {}, ("PR", None, [(168, 0)])),
        ([(56, "PR"), (112, "PR"), (168, "NE")], {}, ("PR", None, [(56, 1)])),
    ],
)
def test_best_response_reason_and_duration(sequence, settings, best):
    assert judge(sequence, **settings) == best


def test_new_therapy_and_death_end_a_response_differently():
    sequence = [(56, "PR"), (112, "PR"), (168, "PD")]
    assert judge(sequence, therapy=120)[2] == [(56, 1)]
    assert judge(sequence[:2], therapy=120, death=150)[2] == [(56, 1)]
    assert judge(sequence[:2], death=150)[2] == [(94, 0)]


def test_without_targets_a_broken_complete_response_is_not_partial():
    sequence = [(56, "CR"), (112, "NON-CR/NON-PD")]
    assert judge(sequence, cr_then_less="PR")[0] == "NON-CR/NON-PD"


@pytest.mark.parametrize("values", [{"cr_then_less": "PD"}, {"confirm_min_days": -1}, {"pd_max_days": -5}])
def test_a_setting_without_meaning_is_refused(values):
    with pytest.raises(OptionError, match=next(iter(values))):
        ResponseSettings(**values)
