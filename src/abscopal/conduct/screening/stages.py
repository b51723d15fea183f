"""Screening stage by stage: a stage opens only when those it requires are passed and its consent is signed."""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from abscopal.conduct.screening.criteria import (
    CriterionJudgement,
    Judgement,
    compute_all,
    compute_judgement,
    compute_last_valid_day,
    list_criteria,
)
from abscopal.conduct.screening.facts import Fact
from abscopal.protocol.eligibility import Stage
from abscopal.protocol.hand_written_patient import ThreeValued
from abscopal.protocol.study_protocol import StudyProtocol

StageState = Literal["passed", "failed", "open", "awaiting_consent", "closed"]


@dataclass(frozen=True, slots=True)
class StageJudgement:
    """Where a patient stands in one stage.

    Args:
        stage: the stage.
        state: passed; failed (a criterion is not met); open (its tests may be done); awaiting_consent; or closed,
            while a stage that it requires is not passed.
        conditions: its criteria and groups, judged.
        consent_on: day its consent was signed; None where none was signed or none is asked.
    """

    stage: Stage
    state: StageState
    conditions: tuple[Judgement, ...]
    consent_on: datetime.date | None = None

    @property
    def verdict(self) -> ThreeValued:
        """Met when the stage is passed, not met when it failed, else not yet known."""
        if self.state == "passed":
            return "met"
        return "not_met" if self.state == "failed" else "not_yet_known"


@dataclass(frozen=True, slots=True)
class Screening:
    """Where a patient stands in screening on a day.

    Args:
        on: the day.
        stages: every stage, judged, in the order of the study file.
        protocol_version: version under which it was judged.
    """

    on: datetime.date
    stages: tuple[StageJudgement, ...]
    protocol_version: str

    @property
    def verdict(self) -> ThreeValued:
        """Whether the patient is eligible; one failed stage settles it, whatever is not known elsewhere."""
        return compute_all(stage.verdict for stage in self.stages)

    @property
    def stage_reached(self) -> StageJudgement | None:
        """The first stage that is not passed; None when all are."""
        return next((stage for stage in self.stages if stage.state != "passed"), None)

    @property
    def criteria(self) -> tuple[CriterionJudgement, ...]:
        """Every criterion, in the order of the study file."""
        return tuple(judged for _, condition in self.conditions for judged in list_criteria(condition))

    @property
    def conditions(self) -> Iterator[tuple[StageJudgement, Judgement]]:
        """Every condition with its stage."""
        return ((stage, condition) for stage in self.stages for condition in stage.conditions)

    @property
    def last_valid_day(self) -> datetime.date | None:
        """Last day on which the verdict stands without a new test; None when nothing expires or it is unknown."""
        if self.verdict == "not_yet_known":
            return None
        days = [
            compute_last_valid_day(condition)
            for _, condition in self.conditions
            if condition.verdict == self.verdict
        ]
        lasting = [day for day in days if day is not None]
        if self.verdict == "met":
            return min(lasting, default=None)
        return max(lasting) if len(lasting) == len(days) else None


def compute_screening(
    protocol: StudyProtocol,
    facts: Iterable[Fact],
    *,
    on: datetime.date,
    consents: Mapping[str, datetime.date],
) -> Screening:
    """Judge every stage of screening on one day.

    Nothing sets a criterion aside: there is no argument for a waiver, here or anywhere.

    Args:
        protocol: the study, in the version in force.
        facts: everything known about the patient, in any order; what is dated after `on` is not known yet.
        on: day of the decision.
        consents: day each consent was signed, by the identifier of the stage that asks for it.

    Returns:
        The stages, each criterion with the fact and the date that decided it.
    """
    known = tuple(facts)
    judged: dict[str, StageJudgement] = {}
    for stage in protocol.eligibility.stages:
        conditions = tuple(compute_judgement(condition, known, on=on) for condition in stage.criteria)
        signed = consents.get(stage.identifier)
        consent_on = signed if signed is not None and signed <= on else None
        is_reached = all(judged[name].state == "passed" for name in stage.requires)
        state = _compute_state(stage, conditions, is_reached=is_reached, has_consent=consent_on is not None)
        judged[stage.identifier] = StageJudgement(stage, state, conditions, consent_on)
    return Screening(on, tuple(judged.values()), protocol.version.number)


def _compute_state(
    stage: Stage, conditions: tuple[Judgement, ...], *, is_reached: bool, has_consent: bool
) -> StageState:
    verdict = compute_all(condition.verdict for condition in conditions)
    if verdict == "not_met":
        return "failed"
    if not is_reached:
        return "closed"
    if stage.consent is not None and not has_consent:
        return "awaiting_consent"
    return "passed" if verdict == "met" else "open"
