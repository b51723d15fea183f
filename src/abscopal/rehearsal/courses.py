"""The course of each virtual patient of one arm: lesions, toxicity, death, loss, by day from the reference date.

This is the truth of a rehearsed patient. What the trial sees of it (scans, biopsies, contacts) is made elsewhere.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from abscopal.errors import ImpossibleStateError
from abscopal.rehearsal.arm_plans import ArmPlan, PlannedDose
from abscopal.rehearsal.engine.cohort import Cohort, advance, make_cohort, read_state
from abscopal.rehearsal.engine.hazards import accumulate_hazards
from abscopal.rehearsal.given_doses import (
    compute_withheld,
    draw_severe_days,
    give_planned_dose,
    is_held_by_mild_events,
)
from abscopal.rehearsal.lesion_sites import draw_sites
from abscopal.rehearsal.manufacture import draw_waiting
from abscopal.rehearsal.mild_events import MildEvents, draw_mild_events
from abscopal.rehearsal.model.description import ModelDescription
from abscopal.rehearsal.model.equations import list_hazard_states
from abscopal.rehearsal.random_numbers import draw_uniforms
from abscopal.rehearsal.scenario import Scenario
from abscopal.rehearsal.virtual_patients import Body, LesionSizes, VirtualPatients, draw_patients

Floats = NDArray[np.float64]
WEEK = 7.0
MOST_LESIONS = 5
NO_SITE = -1
NEVER = np.inf
VOLUME, TOXICITY, DEATH, NEW_LESION = "T", "H", "HO", "HN"
"""Symbols of the model: the volume of lesions, and the cumulative hazards of what befalls a patient."""


@dataclass(frozen=True, slots=True)
class Courses:
    """The courses of patients of one arm, sorted by number.

    Args:
        arm: identifier of the arm.
        numbers: numbers of the patients.
        weight_kg: weights.
        injected: how many lesions are injected; they come first.
        lesions: how many lesions there are.
        sites: patient by lesion, where it lies, as a place in `lesion_sites.SITES`; -1 where there is no such lesion.
        days: days of the grid.
        volume_ml: patient by day by lesion; not a number where there is no such lesion.
        dose_days: days of the planned administrations.
        interventions: the intervention of each planned administration.
        is_own_product: whether each planned administration is of the patient's own product.
        given: patient by administration; whether it was given.
        first_injection_day: patient by lesion, day of its first injection; infinite where it is never injected.
        severe_day: day on which severe toxicity begins; infinite where it never does.
        severe_grade: its grade, 3 or 4.
        severe_days: how long it lasts.
        death_day: day of death; infinite beyond the horizon.
        new_lesion_day: day on which the first new lesion can be seen; infinite where there is none.
        loss_day: day of loss to follow-up.
        treated: whether the patient is ever treated.
        draws: draws that each patient took.
        failed: whether the integration failed.
        has_product: whether the patient's own product is made and can still be given; true where there is none.
        product_failure_day: day on which the first product is found to have failed; infinite where it did not.
        product_ready_day: day on which a product is there; infinite where there never is one.
        waiting_progression_day: day of the progression seen while the product is made; infinite without one.
        stop_day: day of the scan whose progression stopped a later dose; infinite where none did.
        states: other states of the model that were asked for: patient by day by lesion (or by one).
    """

    arm: str
    numbers: NDArray[np.int64]
    weight_kg: Floats
    injected: NDArray[np.int64]
    lesions: NDArray[np.int64]
    sites: NDArray[np.int64]
    days: Floats
    volume_ml: Floats
    dose_days: Floats
    interventions: tuple[str, ...]
    is_own_product: NDArray[np.bool_]
    given: NDArray[np.bool_]
    first_injection_day: Floats
    severe_day: Floats
    severe_grade: NDArray[np.int64]
    severe_days: Floats
    death_day: Floats
    new_lesion_day: Floats
    loss_day: Floats
    treated: NDArray[np.bool_]
    draws: NDArray[np.int64]
    failed: NDArray[np.bool_]
    has_product: NDArray[np.bool_]
    product_failure_day: Floats
    product_ready_day: Floats
    waiting_progression_day: Floats
    stop_day: Floats
    states: Mapping[str, Floats] = field(default_factory=dict)


class ProgressionWatch(Protocol):
    """Tells, before the doses of a day, on which earlier day a scan first showed progression."""

    def __call__(self, tell_courses: Callable[[float], Courses], since: float, until: float) -> Floats | None:
        """Look at the scans before the doses of the day `until`.

        Args:
            tell_courses: tells the courses as they are known on a day; asked only where a scan may have been made.
            since: day of the doses before; scans before it were looked at then.
            until: day of the doses to come.

        Returns:
            A day for each patient, infinite where no scan showed progression; nothing where no scan was due.
        """


@dataclass(frozen=True, slots=True)
class Settings:
    """How courses are computed.

    Args:
        horizon_days: last day.
        tolerance: relative tolerance of the integrator.
        keep: other states of the model to keep on the grid, such as E; keeping them changes no number.
    """

    horizon_days: float = 365.0
    tolerance: float = 1e-6
    keep: tuple[str, ...] = ()


def simulate_courses(
    model: ModelDescription,
    plan: ArmPlan,
    scenario: Scenario,
    numbers: NDArray[np.int64],
    *,
    study_hash_key: int,
    arm_key: int,
    settings: Settings,
    groups: tuple[VirtualPatients, ...] | None = None,
    watch: ProgressionWatch | None = None,
) -> Courses:
    """Simulate patients of one arm.

    Args:
        model: the description.
        plan: the calendar of the arm.
        scenario: the scenario in force.
        numbers: numbers of the patients, in order.
        study_hash_key: key of the study and the draw: makes who the patients are, the same in every arm.
        arm_key: key that also knows the arm: makes what happens to them by chance.
        settings: horizon and tolerance.
        groups: the patients, where they were drawn for another arm already; drawn here when None.
        watch: tells which progression the trial has seen, from `seen_progression.watch_progression`; asked for where
            no dose is given beyond it.

    Returns:
        Their courses.

    Raises:
        ImpossibleStateError: treatment stops at progression, and nobody watches for it.
    """
    if watch is None and not is_treated_beyond_progression(scenario):
        raise ImpossibleStateError("Treatment stops at progression, but nobody watches for it.")
    drawn = groups
    if drawn is None:
        drawn = draw_groups(model, scenario, numbers, study_hash_key=study_hash_key)
    return _merge(
        [
            _simulate_group(model, plan, scenario, patients, study_hash_key, arm_key, settings, watch)
            for patients in drawn
        ]
    )


def is_treated_beyond_progression(scenario: Scenario) -> bool:
    """Whether doses are given after a progression that the trial has seen."""
    return scenario["treatment_beyond_progression"] >= 0.5


def draw_groups(
    model: ModelDescription,
    scenario: Scenario,
    numbers: NDArray[np.int64],
    *,
    study_hash_key: int,
) -> tuple[VirtualPatients, ...]:
    """Draw patients in groups with the same number of lesions; they are the same in every arm.

    Args:
        model: the description.
        scenario: the scenario in force.
        numbers: numbers of the patients, in order.
        study_hash_key: key of the study and the draw.

    Returns:
        The groups.
    """
    injected, distant = _count_lesions(scenario, numbers, study_hash_key)
    lesions = injected + distant
    groups: list[VirtualPatients] = []
    for count in np.unique(lesions).tolist():
        chosen = lesions == count
        groups.append(
            draw_patients(
                model,
                numbers[chosen],
                key=study_hash_key,
                lesions=count,
                injected=injected[chosen],
                medians=scenario.medians,
                sizes=LesionSizes(
                    scenario["injected_volume_ml"],
                    scenario["injected_volume_spread"],
                    scenario["distant_volume_ml"],
                    scenario["distant_volume_spread"],
                ),
                body=Body(scenario["weight_mean_kg"], scenario["weight_sd_kg"]),
                is_filtered=scenario.is_filtered,
            )
        )
    return tuple(groups)


def _count_lesions(
    scenario: Scenario, numbers: NDArray[np.int64], key: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many lesions to inject, and how many distant ones, each patient has."""
    chance = draw_uniforms(key, numbers, purpose="screening", count=4)
    one, two = scenario["lesions_injected_one"], scenario["lesions_injected_two"]
    none, single = scenario["lesions_distant_none"], scenario["lesions_distant_one"]
    injected = 1 + (chance[:, 0] >= one) + (chance[:, 0] >= one + two)
    distant = 0 + (chance[:, 1] >= none) + (chance[:, 1] >= none + single)
    return injected.astype(np.int64), distant.astype(np.int64)


def _simulate_group(
    model: ModelDescription,
    plan: ArmPlan,
    scenario: Scenario,
    patients: VirtualPatients,
    key: int,
    arm_key: int,
    settings: Settings,
    watch: ProgressionWatch | None,
) -> Courses:
    values = compute_arm_values(model, plan, scenario, patients, key)
    cohort = make_cohort(model, values, lesions=patients.lesions)
    chance = draw_uniforms(arm_key, patients.numbers, purpose="toxicity", count=2)
    threshold = -np.log(chance[:, 0])
    grade = np.where(chance[:, 1] < scenario["grade_4_share"], 4, 3).astype(np.int64)
    given_days = [day for day in plan.days if day <= settings.horizon_days]
    grid = np.unique([*np.arange(0.0, settings.horizon_days, WEEK), *given_days, settings.horizon_days])
    doses = [dose for dose in plan.doses if dose.day <= settings.horizon_days]
    missed = draw_uniforms(arm_key, patients.numbers, purpose="operations", count=max(1, len(doses)))
    treated = _are_treated(scenario, patients, key)
    own_doses = [dose.day for dose in doses if dose.basis == "product_dose"]
    waiting = draw_waiting(
        scenario, patients.numbers, key=key, dose_days=own_doses, collection_day=plan.collection_day
    )
    mild = _draw_mild(scenario, doses, patients.numbers, arm_key)
    given = np.zeros((len(patients.numbers), len(doses)), dtype=np.bool_)
    first_injection = np.full((len(patients.numbers), MOST_LESIONS), NEVER)
    severe, severe_days = (
        np.full(len(patients.numbers), NEVER),
        draw_severe_days(patients.numbers, arm_key=arm_key),
    )
    stored = {
        name: [_read_day(cohort, name)]
        for name in dict.fromkeys([VOLUME, *list_hazard_states(model), *settings.keep])
    }
    hazard = np.zeros((len(patients.numbers), 1))
    kept_states = list(dict.fromkeys([*stored, TOXICITY]))
    days = sorted({0.0, *(dose.day for dose in doses), settings.horizon_days})
    stop = np.full(len(patients.numbers), NEVER)
    follow_up = -np.log(draw_uniforms(arm_key, patients.numbers, purpose="follow_up", count=3))
    sites = np.full((len(patients.numbers), MOST_LESIONS), NO_SITE)
    sites[:, : patients.lesions] = draw_sites(
        scenario, patients.numbers, key=key, within_reach=patients.injected, lesions=patients.lesions
    )

    hazards: dict[str, Floats] = {}

    def tell_courses(until: float) -> Courses:
        """The courses as they are known on a day up to which the patients were followed."""
        states = {name: np.concatenate(found, axis=1) for name, found in stored.items()}
        known_days = grid[grid <= until]
        hazards.update(accumulate_hazards(model, values, states, known_days, before=hazards))
        new_lesion = _cross(known_days, hazards[NEW_LESION], follow_up[:, 1])
        return Courses(
            arm=plan.arm,
            numbers=patients.numbers,
            weight_kg=patients.weight_kg,
            injected=patients.injected,
            lesions=np.full(len(patients.numbers), patients.lesions),
            sites=sites,
            days=known_days,
            volume_ml=_widen(states[VOLUME]),
            dose_days=np.array([dose.day for dose in doses]),
            interventions=tuple(dose.intervention for dose in doses),
            is_own_product=np.array([dose.basis == "product_dose" for dose in doses], dtype=np.bool_),
            first_injection_day=first_injection,
            given=given,
            severe_day=severe,
            severe_grade=grade,
            severe_days=severe_days,
            death_day=_cross(known_days, hazards[DEATH], follow_up[:, 0]),
            new_lesion_day=np.minimum(new_lesion, waiting.progression_day),
            loss_day=follow_up[:, 2] * 365.25 / max(scenario["loss_per_year"], 1e-12),
            treated=treated,
            draws=patients.draws,
            failed=cohort.failed.copy(),
            has_product=waiting.has_product,
            product_failure_day=waiting.failure_day,
            product_ready_day=waiting.ready_day,
            waiting_progression_day=waiting.progression_day,
            stop_day=stop,
            states={name: _widen(states[name]) for name in settings.keep},
        )

    before = 0.0
    for start, until in pairwise(days):
        if watch is not None and start > 0:
            seen = watch(tell_courses, before, start)
            stop = stop if seen is None else np.minimum(stop, seen)
        before = start
        for place, dose in enumerate(doses):
            if dose.day == start:
                withheld = compute_withheld(
                    dose, severe_day=severe, severe_days=severe_days, grade=grade, mild=mild
                )
                comes = (missed[:, place] >= scenario["missed_visit_probability"]) | (
                    dose.day == doses[0].day
                )
                has_dose = (waiting.has_product & (waiting.ready_day <= dose.day)) | (
                    dose.basis != "product_dose"
                )
                wanted = np.asarray(treated & ~withheld & has_dose & comes & np.isinf(stop), dtype=np.bool_)
                injected = give_planned_dose(
                    cohort, dose, patients, wanted, smallest_seen_mm=scenario["smallest_diameter_mm"]
                )
                is_whole = dose.route != "INTRATUMORAL"
                given[:, place] = wanted if is_whole else np.any(injected, axis=1)
                known = first_injection[:, : patients.lesions]
                known[injected & np.isinf(known)] = dose.day
        at = grid[(grid > start) & (grid <= until)]
        kept = advance(cohort, until=until, tolerance=settings.tolerance, at=at.tolist(), keep=kept_states)
        # The same crossing as on the whole grid, known in time for the next dose.
        segment = np.concatenate([hazard, kept[TOXICITY]], axis=1)
        severe = np.minimum(severe, _cross(np.array([start, *at]), segment, threshold))
        hazard = kept[TOXICITY][:, -1:]
        for name, found in stored.items():
            found.append(kept[name] if kept[name].ndim == 3 else kept[name][:, :, None])
    return tell_courses(settings.horizon_days)


def _draw_mild(
    scenario: Scenario, doses: Sequence[PlannedDose], numbers: NDArray[np.int64], arm_key: int
) -> MildEvents | None:
    """Events of grade 1 or 2, where they can hold a dose; elsewhere nobody asks."""
    if not any(map(is_held_by_mild_events, doses)):
        return None
    return draw_mild_events(
        scenario, numbers, arm_key=arm_key, first_day=doses[0].day, until_day=doses[-1].day
    )


def _read_day(cohort: Cohort, state: str) -> Floats:
    """A state as it is now: patient by one day by lesion, or by one."""
    values = read_state(cohort, state)
    return values[:, None, :] if values.ndim == 2 else values[:, None, None]


def _widen(values: Floats) -> Floats:
    """Give every patient as many places as anybody can have lesions; a state of the patient stands in the first."""
    wide = np.full((*values.shape[:2], MOST_LESIONS), np.nan)
    wide[:, :, : values.shape[2]] = values
    return wide


def compute_arm_values(
    model: ModelDescription, plan: ArmPlan, scenario: Scenario, patients: VirtualPatients, key: int
) -> Mapping[str, float | Floats]:
    """What the arm changes in the patients: draining nodes, one drug's effect on the other, who they are.

    Args:
        model: the description.
        plan: the calendar of the arm.
        scenario: the scenario in force.
        patients: the patients.
        key: key of the study and the draw.

    Returns:
        Every parameter of the model by symbol, as it is in this arm.
    """
    values = dict(patients.values)
    is_injected = any(dose.route == "INTRATUMORAL" for dose in plan.doses)
    count = len(patients.numbers)
    values["w"] = np.full(count, scenario["draining_share"] if is_injected else 0.0)
    chance = draw_uniforms(key, patients.numbers, purpose="screening", count=4)
    if "h_A2" not in scenario.medians:
        values["h_A2"] = np.ones(
            count
        )  # an eligible patient of a vaccine trial carries it; of others it is not read
    low = chance[:, 3] < scenario["low_nkp30_probability"]
    values["NKp30"] = np.asarray(values["NKp30"]) * np.where(low, 0.5, 1.0)
    for effect in model.combinations:
        reached = max(
            (dose.dose for dose in plan.doses if dose.drug == effect.drug and dose.basis == "per_kg"),
            default=0.0,
        )
        if reached >= effect.from_dose:
            values[effect.symbol] = np.asarray(values[effect.symbol]) * np.exp(effect.times_exp) + effect.plus
    return values


def _are_treated(scenario: Scenario, patients: VirtualPatients, key: int) -> NDArray[np.bool_]:
    """Whether a patient who entered is ever treated: lost, failed manufacture, or progression while waiting."""
    chance = draw_uniforms(key, patients.numbers, purpose="operations", count=3)
    lost = chance[:, 0] < scenario["randomised_not_analysed_probability"]
    return np.asarray(~lost)


def _cross(days: Floats, cumulative: Floats, threshold: Floats) -> Floats:
    """The day on which a rising curve reaches each patient's threshold; infinite where it does not."""
    reached = cumulative >= threshold[:, None]
    place = np.where(reached.any(axis=1), reached.argmax(axis=1), -1)
    row = np.arange(len(cumulative))
    after, before = cumulative[row, place], cumulative[row, np.maximum(place - 1, 0)]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(after > before, (threshold - before) / (after - before), 1.0)
    crossed = days[np.maximum(place - 1, 0)] + share * (days[place] - days[np.maximum(place - 1, 0)])
    return np.where(place < 0, NEVER, np.where(place == 0, days[0], crossed))


def _merge(parts: Sequence[Courses]) -> Courses:
    """One set of courses, in order of patient number."""
    numbers = np.concatenate([part.numbers for part in parts])
    order = np.argsort(numbers, kind="stable")

    def joined(name: str) -> Any:
        return np.concatenate([getattr(part, name) for part in parts])[order]

    per_patient = [
        "numbers", "weight_kg", "injected", "lesions", "sites", "volume_ml", "given", "severe_day", "severe_grade",
        "severe_days", "first_injection_day",
        "death_day", "new_lesion_day", "loss_day", "treated", "draws", "failed", "has_product",
        "product_failure_day", "product_ready_day",
        "waiting_progression_day", "stop_day",
    ]  # fmt: skip
    columns: dict[str, Any] = {name: joined(name) for name in per_patient}
    states = {name: np.concatenate([part.states[name] for part in parts])[order] for name in parts[0].states}
    return replace(parts[0], states=states, **columns)
