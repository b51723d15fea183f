"""Gather what the credibility report of a rehearsal rests on."""

from collections.abc import Mapping, Sequence

import numpy as np

from abscopal.evidence.credibility_report import CredibilityFacts, Emergence, Verification
from abscopal.evidence.figures.rehearsal_data import (
    DirectionCheck,
    ParameterWidth,
    PopulationGroup,
    TargetCheck,
)
from abscopal.evidence.rehearsal_page import RehearsalContent
from abscopal.protocol.text import Text
from abscopal.rehearsal.model.description import ModelDescription
from abscopal.rehearsal.reporting.sensitivity import compute_sensitivities


def gather_credibility(
    content: RehearsalContent,
    model: ModelDescription,
    *,
    verification: Verification,
    checks: Sequence[TargetCheck],
    directions: Sequence[DirectionCheck],
    widths: Sequence[ParameterWidth],
    populations: Sequence[PopulationGroup],
    medians: Mapping[int, Mapping[str, float]],
) -> CredibilityFacts:
    """Gather the facts of one study.

    Args:
        content: what the page of the rehearsal tells.
        model: the description.
        verification: measured differences.
        checks: published results beside the model.
        directions: published directions beside the model.
        widths: what calibration taught about each parameter; empty without a calibration.
        populations: immune cells before and on treatment.
        medians: parameters by draw.

    Returns:
        The facts.
    """
    texts: dict[str, Text] = {}
    for parameter in model.parameters:
        texts[parameter.symbol] = parameter.text
        texts[f"sd_{parameter.symbol}"] = Text(
            en=f"Spread of: {parameter.text.en}", fr=f"Dispersion\u00a0: {parameter.text.fr}"
        )
    planned = content.rows[0].design if content.rows else ""
    own = [row for row in content.rows if row.design == planned]
    return CredibilityFacts(
        study=content.study,
        question=content.question,
        draws=content.draws,
        trials=content.trials,
        verification=verification,
        checks=tuple(checks),
        directions=tuple(directions),
        widths=tuple(widths),
        emergences=tuple(_measure(group, name) for group in populations for name in group.folds),
        sensitivities=compute_sensitivities(own, medians, texts=texts),
        drawn=content.drawn,
        accepted=content.accepted,
        entered=content.entered,
        failed=content.failed,
        statuses=tuple(content.statuses.items()),
    )


def _measure(group: PopulationGroup, name: str) -> Emergence:
    before, after = (float(np.nanmedian(group.folds[name][:, place])) for place in (0, -1))
    return Emergence(group.arm, group.role, name, group.days[-1], after / before if before else float("nan"))
