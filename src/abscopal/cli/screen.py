"""`abscopal screen`: facts in, and for each patient the decision, its reasons and the next tests."""

import datetime
import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from abscopal.cli.respond import Speech
from abscopal.conduct.screening.criteria import CriterionJudgement
from abscopal.conduct.screening.decide import decide_from_screening
from abscopal.conduct.screening.next_tests import list_next_steps
from abscopal.conduct.screening.sentences import explain_criterion
from abscopal.conduct.screening.stages import Screening, compute_screening
from abscopal.errors import OptionError
from abscopal.exchange.facts_csv import ScreenedPatient, read_facts_csv
from abscopal.protocol.amendments import protocol_in_force
from abscopal.protocol.reading import read_study
from abscopal.protocol.text import Language

COLON: dict[Language, str] = {"en": ": ", "fr": "\u00a0: "}
TEXTS: dict[Language, dict[str, str]] = {
    "en": {
        "met": "eligible",
        "not_met": "not eligible",
        "not_yet_known": "not yet known to be eligible",
        "patient": "Patient {patient}, {on}, protocol version {version}: {verdict}.",
        "until": "  It stands through {day} without a new test.",
        "next": "  Next:",
        "consent": "ask for",
        "order": "order",
        "record": "record",
        "correct": "correct",
        "research": "Research software: the investigator decides.",
        "date": "'{text}' is not a date.",
        "write": "Write it as 2024-04-03.",
    },
    "fr": {
        "met": "éligible",
        "not_met": "non éligible",
        "not_yet_known": "éligibilité pas encore connue",
        "patient": "Patient {patient}, {on}, version {version} du protocole : {verdict}.",
        "until": "  Cela vaut jusqu’au {day} inclus sans nouvel examen.",
        "next": "  À faire :",
        "consent": "recueillir",
        "order": "prescrire",
        "record": "consigner",
        "correct": "corriger",
        "research": "Logiciel de recherche : l’investigateur décide.",
        "date": "« {text} » n’est pas une date.",
        "write": "Écrivez-la comme 2024-04-03.",
    },
}


def screen(
    study: Annotated[str, typer.Argument(help="A bundled study, or a folder with protocol.yml.")],
    facts: Annotated[Path, typer.Argument(help="A CSV file: one row per patient and fact.")],
    on: Annotated[
        str | None, typer.Option(help="Day of the decision, such as 2024-04-03; today if left out.")
    ] = None,
    language: Annotated[Speech, typer.Option(help="The language of what is printed.")] = Speech.EN,
    *,
    details: Annotated[bool, typer.Option("--details", help="Also say why each criterion is met.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Say of each patient whether they are eligible, why, and what to do next.

    Columns: patient, variable, value, date, and if wished unit and source. A consent is a row whose variable is
    `consent` and whose value is the stage that asks for it. French headings and decimal commas are understood.
    """
    spoken: Language = "fr" if language is Speech.FR else "en"
    day = read_day(on, spoken)
    read = read_study(study)
    protocol = protocol_in_force(read.document, day)
    console = Console(highlight=False, soft_wrap=True)
    patients = read_facts_csv(facts, protocol=protocol, language=spoken)
    screenings = [
        (patient, compute_screening(protocol, patient.facts, on=day, consents=patient.consents))
        for patient in patients
    ]
    if as_json:
        answers = [describe_patient(patient, screening, spoken) for patient, screening in screenings]
        console.print_json(json.dumps(answers, ensure_ascii=False))
        return
    for patient, screening in screenings:
        print_patient(console, patient, screening, language=spoken, details=details)
    console.print(TEXTS[spoken]["research"], markup=False, style="dim")


def read_day(text: str | None, language: Language) -> datetime.date:
    """The day of the decision; today when none is given."""
    if text is None:
        return datetime.date.today()  # noqa: DTZ011, TID251 (the command line may ask the clock)
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        texts = TEXTS[language]
        found = texts["date"].format(text=text)
        raise OptionError(found, where="--on", remedy=texts["write"]) from None


def print_patient(
    console: Console, patient: ScreenedPatient, screening: Screening, *, language: Language, details: bool
) -> None:
    """Print the decision of one patient, its reasons, and the next steps."""
    texts = TEXTS[language]
    heading = texts["patient"].format(
        patient=patient.identifier,
        on=screening.on,
        version=screening.protocol_version,
        verdict=texts[screening.verdict],
    )
    console.print(heading, style="bold", markup=False)
    if screening.verdict == "met" and screening.last_valid_day is not None:
        console.print(texts["until"].format(day=screening.last_valid_day), markup=False)
    for reason in decide_from_screening(screening).reasons:
        remedy = f" {reason.remedy.read(language)}" if reason.remedy else ""
        console.print(f"  - {reason.text.read(language)}{remedy}", markup=False)
    if details:
        for judged in screening.criteria:
            if judged.verdict == "met":
                console.print(
                    f"    {explain_criterion(judged).text.read(language)}", markup=False, style="dim"
                )
    if steps := list_next_steps(screening):
        console.print(texts["next"], markup=False)
        for step in steps:
            told = f"    {texts[step.action]}{COLON[language]}{step.text.read(language)}"
            console.print(told, markup=False)


def describe_patient(patient: ScreenedPatient, screening: Screening, language: Language) -> dict[str, Any]:
    """What is printed, for a machine."""
    decision = decide_from_screening(screening)
    return {
        "patient": patient.identifier,
        "on": screening.on.isoformat(),
        "protocol_version": screening.protocol_version,
        "verdict": screening.verdict,
        "last_valid_day": str(screening.last_valid_day) if screening.last_valid_day else None,
        "stages": {judged.stage.identifier: judged.state for judged in screening.stages},
        "criteria": [describe_criterion(judged, language) for judged in screening.criteria],
        "reasons": [
            {
                "code": reason.code,
                "text": reason.text.read(language),
                "remedy": reason.remedy.read(language) if reason.remedy else None,
            }
            for reason in decision.reasons
        ],
        "next_steps": [
            {
                "action": step.action,
                "stage": step.stage,
                "text": step.text.read(language),
                "criteria": step.criteria,
            }
            for step in list_next_steps(screening)
        ],
    }


def describe_criterion(judged: CriterionJudgement, language: Language) -> dict[str, Any]:
    """One criterion with the fact and date that decided it."""
    return {
        "criterion": judged.criterion.identifier,
        "verdict": judged.verdict,
        "why": judged.why,
        "date": judged.fact.on.isoformat() if judged.fact else None,
        "last_valid_day": str(judged.last_valid_day) if judged.last_valid_day else None,
        "text": explain_criterion(judged).text.read(language),
    }
