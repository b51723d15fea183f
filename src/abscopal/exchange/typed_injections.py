"""What the column `injected` of a lesion table says: a date, or yes and no at each scan; as rows of EX."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from abscopal.exchange.lesion_words import YES, DateFault, compute_plain, read_date

Injected = date | Literal["yes", "no"]
InjectionFault = Literal["injected_changed", "injected_back", "injected_at_odds", "injected_before_birth"]
Lesion = tuple[str, str]
DENIALS = {"no", "n", "non", "0", "false", "faux", "never", "jamais"}


@dataclass(frozen=True, slots=True)
class TypedInjection:
    """What one line says about the injection of its lesion.

    Args:
        line: number of the line.
        patient: label of the patient.
        lesion: label of the lesion.
        is_new: whether the lesion is new, so that it cannot have been injected before it was seen.
        scanned: day of the scan.
        injected: day of the first injection, or whether the lesion had been injected when it was scanned.
    """

    line: int
    patient: str
    lesion: str
    is_new: bool
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
    """Find lesions whose injection is told in two ways, taken back, or told before the lesion was there.

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
    birth = told[0]
    first = _find_first_injection(told)
    if birth.is_new and first is not None and first < birth.scanned:
        source = dated or since or birth
        mistakes.append(InjectionMistake(source.line, "injected_before_birth", birth.line))
    return mistakes


def _is_at_odds(line: TypedInjection, first: date) -> bool:
    """Yes before the day of the injection, or no after it; on that day both may be said."""
    return (line.injected == "yes" and line.scanned < first) or (
        line.injected == "no" and line.scanned > first
    )


def _find_first_injection(told: list[TypedInjection]) -> date | None:
    """The day given; else the eve of the first scan at which the lesion had been injected."""
    for line in told:
        if isinstance(line.injected, date):
            return line.injected
    since = next((line for line in told if line.injected == "yes"), None)
    return None if since is None else since.scanned - timedelta(days=1)


def list_injection_rows(lines: Iterable[TypedInjection]) -> list[dict[str, object]]:
    """Write the first injection of each injected lesion as a row of EX.

    Args:
        lines: every line of the file, without mistakes.

    Returns:
        Rows of EX, one per injected lesion; none where nothing was injected.

    Example:
        >>> told = [TypedInjection(2, "A", "T1", False, date(2024, 1, 2), "no"),
        ...         TypedInjection(3, "A", "T1", False, date(2024, 3, 4), "yes")]
        >>> [(row["EXLNKID"], row["EXSTDTC"]) for row in list_injection_rows(told)]
        [('T1', '2024-03-03')]
    """
    rows: list[dict[str, object]] = []
    for (patient, lesion), told in _by_lesion(lines).items():
        first = _find_first_injection(sorted(told, key=lambda line: (line.scanned, line.line)))
        if first is None:
            continue
        rows.append(
            {
                "STUDYID": "CSV",
                "DOMAIN": "EX",
                "USUBJID": patient,
                "EXSEQ": len(rows) + 1,
                "EXTRT": "INJECTION",
                "EXROUTE": "INTRATUMORAL",
                "EXLNKID": lesion,
                "EXSTDTC": first.isoformat(),
            }
        )
    return rows
