"""A comparison of methods as a table on the screen, as numbers for a machine, and as a page."""

import json
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from abscopal.design.allocation.advice import Advice, find_recommended
from abscopal.design.allocation.comparison import Comparison, list_comparison_content
from abscopal.evidence.allocation_page import render_allocation_page
from abscopal.evidence.figures.allocation_comparison import render_allocation_comparison
from abscopal.evidence.figures.saving import write_svg
from abscopal.evidence.typography import format_count, format_number, format_percent
from abscopal.exchange.folder_swap import writing_aside
from abscopal.protocol.reading import Study
from abscopal.protocol.text import Language, Text

HEADINGS: dict[Language, list[str]] = {
    "en": ["", "Method", "Guessed", "By all", "Certain", "Imbalance", "Strata"],
    "fr": ["", "Méthode", "Devinés", "Par tous", "Certains", "Déséq.", "Strates"],
}
CAPTIONS: dict[Language, str] = {
    "en": "{patients} patients, ratio {ratio}, {centres} centres, {strata} strata; {trials} simulated trials. "
    "Arms guessed by somebody who sees one centre, or all centres; arms certain for somebody who knows the method; "
    "mean imbalance of the trial, and within strata.",
    "fr": "{patients} patients, rapport {ratio}, {centres} centres, {strata} strates\u00a0; {trials} essais simulés. "
    "Bras devinés par qui voit un centre, ou tous\u00a0; bras certains pour qui connaît la méthode\u00a0; "
    "déséquilibre moyen de l’essai, et dans les strates.",
}


def print_comparison(comparison: Comparison, console: Console, language: Language) -> None:
    """Print the methods as a table, with what its columns mean."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    for place, heading in enumerate(HEADINGS[language]):
        table.add_column(heading, justify="left" if place == 1 else "right")
    for number, row in enumerate(comparison.rows, start=1):
        shares = (row.own_guesses, row.all_guesses, row.forced)
        imbalances = (row.imbalance, row.stratum_imbalance)
        table.add_row(
            str(number),
            row.candidate.name.read(language),
            *(format_percent(share, language=language) for share in shares),
            *(format_number(value, language=language, decimals=2) for value in imbalances),
        )
    situation = comparison.situation
    console.print(table)
    console.print(
        CAPTIONS[language].format(
            patients=situation.patients,
            ratio=":".join(map(str, situation.ratio)),
            centres=situation.centres,
            strata=situation.strata,
            trials=format_count(comparison.trials, language=language),
        ),
        markup=False,
        style="dim",
    )


def write_page(
    out: Path,
    comparison: Comparison,
    advice: Sequence[Advice],
    assumptions: Sequence[Text],
    *,
    study: Study,
    written: str,
    language: Language,
) -> None:
    """Write the page, its figure and the numbers aside, then move them into place."""
    masking = study.protocol.identity.masking.value or "open"
    recommended = find_recommended(comparison, masking=masking)
    figure = render_allocation_comparison(comparison, recommended=recommended, language=language)
    page = render_allocation_page(
        comparison,
        advice=advice,
        figure=figure,
        assumptions=[text.read(language) for text in assumptions],
        study=study.protocol.identity.title.read(language),
        version=version("abscopal"),
        language=language,
    )
    with writing_aside(out) as aside:
        (aside / "allocation.html").write_text(page, encoding="utf-8")
        (aside / "allocation.json").write_text(written, encoding="utf-8")
        (aside / "figures").mkdir()
        write_svg(figure, aside / "figures" / "allocation_comparison.svg")


def render_numbers(
    comparison: Comparison, advice: Sequence[Advice], assumptions: Sequence[Text], *, study: str
) -> str:
    """Write the comparison, its advice and its assumptions as JSON."""
    content = list_comparison_content(comparison) | {
        "study": study,
        "advice": [
            {"kind": item.kind, "code": item.code, "text": {"en": item.text.en, "fr": item.text.fr}}
            for item in advice
        ],
        "assumptions": [{"en": said.en, "fr": said.fr} for said in assumptions],
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
