"""What a response criterion is: its categories in plain words, its rules as data, its derivations."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import dataframely as dy
import polars as pl

from abscopal.derivations.response.settings import ResponseSettings
from abscopal.derivations.response.visit_responses import CategoryResponses, VisitResponses
from abscopal.tables.adam import LesionAssessments

CountedUntil = Literal["first_progression", "end_of_follow_up"]
Kind = Literal[
    "complete", "partial", "stable", "neither", "unconfirmed_progression", "progression", "not_evaluable"
]


@dataclass(frozen=True, slots=True)
class Category:
    """A response category: its code, its place in the order of best response, its meaning.

    Args:
        code: the code as written in tables, such as PR.
        kind: the code's meaning, the same in every criterion.
        rank: place in the order of best response, 1 is best.
        en: meaning in English.
        fr: meaning in French.
    """

    code: str
    kind: Kind
    rank: int
    en: str
    fr: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a criterion: when its condition is the first that holds, it makes the response.

    Args:
        name: identifier written beside every response it makes.
        response: the response it makes.
        condition: the condition, from the settings in force.
        en: the rule in English.
        fr: the rule in French.
        reference: where the rule is written.
        reason: reason code, where the response needs one.
    """

    name: str
    response: str
    condition: Callable[[ResponseSettings], pl.Expr]
    en: str
    fr: str
    reference: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class SelectionRules:
    """How many lesions may be targets, and how large they must be (tenths of a millimetre).

    Args:
        max_targets: in all.
        max_per_organ: in one organ; where injected and non-injected targets are chosen apart, in each category.
        smallest_tenths: longest diameter.
        smallest_node_tenths: short axis of a node.
        max_per_category: among injected, and among non-injected targets, of which there is at least one each;
            None where targets are not chosen by category.
    """

    max_targets: int
    max_per_organ: int
    smallest_tenths: int
    smallest_node_tenths: int
    max_per_category: int | None = None


@dataclass(frozen=True, slots=True)
class OurReading:
    """What a criterion leaves open and how it is read here, in a sentence that every report prints.

    Args:
        en: the reading in English.
        fr: the reading in French.
        setting: the setting that may change it; empty where none does.
        value: the value of that setting for which the sentence holds.
    """

    en: str
    fr: str
    setting: str = ""
    value: str = ""


class BestResponses(Protocol):
    """How a criterion goes from the responses of a patient to the best one."""

    def __call__(
        self,
        responses: pl.DataFrame,
        adsl: pl.DataFrame,
        *,
        settings: ResponseSettings,
        readers: Sequence[str] = (),
    ) -> pl.DataFrame:
        """One row per patient and reader."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """A response criterion, complete: everything that a report, a figure or a table asks of it.

    Args:
        name: identifier, such as recist_1_1.
        title: name as printed.
        reference: the paper that defines it.
        categories: its response categories, best first.
        rules: every rule, in the order in which they are tried, level by level.
        selection: how targets are chosen at baseline.
        derive_visit_responses: lesions to one response per patient, reader and assessment.
        derive_best_responses: those responses to one best response per patient and reader.
        derive_category_responses: lesions to responses of injected and of non-injected lesions apart; None
            where the criterion does not tell them apart.
        compute_counted_until: how far assessments count towards the best response.
        our_readings: what the source does not settle, and how it is read here.
    """

    name: str
    title: str
    reference: str
    categories: tuple[Category, ...]
    rules: tuple[Rule, ...]
    selection: SelectionRules
    derive_visit_responses: Callable[
        [dy.DataFrame[LesionAssessments], ResponseSettings], dy.DataFrame[VisitResponses]
    ]
    derive_best_responses: BestResponses
    derive_category_responses: (
        Callable[[dy.DataFrame[LesionAssessments], ResponseSettings], dy.DataFrame[CategoryResponses]] | None
    ) = None
    compute_counted_until: Callable[[ResponseSettings], CountedUntil] = lambda _: "first_progression"
    our_readings: tuple[OurReading, ...] = ()

    def rank_of(self, code: str) -> int:
        """The place of a category in the order of best response."""
        return next(category.rank for category in self.categories if category.code == code)

    def list_readings_in_force(self, settings: ResponseSettings) -> list[OurReading]:
        """Our readings under these settings; where a setting differs, its value stands for the sentence."""
        found = []
        for reading in self.our_readings:
            value = str(getattr(settings, reading.setting)) if reading.setting else ""
            changed = OurReading(f"{reading.setting} = {value}.", f"{reading.setting} = {value}.")
            found.append(reading if value == reading.value else changed)
        return found


def compute_by_first_rule(rules: Sequence[Rule], settings: ResponseSettings, *, prefix: str) -> list[pl.Expr]:
    """Try the rules in order; the first whose condition holds makes the response.

    Args:
        rules: the rules of one level (target, non-target, overall), the last of which always holds.
        settings: the readings in force.
        prefix: beginning of the three columns made.

    Returns:
        Expressions for the columns <prefix>RESP, <prefix>RULE and <prefix>REASON.

    Example:
        >>> rules = [
        ...     Rule("SMALL", "CR", lambda settings: pl.col("mm") < 10, "below 10 mm", "moins de 10 mm", "-"),
        ...     Rule("OTHER", "SD", lambda settings: pl.lit(True), "otherwise", "sinon", "-"),
        ... ]
        >>> frame = pl.DataFrame({"mm": [4, 12]})
        >>> frame.select(compute_by_first_rule(rules, ResponseSettings(), prefix="T")).rows()
        [('CR', 'SMALL', None), ('SD', 'OTHER', None)]
    """
    position = pl.coalesce(
        pl.when(rule.condition(settings)).then(pl.lit(place, dtype=pl.UInt8))
        for place, rule in enumerate(rules)
    )

    def looked_up(values: Sequence[str | None], column: str) -> pl.Expr:
        names = dict(enumerate(values))
        return position.replace_strict(names, return_dtype=pl.String).alias(f"{prefix}{column}")

    return [
        looked_up([rule.response for rule in rules], "RESP"),
        looked_up([rule.name for rule in rules], "RULE"),
        looked_up([rule.reason for rule in rules], "REASON"),
    ]
