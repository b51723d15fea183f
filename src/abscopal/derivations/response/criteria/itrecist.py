"""itRECIST-compatible: the whole patient as RECIST 1.1, injected and non-injected lesions each by their own sum.

The paper was read only as abstract, figure legend and digests: what it does not settle there is a setting, or a
sentence among the readings that every report prints.
"""

import dataframely as dy
import polars as pl

from abscopal.derivations.response.best_response_rules import BEST_RULES
from abscopal.derivations.response.category_responses import (
    CATEGORY_RULES,
    derive_category_responses,
    derive_judged_categories,
)
from abscopal.derivations.response.criterion import (
    Category,
    CountedUntil,
    Criterion,
    OurReading,
    Rule,
    SelectionRules,
)
from abscopal.derivations.response.followed_lesions import FollowedLesions
from abscopal.derivations.response.judged_levels import (
    LevelRules,
    derive_judged_levels,
    derive_named_responses,
    derive_recist_responses,
)
from abscopal.derivations.response.lesion_burden import derive_burden
from abscopal.derivations.response.level_rules import (
    NEW_LESION_RULES,
    NON_TARGET_RULES,
    OVERALL_RULES,
    TARGET_RULES,
)
from abscopal.derivations.response.records import RECORD, VISIT
from abscopal.derivations.response.response_history import derive_response_history
from abscopal.derivations.response.settings import OUR_READING, ResponseSettings
from abscopal.derivations.response.visit_responses import VisitResponses

CATEGORIES = (
    Category(
        "CR",
        "complete",
        1,
        "Complete response: every lesion gone, every node below 10 mm; of the patient, or of the injected or "
        "non-injected lesions",
        "Réponse complète : toutes les lésions ont disparu, tout ganglion mesure moins de 10 mm ; chez le "
        "patient, ou parmi les lésions injectées ou non injectées",
    ),
    Category(
        "PR",
        "partial",
        2,
        "Partial response: the sum of the targets concerned (all, injected or non-injected) at least 30 % below "
        "the baseline of the same lesions",
        "Réponse partielle : somme des cibles concernées (toutes, injectées ou non injectées) inférieure d’au "
        "moins 30 % à la valeur initiale des mêmes lésions",
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
        "Progression: the sum concerned at least 20 % and 5 mm above its smallest value, unequivocal growth of "
        "non-targets, or a new lesion (never counted in the injected response)",
        "Progression : somme concernée supérieure d’au moins 20 % et 5 mm à sa plus petite valeur, croissance "
        "indiscutable de lésions non cibles, ou nouvelle lésion (jamais comptée dans la réponse injectée)",
    ),
    Category("NE", "not_evaluable", 6, "Not evaluable", "Non évaluable"),
)

OUR_READINGS = (
    OurReading(
        "Baseline and nadir of the injected and of the non-injected sum are those of the very lesions that are in "
        "the category now (matched set): no sum jumps because a lesion moved. The category may still be judged "
        "otherwise after a move, since its lesions are others.",
        "La valeur initiale et le nadir de la somme injectée et de la somme non injectée sont ceux des lésions "
        "mêmes qui sont à présent dans la catégorie (ensemble apparié) : aucune somme ne saute parce qu’une lésion "
        "a changé de catégorie. La réponse de la catégorie peut changer alors, puisque ses lésions sont autres.",
        "category_reference",
        "matched_set",
    ),
    OurReading(
        "The injected response rests on injected targets and non-targets and on no new lesion; the non-injected "
        "response on the others and on new lesions. Each applies the thresholds of RECIST 1.1, and reappearance "
        "after a complete response, to its own lesions.",
        "La réponse injectée repose sur les cibles et non-cibles injectées et sur aucune nouvelle lésion ; la "
        "réponse non injectée sur les autres et sur les nouvelles lésions. Chacune applique à ses propres "
        "lésions les seuils de RECIST 1.1 et la réapparition après une réponse complète.",
    ),
    OurReading(
        "The overall response combines all targets, as RECIST 1.1: progression of one sum alone is not progression "
        "of the patient.",
        "La réponse globale réunit toutes les cibles, comme RECIST 1.1 : la progression d’une seule somme n’est pas "
        "une progression du patient.",
        "category_progression",
        "apart",
    ),
    OurReading(
        "A category without targets has NA as target response, and NE as response when no lesion is left in it.",
        "Une catégorie sans cible a NA comme réponse des cibles, et NE comme réponse quand aucune lésion n’y reste.",
    ),
    OurReading(
        "A scan on the day of a lesion's first injection precedes it: the lesion is still non-injected.",
        "Un examen fait le jour de la première injection d’une lésion la précède : la lésion est encore non "
        "injectée.",
        "scan_on_injection_day",
        "before_injection",
    ),
    OurReading(
        "A new lesion stays new when it is injected.",
        "Une nouvelle lésion le reste quand on l’injecte.",
        "injected_new_lesion",
        "stays_new",
    ),
    OurReading(
        "A lesion that was only biopsied is not injected.",
        "Une lésion seulement biopsiée n’est pas injectée.",
    ),
    OurReading(
        "Follow-up goes on after a first progression: every later assessment is derived and shown, and does not "
        "count towards the best response.",
        "Le suivi continue après une première progression : toute évaluation ultérieure est dérivée et montrée, et "
        "ne compte pas dans la meilleure réponse.",
        "after_progression",
        "not_counted",
    ),
    OurReading(
        "The best response of a category counts assessments up to the progression of that category.",
        "La meilleure réponse d’une catégorie compte les évaluations jusqu’à la progression de cette catégorie.",
        "category_best_until",
        "own_progression",
    ),
    OurReading(
        "An unconfirmed progression has no name of its own, and no window is set for its confirmation.",
        "Une progression non confirmée n’a pas de nom propre, et aucun délai n’est fixé pour la confirmer.",
    ),
    OurReading(
        "At most two targets in one organ are expected among the injected, and two among the non-injected.",
        "On attend au plus deux cibles par organe parmi les injectées, et deux parmi les non injectées.",
    ),
)

FORCED_PROGRESSION = Rule(
    "OVERALL_CATEGORY_PD",
    "PD",
    lambda _: pl.col("CATEGORYPD").fill_null(False),
    "the injected or the non-injected targets progress by their own sum",
    "les cibles injectées, ou les non injectées, progressent par leur propre somme",
    OUR_READING,
    reason="CATEGORY",
)
FORCED_LEVELS = LevelRules(overall=(OVERALL_RULES[0], FORCED_PROGRESSION, *OVERALL_RULES[1:]))


def derive_patient_responses(lesions: FollowedLesions) -> dy.DataFrame[VisitResponses]:
    """Judge the whole patient at each assessment after baseline: all targets in one sum, as RECIST 1.1.

    Args:
        lesions: the lesions of every record; the setting category_progression may let one category decide.

    Returns:
        One row per patient, reader and assessment, in key order.

    Reference:
        Goldmacher et al. 2020 (doi:10.1200/JCO.19.02985), abstract.

    Example:
        >>> from datetime import date
        >>> from abscopal.derivations.response.followed_lesions import derive_followed_lesions
        >>> from abscopal.tables.adam import LesionAssessments
        >>> rows = LesionAssessments.validate(pl.DataFrame({
        ...     "USUBJID": ["P1"] * 4, "READER": ["INVESTIGATOR"] * 4, "TULNKID": ["T01", "T02"] * 2,
        ...     "AVISITN": [0, 0, 1, 1], "ADT": [date(2024, 1, 1)] * 2 + [date(2024, 3, 1)] * 2,
        ...     "ADTF": [None] * 4, "LSROLE": ["TARGET"] * 4, "LSNODE": [False] * 4, "LSLOC": ["LIVER"] * 4,
        ...     "LSSTATE": ["MEASURED"] * 4, "LSTENTH": [300, 400, 120, 500],
        ...     "LSCHANGE": [None] * 4, "SYMPFL": [None] * 4, "INJDT": [date(2024, 1, 8), None] * 2, "ACCFL": ["Y"] * 4,
        ... }), cast=True)
        >>> lesions = derive_followed_lesions(rows, ResponseSettings())
        >>> derive_patient_responses(lesions)["OVRRESP"].to_list()
        ['SD']
        >>> derive_category_responses(lesions).select("CATEGORY", "OVRRESP").rows()
        [('INJECTED', 'PR'), ('NON-INJECTED', 'PD')]
    """
    if lesions.settings.category_progression == "apart":
        return lesions.derive_once(derive_recist_responses)
    history = derive_response_history(lesions.derive_once(derive_burden), lesions.settings)
    progressed = (
        lesions.derive_once(derive_judged_categories)
        .filter(pl.col("TRGRESP") == "PD")
        .select(RECORD, "AVISITN", CATEGORYPD=pl.lit(True))
        .unique(VISIT)
    )
    beside = history.join(progressed, on=VISIT, how="left", maintain_order="left")
    judged = derive_judged_levels(beside, lesions.settings, levels=FORCED_LEVELS)
    return derive_named_responses(judged, lesions.names)


def compute_counted_until(settings: ResponseSettings) -> CountedUntil:
    """How far assessments count towards the best response, by the setting after_progression."""
    return "end_of_follow_up" if settings.after_progression == "counted" else "first_progression"


ITRECIST = Criterion(
    name="itrecist",
    title="itRECIST-compatible",
    reference="Goldmacher et al. 2020, doi:10.1200/JCO.19.02985 (abstract and legend; details are our reading)",
    categories=CATEGORIES,
    rules=(
        *TARGET_RULES,
        *NON_TARGET_RULES,
        *NEW_LESION_RULES,
        *OVERALL_RULES,
        FORCED_PROGRESSION,
        *CATEGORY_RULES,
    ),
    selection=SelectionRules(
        max_targets=10, max_per_organ=2, smallest_tenths=100, smallest_node_tenths=150, max_per_category=5
    ),
    judge_patient=derive_patient_responses,
    best_rules=BEST_RULES,
    judge_categories=derive_category_responses,
    compute_counted_until=compute_counted_until,
    our_readings=OUR_READINGS,
)
