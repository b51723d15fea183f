"""The methods that a planned trial could choose from, with usual settings."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod

from abscopal.conduct.allocation.laws.methods import MethodSettings, check_settings
from abscopal.design.allocation.simulation import Within
from abscopal.design.allocation.situation import Situation
from abscopal.protocol.text import Text

LARGEST_LAW = 20_000
"""Places of a list beyond which the random allocation rule is left out of a comparison."""
_PLACES: dict[Within, Text] = {
    "trial": Text(en="one list", fr="une seule liste"),
    "strata": Text(en="by stratum", fr="par strate"),
    "centres": Text(en="by centre", fr="par centre"),
    "centres_and_strata": Text(en="by centre and stratum", fr="par centre et strate"),
}
_FACTORS: dict[Within, Text] = {
    "trial": Text(en="on the whole trial", fr="sur tout l’essai"),
    "strata": Text(en="on strata", fr="sur les strates"),
    "centres": Text(en="on centre", fr="sur le centre"),
    "centres_and_strata": Text(en="on centre and strata", fr="sur le centre et les strates"),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to allocate.

    Args:
        identifier: name for machines.
        name: name for people.
        settings: the method.
        within: where balance is sought.
        is_planned: whether the study file says so.
    """

    identifier: str
    name: Text
    settings: MethodSettings
    within: Within
    is_planned: bool = False

    @property
    def has_blocks_by_centre(self) -> bool:
        """Whether an investigator sees whole blocks of their own centre."""
        return self.settings.method == "permuted_blocks" and self.within in ("centres", "centres_and_strata")

    @property
    def has_one_block_length(self) -> bool:
        """Whether a single block length repeats, which is soon found out."""
        return self.settings.method == "permuted_blocks" and len(set(self.settings.block_lengths)) == 1


def list_candidates(situation: Situation) -> tuple[Candidate, ...]:
    """List usual methods that exist for the ratio of a trial.

    Args:
        situation: the planned trial.

    Returns:
        The methods, from the least to the most restricted.

    Example:
        >>> [found.identifier for found in list_candidates(Situation(60, (2, 1)))]
        ['simple_trial', 'permuted_blocks_6_trial', 'permuted_blocks_3_6_trial', 'random_allocation_rule_trial',
         'minimisation_0.8_trial', 'minimisation_0.9_trial']
    """
    made = [describe_candidate(settings, within) for settings, within in _list_settings(situation)]
    return tuple(
        candidate for candidate in made if not check_settings(candidate.settings, situation.lowest_ratio)
    )


def _list_settings(situation: Situation) -> Iterator[tuple[MethodSettings, Within]]:
    ratio, strata, centres = situation.lowest_ratio, situation.strata > 1, situation.centres > 1
    total = sum(ratio)
    central: Within = "strata" if strata else "trial"
    by_centre: Within = "centres_and_strata" if strata else "centres"
    fixed, varying = (2 * total,), (2 * total, 3 * total) if total == 2 else (total, 2 * total)
    length = -(-situation.patients // total) * total
    yield MethodSettings("simple"), "trial"
    for lengths in (fixed, varying):
        yield MethodSettings("permuted_blocks", block_lengths=lengths), central
        if centres:
            yield MethodSettings("permuted_blocks", block_lengths=lengths), by_centre
    if prod(share * length // total + 1 for share in ratio) <= LARGEST_LAW:
        yield MethodSettings("random_allocation_rule", list_length=length), "trial"
    yield MethodSettings("biased_coin", probability=2 / 3), central
    yield MethodSettings("big_stick", maximum_imbalance=3), central
    yield MethodSettings("biased_coin", probability=2 / 3, maximum_imbalance=3), central
    yield MethodSettings("maximal_procedure", maximum_imbalance=3, list_length=length), central
    for probability in (0.8, 0.9):
        yield MethodSettings("minimisation", probability=probability), by_centre if centres else central


def describe_candidate(settings: MethodSettings, within: Within) -> Candidate:
    """Name a method with its settings and the place where it seeks balance.

    Example:
        >>> describe_candidate(MethodSettings("permuted_blocks", block_lengths=(4, 6)), "strata").name.fr
        'blocs de 4 ou 6, par strate'
    """
    numbers = [
        *settings.block_lengths,
        *(() if settings.probability is None else (f"{settings.probability:.2g}",)),
        *(() if settings.maximum_imbalance is None else (settings.maximum_imbalance,)),
    ]
    identifier = "_".join(map(str, (settings.method, *numbers, within)))
    place = _FACTORS[within] if settings.method == "minimisation" else _PLACES[within]
    method = _name_method(settings)
    name = (
        method
        if settings.method == "simple"
        else Text(en=f"{method.en}, {place.en}", fr=f"{method.fr}, {place.fr}")
    )
    return Candidate(identifier, name, settings, within)


def plan_candidate(settings: MethodSettings, within: Within) -> Candidate:
    """Name the method of the study file as such."""
    return replace(describe_candidate(settings, within), is_planned=True)


def _name_method(settings: MethodSettings) -> Text:
    lengths = settings.block_lengths
    probability = f"{settings.probability or 0:.2g}"
    french, bound = probability.replace(".", ","), settings.maximum_imbalance
    match settings.method:
        case "permuted_blocks":
            return Text(
                en=f"blocks of {' or '.join(map(str, lengths))}",
                fr=f"blocs de {' ou '.join(map(str, lengths))}",
            )
        case "random_allocation_rule":
            return Text(en="random allocation rule", fr="règle d’allocation aléatoire")
        case "biased_coin" if bound is None:
            return Text(en=f"biased coin {probability}", fr=f"pièce biaisée {french}")
        case "biased_coin":
            return Text(
                en=f"biased coin {probability} within {bound}", fr=f"pièce biaisée {french} bornée à {bound}"
            )
        case "big_stick":
            return Text(en=f"big stick {bound}", fr=f"gros bâton (big stick) {bound}")
        case "maximal_procedure":
            return Text(en=f"maximal procedure {bound}", fr=f"procédure maximale {bound}")
        case "minimisation":
            return Text(en=f"minimisation {probability}", fr=f"minimisation {french}")
        case _:
            return Text(en="simple randomisation", fr="randomisation simple")
