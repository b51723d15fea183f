"""What a chapter works with: the analysis, the voice of the report, the figures, and cells that name their estimate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from abscopal.derivations.response.lesion_definitions import LesionDefinition
from abscopal.evidence.analysis import Analysis
from abscopal.evidence.endpoint_estimates import EndpointEstimate
from abscopal.evidence.plan.readings import ALL_ARMS
from abscopal.evidence.report.blocks import Cell, Figure, Table
from abscopal.evidence.report.wording import Wording, typeset_french
from abscopal.protocol.text import Text


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure already drawn: the SVG text with its caption, in the language of the report."""

    name: str
    svg: str
    title: str
    description: str
    notes: tuple[str, ...] = ()
    size: Literal["wide", "small"] = "wide"


@dataclass(frozen=True, slots=True)
class Material:
    """Everything a chapter may read."""

    analysis: Analysis
    wording: Wording
    pictures: Mapping[str, Picture]

    def say(self, key: str, **values: object) -> str:
        """A sentence in the language of the report."""
        return self.wording.say(key, **values)

    def read(self, text: Text) -> str:
        """A text of the study file in the language of the report, with the spaces that French typography asks for."""
        words = text.read(self.wording.language)
        return typeset_french(words) if self.wording.language == "fr" else words

    def arm_name(self, arm: str) -> str:
        """The name of an arm as people say it."""
        if arm == ALL_ARMS:
            return self.say("arm.all")
        found = self.analysis.plan.protocol.find_arm(arm)
        return self.read(found.name) if found else arm

    def definition_name(self, definition: LesionDefinition) -> str:
        """What a response of single lesions is called: by the study itself, else by the house."""
        own = definition.name_fr if self.wording.language == "fr" else definition.name_en
        return own or self.say(f"lesions.{definition.code}")

    def population_name(self, population: str) -> str:
        """The name of an analysis set, from the study file where it has one."""
        for analysis_set in self.analysis.plan.protocol.analysis_sets:
            if analysis_set.identifier == population:
                return self.read(analysis_set.name)
        return self.wording.name("population", population)

    def find(self, endpoint: str, estimand: str, *, population: str, arm: str) -> EndpointEstimate | None:
        """One estimate, or None."""
        return self.analysis.estimates.find(endpoint, estimand, population=population, arm=arm)

    def cell(self, record: EndpointEstimate | None) -> Cell:
        """A cell that shows one estimate and names it."""
        if record is None:
            return Cell(self.say("cell.not_applicable"))
        return Cell(self.wording.estimate(record), estimate=self.analysis.estimates.identify(record))

    def share_cell(self, record: EndpointEstimate | None) -> Cell:
        """A cell that shows a count with its total and percentage, and names its estimate."""
        if record is None:
            return Cell(self.say("cell.not_applicable"))
        return Cell(self.wording.share(record), estimate=self.analysis.estimates.identify(record))

    def cells(self, endpoint: str, estimand: str, *, population: str, arms: Sequence[str]) -> list[Cell]:
        """The same estimate in several arms."""
        return [self.cell(self.find(endpoint, estimand, population=population, arm=arm)) for arm in arms]

    def arms_with_all(self) -> tuple[str, ...]:
        """The arms, and all of them together where there is more than one."""
        arms = self.analysis.arms
        return arms if len(arms) == 1 else (*arms, ALL_ARMS)

    def figure(self, name: str) -> list[Figure]:
        """The figure of that name as a block, or nothing where it was not drawn."""
        picture = self.pictures.get(name)
        if picture is None:
            return []
        own = f"caption.{name}"
        added = (self.say(own),) if self.wording.knows(own) else ()
        caption = " ".join((picture.description, *picture.notes, *added))
        return [Figure(f"figure-{name}", picture.title, caption, picture.svg, picture.size)]

    def by_arm(
        self,
        identifier: str,
        caption: str,
        rows: Sequence[tuple[Cell, ...]],
        *,
        arms: Sequence[str],
        first: str,
        notes: tuple[str, ...] = (),
        is_long: bool = False,
    ) -> Table:
        """A table with one column per arm."""
        header = (first, *(self.arm_name(arm) for arm in arms))
        return Table(identifier, caption, header, tuple(rows), notes, is_long)
