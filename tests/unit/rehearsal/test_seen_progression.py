"""Doses after a progression that a scan has shown: given where the setting says so, else none."""

import numpy as np
import polars as pl
import pytest

from abscopal.derivations.response.settings import ResponseSettings
from abscopal.errors import ImpossibleStateError
from abscopal.protocol.reading import read_study
from abscopal.rehearsal.arm_plans import plan_arm
from abscopal.rehearsal.array_response import ArrayResponses, derive_array_responses
from abscopal.rehearsal.courses import Courses, Settings, simulate_courses
from abscopal.rehearsal.model.description import read_model
from abscopal.rehearsal.readings import Readings, derive_readings, plan_scans
from abscopal.rehearsal.scenario import choose_scenario
from abscopal.rehearsal.seen_progression import watch_progression
from abscopal.rehearsal.trial.simulate import VirtualTrial, simulate_trial
from abscopal.rehearsal.trial.write import make_trial_keys
from abscopal.rehearsal.trial_design import plan_trial

pytestmark = pytest.mark.slow
STUDIES = ("nivipit", "dex2")
HORIZON = 300.0
Followed = tuple[Courses, Readings, ArrayResponses]


def follow(name: str, *, beyond: float) -> Followed:
    protocol, model = read_study(name).protocol, read_model()
    scenario = choose_scenario(
        protocol, changes={"treatment_beyond_progression": beyond, "loss_per_year": 0.3}
    )
    scans = plan_scans(protocol, horizon_days=HORIZON)
    courses = simulate_courses(
        model,
        plan_arm(protocol, protocol.arms[0].identifier, model, horizon_days=HORIZON),
        scenario,
        np.arange(300),
        study_hash_key=1,
        arm_key=2,
        settings=Settings(HORIZON, 1e-6),
        watch=watch_progression(scenario, lambda: scans, arm_key=2),
    )
    readings = derive_readings(courses, scans, scenario, arm_key=2)
    return courses, readings, derive_array_responses(readings, ResponseSettings())


@pytest.fixture(scope="module", params=STUDIES)
def both(request) -> tuple[Followed, Followed]:
    return follow(request.param, beyond=1.0), follow(request.param, beyond=0.0)


def test_no_dose_follows_the_day_of_a_scan_that_shows_progression(both):
    (beyond, _, seen_beyond), (stopped, _, seen) = both
    late = stopped.given & (stopped.dose_days > seen.progression_day[:, None])
    assert not late.any()
    assert (beyond.given & (beyond.dose_days > seen_beyond.progression_day[:, None])).any()
    assert np.isinf(beyond.stop_day).all()


def test_what_stops_a_dose_is_what_the_readings_show_at_the_end(both):
    _, (stopped, _, seen) = both
    is_stopped = np.isfinite(stopped.stop_day) & ~stopped.failed
    assert 10 < is_stopped.sum() < 300
    assert (stopped.stop_day == seen.progression_day)[is_stopped].all()
    last = stopped.dose_days[-1]
    assert (is_stopped == (seen.progression_day < last))[~stopped.failed].all()


def test_everything_up_to_the_progression_is_as_it_was(both):
    (beyond, readings, before), (stopped, other, after) = both
    assert np.array_equal(before.progression_day, after.progression_day)
    assert np.array_equal(before.best, after.best)
    until = np.minimum(before.progression_day, HORIZON)[:, None]
    is_early = (readings.day <= until) & readings.done
    assert np.array_equal(is_early, (other.day <= until) & other.done)
    moved = np.abs(readings.tenths - other.tenths)[is_early]
    assert moved.max() <= 1  # neighbours share the steps of the integrator
    assert (moved == 0).mean() > 0.99
    earlier = beyond.dose_days <= until
    assert np.array_equal(beyond.given & earlier, stopped.given & earlier)


def test_nobody_forgets_to_watch():
    protocol, model = read_study("nivipit").protocol, read_model()
    scenario = choose_scenario(protocol, changes={"treatment_beyond_progression": 0.0})
    with pytest.raises(ImpossibleStateError, match="nobody watches"):
        simulate_courses(
            model,
            plan_arm(protocol, "IT", model, horizon_days=100.0),
            scenario,
            np.arange(2),
            study_hash_key=1,
            arm_key=2,
            settings=Settings(100.0),
        )


def run_trial(beyond: float) -> VirtualTrial:
    study = read_study("nivipit")
    return simulate_trial(
        study.protocol,
        choose_scenario(study.protocol, changes={"treatment_beyond_progression": beyond}),
        read_model(),
        keys=make_trial_keys(study, seed=2),
        patients=30,
        tolerance=1e-5,
    )


def test_the_tables_of_one_trial_agree_and_say_why_treatment_ended():
    trial = run_trial(0.0)
    ended = trial.tables["ds"].filter(
        (pl.col("DSSCAT") == "STUDY TREATMENT") & (pl.col("DSDECOD") == "PROGRESSIVE DISEASE")
    )
    assert ended.height > 3
    doses = trial.tables["ex"].group_by("USUBJID").agg(pl.col("EXSTDTC").str.head(10).max())
    scans = trial.tables["tr"].select("USUBJID", DSSTDTC="TRDTC").unique()
    joined = ended.join(doses, on="USUBJID", how="inner")
    assert (joined["EXSTDTC"] <= joined["DSSTDTC"]).all()
    assert ended.join(scans, on=["USUBJID", "DSSTDTC"], how="semi").height == ended.height
    assert "no dose is given after the day of a scan" in trial.notes[0].en


def test_the_page_says_which_of_the_two_it_is():
    protocol = read_study("nivipit").protocol
    told = {}
    for beyond in (0.0, 1.0):
        changes = {"treatment_beyond_progression": beyond}
        left_out = plan_trial(protocol, choose_scenario(protocol, changes=changes)).left_out
        (told[beyond],) = (sentence for sentence in left_out if sentence.en.startswith("Doses: "))
    assert "treatment goes on after progression" in told[1.0].en
    assert "le traitement continue après progression" in told[1.0].fr
    assert "aucune dose n’est donnée après le jour" in told[0.0].fr
