"""The equations of the model as LaTeX, made from the description like everything else."""

import ast
import re

from abscopal.rehearsal.model.description import ModelDescription
from abscopal.rehearsal.model.equations import TIME, parse

GREEK = {
    "chi": r"\chi", "eps": r"\varepsilon", "rho": r"\rho", "phi": r"\varphi", "theta": r"\theta",
    "lambda": r"\lambda", "beta": r"\beta",
}  # fmt: skip
_STRENGTH = {ast.Add: 1, ast.Sub: 1, ast.Mult: 2, ast.Div: 4, ast.Pow: 3}


def render_symbol(symbol: str, *, is_of_lesion: bool) -> str:
    r"""Write a symbol; quantities of a lesion carry its number k.

    Args:
        symbol: the symbol in the model file; an underscore begins an index.
        is_of_lesion: whether each lesion has its own.

    Returns:
        LaTeX.

    Example:
        >>> render_symbol("eps_4", is_of_lesion=False), render_symbol("T0", is_of_lesion=True)
        ('\\varepsilon_{4}', 'T_{0,k}')
        >>> render_symbol("start_kill", is_of_lesion=True)
        '\\mathrm{start}_{\\mathrm{kill},k}'
    """
    stem, *indices = symbol.split("_")
    digits = re.fullmatch(r"([A-Za-z]+?)(\d+)", stem)
    if digits and stem not in GREEK:
        stem, indices = digits[1], [digits[2], *indices]
    indices += ["k"] if is_of_lesion else []
    written = ",".join(_write_word(index) for index in indices)
    return _write_word(stem) + (f"_{{{written}}}" if written else "")


def render_expression(expression: str, model: ModelDescription) -> str:
    r"""Write an expression of the model file.

    Args:
        expression: the expression.
        model: the description, which says what belongs to a lesion.

    Returns:
        LaTeX.

    Example:
        >>> from abscopal.rehearsal.model.description import read_model
        >>> print(render_expression("k_s*L", read_model()))
        k_{s,k}\,L_{k}
        >>> print(render_expression("a/(a + A50)", read_model()))
        \frac{a_{k}}{a_{k} + A_{50}}
    """
    return _write(parse(expression), _list_of_lesions(model))


def render_equations(model: ModelDescription) -> tuple[tuple[str, str], ...]:
    """Write every equation: starting quantities, quantities of the moment, rates of states and hazards.

    Args:
        model: the description.

    Returns:
        The symbol in the model file and the LaTeX of its equation, in the order of the file.
    """
    of_lesions = _list_of_lesions(model)
    equations: list[tuple[str, str]] = []
    for item in (*model.start, *model.assignments):
        left = render_symbol(item.symbol, is_of_lesion=item.symbol in of_lesions)
        equations.append((item.symbol, f"{left} = {_write(parse(item.expression), of_lesions)}"))
    rates = [(state.symbol, state.rate) for state in model.states]
    rates += [(hazard.symbol, hazard.rate) for hazard in model.hazards]
    for symbol, rate in rates:
        left = render_symbol(symbol, is_of_lesion=symbol in of_lesions)
        right = _write(parse(rate), of_lesions)
        equations.append((symbol, rf"\frac{{\mathrm{{d}}{left}}}{{\mathrm{{d}}t}} = {right}"))
    return tuple(equations)


def _list_of_lesions(model: ModelDescription) -> frozenset[str]:
    """The symbols of which each lesion has its own: by their scope, or because they stand on one that does."""
    found = {parameter.symbol for parameter in model.parameters if parameter.scope == "lesion"}
    found |= {item.symbol for item in model.start if item.scope == "lesion"}
    found |= set(model.list_states("lesion"))
    for item in model.assignments:
        if _list_outside_totals(parse(item.expression)) & found:
            found.add(item.symbol)
    return frozenset(found)


def _list_outside_totals(tree: ast.expr) -> set[str]:
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "total":
        return set()
    if isinstance(tree, ast.Name):
        return {tree.id}
    return {
        name
        for child in ast.iter_child_nodes(tree)
        if isinstance(child, ast.expr)
        for name in _list_outside_totals(child)
    }


def _write(tree: ast.expr, of_lesions: frozenset[str]) -> str:
    match tree:
        case ast.Constant(value=number):
            return f"{number:g}" if isinstance(number, int | float) else str(number)
        case ast.Name(id=name):
            return "t" if name == TIME else render_symbol(name, is_of_lesion=name in of_lesions)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return "-" + _bracket(operand, of_lesions, least=2)
        case ast.Call(func=ast.Name(id="exp"), args=[argument]):
            return rf"\exp\left({_write(argument, of_lesions)}\right)"
        case ast.Call(func=ast.Name(id="total"), args=[argument]):
            return rf"\sum_{{k}} {_bracket(argument, of_lesions, least=2)}"
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return rf"\frac{{{_write(left, of_lesions)}}}{{{_write(right, of_lesions)}}}"
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            # A minus in front of a product needs no brackets.
            least = 1 if isinstance(left, ast.UnaryOp) else 2
            return rf"{_bracket(left, of_lesions, least=least)}\,{_bracket(right, of_lesions, least=2)}"
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return f"{_bracket(left, of_lesions, least=5)}^{{{_write(right, of_lesions)}}}"
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
            sign = "+" if isinstance(op, ast.Add) else "-"
            # What is taken away is bracketed when it is itself a sum.
            least = 1 if isinstance(op, ast.Add) else 2
            return f"{_bracket(left, of_lesions, least=1)} {sign} {_bracket(right, of_lesions, least=least)}"
    raise TypeError(f"{ast.unparse(tree)} is not arithmetic.")


def _bracket(tree: ast.expr, of_lesions: frozenset[str], *, least: int) -> str:
    """Brackets around whatever binds less than asked."""
    if isinstance(tree, ast.BinOp):
        strength = _STRENGTH[type(tree.op)]
    elif isinstance(tree, ast.UnaryOp):
        strength = 1
    else:
        strength = 9
    written = _write(tree, of_lesions)
    return written if strength >= least else rf"\left({written}\right)"


def _write_word(word: str) -> str:
    if word in GREEK:
        return GREEK[word]
    return word if len(word) == 1 or word.isdigit() else rf"\mathrm{{{word}}}"
