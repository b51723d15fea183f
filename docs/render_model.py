"""Write the pages of the rehearsal from its own files: the model, and every operational setting."""

from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure

from abscopal.rehearsal.acting import explain_idle
from abscopal.rehearsal.model.description import ModelDescription, Parameter, read_model
from abscopal.rehearsal.model.latex import render_equations
from abscopal.rehearsal.scenario import list_operations

REFERENCE = Path(__file__).parent / "reference"
EQUATIONS = REFERENCE / "equations"
STATUSES = {
    "published": "published",
    "second_hand": "second-hand: check before citing",
    "inferred": "inferred",
    "fitted": "fitted to arm-level results: a start, not truth",
    "assumed": "assumed: replace or vary",
}


def escape(text: str) -> str:
    """Keep a text on one line of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "\\<").replace("*", "\\*")


def describe_spread(parameter: Parameter) -> str:
    """How a parameter varies, in a few words."""
    spread = parameter.spread
    parts = [
        f"{spread.patients:g} between patients" if spread.patients else "",
        f"{spread.lesions:g} between lesions" if spread.lesions else "",
        f"{spread.inflamed:g} of it with inflammation" if spread.inflamed else "",
        f"at most {spread.at_most:g}" if spread.at_most is not None else "",
        "on its own scale" if spread.patients and spread.kind == "normal" else "",
        spread.status or "",
        f"weight to the power {parameter.weight_exponent:g}" if parameter.weight_exponent else "",
    ]
    return ", ".join(part for part in parts if part)


def show_equation(name: str, latex: str, *, unit: str = "") -> str:
    """A picture of an equation: documentation that is read offline cannot fetch a program that draws formulas."""
    alternative = latex.replace("[", "(").replace("]", ")")
    return f"![{alternative}](equations/{name}.svg)" + (f" &emsp; ({unit})" if unit not in ("", "1") else "")


def draw_equations() -> dict[str, Figure]:
    """Draw every equation, by the name that the page gives it."""
    model = read_model()
    rates = {moving.symbol for moving in (*model.states, *model.hazards)}
    return {
        f"rate-{symbol}" if symbol in rates else symbol: draw_equation(latex)
        for symbol, latex in render_equations(model)
    }


def draw_equation(latex: str) -> Figure:
    """Draw one equation, tight around its letters."""
    figure = Figure(figsize=(0.01, 0.01))
    figure.text(0, 0, "$" + latex.replace(r"\frac", r"\dfrac") + "$", fontsize=12)
    return figure


def render_parameters(model: ModelDescription) -> list[str]:
    """The table of parameters."""
    lines = [
        "## Parameters",
        "",
        "Spread: standard deviation of the logarithm, unless it says otherwise.",
        "",
        "| Symbol | What it is | Value | Unit | Each | Spread | Status | Source |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for item in model.parameters:
        lines.append(
            f"| `{item.symbol}` | {escape(item.text.en)} | {item.value:g} | {item.unit} | {item.scope} "
            f"| {describe_spread(item)} | {STATUSES[item.status]} | {item.source} |"
        )
    return lines


def render_model_page() -> str:
    """The page of the model: states, equations, doses, parameters, sources."""
    model = read_model()
    written = dict(render_equations(model))
    lines = [
        "# The model of a rehearsed patient",
        "",
        "This page is made from one file, `immunotherapy.yml`; the fast kernel, the plain Python right-hand side and "
        "the SBML are made from the same file. Time is in days. The index *k* counts lesions. What the model can and "
        "cannot say: [what a rehearsal is](../explanation/rehearsal.md).",
        "",
        "## States",
        "",
        "| Symbol | What it is | Unit | Each | Before the first dose |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| `{state.symbol}` | {escape(state.text.en)} | {state.unit} | {state.scope} | `{state.start}` |"
        for state in model.states
    ]
    lines += ["", "## Rates of the states", ""]
    for state in model.states:
        lines += [show_equation(f"rate-{state.symbol}", written[state.symbol]), ""]
    lines += [
        "## Cumulative hazards",
        "",
        "They begin at 0 and act on nothing else. The fast engine adds them up by the trapezium rule, from the states "
        "it keeps each week and on each day of a dose; the plain right-hand side and the SBML carry them as states.",
        "",
        "| Symbol | What it is | Unit |",
        "|---|---|---|",
        *(f"| `{hazard.symbol}` | {escape(hazard.text.en)} | {hazard.unit} |" for hazard in model.hazards),
        "",
    ]
    for hazard in model.hazards:
        lines += [show_equation(f"rate-{hazard.symbol}", written[hazard.symbol]), ""]
    lines += ["## Quantities of the moment", ""]
    for item in model.assignments:
        lines += [show_equation(item.symbol, written[item.symbol], unit=item.unit), ""]
    lines += [
        "## Worked out once, before the first dose",
        "",
        "The patient starts in balance: without a drug only the lesions move.",
        "",
    ]
    for item in model.start:
        lines += [show_equation(item.symbol, written[item.symbol], unit=item.unit), ""]
    lines += ["## What a dose adds", "", "| Dose | Unit | Adds |", "|---|---|---|"]
    lines += [
        f"| `{kind.identifier}` | {kind.unit} | "
        + ", ".join(f"`{state}`: `{escape(adds)}`" for state, adds in kind.adds.items())
        + " |"
        for kind in model.doses
    ]
    lines += ["", *render_parameters(model), "", "## Parameters that vary together", ""]
    lines += [
        f"- `{pair.between[0]}` and `{pair.between[1]}`: correlation of the logarithms {pair.value:g} ({pair.source})"
        for pair in model.correlations
    ]
    lines += [
        "",
        "## What one drug does to the other",
        "",
        "| Parameter | With | From a dose of (mg/kg) | Change | Status | Source |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| `{effect.symbol}` | {effect.drug} | {effect.from_dose:g} | "
        + (f"times exp({effect.times_exp:g})" if effect.times_exp else f"plus {effect.plus:g}")
        + f" | {STATUSES[effect.status]} | {effect.source} |"
        for effect in model.combinations
    ]
    lines += ["", "## Sources", "", *(f"- **{key}**: {text}" for key, text in model.sources.items())]
    return "\n".join(lines) + "\n"


def render_operations_page() -> str:
    """The page of every operational setting with its limits."""
    lines = [
        "# Settings of a rehearsal",
        "",
        "How a trial runs and how disease is read. Every default is assumed until the study file gives its own value "
        "under the same name (`rehearsal`, `scenarios`, `parameters`). A value outside its limits is refused before "
        "anything is computed. The last column says when a setting does nothing where many trials are rehearsed: a "
        "`--what-if` of it is then refused. A parameter of [the model](rehearsal-model.md) takes the name `model_` and its symbol, "
        "its spread between patients `model_sd_` and its symbol.",
        "",
        "| Setting | What it is | Default | Unit | From | To | Does nothing when |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| `{item.name}` | {escape(item.text.en)} | {item.value:g} | {item.unit} | {item.lowest:g} | {item.highest:g} "
        f"| {explain_idle(item.acts)} |"
        for item in list_operations()
    ]
    return "\n".join(lines) + "\n"


PAGES = {"rehearsal-model": render_model_page, "rehearsal-settings": render_operations_page}


def main() -> None:
    """Write the pages of the rehearsal."""
    REFERENCE.mkdir(exist_ok=True)
    for name, render in PAGES.items():
        (REFERENCE / f"{name}.md").write_text(render(), encoding="utf-8")
    EQUATIONS.mkdir(exist_ok=True)
    with rc_context({"mathtext.fontset": "cm", "svg.hashsalt": "abscopal"}):
        for name, figure in draw_equations().items():
            figure.savefig(
                EQUATIONS / f"{name}.svg", bbox_inches="tight", pad_inches=0.03, metadata={"Date": None}
            )


if __name__ == "__main__":
    main()
