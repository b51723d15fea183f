"""Which adverse events a question is about, said once and read by every table and every time to event."""

from dataclasses import dataclass
from typing import Literal

import polars as pl

Kind = Literal["all", "related", "immune_related", "related_immune_related"]


@dataclass(frozen=True, slots=True)
class EventSelection:
    """The events that count: treatment-emergent, of a kind, and of a severity.

    Args:
        kind: every event; those related to treatment; the immune-related ones; or both at once.
        severity: `any` grade, or `severe` as the study defines it (SEVFL).
        emergence: `treatment_emergent` (default), or `any` for events before the first dose as well.

    Example:
        >>> EventSelection(kind="related", severity="severe").sentence
        'severe treatment-emergent adverse events related to treatment'
    """

    kind: Kind = "all"
    severity: Literal["any", "severe"] = "any"
    emergence: Literal["treatment_emergent", "any"] = "treatment_emergent"

    @property
    def condition(self) -> pl.Expr:
        """Boolean expression over ADAE, never null."""
        wanted = [pl.lit(True)]
        if self.emergence == "treatment_emergent":
            wanted.append(pl.col("TRTEMFL") == "Y")
        if self.severity == "severe":
            wanted.append(pl.col("SEVFL") == "Y")
        if self.kind in ("related", "related_immune_related"):
            wanted.append(pl.col("TRTRELFL") == "Y")
        if self.kind in ("immune_related", "related_immune_related"):
            wanted.append(pl.col("IRAEFL") == "Y")
        return pl.all_horizontal(condition.fill_null(False) for condition in wanted)

    @property
    def sentence(self) -> str:
        """The selection as words of a report."""
        words = ["severe"] if self.severity == "severe" else []
        if self.emergence == "treatment_emergent":
            words.append("treatment-emergent")
        if self.kind in ("immune_related", "related_immune_related"):
            words.append("immune-related")
        words.append("adverse events")
        if self.kind in ("related", "related_immune_related"):
            words.append("related to treatment")
        return " ".join(words)
