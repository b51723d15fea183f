"""The ensemble of a study: many sets of population parameters that all agree with what was published.

One set would pretend to a knowledge that arm-level results do not give. Results are reported over the sets (what
is not known) and over the patients of each (chance) apart. The sets stand in a small table in the study folder,
under lines that say how they were made. Without the file there is one set: the medians of the scenario.
"""

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml
from pydantic import Field, ValidationError

from abscopal.errors import Finding, OutputError, StudyError
from abscopal.exchange.file_swap import replace_together
from abscopal.protocol.part import Part
from abscopal.rehearsal.model.description import ModelDescription
from abscopal.rehearsal.scenario import Scenario, list_operations

ENSEMBLE_FILE = "ensemble.csv"
OWN_COLUMNS = ("draw", "weight")
# Parts of the description that change no number of a rehearsal.
WORDS = frozenset({"text", "title", "source", "sources", "status"})


@dataclass(frozen=True, slots=True)
class ParameterDraw:
    """One set of population parameters.

    Args:
        identifier: its number.
        medians: values by name: a median of the model, a spread (`sd_<symbol>`), or an operational setting.
        weight: how much it counts among the others.
    """

    identifier: int
    medians: Mapping[str, float]
    weight: float = 1.0


class EnsembleOrigin(Part):
    """How an ensemble was made, as its file says."""

    method: str = Field(description="How the sets were found.")
    command: str = Field(description="Command that makes them again.")
    date: str = Field(description="Day on which they were made.")
    seed: int = Field(description="Seed of every random number.")
    patients: int = Field(ge=1, description="Virtual patients of each arm and set.")
    model: str = Field(description="Fingerprint of the model for which they were made.")
    targets: tuple[str, ...] = Field(description="Published results that were fitted.")
    held_out: tuple[str, ...] = Field(default=(), description="Published results that were only looked at.")


NOMINAL = (ParameterDraw(0, MappingProxyType({})),)


def compute_model_hash(model: ModelDescription) -> str:
    """Fingerprint of a model: it changes when an equation, a value or a spread does, not when a word does.

    Args:
        model: the description.

    Returns:
        Sixteen hexadecimal digits.
    """
    counted = _leave_words_out(model.model_dump(mode="json"))
    return hashlib.sha256(json.dumps(counted, sort_keys=True).encode()).hexdigest()[:16]


def read_ensemble(folder: Path) -> tuple[ParameterDraw, ...]:
    """Read the sets of parameters of a study.

    Args:
        folder: the study folder.

    Returns:
        The sets; without a file, one set 0 that changes nothing in the scenario.

    Raises:
        StudyError: the file cannot be read as an ensemble.
    """
    file = folder / ENSEMBLE_FILE
    if not file.is_file():
        return NOMINAL
    _, rows = _split(file)
    table = csv.DictReader(io.StringIO("".join(rows)))
    if table.fieldnames is None or tuple(table.fieldnames[:2]) != OWN_COLUMNS:
        raise _make_error(file, None, "The table does not begin with the columns draw and weight.")
    draws: list[ParameterDraw] = []
    for row in table:
        try:
            numbers = {name: float(text) for name, text in row.items()}
        except (TypeError, ValueError):
            raise _make_error(
                file, None, f"Row {len(draws) + 1} holds something that is no number."
            ) from None
        medians = {name: number for name, number in numbers.items() if name not in OWN_COLUMNS}
        draws.append(ParameterDraw(int(numbers["draw"]), MappingProxyType(medians), numbers["weight"]))
    if not draws:
        raise _make_error(file, None, "The table holds no set of parameters.")
    return tuple(draws)


def read_ensemble_origin(folder: Path) -> EnsembleOrigin | None:
    """Read how the ensemble of a study was made.

    Args:
        folder: the study folder.

    Returns:
        Its origin; nothing where the study has no ensemble.

    Raises:
        StudyError: the lines above the table do not say it.
    """
    file = folder / ENSEMBLE_FILE
    if not file.is_file():
        return None
    head, _ = _split(file)
    try:
        return EnsembleOrigin.model_validate(yaml.safe_load(head) or {})
    except (yaml.YAMLError, ValidationError):
        raise _make_error(
            file, 1, "The lines above the table do not say how the ensemble was made."
        ) from None


def write_ensemble(folder: Path, draws: Sequence[ParameterDraw], origin: EnsembleOrigin) -> Path:
    """Write an ensemble.

    Args:
        folder: the folder to write in.
        draws: the sets of parameters; all of them give the same names.
        origin: how they were made.

    Returns:
        The file.

    Raises:
        OutputError: the folder cannot be written.
    """
    names = list(draws[0].medians)
    head = yaml.safe_dump(origin.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=110)
    lines = [f"# {line}".rstrip() for line in head.splitlines()]
    lines.append(",".join([*OWN_COLUMNS, *names]))
    for draw in draws:
        numbers = [f"{draw.medians[name]:.6g}" for name in names]
        lines.append(",".join([str(draw.identifier), f"{draw.weight:.6g}", *numbers]))
    file = folder / ENSEMBLE_FILE
    try:
        replace_together({file: "\n".join(lines) + "\n"})
    except OSError as error:
        raise OutputError(
            f"The ensemble cannot be written ({error.strerror}).",
            where=str(file),
            remedy="Choose another --out.",
        ) from error
    return file


def apply_draw(scenario: Scenario, draw: ParameterDraw) -> Scenario:
    """Lay a set of parameters over a scenario.

    Args:
        scenario: the scenario.
        draw: the set; it wins over the scenario.

    Returns:
        The scenario with these medians, spreads and settings.
    """
    settings = {operation.name for operation in list_operations()}
    values = tuple(
        replace(item, value=draw.medians[item.name]) if item.name in draw.medians else item
        for item in scenario.values
    )
    own = {name: number for name, number in draw.medians.items() if name not in settings}
    return replace(scenario, values=values, medians=MappingProxyType({**scenario.medians, **own}))


def check_ensemble(folder: Path, model: ModelDescription) -> list[Finding]:
    """Check the ensemble of a study, where it has one.

    Args:
        folder: the study folder.
        model: the model in force.

    Returns:
        Mistakes: a file that cannot be read, or names that neither the model nor the settings know.
    """
    try:
        read_ensemble_origin(folder)
        draws = read_ensemble(folder)
    except StudyError as error:
        return error.findings
    symbols = {parameter.symbol for parameter in model.parameters}
    known = {operation.name for operation in list_operations()} | symbols
    strange = sorted(name for name in draws[0].medians if name.removeprefix("sd_") not in known)
    file = str(folder / ENSEMBLE_FILE)
    return [
        Finding(
            file, None, f"'{name}' is neither a parameter of the model nor a setting.", "Calibrate again."
        )
        for name in strange
    ]


def explain_stale_ensemble(folder: Path, model: ModelDescription) -> str:
    """Say that an ensemble was made for another model, or nothing when it fits.

    Args:
        folder: the study folder.
        model: the model in force.

    Returns:
        A sentence, empty when there is nothing to say.

    Raises:
        StudyError: the file does not say how it was made.
    """
    origin = read_ensemble_origin(folder)
    if origin is None or origin.model == compute_model_hash(model):
        return ""
    return (
        f"{folder / ENSEMBLE_FILE} was made on {origin.date} for another version of the model: its sets may no "
        f"longer agree with what was published. Make it again: {origin.command}"
    )


def _leave_words_out(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _leave_words_out(value) for key, value in part.items() if key not in WORDS}
    return [_leave_words_out(item) for item in part] if isinstance(part, list) else part


def _split(file: Path) -> tuple[str, list[str]]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    except (OSError, UnicodeDecodeError) as error:
        raise _make_error(file, None, f"The file cannot be read ({type(error).__name__}).") from error
    head = "".join(line.removeprefix("#").removeprefix(" ") for line in lines if line.startswith("#"))
    return head, [line for line in lines if not line.startswith("#")]


def _make_error(file: Path, line: int | None, message: str) -> StudyError:
    return StudyError([Finding(str(file), line, message, "Make it again with abscopal calibrate.")])
