"""Results that others published about the trial, as printed: shown side by side, never reconciled."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from abscopal.errors import StudyError
from abscopal.protocol.document import KeyPath, read_document
from abscopal.protocol.located import locate_problems
from abscopal.protocol.mistakes import build_part
from abscopal.protocol.part import Identifier, Part
from abscopal.protocol.problem import Problem, check_name, check_names
from abscopal.protocol.provenance import Provenance, explain_missing_mark
from abscopal.protocol.text import Text


class PublishedSource(Part):
    """A document that results were read in."""

    identifier: Identifier = Field(description="Name by which results refer to the document.")
    citation: str = Field(min_length=1, description="How a reader finds the document.")
    doi: str | None = Field(
        default=None, pattern=r"^10\.\d{4,9}/\S+$", description="DOI, without any address."
    )
    note: Text | None = Field(default=None, description="How far it was read, and how much it weighs.")


class PublishedInterval(Part):
    """An interval around a result; it carries its own mark, since it may be ours and not the authors'."""

    lower: float = Field(description="Lower end, in the unit of the result.")
    upper: float = Field(description="Upper end, in the unit of the result.")
    level: float = Field(gt=0, lt=1, description="Coverage, such as 0.95.")
    method: Literal["clopper_pearson", "as_printed"] = Field(
        description="clopper_pearson when we computed it from n and N; as_printed when it was published."
    )
    provenance: Provenance = Field(description="Where the interval comes from.")

    @model_validator(mode="after")
    def _assert_ordered(self) -> Self:
        if self.lower > self.upper:
            raise ValueError(f"The interval ends are swapped: {self.lower} is above {self.upper}.")
        return self


class Spread(Part):
    """How far the single values lie from the middle one: no interval of confidence."""

    kind: Literal["standard_deviation", "interquartile_range"] = Field(description="Measure of spread.")
    value: float | None = Field(default=None, description="The standard deviation.")
    lower: float | None = Field(default=None, description="Lower quartile.")
    upper: float | None = Field(default=None, description="Upper quartile.")

    @model_validator(mode="after")
    def _assert_complete(self) -> Self:
        quartiles = self.lower is not None and self.upper is not None
        if (self.kind == "standard_deviation") != (self.value is not None) or (
            self.kind == "interquartile_range"
        ) != quartiles:
            raise ValueError(
                "A standard deviation has a value; an interquartile range has a lower and an upper."
            )
        return self


class PublishedResult(Part):
    """One printed number: what was counted, over how many, where it was read.

    Example:
        >>> result = PublishedResult(
        ...     identifier="severe", quantity="severe", label=Text(en="Severe", fr="Sévère"),
        ...     counted="patients", n=9, N=37, value=24.3, unit="%",
        ...     provenance="second_hand", source="review",
        ... )
        >>> result.fraction
        '9/37'
    """

    identifier: Identifier = Field(description="Name of the result.")
    quantity: Identifier = Field(
        description="What is measured; results of one quantity are shown side by side."
    )
    label: Text = Field(description="Name shown to people.")
    trial: str | None = Field(default=None, description="Another trial; empty for the trial of this folder.")
    arm: Identifier | None = Field(
        default=None, description="Arm, as the study file names it; empty for all."
    )
    place: Text | None = Field(default=None, description="Where in the document, or which reading.")
    counted: Literal["patients", "lesions", "selected_lesions", "injections", "time"] = Field(
        description="What n and N count; selected_lesions is one chosen lesion per patient."
    )
    n: int | None = Field(default=None, ge=0, description="Number with the event.")
    N: int | None = Field(default=None, ge=1, description="Number observed.")
    value: float | None = Field(default=None, description="The number as printed, in the unit.")
    not_reached: bool = Field(default=False, description="A median that was not reached.")
    unit: str = Field(min_length=1, description="Unit of the value: %, months, µg/mL, p, patients ...")
    interval: PublishedInterval | None = Field(default=None, description="Interval, where there is one.")
    spread: Spread | None = Field(default=None, description="Spread of the single values.")
    exploratory: bool = Field(default=False, description="The authors planned no test of it.")
    provenance: Provenance = Field(description="Where the number comes from.")
    source: Identifier = Field(description="Identifier of one of the `sources` of this file.")
    note: Text | None = Field(default=None, description="Reasoning or remark.")
    misfit: Text | None = Field(default=None, description="How the printed number departs from its own n/N.")

    @property
    def fraction(self) -> str:
        """The count over the number observed, such as 9/37; empty without both."""
        return f"{self.n}/{self.N}" if self.n is not None and self.N is not None else ""

    @property
    def is_fitting(self) -> bool:
        """Whether the printed percentage is its own n/N, rounded as printed."""
        if self.n is None or self.N is None or self.value is None or self.unit != "%":
            return True
        digits = len(f"{self.value:.10f}".rstrip("0").split(".")[1])
        return abs(100 * self.n / self.N - self.value) <= 0.5 * 0.1**digits + 1e-9

    @model_validator(mode="after")
    def _assert_said(self) -> Self:
        if self.n is not None and self.N is not None and self.n > self.N:
            raise ValueError(f"{self.n} of {self.N} is more than all: swap n and N, or correct one of them.")
        if self.value is None and self.n is None and not self.not_reached:
            raise ValueError("The result has neither a value nor a count, nor is it marked `not_reached`.")
        if self.value is not None and self.not_reached:
            raise ValueError("A median that was not reached has no value: remove one of the two.")
        if complaint := explain_missing_mark(self.provenance, self.source, self.note):
            raise ValueError(f"The result {self.identifier} {complaint}")
        if not self.is_fitting and self.misfit is None:
            computed = 100 * (self.n or 0) / (self.N or 1)
            raise ValueError(
                f"The result {self.identifier} prints {self.value:g} % but {self.fraction} is "
                f"{computed:.1f} %: correct it, or say in `misfit` how the print departs."
            )
        return self


class Disagreement(Part):
    """A quantity whose printed numbers do not agree: all of them are shown, none is preferred."""

    quantity: Identifier = Field(description="The quantity.")
    what: Text = Field(description="What disagrees, in one or two sentences.")


class Incomparable(Part):
    """Quantities that look alike and count different things."""

    quantities: tuple[Identifier, ...] = Field(
        min_length=2, description="Quantities that may not be compared."
    )
    why: Text = Field(description="Why.")


class PublishedResults(Part):
    """The published.yml of a study folder."""

    study: Identifier = Field(description="Name of the study folder.")
    sources: tuple[PublishedSource, ...] = Field(description="Documents.")
    results: tuple[PublishedResult, ...] = Field(description="Results, as printed.")
    disagreements: tuple[Disagreement, ...] = Field(default=(), description="Quantities that disagree.")
    not_comparable: tuple[Incomparable, ...] = Field(
        default=(), description="Quantities that must not be compared."
    )

    def list_side_by_side(self, quantity: str) -> tuple[PublishedResult, ...]:
        """All printed numbers of one quantity, in the order of the file.

        Args:
            quantity: the quantity, such as median_overall_survival.

        Returns:
            The results; empty when the quantity is not in the file.
        """
        return tuple(result for result in self.results if result.quantity == quantity)


def check_published(published: PublishedResults) -> Iterator[Problem]:
    """Find names that refer to nothing, and quantities said to disagree that have only one result.

    Args:
        published: the file.

    Yields:
        One problem per mistake, with its place in the file.
    """
    sources = [source.identifier for source in published.sources]
    seen: set[str] = set()
    for i, result in enumerate(published.results):
        if result.identifier in seen:
            yield Problem(
                ("results", i, "identifier"), "another result has the same identifier.", "Rename one."
            )
        seen.add(result.identifier)
        yield from check_name(("results", i, "source"), result.source, kind="source", known=sources)
    quantities = list(dict.fromkeys(result.quantity for result in published.results))
    for i, disagreement in enumerate(published.disagreements):
        place: KeyPath = ("disagreements", i, "quantity")
        yield from check_name(place, disagreement.quantity, kind="quantity", known=quantities)
        if len(published.list_side_by_side(disagreement.quantity)) == 1:
            yield Problem(
                place, "only one result stands here, so nothing disagrees.", "Add the other result."
            )
    for i, pair in enumerate(published.not_comparable):
        yield from check_names(
            ("not_comparable", i, "quantities"), pair.quantities, kind="quantity", known=quantities
        )


def read_published(path: Path) -> PublishedResults:
    """Read the published results of a study.

    Args:
        path: a published.yml.

    Returns:
        The results, as printed.

    Raises:
        StudyError: the file cannot be read, or holds mistakes; each is a finding with its line.
    """
    document = read_document(path)
    published, findings = build_part(document, PublishedResults)
    if published is not None:
        findings = locate_problems(check_published(published), document)
    if published is None or findings:
        raise StudyError(findings)
    return published
