"""What a rehearsed trial is: how many patients, in which arms, judged by which rules, stopped by which looks."""

import math
from dataclasses import dataclass
from typing import Literal

from abscopal.conduct.allocation.laws.methods import MethodSettings, check_settings, compute_study_settings
from abscopal.design.allocation.candidates import list_candidates
from abscopal.design.allocation.simulation import Within
from abscopal.design.allocation.situation import Situation
from abscopal.design.toxicity_boundary import compute_toxicity_boundary
from abscopal.errors import OptionError
from abscopal.protocol.allocation import CENTRE_VARIABLE
from abscopal.protocol.endpoints import Endpoint
from abscopal.protocol.monitoring import ToxicityBoundary
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.protocol.text import Text
from abscopal.rehearsal.arm_plans import tell_without_effect
from abscopal.rehearsal.courses import is_treated_beyond_progression
from abscopal.rehearsal.endpoint_rules import DEFAULT_WINDOW_DAYS
from abscopal.rehearsal.given_doses import tell_limits, tell_not_injectable
from abscopal.rehearsal.model.description import read_model
from abscopal.rehearsal.scenario import Scenario, choose_number
from abscopal.rehearsal.trial.entering import (
    assert_somebody_enters,
    compute_entering_share,
    compute_injectable_share,
)

Judged = Literal["free_of_toxicity", "free_of_progression"]
Mode = Literal["randomised", "clones"]
Stopping = Literal["stop", "ignore"]
JUDGED: dict[str, Judged] = {
    "toxicity_free_proportion": "free_of_toxicity",
    "event_free_proportion": "free_of_progression",
}


@dataclass(frozen=True, slots=True)
class PrimaryRule:
    """The rule fixed in advance.

    Args:
        endpoint: identifier of the primary endpoint.
        arm: arm in which the rule is read.
        judged: what a success is free of.
        window_days: through which day.
        minimum: successes that decide, among the patients planned.
        rate: share of the patients counted that decides, where the rule is printed as a rate.
        planned: evaluable patients for whom the rule was fixed.
        counts_early_deaths: whether a death inside the window, without the event, is a failure or is left out.
    """

    endpoint: str
    arm: str
    judged: Judged
    window_days: float
    minimum: int
    rate: float | None
    planned: int
    counts_early_deaths: bool


@dataclass(frozen=True, slots=True)
class Look:
    """Looks of one rule: stop when so many, or so few, of the evaluable patients of these arms had the event.

    Args:
        identifier: name of the rule in the study file.
        kind: toxicity stops at or above a limit, futility at or below.
        arms: arms watched together.
        at: evaluable patients at each look.
        limits: limit at each look; None where no number stops.
    """

    identifier: str
    kind: Literal["toxicity", "futility"]
    arms: tuple[str, ...]
    at: tuple[int, ...]
    limits: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Pause:
    """Inclusion waits after so many patients until each of them has been observed so many days."""

    after_patients: int
    observe_days: int


@dataclass(frozen=True, slots=True)
class TrialDesign:
    """One way to run the trial.

    Args:
        name: what tells it from others in a comparison.
        patients: people who enter; with clones each of them stands in every arm.
        arms: identifiers of the arms.
        ratio: patients per arm.
        centres: number of centres, all of the same size.
        patients_per_month: patients who enter each month, all centres together.
        method: how an arm is given; None with a single arm.
        within: where balance is sought.
        window_days: window in which severe toxicity is counted.
        rule: rule of the primary endpoint; None where it is incomplete, or judges what is not rehearsed.
        looks: rules that may stop the trial.
        pauses: pauses of inclusion, the earliest first. That the board speaks on the day it can, and that whoever comes
            meanwhile waits, are our readings.
        stopping: whether a limit that is reached ends inclusion. That the board always agrees is our reading.
        mode: randomised: each patient in one arm; clones: every patient in every arm, which no trial can do.
        left_out: what the study file plans and this rehearsal does not do, in sentences.
        situation: the trial as allocation sees it; None with a single arm.
        injecting: arms in which something is injected into lesions.
    """

    name: str
    patients: int
    arms: tuple[str, ...]
    ratio: tuple[int, ...]
    centres: int
    patients_per_month: float
    method: MethodSettings | None
    within: Within
    window_days: float
    rule: PrimaryRule | None
    looks: tuple[Look, ...]
    pauses: tuple[Pause, ...] = ()
    stopping: Stopping = "stop"
    mode: Mode = "randomised"
    left_out: tuple[Text, ...] = ()
    situation: Situation | None = None
    injecting: tuple[str, ...] = ()


def plan_trial(
    protocol: StudyProtocol,
    scenario: Scenario,
    *,
    name: str = "planned",
    patients: int | None = None,
    method: str | None = None,
    stopping: Stopping = "stop",
    mode: Mode = "randomised",
) -> TrialDesign:
    """Read from the study file how its trial is run.

    Args:
        protocol: the study file.
        scenario: the scenario in force.
        name: name in a comparison.
        patients: patients who enter; as planned when None. Of clones so many enter as the largest arm would have, so
            that the rules of an arm are applied to as many patients as they were made for.
        method: how an arm is given, by the name of a method or of a way to use it; as planned when None.
        stopping: whether a limit that is reached ends inclusion.
        mode: randomised, or clones.

    Returns:
        The design.

    Raises:
        OptionError: a number that nobody gives, a method that does not fit, or a trial that nobody can enter.
    """
    number = choose_number(protocol, scenario, patients)
    assert_somebody_enters(protocol, scenario)
    arms = tuple(arm.identifier for arm in protocol.arms)
    ratio = protocol.allocation.ratio.value
    if len(arms) > 1 and (ratio is None or set(ratio) != set(arms)):
        raise OptionError(
            "The ratio of allocation is unknown.", where="rehearsal", remedy="Fill in allocation.ratio."
        )
    shares = tuple(ratio[arm] for arm in arms) if ratio and len(arms) > 1 else (1,)
    centres = round(protocol.identity.number_of_centres.value or scenario["centres"])
    if mode == "clones":
        number = -(-number * max(shares) // sum(shares))
    situation = Situation(number, shares, (1 / centres,) * centres) if len(arms) > 1 else None
    settings, within = _choose_method(protocol, shares, situation, method)
    rule, left_out = _read_rule(protocol, arms)
    looks, unknown = _read_looks(protocol, rule)
    pauses, incomplete = _read_pauses(protocol)
    injected = {item.identifier for item in protocol.interventions if item.route.value == "INTRATUMORAL"}
    return TrialDesign(
        name=name,
        patients=number,
        arms=arms,
        ratio=shares,
        centres=centres,
        patients_per_month=centres
        * scenario["patients_per_centre_and_month"]
        * compute_entering_share(protocol, scenario),
        method=settings,
        within=within,
        window_days=_find_window(protocol),
        rule=rule,
        looks=looks,
        pauses=pauses,
        stopping=stopping,
        mode=mode,
        left_out=(
            *left_out,
            *unknown,
            *incomplete,
            *tell_without_effect(protocol, read_model()),
            tell_limits(is_beyond=is_treated_beyond_progression(scenario)),
            *tell_not_injectable(compute_injectable_share(protocol, scenario)),
        ),
        situation=situation,
        injecting=tuple(arm.identifier for arm in protocol.arms if injected & set(arm.interventions)),
    )


def _choose_method(
    protocol: StudyProtocol, ratio: tuple[int, ...], situation: Situation | None, method: str | None
) -> tuple[MethodSettings | None, Within]:
    if situation is None:
        if method not in (None, "single_arm"):
            raise OptionError(
                "This study has a single arm: there is nothing to allocate.",
                where="allocation",
                remedy="Leave it out.",
            )
        return None, "trial"
    planned = protocol.allocation.method.value
    if method is not None and method != planned:
        return _choose_candidate(situation, method)
    if planned is None or planned == "single_arm":
        raise OptionError(
            "The method of allocation is unknown.",
            where="rehearsal",
            remedy="Fill in allocation.method, or give --what-if allocation=simple.",
        )
    settings = compute_study_settings(
        protocol.allocation, method=planned, ratio=ratio, patients=situation.patients
    )
    misfits = check_settings(settings, ratio)
    if misfits:
        raise OptionError(misfits[0].text.en, where=f"allocation {planned}", remedy=misfits[0].remedy.en)
    by_centre = any(stratum.variable == CENTRE_VARIABLE for stratum in protocol.allocation.strata)
    return settings, "centres" if by_centre and planned != "simple" else "trial"


def _choose_candidate(situation: Situation, method: str) -> tuple[MethodSettings, Within]:
    """A usual method, by the name of the method or by its name in a comparison of methods."""
    usual = list_candidates(situation)
    found = next((item for item in usual if method in (item.identifier, item.settings.method)), None)
    if found is None:
        raise OptionError(
            f"'{method}' is no way to allocate at {':'.join(map(str, situation.ratio))}.",
            where="allocation",
            remedy=f"Known: {', '.join(item.identifier for item in usual)}.",
        )
    return found.settings, found.within


def _read_rule(protocol: StudyProtocol, arms: tuple[str, ...]) -> tuple[PrimaryRule | None, tuple[Text, ...]]:
    primary = next((item for item in protocol.endpoints if item.level == "primary"), None)
    if primary is None or primary.decision_rule is None:
        return None, (_NO_RULE,)
    is_any_toxicity = primary.kind == "toxicity_free_proportion" and primary.severity != "severe"
    if primary.kind not in JUDGED or is_any_toxicity:
        return None, (_tell_not_rehearsed(primary.identifier),)
    rule, window = primary.decision_rule, primary.window_days.value
    n, minimum = rule.n.value, rule.minimum_successes.value
    if n is None or minimum is None or window is None or rule.arm not in arms:
        return None, (_tell_incomplete(primary.identifier),)
    made = PrimaryRule(
        endpoint=primary.identifier,
        arm=rule.arm,
        judged=JUDGED[primary.kind],
        window_days=float(window),
        minimum=minimum,
        rate=rule.minimum_rate.value,
        planned=n,
        counts_early_deaths=_counts_early_deaths(primary),
    )
    return made, ()


def _counts_early_deaths(endpoint: Endpoint) -> bool:
    strategies = {event.event: event.strategy for event in endpoint.estimand.intercurrent_events}
    return strategies.get("early_death_without_event", strategies.get("death")) == "composite_failure"


def _find_window(protocol: StudyProtocol) -> float:
    """The window of the first endpoint that counts toxicity, the primary one first."""
    ranked = sorted(protocol.endpoints, key=lambda item: item.level != "primary")
    windows = [
        float(item.window_days.value)
        for item in ranked
        if item.kind in ("toxicity_free_proportion", "toxicity_proportion")
        and item.severity == "severe"
        and item.window_days.value is not None
    ]
    return windows[0] if windows else float(DEFAULT_WINDOW_DAYS)


def _read_looks(
    protocol: StudyProtocol, rule: PrimaryRule | None
) -> tuple[tuple[Look, ...], tuple[Text, ...]]:
    looks: list[Look] = []
    left_out: list[Text] = []
    monitoring = protocol.monitoring
    if monitoring is None:
        return (), ()
    for boundary in monitoring.toxicity:
        made = _compute_looks(boundary)
        if made is None:
            left_out.append(_tell_incomplete(boundary.identifier))
        else:
            looks.append(made)
    for futility in monitoring.futility:
        if (
            rule is None
            or futility.endpoint != rule.endpoint
            or futility.n.value is None
            or futility.stop_at_or_below.value is None
        ):
            left_out.append(_tell_not_rehearsed(futility.identifier))
            continue
        looks.append(
            Look(
                futility.identifier,
                "futility",
                (rule.arm,),
                (futility.n.value,),
                (futility.stop_at_or_below.value,),
            )
        )
    return tuple(looks), tuple(left_out)


def _read_pauses(protocol: StudyProtocol) -> tuple[tuple[Pause, ...], tuple[Text, ...]]:
    pauses: list[Pause] = []
    left_out: list[Text] = []
    for pause in protocol.monitoring.pauses if protocol.monitoring else ():
        after, days = pause.after_patients.value, pause.observe_days.value
        if after is None or days is None:
            left_out.append(_tell_incomplete(pause.identifier))
        else:
            pauses.append(Pause(after, days))
    return tuple(sorted(pauses, key=lambda pause: pause.after_patients)), tuple(left_out)


def _compute_looks(boundary: ToxicityBoundary) -> Look | None:
    limit, certainty = boundary.limit.value, boundary.certainty.value
    prior_a, prior_b, looks = boundary.prior_a.value, boundary.prior_b.value, boundary.looks.value
    if limit is None or certainty is None or prior_a is None or prior_b is None or not looks:
        return None
    made = compute_toxicity_boundary(
        limit=limit,
        certainty=certainty,
        prior_a=prior_a,
        prior_b=prior_b,
        looks=looks,
        minimum_patients=boundary.minimum_patients.value or 1,
    )
    return Look(boundary.identifier, "toxicity", boundary.arms, made.looks, made.stop_at_or_above)


def compute_minimum(rule: PrimaryRule, counted: int) -> int:
    """Successes that decide among the patients counted.

    A rule printed as a rate is read as that share of them; any other as its count.

    Example:
        >>> rule = PrimaryRule("pfs_4m", "vaccine", "free_of_progression", 122, 18, 0.5, 41, True)
        >>> compute_minimum(rule, 22)
        11
    """
    return rule.minimum if rule.rate is None else math.ceil(rule.rate * counted - 1e-9)


_NO_RULE = Text(
    en="The study file has no rule that decides: no conclusion is drawn.",
    fr="Le fichier d’étude n’a pas de règle de décision\u00a0: aucune conclusion n’est tirée.",
)


def _tell_not_rehearsed(name: str) -> Text:
    return Text(
        en=f"{name} is not rehearsed: the trial is run and read without it.",
        fr=f"{name} n’est pas répété\u00a0: l’essai est mené et lu sans.",
    )


def _tell_incomplete(name: str) -> Text:
    return Text(
        en=f"The rule of {name} is incomplete in the study file: it decides and stops nothing.",
        fr=f"La règle de {name} est incomplète dans le fichier d’étude\u00a0: elle ne décide ni n’arrête rien.",
    )
