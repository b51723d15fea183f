"""The pages of the rehearsal name every equation, parameter and setting of its files."""

import ast
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from abscopal.rehearsal.model.description import read_model
from abscopal.rehearsal.model.equations import list_symbols, parse
from abscopal.rehearsal.model.latex import render_equations, render_expression, render_symbol
from abscopal.rehearsal.scenario import list_operations

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def pages() -> ModuleType:
    spec = importlib.util.spec_from_file_location("render_model", DOCS / "render_model.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_equation_is_written_with_every_symbol_it_stands_on():
    model = read_model()
    written = render_equations(model)
    asked = [(item.symbol, item.expression) for item in (*model.start, *model.assignments)]
    asked += [(moving.symbol, moving.rate) for moving in (*model.states, *model.hazards)]
    assert [symbol for symbol, _ in written] == [symbol for symbol, _ in asked]
    for (_, latex), (symbol, expression) in zip(written, asked, strict=True):
        for name in (list_symbols(parse(expression)) | {symbol}) - {"t"}:
            forms = {render_symbol(name, is_of_lesion=flag) for flag in (False, True)}
            assert any(form in latex for form in forms), f"{symbol}: {name}"


def test_braces_and_brackets_close():
    for symbol, latex in render_equations(read_model()):
        depth = 0
        for mark in re.findall(r"[{}]", latex):
            depth += 1 if mark == "{" else -1
            assert depth >= 0, symbol
        assert depth == 0, symbol
        assert latex.count(r"\left(") == latex.count(r"\right)"), symbol


def test_latex_read_back_has_the_value_of_the_expression():
    """An expression of plain letters, read back by hand rules, gives the same number."""
    model = read_model()
    values = {name: 1.3 + 0.37 * place for place, name in enumerate("abvwrtDEGBP")}
    for expression in ("-(a - (b - v))*w", "a/(b + v)/w", "(a + b)**v", "a - b*(v - w) + r", "exp(-a*b)/v"):
        latex = render_expression(expression, model).replace("_{k}", "")
        while r"\frac" in latex:
            latex = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))", latex)
        plain = latex.replace(r"\left(", "(").replace(r"\right)", ")").replace(r"\,", "*").replace("^", "**")
        plain = plain.replace("{", "(").replace("}", ")").replace(r"\exp", "exp")
        read_back = _work_out(plain, values)
        assert read_back == pytest.approx(_work_out(expression, values)), (expression, latex)


def _work_out(expression: str, values: dict[str, float]) -> float:
    import math

    code = compile(ast.parse(expression, mode="eval"), expression, "eval")
    return float(eval(code, {"__builtins__": {}, "exp": math.exp, **values}))


def test_the_page_of_the_model_holds_every_parameter_with_value_unit_and_source(pages: ModuleType):
    page = pages.render_model_page()
    for parameter in read_model().parameters:
        row = next(
            line
            for line in page.splitlines()
            if line.startswith(f"| `{parameter.symbol}` |") and parameter.text.en in line
        )
        for said in (
            f"{parameter.value:g}",
            parameter.unit,
            parameter.source,
            pages.STATUSES[parameter.status],
        ):
            assert said in row
    for name in pages.draw_equations():
        assert f"(equations/{name}.svg)" in page


def test_every_equation_can_be_drawn(pages: ModuleType):
    """Matplotlib reads the formulas: what is no formula, or a name used twice, does not pass."""
    drawn = pages.draw_equations()
    assert len(drawn) == len(render_equations(read_model()))
    for figure in drawn.values():
        figure.canvas.draw()


def test_the_page_of_settings_holds_every_setting_with_its_limits(pages: ModuleType):
    page = pages.render_operations_page()
    for item in list_operations():
        assert f"| `{item.name}` |" in page
        assert f"| {item.value:g} | {item.unit} | {item.lowest:g} | {item.highest:g} |" in page
