"""The right-hand side for one patient in plain Python: slow, obvious, and an oracle for the fast one."""

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abscopal.rehearsal.model.description import ModelDescription
from abscopal.rehearsal.model.equations import parse

_parse_once = cache(parse)

Values = Mapping[str, float | Sequence[float]]


def compute_start(model: ModelDescription, values: Values, *, lesions: int) -> NDArray[np.float64]:
    """The state of one patient before the first dose.

    Args:
        model: the description.
        values: every parameter by symbol; one number, or one a lesion.
        lesions: number of lesions.

    Returns:
        The states of the patient, then those of each lesion, then the cumulative hazards.
    """
    known = _work_out_start(model, values, lesions)
    of_patient = [
        _evaluate(state.start, known, lesions, None) for state in model.states if state.scope == "patient"
    ]
    of_lesions = [
        _evaluate(state.start, known, lesions, place)
        for place in range(lesions)
        for state in model.states
        if state.scope == "lesion"
    ]
    return np.array([*of_patient, *of_lesions, *(0.0 for _ in model.hazards)])


def make_right_hand_side(
    model: ModelDescription, values: Values, *, lesions: int
) -> Callable[[float, NDArray[np.float64]], NDArray[np.float64]]:
    """Make the right-hand side of one patient, as an integrator of SciPy takes it.

    Args:
        model: the description.
        values: every parameter by symbol; one number, or one a lesion.
        lesions: number of lesions.

    Returns:
        A function of the day and the state that gives the change per day.
    """
    fixed = _work_out_start(model, values, lesions)
    of_patient, of_lesion = model.list_states("patient"), model.list_states("lesion")

    def right_hand_side(t: float, y: NDArray[np.float64]) -> NDArray[np.float64]:
        known: dict[str, Any] = dict(fixed) | {"t": t}
        known |= {name: y[row] for row, name in enumerate(of_patient)}
        beyond = len(of_patient) + lesions * len(of_lesion)
        tails = y[len(of_patient) : beyond].reshape(lesions, len(of_lesion))
        known |= {name: list(tails[:, row]) for row, name in enumerate(of_lesion)}
        for item in model.assignments:
            known[item.symbol] = _work_out(item.expression, known, lesions)
        rates = {state.symbol: _work_out(state.rate, known, lesions) for state in model.states}
        per_lesion = [_of(rates[name], place) for place in range(lesions) for name in of_lesion]
        hazards = [_work_out(hazard.rate, known, lesions) for hazard in model.hazards]
        return np.array([*(rates[name] for name in of_patient), *per_lesion, *hazards])

    return right_hand_side


def _work_out_start(model: ModelDescription, values: Values, lesions: int) -> dict[str, Any]:
    known: dict[str, Any] = dict(values)
    for item in model.start:
        known[item.symbol] = _work_out(item.expression, known, lesions)
    return known


def _work_out(expression: str, known: Mapping[str, Any], lesions: int) -> Any:
    """One number, or one a lesion where the expression stands on a quantity of the lesions."""
    if any(isinstance(known[name], list) for name in _list_outside(expression)):
        return [_evaluate(expression, known, lesions, place) for place in range(lesions)]
    return _evaluate(expression, known, lesions, None)


@cache
def _list_outside(expression: str) -> frozenset[str]:
    """The quantities that an expression reads outside totals over lesions."""
    tree = _parse_once(expression)
    inside = {
        node.id
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "total"
        for node in ast.walk(call)
        if isinstance(node, ast.Name)
    }
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return frozenset(names - inside - {"exp", "total"})


def _evaluate(expression: str, known: Mapping[str, Any], lesions: int, place: int | None) -> float:
    def value_of(node: ast.expr, at: int | None) -> float:
        match node:
            case ast.Constant(value=float() | int() as number):
                return float(number)
            case ast.Name(id=name):
                return _of(known[name], at)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -value_of(operand, at)
            case ast.Call(func=ast.Name(id="exp"), args=[argument]):
                return math.exp(value_of(argument, at))
            case ast.Call(func=ast.Name(id="total"), args=[argument]):
                return math.fsum(value_of(argument, lesion) for lesion in range(lesions))
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return value_of(left, at) + value_of(right, at)
            case ast.BinOp(left=left, op=ast.Sub(), right=right):
                return value_of(left, at) - value_of(right, at)
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                return value_of(left, at) * value_of(right, at)
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return value_of(left, at) / value_of(right, at)
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return float(value_of(left, at) ** value_of(right, at))
        raise TypeError(f"{ast.unparse(node)} is not arithmetic.")

    return value_of(_parse_once(expression), place)


def _of(value: float | Sequence[float], place: int | None) -> float:
    if isinstance(value, list | tuple):
        if place is None:
            raise TypeError("A quantity of a lesion was read without saying which lesion.")
        return float(value[place])
    return float(value)  # type: ignore[arg-type]
