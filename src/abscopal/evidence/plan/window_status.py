"""How each patient stands at the end of the window of an endpoint: from adverse events, or from a time to event."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from abscopal.derivations.event_selection import EventSelection, Kind
from abscopal.derivations.safety.first_severe_event import derive_window_status
from abscopal.derivations.time_to_event.event_free import derive_landmark_status
from abscopal.derivations.time_windows import TimeWindow
from abscopal.protocol.endpoints import Endpoint

TOXICITY_KINDS = ("toxicity_free_proportion", "toxicity_proportion")
_RELATIONS: dict[str, Kind] = {
    "treatment_related": "related",
    "immune_related": "immune_related",
    "any_cause": "all",
    "not_applicable": "all",
}


def choose_events(endpoint: Endpoint) -> EventSelection | None:
    """The adverse events that an endpoint counts, or None where they cannot be told apart (procedures).

    Args:
        endpoint: an endpoint of toxicity.

    Returns:
        The selection.
    """
    kind = _RELATIONS.get(endpoint.relation)
    if kind is None:
        return None
    return EventSelection(kind=kind, severity="severe" if endpoint.severity == "severe" else "any")


def derive_states(tables: Mapping[str, Any], endpoint: Endpoint) -> pl.DataFrame | None:
    """Say how each patient stands at the end of the window: event, competing, complete or short.

    Args:
        tables: analysis tables by lower-case name.
        endpoint: an endpoint with a window.

    Returns:
        USUBJID and STATE, or None where a table, the window or the selection of events is missing.
    """
    days = endpoint.window_days.value
    if days is None:
        return None
    if endpoint.kind in TOXICITY_KINDS:
        selection = choose_events(endpoint)
        if tables.get("adae") is None or selection is None:
            return None
        status = derive_window_status(
            tables["adae"], tables["adsl"], window=TimeWindow(days), selection=selection, start="TRTSDT"
        )
        state = (
            pl.when(pl.col("STATUS") == "EVENT")
            .then(pl.lit("event"))
            .when(pl.col("STATUS") == "EVENT_FREE")
            .then(pl.lit("complete"))
            .when(pl.col("REASON") == "DIED")
            .then(pl.lit("competing"))
            .otherwise(pl.lit("short"))
        )
        return status.select("USUBJID", STATE=state)
    times = tables.get("adtte")
    if times is None:
        return None
    rows = times.filter(pl.col("PARAMCD") == "PFS")
    if rows.is_empty():
        return None
    names = {"EVENT": "event", "COMPETING": "competing", "EVENT_FREE": "complete", "CENSORED_BEFORE": "short"}
    landmark = derive_landmark_status(rows, landmark=TimeWindow(days))
    return landmark.select("USUBJID", STATE=pl.col("STATUS").replace_strict(names))


def derive_primary_status(tables: Mapping[str, Any], endpoint: Endpoint) -> pl.DataFrame | None:
    """The same for the primary endpoint, where it has a window."""
    has_window = endpoint.kind in (*TOXICITY_KINDS, "event_free_proportion")
    return derive_states(tables, endpoint) if has_window else None
