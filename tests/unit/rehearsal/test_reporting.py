"""Patients in detail are the patients of the rehearsal, and published results stand beside the right numbers."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from abscopal.evidence.figures.rehearsal_data import LevelBeside
from abscopal.evidence.rehearsal_tables import CharacteristicRow
from abscopal.protocol.reading import read_study
from abscopal.rehearsal.arm_plans import plan_arm
from abscopal.rehearsal.characteristic import RATES
from abscopal.rehearsal.courses import Settings, simulate_courses
from abscopal.rehearsal.ensemble import ParameterDraw
from abscopal.rehearsal.model.description import read_model
from abscopal.rehearsal.random_numbers import make_key
from abscopal.rehearsal.readings import plan_scans
from abscopal.rehearsal.reporting.pictures import render_trial_figures
from abscopal.rehearsal.reporting.published_checks import list_target_checks
from abscopal.rehearsal.reporting.report import read_record, write_rehearsal_report
from abscopal.rehearsal.reporting.representative_courses import simulate_representatives
from abscopal.rehearsal.scenario import choose_scenario
from abscopal.rehearsal.seen_progression import watch_progression

STUDY = read_study("nivipit")


def test_targets_stand_beside_the_quantity_they_are():
    def row(quantity: str, draw: str, value: float) -> CharacteristicRow:
        return CharacteristicRow("planned", draw, quantity, value, value - 0.1, value + 0.1, 9, "proportion")

    rows = [
        row("severe_rate.IT.mean", "all", 0.99),
        row("severe_rate.IT.mean", "between draws", 0.25),
        row("response_rate.IV.mean", "all", 0.9),
    ]
    recorded = {
        "identifier": "elsewhere", "text": {"en": "Another trial"}, "kind": "median", "use": "held_out",
        "observed": 0.5, "observed_lower": 0.3, "observed_upper": 0.7,
        "ensemble": 0.75, "ensemble_lower": 0.6, "ensemble_upper": 0.9, "is_inside": False,
    }  # fmt: skip
    found = list_target_checks(STUDY.protocol, rows, (), record=[recorded], language="en")
    checks = {check.published: check for check in found}
    severe, response, other = checks[0.243], checks[0.62], checks[0.5]
    assert (other.label, other.is_hit) == (
        "Another trial: share with the event by the published median",
        False,
    )
    assert (severe.use, severe.published, severe.fitted) == ("fit", 0.243, 0.25)
    assert (round(severe.lower or 0, 3), round(severe.upper or 0, 3)) == (0.118, 0.412)
    assert (severe.fitted_lower, severe.fitted_upper) == pytest.approx((0.15, 0.35))
    # One set of parameters has no range.
    assert (response.use, response.fitted_lower, response.is_hit) == ("held_out", 0.9, False)


def test_a_level_that_was_held_out_and_missed_is_shown_as_missed():
    """The page has levels of its own, but no interval for them: the record's judgement stands."""
    record = [row for row in read_record(STUDY.folder)["targets"] if row["kind"] == "mean"]
    beside = LevelBeside(
        "Intravenous ipilimumab + nivolumab", "ipilimumab", "peak", 42.2, 12.3, 20.0, 40.0, 90.0
    )
    for levels in ((), (beside,)):
        found = list_target_checks(STUDY.protocol, (), levels, record=record, language="en")
        peak = next(check for check in found if check.label == "Ipilimumab peak in the IV arm")
        assert peak.is_hit is False
        assert peak.fitted > peak.upper > 42.2
    (unrecorded,) = list_target_checks(STUDY.protocol, (), (beside,), language="en")
    assert (unrecorded.fitted, unrecorded.is_hit) == (40.0, None)


def test_a_comparison_is_drawn_where_every_way_is_told():
    def row(design: str, quantity: str, value: float) -> CharacteristicRow:
        return CharacteristicRow(design, "all", quantity, value, value, value, 600, "probability")

    rows = [row("planned", "conclusion.met", 0.8), row("patients=80", "conclusion.met", 0.0)]
    rows.append(row("planned", "stopped", 0.02))
    trials = pl.DataFrame({"design": ["planned"], "duration_days": [1400.0]})
    figure = render_trial_figures(trials, rows, names={}, language="fr")["what_if"]
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["comme prévu", "patients=80"]
    points = {line.get_xdata()[0] for line in figure.axes[0].lines if len(line.get_xdata()) == 1}
    assert points == {0.8, 0.0}
    assert len(figure.axes) == 1  # of stopping, one way says nothing


@pytest.mark.slow
def test_patients_in_detail_are_those_of_the_rehearsal():
    model, scenario = read_model(), choose_scenario(STUDY.protocol)
    plan = plan_arm(STUDY.protocol, "IT", model, horizon_days=183)
    watch = watch_progression(
        scenario, lambda: plan_scans(STUDY.protocol, horizon_days=183), arm_key=make_key("h", 0, "IT")
    )
    keys = {"study_hash_key": make_key("h", 0), "arm_key": make_key("h", 0, "IT"), "watch": watch}
    settings = Settings(183.0, 1e-6)
    detailed = simulate_representatives(model, plan, scenario, np.arange(70), settings=settings, **keys)
    courses = simulate_courses(model, plan, scenario, np.arange(70), settings=settings, **keys)
    shared = np.isin(detailed.days, courses.days)
    assert detailed.lesions["T"][:, shared] == pytest.approx(courses.volume_ml, rel=1e-5, nan_ok=True)
    assert (detailed.courses.given == courses.given).all()
    # Just after a first dose the level is the dose over the volume, less what left in half an hour.
    assert np.nanmedian(detailed.plasma["NIVOLUMAB"][:, 1]) > 10 * np.nanmedian(
        detailed.plasma["NIVOLUMAB"][:, 0] + 1
    )
    assert not detailed.is_injected[:, 3:].any()


@pytest.mark.slow
def test_the_report_is_written_beside_the_files_of_a_rehearsal(tmp_path: Path):
    arms = {"IT": 0.26, "IV": 0.57}
    columns = {
        "design": ["planned"] * 4,
        "entered": [57] * 4,
        "failed": [0] * 4,
        "duration_days": [1400.0, 1500.0, 1450.0, 1480.0],
        "primary_successes": [22, 24, 25, 26],
        "primary_minimum": [23] * 4,
    }
    for arm in arms:
        columns |= {f"{events}_{arm}": [10, 11, 12, 13] for _, events, _ in RATES}
        columns |= {f"{counted}_{arm}": [38] * 4 for _, _, counted in RATES}
        columns |= {f"pfs_median_{arm}": [252.0, 336.0, 340.0, np.inf], f"os_median_{arm}": [np.inf] * 4}
        columns |= {f"os_share_183_{arm}": [0.9, 0.95, 1.0, 0.8]}
    pl.DataFrame(columns).write_parquet(tmp_path / "trials.parquet")
    rows = [
        {"design": "planned", "draw": "all", "quantity": f"severe_rate.{arm}.mean", "estimate": rate,
         "lower": rate - 0.01, "upper": rate + 0.01, "n": 4, "unit": "proportion"}
        for arm, rate in arms.items()
    ]  # fmt: skip
    rows += [row | {"quantity": row["quantity"].replace("severe_rate", "os_share_183")} for row in rows]
    rows.append(rows[0] | {"quantity": "conclusion.met", "estimate": 0.75, "unit": "probability"})
    (tmp_path / "operating_characteristics.json").write_text(json.dumps(rows), encoding="utf-8")
    settings = {"loss_per_year": {"value": 0.03, "unit": "1/year", "provenance": "assumed"}}
    design = {"name": "planned", "mode": "randomised", "scenario": "published", "rule": None,
              "left_out": [{"en": "The pause is not rehearsed.", "fr": "La pause n’est pas répétée."}], "settings": settings}  # fmt: skip
    run = {"seed": 1, "study_hash": STUDY.document_hash, "designs": [design]}
    (tmp_path / "rehearsal.json").write_text(json.dumps(run), encoding="utf-8")
    page = write_rehearsal_report(
        tmp_path, STUDY, (ParameterDraw(0, {}),), settings=Settings(183.0, 1e-6), language="en"
    ).read_text(encoding="utf-8")
    names = {file.stem for file in (tmp_path / "figures").iterdir()}
    assert names == {"lesions", "plasma", "populations", "conclusions", "endpoints", "targets", "widths",
                     "sensitivity"}  # fmt: skip
    assert all(f'id="rehearsal-{name}"' in page for name in names)
    assert "loss_per_year" in page
    assert "alive at day 183" in page
    assert "beyond follow-up: " in page  # one trial of four has its median there, and no bar
    assert (tmp_path / "credibility.md").read_text(encoding="utf-8").startswith("# Credibility: NIVIPIT")
