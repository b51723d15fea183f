"""Progression-free survival in polars and in slow, obvious Python must agree on any history."""

from dataclasses import dataclass, replace
from datetime import date

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from abscopal.derivations.time_to_event.censoring_rules import FDA_A, TREATMENT_POLICY, CensoringRules
from abscopal.derivations.time_to_event.progression_free import derive_progression_free_survival
from plain_tables import day
from response_sequences import build_overall_responses, build_patients

ADEQUATE = {"CR", "PR", "SD", "PD", "NON-CR/NON-PD"}


@dataclass(frozen=True)
class History:
    visits: tuple[tuple[int, str], ...]
    death: int | None
    therapy: int | None
    no_baseline: bool


def visits_in_order():
    response = st.sampled_from(["CR", "PR", "SD", "PD", "NE", "NON-CR/NON-PD"])
    days = st.lists(st.integers(1, 500), max_size=6, unique=True).map(sorted)
    return days.flatmap(lambda found: st.tuples(*[st.tuples(st.just(number), response) for number in found]))


histories = st.lists(
    st.builds(
        History,
        visits=visits_in_order(),
        death=st.none() | st.integers(0, 600),
        therapy=st.none() | st.integers(1, 500),
        no_baseline=st.booleans(),
    ),
    min_size=1,
    max_size=12,
)
rule_sets = st.builds(
    replace,
    st.sampled_from([FDA_A, TREATMENT_POLICY]),
    interval_days=st.sampled_from([42, 56]),
    window_days=st.sampled_from([0, 7]),
    max_missed=st.integers(0, 2),
    death_without_assessment=st.sampled_from(["event", "missed_visits"]),
)


def build_histories(found: list[History]):
    names = [f"P{number:02d}" for number in range(len(found))]
    adrs = build_overall_responses(
        {name: list(history.visits) for name, history in zip(names, found, strict=True)}
    )
    without = [name for name, history in zip(names, found, strict=True) if history.no_baseline]
    reason = pl.when(pl.col("USUBJID").is_in(without)).then(pl.lit("NO_BASELINE"))
    adsl = build_patients(
        [
            {"patient": name, "death": history.death, "therapy": history.therapy}
            for name, history in zip(names, found, strict=True)
        ]
    )
    return adrs.with_columns(REASON=reason), adsl


def follow(history: History, rules: CensoringRules) -> tuple[int, str]:
    """Read the history day by day, as a reviewer with a pencil would."""
    no_baseline = history.no_baseline and len(history.visits) > 0
    if no_baseline and rules.without_baseline == "censor":
        return 0, "NO_BASELINE"
    last_adequate = None
    by_day = dict(history.visits)
    for today in range(601):
        if by_day.get(today) == "PD":
            return close(today, "PROGRESSION", last_adequate, rules)
        if by_day.get(today) in ADEQUATE:
            last_adequate = today
        if today == history.death:
            return close(today, "DEATH", last_adequate, rules)
        if today == history.therapy and rules.new_therapy == "censor":
            goes_on = any(response in ADEQUATE for _, response in history.visits) or history.death is not None
            if goes_on:
                return last_adequate or 0, "NEW_THERAPY"
    if last_adequate is None:
        return 0, "NO_BASELINE" if no_baseline else "NO_ASSESSMENT"
    return last_adequate, "NO_PROGRESSION"


def close(today: int, event: str, last_adequate: int | None, rules: CensoringRules) -> tuple[int, str]:
    if rules.missed_visits == "ignore":
        return today, event
    if event == "DEATH" and last_adequate is None and rules.death_without_assessment == "event":
        return today, event
    allowed = (rules.max_missed + 1) * rules.interval_days + rules.window_days
    if today - (last_adequate or 0) > allowed:
        return last_adequate or 0, "MISSED_VISITS"
    return today, event


def outcome(times: pl.DataFrame) -> list[tuple[int, str]]:
    return [
        ((row["ADT"] - day(0)).days, row["REASON"] or row["EVNTDESC"]) for row in times.iter_rows(named=True)
    ]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(found=histories, rules=rule_sets)
def test_the_derivation_agrees_with_a_reviewer_who_reads_day_by_day(found, rules):
    adrs, adsl = build_histories(found)
    times = derive_progression_free_survival(adrs, adsl, ruleset=rules)
    assert outcome(times) == [follow(history, rules) for history in found]


@settings(max_examples=15, deadline=None, derandomize=True)
@given(found=histories, rules=rule_sets, seed=st.integers(0, 1000))
def test_the_order_of_the_rows_changes_nothing(found, rules, seed):
    adrs, adsl = build_histories(found)
    mixed = (
        adrs.sample(fraction=1, shuffle=True, seed=seed),
        adsl.sample(fraction=1, shuffle=True, seed=seed),
    )
    straight = derive_progression_free_survival(adrs, adsl, ruleset=rules)
    assert derive_progression_free_survival(*mixed, ruleset=rules).equals(straight)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(found=histories)
def test_treatment_policy_never_stops_before_the_strict_rules(found):
    adrs, adsl = build_histories(found)
    strict = derive_progression_free_survival(adrs, adsl, ruleset=FDA_A)
    followed = derive_progression_free_survival(adrs, adsl, ruleset=TREATMENT_POLICY)
    assert (followed["AVAL"] >= strict["AVAL"]).all()
    events = strict["CNSR"] == 0
    assert (followed.filter(events)["CNSR"] == 0).all()
    assert followed.filter(events)["ADT"].equals(strict.filter(events)["ADT"])


@settings(max_examples=15, deadline=None, derandomize=True)
@given(found=histories, rules=rule_sets)
def test_every_row_is_traced_and_every_censoring_has_a_reason(found, rules):
    adrs, adsl = build_histories(found)
    times = derive_progression_free_survival(adrs, adsl, ruleset=rules)
    assert times.height == len(found)
    assert times["SRCDOM"].null_count() == 0
    assert times["SRCVAR"].null_count() == 0
    censored = times.filter(pl.col("CNSR") == 1)
    assert censored["REASON"].null_count() == 0
    assert censored["CNSDTDSC"].null_count() == 0
    assert times.filter(pl.col("CNSR") == 0)["REASON"].is_null().all()
    assert times["STARTDT"].to_list() == [date(2024, 1, 1)] * len(found)
