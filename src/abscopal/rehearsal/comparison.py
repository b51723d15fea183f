"""What if: the same trial with one thing changed, beside the trial as planned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from abscopal.errors import OptionError
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.rehearsal.rehearsing import Variant
from abscopal.rehearsal.scenario import MODEL_PREFIX, choose_scenario
from abscopal.rehearsal.trial.entering import LESIONS_TO_INJECT
from abscopal.rehearsal.trial_design import Mode, Stopping, plan_trial

PLANNED = "planned"
GREATEST_FACTOR = 1000.0
DOSE = "dose."
EXAMPLES = (
    "patients=80, dose.INTERVENTION=0.5 (a factor), injected_lesions=2, allocation=simple, stopping=ignore, "
    "or any setting of a rehearsal"
)


@dataclass(frozen=True, slots=True)
class Change:
    """What a comparison changes.

    Args:
        name: as it was typed.
        patients: patients who enter.
        allocation: way to allocate.
        stopping: whether a limit that is reached ends inclusion.
        dose_factors: factor of the dose by intervention.
        settings: settings of the scenario, `model_` ones among them.
        injected_lesions: lesions to inject in every patient, where their number is changed.
    """

    name: str
    patients: int | None = None
    allocation: str | None = None
    stopping: Stopping | None = None
    dose_factors: Mapping[str, float] | None = None
    settings: Mapping[str, float] | None = None
    injected_lesions: int | None = None


def read_change(text: str) -> Change:
    """Read what is to be changed from `name=value`, several of them joined by commas.

    Args:
        text: such as `patients=80` or `dose.ipilimumab_it=0.5,stopping=ignore`.

    Returns:
        The change.

    Raises:
        OptionError: not of that form, or a value that cannot be.

    Example:
        >>> read_change("patients=80,stopping=ignore")
        Change(name='patients=80,stopping=ignore', patients=80, allocation=None, stopping='ignore',
               dose_factors={}, settings={}, injected_lesions=None)
    """
    change = Change(text, dose_factors={}, settings={})
    factors: dict[str, float] = {}
    settings: dict[str, float] = {}
    for part in text.split(","):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not (name and equals and value):
            raise _refuse(text, f"'{part}' is not of the form name=value.")
        if name == "patients":
            change = replace(change, patients=_read_whole(text, value))
        elif name == "allocation":
            change = replace(change, allocation=value)
        elif name == "stopping":
            change = replace(change, stopping=_read_stopping(text, value))
        elif name == "injected_lesions":
            number = _read_whole(text, value)
            if number not in (1, 2, 3):
                raise _refuse(text, f"{number} injected lesions are not rehearsed; 1, 2 or 3 are.")
            settings |= {
                setting: float(place == number) for place, setting in enumerate(LESIONS_TO_INJECT, start=1)
            }
            change = replace(change, injected_lesions=number)
        elif name.startswith(DOSE):
            factors[name.removeprefix(DOSE)] = _read_factor(text, value)
        else:
            settings[name] = _read_number(text, value)
    return replace(change, dose_factors=factors, settings=settings)


def plan_variants(
    protocol: StudyProtocol,
    changes: Sequence[Change],
    *,
    scenario: str | None = None,
    patients: int | None = None,
    mode: Mode = "randomised",
) -> tuple[Variant, ...]:
    """Plan the trial as the study file says, and once more for each change.

    Args:
        protocol: the study file.
        changes: what each comparison changes.
        scenario: name of the scenario; the first one of the study when None.
        patients: patients who enter; as planned when None.
        mode: randomised, or clones.

    Returns:
        The trial as planned, then one for each change.

    Raises:
        OptionError: a setting, an intervention or a method that is not known, or cannot be.
    """
    found = []
    for change in (Change(PLANNED), *changes):
        settings, factors = dict(change.settings or {}), dict(change.dose_factors or {})
        _assert_given(protocol, factors)
        if change.injected_lesions is not None and protocol.injection is None:
            raise _refuse(change.name, "The study injects no lesion, so that none can be injected more.")
        chosen = choose_scenario(protocol, identifier=scenario, changes=settings)
        design = plan_trial(
            protocol,
            chosen,
            name=change.name,
            patients=change.patients or patients,
            method=change.allocation,
            stopping=change.stopping or "stop",
            mode=mode,
        )
        changed = {name.removeprefix(MODEL_PREFIX): value for name, value in settings.items()}
        found.append(Variant(design, chosen, factors, changed))
    names = [variant.design.name for variant in found]
    if len(set(names)) < len(names):
        raise OptionError(
            "The same comparison is asked for twice.", where="--what-if", remedy="Give each of them once."
        )
    return tuple(found)


def _assert_given(protocol: StudyProtocol, factors: Mapping[str, float]) -> None:
    known = sorted({name for arm in protocol.arms for name in arm.interventions})
    for name in factors:
        if name not in known:
            raise OptionError(
                f"No arm is given '{name}'.",
                where=f"--what-if {DOSE}{name}",
                remedy=f"Interventions of the study: {', '.join(known)}.",
            )


def _read_whole(text: str, value: str) -> int:
    if not value.isdecimal() or int(value) < 1:
        raise _refuse(text, f"'{value}' is not a whole number above 0.")
    return int(value)


def _read_number(text: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if number != number or abs(number) == float("inf"):
        raise _refuse(text, f"'{value}' is not a number.")
    return number


def _read_factor(text: str, value: str) -> float:
    factor = _read_number(text, value)
    if factor < 0:
        raise _refuse(text, f"A dose cannot be {factor:g} times the planned one.")
    if factor > GREATEST_FACTOR:
        raise _refuse(
            text, f"A dose {factor:g} times the planned one is not rehearsed; {GREATEST_FACTOR:g} is most."
        )
    return factor


def _read_stopping(text: str, value: str) -> Stopping:
    if value == "stop":
        return "stop"
    if value == "ignore":
        return "ignore"
    raise _refuse(text, f"'{value}' is no way to treat a limit that is reached: stop or ignore.")


def _refuse(text: str, found: str) -> OptionError:
    return OptionError(found, where=f"--what-if {text}", remedy=f"Such as {EXAMPLES}.")
