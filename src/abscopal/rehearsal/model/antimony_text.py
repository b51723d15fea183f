"""The model of one patient as Antimony text, from which SBML is made for other programs."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from abscopal.evidence.rehearsal_words import name_unit
from abscopal.protocol.text import Language, Text
from abscopal.rehearsal.model.description import Hazard, ModelDescription, Parameter, State
from abscopal.rehearsal.model.equations import list_symbols, parse, rewrite

Values = Mapping[str, float | Sequence[float]]
LESION = Text(en="lesion", fr="lésion")


@dataclass(frozen=True, slots=True)
class GivenDose:
    """One dose: which kind, when, how much, into which lesion (0 is the first)."""

    kind: str
    day: float
    dose: float
    lesion: int | None = None


def write_antimony(
    model: ModelDescription,
    values: Values,
    doses: Sequence[GivenDose],
    *,
    lesions: int,
    language: Language = "en",
) -> str:
    """Write one patient's model, with its doses as events.

    Args:
        model: the description.
        values: every parameter by symbol; one number, or one a lesion.
        doses: the doses given, day 0 being the first; one on day 0 is added to the starting values, each later one
            is an event of its own. What is shared among lesions on one day is one dose.
        lesions: number of lesions.
        language: of the names that other programs show beside the symbols.

    Returns:
        Antimony text; time in days, lesion k of state T is T_k, counted from 1.

    Example:
        >>> from abscopal.rehearsal.model.description import read_model
        >>> model = read_model()
        >>> values = {item.symbol: item.value for item in model.parameters}
        >>> doses = [GivenDose("nivolumab_intravenous", 21.0, 78.0)]
        >>> text = write_antimony(model, values, doses, lesions=1)
        >>> [line.strip() for line in text.splitlines() if "dose_1" in line]
        ['dose_1_nivolumab_intravenous: at (time >= 21.0), fromTrigger=false: A_n1 = A_n1 + (78.0);']
    """
    writer = _Writer(model, _list_of_lesions(model), lesions, language)
    lines = [f"model {model.name}", "  unit day = 86400 second;", "  unit time_unit = 86400 second;"]
    for parameter in model.parameters:
        for place in writer.spread(parameter.symbol):
            value = values[parameter.symbol]
            number = value if isinstance(value, int | float) else value[place or 0]
            symbol = writer.name(parameter.symbol, place)
            lines += [f"  {symbol} = {float(number)!r};", writer.label(parameter, place)]
    for item in model.start:
        for place in writer.spread(item.symbol):
            lines.append(f"  {writer.name(item.symbol, place)} = {writer.write(item.expression, place)};")
    for item in model.assignments:
        for place in writer.spread(item.symbol):
            lines.append(f"  {writer.name(item.symbol, place)} := {writer.write(item.expression, place)};")
    at_once = _add_up(model, [dose for dose in doses if dose.day <= 0], writer)
    for state in model.states:
        for place in writer.spread(state.symbol):
            symbol = writer.name(state.symbol, place)
            start = " + ".join([writer.write(state.start, place), *at_once.get(symbol, ())])
            lines += [f"  {symbol} = {start};", f"  {symbol}' = {writer.write(state.rate, place)};"]
            lines.append(writer.label(state, place))
    for hazard in model.hazards:
        lines += [f"  {hazard.symbol} = 0;", f"  {hazard.symbol}' = {writer.write(hazard.rate, None)};"]
        lines.append(writer.label(hazard, None))
    return "\n".join([*lines, *_write_events(model, doses, writer), "end", ""])


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes symbols and expressions of one lesion, or of the patient (place None)."""

    model: ModelDescription
    of_lesion: set[str]
    lesions: int
    language: Language

    def spread(self, symbol: str) -> Sequence[int | None]:
        return range(self.lesions) if symbol in self.of_lesion else (None,)

    def name(self, symbol: str, place: int | None) -> str:
        return f"{symbol}_{place + 1}" if symbol in self.of_lesion and place is not None else symbol

    def write(self, expression: str, place: int | None) -> str:
        return _write(parse(expression), place, self.lesions, self.of_lesion)

    def label(self, item: Parameter | State | Hazard, place: int | None) -> str:
        """The line that gives a symbol the name that other programs show."""
        said = item.text.read(self.language).replace('"', "'")
        which = "" if place is None else f", {LESION.read(self.language)} {place + 1}"
        unit = "" if item.unit == "1" else f" ({name_unit(item.unit, language=self.language)})"
        return f'  {self.name(item.symbol, place)} is "{said}{which}{unit}";'


def _write_events(model: ModelDescription, doses: Sequence[GivenDose], writer: _Writer) -> list[str]:
    """One event a dose, each counted on what the one before it left: two on the same day lose nothing."""
    lines = []
    later = sorted({(dose.day, dose.kind) for dose in doses if dose.day > 0})
    for number, (day, kind) in enumerate(later, start=1):
        own = [dose for dose in doses if (dose.day, dose.kind) == (day, kind)]
        added = _add_up(model, own, writer)
        changes = ", ".join(f"{symbol} = {' + '.join([symbol, *parts])}" for symbol, parts in added.items())
        lines.append(f"  dose_{number}_{kind}: at (time >= {day!r}), fromTrigger=false: {changes};")
    return lines


def _add_up(model: ModelDescription, doses: Sequence[GivenDose], writer: _Writer) -> dict[str, list[str]]:
    """What doses add to which state, written out."""
    kinds = {kind.identifier: kind for kind in model.doses}
    added: dict[str, list[str]] = {}
    for given in doses:
        place = given.lesion or 0
        for state, expression in kinds[given.kind].adds.items():
            known = rewrite(parse(expression), partial(_name_dose, dose=given.dose))
            added.setdefault(writer.name(state, place), []).append(f"({writer.write(known, place)})")
    return added


def _name_dose(symbol: str, *, dose: float) -> str:
    return repr(float(dose)) if symbol == "dose" else symbol


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
