"""Named sets of censoring rules for progression-free survival."""

from dataclasses import dataclass
from typing import Literal

LIFTING = ("iCR", "iPR", "iSD", "NON-iCR/NON-iUPD")
EVALUATED = ("CR", "PR", "SD", "PD", "NON-CR/NON-PD", *LIFTING, "iUPD", "iCPD")


@dataclass(frozen=True, slots=True)
class CensoringRules:
    """What ends or interrupts the time to progression or death.

    Args:
        name: name printed in RULESET.
        sentence: the rules as words of a report.
        without_baseline: `censor` at the start a patient without an adequate baseline, whatever follows; or
            `follow` the patient all the same.
        new_therapy: `censor` at the last adequate assessment on or before a further anticancer therapy, or
            `ignore` the therapy.
        missed_visits: `censor` at the last adequate assessment a progression or death that comes after too
            many missed visits, or `ignore` the gap.
        death_without_assessment: a death before any adequate assessment is an `event` however late it comes,
            or the `missed_visits` rule applies from the start.
        baseline_from: an inadequate baseline is one that the assessments call NO_BASELINE (`reason_code`),
            or that of every patient outside the response set (`response_set`).
        interval_days: planned days between assessments.
        window_days: days by which an assessment may be late.
        max_missed: how many visits in a row may be missed.
        progressive: overall responses that are progression.
        unconfirmed: overall responses that are progression unless one of `lifting` follows before a
            progressive one: the event is then the first of the series that nothing lifted.
        lifting: overall responses that lift unconfirmed progression.
        evaluated: overall responses of an adequate assessment; the others, NE among them, count as missed.

    Example:
        >>> FDA_A.longest_gap_days
        112
    """

    name: str
    sentence: str
    without_baseline: Literal["censor", "follow"]
    new_therapy: Literal["censor", "ignore"]
    missed_visits: Literal["censor", "ignore"]
    death_without_assessment: Literal["event", "missed_visits"] = "event"
    baseline_from: Literal["reason_code", "response_set"] = "reason_code"
    interval_days: int = 56
    window_days: int = 0
    max_missed: int = 1
    progressive: tuple[str, ...] = ("PD", "iCPD")
    unconfirmed: tuple[str, ...] = ("iUPD",)
    lifting: tuple[str, ...] = LIFTING
    evaluated: tuple[str, ...] = EVALUATED

    @property
    def longest_gap_days(self) -> int:
        """Days from the last adequate assessment beyond which an event came after too many missed visits."""
        return (self.max_missed + 1) * self.interval_days + self.window_days


FDA_A = CensoringRules(
    name="fda_a",
    sentence="Documented progression or death; censored at the start without an adequate baseline, at the "
    "last adequate assessment before a further anticancer therapy, before too many missed visits, and when "
    "there is no progression.",
    without_baseline="censor",
    new_therapy="censor",
    missed_visits="censor",
)
TREATMENT_POLICY = CensoringRules(
    name="treatment_policy",
    sentence="Progression or death whenever it comes, whatever further therapy was given and however many "
    "visits were missed; censored at the last adequate assessment when there is neither.",
    without_baseline="follow",
    new_therapy="ignore",
    missed_visits="ignore",
)
RULESETS = {rules.name: rules for rules in (FDA_A, TREATMENT_POLICY)}
