"""Virtual patients: their parameters drawn with the spread of the model, and a filter for who cannot be.

Everybody is drawn from numbers of their own, so that a patient is the same in every arm (a clone) and on
every worker. A draw whose lesions would shrink without treatment is no patient of a trial in advanced
disease, and one whose effectors balance only with an inflow below 0 is nobody at all: it is drawn again, and the
share of accepted draws is reported. Growth and inflow are those that the description works out for the start.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from abscopal.errors import OptionError
from abscopal.rehearsal.engine.expressions import work_out_start
from abscopal.rehearsal.model.description import ModelDescription, Parameter
from abscopal.rehearsal.random_numbers import draw_uniforms

Floats = NDArray[np.float64]
MOST_DRAWS = 20_000
"""Draws of one patient, or of all together while nobody is accepted, after which there is nobody to be drawn."""
LOWEST_WEIGHT, HIGHEST_WEIGHT = 45.0, 130.0


@dataclass(frozen=True, slots=True)
class Body:
    """Weight of the patients: normal, cut at 45 and 130 kg."""

    mean_kg: float = 78.0
    sd_kg: float = 16.0


@dataclass(frozen=True, slots=True)
class LesionSizes:
    """Volume of lesions at the first dose: median in mL and spread of the logarithm.

    Args:
        injected_ml: median of the lesions that will be injected.
        injected_spread: their spread.
        distant_ml: median of the others.
        distant_spread: their spread.
    """

    injected_ml: float = 4.0
    injected_spread: float = 0.8
    distant_ml: float = 3.0
    distant_spread: float = 1.0


@dataclass(frozen=True, slots=True)
class VirtualPatients:
    """Patients with the same number of lesions.

    Args:
        numbers: their numbers.
        lesions: number of lesions of each; those to be injected come first.
        injected: how many of them are to be injected in each patient.
        weight_kg: weights.
        values: every parameter of the model by symbol.
        draws: how many draws each patient took; more than one where a draw was refused.
    """

    numbers: NDArray[np.int64]
    lesions: int
    injected: NDArray[np.int64]
    weight_kg: Floats
    values: Mapping[str, float | Floats]
    draws: NDArray[np.int64]


def draw_patients(
    model: ModelDescription,
    numbers: NDArray[np.int64],
    *,
    key: int,
    lesions: int,
    injected: int | NDArray[np.int64],
    medians: Mapping[str, float],
    sizes: LesionSizes,
    body: Body,
    is_filtered: bool,
) -> VirtualPatients:
    """Draw the parameters of patients.

    Args:
        model: the description.
        numbers: numbers of the patients.
        key: key of the study and of the draw of population parameters.
        lesions: number of lesions of each.
        injected: how many of them are to be injected, in all patients or in each; they come first.
        medians: medians and spreads (`sd_<symbol>`) that differ from the description, such as calibrated ones.
        sizes: volumes at the first dose.
        body: weights.
        is_filtered: whether every lesion must grow without treatment. That effectors are in balance is always asked.

    Returns:
        The patients.

    Raises:
        OptionError: no draw is accepted: the medians describe nobody with growing lesions.
    """
    count = len(numbers)
    to_inject = np.broadcast_to(np.asarray(injected, dtype=np.int64), count)
    draws = np.zeros(count, dtype=np.int64)
    pending = np.arange(count)
    found: dict[str, Floats] = {}
    for attempt in range(MOST_DRAWS):
        drawn = _draw_once(model, numbers[pending], key, lesions, to_inject[pending], medians, sizes, attempt)
        for name, value in drawn.items():
            if name not in found:
                found[name] = np.zeros((count, *value.shape[1:]))
            found[name][pending] = value
        draws[pending] += 1
        pending = pending[~_can_be(model, drawn, medians, lesions=lesions, is_filtered=is_filtered)]
        if len(pending) == 0:
            break
        is_hopeless = len(pending) == count and (attempt + 1) * count >= MOST_DRAWS
        if is_hopeless or attempt + 1 == MOST_DRAWS:
            raise OptionError(
                f"{len(pending)} of {count} virtual patients have lesions that shrink without treatment, or "
                f"effectors that no inflow keeps in balance, in {attempt + 1} draws each.",
                where="rehearsal, plausibility filter",
                remedy="Raise the growth r, lower kmax or E0, set plausibility_filter to 0, or raise d_E over p_E.",
            )
    weight = np.clip(body.mean_kg + body.sd_kg * found.pop("weight"), LOWEST_WEIGHT, HIGHEST_WEIGHT)
    return VirtualPatients(
        numbers=numbers,
        lesions=lesions,
        injected=to_inject,
        weight_kg=weight,
        values=_finish(model, found, weight, medians),
        draws=draws,
    )


def compute_acceptance(draws: NDArray[np.int64]) -> float:
    """Share of draws that the plausibility filter accepted.

    Example:
        >>> compute_acceptance(np.array([1, 3]))
        0.5
    """
    return float(len(draws) / draws.sum()) if len(draws) else float("nan")


def _median(parameter: Parameter, medians: Mapping[str, float]) -> float:
    return medians.get(parameter.symbol, parameter.value)


def _spread(parameter: Parameter, medians: Mapping[str, float]) -> float:
    return medians.get(f"sd_{parameter.symbol}", parameter.spread.patients)


def _draw_once(
    model: ModelDescription,
    numbers: NDArray[np.int64],
    key: int,
    lesions: int,
    injected: NDArray[np.int64],
    medians: Mapping[str, float],
    sizes: LesionSizes,
    attempt: int,
) -> dict[str, Floats]:
    of_patient = [
        p for p in model.parameters if p.scope != "shared" and (p.spread.patients or p.spread.inflamed)
    ]
    of_lesion = [p for p in model.parameters if p.scope == "lesion" and p.spread.lesions]
    normal = ndtri(
        draw_uniforms(key, numbers, purpose="physiology", count=2 + len(of_patient), place=attempt)
    )
    own = ndtri(
        draw_uniforms(key, numbers, purpose="lesions", count=len(of_lesion) * lesions, place=attempt)
    ).reshape(len(numbers), len(of_lesion), lesions)
    place_of = {parameter.symbol: place for place, parameter in enumerate(of_lesion)}
    hot = normal[:, 1]
    scores = {parameter.symbol: normal[:, 2 + place] for place, parameter in enumerate(of_patient)}
    for pair in model.correlations:
        first, second = pair.between
        scores[second] = pair.value * scores[first] + np.sqrt(1 - pair.value**2) * scores[second]
    drawn: dict[str, Floats] = {"weight": normal[:, 0]}
    for parameter in model.parameters:
        if parameter.scope == "shared":
            continue
        score = np.zeros(len(numbers))
        if parameter.symbol in scores:
            share = parameter.spread.inflamed
            score = share * hot + np.sqrt(1 - share**2) * scores[parameter.symbol]
        moved = _spread(parameter, medians) * score
        if parameter.scope == "lesion":
            between = np.zeros((len(numbers), lesions))
            if parameter.symbol in place_of:
                between = parameter.spread.lesions * own[:, place_of[parameter.symbol]]
            moved = moved[:, None] + between
        drawn[parameter.symbol] = _place(parameter, moved, medians)
    drawn["T0"] = _draw_sizes(own[:, place_of["T0"]], injected, sizes)
    return drawn


def _place(parameter: Parameter, moved: Floats, medians: Mapping[str, float]) -> Floats:
    median = _median(parameter, medians)
    value = median + moved if parameter.spread.kind == "normal" else median * np.exp(moved)
    return value if parameter.spread.at_most is None else np.minimum(value, parameter.spread.at_most)


def _draw_sizes(scores: Floats, injected: NDArray[np.int64], sizes: LesionSizes) -> Floats:
    is_to_inject = np.arange(scores.shape[1]) < injected[:, None]
    median = np.where(is_to_inject, sizes.injected_ml, sizes.distant_ml)
    spread = np.where(is_to_inject, sizes.injected_spread, sizes.distant_spread)
    return np.asarray(median * np.exp(spread * scores))


def _can_be(
    model: ModelDescription,
    drawn: Mapping[str, Floats],
    medians: Mapping[str, float],
    *,
    lesions: int,
    is_filtered: bool,
) -> NDArray[np.bool_]:
    """Whether effectors are in balance and, where the filter is on, every lesion grows before treatment."""
    values = {p.symbol: _median(p, medians) for p in model.parameters if p.scope == "shared"}
    start = work_out_start(
        model, values | dict(drawn), lesions=lesions, wanted=("k_in", *(["start_growth"] * is_filtered))
    )
    is_balanced = np.all(start["k_in"] >= 0, axis=1)
    if not is_filtered:
        return np.asarray(is_balanced)
    return np.asarray(is_balanced & np.all(start["start_growth"] > 0, axis=1))


def _finish(
    model: ModelDescription, found: Mapping[str, Floats], weight: Floats, medians: Mapping[str, float]
) -> dict[str, float | Floats]:
    values: dict[str, float | Floats] = {}
    for parameter in model.parameters:
        if parameter.scope == "shared":
            values[parameter.symbol] = _median(parameter, medians)
            continue
        value = found[parameter.symbol]
        if parameter.weight_exponent:
            value = value * (weight / model.reference_weight_kg) ** parameter.weight_exponent
        values[parameter.symbol] = value
    return values
