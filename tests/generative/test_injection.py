"""Plans under chance: shares add up, no cap is passed, and the order in which lesions were typed says nothing."""

import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from abscopal.conduct.injection.lesions import DeliveredInjection, LesionOfTheDay, compute_capacity
from abscopal.conduct.injection.plan import decide_injection
from abscopal.conduct.injection.request import DoseAsked, OperatorChoices
from abscopal.conduct.injection.sharing import RULES, compute_depots, compute_shares
from abscopal.protocol.reading import read_study

FEW = settings(derandomize=True, max_examples=120, deadline=None)
DAY = datetime.date(2024, 3, 15)
NEO1 = read_study("neo1").protocol
capacities = st.lists(st.integers(1, 5000), min_size=1, max_size=6)
rules = st.sampled_from(sorted(RULES))


@FEW
@given(st.integers(0, 12_000), capacities, rules)
def test_shares_add_up_and_pass_no_capacity(need, limits, rule):
    shares = compute_shares(need, limits, rule=rule)
    assert all(0 <= share <= limit for share, limit in zip(shares, limits, strict=True))
    room = limits[0] if rule == "single_lesion" else sum(limits)
    assert sum(shares) == min(need, room)


@FEW
@given(st.integers(0, 12_000), capacities)
def test_equal_shares_differ_only_where_a_lesion_is_full(need, limits):
    shares = compute_shares(need, limits, rule="equal")
    open_shares = [share for share, limit in zip(shares, limits, strict=True) if share < limit]
    if open_shares:
        assert max(shares) - min(open_shares) <= 1


@FEW
@given(st.integers(1, 8000), st.integers(1, 3000))
def test_depots_are_few_equal_and_within_their_cap(volume, cap):
    parts = compute_depots(volume, cap)
    assert sum(parts) == volume
    assert max(parts) <= cap
    assert max(parts) - min(parts) <= 1
    assert (len(parts) - 1) * cap < volume


lesions = st.lists(
    st.builds(
        LesionOfTheDay,
        identifier=st.sampled_from(["T01", "T02", "T03", "NT01"]),
        longest_diameter_mm=st.one_of(st.none(), st.integers(0, 800).map(lambda tenths: tenths / 10)),
        is_new=st.booleans(),
        is_injected_before=st.booleans(),
    ),
    max_size=4,
    unique_by=lambda lesion: lesion.identifier,
)


@FEW
@given(
    lesions,
    st.integers(1, 25).map(float),
    st.integers(1, 30).map(float),
    st.lists(st.integers(0, 25), max_size=3),
    st.one_of(st.just("none"), st.integers(1, 8).map(float)),
    rules,
    st.sampled_from([None, "give_less", "beyond_table"]),
    st.randoms(use_true_random=False),
)
def test_no_plan_passes_a_cap_and_none_loses_a_drop(
    found, first, second, past, visit_cap, rule, choice, chance
):
    history = [
        DeliveredInjection(
            DAY - datetime.timedelta(days=14 * place), "T01", "ipilimumab_it", dose / 5, float(dose)
        )
        for place, dose in enumerate(past)
    ]
    choices = OperatorChoices("radiologist", "For the test", visit_cap, rule, choice)
    doses = [DoseAsked("ipilimumab_it", first), DoseAsked("nivolumab_it", second)]

    def plan(told):
        return decide_injection(NEO1, told, doses, on=DAY, history=history, choices=choices)

    decision = plan(found)
    shuffled = list(found)
    chance.shuffle(shuffled)
    again = plan(shuffled)
    assert again.is_refused == decision.is_refused
    if decision.is_refused:
        assert decision.reasons
        return
    (made,), (same,) = decision.events, again.events
    assert [(line.lesion.identifier, line.doses) for line in made.lesions] == [
        (line.lesion.identifier, line.doses) for line in same.lesions
    ]
    given = {
        name: sum(d.dose_mg for line in made.lesions for d in line.doses if d.intervention == name)
        for name in ("ipilimumab_it", "nivolumab_it")
    }
    today = sum(past[:1])
    assert given["ipilimumab_it"] + today <= 25 + 1e-6
    assert given["ipilimumab_it"] + sum(past) <= 75 + 1e-6
    assert given["nivolumab_it"] <= 30 + 1e-6
    total = sum(line.volume_ml for line in made.lesions)
    assert abs(total + made.shortfall_ml - made.needed_ml) < 1e-9
    if visit_cap != "none":
        assert total + today / 5 <= max(visit_cap, today / 5) + 1e-9
    if choice != "beyond_table":
        assert all(line.volume_ml <= line.capacity_ml + 1e-9 for line in made.lesions)
    assert (made.status == "needs_choice") == (made.shortfall_ml > 0 and choice != "give_less")
    assert {line.lesion.identifier for line in made.lesions} | {out.lesion for out in made.left_out} == {
        lesion.identifier for lesion in found
    }
    assert NEO1.injection is not None
    for line in made.lesions:
        assert line.capacity_ml == compute_capacity(line.lesion, NEO1.injection.volume_table, NEO1.injection)
