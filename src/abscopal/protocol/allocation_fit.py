"""Whether a method, a ratio and their settings fit one another, and the nearest that would.

One set of sentences for the study file, for the comparison of methods and for the scheme of a running trial.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import gcd

from abscopal.protocol.allocation import Method
from abscopal.protocol.text import Text

ONE_TO_ONE_ONLY: tuple[Method, ...] = ("biased_coin", "big_stick", "maximal_procedure")
"""Published for two arms at 1:1; their generalisations do not keep an unequal ratio at each allocation."""

METHOD_NAMES: dict[Method, Text] = {
    "single_arm": Text(en="a single arm", fr="un bras unique"),
    "simple": Text(en="simple randomisation", fr="la randomisation simple"),
    "permuted_blocks": Text(en="permuted blocks", fr="les blocs permutés"),
    "random_allocation_rule": Text(en="the random allocation rule", fr="la règle d’allocation aléatoire"),
    "minimisation": Text(en="minimisation", fr="la minimisation"),
    "biased_coin": Text(en="the biased coin", fr="la pièce biaisée"),
    "big_stick": Text(en="the big stick", fr="le « gros bâton » (big stick)"),
    "maximal_procedure": Text(en="the maximal procedure", fr="la procédure maximale"),
}


@dataclass(frozen=True, slots=True)
class Misfit:
    """Two settings that do not go together.

    Args:
        key: the key of the study file that should change.
        code: short capitals.
        text: what does not fit.
        remedy: the nearest that would.
    """

    key: str
    code: str
    text: Text
    remedy: Text


def reduce_ratio(shares: Sequence[int]) -> tuple[int, ...]:
    """Write a ratio in its lowest terms.

    Example:
        >>> reduce_ratio([4, 2])
        (2, 1)
    """
    divisor = gcd(*shares) or 1
    return tuple(share // divisor for share in shares)


def describe_ratio(shares: Sequence[int]) -> str:
    """Write a ratio as people read it.

    Example:
        >>> describe_ratio((2, 1))
        '2:1'
    """
    return ":".join(map(str, shares))


def list_nearest_multiples(number: int, base: int) -> tuple[int, ...]:
    """List the multiples of a base just below and just above a number, the smallest being the base itself.

    Example:
        >>> list_nearest_multiples(4, 3), list_nearest_multiples(2, 3)
        ((3, 6), (3,))
    """
    below = number // base * base
    return (below, below + base) if below else (base,)


def check_method_fit(
    method: Method,
    ratio: Sequence[int],
    *,
    block_lengths: Sequence[int] | None = None,
    probability: float | None = None,
    maximum_imbalance: int | None = None,
    list_length: int | None = None,
) -> Iterator[Misfit]:
    """Check a method against the ratio and against the settings that are known; None is not yet known.

    Args:
        method: how the next arm is chosen.
        ratio: patients per arm.
        block_lengths: lengths of permuted blocks.
        probability: probability of the favoured arm, for the biased coin and minimisation.
        maximum_imbalance: imbalance tolerated by the big stick and the maximal procedure.
        list_length: allocations on a list that is made for a number of patients.

    Yields:
        What does not fit, each with the nearest that would.

    Example:
        >>> [found.remedy.en for found in check_method_fit("permuted_blocks", (2, 1), block_lengths=[4])]
        ['Use multiples of 3. The nearest: 3, 6.']
    """
    if not ratio or any(share < 1 for share in ratio):
        yield Misfit("ratio", "SHARE_UNFIT", _SHARE, _SHARE_REMEDY)
        return
    if (method == "single_arm") != (len(ratio) == 1):
        yield Misfit("method", "METHOD_UNFIT", _tell_arms(method, len(ratio)), _ARMS_REMEDY)
        return
    lowest = reduce_ratio(ratio)
    if method in ONE_TO_ONE_ONLY and lowest != (1, 1):
        yield Misfit("method", "RATIO_UNFIT", _tell_ratio(method, ratio), _advise_ratio(sum(lowest)))
        return
    if method == "permuted_blocks":
        yield from _check_blocks(block_lengths or (), lowest, ratio)
    if method in ("biased_coin", "minimisation") and probability is not None:
        least = 0.5 if method == "biased_coin" else 1 / sum(lowest)
        if not least < probability < 1:
            yield Misfit("probability", "PROBABILITY_UNFIT", _tell_probability(probability), _advise(least))
    if method in (*ONE_TO_ONE_ONLY,) and maximum_imbalance is not None and maximum_imbalance < 2:
        yield Misfit("maximum_imbalance", "IMBALANCE_UNFIT", _IMBALANCE, _IMBALANCE_REMEDY)
    if method in ("random_allocation_rule", "maximal_procedure") and list_length is not None:
        total = sum(lowest)
        if list_length < total or list_length % total:
            told = _tell_length(list_length, ratio)
            yield Misfit("list_length", "LENGTH_UNFIT", told, _advise_multiples(list_length, total))


def _check_blocks(lengths: Sequence[int], lowest: Sequence[int], ratio: Sequence[int]) -> Iterator[Misfit]:
    total = sum(lowest)
    for length in lengths:
        if length < total or length % total:
            held = describe_ratio(ratio)
            told = Text(
                en=f"a block of {length} cannot hold the ratio {held}.",
                fr=f"un bloc de {length} ne peut contenir le rapport {held}.",
            )
            yield Misfit("block_lengths", "BLOCKS_UNFIT", told, _advise_multiples(length, total))


_SHARE = Text(en="every arm needs a share of 1 or more.", fr="chaque bras a besoin d’une part d’au moins 1.")
_SHARE_REMEDY = Text(
    en="Write whole numbers, such as 2 and 1.", fr="Écrivez des nombres entiers, comme 2 et 1."
)
_ARMS_REMEDY = Text(
    en="Name a method for several arms, or single_arm for one.",
    fr="Nommez une méthode pour plusieurs bras, ou single_arm pour un seul.",
)
_IMBALANCE = Text(
    en="with a tolerated imbalance below 2 every second allocation would be certain.",
    fr="avec un déséquilibre toléré inférieur à 2, une allocation sur deux serait certaine.",
)
_IMBALANCE_REMEDY = Text(en="Write 2 or more; 3 is usual.", fr="Écrivez 2 ou plus\u00a0; 3 est usuel.")


def _tell_arms(method: Method, arms: int) -> Text:
    said = "1 arm" if arms == 1 else f"{arms} arms"
    return Text(en=f"{method} does not fit {said}.", fr=f"{method} ne convient pas à {arms} bras.")


def _tell_ratio(method: Method, ratio: Sequence[int]) -> Text:
    name, held = METHOD_NAMES[method], describe_ratio(ratio)
    return Text(
        en=f"{name.en} is defined for two arms at 1:1, not for {held}.",
        fr=f"{name.fr} se définit pour deux bras à 1:1, pas pour {held}.",
    )


def _advise_ratio(total: int) -> Text:
    lengths = f"{total}, {2 * total}"
    return Text(
        en=f"Use minimisation, which keeps any ratio, permuted_blocks of {lengths}, or simple.",
        fr=f"Prenez minimisation, qui garde tout rapport, permuted_blocks de {lengths}, ou simple.",
    )


def _tell_probability(probability: float) -> Text:
    written = f"{probability:g}"
    return Text(
        en=f"a probability of {written} does not lean, or makes the next arm certain.",
        fr=f"une probabilité de {written.replace('.', ',')} ne penche pas, ou rend le bras suivant certain.",
    )


def _advise(least: float) -> Text:
    bound = f"{least:.2f}"
    return Text(
        en=f"Write a number above {bound} and below 1; 0.8 is usual.",
        fr=f"Écrivez un nombre strictement entre {bound.replace('.', ',')} et 1\u00a0; 0,8 est usuel.",
    )


def _tell_length(length: int, ratio: Sequence[int]) -> Text:
    held = describe_ratio(ratio)
    return Text(
        en=f"a list of {length} cannot end at the ratio {held}.",
        fr=f"une liste de {length} ne peut se terminer au rapport {held}.",
    )


def _advise_multiples(number: int, base: int) -> Text:
    nearest = ", ".join(map(str, list_nearest_multiples(number, base)))
    return Text(
        en=f"Use multiples of {base}. The nearest: {nearest}.",
        fr=f"Prenez des multiples de {base}. Les plus proches\u00a0: {nearest}.",
    )
