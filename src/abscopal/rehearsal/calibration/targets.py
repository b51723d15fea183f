"""The published results that a calibration looks at, its own trial's and those of others, in one form."""

from dataclasses import dataclass
from typing import Literal

from abscopal.protocol.check_quantities import DAYS_IN
from abscopal.protocol.rehearsal_plan import CalibrationTarget, ComparedQuantity
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.protocol.text import Text
from abscopal.rehearsal.arm_plans import ArmPlan, plan_arm
from abscopal.rehearsal.calibration.likelihood import estimate_share
from abscopal.rehearsal.calibration.references import (
    choose_reference_set,
    plan_reference_arm,
    read_references,
)
from abscopal.rehearsal.model.description import ModelDescription

Kind = Literal["share", "median", "mean"]
Use = Literal["fit", "held_out"]
KINDS: dict[ComparedQuantity, Kind] = {
    "median_progression": "median",
    "median_survival": "median",
    "drug_peak": "mean",
    "drug_trough": "mean",
}
TOXICITY_WINDOW_DAYS = 183.0
# Where the number of patients behind a mean was not said: half of the 24 who were sampled in two arms.
ASSUMED_SAMPLED = 12
# A mean without its standard deviation: half of it, about what the other concentrations show.
ASSUMED_VARIATION = 0.5


@dataclass(frozen=True, slots=True)
class Target:
    """One published result.

    Args:
        identifier: its name.
        text: what was published.
        arm: name of the calendar it belongs to.
        quantity: what is computed beside it.
        observed: the published share, median in days, or mean.
        n: patients behind it, as they count here.
        sd: standard deviation between patients, for a mean.
        window_days: window or landmark of a share.
        drug: the drug of a concentration.
        use: fitted, or only looked at.
        origin: the study itself, or the set of results of other trials.
        note: what was assumed to use it, empty when nothing was.
    """

    identifier: str
    text: Text
    arm: str
    quantity: ComparedQuantity
    observed: float
    n: float
    use: Use
    origin: str
    sd: float = 0.0
    window_days: float = TOXICITY_WINDOW_DAYS
    drug: str = ""
    note: str = ""

    @property
    def kind(self) -> Kind:
        """How it is judged."""
        return KINDS.get(self.quantity, "share")

    @property
    def events(self) -> float:
        """Patients with the event; of a median, half of them."""
        return self.n * (0.5 if self.kind == "median" else self.observed)

    @property
    def interval(self) -> tuple[float, float]:
        """Exact interval of 95 %: of the share, of the share past a median, or of the mean."""
        if self.kind == "mean":
            error = 1.96 * self.sd / self.n**0.5
            return self.observed - error, self.observed + error
        return estimate_share(self.events, self.n)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The calendar of an arm, with the days to follow its patients.

    Args:
        plan: what is given when.
        horizon_days: last day.
        study_arm: the arm of the study; empty for an arm of another trial.
    """

    plan: ArmPlan
    horizon_days: float
    study_arm: str = ""


def list_targets(protocol: StudyProtocol) -> tuple[Target, ...]:
    """List the published results that can be compared, those of the study first.

    Args:
        protocol: the study file.

    Returns:
        The targets; results that no quantity of the rehearsal stands for are left out.
    """
    own = [found for item in protocol.rehearsal.targets if (found := _take(protocol, item)) is not None]
    most = read_references().most_patients
    others = [
        Target(
            identifier=result.identifier,
            text=result.text,
            arm=f"{group.identifier}/{result.arm}",
            quantity=result.quantity,
            observed=result.value,
            n=min(result.n, most),
            use=result.use,
            origin=group.identifier,
            window_days=result.window_days or TOXICITY_WINDOW_DAYS,
            note=result.note.en if result.note else "",
        )
        for group in map(choose_reference_set, protocol.rehearsal.references)
        for result in group.results
    ]
    return (*own, *others)


def plan_calendars(
    protocol: StudyProtocol, targets: tuple[Target, ...], model: ModelDescription, *, follow_up_days: float
) -> dict[str, Calendar]:
    """Lay out the arms that targets need.

    Toxicity alone is followed through its window, response through the follow-up of the scenario, a median through
    twice its length.

    Args:
        protocol: the study file.
        targets: the targets.
        model: the model.
        follow_up_days: follow-up of the scenario.

    Returns:
        A calendar for each arm by the name that targets use.
    """
    horizons: dict[str, float] = {}
    for target in targets:
        needed = follow_up_days
        if target.kind == "median":
            needed = max(follow_up_days, 2 * target.observed)
        elif target.quantity in ("severe_toxicity", "severe_toxicity_of_treated", "ended_early"):
            needed = target.window_days + 1
        horizons[target.arm] = max(horizons.get(target.arm, 0.0), needed)
    others = {
        f"{group.identifier}/{arm.identifier}": arm
        for group in map(choose_reference_set, protocol.rehearsal.references)
        for arm in group.arms
    }
    return {
        name: Calendar(plan_reference_arm(others[name], model, horizon_days=horizon), horizon)
        if name in others
        else Calendar(plan_arm(protocol, name, model, horizon_days=horizon), horizon, name)
        for name, horizon in horizons.items()
    }


def _take(protocol: StudyProtocol, item: CalibrationTarget) -> Target | None:
    value = item.value.value
    if item.quantity is None or value is None:
        return None
    kind = KINDS.get(item.quantity, "share")
    n, sd, notes = item.n.value, item.sd.value, []
    if kind == "mean" and n is None:
        n = ASSUMED_SAMPLED
        notes.append(f"n was not said; {n} is assumed.")
    if kind == "mean" and sd is None:
        sd = ASSUMED_VARIATION * value
        notes.append(f"The standard deviation was not said; {sd:g} is assumed.")
    if n is None:
        return None
    observed = float(value)
    if kind == "median":
        observed *= DAYS_IN.get(item.value.unit or "days", 1)
    elif item.events.value is not None:
        observed = item.events.value / n
    endpoint = next((found for found in protocol.endpoints if found.identifier == item.endpoint), None)
    window = endpoint.window_days.value if endpoint else None
    return Target(
        identifier=item.identifier,
        text=item.text,
        arm=item.arm,
        quantity=item.quantity,
        observed=observed,
        n=n,
        use="fit" if item.use == "fit" else "held_out",
        origin="study",
        sd=sd or 0.0,
        window_days=float(window or TOXICITY_WINDOW_DAYS),
        drug=item.drug or "",
        note=" ".join(notes),
    )
