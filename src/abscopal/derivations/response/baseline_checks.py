"""Was baseline fit for judging response? Findings that warn; nothing is refused."""

from collections.abc import Sequence

import dataframely as dy
import polars as pl

from abscopal.derivations.response.criterion import SelectionRules
from abscopal.derivations.response.injected_lesions import LESION, derive_injected_at_start
from abscopal.derivations.response.late_lesions import explain_late_lesions
from abscopal.derivations.response.organs import compute_organ
from abscopal.derivations.response.records import READING
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.derivations.response.targets_in_words import explain_targets_in_words
from abscopal.tables.adam import LesionAssessments, SubjectLevel
from abscopal.tables.columns import key_text, required_text

MESSAGES = {
    "MIN_TI_1": (
        "no target is injected: the injected response cannot rest on a sum",
        "aucune cible n’est injectée : la réponse injectée ne peut reposer sur une somme",
    ),
    "MIN_TNI_1": (
        "every target is injected: the non-injected response cannot rest on a sum",
        "toutes les cibles sont injectées : la réponse non injectée ne peut reposer sur une somme",
    ),
    "TARGET_WITHOUT_BASELINE": (
        "a target has no measurement at baseline",
        "une cible n’a pas de mesure au bilan initial",
    ),
    "NEW_AT_BASELINE": (
        "a lesion called new was already seen at baseline: it is not counted as new",
        "une lésion dite nouvelle était déjà vue au bilan initial : elle n’est pas comptée comme nouvelle",
    ),
    "NO_BASELINE": ("there is no baseline assessment", "il n’y a pas de bilan initial"),
    "BASELINE_TOO_OLD": (
        "the baseline scan is older than the study allows",
        "l’examen initial est plus ancien que ne le permet l’étude",
    ),
}


# Findings that hold a limit of the criterion or of the study; the code ends in the limit.
COUNTED = {
    "MAX": ("more than {} targets", "plus de {} cibles"),
    "MAX_PER_ORGAN": (
        "more than {} targets in one organ (all nodes are one organ; paired organs are one)",
        "plus de {} cibles dans un organe (tous les ganglions en font un seul, des organes pairs aussi)",
    ),
    "MAX_TI": ("more than {} injected targets", "plus de {} cibles injectées"),
    "MAX_TNI": ("more than {} targets that are not injected", "plus de {} cibles non injectées"),
}
# The same where the limit is one.
COUNTED_ONE = {
    "MAX": ("more than one target", "plus d’une cible"),
    "MAX_PER_ORGAN": (
        "more than one target in one organ (all nodes are one organ; paired organs are one)",
        "plus d’une cible dans un organe (tous les ganglions en font un seul, des organes pairs aussi)",
    ),
    "MAX_TI": ("more than one injected target", "plus d’une cible injectée"),
    "MAX_TNI": ("more than one target that is not injected", "plus d’une cible non injectée"),
}
TOO_SMALL = (
    "a target is smaller than can be measured reliably ({:g} mm; {:g} mm short axis for a node)",
    "une cible est trop petite pour être mesurée avec fiabilité ({:g} mm ; {:g} mm de petit axe pour un ganglion)",
)


class BaselineFindings(dy.Schema):
    """One doubt about the baseline of one patient and reader."""

    USUBJID = key_text("Patient identifier, unique across studies")
    READER = key_text("Who read the scan")
    FINDING = key_text("Code, such as NOT_MEASURABLE")
    LESIONS = dy.Int64(
        nullable=True, min=0, max=1000, description="Lesions concerned, where they are counted"
    )
    MESSAGE = required_text("What was found, in English")
    MESSAGEFR = required_text("What was found, in French")


def check_baseline(
    assessments: dy.DataFrame[LesionAssessments],
    adsl: dy.DataFrame[SubjectLevel] | None = None,
    *,
    selection: SelectionRules,
    settings: ResponseSettings,
) -> dy.DataFrame[BaselineFindings]:
    """Collect what a radiologist would question at baseline: size, number and place of targets, age of scans.

    Args:
        assessments: one row per patient, reader, lesion and assessment; lengths in tenths of a millimetre.
        adsl: one row per patient with REFDT; without it the age of scans is not checked.
        selection: how the criterion wants targets chosen.
        settings: the readings of the rules in force.

    Returns:
        One row per patient, reader and finding. They warn; response is derived all the same.

    Reference:
        RECIST 1.1, sections 2 and 3 (doi:10.1016/j.ejca.2008.10.026).
    """
    baseline = assessments.filter(pl.col("AVISITN") == 0)
    targets = baseline.filter(pl.col("LSROLE") == "TARGET")
    found = [
        _find_small(targets, selection),
        *_find_numbers(assessments, targets, selection, settings),
        _find_without_baseline(assessments, targets),
        _count(baseline.filter(pl.col("LSROLE") == "NEW"), "NEW_AT_BASELINE"),
        _find_no_baseline(assessments, baseline),
    ]
    if adsl is not None:
        found.append(_find_old(baseline, adsl, settings))
    messages = list_messages(selection)
    english = {code: message[0] for code, message in messages.items()}
    french = {code: message[1] for code, message in messages.items()}
    rows = pl.concat(found).with_columns(
        MESSAGE=pl.col("FINDING").replace_strict(english, return_dtype=pl.String),
        MESSAGEFR=pl.col("FINDING").replace_strict(french, return_dtype=pl.String),
    )
    return BaselineFindings.validate(rows.sort(*READING, "FINDING"), cast=True)


def list_messages(selection: SelectionRules) -> dict[str, tuple[str, str]]:
    """Write the sentence of each finding, with the limits in force.

    Args:
        selection: how targets are to be chosen.

    Returns:
        Code to the sentence in English and in French.

    Example:
        >>> rules = SelectionRules(max_targets=10, max_per_organ=5, smallest_tenths=100, smallest_node_tenths=150)
        >>> list_messages(rules)["MAX_10"][0]
        'more than 10 targets'
    """
    sizes = (selection.smallest_tenths / 10, selection.smallest_node_tenths / 10)
    limits = {
        "MAX": selection.max_targets,
        "MAX_PER_ORGAN": selection.max_per_organ,
        "MAX_TI": selection.max_per_category,
        "MAX_TNI": selection.max_per_category,
    }
    counted = {
        f"{code}_{limit}": (english.format(limit), french.format(limit))
        for code, limit in limits.items()
        if limit is not None
        for english, french in [(COUNTED_ONE if limit == 1 else COUNTED)[code]]
    }
    return MESSAGES | counted | {"NOT_MEASURABLE": (TOO_SMALL[0].format(*sizes), TOO_SMALL[1].format(*sizes))}


def check_baselines(
    assessments: dy.DataFrame[LesionAssessments],
    adsl: dy.DataFrame[SubjectLevel] | None = None,
    *,
    selections: Sequence[SelectionRules],
    settings: ResponseSettings,
    late: pl.DataFrame | None = None,
    in_words: pl.DataFrame | None = None,
) -> dy.DataFrame[BaselineFindings]:
    """Collect what a radiologist would question at baseline under any of several criteria, each finding once.

    Args:
        assessments: one row per patient, reader, lesion and assessment; lengths in tenths of a millimetre.
        adsl: one row per patient with REFDT; without it the age of scans is not checked.
        selections: how each criterion wants targets chosen.
        settings: the readings of the rules in force.
        late: the targets and non-targets left out as listed only after baseline, each named in a finding.
        in_words: the targets that a scan tells in words alone, each named in a finding.

    Returns:
        One row per patient, reader and finding.
    """
    found = [
        check_baseline(assessments, adsl, selection=selection, settings=settings)
        for selection in dict.fromkeys(selections)
    ]
    told = [] if late is None else [explain_late_lesions(late)]
    told += [] if in_words is None else [explain_targets_in_words(in_words)]
    rows = (
        pl.concat([*found, *told]).unique(maintain_order=True).sort(*READING, "FINDING", maintain_order=True)
    )
    return BaselineFindings.validate(rows, cast=True)


def _count(rows: pl.DataFrame, finding: str) -> pl.DataFrame:
    return rows.group_by(READING).agg(
        pl.lit(finding).alias("FINDING"), pl.col("TULNKID").n_unique().cast(pl.Int64).alias("LESIONS")
    )


def _find_small(targets: pl.DataFrame, selection: SelectionRules) -> pl.DataFrame:
    limit = pl.when("LSNODE").then(selection.smallest_node_tenths).otherwise(selection.smallest_tenths)
    return _count(targets.filter(pl.col("LSTENTH") < limit), "NOT_MEASURABLE")


def _find_numbers(
    assessments: dy.DataFrame[LesionAssessments],
    targets: pl.DataFrame,
    selection: SelectionRules,
    settings: ResponseSettings,
) -> list[pl.DataFrame]:
    """Too many targets or too few, in all and in one organ; where they are chosen apart, in each category.

    Ten in all needs no finding of its own: it follows from five in each.
    """
    if selection.max_per_category is None:
        return [
            _find_too_many(targets, "MAX", selection.max_targets),
            _find_crowded_organs(targets, selection),
        ]
    injected_lesions = derive_injected_at_start(assessments, settings)
    injected = targets.join(injected_lesions, on=LESION, how="semi")
    others = targets.join(injected_lesions, on=LESION, how="anti")
    found = []
    for category, chosen in (("TI", injected), ("TNI", others)):
        none_chosen = assessments.join(chosen, on=READING, how="anti")
        missing = _count(none_chosen, f"MIN_{category}_1").with_columns(LESIONS=pl.lit(0, dtype=pl.Int64))
        found += [
            _find_too_many(chosen, f"MAX_{category}", selection.max_per_category),
            _find_crowded_organs(chosen, selection),
            missing,
        ]
    # Two crowded organs, one in each category, are one finding.
    return [pl.concat(found).group_by(*READING, "FINDING").agg(pl.col("LESIONS").sum())]


def _find_too_many(targets: pl.DataFrame, finding: str, most: int) -> pl.DataFrame:
    return _count(targets, f"{finding}_{most}").filter(pl.col("LESIONS") > most)


def _find_crowded_organs(targets: pl.DataFrame, selection: SelectionRules) -> pl.DataFrame:
    organ = compute_organ(pl.col("LSLOC"), node=pl.col("LSNODE"))
    crowded = targets.filter(organ.is_not_null()).filter(
        pl.len().over(*READING, organ) > selection.max_per_organ
    )
    return _count(crowded, f"MAX_PER_ORGAN_{selection.max_per_organ}")


def _find_without_baseline(assessments: pl.DataFrame, targets: pl.DataFrame) -> pl.DataFrame:
    measured = targets.filter(pl.col("LSTENTH").is_not_null())
    later = assessments.filter(pl.col("LSROLE") == "TARGET").join(measured, on=LESION, how="anti")
    return _count(later, "TARGET_WITHOUT_BASELINE")


def _find_no_baseline(assessments: pl.DataFrame, baseline: pl.DataFrame) -> pl.DataFrame:
    return _count(assessments.join(baseline, on=READING, how="anti"), "NO_BASELINE")


def _find_old(
    baseline: pl.DataFrame, adsl: dy.DataFrame[SubjectLevel], settings: ResponseSettings
) -> pl.DataFrame:
    age = (pl.col("REFDT") - pl.col("ADT")).dt.total_days()
    old = baseline.join(adsl.select("USUBJID", "REFDT"), on="USUBJID").filter(
        pl.col("LSSTATE") != "NOT_EVALUATED", age > settings.baseline_max_age_days
    )
    return _count(old, "BASELINE_TOO_OLD")
