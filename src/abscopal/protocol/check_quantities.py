"""Quantities that cannot be: a unit that is not one, a negative dose, a percentage above 100, a grade of 9."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from abscopal.protocol.check_references import visit_parts
from abscopal.protocol.document import KeyPath
from abscopal.protocol.problem import Problem, explain_unknown_name
from abscopal.protocol.provenance import Sourced
from abscopal.protocol.study_protocol import StudyProtocol


@dataclass(frozen=True, slots=True)
class Quantity:
    """A kind of quantity: the units it is written in, and between which numbers it can lie.

    Args:
        name: the kind in words, with its article.
        units: units known for it; the first is the usual one.
        least: least possible number; null for no bound.
        most: greatest possible number; null for no bound.
        needs_unit: whether the number says nothing without its unit.
    """

    name: str
    units: tuple[str, ...]
    least: float | None = None
    most: float | None = None
    needs_unit: bool = False


AMOUNT_UNITS = ("mg", "g", "µg", "ng", "mL", "IU", "MIU", "PFU", "TCID50", "MBq", "Gy", "cells", "vg")
PER_KILOGRAM_UNITS = ("mg/kg", "µg/kg", "mL/kg", "IU/kg", "cells/kg", "vg/kg")
PER_AREA_UNITS = ("mg/m2", "mg/m²", "µg/m2", "µg/m²", "IU/m2", "IU/m²")
DAYS_IN = {"week": 7, "weeks": 7, "month": 30.4375, "months": 30.4375, "year": 365.25, "years": 365.25}

DOSE = Quantity("a dose", (*AMOUNT_UNITS, *PER_KILOGRAM_UNITS, *PER_AREA_UNITS), least=0, needs_unit=True)
AMOUNT = Quantity("an amount of drug", AMOUNT_UNITS, least=0, needs_unit=True)
CONCENTRATION = Quantity(
    "a concentration", ("mg/mL", "µg/mL", "IU/mL", "PFU/mL", "cells/mL"), least=0, needs_unit=True
)
VOLUME = Quantity("a volume", ("mL", "cm³", "cm3"), least=0)
LENGTH = Quantity("a length", ("mm",), least=0)
PERCENTAGE = Quantity("a percentage", ("%",), least=0, most=100)
GROWTH = Quantity("a percentage", ("%",), least=0)
# Strictly between 0 and 1 is asked by the checks of decision rules and boundaries; here only their unit.
RATE = Quantity("a proportion", ("proportion",))
PROBABILITY = Quantity("a probability", ("proportion",), least=0, most=1)
GRADE = Quantity("a grade", ("CTCAE grade", "grade"), least=1, most=5)
DAYS = Quantity("a number of days", ("days", "day"), least=0)
INTERVAL = replace(DAYS, least=1)
WINDOW = replace(DAYS, needs_unit=True)
STUDY_DAY = Quantity("a study day", ("study day", "day", "days"))
PROCESS_DAY = Quantity("a day of the process", ("day of process", "day", "days"))
PATIENTS = Quantity("a number of patients", ("patients", "evaluable patients"), least=1)
PATIENTS_OR_NONE = replace(PATIENTS, least=0)
LESIONS = Quantity("a number of lesions", ("lesions",), least=1)
ASSESSMENTS = Quantity("a number of assessments", ("assessments",), least=0)
ADMINISTRATIONS = Quantity(
    "a number of administrations",
    ("administrations", "doses", "injections", "infusions", "vaccinations", "cycles"),
    least=1,
)

# By name of the key, with the key above it where the name alone could mean two things.
QUANTITIES: dict[str, Quantity] = {
    "phases.dose": DOSE,
    "maximum_dose": DOSE,
    "vial_size": AMOUNT,
    "rounding_step": AMOUNT,
    "per_day": AMOUNT,
    "total": AMOUNT,
    "concentration": CONCENTRATION,
    "visit_volume_cap": VOLUME,
    "day_volume_cap": VOLUME,
    "total_volume_cap": VOLUME,
    "depot_volume_cap": VOLUME,
    "lesion_volume_percent": GROWTH,
    "new_lesion_reset_percent": GROWTH,
    "window_before": WINDOW,
    "window_after": WINDOW,
    "interval_days": INTERVAL,
    "repeat_every_days": INTERVAL,
    "endpoints.window_days": INTERVAL,
    "visits.day": STUDY_DAY,
    "first_day": STUDY_DAY,
    "repeat_until_day": STUDY_DAY,
    "landmark_day": replace(STUDY_DAY, least=1),
    "steps.day": PROCESS_DAY,
    "planned_patients": PATIENTS,
    "caps.limit": PATIENTS,
    "minimum_patients": PATIENTS,
    "after_patients": PATIENTS,
    "looks": PATIENTS,
    "block_lengths": PATIENTS,
    "futility.n": PATIENTS,
    "targets.n": replace(PATIENTS, units=("patients", "evaluable patients", "lesions", "samples")),
    "targets.events": replace(PATIENTS_OR_NONE, units=("patients", "events", "lesions", "samples")),
    "analysis_sets.expected": PATIENTS_OR_NONE,
    "expected_patients": PATIENTS_OR_NONE,
    "stop_at_or_below": PATIENTS_OR_NONE,
    "decision_rule.n": replace(PATIENTS, least=None),
    "decision_rule.minimum_successes": replace(
        PATIENTS, units=("patients", "evaluable patients", "successes")
    ),
    "number_of_centres": Quantity("a number of centres", ("centres",), least=1),
    "maximum_targets": LESIONS,
    "maximum_targets_per_organ": LESIONS,
    "maximum_targets_per_category": LESIONS,
    "maximum_lesions_per_visit": LESIONS,
    "non_injected_targets_to_keep": replace(LESIONS, least=0),
    "max_ne_between": ASSESSMENTS,
    "max_missed": ASSESSMENTS,
    "administrations": ADMINISTRATIONS,
    "cores": Quantity("a number of cores", ("cores",), least=1),
    "minimum_events": Quantity("a number of events", ("events", "cells"), least=0),
    "strata.weight": Quantity("a weight", (), least=0),
    "prior_a": Quantity("a parameter of the prior", (), least=0),
    "prior_b": Quantity("a parameter of the prior", (), least=0),
    "failure_probability": PROBABILITY,
    "allocation.probability": PROBABILITY,
    **dict.fromkeys(("p0", "p1", "alpha", "power", "minimum_rate", "confidence_level", "certainty"), RATE),
    "toxicity.limit": RATE,
}
# Keys that say their unit in their name.
ENDINGS: dict[str, Quantity] = {
    "_days": DAYS,
    "_hours": Quantity("a number of hours", ("hours", "hour"), least=0),
    "_minutes": Quantity("a number of minutes", ("minutes", "minute"), least=0),
    "_seconds": Quantity("a number of seconds", ("seconds", "second"), least=0),
    "_years": Quantity("a number of years", ("years", "year"), least=0),
    "_mm": LENGTH,
    "_cm3": VOLUME,
    "_kg": Quantity("a weight", ("kg",), least=0),
    "_percent": PERCENTAGE,
    "_probability": PROBABILITY,
    "_grade": GRADE,
    "_gauge": Quantity("a needle gauge", ("gauge", "G"), least=1),
    "_celsius": Quantity("a temperature", ("°C",), least=-273.15),
}


def find_quantity(path: KeyPath) -> Quantity | None:
    """Find what kind of quantity stands at a place of the study file.

    Args:
        path: keys and positions down to the fact.

    Returns:
        The kind, or nothing where any number and unit may stand.

    Example:
        >>> find_quantity(("interventions", 0, "dose_changes", "stop_at_grade")).name
        'a grade'
        >>> find_quantity(("rehearsal", "targets", 0, "value")) is None
        True
    """
    keys = [step for step in path if isinstance(step, str)]
    for name in (".".join(keys[-2:]), keys[-1]):
        if name in QUANTITIES:
            return QUANTITIES[name]
    return next((kind for ending, kind in ENDINGS.items() if keys[-1].endswith(ending)), None)


def _visit_quantities(protocol: StudyProtocol) -> Iterator[tuple[KeyPath, Sourced[object], Quantity]]:
    own = protocol.product.dose_unit.value if protocol.product else None
    for path, part in visit_parts(protocol, ()):
        kind = find_quantity(path) if isinstance(part, Sourced) else None
        if isinstance(part, Sourced) and path[0] == "endpoints" and path[-1] == "threshold":
            kind = replace(PERCENTAGE, units=(part.unit,)) if part.unit and part.unit[0] == "%" else None
        if not isinstance(part, Sourced) or kind is None:
            continue
        if kind in (DOSE, AMOUNT) and own:
            kind = replace(kind, units=(*kind.units, own))
        yield path, part, kind


def _is_product_dose(protocol: StudyProtocol, path: KeyPath) -> bool:
    """Whether the dose counts what the product is made of, in a unit of its own."""
    if path[-1] != "dose":
        return False
    phase = protocol.interventions[int(path[1])].phases[int(path[3])]
    return phase.basis.value == "product_dose"


def check_units(protocol: StudyProtocol) -> Iterator[Problem]:
    """Every unit is one of its kind of quantity, and what means nothing without a unit has one."""
    for path, fact, kind in _visit_quantities(protocol):
        usual = kind.units[0] if kind.units else ""
        # A phase without a unit of dose is said by the check of what arms receive.
        if fact.unit is None and fact.is_known and kind.needs_unit and path[-1] != "dose":
            yield Problem(path, f"{kind.name} has no unit.", f"Add unit: {usual}.")
        if fact.unit is None or fact.unit in kind.units or _is_product_dose(protocol, path):
            continue
        place: KeyPath = (*path, "unit")
        if kind.units[:1] == ("days",) and (days := DAYS_IN.get(fact.unit)):
            count = f", so {fact.value} {fact.unit} are {fact.value * days:.0f}" if _is_number(fact) else ""  # type: ignore[operator]
            message = f"'{fact.unit}' stands where days are counted."
            yield Problem(place, message, f"Write days: a {fact.unit.rstrip('s')} has {days:g}{count}.")
        elif kind in (RATE, PROBABILITY) and fact.unit == "%":
            yield Problem(
                place, "'%' stands where a proportion is wanted.", "Write 0.9 for 90 %, without unit."
            )
        else:
            message, remedy = explain_unknown_name(fact.unit, kind=f"unit of {kind.name}", known=kind.units)
            yield Problem(place, message, remedy)


def _is_number(fact: Sourced[object]) -> bool:
    return isinstance(fact.value, int | float) and not isinstance(fact.value, bool)


def check_ranges(protocol: StudyProtocol) -> Iterator[Problem]:
    """Every number lies where its kind of quantity can: doses from 0, grades 1 to 5, percentages 0 to 100."""
    for path, fact, kind in _visit_quantities(protocol):
        numbers = fact.value if isinstance(fact.value, tuple) else (fact.value,)
        for number in numbers:
            if not isinstance(number, int | float) or isinstance(number, bool):
                continue
            place: KeyPath = (*path, "value")
            if kind.least is not None and kind.most is not None and not kind.least <= number <= kind.most:
                message = (
                    f"{number:g} is not {kind.name}, which lies between {kind.least:g} and {kind.most:g}."
                )
                yield Problem(place, message, "Correct the number.")
            elif kind.least is not None and number < kind.least:
                remedy = f"Write {kind.least:g} or more: here stands {kind.name}."
                yield Problem(place, f"{number:g} is below {kind.least:g}.", remedy)


def check_dose_basis(protocol: StudyProtocol) -> Iterator[Problem]:
    """A dose per kilogram has a unit per kilogram, a flat dose has none, and no dose falls on day 0."""
    wanted = {"per_kg": PER_KILOGRAM_UNITS, "per_m2": PER_AREA_UNITS, "flat": AMOUNT_UNITS}
    for i, intervention in enumerate(protocol.interventions):
        for j, phase in enumerate(intervention.phases):
            path: KeyPath = ("interventions", i, "phases", j)
            unit, basis = phase.dose.unit, phase.basis.value or ""
            if unit in DOSE.units and unit not in wanted.get(basis, DOSE.units):
                message = f"the unit '{unit}' does not fit the basis {basis}."
                yield Problem((*path, "dose", "unit"), message, f"Known: {', '.join(wanted[basis])}.")
            if phase.first_day.value == 0:
                message = "there is no study day 0."
                yield Problem((*path, "first_day", "value"), message, "Day 1 is the reference date.")


QUANTITY_CHECKS = (check_units, check_ranges, check_dose_basis)
