"""Allocation that cannot be: ratios against arms, methods against ratios, strata that leave patients out, caps."""

from collections import Counter
from collections.abc import Iterator

from abscopal.protocol.allocation import CENTRE_VARIABLE
from abscopal.protocol.allocation_fit import check_method_fit
from abscopal.protocol.document import KeyPath
from abscopal.protocol.problem import Problem, explain_unknown_name
from abscopal.protocol.study_protocol import StudyProtocol


def check_ratio(protocol: StudyProtocol) -> Iterator[Problem]:
    """The ratio names every arm once; a randomised trial has something to draw."""
    allocation = protocol.allocation
    arms = [arm.identifier for arm in protocol.arms]
    method, ratio = allocation.method.value, allocation.ratio.value
    if protocol.identity.design.value == "randomised" and (len(arms) < 2 or method == "single_arm"):
        message = "a randomised trial needs two arms or more, and a method of allocation."
        yield Problem(("identity", "design"), message)
    if ratio is None:
        return
    path: KeyPath = ("allocation", "ratio", "value")
    missing, strange = [arm for arm in arms if arm not in ratio], [name for name in ratio if name not in arms]
    if missing or strange:
        message = f"the ratio is written for {', '.join(ratio) or 'nothing'}, the arms are {', '.join(arms)}."
        yield Problem(path, message, "Write one number for each arm.")


def check_method(protocol: StudyProtocol) -> Iterator[Problem]:
    """The method exists for the ratio, and its settings go with both."""
    allocation = protocol.allocation
    method, ratio = allocation.method.value, allocation.ratio.value
    arms = [arm.identifier for arm in protocol.arms]
    if method is None or (ratio is not None and set(ratio) != set(arms)):
        return
    for found in check_method_fit(
        method,
        tuple(ratio.values()) if ratio else (1,) * len(arms),
        block_lengths=allocation.block_lengths.value if ratio else None,
        probability=allocation.probability.value,
        maximum_imbalance=allocation.maximum_imbalance.value,
    ):
        if ratio is None and found.key != "method":
            continue
        path: KeyPath = ("allocation", found.key)
        yield Problem((*path, "value") if found.key == "ratio" else path, found.text.en, found.remedy.en)


def check_strata(protocol: StudyProtocol) -> Iterator[Problem]:
    """Strata have a use, names of their own, and a level for every centre that is known."""
    allocation = protocol.allocation
    if allocation.strata and allocation.method.value in ("single_arm", "simple"):
        message = f"{allocation.method.value} does not look at strata."
        remedy = "Remove them, or use permuted_blocks or minimisation."
        yield Problem(("allocation", "strata"), message, remedy)
    names = Counter(stratum.identifier for stratum in allocation.strata)
    centres = [centre.identifier for centre in protocol.identity.centres]
    for i, stratum in enumerate(allocation.strata):
        path: KeyPath = ("allocation", "strata", i)
        if names[stratum.identifier] > 1:
            yield Problem(path, f"two strata are called '{stratum.identifier}'.", "Rename one.")
        levels = [level.identifier for level in stratum.levels]
        twice = sorted(name for name, number in Counter(levels).items() if number > 1)
        if twice:
            yield Problem((*path, "levels"), f"the level '{twice[0]}' stands twice.", "Remove one.")
        left_out = [centre for centre in centres if centre not in levels]
        if stratum.variable == CENTRE_VARIABLE and left_out:
            message = (
                f"no level covers the centre {', '.join(left_out)}: its patients could not be allocated."
            )
            yield Problem((*path, "levels"), message, "Add a level for each centre.")


def check_caps(protocol: StudyProtocol) -> Iterator[Problem]:
    """A cap on a level names a level that exists."""
    strata = {stratum.identifier: stratum for stratum in protocol.allocation.strata}
    for i, cap in enumerate(protocol.allocation.caps):
        if cap.level is None:
            continue
        path: KeyPath = ("allocation", "caps", i, "level")
        if cap.scope != "stratum" or cap.name is None:
            remedy = "Write scope: stratum and the name of the stratum."
            yield Problem(path, "only a cap on a named stratum has a level.", remedy)
        elif cap.name in strata:
            known = [level.identifier for level in strata[cap.name].levels]
            if cap.level not in known:
                yield Problem(path, *explain_unknown_name(cap.level, kind="level", known=known))


ALLOCATION_CHECKS = (check_ratio, check_method, check_strata, check_caps)
