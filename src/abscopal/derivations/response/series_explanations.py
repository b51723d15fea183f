"""Unconfirmed progression in sentences: what began it, confirmed it, left it standing or lifted it."""

from collections.abc import Callable
from typing import Literal

import polars as pl

Language = Literal["en", "fr"]

SERIES_PHRASES = {
    "en": {
        "confirmed": "confirmed at {days} days: ",
        "late": " (late, to be questioned)",
        "SUM_ROSE": "sum rose {series_rise} mm over the smallest sum since the first iUPD of {iupd_date}",
        "NON_TARGET_ROSE": "a non-target grew further since the iUPD of {iupd_date}",
        "NLT_ROSE": "the new lesions measured rose {new_rise} mm over their smallest sum since the iUPD of "
        "{iupd_date}",
        "NLNT_ROSE": "a new lesion grew since the iUPD of {iupd_date}",
        "FURTHER_NEW_LESION": "one more new lesion since the iUPD of {iupd_date}",
        "NEWLY_TARGET": "the targets progress too, {targets}",
        "NEWLY_NON_TARGET": "a non-target progresses unequivocally too",
        "NEWLY_NEW_LESION": "a new lesion progresses too",
        "early": "{days} days after the iUPD of {iupd_date}, too soon to confirm it",
        "stands": "the progression of {iupd_date} is neither confirmed nor lifted",
        "stands_sum": ", the sum {series_change} mm against its smallest value since ({lowest} mm)",
        "stands_new": ", a new lesion is still there",
        "lifted": "; the progression of {iupd_date} is lifted",
        "beside": ", a new lesion still there does not grow",
        "new": "a new lesion",
        "new_named": "new lesion ",
        "several_named": "new lesions ",
        "grew": "a new lesion that stood by has grown",
    },
    "fr": {
        "confirmed": "confirmée à {days} jours : ",
        "late": " (tardive, à vérifier)",
        "SUM_ROSE": "la somme dépasse de {series_rise} mm sa plus petite valeur depuis la première iUPD du "
        "{iupd_date}",
        "NON_TARGET_ROSE": "une lésion non cible a encore grandi depuis l’iUPD du {iupd_date}",
        "NLT_ROSE": "les nouvelles lésions mesurées dépassent de {new_rise} mm leur plus petite somme depuis "
        "l’iUPD du {iupd_date}",
        "NLNT_ROSE": "une nouvelle lésion a grandi depuis l’iUPD du {iupd_date}",
        "FURTHER_NEW_LESION": "une nouvelle lésion de plus depuis l’iUPD du {iupd_date}",
        "NEWLY_TARGET": "les cibles progressent aussi, {targets}",
        "NEWLY_NON_TARGET": "une lésion non cible progresse aussi sans équivoque",
        "NEWLY_NEW_LESION": "une nouvelle lésion progresse aussi",
        "early": "{days} jours après l’iUPD du {iupd_date}, trop tôt pour la confirmer",
        "stands": "la progression du {iupd_date} n’est ni confirmée ni levée",
        "stands_sum": ", somme à {series_change} mm de sa plus petite valeur depuis ({lowest} mm)",
        "stands_new": ", une nouvelle lésion est toujours là",
        "lifted": " ; la progression du {iupd_date} est levée",
        "beside": ", une nouvelle lésion toujours présente ne grandit pas",
        "new": "une nouvelle lésion",
        "new_named": "nouvelle lésion ",
        "several_named": "nouvelles lésions ",
        "grew": "une nouvelle lésion déjà connue a grandi",
    },
}
# The causes after which the non-targets that worsened are named.
OF_NON_TARGETS = ("NON_TARGET_ROSE", "NEWLY_NON_TARGET")
CAUSES = [name for name in SERIES_PHRASES["en"] if name.isupper()]


def explain_new_lesions(language: Language) -> pl.Expr:
    """Name the new lesions that stand, each with the day it was first seen, where they are known by name.

    Args:
        language: en or fr.

    Returns:
        An expression over rows with NEWNAMES and NEWCOUNT.

    Example:
        >>> rows = pl.DataFrame({"NEWNAMES": ["N01 on 2024-03-02", None], "NEWCOUNT": [1, None]})
        >>> rows.select(told=explain_new_lesions("en"))["told"].to_list()
        ['new lesion N01 on 2024-03-02', 'a new lesion']
    """
    phrases = SERIES_PHRASES[language]
    several = pl.col("NEWCOUNT") > 1
    noun = pl.when(several).then(pl.lit(phrases["several_named"])).otherwise(pl.lit(phrases["new_named"]))
    return (noun + pl.col("NEWNAMES")).fill_null(phrases["new"])


def explain_series(
    *,
    targets: pl.Expr,
    non_targets: pl.Expr,
    worsened: pl.Expr,
    otherwise: pl.Expr,
    write: Callable[[str], pl.Expr],
    separator: str,
    language: Language,
) -> pl.Expr:
    """Say what an overall response by a criterion that confirms progression rests on.

    Args:
        targets: the sentence of the targets.
        non_targets: the sentence of the non-targets.
        worsened: the non-targets that worsened, in brackets, or nothing.
        otherwise: the sentence of a response that is no progression.
        write: puts the numbers of the row into a phrase.
        separator: between two causes.
        language: en or fr.

    Returns:
        An expression over ADRS rows with AVALC_NEWLIND added; null where it has nothing to say.
    """
    phrases = SERIES_PHRASES[language]
    rule, reasons = pl.col("RULE"), pl.col("REASON").str.split(" + ")

    def has(cause: str) -> pl.Expr:
        return reasons.list.contains(cause).fill_null(False)

    def tell(cause: str) -> pl.Expr:
        if "{targets}" in phrases[cause]:
            return pl.lit(phrases[cause].replace("{targets}", "")) + targets
        if cause in OF_NON_TARGETS:
            return write(phrases[cause]) + worsened
        if cause == "FURTHER_NEW_LESION":
            return write(phrases[cause]) + (" (" + pl.col("APPEARED") + ")").fill_null("")
        return write(phrases[cause])

    def join(parts: list[pl.Expr]) -> pl.Expr:
        return pl.concat_str(parts, separator=separator, ignore_nulls=True)

    causes = join([pl.when(has(cause)).then(tell(cause)) for cause in CAUSES])
    late = pl.when(has("LATE")).then(pl.lit(phrases["late"])).otherwise(pl.lit(""))
    began = join(
        [
            pl.when(has("TARGET")).then(targets),
            pl.when(has("NON_TARGET")).then(non_targets),
            pl.when(has("NEW_LESION")).then(explain_new_lesions(language)),
            pl.when(has("NEW_LESION_GREW")).then(pl.lit(phrases["grew"])),
        ]
    )
    compared = pl.when(has("TARGET")).then(write(phrases["stands_sum"])).fill_null("")
    left = pl.when(has("NEW_LESION")).then(pl.lit(phrases["stands_new"])).otherwise(pl.lit(""))
    lifted = pl.when(pl.col("AVALC") != "NE").then(write(phrases["lifted"])).fill_null("")
    beside = (
        pl.when((pl.col("AVALC_NEWLIND") == "Y") & (pl.col("AVALC") != "NE"))
        .then(pl.lit(phrases["beside"]))
        .otherwise(pl.lit(""))
    )
    return (
        pl.when(rule.is_in(["IMMUNE_ICPD", "IMMUNE_ICPD_SYMPTOM"]))
        .then(write(phrases["confirmed"]) + causes + late)
        .when(rule == "IMMUNE_IUPD")
        .then(began)
        .when(rule == "IMMUNE_IUPD_EARLY")
        .then(write(phrases["early"]))
        .when(rule == "IMMUNE_IUPD_STANDS")
        .then(write(phrases["stands"]) + compared + left)
        .when(rule.is_in(["IMMUNE_ICPD_BEFORE", "IMMUNE_MISSING"]))
        .then(None)
        .otherwise(otherwise + lifted + beside)
    )
