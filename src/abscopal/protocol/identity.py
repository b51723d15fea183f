"""What the trial is called, who runs it, and where its facts were read."""

import datetime
from typing import Literal

from pydantic import Field

from abscopal.protocol.part import Identifier, Part
from abscopal.protocol.provenance import Marked, Sourced, fact
from abscopal.protocol.text import Text


class Source(Part):
    """A document the facts were read in."""

    kind: Literal[
        "article", "registry", "press_release", "review", "label", "regulation", "textbook", "other"
    ] = Field(description="Kind of document.")
    citation: str = Field(min_length=1, description="How a reader finds the document.")
    doi: str | None = Field(
        default=None, pattern=r"^10\.\d{4,9}/\S+$", description="DOI, without any address."
    )
    url: str | None = Field(default=None, description="Address, where there is no DOI.")
    note: Text | None = Field(
        default=None, description="How far the document was read, and how much it weighs."
    )


class RegistryNumber(Marked):
    """A number under which the trial is registered."""

    registry: Literal["ClinicalTrials.gov", "EudraCT", "CTIS", "ISRCTN", "other"] = Field(
        description="Registry."
    )
    number: str = Field(min_length=1, description="Number in that registry.")


class Centre(Marked):
    """A centre that includes patients."""

    identifier: Identifier = Field(description="SITEID of the centre in the tables.")
    name: str = Field(min_length=1, description="Name of the centre.")
    country: str = Field(pattern=r"^[A-Z]{3}$", description="Country, ISO 3166-1 alpha-3.")


class ProtocolVersion(Part):
    """The version of the protocol that the body of the file describes, before any amendment."""

    number: str = Field(min_length=1, description="Version number, such as 1.0.")
    date: Sourced[datetime.date] = fact("Date the version came into force.")


class Identity(Part):
    """Names, numbers and size of the trial."""

    identifier: Identifier = Field(description="Short name of the study; also STUDYID in the tables.")
    title: Text = Field(description="Title of the trial.")
    indication: Text = Field(description="Disease and setting.")
    registry_numbers: tuple[RegistryNumber, ...] = Field(default=(), description="Registry numbers.")
    phase: Sourced[str] = fact("Phase, such as 1b or 2.")
    design: Sourced[Literal["single_arm", "randomised"]] = fact(
        "Whether patients are randomised.", stops="the choice between one arm and several in the report"
    )
    masking: Sourced[Literal["open", "single_blind", "double_blind"]] = fact("Who knows the arm.")
    sponsor: Sourced[str] = fact("Sponsor.")
    number_of_centres: Sourced[int] = fact("Number of centres.")
    centres: tuple[Centre, ...] = Field(default=(), description="Centres that are known by name.")
    planned_patients: Sourced[int] = fact(
        "Patients planned in all arms together.", stops="the participant flow against plan, and the rehearsal"
    )
    period: Sourced[str] = fact("Period of inclusion, such as 2016–2019.")
    master_protocol: Sourced[str] = fact("Master protocol this trial belongs to.")
    sub_protocol: Sourced[str] = fact("Name of the sub-protocol within the master protocol.")
    publications: tuple[str, ...] = Field(
        default=(), description="Keys of `sources` that report the results."
    )
