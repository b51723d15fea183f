"""What `abscopal respond` withholds from a patient of whom nobody knows which lesions were injected."""

from typing import Any

import dataframely as dy
import polars as pl

from abscopal.derivations.response.baseline_checks import check_baselines
from abscopal.derivations.response.criterion import Criterion
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.exchange.typed_scans import LesionTables
from abscopal.tables.adam import LesionAssessments, ResponseAnalysis


def list_withheld(criterion: Criterion, tables: LesionTables) -> list[str]:
    """The patients whom a criterion cannot judge: it judges injected lesions apart, and theirs are not known.

    Args:
        criterion: the response criterion.
        tables: the lesion table that was read.

    Returns:
        Their labels in order; none where the criterion does not tell injected lesions from the others.
    """
    return [] if criterion.judge_categories is None else sorted(tables.injections_unknown)


def withhold_responses(
    responses: dict[str, dy.DataFrame[ResponseAnalysis]], criteria: list[Criterion], tables: LesionTables
) -> dict[str, dy.DataFrame[ResponseAnalysis]]:
    """Leave out, by each criterion, the patients whom it cannot judge.

    An injected lesion taken for a distant one would be a false answer, which is worse than none.

    Args:
        responses: the responses by the name of the criterion.
        criteria: the criteria that were asked for.
        tables: the lesion table that was read.

    Returns:
        The responses that can be told.
    """
    return {
        criterion.name: ResponseAnalysis.validate(
            responses[criterion.name].filter(~pl.col("USUBJID").is_in(list_withheld(criterion, tables)))
        )
        for criterion in criteria
    }


def check_known_baselines(
    assessments: dy.DataFrame[LesionAssessments],
    tables: LesionTables,
    criteria: list[Criterion],
    *,
    settings: ResponseSettings,
    late: pl.DataFrame,
    in_words: pl.DataFrame,
) -> pl.DataFrame:
    """Check every baseline, and count injected targets only where it is known which they are.

    Args:
        assessments: one row per patient, reader, lesion and assessment.
        tables: the lesion table that was read.
        criteria: the criteria that were asked for.
        settings: the readings of the rules in force.
        late: the targets and non-targets left out as listed only after baseline.
        in_words: the targets that a scan tells in words alone.

    Returns:
        One row per patient, reader and finding, as `BaselineFindings`.
    """
    is_unknown = pl.col("USUBJID").is_in(sorted(tables.injections_unknown))
    of_all_lesions = [criterion for criterion in criteria if criterion.judge_categories is None]
    found = []
    for members, judging in ((~is_unknown, criteria), (is_unknown, of_all_lesions)):
        theirs: Any = assessments.filter(members)
        patients: Any = tables.adsl.filter(members)
        found.append(
            check_baselines(
                theirs,
                patients,
                selections=[criterion.selection for criterion in judging],
                settings=settings,
                late=late.filter(members),
                in_words=in_words.filter(members),
            )
        )
    return pl.concat(found).sort("USUBJID", "READER", "FINDING", maintain_order=True)
