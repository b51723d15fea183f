"""What a response criterion is: its categories in plain words, its rules as data, its derivations."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import dataframely as dy
import polars as pl

from abscopal.derivations.response.followed_lesions import FollowedLesions, derive_followed_lesions
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.derivations.response.visit_responses import CategoryResponses, VisitResponses
from abscopal.tables.adam import LesionAssessments

CountedUntil = Literal["first_progression", "end_of_follow_up"]
Kind = Literal[
    "complete", "partial", "stable", "neither", "unconfirmed_progression", "progression", "not_evaluable"
]

UNCONFIRMED_PROGRESSION = "UPD"
PLAIN_CODES: dict[Kind, str] = {
    "complete": "CR",
    "partial": "PR",
    "stable": "SD",
    "neither": "NON-CR/NON-PD",
    "unconfirmed_progression": UNCONFIRMED_PROGRESSION,
    "progression": "PD",
    "not_evaluable": "NE",
}
"""The codes in which the rules of best response and duration are written, the same for every criterion."""


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


@dataclass(frozen=True, slots=True)
class BestRules:
    """The rules of best response in the order in which they are tried, in plain codes.

    Args:
        unconfirmed: those of the best response.
        confirmed: those of the best response that needs confirmation.
    """

    unconfirmed: tuple[Rule, ...]
    confirmed: tuple[Rule, ...]


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
        judge_patient: lesions to one response per patient, reader and assessment.
        best_rules: those responses to one best response per patient and reader.
        judge_categories: lesions to responses of injected and of non-injected lesions apart; None
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
    judge_patient: Callable[[FollowedLesions], dy.DataFrame[VisitResponses]]
    best_rules: BestRules
    judge_categories: Callable[[FollowedLesions], dy.DataFrame[CategoryResponses]] | None = None
    compute_counted_until: Callable[[ResponseSettings], CountedUntil] = lambda _: "first_progression"
    our_readings: tuple[OurReading, ...] = ()

    def derive_visit_responses(
        self, assessments: dy.DataFrame[LesionAssessments], settings: ResponseSettings
    ) -> dy.DataFrame[VisitResponses]:
        """Judge each assessment after baseline, each reader apart, by this criterion alone.

        Args:
            assessments: one row per patient, reader, lesion and assessment; lengths in tenths of a millimetre.
            settings: the readings of the rules in force.

        Returns:
            One row per patient, reader and assessment, in key order.
        """
        return self.judge_patient(derive_followed_lesions(assessments, settings))

    def derive_category_responses(
        self, assessments: dy.DataFrame[LesionAssessments], settings: ResponseSettings
    ) -> dy.DataFrame[CategoryResponses]:
        """Judge injected and non-injected lesions apart, at each assessment after baseline.

        Args:
            assessments: one row per patient, reader, lesion and assessment, with INJDT.
            settings: the readings of the rules in force.

        Returns:
            One row per patient, reader, category and assessment, in key order; none where the criterion does not
            tell the categories apart.
        """
        if self.judge_categories is None:
            return CategoryResponses.create_empty()
        return self.judge_categories(derive_followed_lesions(assessments, settings))

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

    def list_codes(self, *kinds: Kind) -> tuple[str, ...]:
        """The codes of these kinds, best first."""
        return tuple(category.code for category in self.categories if category.kind in kinds)

    @property
    def has_unconfirmed_progression(self) -> bool:
        """Whether progression must be confirmed by a later assessment."""
        return bool(self.list_codes("unconfirmed_progression"))

    def compute_plain_code(self, code: pl.Expr) -> pl.Expr:
        """Turn the criterion's own codes into plain ones; what is no category stays as it is."""
        return code.replace({category.code: PLAIN_CODES[category.kind] for category in self.categories})

    def compute_own_code(self, plain: pl.Expr) -> pl.Expr:
        """Turn plain codes into the criterion's own; what is no category stays as it is."""
        return plain.replace({PLAIN_CODES[category.kind]: category.code for category in self.categories})


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
