"""Statements that contradict one another: loops of stages, thresholds, routes, comparisons, translations."""

from collections.abc import Iterator

from abscopal.protocol.check_references import visit_parts
from abscopal.protocol.document import KeyPath
from abscopal.protocol.eligibility import Applicability, Criterion
from abscopal.protocol.problem import Problem, explain_unknown_name
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.protocol.text import Text

# Shorter texts may well be the same word in both languages, such as "Phase" or "CT".
LEAST_TRANSLATED_LENGTH = 25


def check_stages(protocol: StudyProtocol) -> Iterator[Problem]:
    """Stages require stages that stand before them: no dead name, no loop."""
    stages = protocol.eligibility.stages
    names = [stage.identifier for stage in stages]
    for i, stage in enumerate(stages):
        for j, required in enumerate(stage.requires):
            path: KeyPath = ("eligibility", "stages", i, "requires", j)
            if required not in names:
                yield Problem(path, *explain_unknown_name(required, kind="stage", known=names))
            elif names.index(required) >= i:
                message = f"'{required}' comes later: the two stages would wait for each other for ever."
                yield Problem(path, message, "A stage requires stages that stand above it.")


def check_thresholds(protocol: StudyProtocol) -> Iterator[Problem]:
    """The threshold of a criterion, and of whom it is asked of, fits its comparison."""
    for path, part in visit_parts(protocol.eligibility, ("eligibility",)):
        if not isinstance(part, Criterion | Applicability) or part.threshold.value is None:
            continue
        value, place = part.threshold.value, (*path, "threshold")
        if part.operator == "between":
            ends = value if isinstance(value, tuple) else ()
            fits = len(ends) == 2 and all(isinstance(end, int | float) for end in ends)
            if not fits or ends[0] > ends[1]:  # type: ignore[operator]
                yield Problem(place, "between needs two numbers in order.", "Write [18, 75].")
        elif part.operator in ("one_of", "none_of"):
            if not isinstance(value, tuple):
                yield Problem(place, f"{part.operator} needs a list.", "Write [a, b].")
        elif isinstance(value, tuple):
            yield Problem(place, f"{part.operator} needs one value, not a list.")
        elif part.operator not in ("equals", "differs") and (
            isinstance(value, bool) or not isinstance(value, int | float)
        ):
            yield Problem(place, f"{part.operator} needs a number.")


def check_arm_contents(protocol: StudyProtocol) -> Iterator[Problem]:
    """Every intervention is given to somebody, at a dose with a unit; what is injected has that route."""
    used = {name for arm in protocol.arms for name in arm.interventions}
    injected = set(protocol.injection.interventions) if protocol.injection else set()
    for i, intervention in enumerate(protocol.interventions):
        path: KeyPath = ("interventions", i)
        if intervention.identifier not in used:
            yield Problem(path, "no arm receives it.", "Name it in an arm, or remove it.")
        for j, phase in enumerate(intervention.phases):
            if phase.dose.is_known and not phase.dose.unit:
                yield Problem((*path, "phases", j, "dose"), "the dose has no unit.", "Add unit: mg or mg/kg.")
        is_injected = intervention.identifier in injected
        route = intervention.route.value
        if is_injected and route not in (None, "INTRATUMORAL"):
            yield Problem((*path, "route"), f"it is injected into tumours, but its route is {route}.")
        if route == "INTRATUMORAL" and not is_injected:
            message = "its route is INTRATUMORAL, but the injection rules do not name it."
            yield Problem((*path, "route"), message, "Add it to injection.interventions.")


def check_endpoint_claims(protocol: StudyProtocol) -> Iterator[Problem]:
    """Endpoints do not claim what the trial cannot show."""
    if not any(endpoint.level == "primary" for endpoint in protocol.endpoints):
        yield Problem(("endpoints",), "no endpoint is primary.", "Give one `level: primary`.")
    controls = {arm.identifier for arm in protocol.arms if arm.role == "internal_control"}
    for i, endpoint in enumerate(protocol.endpoints):
        path: KeyPath = ("endpoints", i)
        if endpoint.comparison == "formal" and (len(endpoint.arms) < 2 or controls & set(endpoint.arms)):
            message = "a formal comparison needs two arms, none of them an internal control."
            yield Problem((*path, "comparison"), message, "Write descriptive or none.")
        if endpoint.lesions == "non_injected" and protocol.lesions.distant_lesions == "none":
            message = "it reads non-injected lesions, but the trial leaves no distant lesion."
            yield Problem((*path, "lesions"), message)
        if endpoint.kind.startswith("toxicity") and "not_applicable" in (
            endpoint.severity,
            endpoint.relation,
        ):
            yield Problem(path, "a toxicity endpoint needs `severity` and `relation`.")
        if endpoint.kind == "signature" and endpoint.level != "exploratory":
            yield Problem((*path, "level"), "a signature without a validated rule is exploratory.")


def check_masters(protocol: StudyProtocol) -> Iterator[Problem]:
    """A sub-protocol belongs to a master protocol."""
    if protocol.identity.sub_protocol.is_known and not protocol.identity.master_protocol.is_known:
        message = "a sub-protocol is named without its master protocol."
        yield Problem(("identity", "sub_protocol"), message, "Add identity.master_protocol.")


def check_translations(protocol: StudyProtocol) -> Iterator[Problem]:
    """A French text is not the English one copied."""
    for path, part in visit_parts(protocol, ()):
        if isinstance(part, Text) and part.en == part.fr and len(part.en) >= LEAST_TRANSLATED_LENGTH:
            yield Problem((*path, "fr"), "the French text is the English one.", "Translate it.")


def check_amendment_dates(protocol: StudyProtocol) -> Iterator[Problem]:
    """Amendments stand in order of date, after the first version."""
    previous = protocol.version.date.value
    for i, amendment in enumerate(protocol.amendments):
        if previous is not None and amendment.date <= previous:
            message = f"{amendment.date} is not after {previous}, the date of the version before."
            yield Problem(("amendments", i, "date"), message, "Put amendments in order of date.")
        previous = amendment.date


def check_treating_interventions(protocol: StudyProtocol) -> Iterator[Problem]:
    """What makes a patient treated is said once, of the safety set, and that set asks for treatment."""
    for i, group in enumerate(protocol.analysis_sets):
        if not group.treated_with:
            continue
        path: KeyPath = ("analysis_sets", i, "treated_with")
        if group.identifier != "SAFFL":
            message = f"only SAFFL says what makes a patient treated; {group.identifier} follows it."
            yield Problem(path, message, "Move it to SAFFL.")
        elif "treated" not in group.requires:
            yield Problem(path, "the set does not ask for treatment.", "Add treated to requires.")


SENSE_CHECKS = (
    check_stages,
    check_thresholds,
    check_arm_contents,
    check_treating_interventions,
    check_endpoint_claims,
    check_masters,
    check_translations,
    check_amendment_dates,
)
