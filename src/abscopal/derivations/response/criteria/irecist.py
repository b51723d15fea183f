"""iRECIST: RECIST 1.1 whose progression must be confirmed, and may be lifted."""

from dataclasses import replace

import dataframely as dy
import polars as pl

from abscopal.derivations.response.best_response_rules import IMMUNE_BEST_RULES
from abscopal.derivations.response.criterion import (
    Category,
    Criterion,
    Rule,
    SelectionRules,
    compute_by_first_rule,
)
from abscopal.derivations.response.followed_lesions import FollowedLesions, derive_counted_lesions
from abscopal.derivations.response.judged_levels import (
    compute_response_date,
    derive_lesion_levels,
    derive_named_responses,
)
from abscopal.derivations.response.lesion_burden import derive_burden
from abscopal.derivations.response.level_rules import (
    ALWAYS,
    NEW_LESION_RULES,
    NON_TARGET_RULES,
    OVERALL_RULES,
    TARGET_RULES,
)
from abscopal.derivations.response.new_lesion_course import (
    SAID_OF_NEW,
    SAID_OF_NON_TARGETS,
    derive_new_lesion_course,
    derive_non_target_changes,
    derive_symptom_scans,
)
from abscopal.derivations.response.records import VISIT
from abscopal.derivations.response.response_history import derive_response_history
from abscopal.derivations.response.unconfirmed_progression import UNKNOWN, derive_progression_series
from abscopal.derivations.response.visit_responses import VisitResponses

TABLE_2 = "iRECIST, Table 2 (doi:10.1016/S1470-2045(17)30074-8)"
BAR = "iRECIST, resetting the bar (doi:10.1016/S1470-2045(17)30074-8)"
ANSWERS = "EORTC iRECIST questions and answers (recist.eortc.org/irecist)"
OURS = "our reading, a setting"

CATEGORIES = (
    Category(
        "iCR", "complete", 1, "Complete response, as in RECIST 1.1", "Réponse complète, comme dans RECIST 1.1"
    ),
    Category(
        "iPR", "partial", 2, "Partial response, as in RECIST 1.1", "Réponse partielle, comme dans RECIST 1.1"
    ),
    Category(
        "iSD",
        "stable",
        3,
        "Stable disease: neither response nor progression",
        "Maladie stable : ni réponse ni progression",
    ),
    Category(
        "NON-iCR/NON-iUPD",
        "neither",
        4,
        "Disease without targets, neither gone nor progressing",
        "Maladie sans cible, ni disparue ni en progression",
    ),
    Category(
        "iCPD",
        "progression",
        5,
        "Confirmed progression: a later scan shows further growth, or progression in another category",
        "Progression confirmée : un examen ultérieur montre une croissance de plus, ou une progression d’une "
        "autre catégorie",
    ),
    Category(
        "iUPD",
        "unconfirmed_progression",
        6,
        "Unconfirmed progression: progression as in RECIST 1.1, which a later scan may confirm or lift",
        "Progression non confirmée : progression comme dans RECIST 1.1, qu’un examen ultérieur peut confirmer "
        "ou lever",
    ),
    Category("NE", "not_evaluable", 7, "Not evaluable", "Non évaluable"),
)
CODES = {
    "CR": "iCR", "PR": "iPR", "SD": "iSD", "NON-CR/NON-PD": "NON-iCR/NON-iUPD", "PD": "iUPD", "NE": "NE", "NA": "NA",
}  # fmt: skip


def _stands(*standings: str) -> pl.Expr:
    return pl.col("STANDING").is_in(standings)


IMMUNE_NEW_LESION_RULES = (
    Rule(
        "IMMUNE_NEW_LESION",
        "Y",
        lambda _: pl.col("NLPRESENT"),
        "a new lesion is seen",
        "une nouvelle lésion est vue",
        TABLE_2,
    ),
    replace(NEW_LESION_RULES[1], condition=lambda _: pl.col("EQUIVOCAL")),
    Rule(
        "IMMUNE_NEW_LESION_MISSING",
        "NE",
        lambda _: pl.col("NLMISSING"),
        "a known new lesion was not evaluated",
        "une nouvelle lésion connue n’a pas été évaluée",
        OURS,
        reason="LESION_MISSING",
    ),
    replace(NEW_LESION_RULES[2], condition=lambda _: ALWAYS),
)
PROGRESSION_RULES = (
    Rule(
        "IMMUNE_ICPD",
        "iCPD",
        lambda _: _stands("CONFIRMED"),
        "progression is confirmed: the sum of the targets or of the new lesions rose by 5 mm, a non-target or "
        "a new lesion grew further, one more new lesion appeared, or another category progressed",
        "la progression est confirmée : la somme des cibles ou des nouvelles lésions a augmenté de 5 mm, une "
        "lésion non cible ou nouvelle a encore grandi, une nouvelle lésion de plus est apparue, ou une autre "
        "catégorie a progressé",
        TABLE_2,
    ),
    Rule(
        "IMMUNE_ICPD_SYMPTOM",
        "iCPD",
        lambda _: _stands("CONFIRMED_EARLY"),
        "progression is confirmed by an early scan, made for a new symptom, that shows one more new lesion",
        "la progression est confirmée par un examen précoce, fait pour un nouveau symptôme, qui montre une "
        "nouvelle lésion de plus",
        ANSWERS,
    ),
    Rule(
        "IMMUNE_ICPD_BEFORE",
        "iCPD",
        lambda _: _stands("CONFIRMED_BEFORE"),
        "progression was confirmed before and has not been lifted",
        "la progression a été confirmée auparavant et n’a pas été levée",
        OURS,
    ),
    Rule(
        "IMMUNE_IUPD",
        "iUPD",
        lambda _: _stands("BEGINS"),
        "progression in one category at least; one scan never confirms it",
        "progression dans une catégorie au moins ; un seul examen ne la confirme jamais",
        TABLE_2,
    ),
    Rule(
        "IMMUNE_IUPD_EARLY",
        "iUPD",
        lambda _: _stands("EARLY"),
        "the scan came too soon to confirm progression",
        "l’examen est trop précoce pour confirmer la progression",
        ANSWERS,
    ),
    Rule(
        "IMMUNE_IUPD_STANDS",
        "iUPD",
        lambda _: _stands("STANDS"),
        "progression stands: nothing confirms it, nothing lifts it",
        "la progression demeure : rien ne la confirme, rien ne la lève",
        TABLE_2,
    ),
    Rule(
        "IMMUNE_MISSING",
        "NE",
        lambda _: _stands("MISSING"),
        "nothing progresses, but a known new lesion was not evaluated",
        "rien ne progresse, mais une nouvelle lésion connue n’a pas été évaluée",
        OURS,
        reason="LESION_MISSING",
    ),
)


def _mark(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """The rules of RECIST 1.1 with responses that carry an i."""
    return tuple(replace(rule, response=CODES.get(rule.response, rule.response)) for rule in rules)


IMMUNE_OVERALL_RULES = (
    *PROGRESSION_RULES,
    *_mark(tuple(rule for rule in OVERALL_RULES if rule.response != "PD")),
)
SELECTION = SelectionRules(max_targets=5, max_per_organ=2, smallest_tenths=100, smallest_node_tenths=150)


def derive_immune_responses(lesions: FollowedLesions) -> dy.DataFrame[VisitResponses]:
    """Judge each assessment after baseline by iRECIST, each reader apart.

    Until the first progression the answer is that of RECIST 1.1 with an i. New lesions are followed
    apart and never enter the sum of the targets.

    Args:
        lesions: the lesions of every record.

    Returns:
        One row per patient, reader and assessment, in key order.

    Reference:
        iRECIST, Tables 2 and 3 (doi:10.1016/S1470-2045(17)30074-8); EORTC iRECIST questions and answers.

    Example:
        >>> from datetime import date
        >>> from abscopal.derivations.response.followed_lesions import derive_followed_lesions
        >>> from abscopal.derivations.response.settings import ResponseSettings
        >>> from abscopal.tables.adam import LesionAssessments
        >>> rows = LesionAssessments.validate(pl.DataFrame({
        ...     "USUBJID": ["P1"] * 4, "READER": ["INVESTIGATOR"] * 4, "TULNKID": ["T01"] * 4,
        ...     "AVISITN": [0, 1, 2, 3],
        ...     "ADT": [date(2024, 1, 1), date(2024, 3, 1), date(2024, 4, 1), date(2024, 5, 6)],
        ...     "ADTF": [None] * 4, "LSROLE": ["TARGET"] * 4, "LSNODE": [False] * 4, "LSLOC": ["LIVER"] * 4,
        ...     "LSSTATE": ["MEASURED"] * 4, "LSTENTH": [600, 740, 760, 800], "LSCHANGE": [None] * 4,
        ...     "SYMPFL": [None] * 4, "INJDT": [None] * 4, "ACCFL": ["Y"] * 4,
        ... }), cast=True)
        >>> responses = derive_immune_responses(derive_followed_lesions(rows, ResponseSettings()))
        >>> responses.select("OVRRESP", "OVRREASON").rows()
        [('iUPD', 'TARGET'), ('iUPD', 'TARGET'), ('iCPD', 'SUM_ROSE')]
    """
    settings = lesions.settings
    history = derive_response_history(_follow_new_lesions(lesions), settings, after_progression="may_return")
    without_new = derive_lesion_levels(history, settings).with_columns(NEWLRESP=pl.lit("N"))
    based = without_new.with_columns(*compute_by_first_rule(OVERALL_RULES, settings, prefix="BASE"))
    first = pl.col("LASTDT" if settings.visit_date == "latest" else "FIRSTDT")
    series = derive_progression_series(based.with_columns(day=first.to_physical().cast(pl.Int64)), settings)
    judged = series.with_columns(
        *compute_by_first_rule(IMMUNE_NEW_LESION_RULES, settings, prefix="NEWL"),
        *compute_by_first_rule(IMMUNE_OVERALL_RULES, settings, prefix="OVR"),
    )
    dated = judged.with_columns(
        ADT=compute_response_date(pl.col("OVRRESP").is_in(["iUPD", "iCPD"]), settings),
        OVRREASON=_trace_reason(),
        IUPDDT=pl.when(pl.col("FIRSTDAY") < UNKNOWN).then("FIRSTDAY").cast(pl.Int32).cast(pl.Date),
        TRGRESP=pl.col("TRGRESP").replace_strict(CODES, return_dtype=pl.String),
        NTRGRESP=pl.col("NTRGRESP").replace_strict(CODES, return_dtype=pl.String),
    )
    return derive_named_responses(dated, lesions.names)


def _follow_new_lesions(lesions: FollowedLesions) -> pl.DataFrame:
    """Add to the burden what new lesions and non-targets did; a new lesion counts where it is seen."""
    counted = lesions.derive_once(derive_counted_lesions)
    beside = (
        derive_new_lesion_course(counted, selection=SELECTION),
        derive_non_target_changes(counted),
        derive_symptom_scans(counted),
    )
    followed = lesions.derive_once(derive_burden)
    for told in beside:
        followed = followed.join(told, on=VISIT, how="left", maintain_order="left")
    return followed.with_columns(
        pl.col(*SAID_OF_NEW, *SAID_OF_NON_TARGETS, "SYMPTOM").fill_null(False)
    ).with_columns(NEWLESION=pl.col("NLPRESENT") | pl.col("NLMISSING"))


def _trace_reason() -> pl.Expr:
    """What progresses, what confirmed it, or why a response is not evaluable."""
    grown = pl.col("NEWGREW") & _stands("BEGINS")
    present = [
        pl.when(pl.col("TRGRESP") == "PD").then(pl.lit("TARGET")),
        pl.when(pl.col("NTRGRESP") == "PD").then(pl.lit("NON_TARGET")),
        pl.when(grown).then(pl.lit("NEW_LESION_GREW")).when("NEWPD").then(pl.lit("NEW_LESION")),
    ]
    causes = pl.concat_str("CAUSE", pl.when("LATE").then(pl.lit("LATE")), separator=" + ", ignore_nulls=True)
    return (
        pl.when(_stands("CONFIRMED", "CONFIRMED_EARLY"))
        .then(causes)
        .when(pl.col("OVRRESP").is_in(["iUPD", "iCPD"]))
        .then(pl.concat_str(present, separator=" + ", ignore_nulls=True))
        .when(pl.col("OVRRESP") == "NE")
        .then(pl.coalesce("OVRREASON", "TRGREASON", "NTRGREASON", "NEWLREASON"))
    )


IRECIST = Criterion(
    name="irecist",
    title="iRECIST",
    reference="Seymour et al. 2017, doi:10.1016/S1470-2045(17)30074-8",
    categories=CATEGORIES,
    rules=(
        *_mark(TARGET_RULES),
        *_mark(NON_TARGET_RULES),
        *IMMUNE_NEW_LESION_RULES,
        *IMMUNE_OVERALL_RULES,
    ),
    selection=SELECTION,
    judge_patient=derive_immune_responses,
    best_rules=IMMUNE_BEST_RULES,
)
