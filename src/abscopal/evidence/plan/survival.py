"""Times to event: medians, shares free of the event at fixed times, and the arms side by side."""

from typing import Any

import polars as pl

from abscopal.evidence.plan.absent_tables import name_absent_tables
from abscopal.evidence.plan.comparison import add_p_value, join_pair, list_pairs, status_of_comparison
from abscopal.evidence.plan.progression_times import name_progression_free
from abscopal.evidence.plan.readings import ALL_ARMS, Curve, Readings
from abscopal.evidence.plan.time_estimates import (
    compute_arm_test,
    estimate_arm_ratio,
    estimate_free_share,
    estimate_median_months,
)
from abscopal.protocol.endpoints import Endpoint, EndpointKind

FOLLOW_UP, DURATION = "follow_up", "duration_of_response"
LANDMARK_PREFIX = "landmark_months: "
DURATIONS: dict[str, str] = {DURATION: "RSD", "duration_of_response_irecist": "IRSD"}
TIME_KINDS: tuple[EndpointKind, ...] = ("survival", "progression_free", "relapse_free")
PARAMETERS: dict[str, str] = {"survival": "OS", "progression_free": "PFS", "relapse_free": "RFS"}
_TABLES: dict[str, str] = {"survival": "DM", "relapse_free": "DS"}
LANDMARKS = (6, 12, 24, 36, 60)


def estimate_time_endpoint(readings: Readings, endpoint: Endpoint) -> None:
    """Estimate the median and the shares free of the event of one endpoint, by arm.

    Args:
        readings: analysis tables and list of estimates.
        endpoint: overall or progression-free survival.
    """
    times = readings.tables.get("adtte")
    parameter = PARAMETERS[endpoint.kind]
    if endpoint.kind == "progression_free":
        parameter = name_progression_free(readings.protocol, endpoint.criterion)
    rows = None if times is None else times.filter(pl.col("PARAMCD") == parameter)
    if rows is None or rows.is_empty():
        table = _TABLES.get(endpoint.kind) or name_absent_tables(readings.stops)
        readings.stop("endpoint_table_absent", endpoint=endpoint.identifier, detail=table)
        return
    level, population = endpoint.confidence_level.value or 0.95, endpoint.estimand.population
    for arm in readings.reported_arms(endpoint):
        of_arm = rows.join(readings.patients(population, arm).select("USUBJID"), on="USUBJID", how="semi")
        if of_arm.is_empty():
            continue
        keep: dict[str, Any] = {
            "population": population,
            "arm": arm,
            "status": endpoint.level,
            "source": "ADTTE",
        }
        readings.estimates.count(
            endpoint.identifier,
            "events",
            population=population,
            arm=arm,
            n=of_arm.height,
            count=of_arm.filter(pl.col("CNSR") == 0).height,
            source="ADTTE",
        )
        readings.estimates.take(
            endpoint.identifier, "median", estimate_median_months(of_arm, level=level), **keep
        )
        for months in list_landmarks(of_arm, own_days=endpoint.window_days.value):
            share = estimate_free_share(of_arm, day=months * 365.25 / 12, level=level, side="free")
            readings.estimates.take(endpoint.identifier, f"{LANDMARK_PREFIX}{months:g}", share, **keep)
    readings.curves.append(Curve(endpoint.identifier, parameter, rows))
    _compare(readings, endpoint, rows)


def list_landmarks(rows: pl.DataFrame, *, own_days: int | None = None) -> list[float]:
    """The months at which a share is shown: as far as somebody is still followed, and the study's own landmark.

    Args:
        rows: times in days: AVAL.
        own_days: the landmark of the study, in days.

    Returns:
        Months, in order.

    Example:
        >>> list_landmarks(pl.DataFrame({"AVAL": [30.0, 500.0]}))
        [6, 12]
    """
    longest = float(rows["AVAL"].max() or 0) * 12 / 365.25  # type: ignore[arg-type]
    own = [round(own_days * 12 / 365.25, 1)] if own_days is not None else []
    return sorted({months for months in (*LANDMARKS, *own) if months <= longest})


def estimate_follow_up(readings: Readings) -> None:
    """Estimate the median follow-up by the reverse Kaplan-Meier method: deaths are what censors it.

    Args:
        readings: analysis tables and list of estimates.

    """
    times = readings.tables.get("adtte")
    if times is None:
        return
    survival = times.filter(pl.col("PARAMCD") == "OS").with_columns(CNSR=1 - pl.col("CNSR"))
    for arm in (*readings.arms, ALL_ARMS):
        rows = survival.join(readings.patients("ITTFL", arm).select("USUBJID"), on="USUBJID", how="semi")
        if rows.height and readings.estimates.find(FOLLOW_UP, "median", population="ITTFL", arm=arm) is None:
            readings.estimates.take(
                FOLLOW_UP,
                "median",
                estimate_median_months(rows),
                population="ITTFL",
                arm=arm,
                source="ADTTE OS, reversed",
            )


def estimate_response_duration(readings: Readings) -> None:
    """Estimate the median duration of response among responders, by arm, for each criterion that has its own.

    Args:
        readings: analysis tables and list of estimates.
    """
    times = readings.tables.get("adtte")
    if times is None:
        return
    for duration, parameter in DURATIONS.items():
        _estimate_duration(readings, times.filter(pl.col("PARAMCD") == parameter), duration, parameter)


def _estimate_duration(readings: Readings, rows: pl.DataFrame, duration: str, parameter: str) -> None:
    for arm in readings.arms:
        of_arm = rows.join(readings.patients("ITTFL", arm).select("USUBJID"), on="USUBJID", how="semi")
        if of_arm.height:
            readings.estimates.count(
                duration,
                "events",
                population="responders",
                arm=arm,
                n=of_arm.height,
                count=of_arm.filter(pl.col("CNSR") == 0).height,
                source=f"ADTTE {parameter}",
            )
            readings.estimates.take(
                duration,
                "median",
                estimate_median_months(of_arm),
                population="responders",
                arm=arm,
                status="descriptive" if duration == DURATION else "exploratory",
                source=f"ADTTE {parameter}",
            )


def _compare(readings: Readings, endpoint: Endpoint, rows: pl.DataFrame) -> None:
    population = endpoint.estimand.population
    for first, second in list_pairs(readings, endpoint):
        of_arm = [
            rows.join(readings.patients(population, arm).select("USUBJID"), on="USUBJID", how="semi")
            for arm in (first, second)
        ]
        events = sum(frame.filter(pl.col("CNSR") == 0).height for frame in of_arm)
        if events == 0 or any(frame.is_empty() for frame in of_arm):
            continue
        pair = join_pair(first, second)
        ratio, doubts = estimate_arm_ratio(*of_arm)
        readings.estimates.take(
            endpoint.identifier,
            "comparison: hazard_ratio",
            ratio,
            population=population,
            arm=pair,
            status=status_of_comparison(endpoint),
            source="ADTTE",
            note=" ".join(doubts),
        )
        test = compute_arm_test(*of_arm)
        n = sum(frame.height for frame in of_arm)
        add_p_value(readings, endpoint, "log_rank", test, arm=pair, n=n, events=events)
