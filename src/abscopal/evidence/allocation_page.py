"""The page that compares methods of allocation: advice, figure, tables, and what was assumed."""

from collections.abc import Sequence

from abscopal.design.allocation.advice import Advice
from abscopal.design.allocation.comparison import Characteristics, Comparison
from abscopal.evidence.figures.appearance import CaptionedFigure
from abscopal.evidence.figures.saving import render_svg
from abscopal.evidence.report.blocks import Block, Cell, Figure, Notice, Prose, Section, Table, row_of
from abscopal.evidence.report.page import WORDS, Page, render_page
from abscopal.evidence.report.wording import Wording
from abscopal.evidence.typography import Language, set_french_spaces

_TEXTS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Choice of a method of allocation",
        "kicker": "Abscopal {version}: comparison of methods, before the trial",
        "advice": "What suits this trial",
        "warning": "Beware",
        "methods": "Methods side by side",
        "simulated": "Simulated trials: guesses and imbalance",
        "exact": "One list on its own, exactly",
        "list": "One list of all patients, exactly",
        "method": "Method",
        "own": "Guessed from one centre",
        "all": "Guessed from all centres",
        "best": "Guessed with the method known",
        "forced": "Certain",
        "imbalance": "Mean imbalance",
        "largest": "Largest on the way",
        "centre": "Within centres",
        "stratum": "Within strata",
        "right": "Guessed",
        "of_3": "Imbalance of 3 or more",
        "balanced": "Exact ratio at the end",
        "planned": "{name} (planned)",
        "note_guess": "Guesses bet on the arm that lags most behind its share; ties are guessed at random. Whoever "
        "knows the method is taken to know every setting and all that was drawn, the length of the block included: "
        "nobody does better.",
        "note_imbalance": "Imbalance is the range of patients per share of the ratio; at 1:1, the difference of the "
        "two arms.",
        "assumed": "What was assumed",
        "patients": "Patients",
        "ratio": "Ratio",
        "centres": "Centres",
        "strata": "Strata",
        "trials": "Simulated trials",
        "footer": "Research software. It compares methods before a trial; it never touches the list of a running one.",
    },
    "fr": {
        "title": "Choix d’une méthode d’allocation",
        "kicker": "Abscopal {version} : comparaison de méthodes, avant l’essai",
        "advice": "Ce qui convient à cet essai",
        "warning": "Attention",
        "methods": "Les méthodes côte à côte",
        "simulated": "Essais simulés : prévisibilité et déséquilibre",
        "exact": "Une liste seule, exactement",
        "list": "Une liste de tous les patients, exactement",
        "method": "Méthode",
        "own": "Devinés depuis un centre",
        "all": "Devinés depuis tous les centres",
        "best": "Devinés en connaissant la méthode",
        "forced": "Certains",
        "imbalance": "Déséquilibre moyen",
        "largest": "Plus grand en chemin",
        "centre": "Dans les centres",
        "stratum": "Dans les strates",
        "right": "Devinés",
        "of_3": "Déséquilibre de 3 ou plus",
        "balanced": "Rapport exact à la fin",
        "planned": "{name} (prévu)",
        "note_guess": "On parie sur le bras le plus en retard sur sa part ; les égalités se devinent au hasard. Qui "
        "connaît la méthode est censé en connaître tous les réglages et tout ce qui a été tiré, longueur du bloc "
        "comprise : personne ne fait mieux.",
        "note_imbalance": "Le déséquilibre est l’étendue des patients par part du rapport ; à 1:1, la différence des "
        "deux bras.",
        "assumed": "Ce qui a été supposé",
        "patients": "Patients",
        "ratio": "Rapport",
        "centres": "Centres",
        "strata": "Strates",
        "trials": "Essais simulés",
        "footer": "Logiciel de recherche. Il compare des méthodes avant un essai ; il ne touche jamais à la liste "
        "d’un essai en cours.",
    },
}


def render_allocation_page(
    comparison: Comparison,
    *,
    advice: Sequence[Advice],
    figure: CaptionedFigure,
    assumptions: Sequence[str],
    study: str,
    version: str,
    language: Language,
) -> str:
    """Write the comparison as one page that opens offline.

    Args:
        comparison: the methods.
        advice: what it means, in sentences.
        figure: imbalance against guesses, in the same language.
        assumptions: what the study file did not say and was assumed, in the same language.
        study: name of the study.
        version: version of the software.
        language: `en` or `fr`.

    Returns:
        The page.
    """
    said = _TEXTS[language]
    texts = {name: set_french_spaces(text) for name, text in said.items()} if language == "fr" else said
    wording = Wording(language)
    situation = comparison.situation
    page = Page(
        language=language,
        title=texts["title"],
        kicker=texts["kicker"].format(version=version),
        standfirst=study,
        facts=(
            (texts["patients"], wording.count(situation.patients)),
            (texts["ratio"], ":".join(map(str, situation.ratio))),
            (texts["centres"], wording.count(situation.centres)),
            (texts["strata"], wording.count(situation.strata)),
            (texts["trials"], wording.count(comparison.trials)),
        ),
        sections=(
            Section("advice", texts["advice"], _list_advice(advice, texts, language)),
            Section(
                "methods",
                texts["methods"],
                (_draw(figure), _table_simulated(comparison.rows, texts, wording)),
            ),
            Section("exact", texts["exact"], (_table_exact(comparison.rows, texts, wording),)),
            Section(
                "assumed", texts["assumed"], (Notice("assumption", texts["assumed"], tuple(assumptions)),)
            ),
        ),
        words={name: wording.say(f"page.{name}") for name in WORDS},
        footer=texts["footer"],
        version=version,
    )
    return render_page(page)


def _list_advice(advice: Sequence[Advice], texts: dict[str, str], language: Language) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for item in advice:
        text = item.text.read(language)
        is_warning = item.kind == "warning"
        blocks.append(Notice("stop", texts["warning"], (text,)) if is_warning else Prose(text))
    return tuple(blocks)


def _draw(figure: CaptionedFigure) -> Figure:
    caption = figure.caption
    return Figure(
        "allocation-comparison",
        caption.title,
        " ".join((caption.description, *caption.notes)),
        render_svg(figure),
    )


def _name(row: Characteristics, number: int, texts: dict[str, str], language: Language) -> str:
    name = row.candidate.name.read(language)
    named = texts["planned"].format(name=name) if row.candidate.is_planned else name
    return f"{number}. {named}"


def _table_simulated(rows: Sequence[Characteristics], texts: dict[str, str], wording: Wording) -> Table:
    keys = ("own", "all", "best", "forced", "imbalance", "largest", "centre", "stratum")
    return Table(
        "allocation-methods",
        texts["simulated"],
        (texts["method"], *(texts[key] for key in keys)),
        tuple(
            row_of(
                _name(row, number, texts, wording.language),
                [
                    *(
                        Cell(wording.percent(value), is_number=True)
                        for value in (row.own_guesses, row.all_guesses, row.best_guesses, row.forced)
                    ),
                    *(
                        Cell(wording.number(value, 2), is_number=True)
                        for value in (
                            row.imbalance,
                            row.largest_imbalance,
                            row.centre_imbalance,
                            row.stratum_imbalance,
                        )
                    ),
                ],
            )
            for number, row in enumerate(rows, start=1)
        ),
        notes=(texts["note_guess"], texts["note_imbalance"]),
    )


def _table_exact(rows: Sequence[Characteristics], texts: dict[str, str], wording: Wording) -> Table:
    keys = ("right", "best", "forced", "imbalance", "of_3", "balanced")
    lines, seen = [], set()
    for number, row in enumerate(rows, start=1):
        if row.exact is None or row.candidate.settings in seen:
            continue
        seen.add(row.candidate.settings)
        exact = row.exact
        values = (exact.right_guesses, exact.best_guesses, exact.forced)
        cells = [Cell(wording.percent(value), is_number=True) for value in values]
        cells.append(Cell(wording.number(exact.mean_imbalance, 2), is_number=True))
        cells += [
            Cell(wording.percent(value), is_number=True) for value in (exact.imbalance_of_3, exact.balanced)
        ]
        name = row.candidate.name.read(wording.language).split(",")[0]
        lines.append(row_of(f"{number}. {name}", cells))
    return Table(
        "allocation-lists", texts["list"], (texts["method"], *(texts[key] for key in keys)), tuple(lines)
    )
