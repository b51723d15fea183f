"""What the plan reads from and writes to: the analysis tables, who is counted where, and the list of estimates."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from abscopal.evidence.endpoint_estimates import EstimateList, Status
from abscopal.protocol.endpoints import Endpoint
from abscopal.protocol.study_protocol import StudyProtocol

ALL_ARMS = "all"
DAYS_PER_MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True)
class Stop:
    """Something that the report does not show, and why, in a code that has a sentence in both languages."""

    code: str
    endpoint: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Curve:
    """The times to one event that a figure draws, and the endpoint they belong to."""

    endpoint: str
    parameter: str
    times: pl.DataFrame


@dataclass(slots=True)
class Readings:
    """The analysis tables of one read-out while its estimates are being made."""

    protocol: StudyProtocol
    tables: Mapping[str, pl.DataFrame]
    estimates: EstimateList = field(default_factory=EstimateList)
    stops: list[Stop] = field(default_factory=list)
    curves: list[Curve] = field(default_factory=list)
    ctcae_versions: tuple[str, ...] = ()

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms of the study file that have patients, in its order."""
        patients = self.tables["adsl"]
        present = {*patients["TRT01P"].unique(), *patients["TRT01A"].unique()}
        return tuple(arm.identifier for arm in self.protocol.arms if arm.identifier in present)

    def arm_column(self, population: str) -> str:
        """The column that says in which arm a member of this analysis set is counted."""
        for analysis_set in self.protocol.analysis_sets:
            if analysis_set.identifier == population:
                return "TRT01A" if analysis_set.group_by == "received" else "TRT01P"
        return "TRT01A" if population == "SAFFL" else "TRT01P"

    def patients(self, population: str, arm: str = ALL_ARMS) -> pl.DataFrame:
        """The members of an analysis set, in one arm or in all."""
        members = self.tables["adsl"].filter(pl.col(population) == "Y")
        return members if arm == ALL_ARMS else members.filter(pl.col(self.arm_column(population)) == arm)

    def rows_of(self, table: str, patients: pl.DataFrame) -> pl.DataFrame | None:
        """The rows of a table that belong to these patients, or None where the table is absent."""
        frame = self.tables.get(table)
        return None if frame is None else frame.join(patients.select("USUBJID"), on="USUBJID", how="semi")

    def reported_arms(self, endpoint: Endpoint) -> tuple[str, ...]:
        """The arms in which an endpoint is reported and that have patients."""
        return tuple(arm for arm in self.arms if arm in endpoint.arms)

    def stop(self, code: str, *, endpoint: str = "", detail: str = "") -> None:
        """Note that something is not shown, and why."""
        self.stops.append(Stop(code, endpoint, detail))


def status_of(endpoint: Endpoint) -> Status:
    """What the numbers of an endpoint may be used for."""
    return endpoint.level
