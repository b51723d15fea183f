"""The rules by which the endpoints of rehearsed patients are read: those of the study, as its read-out takes them."""

from dataclasses import dataclass, field

from abscopal.derivations.response.settings import ResponseSettings
from abscopal.derivations.time_to_event.censoring_rules import FDA_A, CensoringRules
from abscopal.errors import OptionError
from abscopal.evidence.analysis_plan import list_treating_interventions, plan_analysis
from abscopal.evidence.plan.derive_tables import choose_ruleset
from abscopal.protocol.study_protocol import StudyProtocol

DEFAULT_WINDOW_DAYS = 183
"""Window of toxicity where no endpoint of the study gives one."""
NOT_KNOWN_AS_ARRAYS = (
    "carry_response", "cr_reappearance", "cr_then_less", "confirmation_required", "pd_max_days", "lesion_injected",
    "lesions_counted", "lesion_not_evaluable", "category_reference", "category_best_until", "scan_on_injection_day",
)  # fmt: skip
"""Readings of response that arrays know in their default alone; no other one changes what a rehearsal makes."""


@dataclass(frozen=True, slots=True)
class EndpointRules:
    """The rules of a study by which endpoints are read.

    Args:
        response: readings of the response rules.
        censoring: rules of censoring of progression-free survival.
        window_days: length of the window of toxicity, from the first dose.
        emergent_days: days after the last dose during which a toxicity counts; no end when None.
        severe_grade: grade from which a toxicity is severe.
        treated_with: interventions of which a treated patient must have had a dose; empty: any will do.
        decrease_percent: share of its diameter that a lesion must lose to count as responding, per cent.
    """

    response: ResponseSettings = field(default_factory=ResponseSettings)
    censoring: CensoringRules = FDA_A
    window_days: int = DEFAULT_WINDOW_DAYS
    emergent_days: int | None = None
    severe_grade: int = 3
    treated_with: tuple[str, ...] = ()
    decrease_percent: float = 30.0


def choose_endpoint_rules(
    protocol: StudyProtocol, *, window_days: float = DEFAULT_WINDOW_DAYS
) -> EndpointRules:
    """Take the rules of a study as its read-out takes them.

    Args:
        protocol: the study file.
        window_days: length of the window of toxicity.

    Returns:
        The rules.

    Raises:
        OptionError: the study reads response in a way that thousands of trials cannot be read in.
    """
    plan = plan_analysis(protocol)
    usual = ResponseSettings()
    for name in NOT_KNOWN_AS_ARRAYS:
        value = getattr(plan.response, name)
        if value != getattr(usual, name):
            raise OptionError(
                f"Many trials at once are not read with {name} {value}.",
                where="lesions.settings",
                remedy="Rehearse one trial at a time (--trials 1): its tables are read out in full.",
            )
    safety = protocol.safety
    return EndpointRules(
        response=plan.response,
        censoring=choose_ruleset(plan, protocol.version.number),
        window_days=round(window_days),
        emergent_days=safety.treatment_emergent_days.value,
        severe_grade=safety.severe_grade.value or 3,
        treated_with=list_treating_interventions(protocol),
    )
