"""The rules of best overall response as data, unconfirmed and confirmed (RECIST 1.1, Table 3)."""

from dataclasses import replace

import polars as pl

from abscopal.derivations.response.criterion import UNCONFIRMED_PROGRESSION, BestRules, Rule
from abscopal.derivations.response.settings import ResponseSettings

SECTION_4_6 = "RECIST 1.1, sections 4.5 and 4.7 (doi:10.1016/j.ejca.2008.10.026)"
TABLE_3 = "RECIST 1.1, section 4.6 and Table 3 (doi:10.1016/j.ejca.2008.10.026)"
OURS = "our choice, a setting"


def _known(column: str) -> pl.Expr:
    return pl.col(column).is_not_null()


def _too_late(settings: ResponseSettings) -> pl.Expr:
    if settings.pd_max_days is None:
        return pl.lit(False)
    days = (pl.col("FIRSTPDDT") - pl.col("REFDT")).dt.total_days()
    return (days > settings.pd_max_days).fill_null(False) & ~pl.col("EVALUATEDBEFOREPD")


def _last_rules(level: str, reference: str) -> tuple[Rule, ...]:
    """Progression and nothing evaluable: the same with and without confirmation."""
    return (
        Rule(
            f"{level}_PD_TOO_LATE",
            "NE",
            _too_late,
            "progression, but too late to know what came before",
            "progression, mais trop tardive pour savoir ce qui l’a précédée",
            OURS,
            reason="PD_TOO_LATE",
        ),
        Rule(
            f"{level}_PD",
            "PD",
            lambda _: _known("FIRSTPDDT"),
            "progression, with nothing better before it",
            "progression, sans rien de mieux auparavant",
            reference,
        ),
        Rule(
            f"{level}_MISSING",
            "MISSING",
            lambda settings: (pl.col("ASSESSMENTS") == 0) & (not settings.missing_as_ne),
            "no assessment after baseline",
            "aucune évaluation après le bilan initial",
            OURS,
        ),
        Rule(
            f"{level}_NE",
            "NE",
            lambda _: pl.lit(True),
            "no assessment that counts",
            "aucune évaluation qui compte",
            reference,
        ),
    )


BOR_RULES = (
    Rule(
        "BEST_CR",
        "CR",
        lambda _: _known("CRDT"),
        "complete response at an assessment before progression",
        "réponse complète à une évaluation avant toute progression",
        SECTION_4_6,
    ),
    Rule(
        "BEST_PR",
        "PR",
        lambda _: _known("PRDT"),
        "partial response at an assessment before progression",
        "réponse partielle à une évaluation avant toute progression",
        SECTION_4_6,
    ),
    Rule(
        "BEST_SD",
        "SD",
        lambda _: _known("SDDT"),
        "stable disease at or after the minimum time",
        "maladie stable à partir du délai minimal",
        SECTION_4_6,
    ),
    Rule(
        "BEST_NEITHER",
        "NON-CR/NON-PD",
        lambda _: _known("NEITHERDT"),
        "disease without targets, neither gone nor progressing at or after the minimum time",
        "maladie sans cible, ni disparue ni en progression à partir du délai minimal",
        SECTION_4_6,
    ),
    *_last_rules("BEST", SECTION_4_6),
)

CBOR_RULES = (
    Rule(
        "CONFIRMED_CR",
        "CR",
        lambda _: _known("CCRDT"),
        "complete response, confirmed",
        "réponse complète, confirmée",
        TABLE_3,
    ),
    Rule(
        "CONFIRMED_PR",
        "PR",
        lambda _: _known("CPRDT"),
        "partial response, confirmed by another or by a complete response",
        "réponse partielle, confirmée par une autre ou par une réponse complète",
        TABLE_3,
    ),
    Rule(
        "CONFIRMED_SD",
        "SD",
        lambda _: _known("STABLEDT") & pl.col("HASTARGETS"),
        "at least stable at or after the minimum time, without a confirmed response",
        "au moins stable à partir du délai minimal, sans réponse confirmée",
        TABLE_3,
    ),
    Rule(
        "CONFIRMED_NEITHER",
        "NON-CR/NON-PD",
        lambda _: _known("STABLEDT") | _known("NEITHERDT"),
        "disease without targets, no progression at or after the minimum time, no confirmed response",
        "maladie sans cible, sans progression à partir du délai minimal, sans réponse confirmée",
        TABLE_3,
    ),
    *_last_rules("CONFIRMED", TABLE_3),
)


IMMUNE_WORDS = {
    "BEST_CR": (
        "complete response at an assessment before confirmed progression",
        "réponse complète à une évaluation avant toute progression confirmée",
    ),
    "BEST_PR": (
        "partial response at an assessment before confirmed progression",
        "réponse partielle à une évaluation avant toute progression confirmée",
    ),
    **dict.fromkeys(
        ("BEST_PD", "CONFIRMED_PD"),
        (
            "confirmed progression, with nothing better at another assessment",
            "progression confirmée, sans rien de mieux à une autre évaluation",
        ),
    ),
}
"""What the rules that mention progression say where it must be confirmed: English, French."""


def _with_unconfirmed_progression(rules: tuple[Rule, ...], level: str) -> tuple[Rule, ...]:
    """The same rules, with unconfirmed progression after progression and before nothing evaluable."""
    told = []
    for rule in rules:
        en, fr = IMMUNE_WORDS.get(rule.name, (rule.en, rule.fr))
        told.append(replace(rule, en=en, fr=fr))
    place = next(place for place, rule in enumerate(rules) if rule.name == f"{level}_PD") + 1
    unconfirmed = Rule(
        f"{level}_IUPD",
        UNCONFIRMED_PROGRESSION,
        lambda _: _known("UPDDT"),
        "progression that no later assessment that counts has confirmed, with nothing better at another",
        "progression qu’aucune évaluation ultérieure qui compte n’a confirmée, sans rien de mieux à une autre",
        "iRECIST, Table 3 (doi:10.1016/S1470-2045(17)30074-8); the order is our choice",
    )
    return (*told[:place], unconfirmed, *told[place:])


BEST_RULES = BestRules(BOR_RULES, CBOR_RULES)
IMMUNE_BEST_RULES = BestRules(
    _with_unconfirmed_progression(BOR_RULES, "BEST"), _with_unconfirmed_progression(CBOR_RULES, "CONFIRMED")
)
