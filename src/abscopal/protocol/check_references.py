"""Names that refer to nothing: arms, interventions, sources, samples, populations, criteria, endpoints."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from abscopal.protocol.document import KeyPath
from abscopal.protocol.lesions import LESION_CRITERIA
from abscopal.protocol.problem import Problem, check_name, check_names
from abscopal.protocol.study_protocol import StudyProtocol

DOI = re.compile(r"^10\.\d{4,9}/\S+$")


def visit_parts(node: Any, path: KeyPath) -> Iterator[tuple[KeyPath, BaseModel]]:
    """Visit every part below a node, with its path in the file.

    Args:
        node: a part, or a collection of parts.
        path: path of the node.

    Yields:
        Path and part, the outer before the inner.
    """
    if isinstance(node, BaseModel):
        yield path, node
        for name, field in type(node).model_fields.items():
            yield from visit_parts(getattr(node, name), (*path, field.alias or name))
    elif isinstance(node, dict):
        for key, item in node.items():
            yield from visit_parts(item, (*path, key))
    elif isinstance(node, tuple):
        for position, item in enumerate(node):
            yield from visit_parts(item, (*path, position))


def check_sources(protocol: StudyProtocol) -> Iterator[Problem]:
    """Every source is a key of `sources` or a DOI."""
    for path, part in visit_parts(protocol, ()):
        source = getattr(part, "source", None)
        if isinstance(source, str) and not DOI.match(source):
            yield from check_name((*path, "source"), source, kind="source", known=protocol.sources)
    yield from check_names(
        ("identity", "publications"), protocol.identity.publications, kind="source", known=protocol.sources
    )


def check_arms(protocol: StudyProtocol) -> Iterator[Problem]:
    """Every arm that is named exists, and what arms receive exists."""
    arms = [arm.identifier for arm in protocol.arms]
    given = [intervention.identifier for intervention in protocol.interventions]
    for i, arm in enumerate(protocol.arms):
        yield from check_names(
            ("arms", i, "interventions"), arm.interventions, kind="intervention", known=given
        )
    for i, group in enumerate(protocol.analysis_sets):
        place: KeyPath = ("analysis_sets", i, "treated_with")
        yield from check_names(place, group.treated_with, kind="intervention", known=given)
    for i, visit in enumerate(protocol.schedule.visits):
        yield from check_names(("schedule", "visits", i, "arms"), visit.arms, kind="arm", known=arms)
        place = ("schedule", "visits", i, "interventions")
        yield from check_names(place, visit.interventions, kind="intervention", known=given)
    for i, endpoint in enumerate(protocol.endpoints):
        yield from check_names(("endpoints", i, "arms"), endpoint.arms, kind="arm", known=arms)
        if endpoint.decision_rule:
            place = ("endpoints", i, "decision_rule", "arm")
            yield from check_name(place, endpoint.decision_rule.arm, kind="arm", known=arms)
    for i, sample in enumerate(protocol.immunomonitoring.samples):
        yield from check_names(
            ("immunomonitoring", "samples", i, "arms"), sample.arms, kind="arm", known=arms
        )
    for i, boundary in enumerate(protocol.monitoring.toxicity if protocol.monitoring else ()):
        yield from check_names(("monitoring", "toxicity", i, "arms"), boundary.arms, kind="arm", known=arms)
    for i, target in enumerate(protocol.rehearsal.targets):
        yield from check_name(("rehearsal", "targets", i, "arm"), target.arm, kind="arm", known=arms)
    for i, finding in enumerate(protocol.rehearsal.directions):
        yield from check_name(("rehearsal", "directions", i, "arm"), finding.arm, kind="arm", known=arms)
    for path, allocation in protocol.list_allocations():
        for i, cap in enumerate(allocation.caps):
            known = {
                "arm": arms,
                "stratum": [stratum.identifier for stratum in allocation.strata],
                "centre": [centre.identifier for centre in protocol.identity.centres],
            }.get(cap.scope)
            if known is not None:
                yield from check_name((*path, "caps", i, "name"), cap.name, kind=cap.scope, known=known)


def check_injected_and_made(protocol: StudyProtocol) -> Iterator[Problem]:
    """Injection rules, the product and safety components name interventions that exist."""
    given = [intervention.identifier for intervention in protocol.interventions]
    if rules := protocol.injection:
        place: KeyPath = ("injection", "interventions")
        yield from check_names(place, rules.interventions, kind="intervention", known=given)
        for i, cap in enumerate(rules.drug_caps):
            place = ("injection", "drug_caps", i, "intervention")
            yield from check_name(place, cap.intervention, kind="intervention", known=given)
    if protocol.product:
        place = ("product", "intervention")
        yield from check_name(place, protocol.product.intervention, kind="intervention", known=given)
    components = [*given, "injection", "biopsy", "surgery", "apheresis"]
    yield from check_names(
        ("safety", "components"), protocol.safety.components, kind="component", known=components
    )


def check_samples(protocol: StudyProtocol) -> Iterator[Problem]:
    """Visits, samples, panels and populations find one another."""
    monitoring = protocol.immunomonitoring
    visits = [visit.identifier for visit in protocol.schedule.visits]
    samples = [sample.identifier for sample in monitoring.samples]
    panels = [panel.identifier for panel in monitoring.panels]
    populations = [population.identifier for population in monitoring.populations]
    for i, visit in enumerate(protocol.schedule.visits):
        yield from check_names(
            ("schedule", "visits", i, "samples"), visit.samples, kind="sample", known=samples
        )
    base: KeyPath = ("immunomonitoring",)
    for i, sample in enumerate(monitoring.samples):
        yield from check_names((*base, "samples", i, "visits"), sample.visits, kind="visit", known=visits)
        yield from check_names((*base, "samples", i, "panels"), sample.panels, kind="panel", known=panels)
    for i, panel in enumerate(monitoring.panels):
        place = (*base, "panels", i, "populations")
        yield from check_names(place, panel.populations, kind="population", known=populations)
    for i, population in enumerate(monitoring.populations):
        place = (*base, "populations", i, "parent")
        yield from check_name(place, population.parent, kind="population", known=populations)
    for i, endpoint in enumerate(protocol.endpoints):
        yield from check_name(("endpoints", i, "panel"), endpoint.panel, kind="panel", known=panels)
        place = ("endpoints", i, "populations")
        yield from check_names(place, endpoint.populations, kind="population", known=populations)


def check_criteria_and_sets(protocol: StudyProtocol) -> Iterator[Problem]:
    """Response criteria, analysis sets, readers and endpoints that are named exist."""
    lesions = protocol.lesions
    yield from check_names(("lesions", "criteria"), lesions.criteria, kind="criterion", known=LESION_CRITERIA)
    place: KeyPath = ("lesions", "primary_criterion")
    yield from check_name(place, lesions.primary_criterion, kind="derived criterion", known=lesions.criteria)
    yield from _check_accepted_reader(protocol)
    sets = [group.identifier for group in protocol.analysis_sets]
    for i, endpoint in enumerate(protocol.endpoints):
        place = ("endpoints", i, "criterion")
        yield from check_name(place, endpoint.criterion, kind="derived criterion", known=lesions.criteria)
        place = ("endpoints", i, "estimand", "population")
        yield from check_name(place, endpoint.estimand.population, kind="analysis set", known=sets)
    endpoints = [endpoint.identifier for endpoint in protocol.endpoints]
    for i, target in enumerate(protocol.rehearsal.targets):
        yield from check_name(
            ("rehearsal", "targets", i, "endpoint"), target.endpoint, kind="endpoint", known=endpoints
        )
    if protocol.monitoring:
        for i, boundary in enumerate(protocol.monitoring.toxicity):
            place = ("monitoring", "toxicity", i, "endpoint")
            yield from check_name(place, boundary.endpoint, kind="endpoint", known=endpoints)
        for i, look in enumerate(protocol.monitoring.futility):
            place = ("monitoring", "futility", i, "endpoint")
            yield from check_name(place, look.endpoint, kind="endpoint", known=endpoints)


def _check_accepted_reader(protocol: StudyProtocol) -> Iterator[Problem]:
    """The rule that chooses among readers has the readers it needs."""
    readers, accepted = protocol.lesions.readers, protocol.lesions.accepted_reader
    base: KeyPath = ("lesions", "accepted_reader")
    if accepted.rule == "named_reader" or accepted.reader:
        yield from check_name((*base, "reader"), accepted.reader or "", kind="reader", known=readers)
    if accepted.rule == "adjudicated":
        place = (*base, "adjudicator")
        yield from check_name(place, accepted.adjudicator or "", kind="reader", known=readers)
        others = [reader for reader in readers if reader != accepted.adjudicator]
        if len(others) != 2:
            message = f"adjudication needs two readers beside the adjudicator, and there are {len(others)}."
            yield Problem((*base, "rule"), message, "List the three under lesions.readers.")
    if accepted.rule == "majority" and len(readers) < 3:
        message = f"a majority needs at least three readers, and there are {len(readers)}."
        yield Problem((*base, "rule"), message, "List them under lesions.readers, or choose another rule.")


def check_twins(protocol: StudyProtocol) -> Iterator[Problem]:
    """No two items of one list share an identifier."""
    for path, part in visit_parts(protocol, ()):
        for name in type(part).model_fields:
            items = getattr(part, name)
            if not isinstance(items, tuple):
                continue
            names = [getattr(item, "identifier", None) for item in items]
            twins = {name for name, count in Counter(names).items() if name is not None and count > 1}
            for position, identifier in enumerate(names):
                if identifier in twins and identifier in names[:position]:
                    message = f"the identifier '{identifier}' is used twice."
                    yield Problem((*path, name, position, "identifier"), message, "Rename one of the two.")


REFERENCE_CHECKS = (
    check_sources,
    check_arms,
    check_injected_and_made,
    check_samples,
    check_criteria_and_sets,
    check_twins,
)
