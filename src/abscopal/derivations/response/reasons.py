"""Reason codes in words: why a response is not evaluable, or fell short of a better one."""

REASONS: dict[str, tuple[str, str]] = {
    "NO_BASELINE": ("no complete baseline", "pas de bilan initial complet"),
    "NO_DISEASE_AT_BASELINE": ("no disease recorded at baseline", "aucune maladie notée au bilan initial"),
    "LESION_MISSING": ("a lesion was not evaluated", "une lésion n’a pas été évaluée"),
    "CATEGORY": (
        "the injected or the non-injected targets progress by their own sum",
        "les cibles injectées, ou les non injectées, progressent par leur propre somme",
    ),
    "CATEGORY_EMPTY": (
        "no lesion is in this category",
        "aucune lésion n’est dans cette catégorie",
    ),
    "SD_TOO_EARLY": (
        "stable or better only before the minimum time for stable disease",
        "stable ou mieux seulement avant le délai minimal d’une maladie stable",
    ),
    "PD_TOO_LATE": (
        "progression came too late to know what preceded it",
        "la progression est trop tardive pour savoir ce qui l’a précédée",
    ),
    "EARLY_DEATH": ("death before the first assessment", "décès avant la première évaluation"),
    "NEW_THERAPY": (
        "a new anticancer therapy came before any assessment that counts",
        "un nouveau traitement anticancéreux a précédé toute évaluation qui compte",
    ),
    "NO_ASSESSMENT": ("no assessment after baseline", "aucune évaluation après le bilan initial"),
    "NOT_CONFIRMED": (
        "no later assessment confirms the response",
        "aucune évaluation ultérieure ne confirme",
    ),
    "CONFIRMED_TOO_SOON": (
        "the response was seen again, but too few days later",
        "la réponse a été revue, mais trop peu de jours après",
    ),
    "CONFIRMED_AFTER_NEW_THERAPY": (
        "a later assessment confirms it, but after a new anticancer therapy, where none counts",
        "une évaluation ultérieure la confirme, mais après un nouveau traitement anticancéreux, où aucune ne "
        "compte",
    ),
    "NE_BETWEEN": (
        "too many assessments that were not evaluable lie before the one that would confirm",
        "trop d’évaluations non évaluables précèdent celle qui confirmerait",
    ),
    "CR_THEN_LESS": (
        "a complete response was followed by less: to be queried with the reader",
        "une réponse complète a été suivie d’une réponse moindre : à demander au lecteur",
    ),
}
