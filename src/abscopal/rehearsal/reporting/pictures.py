"""From rehearsed patients and trials to the figures of the page."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from abscopal.evidence.figures.appearance import CaptionedFigure
from abscopal.evidence.figures.calibration_checks import render_calibration_targets, render_parameter_widths
from abscopal.evidence.figures.rehearsal_data import (
    Alternative,
    Distribution,
    Frequency,
    LesionGroup,
    LevelBeside,
    ParameterWidth,
    PlasmaGroup,
    PopulationGroup,
    Role,
    TargetCheck,
    Unit,
    WhatIf,
)
from abscopal.evidence.figures.rehearsed_lesions import render_rehearsed_lesions
from abscopal.evidence.figures.rehearsed_plasma import render_rehearsed_plasma
from abscopal.evidence.figures.rehearsed_populations import POPULATIONS, render_rehearsed_populations
from abscopal.evidence.figures.rehearsed_trials import (
    render_conclusions,
    render_endpoint_distributions,
    render_what_if,
)
from abscopal.evidence.figures.saving import render_svg_file
from abscopal.evidence.rehearsal_tables import CharacteristicRow
from abscopal.evidence.rehearsal_words import CONCLUSIONS, SHARES_AT, name_design, name_quantity
from abscopal.evidence.typography import Language
from abscopal.rehearsal.characteristic import RATES, compute_rate
from abscopal.rehearsal.given_doses import compute_diameter
from abscopal.rehearsal.reporting.representative_courses import Floats, Representatives

BIOPSY_DAYS = (0, 21, 42)
PLASMA_DAYS = 90.0
WEEK = 7
ROLES: tuple[Role, ...] = ("injected", "distant")
COMPARED_RATES = ("severe_rate", "response_rate")
COMPARED = ("conclusion.met", "conclusion.overrun", "stopped", "duration_days.mean")
_UNITS: dict[str, Unit] = {"probability": "proportion", "proportion": "proportion", "days": "days"}
Patients = Mapping[str, Sequence[Representatives]]


def list_population_groups(patients: Patients, *, names: Mapping[str, str]) -> tuple[PopulationGroup, ...]:
    """Immune populations by arm and role of the lesion, on the days of biopsies.

    Args:
        patients: patients in detail by arm, one set a draw.
        names: label by arm.

    Returns:
        The groups that have lesions.
    """
    groups = []
    for arm, found in patients.items():
        for role in ROLES:
            folds = {
                state: np.concatenate(
                    [_pick(item, item.lesions[state][:, _places(item, BIOPSY_DAYS)], role) for item in found]
                )
                for state in POPULATIONS
            }
            if len(folds["E"]):
                groups.append(PopulationGroup(names[arm], role, BIOPSY_DAYS, folds))
    return tuple(groups)


def render_patient_figures(
    patients: Patients,
    populations: Sequence[PopulationGroup],
    levels: Sequence[LevelBeside],
    *,
    names: Mapping[str, str],
    language: Language,
) -> dict[str, CaptionedFigure]:
    """Draw the virtual patients: lesions, plasma, immune populations.

    Args:
        patients: patients in detail by arm, one set a draw.
        populations: immune populations.
        levels: published levels in plasma beside virtual ones.
        names: label by arm.
        language: `en` or `fr`.

    Returns:
        Figures by name.
    """
    first = next(iter(patients.values()))[0]
    weekly = np.flatnonzero(first.days % WEEK == 0)
    lesions = []
    for arm, found in patients.items():
        for role in ROLES:
            change = np.concatenate([_pick(item, _change(item), role) for item in found])
            if len(change):
                weeks = np.flatnonzero(found[0].days % WEEK == 0)
                lesions.append(LesionGroup(names[arm], role, change[:, weeks]))
    plasma = [
        PlasmaGroup(
            names[arm],
            drug.lower(),
            found[0].days[found[0].days <= PLASMA_DAYS],
            np.concatenate(
                [item.plasma[drug][item.courses.treated][:, item.days <= PLASMA_DAYS] for item in found]
            ),
        )
        for arm, found in patients.items()
        for drug in found[0].plasma
    ]
    figures = {
        "lesions": render_rehearsed_lesions(lesions, days=first.days[weekly], language=language),
        "populations": render_rehearsed_populations(populations, language=language),
    }
    if plasma:
        figures["plasma"] = render_rehearsed_plasma(plasma, levels=levels, language=language)
    return figures


def render_trial_figures(
    trials: pl.DataFrame, rows: Sequence[CharacteristicRow], *, names: Mapping[str, str], language: Language
) -> dict[str, CaptionedFigure]:
    """Draw the rehearsed trials: conclusions, endpoints, comparisons.

    Args:
        trials: one row a trial, every design.
        rows: operating characteristics, every design, the planned one first.
        names: label by arm, in order.
        language: `en` or `fr`.

    Returns:
        Figures by name; without a rule no conclusions, without a comparison none of it.
    """
    designs = list(dict.fromkeys(row.design for row in rows))
    planned = [row for row in rows if row.design == designs[0]]
    own = trials.filter(pl.col("design") == designs[0])
    figures = {
        "endpoints": render_endpoint_distributions(
            _list_distributions(own, planned, names, language), language=language
        )
    }
    conclusions = _list_frequencies(planned, language)
    if conclusions:
        figures["conclusions"] = render_conclusions(conclusions, language=language)
    if len(designs) > 1:
        figures["what_if"] = render_what_if(_compare(rows, designs, names, language), language=language)
    return figures


def render_calibration_figures(
    checks: Sequence[TargetCheck], widths: Sequence[ParameterWidth], *, language: Language
) -> dict[str, CaptionedFigure]:
    """Draw published results beside the model, and the widths of parameters, where there are any.

    Args:
        checks: the results.
        widths: the parameters.
        language: `en` or `fr`.

    Returns:
        Figures by name.
    """
    figures = {}
    if checks:
        figures["targets"] = render_calibration_targets(checks, language=language)
    if widths:
        figures["widths"] = render_parameter_widths(widths, language=language)
    return figures


def render_figure_files(folder: Path, figures: Mapping[str, CaptionedFigure]) -> dict[Path, str]:
    """Draw every figure as the text of an SVG file in a folder."""
    return {
        folder / f"{name.replace('_', '-')}.svg": render_svg_file(figure) for name, figure in figures.items()
    }


def _places(item: Representatives, days: Sequence[int]) -> list[int]:
    return [int(np.flatnonzero(item.days <= day)[-1]) for day in days]


def _change(item: Representatives) -> Floats:
    diameter = compute_diameter(item.lesions["T"])
    return np.asarray(diameter / diameter[:, :1] - 1)


def _pick(item: Representatives, values: Floats, role: Role) -> Floats:
    """Lesions of one role in treated patients: lesion by day."""
    exists = np.isfinite(item.lesions["T"][:, 0]) & item.courses.treated[:, None]
    chosen = exists & (item.is_injected if role == "injected" else ~item.is_injected)
    return np.asarray(np.moveaxis(values, 1, 2)[chosen])


def _list_frequencies(rows: Sequence[CharacteristicRow], language: Language) -> list[Frequency]:
    draws = sorted({row.draw for row in rows if row.draw.isdigit()})
    found = []
    for code in CONCLUSIONS:
        if code == "none":
            continue
        quantity = f"conclusion.{code}"
        by_draw = {row.draw: row for row in rows if row.quantity == quantity}
        row = by_draw.get("all")
        if row is None or row.estimate is None or row.lower is None or row.upper is None:
            continue
        # A conclusion that a draw never reached has no row there.
        shares = tuple(by_draw[draw].estimate or 0.0 if draw in by_draw else 0.0 for draw in draws)
        name = name_quantity(quantity, language=language)
        found.append(Frequency(name, row.estimate, row.lower, row.upper, shares))
    return found


def _list_distributions(
    trials: pl.DataFrame, rows: Sequence[CharacteristicRow], names: Mapping[str, str], language: Language
) -> list[Distribution]:
    def by_draw(quantity: str, measure: str = "mean") -> tuple[float, ...]:
        own = [row for row in rows if row.quantity == f"{quantity}.{measure}" and row.draw.isdigit()]
        return tuple(row.estimate for row in own if row.estimate is not None)

    def tell(quantity: str, unit: Unit, arm: str, values: Floats, measure: str = "mean") -> Distribution:
        name = name_quantity(quantity, language=language)
        return Distribution(name, unit, values, by_draw(f"{quantity}.{arm}", measure), arm=names[arm])

    found = []
    if "primary_successes" in trials.columns:
        minimum = trials["primary_minimum"].to_numpy()
        found.append(
            Distribution(
                name_quantity("primary_successes", language=language),
                "count",
                trials["primary_successes"].to_numpy().astype(np.float64),
                by_draw("primary_successes"),
                # Where trials evaluate different numbers of patients the limit moves with them: none is drawn.
                float(minimum[0]) if np.ptp(minimum) == 0 else None,
            )
        )
    for quantity, events, counted in RATES:
        for arm in names:
            values = compute_rate(trials, f"{events}_{arm}", f"{counted}_{arm}")
            found.append(tell(quantity, "proportion", arm, values))
    stems = dict.fromkeys(row.quantity.split(".")[0] for row in rows)
    for quantity in (stem for stem in stems if stem.rpartition("_")[0] in SHARES_AT):
        for arm in names:
            found.append(tell(quantity, "proportion", arm, trials[f"{quantity}_{arm}"].to_numpy()))
    for quantity in ("pfs_median", "os_median"):
        medians = {arm: trials[f"{quantity}_{arm}"].to_numpy() for arm in names}
        # Where most trials have none within follow-up, the few that have would make a figure of their own.
        if any(_has_middle(values) for values in medians.values()):
            found += [tell(quantity, "days", arm, values, "q50") for arm, values in medians.items()]
    days = trials["duration_days"].to_numpy().astype(np.float64)
    name = name_quantity("duration_days", language=language)
    return [*found, Distribution(name, "days", days, by_draw("duration_days"))]


def _has_middle(values: Floats) -> bool:
    known = values[~np.isnan(values)]
    return known.size > 0 and bool(np.isfinite(np.median(known)))


def _compare(
    rows: Sequence[CharacteristicRow], designs: Sequence[str], names: Mapping[str, str], language: Language
) -> list[WhatIf]:
    quantities = [*COMPARED, *(f"{rate}.{arm}.mean" for rate in COMPARED_RATES for arm in names)]
    found = []
    for quantity in quantities:
        ways = tuple(
            way
            for design in designs
            if (way := _find_alternative(rows, design, quantity, language)) is not None
        )
        if len(ways) == len(designs):
            unit = next(row.unit for row in rows if row.quantity == quantity)
            found.append(WhatIf(name_quantity(quantity, language=language), _UNITS.get(unit, "number"), ways))
    return found


def _find_alternative(
    rows: Sequence[CharacteristicRow], design: str, quantity: str, language: Language
) -> Alternative | None:
    own = {row.quantity: row for row in rows if row.design == design and row.draw == "all"}
    row = own.get(quantity)
    if row is None or row.estimate is None:
        return None
    return Alternative(name_design(design, language=language), row.estimate, *_limits(row))


def _limits(row: CharacteristicRow) -> tuple[float, float]:
    estimate = row.estimate or 0.0
    return (
        estimate if row.lower is None else row.lower,
        estimate if row.upper is None else row.upper,
    )
