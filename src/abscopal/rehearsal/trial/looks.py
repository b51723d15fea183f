"""Looks of the monitoring rules in one whole trial: by the very functions that take them in many trials."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.protocol.text import Text
from abscopal.rehearsal.endpoint_rules import EndpointRules
from abscopal.rehearsal.endpoints import derive_endpoints
from abscopal.rehearsal.recruitment import Entries
from abscopal.rehearsal.tasks import list_endpoint_columns
from abscopal.rehearsal.trial.followed import ArmOutcome, Followed
from abscopal.rehearsal.trial_design import TrialDesign
from abscopal.rehearsal.trials import find_first_stop


@dataclass(frozen=True, slots=True)
class EarlyStop:
    """The end of inclusion before the planned number.

    Args:
        day: the day from which nobody is included any more.
        identifier: the rule that was met first.
        look: evaluable patients at the look that met it.
    """

    day: dt.date
    identifier: str
    look: int


def find_early_stop(
    design: TrialDesign,
    outcomes: Mapping[str, ArmOutcome],
    followed: Sequence[Followed],
    *,
    rules: EndpointRules,
    opening: dt.date,
) -> EarlyStop | None:
    """Take the looks of a trial whose patients are known to the end, and find the first that stops it.

    Who comes after a look plays no part in it, so that patients may be simulated first and left out afterwards.

    Args:
        design: the trial, with its looks.
        outcomes: what became of each arm, by its identifier.
        followed: everybody who entered, in order of number.
        rules: the rules of the study by which endpoints are read.
        opening: day on which the centres opened.

    Returns:
        The stop; None where no limit is reached, or where a limit does not end inclusion.
    """
    if design.stopping != "stop" or not design.looks or not followed:
        return None
    patients = {
        arm: pl.DataFrame(list_endpoint_columns(derive_endpoints(outcome.courses, outcome.readings, rules)))
        for arm, outcome in outcomes.items()
    }
    empty = next(iter(patients.values())).clear()
    arms = [design.arms.index(patient.outcome.arm.identifier) for patient in followed]
    days = [(patient.person.entry - opening).days for patient in followed]
    entries = Entries(np.array([arms], np.int8), np.array([days]), np.zeros((1, len(arms)), np.int16))
    found = find_first_stop(design, entries, {arm: patients.get(arm, empty) for arm in design.arms})
    if not np.isfinite(found.day[0]):
        return None
    day = opening + dt.timedelta(days=int(np.ceil(found.day[0])))
    return EarlyStop(day, str(found.identifier[0]), int(found.look[0]))


def tell_early_stop(protocol: StudyProtocol, stop: EarlyStop, *, left_out: int, planned: int) -> Text:
    """Say that inclusion ended early, by which rule, and what it spared.

    Args:
        protocol: the study file, which names its rules for people.
        stop: the stop.
        left_out: patients who would have come on that day or later.
        planned: planned patients.

    Returns:
        The sentence.
    """
    name = _name_rule(protocol, stop.identifier)
    return Text(
        en=f"Inclusion ended on {stop.day.isoformat()}: the limit of “{name.en}” was reached at {stop.look} evaluable "
        f"patients, and {left_out} of {planned} patients were not included. That the board agrees is our reading.",
        fr=f"Les inclusions ont cessé le {stop.day.isoformat()} : la limite de « {name.fr} » a été atteinte à "
        f"{stop.look} patients évaluables, et {left_out} patients sur {planned} n’ont pas été inclus. Que le comité "
        "soit d’accord est notre lecture.",
    )


def _name_rule(protocol: StudyProtocol, identifier: str) -> Text:
    """The name that the study file gives a boundary for people; a futility look has its identifier alone."""
    boundaries = protocol.monitoring.toxicity if protocol.monitoring else ()
    named = (boundary.name for boundary in boundaries if boundary.identifier == identifier)
    return next(named, Text(en=identifier, fr=identifier))
