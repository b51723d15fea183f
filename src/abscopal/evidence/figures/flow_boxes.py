"""From the counts of each step to the boxes of a participant flow diagram."""

from collections.abc import Mapping

import polars as pl

from abscopal.derivations.participant_flow import NOT_RECORDED
from abscopal.evidence.figures.appearance import choose_words
from abscopal.evidence.figures.participant_flow import FlowBox, FlowRow, ParticipantFlow
from abscopal.evidence.flow_reasons import DISPOSITIONS, write_reason
from abscopal.evidence.typography import Language

_ALL_ARMS = "ALL"

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "enrolment": "Enrolment",
        "allocation": "Allocation",
        "treatment": "Treatment",
        "analysis": "Analysis",
        "SCREENED": "Screened",
        "SCREEN_FAILURE": "Not enrolled",
        "ENROLLED": "Enrolled",
        "RANDOMISED": "Randomised",
        "allocated": "{arm}: allocated",
        "assigned": "{arm}",
        "TREATED": "Treated",
        "NOT_TREATED": "Not treated",
        "STOPPED_TREATMENT": "Stopped treatment",
        "COMPLETED_TREATMENT": "Completed treatment",
        "ON_TREATMENT": "On treatment",
        "INTENTION_TO_TREAT": "Intention to treat",
        "SAFETY": "Safety, by treatment received",
        "RESPONSE": "Response",
        "EVALUABLE": "Primary endpoint",
        "sets": "Analysis sets of the patients enrolled",
        "of": "{stage}: {reason}",
    },
    "fr": {
        "enrolment": "Inclusion",
        "allocation": "Attribution",
        "treatment": "Traitement",
        "analysis": "Analyse",
        "SCREENED": "Évalués",
        "SCREEN_FAILURE": "Non inclus",
        "ENROLLED": "Inclus",
        "RANDOMISED": "Randomisés",
        "allocated": "{arm} : attribués",
        "assigned": "{arm}",
        "TREATED": "Traités",
        "NOT_TREATED": "Non traités",
        "STOPPED_TREATMENT": "Arrêt du traitement",
        "COMPLETED_TREATMENT": "Traitement terminé",
        "ON_TREATMENT": "En cours de traitement",
        "INTENTION_TO_TREAT": "Intention de traiter",
        "SAFETY": "Tolérance, selon le traitement reçu",
        "RESPONSE": "Réponse",
        "EVALUABLE": "Critère principal",
        "sets": "Populations d’analyse des patients inclus",
        "of": "{stage} : {reason}",
    },
}


def compute_participant_flow(
    counts: pl.DataFrame,
    *,
    language: Language,
    arms: Mapping[str, str] | None = None,
    reasons: Mapping[str, str] | None = None,
) -> ParticipantFlow:
    """Lay the counted steps of a trial out as boxes, before and after allocation to arms.

    Steps that nobody reached before allocation are left out, so that a trial without screening log or
    without randomisation shows neither.

    Args:
        counts: STAGE, ARM (`ALL` for every arm together), DETAIL (reason; empty for the whole step), N.
        language: `en` or `fr`.
        arms: arm identifier to label, in the order to draw; None to use the identifiers, sorted.
        reasons: reason as recorded to its words; others are written as recorded.

    Returns:
        The rows of the diagram.

    Example:
        >>> counts = pl.DataFrame({
        ...     "STAGE": ["SCREENED", "SCREEN_FAILURE", "ENROLLED", "ENROLLED", "TREATED", "EVALUABLE"],
        ...     "ARM": ["ALL", "ALL", "ALL", "A", "A", "A"], "DETAIL": [""] * 6, "N": [9, 3, 6, 6, 5, 4],
        ... })
        >>> flow = compute_participant_flow(counts, language="en", arms={"A": "Vaccine"})
        >>> [(row.boxes[0].label, row.boxes[0].n) for row in flow.rows]
        [('Screened', 9), ('Enrolled', 6), ('Vaccine', 6), ('Analysis sets of the patients enrolled', 6)]
    """
    words = choose_words(_WORDS, language=language)
    whole = {(stage, arm): n for stage, arm, detail, n in _rows(counts) if not detail}
    written = {NOT_RECORDED: DISPOSITIONS[NOT_RECORDED].read(language)} | dict(reasons or {})

    def list_reasons(stage: str, arm: str) -> list[tuple[str, int]]:
        found = [
            (detail, n) for at, where, detail, n in _rows(counts) if (at, where) == (stage, arm) and detail
        ]
        ordered = sorted(found, key=lambda pair: (-pair[1], pair[0]))
        return [(write_reason(detail, written), n) for detail, n in ordered]

    rows = []
    screened, failed = whole.get(("SCREENED", _ALL_ARMS), 0), whole.get(("SCREEN_FAILURE", _ALL_ARMS), 0)
    if screened:
        left = tuple(list_reasons("SCREEN_FAILURE", _ALL_ARMS))
        leaving = FlowBox(words["SCREEN_FAILURE"], failed, left) if failed else None
        rows.append(FlowRow(words["enrolment"], (FlowBox(words["SCREENED"], screened),), leaving))
    for stage in ("ENROLLED", "RANDOMISED"):
        if whole.get((stage, _ALL_ARMS), 0):
            rows.append(FlowRow(words["enrolment"], (FlowBox(words[stage], whole[stage, _ALL_ARMS]),)))
    base = "RANDOMISED" if whole.get(("RANDOMISED", _ALL_ARMS), 0) else "ENROLLED"
    present = sorted({arm for stage, arm in whole if arm != _ALL_ARMS})
    order = [arm for arm in arms or {} if arm in present]
    order += [arm for arm in present if arm not in order]
    label = words["allocated" if base == "RANDOMISED" else "assigned"]
    allocation, treatment, analysis = [], [], []
    for arm in order or [_ALL_ARMS]:
        name = (arms or {}).get(arm, arm) if order else words["ENROLLED"]
        n = whole.get((base, arm), 0)
        allocation.append(
            FlowBox(
                label.format(arm=name),
                n,
                (
                    *(
                        (words["TREATED"], whole[stage, arm])
                        for stage in ("TREATED",)
                        if (stage, arm) in whole
                    ),
                    *_detail("NOT_TREATED", arm, whole, list_reasons("NOT_TREATED", arm), words),
                ),
            )
        )
        still = tuple(
            (words[stage], whole[stage, arm])
            for stage in ("COMPLETED_TREATMENT", "ON_TREATMENT")
            if whole.get((stage, arm), 0)
        )
        stopped = tuple(
            (words["of"].format(stage=words["STOPPED_TREATMENT"], reason=reason), count)
            for reason, count in list_reasons("STOPPED_TREATMENT", arm)
        )
        treatment.append(FlowBox(words["TREATED"], whole.get(("TREATED", arm), 0), (*stopped, *still)))
        sets = tuple(
            (words[stage], whole[stage, arm])
            for stage in ("INTENTION_TO_TREAT", "SAFETY", "RESPONSE", "EVALUABLE")
            if (stage, arm) in whole and whole.get((stage, _ALL_ARMS), whole[stage, arm])
        )
        analysis.append(FlowBox(words["sets"], whole.get(("ENROLLED", arm), n), sets))
    rows.append(FlowRow(words["allocation"], tuple(allocation)))
    if any(box.reasons for box in treatment):
        rows.append(FlowRow(words["treatment"], tuple(treatment)))
    rows.append(FlowRow(words["analysis"], tuple(analysis)))
    return ParticipantFlow(tuple(rows))


def _rows(counts: pl.DataFrame) -> list[tuple[str, str, str, int]]:
    return list(counts.select("STAGE", "ARM", "DETAIL", "N").iter_rows())


def _detail(
    stage: str,
    arm: str,
    whole: Mapping[tuple[str, str], int],
    reasons: list[tuple[str, int]],
    words: Mapping[str, str],
) -> list[tuple[str, int]]:
    if reasons:
        return [(words["of"].format(stage=words[stage], reason=reason), n) for reason, n in reasons]
    return [(words[stage], whole[stage, arm])] if whole.get((stage, arm), 0) else []
