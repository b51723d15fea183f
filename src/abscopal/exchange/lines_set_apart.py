"""What is said of the lines of a lesion table that contradict others: what was found, where, what to do."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import polars as pl

from abscopal.exchange.lesion_words import ROLE_NAMES, Language
from abscopal.exchange.typed_injections import Injected, InjectionMistake

UNNAMED_READER = "READER"
SET_APART = {
    "LINE": pl.Int64,
    "USUBJID": pl.String,
    "READER": pl.String,
    "LESION": pl.String,
    "RULE": pl.String,
    "MESSAGE": pl.String,
}
NOT_TOLD_APART = {
    "en": " Until then the injected lesions of this patient are not told from the others.",
    "fr": " D’ici là, les lésions injectées de ce patient ne sont pas distinguées des autres.",
}
# The rules of admission in the words of a lesion table, which knows no TU and no TR.
SENTENCES = {
    "en": {
        "changed_role": "the role is {role} here and {first} on line {other}; a role never changes, and the lesion is "
        "judged as {first}. Write {first} here, or give another lesion another name.",
        "new_at_baseline": "the lesion is called new and is listed at baseline; what was there at baseline is not "
        "new, and its lines are left out. Call it target or non-target, or correct its date.",
        "unknown_lesion": "this line is left out as well, because of line {other}. Mend that one.",
        "before_birth_of_lesion": "the lesion is new and is injected before the scan that found it (line {other}); "
        "the injection is left out. Correct the date of the injection or of the scan, or the role.",
        "repeated_result": "line {other} says the same of this lesion on this day, and is used. Take this one out.",
        "measured_twice": "one reader gives two different results of this lesion on one day (also line {other}), "
        "and neither is used. Keep the right one, or correct a date.",
        "injected_changed": "the first injection of this lesion differs from that of line {other}. Write the day of "
        "the first one on both lines, or on one alone." + NOT_TOLD_APART["en"],
        "injected_back": "this lesion was already injected on line {other}, at an earlier scan. "
        "What was injected stays so: write yes, or correct the earlier line." + NOT_TOLD_APART["en"],
        "injected_at_odds": "this does not agree with the date of first injection on line {other}. Write no at the "
        "scans before that date and yes at those after it, or leave the cell empty." + NOT_TOLD_APART["en"],
    },
    "fr": {
        "changed_role": "le rôle est ici « {role} » et « {first} » à la ligne {other} ; un rôle ne change pas, et la "
        "lésion est jugée comme « {first} ». Écrivez-le ici, ou donnez un autre nom à une autre lésion.",
        "new_at_baseline": "la lésion est dite nouvelle et figure au bilan initial ; ce qui y était n’est pas "
        "nouveau, et ses lignes sont laissées de côté. Dites-la cible ou non cible, ou corrigez sa date.",
        "unknown_lesion": "cette ligne ne sert pas non plus, à cause de la ligne {other}. Corrigez celle-là.",
        "before_birth_of_lesion": "la lésion est nouvelle et injectée avant l’examen qui l’a trouvée (ligne {other}) ; "
        "l’injection ne compte pas. Corrigez la date de l’injection ou de l’examen, ou le rôle.",
        "repeated_result": "la ligne {other} dit la même chose de cette lésion ce jour-là, et sert. Retirez celle-ci.",
        "measured_twice": "un lecteur donne deux résultats différents de cette lésion un même jour (aussi à la "
        "ligne {other}), et aucun ne sert. Gardez le bon, ou corrigez une date.",
        "injected_changed": "la première injection de cette lésion diffère de celle de la ligne {other}. Écrivez le "
        "jour de la première aux deux lignes, ou à une seule." + NOT_TOLD_APART["fr"],
        "injected_back": "cette lésion était déjà injectée à la ligne {other}, à un examen antérieur. "
        "Ce qui est injecté le reste : écrivez oui, ou corrigez l’autre ligne." + NOT_TOLD_APART["fr"],
        "injected_at_odds": "cela ne s’accorde pas avec la date de première injection de la ligne {other}. Écrivez "
        "non aux examens d’avant cette date et oui à ceux d’après, ou laissez la cellule vide."
        + NOT_TOLD_APART["fr"],
    },
}
NOT_SEEN = ("ABSENT", "NOT EVALUATED")
CONSEQUENCES = {"unknown_lesion", "injection_of_unknown_lesion"}


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
    injected: Injected | None
    symptom: bool

    @property
    def named(self) -> tuple[str, str, str]:
        """Patient, reader and lesion: what a line speaks of."""
        return (self.patient, self.reader, self.lesion)

    @property
    def is_too_small(self) -> bool:
        """Whether the lesion is too small to measure, which counts as a length."""
        return self.word == "TOO SMALL TO MEASURE"


def list_lines_set_apart(
    rows: list[TypedRow],
    broken: Iterable[tuple[int, str, str, str]],
    *,
    injections: Iterable[InjectionMistake] = (),
    language: Language = "en",
) -> pl.DataFrame:
    """Say of each line set apart what was found, where, and what to do.

    Args:
        rows: every line of the file.
        broken: line, domain, rule and its general sentence, once per row of a table that was set apart.
        injections: what lines say of an injection against other lines.
        language: the language of the sentences.

    Returns:
        One row per line and rule, by line: LINE, USUBJID, READER, LESION, RULE, MESSAGE.
    """
    broken = list(broken)
    by_line = {row.line: row for row in rows}
    of_lesion: dict[tuple[str, str, str], list[TypedRow]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.scanned, row.line)):
        of_lesion[row.named].append(row)
    causes = {by_line[line].named: line for line, _, rule, _ in broken if rule == "new_at_baseline"}
    told: dict[tuple[int, str], str] = {}
    for line, _, rule, general in broken:
        row = by_line[line]
        if rule in CONSEQUENCES:
            if causes.get(row.named, line) != line:
                told[line, "unknown_lesion"] = general
        elif rule == "changed_role":
            same = (other.line for other in of_lesion[row.named] if other.role == row.role)
            told |= {(other, rule): general for other in same}
        else:
            told[line, rule] = general
    # What a line repeats is not used either, where another line contradicts it.
    for line, rule in list(told):
        if rule == "measured_twice":
            told.pop((line, "repeated_result"), None)
    sentences = {
        (line, rule): _tell(by_line[line], rule, general, of_lesion[by_line[line].named], causes, language)
        for (line, rule), general in told.items()
    }
    sentences |= {
        (found.line, found.kind): SENTENCES[language][found.kind].format(other=found.other)
        for found in injections
    }
    records = [
        {
            "LINE": line,
            "USUBJID": row.patient,
            "READER": row.reader or UNNAMED_READER,
            "LESION": row.lesion,
            "RULE": rule,
            "MESSAGE": sentence,
        }
        for (line, rule), sentence in sorted(sentences.items())
        for row in [by_line[line]]
    ]
    return pl.DataFrame(records, schema=SET_APART)


def _tell(
    row: TypedRow,
    rule: str,
    general: str,
    told: list[TypedRow],
    causes: dict[tuple[str, str, str], int],
    language: Language,
) -> str:
    """The sentence of one line; the general one of the rule where a lesion table has no words of its own."""
    first = told[0]
    other = {
        "unknown_lesion": causes.get(row.named),
        "before_birth_of_lesion": _find_birth(told).line,
        "repeated_result": _find_same_day(row, told),
        "measured_twice": _find_same_day(row, told),
    }.get(rule, first.line)
    names = ROLE_NAMES[language]
    sentence = SENTENCES[language].get(rule, general)
    return sentence.format(role=names[row.role], first=names[first.role], other=other)


def _find_birth(told: list[TypedRow]) -> TypedRow:
    return next((row for row in told if row.word not in NOT_SEEN), told[0])


def _find_same_day(row: TypedRow, told: list[TypedRow]) -> int:
    return next((other.line for other in told if other.scanned == row.scanned and other != row), row.line)
