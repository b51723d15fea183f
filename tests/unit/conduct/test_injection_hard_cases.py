"""Injection where the rule book is silent: bad requests, unknown rules, records that contradict the protocol."""

import dataclasses
import datetime
from typing import Any

import pytest

from abscopal.conduct.injection.choice_of_lesions import compute_order
from abscopal.conduct.injection.lesions import (
    DeliveredInjection,
    LesionOfTheDay,
    compute_capacity,
    compute_lesion_volume,
    compute_table_volume,
)
from abscopal.conduct.injection.plan import decide_injection
from abscopal.conduct.injection.record import Biopsy, InjectionRecord
from abscopal.conduct.injection.record_checks import check_delivered
from abscopal.conduct.injection.request import DoseAsked, OperatorChoices
from abscopal.conduct.injection.sharing import compute_proportions
from abscopal.protocol.injection import VolumeTable
from abscopal.protocol.reading import read_study
from abscopal.protocol.text import Text
from spec.injection_language import with_rules

DAY = datetime.date(2024, 3, 15)
NIVIPIT = read_study("nivipit").protocol
DEX2 = read_study("dex2").protocol
CHOICES = OperatorChoices("radiologist", "For the test", "none", "priority_fill")
ONE = (LesionOfTheDay("T01", 30, site="SKIN"),)
NINE = datetime.datetime(2024, 3, 15, 9, 0, tzinfo=datetime.UTC)


TEN_MG = (DoseAsked("ipilimumab_it", 10.0),)


def decide(*, protocol=NIVIPIT, lesions=ONE, doses=TEN_MG, **rest: Any):
    return decide_injection(protocol, lesions, doses, on=DAY, **{"choices": CHOICES, **rest})


def test_a_study_that_injects_nothing_plans_nothing():
    assert decide(protocol=DEX2).codes == ("NOTHING_INJECTED",)


@pytest.mark.parametrize(
    ("request_", "codes"),
    [
        ({"doses": ()}, ("NO_DOSE",)),
        ({"doses": (DoseAsked("ipilimumab_iv", 10),)}, ("NOT_INJECTED_HERE",)),
        ({"doses": (DoseAsked("ipilimumab_it", 0),)}, ("DOSE_NOT_POSITIVE",)),
        ({"doses": (DoseAsked("ipilimumab_it", float("nan")),)}, ("DOSE_NOT_POSITIVE",)),
        ({"lesions": ONE * 2}, ("TWICE",)),
        ({"lesions": ()}, ("NO_LESION",)),
    ],
)
def test_a_request_at_fault_is_refused(request_, codes):
    decision = decide(**request_)
    assert decision.codes == codes
    assert decision.protocol_version == "1.0"


def without(**parts: Any):
    assert NIVIPIT.injection is not None
    return NIVIPIT.model_copy(update={"injection": NIVIPIT.injection.model_copy(update=parts)})


def test_every_rule_that_is_unknown_and_needed_is_named_at_once():
    protocol = with_rules(without(volume_table=None), first_visit_priority=None)
    decision = decide(protocol=protocol, choices=OperatorChoices("", when_over_capacity="give_less"))
    assert set(decision.codes) == {
        "VOLUME_TABLE_UNKNOWN",
        "PRIORITY_UNKNOWN",
        "VISIT_CAP_UNKNOWN",
        "CHOICE_WITHOUT_REASON",
    }


def test_without_a_concentration_there_is_no_volume():
    drugs = tuple(
        drug.model_copy(update={"concentration": type(drug.concentration)()})
        for drug in NIVIPIT.interventions
    )
    assert decide(protocol=NIVIPIT.model_copy(update={"interventions": drugs})).codes == (
        "CONCENTRATION_UNKNOWN",
    )


def test_the_cap_of_the_study_stands_before_that_of_the_operator():
    protocol = with_rules(NIVIPIT, visit_volume_cap=1)
    decision = decide(protocol=protocol, choices=dataclasses.replace(CHOICES, visit_volume_cap=9.0))
    assert decision.events[0].shortfall_ml == 1


def test_the_caps_of_the_day_and_of_the_treatment_count_what_was_delivered():
    history = [
        DeliveredInjection(DAY, "T01", "ipilimumab_it", 1.5, 7.5),
        DeliveredInjection(DAY - datetime.timedelta(days=21), "T01", "ipilimumab_it", 2.0, 10),
    ]
    day = decide(protocol=with_rules(NIVIPIT, day_volume_cap=3), history=history)
    assert day.events[0].lesions[0].volume_ml == 1.5
    assert "cap of the day, 3 mL, 1.5 mL already delivered" in day.reasons[0].text.en
    whole = decide(protocol=with_rules(NIVIPIT, total_volume_cap=3), history=history)
    assert whole.events[0].lesions == ()
    assert whole.events[0].status == "needs_choice"


def test_a_lesion_that_the_table_does_not_reach_is_left_out():
    table = NIVIPIT.injection.volume_table
    short = VolumeTable.model_validate(table.model_dump() | {"rows": [{"up_to_mm": 25, "volume_ml": 1}]})
    assert compute_table_volume(short, 30) is None
    decision = decide(protocol=without(volume_table=short), lesions=(*ONE, LesionOfTheDay("T02", 20)))
    assert {out.lesion: out.reason.code for out in decision.events[0].left_out} == {"T01": "NOT_IN_TABLE"}


def test_the_operator_may_forbid_a_lesion():
    reason = Text(en="The tumour surrounds the carotid.", fr="La tumeur entoure la carotide.")
    decision = decide(lesions=(LesionOfTheDay("T01", 30, contraindication=reason),))
    assert decision.codes == ("NO_LESION",)
    assert "carotid" in decision.reasons[0].text.en


def test_a_minimum_diameter_is_compared_in_tenths():
    protocol = with_rules(NIVIPIT, minimum_diameter_mm=15)
    small = decide(protocol=protocol, lesions=(LesionOfTheDay("T01", 14.9, volume_cm3=2),))
    assert "14.9 mm: below the 15 mm" in small.reasons[0].text.en
    assert not decide(protocol=protocol, lesions=(LesionOfTheDay("T01", 15.0, volume_cm3=2),)).is_refused


def test_every_priority_rule_puts_lesions_in_its_own_order():
    lesions = (
        LesionOfTheDay("A", 30, access_rank=2),
        LesionOfTheDay("B", 10),
        LesionOfTheDay("C", 20, access_rank=1),
    )

    def order(rule):
        return "".join(lesion.identifier for lesion in compute_order(lesions, (rule,), injected={"B"}))

    assert {
        rule: order(rule)
        for rule in ("smallest", "previously_injected", "not_yet_injected", "most_accessible")
    } == {
        "smallest": "BCA",
        "previously_injected": "BAC",
        "not_yet_injected": "ACB",
        "most_accessible": "CAB",
    }


def test_a_lesion_without_a_size_has_neither_volume_nor_capacity():
    nothing = LesionOfTheDay("T01", None)
    assert compute_lesion_volume(nothing) is None
    assert compute_capacity(nothing, NIVIPIT.injection.volume_table, NIVIPIT.injection) is None
    assert compute_proportions(5, (0, 0)) == (0, 0)


def test_the_arithmetic_of_the_dose_is_repeated_in_the_plan():
    told = Text(en="0.3 mg/kg × 70 kg = 21 mg.", fr="0,3 mg/kg × 70 kg = 21 mg.")
    decision = decide(doses=(DoseAsked("ipilimumab_it", 21.0, told),))
    assert decision.reasons[0].text.en.startswith("0.3 mg/kg × 70 kg = 21 mg. 21 mg at 5 mg/mL are 4.2 mL.")


COMPLETE = InjectionRecord(
    lesion_identifier="T01", intervention="ipilimumab_it", size_that_day=30, necrosis_percent=0, role="target",
    planned_volume=2, drawn_volume=2, delivered_volume=2, reflux=0, needle_gauge=22, number_of_entries=1,
    guidance="CT", anaesthesia="none", batch_identifier="LOT1", preparer="A", checker="B", operator="C",
    start_time=NINE, stop_time=NINE, biopsies_before=(), immediate_events=(),
)  # fmt: skip


def check(*records, protocol=NIVIPIT, **rest: Any):
    plan = decide().events[0]
    found = check_delivered(protocol, plan, records, **{"released_batches": {"LOT1"}, **rest})
    return [reason.code for reason in found.refusals], [reason.code for reason in found.deviations]


def test_a_complete_record_is_taken():
    assert check(COMPLETE) == ([], [])


def test_rows_that_fit_no_plan_are_refused():
    assert check(COMPLETE, COMPLETE)[0] == ["ROW_TWICE"]
    assert check(COMPLETE, dataclasses.replace(COMPLETE, lesion_identifier="T09"))[0] == ["LESION_UNKNOWN"]
    strange = dataclasses.replace(COMPLETE, intervention="water")
    assert check(COMPLETE, strange)[0] == ["LESION_UNKNOWN"]


def test_times_need_their_zone():
    naive = dataclasses.replace(COMPLETE, start_time=NINE.replace(tzinfo=None))
    assert check(naive)[0] == ["TIME_WITHOUT_ZONE"]
    assert check(COMPLETE, biopsies=[Biopsy("B1", "T01", NINE.replace(tzinfo=None))])[0] == [
        "TIME_WITHOUT_ZONE"
    ]


def test_what_the_study_does_not_allow_is_a_deviation():
    protocol = with_rules(NIVIPIT, guidance=["ULTRASOUND"], needle_gauge=[25])
    assert check(COMPLETE, protocol=protocol) == ([], ["GUIDANCE_NOT_ALLOWED", "GAUGE_NOT_ALLOWED"])
    assert check(COMPLETE, protocol=with_rules(NIVIPIT, guidance=["CT"], needle_gauge=[22])) == ([], [])


def test_a_biopsy_after_the_injection_matters_only_where_the_study_says_so():
    late = [Biopsy("B1", "T01", NINE)]
    assert check(COMPLETE, biopsies=late)[1] == ["BIOPSY_AFTER_INJECTION"]
    assert check(COMPLETE, protocol=with_rules(NIVIPIT, biopsy_before_injection=None), biopsies=late)[1] == []


def test_a_cap_that_was_passed_is_told_and_never_refused():
    neo1 = read_study("neo1").protocol
    plan = decide_injection(neo1, ONE, [DoseAsked("ipilimumab_it", 10.0)], on=DAY, choices=CHOICES).events[0]
    past = [DeliveredInjection(DAY, "T01", "ipilimumab_it", 4, 20)]
    found = check_delivered(neo1, plan, [COMPLETE], history=past, released_batches={"LOT1"})
    assert [reason.code for reason in found.deviations] == ["DAILY_CAP"]
    assert not found.refusals
