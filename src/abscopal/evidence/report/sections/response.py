"""Response of patients and of lesions: two units that are never set against each other."""

from collections.abc import Sequence

from abscopal.derivations.response.criteria import CRITERIA
from abscopal.evidence.endpoint_estimates import EndpointEstimate
from abscopal.evidence.plan.lesions import (
    BOOTSTRAP,
    KINDS,
    LESIONS,
    PAIRED,
    PLACES,
    count_patients,
    count_without_product,
    list_lesion_definitions,
    read_modality,
)
from abscopal.evidence.plan.lesions import CONFIRMED as LESION_CONFIRMED
from abscopal.evidence.plan.progression_times import choose_criterion
from abscopal.evidence.plan.response import BEST, CONFIRMED, DISTANT, MISSING, OBJECTIVE, name_best
from abscopal.evidence.plan.survival import DURATION, DURATIONS
from abscopal.evidence.report.blocks import Block, Cell, Notice, Prose, Section, Table, row_of
from abscopal.evidence.report.material import Material
from abscopal.evidence.report.sections.primary import render_comparison
from abscopal.protocol.text import Text

SHARE_KINDS = ("objective_response", "disease_control", "durable_benefit")

# Which lesions a best response speaks of, and the patients in whom it is counted.
PARTS = (("injected", "RESPFL"), ("non_injected", "RESPFL"), ("non_injected", DISTANT))
_LESION_ROWS = (
    *(f"{kind}{suffix}" for kind in KINDS for suffix in ("", BOOTSTRAP, LESION_CONFIRMED)),
    *PLACES,
    PAIRED,
    f"{PAIRED}{BOOTSTRAP}",
)


def render_response(material: Material) -> Section | None:
    """Best responses, the endpoints that count them, their duration, and the pictures."""
    analysis = material.analysis
    blocks: list[Block] = []
    for criterion in analysis.plan.criteria:
        blocks += _readings(material, criterion)
        for name, caption in ((BEST, "response.caption"), (CONFIRMED, "response.confirmed_caption")):
            if analysis.estimates.of(name_best(name, criterion)):
                blocks.append(_best(material, name, caption, criterion))
        blocks += _best_by_category(material, criterion)
    blocks += _endpoints(material)
    for duration in DURATIONS:
        blocks += _duration(material, duration)
    swimmers = sorted(name for name in material.pictures if name.startswith("swimmer"))
    if "waterfall" in material.pictures and len(analysis.plan.criteria) > 1:
        primary = material.wording.name("criterion", analysis.plan.protocol.lesions.primary_criterion)
        blocks.append(Prose(material.say("response.pictures_criterion", criterion=primary)))
    for figure in ("waterfall", "waterfall_split", "spider", "spider_split", *swimmers):
        blocks += material.figure(figure)
    return Section("response", material.say("response.title"), tuple(blocks)) if blocks else None


def _best(material: Material, name: str, caption: str, criterion: str) -> Table:
    arms = material.analysis.arms
    endpoint = name_best(name, criterion)
    chosen = choose_criterion(criterion)
    shown = _list_shown(material.analysis.estimates.of(endpoint), criterion)
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


def _list_shown(records: Sequence[EndpointEstimate], criterion: str) -> list[str]:
    """The categories that get a row: those of disease without targets, and no record, only where they occur."""
    categories = choose_criterion(criterion).categories
    always = {category.code for category in categories if category.kind != "neither"}
    occurring = {record.estimand for record in records if record.events}
    codes = [*(category.code for category in categories), MISSING]
    return [code for code in codes if code in always | occurring]


def _readings(material: Material, criterion: str) -> list[Block]:
    """What the source of a criterion leaves open, and how it was read: before its first number."""
    found = next((known for known in CRITERIA if known.name == criterion), None)
    if found is None or not found.our_readings:
        return []
    in_force = found.list_readings_in_force(material.analysis.plan.response)
    items = tuple(material.read(Text(en=reading.en, fr=reading.fr)) for reading in in_force)
    words = material.wording.name("criterion", criterion)
    return [Notice("assumption", material.say("response.our_readings", criterion=words), items)]


def _best_by_category(material: Material, criterion: str) -> list[Block]:
    """Best responses of injected and of non-injected lesions: patients, each with n/N and interval."""
    estimates, tables = material.analysis.estimates, []
    for part, population in PARTS:
        endpoint = name_best(BEST, criterion, part)
        records = [record for record in estimates.of(endpoint) if record.population == population]
        arms = [arm for arm in material.analysis.arms if any(record.arm == arm for record in records)]
        if not arms:
            continue
        shown = _list_shown(records, criterion)
        rows = [
            row_of(
                material.say(f"best.{category}"),
                [
                    material.cell(material.find(endpoint, category, population=population, arm=arm))
                    for arm in arms
                ],
            )
            for category in shown
        ]
        objective = [material.find(endpoint, OBJECTIVE, population=population, arm=arm) for arm in arms]
        rows.append(
            row_of(material.say("response.objective"), [material.cell(record) for record in objective])
        )
        text = material.say(
            f"response.caption_{part}",
            criterion=material.wording.name("criterion", criterion),
            reader=material.analysis.reader,
            population=material.population_name(population),
        )
        identifier = f"{endpoint}-{population}".lower().replace("_", "-")
        note = material.say("response.category_note")
        tables.append(
            material.by_arm(
                identifier, text, rows, arms=arms, first=material.say("response.first"), notes=(note,)
            )
        )
    return list(tables)


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
        if any(
            material.find(endpoint.identifier, endpoint.kind, population=DISTANT, arm=arm) for arm in arms
        ):
            cells = material.cells(endpoint.identifier, endpoint.kind, population=DISTANT, arms=arms)
            among = material.say("response.among", population=material.population_name(DISTANT).lower())
            rows.append(row_of(f"{material.read(endpoint.name)} ({among})", cells))
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
            blocks.append(_lesion_table(material, material.definition_name(definition), found))
    blocks += _lesion_endpoints(material)
    blocks += material.figure("lesion_response")
    for figure in sorted(name for name in material.pictures if name.startswith("lesion_waterfall")):
        blocks += material.figure(figure)
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
    for kind in _LESION_ROWS:
        found = {record.arm: record for record in records if record.estimand.endswith(f": {kind}")}
        if not found:
            continue
        cells = [material.cell(found.get(arm)) for arm in arms]
        units = "; ".join(f"{record.n} ({count_patients(record)})" for record in found.values())
        rows.append(row_of(material.say(_name_row(kind)), [*cells, Cell(units, is_number=True)]))
    header = (
        material.say("lesions.first"),
        *(material.arm_name(arm) for arm in arms),
        material.say("lesions.units"),
    )
    code = records[0].estimand.partition(": ")[0].replace("_", "-")
    methods = sorted({read_modality(record) for record in records} - {""})
    modality = material.say(
        "lesions.modality", methods="; ".join(methods) or material.say("lesions.no_modality")
    )
    notes = [material.say("lesions.note", method=material.say(_interval_key(records[0]))), modality]
    of_kinds = [record for record in records if record.estimand.partition(": ")[2] in KINDS]
    if left_out := sum(count_without_product(record) for record in of_kinds):
        notes.append(material.say("lesions.without_product", count=material.wording.count(left_out)))
    return Table(
        f"lesions-{code}", material.say("lesions.caption", definition=name), header, tuple(rows), tuple(notes)
    )


def _name_row(kind: str) -> str:
    """The key of a row's words."""
    return "lesions." + kind.replace(BOOTSTRAP, "_bootstrap").replace(LESION_CONFIRMED, "_confirmed")
