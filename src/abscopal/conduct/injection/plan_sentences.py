"""What a plan must say in words: its arithmetic, what does not fit, and what the radiologist should know."""

from collections.abc import Iterator, Sequence

from abscopal.conduct.decision import Reason
from abscopal.conduct.injection.caps import VolumeLeft
from abscopal.conduct.injection.choice_of_lesions import LeftOut, is_distant_target
from abscopal.conduct.injection.lesions import LesionOfTheDay, compute_lesion_volume
from abscopal.conduct.injection.planned import InjectionPlan
from abscopal.conduct.injection.request import DoseAsked
from abscopal.conduct.injection.sharing import SplitRule
from abscopal.conduct.wording import compose_text
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.protocol.text import Text


def explain_over_capacity(
    plan: InjectionPlan, doses: Sequence[DoseAsked], protocol: StudyProtocol, left: VolumeLeft | None
) -> Reason:
    """Say how much does not fit, with the arithmetic, and between what the operator chooses.

    Args:
        plan: the plan with its shortfall.
        doses: doses asked.
        protocol: the study.
        left: the volume cap that holds; None when there is none.

    Returns:
        OVER_CAPACITY.
    """
    fits = plan.needed_ml - plan.shortfall_ml
    lost = [
        compose_text("{mg} mg", "{mg} mg", mg=dose.dose_mg * plan.shortfall_ml / plan.needed_ml)
        for dose in doses
    ]
    cap = "" if left is None else " Volume: {cap}."
    plafond = "" if left is None else " Volume : {cap}."
    return Reason(
        "OVER_CAPACITY",
        compose_text(
            "{arithmetic} {lesions} {fits} mL of {needed} mL find a place; {shortfall} mL ({lost}) do not."
            + cap,
            "{arithmetic} {lesions} {fits} mL sur {needed} mL trouvent place ; {shortfall} mL ({lost}) n’en trouvent "
            "pas." + plafond,
            arithmetic=_join(_say_arithmetic(dose, protocol) for dose in doses),
            lesions=_join(
                _say_capacity(line.lesion, line.capacity_ml, plan.needed_ml) for line in plan.lesions
            ),
            fits=fits,
            needed=plan.needed_ml,
            shortfall=plan.shortfall_ml,
            lost=lost,
            cap=left.cap if left else "",
        ),
        compose_text(
            "Choose, with a reason: more lesions, a lower dose, give_less (what fits), or beyond_table. Nothing is "
            "shortened by itself.",
            "Choisissez, avec un motif : plus de lésions, une dose plus faible, give_less (ce qui trouve place) ou "
            "beyond_table. Rien n’est réduit d’office.",
        ),
    )


def explain_no_lesion(left_out: tuple[LeftOut, ...]) -> Reason:
    """Say that no lesion may be injected, and why for each."""
    told = [
        compose_text("{name}: {why}", "{name} : {why}", name=out.lesion, why=out.reason.text)
        for out in left_out
    ]
    return Reason(
        "NO_LESION",
        compose_text(
            "No lesion may be injected. {told}",
            "Aucune lésion ne peut être injectée. {told}",
            told=_join(told),
        ),
        next((out.reason.remedy for out in left_out if out.reason.remedy), None),
    )


def explain_not_in_table() -> Reason:
    """Say that the volume table stops below the size of a lesion."""
    return Reason(
        "NOT_IN_TABLE",
        compose_text(
            "The volume table of the study says nothing of this size.",
            "La table des volumes de l’étude ne dit rien de cette taille.",
        ),
    )


def explain_volume_spent(rule: SplitRule) -> Reason:
    """Say that the dose was placed before this lesion came."""
    if rule == "single_lesion":
        return Reason(
            "SINGLE_LESION",
            compose_text("One lesion is injected, the first.", "Une seule lésion est injectée, la première."),
        )
    return Reason(
        "VOLUME_SPENT",
        compose_text(
            "The volume was placed in the lesions before it.",
            "Le volume a été placé dans les lésions qui la précèdent.",
        ),
    )


def list_warnings(
    plan: InjectionPlan,
    lesions: tuple[LesionOfTheDay, ...],
    protocol: StudyProtocol,
    *,
    injected: set[str],
) -> Iterator[Reason]:
    """Say what the radiologist should know beside the plan.

    Args:
        plan: the plan.
        lesions: every lesion of the day.
        protocol: the study.
        injected: lesions injected before.

    Yields:
        One reason per warning.
    """
    rules = protocol.injection
    if rules is None:
        return
    planned = {line.lesion.identifier for line in plan.lesions}
    after = injected | planned
    expects_distant = protocol.lesions.distant_lesions == "expected"
    if expects_distant and not any(is_distant_target(lesion, after) for lesion in lesions):
        yield Reason(
            "NO_DISTANT_TARGET",
            compose_text(
                "No target stays uninjected: the distant response can no longer be read.",
                "Aucune cible ne reste non injectée : la réponse à distance ne pourra plus être lue.",
            ),
            compose_text("Keep one target out of the plan.", "Gardez une cible hors du plan."),
        )
    becoming = [
        lesion.identifier
        for lesion in lesions
        if is_distant_target(lesion, injected) and lesion.identifier in planned
    ]
    if becoming:
        yield Reason(
            "BECOMES_INJECTED",
            compose_text(
                "From this day on these targets count as injected, and never again as distant: {names}.",
                "À partir de ce jour ces cibles comptent comme injectées, et plus jamais comme distantes : {names}.",
                names=becoming,
            ),
        )
    if rules.volume_table is not None and rules.volume_table.note is not None:
        yield Reason("VOLUME_TABLE_NOTE", rules.volume_table.note)
    if rules.depot_volume_cap.value is None:
        yield Reason(
            "DEPOTS_UNKNOWN",
            compose_text(
                "The study file holds no greatest volume of a depot: the operator divides and records the depots.",
                "Le fichier d’étude ne donne pas de volume maximal par dépôt : l’opérateur répartit et consigne les "
                "dépôts.",
            ),
        )
    yield from _list_missing_caps(plan, protocol)
    if plan.choices.when_over_capacity == "beyond_table":
        over = [line.lesion.identifier for line in plan.lesions if line.volume_ml > line.capacity_ml]
        if over:
            yield Reason(
                "BEYOND_TABLE",
                compose_text(
                    "Above the volume table by choice of {by}: {names}. Reason: {reason}",
                    "Au-dessus de la table des volumes par choix de {by} : {names}. Motif : {reason}",
                    by=plan.choices.by,
                    names=over,
                    reason=plan.choices.reason,
                ),
            )


def _list_missing_caps(plan: InjectionPlan, protocol: StudyProtocol) -> Iterator[Reason]:
    rules = protocol.injection
    caps = {cap.intervention: cap for cap in rules.drug_caps} if rules else {}
    for name in dict.fromkeys(dose.intervention for line in plan.lesions for dose in line.doses):
        cap, drug = caps.get(name), protocol.find_intervention(name)
        if drug is not None and (cap is None or not cap.per_day.is_known or not cap.total.is_known):
            yield Reason(
                "DRUG_CAP_UNKNOWN",
                compose_text(
                    "{drug}: the study file does not hold both a daily and a total cap; what it does not hold is not "
                    "checked.",
                    "{drug} : le fichier d’étude ne donne pas à la fois un plafond journalier et un plafond total ; ce "
                    "qu’il ne donne pas n’est pas vérifié.",
                    drug=drug.name,
                ),
            )


def _say_arithmetic(dose: DoseAsked, protocol: StudyProtocol) -> Text:
    drug = protocol.find_intervention(dose.intervention)
    concentration = drug.concentration.value if drug else None
    told = compose_text(
        "{dose} mg at {concentration} mg/mL are {volume} mL.",
        "{dose} mg à {concentration} mg/mL font {volume} mL.",
        dose=dose.dose_mg,
        concentration=concentration,
        volume=dose.dose_mg / concentration if concentration else None,
    )
    return told if dose.arithmetic is None else _join((dose.arithmetic, told))


def _say_capacity(lesion: LesionOfTheDay, capacity_ml: float, needed_ml: float) -> Text:
    volume = compute_lesion_volume(lesion)
    times = None if not volume else round(needed_ml / volume, 1)
    return compose_text(
        "{name} ({size} mm, {volume} cm³) takes up to {capacity} mL; the whole would be {times} times its own volume.",
        "{name} ({size} mm, {volume} cm³) reçoit au plus {capacity} mL ; le tout ferait {times} fois son volume.",
        name=lesion.identifier,
        size=lesion.longest_diameter_mm,
        volume=None if volume is None else round(volume, 2),
        capacity=capacity_ml,
        times=times,
    )


def _join(texts: Iterator[Text] | Sequence[Text]) -> Text:
    told = list(texts)
    return Text(en=" ".join(text.en for text in told) or "-", fr=" ".join(text.fr for text in told) or "-")
