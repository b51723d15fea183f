"""`abscopal allocation`: methods of allocation compared for a planned trial; no running list is touched."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from abscopal.cli.respond import Speech
from abscopal.errors import OutputError
from abscopal.protocol.reading import read_study
from abscopal.protocol.text import Language


def allocation(
    study: Annotated[str, typer.Argument(help="A bundled study, a study folder or a protocol.yml.")],
    *,
    patients: Annotated[
        int | None,
        typer.Option(min=2, max=2000, help="Planned patients; by default those of the study file."),
    ] = None,
    centres: Annotated[
        int | None, typer.Option(min=1, max=100, help="Centres; by default those of the study file.")
    ] = None,
    centre_shares: Annotated[
        str, typer.Option(help="Share of patients by centre, such as 0.5,0.3,0.2; equal by default.")
    ] = "",
    level_shares: Annotated[
        list[str] | None,
        typer.Option(
            help="Share of patients by level of a stratum, such as 0.65,0.35; once for each stratum."
        ),
    ] = None,
    trials: Annotated[
        int, typer.Option(min=100, max=1_000_000, help="Simulated trials of each method.")
    ] = 20_000,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the simulation, not of any trial.")] = 1,
    language: Annotated[
        Speech, typer.Option(help="The language of what is printed and written.")
    ] = Speech.EN,
    out: Annotated[
        Path | None, typer.Option(help="Also write allocation.html, its figure and allocation.json there.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Also write the numbers to this file.")
    ] = None,
) -> None:
    """Compare methods of allocation for a planned trial: imbalance against what a centre could guess.

    It invents patients. It never reads, makes or changes the list, the seed or the block lengths of a running trial.
    """
    # Imported here so that the other commands start fast.
    from abscopal.cli.allocation_output import print_comparison, render_numbers, write_page
    from abscopal.cli.allocation_plan import find_planned, read_plan
    from abscopal.design.allocation.advice import compute_advice
    from abscopal.design.allocation.comparison import compute_comparison
    from abscopal.exchange.folder_swap import assert_free

    spoken: Language = "fr" if language is Speech.FR else "en"
    if out is not None:
        assert_free(out)
    if json_file is not None:
        assert_file_place(json_file)
    read = read_study(study)
    plan = read_plan(
        read, patients=patients, centres=centres, centre_shares=centre_shares, level_shares=level_shares or []
    )
    comparison = compute_comparison(
        plan.situation, trials=trials, seed=seed, planned=find_planned(read, plan.situation)
    )
    advice = compute_advice(comparison, masking=read.protocol.identity.masking.value or "open")
    console = Console(highlight=False, soft_wrap=True)
    print_comparison(comparison, console, spoken)
    for item in advice:
        style = {"recommendation": "bold", "warning": "yellow", "remark": ""}[item.kind]
        console.print(item.text.read(spoken), markup=False, style=style)
    for assumption in plan.assumptions:
        console.print(assumption.read(spoken), markup=False, style="dim")
    written = render_numbers(comparison, advice, plan.assumptions, study=read.name)
    if json_file is not None:
        json_file.write_text(written, encoding="utf-8")
    if out is not None:
        write_page(out, comparison, advice, plan.assumptions, study=read, written=written, language=spoken)
        console.print(str(out / "allocation.html"), markup=False)


def assert_file_place(path: Path) -> None:
    """Refuse a place where no file can be written, before anything is computed."""
    if path.is_dir() or not path.parent.is_dir():
        raise OutputError(
            "this file cannot be written.", where=str(path), remedy="Choose a file in a folder that exists."
        )
