"""The choices behind the flags of adverse events."""

from dataclasses import dataclass
from typing import Literal

from abscopal.derivations.partial_dates import ImputationRule

ImmuneRule = Literal["term", "judged", "term_and_judged", "term_or_judged", "investigator", "adjudicated"]


@dataclass(frozen=True, slots=True)
class SafetySettings:
    """How an adverse event is called treatment-emergent, related, immune-related and severe.

    Args:
        ctcae_versions: the version that every grade must follow, or the versions, where the protocol itself
            changed from one to another; empty accepts any single version.
        severe_grade: the lowest CTCAE grade called severe; 3 in most protocols.
        emergent_end_days: days after the last dose during which a start still counts; none means no end.
        start_rule: imputation of a partial start. With `first`, a start that may be on or after the first
            dose is put on the day of the first dose, so that a doubtful event is counted and not lost.
        end_rule: imputation of a partial end.
        unrelated_values: the AEREL that mean "not related"; any other, and a missing one, counts as related.
        immune_rule: what makes an event immune-related: its `term`; the judgement of the investigator or of
            the adjudication (`judged`); `term_and_judged` (default: a term of the list that a person has
            judged immune-related); `term_or_judged`; or one judge alone (`investigator`, `adjudicated`).
    """

    ctcae_versions: tuple[str, ...] = ()
    severe_grade: int = 3
    emergent_end_days: int | None = None
    start_rule: ImputationRule = "first"
    end_rule: ImputationRule = "last"
    unrelated_values: tuple[str, ...] = (
        "NOT RELATED",
        "UNRELATED",
        "NOT SUSPECTED",
        "UNLIKELY",
        "UNLIKELY RELATED",
        "REMOTE",
        "NONE",
        "NO",
        "N",
    )
    immune_rule: ImmuneRule = "term_and_judged"
