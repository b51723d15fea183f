"""Allocation that cannot be: ratios against arms, methods against ratios, strata that leave patients out, caps."""

from collections import Counter
from collections.abc import Iterator

from abscopal.protocol.allocation import CENTRE_VARIABLE, Stratum
from abscopal.protocol.allocation_fit import check_method_fit
from abscopal.protocol.document import KeyPath
from abscopal.protocol.problem import Problem, check_name, explain_unknown_name
from abscopal.protocol.study_protocol import StudyProtocol


def check_ratio(protocol: StudyProtocol) -> Iterator[Problem]:
    """Ratios name arms that exist, every arm stands in one; a randomised trial has something to draw."""
    arms = [arm.identifier for arm in protocol.arms]
    method = protocol.allocation.method.value
    if protocol.identity.design.value == "randomised" and (len(arms) < 2 or method == "single_arm"):
        message = "a randomised trial needs two arms or more, and a method of allocation."
        yield Problem(("identity", "design"), message)
    ratios = [(place, allocation.ratio.value) for place, allocation in protocol.list_allocations()]
    if any(ratio is None for _, ratio in ratios):
        elsewhere = set(arms)
    else:
        elsewhere = {name for _, ratio in ratios[1:] for name in ratio or ()}
    for place, ratio in ratios:
        if ratio is None:
            continue
        strange = [name for name in ratio if name not in arms]
        # An arm that only a further scheme gives need not stand in the first one.
        is_first = place == ("allocation",)
        missing = [arm for arm in arms if arm not in ratio and arm not in elsewhere] if is_first else []
        if missing or strange:
            written = ", ".join(ratio) or "nothing"
            message = f"the ratio is written for {written}, the arms are {', '.join(arms)}."
            yield Problem((*place, "ratio", "value"), message, "Write one number for each arm.")


def check_method(protocol: StudyProtocol) -> Iterator[Problem]:
    """The method exists for the ratio, and its settings go with both."""
    arms = [arm.identifier for arm in protocol.arms]
    for place, allocation in protocol.list_allocations():
        method, ratio = allocation.method.value, allocation.ratio.value
        named, wanted = set(ratio or ()), set(arms)
        # With one scheme a ratio that misses an arm is told already; with several it may be meant.
        has_other_arms = not named <= wanted if protocol.further_allocations else named != wanted
        if method is None or (ratio is not None and has_other_arms):
            continue
        for found in check_method_fit(
            method,
            tuple(ratio.values()) if ratio else (1,) * len(arms),
            block_lengths=allocation.block_lengths.value if ratio else None,
            probability=allocation.probability.value,
            maximum_imbalance=allocation.maximum_imbalance.value,
        ):
            if ratio is None and found.key != "method":
                continue
            path: KeyPath = (*place, found.key)
            yield Problem((*path, "value") if found.key == "ratio" else path, found.text.en, found.remedy.en)


def check_strata(protocol: StudyProtocol) -> Iterator[Problem]:
    """Strata have a use, names of their own, and a level for every centre that is known."""
    centres = [centre.identifier for centre in protocol.identity.centres]
    for place, allocation in protocol.list_allocations():
        if allocation.strata and allocation.method.value in ("single_arm", "simple"):
            message = f"{allocation.method.value} does not look at strata."
            remedy = "Remove them, or use permuted_blocks or minimisation."
            yield Problem((*place, "strata"), message, remedy)
        names = Counter(stratum.identifier for stratum in allocation.strata)
        for i, stratum in enumerate(allocation.strata):
            path: KeyPath = (*place, "strata", i)
            if names[stratum.identifier] > 1:
                yield Problem(path, f"two strata are called '{stratum.identifier}'.", "Rename one.")
            yield from _check_levels(stratum, centres, path)


def _check_levels(stratum: Stratum, centres: list[str], path: KeyPath) -> Iterator[Problem]:
    levels = [level.identifier for level in stratum.levels]
    twice = sorted(name for name, number in Counter(levels).items() if number > 1)
    if twice:
        yield Problem((*path, "levels"), f"the level '{twice[0]}' stands twice.", "Remove one.")
    left_out = [centre for centre in centres if centre not in levels]
    if stratum.variable == CENTRE_VARIABLE and left_out:
        message = f"no level covers the centre {', '.join(left_out)}: its patients could not be allocated."
        yield Problem((*path, "levels"), message, "Add a level for each centre.")


def check_caps(protocol: StudyProtocol) -> Iterator[Problem]:
    """A cap on a level names a level that exists."""
    for place, allocation in protocol.list_allocations():
        strata = {stratum.identifier: stratum for stratum in allocation.strata}
        for i, cap in enumerate(allocation.caps):
            if cap.level is None:
                continue
            path: KeyPath = (*place, "caps", i, "level")
            if cap.scope != "stratum" or cap.name is None:
                remedy = "Write scope: stratum and the name of the stratum."
                yield Problem(path, "only a cap on a named stratum has a level.", remedy)
            elif cap.name in strata:
                known = [level.identifier for level in strata[cap.name].levels]
                if cap.level not in known:
                    yield Problem(path, *explain_unknown_name(cap.level, kind="level", known=known))


def check_further_schemes(protocol: StudyProtocol) -> Iterator[Problem]:
    """A further scheme has a name of its own, and says whom it serves."""
    names = Counter(protocol.scheme_identifiers)
    stages = [stage.identifier for stage in protocol.eligibility.stages]
    for i, further in enumerate(protocol.further_allocations):
        path: KeyPath = ("further_allocations", i)
        if names[further.identifier] > 1:
            message = f"two schemes of allocation are called '{further.identifier}'."
            yield Problem((*path, "identifier"), message, "Rename this one; main is the one of `allocation`.")
        if further.after_stage is None and further.applies_when is None:
            message = "it does not say whom it serves: two schemes would claim the same patient."
            yield Problem(path, message, "Give after_stage, applies_when, or both.")
        yield from check_name((*path, "after_stage"), further.after_stage, kind="stage", known=stages)


ALLOCATION_CHECKS = (check_ratio, check_method, check_strata, check_caps, check_further_schemes)
