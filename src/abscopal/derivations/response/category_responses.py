"""The response of injected lesions and of non-injected lesions at each assessment, each by its own sum."""

import dataframely as dy
import polars as pl

from abscopal.derivations.response.criterion import Rule
from abscopal.derivations.response.followed_lesions import FollowedLesions, derive_counted_lesions
from abscopal.derivations.response.judged_levels import LevelRules, derive_judged_levels
from abscopal.derivations.response.level_rules import (
    NEW_LESION_RULES,
    NON_TARGET_RULES,
    OVERALL_RULES,
    TARGET_RULES,
)
from abscopal.derivations.response.matched_sets import derive_matched_sets
from abscopal.derivations.response.records import READING, RECORD, derive_named_rows
from abscopal.derivations.response.response_history import HAS_TARGETS, derive_response_history
from abscopal.derivations.response.settings import OUR_READING
from abscopal.derivations.response.visit_responses import CategoryResponses

NO_TARGET = Rule(
    "CATEGORY_NO_TARGET",
    "NA",
    lambda _: ~HAS_TARGETS,
    "no target is in this category at this assessment",
    "aucune cible n’est dans cette catégorie à cette évaluation",
    OUR_READING,
)
NO_NON_TARGET = Rule(
    "CATEGORY_NO_NON_TARGET",
    "NA",
    lambda _: pl.col("NONTARGETS") == 0,
    "no non-target is in this category at this assessment",
    "aucune lésion non cible n’est dans cette catégorie à cette évaluation",
    OUR_READING,
)
EMPTY = Rule(
    "CATEGORY_EMPTY",
    "NE",
    lambda _: (pl.col("TRGRESP") == "NA") & (pl.col("NTRGRESP") == "NA"),
    "no lesion is in this category at this assessment",
    "aucune lésion n’est dans cette catégorie à cette évaluation",
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


def derive_category_responses(lesions: FollowedLesions) -> dy.DataFrame[CategoryResponses]:
    """Judge injected and non-injected lesions apart, at each assessment after baseline.

    Each category is judged by the rules of RECIST 1.1 as though its present lesions were the only ones.
    The injected response rests on injected targets and non-targets; the non-injected response on the
    others and on new lesions. A category without targets has NA as target response, one without any
    lesion NE as response.

    Args:
        lesions: the lesions of every record, with INJDT.

    Returns:
        One row per patient, reader, category and assessment after baseline, in key order.

    Reference:
        Goldmacher et al. 2020 (doi:10.1200/JCO.19.02985) for the categories; the rest is our reading.
    """
    judged = lesions.derive_once(derive_judged_categories)
    columns = CategoryResponses.column_names()
    ordered = judged.select(RECORD, *(name for name in columns if name not in READING)).sort(
        RECORD, "CATEGORY", "AVISITN"
    )
    return CategoryResponses.validate(derive_named_rows(ordered, lesions.names).select(columns))


def derive_judged_categories(lesions: FollowedLesions) -> pl.DataFrame:
    """Judge every set of lesions at the assessments at which it stands.

    Args:
        lesions: the lesions of every record, with INJDT.

    Returns:
        One row per record, category and assessment: the columns of `CategoryResponses` with RECORD in place of names.
    """
    settings = lesions.settings
    matched = derive_matched_sets(lesions.derive_once(derive_counted_lesions), settings)
    history = derive_response_history(matched.burden, settings)
    standing = (
        history.rename({RECORD: "SET"})
        .join(matched.sets, on="SET", how="left", maintain_order="left")
        .filter(pl.col("AVISITN").is_between(pl.col("FIRST"), pl.col("LAST")))
    )
    return derive_judged_levels(standing, settings, levels=CATEGORY_LEVELS)
