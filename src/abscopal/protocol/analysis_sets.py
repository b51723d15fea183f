"""Who is counted: analysis sets as data, so that every denominator comes from one place."""

from typing import Literal

from pydantic import Field

from abscopal.protocol.provenance import Marked, Sourced, fact
from abscopal.protocol.text import Text

SetFlag = Literal["SCRFL", "ENRLFL", "RANDFL", "ITTFL", "SAFFL", "RESPFL", "NINJFL", "EVALFL"]
Requirement = Literal[
    "screened",
    "enrolled",
    "randomised",
    "treated",
    "baseline_disease",
    "baseline_target",
    "non_injected_baseline_target",
    "post_baseline_assessment",
    "event_or_complete_window",
    "surgery_done",
]


class AnalysisSet(Marked):
    """A set of patients; membership is a flag of ADSL."""

    identifier: SetFlag = Field(description="Flag of ADSL that holds membership.")
    name: Text = Field(description="Name shown to people.")
    definition: Text = Field(description="Definition in a sentence.")
    requires: tuple[Requirement, ...] = Field(min_length=1, description="Everything a member must have.")
    treated_with: tuple[str, ...] = Field(
        default=(),
        description=(
            "Interventions of which a treated patient must have had a dose, such as the vaccine and not what prepares "
            "for it; empty: any of the study. Said once, of SAFFL; the other sets that ask for treatment follow it."
        ),
    )
    group_by: Literal["planned", "received"] = Field(
        description="Whether arms are as planned or as received."
    )
    expected: Sourced[int] = fact("Number of patients expected or published.")
