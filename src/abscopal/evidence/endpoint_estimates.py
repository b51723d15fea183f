"""The list that every number of a report comes from: one record per estimate, as estimates.json holds it."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Literal

from abscopal.estimation.estimate import Estimate

Status = Literal["primary", "secondary", "sensitivity", "descriptive", "exploratory"]
"""What a record may be used for: only `primary` answers the question that the trial was built to answer."""


@dataclass(frozen=True, slots=True)
class EndpointEstimate:
    """One number of the report: what it measures, in whom, with its interval and the rule that made it.

    `estimate`, `lower` and `upper` are None where the number is undefined, such as a median that was not reached.
    """

    endpoint: str
    estimand: str
    population: str
    arm: str
    n: int
    events: int | None
    estimate: float | None
    lower: float | None
    upper: float | None
    level: float | None
    method: str
    unit: str
    status: Status = "descriptive"
    source: str = ""
    note: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What finds the record in the list."""
        return (self.endpoint, self.estimand, self.population, self.arm)


@dataclass(slots=True)
class EstimateList:
    """Estimates in the order they were made, each findable by endpoint, estimand, population and arm.

    Example:
        >>> estimates = EstimateList()
        >>> record = estimates.count("flow", "screened", population="all", arm="all", n=72, count=72, source="DM")
        >>> estimates.find("flow", "screened", population="all", arm="all").events
        72
        >>> estimates.identify(record)
        'e1'
    """

    records: list[EndpointEstimate] = field(default_factory=list)
    _places: dict[tuple[str, str, str, str], int] = field(default_factory=dict)

    def add(self, record: EndpointEstimate) -> EndpointEstimate:
        """Keep a record; the same question asked twice is a mistake of the plan."""
        if record.key in self._places:
            msg = f"the plan asks twice for {record.key}"
            raise ValueError(msg)
        self._places[record.key] = len(self.records)
        self.records.append(record)
        return record

    def take(
        self,
        endpoint: str,
        estimand: str,
        value: Estimate,
        *,
        population: str,
        arm: str,
        status: Status = "descriptive",
        source: str = "",
        note: str = "",
    ) -> EndpointEstimate:
        """Keep what `estimation` made, with the question it answers."""
        return self.add(
            EndpointEstimate(
                endpoint=endpoint,
                estimand=estimand,
                population=population,
                arm=arm,
                n=value.n,
                events=value.events,
                estimate=_finite(value.estimate),
                lower=_finite(value.lower),
                upper=_finite(value.upper),
                level=value.level,
                method=value.method,
                unit=value.unit,
                status=status,
                source=source,
                note=note,
            )
        )

    def count(
        self,
        endpoint: str,
        estimand: str,
        *,
        population: str,
        arm: str,
        n: int,
        count: int,
        source: str,
        unit: str = "patients",
        status: Status = "descriptive",
    ) -> EndpointEstimate:
        """Keep a plain count out of `n`: a count has no interval."""
        return self.add(
            EndpointEstimate(
                endpoint=endpoint,
                estimand=estimand,
                population=population,
                arm=arm,
                n=n,
                events=count,
                estimate=float(count),
                lower=None,
                upper=None,
                level=None,
                method="count",
                unit=unit,
                status=status,
                source=source,
            )
        )

    def find(self, endpoint: str, estimand: str, *, population: str, arm: str) -> EndpointEstimate | None:
        """Return the record that answers this question, or None if nothing does."""
        place = self._places.get((endpoint, estimand, population, arm))
        return None if place is None else self.records[place]

    def pick(self, endpoint: str, estimand: str, *, arm: str) -> EndpointEstimate | None:
        """Return the first record of this endpoint, estimand and arm, whatever its population."""
        return next(
            (r for r in self.records if (r.endpoint, r.estimand, r.arm) == (endpoint, estimand, arm)), None
        )

    def of(self, endpoint: str) -> list[EndpointEstimate]:
        """Every record of one endpoint, in order."""
        return [record for record in self.records if record.endpoint == endpoint]

    def identify(self, record: EndpointEstimate) -> str:
        """The short name that ties a cell of the report to its record."""
        return f"e{self._places[record.key] + 1}"


def list_estimate_rows(estimates: Iterable[EndpointEstimate]) -> list[Mapping[str, object]]:
    """Turn estimates into the rows of estimates.json.

    Args:
        estimates: in the order of the report.

    Returns:
        One mapping per estimate: id, then endpoint, estimand, population, arm, n, events, estimate, lower, upper,
        level, method, unit, status, source, note. Undefined numbers are None, never NaN.
    """
    names = [item.name for item in fields(EndpointEstimate)]
    return [
        {"id": f"e{number}", **{name: getattr(estimate, name) for name in names}}
        for number, estimate in enumerate(estimates, start=1)
    ]


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
