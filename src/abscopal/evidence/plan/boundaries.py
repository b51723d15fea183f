"""The toxicity boundaries of a study file, and the path that a trial takes beside them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from abscopal.derivations.safety.first_severe_event import derive_window_status
from abscopal.derivations.time_windows import TimeWindow
from abscopal.design.toxicity_boundary import (
    ToxicityBehaviour,
    ToxicityBoundaryDesign,
    compute_toxicity_behaviour,
    compute_toxicity_boundary,
    find_crossing,
)
from abscopal.errors import OptionError
from abscopal.evidence.plan.readings import ALL_ARMS, Readings
from abscopal.evidence.plan.window_status import TOXICITY_KINDS, choose_events
from abscopal.protocol.endpoints import Endpoint
from abscopal.protocol.monitoring import ToxicityBoundary
from abscopal.protocol.study_protocol import StudyProtocol

NEEDED = ("limit", "certainty", "prior_a", "prior_b", "looks")
BOUNDARY_PREFIX = "boundary: "


@dataclass(frozen=True, slots=True)
class BoundaryReading:
    """A boundary of the study file with its limits and behaviour.

    Args:
        declared: the boundary as the study file says it.
        design: its limits; None where a value is unknown.
        behaviour: what it does for true rates; empty where a value is unknown.
        missing: names of the values that are unknown.
        assumed: names of the values that are assumed.
    """

    declared: ToxicityBoundary
    design: ToxicityBoundaryDesign | None
    behaviour: tuple[ToxicityBehaviour, ...]
    missing: tuple[str, ...]
    assumed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BoundaryPath:
    """What a trial observed beside a boundary, in the order in which patients became evaluable.

    Args:
        reading: the boundary.
        evaluable: 1, 2, 3 ... evaluable patients.
        events: events among them.
        crossed_at: evaluable patients at the look that crossed; None where none did.
    """

    reading: BoundaryReading
    evaluable: tuple[int, ...]
    events: tuple[int, ...]
    crossed_at: int | None


def compute_boundary_readings(protocol: StudyProtocol) -> tuple[BoundaryReading, ...]:
    """Compute the limits and the behaviour of every toxicity boundary of a study file.

    Args:
        protocol: the study file.

    Returns:
        One reading per boundary, in the order of the file.
    """
    declared = protocol.monitoring.toxicity if protocol.monitoring else ()
    return tuple(_read(protocol, boundary) for boundary in declared)


def _read(protocol: StudyProtocol, boundary: ToxicityBoundary) -> BoundaryReading:
    values = {name: getattr(boundary, name) for name in (*NEEDED, "minimum_patients")}
    missing = tuple(name for name in NEEDED if values[name].value is None)
    assumed = tuple(name for name, value in values.items() if value.provenance == "assumed")
    if missing:
        return BoundaryReading(boundary, None, (), missing, assumed)
    asked: Any = {name: values[name].value for name in NEEDED}
    planned = _planned(protocol, boundary.arms)
    try:
        design = compute_toxicity_boundary(
            **asked,
            minimum_patients=boundary.minimum_patients.value or 1,
            n=max(planned, *asked["looks"], 1),
        )
    except OptionError as error:
        raise OptionError(
            error.found, where=f"monitoring.toxicity.{boundary.identifier}", remedy=error.remedy
        ) from error
    return BoundaryReading(boundary, design, compute_toxicity_behaviour(design), (), assumed)


def _planned(protocol: StudyProtocol, arms: tuple[str, ...]) -> int:
    found = [protocol.find_arm(name) for name in arms]
    return sum(arm.planned_patients.value or 0 for arm in found if arm is not None)


def derive_boundary_paths(readings: Readings) -> tuple[BoundaryPath, ...]:
    """Follow what a trial observed beside its boundaries, and keep the counts at each look among the estimates.

    A patient becomes evaluable on the day of the event, or when the window closes without one; who left before is
    not evaluable. On one day events come first: a board then sees them at the earlier look (our reading).

    Args:
        readings: the analysis tables and the list of estimates.

    Returns:
        One path per boundary whose endpoint has a window and whose tables are there.
    """
    paths = []
    for reading in compute_boundary_readings(readings.protocol):
        endpoint = readings.protocol.find_endpoint(reading.declared.endpoint or "")
        status = None if endpoint is None else derive_evaluable(readings.tables, endpoint)
        if reading.design is None or status is None or endpoint is None:
            readings.stop(
                "boundary_without_window",
                endpoint=reading.declared.endpoint or "",
                detail=reading.declared.identifier,
            )
            continue
        arms = [arm for arm in readings.arms if arm in reading.declared.arms]
        of_arms = status.filter(pl.col("TRT01A").is_in(arms))
        counts = of_arms["EVENT"].cast(pl.Int64).cum_sum().to_list()
        evaluable = tuple(range(1, len(counts) + 1))
        crossed = find_crossing(reading.design, evaluable=evaluable, events=counts)
        paths.append(BoundaryPath(reading, evaluable, tuple(counts), crossed))
        for look in reading.design.looks:
            if look <= len(counts):
                readings.estimates.count(
                    endpoint.identifier,
                    f"{BOUNDARY_PREFIX}{reading.declared.identifier}: {look}",
                    population="SAFFL",
                    arm=arms[0] if len(arms) == 1 else ALL_ARMS,
                    n=look,
                    count=counts[look - 1],
                    source="ADAE, derivations.safety.first_severe_event",
                )
    return tuple(paths)


def derive_evaluable(tables: Mapping[str, Any], endpoint: Endpoint) -> pl.DataFrame | None:
    """List the evaluable patients of an endpoint of toxicity in the order in which they became so.

    Args:
        tables: analysis tables by lower-case name.
        endpoint: the endpoint.

    Returns:
        USUBJID, TRT01A, EVENT and the day; None where the endpoint has no window, or a table is missing.
    """
    days, selection = endpoint.window_days.value, choose_events(endpoint)
    if endpoint.kind not in TOXICITY_KINDS or days is None or selection is None or tables.get("adae") is None:
        return None
    status = derive_window_status(
        tables["adae"], tables["adsl"], window=TimeWindow(days), selection=selection, start="TRTSDT"
    )
    return (
        status.filter(pl.col("STATUS").is_in(["EVENT", "EVENT_FREE"]))
        .with_columns(EVENT=pl.col("STATUS") == "EVENT")
        .with_columns(DAY=pl.when("EVENT").then("ADT").otherwise("WINENDT"))
        .sort("DAY", pl.col("EVENT").not_(), "USUBJID")
        .select("USUBJID", "TRT01A", "EVENT", "DAY")
    )
