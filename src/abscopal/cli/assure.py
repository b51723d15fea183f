"""Run the hand-written patients of a study: what was expected against what is derived."""

from typing import Annotated

import typer
from rich.console import Console

from abscopal.errors import UserError
from abscopal.protocol.reading import read_study


class ExpectationFailed(UserError):
    """An expectation about a hand-written patient was not met: the patient or the study file is wrong."""


def assure(
    study: Annotated[
        str, typer.Argument(help="A bundled study, or a folder with protocol.yml and patients.yml.")
    ],
    *,
    details: Annotated[bool, typer.Option("--details", help="Also list what is as expected.")] = False,
) -> None:
    """Check that the study concludes about its hand-written patients what their authors expected."""
    # Imported here so that the other commands start fast.
    from abscopal.cli.study_assurance import PATIENTS_FILE, assure_study

    read = read_study(study)
    assurance = assure_study(read)
    console = Console(highlight=False, soft_wrap=True)
    shown = assurance.expectations if details else assurance.list_outcomes("failed")
    for checked in shown:
        console.print(f"{checked.outcome:>8}  {checked.sentence}", markup=False)
    patients = len({checked.patient for checked in assurance.expectations})
    console.print(
        f"{read.name}: {patients} patients; {assurance.count('met')} expectations met, "
        f"{assurance.count('failed')} failed, {assurance.count('waiting')} waiting.",
        markup=False,
    )
    for reason, number in assurance.count_reasons().items():
        console.print(f"  {number} waiting: {reason}", markup=False)
    if not assurance.is_sound:
        failed = assurance.count("failed")
        found = (
            f"{failed} expectation{'s' if failed > 1 else ''} failed." if failed else "Nothing was checked."
        )
        remedy = "Correct the expectation, the patient or the study file."
        raise ExpectationFailed(found, where=str(read.folder / PATIENTS_FILE), remedy=remedy)
