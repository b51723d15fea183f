"""Whether anybody can enter the rehearsed trial at all, before anything is computed."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from scipy.special import ndtr

from abscopal.errors import OptionError
from abscopal.protocol.eligibility import AllOf, Condition, Criterion
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.rehearsal.given_doses import MM_OF_ONE_ML
from abscopal.rehearsal.scenario import Scenario
from abscopal.rehearsal.trial.candidate_values import list_assignments, list_criteria_of

LESIONS_TO_INJECT = ("lesions_injected_one", "lesions_injected_two", "lesions_injected_three_or_more")
FEWEST_INJECTABLE = 0.001
"""Share of patients with a lesion to inject below which the trial is nobody's."""
# A fact that a rehearsal knows by name: a typing with its own probability.
TYPING = "HLA_A2"
NEVER_CHANGES = "AGE"
# What an inclusion criterion lets in below and above its threshold, and whether the threshold itself is let in.
_LIMITS = {
    "at_least": ("lowest", True),
    "more_than": ("lowest", False),
    "at_most": ("highest", True),
    "less_than": ("highest", False),
}
_OPPOSITE = {
    "at_least": "less_than",
    "more_than": "at_most",
    "at_most": "more_than",
    "less_than": "at_least",
}


@dataclass(frozen=True, slots=True)
class _Limit:
    """One end of what a criterion lets in."""

    criterion: str
    variable: str
    side: str
    value: float
    is_within: bool


def assert_somebody_enters(protocol: StudyProtocol, scenario: Scenario) -> None:
    """Refuse a trial that nobody can enter: by its criteria one by one or two together, or by its scenario.

    Only numeric thresholds are compared across criteria: two criteria of one stage on one variable, or on age in
    any stage. Criteria inside `any` or `not`, or asked only of some patients, are judged one by one.

    Args:
        protocol: the study file.
        scenario: the scenario in force.

    Raises:
        OptionError: names the criteria, or the setting.

    Example:
        >>> from abscopal.protocol.reading import list_bundled_studies, read_study
        >>> from abscopal.rehearsal.scenario import choose_scenario
        >>> protocol = read_study(min(list_bundled_studies())).protocol
        >>> assert_somebody_enters(protocol, choose_scenario(protocol))
    """
    for stage in protocol.eligibility.stages:
        for condition in stage.criteria:
            if not list_assignments(condition)[0]:
                names = ", ".join(criterion.identifier for criterion in list_criteria_of(condition))
                raise OptionError(
                    f"nobody can meet {names}: a threshold is unknown, or the parts exclude each other.",
                    where=f"rehearsal, eligibility, {stage.identifier}",
                    remedy="Fill in the threshold in the study file.",
                )
    _assert_compatible(protocol)
    if compute_entering_share(protocol, scenario) <= 0:
        raise OptionError(
            f"nobody can enter the trial: hla_a2_probability is {scenario['hla_a2_probability']:g}, "
            f"screen_failure_probability is {scenario['screen_failure_probability']:g}.",
            where="rehearsal, scenario",
            remedy="Give a probability of the type asked for above 0, and of screen failure below 1.",
        )
    if compute_injectable_share(protocol, scenario) < FEWEST_INJECTABLE:
        raise OptionError(
            f"no lesion can be injected: with injected_volume_ml {scenario['injected_volume_ml']:g} and "
            f"injected_volume_spread {scenario['injected_volume_spread']:g} none is as large as the study asks.",
            where="rehearsal, scenario",
            remedy="Give larger lesions, or correct the smallest size in the rules of injection.",
        )


def compute_injectable_share(protocol: StudyProtocol, scenario: Scenario) -> float:
    """Share of virtual patients who, on the first day, have a lesion as large as the study asks of one to inject.

    Args:
        protocol: the study file.
        scenario: the scenario in force.

    Returns:
        The share, from 0 to 1; 1 where the study injects nothing, or sets no smallest size.

    Example:
        >>> from abscopal.protocol.reading import list_bundled_studies, read_study
        >>> from abscopal.rehearsal.scenario import choose_scenario
        >>> protocol = read_study(max(list_bundled_studies())).protocol
        >>> round(compute_injectable_share(protocol, choose_scenario(protocol)), 3)
        0.973
    """
    if protocol.injection is None:
        return 1.0
    diameter = protocol.injection.minimum_diameter_mm.value or 0.0
    smallest = max(protocol.injection.minimum_volume_cm3.value or 0.0, (diameter / MM_OF_ONE_ML) ** 3)
    if smallest == 0:
        return 1.0
    excess = math.log(smallest / scenario["injected_volume_ml"])
    spread = scenario["injected_volume_spread"]
    too_small = float(ndtr(excess / spread)) if spread > 0 else float(excess > 0)
    return 1 - sum(
        scenario[name] * too_small**lesions for lesions, name in enumerate(LESIONS_TO_INJECT, start=1)
    )


def compute_entering_share(protocol: StudyProtocol, scenario: Scenario) -> float:
    """Share of those screened who enter: not failing otherwise and, where the study types, of the right type.

    Args:
        protocol: the study file.
        scenario: the scenario in force.

    Returns:
        The share, from 0 to 1.

    Example:
        >>> from abscopal.protocol.reading import list_bundled_studies, read_study
        >>> from abscopal.rehearsal.scenario import choose_scenario
        >>> protocol = read_study(min(list_bundled_studies())).protocol
        >>> compute_entering_share(protocol, choose_scenario(protocol, changes={"hla_a2_probability": 0.0}))
        0.0
    """
    is_typed = any(
        reads_typing(condition) for stage in protocol.eligibility.stages for condition in stage.criteria
    )
    typed = scenario["hla_a2_probability"] if is_typed else 1.0
    return (1 - scenario["screen_failure_probability"]) * typed


def reads_typing(condition: Condition) -> bool:
    """Whether a condition asks for the HLA type, which the scenario draws apart."""
    return any(criterion.variable == TYPING for criterion in list_criteria_of(condition))


def _assert_compatible(protocol: StudyProtocol) -> None:
    """No two numeric criteria that one person must meet together exclude each other."""
    everywhere: list[_Limit] = []
    for stage in protocol.eligibility.stages:
        own = [
            limit
            for condition in stage.criteria
            for criterion in _list_required(condition)
            for limit in _list_limits(criterion)
        ]
        _assert_room([limit for limit in own if limit.variable != NEVER_CHANGES])
        everywhere += [limit for limit in own if limit.variable == NEVER_CHANGES]
    _assert_room(everywhere)


def _assert_room(limits: list[_Limit]) -> None:
    for low in limits:
        for high in limits:
            if (low.side, high.side, low.variable) != ("lowest", "highest", high.variable):
                continue
            if low.value > high.value or (low.value == high.value and not (low.is_within and high.is_within)):
                raise OptionError(
                    f"nobody can meet {low.criterion} and {high.criterion} together: {low.variable} cannot be both "
                    f"{'at least' if low.is_within else 'above'} {low.value:g} and "
                    f"{'at most' if high.is_within else 'below'} {high.value:g}.",
                    where="rehearsal, eligibility",
                    remedy="Correct one of the two thresholds in the study file.",
                )


def _list_required(condition: Condition) -> Iterator[Criterion]:
    """Criteria that everybody must pass: groups of `all` opened, others left out."""
    if isinstance(condition, Criterion):
        yield condition
    elif isinstance(condition, AllOf):
        for part in condition.all:
            yield from _list_required(part)


def _list_limits(criterion: Criterion) -> Iterator[_Limit]:
    if criterion.applies_when is not None:
        return
    name, variable, threshold = criterion.identifier, criterion.variable, criterion.threshold.value
    is_inclusion = criterion.kind == "inclusion"
    if isinstance(threshold, int | float) and not isinstance(threshold, bool):
        if criterion.operator in _LIMITS:
            operator = criterion.operator if is_inclusion else _OPPOSITE[criterion.operator]
            side, is_within = _LIMITS[operator]
            yield _Limit(name, variable, side, float(threshold), is_within)
        elif criterion.operator == ("equals" if is_inclusion else "differs"):
            yield _Limit(name, variable, "lowest", float(threshold), is_within=True)
            yield _Limit(name, variable, "highest", float(threshold), is_within=True)
    elif criterion.operator == "between" and is_inclusion and isinstance(threshold, tuple):
        ends = [float(end) for end in threshold if isinstance(end, int | float)]
        yield _Limit(name, variable, "lowest", min(ends, default=-math.inf), is_within=True)
        yield _Limit(name, variable, "highest", max(ends, default=math.inf), is_within=True)
