"""What may be injected, where and how much."""

from typing import Literal

from pydantic import Field

from abscopal.protocol.part import Part
from abscopal.protocol.provenance import Marked, Sourced, fact
from abscopal.protocol.text import Text

PriorityRule = Literal[
    "new", "largest", "smallest", "previously_injected", "not_yet_injected", "most_accessible"
]
RecordField = Literal[
    "lesion_identifier",
    "size_that_day",
    "necrosis_percent",
    "role",
    "planned_volume",
    "drawn_volume",
    "delivered_volume",
    "delivered_dose",
    "reflux",
    "needle_gauge",
    "number_of_entries",
    "guidance",
    "anaesthesia",
    "batch_identifier",
    "preparer",
    "checker",
    "operator",
    "start_time",
    "stop_time",
    "biopsies_before",
    "immediate_events",
    "reason_not_injected",
]


class VolumeRow(Part):
    """One row of the volume table: up to and including a diameter, at most a volume."""

    up_to_mm: float | None = Field(
        description="Upper bound of the longest diameter, mm, included; null: no bound."
    )
    volume_ml: float = Field(gt=0, description="Greatest volume for such a lesion, mL.")


class VolumeTable(Marked):
    """Greatest volume by longest diameter; a bound belongs to the row it closes."""

    rows: tuple[VolumeRow, ...] = Field(
        min_length=1, description="Rows by increasing diameter; the last has no bound."
    )


class DrugCap(Marked):
    """Greatest dose of one drug by injection."""

    intervention: str = Field(description="Intervention concerned.")
    per_day: Sourced[float] = fact("Greatest dose in one day, mg.", stops="the daily cap of this drug")
    total: Sourced[float] = fact(
        "Greatest dose over the whole treatment, mg.", stops="the total cap of this drug"
    )


class InjectionRules(Part):
    """Choice of lesions, volumes, caps, technique and record."""

    interventions: tuple[str, ...] = Field(min_length=1, description="Interventions given by injection.")
    volume_table: VolumeTable | None = Field(
        default=None, description="Volume by diameter; null when unknown."
    )
    visit_volume_cap: Sourced[float] = fact(
        "Greatest volume in one visit, all lesions together, mL.", stops="planning an injection"
    )
    day_volume_cap: Sourced[float] = fact("Greatest volume in one day, mL.")
    total_volume_cap: Sourced[float] = fact("Greatest volume over the whole treatment, mL.")
    depot_volume_cap: Sourced[float] = fact("Greatest volume of one depot within a lesion, mL.")
    lesion_volume_percent: Sourced[float] = fact(
        "Greatest injected volume as a share of the lesion's volume, percent."
    )
    drug_caps: tuple[DrugCap, ...] = Field(default=(), description="Dose caps by drug.")
    first_visit_priority: Sourced[tuple[PriorityRule, ...]] = fact(
        "Order in which lesions are chosen at the first visit.", stops="choosing lesions"
    )
    later_visit_priority: Sourced[tuple[PriorityRule, ...]] = fact(
        "Order in which lesions are chosen at later visits.", stops="choosing lesions"
    )
    split_rule: Sourced[Literal["priority_fill", "proportional_to_capacity", "equal", "single_lesion"]] = (
        fact("How a dose is shared among the chosen lesions.", stops="sharing a dose among lesions")
    )
    maximum_lesions_per_visit: Sourced[int] = fact("Greatest number of lesions injected at one visit.")
    minimum_diameter_mm: Sourced[float] = fact("Least longest diameter of an injectable lesion, mm.")
    minimum_volume_cm3: Sourced[float] = fact("Least volume of an injectable lesion, cm³.")
    allowed_sites: Sourced[tuple[str, ...]] = fact("Locations that may be injected, as in TULOC.")
    forbidden_sites: Sourced[tuple[str, ...]] = fact("Locations that may never be injected, as in TULOC.")
    non_injected_targets_to_keep: Sourced[int] = fact(
        "Measurable lesions to leave uninjected, so as to read them."
    )
    guidance: Sourced[tuple[Literal["ULTRASOUND", "CT", "PALPATION"], ...]] = fact("Guidance allowed.")
    needle_gauge: Sourced[tuple[int, ...]] = fact("Needle gauges allowed.")
    anaesthesia: Sourced[str] = fact("Anaesthesia.")
    compression_seconds: Sourced[int] = fact("Pressure after withdrawal, seconds.")
    technique: Text | None = Field(default=None, description="Technique in words.")
    biopsy_before_injection: Sourced[bool] = fact("Whether a biopsy of the visit precedes the injection.")
    record: tuple[RecordField, ...] = Field(default=(), description="What the injection record must hold.")
    complication_scale: Sourced[Literal["CIRSE 2017", "modified CIRSE 2026"]] = fact(
        "Scale of procedural complications, kept apart from CTCAE grades.",
        stops="grading procedural complications",
    )
