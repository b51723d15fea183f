"""The criteria that patients did not meet, as the table IE holds them."""

from collections.abc import Iterator, Mapping

import dataframely as dy
import polars as pl

from abscopal.conduct.screening.criteria import CriterionJudgement, GroupJudgement, Judgement, list_deciding
from abscopal.conduct.screening.stages import Screening
from abscopal.tables.sdtm.ie import InclusionExclusion


def derive_failed_criteria(
    screenings: Mapping[str, Screening], *, study_identifier: str
) -> dy.DataFrame[InclusionExclusion]:
    """Write one row of IE for each criterion that a patient does not meet.

    Of a group, the criteria that made it fail are written. A criterion under `not` is written as the contrary
    kind: what must not be included excludes.

    Args:
        screenings: where each patient stands, by USUBJID.
        study_identifier: STUDYID.

    Returns:
        IE, patients in the order given, criteria in the order of the study file.
    """
    rows = [
        {"STUDYID": study_identifier, "DOMAIN": "IE", "USUBJID": patient, "IESEQ": place, **row}
        for patient, screening in screenings.items()
        for place, row in enumerate(_list_rows(screening), start=1)
    ]
    schema = InclusionExclusion.create_empty().schema
    return InclusionExclusion.validate(pl.DataFrame(rows, schema=schema), cast=True)


def _list_rows(screening: Screening) -> Iterator[dict[str, str | None]]:
    for _, condition in screening.conditions:
        if condition.verdict == "not_met":
            negated = {id(judged) for judged in _list_negated(condition, is_negated=False)}
            for judged in list_deciding(condition):
                yield _write_row(judged, is_negated=id(judged) in negated)


def _list_negated(judgement: Judgement, *, is_negated: bool) -> Iterator[CriterionJudgement]:
    if isinstance(judgement, GroupJudgement):
        turned = is_negated != (judgement.joined_by == "not")
        for part in judgement.parts:
            yield from _list_negated(part, is_negated=turned)
    elif is_negated:
        yield judgement


def _write_row(judged: CriterionJudgement, *, is_negated: bool) -> dict[str, str | None]:
    criterion = judged.criterion
    is_inclusion = (criterion.kind == "inclusion") != is_negated
    result = "N" if is_inclusion else "Y"
    return {
        "IETESTCD": criterion.identifier,
        "IETEST": criterion.text.en,
        "IECAT": "INCLUSION" if is_inclusion else "EXCLUSION",
        "IEORRES": result,
        "IESTRESC": result,
        "IEDTC": judged.fact.on.isoformat() if judged.fact else None,
    }
