"""Death and new lesions: cumulative hazards of the description, added up by the engine on a weekly grid.

The trapezium rule is the only approximation: it errs by the bend of the rate between two weeks. In growing and
shrinking lesions of the model, from ten weeks on, it stays within two thousandths of the integral; on a daily grid
within a twentieth of that. Both are held here against SciPy and libroadrunner, which integrate hazards as states.
"""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from abscopal.errors import ImpossibleStateError
from abscopal.protocol.reading import read_study
from abscopal.rehearsal.arm_plans import plan_arm
from abscopal.rehearsal.courses import Settings, draw_groups, simulate_courses
from abscopal.rehearsal.engine.cohort import advance, make_cohort, read_state
from abscopal.rehearsal.engine.hazards import accumulate_hazards
from abscopal.rehearsal.given_doses import MM_OF_ONE_ML, compute_diameter
from abscopal.rehearsal.model.antimony_text import write_antimony
from abscopal.rehearsal.model.description import read_model
from abscopal.rehearsal.model.equations import list_hazard_states
from abscopal.rehearsal.model.lane_kernel import lay_out, write_source
from abscopal.rehearsal.model.plain import compute_start, make_right_hand_side
from abscopal.rehearsal.model.sbml import convert_to_sbml
from abscopal.rehearsal.random_numbers import draw_uniforms, make_key
from abscopal.rehearsal.scenario import choose_scenario

MODEL = read_model()
SCENARIO = choose_scenario(read_study("nivipit").protocol, changes={"treatment_beyond_progression": 1.0})
END, FIRST_WEEKS = 182.0, 10
WITHIN_WEEKLY, WITHIN_DAILY = 2e-3, 1e-4


def draw_untreated(patients: int = 24):
    """Patients with lesions that grow, some of which shrink once killing is made twice as strong."""
    group = max(draw_groups(MODEL, SCENARIO, np.arange(200), study_hash_key=make_key("hazards")), key=len_of)
    values = {
        name: np.asarray(value)[:patients] if np.ndim(value) else value
        for name, value in group.values.items()
    }
    values["kmax"] = values["kmax"] * np.where(np.arange(patients) % 2, 3.0, 1.0)
    return values, group.lesions


def len_of(group) -> int:
    return len(group.numbers)


def add_up(values: dict, lesions: int, step: float) -> tuple[np.ndarray, dict]:
    days = np.arange(0.0, END + step / 2, step)
    cohort = make_cohort(MODEL, values, lesions=lesions)
    start = read_state(cohort, "T")[:, None, :]
    later = advance(cohort, until=END, tolerance=1e-8, at=days[1:].tolist(), keep=["T"])["T"]
    return days, accumulate_hazards(MODEL, values, {"T": np.concatenate([start, later], axis=1)}, days)


def of_one(values: dict, number: int) -> dict:
    return {
        name: float(value) if np.ndim(value) == 0 else np.asarray(value)[number].tolist()
        for name, value in values.items()
    }


@pytest.mark.parametrize(("step", "within"), [(7.0, WITHIN_WEEKLY), (1.0, WITHIN_DAILY)])
def test_the_engine_agrees_with_the_plain_right_hand_side(step, within):
    values, lesions = draw_untreated()
    days, ours = add_up(values, lesions, step)
    later = days >= 7.0 * FIRST_WEEKS
    changes = []
    for number in range(0, 24, 3):
        own = of_one(values, number)
        rate = make_right_hand_side(MODEL, own, lesions=lesions)
        start = compute_start(MODEL, own, lesions=lesions)
        solved = solve_ivp(rate, (0.0, END), start, method="LSODA", t_eval=days, rtol=1e-10, atol=1e-12).y
        for row, name in ((-2, "HO"), (-1, "HN")):
            np.testing.assert_allclose(ours[name][number, later], solved[row, later], rtol=within)
        changes.append(solved[10, -1] / solved[10, 0])
    assert min(changes) < 0.5 < 2 < max(changes), "lesions that shrink, and lesions that grow"


def test_the_engine_agrees_with_libroadrunner():
    import roadrunner

    values, lesions = draw_untreated()
    days, ours = add_up(values, lesions, 7.0)
    for number in (0, 1, 11):
        text = write_antimony(MODEL, of_one(values, number), [], lesions=lesions)
        runner = roadrunner.RoadRunner(convert_to_sbml(text, name=MODEL.name))
        runner.integrator.relative_tolerance, runner.integrator.absolute_tolerance = 1e-11, 1e-13
        theirs = np.array(runner.simulate(0, END, len(days), ["time", "HO", "HN"]))
        for column, name in ((1, "HO"), (2, "HN")):
            np.testing.assert_allclose(
                ours[name][number, FIRST_WEEKS:], theirs[FIRST_WEEKS:, column], rtol=WITHIN_WEEKLY
            )


def test_courses_end_where_the_sum_of_diameters_says():
    """Worked out apart from the description: spheres, a power of their sum, and the day chance is reached."""
    protocol, key = read_study("nivipit").protocol, make_key("hazards", "IT")
    plan = plan_arm(protocol, "IT", MODEL, horizon_days=365.0)
    courses = simulate_courses(
        MODEL, plan, SCENARIO, np.arange(400), study_hash_key=key, arm_key=key, settings=Settings(365.0)
    )
    chance = -np.log(draw_uniforms(key, np.arange(400), purpose="follow_up", count=3))
    total = np.nansum(compute_diameter(courses.volume_ml), axis=2)
    for found, threshold, power in (
        (courses.death_day, chance[:, 0], 0.8),
        (courses.new_lesion_day, chance[:, 1], 1.0),
    ):
        rate = 4e-4 * (total / 60.0) ** power
        added = np.cumsum(np.diff(courses.days) * (rate[:, 1:] + rate[:, :-1]) / 2, axis=1)
        reached = np.array(
            [
                np.interp(goal, np.r_[0.0, row], courses.days)
                for goal, row in zip(threshold, added, strict=True)
            ]
        )
        is_reached = added[:, -1] >= threshold
        assert 20 < is_reached.sum() < 380
        assert (np.isfinite(found) == is_reached).all()
        np.testing.assert_allclose(found[is_reached], reached[is_reached], rtol=1e-9)


def test_the_sum_of_diameters_is_that_of_the_scans():
    known = {item.symbol: item.expression for item in MODEL.assignments}
    assert known["SLD"] == f"total({MM_OF_ONE_ML:g}*T**(1/3))"


def test_the_kernel_does_not_carry_them():
    source = write_source(MODEL, lay_out(MODEL))
    assert "SLD" not in source
    assert "lambda_D" not in source
    assert list_hazard_states(MODEL) == ("T",)


def test_a_hazard_stands_on_states_parameters_and_time_alone():
    odd = MODEL.hazards[0].model_copy(update={"rate": "lambda_D*k_in"})
    with pytest.raises(ImpossibleStateError, match="k_in"):
        list_hazard_states(MODEL.model_copy(update={"hazards": (odd,)}))
