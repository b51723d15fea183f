"""What the results of a trial hang on: one parameter or setting moved at a time, by simulation.

The patients are the same in every variation, and so is their luck: what differs is what was moved. A patient whom the
plausibility filter refuses under the moved value is drawn again, as in any rehearsal.

Reference:
    Saltelli 2008, Global Sensitivity Analysis: The Primer (doi:10.1002/9780470725184), chapter 1: what one at a time
    tells, and that it tells nothing of two things moved together.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from abscopal.errors import OptionError
from abscopal.evidence.figures.rehearsal_data import Influence, Move, Result, SensitivityAnalysis
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.protocol.text import Text
from abscopal.rehearsal.arm_plans import ArmPlan, plan_arm
from abscopal.rehearsal.courses import Settings, draw_groups, simulate_courses
from abscopal.rehearsal.endpoint_rules import EndpointRules, choose_endpoint_rules
from abscopal.rehearsal.endpoints import PatientEndpoints, derive_endpoints
from abscopal.rehearsal.ensemble import ParameterDraw, apply_draw
from abscopal.rehearsal.model.description import ModelDescription
from abscopal.rehearsal.random_numbers import make_key
from abscopal.rehearsal.readings import PlannedScan, derive_readings, plan_scans
from abscopal.rehearsal.reporting.variations import Variation, list_variations
from abscopal.rehearsal.scenario import Scenario
from abscopal.rehearsal.seen_progression import watch_progression
from abscopal.rehearsal.tasks import list_endpoint_columns
from abscopal.rehearsal.trial_design import PrimaryRule, TrialDesign, compute_minimum
from abscopal.rehearsal.trials import compute_states

PATIENTS, TOLERANCE = 192, 1e-3
"""Coarser than a rehearsal: a change is read between the same patients, and one of them is the finest step."""
SHOWN, MOVED_BOTH_WAYS = 12, 20


class _Share(NamedTuple):
    """A share, and how many it is a share of."""

    value: float
    counted: int


Flags = NDArray[np.bool_]
Shares = dict[tuple[str, Result], _Share]


@dataclass(frozen=True, slots=True)
class _Trial:
    """What is simulated again and again."""

    model: ModelDescription
    plans: Mapping[str, ArmPlan]
    scans: tuple[PlannedScan, ...]
    scenario: Scenario
    rules: EndpointRules
    rule: PrimaryRule | None
    key: int
    arm_keys: Mapping[str, int]
    days: float
    patients: int
    has_other_lesions: bool


def compute_sensitivity(
    protocol: StudyProtocol,
    model: ModelDescription,
    scenario: Scenario,
    draw: ParameterDraw,
    design: TrialDesign,
    *,
    texts: Mapping[str, tuple[Text, str]],
    study_hash: str,
    seed: int,
    horizon_days: float,
    patients: int = PATIENTS,
    names: Collection[str] | None = None,
) -> SensitivityAnalysis:
    """Move every parameter and setting alone, and see what the results do.

    Every one is moved upwards first, or downwards where it cannot go up; those that moved a result most are moved the
    other way too.

    Args:
        protocol: the study file.
        model: the description.
        scenario: the scenario in force.
        draw: the set of parameters about which all is moved.
        design: the planned trial; says the windows and the rule.
        texts: what each parameter and setting is, with its unit, by name.
        study_hash: hash of the study file.
        seed: seed of the rehearsal.
        horizon_days: last day of the rehearsal; patients are followed through the longest window, or to here.
        patients: virtual patients of each arm.
        names: what is moved; everything that can matter when None.

    Returns:
        The strongest influences, the greatest move first, and how many others there are.
    """
    drawn = apply_draw(scenario, draw)
    key = (study_hash, seed, draw.identifier)
    trial = _prepare(protocol, model, drawn, design, key, horizon_days=horizon_days, patients=patients)
    planned = _simulate(trial, {})
    if planned is None:
        return SensitivityAnalysis((), 0, 0, 0, patients, TOLERANCE, trial.days, None)
    first: list[_Tried] = []
    every = list_variations(protocol, model, scenario, draw)
    variations = [item for item in every if names is None or item.name in names]
    for item in variations:
        tried = _try_first(trial, item)
        if tried is not None:
            first.append(tried)
    # A stable sort: what moves alike stays in the order of the model and of the settings.
    first.sort(key=lambda tried: -tried.find_greatest(planned))
    tried_twice = [_try_other(trial, tried) for tried in first[:MOVED_BOTH_WAYS]]
    moved = [*tried_twice, *first[MOVED_BOTH_WAYS:]]
    still = [tried for tried in moved if tried.is_still(planned)]
    strong = sorted(
        (tried for tried in tried_twice if not tried.is_still(planned)),
        key=lambda tried: -tried.find_greatest(planned),
    )
    return SensitivityAnalysis(
        influences=tuple(_describe(tried, planned, texts) for tried in strong[:SHOWN]),
        tried=len(moved),
        still=len(still),
        untried=len(variations) - len(moved),
        patients=patients,
        tolerance=TOLERANCE,
        days=trial.days,
        draw=draw.identifier if draw.medians else None,
    )


@dataclass(frozen=True, slots=True)
class _Tried:
    """What was moved, and the results with its lower and its higher value, as far as they were asked for."""

    variation: Variation
    low: Shares | None = None
    high: Shares | None = None

    def find_greatest(self, planned: Shares) -> float:
        """The greatest move of a rate; the conclusion follows from one of them and is not counted."""
        return max(
            abs(found[place].value - share.value)
            for found in (self.low, self.high)
            if found is not None
            for place, share in planned.items()
            if place[1] != "conclusion"
        )

    def is_still(self, planned: Shares) -> bool:
        """Whether no rate moves by more than one patient."""
        return all(
            abs(found[place].value - share.value)
            <= 1 / max(1, min(found[place].counted, share.counted)) + 1e-9
            for found in (self.low, self.high)
            if found is not None
            for place, share in planned.items()
            if place[1] != "conclusion"
        )


def _try_first(trial: _Trial, item: Variation) -> _Tried | None:
    """Move upwards, or downwards where it cannot go up or nobody can have the higher value."""
    high = None if item.high is None else _simulate(trial, item.list_changes(item.high))
    if high is not None:
        return _Tried(item, high=high)
    low = None if item.low is None else _simulate(trial, item.list_changes(item.low))
    return None if low is None else _Tried(item, low=low)


def _try_other(trial: _Trial, tried: _Tried) -> _Tried:
    item = tried.variation
    if tried.high is None or item.low is None:
        return tried
    return replace(tried, low=_simulate(trial, item.list_changes(item.low)))


def _prepare(
    protocol: StudyProtocol,
    model: ModelDescription,
    drawn: Scenario,
    design: TrialDesign,
    key: tuple[str, int, int],
    *,
    horizon_days: float,
    patients: int,
) -> _Trial:
    windows = [design.window_days, *([design.rule.window_days] if design.rule else [])]
    scans = plan_scans(protocol, horizon_days=horizon_days)
    # Through the longest window, and at least to the first scan under treatment; no scan is read beyond.
    days = min(horizon_days, max(*windows, float(scans[1].day + scans[1].after)))
    arms = [arm.identifier for arm in protocol.arms]
    return _Trial(
        model=model,
        plans={arm: plan_arm(protocol, arm, model, horizon_days=days) for arm in arms},
        scans=tuple(scan for scan in scans if scan.day <= days),
        scenario=drawn,
        rules=choose_endpoint_rules(protocol, window_days=design.window_days),
        rule=design.rule,
        key=make_key(*key),
        arm_keys={arm: make_key(*key, arm) for arm in arms},
        days=days,
        patients=patients,
        has_other_lesions=bool(design.injecting) and protocol.lesions.distant_lesions != "none",
    )


def _simulate(trial: _Trial, changes: Mapping[str, float]) -> Shares | None:
    """The results by arm with something moved; None where nobody can have such values."""
    scenario = apply_draw(trial.scenario, ParameterDraw(0, changes))
    numbers = np.arange(trial.patients)
    try:
        groups = draw_groups(trial.model, scenario, numbers, study_hash_key=trial.key)
    except OptionError:
        return None
    shares: Shares = {}
    for arm, plan in trial.plans.items():
        key = trial.arm_keys[arm]
        courses = simulate_courses(
            trial.model,
            plan,
            scenario,
            numbers,
            study_hash_key=trial.key,
            arm_key=key,
            settings=Settings(trial.days, TOLERANCE),
            groups=groups,
            watch=watch_progression(scenario, lambda: trial.scans, arm_key=key),
        )
        readings = derive_readings(courses, trial.scans, scenario, arm_key=key)
        shares |= _compute_shares(trial, arm, derive_endpoints(courses, readings, trial.rules))
    return shares


def _compute_shares(trial: _Trial, arm: str, endpoints: PatientEndpoints) -> Shares:
    counted = endpoints.treated & ~endpoints.failed
    past = endpoints.progressed & (endpoints.progression_day <= trial.days)

    shares: Shares = {
        (arm, "severe"): _compute_share(endpoints.severe, counted & endpoints.complete),
        (arm, "response"): _compute_share(endpoints.responds, counted),
    }
    if trial.has_other_lesions:
        among = counted & endpoints.distant_measurable
        shares[arm, "distant"] = _compute_share(endpoints.distant_responds, among)
    shares[arm, "progression_free"] = _compute_share(~past, counted)
    if trial.rule is not None and trial.rule.arm == arm:
        shares[arm, "conclusion"] = _compute_conclusion(trial.rule, endpoints)
    return shares


def _compute_share(event: Flags, among: Flags) -> _Share:
    counted = int(among.sum())
    return _Share(float(event[among].mean()) if counted else 0.0, counted)


def _compute_conclusion(rule: PrimaryRule, endpoints: PatientEndpoints) -> _Share:
    """Chance that the rule is met among the patients planned, each a success with the simulated share."""
    states = compute_states(rule, list_endpoint_columns(endpoints), 0.0)
    failures = states.event | states.competing if rule.counts_early_deaths else states.event
    share = _compute_share(states.free, states.free | failures)
    least = compute_minimum(rule, rule.planned)
    return _Share(float(binom.sf(least - 1, rule.planned, share.value)), share.counted)


def _describe(tried: _Tried, planned: Shares, texts: Mapping[str, tuple[Text, str]]) -> Influence:
    item = tried.variation
    text, unit = texts[item.name]
    moves = tuple(
        Move(*place, share.value, *(None if found is None else found[place].value - share.value
                                    for found in (tried.low, tried.high)))
        for place, share in planned.items()
    )  # fmt: skip
    return Influence(item.name, text, unit, item.planned, item.low, item.high, item.step, item.status, moves)
