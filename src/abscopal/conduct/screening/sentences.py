"""Why a criterion is met, not met or not yet known, in words that a coordinator can act on."""

from collections.abc import Iterator

from abscopal.conduct.decision import Reason
from abscopal.conduct.screening.criteria import CriterionJudgement, Judgement, Why, list_deciding
from abscopal.conduct.screening.facts import Fact
from abscopal.conduct.screening.stages import StageJudgement
from abscopal.conduct.wording import Value, compose_text
from abscopal.protocol.eligibility import Criterion, Operator
from abscopal.protocol.text import Text

COMPARISON_WORDS: dict[Operator, tuple[str, str]] = {
    "equals": ("{threshold}", "{threshold}"),
    "differs": ("other than {threshold}", "autre que {threshold}"),
    "at_least": ("at least {threshold}", "au moins {threshold}"),
    "at_most": ("at most {threshold}", "au plus {threshold}"),
    "more_than": ("more than {threshold}", "plus de {threshold}"),
    "less_than": ("less than {threshold}", "moins de {threshold}"),
    "between": ("from the first to the second of {threshold}", "du premier au second de {threshold}"),
    "one_of": ("one of {threshold}", "l’une des valeurs {threshold}"),
    "none_of": ("none of {threshold}", "aucune des valeurs {threshold}"),
}
UNIT_WORDS = {"years": "ans", "year": "an", "days": "jours", "mg/day": "mg/jour"}
PASSED = ("{text}: met. {found}; {asked}.", "{text} : satisfait. {found} ; {asked}.")
FAILED = ("{text}: not met. {found}; {asked}.", "{text} : non satisfait. {found} ; {asked}.")
UNKNOWN: dict[Why, tuple[str, str, str]] = {
    "missing": (
        "NOT_YET_KNOWN",
        "{text}: not yet known; nothing is recorded for {variable}.",
        "{text} : pas encore connu ; rien n’est consigné pour {variable}.",
    ),
    "expired": (
        "EXPIRED",
        "{text}: not yet known again. {found}, which counted until {last} ({days} days).",
        "{text} : de nouveau inconnu. {found}, valable jusqu’au {last} ({days} jours).",
    ),
    "contradictory": (
        "CONTRADICTORY",
        "{text}: not yet known. {found}, but {rivals} is recorded for the same day.",
        "{text} : pas encore connu. {found}, mais {rivals} est consigné le même jour.",
    ),
    "wrong_unit": (
        "WRONG_UNIT",
        "{text}: not yet known. {found}; the criterion counts in {unit}, and units are never converted.",
        "{text} : pas encore connu. {found} ; le critère compte en {unit}, et aucune unité n’est convertie.",
    ),
    "wrong_kind": (
        "WRONG_KIND",
        "{text}: not yet known. {found}, which cannot be compared; {asked}.",
        "{text} : pas encore connu. {found}, ce qui ne peut être comparé ; {asked}.",
    ),
    "no_threshold": (
        "NO_THRESHOLD",
        "{text}: nobody can decide; the study file holds no threshold for {name}.",
        "{text} : personne ne peut décider ; le fichier d’étude ne donne pas de seuil pour {name}.",
    ),
}
WHO_DECIDES = compose_text(
    "The sponsor and the coordinating investigator decide the threshold, and write it in the study file.",
    "Le promoteur et l’investigateur coordonnateur fixent le seuil et l’écrivent dans le fichier d’étude.",
)


def explain_criterion(judged: CriterionJudgement) -> Reason:
    """Say in a sentence what a criterion says of the patient, with the fact and date that decided it.

    Args:
        judged: one criterion, judged.

    Returns:
        A reason with code MET, NOT_MET, or what leaves it not yet known, and what would settle it.
    """
    details = _collect_words(judged)
    if judged.why == "compared":
        en, fr = PASSED if judged.verdict == "met" else FAILED
        code = "MET" if judged.verdict == "met" else "NOT_MET"
        return Reason(code, compose_text(en, fr, **details), _tell_new_result(judged))
    code, en, fr = UNKNOWN[judged.why]
    return Reason(code, compose_text(en, fr, **details), _tell_remedy(judged))


def list_reasons(stages: tuple[StageJudgement, ...], *, wanted: str) -> Iterator[Reason]:
    """Say why the patient is not eligible, or not yet.

    Args:
        stages: the stages, judged.
        wanted: `not_met` for what settles that the patient is not eligible; `not_yet_known` for what is open.

    Yields:
        One reason per criterion, or per group of alternatives of which none holds.
    """
    closed = [stage.stage.name for stage in stages if stage.state == "closed"]
    for stage in stages:
        if wanted == "not_yet_known" and stage.state == "closed":
            continue
        if wanted == "not_yet_known" and stage.state == "awaiting_consent":
            yield _explain_consent(stage)
        for condition in stage.conditions:
            if condition.verdict == wanted:
                yield from _explain_condition(condition)
    if wanted == "not_yet_known" and closed:
        yield _explain_closed(closed)


def describe_value(fact: Fact, criterion: Criterion) -> Text:
    """Write the value of a fact with its unit, that of the criterion where it has none."""
    unit = _describe_unit(fact.unit or criterion.threshold.unit)
    return compose_text("{value} {unit}", "{value} {unit}", value=fact.value, unit=unit)


def _collect_words(judged: CriterionJudgement) -> dict[str, Value]:
    criterion, fact = judged.criterion, judged.fact
    words: dict[str, Value] = {
        "text": criterion.text,
        "name": criterion.identifier,
        "variable": criterion.variable,
        "unit": _describe_unit(criterion.threshold.unit),
        "asked": _describe_threshold(criterion),
        "last": judged.last_valid_day,
        "days": criterion.valid_for_days.value,
        "rivals": [describe_value(rival, criterion) for rival in judged.rivals],
    }
    if fact is not None:
        told = " ({on}, {source})" if fact.source else " ({on})"
        words["found"] = compose_text(
            "{variable} is {value}" + told,
            "{variable} : {value}" + told,
            variable=criterion.variable,
            value=describe_value(fact, criterion),
            on=fact.on,
            source=fact.source,
        )
    return words


def _describe_unit(unit: str | None) -> Text | str:
    """A unit is written alike in both languages, unless it is a word."""
    return Text(en=unit or "", fr=UNIT_WORDS[unit]) if unit in UNIT_WORDS else unit or ""


def _describe_threshold(criterion: Criterion) -> Text:
    en, fr = COMPARISON_WORDS[criterion.operator]
    limit, unit = criterion.threshold.value, _describe_unit(criterion.threshold.unit)
    asked = compose_text(f"{en} {{unit}}", f"{fr} {{unit}}", threshold=limit, unit=unit)
    if criterion.kind == "inclusion":
        return compose_text("required: {asked}", "exigé : {asked}", asked=asked)
    return compose_text("excluded: {asked}", "exclu : {asked}", asked=asked)


def _tell_remedy(judged: CriterionJudgement) -> Text | None:
    test = judged.criterion.test_to_order
    match judged.why:
        case "no_threshold":
            return WHO_DECIDES
        case "missing" | "expired" if test is not None:
            return compose_text("To order: {test}.", "À prescrire : {test}.", test=test)
        case "missing" | "expired":
            return compose_text(
                "Record {variable} with its date.",
                "Consignez {variable} avec sa date.",
                variable=judged.criterion.variable,
            )
        case _:
            return compose_text(
                "Correct the record at its source, or record a new result.",
                "Corrigez la donnée à sa source, ou consignez un nouveau résultat.",
            )


def _tell_new_result(judged: CriterionJudgement) -> Text | None:
    if judged.verdict == "met" or not judged.criterion.valid_for_days.is_known:
        return None
    return compose_text(
        "No waiver exists. A new result of a later day would count in place of this one.",
        "Aucune dérogation n’existe. Un nouveau résultat, d’un jour ultérieur, compterait à la place.",
    )


def _explain_condition(judgement: Judgement) -> Iterator[Reason]:
    deciding = [explain_criterion(judged) for judged in list_deciding(judgement)]
    is_group = not isinstance(judgement, CriterionJudgement) and len(deciding) > 1
    if not is_group or judgement.verdict == "not_yet_known":
        yield from (reason for reason in deciding if reason.code != "MET")
        return
    parts = [reason.text for reason in deciding]
    yield Reason(
        "NOT_MET",
        Text(
            en="No alternative holds. " + " ".join(part.en for part in parts),
            fr="Aucune des possibilités n’est remplie. " + " ".join(part.fr for part in parts),
        ),
        next((reason.remedy for reason in deciding if reason.remedy), None),
    )


def _explain_closed(closed: list[Text]) -> Reason:
    return Reason(
        "STAGE_CLOSED",
        compose_text(
            "Closed until the stages they require are passed: {stages}. None of their tests is to be done before.",
            "Fermées tant que les étapes requises ne sont pas franchies : {stages}. Aucun de leurs examens ne se fait "
            "avant.",
            stages=closed,
        ),
    )


def _explain_consent(stage: StageJudgement) -> Reason:
    return Reason(
        "CONSENT_MISSING",
        compose_text(
            "{stage}: not signed yet: {consent}.",
            "{stage} : pas encore signé : {consent}.",
            stage=stage.stage.name,
            consent=stage.stage.consent,
        ),
        compose_text(
            "Ask for the consent before the tests of this stage.",
            "Recueillez le consentement avant les examens de cette étape.",
        ),
    )
