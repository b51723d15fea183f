"""The integrator against others: SciPy, libroadrunner, closed forms, and relations that need no known answer."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from abscopal.rehearsal.engine.cohort import Cohort, advance, give_doses, make_cohort, read_state
from abscopal.rehearsal.model.antimony_text import GivenDose, write_antimony
from abscopal.rehearsal.model.description import read_model
from abscopal.rehearsal.model.plain import compute_start, make_right_hand_side

MODEL = read_model()
CALENDAR = [(0.0, 78.0, 23.4), (21.0, 78.0, 23.4), (42.0, 78.0, 23.4), (63.0, 78.0, 23.4), (84.0, 234.0, 0.0)]
DAYS = [float(day) for day in range(7, 106, 7)]


def draw_values(patients: int, lesions: int, *, seed: int = 1) -> dict:
    generator = np.random.default_rng(seed)
    values = {}
    for parameter in MODEL.parameters:
        shape = {"shared": (), "patient": (patients,), "lesion": (patients, lesions)}[parameter.scope]
        spread = 0.4 * generator.standard_normal(shape)
        values[parameter.symbol] = parameter.value * (np.exp(spread) if parameter.scope != "shared" else 1.0)
    values["f_ret"] = np.full((patients, lesions), 0.45)
    values["w"] = np.full(patients, 1 / 3)
    return values


def run(
    values: dict,
    lesions: int,
    *,
    tolerance: float,
    calendar=CALENDAR,
    end: float = 105.0,
    injected: int = 0,
    moments=DAYS,
) -> tuple[Cohort, dict]:
    cohort = make_cohort(MODEL, values, lesions=lesions)
    days = [day for day, _, _ in calendar] + [end]
    found: list[dict] = []
    for (day, nivolumab, ipilimumab), until in zip(calendar, days[1:], strict=True):
        give_doses(cohort, "nivolumab_intravenous", np.full(cohort.patients, nivolumab))
        into = np.zeros((cohort.patients, lesions))
        into[:, injected] = ipilimumab
        give_doses(cohort, "ipilimumab_intratumoral", into)
        at = [d for d in moments if day < d <= until]
        found.append(
            advance(
                cohort, until=until, tolerance=tolerance, at=at, keep=["T", "H", "A_n1", "A_i1", "L", "R"]
            )
        )
    return cohort, {name: np.concatenate([part[name] for part in found], axis=1) for name in found[0]}


def one_patient(values: dict, number: int) -> dict:
    shaped = {}
    for name, value in values.items():
        array = np.asarray(value)
        shaped[name] = (
            float(array)
            if array.ndim == 0
            else float(array[number])
            if array.ndim == 1
            else array[number].tolist()
        )
    return shaped


def integrate_with_scipy(values: dict, lesions: int, *, tolerance: float) -> np.ndarray:
    y = compute_start(MODEL, values, lesions=lesions)
    rate = make_right_hand_side(MODEL, values, lesions=lesions)
    first = len(MODEL.list_states("patient"))
    rows = [first + 6 * place for place in range(lesions)]
    found = []
    ends = [day for day, _, _ in CALENDAR[1:]] + [105.0]
    for (day, nivolumab, ipilimumab), until in zip(CALENDAR, ends, strict=True):
        y[0] += nivolumab
        y[2] += 0.55 * ipilimumab
        y[first + 5] += 0.45 * ipilimumab
        at = [d for d in DAYS if day < d <= until]
        stops = sorted({*at, until})
        answer = solve_ivp(rate, (day, until), y, method="DOP853", t_eval=stops, rtol=tolerance, atol=1e-12)
        found.append(answer.y[:, : len(at)])
        y = answer.y[:, -1]
    return np.concatenate(found, axis=1)[[*rows, 9]]


def test_agrees_with_scipy_on_the_plain_right_hand_side():
    values = draw_values(40, 3)
    _, fast = run(values, 3, tolerance=1e-8)
    for number in (0, 17, 39):
        slow = integrate_with_scipy(one_patient(values, number), 3, tolerance=1e-10)
        np.testing.assert_allclose(fast["T"][number].T, slow[:3], rtol=1e-6)
        np.testing.assert_allclose(fast["H"][number], slow[3], rtol=1e-6, atol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 100, 20))
def test_agrees_with_scipy_at_the_working_tolerance(first):
    """A hundred patients, twenty at a time."""
    values = draw_values(100, 3, seed=4)
    _, fast = run(values, 3, tolerance=1e-6)
    for number in range(first, first + 20):
        slow = integrate_with_scipy(one_patient(values, number), 3, tolerance=1e-10)
        np.testing.assert_allclose(fast["T"][number].T, slow[:3], rtol=1e-5)


def write_sbml(values: dict, doses: list[GivenDose]) -> str:
    import antimony

    assert antimony.loadAntimonyString(write_antimony(MODEL, values, doses, lesions=2)) >= 0, (
        antimony.getLastError()
    )
    return antimony.getSBMLString(MODEL.name)


def test_agrees_with_libroadrunner_on_the_exported_model():
    import roadrunner

    values = draw_values(33, 2, seed=2)
    _, fast = run(values, 2, tolerance=1e-8)
    doses = [GivenDose("nivolumab_intravenous", day, dose) for day, dose, _ in CALENDAR]
    doses += [GivenDose("ipilimumab_intratumoral", day, dose, lesion=0) for day, _, dose in CALENDAR if dose]
    for number in (0, 32):
        model = roadrunner.RoadRunner(write_sbml(one_patient(values, number), doses))
        model.integrator.relative_tolerance, model.integrator.absolute_tolerance = 1e-11, 1e-13
        answer = np.array(model.simulate(0, 105, 106, ["time", "T_1", "T_2", "H", "A_i1"]))
        # On the day of a dose the tools differ in whether they show the moment before or after it.
        between = [day for day in DAYS if day not in {dose.day for dose in doses}]
        rows = [int(day) for day in between]
        kept = [DAYS.index(day) for day in between]
        np.testing.assert_allclose(fast["T"][number][kept], answer[rows][:, 1:3], rtol=1e-5)
        np.testing.assert_allclose(fast["A_i1"][number][kept], answer[rows, 4], rtol=1e-5)


def test_agrees_with_libroadrunner_just_before_and_just_after_each_dose():
    """A minute and a half to either side: what a dose does at once, and what is left of the one before."""
    import roadrunner

    gap = 1e-3
    moments = [day + side for day, _, _ in CALENDAR for side in (-gap, gap) if day + side > 0]
    values = draw_values(33, 2, seed=2)
    _, fast = run(values, 2, tolerance=1e-8, moments=moments)
    doses = [GivenDose("nivolumab_intravenous", day, dose) for day, dose, _ in CALENDAR]
    doses += [GivenDose("ipilimumab_intratumoral", day, dose, lesion=0) for day, _, dose in CALENDAR if dose]
    model = roadrunner.RoadRunner(write_sbml(one_patient(values, 32), doses))
    model.integrator.relative_tolerance, model.integrator.absolute_tolerance = 1e-11, 1e-13
    model.timeCourseSelections = ["time", "T_1", "L_1", "A_n1", "A_i1"]
    answer = np.array(model.simulate(times=[0.0, *moments]))[1:]
    np.testing.assert_allclose(answer[:, 0], moments)
    np.testing.assert_allclose(fast["T"][32][:, 0], answer[:, 1], rtol=1e-5)
    np.testing.assert_allclose(fast["L"][32][:, 0], answer[:, 2], rtol=1e-5, atol=1e-9)
    np.testing.assert_allclose(fast["A_n1"][32], answer[:, 3], rtol=1e-5)
    np.testing.assert_allclose(fast["A_i1"][32], answer[:, 4], rtol=1e-5)
    rises = np.diff(fast["A_n1"][32])[1::2]
    assert (rises > 0.9 * np.array([dose for _, dose, _ in CALENDAR if dose][1:])).all()


def test_the_vaccine_agrees_with_libroadrunner_on_the_exported_model():
    """Vaccine in the node, NK cells and every state of the lesion, before and after each dose but on its very day."""
    import roadrunner

    values, days = draw_values(33, 2, seed=6), [0.0, 7.0, 14.0, 21.0, 42.0]
    states = ["D", "N", "P", "B", "T", "E", "R", "M", "G"]
    cohort = make_cohort(MODEL, values, lesions=2)
    kept: dict[str, list] = {name: [] for name in states}
    between = []
    for day, until in pairwise([*days, 70.0]):
        give_doses(cohort, "exosomes_intradermal", np.ones(33))
        at = list(np.arange(day + 1, until))
        part = advance(cohort, until=until, tolerance=1e-8, at=at, keep=states)
        between += at
        for name in states:
            kept[name].append(part[name])
    doses = [GivenDose("exosomes_intradermal", day, 1.0) for day in days]
    columns = [f"{name}_{lesion}" if name in "TERMG" else name for name in states for lesion in (1, 2)]
    for number in (0, 32):
        model = roadrunner.RoadRunner(write_sbml(one_patient(values, number), doses))
        model.integrator.relative_tolerance, model.integrator.absolute_tolerance = 1e-11, 1e-13
        answer = np.array(model.simulate(0, 70, 71, ["time", *dict.fromkeys(columns)]))
        rows = answer[[int(day) for day in between]][:, 1:]
        ours = np.concatenate(
            [np.concatenate(kept[name], axis=1)[number].reshape(len(between), -1) for name in states], axis=1
        )
        np.testing.assert_allclose(ours, rows, rtol=1e-5, atol=1e-10)


def test_two_compartments_agree_with_the_closed_form():
    """With clearance that does not change, plasma follows two exponentials."""
    values = draw_values(8, 1, seed=3)
    values["Emax_n"] = np.zeros(8)
    cohort = make_cohort(MODEL, values, lesions=1)
    give_doses(cohort, "nivolumab_intravenous", np.full(8, 240.0))
    days = [0.5, 1.0, 5.0, 14.0, 28.0, 60.0]
    found = advance(cohort, until=60.0, tolerance=1e-9, at=days, keep=["A_n1"])["A_n1"]
    clearance, first, exchange, second = (values[name] for name in ("CL_n", "V1_n", "Q_n", "V2_n"))
    k10, k12, k21 = clearance / first, exchange / first, exchange / second
    total = k10 + k12 + k21
    alpha = (total + np.sqrt(total**2 - 4 * k10 * k21)) / 2
    beta = k10 * k21 / alpha
    for column, day in enumerate(days):
        expected = (
            240.0
            / (alpha - beta)
            * ((alpha - k21) * np.exp(-alpha * day) + (k21 - beta) * np.exp(-beta * day))
        )
        np.testing.assert_allclose(found[:, column], expected, rtol=1e-7)


def test_doses_add_up():
    """Plasma after two doses is the sum of plasma after each."""
    values = draw_values(5, 1, seed=5)

    def plasma(calendar):
        return run(values, 1, tolerance=1e-9, calendar=calendar)[1]["A_i1"]

    first = plasma([(0.0, 0.0, 20.0), (21.0, 0.0, 0.0)])
    second = plasma([(0.0, 0.0, 0.0), (21.0, 0.0, 20.0)])
    both = plasma([(0.0, 0.0, 20.0), (21.0, 0.0, 20.0)])
    np.testing.assert_allclose(both, first + second, rtol=1e-6, atol=1e-9)


def test_a_dose_of_nothing_is_no_dose():
    values = draw_values(5, 2, seed=6)
    given, _ = run(values, 2, tolerance=1e-8, calendar=[(0.0, 0.0, 0.0), (30.0, 0.0, 0.0)])
    untreated = make_cohort(MODEL, values, lesions=2)
    advance(untreated, until=105.0, tolerance=1e-8, at=[], keep=[])
    np.testing.assert_allclose(read_state(given, "T"), read_state(untreated, "T"), rtol=1e-6)
    assert read_state(given, "H").tolist() == [0.0] * 5


def test_before_the_first_dose_only_the_lesions_move():
    values = draw_values(12, 2, seed=7)
    cohort = make_cohort(MODEL, values, lesions=2)
    before = {name: read_state(cohort, name) for name in ("E", "R", "M", "G")}
    advance(cohort, until=1e-3, tolerance=1e-9, at=[], keep=[])
    for name, value in before.items():
        np.testing.assert_allclose(read_state(cohort, name), value, rtol=1e-5)


@pytest.mark.parametrize("order", [[0, 2, 1], [2, 0, 1], [1, 2, 0]])
def test_the_order_of_the_lesions_changes_nothing(order):
    """The injected lesion moves with the others."""
    values = draw_values(6, 3, seed=8)
    swapped = {name: value[:, order] if np.ndim(value) == 2 else value for name, value in values.items()}
    _, found = run(values, 3, tolerance=1e-8)
    _, other = run(swapped, 3, tolerance=1e-8, injected=order.index(0))
    np.testing.assert_allclose(other["T"], found["T"][:, :, order], rtol=1e-7)


def test_half_the_tolerance_changes_less_than_the_tolerance():
    values = draw_values(32, 3, seed=9)
    _, coarse = run(values, 3, tolerance=1e-6)
    _, fine = run(values, 3, tolerance=5e-7)
    np.testing.assert_allclose(coarse["T"], fine["T"], rtol=1e-5)


def test_the_depot_loses_what_blood_gains():
    """Without clearance and exchange, what leaves the depot is in plasma: the sum stays."""
    values = draw_values(4, 2, seed=10)
    values["CL_i"], values["Q_i"] = np.full(4, 1e-12), np.full(4, 1e-12)
    cohort = make_cohort(MODEL, values, lesions=2)
    give_doses(cohort, "ipilimumab_intratumoral", np.array([[20.0, 4.0]] * 4))
    for until in (1.0, 5.0, 40.0):
        advance(cohort, until=until, tolerance=1e-9, at=[], keep=[])
        whole = read_state(cohort, "A_i1") + read_state(cohort, "L").sum(axis=1)
        np.testing.assert_allclose(whole, 24.0, rtol=1e-7)


def test_a_patient_does_not_depend_on_how_many_others_there_are():
    """The composition of a block is part of the result, up to the tolerance; a full block is the same block."""
    values = draw_values(64, 2, seed=11)
    first = {name: value[:32] if np.ndim(value) else value for name, value in values.items()}
    _, all_of_them = run(values, 2, tolerance=1e-6)
    _, first_block = run(first, 2, tolerance=1e-6)
    assert (all_of_them["T"][:32] == first_block["T"]).all()


def test_a_patient_who_cannot_be_integrated_is_counted_and_does_not_take_others_along():
    values = draw_values(40, 2, seed=12)
    values["theta"][3] = np.nan
    cohort, found = run(values, 2, tolerance=1e-6)
    assert np.flatnonzero(cohort.failed).tolist() == [3]
    assert np.isnan(found["T"][3]).all()
    assert np.isfinite(np.delete(found["T"], 3, axis=0)).all()
