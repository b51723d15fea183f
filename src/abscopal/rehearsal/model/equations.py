"""The equations as syntax trees: which quantity stands on which, and in which order they are worked out."""

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from abscopal.errors import ImpossibleStateError
from abscopal.rehearsal.model.description import Assignment, ModelDescription, Scope

TIME = "t"
FUNCTIONS = ("exp", "total")
RANK: dict[Scope, int] = {"shared": 0, "patient": 1, "lesion": 2}


@dataclass(frozen=True, slots=True)
class Equation:
    """One quantity and the expression that gives it."""

    symbol: str
    scope: Scope
    tree: ast.expr


@dataclass(frozen=True, slots=True)
class Equations:
    """The equations of the model, sorted by when they can be worked out.

    Args:
        shared: stand on time and shared parameters alone.
        before: of the patient, worked out before the lesions.
        lesions: of each lesion.
        totals: sums over the lesions, by the name given to each.
        after: of the patient, worked out from the totals.
        patient_rates: rates of the patient's states.
        lesion_rates: rates of the lesions' states.
    """

    shared: tuple[Equation, ...]
    before: tuple[Equation, ...]
    lesions: tuple[Equation, ...]
    totals: tuple[Equation, ...]
    after: tuple[Equation, ...]
    patient_rates: tuple[Equation, ...]
    lesion_rates: tuple[Equation, ...]


def parse(expression: str) -> ast.expr:
    """Read an expression of the model file; only numbers, symbols, arithmetic, exp and total are known.

    Example:
        >>> ast.unparse(parse("k_s*L"))
        'k_s * L'
    """
    tree = ast.parse(expression, mode="eval").body
    for node in ast.walk(tree):
        known = isinstance(
            node, ast.BinOp | ast.UnaryOp | ast.Name | ast.Constant | ast.Call | ast.operator | ast.unaryop
        )
        if not (known or isinstance(node, ast.expr_context)):
            raise ImpossibleStateError(f"The model file uses what it may not: {expression}")
        if isinstance(node, ast.Call) and not (
            isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS and len(node.args) == 1
        ):
            raise ImpossibleStateError(f"The model file calls what it may not: {expression}")
    return tree


def list_symbols(tree: ast.expr) -> set[str]:
    """Name the quantities that an expression stands on."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - set(FUNCTIONS)


def rewrite(tree: ast.expr, names: Callable[[str], str]) -> str:
    """Write an expression with other names for its symbols."""

    class Renamed(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return node if node.id in FUNCTIONS else ast.parse(names(node.id), mode="eval").body

    copy = ast.parse(ast.unparse(tree), mode="eval").body
    return ast.unparse(Renamed().visit(copy))


def list_needed(model: ModelDescription, expressions: Iterable[str]) -> tuple[Assignment, ...]:
    """List the quantities of the moment that expressions stand on, at first or second hand.

    Args:
        model: the description.
        expressions: the expressions.

    Returns:
        The assignments, in the order of the file.

    Example:
        >>> from abscopal.rehearsal.model.description import read_model
        >>> [item.symbol for item in list_needed(read_model(), ["X_n"])]
        ['C_n', 'X_n']
    """
    return _keep_needed(
        model.assignments, frozenset[str]().union(*(_find_symbols(expression) for expression in expressions))
    )


def list_needed_start(model: ModelDescription, symbols: Iterable[str]) -> tuple[Assignment, ...]:
    """List the quantities of the start that some of them stand on, at first or second hand, and they themselves.

    Args:
        model: the description.
        symbols: the quantities asked for.

    Returns:
        The assignments, in the order of the file.

    Example:
        >>> from abscopal.rehearsal.model.description import read_model
        >>> [item.symbol for item in list_needed_start(read_model(), ["start_G"])]
        ['start_S', 'start_a', 'start_G']
    """
    return _keep_needed(model.start, frozenset(symbols))


def _keep_needed(assignments: Sequence[Assignment], wanted: frozenset[str]) -> tuple[Assignment, ...]:
    needed: list[Assignment] = []
    for item in reversed(assignments):
        if item.symbol in wanted:
            needed.append(item)
            wanted |= _find_symbols(item.expression)
    return tuple(reversed(needed))


@cache
def _find_symbols(expression: str) -> frozenset[str]:
    """The symbols of an expression; a rehearsal asks for the same ones thousands of times."""
    return frozenset(list_symbols(parse(expression)))


def list_hazard_states(model: ModelDescription) -> tuple[str, ...]:
    """Name the states that cumulative hazards stand on.

    Args:
        model: the description.

    Returns:
        Symbols, in the order of the file.

    Raises:
        ImpossibleStateError: a hazard stands on what changes with no state, parameter or time.

    Example:
        >>> from abscopal.rehearsal.model.description import read_model
        >>> list_hazard_states(read_model())
        ('T',)
    """
    rates = [hazard.rate for hazard in model.hazards]
    needed = list_needed(model, rates)
    wanted = frozenset[str]().union(
        *(_find_symbols(text) for text in (*rates, *(item.expression for item in needed)))
    )
    states = tuple(state.symbol for state in model.states if state.symbol in wanted)
    known = {TIME, *states, *(item.symbol for item in needed)}
    known |= {parameter.symbol for parameter in model.parameters}
    if unknown := sorted(wanted - known):
        raise ImpossibleStateError(f"A hazard stands on what it may not: {', '.join(unknown)}.")
    return states


def sort_equations(model: ModelDescription) -> Equations:
    """Sort the equations of a model into the order in which they are worked out.

    What no state stands on is left out: it is worked out where it is asked for.

    Args:
        model: the description; assignments stand in an order in which each needs only earlier ones.

    Returns:
        The equations, with every sum over lesions pulled out under a name of its own.

    Raises:
        ImpossibleStateError: an expression names what is not there yet, or a lesion needs a total.
    """
    scopes: dict[str, Scope] = {TIME: "shared"}
    scopes |= {parameter.symbol: parameter.scope for parameter in model.parameters}
    scopes |= {item.symbol: item.scope or "shared" for item in model.start}
    scopes |= {state.symbol: state.scope for state in model.states}
    totals: dict[str, Equation] = {}
    by_phase: dict[str, list[Equation]] = {"shared": [], "before": [], "lesions": [], "after": []}
    late: set[str] = set()
    for item in list_needed(model, [state.rate for state in model.states]):
        tree = _pull_out_totals(parse(item.expression), totals)
        needed = list_symbols(tree)
        scope = _widest(needed, scopes | dict.fromkeys(totals, "patient"), item.symbol)
        is_late = bool(needed & (late | set(totals)))
        if is_late and scope == "lesion":
            raise ImpossibleStateError(f"{item.symbol} of a lesion needs a sum over lesions.")
        phase = {"shared": "shared", "lesion": "lesions", "patient": "after" if is_late else "before"}[scope]
        by_phase[phase].append(Equation(item.symbol, scope, tree))
        late |= {item.symbol} if is_late else set()
        scopes[item.symbol] = scope
    rates: dict[Scope, list[Equation]] = {"patient": [], "lesion": []}
    for state in model.states:
        tree = _pull_out_totals(parse(state.rate), totals)
        _widest(list_symbols(tree), scopes | dict.fromkeys(totals, "patient"), state.symbol)
        rates[state.scope].append(Equation(state.symbol, state.scope, tree))
    return Equations(
        shared=tuple(by_phase["shared"]),
        before=tuple(by_phase["before"]),
        lesions=tuple(by_phase["lesions"]),
        totals=tuple(totals.values()),
        after=tuple(by_phase["after"]),
        patient_rates=tuple(rates["patient"]),
        lesion_rates=tuple(rates["lesion"]),
    )


def _widest(needed: set[str], scopes: Mapping[str, Scope], symbol: str) -> Scope:
    unknown = sorted(needed - set(scopes))
    if unknown:
        raise ImpossibleStateError(f"{symbol} stands on what the model does not have: {', '.join(unknown)}.")
    return max((scopes[name] for name in needed), key=RANK.__getitem__, default="shared")


def _pull_out_totals(tree: ast.expr, totals: dict[str, Equation]) -> ast.expr:
    class Pulled(ast.NodeTransformer):
        def visit_Call(self, node: ast.Call) -> ast.expr:
            self.generic_visit(node)
            if isinstance(node.func, ast.Name) and node.func.id == "total":
                same = ast.unparse(node.args[0])
                for name, known in totals.items():
                    if ast.unparse(known.tree) == same:
                        return ast.Name(name, ast.Load())
                name = f"total_{len(totals)}"
                totals[name] = Equation(name, "lesion", node.args[0])
                return ast.Name(name, ast.Load())
            return node

    visited = Pulled().visit(tree)
    if not isinstance(visited, ast.expr):
        raise ImpossibleStateError("An expression became something else.")
    return visited
