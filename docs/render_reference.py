"""Write the reference pages from the code itself: commands, study file, tables, criteria, settings, rules."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dataframely as dy
import typer.main

from abscopal.cli.main import app
from abscopal.derivations.response.criteria import CRITERIA
from abscopal.derivations.response.settings import ResponseSettings, list_settings
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.tables.adam import ANALYSIS_TABLES, LesionAssessments
from abscopal.tables.admission import ADMISSION_RULES
from abscopal.tables.sdtm import DOMAINS, SupplementalQualifiers

HERE = Path(__file__).parent
REFERENCE = HERE / "reference"


def escape(text: str) -> str:
    """Keep a text on one line of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "\\<").replace("*", "\\*")


def render_table_schema(name: str, schema: type[dy.Schema]) -> str:
    """One table of the reference: its columns with their meaning."""
    keys = set(schema.primary_key())
    rows = [
        f"| `{column}` | {type(kind).__name__} | {'key' if column in keys else 'may be empty' if kind.nullable else 'required'} "
        f"| {escape(kind.description or '')} |"
        for column, kind in schema.columns().items()
    ]
    head = f"### {name.upper()}\n\n{' '.join((schema.__doc__ or '').split())}\n\n"
    return head + "| Column | Kind | | What it is |\n|---|---|---|---|\n" + "\n".join(rows) + "\n"


def render_tables() -> str:
    """The page of every table and column."""
    collected = [render_table_schema(name, schema) for name, schema in DOMAINS.items()]
    collected.append(render_table_schema("SUPP--", SupplementalQualifiers))
    analysed = [render_table_schema(name, schema) for name, schema in ANALYSIS_TABLES.items()]
    analysed.append(render_table_schema("Lesion assessments", LesionAssessments))
    return (
        "# Tables\n\nColumns bear CDISC names. The names `READER`, `LS...`, `INJDT`, `INJFL`, `NINJFL`, `VISCFL`, `CRITERION`, "
        "`RULE` and "
        "`RULESET` are ours: no standard has a place for them. An injected lesion is a row of EX with "
        "`EXROUTE = INTRATUMORAL` and `EXLNKID`, the lesion; a dose made from the patient's own cells carries its "
        "identifier in `EXLOT`. A date that collected tables hold as text may be partial.\n\n"
        "## Collected tables (SDTM)\n\n"
        + "\n".join(collected)
        + "\n## Tables of analysis (ADaM)\n\n"
        + "\n".join(analysed)
    )


def walk_properties(
    schema: dict[str, Any], definitions: dict[str, Any], name: str
) -> Iterator[tuple[str, str, str]]:
    """Give (part, key, description) for every key of the study file."""
    for key, value in schema.get("properties", {}).items():
        yield name, key, str(value.get("description") or describe_reference(value, definitions))


def describe_reference(value: dict[str, Any], definitions: dict[str, Any]) -> str:
    """The description of the part that a key points to, where the key has none of its own."""
    target = str(value.get("$ref", "")).rsplit("/", 1)[-1]
    return str(definitions.get(target, {}).get("description", ""))


def list_protocol_keys() -> list[tuple[str, str, str]]:
    """Every key of the study file, part by part, without repeating the five keys of a marked value."""
    schema = StudyProtocol.model_json_schema()
    definitions: dict[str, Any] = schema["$defs"]
    keys = list(walk_properties(schema, definitions, "StudyProtocol"))
    for name, definition in definitions.items():
        if not name.startswith("Sourced_"):
            keys += walk_properties(definition, definitions, name)
    marked = next(definition for name, definition in definitions.items() if name.startswith("Sourced_"))
    return keys + list(walk_properties(marked, definitions, "A marked value"))


def render_study_file() -> str:
    """The page of every key of protocol.yml."""
    lines = [
        "# Study file",
        "",
        "Every key of `protocol.yml`. A JSON Schema for editors is beside the bundled studies "
        "(`protocol.schema.json`); `abscopal check` explains mistakes with file and line.",
    ]
    current = ""
    for part, key, description in list_protocol_keys():
        if part != current:
            lines += ["", f"## {part}", "", "| Key | What it is |", "|---|---|"]
            current = part
        lines.append(f"| `{key}` | {escape(description)} |")
    return "\n".join(lines) + "\n"


def list_commands() -> dict[str, Any]:
    """Every command by name; those of a group by both words."""
    found: dict[str, Any] = {}
    for name, command in getattr(typer.main.get_command(app), "commands").items():  # noqa: B009 (typed as a command)
        members = getattr(command, "commands", None)
        found |= (
            {name: command} if members is None else {f"{name} {key}": one for key, one in members.items()}
        )
    return found


def render_commands() -> str:
    """The page of every command and option."""
    lines = [
        "# Commands",
        "",
        "Exit codes: 0 done, 2 the input is at fault (a sentence says what, where and what to do), 1 the fault is ours.",
    ]
    for name, command in list_commands().items():
        lines += ["", f"## abscopal {name}", "", (command.help or "").strip(), "", "| | |", "|---|---|"]
        for parameter in command.params:
            shown = ", ".join(f"`{option}`" for option in parameter.opts)
            lines.append(f"| {shown} | {escape(getattr(parameter, 'help', '') or '')} |")
    return "\n".join(lines) + "\n"


def render_criteria() -> str:
    """The page of response criteria and their categories."""
    lines = ["# Response criteria", ""]
    for criterion in CRITERIA:
        lines += [
            f"## {criterion.name}",
            "",
            criterion.reference,
            "",
            "| Category | English | Français |",
            "|---|---|---|",
        ]
        lines += [
            f"| {category.code} | {escape(category.en)} | {escape(category.fr)} |"
            for category in criterion.categories
        ]
        lines.append("")
        if criterion.our_readings:
            lines += ["What the source leaves open, and how it is read here:", ""]
            lines += [
                f"- {reading.en} *{reading.fr}*" + (f" (`{reading.setting}`)" if reading.setting else "")
                for reading in criterion.our_readings
            ]
            lines.append("")
    return "\n".join(lines) + "\n"


def render_settings() -> str:
    """The page of the settings of response."""
    lines = [
        "# Settings of response",
        "",
        "Where the guideline leaves a choice, the choice has a name. A study file fixes it under `lesions.settings`.",
        "",
        "| Setting | Default | What it decides | Source of the default | Alternatives |",
        "|---|---|---|---|---|",
    ]
    for entry in list_settings(ResponseSettings()):
        lines.append(
            f"| `{entry.name}` | {escape(entry.default)} | {escape(entry.en)} | {escape(entry.source)} "
            f"| {escape(entry.alternatives)} |"
        )
    return "\n".join(lines) + "\n"


def render_rules() -> str:
    """The page of every rule by name: response, then admission of tables."""
    lines = [
        "# Rules by name",
        "",
        "Every response carries the name of the rule that made it; every row set apart, the rule it breaks.",
    ]
    for criterion in CRITERIA:
        lines += ["", f"## {criterion.title}", "", "| Rule | Gives | When | Source |", "|---|---|---|---|"]
        lines += [
            f"| `{rule.name}` | {rule.response} | {escape(rule.en)} | {escape(rule.reference)} |"
            for rule in criterion.rules
        ]
    lines += ["", "## Admission of tables", "", "| Rule | A row is set apart when |", "|---|---|"]
    lines += [f"| `{rule.name}` | {escape(rule.sentence)} |" for rule in ADMISSION_RULES]
    return "\n".join(lines) + "\n"


PAGES = {
    "commands": render_commands,
    "study-file": render_study_file,
    "tables": render_tables,
    "criteria": render_criteria,
    "settings": render_settings,
    "rules": render_rules,
}


def main() -> None:
    """Write every page of the reference."""
    REFERENCE.mkdir(exist_ok=True)
    for name, render in PAGES.items():
        (REFERENCE / f"{name}.md").write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
