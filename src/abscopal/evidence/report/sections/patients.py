"""Who entered, who was counted, who they were, what they received."""

from abscopal.evidence.flow_reasons import list_reason_words, write_reason
from abscopal.evidence.plan.flow import BASELINE, EXPOSURE, FLOW, SCREENED_STAGES, SCREENING_STAGES
from abscopal.evidence.plan.readings import ALL_ARMS
from abscopal.evidence.report.blocks import Block, Cell, Prose, Section, row_of
from abscopal.evidence.report.material import Material


def render_flow(material: Material) -> Section:
    """The participant flow: figure, counts, and why patients left."""
    arms = material.arms_with_all() if len(material.analysis.arms) > 1 else (ALL_ARMS,)
    reasons = list_reason_words(material.analysis.plan.protocol, language=material.wording.language)
    rows = []
    for estimand in dict.fromkeys(record.estimand for record in material.analysis.estimates.of(FLOW)):
        stage, _, detail = estimand.partition(": ")
        base = "SCREENED" if stage in SCREENING_STAGES else "ENROLLED"
        cells = [
            Cell("")
            if stage in SCREENED_STAGES and arm != ALL_ARMS and len(arms) > 1
            else material.cell(material.find(FLOW, estimand, population=base, arm=arm))
            for arm in arms
        ]
        name = write_reason(detail, reasons) if detail else material.say(f"flow.{stage}")
        rows.append(row_of(name, cells, indent=bool(detail)))
    table = material.by_arm(
        "flow",
        material.say("flow.caption"),
        rows,
        arms=arms,
        first=material.say("flow.first"),
        notes=(material.say("flow.note"),),
    )
    blocks: list[Block] = [*material.figure("participant_flow"), table]
    sets = material.analysis.plan.protocol.analysis_sets
    blocks += [
        Prose(f"{material.read(item.name)} — {material.read(item.definition)}", "note") for item in sets
    ]
    return Section("flow", material.say("flow.title"), tuple(blocks))


def render_baseline(material: Material) -> Section:
    """The baseline table."""
    arms = material.arms_with_all()
    estimands = list(dict.fromkeys(record.estimand for record in material.analysis.estimates.of(BASELINE)))
    rows, group = [], ""
    header_cells = [
        Cell(f"n = {material.wording.count(_size(material, arm))}", is_number=True) for arm in arms
    ]
    rows.append((Cell(material.population_name("ITTFL"), is_group=True), *header_cells))
    for estimand in estimands:
        kind, _, level = estimand.partition(": ")
        if level and kind != group:
            rows.append((Cell(material.say(f"baseline.{kind}"), is_group=True), *(Cell("") for _ in arms)))
        group = kind
        name = material.wording.name(f"baseline.{kind}", level) if level else material.say(f"baseline.{kind}")
        cells = [_with_share(material, estimand, arm) for arm in arms]
        rows.append(row_of(name, cells, indent=bool(level)))
    table = material.by_arm(
        "baseline",
        material.say("baseline.caption"),
        rows,
        arms=arms,
        first=material.say("baseline.first"),
        notes=(material.say("baseline.note"),),
    )
    return Section("baseline", material.say("baseline.title"), (table,))


def render_exposure(material: Material) -> Section | None:
    """Doses and injections."""
    records = material.analysis.estimates.of(EXPOSURE)
    if not records:
        return None
    arms = material.arms_with_all()
    rows = []
    for estimand in sorted(
        {record.estimand for record in records}, key=lambda text: text.partition(": ")[::-1]
    ):
        parameter, _, treatment = estimand.partition(": ")
        unit = next(record.unit for record in records if record.estimand == estimand)
        name = material.say(f"exposure.{parameter}", treatment=treatment, unit=unit)
        rows.append(row_of(name, material.cells(EXPOSURE, estimand, population="SAFFL", arms=arms)))
    table = material.by_arm(
        "exposure",
        material.say("exposure.caption"),
        rows,
        arms=arms,
        first=material.say("exposure.first"),
        notes=(material.say("baseline.note"),),
    )
    return Section("exposure", material.say("exposure.title"), (table,))


def _size(material: Material, arm: str) -> int:
    found = material.find(FLOW, "INTENTION_TO_TREAT", population="ENROLLED", arm=arm)
    return found.events or 0 if found else 0


def _with_share(material: Material, estimand: str, arm: str) -> Cell:
    record = material.find(BASELINE, estimand, population="ITTFL", arm=arm)
    if record is None or record.method != "count":
        return material.cell(record)
    return material.share_cell(record)
