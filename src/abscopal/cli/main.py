"""Gather the verbs and turn the user's mistakes into sentences."""

import sys
from importlib.metadata import version
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from abscopal.cli import (
    allocation,
    assure,
    calibrate,
    check,
    demo,
    design,
    model,
    read_out,
    rehearse,
    respond,
    screen,
)
from abscopal.errors import Interrupted, UserError


class Commands(TyperGroup):
    """The verbs; an interrupt of any of them is told in a sentence, where Typer would leave without a word."""

    def invoke(self, ctx: Any) -> Any:
        """Run the verb that was asked for."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise Interrupted from None


app = typer.Typer(
    cls=Commands,
    name="abscopal",
    help="Design, rehearse, run and read out early-phase immunotherapy trials.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def print_version(*, wanted: bool) -> None:
    """Print the version and stop."""
    if wanted:
        Console().print(f"Abscopal {version('abscopal')}", highlight=False)
        raise typer.Exit


@app.callback()
def describe(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=lambda value: print_version(wanted=value),
            is_eager=True,
            help="Print the version.",
        ),
    ] = False,
) -> None:
    """Design, rehearse, run and read out early-phase immunotherapy trials."""


app.command("check")(check.check)
app.command("assure")(assure.assure)
app.command("calibrate")(calibrate.calibrate)
app.command("respond")(respond.respond)
app.command("allocation")(allocation.allocation)
app.command("screen")(screen.screen)
app.command("read-out")(read_out.read_out)
app.command("rehearse")(rehearse.rehearse)
app.command("model")(model.model)
app.command("demo")(demo.demo)
app.add_typer(design.app, name="design")


def main() -> None:
    """Run the command line; a user's mistake ends with a sentence and exit code 2."""
    try:
        app()
    except PermissionError as error:
        sentence = (
            f"{error.filename}: this cannot be opened: you have no right to. Ask for it, or copy the file."
        )
        Console(stderr=True).print(sentence, style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(2)
    except UserError as error:
        Console(stderr=True).print(error.sentence, style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(2)
