"""The calendar: visits with their windows and what happens at each."""

from typing import Literal

from pydantic import Field

from abscopal.protocol.part import Identifier, Part
from abscopal.protocol.provenance import Marked, Sourced, fact
from abscopal.protocol.text import Text

Activity = Literal[
    "consent",
    "history",
    "examination",
    "laboratory",
    "serology",
    "hla_typing",
    "imaging",
    "biopsy",
    "blood_sample",
    "apheresis",
    "dosing",
    "injection",
    "surgery",
    "adverse_events",
    "survival_contact",
]


class Visit(Marked):
    """A visit; the reference date is day 1 and there is no day 0."""

    identifier: Identifier = Field(description="Name by which samples refer to the visit.")
    number: float = Field(description="VISITNUM of the first occurrence.")
    name: Text = Field(description="Name shown to people.")
    day: Sourced[int] = fact(
        "Planned study day; negative before the reference date.", stops="the calendar of this visit"
    )
    window_before: Sourced[int] = fact("Days the visit may come early, zero or more.", stops="window checks")
    window_after: Sourced[int] = fact("Days the visit may come late, zero or more.", stops="window checks")
    repeat_every_days: Sourced[int] = fact("Days between repetitions; null when the visit is not repeated.")
    repeat_until_day: Sourced[int] = fact(
        "Last study day of the repetitions; null while the patient is followed."
    )
    arms: tuple[str, ...] = Field(default=(), description="Arms concerned; empty for all.")
    activities: tuple[Activity, ...] = Field(min_length=1, description="What happens at the visit.")
    interventions: tuple[str, ...] = Field(default=(), description="Interventions given at the visit.")
    samples: tuple[str, ...] = Field(default=(), description="Samples taken at the visit.")


class Schedule(Part):
    """All visits."""

    visits: tuple[Visit, ...] = Field(min_length=1, description="Visits in order of day.")
