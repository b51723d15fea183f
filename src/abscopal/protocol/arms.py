"""Arms and what is given in them: drug, route, dose, calendar and what toxicity does to the next dose."""

from typing import Literal

from pydantic import Field

from abscopal.protocol.part import Identifier, Part
from abscopal.protocol.provenance import Marked, Sourced, fact
from abscopal.protocol.text import Text

Route = Literal["INTRAVENOUS", "INTRATUMORAL", "INTRADERMAL", "SUBCUTANEOUS", "ORAL"]


Rounding = Literal[
    "none", "nearest_step", "down_to_step", "up_to_step", "nearest_vial", "down_to_vial", "up_to_vial"
]


class DosingPhase(Part):
    """A stretch of treatment with one dose and one interval."""

    identifier: Identifier = Field(description="Name of the phase, such as induction.")
    dose: Sourced[float] = fact(
        "Dose of one administration; the unit is in `unit`.", stops="dosing and dose checks"
    )
    basis: Sourced[Literal["per_kg", "per_m2", "flat", "product_dose"]] = fact(
        "Whether the dose counts per kilogram, per m², flat, or in doses of the patient's own product.",
        stops="dosing",
    )
    first_day: Sourced[int] = fact(
        "Day of the first administration; the reference date is day 1.", stops="the calendar"
    )
    interval_days: Sourced[int] = fact("Days between administrations.", stops="the calendar")
    administrations: Sourced[int] = fact(
        "Planned number of administrations; null when given until it is stopped."
    )
    until: Text | None = Field(default=None, description="What ends the phase when no number is planned.")


class DoseChanges(Part):
    """What toxicity and delays do to the next dose."""

    hold_at_grade: Sourced[int] = fact("Grade from which the dose is held.", stops="automatic holds")
    resume_at_grade: Sourced[int] = fact(
        "Grade at or below which treatment resumes.", stops="automatic holds"
    )
    stop_at_grade: Sourced[int] = fact(
        "Grade from which the drug is stopped for good.", stops="automatic stops"
    )
    maximum_delay_days: Sourced[int] = fact("Delay after which a dose is missed for good, in days.")
    dose_reduction_allowed: Sourced[bool] = fact("Whether the dose may be reduced.")


class DoseCalculation(Part):
    """From a dose per kilogram to what is drawn: which weight, and how the result is rounded."""

    weight_valid_days: Sourced[int] = fact("Age, in days, beyond which a weight may not be used for a dose.")
    recalculate_percent: Sourced[float] = fact(
        "Change of weight, in percent of the weight of the last calculation, above which the dose is computed again."
    )
    rounding: Sourced[Rounding] = fact(
        "How a computed dose is rounded: none, or to the nearest, next lower or next higher step or vial."
    )
    rounding_step: Sourced[float] = fact("Step to which doses are rounded.")


class Intervention(Marked):
    """A drug or product as it is given: one row of EX per administration."""

    identifier: Identifier = Field(description="Name by which arms and visits refer to the intervention.")
    name: Text = Field(description="Name shown to people.")
    drug: str = Field(min_length=1, description="EXTRT in the tables, capitals.")
    kind: Literal["antibody", "cell_product", "extracellular_vesicle", "chemotherapy", "virus", "other"] = (
        Field(description="Kind of intervention.")
    )
    route: Sourced[Route] = fact(
        "Route, as in EXROUTE.", stops="recognising its administrations in the tables"
    )
    phases: tuple[DosingPhase, ...] = Field(min_length=1, description="Dosing phases in order.")
    concentration: Sourced[float] = fact("Concentration as given, mg/mL.", stops="volumes to draw")
    vial_size: Sourced[float] = fact(
        "Content of one vial, in mg; when known, the vials opened and what is wasted are counted."
    )
    maximum_dose: Sourced[float] = fact("Greatest dose of one administration.")
    dose_calculation: DoseCalculation = Field(
        default_factory=DoseCalculation, description="Weight used and rounding."
    )
    dose_changes: DoseChanges = Field(default_factory=DoseChanges, description="Holds, delays and stops.")

    def list_harmless_fields(self) -> tuple[str, ...]:
        """Only what is injected has a volume to draw that the plan must know."""
        return () if self.route.value == "INTRATUMORAL" else ("concentration",)


class Arm(Marked):
    """A group of patients treated alike."""

    identifier: Identifier = Field(
        description="TRT01P of the arm, by which the rest of the file refers to it."
    )
    codes: tuple[str, ...] = Field(
        default=(),
        description="Values of ARMCD that mean this arm in the tables; the identifier itself when empty.",
    )
    name: Text = Field(description="Name shown to people.")
    role: Literal["experimental", "internal_control", "comparator"] = Field(
        description="experimental, internal_control (shown beside, never compared formally) or comparator."
    )
    interventions: tuple[str, ...] = Field(min_length=1, description="Identifiers of what the arm receives.")
    planned_patients: Sourced[int] = fact("Patients planned in this arm.")

    @property
    def table_codes(self) -> tuple[str, ...]:
        """The ARMCD values that mean this arm."""
        return self.codes or (self.identifier,)
