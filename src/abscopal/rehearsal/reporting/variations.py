"""How far each parameter and setting is moved, one at a time, to see what hangs on it."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from abscopal.evidence.figures.rehearsal_data import Step
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.rehearsal.acting import REPLACED, SWITCHES, is_acting
from abscopal.rehearsal.calibration.priors import Prior, PriorBelief, list_beliefs
from abscopal.rehearsal.ensemble import ParameterDraw, apply_draw
from abscopal.rehearsal.model.description import ModelDescription, Parameter
from abscopal.rehearsal.scenario import (
    MODEL_PREFIX,
    NO_DISTANT_LESION,
    NOTHING_INJECTED,
    SHARES,
    SPREAD_PREFIX,
    WHOLES,
    Operation,
    Scenario,
    list_operations,
)

LOWER, HIGHER = 0.8, 1.25
SHARE_STEP = 0.1
HYPOTHESES = frozenset({"s_dep", "h_A2"})
"""Parameters of the model that are yes (1) or no (0)."""


@dataclass(frozen=True, slots=True)
class Variation:
    """One parameter or setting, and the two values it is moved to.

    Args:
        name: its name, as in a set of parameters.
        planned: its value in force.
        low: the lower value; None where there is none.
        high: the higher value; None where there is none.
        step: how the two were chosen.
        status: how its value is known.
        others: what gives way, for each of the two, where it is one of several shares of a whole.
    """

    name: str
    planned: float
    low: float | None
    high: float | None
    step: Step
    status: str
    others: Mapping[float, Mapping[str, float]] = field(default_factory=dict)

    def list_changes(self, value: float) -> dict[str, float]:
        """All that changes when it is moved to a value."""
        return {self.name: value, **self.others.get(value, {})}


def list_variations(
    protocol: StudyProtocol, model: ModelDescription, scenario: Scenario, draw: ParameterDraw
) -> tuple[Variation, ...]:
    """List what is moved: parameters of the model, spreads between patients of which a prior is written, settings.

    A parameter of which a prior is written is moved by one standard deviation of it, whether this study fitted it or
    not. Any other is multiplied by 0.8 and by 1.25, a setting that is a share moved by ten points, and what is yes or
    no set to the other. No share leaves 0 to 1; the other shares of the same whole give way. Settings that change
    nothing in this study, or that the study file settles by its kind, stay.

    Args:
        protocol: the study file.
        model: the description.
        scenario: the scenario, without the set of parameters.
        draw: the set of parameters about which all is moved.

    Returns:
        The variations, settings last; what a setting takes the place of is left out.

    Example:
        >>> from abscopal.protocol.reading import list_bundled_studies, read_study
        >>> from abscopal.rehearsal.ensemble import NOMINAL
        >>> from abscopal.rehearsal.model.description import read_model
        >>> from abscopal.rehearsal.scenario import choose_scenario
        >>> protocol = read_study(max(list_bundled_studies())).protocol
        >>> found = list_variations(protocol, read_model(), choose_scenario(protocol), NOMINAL[0])
        >>> next((item.low, item.high, item.step) for item in found if item.name == "phi")
        (0.32, 0.5, 'factor')
    """
    drawn = apply_draw(scenario, draw)
    beliefs = {belief.name: belief for belief in list_beliefs()}
    known = [
        *_list_parameters(protocol, model, drawn, draw, beliefs),
        *_list_settings(protocol, drawn, draw, beliefs),
    ]
    return tuple(item for item in known if (item.low, item.high) != (None, None))


def _list_parameters(
    protocol: StudyProtocol, model: ModelDescription, drawn: Scenario, draw: ParameterDraw,
    beliefs: Mapping[str, PriorBelief],
) -> Iterator[Variation]:  # fmt: skip
    chosen = protocol.rehearsal.scenarios if protocol.rehearsal else ()
    given = next((item.parameters for item in chosen if item.identifier == drawn.identifier), {})

    def make(name: str, own: float, status: str) -> Variation:
        value = drawn.medians.get(name, own)
        sourced = given.get(f"{MODEL_PREFIX}{name}")
        if name in draw.medians:
            status = "fitted"
        elif sourced is not None and sourced.value is not None:
            status = sourced.provenance or "assumed"
        highest = 1.0 if name in SHARES else math.inf
        return _vary(name, value, status, belief=beliefs.get(name), lowest=-math.inf, highest=highest,
                     is_switch=name in HYPOTHESES)  # fmt: skip

    for parameter in model.parameters:
        if parameter.symbol not in REPLACED:
            yield make(parameter.symbol, parameter.value, parameter.status)
    for parameter in model.parameters:
        name = f"{SPREAD_PREFIX}{parameter.symbol}"
        if name in beliefs and parameter.spread.patients:
            yield make(name, parameter.spread.patients, _tell_spread_status(parameter))


def _tell_spread_status(parameter: Parameter) -> str:
    return parameter.spread.status or parameter.status


def _list_settings(
    protocol: StudyProtocol, drawn: Scenario, draw: ParameterDraw, beliefs: Mapping[str, PriorBelief]
) -> Iterator[Variation]:
    # What the study file settles by its kind is no assumption to move.
    fixed = set(NO_DISTANT_LESION) if protocol.lesions.distant_lesions == "none" else set()
    fixed |= set(NOTHING_INJECTED) if protocol.injection is None else set()
    provenance: dict[str, str] = {item.name: item.provenance for item in drawn.values}
    for operation in list_operations():
        name = operation.name
        if name in fixed or not is_acting(operation.acts, protocol, drawn):
            continue
        found = _vary(
            name,
            drawn[name],
            "fitted" if name in draw.medians else provenance[name],
            belief=beliefs.get(name),
            lowest=operation.lowest,
            highest=operation.highest,
            is_share=_is_share(operation),
            is_switch=name in SWITCHES,
        )
        yield _let_others_give_way(found, drawn)


def _is_share(operation: Operation) -> bool:
    return operation.unit == "1" and operation.lowest >= 0 and operation.highest <= 1


def _vary(
    name: str, value: float, status: str, *, belief: PriorBelief | None, lowest: float, highest: float,
    is_share: bool = False, is_switch: bool = False,
) -> Variation:  # fmt: skip
    step: Step
    if is_switch:
        step, ends = "switch", (0.0, 1.0)
    elif belief is not None and value > 0 and not (belief.shape == "logitnormal" and value >= 1):
        prior = Prior(name, belief.shape, value, belief.spread)
        step, ends = "prior", (float(prior.compute_values(-1)), float(prior.compute_values(1)))
    elif is_share:
        step, ends = "points", (value - SHARE_STEP, value + SHARE_STEP)
    else:
        step, ends = "factor", (value * LOWER, value * HIGHER)
    low, high = (round(min(max(end, lowest), highest), 12) for end in ends)
    return Variation(
        name, value, low if low != value else None, high if high != value else None, step, status
    )


def _let_others_give_way(variation: Variation, drawn: Scenario) -> Variation:
    """Shares of the same whole go on adding up to one, in the proportions they had."""
    whole = next((names for names in WHOLES if variation.name in names), ())
    rest = sum(drawn[name] for name in whole if name != variation.name)
    if not whole or rest <= 0:
        return variation
    others = {
        value: {
            name: drawn[name] * (1 - value) / rest for name in whole if name != variation.name
        }
        for value in (variation.low, variation.high)
        if value is not None
    }  # fmt: skip
    return Variation(
        variation.name, variation.planned, variation.low, variation.high, variation.step, variation.status, others
    )  # fmt: skip
