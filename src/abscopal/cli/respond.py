"""`abscopal respond`: a lesion table in, the response at each visit and the best one out, with reasons."""

import json
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, get_args, get_type_hints

import dataframely as dy
import polars as pl
import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from abscopal.cli.reader_agreement import PairAgreement, list_agreement_rows, list_agreements, say_agreement
from abscopal.cli.unknown_injections import check_known_baselines, list_withheld, withhold_responses
from abscopal.derivations.response.category_table import CATEGORY_SUFFIXES
from abscopal.derivations.response.criteria import CRITERIA
from abscopal.derivations.response.criterion import Criterion
from abscopal.derivations.response.explanations import COLON, Language, explain_responses
from abscopal.derivations.response.lesion_assessments import derive_late_lesions, derive_lesion_assessments
from abscopal.derivations.response.response_table import derive_adrs_by_criterion
from abscopal.derivations.response.settings import ResponseSettings, list_settings
from abscopal.derivations.response.targets_in_words import derive_targets_in_words
from abscopal.derivations.response.tumour_table import derive_adtr
from abscopal.errors import OptionError
from abscopal.exchange.folder_swap import writing_aside
from abscopal.exchange.lesion_csv import read_lesion_csv
from abscopal.exchange.lines_set_apart import UNNAMED_READER
from abscopal.exchange.typed_scans import LesionTables
from abscopal.tables.adam import LesionAssessments, ResponseAnalysis


class Speech(StrEnum):
    """The language of what is printed."""

    EN = "en"
    FR = "fr"


HEADINGS = {
    "en": ["No.", "Date", "mm", "% base", "% nadir", "Targets", "Non-targets", "New", "Overall"],
    "fr": ["N°", "Date", "mm", "%\ninit.", "%\nnadir", "Cibles", "Non-cibles", "Nouv.", "Globale"],
}
TEXTS = {
    "en": {
        "patient": "Patient {patient}{reader}. Time starts on {start}{why}.",
        "reader": ", reader {reader}",
        "first_scan": ", the first scan",
        "baseline": "baseline",
        "best": "Best response",
        "confirmed": "Confirmed best response",
        "warning": "To be questioned",
        "set_apart": "Set apart, line {line}, {lesion}",
        "nothing_left": "No line of this patient could be used.",
        "settings": "{criterion}, {reference}. Settings: {settings}.",
        "defaults": "all as by default",
        "research": "Research software: it does not decide treatment.",
        "INJ": "Injected lesions",
        "NINJ": "Non-injected lesions",
        "best_INJ": "Best response of injected lesions",
        "best_NINJ": "Best response of non-injected lesions",
        "response": "Response",
        "readings": "{criterion}: our readings, where the source does not say",
        "not_judged": "Not judged by {criterion}: it is not known which lesions were injected.",
    },
    "fr": {
        "patient": "Patient {patient}{reader}. Le temps commence le {start}{why}.",
        "reader": ", lecteur {reader}",
        "first_scan": ", premier examen",
        "baseline": "initial",
        "best": "Meilleure réponse",
        "confirmed": "Meilleure réponse confirmée",
        "warning": "À vérifier",
        "set_apart": "Mis à part, ligne {line}, {lesion}",
        "nothing_left": "Aucune ligne de ce patient n’a pu servir.",
        "settings": "{criterion}, {reference}. Réglages : {settings}.",
        "defaults": "tous par défaut",
        "research": "Logiciel de recherche : il ne décide d’aucun traitement.",
        "INJ": "Lésions injectées",
        "NINJ": "Lésions non injectées",
        "best_INJ": "Meilleure réponse des lésions injectées",
        "best_NINJ": "Meilleure réponse des lésions non injectées",
        "response": "Réponse",
        "readings": "{criterion} : nos lectures, là où la source ne dit rien",
        "not_judged": "Non jugé selon {criterion} : on ignore quelles lésions furent injectées.",
    },
}
OPTION_FAULTS = {
    "en": {
        "criterion": ("criterion '{name}' is not known.", "Known: {known}."),
        "setting": ("setting '{name}' is not known.", "Known: {known}."),
        "value": ("'{text}' is no value of {name}.", "Write {known}."),
    },
    "fr": {
        "criterion": ("le critère « {name} » n’est pas connu.", "Connus : {known}."),
        "setting": ("le réglage « {name} » n’est pas connu.", "Connus : {known}."),
        "value": ("« {text} » n’est pas une valeur de {name}.", "Écrivez {known}."),
    },
}


def respond(
    lesions: Annotated[Path, typer.Argument(help="A CSV file: one row per lesion and scan.")],
    criterion: Annotated[
        list[str] | None,
        typer.Option(
            help="A response criterion, by default recist_1_1; may be repeated; all takes every one."
        ),
    ] = None,
    language: Annotated[Speech, typer.Option(help="The language of what is printed.")] = Speech.EN,
    setting: Annotated[
        list[str] | None,
        typer.Option(help="A reading of the rules, such as sd_min_days=56; may be repeated."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Also write ADRS and ADTR into this folder.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,  # noqa: FBT002
) -> None:
    """Say how each patient responds, visit by visit, and why; a lesion table in, sentences out.

    Columns: patient, date, lesion, role (target, non-target, new, marker), mm (a length such as 31.5, fragments such
    as 18+14, or a word: absent, too small, not evaluated, merged, present, progression, equivocal, new, refuted, or
    beside the last scan unchanged, increased, decreased; the EORTC's codes NC, INC, NCLA, INCLA, UNE); and if wished
    node (yes or no), location, reader, visit, start, symptom (yes where a new one was the reason for the scan),
    injected (date of the lesion's first injection, or yes or no at this scan). French headings and words are
    understood.

    Lines that contradict others (a role that changes, a lesion measured twice on one day, a new lesion at baseline,
    an injection before the lesion was there, words about one injection) are set apart with a sentence, and the rest
    is judged: exit code 0. A file that cannot be read is refused: exit code 2.
    """
    spoken: Language = "fr" if language is Speech.FR else "en"
    criteria = find_criteria(criterion or ["recist_1_1"], spoken)
    settings = read_settings(setting or [], spoken)
    tables = read_lesion_csv(lesions, language=spoken)
    assessments = derive_lesion_assessments(
        tables.tu, tables.tr, tables.adsl, exposure=tables.ex, settings=settings
    )
    responses = withhold_responses(
        derive_adrs_by_criterion(assessments, tables.adsl, criteria=criteria, settings=settings),
        criteria,
        tables,
    )
    explained = {
        chosen.name: explain_responses(
            responses[chosen.name], criterion=chosen, language=spoken, assessments=assessments
        )
        for chosen in criteria
    }
    if out is not None:
        with writing_aside(out) as aside:
            pl.concat(explained.values()).write_csv(aside / "adrs.csv")
            adtr = derive_adtr(assessments, tables.adsl, settings=settings)
            adtr.with_columns(
                INJFL=pl.when(~pl.col("USUBJID").is_in(tables.injections_unknown)).then("INJFL")
            ).write_csv(aside / "adtr.csv")
            tables.set_apart.write_csv(aside / "set_apart.csv")
    console = Console(highlight=False)
    agreements = {
        chosen.name: list_agreements(responses[chosen.name], criterion=chosen) for chosen in criteria
    }
    in_words = derive_targets_in_words(tables.tr, assessments, settings=settings)
    late = derive_late_lesions(tables.tu, tables.tr, tables.adsl, settings=settings)

    def list_doubts(asked: list[Criterion]) -> pl.DataFrame:
        return check_known_baselines(
            assessments, tables, asked, settings=settings, late=late, in_words=in_words
        )

    message = "MESSAGEFR" if spoken == "fr" else "MESSAGE"
    if as_json:
        answers = [
            list_answers(explained[chosen.name], chosen, settings)
            | {
                "not_judged": list_withheld(chosen, tables),
                "agreement": list_agreement_rows(agreements[chosen.name]),
                "doubts": list_doubts([chosen])
                .select("USUBJID", "READER", "FINDING", "LESIONS", MESSAGE=message)
                .to_dicts(),
            }
            for chosen in criteria
        ]
        told = {"set_apart": tables.set_apart.to_dicts(), "criteria": answers}
        console.print_json(json.dumps(told, ensure_ascii=False))
        return
    named = [frame.select("USUBJID", "READER") for frame in (assessments, tables.set_apart)]
    read = pl.concat(named).unique().sort("USUBJID", "READER")
    doubts = list_doubts(criteria)
    for patient, reader in read.iter_rows():
        print_patient(
            console,
            explained,
            criteria,
            assessments,
            tables,
            patient=patient,
            reader=reader,
            language=spoken,
        )
        print_set_apart(console, tables.set_apart.filter(USUBJID=patient, READER=reader), spoken)
        for doubt in doubts.filter(USUBJID=patient, READER=reader).iter_rows(named=True):
            console.print(
                f"  {TEXTS[spoken]['warning']}{COLON[spoken]}{doubt[message]}.", markup=False, style="yellow"
            )
    print_agreements(console, agreements, criteria, spoken)
    print_settings(console, criteria, settings, spoken)
    for chosen in criteria:
        print_readings(console, chosen, settings, spoken)


def find_criteria(names: list[str], language: Language) -> list[Criterion]:
    """The criteria of these names, each once, in the order asked for; `all` is every one."""
    if "all" in names:
        return list(CRITERIA)
    return [find_criterion(name, language) for name in dict.fromkeys(names)]


def find_criterion(name: str, language: Language) -> Criterion:
    """The criterion of this name; an unknown one is answered with those that are known."""
    for known in CRITERIA:
        if known.name == name:
            return known
    names = ", ".join([*(known.name for known in CRITERIA), "all"])
    raise refuse_option("criterion", "--criterion", language, name=name, known=names)


def refuse_option(fault: str, where: str, language: Language, **details: str) -> OptionError:
    """What is wrong with an option, and what may be written, in the reader's language."""
    found, remedy = OPTION_FAULTS[language][fault]
    return OptionError(found.format(**details), where=where, remedy=remedy.format(**details))


def read_settings(assignments: list[str], language: Language) -> ResponseSettings:
    """Settings from NAME=VALUE, checked against their type."""
    kinds = get_type_hints(ResponseSettings)
    chosen: dict[str, Any] = {}
    for assignment in assignments:
        name, _, text = assignment.partition("=")
        if name not in kinds:
            known = ", ".join(setting.name for setting in fields(ResponseSettings))
            raise refuse_option("setting", "--setting", language, name=name, known=known)
        chosen[name] = read_setting(name, text, kinds[name], language)
    return ResponseSettings(**chosen)


def read_setting(name: str, text: str, kind: Any, language: Language) -> Any:
    """One value, by its type: true or false, a number of days, or one of the words allowed."""
    words = get_args(kind)
    if kind is bool and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if (kind is int or int in words) and text.isdigit():
        return int(text)
    if kind is float and text.replace(".", "", 1).isdigit():
        return float(text)
    if text in words:
        return text
    either, number = ("true ou false", "un nombre") if language == "fr" else ("true or false", "a number")
    wanted = either if kind is bool else number if not words or int in words else ", ".join(words)
    raise refuse_option("value", "--setting", language, name=name, text=text, known=wanted)


def print_patient(
    console: Console,
    explained: dict[str, pl.DataFrame],
    criteria: list[Criterion],
    assessments: dy.DataFrame[LesionAssessments],
    tables: LesionTables,
    *,
    patient: str,
    reader: str,
    language: Language,
) -> None:
    """Print one patient as one reader saw them, by each criterion."""
    texts = TEXTS[language]
    start = tables.adsl.filter(USUBJID=patient)["REFDT"].item()
    why = "" if tables.has_start else texts["first_scan"]
    who = "" if reader == UNNAMED_READER else texts["reader"].format(reader=reader)
    console.print()
    console.print(
        texts["patient"].format(patient=patient, reader=who, start=start, why=why), style="bold", markup=False
    )
    if assessments.filter(USUBJID=patient, READER=reader).is_empty():
        console.print(f"  {texts['nothing_left']}", markup=False)
        return
    baseline = assessments.filter(USUBJID=patient, READER=reader, AVISITN=0)
    for criterion in criteria:
        if len(criteria) > 1:
            console.print(f"  {criterion.title}", style="bold", markup=False)
        if patient in list_withheld(criterion, tables):
            console.print(f"  {texts['not_judged'].format(criterion=criterion.title)}", markup=False)
            continue
        rows = explained[criterion.name].filter(USUBJID=patient, READER=reader)
        print_responses(console, rows, baseline, language)


def print_set_apart(console: Console, lines: pl.DataFrame, language: Language) -> None:
    """Print each line that was not used as it stands: where it is, what was found, what to do."""
    for row in lines.iter_rows(named=True):
        place = TEXTS[language]["set_apart"].format(line=row["LINE"], lesion=row["LESION"])
        console.print(f"  {place}{COLON[language]}{row['MESSAGE']}", markup=False, style="yellow")


def print_responses(console: Console, rows: pl.DataFrame, baseline: pl.DataFrame, language: Language) -> None:
    """Print the visits by one criterion, a sentence for each, the best response."""
    texts = TEXTS[language]
    overall = rows.filter(PARAMCD="OVR").sort("AVISITN")
    console.print(draw_visits(rows, overall, baseline, language))
    print_sentences(console, overall)
    for code, title in (("BOR", "best"), ("CBOR", "confirmed")):
        sentence = rows.filter(PARAMCD=code)["EXPLANATION"].item()
        console.print(f"  {texts[title]}{COLON[language]}{sentence}", markup=False, style="bold")
    for suffix in CATEGORY_SUFFIXES.values():
        print_category(console, rows, suffix, language)


def print_sentences(console: Console, responses: pl.DataFrame) -> None:
    """One sentence a visit."""
    sentences = Table.grid(padding=(0, 1))
    for row in responses.iter_rows(named=True):
        sentences.add_row(f"  {row['AVISITN']}.", Text(row["EXPLANATION"]))
    console.print(sentences)


def print_category(console: Console, rows: pl.DataFrame, suffix: str, language: Language) -> None:
    """Print injected, or non-injected, lesions: their sum and response at each visit, a sentence, the best response.

    Nothing is printed where the criterion does not tell them apart.
    """
    texts = TEXTS[language]
    visits = rows.filter(PARAMCD=f"OVR{suffix}").sort("AVISITN")
    if visits.is_empty():
        return
    console.print(f"  {texts[suffix]}", style="bold", markup=False)
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    headings = [HEADINGS[language][place] for place in (0, 1, 2, 3, 4, 5, 6)] + [texts["response"]]
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if 2 <= place <= 4 else "left", no_wrap=True)
    levels = {(row["PARAMCD"], row["AVISITN"]): row["AVALC"] for row in rows.iter_rows(named=True)}
    for row in visits.iter_rows(named=True):
        table.add_row(
            str(row["AVISITN"]),
            str(row["ADT"]),
            show(row["SUM"], language),
            show_change(row["SUM"], row["BASESUM"], language),
            show_change(row["SUM"], row["NADIR"], language),
            *(levels[f"{level}{suffix}", row["AVISITN"]] for level in ("TRG", "NTRG")),
            f"[bold]{row['AVALC']}[/bold]",
        )
    console.print(table)
    print_sentences(console, visits)
    best = rows.filter(PARAMCD=f"BOR{suffix}")["EXPLANATION"].item()
    console.print(f"  {texts[f'best_{suffix}']}{COLON[language]}{best}", markup=False, style="bold")


def draw_visits(
    rows: pl.DataFrame, overall: pl.DataFrame, baseline: pl.DataFrame, language: Language
) -> Table:
    """The visits of one patient and reader as a table."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    for place, heading in enumerate(HEADINGS[language]):
        table.add_column(heading, justify="right" if 2 <= place <= 4 else "left", no_wrap=True)
    targets = baseline.filter(LSROLE="TARGET")
    whole = targets.height > 0 and targets["LSTENTH"].null_count() == 0
    base = int(targets["LSTENTH"].sum()) / 10 if whole else None
    scanned = baseline["ADT"].max()
    table.add_row("0", "-" if scanned is None else str(scanned), show(base, language))
    levels = {(row["PARAMCD"], row["AVISITN"]): row["AVALC"] for row in rows.iter_rows(named=True)}
    for row in overall.iter_rows(named=True):
        visit = row["AVISITN"]
        table.add_row(
            str(visit),
            str(row["ADT"]),
            show(row["SUM"], language),
            show_change(row["SUM"], row["BASESUM"], language),
            show_change(row["SUM"], row["NADIR"], language),
            *(levels[code, visit] for code in ("TRGRESP", "NTRGRESP", "NEWLIND")),
            f"[bold]{row['AVALC']}[/bold]",
        )
    return table


def show(value: float | None, language: Language) -> str:
    """One decimal, or a dash where nothing is known."""
    if value is None:
        return "-"
    return f"{value:.1f}".replace(".", "," if language == "fr" else ".")


def show_change(value: float | None, reference: float | None, language: Language) -> str:
    """Change in per cent, with its sign."""
    if value is None or not reference:
        return "-"
    return f"{100 * (value - reference) / reference:+.1f}".replace(".", "," if language == "fr" else ".")


def print_agreements(
    console: Console,
    agreements: dict[str, list[PairAgreement]],
    criteria: list[Criterion],
    language: Language,
) -> None:
    """Print how far the readers agree, by each criterion; nothing where there is one reader."""
    if any(agreements.values()):
        console.print()
    for criterion in criteria:
        named = f"{criterion.title}{COLON[language]}" if len(criteria) > 1 else ""
        for pair in agreements[criterion.name]:
            sentence = say_agreement(pair, language=language)
            console.print(f"{named}{sentence}", markup=False, style="bold")


def print_settings(
    console: Console, criteria: list[Criterion], settings: ResponseSettings, language: Language
) -> None:
    """Print the criteria and every setting that is not the default."""
    texts = TEXTS[language]
    changed = [
        f"{entry.name} = {entry.value}" for entry in list_settings(settings) if entry.value != entry.default
    ]
    said = ", ".join(changed) or texts["defaults"]
    console.print()
    for criterion in criteria:
        told = texts["settings"].format(
            criterion=criterion.title, reference=criterion.reference, settings=said
        )
        console.print(told, markup=False, style="dim")
    console.print(texts["research"], markup=False, style="dim")


def print_readings(
    console: Console, criterion: Criterion, settings: ResponseSettings, language: Language
) -> None:
    """Print what the source of the criterion leaves open and how it is read here."""
    readings = criterion.list_readings_in_force(settings)
    if not readings:
        return
    title = TEXTS[language]["readings"].format(criterion=criterion.title)
    console.print(f"{title}{COLON[language].rstrip()}", style="dim", markup=False)
    for reading in readings:
        console.print(f"  - {getattr(reading, language)}", style="dim", markup=False)


def list_answers(explained: pl.DataFrame, criterion: Criterion, settings: ResponseSettings) -> dict[str, Any]:
    """What is printed, for a machine."""
    columns = [*ResponseAnalysis.column_names(), "EXPLANATION"]
    rows = explained.select(columns).with_columns(pl.col(pl.Date).cast(pl.String))
    return {
        "criterion": criterion.name,
        "reference": criterion.reference,
        "settings": {entry.name: entry.value for entry in list_settings(settings)},
        "our_readings": [reading.en for reading in criterion.list_readings_in_force(settings)],
        "responses": rows.to_dicts(),
    }
