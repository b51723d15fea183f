"""`abscopal check`: what is wrong with a study folder, in sentences with file and line."""

from collections import Counter
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, get_args

import typer
from rich.console import Console

from abscopal.errors import Finding, OptionError, StudyError
from abscopal.exchange.patients_yaml import read_patients
from abscopal.protocol.amendments import list_versions
from abscopal.protocol.listing import list_assumptions, list_provenance, list_unknowns
from abscopal.protocol.provenance import Provenance
from abscopal.protocol.published import read_published
from abscopal.protocol.reading import check_study_file, find_study_file
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.rehearsal.ensemble import check_ensemble, explain_stale_ensemble
from abscopal.rehearsal.model.description import read_model
from abscopal.rehearsal.scenario import choose_scenario


class Listing(StrEnum):
    """What is listed after the summary."""

    STOPPING = "stopping"
    UNKNOWNS = "unknowns"
    ASSUMPTIONS = "assumptions"


def check(
    study: Annotated[str, typer.Argument(help="A bundled study, a study folder or a protocol.yml.")],
    show: Annotated[
        Listing,
        typer.Option(help="List the unknowns that stop something, every unknown, or the assumptions."),
    ] = Listing.STOPPING,
) -> None:
    """Say what is wrong with a study folder, with file and line; a sound one gets a summary."""
    file = find_study_file(study)
    protocol, document, findings = check_study_file(file)
    versions: tuple[StudyProtocol, ...] = () if protocol is None else (protocol,)
    if document is not None and not findings:
        versions = list_versions(document.content)
    if protocol is not None and not findings:
        findings += check_scenarios(protocol, file)
    findings += check_neighbours(file.parent, versions)
    if findings or protocol is None:
        raise StudyError(findings)
    console = Console(highlight=False, soft_wrap=True)
    print_summary(protocol, file, console)
    if stale := explain_stale_ensemble(file.parent, read_model()):
        console.print(stale, markup=False)
    if show is Listing.ASSUMPTIONS:
        print_assumptions(protocol, console)
    else:
        print_unknowns(protocol, console, every=show is Listing.UNKNOWNS)


def check_neighbours(folder: Path, versions: Sequence[StudyProtocol]) -> list[Finding]:
    """Check the other files of a study folder, where they exist.

    Args:
        folder: the study folder.
        versions: the versions of the protocol that could be read.

    Returns:
        Findings of patients.yml, published.yml, calibration.json and ensemble.csv.
    """
    readers: dict[str, Callable[[Path], object]] = {
        "patients.yml": lambda path: read_patients(path, versions=versions),
        "published.yml": read_published,
        "calibration.json": _read_calibration,
    }
    findings: list[Finding] = []
    for name, read in readers.items():
        if not (folder / name).is_file():
            continue
        try:
            read(folder / name)
        except StudyError as error:
            findings += error.findings
    return findings + check_ensemble(folder, read_model())


def _read_calibration(file: Path) -> object:
    # The room of the reports draws, and takes a second to load: only a study with such a record waits for it.
    from abscopal.rehearsal.reporting.report import read_record

    return read_record(file.parent)


def check_scenarios(protocol: StudyProtocol, file: Path) -> list[Finding]:
    """Lay out each scenario of a study, as a rehearsal does before it computes anything.

    Args:
        protocol: the study file.
        file: where it is.

    Returns:
        One finding a scenario that no rehearsal can use: an unknown setting, or a value that cannot be.
    """
    findings = []
    for scenario in protocol.rehearsal.scenarios if protocol.rehearsal else ():
        try:
            choose_scenario(protocol, identifier=scenario.identifier)
        except OptionError as error:
            message = f"Scenario {scenario.identifier}: {error.found}"
            findings.append(Finding(str(file), None, message, error.remedy))
    return findings


def print_summary(protocol: StudyProtocol, file: Path, console: Console) -> None:
    """Print what the study file holds, by provenance."""
    counts = Counter(entry.provenance for entry in list_provenance(protocol))
    said = ", ".join(f"{counts[mark]} {mark.replace('_', '-')}" for mark in get_args(Provenance))
    primary, identity = protocol.primary_endpoint, protocol.identity
    console.print(
        f"No mistake in {file} ({identity.identifier}, version {protocol.version.number}).",
        f"Arms: {', '.join(arm.identifier for arm in protocol.arms)}. "
        f"Visits: {len(protocol.schedule.visits)}. Endpoints: {len(protocol.endpoints)}; "
        f"primary: {primary.name.en}.",
        f"Values and statements by provenance: {said}.",
        sep="\n",
        markup=False,
    )


def print_unknowns(protocol: StudyProtocol, console: Console, *, every: bool) -> None:
    """Print the unknown values, gathered by what they stop."""
    unknowns = list_unknowns(protocol)
    gathered: dict[str, list[str]] = {}
    for unknown in unknowns:
        gathered.setdefault(unknown.stops, []).append(unknown.path)
    harmless = gathered.pop("", [])
    console.print(
        f"Unknown values: {len(unknowns)}, of which {len(unknowns) - len(harmless)} stop something."
    )
    for stops, paths in gathered.items():
        console.print(f"  stops {stops}:", *(f"    {path}" for path in paths), sep="\n", markup=False)
    if every:
        console.print("  stops nothing:", *(f"    {path}" for path in harmless), sep="\n", markup=False)
    console.print("What is assumed is said wherever it is used; list it with --show assumptions.")


def print_assumptions(protocol: StudyProtocol, console: Console) -> None:
    """Print every assumed value with its reason."""
    for entry in list_assumptions(protocol):
        value = "" if entry.value is None else f" = {entry.value} {entry.unit or ''}".rstrip()
        reason = entry.note.en if entry.note else ""
        console.print(f"  {entry.path}{value}", f"    {reason}", sep="\n", markup=False)
