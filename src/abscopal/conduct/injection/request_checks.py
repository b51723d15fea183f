"""Why an injection cannot be planned: what is asked is at fault, a cap would be passed, or a rule is unknown."""

import datetime
import math
from collections import Counter
from collections.abc import Iterator, Sequence

from abscopal.conduct.decision import Reason
from abscopal.conduct.injection.caps import list_passed_caps
from abscopal.conduct.injection.lesions import DeliveredInjection, LesionOfTheDay
from abscopal.conduct.injection.request import DoseAsked, OperatorChoices
from abscopal.conduct.injection.sharing import RULES
from abscopal.conduct.wording import compose_text
from abscopal.protocol.injection import InjectionRules
from abscopal.protocol.study_protocol import StudyProtocol


def list_refusals(
    protocol: StudyProtocol,
    lesions: tuple[LesionOfTheDay, ...],
    doses: Sequence[DoseAsked],
    *,
    history: tuple[DeliveredInjection, ...],
    on: datetime.date,
) -> Iterator[Reason]:
    """Say what is wrong with a request, or which cap of a drug it would pass.

    Args:
        protocol: the study.
        lesions: lesions of the day.
        doses: doses asked.
        history: injections delivered so far.
        on: day of the injection.

    Yields:
        One reason per fault.
    """
    rules = protocol.injection
    if rules is None:
        yield Reason(
            "NOTHING_INJECTED",
            compose_text("This study injects nothing.", "Cette étude n’injecte rien."),
        )
        return
    yield from _list_twins(lesions, doses)
    if not doses:
        yield Reason("NO_DOSE", compose_text("No dose is asked.", "Aucune dose n’est demandée."))
    for dose in doses:
        yield from _check_dose(protocol, rules, dose, history, on)


def list_unknown_rules(
    rules: InjectionRules, choices: OperatorChoices, *, has_priority: bool, lesions: int
) -> Iterator[Reason]:
    """Say which rules of the study file are unknown and needed, and what the operator can choose instead.

    Args:
        rules: the study's rules.
        choices: what the operator has decided.
        has_priority: whether the order of choice at this visit is known.
        lesions: how many lesions may be injected; with one, no rule of sharing is needed.

    Yields:
        One reason per unknown rule.
    """
    if rules.volume_table is None:
        yield Reason(
            "VOLUME_TABLE_UNKNOWN",
            compose_text(
                "The study file holds no volume by diameter.",
                "Le fichier d’étude ne donne pas de volume par diamètre.",
            ),
            compose_text(
                "The sponsor writes it in injection.volume_table.",
                "Le promoteur l’écrit dans injection.volume_table.",
            ),
        )
    if not has_priority:
        yield Reason(
            "PRIORITY_UNKNOWN",
            compose_text(
                "The study file does not say in which order lesions are chosen at this visit.",
                "Le fichier d’étude ne dit pas dans quel ordre choisir les lésions à cette visite.",
            ),
            compose_text(
                "The sponsor writes it in the injection rules.",
                "Le promoteur l’écrit dans les règles d’injection.",
            ),
        )
    if rules.visit_volume_cap.value is None and choices.visit_volume_cap is None:
        yield Reason(
            "VISIT_CAP_UNKNOWN",
            compose_text(
                "The study file holds no greatest volume for one visit.",
                "Le fichier d’étude ne donne pas de volume maximal par visite.",
            ),
            compose_text(
                "Choose a cap in mL for this visit, or none; the choice is kept in the plan.",
                "Choisissez un plafond en mL pour cette visite, ou aucun ; le choix est gardé dans le plan.",
            ),
        )
    if rules.split_rule.value is None and choices.split_rule is None and lesions > 1:
        yield Reason(
            "SPLIT_RULE_UNKNOWN",
            compose_text(
                "The study file does not say how a dose is shared among {n} lesions.",
                "Le fichier d’étude ne dit pas comment partager une dose entre {n} lésions.",
                n=lesions,
            ),
            compose_text(
                "Choose one of {rules}; the choice is kept in the plan.",
                "Choisissez l’une des règles {rules} ; le choix est gardé dans le plan.",
                rules=list(RULES),
            ),
        )
    if choices.when_over_capacity is not None and not (choices.reason.strip() and choices.by.strip()):
        yield Reason(
            "CHOICE_WITHOUT_REASON",
            compose_text(
                "Injecting less, or beyond the table, is a choice that has a name and a reason.",
                "Injecter moins, ou au-delà de la table, est un choix qui porte un nom et un motif.",
            ),
            compose_text("Say who decides, and why.", "Dites qui décide, et pourquoi."),
        )


def _list_twins(lesions: tuple[LesionOfTheDay, ...], doses: Sequence[DoseAsked]) -> Iterator[Reason]:
    named = [lesion.identifier for lesion in lesions] + [dose.intervention for dose in doses]
    for name, times in Counter(named).items():
        if times > 1:
            yield Reason(
                "TWICE",
                compose_text("{name} is given twice.", "{name} figure deux fois.", name=name),
                compose_text("Keep one.", "N’en gardez qu’une occurrence."),
            )


def _check_dose(
    protocol: StudyProtocol,
    rules: InjectionRules,
    dose: DoseAsked,
    history: tuple[DeliveredInjection, ...],
    on: datetime.date,
) -> Iterator[Reason]:
    drug = protocol.find_intervention(dose.intervention)
    if drug is None or dose.intervention not in rules.interventions:
        yield Reason(
            "NOT_INJECTED_HERE",
            compose_text(
                "{name} is not injected in this study.",
                "{name} n’est pas injecté dans cette étude.",
                name=dose.intervention,
            ),
            compose_text("Injected: {known}.", "Injectés : {known}.", known=list(rules.interventions)),
        )
        return
    if not (math.isfinite(dose.dose_mg) and dose.dose_mg > 0):
        yield Reason(
            "DOSE_NOT_POSITIVE",
            compose_text(
                "{drug}: a dose is above 0 mg.", "{drug} : une dose est supérieure à 0 mg.", drug=drug.name
            ),
        )
        return
    if drug.concentration.value is None:
        yield Reason(
            "CONCENTRATION_UNKNOWN",
            compose_text(
                "{drug}: the study file holds no concentration; no volume can be computed.",
                "{drug} : le fichier d’étude ne donne pas de concentration ; aucun volume ne peut être calculé.",
                drug=drug.name,
            ),
            compose_text("The pharmacist writes it in mg/mL.", "Le pharmacien l’écrit en mg/mL."),
        )
    cap = next((found for found in rules.drug_caps if found.intervention == dose.intervention), None)
    yield from list_passed_caps(drug, dose.dose_mg, cap=cap, history=history, on=on)
