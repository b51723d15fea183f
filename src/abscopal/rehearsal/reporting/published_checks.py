"""Published results beside what was rehearsed: targets of calibration, results held out, levels in plasma."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from abscopal.estimation.proportions import estimate_proportion
from abscopal.evidence.figures.rehearsal_data import DirectionCheck, Level, LevelBeside, TargetCheck
from abscopal.evidence.rehearsal_tables import CharacteristicRow
from abscopal.evidence.typography import Language
from abscopal.protocol.endpoints import Endpoint
from abscopal.protocol.published import PublishedResults
from abscopal.protocol.rehearsal_plan import CalibrationTarget
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.protocol.text import Text
from abscopal.rehearsal.arm_plans import ArmPlan
from abscopal.rehearsal.calibration.directions import WITHOUT_CHANGE
from abscopal.rehearsal.reporting.representative_courses import Representatives

LEVEL_PATTERN = re.compile(r"(?P<drug>[a-z]+)_(?P<level>peak|trough)")
MASS_UNITS = ("µg/mL", "mg/L")
COUNTED_ALIKE = ("severe_toxicity", "objective_response")
"""Published quantities that a rehearsed trial counts among the same patients."""
BY_THE_MEDIAN = Text(
    en="share with the event by the published median", fr="part ayant l’événement à la médiane publiée"
)


def list_target_checks(
    protocol: StudyProtocol,
    rows: Sequence[CharacteristicRow],
    levels: Sequence[LevelBeside],
    *,
    record: Sequence[Mapping[str, Any]] = (),
    language: Language,
) -> tuple[TargetCheck, ...]:
    """Set each published result of the study file beside the rehearsed one.

    A proportion stands beside the mean over the draws of the parameters, with their 5 and 95 % quantiles; under one
    draw there is no range. A level in plasma that calibration left nothing of stands beside the median of the virtual
    patients, without an interval to judge it by.

    Args:
        protocol: the study file.
        rows: operating characteristics of the planned trial.
        levels: levels in plasma.
        record: results as calibration left them beside its ensemble; they stand in for what a rehearsal of this
            trial does not count the same way, such as a median, or another trial.
        language: `en` or `fr`.

    Returns:
        The results that could be compared: those of the study file in its order, then those of other trials.
    """
    targets = protocol.rehearsal.targets if protocol.rehearsal else ()
    endpoints = {item.identifier: item for item in protocol.endpoints}
    recorded = {row["identifier"]: _read_check(row, language) for row in record}
    checks = []
    for target in targets:
        if target.value.value is None:
            continue
        check = None
        if target.endpoint not in endpoints:
            # A level of the record is judged by an interval; one of this page has none.
            check = recorded.get(target.identifier) or _check_level(target, protocol, levels, language)
        elif target.quantity in (None, *COUNTED_ALIKE):
            check = _check_proportion(target, endpoints[target.endpoint], rows, language)
        check = check or recorded.get(target.identifier)
        if check is not None:
            checks.append(check)
    own = {target.identifier for target in targets}
    return (*checks, *(check for name, check in recorded.items() if name not in own))


def _read_check(row: Mapping[str, Any], language: Language) -> TargetCheck:
    label = row["text"][language]
    if row["kind"] == "median":
        label = (
            f"{label}: {BY_THE_MEDIAN.read(language)}"
            if language == "en"
            else f"{label}\u00a0: {BY_THE_MEDIAN.fr}"
        )
    return TargetCheck(
        label=label,
        use="fit" if row["use"] == "fit" else "held_out",
        unit="mg/L" if row["kind"] == "mean" else "proportion",
        published=row["observed"],
        lower=row["observed_lower"],
        upper=row["observed_upper"],
        fitted=row["ensemble"],
        fitted_lower=row["ensemble_lower"],
        fitted_upper=row["ensemble_upper"],
        judged=row["is_inside"],
    )


def list_direction_checks(
    record: Sequence[Mapping[str, Any]], *, language: Language
) -> tuple[DirectionCheck, ...]:
    """Read the published directions as calibration left them beside its ensemble.

    Args:
        record: directions of the record; empty without a calibration.
        language: `en` or `fr`.

    Returns:
        One check a direction.
    """
    return tuple(
        DirectionCheck(
            label=row["text"][language],
            note=row["note"][language] if row["note"] else "",
            is_difference=row["quantity"] in WITHOUT_CHANGE,
            direction="rises" if row["direction"] == "rises" else "falls",
            fitted=row["ensemble"],
            fitted_lower=row["ensemble_lower"],
            fitted_upper=row["ensemble_upper"],
            agreeing=row["sets_that_agree"],
            sets=row["sets"],
            is_hit=row["is_inside"],
        )
        for row in record
    )


def list_levels(
    published: PublishedResults | None,
    patients: Mapping[str, Sequence[Representatives]],
    plans: Mapping[str, ArmPlan],
    *,
    names: Mapping[str, str],
) -> tuple[LevelBeside, ...]:
    """Set published peaks and troughs of the trial itself beside the first cycle of virtual patients.

    Args:
        published: published results; None where there are none.
        patients: patients in detail by arm, one set a draw.
        plans: calendar by arm.
        names: label by arm.

    Returns:
        The levels, in the order of the published file.
    """
    levels = []
    for result in published.results if published else ():
        named = LEVEL_PATTERN.fullmatch(result.quantity)
        if named is None or result.trial or result.arm not in patients or result.value is None:
            continue
        if result.unit not in MASS_UNITS or result.arm is None:
            continue
        drug, level = named["drug"], named["level"]
        own = _read_first_cycle(patients[result.arm], plans[result.arm], drug.upper(), level)
        if own is None:
            continue
        spread = result.spread
        low, median, high = (float(value) for value in np.nanpercentile(own, (5, 50, 95)))
        levels.append(
            LevelBeside(
                arm=names[result.arm],
                drug=drug,
                level="peak" if level == "peak" else "trough",
                published=result.value,
                published_sd=spread.value if spread and spread.kind == "standard_deviation" else None,
                low=low,
                median=median,
                high=high,
            )
        )
    return tuple(levels)


def _read_first_cycle(
    found: Sequence[Representatives], plan: ArmPlan, drug: str, level: str
) -> np.ndarray[tuple[int], np.dtype[np.float64]] | None:
    days = sorted({dose.day for dose in plan.doses if dose.drug == drug})
    if len(days) < 2 or any(drug not in patients.plasma for patients in found):
        return None
    values = []
    for patients in found:
        inside = (patients.days >= days[0]) & (patients.days <= days[1])
        concentration = patients.plasma[drug][patients.courses.treated][:, inside]
        values.append(concentration.max(axis=1) if level == "peak" else concentration[:, -1])
    return np.concatenate(values)


def find_quantity(endpoint: Endpoint) -> str | None:
    """Name the rehearsed quantity that an endpoint of the study file is.

    Args:
        endpoint: the endpoint.

    Returns:
        The name without the arm; None where none is rehearsed.
    """
    lesions = getattr(endpoint, "lesions", None)
    match endpoint.kind:
        case "toxicity_free_proportion" | "toxicity_proportion":
            return "severe_rate"
        case "objective_response":
            return "distant_response_rate" if lesions == "non_injected" else "response_rate"
        case "lesion_response":
            return "injected_lesion_rate" if lesions == "injected" else "distant_lesion_rate"
    return None


def _check_proportion(
    target: CalibrationTarget,
    endpoint: Endpoint,
    rows: Sequence[CharacteristicRow],
    language: Language,
) -> TargetCheck | None:
    quantity = f"{find_quantity(endpoint)}.{target.arm}.mean"
    by_draw = {row.draw: row for row in rows if row.quantity == quantity}
    row = by_draw.get("between draws") or by_draw.get("all")
    if row is None or row.estimate is None or target.value.value is None:
        return None
    lower = upper = None
    if target.events.value is not None and target.n.value:
        interval = estimate_proportion(target.events.value, target.n.value)
        lower, upper = interval.lower, interval.upper
    between = row.draw == "between draws" and row.lower is not None and row.upper is not None
    return TargetCheck(
        label=target.text.read(language),
        use="fit" if target.use == "fit" else "held_out",
        unit="proportion",
        published=target.value.value,
        lower=lower,
        upper=upper,
        fitted=row.estimate,
        fitted_lower=row.lower if between and row.lower is not None else row.estimate,
        fitted_upper=row.upper if between and row.upper is not None else row.estimate,
    )


def _check_level(
    target: CalibrationTarget, protocol: StudyProtocol, levels: Sequence[LevelBeside], language: Language
) -> TargetCheck | None:
    """A level has no exact interval: where a standard deviation was printed it is that of patients, not of a mean."""
    arm = next((item for item in protocol.arms if item.identifier == target.arm), None)
    named = LEVEL_PATTERN.match(target.identifier)
    if arm is None or named is None or target.value.value is None:
        return None
    kind: Level = "peak" if named["level"] == "peak" else "trough"
    label = arm.name.read(language)
    beside = next(
        (item for item in levels if (item.arm, item.drug, item.level) == (label, named["drug"], kind)), None
    )
    if beside is None:
        return None
    return TargetCheck(
        label=target.text.read(language),
        use="fit" if target.use == "fit" else "held_out",
        unit="mg/L",
        published=target.value.value,
        lower=None,
        upper=None,
        fitted=beside.median,
        fitted_lower=beside.low,
        fitted_upper=beside.high,
    )
