"""Endpoints with their estimands (ICH E9(R1)) and the rule that decides."""

from typing import Literal

from pydantic import Field

from abscopal.protocol.part import Identifier, Part
from abscopal.protocol.provenance import Marked, Sourced, fact
from abscopal.protocol.text import Text

EndpointKind = Literal[
    "toxicity_free_proportion",
    "toxicity_proportion",
    "event_free_proportion",
    "objective_response",
    "disease_control",
    "durable_benefit",
    "lesion_response",
    "pathological_response",
    "survival",
    "progression_free",
    "relapse_free",
    "time_to_progression",
    "immune_readout",
    "signature",
    "surgery_delay",
    "feasibility",
]
PROPORTION_KINDS: tuple[EndpointKind, ...] = (
    "toxicity_free_proportion",
    "toxicity_proportion",
    "event_free_proportion",
    "objective_response",
    "disease_control",
    "durable_benefit",
    "lesion_response",
    "pathological_response",
    "surgery_delay",
    "feasibility",
)


class IntercurrentEvent(Marked):
    """Something that happens after the reference date and changes what the variable means."""

    event: Literal[
        "death",
        "early_death_without_event",
        "new_anticancer_therapy",
        "treatment_stop",
        "progression",
        "missed_assessment",
        "loss_to_follow_up",
        "surgery_not_done",
        "dose_not_made",
    ] = Field(description="What happens.")
    strategy: Literal[
        "treatment_policy",
        "composite_failure",
        "composite_success",
        "hypothetical",
        "while_on_treatment",
        "principal_stratum",
        "competing",
        "censored",
        "left_out",
    ] = Field(
        description="How the analysis treats it; left_out takes the patient out of numerator and denominator."
    )


class Estimand(Part):
    """What is estimated, in five attributes."""

    population: str = Field(description="Identifier of an analysis set.")
    treatment: Text = Field(description="Treatment condition.")
    variable: Text = Field(description="Variable observed on each patient.")
    intercurrent_events: tuple[IntercurrentEvent, ...] = Field(default=(), description="Intercurrent events.")
    summary: Literal["proportion", "median_time", "event_free_rate", "mean", "difference", "association"] = (
        Field(description="Population-level summary.")
    )


class DecisionRule(Marked):
    """The rule fixed in advance that turns a count into a conclusion."""

    kind: Literal["single_stage"] = Field(description="Kind of rule.")
    arm: str = Field(description="Arm it is read in.")
    n: Sourced[int] = fact("Evaluable patients.", stops="the decision rule and its operating characteristics")
    minimum_successes: Sourced[int] = fact(
        "Least number of successes that decides for the treatment.",
        stops="the decision rule and its operating characteristics",
    )
    p0: Sourced[float] = fact("Uninteresting rate.", stops="exact error rates of the rule")
    p1: Sourced[float] = fact("Hoped-for rate.", stops="exact power of the rule")
    alpha: Sourced[float] = fact("Nominal one-sided type I error.")
    power: Sourced[float] = fact("Nominal power.")
    minimum_rate: Sourced[float] = fact(
        "Least observed rate that decides, where the rule is printed as a rate."
    )
    printed_as: Text | None = Field(default=None, description="The rule as the protocol prints it.")


class Endpoint(Marked):
    """One endpoint."""

    identifier: Identifier = Field(description="Name of the endpoint; also in estimates.json.")
    level: Literal["primary", "secondary", "exploratory"] = Field(description="Rank.")
    kind: EndpointKind = Field(
        description="What kind of quantity it is; the analysis plan binds it to a derivation."
    )
    name: Text = Field(description="Name shown to people.")
    definition: Text = Field(description="Definition in a sentence or two.")
    arms: tuple[str, ...] = Field(min_length=1, description="Arms it is reported in.")
    comparison: Literal["none", "descriptive", "formal"] = Field(description="Whether arms are compared.")
    estimand: Estimand = Field(description="What is estimated.")
    window_days: Sourced[int] = fact("Window or landmark, in days from the reference date.")
    severity: Literal["severe", "any_grade", "not_applicable"] = Field(
        default="not_applicable", description="Grades counted, for toxicity; severe is defined under safety."
    )
    relation: Literal["treatment_related", "immune_related", "any_cause", "procedure", "not_applicable"] = (
        Field(default="not_applicable", description="Attribution counted, for toxicity.")
    )
    criterion: str | None = Field(
        default=None, description="Response criterion; the primary criterion when null."
    )
    lesions: Literal["all", "injected", "non_injected"] = Field(
        default="all", description="Lesions concerned."
    )
    unit_of_analysis: Literal["patient", "lesion"] = Field(
        default="patient", description="What the denominator counts."
    )
    threshold: Sourced[float] = fact("Threshold of the event, such as percent of viable tumour.")
    panel: str | None = Field(default=None, description="Panel, for immune readouts.")
    populations: tuple[str, ...] = Field(
        default=(), description="Populations, for immune readouts and signatures."
    )
    estimator: Sourced[Literal["crude", "kaplan_meier", "aalen_johansen"]] = fact(
        "Estimator.", stops="the estimate"
    )
    confidence_level: Sourced[float] = fact("Confidence level, such as 0.95.", stops="the interval")
    interval_method: Sourced[
        Literal["clopper_pearson", "wilson", "log_log", "log", "cluster_bootstrap", "greenwood"]
    ] = fact("Method of the interval.", stops="the interval")
    decision_rule: DecisionRule | None = Field(default=None, description="Rule that decides; null: none.")
    alternatives: tuple[Text, ...] = Field(
        default=(),
        description="Other definitions that were published; shown beside, never reconciled silently.",
    )

    def list_harmless_fields(self) -> tuple[str, ...]:
        """Immune readouts and signatures are described, not estimated by a named proportion or curve."""
        described = self.kind in ("immune_readout", "signature")
        return ("estimator", "confidence_level", "interval_method") if described else ()
