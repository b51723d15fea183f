"""What the column `injected` of a lesion table says: a date, or yes and no at each scan; as rows of EX."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from abscopal.exchange.lesion_words import YES, DateFault, compute_plain, read_date

Injected = date | Literal["yes", "no"]
InjectionFault = Literal["injected_changed", "injected_back", "injected_at_odds"]
Lesion = tuple[str, str]
DENIALS = {"no", "n", "non", "0", "false", "faux", "never", "jamais"}


@dataclass(frozen=True, slots=True)
class TypedInjection:
    """What one line says about the injection of its lesion.

    Args:
        line: number of the line.
        patient: label of the patient.
        lesion: label of the lesion.
        scanned: day of the scan.
        injected: day of the first injection, or whether the lesion had been injected when it was scanned.
    """

    line: int
    patient: str
    lesion: str
    scanned: date
    injected: Injected | None


@dataclass(frozen=True, slots=True)
class InjectionMistake:
    """What is at odds, on which line, with which other line."""

    line: int
    kind: InjectionFault
    other: int


def read_injected(text: str) -> Injected | DateFault | None:
    """A day, yes, no, nothing, or what is wrong.

    Example:
        >>> read_injected("oui"), read_injected("no"), read_injected(""), read_injected("2024-01-08")
        ('yes', 'no', None, datetime.date(2024, 1, 8))
        >>> read_injected("08/01/2024")
        'slashes'
    """
    if not text.strip():
        return None
    plain = compute_plain(text)
    if plain in YES:
        return "yes"
    return "no" if plain in DENIALS else read_date(text)


def check_injections(lines: Iterable[TypedInjection]) -> list[InjectionMistake]:
    """Find lesions whose injection is told in two ways, or taken back.

    Args:
        lines: every line of the file.

    Returns:
        The mistakes, in the order of the lesions.
    """
    mistakes: list[InjectionMistake] = []
    for told in _by_lesion(lines).values():
        mistakes += _check_lesion(sorted(told, key=lambda line: (line.scanned, line.line)))
    return mistakes


def _by_lesion(lines: Iterable[TypedInjection]) -> Mapping[Lesion, list[TypedInjection]]:
    found: dict[Lesion, list[TypedInjection]] = defaultdict(list)
    for line in lines:
        found[line.patient, line.lesion].append(line)
    return found


def _check_lesion(told: list[TypedInjection]) -> list[InjectionMistake]:
    mistakes: list[InjectionMistake] = []
    dated = next((line for line in told if isinstance(line.injected, date)), None)
    since = next((line for line in told if line.injected == "yes"), None)
    for line in told:
        if dated is not None and isinstance(line.injected, date) and line.injected != dated.injected:
            mistakes.append(InjectionMistake(line.line, "injected_changed", dated.line))
        if since is not None and line.injected == "no" and line.scanned > since.scanned:
            mistakes.append(InjectionMistake(line.line, "injected_back", since.line))
        if dated is not None and isinstance(dated.injected, date) and _is_at_odds(line, dated.injected):
            mistakes.append(InjectionMistake(line.line, "injected_at_odds", dated.line))
    return mistakes


def _is_at_odds(line: TypedInjection, first: date) -> bool:
    """Yes before the day of the injection, or no after it; on that day both may be said."""
    return (line.injected == "yes" and line.scanned < first) or (
        line.injected == "no" and line.scanned > first
    )


def _find_first_injection(told: list[TypedInjection]) -> tuple[int, date] | None:
    """The line and the day it gives; else the eve of the first scan at which the lesion had been injected."""
    for line in told:
        if isinstance(line.injected, date):
            return line.line, line.injected
    since = next((line for line in told if line.injected == "yes"), None)
    return None if since is None else (since.line, since.scanned - timedelta(days=1))


def list_injection_rows(lines: Iterable[TypedInjection]) -> list[tuple[int, dict[str, object]]]:
    """Write the first injection of each injected lesion as a row of EX.

    Args:
        lines: every line of the file, without mistakes.

    Returns:
        The line that tells the injection and its row of EX, one per injected lesion.

    Example:
        >>> told = [TypedInjection(2, "A", "T1", date(2024, 1, 2), "no"),
        ...         TypedInjection(3, "A", "T1", date(2024, 3, 4), "yes")]
        >>> [(line, row["EXLNKID"], row["EXSTDTC"]) for line, row in list_injection_rows(told)]
        [(3, 'T1', '2024-03-03')]
    """
    rows: list[tuple[int, dict[str, object]]] = []
    for (patient, lesion), told in _by_lesion(lines).items():
        found = _find_first_injection(sorted(told, key=lambda line: (line.scanned, line.line)))
        if found is None:
            continue
        line, first = found
        row = {
            "STUDYID": "CSV",
            "DOMAIN": "EX",
            "USUBJID": patient,
            "EXSEQ": len(rows) + 1,
            "EXTRT": "INJECTION",
            "EXROUTE": "INTRATUMORAL",
            "EXLNKID": lesion,
            "EXSTDTC": first.isoformat(),
        }
        rows.append((line, row))
    return rows
