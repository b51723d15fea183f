"""When the trial must pause: toxicity boundaries, cohort pauses, futility."""

from typing import Literal

from pydantic import Field

from abscopal.protocol.part import Identifier
from abscopal.protocol.provenance import Marked, Sourced, fact
from abscopal.protocol.text import Text


class ToxicityBoundary(Marked):
    """Pause when it is likely that toxicity passes a limit: P(rate > limit | data) > certainty."""

    identifier: Identifier = Field(description="Name of the boundary.")
    name: Text = Field(description="Name shown to people.")
    arms: tuple[str, ...] = Field(min_length=1, description="Arms watched.")
    endpoint: str | None = Field(default=None, description="Endpoint whose events are counted.")
    limit: Sourced[float] = fact("Toxicity rate that must not be passed.", stops="the toxicity boundary")
    certainty: Sourced[float] = fact(
        "Posterior probability above which the trial pauses.", stops="the boundary"
    )
    prior_a: Sourced[float] = fact("First parameter of the beta prior.", stops="the toxicity boundary")
    prior_b: Sourced[float] = fact("Second parameter of the beta prior.", stops="the toxicity boundary")
    minimum_patients: Sourced[int] = fact(
        "Evaluable patients before the first look.", stops="the toxicity boundary"
    )
    looks: Sourced[tuple[int, ...]] = fact("Evaluable patients at each look.", stops="the toxicity boundary")


class CohortPause(Marked):
    """Inclusion pauses after a number of patients until the board has spoken."""

    identifier: Identifier = Field(description="Name of the pause.")
    text: Text = Field(description="The rule in words.")
    after_patients: Sourced[int] = fact("Patients after which inclusion pauses.", stops="the pause")
    observe_days: Sourced[int] = fact(
        "Days each of them is observed before inclusion resumes.", stops="the pause"
    )


class FutilityLook(Marked):
    """A look at which the trial may stop because success has become unlikely."""

    identifier: Identifier = Field(description="Name of the look.")
    endpoint: str = Field(description="Endpoint looked at.")
    n: Sourced[int] = fact("Evaluable patients at the look.", stops="the futility look")
    stop_at_or_below: Sourced[int] = fact(
        "Successes at or below which the trial stops.", stops="the futility look"
    )


class Monitoring(Marked):
    """All rules by which a board watches the trial."""

    board: Literal["independent", "sponsor", "unknown"] = Field(description="Who watches.")
    toxicity: tuple[ToxicityBoundary, ...] = Field(default=(), description="Toxicity boundaries.")
    pauses: tuple[CohortPause, ...] = Field(default=(), description="Cohort pauses.")
    futility: tuple[FutilityLook, ...] = Field(default=(), description="Futility looks.")
