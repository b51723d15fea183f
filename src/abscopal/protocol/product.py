"""The product made from the patient's own cells: steps, controls, release, states and identity."""

from typing import Literal

from pydantic import Field

from abscopal.protocol.part import Identifier, Part
from abscopal.protocol.provenance import Marked, Sourced, fact
from abscopal.protocol.text import Text

BatchState = Literal[
    "collected",
    "received",
    "in_process",
    "harvested",
    "in_testing",
    "conditionally_released",
    "released",
    "issued",
    "administered",
    "rejected",
    "expired",
    "destroyed",
    "returned",
]


class Limits(Part):
    """Bounds of a measurement. An empty limit means that nothing is released, never that all passes."""

    minimum: Sourced[float] = fact("Least acceptable value.")
    maximum: Sourced[float] = fact("Greatest acceptable value.")
    text: Sourced[str] = fact("Acceptable result when it is not a number, such as no growth.")

    @property
    def is_known(self) -> bool:
        """Whether any bound is written."""
        return self.minimum.is_known or self.maximum.is_known or self.text.is_known


class InProcessControl(Marked):
    """Something recorded or checked during a step."""

    identifier: Identifier = Field(description="Name of the control.")
    text: Text = Field(description="Name shown to people.")
    unit: str | None = Field(default=None, description="Unit of the measurement.")
    limits: Limits = Field(
        default_factory=Limits, description="Bounds; empty when the control is only recorded."
    )


class ManufacturingStep(Marked):
    """A step of manufacture."""

    identifier: Identifier = Field(description="Name of the step.")
    name: Text = Field(description="Name shown to people.")
    day: Sourced[int] = fact("Day of the process; 0 is the collection.")
    duration_hours: Sourced[float] = fact("Duration, hours.")
    parameters: dict[str, Sourced[float | str]] = Field(
        default_factory=dict, description="Settings of the step by name, such as concentration or pore size."
    )
    controls: tuple[InProcessControl, ...] = Field(default=(), description="In-process controls.")


class ReleaseTest(Marked):
    """A test the product must pass before it is given."""

    identifier: Identifier = Field(description="Name of the test.")
    name: Text = Field(description="Name shown to people.")
    method: Sourced[str] = fact("Method or pharmacopoeia chapter.")
    unit: str | None = Field(default=None, description="Unit of the result.")
    days_to_result: Sourced[int] = fact("Days until the result is known.")
    reject: Limits = Field(
        default_factory=Limits,
        description="Limits beyond which the batch is rejected.",
        json_schema_extra={"stops": "release of any batch (an empty limit never passes)"},
    )
    alert: Limits = Field(
        default_factory=Limits, description="Tighter limits beyond which the site is warned."
    )
    role: Literal["release", "exploratory"] = Field(
        description="release: decides; exploratory: only recorded."
    )

    def list_harmless_fields(self) -> tuple[str, ...]:
        """An exploratory test needs no limit."""
        return ("reject",) if self.role == "exploratory" else ()


class ConditionalRelease(Marked):
    """Release before the final sterility result; without this rule the state does not exist."""

    late_positive: Text = Field(
        description="Whom to tell, what to draw from the patient and by when, if it turns positive."
    )
    within_hours: Sourced[int] = fact("Hours within which the team must have acted.")


class IdentifierScheme(Marked):
    """How the product is identified along the chain of identity."""

    scheme: Literal["internal", "sec", "isbt128-din"] = Field(description="Identifier scheme.")
    study_code: str | None = Field(
        default=None, pattern=r"^[A-Z0-9]{3,4}$", description="First characters of internal identifiers."
    )


class Product(Marked):
    """A product made for one patient."""

    identifier: Identifier = Field(description="Name of the product.")
    name: Text = Field(description="Name shown to people.")
    intervention: str = Field(description="Intervention by which the product is given.")
    product_class: Sourced[Literal["advanced_therapy", "biological", "antibody", "undetermined"]] = fact(
        "Regulatory class.", stops="choosing the manufacturing rules that apply"
    )
    dose_unit: Sourced[str] = fact(
        "What a dose counts, such as MHC class II molecules.", stops="dose release"
    )
    dose_per_injection: Sourced[float] = fact("Dose of one injection, in that unit.", stops="dose release")
    expected_yield: Sourced[float] = fact(
        "Expected yield of one batch, in that unit.", stops="rehearsing manufacture"
    )
    failure_probability: Sourced[float] = fact(
        "Probability that a batch fails.", stops="rehearsing manufacture"
    )
    steps: tuple[ManufacturingStep, ...] = Field(default=(), description="Steps in order.")
    release_tests: tuple[ReleaseTest, ...] = Field(default=(), description="Tests.")
    states: tuple[BatchState, ...] = Field(default=(), description="States a batch may take.")
    conditional_release: ConditionalRelease | None = Field(
        default=None, description="Two-step release; null: none."
    )
    shelf_life_days: Sourced[int] = fact("Days from manufacture to expiry.", stops="expiry dates")
    storage_temperature_celsius: Sourced[float] = fact("Storage temperature, °C.")
    days_to_first_dose: Sourced[int] = fact(
        "Least days from collection to the first dose.", stops="the dosing calendar"
    )
    identity: IdentifierScheme = Field(description="Chain of identity.")
    retention_years: Sourced[int] = fact("Years the records are kept.")
    misev_version: Sourced[Literal[2018, 2023]] = fact(
        "Version of the vesicle reporting guideline; no release test."
    )
