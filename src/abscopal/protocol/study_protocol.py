"""The whole study file: one record that every other room reads."""

import datetime
from typing import Any, Literal

from pydantic import Field

from abscopal.protocol.allocation import MAIN_SCHEME, Allocation, FurtherAllocation
from abscopal.protocol.analysis_sets import AnalysisSet
from abscopal.protocol.arms import Arm, Intervention
from abscopal.protocol.eligibility import Eligibility
from abscopal.protocol.endpoints import Endpoint
from abscopal.protocol.identity import Identity, ProtocolVersion, Source
from abscopal.protocol.injection import InjectionRules
from abscopal.protocol.lesions import LesionRules
from abscopal.protocol.monitoring import Monitoring
from abscopal.protocol.part import Identifier, Part
from abscopal.protocol.product import Product
from abscopal.protocol.provenance import Sourced, fact
from abscopal.protocol.rehearsal_plan import RehearsalPlan
from abscopal.protocol.safety import SafetyRules
from abscopal.protocol.samples import Immunomonitoring
from abscopal.protocol.schedule import Schedule
from abscopal.protocol.text import Text


class Amendment(Part):
    """A new version of the protocol: what changes, from when."""

    version: str = Field(min_length=1, description="Version number, such as 2.0.")
    date: datetime.date = Field(description="Day from which patients are read under this version.")
    summary: Text = Field(description="What changes and why.")
    changes: dict[str, Any] = Field(
        min_length=1,
        description="New values by path; list items go by identifier, as in arms.IT.planned_patients.value.",
    )


class StudyProtocol(Part):
    """Everything a team must say about a trial, with the provenance of each value."""

    version: ProtocolVersion = Field(description="Version that the body of the file describes.")
    identity: Identity = Field(description="What the trial is called, who runs it, and its size.")
    sources: dict[Identifier, Source] = Field(
        default_factory=dict, description="Documents the facts were read in, by key."
    )
    reference_date: Sourced[Literal["RANDDT", "TRTSDT"]] = fact(
        "Where time starts: RANDDT (randomisation or registration) or TRTSDT (first dose).",
        stops="every time to event and every window",
    )
    interventions: tuple[Intervention, ...] = Field(min_length=1, description="Drugs and products.")
    arms: tuple[Arm, ...] = Field(min_length=1, description="Arms.")
    eligibility: Eligibility = Field(description="Screening.")
    allocation: Allocation = Field(description="Allocation.")
    further_allocations: tuple[FurtherAllocation, ...] = Field(
        default=(), description="Further schemes, each for a stage or a group of patients of its own."
    )
    schedule: Schedule = Field(description="Visits.")
    lesions: LesionRules = Field(description="Measurement and reading of tumours.")
    injection: InjectionRules | None = Field(
        default=None, description="Injection; null when nothing is injected."
    )
    product: Product | None = Field(
        default=None, description="The patient's own product; null when there is none."
    )
    immunomonitoring: Immunomonitoring = Field(
        default_factory=Immunomonitoring, description="Samples, panels and populations."
    )
    safety: SafetyRules = Field(description="Grading, attribution and reporting of adverse events.")
    analysis_sets: tuple[AnalysisSet, ...] = Field(min_length=1, description="Who is counted.")
    endpoints: tuple[Endpoint, ...] = Field(min_length=1, description="Endpoints; exactly one is primary.")
    monitoring: Monitoring | None = Field(
        default=None, description="Stopping rules; null when they are unknown."
    )
    rehearsal: RehearsalPlan = Field(
        default_factory=RehearsalPlan, description="What the rehearsal starts from and is compared with."
    )
    amendments: tuple[Amendment, ...] = Field(default=(), description="Later versions, in order of date.")

    def find_arm(self, identifier: str) -> Arm | None:
        """Give an arm by its identifier."""
        return next((arm for arm in self.arms if arm.identifier == identifier), None)

    def find_endpoint(self, identifier: str) -> Endpoint | None:
        """Give an endpoint by its identifier."""
        return next((endpoint for endpoint in self.endpoints if endpoint.identifier == identifier), None)

    def find_intervention(self, identifier: str) -> Intervention | None:
        """Give an intervention by its identifier."""
        return next((given for given in self.interventions if given.identifier == identifier), None)

    def find_further_allocation(self, identifier: str) -> FurtherAllocation | None:
        """Give a further scheme of allocation by its identifier."""
        return next((one for one in self.further_allocations if one.identifier == identifier), None)

    def list_allocations(self) -> tuple[tuple[tuple[str | int, ...], Allocation], ...]:
        """Give every scheme of allocation with its place in the file, that of `allocation` first."""
        further = (
            (("further_allocations", place, "allocation"), one.allocation)
            for place, one in enumerate(self.further_allocations)
        )
        return ((("allocation",), self.allocation), *further)

    @property
    def scheme_identifiers(self) -> tuple[str, ...]:
        """The schemes of allocation, that of `allocation` first."""
        return (MAIN_SCHEME, *(further.identifier for further in self.further_allocations))

    @property
    def primary_endpoint(self) -> Endpoint:
        """The endpoint the trial is judged by."""
        return next(endpoint for endpoint in self.endpoints if endpoint.level == "primary")
