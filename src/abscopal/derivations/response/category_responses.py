"""The response of injected lesions and of non-injected lesions at each assessment, each by its own sum."""

import dataframely as dy
import polars as pl

from abscopal.derivations.response.criterion import Rule
from abscopal.derivations.response.judged_levels import LevelRules, derive_judged_levels
from abscopal.derivations.response.lesion_burden import READING, derive_lesion_burden
from abscopal.derivations.response.level_rules import (
    NEW_LESION_RULES,
    NON_TARGET_RULES,
    OVERALL_RULES,
    TARGET_RULES,
)
from abscopal.derivations.response.matched_sets import derive_matched_sets
from abscopal.derivations.response.response_history import HAS_TARGETS
from abscopal.derivations.response.settings import OUR_READING, ResponseSettings
from abscopal.derivations.response.visit_responses import CategoryResponses
from abscopal.tables.adam import LesionAssessments

NO_TARGET = Rule(
    "CATEGORY_NO_TARGET",
    "NA",
    lambda _: ~HAS_TARGETS,
    "no target is in this category at this assessment",
    "aucune cible n'est dans cette catégorie à cette évaluation",
    OUR_READING,
)
NO_NON_TARGET = Rule(
    "CATEGORY_NO_NON_TARGET",
    "NA",
    lambda _: pl.col("NONTARGETS") == 0,
    "no non-target is in this category at this assessment",
    "aucune lésion non cible n'est dans cette catégorie à cette évaluation",
    OUR_READING,
)
EMPTY = Rule(
    "CATEGORY_EMPTY",
    "NE",
    lambda _: (pl.col("TRGRESP") == "NA") & (pl.col("NTRGRESP") == "NA"),
    "no lesion is left in this category",
    "aucune lésion ne reste dans cette catégorie",
    OUR_READING,
    reason="CATEGORY_EMPTY",
)
CATEGORY_RULES = (NO_TARGET, NO_NON_TARGET, EMPTY)
CATEGORY_LEVELS = LevelRules(
    target=(NO_TARGET, *(rule for rule in TARGET_RULES if rule.name != "TARGET_NONE")),
    non_target=(NO_NON_TARGET, *(rule for rule in NON_TARGET_RULES if rule.name != "NON_TARGET_NONE")),
    new_lesion=NEW_LESION_RULES,
    overall=tuple(EMPTY if rule.name == "OVERALL_NO_DISEASE" else rule for rule in OVERALL_RULES),
)


def derive_category_responses(
    assessments: dy.DataFrame[LesionAssessments], settings: ResponseSettings
) -> dy.DataFrame[CategoryResponses]:
    """Judge injected and non-injected lesions apart, at each assessment after baseline.

    Each category is judged by the rules of RECIST 1.1 as though its present lesions were the only ones.
    The injected response rests on injected targets and non-targets; the non-injected response on the
    others and on new lesions. A category without targets has NA as target response, one without any
    lesion NE as response.

    Args:
        assessments: one row per patient, reader, lesion and assessment, with INJDT.
        settings: the readings of the rules in force.

    Returns:
        One row per patient, reader, category and assessment after baseline, in key order.

    Reference:
        Goldmacher et al. 2020 (doi:10.1200/JCO.19.02985) for the categories; the rest is our reading.
    """
    matched = derive_matched_sets(assessments, settings)
    judged = derive_judged_levels(derive_lesion_burden(matched.lesions), settings, levels=CATEGORY_LEVELS)
    named = (
        judged.rename({"READER": "SETID"})
        .join(matched.sets, on=["USUBJID", "SETID"])
        .filter(pl.col("AVISITN").is_between(pl.col("FIRST"), pl.col("LAST")))
    )
    return CategoryResponses.validate(
        named.sort(*READING, "CATEGORY", "AVISITN").select(CategoryResponses.column_names())
    )
