"""The primary endpoint against its rule, and the same question under every denominator."""

from abscopal.evidence.endpoint_estimates import EndpointEstimate
from abscopal.evidence.plan.comparison import COMPARISONS, COUNTED_PREFIX, name_pair
from abscopal.evidence.plan.decision import RULE_PREFIX
from abscopal.evidence.plan.windowed import CURVES, DENOMINATORS, STATES
from abscopal.evidence.report.blocks import Block, Cell, Notice, Prose, Section, Table, row_of
from abscopal.evidence.report.material import Material
from abscopal.protocol.endpoints import Endpoint


def render_primary(material: Material) -> Section:
    """The question, the rule, the counts, and the estimates under every denominator."""
    endpoint = material.analysis.plan.primary
    blocks: list[Block] = [
        Prose(material.read(endpoint.name), "lead"),
        Prose(material.read(endpoint.definition)),
        *_strategies(material, endpoint),
        *_rule_table(material, endpoint),
        *material.figure("operating_characteristics"),
        *_share_table(material, endpoint),
        *render_window_tables(material, endpoint),
        *material.figure("cumulative_incidence"),
        *render_comparison(material, endpoint),
    ]
    blocks += render_printed_elsewhere(material, endpoint)
    return Section("primary", material.say("primary.title"), tuple(blocks))


def _strategies(material: Material, endpoint: Endpoint) -> list[Block]:
    return [
        Prose(
            material.say(
                "primary.strategy",
                event=material.say(f"event.{item.event}"),
                strategy=material.say(f"strategy.{item.strategy}"),
            ),
            "note",
        )
        for item in endpoint.estimand.intercurrent_events
    ]


def _rule_table(material: Material, endpoint: Endpoint) -> list[Block]:
    decision, rule = material.analysis.decision, endpoint.decision_rule
    if decision is None or rule is None:
        return []
    records = {
        record.estimand.removeprefix(RULE_PREFIX): record
        for record in material.analysis.estimates.of(endpoint.identifier)
        if record.estimand.startswith(RULE_PREFIX)
    }
    nominal = {"planned_alpha": rule.alpha.value, "planned_power": rule.power.value}
    rows = []
    for name, record in records.items():
        at = material.wording.rate(decision.p0 if name.endswith("alpha") else decision.p1)
        shown = nominal.get(name)
        rows.append(
            (
                Cell(material.say(f"primary.rule_{name}", p0=at, p1=at)),
                Cell(material.wording.count(record.n), is_number=True),
                Cell(material.wording.count(record.events or 0), is_number=True),
                Cell(material.wording.percent(shown) if shown is not None else "", is_number=True),
                Cell(
                    material.wording.percent(record.estimate),
                    estimate=material.analysis.estimates.identify(record),
                ),
            )
        )
    header = ("rule_first", "rule_counted", "rule_rule", "rule_nominal", "rule_exact")
    return [
        Table(
            "primary-rule",
            material.say("primary.rule_caption"),
            tuple(material.say(f"primary.{name}") for name in header),
            tuple(rows),
            (material.say("primary.rule_note"),),
        )
    ]


def _share_table(material: Material, endpoint: Endpoint) -> list[Block]:
    """The share of an endpoint without a window, by arm."""
    found = [
        (arm, record)
        for arm in material.analysis.arms
        if (record := material.analysis.estimates.pick(endpoint.identifier, endpoint.kind, arm=arm))
        is not None
    ]
    if not found:
        return []
    name = material.read(endpoint.name)
    row = row_of(name, [material.cell(record) for _, record in found])
    arms = [arm for arm, _ in found]
    first = material.say("response.endpoints_first")
    return [material.by_arm(f"{endpoint.identifier}-share", name, [row], arms=arms, first=first)]


def render_printed_elsewhere(material: Material, endpoint: Endpoint) -> list[Block]:
    """What the study file says was printed about an endpoint, under a heading that keeps it apart from our numbers."""
    if not endpoint.alternatives:
        return []
    items = tuple(material.read(text) for text in endpoint.alternatives)
    return [Notice("plain", material.say("endpoint.printed_elsewhere"), items)]


def render_window_tables(material: Material, endpoint: Endpoint) -> list[Block]:
    """Where the patients stand at the end of the window, and the share under each denominator."""
    arms = [arm for arm in material.analysis.arms if arm in endpoint.arms]
    found = {record.estimand for record in material.analysis.estimates.of(endpoint.identifier)}
    if not arms or not found:
        return []
    states = [
        row_of(
            material.say(f"state.{state}"),
            [_picked_cell(material, endpoint, f"state: {state}", arm) for arm in arms],
        )
        for state in STATES
        if f"state: {state}" in found
    ]
    protocol_estimand = material.analysis.protocol_estimands.get(endpoint.identifier, "")
    shares = [
        row_of(
            _estimand_name(material, endpoint, name) + (" *" if name == protocol_estimand else ""),
            [_picked_cell(material, endpoint, name, arm) for arm in arms],
        )
        for name in (*DENOMINATORS, *CURVES)
        if name in found
    ]
    note = material.say("primary.denominators_note")
    blocks: list[Block] = []
    if states:
        blocks.append(
            material.by_arm(
                f"{endpoint.identifier}-states",
                material.say("primary.states_caption"),
                states,
                arms=arms,
                first=material.say("primary.states_first"),
            )
        )
    if shares:
        blocks.append(
            material.by_arm(
                f"{endpoint.identifier}-denominators",
                f"{material.read(endpoint.name)} — {material.say('primary.denominators_caption')}",
                shares,
                arms=arms,
                first=material.say("primary.denominators_first"),
                notes=(note,),
            )
        )
    return blocks


def render_comparison(material: Material, endpoint: Endpoint) -> list[Block]:
    """The arms side by side, with the sentence that says what the comparison may not be used for."""
    records: dict[str, dict[str, EndpointEstimate]] = {}
    for record in material.analysis.estimates.of(endpoint.identifier):
        kind, _, name = record.estimand.partition(": ")
        if kind == "comparison":
            records.setdefault(record.arm, {})[name] = record
    if not records:
        return []
    note = material.say("comparison.formal" if endpoint.comparison == "formal" else "comparison.note")
    blocks: list[Block] = []
    for pair, found in records.items():
        first, second = name_pair(pair)
        shown = [
            (Cell(material.say(f"comparison.{name}")), material.cell(found[name]))
            for name in COMPARISONS
            if name in found
        ]
        caption = material.say(
            "comparison.caption",
            endpoint=material.read(endpoint.name),
            first=material.arm_name(first),
            second=material.arm_name(second),
        )
        header = (material.say("comparison.first"), material.say("comparison.value"))
        counted = _name_counted(found)
        notes = (*_say_counted(material, endpoint, counted), note)
        rows = [*_counted_rows(material, endpoint, counted, arms=(first, second)), *shown]
        blocks.append(Table(f"{endpoint.identifier}-comparison", caption, header, tuple(rows), notes))
    return blocks


def _name_counted(found: dict[str, EndpointEstimate]) -> str:
    notes = [record.note for record in found.values() if record.note.startswith(COUNTED_PREFIX)]
    return notes[0].removeprefix(COUNTED_PREFIX) if notes else ""


def _counted_rows(
    material: Material, endpoint: Endpoint, counted: str, *, arms: tuple[str, str]
) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = []
    for arm in arms:
        record = material.analysis.estimates.pick(endpoint.identifier, counted, arm=arm) if counted else None
        if record is not None:
            name = material.say(
                "comparison.counts",
                arm=material.arm_name(arm),
                denominator=_denominator_name(material, endpoint, counted),
            )
            rows.append((Cell(name), material.share_cell(record)))
    return rows


def _say_counted(material: Material, endpoint: Endpoint, counted: str) -> tuple[str, ...]:
    own = material.analysis.protocol_estimands.get(endpoint.identifier, counted)
    if not counted or own == counted:
        return ()
    return (
        material.say(
            "comparison.not_own_estimand",
            own=_estimand_name(material, endpoint, own),
            counted=_estimand_name(material, endpoint, counted),
        ),
    )


def _denominator_name(material: Material, endpoint: Endpoint, counted: str) -> str:
    if counted == endpoint.kind:
        return material.population_name(endpoint.estimand.population)
    return _estimand_name(material, endpoint, counted)


def _estimand_name(material: Material, endpoint: Endpoint, name: str) -> str:
    own = f"estimand.{endpoint.kind}.{name}"
    return material.say(own if material.wording.knows(own) else f"estimand.{name}")


def _picked_cell(material: Material, endpoint: Endpoint, estimand: str, arm: str) -> Cell:
    return material.cell(material.analysis.estimates.pick(endpoint.identifier, estimand, arm=arm))


def render_not_comparable(material: Material) -> Notice | None:
    """The warning against reading the arms as compared, where there are several and none was planned."""
    endpoint = material.analysis.plan.primary
    if len(material.analysis.arms) < 2 or endpoint.comparison == "formal":
        return None
    return Notice("plain", material.say("comparison.title"), (material.say("summary.arms"),))
