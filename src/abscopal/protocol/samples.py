"""Samples, panels and cell populations."""

from typing import Literal

from pydantic import Field

from abscopal.protocol.part import Identifier, Part
from abscopal.protocol.provenance import Marked, Sourced, fact
from abscopal.protocol.text import Text


class Sample(Marked):
    """A specimen taken at given visits."""

    identifier: Identifier = Field(description="Name of the sample.")
    name: Text = Field(description="Name shown to people.")
    specimen: Literal["TUMOUR_BIOPSY", "BLOOD", "SERUM", "PLASMA", "SURGICAL_SPECIMEN"] = Field(
        description="Specimen."
    )
    visits: tuple[str, ...] = Field(min_length=1, description="Visits at which it is taken.")
    lesion_role: Literal["injected", "non_injected", "either", "not_applicable"] = Field(
        description="Which lesions are sampled."
    )
    arms: tuple[str, ...] = Field(default=(), description="Arms concerned; empty for all.")
    state: Sourced[Literal["fresh", "frozen", "fixed"]] = fact("How it reaches the laboratory.")
    needle_gauge: Sourced[int] = fact("Needle gauge of a core biopsy.")
    cores: Sourced[int] = fact("Number of cores.")
    cold_ischaemia_limit_minutes: Sourced[int] = fact(
        "Longest time from the patient to the bench, minutes.", stops="flagging samples that came too late"
    )
    panels: tuple[str, ...] = Field(default=(), description="Panels run on the sample.")


class Population(Marked):
    """A cell population or signal that a panel reports."""

    identifier: Identifier = Field(description="Name of the population; CPTESTCD or its alias in the tables.")
    name: Text = Field(description="Name shown to people.")
    parent: str | None = Field(default=None, description="Population it is a share of; null for the root.")
    markers: Sourced[str] = fact("Marker string, such as CD45+CD3+CD8+.", stops="gating this population")
    minimum_events: Sourced[int] = fact("Least events of the parent below which the share is not quantified.")


class Panel(Marked):
    """A method and the populations it reports."""

    identifier: Identifier = Field(description="Name of the panel.")
    name: Text = Field(description="Name shown to people.")
    method: Literal["flow_cytometry", "rna", "secretome", "histology", "functional_assay"] = Field(
        description="Method."
    )
    populations: tuple[str, ...] = Field(default=(), description="Populations reported.")
    gating_template: Sourced[str] = fact("File of the locked gating template.", stops="gating")
    expected_patients: Sourced[int] = fact("Patients with a usable result.")

    def list_harmless_fields(self) -> tuple[str, ...]:
        """Only cytometry is gated."""
        return () if self.method == "flow_cytometry" else ("gating_template",)


class Immunomonitoring(Part):
    """Samples, panels and populations together."""

    samples: tuple[Sample, ...] = Field(default=(), description="Samples.")
    panels: tuple[Panel, ...] = Field(default=(), description="Panels.")
    populations: tuple[Population, ...] = Field(default=(), description="Populations.")
