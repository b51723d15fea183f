"""The plan of an injection: lesions in order, volume, depots and dose of each, or why it cannot be made."""

import datetime
from collections.abc import Iterator, Sequence

from abscopal.conduct.decision import Decision
from abscopal.conduct.injection.caps import VolumeLeft, compute_volume_left
from abscopal.conduct.injection.choice_of_lesions import Choice, LeftOut, compute_choice
from abscopal.conduct.injection.lesions import (
    DeliveredInjection,
    LesionOfTheDay,
    compute_capacity,
    list_injected,
)
from abscopal.conduct.injection.plan_sentences import (
    explain_no_lesion,
    explain_not_in_table,
    explain_over_capacity,
    explain_volume_spent,
    list_warnings,
)
from abscopal.conduct.injection.planned import InjectionPlan, PlannedDose, PlannedLesion
from abscopal.conduct.injection.request import NO_CHOICES, DoseAsked, OperatorChoices
from abscopal.conduct.injection.request_checks import list_refusals, list_unknown_rules
from abscopal.conduct.injection.sharing import SplitRule, compute_depots, compute_proportions, compute_shares
from abscopal.protocol.injection import InjectionRules
from abscopal.protocol.study_protocol import StudyProtocol

MICROLITRES = 1000


def decide_injection(
    protocol: StudyProtocol,
    lesions: Sequence[LesionOfTheDay],
    doses: Sequence[DoseAsked],
    *,
    on: datetime.date,
    history: Sequence[DeliveredInjection] = (),
    choices: OperatorChoices = NO_CHOICES,
) -> Decision[InjectionPlan]:
    """Plan the injection of a visit, or say why it may not be planned.

    A dose is never shortened in silence, and no cap is passed to make it fit. A dose over a drug cap is refused. A
    dose that the lesions or the volume caps cannot hold gives a plan marked OVER_CAPACITY with the shortfall, which
    may not be carried out before the operator has chosen.

    Args:
        protocol: the study, in the version in force.
        lesions: every lesion of the day, injected or not.
        doses: doses of the day by drug; lesions receive the drugs in the same proportions.
        on: day of the injection.
        history: every injection delivered to this patient so far.
        choices: what the operator decides where the study file is silent.

    Returns:
        A plan with warnings, or a refusal with reasons.

    Reference:
        Volume by size and order of lesions: United States label of talimogene laherparepvec, section 2 (a virus; a
        default of the planner and not a rule for any antibody).
    """
    version = protocol.version.number
    told, past = tuple(lesions), tuple(history)
    rules = protocol.injection
    refusals = tuple(list_refusals(protocol, told, doses, history=past, on=on))
    if rules is None or refusals:
        return Decision((), refusals, version)
    injected = list_injected(told, past)
    first_visit = not any(given.volume_ml > 0 for given in past)
    priority = (rules.first_visit_priority if first_visit else rules.later_visit_priority).value
    choice = compute_choice(told, rules, priority or (), injected=injected)
    choice = _leave_out_of_table(choice, rules)
    unknown = tuple(
        list_unknown_rules(rules, choices, has_priority=priority is not None, lesions=len(choice.chosen))
    )
    if unknown:
        return Decision((), unknown, version)
    if not choice.chosen:
        return Decision((), (explain_no_lesion(choice.left_out),), version)
    plan, left = _build_plan(protocol, rules, choice, doses, on=on, history=past, choices=choices)
    reasons = [] if plan.shortfall_ml == 0 else [explain_over_capacity(plan, doses, protocol, left)]
    reasons += list_warnings(plan, told, protocol, injected=injected)
    return Decision((plan,), tuple(reasons), version)


def _leave_out_of_table(choice: Choice, rules: InjectionRules) -> Choice:
    table = rules.volume_table
    if table is None:
        return choice
    beyond = {lesion.identifier for lesion in choice.chosen if compute_capacity(lesion, table, rules) is None}
    kept = tuple(lesion for lesion in choice.chosen if lesion.identifier not in beyond)
    return Choice(
        kept, (*choice.left_out, *(LeftOut(name, explain_not_in_table()) for name in sorted(beyond)))
    )


def _build_plan(
    protocol: StudyProtocol,
    rules: InjectionRules,
    choice: Choice,
    doses: Sequence[DoseAsked],
    *,
    on: datetime.date,
    history: tuple[DeliveredInjection, ...],
    choices: OperatorChoices,
) -> tuple[InjectionPlan, VolumeLeft | None]:
    needs = tuple(_to_microlitres(_compute_volume(protocol, dose)) for dose in doses)
    capacities = tuple(_list_capacities(choice.chosen, rules))
    left = compute_volume_left(rules, visit_cap_ml=_choose_visit_cap(rules, choices), history=history, on=on)
    room = sum(needs) if left is None else _to_microlitres(left.volume_ml)
    rule = rules.split_rule.value or choices.split_rule or "single_lesion"
    limits = capacities
    if choices.when_over_capacity == "beyond_table":
        limits = _stretch(capacities, min(sum(needs), room), rule)
    shares = compute_shares(min(sum(needs), room), limits, rule=rule)
    planned = tuple(
        PlannedLesion(
            lesion, capacity / MICROLITRES, sum(parts) / MICROLITRES, _list_doses(protocol, doses, parts)
        )
        for lesion, capacity, parts in zip(
            choice.chosen, capacities, _share_drugs(shares, needs), strict=True
        )
        if sum(parts) > 0
    )
    reached = {line.lesion.identifier for line in planned}
    spent = tuple(
        LeftOut(lesion.identifier, explain_volume_spent(rule))
        for lesion in choice.chosen
        if lesion.identifier not in reached
    )
    shortfall = sum(needs) - sum(shares)
    is_settled = shortfall == 0 or choices.when_over_capacity == "give_less"
    plan = InjectionPlan(
        on=on,
        status="ready" if is_settled else "needs_choice",
        lesions=planned,
        left_out=(*choice.left_out, *spent),
        needed_ml=sum(needs) / MICROLITRES,
        shortfall_ml=shortfall / MICROLITRES,
        split_rule=rule if len(choice.chosen) > 1 else None,
        choices=choices,
        biopsy_first=rules.biopsy_before_injection.value,
    )
    return plan, left


def _list_capacities(chosen: tuple[LesionOfTheDay, ...], rules: InjectionRules) -> Iterator[int]:
    for lesion in chosen:
        capacity = None if rules.volume_table is None else compute_capacity(lesion, rules.volume_table, rules)
        yield _to_microlitres(capacity or 0)


def _choose_visit_cap(rules: InjectionRules, choices: OperatorChoices) -> float | None:
    if rules.visit_volume_cap.value is not None:
        return rules.visit_volume_cap.value
    return choices.visit_volume_cap if isinstance(choices.visit_volume_cap, int | float) else None


def _stretch(capacities: tuple[int, ...], need: int, rule: SplitRule) -> tuple[int, ...]:
    """Beyond the table: what does not fit goes to the lesions that the rule injects, in proportion to the table."""
    within = compute_shares(need, capacities, rule=rule)
    extra = compute_proportions(need - sum(within), within)
    return tuple(
        max(capacity, share + more) for capacity, share, more in zip(capacities, within, extra, strict=True)
    )


def _share_drugs(shares: tuple[int, ...], needs: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """Cut the volume of each lesion into its drugs, so that both the lesions and the drugs add up."""
    remaining = list(shares)
    by_drug = []
    drugs = compute_proportions(sum(shares), needs)
    for place, given in enumerate(drugs):
        is_last = place == len(drugs) - 1
        parts = tuple(remaining) if is_last else compute_proportions(given, remaining)
        remaining = [whole - part for whole, part in zip(remaining, parts, strict=True)]
        by_drug.append(parts)
    return tuple(zip(*by_drug, strict=True))


def _list_doses(
    protocol: StudyProtocol, doses: Sequence[DoseAsked], parts: tuple[int, ...]
) -> tuple[PlannedDose, ...]:
    rules = protocol.injection
    cap = rules.depot_volume_cap.value if rules else None
    depot = None if cap is None else _to_microlitres(cap)
    return tuple(
        PlannedDose(
            dose.intervention,
            part / MICROLITRES,
            round(part / MICROLITRES * _find_concentration(protocol, dose), 6),
            tuple(volume / MICROLITRES for volume in compute_depots(part, depot)),
        )
        for dose, part in zip(doses, parts, strict=True)
    )


def _compute_volume(protocol: StudyProtocol, dose: DoseAsked) -> float:
    return dose.dose_mg / _find_concentration(protocol, dose)


def _find_concentration(protocol: StudyProtocol, dose: DoseAsked) -> float:
    intervention = protocol.find_intervention(dose.intervention)
    return (intervention.concentration.value if intervention else None) or 1.0


def _to_microlitres(volume_ml: float) -> int:
    return round(volume_ml * MICROLITRES)
