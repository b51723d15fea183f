"""The model as a LaTeX document that compiles on its own: equations, what a dose adds, parameters, sources."""

from abscopal.evidence.rehearsal_words import name_unit
from abscopal.protocol.text import Language, Text
from abscopal.rehearsal.model.description import Hazard, ModelDescription, Parameter, State, Status
from abscopal.rehearsal.model.latex import render_equations, render_expression, render_symbol

ESCAPED = str.maketrans(
    {
        "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
        "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\u00a0": "~", "\u202f": r"\,",
    }
)  # fmt: skip
STATUSES: dict[Status, Text] = {
    "published": Text(en="published", fr="publié"),
    "second_hand": Text(en="second-hand", fr="de seconde main"),
    "inferred": Text(en="inferred", fr="déduit"),
    "fitted": Text(en="fitted", fr="ajusté"),
    "assumed": Text(en="assumed", fr="supposé"),
}
WORDS: dict[str, Text] = {
    "units": Text(
        en="Time in days; the index $k$ counts lesions. The patient starts in balance: without a drug only the lesions "
        "move. Research software: the model compares designs and predicts no individual.",
        fr="Temps en jours~; l’indice $k$ compte les lésions. Le patient part de l’équilibre~: sans médicament, seules "
        "les lésions évoluent. Logiciel de recherche~: le modèle compare des plans et ne prédit aucun individu.",
    ),
    "states": Text(en="States", fr="États"),
    "start": Text(en="Worked out once, before the first dose", fr="Calculé une fois, avant la première dose"),
    "moment": Text(en="Quantities of the moment", fr="Grandeurs de l’instant"),
    "hazards": Text(
        en="Cumulative hazards, which act on nothing else",
        fr="Risques cumulés, qui n’agissent sur rien d’autre",
    ),
    "doses": Text(en="What a dose adds, at once", fr="Ce qu’une dose ajoute, d’un coup"),
    "parameters": Text(en="Parameters", fr="Paramètres"),
    "sources": Text(en="Sources", fr="Sources"),
    "symbol": Text(en="Symbol", fr="Symbole"),
    "what": Text(en="What it is", fr="Ce que c’est"),
    "value": Text(en="Median", fr="Médiane"),
    "unit": Text(en="Unit", fr="Unité"),
    "status": Text(en="Status, source", fr="Statut, source"),
    "dose": Text(en="Dose", fr="Dose"),
    "adds": Text(en="Adds", fr="Ajoute"),
}
PREAMBLE = r"""\documentclass[a4paper,10pt]{article}
\usepackage{iftex}
\ifPDFTeX\usepackage[T1]{fontenc}\usepackage[utf8]{inputenc}\fi
\usepackage{amsmath,longtable,array}
\usepackage[margin=20mm]{geometry}
"""


def escape(text: str) -> str:
    r"""Write a text so that LaTeX prints it as it is.

    Example:
        >>> escape("50 % of k_s")
        '50 \\% of k\\_s'
    """
    return text.translate(ESCAPED)


def render_latex_document(model: ModelDescription, *, language: Language) -> str:
    r"""Write the whole model as one document.

    Args:
        model: the description.
        language: `en` or `fr`.

    Returns:
        LaTeX that pdflatex, xelatex and lualatex compile.

    Example:
        >>> from abscopal.rehearsal.model.description import read_model
        >>> text = render_latex_document(read_model(), language="en")
        >>> text.splitlines()[0], text.splitlines()[-1]
        ('\\documentclass[a4paper,10pt]{article}', '\\end{document}')
    """

    def word(name: str) -> str:
        return WORDS[name].read(language)

    def section(name: str) -> str:
        return rf"\section*{{{word(name)}}}"

    written = dict(render_equations(model))
    lines = [
        PREAMBLE.strip(),
        rf"\title{{{escape(model.title.read(language))}}}",
        r"\date{}",
        r"\begin{document}",
        r"\maketitle",
        word("units"),
        section("states"),
        *_render_table(
            "lp{95mm}l",
            (word("symbol"), word("what"), word("unit")),
            [_describe_state(state, language) for state in model.states],
        ),
        *_render_equations([written[state.symbol] for state in model.states]),
        section("moment"),
        *_render_equations([written[item.symbol] for item in model.assignments]),
        section("hazards"),
        *_render_table(
            "lp{95mm}l",
            (word("symbol"), word("what"), word("unit")),
            [_describe_state(hazard, language) for hazard in model.hazards],
        ),
        *_render_equations([written[hazard.symbol] for hazard in model.hazards]),
        section("start"),
        *_render_equations([written[item.symbol] for item in model.start]),
        section("doses"),
        *_render_table("lp{110mm}", (word("dose"), word("adds")), _list_doses(model, language)),
        section("parameters"),
        *_render_table(
            "lp{75mm}rlp{30mm}",
            (word("symbol"), word("what"), word("value"), word("unit"), word("status")),
            [_describe_parameter(item, language) for item in model.parameters],
        ),
        section("sources"),
        r"\begin{description}",
        *(rf"\item[{escape(key)}] {escape(text)}" for key, text in model.sources.items()),
        r"\end{description}",
        r"\end{document}",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _render_symbol(symbol: str, scope: str) -> str:
    return f"${render_symbol(symbol, is_of_lesion=scope == 'lesion')}$"


def _render_unit(unit: str, language: Language) -> str:
    return "" if unit == "1" else escape(name_unit(unit, language=language))


def _render_equations(equations: list[str]) -> list[str]:
    """One display an equation, so that a page may break between any two."""
    return [line for latex in equations for line in (r"\[", latex, r"\]")]


def _render_table(columns: str, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    return [
        rf"\begin{{longtable}}{{{columns}}}",
        " & ".join(rf"\textbf{{{cell}}}" for cell in header) + r" \\ \hline \endhead",
        *(" & ".join(row) + r" \\" for row in rows),
        r"\end{longtable}",
    ]


def _list_doses(model: ModelDescription, language: Language) -> list[tuple[str, ...]]:
    of_lesion = set(model.list_states("lesion"))
    rows: list[tuple[str, ...]] = []
    for kind in model.doses:
        added = ", ".join(
            f"${render_symbol(state, is_of_lesion=state in of_lesion)} \\mathrel{{+}}= "
            f"{render_expression(expression, model)}$"
            for state, expression in kind.adds.items()
        )
        rows.append((rf"{escape(kind.identifier)} ({_render_unit(kind.unit, language)})", added))
    return rows


def _describe_state(item: State | Hazard, language: Language) -> tuple[str, ...]:
    symbol = _render_symbol(item.symbol, item.scope if isinstance(item, State) else "patient")
    return symbol, escape(item.text.read(language)), _render_unit(item.unit, language)


def _describe_parameter(item: Parameter, language: Language) -> tuple[str, ...]:
    status = f"{STATUSES[item.status].read(language)}, {item.source}"
    return (
        _render_symbol(item.symbol, item.scope),
        escape(item.text.read(language)),
        f"{item.value:g}",
        _render_unit(item.unit, language),
        escape(status),
    )
