"""What the rehearsal of this trial starts from: scenario files, operational parameters, targets to reach."""

from typing import Literal

from pydantic import Field

from abscopal.protocol.part import Identifier, Part
from abscopal.protocol.provenance import Marked, Sourced, fact
from abscopal.protocol.text import Text

ComparedQuantity = Literal[
    "severe_toxicity",
    "severe_toxicity_of_treated",
    "ended_early",
    "injected_response",
    "distant_response",
    "objective_response",
    "progression_free",
    "median_progression",
    "median_survival",
    "drug_peak",
    "drug_trough",
]


DirectedQuantity = Literal[
    "regulatory_t_cells",
    "macrophages",
    "granzyme",
    "progression_free_with_nkp30",
]


class Scenario(Marked):
    """A named set of assumptions about patients and operations."""

    identifier: Identifier = Field(description="Name of the scenario.")
    name: Text = Field(description="Name shown to people.")
    file: str | None = Field(
        default=None,
        description="Parameter file within the study folder; null: the parameters below are all there is.",
    )
    parameters: dict[str, Sourced[float]] = Field(
        default_factory=dict, description="Parameters by name, such as patients_per_centre_and_month."
    )


class CalibrationTarget(Marked):
    """A published result the rehearsal is compared with, as a proportion with its counts."""

    identifier: Identifier = Field(description="Name of the target.")
    text: Text = Field(description="What was published.")
    arm: str = Field(description="Arm it was observed in.")
    endpoint: str | None = Field(default=None, description="Endpoint it belongs to.")
    value: Sourced[float] = fact(
        "Published value, as a proportion or in the unit given.", stops="this comparison"
    )
    events: Sourced[int] = fact("Numerator.")
    quantity: ComparedQuantity | None = Field(
        default=None,
        description=(
            "What the rehearsal computes beside it; null: nothing, it is only shown. severe_toxicity counts evaluable "
            "patients, severe_toxicity_of_treated all treated, ended_early the treated who died or were lost within "
            "the window without severe toxicity, injected_response one injected lesion a patient."
        ),
    )
    drug: str | None = Field(default=None, description="Drug whose concentration it is, as in the tables.")
    sd: Sourced[float] = fact("Standard deviation between patients, in the unit of the value.")
    n: Sourced[int] = fact("Denominator.", stops="the binomial uncertainty of this comparison")
    use: str = Field(pattern="^(fit|held_out)$", description="fit: calibrates; held_out: only checks.")


class PublishedDirection(Marked):
    """A published finding that has a direction and no number the rehearsal could be set beside; only ever looked at."""

    identifier: Identifier = Field(description="Name of the finding.")
    text: Text = Field(description="What was published.")
    arm: str = Field(description="Arm in which it is looked at.")
    quantity: DirectedQuantity = Field(
        description=(
            "What the rehearsal computes: regulatory_t_cells, macrophages and granzyme are the fold of the value "
            "before treatment, median of the patients, mean of their lesions; progression_free_with_nkp30 is the "
            "share free of progression among patients above the median of NKp30, less that among the others."
        )
    )
    day: int = Field(ge=1, description="Days after the first dose on which it is looked at.")
    direction: Literal["rises", "falls"] = Field(description="Published direction.")


class RehearsalPlan(Part):
    """Scenarios and targets."""

    scenarios: tuple[Scenario, ...] = Field(default=(), description="Scenarios; the first is the default.")
    fitted: tuple[str, ...] = Field(
        default=(),
        description="Parameters and settings that calibration moves, by name; each must have a prior.",
    )
    references: tuple[str, ...] = Field(
        default=(),
        description="Sets of results of other trials that constrain the same biology, by name.",
    )
    targets: tuple[CalibrationTarget, ...] = Field(
        default=(), description="Calibration and held-out targets."
    )
    directions: tuple[PublishedDirection, ...] = Field(
        default=(), description="Published directions that the rehearsal is compared with."
    )
