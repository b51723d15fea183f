"""The lesion table a radiologist can type: one row per lesion and scan, in CSV, English or French."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import dataframely as dy
import polars as pl

from abscopal.derivations.response.lesion_burden import MARKER_LOCATION
from abscopal.errors import TablesError
from abscopal.exchange.lesion_words import (
    ALLOWED,
    HEADINGS,
    NO,
    REQUIRED,
    RESULTS,
    ROLES,
    YES,
    compute_plain,
    read_date,
    read_lengths,
    read_word,
)
from abscopal.tables.adam import SubjectLevel
from abscopal.tables.sdtm.tr import TumourResults
from abscopal.tables.sdtm.tu import TumourIdentification

LARGEST_MM = 500
MOST_MISTAKES = 20
UNNAMED_READER = "READER"


@dataclass(frozen=True, slots=True)
class TypedRow:
    """One line of the file, understood."""

    line: int
    patient: str
    reader: str
    scanned: date
    visit: str
    start: date | None
    lesion: str
    role: str
    location: str | None
    node: bool
    lengths: list[float] | None
    word: str | None


@dataclass(frozen=True, slots=True)
class LesionTables:
    """What the file becomes: the same tables as any trial's."""

    tu: dy.DataFrame[TumourIdentification]
    tr: dy.DataFrame[TumourResults]
    adsl: dy.DataFrame[SubjectLevel]
    has_start: bool


def read_lesion_csv(path: Path) -> LesionTables:
    """Read a lesion table as a radiologist types it.

    Columns: patient, date, lesion, role (target, non-target, new, marker), mm (a length in millimetres
    or a word), and if wished reader, visit, location, node (yes or no) and start (first dose or
    randomisation; without it time starts at the first scan). French headings and words, decimal
    commas and semicolons are understood.

    Args:
        path: the CSV file.

    Returns:
        TU, TR and ADSL.

    Raises:
        TablesError: the file cannot be read, or lines are at fault; every mistake is named with its line.
    """
    rows, mistakes = _read_rows(path)
    mistakes += _check_lesions(rows)
    if mistakes:
        mistakes.sort(key=lambda mistake: mistake[0])
        told = [f"  line {line}: {sentence}" for line, sentence in mistakes[:MOST_MISTAKES]]
        more = len(mistakes) - len(told)
        tail = [f"  ... and {more} more"] if more > 0 else []
        count = f"{len(mistakes)} mistake{'s' if len(mistakes) > 1 else ''}"
        raise TablesError(f"{count}:\n" + "\n".join(told + tail), where=str(path))
    if not rows:
        raise TablesError(
            "the file has a heading but no lesion.",
            where=str(path),
            remedy="Type one row per lesion and scan.",
        )
    return _build_tables(rows)


def _read_rows(path: Path) -> tuple[list[TypedRow], list[tuple[int, str]]]:
    lines = _read_lines(path)
    heading = next(lines, None)
    if heading is None:
        raise TablesError("the file is empty.", where=str(path), remedy="Begin with a line of headings.")
    columns = _find_columns(heading[1], path)
    rows, mistakes = [], []
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        said = {name: cells[place].strip() if place < len(cells) else "" for name, place in columns.items()}
        row = _understand(line, said)
        if isinstance(row, TypedRow):
            rows.append(row)
        else:
            mistakes += [(line, sentence) for sentence in row]
    return rows, mistakes


def _read_lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Lines with their number; the delimiter is the one the heading uses most."""
    if not path.is_file():
        raise TablesError("there is no such file.", where=str(path), remedy="Check the path.")
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\0" in text:
        raise TablesError("this is not a CSV text file.", where=str(path), remedy="Save the table as CSV.")
    heading = text.partition("\n")[0]
    delimiter = max(";\t,", key=heading.count)
    reader = csv.reader(text.splitlines(), delimiter=delimiter)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise TablesError(
            f"line {reader.line_num} cannot be read as CSV.",
            where=str(path),
            remedy="Save the table again as CSV.",
        ) from error


def _find_columns(heading: list[str], path: Path) -> dict[str, int]:
    columns: dict[str, int] = {}
    for place, title in enumerate(heading):
        name = read_word(title, HEADINGS)
        if name is not None and name not in columns:
            columns[name] = place
    missing = [HEADINGS[name][0] for name in REQUIRED if name not in columns]
    if missing:
        raise TablesError(
            f"the heading lacks {', '.join(missing)}.",
            where=f"{path}, line 1",
            remedy="Columns: patient, date, lesion, role, mm; optional reader, visit, location, node, start.",
        )
    return columns


def _understand(line: int, said: dict[str, str]) -> TypedRow | list[str]:
    """A line understood, or the sentences that say why not."""
    wrong = [f"{name} is empty." for name in ("patient", "lesion") if not said[name]]
    on = read_date(said["date"])
    if on is None:
        wrong.append("the date is not readable; write 2024-03-01 or 01/03/2024 (day first).")
    start = read_date(said.get("start", ""))
    if said.get("start") and start is None:
        wrong.append("the start is not a readable date; write 2024-03-01 or 01/03/2024 (day first).")
    role = read_word(said["role"], ROLES)
    if role is None:
        wrong.append("the role is not known; write target, non-target, new or marker.")
    node = compute_plain(said.get("node", ""))
    if node not in YES | NO:
        wrong.append("node is neither yes nor no.")
    if "/" in said["lesion"]:
        wrong.append("a lesion's name holds a /; for merged lesions write 'merged' on the absorbed one.")
    lengths, word = read_lengths(said["result"]), read_word(said["result"], RESULTS)
    wrong += _question_result(lengths, word, role)
    if wrong or on is None or role is None:
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
    )


def _question_result(lengths: list[float] | None, word: str | None, role: str | None) -> list[str]:
    if lengths is None and word is None:
        return [
            "the result is neither a length in mm nor a known word; an unmeasured lesion is 'not evaluated', "
            "one that has gone is 'absent'."
        ]
    if lengths is not None and sum(lengths) > LARGEST_MM:
        return [f"a length is over {LARGEST_MM} mm; lengths are millimetres."]
    if role is None or word is None or word in ALLOWED[role]:
        return ["a marker is present (raised), absent (normal) or not evaluated."] * (
            role == "MARKER" and lengths is not None
        )
    allowed = ", ".join(sorted(meaning.lower() for meaning in ALLOWED[role]))
    lead = "a length or one of" if role != "MARKER" else "one of"
    return [f"this word does not suit a {role.lower()}; write {lead}: {allowed}."]


def _check_lesions(rows: list[TypedRow]) -> list[tuple[int, str]]:
    """Mistakes that only show between lines."""
    mistakes: list[tuple[int, str]] = []
    first_role: dict[tuple[str, str, str], TypedRow] = {}
    seen: dict[tuple[str, str, str, date, str], TypedRow] = {}
    starts: dict[str, TypedRow] = {}
    first_scan: dict[tuple[str, str], date] = {}
    for row in rows:
        reading = (row.patient, row.reader)
        first_scan[reading] = min(first_scan.get(reading, row.scanned), row.scanned)
    for row in rows:
        named = (row.patient, row.reader, row.lesion)
        known = first_role.setdefault(named, row)
        if known.role != row.role:
            mistakes.append(
                (
                    row.line,
                    f"this lesion was {known.role.lower()} on line {known.line}; a role never changes.",
                )
            )
        place = (*named, row.scanned, row.visit)
        if place in seen:
            mistakes.append(
                (row.line, f"the same lesion is read twice at this scan (line {seen[place].line}).")
            )
        seen.setdefault(place, row)
        if row.role == "NEW" and row.scanned <= max(
            first_scan[row.patient, row.reader], row.start or date.min
        ):
            mistakes.append(
                (row.line, "a new lesion is listed at baseline; what was there at baseline is not new.")
            )
        if row.start is not None:
            earlier = starts.setdefault(row.patient, row)
            if earlier.start != row.start:
                mistakes.append((row.line, f"the start differs from that of line {earlier.line}."))
    return mistakes


def _build_tables(rows: list[TypedRow]) -> LesionTables:
    lesions: dict[tuple[str, str, str], TypedRow] = {}
    for row in rows:
        known = lesions.get((row.patient, row.reader, row.lesion))
        if known is None or (known.location is None and row.location is not None):
            lesions[row.patient, row.reader, row.lesion] = row
    nodes = {(row.patient, row.reader, row.lesion) for row in rows if row.node}
    tu = [_name_lesion(number, row, nodes) for number, row in enumerate(lesions.values(), start=1)]
    pieces = [(row, name, length) for row in rows for name, length in _list_pieces(row)]
    numbers = _number_visits(rows)
    tr = [
        _write_result(number, row, name, length, numbers, nodes)
        for number, (row, name, length) in enumerate(pieces, start=1)
    ]
    return LesionTables(
        tu=TumourIdentification.validate(_fill(TumourIdentification, tu), cast=True),
        tr=TumourResults.validate(_fill(TumourResults, tr), cast=True),
        adsl=_list_patients(rows),
        has_start=any(row.start for row in rows),
    )


def _list_pieces(row: TypedRow) -> list[tuple[str, float | None]]:
    """The lesion itself, or its fragments."""
    if row.lengths is None:
        return [(row.lesion, None)]
    if len(row.lengths) == 1:
        return [(row.lesion, row.lengths[0])]
    return [(f"{row.lesion}.{place}", length) for place, length in enumerate(row.lengths, start=1)]


def _number_visits(rows: list[TypedRow]) -> dict[tuple[str, str], float]:
    """Visits of a patient in the order of their first scan; only where visits are named."""
    first: dict[tuple[str, str], date] = {}
    for row in rows:
        if row.visit:
            key = (row.patient, row.visit)
            first[key] = min(first.get(key, row.scanned), row.scanned)
    ordered = sorted(first, key=lambda key: (key[0], first[key]))
    return {key: float(place) for place, key in enumerate(ordered, start=1)}


def _name_lesion(number: int, row: TypedRow, nodes: set[tuple[str, str, str]]) -> dict[str, object]:
    is_node = (row.patient, row.reader, row.lesion) in nodes
    place = MARKER_LOCATION if row.role == "MARKER" else row.location
    role = "NON-TARGET" if row.role == "MARKER" else row.role
    return {
        "STUDYID": "CSV",
        "DOMAIN": "TU",
        "USUBJID": row.patient,
        "TUSEQ": number,
        "TULNKID": row.lesion,
        "TUTESTCD": "TUMIDENT",
        "TUTEST": "Tumor Identification",
        "TUSTRESC": role,
        "TULOC": f"LYMPH NODE {place or ''}".strip() if is_node else place,
        "TUEVAL": row.reader or UNNAMED_READER,
        "TUDTC": row.scanned.isoformat(),
    }


def _write_result(
    number: int,
    row: TypedRow,
    name: str,
    length: float | None,
    visits: dict[tuple[str, str], float],
    nodes: set[tuple[str, str, str]],
) -> dict[str, object]:
    is_node = (row.patient, row.reader, row.lesion) in nodes
    too_small = row.word == "TOO SMALL TO MEASURE"
    measures = length is not None or too_small
    code = ("SAXIS" if is_node else "LDIAM") if measures else "TUMSTATE"
    return {
        "STUDYID": "CSV",
        "DOMAIN": "TR",
        "USUBJID": row.patient,
        "TRSEQ": number,
        "TRLNKID": name,
        "TRTESTCD": code,
        "TRTEST": {"SAXIS": "Short Axis", "LDIAM": "Longest Diameter", "TUMSTATE": "Tumor State"}[code],
        "TRSTRESC": row.word if length is None else f"{length:g}",
        "TRSTRESN": length,
        "TRSTRESU": "mm" if length is not None else None,
        "TRSTAT": "NOT DONE" if row.word == "NOT EVALUATED" else None,
        "TREVAL": row.reader or UNNAMED_READER,
        "VISITNUM": visits.get((row.patient, row.visit)),
        "TRDTC": row.scanned.isoformat(),
    }


def _list_patients(rows: list[TypedRow]) -> dy.DataFrame[SubjectLevel]:
    """Time starts at the start given, else at the first scan."""
    first: dict[str, date] = {}
    starts: dict[str, date] = {}
    for row in rows:
        first[row.patient] = min(first.get(row.patient, row.scanned), row.scanned)
        if row.start is not None:
            starts[row.patient] = row.start
    patients = [
        {
            "STUDYID": "CSV",
            "USUBJID": name,
            "SUBJID": name,
            "SITEID": "-",
            "SEX": "U",
            "REFDT": starts.get(name, scan),
        }
        for name, scan in first.items()
    ]
    return SubjectLevel.validate(_fill(SubjectLevel, patients), cast=True)


def _fill(schema: type[dy.Schema], rows: list[dict[str, object]]) -> pl.DataFrame:
    """A frame with every column of the schema; those not given are empty."""
    columns = schema.create_empty().schema
    return pl.DataFrame([dict.fromkeys(columns) | row for row in rows], schema=columns)
