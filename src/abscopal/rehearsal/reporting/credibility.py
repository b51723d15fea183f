"""Gather what the credibility report of a rehearsal rests on."""

from collections.abc import Mapping, Sequence

import numpy as np

from abscopal.evidence.credibility_report import CredibilityFacts, Emergence, Verification
from abscopal.evidence.figures.rehearsal_data import (
    DirectionCheck,
    ParameterWidth,
    PopulationGroup,
    SensitivityAnalysis,
    TargetCheck,
)
from abscopal.evidence.rehearsal_page import RehearsalContent
from abscopal.protocol.text import Text


def gather_credibility(
    content: RehearsalContent,
    *,
    verification: Verification,
    checks: Sequence[TargetCheck],
    directions: Sequence[DirectionCheck],
    widths: Sequence[ParameterWidth],
    populations: Sequence[PopulationGroup],
    sensitivity: SensitivityAnalysis,
    arms: Mapping[str, Text],
) -> CredibilityFacts:
    """Gather the facts of one study.

    Args:
        content: what the page of the rehearsal tells.
        verification: measured differences.
        checks: published results beside the model.
        directions: published directions beside the model.
        widths: what calibration taught about each parameter; empty without a calibration.
        populations: immune cells before and on treatment.
        sensitivity: what the results hang on.
        arms: label by arm.

    Returns:
        The facts.
    """
    return CredibilityFacts(
        study=content.study,
        arms=tuple(arms.items()),
        question=content.question,
        draws=content.draws,
        trials=content.trials,
        verification=verification,
        checks=tuple(checks),
        directions=tuple(directions),
        widths=tuple(widths),
        emergences=tuple(_measure(group, name) for group in populations for name in group.folds),
        sensitivity=sensitivity,
        drawn=content.drawn,
        accepted=content.accepted,
        entered=content.entered,
        failed=content.failed,
        statuses=tuple(content.statuses.items()),
    )


def _measure(group: PopulationGroup, name: str) -> Emergence:
    before, after = (float(np.nanmedian(group.folds[name][:, place])) for place in (0, -1))
    return Emergence(group.arm, group.role, name, group.days[-1], after / before if before else float("nan"))
