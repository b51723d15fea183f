"""A method with its settings, and the law that they make."""

from dataclasses import dataclass, field
from fractions import Fraction

from abscopal.conduct.allocation.laws.coins import HALF, CoinLaw
from abscopal.conduct.allocation.laws.law import ListLaw
from abscopal.conduct.allocation.laws.lists import BlockLaw, RandomAllocationRuleLaw, SimpleLaw
from abscopal.conduct.allocation.laws.maximal import MaximalLaw
from abscopal.conduct.allocation.laws.minimisation import Imbalance, MinimisationLaw, RatioRule
from abscopal.errors import ImpossibleStateError
from abscopal.protocol.allocation import Allocation, Method
from abscopal.protocol.allocation_fit import Misfit, check_method_fit, reduce_ratio
from abscopal.protocol.text import Text


@dataclass(frozen=True, slots=True)
class MethodSettings:
    """A method and the settings that its law needs; the printed form shows the method alone.

    Args:
        method: how the next arm is chosen.
        block_lengths: lengths of permuted blocks; several are drawn among with equal chances.
        probability: probability of the favoured arm, for the biased coin and minimisation.
        maximum_imbalance: bound of the big stick, of the maximal procedure, and, if wished, of the biased coin.
        list_length: allocations on each list, for the random allocation rule and the maximal procedure.
        imbalance: measure of minimisation.
        ratio_rule: how minimisation keeps an unequal ratio.
        overall_weight: weight of the whole trial as one more factor of minimisation; 0 leaves it out. Pocock
            and Simon do not have it; that it is in by default is our reading, since small trials need it.

    Example:
        >>> MethodSettings("permuted_blocks", block_lengths=(4, 6))
        MethodSettings(method='permuted_blocks')
    """

    method: Method
    block_lengths: tuple[int, ...] = field(default=(), repr=False)
    probability: float | None = field(default=None, repr=False)
    maximum_imbalance: int | None = field(default=None, repr=False)
    list_length: int | None = field(default=None, repr=False)
    imbalance: Imbalance = field(default="range", repr=False)
    ratio_rule: RatioRule = field(default="equal_parts", repr=False)
    overall_weight: float = field(default=1.0, repr=False)


NEEDS: dict[Method, tuple[str, ...]] = {
    "permuted_blocks": ("block_lengths",),
    "random_allocation_rule": ("list_length",),
    "minimisation": ("probability",),
    "biased_coin": ("probability",),
    "big_stick": ("maximum_imbalance",),
    "maximal_procedure": ("maximum_imbalance", "list_length"),
}
"""What each method cannot do without."""


def check_settings(settings: MethodSettings, ratio: tuple[int, ...]) -> tuple[Misfit, ...]:
    """Check a method with its settings against a ratio: what is missing and what does not fit.

    Args:
        settings: the method.
        ratio: patients per arm.

    Returns:
        What must change before the method has a law.

    Example:
        >>> [found.code for found in check_settings(MethodSettings("big_stick"), (1, 1))]
        ['SETTING_MISSING']
    """
    missing = tuple(
        Misfit(name, "SETTING_MISSING", _tell_missing(settings.method, name), _tell_remedy(name))
        for name in NEEDS.get(settings.method, ())
        if not getattr(settings, name)
    )
    return missing + tuple(
        check_method_fit(
            settings.method,
            ratio,
            block_lengths=settings.block_lengths,
            probability=settings.probability,
            maximum_imbalance=settings.maximum_imbalance,
            list_length=settings.list_length,
        )
    )


def compute_list_law(settings: MethodSettings, ratio: tuple[int, ...]) -> ListLaw:
    """Make the law of one list: the whole trial, or one stratum.

    Args:
        settings: the method; minimisation has no list, its law is made by `compute_minimisation_law`.
        ratio: patients per arm.

    Returns:
        The law.

    Raises:
        ImpossibleStateError: settings that `check_settings` refuses, or minimisation.

    Example:
        >>> compute_list_law(MethodSettings("permuted_blocks", block_lengths=(3, 6)), (2, 1))
        BlockLaw(ratio=(2, 1))
    """
    if settings.method == "minimisation" or check_settings(settings, ratio):
        raise ImpossibleStateError(f"{settings.method} was asked for a list law without being checked.")
    lowest, bound, length = reduce_ratio(ratio), settings.maximum_imbalance or 0, settings.list_length or 0
    match settings.method:
        case "permuted_blocks":
            return BlockLaw(lowest, settings.block_lengths)
        case "random_allocation_rule":
            return RandomAllocationRuleLaw(lowest, length)
        case "biased_coin":
            favoured = Fraction(settings.probability or 0).limit_denominator(10_000)
            return CoinLaw(favoured, settings.maximum_imbalance)
        case "big_stick":
            return CoinLaw(HALF, bound)
        case "maximal_procedure":
            return MaximalLaw(length, bound)
        case _:
            return SimpleLaw(lowest)


def compute_minimisation_law(
    settings: MethodSettings, ratio: tuple[int, ...], *, weights: tuple[float, ...]
) -> MinimisationLaw:
    """Make the law of minimisation over factors; the whole trial is the last factor.

    Args:
        settings: the method.
        ratio: patients per arm.
        weights: one weight for each stratum, in their order.

    Returns:
        The law.

    Example:
        >>> compute_minimisation_law(
        ...     MethodSettings("minimisation", probability=0.8), (1, 1), weights=(1.0,)
        ... ).weights
        (1.0, 1.0)
    """
    return MinimisationLaw(
        ratio=reduce_ratio(ratio),
        probability=settings.probability or 0.0,
        weights=(*weights, settings.overall_weight),
        imbalance=settings.imbalance,
        ratio_rule=settings.ratio_rule,
    )


def compute_study_settings(
    allocation: Allocation, *, method: Method, ratio: tuple[int, ...], patients: int | None
) -> MethodSettings:
    """Make the settings that a study file describes, for rehearsal and comparison.

    Args:
        allocation: that part of the study file.
        method: its method.
        ratio: its ratio.
        patients: planned patients; a list is made for the next number at which the ratio can be exact.

    Returns:
        The settings, which may lack what the study file does not say.
    """
    total = sum(reduce_ratio(ratio))
    return MethodSettings(
        method,
        block_lengths=allocation.block_lengths.value or (),
        probability=allocation.probability.value,
        maximum_imbalance=allocation.maximum_imbalance.value,
        list_length=None if patients is None else -(-patients // total) * total,
        imbalance=allocation.imbalance_measure.value or "range",
        ratio_rule=allocation.ratio_rule.value or "equal_parts",
    )


def _tell_missing(method: Method, name: str) -> Text:
    return Text(en=f"{method} needs {name}, which is not given.", fr=f"{method} exige {name}, qui manque.")


def _tell_remedy(name: str) -> Text:
    return Text(en=f"Give {name}.", fr=f"Donnez {name}.")
