"""The right-hand side as compiled code: many patients side by side, one lane each.

The source is written from the model's equations. Arrays hold one row per quantity and one column per lane, so
that the processor works on all lanes of a row at once.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numba
import numpy as np

from abscopal.rehearsal.model.description import ModelDescription, read_model
from abscopal.rehearsal.model.equations import Equation, Equations, list_symbols, sort_equations

LANES = 32
SQUARINGS = 7


@dataclass(frozen=True, slots=True)
class Layout:
    """Which row holds which quantity.

    Args:
        patient_states: states of the patient; rows 0 and on.
        lesion_states: states of a lesion; lesion k starts at row n_patient + k * n_lesion.
        shared: shared parameters, one number each.
        patient: parameters and starting quantities of the patient.
        lesion: parameters and starting quantities of a lesion.
    """

    patient_states: tuple[str, ...]
    lesion_states: tuple[str, ...]
    shared: tuple[str, ...]
    patient: tuple[str, ...]
    lesion: tuple[str, ...]

    def count_states(self, lesions: int) -> int:
        """Number of rows of the state array for so many lesions."""
        return len(self.patient_states) + lesions * len(self.lesion_states)


def lay_out(model: ModelDescription) -> Layout:
    """Decide the rows of every array."""
    return Layout(
        patient_states=model.list_states("patient"),
        lesion_states=model.list_states("lesion"),
        shared=model.list_parameters("shared"),
        patient=(*model.list_parameters("patient"), *model.list_start("patient")),
        lesion=(*model.list_parameters("lesion"), *model.list_start("lesion")),
    )


def write_source(model: ModelDescription, layout: Layout) -> str:
    """Write the Python source of the right-hand side.

    Args:
        model: the description.
        layout: its rows.

    Returns:
        The source of `right_hand_side(t, y, dy, shared, patient, lesion, scratch, lesions)`.
    """
    equations = sort_equations(model)
    kept = _list_kept(equations)
    lines = ["def right_hand_side(t, y, dy, shared, patient, lesion, scratch, lesions):"]
    needed = _symbols_of(equations)
    lines += [f"    {name} = shared[{row}]" for row, name in enumerate(layout.shared) if name in needed]
    lines += [f"    {item.symbol} = {ast.unparse(item.tree)}" for item in equations.shared]
    lines += _write_before(equations, layout, kept)
    lines += _write_lesions(equations, layout, kept)
    lines += _write_after(equations, layout, kept)
    return "\n".join(lines) + "\n"


def _symbols_of(equations: Equations) -> set[str]:
    every = (
        *equations.shared, *equations.before, *equations.lesions, *equations.totals, *equations.after,
        *equations.patient_rates, *equations.lesion_rates,
    )  # fmt: skip
    return set().union(*(list_symbols(item.tree) for item in every))


def _list_kept(equations: Equations) -> dict[str, int]:
    """Quantities of the patient that lesions or later lines read again, and the totals: rows of scratch."""
    names = [item.symbol for item in (*equations.before, *equations.totals)]
    return {name: row for row, name in enumerate(names)}


def _loads(items: tuple[Equation, ...], rows: dict[str, str], made: set[str]) -> list[str]:
    needed = set().union(*(list_symbols(item.tree) for item in items)) if items else set()
    return [f"{name} = {place}" for name, place in rows.items() if name in needed and name not in made]


def _patient_rows(layout: Layout) -> dict[str, str]:
    rows = {name: f"y[{row} * LANES + lane]" for row, name in enumerate(layout.patient_states)}
    return rows | {name: f"patient[{row} * LANES + lane]" for row, name in enumerate(layout.patient)}


def _lesion_rows(layout: Layout) -> dict[str, str]:
    rows = {name: f"own[{row} * LANES + lane]" for row, name in enumerate(layout.lesion_states)}
    return rows | {name: f"fixed[{row} * LANES + lane]" for row, name in enumerate(layout.lesion)}


def _write_before(equations: Equations, layout: Layout, kept: dict[str, int]) -> list[str]:
    body = _loads(equations.before, _patient_rows(layout), {item.symbol for item in equations.before})
    for item in equations.before:
        body.append(f"{item.symbol} = {ast.unparse(item.tree)}")
        body.append(f"scratch[{kept[item.symbol]} * LANES + lane] = {item.symbol}")
    body += [f"scratch[{kept[item.symbol]} * LANES + lane] = 0.0" for item in equations.totals]
    return ["    for lane in range(LANES):", *(f"        {line}" for line in body)]


def _write_lesions(equations: Equations, layout: Layout, kept: dict[str, int]) -> list[str]:
    items = (*equations.lesions, *equations.totals, *equations.lesion_rates)
    made = {item.symbol for item in equations.lesions}
    scratch = {item.symbol: f"scratch[{kept[item.symbol]} * LANES + lane]" for item in equations.before}
    rows = _patient_rows(layout) | scratch | _lesion_rows(layout)
    body = _loads(items, rows, made)
    body += [f"{item.symbol} = {ast.unparse(item.tree)}" for item in equations.lesions]
    body += [
        f"scratch[{kept[item.symbol]} * LANES + lane] += {ast.unparse(item.tree)}"
        for item in equations.totals
    ]
    body += [
        f"change[{layout.lesion_states.index(item.symbol)} * LANES + lane] = {ast.unparse(item.tree)}"
        for item in equations.lesion_rates
    ]
    return [
        "    for place in range(lesions):",
        f"        first = ({len(layout.patient_states)} + place * {len(layout.lesion_states)}) * LANES",
        f"        beyond = first + {len(layout.lesion_states)} * LANES",
        "        own = y[first:beyond]",
        "        change = dy[first:beyond]",
        f"        fixed = lesion[place * {len(layout.lesion)} * LANES : (place + 1) * {len(layout.lesion)} * LANES]",
        "        for lane in range(LANES):",
        *(f"            {line}" for line in body),
    ]


def _write_after(equations: Equations, layout: Layout, kept: dict[str, int]) -> list[str]:
    items = (*equations.after, *equations.patient_rates)
    made = {item.symbol for item in equations.after}
    rows = _patient_rows(layout) | {name: f"scratch[{row} * LANES + lane]" for name, row in kept.items()}
    body = _loads(items, rows, made)
    body += [f"{item.symbol} = {ast.unparse(item.tree)}" for item in equations.after]
    body += [
        f"dy[{layout.patient_states.index(item.symbol)} * LANES + lane] = {ast.unparse(item.tree)}"
        for item in equations.patient_rates
    ]
    return ["    for lane in range(LANES):", *(f"        {line}" for line in body)]


@numba.njit(inline="always", error_model="numpy")
def _exp(x: float) -> float:
    """The exponential for |x| < 8 without a branch, to 1e-13, so that all lanes are worked out at once."""
    y = x / 128.0
    value = 1.0 + y * (1.0 + y / 2.0 * (1.0 + y / 3.0 * (1.0 + y / 4.0 * (1.0 + y / 5.0 * (1.0 + y / 6.0)))))
    for _ in range(SQUARINGS):
        value = value * value
    return value


@cache
def compile_right_hand_side() -> tuple[Callable[..., Any], Layout]:
    """Compile the right-hand side of the model that comes with Abscopal.

    Returns:
        The compiled function and the layout of its arrays.
    """
    model = read_model()
    layout = lay_out(model)
    space: dict[str, Any] = {"LANES": LANES, "exp": _exp, "np": np}
    exec(compile(write_source(model, layout), "<right-hand side of the model>", "exec"), space)
    compiled = numba.njit(error_model="numpy", fastmath={"contract", "arcp", "nsz"}, nogil=True)(
        space["right_hand_side"]
    )
    return compiled, layout
