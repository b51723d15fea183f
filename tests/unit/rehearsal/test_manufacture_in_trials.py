"""What manufacture costs many trials: days to the first dose of the own product, and patients who never have one."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from abscopal.evidence.rehearsal_words import name_quantity
from abscopal.protocol.reading import read_study
from abscopal.rehearsal.arm_plans import plan_arm
from abscopal.rehearsal.comparison import plan_variants
from abscopal.rehearsal.courses import Courses, Settings, simulate_courses
from abscopal.rehearsal.endpoint_rules import choose_endpoint_rules
from abscopal.rehearsal.endpoints import PatientEndpoints, derive_endpoints
from abscopal.rehearsal.ensemble import ParameterDraw
from abscopal.rehearsal.model.description import read_model
from abscopal.rehearsal.operating_characteristics import compute_characteristics
from abscopal.rehearsal.readings import derive_readings, plan_scans
from abscopal.rehearsal.recruitment import Entries
from abscopal.rehearsal.rehearsing import rehearse_trials
from abscopal.rehearsal.scenario import choose_scenario
from abscopal.rehearsal.tasks import KEPT
from abscopal.rehearsal.trial_design import plan_trial
from abscopal.rehearsal.trials import derive_trials
from abscopal.rehearsal.workers import Cache, Workforce

DEX2, NIVIPIT = read_study("dex2").protocol, read_study("nivipit").protocol
NOTHING_ELSE = {
    "missed_visit_probability": 0.0,
    "randomised_not_analysed_probability": 0.0,
    "loss_per_year": 0.0,
    "mild_events_per_month": 0.0,
    "manufacturing_days_spread": 0.0,
    "second_collection_probability": 0.0,
    "progression_before_first_dose_probability": 0.0,
    "model_lambda_D": 0.0,
    "treatment_beyond_progression": 1.0,
}


def follow(protocol, arm: str, **changes: float) -> tuple[Courses, PatientEndpoints]:
    scenario = choose_scenario(protocol, changes=NOTHING_ELSE | changes)
    settings = Settings(200.0, 1e-3)
    plan = plan_arm(protocol, arm, read_model(), horizon_days=200.0)
    courses = simulate_courses(
        read_model(), plan, scenario, np.arange(120), study_hash_key=1, arm_key=2, settings=settings
    )
    readings = derive_readings(courses, plan_scans(protocol, horizon_days=200.0), scenario, arm_key=2)
    return courses, derive_endpoints(courses, readings, choose_endpoint_rules(protocol))


@pytest.mark.slow
def test_days_lost_are_those_between_the_calendar_and_the_product():
    arm = DEX2.arms[0].identifier
    courses, found = follow(DEX2, arm, manufacturing_failure_probability=0.3, manufacturing_days=30.0)
    own = courses.dose_days[courses.is_own_product]
    ready = courses.product_ready_day[0 if np.isfinite(courses.product_ready_day[0]) else 1]
    waited = own[own >= ready][0] - own[0]
    assert waited > 0
    made = np.isfinite(courses.product_ready_day)
    assert 0.5 < made.mean() < 0.9
    assert set(found.product_delay[made & courses.given[:, courses.is_own_product].any(axis=1)]) == {waited}
    assert np.isnan(found.product_delay[~made]).all()
    assert (found.lacks_product == ~made).all()


@pytest.mark.slow
def test_where_nothing_is_made_nothing_is_lost():
    _, found = follow(NIVIPIT, NIVIPIT.arms[0].identifier)
    assert np.isnan(found.product_delay).all()
    assert not found.lacks_product.any()


def test_a_trial_gives_the_days_the_late_and_the_lacking():
    """Five patients a trial: on time, 7 and 21 days late, without a product, and gone before any was planned."""
    design = replace(plan_trial(DEX2, choose_scenario(DEX2)), patients=5, stopping="ignore", looks=())
    arm = design.arms[0]
    cohort = pl.DataFrame({name: np.zeros(10, kind) for name, kind in KEPT.items()}).with_columns(
        product_delay=pl.Series([0.0, 7.0, 21.0, np.nan, np.nan] * 2),
        lacks_product=pl.Series([False, False, False, True, False] * 2),
    )
    places = np.zeros((2, 5), np.int8)
    entries = Entries(places, np.tile(np.arange(5), (2, 1)), places)
    row = derive_trials(design, entries, {arm: cohort}, numbers=np.arange(2), draw=0).row(1, named=True)
    assert row[f"product_delay_{arm}"] == pytest.approx(28 / 3)
    assert row[f"product_delay_longest_{arm}"] == 21
    assert row[f"product_late_{arm}"] == 0.5
    assert row[f"product_lacking_{arm}"] == 0.25
    nobody = cohort.with_columns(product_delay=pl.lit(np.nan), lacks_product=pl.lit(value=False))
    row = derive_trials(design, entries, {arm: nobody}, numbers=np.arange(2), draw=0).row(0, named=True)
    assert np.isnan([value for name, value in row.items() if name.startswith("product_")]).all()


@pytest.mark.slow
@pytest.mark.parametrize(("name", "is_told"), [("dex2", True), ("nivipit", False)])
def test_the_page_has_them_where_a_product_is_made_and_nowhere_else(name, is_told, tmp_path):
    study = read_study(name)
    (rehearsed,) = rehearse_trials(
        study.protocol,
        plan_variants(study.protocol, []),
        trials=20,
        study_hash=study.document_hash,
        seed=3,
        draws=[ParameterDraw(0, {})],
        settings=Settings(190.0, 1e-3),
        cache=Cache(tmp_path),
        workforce=Workforce(),
        report=lambda *_: None,
    )
    told = {row.quantity: row for row in compute_characteristics(rehearsed) if row.draw == "all"}
    arm = rehearsed.variant.design.arms[0]
    for quantity in ("product_delay", "product_delay_longest", "product_late", "product_lacking"):
        assert (f"{quantity}.{arm}.mean" in told) == is_told
        assert quantity not in name_quantity(f"{quantity}.{arm}.mean", language="fr")
    if is_told:
        assert told[f"product_delay.{arm}.q95"].unit == "days"
        assert 0 < told[f"product_lacking.{arm}.mean"].estimate < 0.6
