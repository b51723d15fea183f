"""What one set of population parameters gives for each published result, on virtual patients that stay the same.

Every set is tried on patients made of the same random numbers, so that sets differ by their parameters and not by
luck. The final sets are looked at again on other patients.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abscopal.errors import ImpossibleStateError, OptionError
from abscopal.protocol.rehearsal_plan import PublishedDirection
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.rehearsal.calibration.directions import simulate_direction
from abscopal.rehearsal.calibration.likelihood import (
    compute_binomial_term,
    compute_mean_term,
    compute_median_term,
)
from abscopal.rehearsal.calibration.targets import Calendar, Target, plan_calendars
from abscopal.rehearsal.courses import Courses, Settings, draw_groups, simulate_courses
from abscopal.rehearsal.endpoint_rules import choose_endpoint_rules
from abscopal.rehearsal.endpoints import PatientEndpoints, derive_endpoints
from abscopal.rehearsal.ensemble import ParameterDraw, apply_draw
from abscopal.rehearsal.first_cycle import simulate_first_cycle
from abscopal.rehearsal.model.description import ModelDescription
from abscopal.rehearsal.random_numbers import make_key
from abscopal.rehearsal.readings import derive_readings, plan_scans
from abscopal.rehearsal.scenario import Scenario
from abscopal.rehearsal.seen_progression import watch_progression
from abscopal.rehearsal.virtual_patients import VirtualPatients, compute_acceptance

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Question:
    """What candidates are tried on.

    Args:
        model: the description.
        protocol: the study file.
        scenario: the scenario in force.
        targets: the results to compute.
        calendars: the arms they need.
        patients: virtual patients of each arm.
        stream: name of the random numbers; another name gives other patients.
        directions: published directions to look at; none while searching.
        tolerance: relative tolerance of the integrator.
    """

    model: ModelDescription
    protocol: StudyProtocol
    scenario: Scenario
    targets: tuple[Target, ...]
    calendars: Mapping[str, Calendar]
    patients: int
    stream: str
    directions: tuple[PublishedDirection, ...] = ()
    tolerance: float = 1e-4

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to another process: the study file goes as text, for its generic parts cannot go otherwise."""
        text = self.protocol.model_dump_json(by_alias=True)
        rest = (self.scenario, self.targets, self.calendars, self.patients, self.stream)
        return _unpack, (self.model, text, *rest, self.directions, self.tolerance)


def _unpack(model: ModelDescription, protocol: str, *rest: Any) -> Question:
    return Question(model, _read_protocol(protocol), *rest)


@cache
def _read_protocol(text: str) -> StudyProtocol:
    return StudyProtocol.model_validate_json(text)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a candidate gives.

    Args:
        fitted: by target, the share, the median in days or the mean.
        judged: by target, what is judged: of a median, the share with the event by the published one.
        directions: by published direction, the fold or difference that the candidate gives.
        acceptance: share of drawn patients that the plausibility filter keeps.
        failed: patients that could not be integrated.
        likelihood: logarithm of the likelihood of the targets.
    """

    fitted: Mapping[str, float]
    judged: Mapping[str, float]
    directions: Mapping[str, float]
    acceptance: float
    failed: int
    likelihood: float


def make_question(
    model: ModelDescription,
    protocol: StudyProtocol,
    scenario: Scenario,
    targets: tuple[Target, ...],
    *,
    patients: int,
    stream: str,
    directions: tuple[PublishedDirection, ...] = (),
) -> Question:
    """Lay out what candidates are tried on.

    Args:
        model: the description.
        protocol: the study file.
        scenario: the scenario in force.
        targets: the results to compute.
        patients: virtual patients of each arm.
        stream: name of the random numbers.
        directions: published directions to look at.

    Returns:
        The question.
    """
    calendars = plan_calendars(protocol, targets, model, follow_up_days=scenario["follow_up_days"])
    # A plain dictionary: a question travels to other processes.
    travelling = replace(scenario, medians=dict(scenario.medians))
    return Question(model, protocol, travelling, targets, calendars, patients, stream, directions)


def simulate_candidate(question: Question, medians: Mapping[str, float]) -> Answer | None:
    """Try one set of population parameters.

    Args:
        question: what it is tried on.
        medians: the set, by name.

    Returns:
        What it gives; nothing where its plausibility filter finds nobody.
    """
    scenario = apply_draw(question.scenario, ParameterDraw(0, medians))
    fitted: dict[str, float] = {}
    judged: dict[str, float] = {}
    failed = 0
    groups: tuple[VirtualPatients, ...] = ()
    if question.directions or any(target.kind != "mean" for target in question.targets):
        try:
            groups = draw_groups(
                question.model,
                scenario,
                np.arange(question.patients),
                study_hash_key=make_key(question.stream, "patients"),
            )
        except OptionError:
            return None
    for name, calendar in question.calendars.items():
        targets = [target for target in question.targets if target.arm == name]
        of_lesions = [target for target in targets if target.kind != "mean"]
        if of_lesions:
            courses = _simulate_arm(question, scenario, name, calendar, groups)
            failed += int(courses.failed.sum())
            _answer(question, scenario, name, courses, of_lesions, fitted, judged)
        for target in targets:
            if target.kind == "mean":
                fitted[target.identifier] = _compute_concentration(question, scenario, calendar, target)
                judged[target.identifier] = fitted[target.identifier]
    directions = {
        finding.identifier: simulate_direction(
            question.model, question.protocol, scenario, finding, groups,
            stream=question.stream, tolerance=question.tolerance,
        )
        for finding in question.directions
    }  # fmt: skip
    draws = [group.draws for group in groups]
    acceptance = compute_acceptance(np.concatenate(draws)) if draws else float("nan")
    likelihood = sum(
        compute_term(target, judged[target.identifier], question.patients)
        for target in question.targets
        if target.use == "fit"
    )
    return Answer(fitted, judged, directions, acceptance, failed, likelihood)


def compute_term(target: Target, judged: float, patients: int) -> float:
    """Log-likelihood of one target; a share of 0 or 1 is moved by half a virtual patient.

    Args:
        target: the published result.
        judged: what is judged.
        patients: virtual patients of the arm.

    Returns:
        The logarithm of the likelihood.
    """
    if target.kind == "mean":
        return compute_mean_term(target.observed, target.sd, target.n, judged)
    share = compute_moved_share(judged, patients)
    if target.kind == "median":
        return compute_median_term(target.n, share)
    return compute_binomial_term(target.events, target.n, share)


def compute_moved_share(share: float, patients: int) -> float:
    """A simulated share moved by half a virtual patient towards the middle: never 0 and never 1.

    Example:
        >>> compute_moved_share(0.0, 49)
        0.01
    """
    return (share * patients + 0.5) / (patients + 1)


def _simulate_arm(
    question: Question,
    scenario: Scenario,
    name: str,
    calendar: Calendar,
    groups: tuple[VirtualPatients, ...],
) -> Courses:
    return simulate_courses(
        question.model,
        calendar.plan,
        scenario,
        np.arange(question.patients),
        study_hash_key=make_key(question.stream, "patients"),
        arm_key=make_key(question.stream, name),
        settings=Settings(calendar.horizon_days, question.tolerance),
        groups=groups,
        watch=watch_progression(
            scenario,
            lambda: plan_scans(question.protocol, horizon_days=max(calendar.horizon_days, 365.0)),
            arm_key=make_key(question.stream, name),
        ),
    )


def _answer(
    question: Question,
    scenario: Scenario,
    name: str,
    courses: Courses,
    targets: list[Target],
    fitted: dict[str, float],
    judged: dict[str, float],
) -> None:
    horizon = float(courses.days[-1])
    needs_scans = any(
        target.quantity not in ("severe_toxicity", "severe_toxicity_of_treated", "ended_early")
        for target in targets
    )
    scans = plan_scans(question.protocol, horizon_days=horizon if needs_scans else max(horizon, 365.0))
    readings = derive_readings(
        courses, scans[:2] if not needs_scans else scans, scenario, arm_key=make_key(question.stream, name)
    )
    for window in {target.window_days for target in targets}:
        endpoints = derive_endpoints(
            courses, readings, choose_endpoint_rules(question.protocol, window_days=window)
        )
        for target in targets:
            if target.window_days == window:
                fitted[target.identifier], judged[target.identifier] = compute_quantity(endpoints, target)


def compute_quantity(endpoints: PatientEndpoints, target: Target) -> tuple[float, float]:
    """The simulated counterpart of a published result.

    Progression counts deaths too: the rehearsal reads progression-free survival where time to progression was
    printed.

    Args:
        endpoints: endpoints of the arm.
        target: the published result.

    Returns:
        What is shown (share, or median in days) and what is judged (of a median, the share with the event by then).
    """
    counted = endpoints.treated & ~endpoints.failed
    match target.quantity:
        case "severe_toxicity":
            share = _share(endpoints.severe, counted & endpoints.complete)
        case "severe_toxicity_of_treated":
            share = _share(endpoints.severe, counted)
        case "ended_early":
            share = _share(~endpoints.complete, counted)
        case "objective_response":
            share = _share(endpoints.responds, counted)
        case "distant_response":
            # Over all treated, as printed: who has no distant target does not respond there.
            share = _share(endpoints.distant_responds & endpoints.distant_measurable, counted)
        case "injected_response":
            with_target = counted & (endpoints.injected_targets > 0)
            shrunk = endpoints.injected_shrunk[with_target] / endpoints.injected_targets[with_target]
            share = float(shrunk.mean()) if len(shrunk) else 0.0
        case "progression_free":
            past = endpoints.progressed & (endpoints.progression_day <= target.window_days)
            share = 1 - _share(past, counted)
        case "median_progression":
            return _read_median(endpoints.progression_day, endpoints.progressed, counted, target.observed)
        case "median_survival":
            return _read_median(endpoints.survival_day, endpoints.died, counted, target.observed)
        case _:
            raise ImpossibleStateError(
                f"A target of kind {target.quantity} was let in and cannot be counted."
            )
    return share, share


def _share(event: Flags, counted: Flags) -> float:
    return float(event[counted].mean()) if counted.any() else 0.0


def _read_median(
    day: NDArray[np.float64], event: Flags, counted: Flags, published: float
) -> tuple[float, float]:
    """Median and share by the published median among all; the few lost before count as free of it."""
    times = np.where(event, day, np.inf)[counted]
    if len(times) == 0:
        return float("inf"), 0.0
    return float(np.sort(times)[len(times) // 2]), float((times <= published).mean())


def _compute_concentration(
    question: Question, scenario: Scenario, calendar: Calendar, target: Target
) -> float:
    cycle = simulate_first_cycle(
        question.model,
        calendar.plan,
        scenario,
        np.arange(min(question.patients, 512)),
        key=make_key(question.stream, "patients"),
        drug=target.drug,
        tolerance=question.tolerance,
    )
    return float((cycle.peak if target.quantity == "drug_peak" else cycle.trough).mean())
