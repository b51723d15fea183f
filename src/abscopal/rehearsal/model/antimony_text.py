"""The model of one patient as Antimony text, from which SBML is made for other programs."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from abscopal.rehearsal.model.description import ModelDescription
from abscopal.rehearsal.model.equations import list_symbols, parse

Values = Mapping[str, float | Sequence[float]]


@dataclass(frozen=True, slots=True)
class GivenDose:
    """One dose: which kind, when, how much, into which lesion (0 is the first)."""

    kind: str
    day: float
    dose: float
    lesion: int | None = None


def write_antimony(
    model: ModelDescription, values: Values, doses: Sequence[GivenDose], *, lesions: int
) -> str:
    """Write one patient's model, with its doses as events.

    Args:
        model: the description.
        values: every parameter by symbol; one number, or one a lesion.
        doses: the doses given; one on day 0 is added to the starting values.
        lesions: number of lesions.

    Returns:
        Antimony text; lesion k of state T is T_k, counted from 1.
    """
    of_lesion = _list_of_lesions(model)
    places: list[int | None] = [None]
    lines = [f"model {model.name}"]

    def name(symbol: str, place: int | None) -> str:
        return f"{symbol}_{place + 1}" if symbol in of_lesion and place is not None else symbol

    def write(expression: str, place: int | None) -> str:
        return _write(parse(expression), place, lesions, of_lesion)

    def spread(symbol: str) -> Sequence[int | None]:
        return range(lesions) if symbol in of_lesion else places

    for parameter in model.parameters:
        value = values[parameter.symbol]
        for place in spread(parameter.symbol):
            number = value if isinstance(value, int | float) else value[place or 0]
            lines.append(f"  {name(parameter.symbol, place)} = {float(number)!r};")
    for item in model.start:
        lines += [
            f"  {name(item.symbol, place)} = {write(item.expression, place)};"
            for place in spread(item.symbol)
        ]
    for item in model.assignments:
        lines += [
            f"  {name(item.symbol, place)} := {write(item.expression, place)};"
            for place in spread(item.symbol)
        ]
    for state in model.states:
        for place in spread(state.symbol):
            at_once = _list_additions(model, doses, name(state.symbol, place), of_lesion, lesions, day=0.0)
            lines.append(
                f"  {name(state.symbol, place)} = {' + '.join([write(state.start, place), *at_once])};"
            )
            lines.append(f"  {name(state.symbol, place)}' = {write(state.rate, place)};")
    for day in sorted({dose.day for dose in doses if dose.day > 0}):
        changes = []
        for state in model.states:
            for place in spread(state.symbol):
                symbol = name(state.symbol, place)
                added = _list_additions(model, doses, symbol, of_lesion, lesions, day=day)
                if added:
                    changes.append(f"{symbol} = {' + '.join([symbol, *added])}")
        lines.append(f"  at (time >= {day!r}): {', '.join(changes)};")
    return "\n".join([*lines, "end", ""])


def _list_of_lesions(model: ModelDescription) -> set[str]:
    """Symbols of which each lesion has its own."""
    found = {*model.list_parameters("lesion"), *model.list_start("lesion"), *model.list_states("lesion")}
    for item in model.assignments:
        if _stands_outside(parse(item.expression)) & found:
            found.add(item.symbol)
    return found


def _stands_outside(tree: ast.expr) -> set[str]:
    """Symbols that stand outside every sum over lesions."""
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "total":
        return set()
    children = [child for child in ast.iter_child_nodes(tree) if isinstance(child, ast.expr)]
    if not children:
        return list_symbols(tree)
    return set().union(*(_stands_outside(child) for child in children))


def _list_additions(
    model: ModelDescription,
    doses: Sequence[GivenDose],
    symbol: str,
    of_lesion: set[str],
    lesions: int,
    *,
    day: float,
) -> list[str]:
    kinds = {kind.identifier: kind for kind in model.doses}
    added: list[str] = []
    for given in doses:
        if given.day != day:
            continue
        for state, expression in kinds[given.kind].adds.items():
            target = f"{state}_{(given.lesion or 0) + 1}" if state in of_lesion else state
            if target == symbol:
                text = _write(parse(expression), given.lesion, lesions, of_lesion)
                added.append(f"({text.replace('dose', repr(float(given.dose)))})")
    return added


def _write(tree: ast.expr, place: int | None, lesions: int, of_lesion: set[str]) -> str:
    match tree:
        case ast.Name(id="t"):
            return "time"
        case ast.Name(id=name):
            return f"{name}_{place + 1}" if name in of_lesion and place is not None else name
        case ast.Constant(value=value):
            return repr(value)
        case ast.UnaryOp(operand=operand):
            return f"(-{_write(operand, place, lesions, of_lesion)})"
        case ast.Call(func=ast.Name(id="total"), args=[argument]):
            parts = [_write(argument, lesion, lesions, of_lesion) for lesion in range(lesions)]
            return f"({' + '.join(parts)})"
        case ast.Call(func=ast.Name(id=function), args=[argument]):
            return f"{function}({_write(argument, place, lesions, of_lesion)})"
        case ast.BinOp(left=left, op=operator, right=right):
            sign = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "^"}[type(operator)]
            first = _write(left, place, lesions, of_lesion)
            return f"({first} {sign} {_write(right, place, lesions, of_lesion)})"
    raise TypeError(f"{ast.unparse(tree)} cannot be written in Antimony.")
