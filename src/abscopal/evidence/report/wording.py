"""How the report says things: its sentences in both languages, and its numbers as each language writes them."""

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from abscopal.evidence.endpoint_estimates import EndpointEstimate
from abscopal.evidence.typography import (
    Language,
    format_count,
    format_date,
    format_interval,
    format_labelled,
    format_number,
    format_p_value,
    format_percent,
    format_range,
    name_interval,
)
from abscopal.protocol.document import read_text

TEXTS = ("texts.yml", "design_texts.yml")
FROM_CURVES = ("Kaplan-Meier", "Aalen-Johansen")
_DECIMALS = {"mm": 1, "years": 0, "days": 0, "doses": 0, "lesions": 0, "injections": 0, "patients": 0}


@cache
def read_texts() -> dict[str, dict[str, str]]:
    """Read the sentences of the report and of the design page, which ship with them.

    Returns:
        For each key, the English and the French sentence.
    """
    folder = files("abscopal.evidence.report")
    return {
        str(key): {"en": str(both["en"]), "fr": typeset_french(str(both["fr"]))}
        for file in TEXTS
        for key, both in read_text(
            folder.joinpath(file).read_text(encoding="utf-8"), file=file
        ).content.items()
    }


@dataclass(frozen=True, slots=True)
class Wording:
    """The voice of one report.

    Example:
        >>> Wording("fr").say("page.contents")
        'Sommaire'
    """

    language: Language

    def say(self, key: str, **values: object) -> str:
        """Give a sentence in the language of the report, its blanks filled."""
        sentence = read_texts()[key][self.language]
        return sentence.format(**values) if values else sentence

    def knows(self, key: str) -> bool:
        """Whether there is a sentence of that name."""
        return key in read_texts()

    def name(self, kind: str, code: str) -> str:
        """Give the words for a code, or the code itself where it has none (a site, a term, a criterion)."""
        key = f"{kind}.{code}"
        return self.say(key) if self.knows(key) else code

    def number(self, value: float | None, decimals: int = 0) -> str:
        """A number with the decimal mark of the language."""
        return format_number(value, language=self.language, decimals=decimals)

    def percent(self, share: float | None) -> str:
        """A share between 0 and 1 as a percentage."""
        return format_percent(share, language=self.language)

    def rate(self, share: float) -> str:
        """A share that was chosen, such as a design rate, with no more decimals than it has."""
        decimals = 0 if abs(share * 100 - round(share * 100)) < 1e-9 else 1
        return format_percent(share, language=self.language, decimals=decimals)

    def count(self, count: int, total: int | None = None) -> str:
        """A count, or a count out of a total."""
        return format_count(count, total, language=self.language)

    def as_printed(self, value: float) -> str:
        """A number with the decimals that it was printed with."""
        return self.number(value, len(f"{value:.10f}".rstrip("0").split(".")[1]))

    def day(self, day: dt.date | None) -> str:
        """A calendar date in full."""
        return format_date(day, language=self.language)

    def estimate(self, record: EndpointEstimate | None) -> str:
        """Write one estimate as a cell shows it: value, n/N, interval, unit.

        A share shows its count and total; a time shows its unit; a count shows how many it is out of.
        """
        if record is None:
            return self.say("cell.not_applicable")
        if record.unit == "p value":
            return format_p_value(record.estimate, language=self.language)
        if record.method == "count":
            return self.count(record.events or 0)
        if record.unit == "probability":
            return self.percent(record.estimate)
        if record.unit in {"proportion", "proportion of lesions"}:
            return self._share(record)
        if record.unit == "kappa":
            return self._kappa(record)
        if record.unit.startswith("difference"):
            return self._points(record)
        if record.n == 0:
            return self.say("cell.nobody")
        if record.estimate is None and record.unit in {"months", "days"}:
            return self._not_reached(record)
        return self._with_interval(record)

    def _points(self, record: EndpointEstimate) -> str:
        # The difference of two percentages is in points: a per cent sign would read as a relative change.
        values = (record.estimate, record.lower, record.upper)
        scaled = [None if value is None else value * 100 for value in values]
        return format_interval(
            *scaled,
            language=self.language,
            level=record.level or 0.95,
            scale="number",
            unit=self.say("unit.points"),
        )

    def share(self, record: EndpointEstimate) -> str:
        """Write a count with its total and its percentage."""
        if record.n == 0:
            return self.say("cell.nobody")
        count = record.events or 0
        return f"{self.count(count, record.n)} ({self.percent(count / record.n)})"

    def _share(self, record: EndpointEstimate) -> str:
        if record.n == 0:
            return self.say("cell.nobody")
        percent, bounds = self.percent(record.estimate), self._bounds(record)
        if record.events is not None and record.estimate is not None and self._is_fraction(record):
            return f"{self.count(record.events, record.n)} ({self._join(percent, bounds)})"
        # A share read off a curve is not its events over its patients: n stands alone.
        return f"{percent} ({self._join(bounds, f'n = {self.count(record.n)}')})"

    def _kappa(self, record: EndpointEstimate) -> str:
        if record.n == 0:
            return self.say("cell.nobody")
        value, bounds = self.say("cell.not_applicable"), ""
        if record.estimate is not None:
            value = self.number(record.estimate, 2)
        if record.lower is not None and record.upper is not None:
            limits = format_range(
                record.lower, record.upper, language=self.language, scale="number", decimals=2
            )
            bounds = f"{name_interval(record.level or 0.95, language=self.language)} {limits}"
        return f"{value} ({self._join(bounds, f'n = {self.count(record.n)}')})"

    def _join(self, *texts: str) -> str:
        semicolon = "\u202f; " if self.language == "fr" else "; "
        return semicolon.join(text for text in texts if text)

    def labelled(self, label: str, value: str) -> str:
        """`label: value` as the language spaces its colon."""
        return format_labelled(label, value, language=self.language)

    @staticmethod
    def _is_fraction(record: EndpointEstimate) -> bool:
        shown = record.estimate or 0.0
        return (
            not record.method.startswith(FROM_CURVES) and abs((record.events or 0) / record.n - shown) < 1e-9
        )

    def _bounds(self, record: EndpointEstimate) -> str:
        if record.lower is None or record.upper is None:
            return ""
        bounds = f"{self.number(record.lower * 100, 1)}–{self.number(record.upper * 100, 1)}"
        if record.level is None:
            return bounds
        return f"{name_interval(record.level, language=self.language)} {bounds}"

    def _not_reached(self, record: EndpointEstimate) -> str:
        words = self.say("cell.not_reached")
        if record.lower is None or record.level is None:
            return words
        lower = self.number(record.lower, 1)
        return f"{words} ({name_interval(record.level, language=self.language)} {self.say('cell.from', lower=lower)})"

    def _with_interval(self, record: EndpointEstimate) -> str:
        if record.level is None:
            decimals = _DECIMALS.get(record.unit, 1)
            main = self.number(record.estimate, decimals)
            if record.lower is None and record.upper is None:
                return self.percent(record.estimate) if record.unit == "probability" else main
            return f"{main} ({self.number(record.lower, decimals)}–{self.number(record.upper, decimals)})"
        return format_interval(
            record.estimate,
            record.lower,
            record.upper,
            language=self.language,
            level=record.level,
            scale="number",
            decimals=2 if record.unit == "hazard ratio" else 1,
        )


def typeset_french(text: str) -> str:
    r"""Put the spaces that French typography asks for where a keyboard puts plain ones.

    Example:
        >>> typeset_french("Note : 30 % « ou plus » ; fin").replace("\u202f", "~").replace("\xa0", "_")
        'Note_: 30~% «~ou plus~»~; fin'
    """
    narrow = re.sub(r" (?=[;!?%»])|(?<=«) ", "\u202f", text)
    return narrow.replace(" :", "\u00a0:")
