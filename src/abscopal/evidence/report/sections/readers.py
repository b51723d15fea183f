"""Several readers: whose record is accepted, what each says, how far any two agree."""

import polars as pl

from abscopal.derivations.response.accepted_record import ACCEPTANCE_REASONS
from abscopal.derivations.response.criteria import CRITERIA
from abscopal.derivations.response.criterion import Criterion
from abscopal.evidence.plan.agreement import (
    AGREEMENT,
    DISAGREEMENTS,
    POPULATION,
    QUANTITIES,
    READER_BEST,
)
from abscopal.evidence.plan.readers import ACCEPTED
from abscopal.evidence.plan.readings import ALL_ARMS
from abscopal.evidence.report.blocks import Block, Cell, Notice, Prose, Section, Table, row_of
from abscopal.evidence.report.material import Material
from abscopal.evidence.report.wording import typeset_french


def render_readers(material: Material) -> Section | None:
    """The chapter on readers, where there are two or more."""
    if DISAGREEMENTS not in material.analysis.tables:
        return None
    blocks: list[Block] = [Prose(material.say("readers.lead")), *_accepted(material)]
    for criterion in CRITERIA:
        if material.analysis.estimates.of(f"{READER_BEST}_{criterion.name}"):
            blocks.append(_best(material, criterion))
            blocks += _agreement(material, criterion)
            blocks += _disagreements(material, criterion)
    return Section("readers", material.say("readers.title"), tuple(blocks))


def _accepted(material: Material) -> list[Block]:
    """How many records are accepted and why; nobody's record is a thing to be seen."""
    accepted = material.analysis.tables[ACCEPTED]
    counted = accepted.group_by("READER", "REASON").agg(PATIENTS=pl.len())
    is_french = material.wording.language == "fr"
    rows = tuple(
        (
            Cell(material.say("readers.nobody") if reader is None else reader),
            Cell(
                typeset_french(ACCEPTANCE_REASONS[reason][1]) if is_french else ACCEPTANCE_REASONS[reason][0]
            ),
            Cell(material.wording.count(patients), is_number=True),
        )
        for reader, reason, patients in counted.sort("READER", "REASON", nulls_last=True).iter_rows()
    )
    header = tuple(material.say(f"readers.{name}") for name in ("accepted", "reason", "patients"))
    table = Table("accepted-records", material.say("readers.accepted_caption"), header, rows)
    nobody = accepted.filter(pl.col("READER").is_null()).height
    if not nobody:
        return [table]
    text = material.say("readers.nobody_text", count=nobody, total=accepted.height)
    return [Notice("stop", material.say("readers.nobody_title"), (text,)), table]


def _name(material: Material, criterion: Criterion) -> str:
    return material.wording.name("criterion", criterion.name)


def _best(material: Material, criterion: Criterion) -> Table:
    endpoint = f"{READER_BEST}_{criterion.name}"
    records = material.analysis.estimates.of(endpoint)
    readers = list(dict.fromkeys(record.estimand.partition(": ")[2] for record in records))
    rows = []
    for category in criterion.categories:
        of_category = [record for record in records if record.estimand.startswith(f"{category.code}: ")]
        if category.kind in {"neither", "unconfirmed_progression"} and not any(r.events for r in of_category):
            continue
        cells = [
            material.cell(
                material.find(endpoint, f"{category.code}: {reader}", population=POPULATION, arm=ALL_ARMS)
            )
            for reader in readers
        ]
        rows.append(row_of(material.wording.name("best", category.code), cells))
    return Table(
        f"reader-best-{criterion.name}".replace("_", "-"),
        material.say("readers.best_caption", criterion=_name(material, criterion)),
        (material.say("response.first"), *readers),
        tuple(rows),
        (material.say("readers.best_note"),),
    )


def _agreement(material: Material, criterion: Criterion) -> list[Block]:
    endpoint = f"{AGREEMENT}_{criterion.name}"
    records = material.analysis.estimates.of(endpoint)
    pairs = list(dict.fromkeys(record.estimand.partition(": ")[2] for record in records))
    if not pairs:
        return [Prose(material.say("readers.no_pair", criterion=_name(material, criterion)))]
    rows = []
    for quantity in QUANTITIES:
        found = [
            material.find(endpoint, f"{quantity}: {pair}", population=POPULATION, arm=ALL_ARMS)
            for pair in pairs
        ]
        if any(found):
            rows.append(
                row_of(material.say(f"readers.{quantity}"), [material.cell(record) for record in found])
            )
    days = material.analysis.plan.protocol.lesions.accepted_reader.agree_within_days
    notes = (
        material.say("readers.kappa_note"),
        material.say("readers.progression_note", days=days),
    )
    return [
        Table(
            f"agreement-{criterion.name}".replace("_", "-"),
            material.say("readers.agreement_caption", criterion=_name(material, criterion)),
            (material.say("readers.quantity"), *pairs),
            tuple(rows),
            notes,
        )
    ]


def _disagreements(material: Material, criterion: Criterion) -> list[Block]:
    found = material.analysis.tables[DISAGREEMENTS].filter(pl.col("CRITERION") == criterion.name)
    if found.is_empty():
        return []
    rows = tuple(
        (
            Cell(pair),
            *(Cell(material.wording.name("best", said) if said else "") for said in (first, second)),
            Cell(material.wording.count(patients), is_number=True),
        )
        for _, pair, first, second, patients in found.iter_rows()
    )
    header = tuple(material.say(f"readers.{name}") for name in ("pair", "first", "second", "patients"))
    caption = material.say("readers.disagreements_caption", criterion=_name(material, criterion))
    return [Table(f"disagreements-{criterion.name}".replace("_", "-"), caption, header, rows)]
