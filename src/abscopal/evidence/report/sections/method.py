"""How it was done: settings, assumptions, rows set apart, imputed dates, origins of numbers, versions."""

import re

import polars as pl

from abscopal.evidence.provenance import Provenance
from abscopal.evidence.report.blocks import Block, Cell, Notice, Prose, Section, Table
from abscopal.evidence.report.material import Material

# Their message is about one column, which the sentence of the rule does not name.
COLUMN_RULES = ("not_a_number", "impossible_date", "missing_value", "unknown_code", "out_of_range")


def render_settings(material: Material) -> Section:
    """Every choice with its value, origin, source and alternatives."""
    names = ("name", "meaning", "value", "origin", "source", "alternatives")
    is_french = material.wording.language == "fr"
    rows = tuple(
        (
            Cell(setting.name),
            Cell(setting.meaning_fr if is_french else setting.meaning_en),
            Cell(setting.value),
            Cell(material.wording.name("provenance", setting.origin)),
            Cell(setting.source),
            Cell(setting.alternatives),
        )
        for setting in material.analysis.plan.settings
    )
    table = Table(
        "settings",
        material.say("settings.caption"),
        tuple(material.say(f"settings.{name}") for name in names),
        rows,
        is_long=True,
    )
    return Section("settings", material.say("settings.title"), (table,))


def render_assumptions(material: Material) -> Section:
    """What is assumed and why; what is unknown and what it stops."""
    plan = material.analysis.plan
    blocks: list[Block] = []
    if plan.assumed:
        rows = tuple(
            (
                Cell(fact.path),
                Cell(
                    material.say("assumptions.statement")
                    if fact.value is None
                    else _written(fact.value, fact.unit)
                ),
                Cell(material.read(fact.note) if fact.note else ""),
            )
            for fact in plan.assumed
        )
        header = tuple(material.say(f"assumptions.{name}") for name in ("path", "value", "reason"))
        blocks.append(Table("assumptions", material.say("assumptions.caption"), header, rows, is_long=True))
    else:
        blocks.append(Prose(material.say("assumptions.none")))
    if plan.unknown:
        unknown = tuple((Cell(fact.path), Cell(fact.description), Cell(fact.stops)) for fact in plan.unknown)
        header = tuple(material.say(f"assumptions.{name}") for name in ("path", "meaning", "stops"))
        blocks.append(
            Table("unknown", material.say("assumptions.unknown_caption"), header, unknown, is_long=True)
        )
    return Section("assumptions", material.say("assumptions.title"), tuple(blocks))


def render_set_apart(material: Material) -> Section:
    """Rows that broke a rule, counted by rule, and what reading the tables noticed; no patient is named."""
    rows = material.analysis.set_apart
    blocks: list[Block] = [_rules_table(material)] if rows.height else [Prose(material.say("set_apart.none"))]
    blocks += _reading_notes(material)
    return Section("set-apart", material.say("set_apart.title"), tuple(blocks))


def _rules_table(material: Material) -> Table:
    rows = material.analysis.set_apart
    counted = rows.group_by("DOMAIN", "RULE").agg(
        pl.col("MESSAGE").first(), ROWS=pl.struct("ROW", "SEQ").n_unique()
    )
    cells = tuple(
        (
            Cell(domain),
            Cell(_name_rule(material, rule)),
            Cell(explain_rule(material, rule, message)),
            Cell(material.wording.count(count), is_number=True),
        )
        for domain, rule, message, count in counted.sort("DOMAIN", "RULE").iter_rows()
    )
    header = tuple(material.say(f"set_apart.{name}") for name in ("domain", "rule", "message", "rows"))
    note = material.say("set_apart.note")
    return Table("set-apart-rules", material.say("set_apart.caption"), header, cells, (note,), is_long=True)


def _name_rule(material: Material, rule: str) -> str:
    name = material.wording.name("rule", rule)
    return rule if name == rule else f"{name} ({rule})"


def explain_rule(material: Material, rule: str, message: str) -> str:
    """Say what is wrong with a row set apart, in the language of the report.

    Args:
        material: the report.
        rule: the rule that the row breaks.
        message: the exact message, which is English and names its column first.
    """
    key = f"rule_sentence.{rule}"
    if material.wording.language == "en" or not material.wording.knows(key):
        return message
    column = re.search(r"\b[A-Z]{4,8}\b", message) if rule in COLUMN_RULES else None
    sentence = material.say(key)
    return material.wording.labelled(column.group(), sentence) if column else sentence


def _reading_notes(material: Material) -> list[Block]:
    reading = material.analysis.reading
    items = list(reading.notices)
    if reading.ignored_files:
        items.append(material.say("reading.ignored_files", names=", ".join(reading.ignored_files)))
    for key, by_table in (("absent", reading.absent_columns), ("ignored", reading.ignored_columns)):
        items += [
            material.say(f"reading.{key}_columns", table=table.upper(), names=", ".join(columns))
            for table, columns in by_table
            if columns
        ]
    return [Notice("plain", material.say("reading.title"), tuple(items))] if items else []


def render_imputed(material: Material) -> Section:
    """Partial dates, and what was completed."""
    rows = material.analysis.imputed
    if rows.is_empty():
        return Section("imputed", material.say("imputed.title"), (Prose(material.say("imputed.none")),))
    cells = tuple(
        (
            Cell(table),
            Cell(variable),
            Cell(material.say(f"imputed.{flag}")),
            Cell(material.wording.count(count), is_number=True),
        )
        for table, variable, flag, count in rows.iter_rows()
    )
    header = tuple(material.say(f"imputed.{name}") for name in ("table", "variable", "what", "rows"))
    table_block = Table(
        "imputed-dates", material.say("imputed.caption"), header, cells, (material.say("imputed.note"),)
    )
    return Section("imputed", material.say("imputed.title"), (table_block,))


def render_sources(material: Material) -> Section:
    """Every estimate with the rule that made it and the table it came from."""
    names = ("id", "endpoint", "estimand", "population", "arm", "status", "value", "n", "method", "source")
    estimates = material.analysis.estimates
    rows = tuple(
        (
            Cell(f"e{number}"),
            Cell(record.endpoint),
            Cell(record.estimand),
            Cell(record.population),
            Cell(record.arm),
            Cell(material.say(f"status.{record.status}")),
            Cell(material.wording.estimate(record), estimate=f"e{number}"),
            Cell(material.wording.count(record.n), is_number=True),
            Cell(record.method),
            Cell(record.source),
        )
        for number, record in enumerate(estimates.records, start=1)
    )
    header = tuple(material.say(f"sources.{name}") for name in names)
    table = Table("estimates", material.say("sources.caption"), header, rows, is_long=True)
    return Section("sources", material.say("sources.title"), (table,))


def render_versions(material: Material, provenance: Provenance) -> Section:
    """Hashes of every input, versions of everything that computed."""
    inputs = tuple(
        (
            Cell(item.name),
            Cell(material.wording.count(item.rows) if item.rows is not None else ""),
            Cell(item.sha256),
        )
        for item in provenance.inputs
    )
    software = tuple((Cell(name), Cell(version)) for name, version in provenance.versions)
    file_header = tuple(material.say(f"versions.{name}") for name in ("file", "rows", "hash"))
    software_header = tuple(material.say(f"versions.{name}") for name in ("software", "version"))
    tables = (
        Table("inputs", material.say("versions.inputs_caption"), file_header, inputs),
        Table("software", material.say("versions.software_caption"), software_header, software),
    )
    return Section("versions", material.say("versions.title"), tables)


def _written(value: object, unit: str | None) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return f"{text} {unit}" if unit else text
