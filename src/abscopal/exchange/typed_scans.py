"""The lines of a lesion table as TU, TR, EX and ADSL; lines that contradict each other are set apart."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import dataframely as dy
import polars as pl

from abscopal.derivations.response.followed_lesions import MARKER_LOCATION
from abscopal.exchange.lesion_words import Language
from abscopal.exchange.lines_set_apart import NOT_SEEN, UNNAMED_READER, TypedRow, list_lines_set_apart
from abscopal.exchange.typed_injections import TypedInjection, check_injections, list_injection_rows
from abscopal.tables.adam import SubjectLevel
from abscopal.tables.admission import split_across_tables
from abscopal.tables.cross_table_rules import number_rows
from abscopal.tables.sdtm.ex import Exposure
from abscopal.tables.sdtm.tr import TumourResults
from abscopal.tables.sdtm.tu import TumourIdentification
from abscopal.tables.setting_apart import ROW

Record = dict[str, object]
Numbered = list[tuple[int, Record]]


@dataclass(frozen=True, slots=True)
class LesionTables:
    """What the file becomes: the same tables as any trial's, admitted by the same rules.

    Args:
        tu: lesions, one row each.
        tr: measurements and states.
        adsl: patients, those included of whom no line could be used.
        ex: the first injection of each injected lesion; none of a patient in `injections_unknown`.
        has_start: whether the file says when time starts.
        set_apart: lines that were not used as they stand: LINE, USUBJID, READER, LESION, RULE, MESSAGE.
        injections_unknown: the patients of whom lines contradict each other about an injection, so that injected
            lesions cannot be told from the others.
    """

    tu: dy.DataFrame[TumourIdentification]
    tr: dy.DataFrame[TumourResults]
    adsl: dy.DataFrame[SubjectLevel]
    ex: dy.DataFrame[Exposure]
    has_start: bool
    set_apart: pl.DataFrame
    injections_unknown: frozenset[str] = frozenset()


def build_tables(rows: list[TypedRow], *, language: Language = "en") -> LesionTables:
    """Write typed lines as tables, and set apart those that break a rule between rows or tables.

    Args:
        rows: the lines of a file, each understood.
        language: the language in which lines set apart are told.

    Returns:
        The tables admitted and the lines set apart.
    """
    injections = list_injections(rows)
    at_odds = check_injections(injections)
    lines_at_odds = {found.line for found in at_odds}
    unknown = frozenset(row.patient for row in rows if row.line in lines_at_odds)
    typed = {
        "tu": _list_lesions(rows),
        "tr": _list_results(rows),
        "ex": list_injection_rows(told for told in injections if told.patient not in unknown),
    }
    schemas = {"tu": TumourIdentification, "tr": TumourResults, "ex": Exposure}
    frames = {name: _fill(schemas[name], [record for _, record in lines]) for name, lines in typed.items()}
    patients = pl.DataFrame(
        {"USUBJID": sorted({row.patient for row in rows})}, schema={"USUBJID": pl.String}
    ).with_columns(DTHDTC=pl.lit(None, dtype=pl.String))
    sound, listings = split_across_tables(number_rows({"dm": patients, **frames}))
    broken = [
        (typed[str(domain).lower()][int(place) - 1][0], str(domain), str(rule), str(message))
        for listing in listings
        for domain, rule, message, place in listing.select("DOMAIN", "RULE", "MESSAGE", "ROW").iter_rows()
    ]
    used = {typed["tr"][place - 1][0] for place in sound["tr"][ROW]}
    return LesionTables(
        tu=TumourIdentification.validate(sound["tu"].drop(ROW), cast=True),
        tr=TumourResults.validate(sound["tr"].drop(ROW), cast=True),
        adsl=_list_patients(rows, used),
        ex=Exposure.validate(sound["ex"].drop(ROW), cast=True),
        has_start=any(row.start for row in rows),
        set_apart=list_lines_set_apart(rows, broken, injections=at_odds, language=language),
        injections_unknown=unknown,
    )


def list_injections(rows: list[TypedRow]) -> list[TypedInjection]:
    """What each line says of the injection of its lesion."""
    return [TypedInjection(row.line, row.patient, row.lesion, row.scanned, row.injected) for row in rows]


def _find_nodes(rows: list[TypedRow]) -> set[tuple[str, str, str]]:
    return {row.named for row in rows if row.node}


def _list_lesions(rows: list[TypedRow]) -> Numbered:
    """One row per lesion and role: a role that changes is for the rules to find."""
    nodes = _find_nodes(rows)
    places: dict[tuple[str, str, str], str] = {}
    called: dict[tuple[tuple[str, str, str], str], list[TypedRow]] = defaultdict(list)
    for row in rows:
        if row.location is not None:
            places.setdefault(row.named, row.location)
        called[row.named, row.role].append(row)
    return [
        (first.line, _name_lesion(number, first, places.get(named), is_node=named in nodes))
        for number, ((named, _), told) in enumerate(called.items(), start=1)
        for first in [_find_first(told)]
    ]


def _find_first(told: list[TypedRow]) -> TypedRow:
    """The earliest scan of a lesion; a new one is as old as the first scan that shows it."""
    shown = [row for row in told if row.role == "NEW" and row.word not in NOT_SEEN]
    return min(shown or told, key=lambda row: (row.scanned, row.line))


def _name_lesion(number: int, row: TypedRow, place: str | None, *, is_node: bool) -> Record:
    place = MARKER_LOCATION if row.role == "MARKER" else place
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


def _list_results(rows: list[TypedRow]) -> Numbered:
    """One row per line, or per fragment.

    A word said beside a length of the same lesion on the same day stands for that length: so the rule for two
    results of one test sees them both.
    """
    nodes, visits = _find_nodes(rows), _number_visits(rows)
    most: dict[tuple[tuple[str, str, str], date], int] = defaultdict(int)
    for row in rows:
        pieces = len(row.lengths or ()) or int(row.is_too_small)
        most[row.named, row.scanned] = max(pieces, most[row.named, row.scanned])
    results: Numbered = []
    for row in rows:
        beside = most[row.named, row.scanned]
        code = ("SAXIS" if row.named in nodes else "LDIAM") if beside else "TUMSTATE"
        for name, length in _list_pieces(row, beside):
            number = len(results) + 1
            record = _write_result(number, row, name, length, code)
            results.append((row.line, record | {"VISITNUM": visits.get((row.patient, row.visit))}))
    return results


def _list_pieces(row: TypedRow, beside: int) -> list[tuple[str, float | None]]:
    """The lesion itself, or its fragments."""
    if row.lengths is None:
        return [(f"{row.lesion}.1" if beside > 1 else row.lesion, None)]
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


def _write_result(number: int, row: TypedRow, name: str, length: float | None, code: str) -> Record:
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
        "TRREASPF": "NEW SYMPTOM" if row.symptom else None,
        "TREVAL": row.reader or UNNAMED_READER,
        "TRDTC": row.scanned.isoformat(),
    }


def _list_patients(rows: list[TypedRow], used: set[int]) -> dy.DataFrame[SubjectLevel]:
    """Time starts at the start given, else at the first scan of which a line is used."""
    days: dict[str, list[tuple[bool, date]]] = defaultdict(list)
    starts: dict[str, date] = {}
    for row in rows:
        days[row.patient].append((row.line not in used, row.scanned))
        if row.start is not None:
            starts[row.patient] = row.start
    patients: list[Record] = [
        {
            "STUDYID": "CSV",
            "USUBJID": name,
            "SUBJID": name,
            "SITEID": "-",
            "SEX": "U",
            "REFDT": starts.get(name, min(scans)[1]),
        }
        for name, scans in days.items()
    ]
    return SubjectLevel.validate(_fill(SubjectLevel, patients), cast=True)


def _fill(schema: type[dy.Schema], rows: list[Record]) -> pl.DataFrame:
    """A frame with every column of the schema; those not given are empty."""
    columns = schema.create_empty().schema
    return pl.DataFrame([dict.fromkeys(columns) | row for row in rows], schema=columns)
