"""What is asked of a plan: doses of the day, and the choices that only the operator can make."""

from dataclasses import dataclass
from typing import Literal

from abscopal.conduct.injection.sharing import SplitRule
from abscopal.protocol.text import Text


@dataclass(frozen=True, slots=True)
class DoseAsked:
    """A dose to inject at this visit, all lesions together.

    Args:
        intervention: identifier of the intervention.
        dose_mg: mg, computed beforehand; see `conduct.dosing`.
        arithmetic: how the dose was computed, in words, to be repeated in the plan.
    """

    intervention: str
    dose_mg: float
    arithmetic: Text | None = None


@dataclass(frozen=True, slots=True)
class OperatorChoices:
    """What the operator decides where the study file is silent, or where the dose does not fit; kept in the plan.

    Args:
        by: who decides.
        reason: why, in words; needed to accept less or to go beyond the table.
        visit_volume_cap: mL in this visit, or `none`; looked at only when the study gives no cap.
        split_rule: how the dose is shared; looked at only when the study gives no rule.
        when_over_capacity: give_less injects what fits; beyond_table injects all of it into the lesions chosen,
            above the volume table. Caps of the study are passed by neither.
    """

    by: str
    reason: str = ""
    visit_volume_cap: float | Literal["none"] | None = None
    split_rule: SplitRule | None = None
    when_over_capacity: Literal["give_less", "beyond_table"] | None = None


NO_CHOICES = OperatorChoices(by="")
