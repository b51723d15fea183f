"""Rehearsed trials against the rules that real trials are read and watched by; work that is cut short."""

import datetime
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from abscopal.conduct.monitoring import (
    BoundaryRow,
    FollowedPatient,
    compute_monitoring_path,
    decide_toxicity,
)
from abscopal.errors import OptionError, OutputError
from abscopal.protocol.reading import read_study
from abscopal.rehearsal.characteristic import ALL
from abscopal.rehearsal.comparison import plan_variants, read_change
from abscopal.rehearsal.courses import Settings
from abscopal.rehearsal.ensemble import ParameterDraw
from abscopal.rehearsal.operating_characteristics import compute_characteristics, list_conclusions
from abscopal.rehearsal.recruitment import Entries, simulate_entries
from abscopal.rehearsal.rehearsing import choose_draws, rehearse_trials
from abscopal.rehearsal.scenario import choose_scenario
from abscopal.rehearsal.stopping import compute_stops
from abscopal.rehearsal.tasks import CHUNK, KEPT, Task, simulate_task
from abscopal.rehearsal.trial_design import Look, plan_trial
from abscopal.rehearsal.trials import derive_trials
from abscopal.rehearsal.workers import Cache, RehearsalInterrupted, Workforce, simulate_tasks

STUDY = read_study("nivipit")
SCENARIO = choose_scenario(STUDY.protocol)
DESIGN = plan_trial(STUDY.protocol, SCENARIO)
OPENING = datetime.date(2024, 1, 1)


def make_patients(count: int, seed: int) -> pl.DataFrame:
    """Endpoints that nobody integrated: the shape of a cohort, with every state of the primary endpoint."""
    chance = np.random.default_rng(seed)
    severe = chance.random(count) < 0.4
    observed = np.floor(chance.uniform(20, 600, count))
    onset = np.where(severe, np.minimum(np.floor(chance.uniform(1, 180, count)), observed), np.inf)
    died = chance.random(count) < 0.5
    treated = chance.random(count) < 0.95
    died_first = treated & ~severe & (observed < 183) & died
    columns = {name: np.zeros(count, kind) for name, kind in KEPT.items()} | {
        "treated": treated,
        "severe": severe,
        "severe_day": onset,
        "complete": severe | (observed >= 183),
        "died_first": died_first,
        "survival_day": observed,
        "died": died,
        "progression_day": np.minimum(observed, np.floor(chance.uniform(30, 400, count))),
        "progressed": chance.random(count) < 0.8,
        "responds": chance.random(count) < 0.5,
    }
    for name in ("severe", "complete"):
        columns[name] &= treated
    columns["severe_day"] = np.where(columns["severe"], onset, np.inf)
    columns["evaluable_day"] = np.where(columns["complete"], np.minimum(onset, 183), np.inf)
    return pl.DataFrame(columns)


def test_looks_are_taken_as_the_rules_of_conduct_take_them():
    """The same patients, one calendar: the array and the rule that watches a real trial pause on the same day."""
    chance = np.random.default_rng(5)
    rule = Look("severe", "toxicity", ("IT",), (3, 6, 9, 12), (3, 4, 6, 7))
    paused = 0
    for _ in range(60):
        entry, severe = chance.integers(0, 400, 14), chance.random(14) < 0.5
        onset, followed = chance.integers(0, 184, 14), chance.integers(100, 400, 14)
        patients = [
            FollowedPatient(
                str(number),
                OPENING + datetime.timedelta(days=int(entry[number])),
                OPENING + datetime.timedelta(days=int(entry[number] + onset[number]))
                if severe[number]
                else None,
                OPENING + datetime.timedelta(days=int(entry[number] + followed[number])),
            )
            for number in range(14)
        ]
        evaluable = severe | (followed >= 183)
        known = np.where(evaluable, entry + np.where(severe, onset, 183), np.inf)
        found = compute_stops(rule, evaluable_day=known[None], events=severe[None])
        path = compute_monitoring_path(patients, window_days=183, on=OPENING + datetime.timedelta(days=2000))
        rows = [BoundaryRow(at, limit) for at, limit in zip(rule.at, rule.limits, strict=True)]
        ruling = decide_toxicity(path, rule="severe", boundary=rows, protocol_version="1").events[0]
        assert np.isfinite(found.day[0]) == (ruling.ruling == "pause")
        if ruling.ruling == "pause":
            paused += 1
            assert OPENING + datetime.timedelta(days=int(found.day[0])) == ruling.point.on
    assert 5 < paused < 55


@pytest.mark.parametrize("stopping", ["stop", "ignore"])
def test_a_row_counts_what_one_would_count_by_hand(stopping):
    design = replace(DESIGN, patients=40, stopping=stopping)
    entries = simulate_entries(
        replace(design, situation=replace(design.situation, patients=40)),
        trials=30,
        study_hash="x",
        seed=1,
        draw=0,
    )
    cohorts = {"IT": make_patients(1000, 1), "IV": make_patients(600, 2)}
    rows = derive_trials(design, entries, cohorts, numbers=np.arange(30), draw=0)
    taken = {"IT": 0, "IV": 0}
    for trial, row in enumerate(rows.iter_rows(named=True)):
        people = []
        for arm, day in zip(entries.arms[trial], entries.days[trial], strict=True):
            name = design.arms[arm]
            people.append(cohorts[name].row(taken[name], named=True) | {"arm": name, "entry": int(day)})
            taken[name] += 1
        stop = np.inf
        if row["limit_reached"]:
            stop = row["limit_day"] + people[0]["entry"]
            assert row["conclusion"] == ("stopped for toxicity" if stopping == "stop" else row["verdict"])
        counted = [p for p in people if stopping == "ignore" or p["entry"] < stop]
        primary = [p for p in counted if p["arm"] == "IT" and p["treated"]]
        events = sum(p["severe"] for p in primary)
        free = sum(p["complete"] and not p["severe"] for p in primary)
        dead = sum(not p["complete"] and p["died"] and p["survival_day"] <= 183 for p in primary)
        assert row["entered"] == len(counted)
        assert (row["primary_successes"], row["primary_evaluable"]) == (free, events + free)
        assert (row["primary_early_deaths"], row["primary_short"]) == (
            dead,
            len(primary) - events - free - dead,
        )
        could = free + row["primary_short"] >= 23 and row["primary_short"] > 0
        assert row["verdict"] == ("met" if free >= 23 else "open" if could else "unmet")
        assert row["responders_IV"] == sum(
            p["responds"] and p["treated"] for p in counted if p["arm"] == "IV"
        )
    assert rows["limit_reached"].any()


def test_fewer_trials_are_the_first_ones_of_more():
    many = simulate_entries(DESIGN, trials=400, study_hash="x", seed=1, draw=0)
    few = simulate_entries(DESIGN, trials=7, study_hash="x", seed=1, draw=0)
    assert (many.arms[:7] == few.arms).all()
    assert (many.days[:7] == few.days).all()
    assert ((many.arms == 0).sum(axis=1) == 38).mean() > 0.5
    rate = DESIGN.patients / (many.days[:, -1].mean() / 30.4375)
    assert rate == pytest.approx(DESIGN.patients_per_month, rel=0.03)


def test_clones_stand_in_every_arm_on_the_same_day():
    coming = simulate_entries(replace(DESIGN, mode="clones"), trials=3, study_hash="x", seed=1, draw=0)
    assert coming.arms.shape == (3, 2 * DESIGN.patients)
    assert (coming.arms[:, 0::2] == 0).all()
    assert (coming.days[:, 0::2] == coming.days[:, 1::2]).all()


@pytest.mark.slow
def test_clones_have_the_same_luck_in_every_arm(tmp_path: Path):
    """As many people as the largest arm, each in both arms; without a drug nothing tells the arms apart."""
    drugs = sorted({name for arm in STUDY.protocol.arms for name in arm.interventions})
    idle = ",".join(f"dose.{drug}=0" for drug in drugs)
    variants = plan_variants(STUDY.protocol, [read_change(idle)], mode="clones")
    assert [variant.design.patients for variant in variants] == [38, 38]
    planned, without = rehearse_trials(
        STUDY.protocol, variants, trials=20, study_hash=STUDY.document_hash, seed=3, draws=[ParameterDraw(0, {})],
        settings=Settings(190.0, 1e-4), cache=Cache(tmp_path), workforce=Workforce(), report=lambda *_: None,
    )  # fmt: skip
    assert planned.trials["entered"].max() == 38
    assert "overrun" not in set(planned.trials["conclusion"])
    names = ["progression_day", "survival_day", "severe_day", "responds", "failed"]
    first, second = (without.cohorts[0, arm].select(names) for arm in ("IT", "IV"))
    assert first.equals(second)
    apart = [planned.cohorts[0, arm] for arm in ("IT", "IV")]
    assert not apart[0].select(names).equals(apart[1].select(names))


def test_lesions_are_injected_more_only_where_lesions_are_injected():
    with pytest.raises(OptionError, match="injects no lesion"):
        plan_variants(read_study("dex2").protocol, [read_change("injected_lesions=2")])


def test_draws_take_turns_by_weight():
    heavy = choose_draws(3000, [ParameterDraw(1, {}, 1.0), ParameterDraw(2, {}, 2.0)])
    assert (heavy == 1).mean() == pytest.approx(2 / 3, abs=0.01)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("patients", "name=value"),
        ("patients=0", "whole number"),
        ("stopping=never", "stop or ignore"),
        ("dose.aspirin=2", "No arm is given"),
        ("allocation=big_stick", "no way to allocate at 2:1"),
        ("missed_visits_probability=0.1", "Did you mean 'missed_visit_probability'"),
        ("loss_per_year=-1", "which cannot be"),
        ("injected_lesions=4", "1, 2 or 3"),
        ("dose.nivolumab=-1", "cannot be"),
        ("dose.nivolumab=1001", "1000 is most"),
        ("patients=100001", "too many to rehearse"),
        ("model_f_ret=2", "Give 0 or more, and at most 1"),
        ("model_phi=0", "Give more than 0, and at most 1"),
        ("model_chi=3", "at most 1"),
        ("model_d_E=0", "Give more than 0"),
        ("model_T_max=0", "Give more than 0"),
        ("model_k_dep=-1", "Give 0 or more"),
        ("model_sd_kmax=-1", "at most 5"),
    ],
)
def test_what_cannot_be_is_said_before_any_computing(text, said):
    with pytest.raises(OptionError, match=said):
        plan_variants(STUDY.protocol, [read_change(text)])


@pytest.mark.parametrize(
    "text", ["model_s_dep=0", "model_a_ni=0", "model_Emax_n=-0.3", "model_Emax_n=0.1", "model_eps_4=2"]
)
def test_a_hypothesis_may_take_an_effect_away_or_raise_a_gain(text):
    name, _, value = text.partition("=")
    planned, changed = plan_variants(STUDY.protocol, [read_change(text)])
    assert changed.scenario.medians == {**planned.scenario.medians, name.removeprefix("model_"): float(value)}


def pretend(task: Task) -> pl.DataFrame:
    """Rows that tell which task they are, without integrating anybody."""
    return pl.DataFrame({"first": [task.first]})


def list_tasks(count: int) -> list[Task]:
    from abscopal.rehearsal.rehearsing import Variant, plan_recipe

    recipe = plan_recipe(
        STUDY.protocol, Variant(DESIGN, SCENARIO), ParameterDraw(0, {}), "IT", "x", 1, Settings()
    )
    return [Task(recipe, place * CHUNK) for place in range(count)]


def test_an_interrupt_keeps_what_is_finished_and_says_how_to_go_on(tmp_path: Path):
    done: list[int] = []

    def interrupted(task: Task) -> pl.DataFrame:
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(task.first)
        return pretend(task)

    tasks, cache = list_tasks(5), Cache(tmp_path / "cache")
    with pytest.raises(RehearsalInterrupted, match=r"3 of 5 .* Give the same command again"):
        simulate_tasks(
            tasks, cache=cache, workforce=Workforce(), report=lambda *_: None, simulate=interrupted
        )
    done.clear()
    rows = simulate_tasks(
        tasks, cache=cache, workforce=Workforce(), report=lambda *_: None, simulate=interrupted
    )
    assert done == [3 * CHUNK, 4 * CHUNK]
    assert [frame["first"][0] for frame in rows] == [task.first for task in tasks]


def test_a_damaged_file_is_made_again(tmp_path: Path):
    tasks, cache = list_tasks(2), Cache(tmp_path)
    simulate_tasks(tasks, cache=cache, workforce=Workforce(), report=lambda *_: None, simulate=pretend)
    cache.path(tasks[1]).write_bytes(b"PAR1 cut short")
    rows = simulate_tasks(tasks, cache=cache, workforce=Workforce(), report=lambda *_: None, simulate=pretend)
    assert rows[1]["first"][0] == CHUNK
    assert pl.read_parquet(cache.path(tasks[1])).height == 1


def test_a_full_disk_is_a_sentence(tmp_path: Path, monkeypatch):
    def full(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OutputError, match=r"the disk is full; 0 of 2 .* Make room"):
        simulate_tasks(
            list_tasks(2),
            cache=Cache(tmp_path),
            workforce=Workforce(),
            report=lambda *_: None,
            simulate=pretend,
        )
    assert not list(tmp_path.glob("*.part"))


def test_another_seed_scenario_or_range_is_another_task():
    task = list_tasks(1)[0]
    recipes = [
        replace(task.recipe, seed=2),
        replace(task.recipe, draw=1),
        replace(task.recipe, medians={"r": 0.02}),
    ]
    keys = {task.key, Task(task.recipe, CHUNK).key, *(Task(recipe, 0).key for recipe in recipes)}
    assert len(keys) == 5


@pytest.mark.slow
def test_operating_characteristics_hold_together(tmp_path: Path):
    """A small rehearsal end to end: shares add up, intervals cover, and the same command reads what it kept."""
    variants = plan_variants(STUDY.protocol, [read_change("stopping=ignore")])
    common = {
        "trials": 50, "study_hash": STUDY.document_hash, "seed": 3, "draws": [ParameterDraw(0, {})],
        "settings": Settings(190.0, 1e-4),
        "cache": Cache(tmp_path), "workforce": Workforce(),
    }  # fmt: skip
    calls: list[tuple[int, int]] = []
    first = rehearse_trials(STUDY.protocol, variants, **common, report=lambda *call: calls.append(call))
    assert calls[-1] == (2, 2)  # both ways share their patients
    again = rehearse_trials(STUDY.protocol, variants, **common, report=lambda *call: calls.append(call))
    assert calls[-1] == (2, 2)
    assert first[0].trials.equals(again[0].trials)
    rows = {row.quantity: row for row in compute_characteristics(first[0]) if row.draw == ALL}
    assert sum(row.estimate for name, row in rows.items() if name.startswith("conclusion.")) == pytest.approx(
        1
    )
    assert list_conclusions(first) == tuple(
        sorted(name[11:] for name in rows if name.startswith("conclusion."))
    )
    spoken = compute_characteristics(first[1], conclusions=["met", "overrun"])
    never = [row for row in spoken if row.quantity == "conclusion.overrun" and row.draw in (ALL, "0")]
    assert [(row.estimate, row.lower, row.n) for row in never] == [(0.0, 0.0, 50)]
    assert never[0].upper == pytest.approx(1 - 0.025 ** (1 / 50))
    assert rows["severe_rate.IT.coverage"].estimate > 0.85
    assert abs(rows["severe_rate.IT.bias"].estimate) < 0.05
    assert rows["severe_rate.IV.mean"].estimate > rows["severe_rate.IT.mean"].estimate
    direct = simulate_task(next(iter(list_tasks(1))))
    assert direct.height == CHUNK


def test_rows_of_one_arm_need_only_that_arm():
    single = plan_trial(read_study("dex2").protocol, choose_scenario(read_study("dex2").protocol))
    coming = simulate_entries(single, trials=4, study_hash="x", seed=1, draw=0)
    assert isinstance(coming, Entries)
    rows = derive_trials(single, coming, {"vaccine": make_patients(200, 3)}, numbers=np.arange(4), draw=0)
    # The rule is printed as a rate: half of the patients counted.
    assert (rows["primary_minimum"] == np.ceil(rows["primary_evaluable"] / 2)).all()
    assert "pfs_log_rank_z" not in rows.columns
