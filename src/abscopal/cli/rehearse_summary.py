"""The summary of a rehearsal in the terminal: every number with how many trials it rests on."""

from collections.abc import Collection, Sequence

import numpy as np
from rich.console import Console
from rich.table import Table

from abscopal.cli.design_output import open_console
from abscopal.evidence.rehearsal_words import (
    CONCLUSIONS,
    name_design,
    name_mode,
    name_quantity,
    write_quantity,
)
from abscopal.evidence.typography import Language, format_labelled, format_number, format_percent
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.protocol.text import Text
from abscopal.rehearsal.characteristic import ALL, BETWEEN, RATES, Characteristic
from abscopal.rehearsal.landmarks import CURVES
from abscopal.rehearsal.rehearsing import Rehearsed
from abscopal.rehearsal.virtual_patients import compute_acceptance

Found = dict[str, Characteristic]
MEDIANS = tuple(f"{curve}_median" for curve in CURVES)
BETWEEN_DRAWS = Text(en="between draws", fr="entre tirages")
TRUTH = Text(
    en="Truth: what the same virtual patients have when every planned scan is made on its day and read without error, "
    "and nobody is lost to follow-up. Bias: estimates of the trials less the truth, on average, in points; of a median "
    "in the middle, in days. Between draws: means under each draw of the parameters (5–95%), with what chance adds "
    "taken off: what nobody knows.",
    fr="Vérité\u00a0: ce qu’ont les mêmes patients virtuels quand chaque imagerie prévue est faite à son jour et lue "
    "sans erreur, et que personne n’est perdu de vue. Biais\u00a0: estimations des essais moins la vérité, en moyenne, "
    "en points\u00a0; d’une médiane au milieu, en jours. Entre tirages\u00a0: moyennes sous chaque tirage des "
    "paramètres (5–95\u00a0%), hasard déduit\u00a0: ce que personne ne sait.",
)
LIMITS = Text(
    en="A rehearsal compares designs and rehearses operations. It predicts no individual and replaces no control arm.",
    fr="Une répétition compare des plans et répète des opérations. Elle ne prédit aucun individu et ne remplace aucun "
    "bras témoin.",
)
INTERVALS = Text(
    en="Intervals say how many trials were rehearsed, not how sure the model is.",
    fr="Les intervalles disent combien d’essais ont été répétés, non combien le modèle est sûr.",
)


def print_summary(
    protocol: StudyProtocol,
    rehearsed: Sequence[Rehearsed],
    found: Sequence[Sequence[Characteristic]],
    *,
    fitted: Collection[str],
    language: Language,
) -> None:
    """Print what the rehearsal found.

    Args:
        protocol: the study file.
        rehearsed: the trial as planned, then with each change.
        found: operating characteristics of each.
        fitted: settings that the draws of the parameters replace.
        language: language of the words.
    """
    console = open_console()
    pages = [{row.quantity: row for row in rows if row.draw == ALL} for rows in found]
    between = {row.quantity: row for row in found[0] if row.draw == BETWEEN}
    _print_assumed(protocol, rehearsed[0], fitted, console, language)
    _print_conclusions(pages[0], between, console, language)
    _print_endpoints(rehearsed[0], pages[0], between, console, language)
    if len(pages) > 1:
        _print_comparison(rehearsed, pages, console, language)
    for text in (TRUTH, INTERVALS, LIMITS):
        console.print(text.read(language), style="yellow", markup=False, soft_wrap=True)


def _print_assumed(
    protocol: StudyProtocol, item: Rehearsed, fitted: Collection[str], console: Console, language: Language
) -> None:
    design, values = item.variant.design, item.variant.scenario.values
    assumed = [value.name for value in values if value.provenance == "assumed" and value.name not in fitted]
    acceptance = compute_acceptance(
        np.concatenate([cohort["draws"].to_numpy() for cohort in item.cohorts.values()])
    )
    failed = sum(int(cohort["failed"].sum()) for cohort in item.cohorts.values())
    simulated = sum(cohort.height for cohort in item.cohorts.values())
    draws = item.trials["draw"].n_unique()
    count, size, every = (
        format_number(value, language=language) for value in (item.trials.height, design.patients, simulated)
    )
    mode = name_mode("single" if len(design.arms) == 1 else design.mode, language=language)
    identity, scenario = protocol.identity.identifier, item.variant.scenario.identifier
    accepted = format_percent(acceptance, language=language)
    said = Text(
        en=f"{identity}, scenario {scenario}: {count} trials of {size} patients. {mode} "
        f"{every} virtual patients simulated, {failed} could not be integrated; the plausibility filter accepts "
        f"{accepted} of draws.",
        fr=f"{identity}, scénario {scenario}\u00a0: {count} essais de {size} patients. {mode} "
        f"{every} patients virtuels simulés, {failed} non intégrés\u00a0; le filtre de plausibilité retient "
        f"{accepted} des tirages.",
    )
    console.print(said.read(language), markup=False, soft_wrap=True)
    alone = draws == 1
    banner = Text(
        en=f"Assumed: {len(assumed)} of {len(values)} settings of the scenario, and the parameters of the model as its "
        f"description marks them; the page names each. Draws of the parameters: {draws}"
        + ("; a single one, so what we do not know of them is not shown." if alone else "."),
        fr=f"Supposés\u00a0: {len(assumed)} des {len(values)} réglages du scénario, et les paramètres du modèle selon "
        f"sa description\u00a0; la page nomme chacun. Tirages des paramètres\u00a0: {draws}"
        + ("\u00a0; un seul, donc ce que nous en ignorons ne se voit pas." if alone else "."),
    )
    console.print(banner.read(language), style="magenta", markup=False, soft_wrap=True)
    for sentence in design.left_out:
        console.print(sentence.read(language), style="yellow", markup=False, soft_wrap=True)


def _print_conclusions(page: Found, between: Found, console: Console, language: Language) -> None:
    head = Text(en="What the trial concludes", fr="Ce que conclut l’essai").read(language)
    table = Table(title=head, title_justify="left", title_style="bold")
    for name in (
        Text(en="conclusion", fr="conclusion"),
        Text(en="trials", fr="essais"),
        Text(en="probability (95% interval)", fr="probabilité (intervalle à 95\u00a0%)"),
        BETWEEN_DRAWS,
    ):
        if between or name is not BETWEEN_DRAWS:
            table.add_column(name.read(language))
    for code in CONCLUSIONS:
        row = page.get(f"conclusion.{code}")
        if row is not None:
            count = round((row.estimate or 0) * row.n)
            apart = _tell_limits(between.get(row.quantity), language)
            cells = [
                name_quantity(row.quantity, language=language),
                f"{count}/{row.n}",
                _tell(row, language),
                apart,
            ]
            table.add_row(*cells[: len(table.columns)])
    console.print(table)
    for quantity, text in (
        (
            "duration_days",
            Text(
                en="days from the first patient in to the last primary read-out",
                fr="jours du premier patient à la dernière lecture du critère principal",
            ),
        ),
        ("entered", Text(en="patients who enter", fr="patients inclus")),
    ):
        middle = _tell_quantiles(page, quantity, language)
        console.print(
            format_labelled(text.read(language), middle, language=language), markup=False, soft_wrap=True
        )


def _print_endpoints(
    item: Rehearsed, page: Found, between: Found, console: Console, language: Language
) -> None:
    title = Text(en="Endpoints over the trials", fr="Critères sur les essais").read(language)
    table = Table(title=title, title_justify="left", title_style="bold")
    for name in (
        Text(en="endpoint", fr="critère"),
        Text(en="arm", fr="bras"),
        Text(en="median (5–95%)", fr="médiane (5–95\u00a0%)"),
        Text(en="truth (standard error)", fr="vérité (erreur-type)"),
        Text(en="bias", fr="biais"),
        Text(en="coverage of 95% intervals", fr="couverture des intervalles à 95\u00a0%"),
        Text(en="trials", fr="essais"),
        BETWEEN_DRAWS,
    ):
        if between or name is not BETWEEN_DRAWS:
            table.add_column(name.read(language))
    rates = (quantity for quantity, _, _ in RATES)
    shares = (landmark.quantity for landmark in item.landmarks)
    for quantity in (*rates, *shares, *MEDIANS):
        for arm in item.variant.design.arms:
            known = f"{quantity}.{arm}"
            middle = page.get(f"{known}.q50")
            if middle is None:
                continue
            truth, coverage = page.get(f"{known}.truth"), page.get(f"{known}.coverage")
            if truth is None and quantity in MEDIANS:  # beyond follow-up: the share at a day speaks instead
                continue
            cells = [
                name_quantity(quantity, language=language),
                arm,
                _tell_quantiles(page, known, language),
                _tell_truth(truth, page.get(f"{known}.truth_error"), language),
                _tell_bias(page.get(f"{known}.bias") or page.get(f"{known}.median_bias"), language),
                "" if coverage is None else _tell(coverage, language),
                str(middle.n),
                _tell_limits(between.get(f"{known}.mean"), language),
            ]
            table.add_row(*cells[: len(table.columns)])
    console.print(table)


def _print_comparison(
    rehearsed: Sequence[Rehearsed], pages: Sequence[Found], console: Console, language: Language
) -> None:
    title = Text(en="What if", fr="Et si").read(language)
    table = Table(title=title, title_justify="left", title_style="bold")
    arms = rehearsed[0].variant.design.arms
    # A larger trial reaches the count among more patients than the rule was fixed for: it is never said to meet it.
    conclusions = [code for code in ("met", "overrun") if f"conclusion.{code}" in pages[0]]
    shares = [*(f"conclusion.{code}" for code in conclusions), "stopped"]
    means = [f"{quantity}.{arm}" for quantity in ("severe_rate", "response_rate") for arm in arms]
    table.add_column(Text(en="quantity", fr="quantité").read(language))
    for item in rehearsed:
        table.add_column(name_design(item.variant.design.name, language=language), overflow="fold")
    for quantity in shares:
        name = name_quantity(quantity, language=language)
        table.add_row(name, *(_tell(page[quantity], language) for page in pages))
    table.add_row(
        name_quantity("duration_days.q50", language=language),
        *(_tell_quantiles(page, "duration_days", language) for page in pages),
    )
    for quantity in means:
        name = name_quantity(f"{quantity}.mean", language=language)
        table.add_row(name, *(_tell_mean(page.get(f"{quantity}.mean"), language) for page in pages))
    console.print(table)


def _tell(row: Characteristic, language: Language) -> str:
    low, high = (format_percent(value, language=language, decimals=1) for value in (row.lower, row.upper))
    return f"{format_percent(row.estimate, language=language, decimals=1)} ({low}–{high})"


def _tell_truth(truth: Characteristic | None, error: Characteristic | None, language: Language) -> str:
    if truth is None:
        return ""
    told = write_quantity(truth.estimate, truth.unit, language=language)
    if error is None or error.estimate is None:
        return told
    doubt = (
        format_number(error.estimate, language=language, decimals=1)
        if truth.unit == "days"
        else format_percent(error.estimate, language=language, decimals=2)
    )
    return f"{told} ({doubt})"


def _tell_bias(row: Characteristic | None, language: Language) -> str:
    """In points for a share, in days for a median."""
    if row is None or row.estimate is None:
        return ""
    scale, decimals = (1, 0) if row.unit == "days" else (100, 1)
    return format_number(scale * row.estimate, language=language, decimals=decimals)


def _tell_limits(row: Characteristic | None, language: Language) -> str:
    if row is None:
        return ""
    low, high = (write_quantity(value, row.unit, language=language) for value in (row.lower, row.upper))
    return f"{low}–{high}"


def _tell_mean(row: Characteristic | None, language: Language) -> str:
    return "" if row is None else format_percent(row.estimate, language=language, decimals=1)


def _tell_quantiles(page: Found, quantity: str, language: Language) -> str:
    rows = [page.get(f"{quantity}.{part}") for part in ("q50", "q05", "q95")]
    shown = [
        "?"
        if row is None or row.estimate is None
        else format_percent(row.estimate, language=language, decimals=1)
        if row.unit == "proportion"
        else format_number(row.estimate, language=language)
        for row in rows
    ]
    return f"{shown[0]} ({shown[1]}–{shown[2]})"
