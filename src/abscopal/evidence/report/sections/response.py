"""Response of patients and of lesions: two units that are never set against each other."""

from abscopal.evidence.endpoint_estimates import EndpointEstimate
from abscopal.evidence.plan.lesions import KINDS, LESIONS, PAIRED, list_lesion_definitions
from abscopal.evidence.plan.progression_times import choose_criterion
from abscopal.evidence.plan.response import BEST, CONFIRMED, MISSING
from abscopal.evidence.plan.survival import DURATION, DURATIONS
from abscopal.evidence.report.blocks import Block, Cell, Prose, Section, Table, row_of
from abscopal.evidence.report.material import Material
from abscopal.evidence.report.sections.primary import render_comparison

SHARE_KINDS = ("objective_response", "disease_control", "durable_benefit")


def render_response(material: Material) -> Section | None:
    """Best responses, the endpoints that count them, their duration, and the pictures."""
    analysis = material.analysis
    blocks: list[Block] = []
    for criterion in analysis.plan.criteria:
        for name, caption in ((BEST, "response.caption"), (CONFIRMED, "response.confirmed_caption")):
            if analysis.estimates.of(f"{name}_{criterion}"):
                blocks.append(_best(material, name, caption, criterion))
    blocks += _endpoints(material)
    for duration in DURATIONS:
        blocks += _duration(material, duration)
    swimmers = sorted(name for name in material.pictures if name.startswith("swimmer"))
    for figure in ("waterfall", "spider", *swimmers):
        blocks += material.figure(figure)
    return Section("response", material.say("response.title"), tuple(blocks)) if blocks else None


def _best(material: Material, name: str, caption: str, criterion: str) -> Table:
    arms = material.analysis.arms
    endpoint = f"{name}_{criterion}"
    chosen = choose_criterion(criterion)
    always = {category.code for category in chosen.categories if category.kind != "neither"}
    shown = [
        category
        for category in (*(category.code for category in chosen.categories), MISSING)
        if any(r.events for r in material.analysis.estimates.of(endpoint) if r.estimand == category)
        or category in always
    ]
    rows = [
        row_of(
            material.say(f"best.{category}"),
            [material.cell(material.find(endpoint, category, population="RESPFL", arm=arm)) for arm in arms],
        )
        for category in shown
    ]
    words = material.wording.name("criterion", criterion)
    text = material.say(caption, criterion=words, reader=material.analysis.reader)
    notes = [material.say("response.note")]
    if criterion != material.analysis.plan.protocol.lesions.primary_criterion:
        text = f"{text} ({material.say('status.exploratory')})"
    if chosen.has_unconfirmed_progression:
        notes.append(material.say("response.unconfirmed_note"))
    return material.by_arm(
        f"{name}-{criterion}".replace("_", "-"),
        text,
        rows,
        arms=arms,
        first=material.say("response.first"),
        notes=tuple(notes),
    )


def _endpoints(material: Material) -> list[Block]:
    arms = material.analysis.arms
    rows, notes, comparisons = [], [], []
    for endpoint in material.analysis.plan.endpoints:
        if endpoint.kind not in SHARE_KINDS or not material.analysis.estimates.of(endpoint.identifier):
            continue
        population = endpoint.estimand.population
        cells = material.cells(endpoint.identifier, endpoint.kind, population=population, arms=arms)
        name = f"{material.read(endpoint.name)} ({material.say(f'status.{endpoint.level}')})"
        rows.append(row_of(name, cells))
        notes.append(
            material.wording.labelled(material.read(endpoint.name), material.read(endpoint.definition))
        )
        if endpoint.kind == "durable_benefit" and endpoint.window_days.value is not None:
            notes.append(material.say("response.durable_rule", days=endpoint.window_days.value))
        comparisons += render_comparison(material, endpoint)
    if not rows:
        return []
    table = material.by_arm(
        "response-endpoints",
        material.say("response.endpoints_caption"),
        rows,
        arms=arms,
        first=material.say("response.endpoints_first"),
        notes=tuple(notes),
    )
    return [table, *comparisons]


def _duration(material: Material, duration: str) -> list[Block]:
    records = material.analysis.estimates.of(duration)
    if not records:
        return []
    arms = [arm for arm in material.analysis.arms if any(record.arm == arm for record in records)]
    ended = [
        material.share_cell(material.find(duration, "events", population="responders", arm=arm))
        for arm in arms
    ]
    medians = material.cells(duration, "median", population="responders", arms=arms)
    rows = [
        row_of(material.say("response.duration_events"), ended),
        row_of(material.say("response.median_duration"), medians),
    ]
    return [
        material.by_arm(
            "duration" if duration == DURATION else duration.replace("_", "-"),
            material.say(f"response.{duration}_caption"),
            rows,
            arms=arms,
            first=material.say("response.duration_first"),
            notes=(material.say("response.duration_note"),),
        )
    ]


def render_lesions(material: Material) -> Section | None:
    """Injected against non-injected lesions, each definition with its unit, n/N and clustered interval."""
    records = material.analysis.estimates.of(LESIONS)
    if not records:
        return None
    blocks: list[Block] = [Prose(material.say("lesions.lead"))]
    rules = material.analysis.plan.protocol.lesions.lesion_response
    for definition in list_lesion_definitions(rules):
        found = [record for record in records if record.estimand.startswith(f"{definition.code}: ")]
        if found:
            own = definition.name_fr if material.wording.language == "fr" else definition.name_en
            blocks.append(_lesion_table(material, own or material.say(f"lesions.{definition.code}"), found))
    blocks += _lesion_endpoints(material)
    blocks += material.figure("lesion_response")
    return Section("lesions", material.say("lesions.title"), tuple(blocks))


def _lesion_endpoints(material: Material) -> list[Block]:
    """The endpoints of the study that count lesions, with the interval that the study file names."""
    arms = material.analysis.arms
    rows, notes = [], []
    for endpoint in material.analysis.plan.endpoints:
        records = material.analysis.estimates.of(endpoint.identifier)
        if endpoint.kind != "lesion_response" or not records:
            continue
        of_arm = {record.arm: record for record in records}
        name = f"{material.read(endpoint.name)} ({material.say(f'status.{endpoint.level}')})"
        rows.append(row_of(name, [material.cell(of_arm.get(arm)) for arm in arms]))
        method = material.say(_interval_key(records[0]))
        notes.append(material.wording.labelled(material.read(endpoint.name), method))
    if not rows:
        return []
    return [
        material.by_arm(
            "lesion-endpoints",
            material.say("lesions.endpoints_caption"),
            rows,
            arms=arms,
            first=material.say("response.endpoints_first"),
            notes=tuple(notes),
        )
    ]


def _interval_key(record: EndpointEstimate) -> str:
    if record.method.startswith("exact"):
        return "lesions.exact"
    return "lesions.bootstrap" if "bootstrap" in record.method else "lesions.clustered"


def _lesion_table(material: Material, name: str, records: list[EndpointEstimate]) -> Table:
    arms = [arm for arm in material.analysis.arms if any(record.arm == arm for record in records)]
    rows = []
    for kind in (*KINDS, PAIRED):
        if not any(record.estimand.endswith(f": {kind}") for record in records):
            continue
        cells = []
        for arm in arms:
            record = next((r for r in records if r.arm == arm and r.estimand.endswith(f": {kind}")), None)
            cells.append(material.cell(record) if record else Cell(material.say("cell.not_applicable")))
        patients = [
            record.note.partition(": ")[2] for record in records if record.estimand.endswith(f": {kind}")
        ]
        lesions = [str(record.n) for record in records if record.estimand.endswith(f": {kind}")]
        units = "; ".join(f"{n} ({p})" for n, p in zip(lesions, patients, strict=True))
        rows.append(row_of(material.say(f"lesions.{kind}"), [*cells, Cell(units, is_number=True)]))
    header = (
        material.say("lesions.first"),
        *(material.arm_name(arm) for arm in arms),
        material.say("lesions.units"),
    )
    code = records[0].estimand.partition(": ")[0].replace("_", "-")
    note = material.say("lesions.note", method=material.say(_interval_key(records[0])))
    return Table(
        f"lesions-{code}", material.say("lesions.caption", definition=name), header, tuple(rows), (note,)
    )
