"""Sentences in both languages at once: numbers, dates and lists as each language writes them."""

import datetime
from collections.abc import Sequence
from typing import TypeAlias

from babel.dates import format_date

from abscopal.protocol.text import Language, Text

Value: TypeAlias = "bool | int | float | str | datetime.date | Text | Sequence[Value] | None"

_LOCALES: dict[Language, str] = {"en": "en_GB", "fr": "fr_FR"}
_YES_NO: dict[Language, tuple[str, str]] = {"en": ("no", "yes"), "fr": ("non", "oui")}
_UNKNOWN: dict[Language, str] = {"en": "unknown", "fr": "inconnu"}
_MOST_DECIMALS = 3
_FRENCH_SPACES = {
    " :": "\u00a0:", " ;": "\u202f;", " ?": "\u202f?", " !": "\u202f!", " %": "\u202f%",
    "« ": "«\u00a0", " »": "\u00a0»", "'": "’",
}  # fmt: skip


def compose_text(en: str, fr: str, **values: Value) -> Text:
    """Fill the same values into an English and a French sentence.

    Args:
        en: English sentence, with {names} where values stand.
        fr: French sentence, with the same names; plain spaces before : ; ? ! % become no-break ones.
        values: numbers, dates, texts in both languages, or lists of them.

    Returns:
        The sentence in both languages.

    Example:
        >>> told = compose_text("{dose} mg on {on}.", "{dose} mg le {on}.", dose=4.25,
        ...                     on=datetime.date(2024, 3, 2))
        >>> told.en, told.fr
        ('4.25 mg on 2 March 2024.', '4,25 mg le 2 mars 2024.')
    """
    written = {
        language: {name: format_value(value, language) for name, value in values.items()}
        for language in _LOCALES
    }
    french = fr.format(**written["fr"])
    for plain, proper in _FRENCH_SPACES.items():
        french = french.replace(plain, proper)
    return Text(en=en.format(**written["en"]), fr=french)


def format_value(value: Value, language: Language) -> str:
    """Write one value as a reader of the language expects it.

    Args:
        value: what to write; a sequence is written with commas.
        language: `en` or `fr`.

    Returns:
        The value in words and digits.

    Example:
        >>> format_value(0.30000000000000004, "fr"), format_value(True, "en"), format_value([1, 2.5], "en")
        ('0,3', 'yes', '1, 2.5')
    """
    match value:
        case None:
            return _UNKNOWN[language]
        case bool():
            return _YES_NO[language][value]
        case int() | float():
            return _format_number(value, language)
        case datetime.date():
            written = format_date(value, format="d MMMM y", locale=_LOCALES[language])
            return written.replace("1 ", "1er ", 1) if language == "fr" and value.day == 1 else written
        case Text():
            return value.read(language)
        case str():
            return value
        case _:
            return ", ".join(format_value(item, language) for item in value)


def _format_number(value: float, language: Language) -> str:
    digits = f"{value:.{_MOST_DECIMALS}f}".rstrip("0").rstrip(".")
    if float(digits) == 0 and value != 0:
        digits = f"{value:.3g}"
    return digits.replace("-", "\u2212").replace(".", "," if language == "fr" else ".")
