"""RECIST 1.1: its categories, and the shared rules put together as the guideline has them."""

import dataframely as dy

from abscopal.derivations.response.best_response_rules import BEST_RULES
from abscopal.derivations.response.criterion import Category, Criterion, SelectionRules
from abscopal.derivations.response.judged_levels import derive_counted_lesions, derive_judged_levels
from abscopal.derivations.response.lesion_burden import derive_lesion_burden
from abscopal.derivations.response.level_rules import (
    NEW_LESION_RULES,
    NON_TARGET_RULES,
    OVERALL_RULES,
    TARGET_RULES,
)
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.derivations.response.visit_responses import VisitResponses
from abscopal.tables.adam import LesionAssessments

CATEGORIES = (
    Category(
        "CR",
        "complete",
        1,
        "Complete response: every lesion gone, every node below 10 mm",
        "Réponse complète : toutes les lésions ont disparu, tout ganglion mesure moins de 10 mm",
    ),
    Category(
        "PR",
        "partial",
        2,
        "Partial response: sum of the targets at least 30 % below baseline",
        "Réponse partielle : somme des cibles inférieure d'au moins 30 % à la valeur initiale",
    ),
    Category(
        "SD",
        "stable",
        3,
        "Stable disease: neither response nor progression",
        "Maladie stable : ni réponse ni progression",
    ),
    Category(
        "NON-CR/NON-PD",
        "neither",
        4,
        "Disease without targets, neither gone nor progressing",
        "Maladie sans cible, ni disparue ni en progression",
    ),
    Category(
        "PD",
        "progression",
        5,
        "Progression: sum at least 20 % and 5 mm above its smallest value, unequivocal growth of "
        "non-targets, or a new lesion",
        "Progression : somme supérieure d'au moins 20 % et 5 mm à sa plus petite valeur, croissance "
        "indiscutable de lésions non cibles, ou nouvelle lésion",
    ),
    Category("NE", "not_evaluable", 6, "Not evaluable", "Non évaluable"),
)


def derive_visit_responses(
    assessments: dy.DataFrame[LesionAssessments], settings: ResponseSettings
) -> dy.DataFrame[VisitResponses]:
    """Judge each assessment after baseline by RECIST 1.1, each reader apart.

    Args:
        assessments: one row per patient, reader, lesion and assessment; lengths in tenths of a millimetre.
        settings: the readings of the rules in force.

    Returns:
        One row per patient, reader and assessment, in key order.

    Reference:
        RECIST 1.1, sections 4.3 and 4.4, Tables 1 and 2 (doi:10.1016/j.ejca.2008.10.026).

    Example:
        >>> import polars as pl
        >>> from datetime import date
        >>> rows = LesionAssessments.validate(pl.DataFrame({
        ...     "USUBJID": ["P1"] * 3, "READER": ["INVESTIGATOR"] * 3, "TULNKID": ["T01"] * 3,
        ...     "AVISITN": [0, 1, 2], "ADT": [date(2024, 1, 1), date(2024, 3, 1), date(2024, 5, 1)],
        ...     "ADTF": [None] * 3, "LSROLE": ["TARGET"] * 3, "LSNODE": [False] * 3, "LSLOC": ["LIVER"] * 3,
        ...     "LSSTATE": ["MEASURED"] * 3, "LSTENTH": [600, 120, 170], "LSCHANGE": [None] * 3,
        ...     "SYMPFL": [None] * 3, "INJDT": [None] * 3, "ACCFL": ["Y"] * 3,
        ... }), cast=True)
        >>> responses = derive_visit_responses(rows, ResponseSettings())
        >>> responses.select("AVISITN", "OVRRESP", "OVRRULE", "TRGRULE").rows()
        [(1, 'PR', 'OVERALL_PR', 'TARGET_PR'), (2, 'PD', 'OVERALL_PD', 'TARGET_PD')]
    """
    return derive_judged_levels(derive_lesion_burden(derive_counted_lesions(assessments, settings)), settings)


RECIST_1_1 = Criterion(
    name="recist_1_1",
    title="RECIST 1.1",
    reference="Eisenhauer et al. 2009, doi:10.1016/j.ejca.2008.10.026",
    categories=CATEGORIES,
    rules=(*TARGET_RULES, *NON_TARGET_RULES, *NEW_LESION_RULES, *OVERALL_RULES),
    selection=SelectionRules(max_targets=5, max_per_organ=2, smallest_tenths=100, smallest_node_tenths=150),
    derive_visit_responses=derive_visit_responses,
    best_rules=BEST_RULES,
)
