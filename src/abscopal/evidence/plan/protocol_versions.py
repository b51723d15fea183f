"""What each patient is read by under their own version of the protocol, and what is the plan's for everyone.

A patient was followed as the version they consented to asked: how long after the last dose adverse events were
collected, how often scans were planned, how old a baseline scan might be, by which CTCAE an event was graded. These
are read version by version. What an estimate means (endpoints, analysis sets, censoring and response rules, the
grade called severe) is the analysis plan's, in the version in force at the data cut: one number cannot count two
different things.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from abscopal.derivations.protocol_versions import VersionStart
from abscopal.evidence.plan.facts import READ_OUT_PARTS
from abscopal.evidence.plan.readings import ALL_ARMS, Readings
from abscopal.protocol.amendments import AmendmentPathError, enter_step
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.protocol.text import Text

VERSIONS, UNKNOWN_VERSION = "protocol_versions", "unknown"
GRADING = "ctcae"
OWN_VERSION = (
    "safety.treatment_emergent_days",
    "safety.toxicity_window_days",
    "lesions.settings.interval_days",
    "lesions.settings.window_days",
    "lesions.settings.baseline_max_age_days",
)
EVENT_DATE = ("safety.ctcae_version",)
ReadAs = Literal["own_version", "event_date", "data_cut", "not_read"]


@dataclass(frozen=True, slots=True)
class PatientRules:
    """What the patients included under one version of the protocol are read by.

    Args:
        version: its number.
        start: first day of inclusions under it; None for the first version.
        summary: what changed with it; None for the first version.
        ctcae_version: version of CTCAE that grades what began while it was in force.
        emergent_end_days: days after the last dose during which an event is treatment-emergent; None: no end.
        toxicity_window_days: length of the toxicity window.
        interval_days: days between planned tumour assessments; None keeps that of the censoring rules.
        window_days: tolerance on that interval.
        baseline_max_age_days: age of a baseline scan that raises a doubt; None keeps the default.
    """

    version: str
    start: dt.date | None
    summary: Text | None
    ctcae_version: str | None
    emergent_end_days: int | None
    toxicity_window_days: int | None
    interval_days: int | None
    window_days: int | None
    baseline_max_age_days: int | None


@dataclass(frozen=True, slots=True)
class VersionDifference:
    """A place of the study file that an amendment changed: its value in each version, and how it is read."""

    path: str
    values: tuple[str, ...]
    read_as: ReadAs


def list_patient_rules(versions: Sequence[StudyProtocol]) -> tuple[PatientRules, ...]:
    """List what patients are read by, version by version.

    Args:
        versions: the versions in order of date, the one in force at the data cut last.

    Returns:
        One entry per version.
    """
    summaries = {amendment.version: amendment.summary for amendment in versions[-1].amendments}
    return tuple(
        PatientRules(
            version=one.version.number,
            start=one.version.date.value if place else None,
            summary=summaries.get(one.version.number) if place else None,
            ctcae_version=one.safety.ctcae_version.value,
            emergent_end_days=one.safety.treatment_emergent_days.value,
            toxicity_window_days=one.safety.toxicity_window_days.value,
            interval_days=one.lesions.settings.interval_days.value,
            window_days=one.lesions.settings.window_days.value,
            baseline_max_age_days=one.lesions.settings.baseline_max_age_days.value,
        )
        for place, one in enumerate(versions)
    )


def list_starts(rules: Sequence[PatientRules]) -> tuple[VersionStart, ...]:
    """The versions with their first day, as the derivations ask for them."""
    return tuple(VersionStart(one.version, one.start) for one in rules)


def list_ctcae_versions(rules: Sequence[PatientRules]) -> tuple[str, ...]:
    """The versions of CTCAE that the protocol asked for, each once; none where one is unknown."""
    named = [one.ctcae_version for one in rules if one.ctcae_version is not None]
    return tuple(dict.fromkeys(named)) if len(named) == len(rules) else ()


def list_earlier_ctcae(versions: Sequence[StudyProtocol]) -> tuple[tuple[dt.date, str | None], ...]:
    """The versions of CTCAE before the last one, each with the day on which the next version came into force."""
    starts = [one.version.date.value for one in versions[1:]]
    graded = [one.safety.ctcae_version.value for one in versions[:-1]]
    return tuple((start, version) for start, version in zip(starts, graded, strict=True) if start is not None)


def list_differences(versions: Sequence[StudyProtocol]) -> tuple[VersionDifference, ...]:
    """List the places that amendments changed, with the value of each version and how a read-out reads them.

    Args:
        versions: the versions in order of date, the one in force at the data cut last.

    Returns:
        One entry per changed place, in the order of the amendments.
    """
    numbers = {one.version.number for one in versions[1:]}
    amendments = [amendment for amendment in versions[-1].amendments if amendment.version in numbers]
    paths = dict.fromkeys(path for amendment in amendments for path in amendment.changes)
    contents = [one.model_dump(mode="json", by_alias=True) for one in versions]
    return tuple(
        VersionDifference(path, tuple(_write_place(content, path) for content in contents), _read_as(path))
        for path in paths
    )


def estimate_versions(readings: Readings, *, versions: Sequence[str]) -> None:
    """Count the enrolled patients under each version of the protocol, and the events by version of CTCAE.

    Args:
        readings: analysis tables and list of estimates.
        versions: numbers of the versions; with one there is nothing to count.
    """
    if len(versions) < 2:
        return
    enrolled = readings.tables["adsl"].filter(pl.col("ENRLFL") == "Y")
    under = enrolled.with_columns(pl.col("PROTVERS").fill_null(UNKNOWN_VERSION))
    shown = [*versions, UNKNOWN_VERSION] if UNKNOWN_VERSION in under["PROTVERS"] else versions
    for arm in (ALL_ARMS, *readings.arms):
        members = under if arm == ALL_ARMS else under.filter(pl.col("TRT01P") == arm)
        for version in shown:
            readings.estimates.count(
                VERSIONS,
                f"version: {version}",
                population="ENROLLED",
                arm=arm,
                n=members.height,
                count=members.filter(pl.col("PROTVERS") == version).height,
                source="ADSL.PROTVERS",
            )
    events = readings.tables.get("adae")
    graded = [] if events is None else sorted(events["AETOXVER"].drop_nulls().unique())
    if events is not None and len(graded) > 1:
        for version in graded:
            readings.estimates.count(
                VERSIONS,
                f"{GRADING}: {version}",
                population="ENROLLED",
                arm=ALL_ARMS,
                n=events.height,
                count=events.filter(pl.col("AETOXVER") == version).height,
                source="ADAE.AETOXVER",
                unit="events",
            )


def _read_as(path: str) -> ReadAs:
    if path.startswith(EVENT_DATE):
        return "event_date"
    if path.startswith(OWN_VERSION):
        return "own_version"
    return "data_cut" if path.split(".")[0] in READ_OUT_PARTS else "not_read"


def _write_place(content: Any, path: str) -> str:
    node = content
    try:
        for step in path.split("."):
            node = enter_step(node, step, path)
    except AmendmentPathError:
        return ""
    if isinstance(node, dict) and "value" in node:
        node = node["value"]
    if node is None:
        return "—"
    if isinstance(node, bool):
        return "true" if node else "false"
    return ", ".join(map(str, node)) if isinstance(node, list) else str(node)
