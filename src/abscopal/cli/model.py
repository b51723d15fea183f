"""`abscopal model`: the model of a rehearsed patient in the formats of other programs."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from abscopal.cli.read_out import ReportLanguage
from abscopal.errors import OptionError, OutputError
from abscopal.protocol.text import Language, Text

if TYPE_CHECKING:
    from abscopal.rehearsal.model.description import ModelDescription
    from abscopal.rehearsal.reporting.exported_patient import ExportedPatient

MOST_LESIONS, USUAL_LESIONS = 20, 3
MEDIANS = Text(
    en="Every parameter at its median, no dose. Nobody sits at every median at once: lesions of such a patient may "
    "shrink without treatment. --study gives a patient of a rehearsal, with doses.",
    fr="Chaque paramètre à sa médiane, sans dose. Personne n’est à toutes les médianes à la fois\u00a0: les lésions "
    "d’un tel patient peuvent régresser sans traitement. --study donne un patient d’une répétition, avec ses doses.",
)
PLANNED = Text(
    en="Patient {number} of arm {arm}, as rehearsed with seed {seed}: {lesions} lesions, doses as planned; none is "
    "held, missed or left out for the size of a lesion.",
    fr="Patient {number} du bras {arm}, tel que répété avec la graine {seed}\u00a0: {lesions} lésions, doses comme "
    "prévu\u00a0; aucune n’est suspendue, omise ni écartée pour la taille d’une lésion.",
)
WITHOUT = Text(
    en="Given without effect, since the model does not know it: {names}.",
    fr="Administré sans effet, le modèle ne le connaissant pas\u00a0: {names}.",
)


class ModelFormat(StrEnum):
    """Formats in which the model can be written."""

    SBML = "sbml"
    ANTIMONY = "antimony"
    LATEX = "latex"


def model(
    format_: Annotated[
        ModelFormat,
        typer.Option(
            "--format",
            help="sbml: SBML Level 3, for simulators; antimony: the same as text; latex: a document to read.",
        ),
    ] = ModelFormat.SBML,
    lesions: Annotated[
        int | None,
        typer.Option(
            help="Lesions of the patient: 3 without it; with --study, the first patient who has so many."
        ),
    ] = None,
    study: Annotated[
        str | None,
        typer.Option(help="A bundled study, or a study folder: a virtual patient with the planned doses."),
    ] = None,
    arm: Annotated[str | None, typer.Option(help="Arm of the study; its only one without it.")] = None,
    patient: Annotated[
        int | None, typer.Option(help="Number of the patient in the arm, from 0; 0 without it.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the rehearsal; 1 without it.")] = None,
    draw: Annotated[
        int | None, typer.Option(help="Set of parameters of the study's ensemble; the first without it.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="File to write; printed without it.")] = None,
    language: Annotated[
        ReportLanguage, typer.Option(help="Language of names and words in the file.")
    ] = ReportLanguage.EN,
) -> None:
    """Write the model of a rehearsed patient as SBML, Antimony or LaTeX, from the description the engine is made of.

    Without a study every parameter stands at its median and nothing is given. With --study and --arm the file holds a
    virtual patient of a rehearsal, and one event for each planned dose. SBML needs the extra abscopal[models].
    """
    # The rooms that compute take a second to load: `--help` does not wait for them.
    from abscopal.rehearsal.model.antimony_text import write_antimony
    from abscopal.rehearsal.model.description import read_model
    from abscopal.rehearsal.model.latex_document import render_latex_document
    from abscopal.rehearsal.model.sbml import assert_sbml_available, convert_to_sbml

    of_patient = {"--arm": arm, "--patient": patient, "--seed": seed, "--draw": draw}
    _assert_alone(of_patient, study, lesions, format_)
    if format_ is ModelFormat.SBML:
        assert_sbml_available()
    description = read_model()
    if format_ is ModelFormat.LATEX:
        _deliver(render_latex_document(description, language=language.value), out)
        return
    if study is None:
        exported = _take_medians(description, lesions)
        told = [MEDIANS.read(language.value)]
    else:
        exported, told = _take_patient(
            description,
            study,
            arm=arm,
            patient=patient or 0,
            seed=1 if seed is None else seed,
            draw=draw,
            lesions=lesions,
            language=language.value,
        )
    text = write_antimony(
        description, exported.values, exported.doses, lesions=exported.lesions, language=language.value
    )
    if format_ is ModelFormat.SBML:
        text = convert_to_sbml(text, name=description.name)
    for sentence in told:
        Console(stderr=True).print(sentence, style="yellow", markup=False, highlight=False, soft_wrap=True)
    _deliver(text, out)


def _assert_alone(
    of_patient: dict[str, str | int | None], study: str | None, lesions: int | None, format_: ModelFormat
) -> None:
    asked = [name for name, value in of_patient.items() if value is not None]
    if format_ is ModelFormat.LATEX:
        asked += [name for name, value in (("--study", study), ("--lesions", lesions)) if value is not None]
        if asked:
            raise OptionError(
                f"LaTeX holds the equations of any patient: {' and '.join(asked)} would change nothing.",
                where="--format latex",
                remedy="Leave it out, or choose sbml or antimony.",
            )
    if asked and study is None:
        raise OptionError(
            f"{' and '.join(asked)} asks for a patient of a study.",
            where="model",
            remedy="Say of which with --study.",
        )
    if lesions is not None and not 1 <= lesions <= MOST_LESIONS:
        raise OptionError(
            f"{lesions} lesions are not modelled.",
            where="--lesions",
            remedy=f"Give between 1 and {MOST_LESIONS}.",
        )
    if (of_patient["--patient"] or 0) < 0:  # type: ignore[operator]
        raise OptionError("Patients are counted from 0.", where="--patient", remedy="Give 0 or more.")


def _take_medians(description: "ModelDescription", lesions: int | None) -> "ExportedPatient":
    from abscopal.rehearsal.reporting.exported_patient import describe_medians

    return describe_medians(description, lesions=lesions or USUAL_LESIONS)


def _take_patient(
    description: "ModelDescription",
    study: str,
    *,
    arm: str | None,
    patient: int,
    seed: int,
    draw: int | None,
    lesions: int | None,
    language: Language,
) -> tuple["ExportedPatient", list[str]]:
    """A patient of a study, and what the reader should know of them."""
    from abscopal.protocol.reading import read_study
    from abscopal.rehearsal.reporting.exported_patient import draw_exported_patient

    exported = draw_exported_patient(
        read_study(study), description, arm=arm, number=patient, seed=seed, draw=draw, lesions=lesions
    )
    told = [
        PLANNED.read(language).format(
            number=exported.number, arm=exported.arm, seed=seed, lesions=exported.lesions
        )
    ]
    if exported.without_effect:
        told.append(WITHOUT.read(language).format(names=", ".join(exported.without_effect)))
    return exported, told


def _deliver(text: str, out: Path | None) -> None:
    """Write the file and print where it is; without one print the text itself, and nothing else."""
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(
            "this file cannot be written.", where=str(out), remedy="Choose another one with --out."
        ) from error
    Console(highlight=False, soft_wrap=True).print(str(out), markup=False)
