"""`abscopal design`: what the design of a study does exactly, and what could be chosen instead."""

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from abscopal.cli.read_out import ReportLanguage
from abscopal.errors import OptionError, UserError

Language = Annotated[ReportLanguage, typer.Option(help="Language of the sentences, tables and figures.")]
JsonFile = Annotated[Path | None, typer.Option("--json", help="File to write with every number, as JSON.")]
OutFolder = Annotated[
    Path | None,
    typer.Option(help="Folder to write with a page that opens offline, its figures and the JSON."),
]


class Claim(StrEnum):
    """What a typed design is said to be."""

    NONE = "none"
    OPTIMAL = "optimal"
    MINIMAX = "minimax"
    ADMISSIBLE = "admissible"


class StudyByDefault(TyperGroup):
    """A group whose first word may be a study: `design STUDY` is short for `design study STUDY`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the name of the first command in front when none is given."""
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["study", *args]
        return super().parse_args(ctx, args)


class DesignRefused(UserError):
    """A typed design is not what it was said to be, or does not keep what it promised."""


app = typer.Typer(
    cls=StudyByDefault,
    no_args_is_help=True,
    help="Say what the design of a study does exactly; compare designs; draw a toxicity boundary.\n\n"
    "`abscopal design STUDY` is short for `abscopal design study STUDY`.",
)


@app.command("study")
def design_study(
    study: Annotated[str, typer.Argument(help="A bundled study, or the path of a study folder.")],
    language: Language = ReportLanguage.EN,
    json_file: JsonFile = None,
    out: OutFolder = None,
) -> None:
    """Say what the rule of a study promised and what it does exactly, and how often its boundaries pause it.

    What is assumed is named with what it implies; what is unknown is named with what it stops.
    """
    # The rooms that compute take a second to load: `--help` does not wait for them.
    from abscopal.cli.design_output import deliver, print_sentences, print_table
    from abscopal.evidence.design_report.content import list_design_content
    from abscopal.evidence.design_report.page import render_study_design
    from abscopal.evidence.design_report.reading import read_design
    from abscopal.evidence.design_report.sentences import say_monitoring, say_rule
    from abscopal.evidence.design_report.tables import tabulate_facts, tabulate_rates
    from abscopal.evidence.report.wording import Wording
    from abscopal.protocol.amendments import protocol_in_force
    from abscopal.protocol.reading import read_study

    read = read_study(study)
    # Of an amended protocol the last version counts.
    protocol = protocol_in_force(read.document, dt.date.max) if read.protocol.amendments else read.protocol
    reading, wording = read_design(protocol), Wording(language.value)
    print_sentences(say_rule(reading, wording))
    if reading.readings:
        print_table(tabulate_rates(reading, wording))
    if reading.facts:
        print_table(tabulate_facts(reading, wording))
    print_sentences(say_monitoring(reading, wording))
    deliver(
        list_design_content(reading),
        lambda version: render_study_design(reading, language=language.value, version=version),
        json_file=json_file,
        out=out,
    )


@app.command("explore")
def design_explore(
    p0: Annotated[float, typer.Option(help="Uninteresting rate, between 0 and 1.")],
    p1: Annotated[float, typer.Option(help="Hoped-for rate, above p0.")],
    alpha: Annotated[float, typer.Option(help="One-sided false positive rate not to exceed.")] = 0.05,
    power: Annotated[float, typer.Option(help="Power to reach.")] = 0.80,
    looks: Annotated[
        str | None, typer.Option(help="Looks of BOP2, such as 10,20,30; without it the size is searched.")
    ] = None,
    language: Language = ReportLanguage.EN,
    json_file: JsonFile = None,
    out: OutFolder = None,
) -> None:
    """Compare designs for the same question: one stage, Simon, Fleming in two stages, BOP2; all exact."""
    from abscopal.cli.design_output import deliver, print_sentences, print_table
    from abscopal.design.exploration import explore_designs
    from abscopal.evidence.design_report.content import list_exploration_content
    from abscopal.evidence.design_report.page import render_exploration
    from abscopal.evidence.design_report.sentences import say_exploration
    from abscopal.evidence.design_report.tables import tabulate_exploration
    from abscopal.evidence.report.wording import Wording

    found = explore_designs(
        p0, p1, alpha=alpha, power=power, looks=None if looks is None else parse_looks(looks)
    )
    wording = Wording(language.value)
    print_table(tabulate_exploration(found, wording))
    print_sentences(say_exploration(found, wording))
    deliver(
        list_exploration_content(found),
        lambda version: render_exploration(found, language=language.value, version=version),
        json_file=json_file,
        out=out,
    )


@app.command("boundary")
def design_boundary(
    limit: Annotated[float, typer.Option(help="Toxicity rate that must not be passed.")],
    looks: Annotated[str, typer.Option(help="Evaluable patients at each look, such as 6,12,18.")],
    certainty: Annotated[float, typer.Option(help="Posterior probability above which to pause.")] = 0.9,
    prior_a: Annotated[float, typer.Option(help="First parameter of the beta prior.")] = 0.5,
    prior_b: Annotated[float, typer.Option(help="Second parameter of the beta prior.")] = 0.5,
    minimum: Annotated[int, typer.Option(help="Evaluable patients before the first look.")] = 1,
    n: Annotated[
        int | None, typer.Option(help="Evaluable patients planned; the last look without it.")
    ] = None,
    language: Language = ReportLanguage.EN,
    json_file: JsonFile = None,
    out: OutFolder = None,
) -> None:
    """Draw a toxicity boundary: the table a board carries, and how often it pauses the trial by true rate."""
    from abscopal.cli.design_output import deliver, print_sentences, print_table
    from abscopal.design.toxicity_boundary import compute_toxicity_behaviour, compute_toxicity_boundary
    from abscopal.evidence.design_report.content import list_boundary_content
    from abscopal.evidence.design_report.page import render_boundary
    from abscopal.evidence.design_report.sentences import say_boundary
    from abscopal.evidence.design_report.tables import tabulate_behaviour, tabulate_boundary
    from abscopal.evidence.report.wording import Wording

    design = compute_toxicity_boundary(
        limit=limit,
        certainty=certainty,
        prior_a=prior_a,
        prior_b=prior_b,
        looks=parse_looks(looks),
        minimum_patients=minimum,
        n=n,
    )
    behaviour, wording = compute_toxicity_behaviour(design), Wording(language.value)
    name = wording.say("design.boundary_plain_name")
    print_table(tabulate_boundary(design, name=name, identifier="toxicity", wording=wording))
    print_table(tabulate_behaviour(behaviour, name=name, identifier="toxicity", wording=wording))
    print_sentences(say_boundary(design, behaviour, name=name, wording=wording))
    deliver(
        list_boundary_content(design, behaviour),
        lambda version: render_boundary(design, behaviour, language=language.value, version=version),
        json_file=json_file,
        out=out,
    )


@app.command("check")
def design_check(
    first: Annotated[
        str, typer.Argument(help="First stage r1/n1, such as 1/10: stop with 1 or fewer of 10.")
    ],
    total: Annotated[
        str, typer.Argument(help="Both stages r/n, such as 5/29: promising with more than 5 of 29.")
    ],
    p0: Annotated[float, typer.Option(help="Uninteresting rate, between 0 and 1.")],
    p1: Annotated[float, typer.Option(help="Hoped-for rate, above p0.")],
    alpha: Annotated[float, typer.Option(help="One-sided false positive rate that it promised.")] = 0.05,
    power: Annotated[float, typer.Option(help="Power that it promised.")] = 0.80,
    claim: Annotated[Claim, typer.Option(help="What the design is said to be.")] = Claim.NONE,
    language: Language = ReportLanguage.EN,
    json_file: JsonFile = None,
) -> None:
    """Check a typed two-stage design: its exact error rates, and whether it is what it is said to be.

    A design that breaks a promise, or is not what it is said to be, ends with exit code 2.
    """
    from abscopal.cli.design_output import deliver
    from abscopal.design.two_stage import TwoStageDesign
    from abscopal.design.two_stage_check import check_two_stage
    from abscopal.evidence.design_report.content import list_check_content

    (r1, n1), (r, n) = parse_limit(first), parse_limit(total)
    typed = TwoStageDesign(r1=r1, n1=n1, r=r, n=n, p0=p0, p1=p1)
    found = check_two_stage(typed, alpha=alpha, power=power, claim=claim.value)
    deliver(list_check_content(found), None, json_file=json_file, out=None)
    sentence = found.sentence.read(language.value)
    if not found.is_sound:
        raise DesignRefused(sentence)
    Console(highlight=False, soft_wrap=True).print(sentence, markup=False)


def parse_looks(text: str) -> tuple[int, ...]:
    """Read looks given on the command line.

    Example:
        >>> parse_looks("6, 12,18")
        (6, 12, 18)
    """
    try:
        return tuple(int(part) for part in text.replace(";", ",").split(","))
    except ValueError:
        raise OptionError(
            f"{text!r} is not a list of looks.",
            where="--looks",
            remedy="Write whole numbers of patients with commas, such as 6,12,18.",
        ) from None


def parse_limit(text: str) -> tuple[int, int]:
    """Read a limit r/n given on the command line.

    Example:
        >>> parse_limit("1/10")
        (1, 10)
    """
    try:
        successes, patients = (int(part) for part in text.split("/"))
    except ValueError:
        raise OptionError(
            f"{text!r} is not a limit.",
            where="design check",
            remedy="Write successes/patients, such as 1/10.",
        ) from None
    return successes, patients
