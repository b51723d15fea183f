"""What to do next for a patient in screening: consents to ask for, tests to order, records to complete."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from abscopal.conduct.screening.criteria import CriterionJudgement, Why, list_criteria, list_deciding
from abscopal.conduct.screening.stages import Screening, StageJudgement
from abscopal.conduct.wording import Value, compose_text
from abscopal.protocol.text import Text

Action = Literal["consent", "order", "record", "correct"]
DEFAULT_NOTICE_DAYS = 7


@dataclass(frozen=True, slots=True)
class NextStep:
    """One thing to do now.

    Args:
        action: ask for a consent, order a test, record what needs no test, or correct a record.
        stage: identifier of the stage it serves.
        text: what to do, in words.
        criteria: identifiers of the criteria it would decide; empty for a consent.
    """

    action: Action
    stage: str
    text: Text
    criteria: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expiry:
    """A fact in use that stops counting after a day.

    Args:
        variable: the fact.
        last_valid_day: last day on which it counts.
        criteria: identifiers of the criteria that rest on it.
        test: how to renew it; None where the study file names no test.
    """

    variable: str
    last_valid_day: datetime.date
    criteria: tuple[str, ...]
    test: Text | None


def list_next_steps(screening: Screening) -> tuple[NextStep, ...]:
    """List what to do now: only for stages that are open, in their order, each test once.

    A patient who cannot be eligible is tested for nothing more. Within a group, only what could still change
    the answer is ordered.

    Args:
        screening: where the patient stands.

    Returns:
        Consents, tests and records, in order.
    """
    if screening.verdict != "not_yet_known":
        return ()
    steps: dict[tuple[str, str], NextStep] = {}
    for stage in screening.stages:
        if stage.state == "awaiting_consent" and stage.stage.consent is not None:
            name = stage.stage.identifier
            steps["consent", name] = NextStep("consent", name, stage.stage.consent)
        if stage.state == "open":
            for step in _list_stage_steps(stage):
                key = (step.action, step.text.en)
                earlier = steps.get(key, step)
                together = dict.fromkeys((*earlier.criteria, *step.criteria))
                steps[key] = NextStep(step.action, earlier.stage, earlier.text, tuple(together))
    return tuple(steps.values())


def list_expiries(screening: Screening, *, within_days: int | None = None) -> tuple[Expiry, ...]:
    """List the facts in use that will stop counting, the first to expire first.

    Args:
        screening: where the patient stands.
        within_days: how many days ahead to look; None for all.

    Returns:
        One entry per fact and last day.
    """
    found: dict[tuple[datetime.date, str], list[CriterionJudgement]] = {}
    for stage, condition in screening.conditions:
        if stage.state == "closed" or condition.verdict != "met":
            continue
        for judged in list_deciding(condition):
            day = judged.last_valid_day
            if day is not None and judged.why == "compared":
                found.setdefault((day, judged.criterion.variable), []).append(judged)
    horizon = None if within_days is None else screening.on + datetime.timedelta(days=within_days)
    return tuple(
        Expiry(
            variable,
            day,
            tuple(judged.criterion.identifier for judged in resting),
            next((test for judged in resting if (test := judged.criterion.test_to_order)), None),
        )
        for (day, variable), resting in sorted(found.items(), key=lambda item: item[0])
        if horizon is None or day <= horizon
    )


def list_facts_before_consent(stage: StageJudgement) -> tuple[str, ...]:
    """Name the criteria whose test is dated before the consent of the stage that asks for it.

    From ordinary care this is no fault; made for the trial, the test came too early.
    """
    if stage.consent_on is None:
        return ()
    return tuple(
        judged.criterion.identifier
        for condition in stage.conditions
        for judged in list_criteria(condition)
        if judged.criterion.test_to_order and judged.fact and judged.fact.on < stage.consent_on
    )


def _list_stage_steps(stage: StageJudgement) -> Iterator[NextStep]:
    for condition in stage.conditions:
        for judged in list_deciding(condition):
            if judged.verdict == "not_yet_known" and judged.why != "no_threshold":
                action, text = _choose_action(judged)
                yield NextStep(action, stage.stage.identifier, text, (judged.criterion.identifier,))


CORRECTIONS: dict[Why, tuple[str, str]] = {
    "contradictory": (
        "Settle which value of {variable} of {on} is right",
        "Trancher entre les valeurs de {variable} du {on}",
    ),
    "wrong_unit": (
        "Write {variable} of {on} again, in {unit}",
        "Réécrire {variable} du {on} en {unit}",
    ),
    "wrong_kind": (
        "Write {variable} of {on} again: its value cannot be compared",
        "Réécrire {variable} du {on} : sa valeur ne peut être comparée",
    ),
}


def _choose_action(judged: CriterionJudgement) -> tuple[Action, Text]:
    criterion = judged.criterion
    if judged.why in CORRECTIONS and judged.fact is not None:
        en, fr = CORRECTIONS[judged.why]
        details: dict[str, Value] = {
            "variable": criterion.variable,
            "on": judged.fact.on,
            "unit": criterion.threshold.unit,
        }
        return "correct", compose_text(en, fr, **details)
    if criterion.test_to_order is not None:
        return "order", criterion.test_to_order
    return "record", criterion.text
