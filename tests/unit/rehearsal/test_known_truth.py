"""Bias and coverage against what is true of the same virtual patients: read without error, and none of them lost."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from abscopal.protocol.reading import read_study
from abscopal.rehearsal.arm_plans import plan_arm
from abscopal.rehearsal.array_curves import Medians
from abscopal.rehearsal.courses import NEVER, Settings, simulate_courses
from abscopal.rehearsal.endpoint_rules import choose_endpoint_rules
from abscopal.rehearsal.endpoints import derive_endpoints
from abscopal.rehearsal.estimator_quality import (
    Truth,
    _judge_median,
    _take_middle,
    compute_truths,
    list_estimator_quality,
)
from abscopal.rehearsal.landmarks import Landmark, choose_landmarks
from abscopal.rehearsal.model.description import read_model
from abscopal.rehearsal.operating_characteristics import compute_spread_of_draws
from abscopal.rehearsal.readings import derive_readings, plan_scans
from abscopal.rehearsal.recruitment import simulate_entries
from abscopal.rehearsal.rehearsing import Rehearsed, Variant
from abscopal.rehearsal.scenario import choose_scenario
from abscopal.rehearsal.tasks import KEPT
from abscopal.rehearsal.trial_design import plan_trial
from abscopal.rehearsal.trials import derive_trials
from abscopal.rehearsal.true_endpoints import TRUE_KINDS, derive_true_columns

STUDY, MODEL, HORIZON = read_study("nivipit"), read_model(), 365.0
SCENARIO = choose_scenario(STUDY.protocol)
# A trial that stops early is biased by that too.
DESIGN = plan_trial(STUDY.protocol, SCENARIO, stopping="ignore")
RULES = choose_endpoint_rules(STUDY.protocol, window_days=DESIGN.window_days)
SCANS = plan_scans(STUDY.protocol, horizon_days=HORIZON)
LANDMARKS = choose_landmarks(STUDY.protocol, horizon_days=HORIZON, scans=SCANS)
ON_THE_DAY = tuple(replace(scan, before=0, after=0) for scan in SCANS)
PERFECT = {
    "diameter_error_percent": 0.0, "missed_visit_probability": 0.0, "loss_per_year": 0.0,
    "randomised_not_analysed_probability": 0.0,
}  # fmt: skip


def change(**settings):
    return choose_scenario(STUDY.protocol, changes=settings)


@pytest.fixture(scope="module", params=["IT", "IV"])
def courses(request):
    """Patients whom nobody fails to treat; they may be lost."""
    return simulate_courses(
        MODEL, plan_arm(STUDY.protocol, request.param, MODEL, horizon_days=HORIZON),
        change(randomised_not_analysed_probability=0.0, loss_per_year=1.0, treatment_beyond_progression=1.0),
        np.arange(1500), study_hash_key=1, arm_key=2, settings=Settings(HORIZON, 1e-4),
    )  # fmt: skip


def see(courses, scans, scenario):
    """What a trial records of them, and what is true, as the rows of a task."""
    endpoints = derive_endpoints(courses, derive_readings(courses, scans, scenario, arm_key=2), RULES)
    columns = {name: getattr(endpoints, name) for name in KEPT}
    return pl.DataFrame(columns | derive_true_columns(courses, scans, scenario, RULES))


def test_whoever_sees_everything_without_error_sees_the_truth(courses):
    kept = replace(courses, loss_day=np.full(1500, NEVER))
    rows = see(kept, ON_THE_DAY, change(**PERFECT))
    for name in TRUE_KINDS:
        assert rows[name].cast(float).equals(rows[f"true_{name}"].cast(float).alias(name)), name
    truths = compute_truths(rows)
    assert truths["response_rate"].value == rows.filter("treated")["responds"].mean()
    assert truths["response_rate"].error == pytest.approx(
        (truths["response_rate"].value * (1 - truths["response_rate"].value) / 1500) ** 0.5, rel=0.01
    )


def test_a_truth_knows_neither_reader_nor_missed_scan_nor_loss(courses):
    """Whatever the scenario says of seeing, the true columns stay as they are."""
    poor = change(diameter_error_percent=50.0, missed_visit_probability=0.5)
    kept = replace(courses, loss_day=np.full(1500, NEVER))
    true = [f"true_{name}" for name in TRUE_KINDS]
    assert (
        see(courses, SCANS, poor).select(true).equals(see(kept, ON_THE_DAY, change(**PERFECT)).select(true))
    )


def test_reading_error_makes_responses_and_loss_takes_them_away(courses):
    """The best of several erroneous readings is better than the lesion; whoever is lost early never responds."""
    kept = replace(courses, loss_day=np.full(1500, NEVER))
    wrong = see(kept, ON_THE_DAY, change(**PERFECT | {"diameter_error_percent": 15.0}))
    assert wrong["responds"].mean() > wrong["true_responds"].mean() + 0.01
    lost = see(replace(courses, loss_day=np.full(1500, 30.0)), ON_THE_DAY, change(**PERFECT))
    assert lost["responds"].mean() < 0.5 * lost["true_responds"].mean()
    assert lost["true_progressed"].sum() > lost["progressed"].sum()


def judge(patients, trials=36):
    """What a rehearsal says of its estimates when such patients stand in both arms."""
    coming = simulate_entries(DESIGN, trials=trials, study_hash="x", seed=1, draw=0)
    cohorts = {"IT": patients, "IV": patients}
    rows = derive_trials(DESIGN, coming, cohorts, numbers=np.arange(trials), draw=0, landmarks=LANDMARKS)
    owned = {(0, arm): cohort for arm, cohort in cohorts.items()}
    rehearsed = Rehearsed(Variant(DESIGN, SCENARIO), rows, owned, LANDMARKS)
    return {row.quantity: row for row in list_estimator_quality(rehearsed)}


def test_bias_of_a_rehearsal_shows_the_reading_error(courses):
    """Trials put together from patients read with a large error: the response rate comes out too high."""
    kept = replace(courses, loss_day=np.full(1500, NEVER))
    exact, wrong = (
        judge(see(kept, ON_THE_DAY, change(**PERFECT | {"diameter_error_percent": error})))
        for error in (0.0, 20.0)
    )
    assert abs(exact["response_rate.IT.bias"].estimate) < 0.03
    assert wrong["response_rate.IT.bias"].estimate > 0.01
    assert wrong["response_rate.IT.bias"].estimate > exact["response_rate.IT.bias"].estimate + 0.01
    assert wrong["response_rate.IT.truth"] == exact["response_rate.IT.truth"]
    assert wrong["response_rate.IT.truth"].n == 1500
    assert 0.01 < wrong["response_rate.IT.truth_error"].estimate < 0.014
    assert exact["response_rate.IT.coverage"].upper > 0.95
    # A lesion is read several times, and its best counts: error makes lesions shrink that did not.
    is_injected = bool(np.isfinite(courses.first_injection_day).any())
    for quantity in ("distant_lesion_rate", *(["injected_lesion_rate"] if is_injected else [])):
        assert abs(exact[f"{quantity}.IT.bias"].estimate) < 0.03
        assert wrong[f"{quantity}.IT.bias"].estimate > exact[f"{quantity}.IT.bias"].estimate + 0.01
        assert exact[f"{quantity}.IT.coverage"].upper > 0.9
    assert ("injected_lesion_rate.IT.truth" in exact) == is_injected
    assert "injected_lesion_rate.IV.truth" not in exact  # nothing is injected in that arm
    assert abs(exact["primary_rate.bias"].estimate) < 0.03


def test_survival_is_judged_at_a_day_and_by_its_median(courses):
    """Overall survival has its median beyond follow-up: the share alive at a year is what it says."""
    kept = replace(courses, loss_day=np.full(1500, NEVER))
    rows = see(kept, ON_THE_DAY, change(**PERFECT))
    truths = compute_truths(rows, landmarks=LANDMARKS)
    assert truths["os_share_365"].value == pytest.approx(1 - rows["died"].mean())
    assert truths["os_share_365"].error == pytest.approx(
        (rows["died"].mean() * (1 - rows["died"].mean()) / 1500) ** 0.5, rel=1e-6
    )
    assert truths["os_median"].value == np.inf
    # Patients are drawn anew; the median falls on the day of a scan again, but is not known to the day.
    median = truths["pfs_median"]
    assert median.value in {scan.day for scan in SCANS}
    assert 1 < median.error < 20
    found = judge(rows)
    for quantity in ("pfs_share_183.IT", "os_share_365.IT"):
        assert abs(found[f"{quantity}.bias"].estimate) < 0.03
        assert found[f"{quantity}.coverage"].estimate > 0.8
    assert "os_median.IT.truth" not in found
    bias = found["pfs_median.IT.median_bias"]
    assert bias.lower <= bias.estimate <= bias.upper
    assert found["pfs_median.IT.truth"].estimate == median.value
    assert found["pfs_median.IT.coverage"].estimate > 0.8


def test_scans_made_late_make_progression_look_later(courses):
    """The scan of day 168 made on day 189 shows nothing by day 183."""
    late = tuple(replace(scan, day=scan.day + 21) if scan.day > 0 else scan for scan in ON_THE_DAY)
    kept = replace(courses, loss_day=np.full(1500, NEVER))
    endpoints = derive_endpoints(kept, derive_readings(kept, late, change(**PERFECT), arm_key=2), RULES)
    columns = {name: getattr(endpoints, name) for name in KEPT}
    rows = pl.DataFrame(columns | derive_true_columns(kept, SCANS, change(**PERFECT), RULES))
    found = judge(rows)
    assert found["pfs_share_183.IT.bias"].lower > 0


def test_truth_of_a_median_is_the_one_in_the_middle():
    """As the medians of trials are told in the middle; the error is that of draws that err together."""
    truths = {0: Truth(168.0, 2.0, 10), 1: Truth(252.0, 4.0, 20), 2: Truth(300.0, 6.0, 30)}
    middle = _take_middle(truths, np.array([0, 1, 2, 2, 1]))
    assert (middle.value, middle.patients) == (252.0, 60)
    assert middle.error == pytest.approx(4.0)
    assert _take_middle(truths, np.array([0, 0, 0])).error == pytest.approx(2.0)
    truths[3] = Truth(np.inf, np.nan, 5)
    beyond = _take_middle(truths, np.array([0, 1, 1, 3, 3]))
    assert (beyond.value, beyond.error) == (252.0, pytest.approx(4.0))
    assert _take_middle(truths, np.array([0, 3, 3])).value == np.inf


def test_a_draw_beyond_follow_up_counts_in_truth_and_coverage_but_not_in_bias():
    trials = pl.DataFrame({"draw": [0, 0, 0, 1, 1]})
    found = Medians(
        np.array([100.0, 120.0, 90.0, np.inf, 200.0]),
        np.array([80.0, 110.0, 70.0, 150.0, 120.0]),
        np.array([130.0, np.inf, 100.0, np.inf, 300.0]),
    )
    truths = {0: Truth(105.0, 1.0, 10), 1: Truth(np.inf, np.nan, 10)}
    rows = {row.quantity: row for row in _judge_median("planned", "os_median.IT", trials, found, truths)}
    assert rows["os_median.IT.truth"].estimate == 105.0
    bias = rows["os_median.IT.median_bias"]
    assert (bias.estimate, bias.n) == (-5.0, 3)
    # One interval of three holds 105; the open one of two holds what lies beyond follow-up.
    coverage = rows["os_median.IT.coverage"]
    assert (coverage.estimate, coverage.n) == (pytest.approx(2 / 5), 5)


@pytest.mark.parametrize(
    ("study", "horizon", "expected"),
    [
        ("nivipit", 365.0, [("pfs", 183), ("os", 365)]),
        ("nivipit", 190.0, [("os", 183)]),  # the last scan of those days does not reach half a year
        ("nivipit", 800.0, [("pfs", 730), ("os", 730)]),
        ("dex2", 365.0, [("pfs", 122), ("os", 365)]),  # its primary endpoint names the day
    ],
)
def test_curves_are_read_where_an_endpoint_says_or_at_the_last_half_year(study, horizon, expected):
    protocol = read_study(study).protocol
    scans = plan_scans(protocol, horizon_days=horizon)
    found = choose_landmarks(protocol, horizon_days=horizon, scans=scans)
    assert found == tuple(Landmark(curve, day) for curve, day in expected)


def test_the_spread_between_draws_leaves_chance_out():
    """Draws that differ by chance alone differ by nothing; those that do differ keep their own spread."""
    generator = np.random.default_rng(1)
    draws = np.repeat(np.arange(40), 5)
    chance = generator.normal(0, 1, 200)
    found = [compute_spread_of_draws(generator.normal(0, 1, 200), draws)[1] for _ in range(200)]
    assert np.mean(np.square(found)) < 0.02  # the mean of five has a variance of 0.2
    apart = compute_spread_of_draws(chance + np.repeat(generator.normal(0, 2, 40), 5), draws)
    assert apart[1] == pytest.approx(2, rel=0.3)
    assert apart[2] < apart[0] < apart[3]
    assert compute_spread_of_draws(chance[:40], np.arange(40)) is None
    assert compute_spread_of_draws(chance, np.zeros(200)) is None
