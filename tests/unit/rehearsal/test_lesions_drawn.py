"""What differs between lesions of one virtual patient."""

import numpy as np
import pytest

from abscopal.errors import OptionError
from abscopal.protocol.reading import read_study
from abscopal.rehearsal.arm_plans import plan_arm
from abscopal.rehearsal.courses import NO_SITE, Settings, draw_groups, simulate_courses
from abscopal.rehearsal.lesion_sites import SITES
from abscopal.rehearsal.model.description import read_model
from abscopal.rehearsal.random_numbers import make_key
from abscopal.rehearsal.readings import TARGET_TENTHS, derive_readings, plan_scans
from abscopal.rehearsal.scenario import choose_scenario

PROTOCOL = read_study("nivipit").protocol


@pytest.mark.parametrize("median", [0.45, 0.9])
def test_retention_and_release_differ_between_lesions_and_nobody_retains_more_than_the_dose(median: float):
    scenario = choose_scenario(PROTOCOL, changes={"plausibility_filter": 0.0, "model_f_ret": median})
    groups = draw_groups(read_model(), scenario, np.arange(600), study_hash_key=make_key("depot"))
    retained = np.concatenate([np.ravel(group.values["f_ret"]) for group in groups])
    released = np.concatenate([np.ravel(group.values["k_s"]) for group in groups])
    assert retained.max() <= 1.0
    assert np.median(retained) == pytest.approx(median, rel=0.05)
    assert np.median(released) == pytest.approx(0.27, rel=0.05)
    assert np.std(np.log(released)) == pytest.approx(0.3, rel=0.1)
    assert (np.std(np.log(retained)) < 0.27) == (median == 0.9), "cut at the whole dose"
    assert all(np.ptp(group.values["k_s"], axis=1).min() > 0 for group in groups if group.lesions > 1)


def simulate(study: str, arm: str, **changes: float):
    protocol, model, key = read_study(study).protocol, read_model(), make_key("sites")
    scenario = choose_scenario(protocol, changes={"treatment_beyond_progression": 1.0} | changes)
    plan = plan_arm(protocol, arm, model, horizon_days=120.0)
    courses = simulate_courses(
        model, plan, scenario, np.arange(800), study_hash_key=key, arm_key=make_key("sites", arm),
        settings=Settings(120.0, 1e-3),
    )  # fmt: skip
    return courses, derive_readings(
        courses, plan_scans(protocol, horizon_days=120.0), scenario, arm_key=make_key("sites", arm)
    )


def test_lesions_lie_where_the_scenario_says_and_alike_in_every_arm():
    courses, _ = simulate("nivipit", "IT", site_share_skin=0.25, site_share_subcutaneous=0.75)
    other, _ = simulate("nivipit", "IV", site_share_skin=0.25, site_share_subcutaneous=0.75)
    assert (courses.sites == other.sites).all()
    place = np.arange(courses.sites.shape[1])
    is_reached = place < courses.injected[:, None]
    is_there = place < courses.lesions[:, None]
    assert ((courses.sites == NO_SITE) == ~is_there).all()
    assert np.mean(courses.sites[is_reached] == SITES.index("SKIN")) == pytest.approx(0.25, abs=0.04)
    assert set(courses.sites[is_reached]) == {0, 1}
    others = courses.sites[is_there & ~is_reached]
    for site, share in (("LUNG", 0.5), ("LIVER", 0.25), ("ADRENAL GLAND", 0.1), ("PLEURA", 0.15)):
        assert np.mean(others == SITES.index(site)) == pytest.approx(share, abs=0.05)


def test_where_the_study_injects_nothing_no_lesion_needs_to_be_reached():
    courses, _ = simulate("dex2", "vaccine")
    assert set(courses.sites[courses.sites != NO_SITE]) == {2, 3, 4, 5}


def test_the_two_largest_lesions_of_an_organ_are_its_targets():
    shares = {
        "site_share_lung": 1.0,
        "site_share_liver": 0.0,
        "site_share_adrenal": 0.0,
        "site_share_pleura": 0.0,
    }
    _, readings = simulate("dex2", "vaccine", lesions_injected_one=0.0, lesions_injected_two=0.0,
        lesions_injected_three_or_more=1.0, **shares)  # fmt: skip
    baseline = readings.tenths[:, 0]
    measurable = (baseline >= TARGET_TENTHS).sum(axis=1)
    assert (readings.is_target.sum(axis=1) == np.minimum(measurable, 2)).all()
    assert (measurable > 2).sum() > 50
    smallest = np.where(readings.is_target, baseline, 10_000).min(axis=1)
    left_out = np.where(readings.is_target, 0, baseline).max(axis=1)
    assert (left_out <= smallest).all()


def test_shares_of_sites_that_are_no_whole_are_refused():
    with pytest.raises(OptionError, match=r"site_share_skin, site_share_subcutaneous add up to 1\.100"):
        choose_scenario(PROTOCOL, changes={"site_share_skin": 0.7})
