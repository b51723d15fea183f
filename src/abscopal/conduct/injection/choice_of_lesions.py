"""Which lesions are injected, in which order, and which may not be, each with its reason."""

from collections.abc import Callable
from dataclasses import dataclass

from abscopal.conduct.decision import Reason
from abscopal.conduct.injection.lesions import LARGEST_MM, LesionOfTheDay, compute_lesion_volume
from abscopal.conduct.wording import compose_text
from abscopal.protocol.injection import InjectionRules, PriorityRule

SortKey = Callable[[LesionOfTheDay, set[str]], float]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A lesion that is not injected, and why; it has its row in the record all the same."""

    lesion: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Choice:
    """Lesions to inject in order, and those left out."""

    chosen: tuple[LesionOfTheDay, ...]
    left_out: tuple[LeftOut, ...]


PRIORITIES: dict[PriorityRule, SortKey] = {
    "new": lambda lesion, _: not lesion.is_new,
    "largest": lambda lesion, _: -round((lesion.longest_diameter_mm or 0) * 10),
    "smallest": lambda lesion, _: round((lesion.longest_diameter_mm or 0) * 10),
    "previously_injected": lambda lesion, injected: lesion.identifier not in injected,
    "not_yet_injected": lambda lesion, injected: lesion.identifier in injected,
    "most_accessible": lambda lesion, _: float("inf") if lesion.access_rank is None else lesion.access_rank,
}


def compute_order(
    lesions: tuple[LesionOfTheDay, ...], priority: tuple[PriorityRule, ...], *, injected: set[str]
) -> tuple[LesionOfTheDay, ...]:
    """Put lesions in the order of the study's priority rules, the first rule first; ties go by identifier.

    Args:
        lesions: lesions that may be injected.
        priority: the study's rules, such as new then largest.
        injected: lesions injected before.

    Returns:
        The same lesions in order.

    Example:
        >>> found = (LesionOfTheDay("T01", 30), LesionOfTheDay("N01", 12, is_new=True), LesionOfTheDay("T02", 30))
        >>> [lesion.identifier for lesion in compute_order(found, ("new", "largest"), injected=set())]
        ['N01', 'T01', 'T02']
    """
    return tuple(
        sorted(
            lesions,
            key=lambda lesion: (
                *(PRIORITIES[rule](lesion, injected) for rule in priority),
                lesion.identifier,
            ),
        )
    )


def compute_choice(
    lesions: tuple[LesionOfTheDay, ...],
    rules: InjectionRules,
    priority: tuple[PriorityRule, ...],
    *,
    injected: set[str],
) -> Choice:
    """Choose the lesions to inject: those that may be, in order, short of what must be kept to be read.

    Args:
        lesions: every lesion of the day.
        rules: the study's rules.
        priority: order of choice at this visit.
        injected: lesions injected before.

    Returns:
        Lesions in order, and those left out with the reason of each.
    """
    obstacles = {lesion.identifier: explain_obstacle(lesion, rules) for lesion in lesions}
    left_out = [LeftOut(name, reason) for name, reason in obstacles.items() if reason is not None]
    able = tuple(lesion for lesion in lesions if obstacles[lesion.identifier] is None)
    ordered = compute_order(able, priority, injected=injected)
    kept = _list_kept(ordered, lesions, rules, injected)
    limit = rules.maximum_lesions_per_visit.value
    chosen: list[LesionOfTheDay] = []
    for lesion in ordered:
        if lesion.identifier in kept:
            left_out.append(LeftOut(lesion.identifier, _explain_kept(rules)))
        elif limit is not None and len(chosen) >= limit:
            left_out.append(LeftOut(lesion.identifier, _explain_limit(limit)))
        else:
            chosen.append(lesion)
    return Choice(tuple(chosen), tuple(left_out))


def explain_obstacle(lesion: LesionOfTheDay, rules: InjectionRules) -> Reason | None:
    """Say why a lesion may not be injected, whatever the volume; None when it may.

    Args:
        lesion: a lesion of the day.
        rules: the study's rules.

    Returns:
        The first reason found, with what would change it.
    """
    if lesion.contraindication is not None:
        return Reason("CONTRAINDICATED", lesion.contraindication)
    return _explain_size(lesion, rules) or _explain_site(lesion, rules)


def _explain_size(lesion: LesionOfTheDay, rules: InjectionRules) -> Reason | None:
    size = lesion.longest_diameter_mm
    if size is None:
        axis = lesion.short_axis_mm
        told = ("", "") if axis is None else (
            " The short axis ({axis} mm) does not stand for it.",
            " Le petit axe ({axis} mm) n’en tient pas lieu.",
        )  # fmt: skip
        return Reason(
            "NO_SIZE",
            compose_text(
                "Its longest diameter was not measured." + told[0],
                "Son plus grand diamètre n’a pas été mesuré." + told[1],
                axis=axis,
            ),
            compose_text("Measure it today, in mm.", "Mesurez-le aujourd’hui, en mm."),
        )
    if size == 0:
        return Reason(
            "GONE", compose_text("No tumour is left to inject.", "Il ne reste pas de tumeur à injecter.")
        )
    if not 0 < size <= LARGEST_MM:
        return Reason(
            "SIZE_IMPLAUSIBLE",
            compose_text(
                "{size} mm is not a size: between 0 and {most} mm is expected.",
                "{size} mm n’est pas une taille : entre 0 et {most} mm sont attendus.",
                size=size,
                most=LARGEST_MM,
            ),
            compose_text(
                "Sizes are millimetres: 2.4 cm is 24.", "Les tailles sont en millimètres : 2,4 cm font 24."
            ),
        )
    return _explain_small(lesion, size, rules)


def _explain_small(lesion: LesionOfTheDay, size: float, rules: InjectionRules) -> Reason | None:
    least, least_volume = rules.minimum_diameter_mm.value, rules.minimum_volume_cm3.value
    if least is not None and round(size * 10) < round(least * 10):
        return Reason(
            "TOO_SMALL",
            compose_text(
                "{size} mm: below the {least} mm that the study asks of an injectable lesion.",
                "{size} mm : moins que les {least} mm demandés par l’étude pour injecter.",
                size=size,
                least=least,
            ),
        )
    volume = compute_lesion_volume(lesion)
    # In hundredths of a cm³, so that a sphere of 12.4 mm (0.998 cm³) is the 1 cm³ it stands for.
    if least_volume is not None and volume is not None and round(volume * 100) < round(least_volume * 100):
        return Reason(
            "TOO_SMALL",
            compose_text(
                "{volume} cm³: below the {least} cm³ that the study asks of an injectable lesion.",
                "{volume} cm³ : moins que les {least} cm³ demandés par l’étude pour injecter.",
                volume=round(volume, 2),
                least=least_volume,
            ),
        )
    return None


def _explain_site(lesion: LesionOfTheDay, rules: InjectionRules) -> Reason | None:
    allowed, forbidden = rules.allowed_sites.value, rules.forbidden_sites.value
    site = (lesion.site or "").casefold()
    if (allowed or forbidden) and not site:
        return Reason(
            "NO_SITE",
            compose_text("Its location is not known.", "Sa localisation n’est pas connue."),
            compose_text("Name the organ or site.", "Nommez l’organe ou le site."),
        )
    if forbidden and site in {name.casefold() for name in forbidden}:
        return Reason(
            "SITE_FORBIDDEN",
            compose_text(
                "{site}: never injected in this study.",
                "{site} : jamais injecté dans cette étude.",
                site=lesion.site,
            ),
        )
    if allowed and site not in {name.casefold() for name in allowed}:
        return Reason(
            "SITE_NOT_ALLOWED",
            compose_text(
                "{site}: not among the sites of this study ({allowed}).",
                "{site} : ne fait pas partie des sites de cette étude ({allowed}).",
                site=lesion.site,
                allowed=list(allowed),
            ),
        )
    return None


def _list_kept(
    ordered: tuple[LesionOfTheDay, ...],
    lesions: tuple[LesionOfTheDay, ...],
    rules: InjectionRules,
    injected: set[str],
) -> set[str]:
    """Targets kept uninjected, so that the distant response can be read: those that the order would take last."""
    keep = rules.non_injected_targets_to_keep.value
    if not keep:
        return set()
    distant = [lesion for lesion in lesions if is_distant_target(lesion, injected)]
    candidates = [lesion.identifier for lesion in ordered if is_distant_target(lesion, injected)]
    spare = max(0, len(distant) - keep)
    return set(candidates[spare:])


def is_distant_target(lesion: LesionOfTheDay, injected: set[str]) -> bool:
    """Whether a lesion is a measurable target that no needle has reached."""
    return lesion.role == "target" and lesion.is_measurable and lesion.identifier not in injected


def _explain_kept(rules: InjectionRules) -> Reason:
    return Reason(
        "KEPT_FOR_READING",
        compose_text(
            "Kept uninjected: the study keeps {keep} such target(s) to read the distant response.",
            "Laissée non injectée : l’étude garde {keep} cible(s) de cette sorte pour lire la réponse à distance.",
            keep=rules.non_injected_targets_to_keep.value,
        ),
    )


def _explain_limit(limit: int) -> Reason:
    return Reason(
        "ENOUGH_LESIONS",
        compose_text(
            "Lower in the order: the study injects at most {limit} lesion(s) at a visit.",
            "Plus bas dans l’ordre : l’étude injecte au plus {limit} lésion(s) par visite.",
            limit=limit,
        ),
    )
