"""Numbers, percentages, intervals and dates as French and English readers write them.

French takes a decimal comma and a narrow no-break space between thousands and before the per cent
sign; English a full stop, a comma and no space. A minus is a minus sign, never a hyphen, and halves
round away from zero, as a reader checks them by hand.
"""

import datetime as dt
import math
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Literal

from babel.dates import format_date as format_babel_date
from babel.numbers import format_decimal

Language = Literal["en", "fr"]

NARROW_SPACE = "\u202f"
NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"
EN_DASH = "\u2013"
DAYS_PER_MONTH = 365.25 / 12

_LOCALES: dict[Language, str] = {"en": "en_GB", "fr": "fr_FR"}
_PERCENT_SIGNS: dict[Language, str] = {"en": "%", "fr": f"{NARROW_SPACE}%"}
_COLONS: dict[Language, str] = {"en": ":", "fr": f"{NO_BREAK_SPACE}:"}
_INTERVAL_NAMES: dict[Language, str] = {"en": "{level} CI", "fr": "IC {level}"}
_RANGE_WORDS: dict[Language, str] = {"en": " to ", "fr": " à "}
_NOT_ESTIMABLE: dict[Language, str] = {"en": "not estimable", "fr": "non estimable"}
_NOT_REACHED: dict[Language, str] = {"en": "not reached", "fr": "non atteinte"}
_DAY_NAMES: dict[Language, tuple[str, str]] = {"en": ("day", "days"), "fr": ("jour", "jours")}
_MONTH_NAMES: dict[Language, tuple[str, str]] = {"en": ("month", "months"), "fr": ("mois", "mois")}


@lru_cache(maxsize=4096)  # an axis asks for the same few numbers each time it is drawn or measured
def format_number(value: float | None, *, language: Language, decimals: int = 0) -> str:
    """Write a number with the decimal mark and thousands separator of the language.

    Args:
        value: the number; None or not-a-number is written as not estimable.
        language: `en` or `fr`.
        decimals: digits after the decimal mark; halves round away from zero.

    Returns:
        The number as text.

    Example:
        >>> format_number(1234.25, language="en", decimals=1)
        '1,234.3'
        >>> format_number(-12.5, language="fr", decimals=1)
        '−12,5'
    """
    if value is None or math.isnan(value):
        return _NOT_ESTIMABLE[language]
    if math.isinf(value):
        return f"{MINUS if value < 0 else ''}∞"
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    written = format_decimal(abs(rounded), format=pattern, locale=_LOCALES[language])
    return f"{MINUS}{written}" if rounded < 0 else written


def format_percent(proportion: float | None, *, language: Language, decimals: int = 1) -> str:
    """Write a proportion between 0 and 1 as a percentage.

    Args:
        proportion: the share, not yet multiplied by 100; None is written as not estimable.
        language: `en` or `fr`.
        decimals: digits after the decimal mark.

    Returns:
        The percentage with its sign.

    Example:
        >>> format_percent(9 / 37, language="en")
        '24.3%'
        >>> format_percent(9 / 37, language="fr") == "24,3\u202f%"
        True
    """
    if proportion is None or math.isnan(proportion):
        return _NOT_ESTIMABLE[language]
    return format_percent_points(_scale_to_percent(proportion), language=language, decimals=decimals)


def format_percent_points(points: float, *, language: Language, decimals: int = 0) -> str:
    """Write a value that is already in per cent, such as a change from baseline.

    Example:
        >>> format_percent_points(-30, language="en")
        '−30%'
    """
    return format_number(points, language=language, decimals=decimals) + _PERCENT_SIGNS[language]


def format_count(count: int, total: int | None = None, *, language: Language) -> str:
    """Write a count, or a count out of a total.

    Example:
        >>> format_count(9, 37, language="en")
        '9/37'
        >>> format_count(1234, language="en")
        '1,234'
    """
    written = format_number(count, language=language)
    return written if total is None else f"{written}/{format_number(total, language=language)}"


def format_p_value(p_value: float | None, *, language: Language) -> str:
    r"""Write a p value: three decimals, and a bound where that would round to zero or one.

    Example:
        >>> format_p_value(0.0219, language="en")
        'p\xa0=\xa00.022'
        >>> format_p_value(0.00004, language="fr")
        'p\xa0<\xa00,001'
    """
    space = NO_BREAK_SPACE
    if p_value is None or math.isnan(p_value):
        return f"p{_COLONS[language]}{space}{_NOT_ESTIMABLE[language]}"
    if p_value < 0.001:
        return f"p{space}<{space}{format_number(0.001, language=language, decimals=3)}"
    if p_value > 0.999:
        return f"p{space}>{space}{format_number(0.999, language=language, decimals=3)}"
    return f"p{space}={space}{format_number(p_value, language=language, decimals=3)}"


def format_range(
    lower: float | None,
    upper: float | None,
    *,
    language: Language,
    scale: Literal["percent", "number"] = "percent",
    decimals: int = 1,
) -> str:
    """Write the two bounds of an interval, with a word between them as soon as one is negative.

    Args:
        lower: lower bound, a proportion when `scale` is `percent`; None is not reached.
        upper: upper bound, likewise.
        language: `en` or `fr`.
        scale: `percent` multiplies by 100 and leaves the sign to the estimate; `number` does not.
        decimals: digits after the decimal mark.

    Returns:
        The bounds as text, without brackets.

    Example:
        >>> format_range(0.118, 0.412, language="en")
        '11.8–41.2'
        >>> format_range(-0.556, -0.067, language="en")
        '−55.6 to −6.7'
    """
    written = []
    for bound in (lower, upper):
        if bound is None or math.isnan(bound):
            written.append(_NOT_REACHED[language])
        else:
            value = _scale_to_percent(bound) if scale == "percent" else bound
            written.append(format_number(value, language=language, decimals=decimals))
    has_words = any(text.startswith(MINUS) or text == _NOT_REACHED[language] for text in written)
    return (_RANGE_WORDS[language] if has_words else EN_DASH).join(written)


def format_interval(
    estimate: float | None,
    lower: float | None,
    upper: float | None,
    *,
    language: Language,
    level: float = 0.95,
    scale: Literal["percent", "number"] = "percent",
    decimals: int = 1,
    unit: str = "",
) -> str:
    r"""Write an estimate with its confidence interval, as an abstract prints it.

    Args:
        estimate: the point estimate, a proportion when `scale` is `percent`; None is not estimable.
        lower: lower bound, on the same scale; None is not reached.
        upper: upper bound, on the same scale; None is not reached.
        language: `en` or `fr`.
        level: confidence level between 0 and 1.
        scale: `percent` multiplies by 100 and adds the sign; `number` writes the values as they are.
        decimals: digits after the decimal mark.
        unit: word after the estimate, such as `months`; empty for none.

    Returns:
        The estimate, the level and the bounds.

    Example:
        >>> format_interval(9 / 37, 0.1177, 0.4120, language="en")
        '24.3% (95% CI 11.8–41.2)'
        >>> format_interval(13.8, 4.4, None, language="en", scale="number", unit="months")
        '13.8\xa0months (95% CI 4.4 to not reached)'
    """
    if estimate is None or math.isnan(estimate):
        written = _NOT_ESTIMABLE[language]
    elif scale == "percent":
        written = format_percent(estimate, language=language, decimals=decimals)
    else:
        written = format_number(estimate, language=language, decimals=decimals)
        written += f"{NO_BREAK_SPACE}{unit}" if unit else ""
    if lower is None and upper is None:
        return written
    bounds = format_range(lower, upper, language=language, scale=scale, decimals=decimals)
    return f"{written} ({name_interval(level, language=language)} {bounds})"


def name_interval(level: float, *, language: Language) -> str:
    """Name a confidence interval by its level.

    Example:
        >>> name_interval(0.95, language="en")
        '95% CI'
    """
    percent = level * 100
    decimals = 0 if abs(percent - round(percent)) < 1e-9 else 1
    return _INTERVAL_NAMES[language].format(level=format_percent(level, language=language, decimals=decimals))


def format_date(day: dt.date | None, *, language: Language) -> str:
    """Write a calendar date in full; the first of the month is an ordinal in French.

    Example:
        >>> format_date(dt.date(2024, 3, 1), language="en")
        '1 March 2024'
        >>> format_date(dt.date(2024, 3, 1), language="fr")
        '1er mars 2024'
    """
    if day is None:
        return {"en": "unknown date", "fr": "date inconnue"}[language]
    pattern = "d'er' MMMM y" if language == "fr" and day.day == 1 else "d MMMM y"
    return format_babel_date(day, format=pattern, locale=_LOCALES[language])


def format_duration(
    days: float | None,
    *,
    language: Language,
    unit: Literal["days", "months"] = "months",
    decimals: int | None = None,
) -> str:
    r"""Write a duration counted in days, in days or in months of 365.25 / 12 days.

    Args:
        days: the duration in days; None is not reached.
        language: `en` or `fr`.
        unit: the unit to write.
        decimals: digits after the decimal mark; by default none for days and one for months.

    Returns:
        The duration with its unit.

    Example:
        >>> format_duration(183, language="en")
        '6.0\xa0months'
        >>> format_duration(1, language="fr", unit="days")
        '1\xa0jour'
    """
    if days is None or math.isnan(days):
        return _NOT_REACHED[language]
    value = days / DAYS_PER_MONTH if unit == "months" else days
    places = (1 if unit == "months" else 0) if decimals is None else decimals
    names = _MONTH_NAMES[language] if unit == "months" else _DAY_NAMES[language]
    is_singular = abs(value) < 2 if language == "fr" else value == 1
    number = format_number(value, language=language, decimals=places)
    return f"{number}{NO_BREAK_SPACE}{names[0 if is_singular else 1]}"


def format_labelled(label: str, value: str, *, language: Language) -> str:
    """Write `label: value` with the space that French puts before a colon.

    Example:
        >>> format_labelled("Patients", "61", language="en")
        'Patients: 61'
    """
    return f"{label}{_COLONS[language]} {value}"


def _scale_to_percent(proportion: float) -> float:
    # A decimal product, so that 0.285 is 28.5 and not 28.499999999999996.
    return float(Decimal(repr(float(proportion))) * 100)


def set_french_spaces(text: str) -> str:
    """Make the spaces before French double punctuation, per cent signs and guillemets unbreakable.

    Example:
        >>> set_french_spaces("Seuil : 30 %") == "Seuil\u00a0: 30\u202f%"
        True
    """
    text = text.replace(" :", f"{NO_BREAK_SPACE}:").replace("« ", f"«{NO_BREAK_SPACE}")
    text = text.replace(" »", f"{NO_BREAK_SPACE}»")
    for mark in ";!?%":
        text = text.replace(f" {mark}", f"{NARROW_SPACE}{mark}")
    return text
