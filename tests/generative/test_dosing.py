"""Doses under chance: rounding stays within its step, calendars run to their end, toxicity never gives a dose."""

import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from abscopal.conduct.dosing.amount import Amount, compute_amount
from abscopal.conduct.dosing.calendar import PastDose
from abscopal.conduct.dosing.decide import DoseDue, DoseMissed, decide_dose
from abscopal.conduct.dosing.toxicity import Toxicity, compute_toxicity_status
from abscopal.conduct.dosing.weight import Weight
from abscopal.protocol.reading import read_study
from spec.dosing_language import with_rules

FEW = settings(derandomize=True, max_examples=100, deadline=None)
NIVIPIT = read_study("nivipit").protocol
FIRST_DAY = datetime.date(2024, 1, 1)
weights = st.integers(300, 2500).map(lambda tenths: tenths / 10)


@FEW
@given(weights, st.sampled_from(["nearest", "up_to", "down_to"]), st.sampled_from([1, 5, 10, 40]))
def test_a_rounded_dose_is_a_multiple_within_its_step(kg, way, step):
    for kind, rule in (("step", "rounding_step"), ("vial", "vial_size")):
        protocol = with_rules(NIVIPIT, "ipilimumab_iv", rounding=f"{way}_{kind}", **{rule: step})
        drug = protocol.find_intervention("ipilimumab_iv")
        found = compute_amount(drug, drug.phases[0], weight_kg=kg)
        assert isinstance(found, Amount)
        assert abs(found.amount / step - round(found.amount / step)) < 1e-9
        change = found.amount - found.exact
        low, high = {"nearest": (-step / 2, step / 2), "up_to": (0, step), "down_to": (-step, 0)}[way]
        assert low - 1e-6 <= change <= high + 1e-6
        if kind == "vial":
            assert found.wasted == 0


@FEW
@given(weights, st.integers(1, 100))
def test_vials_hold_the_dose_and_less_than_one_is_wasted(kg, content):
    protocol = with_rules(NIVIPIT, "nivolumab", vial_size=content)
    drug = protocol.find_intervention("nivolumab")
    found = compute_amount(drug, drug.phases[0], weight_kg=kg)
    assert isinstance(found, Amount)
    assert abs(found.vials * content - found.amount - found.wasted) < 1e-6
    assert 0 <= found.wasted < content


@FEW
@given(st.lists(st.integers(-2, 120), min_size=1, max_size=12))
def test_a_course_of_doses_keeps_its_number_and_its_intervals(delays):
    """Whatever the delays: four doses given or missed, none earlier than two days before its interval."""
    past: list[PastDose] = []
    due = FIRST_DAY
    for place, delay in enumerate(delays):
        on = due + datetime.timedelta(days=max(0, delay) if place == 0 else delay)
        if past:
            on = max(on, past[-1].on)
        decision = decide_dose(
            NIVIPIT, "ipilimumab_it", on=on, reference_date=FIRST_DAY, past=past, weights=[Weight(70, on)]
        )
        if decision.is_refused:
            assert decision.codes == ("ALL_GIVEN",)
            assert len(past) == 4
            return
        event = decision.events[0]
        match event:
            case DoseDue():
                assert past == [] or (on - past[-1].on).days >= 19
                past.append(PastDose(on, weight_kg=event.weight_kg))
            case DoseMissed():
                assert delay > 84
                past.append(PastDose(event.due, "missed"))
        if event.next_due is None:
            assert len(past) == 4
            due = on + datetime.timedelta(days=21)
        else:
            due = event.next_due
    assert len(past) <= 4


@st.composite
def toxicities(draw) -> Toxicity:
    start = FIRST_DAY + datetime.timedelta(days=draw(st.integers(0, 30)))
    length = draw(st.one_of(st.none(), st.integers(0, 15)))
    return Toxicity(
        term=draw(st.sampled_from(["Colitis", "Rash"])),
        grade=draw(st.integers(1, 4)),
        start=start,
        end=None if length is None else start + datetime.timedelta(days=length),
        is_related=draw(st.sampled_from([True, False, None])),
    )


@FEW
@given(st.lists(toxicities(), max_size=5), st.integers(1, 4), st.integers(0, 3), st.integers(1, 5))
def test_holds_agree_with_a_walk_through_every_day(told, hold, resume, stop):
    """Second implementation: one day after the other, each event at its highest grade of the day."""
    resume = min(resume, hold - 1)
    on = FIRST_DAY + datetime.timedelta(days=21)
    protocol = with_rules(
        NIVIPIT, "nivolumab", hold_at_grade=hold, resume_at_grade=resume, stop_at_grade=stop
    )
    state = compute_toxicity_status(protocol.find_intervention("nivolumab"), told, on=on).state
    assert state == walk(told, hold=hold, resume=resume, stop=stop, on=on)


@FEW
@given(st.lists(toxicities(), max_size=4), toxicities())
def test_one_more_event_never_makes_a_dose_possible(known, new):
    on = FIRST_DAY + datetime.timedelta(days=21)
    new = Toxicity("Another event", new.grade, new.start, new.end, new.is_related)
    drug = NIVIPIT.find_intervention("nivolumab")
    if compute_toxicity_status(drug, known, on=on).state != "go":
        assert compute_toxicity_status(drug, [*known, new], on=on).state != "go"


def walk(told, *, hold, resume, stop, on) -> str:
    held = dict.fromkeys({event.term for event in told}, False)
    day = FIRST_DAY
    stopped = False
    while day <= on:
        for term in held:
            grades = [
                event.grade
                for event in told
                if event.term == term
                and event.is_related is not False
                and event.start <= day
                and (event.end is None or event.end >= day)
            ]
            grade = max(grades, default=0)
            stopped = stopped or grade >= stop
            if grade >= hold:
                held[term] = True
            elif grade <= resume:
                held[term] = False
        day += datetime.timedelta(days=1)
    return "stop" if stopped else "hold" if any(held.values()) else "go"
