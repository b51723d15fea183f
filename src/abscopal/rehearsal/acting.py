"""Which settings, parameters and doses change anything: a comparison that cannot change a thing is refused.

Of a setting, `operations.yml` declares when it acts. Of a parameter of the model or a dose it is found out: a few
virtual patients are simulated with it and without it, and unless some number of theirs differs nothing hangs on it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from abscopal.errors import OptionError
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.rehearsal.arm_plans import find_dose_kind, plan_arm
from abscopal.rehearsal.courses import Courses, Settings, simulate_courses
from abscopal.rehearsal.ensemble import ParameterDraw, apply_draw
from abscopal.rehearsal.model.description import read_model
from abscopal.rehearsal.readings import plan_scans
from abscopal.rehearsal.rehearsing import Variant
from abscopal.rehearsal.scenario import MODEL_PREFIX, SPREAD_PREFIX, Acts, Scenario, list_operations
from abscopal.rehearsal.seen_progression import watch_progression
from abscopal.rehearsal.trial.entering import reads_typing

PROBED_PATIENTS = 16
EXOSOMES = "D"
SWITCHES = ("plausibility_filter", "lesions_within_reach", "treatment_beyond_progression")
REPLACED = {"T0": "injected_volume_ml or distant_volume_ml", "w": "draining_share"}
"""Parameters whose value a rehearsal takes from a setting."""


@dataclass(frozen=True, slots=True)
class _When:
    """When settings act, why they do not otherwise, and what to do instead."""

    holds: Callable[[StudyProtocol, Scenario], bool]
    otherwise: str
    remedy: str


def assert_changes_act(
    protocol: StudyProtocol,
    variants: Sequence[Variant],
    *,
    draws: Sequence[ParameterDraw],
    settings: Settings,
) -> None:
    """Refuse a comparison that would show twice the same trial.

    Args:
        protocol: the study file.
        variants: the trial as planned, then with each change.
        draws: draws of the parameters; all of them are tried before anything is refused.
        settings: horizon and tolerance.

    Raises:
        OptionError: says what changes nothing, why, and what to do instead.
    """
    acts = {operation.name: operation.acts for operation in list_operations()}
    planned = variants[0]
    for variant in variants[1:]:
        for name in variant.changes:
            when = _WHEN[acts.get(name, "always")]
            if not when.holds(protocol, variant.scenario):
                raise _refuse(name, when.otherwise, when.remedy)
        _assert_differs(planned, variant, draws)
        for name, value in variant.changes.items():
            changed = replace(planned, changes={name: value})
            if name not in acts and not _is_felt(protocol, changed, draws, settings):
                raise _refuse(f"{MODEL_PREFIX}{name}", *_explain_parameter(name, value, planned))
        for name, factor in variant.dose_factors.items():
            changed = replace(planned, dose_factors={name: factor})
            if not _is_felt(protocol, changed, draws, settings):
                raise _refuse(f"dose.{name}", *_explain_dose(protocol, name, factor))


def is_acting(acts: Acts, protocol: StudyProtocol, scenario: Scenario) -> bool:
    """Whether settings that act so change anything in many rehearsed trials of a study."""
    return _WHEN[acts].holds(protocol, scenario)


def explain_idle(acts: Acts) -> str:
    """Say when settings that act so change nothing in many rehearsed trials; empty for those that always act.

    Example:
        >>> explain_idle("typed")
        'no criterion of the study asks for HLA-A2'
    """
    return _WHEN[acts].otherwise


def _assert_differs(planned: Variant, variant: Variant, draws: Sequence[ParameterDraw]) -> None:
    """Refuse a comparison whose every value is the planned one already."""
    settings = {item.name: item.value for item in planned.scenario.values}
    others = variant.dose_factors or [name for name in variant.changes if name not in settings]
    moved = [
        name
        for name, value in variant.changes.items()
        if name in settings
        and (
            _settle(name, value) != _settle(name, settings[name])
            or any(name in draw.medians for draw in draws)
        )
    ]
    # Where nothing stops the trial, it is all one what becomes of a limit.
    stopping = variant.design.stopping if planned.design.looks else planned.design.stopping
    alike = replace(variant.design, name=planned.design.name, stopping=stopping)
    if others or moved or alike != planned.design:
        return
    if stopping != variant.design.stopping:
        raise _refuse(variant.design.name, "the study has no limit that stops the trial", _LEAVE_OUT)
    raise _refuse(variant.design.name, "that is the trial as planned", "Give another value.")


def _settle(name: str, value: float) -> float:
    """A value as it is read: a switch is on or off."""
    return float(value >= 0.5) if name in SWITCHES else value


def _is_felt(
    protocol: StudyProtocol, variant: Variant, draws: Sequence[ParameterDraw], settings: Settings
) -> bool:
    """Whether any number of a few virtual patients differs, in any arm, under any draw: mostly the first tells."""
    return any(
        _differ(_probe(protocol, arm.identifier, variant, {}, {}, draw, settings),
                _probe(protocol, arm.identifier, variant, variant.changes, variant.dose_factors, draw, settings))
        for draw in draws
        for arm in protocol.arms
    )  # fmt: skip


def _probe(
    protocol: StudyProtocol, arm: str, variant: Variant, changes: Mapping[str, float],
    factors: Mapping[str, float], draw: ParameterDraw, settings: Settings,
) -> Courses:  # fmt: skip
    model = read_model()
    drawn = apply_draw(variant.scenario, draw)
    plan = plan_arm(protocol, arm, model, horizon_days=settings.horizon_days, dose_factors=dict(factors))
    scenario = apply_draw(drawn, ParameterDraw(draw.identifier, changes))
    return simulate_courses(
        model,
        plan,
        scenario,
        np.arange(PROBED_PATIENTS),
        study_hash_key=draw.identifier,
        arm_key=draw.identifier,
        settings=settings,
        watch=watch_progression(
            scenario,
            lambda: plan_scans(protocol, horizon_days=settings.horizon_days),
            arm_key=draw.identifier,
        ),
    )


def _differ(first: Courses, second: Courses) -> bool:
    return any(
        not np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
        for field in fields(Courses)
        if isinstance(one := getattr(first, field.name), np.ndarray)
        for other in [getattr(second, field.name)]
    )


def _explain_parameter(name: str, value: float, planned: Variant) -> tuple[str, str]:
    """Why a parameter that nobody feels changes nothing, and what to do instead."""
    symbol = name.removeprefix(SPREAD_PREFIX)
    parameter = next(item for item in read_model().parameters if item.symbol == symbol)
    if symbol in REPLACED:
        return "a setting of the rehearsal takes its place", f"Change {REPLACED[symbol]}."
    if name != symbol:
        if not (parameter.spread.patients or parameter.spread.inflamed):
            return f"the model gives {symbol} no spread between patients", f"Change {MODEL_PREFIX}{symbol}."
        current = planned.scenario.medians.get(name, parameter.spread.patients)
    else:
        current = planned.scenario.medians.get(name, parameter.value)
    if current == value:
        return f"it is {value:g} already", "Give another value."
    return "it acts through a drug that no arm is given, or an effect that is switched off", "Leave it out."


def _explain_dose(protocol: StudyProtocol, name: str, factor: float) -> tuple[str, str]:
    drug = next(item for item in protocol.interventions if item.identifier == name)
    if find_dose_kind(drug, read_model()) is None:
        return "the model does not know this drug, which is given without effect", "Leave it out."
    if factor == 1:
        return "the planned dose times 1 is the planned dose", "Give another factor."
    return "no patient is given a dose of it within follow-up", "Leave it out."


def _refuse(name: str, why: str, remedy: str) -> OptionError:
    return OptionError(f"{name} changes nothing here: {why}.", where="--what-if", remedy=remedy)


def _list_grades(protocol: StudyProtocol) -> Iterator[int]:
    """Grades at which something is decided: a dose held or stopped, an event counted as severe."""
    given = {name for arm in protocol.arms for name in arm.interventions}
    for drug in protocol.interventions:
        if drug.identifier in given:
            for grade in (drug.dose_changes.hold_at_grade.value, drug.dose_changes.stop_at_grade.value):
                if grade is not None:
                    yield grade
    if protocol.safety.severe_grade.value is not None:
        yield protocol.safety.severe_grade.value


def _list_mild_grades(protocol: StudyProtocol) -> Iterator[int]:
    given = {name for arm in protocol.arms for name in arm.interventions}
    for drug in protocol.interventions:
        grade = drug.dose_changes.hold_at_grade.value
        if drug.identifier in given and grade is not None and grade <= 2:
            yield grade


def _is_given(protocol: StudyProtocol, *, adds: str) -> bool:
    given = {name for arm in protocol.arms for name in arm.interventions}
    kinds = (
        find_dose_kind(drug, read_model()) for drug in protocol.interventions if drug.identifier in given
    )
    return any(kind is not None and adds in kind.adds for kind in kinds)


def _is_injected(protocol: StudyProtocol) -> bool:
    given = {name for arm in protocol.arms for name in arm.interventions}
    return any(
        drug.route.value == "INTRATUMORAL" for drug in protocol.interventions if drug.identifier in given
    )


def _makes_product(protocol: StudyProtocol) -> bool:
    given = {name for arm in protocol.arms for name in arm.interventions}
    return any(
        phase.basis.value == "product_dose"
        for drug in protocol.interventions
        if drug.identifier in given
        for phase in drug.phases
    )


def _is_typed(protocol: StudyProtocol) -> bool:
    return any(reads_typing(item) for stage in protocol.eligibility.stages for item in stage.criteria)


def _are_reached(scenario: Scenario) -> bool:
    return scenario["lesions_within_reach"] >= 0.5


_LEAVE_OUT = "Leave it out."
_WHEN: dict[Acts, _When] = {
    "always": _When(lambda *_: True, "", ""),
    "centres_unknown": _When(
        lambda protocol, _: not protocol.identity.number_of_centres.value,
        "the study file says how many centres there are",
        "Change patients_per_centre_and_month, or number_of_centres in a copy of the study.",
    ),
    "number_unknown": _When(
        lambda protocol, _: protocol.identity.planned_patients.value is None,
        "the study file plans a number of patients",
        "Give patients=NUMBER.",
    ),
    "typed": _When(
        lambda protocol, _: _is_typed(protocol), "no criterion of the study asks for HLA-A2", _LEAVE_OUT
    ),
    "own_product": _When(
        lambda protocol, _: _makes_product(protocol),
        "no arm is given a product made for the patient",
        _LEAVE_OUT,
    ),
    "exosomes": _When(
        lambda protocol, _: _is_given(protocol, adds=EXOSOMES),
        "NK cells answer to exosomes alone, which no arm is given",
        _LEAVE_OUT,
    ),
    "injection": _When(
        lambda protocol, _: _is_injected(protocol), "no arm is injected into a lesion", _LEAVE_OUT
    ),
    "sites_within_reach": _When(
        lambda _, scenario: _are_reached(scenario),
        "no lesion lies within reach of a needle",
        "Change site_share_lung and its like, or set lesions_within_reach=1 with it.",
    ),
    "sites_elsewhere": _When(
        lambda _, scenario: not _are_reached(scenario) or scenario["lesions_distant_none"] < 1,
        "every lesion lies within reach of a needle",
        "Change site_share_skin and site_share_subcutaneous.",
    ),
    "distant_lesions": _When(
        lambda _, scenario: scenario["lesions_distant_none"] < 1, "nobody has a distant lesion", _LEAVE_OUT
    ),
    "grades_apart": _When(
        lambda protocol, _: 4 in _list_grades(protocol),
        "the study file decides nothing at grade 4 alone",
        _LEAVE_OUT,
    ),
    "mild_holds": _When(
        lambda protocol, _: any(_list_mild_grades(protocol)),
        "events of grade 1 or 2 hold no dose of this study, and many trials count none",
        "Rehearse one whole trial with such a scenario (--trials 1).",
    ),
    "horizon": _When(
        lambda *_: False, "all trials of a comparison are followed equally long", "Give --horizon-days."
    ),
    "whole_trial": _When(
        lambda *_: False,
        "only the tables of one whole trial know it",
        "Put it into a scenario of a copy of the study, and rehearse it with --trials 1 --scenario NAME.",
    ),
}
