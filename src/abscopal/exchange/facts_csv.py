"""The facts of screening that a coordinator can type: one row per patient and fact, in CSV, English or French."""

import csv
import datetime
import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from abscopal.conduct.screening.facts import Fact, FactValue, Kind, compute_kind
from abscopal.errors import TablesError
from abscopal.exchange.facts_words import (
    CONSENT,
    FAULTS,
    HEADING_NAMES,
    HEADINGS,
    MISTAKES,
    REQUIRED,
)
from abscopal.exchange.lesion_words import NO, YES, compute_plain, names_a_person, read_date, read_word
from abscopal.protocol.check_patients import list_criteria
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.protocol.text import Language

MOST_MISTAKES = 20


@dataclass(frozen=True, slots=True)
class ScreenedPatient:
    """What is known of one patient.

    Args:
        identifier: label of the patient.
        facts: dated facts; those without a value are left out.
        consents: day each consent was signed, by stage.
    """

    identifier: str
    facts: tuple[Fact, ...]
    consents: Mapping[str, datetime.date]


@dataclass(slots=True)
class _Told:
    facts: list[Fact] = field(default_factory=list)
    consents: dict[str, datetime.date] = field(default_factory=dict)


def read_facts_csv(
    path: Path, *, protocol: StudyProtocol, language: Language = "en"
) -> tuple[ScreenedPatient, ...]:
    """Read the facts of screening as a coordinator types them.

    Columns: patient, variable, value, date, and if wished unit and source. A signed consent is a row whose variable
    is `consent` and whose value is the stage that asks for it. An empty value is not known yet. French headings and
    decimal commas are understood. No other column is let in.

    Args:
        path: the CSV file.
        protocol: the study, which says what facts there are and of what kind.
        language: the language in which mistakes are told.

    Returns:
        The patients, in the order in which they first appear.

    Raises:
        TablesError: the file cannot be read, or lines are at fault; every mistake is named with its line.
    """
    rows = _read_rows(path, language)
    kinds = _list_kinds(protocol)
    stages = [stage.identifier for stage in protocol.eligibility.stages if stage.consent is not None]
    patients: dict[str, _Told] = {}
    mistakes: list[tuple[int, str]] = []
    for line, row in rows:
        told = patients.setdefault(row["patient"], _Told()) if row["patient"] else _Told()
        for kind, details in _understand(row, told, kinds, stages):
            mistakes.append((line, MISTAKES[language][kind].format(**details)))
    if mistakes:
        raise TablesError(_tell(mistakes, language), where=str(path))
    return tuple(
        ScreenedPatient(name, tuple(told.facts), dict(told.consents)) for name, told in patients.items()
    )


def _list_kinds(protocol: StudyProtocol) -> dict[str, Kind | None]:
    """The kind of value that each variable of the study is compared with; None where no threshold says it."""
    kinds: dict[str, Kind | None] = {}
    for criterion in list_criteria(protocol):
        threshold = criterion.threshold.value
        limit = threshold[0] if isinstance(threshold, tuple) else threshold
        kinds[criterion.variable] = kinds.get(criterion.variable) if limit is None else compute_kind(limit)
    return kinds


def _understand(
    row: dict[str, str], told: _Told, kinds: Mapping[str, Kind | None], stages: list[str]
) -> Iterable[tuple[str, dict[str, str]]]:
    """Add one row to what is told of its patient, or say what is wrong with it."""
    if not row["patient"]:
        yield "patient_empty", {}
    day = read_date(row["date"]) if row["date"] else None
    if isinstance(day, str):
        yield f"date_{day}", {}
        return
    if compute_plain(row["variable"]) in CONSENT:
        yield from _sign(row["value"], day, told, stages)
        return
    name = {known.casefold(): known for known in kinds}.get(row["variable"].casefold())
    if name is None:
        near = difflib.get_close_matches(row["variable"].upper(), kinds, n=3, cutoff=0.6)
        yield "variable_unknown", {"known": ", ".join(near or kinds)}
        return
    if not row["value"]:
        return
    if day is None:
        yield "date_empty", {}
        return
    value = _read_value(row["value"], kinds[name])
    if value is None:
        yield f"value_{(kinds[name] or 'word').replace(' ', '_')}", {"variable": name}
        return
    told.facts.append(Fact(name, value, day, row["unit"] or None, row["source"]))


def _sign(
    stage: str, day: datetime.date | None, told: _Told, stages: list[str]
) -> Iterable[tuple[str, dict[str, str]]]:
    if stage not in stages:
        yield "consent_unknown", {"known": ", ".join(stages) or "-"}
    elif day is None:
        yield "date_empty", {}
    elif told.consents.get(stage, day) != day:
        yield "consent_twice", {}
    else:
        told.consents[stage] = day


def _read_value(text: str, kind: Kind | None) -> FactValue | None:
    plain = compute_plain(text)
    match kind:
        case "yes or no":
            return True if plain in YES else False if plain in NO else None
        case "number":
            try:
                number = float(text.replace("\u2212", "-").replace("\u202f", "").replace(",", "."))
            except ValueError:
                return None
            return number if math.isfinite(number) else None
        case _:
            return text


def _read_rows(path: Path, language: Language) -> list[tuple[int, dict[str, str]]]:
    text = _read_text(path, language)
    delimiter = max(";\t,", key=text.partition("\n")[0].count)
    reader = csv.reader(text.splitlines(), delimiter=delimiter)
    lines = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    lines = [(line, cells) for line, cells in lines if any(cells)]
    if len(lines) < 2:
        raise _refuse("empty", path, language)
    places = _find_columns(lines[0][1], path, language)
    width = len(lines[0][1])
    rows = []
    ill_cut = []
    for line, cells in lines[1:]:
        if len(cells) != width:
            details = {"cells": len(cells), "columns": width}
            ill_cut.append((line, MISTAKES[language]["cells"].format(**details)))
            continue
        rows.append((line, {name: cells[places[name]] if name in places else "" for name in HEADINGS}))
    if ill_cut:
        raise TablesError(_tell(ill_cut, language), where=str(path))
    return rows


def _read_text(path: Path, language: Language) -> str:
    if not path.is_file():
        raise _refuse("folder" if path.is_dir() else "no_file", path, language)
    content = path.read_bytes()
    if b"\0" in content:
        raise _refuse("no_text", path, language)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _find_columns(titles: list[str], path: Path, language: Language) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, title in enumerate(titles):
        name = read_word(title, HEADINGS)
        if name is None:
            kind = "identity" if names_a_person(title) else "unknown"
            raise _refuse(kind, path, language, title=title)
        if name in places:
            raise _refuse("twice", path, language, title=title)
        places[name] = place
    if missing := [HEADING_NAMES[language][name] for name in REQUIRED if name not in places]:
        raise _refuse("lacks", path, language, title=", ".join(missing))
    return places


def _refuse(fault: str, path: Path, language: Language, *, title: str = "") -> TablesError:
    found, remedy = FAULTS[language][fault]
    return TablesError(found.format(title=title), where=str(path), remedy=remedy)


def _tell(mistakes: list[tuple[int, str]], language: Language) -> str:
    line_word, colon = ("ligne", " : ") if language == "fr" else ("line", ": ")
    told = [f"  {line_word} {line}{colon}{sentence}" for line, sentence in mistakes[:MOST_MISTAKES]]
    left = len(mistakes) - len(told)
    tail = [f"  ... {'et' if language == 'fr' else 'and'} {left}"] if left > 0 else []
    noun = ("faute" if language == "fr" else "mistake") + ("s" if len(mistakes) > 1 else "")
    return "\n".join([f"{len(mistakes)} {noun}{colon.rstrip()}", *told, *tail])
