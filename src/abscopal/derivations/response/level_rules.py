"""The rules that every criterion shares, those of RECIST 1.1, as data: targets, non-targets, new, overall.

Conditions read the columns of the lesion burden and of the response history. Within a level the
first rule that holds decides, so the order is part of the rules.
"""

import polars as pl

from abscopal.derivations.response.criterion import Rule
from abscopal.derivations.response.response_history import (
    COMPLETE,
    GROWN,
    HAS_TARGETS,
    NO_TARGET_DISEASE,
    NON_TARGETS_GONE,
    SHRUNK,
    TARGETS_GONE,
)
from abscopal.derivations.response.settings import ResponseSettings

SECTION_4_3 = "RECIST 1.1, section 4.3 (doi:10.1016/j.ejca.2008.10.026)"
SECTION_4_4 = "RECIST 1.1, section 4.4 (doi:10.1016/j.ejca.2008.10.026)"
TABLE_1 = "RECIST 1.1, Table 1 (doi:10.1016/j.ejca.2008.10.026)"
TABLE_2 = "RECIST 1.1, Table 2 (doi:10.1016/j.ejca.2008.10.026)"
WORKING_GROUP = "EORTC RECIST questions and answers (recist.eortc.org)"

ALWAYS = pl.lit(True)
NO_TARGET_BASELINE = pl.col("BASESUM").is_null()
TARGET_BACK = pl.col("AFTERCR") & (pl.col("DISEASED") > 0)
NON_TARGET_BACK = pl.col("AFTERCR") & (pl.col("NTLESIONS") > 0)
NO_NON_TARGETS = pl.col("NONTARGETS") == 0
NON_TARGET_MISSING = pl.col("NTEVALUATED") < pl.col("NONTARGETS")


def _target_back(settings: ResponseSettings) -> pl.Expr:
    return TARGET_BACK & (settings.cr_reappearance == "pd")


def _non_target_back(settings: ResponseSettings) -> pl.Expr:
    return NON_TARGET_BACK & (settings.cr_reappearance == "pd")


def _target_grown(settings: ResponseSettings) -> pl.Expr:
    return GROWN & (COMPLETE | (settings.missing_target_pd == "if_proved"))


def _response_held(settings: ResponseSettings) -> pl.Expr:
    return pl.col("RESPONSEHELD") & settings.carry_response


def _non_target_seen(settings: ResponseSettings) -> pl.Expr:
    return NON_TARGET_MISSING & (pl.col("NTDISEASED") > 0) & (settings.nt_partial_ne == "judge_seen")


TARGET_RULES = (
    Rule(
        "TARGET_NONE",
        "NA",
        lambda _: ~HAS_TARGETS,
        "no target was chosen at baseline",
        "aucune cible n’a été choisie au bilan initial",
        SECTION_4_3,
    ),
    Rule(
        "TARGET_NO_BASELINE",
        "NE",
        lambda _: NO_TARGET_BASELINE,
        "the targets have no complete baseline",
        "les cibles n’ont pas de bilan initial complet",
        SECTION_4_3,
        reason="NO_BASELINE",
    ),
    Rule(
        "TARGET_CR",
        "CR",
        lambda _: TARGETS_GONE,
        "every target is gone, every target node is below 10 mm",
        "toutes les cibles ont disparu, tout ganglion cible mesure moins de 10 mm",
        SECTION_4_3,
    ),
    Rule(
        "TARGET_BACK_AFTER_CR",
        "PD",
        _target_back,
        "disease is seen again in a target after a complete response",
        "la maladie réapparaît dans une cible après une réponse complète",
        f"{SECTION_4_4}; {WORKING_GROUP}",
    ),
    Rule(
        "TARGET_PD",
        "PD",
        _target_grown,
        "the sum is at least 20 % and at least 5 mm above its smallest earlier value",
        "la somme dépasse d’au moins 20 % et d’au moins 5 mm sa plus petite valeur antérieure",
        SECTION_4_3,
    ),
    Rule(
        "TARGET_NO_DISEASE",
        "NE",
        lambda _: NO_TARGET_DISEASE,
        "no target was diseased at baseline: nothing can respond",
        "aucune cible n’était malade au bilan initial : rien ne peut répondre",
        SECTION_4_3,
        reason="NO_DISEASE_AT_BASELINE",
    ),
    Rule(
        "TARGET_MISSING",
        "NE",
        lambda _: ~COMPLETE,
        "a target was not evaluated, and the others do not prove progression",
        "une cible n’a pas été évaluée, et les autres ne prouvent pas de progression",
        SECTION_4_4,
        reason="LESION_MISSING",
    ),
    Rule(
        "TARGET_PR",
        "PR",
        lambda _: SHRUNK,
        "the sum is at least 30 % below baseline",
        "la somme est inférieure d’au moins 30 % à la valeur initiale",
        SECTION_4_3,
    ),
    Rule(
        "TARGET_PR_HELD",
        "PR",
        _response_held,
        "an earlier partial response holds: the growth since is short of progression",
        "une réponse partielle antérieure tient : la reprise depuis est moindre qu’une progression",
        WORKING_GROUP,
    ),
    Rule(
        "TARGET_SD",
        "SD",
        lambda _: ALWAYS,
        "neither response nor progression",
        "ni réponse ni progression",
        SECTION_4_3,
    ),
)

NON_TARGET_RULES = (
    Rule(
        "NON_TARGET_NONE",
        "NA",
        lambda _: NO_NON_TARGETS,
        "there is no non-target",
        "il n’y a pas de lésion non cible",
        SECTION_4_3,
    ),
    Rule(
        "NON_TARGET_PD",
        "PD",
        lambda _: pl.col("NTPROGRESSED") > 0,
        "a non-target progresses unequivocally",
        "une lésion non cible progresse sans équivoque",
        SECTION_4_3,
    ),
    Rule(
        "NON_TARGET_BACK_AFTER_CR",
        "PD",
        _non_target_back,
        "disease is seen again in a non-target after a complete response",
        "la maladie réapparaît dans une lésion non cible après une réponse complète",
        f"{SECTION_4_4}; {WORKING_GROUP}",
    ),
    Rule(
        "NON_TARGET_SEEN",
        "NON-CR/NON-PD",
        _non_target_seen,
        "a non-target was not evaluated; disease persists in the others",
        "une lésion non cible n’a pas été évaluée ; la maladie persiste dans les autres",
        SECTION_4_3,
    ),
    Rule(
        "NON_TARGET_MISSING",
        "NE",
        lambda _: NON_TARGET_MISSING,
        "a non-target was not evaluated and none progresses",
        "une lésion non cible n’a pas été évaluée et aucune ne progresse",
        SECTION_4_3,
        reason="LESION_MISSING",
    ),
    Rule(
        "NON_TARGET_CR",
        "CR",
        lambda _: NON_TARGETS_GONE,
        "every non-target is gone, every node is below 10 mm, no marker is raised",
        "toutes les lésions non cibles ont disparu, tout ganglion mesure moins de 10 mm, "
        "aucun marqueur n’est élevé",
        SECTION_4_3,
    ),
    Rule(
        "NON_TARGET_PERSISTS",
        "NON-CR/NON-PD",
        lambda _: ALWAYS,
        "a non-target persists without unequivocal progression",
        "une lésion non cible persiste sans progression indiscutable",
        SECTION_4_3,
    ),
)

NEW_LESION_RULES = (
    Rule(
        "NEW_LESION",
        "Y",
        lambda _: pl.col("NEWLESION"),
        "a new lesion, counted from its first appearance",
        "une nouvelle lésion, comptée dès sa première apparition",
        SECTION_4_3,
    ),
    Rule(
        "NEW_LESION_EQUIVOCAL",
        "EQ",
        lambda _: pl.col("EQUIVOCAL"),
        "a possible new lesion, not yet settled",
        "une possible nouvelle lésion, pas encore tranchée",
        SECTION_4_3,
    ),
    Rule("NEW_LESION_NONE", "N", lambda _: ALWAYS, "no new lesion", "pas de nouvelle lésion", SECTION_4_3),
)

TARGET = pl.col("TRGRESP")
NON_TARGET = pl.col("NTRGRESP")

OVERALL_RULES = (
    Rule(
        "OVERALL_PD",
        "PD",
        lambda _: (TARGET == "PD") | (NON_TARGET == "PD") | (pl.col("NEWLRESP") == "Y"),
        "progression of the targets, of a non-target, or a new lesion, whatever the rest",
        "progression des cibles, d’une lésion non cible, ou nouvelle lésion, quel que soit le reste",
        TABLE_1,
    ),
    Rule(
        "OVERALL_NO_DISEASE",
        "NE",
        lambda _: (TARGET == "NA") & (NON_TARGET == "NA"),
        "no disease was recorded at baseline",
        "aucune maladie n’a été notée au bilan initial",
        TABLE_2,
        reason="NO_DISEASE_AT_BASELINE",
    ),
    Rule(
        "OVERALL_NO_BASELINE",
        "NE",
        lambda _: ~pl.col("HASBASELINE"),
        "there is no baseline assessment",
        "il n’y a pas de bilan initial",
        SECTION_4_3,
        reason="NO_BASELINE",
    ),
    Rule(
        "OVERALL_TARGET_NE",
        "NE",
        lambda _: TARGET == "NE",
        "the targets are not evaluable and nothing else progresses",
        "les cibles ne sont pas évaluables et rien d’autre ne progresse",
        TABLE_1,
    ),
    Rule(
        "OVERALL_CR",
        "CR",
        lambda _: (TARGET == "CR") & NON_TARGET.is_in(["CR", "NA"]),
        "every target and every non-target is gone",
        "toutes les cibles et toutes les lésions non cibles ont disparu",
        TABLE_1,
    ),
    Rule(
        "OVERALL_PR_NON_TARGET_LEFT",
        "PR",
        lambda _: TARGET == "CR",
        "the targets are gone, but a non-target persists or was not evaluated",
        "les cibles ont disparu, mais une lésion non cible persiste ou n’a pas été évaluée",
        TABLE_1,
    ),
    Rule(
        "OVERALL_PR",
        "PR",
        lambda _: TARGET == "PR",
        "the targets respond and nothing progresses",
        "les cibles répondent et rien ne progresse",
        TABLE_1,
    ),
    Rule(
        "OVERALL_SD",
        "SD",
        lambda _: TARGET == "SD",
        "the targets are stable and nothing progresses",
        "les cibles sont stables et rien ne progresse",
        TABLE_1,
    ),
    Rule(
        "OVERALL_NON_TARGET_NE",
        "NE",
        lambda _: (NON_TARGET == "NE") | NON_TARGET_MISSING,
        "disease without targets, of which a part was not evaluated",
        "maladie sans cible, dont une partie n’a pas été évaluée",
        TABLE_2,
        reason="LESION_MISSING",
    ),
    Rule(
        "OVERALL_NON_TARGET_CR",
        "CR",
        lambda _: NON_TARGET == "CR",
        "disease without targets, all gone",
        "maladie sans cible, entièrement disparue",
        TABLE_2,
    ),
    Rule(
        "OVERALL_NON_TARGET_PERSISTS",
        "NON-CR/NON-PD",
        lambda _: ALWAYS,
        "disease without targets that persists without progression",
        "maladie sans cible, qui persiste sans progression",
        TABLE_2,
    ),
)
