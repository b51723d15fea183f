"""The lesion table a radiologist can type: one row per lesion and scan, in CSV, English or French."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from abscopal.errors import TablesError
from abscopal.exchange.lesion_words import (
    ALLOWED,
    CENTIMETRES,
    FAULTS,
    FIRST_YEAR,
    HEADING_NAMES,
    HEADINGS,
    LAST_YEAR,
    MISTAKES,
    NO,
    REQUIRED,
    RESULT_NAMES,
    RESULTS,
    ROLE_NAMES,
    ROLES,
    YES,
    Language,
    compute_plain,
    find_nearest_heading,
    names_a_person,
    read_date,
    read_lengths,
    read_word,
)
from abscopal.exchange.lines_set_apart import TypedRow
from abscopal.exchange.typed_injections import read_injected
from abscopal.exchange.typed_scans import LesionTables, build_tables

LARGEST_MM = 500
MOST_MISTAKES = 20
MOST_YEARS = 50


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake on one line; the sentence is chosen by its kind when it is told."""

    line: int
    kind: str
    details: dict[str, object] = field(default_factory=dict)


def read_lesion_csv(path: Path, *, language: Language = "en") -> LesionTables:
    """Read a lesion table as a radiologist types it.

    Columns: patient, date, lesion, role (target, non-target, new, marker), mm (a length in millimetres
    or a word), and if wished reader, visit, location, node (yes or no), symptom (yes where the scan was
    made for a new one), injected (the date of the lesion's first injection, or yes or no at this scan)
    and start (first dose or randomisation; without it time starts at the first scan). French headings
    and words, decimal commas and semicolons are understood. No other column is let in.

    Lines that can be read and contradict each other are set apart by the rules of admission, as rows of any
    trial's tables are, and the rest is used. Where the lines of a lesion contradict each other about its injection,
    no injection of its patient is used: it is not known which lesions were injected.

    Args:
        path: the CSV file.
        language: the language in which mistakes and lines set apart are told.

    Returns:
        TU, TR, ADSL, EX with the first injection of each injected lesion, and the lines set apart.

    Raises:
        TablesError: the file cannot be read, or lines are at fault; every mistake is named with its line.
    """
    rows, mistakes = _read_rows(path, language)
    mistakes += _check_lesions(rows) + _check_spellings(rows)
    if mistakes:
        raise TablesError(_tell(mistakes, language), where=str(path))
    if not rows:
        raise _refuse("no_lesion", str(path), language)
    return build_tables(rows, language=language)


def _tell(mistakes: list[Mistake], language: Language) -> str:
    line, noun, more = ("ligne", "faute", "de plus") if language == "fr" else ("line", "mistake", "more")
    colon = " : " if language == "fr" else ": "
    ordered = sorted(mistakes, key=lambda mistake: mistake.line)
    told = [
        f"  {line} {mistake.line}{colon}{_phrase(mistake, language)}" for mistake in ordered[:MOST_MISTAKES]
    ]
    joined = "et" if language == "fr" else "and"
    left = len(mistakes) - len(told)
    tail = [f"  ... {joined} {left} {more}"] if left > 0 else []
    count = f"{len(mistakes)} {noun}{'s' if len(mistakes) > 1 else ''}{colon.rstrip()}"
    return "\n".join([count, *told, *tail])


def _phrase(mistake: Mistake, language: Language) -> str:
    details = dict(mistake.details)
    role = details.get("role")
    if isinstance(role, str):
        allowed = (RESULT_NAMES[language][meaning] for meaning in ALLOWED[role])
        details |= {"role": ROLE_NAMES[language][role], "allowed": ", ".join(sorted(allowed))}
    return MISTAKES[language][mistake.kind].format(**details)


def _refuse(fault: str, where: str, language: Language, **details: object) -> TablesError:
    found, remedy = FAULTS[language][fault]
    return TablesError(found.format(**details), where=where, remedy=remedy)


def _read_rows(path: Path, language: Language) -> tuple[list[TypedRow], list[Mistake]]:
    text = _read_text(path, language)
    delimiter = max(";\t,", key=text.partition("\n")[0].count)
    lines = _split_lines(text, delimiter, path, language)
    heading = next(lines, None)
    if heading is None:
        raise _refuse("empty", str(path), language)
    titles = heading[1]
    columns = _find_columns(titles, path, language)
    rows: list[TypedRow] = []
    mistakes: list[Mistake] = []
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        ill_cut = _count_cells(line, cells, titles, delimiter)
        if ill_cut is not None:
            mistakes.append(ill_cut)
            continue
        row = _understand(line, {name: cells[place].strip() for name, place in columns.items()})
        if isinstance(row, TypedRow):
            rows.append(row)
        else:
            mistakes += row
    return rows, mistakes


def _read_text(path: Path, language: Language) -> str:
    if path.is_dir():
        raise _refuse("folder", str(path), language)
    if not path.is_file():
        raise _refuse("no_file", str(path), language)
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\0" in text:
        raise _refuse("no_text", str(path), language)
    return text


def _split_lines(
    text: str, delimiter: str, path: Path, language: Language
) -> Iterator[tuple[int, list[str]]]:
    """Lines with their number, cut into cells."""
    reader = csv.reader(text.splitlines(), delimiter=delimiter)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise _refuse("no_csv", str(path), language, line=reader.line_num) from error


def _count_cells(line: int, cells: list[str], titles: list[str], delimiter: str) -> Mistake | None:
    """A line must have as many cells as the heading: an unquoted 31,5 is two cells, and would be read as 31."""
    counts: dict[str, object] = {"cells": len(cells), "columns": len(titles)}
    if len(cells) < len(titles):
        return Mistake(line, "few_cells", counts)
    if len(cells) > len(titles):
        return Mistake(line, "decimal_comma" if delimiter == "," else "many_cells", counts)
    if any(cell.strip() and not title.strip() for cell, title in zip(cells, titles, strict=True)):
        return Mistake(line, "no_heading")
    return None


def _find_columns(titles: list[str], path: Path, language: Language) -> dict[str, int]:
    """Where each column is; a heading that is not known, or given twice, is refused and never passed over."""
    where = f"{path}, {'ligne' if language == 'fr' else 'line'} 1"
    columns: dict[str, int] = {}
    unknown: list[str] = []
    for place, title in enumerate(titles):
        name = read_word(title, HEADINGS)
        if name in columns:
            places = {"first": columns[name] + 1, "second": place + 1}
            raise _refuse("twice", where, language, name=HEADING_NAMES[language][name], **places)
        if name is not None:
            columns[name] = place
        elif title.strip():
            unknown.append(title.strip())
    # A first line without any heading is a line of data, and data are never repeated.
    if len(columns) > 1 and unknown:
        raise _refuse_headings(unknown, where, language)
    missing = [HEADING_NAMES[language][name] for name in REQUIRED if name not in columns]
    if missing:
        raise _refuse("lacks", where, language, names=", ".join(missing))
    return columns


def _refuse_headings(unknown: list[str], where: str, language: Language) -> TablesError:
    """Every unknown heading in a sentence; what would name a person comes first."""
    told = []
    for title in sorted(unknown, key=lambda title: not names_a_person(title)):
        nearest = find_nearest_heading(title)
        kind = "identity" if names_a_person(title) else "nearest" if nearest else "unknown"
        quoted = f"« {title} »" if language == "fr" else f"'{title}'"
        told.append(_refuse(kind, where, language, title=quoted, nearest=nearest))
    remedies = dict.fromkeys(fault.remedy for fault in told)
    found = " ".join(fault.found for fault in told)
    return TablesError(found, where=where, remedy=" ".join(remedies))


def _understand(line: int, said: dict[str, str]) -> TypedRow | list[Mistake]:
    """A line understood, or the mistakes that say why not."""
    wrong = [Mistake(line, f"{name}_empty") for name in ("patient", "lesion") if not said[name]]
    years: dict[str, object] = {"first": FIRST_YEAR, "last": LAST_YEAR}
    on = read_date(said["date"])
    if not isinstance(on, date):
        wrong.append(Mistake(line, f"date_{on}", years))
    start = read_date(said["start"]) if said.get("start") else None
    if isinstance(start, str):
        wrong.append(Mistake(line, f"start_{start}", years))
    role = read_word(said["role"], ROLES)
    if role is None:
        wrong.append(Mistake(line, "role_unknown"))
    node, symptom = (compute_plain(said.get(name, "")) for name in ("node", "symptom"))
    answers = {"node": node, "symptom": symptom}
    wrong += [Mistake(line, f"{name}_unknown") for name, answer in answers.items() if answer not in YES | NO]
    injected = read_injected(said.get("injected", ""))
    if injected in ("unreadable", "slashes", "year"):
        wrong.append(Mistake(line, f"injected_{injected}", years))
    if said.get("location", "").isdigit():
        wrong.append(Mistake(line, "location_number"))
    if "/" in said["lesion"]:
        wrong.append(Mistake(line, "slash_in_name"))
    lengths, word = read_lengths(said["result"]), read_word(said["result"], RESULTS)
    if CENTIMETRES.search(said["result"]):
        wrong.append(Mistake(line, "length_cm"))
    else:
        wrong += _question_result(line, lengths, word, role)
    if wrong or not isinstance(on, date) or isinstance(start, str) or role is None:
        return wrong
    if injected == "unreadable" or injected == "slashes" or injected == "year":
        return wrong
    return TypedRow(
        line=line,
        patient=said["patient"],
        reader=said.get("reader", ""),
        scanned=on,
        visit=said.get("visit", ""),
        start=start,
        lesion=said["lesion"],
        role=role,
        location=said.get("location") or None,
        node=node in YES,
        lengths=lengths,
        word=word,
        injected=injected,
        symptom=symptom in YES,
    )


def _question_result(
    line: int, lengths: list[float] | None, word: str | None, role: str | None
) -> list[Mistake]:
    if lengths is None and word is None:
        return [Mistake(line, "result_unknown")]
    if lengths is not None and sum(lengths) > LARGEST_MM:
        return [Mistake(line, "length_large", {"largest": LARGEST_MM})]
    if role is None or word is None or word in ALLOWED[role]:
        return [Mistake(line, "marker_word")] * (role == "MARKER" and lengths is not None)
    return [Mistake(line, "word" if role == "MARKER" else "word_or_length", {"role": role})]


def _check_lesions(rows: list[TypedRow]) -> list[Mistake]:
    """Mistakes that only show between lines, and that no table could hold."""
    mistakes: list[Mistake] = []
    first_kind: dict[tuple[str, str, str], TypedRow] = {}
    starts: dict[str, TypedRow] = {}
    first_day: dict[str, date] = {}
    for row in rows:
        days = [day for day in (first_day.get(row.patient), row.scanned, row.start) if day is not None]
        first_day[row.patient] = min(days)
    for row in rows:
        known = first_kind.setdefault((row.patient, row.reader, row.lesion), row)
        if (known.role == "MARKER") != (row.role == "MARKER"):
            mistakes.append(Mistake(row.line, "marker_changed", {"other": known.line}))
        if row.start is not None:
            earlier = starts.setdefault(row.patient, row)
            if earlier.start != row.start:
                kind = "start_changed" if earlier.reader == row.reader else "start_of_readers"
                mistakes.append(Mistake(row.line, kind, {"other": earlier.line}))
        last = max(row.scanned, row.start or row.scanned)
        if last.year - first_day[row.patient].year > MOST_YEARS:
            mistakes.append(Mistake(row.line, "far_apart", {"years": MOST_YEARS}))
    return mistakes


def _check_spellings(rows: list[TypedRow]) -> list[Mistake]:
    """T1 and t1 would be two lesions, and each would lack the scans of the other."""
    mistakes: list[Mistake] = []
    known: dict[tuple[str, ...], tuple[str, int]] = {}
    told: set[tuple[str, ...]] = set()
    for row in rows:
        labels = {
            "patient": ("", "", row.patient),
            "reader": (row.patient, "", row.reader),
            "lesion": (row.patient, row.reader, row.lesion),
        }
        for kind, label in labels.items():
            written, line = known.setdefault(
                (kind, *label[:2], compute_plain(label[2])), (label[2], row.line)
            )
            if written != label[2] and (kind, *label) not in told:
                told.add((kind, *label))
                mistakes.append(Mistake(row.line, f"{kind}_spelling", {"other": line}))
    return mistakes
