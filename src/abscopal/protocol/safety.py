"""How adverse events are graded, attributed, counted and reported."""

from typing import Literal

from pydantic import Field

from abscopal.protocol.part import Part
from abscopal.protocol.provenance import Sourced, fact


class ReportingClocks(Part):
    """Legal delays, in calendar days or hours, from the moment the event is known."""

    investigator_to_sponsor_hours: Sourced[int] = fact(
        "Serious event: investigator to sponsor, hours.", stops="due dates"
    )
    fatal_days: Sourced[int] = fact(
        "Unexpected, fatal or life-threatening: days to the authority.", stops="due dates"
    )
    fatal_follow_up_days: Sourced[int] = fact(
        "Further days for the follow-up of such an event.", stops="due dates"
    )
    other_days: Sourced[int] = fact(
        "Other unexpected serious reactions: days to the authority.", stops="due dates"
    )
    day_zero: Sourced[Literal["awareness", "day_after_awareness"]] = fact(
        "Whether the day of awareness is day 0."
    )


class ImmuneRelatedRule(Part):
    """When an event counts as immune-related; the three flags are always shown apart."""

    flags: Sourced[tuple[Literal["term", "investigator", "adjudicated"], ...]] = fact(
        "Flags that take part: term list, investigator's opinion, adjudication.",
        stops="immune-related events",
    )
    combination: Sourced[Literal["any", "all", "term_and_opinion"]] = fact(
        "any flag, all flags, or the term together with the investigator's or the adjudicated opinion.",
        stops="immune-related events",
    )
    window_after_last_dose_days: Sourced[int] = fact(
        "Days after the last dose within which an event may count."
    )
    endocrine_apart: Sourced[bool] = fact("Whether endocrine events, treated by hormones, are shown apart.")


class SafetyRules(Part):
    """Grading, attribution and windows."""

    ctcae_version: Sourced[Literal["4.03", "5.0", "6.0"]] = fact(
        "CTCAE version; versions are never pooled.",
        stops="saying which version the grades of the tables follow",
    )
    severe_grade: Sourced[Literal[3, 4]] = fact(
        "Grade from which an event is severe.", stops="severe toxicity"
    )
    severe_includes_death: Sourced[bool] = fact("Whether a fatal (grade 5) event counts as severe toxicity.")
    missing_causality: Sourced[Literal["related", "unknown"]] = fact("How a missing causality is read.")
    treatment_emergent_days: Sourced[int] = fact(
        "Days after the last dose within which an event is treatment-emergent; null: no end.",
    )
    toxicity_window_days: Sourced[int] = fact(
        "Length of the toxicity window, in days.", stops="toxicity in the window"
    )
    immune_related: ImmuneRelatedRule = Field(
        default_factory=ImmuneRelatedRule, description="When an event counts as immune-related."
    )
    components: tuple[str, ...] = Field(
        default=(),
        description="What causality is asked of: intervention identifiers, or injection, biopsy, surgery.",
    )
    clocks: ReportingClocks = Field(default_factory=ReportingClocks, description="Reporting delays.")
