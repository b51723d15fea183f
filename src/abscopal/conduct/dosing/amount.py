"""How much: per kilogram, per square metre or flat, reduced if allowed, rounded by a named rule."""

import math
from dataclasses import dataclass
from typing import Literal

from abscopal.conduct.decision import Reason
from abscopal.conduct.wording import Value, compose_text
from abscopal.protocol.arms import DosingPhase, Intervention, Rounding
from abscopal.protocol.text import Text

# Differences of floating-point arithmetic; no balance weighs a millionth of a mg.
NEGLIGIBLE = 1e-6
PER_UNITS = {"per_kg": ("/kg",), "per_m2": ("/m²", "/m2"), "flat": ("",), "product_dose": ("",)}


@dataclass(frozen=True, slots=True)
class Reduction:
    """A dose reduced to a fraction, by whom and why."""

    fraction: float
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Amount:
    """A dose to give.

    Args:
        amount: dose, in `unit`.
        unit: unit of the dose.
        exact: dose before rounding.
        rounding: rule it was rounded by.
        vials: vials opened; None when the content of a vial is unknown.
        wasted: what is left in them; None likewise.
        arithmetic: how the dose was computed, in words.
    """

    amount: float
    unit: str
    exact: float
    rounding: Rounding
    vials: int | None
    wasted: float | None
    arithmetic: Text


def compute_body_surface(weight_kg: float, height_cm: float) -> float:
    """Body surface in m² by Mosteller's formula.

    Args:
        weight_kg: weight.
        height_cm: height.

    Returns:
        √(height × weight / 3600).

    Reference:
        Mosteller, N Engl J Med 1987;317:1098 (doi:10.1056/NEJM198710223171717).

    Example:
        >>> round(compute_body_surface(70, 175), 2)
        1.84
    """
    return math.sqrt(height_cm * weight_kg / 3600)


def compute_amount(
    drug: Intervention,
    phase: DosingPhase,
    *,
    weight_kg: float | None = None,
    height_cm: float | None = None,
    reduction: Reduction | None = None,
) -> Amount | Reason:
    """Compute the dose of one administration, or say why it cannot be.

    A dose over the greatest one is refused, never shortened.

    Args:
        drug: the intervention.
        phase: its phase.
        weight_kg: weight, for a dose per kilogram or per m².
        height_cm: height, for a dose per m².
        reduction: a reduced dose; None for the full one.

    Returns:
        The dose with its arithmetic, or a reason.
    """
    dose, basis, unit = phase.dose.value, phase.basis.value, phase.dose.unit or ""
    if dose is None or basis is None:
        return _refuse(
            "DOSE_UNKNOWN",
            "{drug}: the study file holds no dose, or not what it counts by.",
            "{drug} : le fichier d’étude ne donne pas la dose, ou pas ce par quoi elle se compte.",
            ("The sponsor writes it in the study file.", "Le promoteur l’écrit dans le fichier d’étude."),
            drug=drug.name,
        )
    ending = next((ending for ending in PER_UNITS[basis] if unit.endswith(ending)), None)
    if ending is None or (ending == "" and "/" in unit):
        return _refuse(
            "UNIT_DISAGREES",
            "{drug}: a dose in {unit} does not count {basis}.",
            "{drug} : une dose en {unit} ne se compte pas {basis}.",
            ("Correct the study file.", "Corrigez le fichier d’étude."),
            drug=drug.name,
            unit=unit,
            basis=basis,
        )
    if refusal := explain_reduction(drug, reduction):
        return refusal
    size = _compute_size(basis, weight_kg, height_cm)
    if isinstance(size, Reason):
        return size
    exact = dose * size * (reduction.fraction if reduction else 1)
    rounded = compute_rounded(drug, exact)
    if isinstance(rounded, Reason):
        return rounded
    plain = unit.removesuffix(ending)
    greatest = drug.maximum_dose.value
    if greatest is not None and rounded > greatest + NEGLIGIBLE:
        return _refuse(
            "MAXIMUM_DOSE",
            "{drug}: {amount} {unit} is over the greatest dose of {greatest} {unit}.",
            "{drug} : {amount} {unit} dépasse la plus forte dose, {greatest} {unit}.",
            (
                f"At most {greatest:g} {plain}; the sponsor says whether the dose is capped there.",
                f"Au plus {greatest:g} {plain} ; le promoteur dit si la dose s’y arrête.",
            ),
            drug=drug.name,
            amount=rounded,
            unit=plain,
            greatest=greatest,
        )
    vials, wasted = count_vials(drug, rounded)
    return Amount(
        amount=rounded,
        unit=plain,
        exact=exact,
        rounding=drug.dose_calculation.rounding.value or "none",
        vials=vials,
        wasted=wasted,
        arithmetic=_say_arithmetic(
            dose, unit, basis, size, exact=exact, rounded=rounded, plain=plain, reduction=reduction,
            rule=drug.dose_calculation.rounding.value,
        ),
    )  # fmt: skip


def compute_rounded(drug: Intervention, amount: float) -> float | Reason:
    """Round a dose by the study's rule; without a rule it stays as it is.

    Args:
        drug: the intervention.
        amount: the dose.

    Returns:
        The rounded dose; or why the rule cannot be applied.
    """
    rule = drug.dose_calculation.rounding.value
    if rule is None or rule == "none":
        return amount
    is_vial = rule.endswith("vial")
    step = drug.vial_size.value if is_vial else drug.dose_calculation.rounding_step.value
    if step is None or step <= 0:
        return _refuse(
            "ROUNDING_UNKNOWN",
            "{drug}: doses are rounded by {rule}, and the study file does not say to what.",
            "{drug} : les doses sont arrondies par {rule}, et le fichier d’étude ne dit pas à quoi.",
            ("Write vial_size or rounding_step.", "Écrivez vial_size ou rounding_step."),
            drug=drug.name,
            rule=rule,
        )
    steps = amount / step
    match rule.split("_")[0]:
        case "down":
            number = math.floor(steps + NEGLIGIBLE)
        case "up":
            number = math.ceil(steps - NEGLIGIBLE)
        case _:
            number = math.floor(steps + 0.5 + NEGLIGIBLE)
    if number == 0:
        return _refuse(
            "ROUNDED_TO_NOTHING",
            "{drug}: {amount} rounded by {rule} to {step} is nothing.",
            "{drug} : {amount} arrondi par {rule} à {step} ne laisse rien.",
            (
                "Ask the sponsor how such a dose is rounded.",
                "Demandez au promoteur comment arrondir une telle dose.",
            ),
            drug=drug.name,
            amount=amount,
            rule=rule,
            step=step,
        )
    return round(number * step, 9)


def count_vials(drug: Intervention, amount: float) -> tuple[int | None, float | None]:
    """Count the vials opened for a dose, and what is left in them.

    Args:
        drug: the intervention.
        amount: the dose.

    Returns:
        Vials and waste; None twice when the content of a vial is unknown.
    """
    content = drug.vial_size.value
    if content is None or content <= 0:
        return None, None
    vials = math.ceil(amount / content - NEGLIGIBLE)
    return vials, round(max(0.0, vials * content - amount), 9)


def explain_reduction(drug: Intervention, reduction: Reduction | None) -> Reason | None:
    """Say why a dose may not be reduced so; None when it may, or when it is not reduced."""
    if reduction is None:
        return None
    allowed = drug.dose_changes.dose_reduction_allowed.value
    if not 0 < reduction.fraction < 1 or not (reduction.by.strip() and reduction.reason.strip()):
        return _refuse(
            "REDUCTION_INCOMPLETE",
            "{drug}: a reduced dose is a fraction between 0 and 1, with a name and a reason.",
            "{drug} : une dose réduite est une fraction entre 0 et 1, avec un nom et un motif.",
            (
                "Write 0.5 for half, who decides, and why.",
                "Écrivez 0,5 pour la moitié, qui décide, et pourquoi.",
            ),
            drug=drug.name,
        )
    if allowed:
        return None
    code: Literal["REDUCTION_NOT_ALLOWED", "REDUCTION_RULE_UNKNOWN"]
    if allowed is None:
        code, en, fr = (
            "REDUCTION_RULE_UNKNOWN",
            "{drug}: the study file does not say whether the dose may be reduced.",
            "{drug} : le fichier d’étude ne dit pas si la dose peut être réduite.",
        )
    else:
        code, en, fr = (
            "REDUCTION_NOT_ALLOWED",
            "{drug}: the study does not reduce doses; a dose is given whole, held or stopped.",
            "{drug} : l’étude ne réduit pas les doses ; une dose est donnée entière, suspendue ou arrêtée.",
        )
    return _refuse(code, en, fr, None, drug=drug.name)


def _compute_size(basis: str, weight_kg: float | None, height_cm: float | None) -> float | Reason:
    """What the dose is multiplied by: kilograms, square metres, or 1."""
    if basis not in ("per_kg", "per_m2"):
        return 1.0
    if weight_kg is None or (basis == "per_m2" and height_cm is None):
        return _refuse(
            "SIZE_MISSING",
            "The dose counts by the size of the patient, which is not known.",
            "La dose se compte à la taille du patient, qui n’est pas connue.",
            (
                "Record weight, and height for a dose per m².",
                "Consignez le poids, et la taille pour une dose par m².",
            ),
        )
    return weight_kg if basis == "per_kg" else compute_body_surface(weight_kg, height_cm or 0)


def _say_arithmetic(
    dose: float,
    unit: str,
    basis: str,
    size: float,
    *,
    exact: float,
    rounded: float,
    plain: str,
    reduction: Reduction | None,
    rule: Rounding | None,
) -> Text:
    by = {"per_kg": " × {size} kg", "per_m2": " × {size} m²"}.get(basis, "")
    share = " × {fraction}" if reduction else ""
    sum_ = "" if not (by or share) else " = {exact} {plain}"
    has_changed = abs(exact - rounded) > NEGLIGIBLE
    en = f", rounded to {{rounded}} {{plain}} ({rule})" if has_changed else ""
    fr = f", arrondi à {{rounded}} {{plain}} ({rule})" if has_changed else ""
    body = f"{{dose}} {{unit}}{by}{share}{sum_}"
    return compose_text(
        body + en + ".", body + fr + ".", dose=dose, unit=unit, size=size, exact=exact, plain=plain,
        rounded=rounded, fraction=reduction.fraction if reduction else None,
    )  # fmt: skip


def _refuse(code: str, en: str, fr: str, remedy: tuple[str, str] | None, **values: Value) -> Reason:
    return Reason(
        code, compose_text(en, fr, **values), None if remedy is None else Text(en=remedy[0], fr=remedy[1])
    )
