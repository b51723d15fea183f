"""What toxicity does to the next dose: nothing, a hold until it has come down, or the end of the drug."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from abscopal.conduct.decision import Reason
from abscopal.conduct.wording import compose_text
from abscopal.protocol.arms import Intervention


@dataclass(frozen=True, slots=True)
class Toxicity:
    """An adverse event at one grade: a change of grade is another row of the same term.

    Args:
        term: as CTCAE calls it.
        grade: 1 to 5.
        start: first day at this grade.
        end: last day at this grade; None while it lasts.
        is_related: related to the treatment; None when nobody said, which is read as related (cautious).
        interventions: drugs it is attributed to; None for all.
    """

    term: str
    grade: int
    start: datetime.date
    end: datetime.date | None = None
    is_related: bool | None = True
    interventions: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ToxicityStatus:
    """What toxicity says of a drug on a day."""

    state: Literal["go", "hold", "stop", "unknown_rule"]
    reasons: tuple[Reason, ...] = ()


def compute_toxicity_status(
    drug: Intervention, toxicities: Iterable[Toxicity], *, on: datetime.date
) -> ToxicityStatus:
    """Say whether a drug may be given, is held, or is stopped for good.

    A drug is stopped once an event has reached the stopping grade, for ever. It is held from the day an event reaches
    the holding grade until the event is at or below the grade of resumption, not merely below the holding grade.

    Args:
        drug: the intervention with its rules.
        toxicities: the patient's adverse events.
        on: day of the dose.

    Returns:
        The state, with one reason per event that makes it so.
    """
    rules = drug.dose_changes
    known = [
        event
        for event in toxicities
        if event.start <= on
        and event.is_related is not False
        and (event.interventions is None or drug.identifier in event.interventions)
    ]
    if not known:
        return ToxicityStatus("go")
    stop, hold, resume = rules.stop_at_grade.value, rules.hold_at_grade.value, rules.resume_at_grade.value
    if stop is not None and (worst := [event for event in known if event.grade >= stop]):
        return ToxicityStatus("stop", tuple(_explain_stop(drug, event, stop) for event in worst[:1]))
    ongoing = [event for event in known if _is_ongoing(event, on)]
    if ongoing and (stop is None or hold is None or resume is None):
        return ToxicityStatus("unknown_rule", (_explain_unknown(drug, len(ongoing)),))
    if hold is None or resume is None:
        return ToxicityStatus("go")
    held = []
    for _, rows in groupby(
        sorted(known, key=lambda event: (event.term, event.start)), lambda event: event.term
    ):
        if (cause := find_hold(list(rows), hold=hold, resume=resume, on=on)) is not None:
            held.append(_explain_hold(drug, cause, hold, resume))
    return ToxicityStatus("hold", tuple(held)) if held else ToxicityStatus("go")


def find_hold(rows: Sequence[Toxicity], *, hold: int, resume: int, on: datetime.date) -> Toxicity | None:
    """Find the row of an event that holds a drug on a day; where rows overlap, the highest grade counts.

    Args:
        rows: one event, grade after grade.
        hold: grade from which the drug is held.
        resume: grade at or below which it resumes.
        on: the day.

    Returns:
        The row of that day, while it holds; None when the drug may be given.

    Example:
        >>> day = datetime.date(2024, 3, 1)
        >>> colitis = [Toxicity("Colitis", 3, day, datetime.date(2024, 3, 9)),
        ...            Toxicity("Colitis", 2, datetime.date(2024, 3, 10))]
        >>> find_hold(colitis, hold=3, resume=1, on=datetime.date(2024, 3, 20)).grade
        2
    """
    ends = [row.end + datetime.timedelta(days=1) for row in rows if row.end is not None]
    changes = sorted({day for day in (*(row.start for row in rows), *ends) if day <= on})
    is_held, worst = False, None
    for day in changes:
        worst = max((row for row in rows if _is_ongoing(row, day)), key=lambda row: row.grade, default=None)
        grade = worst.grade if worst else 0
        is_held = grade >= hold or (is_held and grade > resume)
    return worst if is_held else None


def _is_ongoing(event: Toxicity, on: datetime.date) -> bool:
    return event.start <= on and (event.end is None or event.end >= on)


def _explain_stop(drug: Intervention, event: Toxicity, stop: int) -> Reason:
    return Reason(
        "STOPPED",
        compose_text(
            "{drug} is stopped for good: {term} of grade {grade} on {day}; it stops from grade {stop}.",
            "{drug} est arrêté définitivement : {term} de grade {grade} le {day} ; l’arrêt vaut dès le grade {stop}.",
            drug=drug.name,
            term=event.term,
            grade=event.grade,
            day=event.start,
            stop=stop,
        ),
    )


def _explain_hold(drug: Intervention, event: Toxicity, hold: int, resume: int) -> Reason:
    return Reason(
        "HELD",
        compose_text(
            "{drug} is held: {term}, grade {grade} since {day}. Held from grade {hold}, until grade {resume} or less.",
            "{drug} est suspendu : {term}, grade {grade} depuis le {day}. Suspendu dès le grade {hold}, jusqu’au grade "
            "{resume} ou moins.",
            drug=drug.name,
            term=event.term,
            grade=event.grade,
            day=event.start,
            hold=hold,
            resume=resume,
        ),
        compose_text(
            "Assess the event again; record the day its grade changes.",
            "Réévaluez l’événement ; consignez le jour où son grade change.",
        ),
    )


def _explain_unknown(drug: Intervention, count: int) -> Reason:
    return Reason(
        "HOLD_RULE_UNKNOWN",
        compose_text(
            "{drug}: {count} event(s) last, and the study file does not hold all grades of hold, resumption and stop.",
            "{drug} : {count} événement(s) en cours, et le fichier d’étude ne donne pas tous les grades de suspension, "
            "de reprise et d’arrêt.",
            drug=drug.name,
            count=count,
        ),
        compose_text("The sponsor writes them in dose_changes.", "Le promoteur les écrit dans dose_changes."),
    )
