"""RECIST 1.1: its categories, and the shared rules put together as the guideline has them."""

from abscopal.derivations.response.best_response_rules import BEST_RULES
from abscopal.derivations.response.criterion import Category, Criterion, SelectionRules
from abscopal.derivations.response.judged_levels import derive_recist_responses
from abscopal.derivations.response.level_rules import (
    NEW_LESION_RULES,
    NON_TARGET_RULES,
    OVERALL_RULES,
    TARGET_RULES,
)

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
        "Réponse partielle : somme des cibles inférieure d’au moins 30 % à la valeur initiale",
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
        "Progression : somme supérieure d’au moins 20 % et 5 mm à sa plus petite valeur, croissance "
        "indiscutable de lésions non cibles, ou nouvelle lésion",
    ),
    Category("NE", "not_evaluable", 6, "Not evaluable", "Non évaluable"),
)


RECIST_1_1 = Criterion(
    name="recist_1_1",
    title="RECIST 1.1",
    reference="Eisenhauer et al. 2009, doi:10.1016/j.ejca.2008.10.026",
    categories=CATEGORIES,
    rules=(*TARGET_RULES, *NON_TARGET_RULES, *NEW_LESION_RULES, *OVERALL_RULES),
    selection=SelectionRules(max_targets=5, max_per_organ=2, smallest_tenths=100, smallest_node_tenths=150),
    judge_patient=derive_recist_responses,
    best_rules=BEST_RULES,
)
