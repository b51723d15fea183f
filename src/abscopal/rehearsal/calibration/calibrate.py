"""A calibration from the study file to its ensemble, round by round."""

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from abscopal.errors import OptionError, OutputError
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.rehearsal.calibration.candidates import Answer, Question, make_question, simulate_candidate
from abscopal.rehearsal.calibration.priors import Prior, choose_priors, compute_medians
from abscopal.rehearsal.calibration.search import Position, Tried, Try, continue_search, start_search
from abscopal.rehearsal.calibration.targets import Target, list_targets
from abscopal.rehearsal.ensemble import ParameterDraw, compute_model_hash
from abscopal.rehearsal.model.description import ModelDescription
from abscopal.rehearsal.scenario import Scenario

Floats = NDArray[np.float64]
Spread = Callable[..., Iterable[Any]]
PROGRESS_FILE = "calibration_progress.npz"


@dataclass(frozen=True, slots=True)
class Calibration:
    """What is fitted to what, and with which chance.

    Args:
        study_hash: hash of the study file.
        priors: what is believed before.
        question: what candidates are tried on while searching.
        targets: every result, fitted or not, for the final look.
        candidates: how many candidates, and sets in the ensemble.
        rounds: rounds in all.
        seed: seed.
    """

    study_hash: str
    priors: tuple[Prior, ...]
    question: Question
    targets: tuple[Target, ...]
    candidates: int
    rounds: int
    seed: int

    @property
    def fingerprint(self) -> str:
        """What a saved position must have been made of to go on from it."""
        question = self.question
        parts = [
            self.study_hash, compute_model_hash(question.model), str(self.priors), str(question.targets),
            question.patients, question.tolerance, self.candidates, self.seed,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def plan_calibration(
    protocol: StudyProtocol,
    model: ModelDescription,
    scenario: Scenario,
    *,
    study_hash: str,
    candidates: int,
    rounds: int,
    patients: int,
    seed: int,
) -> Calibration:
    """Lay out a calibration.

    Args:
        protocol: the study file.
        model: the model.
        scenario: the scenario.
        study_hash: hash of the study file.
        candidates: how many candidates.
        rounds: rounds in all.
        patients: virtual patients of each arm and candidate.
        seed: seed.

    Returns:
        The plan.

    Raises:
        OptionError: nothing was published to fit, nothing may be moved, or the numbers are too small.
    """
    targets = list_targets(protocol)
    fitted = tuple(target for target in targets if target.use == "fit")
    if not fitted or not protocol.rehearsal.fitted:
        missing = "no published result to fit" if not fitted else "no parameter to move"
        raise OptionError(
            f"The study file has {missing}, so there is nothing to calibrate.",
            where="rehearsal",
            remedy="Its rehearsal uses the medians of its scenario; fill in targets and fitted to change that.",
        )
    if candidates < 8 or candidates % 2:
        raise OptionError(
            f"{candidates} sets are too few, or odd.",
            where="--draws",
            remedy="Ask for an even number from 8 on.",
        )
    question = make_question(model, protocol, scenario, fitted, patients=patients, stream=f"{seed}/search")
    priors = choose_priors(protocol.rehearsal.fitted, model, scenario)
    return Calibration(study_hash, priors, question, targets, candidates, rounds, seed)


def run_calibration(
    calibration: Calibration, position: Position | None, *, spread: Spread = map
) -> Iterator[Position]:
    """Search, from the start or from a saved position.

    Args:
        calibration: the plan.
        position: where to go on from; None to begin.
        spread: what applies a function to many values in order, such as the map of a pool of processes. The
            numbers do not depend on it.

    Yields:
        The position after each round.
    """
    attempt = _make_attempt(calibration, spread)
    if position is None:
        position = start_search(
            attempt,
            parameters=len(calibration.priors),
            candidates=calibration.candidates,
            seed=calibration.seed,
        )
        yield position
    yield from continue_search(
        attempt, calibration.question.targets, position, rounds=calibration.rounds, seed=calibration.seed
    )


def compute_draws(calibration: Calibration, position: Position) -> tuple[ParameterDraw, ...]:
    """The sets of parameters that a position stands for, equal in weight."""
    return tuple(
        ParameterDraw(number, MappingProxyType(compute_medians(calibration.priors, scores)))
        for number, scores in enumerate(position.scores, start=1)
    )


def simulate_draws(
    calibration: Calibration, draws: Sequence[ParameterDraw], *, spread: Spread = map
) -> Iterator[Answer]:
    """Look at every published result again, fitted or held out, on patients the search has not seen.

    Args:
        calibration: the plan.
        draws: the sets of parameters.
        spread: what applies a function to many values in order.

    Yields:
        What each set gives.

    Raises:
        OptionError: a set describes nobody.
    """
    question = calibration.question
    fresh = make_question(
        question.model,
        question.protocol,
        question.scenario,
        calibration.targets,
        patients=question.patients,
        stream=f"{calibration.seed}/check",
        directions=question.protocol.rehearsal.directions,
    )
    answers = spread(partial(simulate_candidate, fresh), [dict(draw.medians) for draw in draws])
    for draw, answer in zip(draws, answers, strict=True):
        if answer is None:
            raise OptionError(
                f"Set {draw.identifier} describes nobody with growing lesions among other patients.",
                where="calibration",
                remedy="Calibrate with more --patients.",
            )
        yield answer


def write_progress(folder: Path, calibration: Calibration, position: Position) -> None:
    """Save a position, so that an interrupted search goes on from there.

    Args:
        folder: the folder of the calibration.
        calibration: the plan.
        position: the position.

    Raises:
        OutputError: the folder cannot be written.
    """
    file = folder / PROGRESS_FILE
    part = file.with_suffix(".part.npz")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(
            part,
            fingerprint=np.array(calibration.fingerprint),
            scores=position.scores,
            judged=position.judged,
            likelihood=position.likelihood,
            entered=position.entered,
            counts=np.array([position.rounds, position.accepted, position.proposed], dtype=np.float64),
        )
        part.replace(file)
    except OSError as error:
        raise OutputError(
            f"The progress cannot be saved ({error.strerror}).",
            where=str(file),
            remedy="Choose another --out.",
        ) from error


def read_progress(folder: Path, calibration: Calibration) -> Position | None:
    """Read a saved position.

    Args:
        folder: the folder of the calibration.
        calibration: the plan.

    Returns:
        The position; nothing where there is none.

    Raises:
        OutputError: the file is damaged, or belongs to another calibration, which would be lost.
    """
    file = folder / PROGRESS_FILE
    if not file.is_file():
        return None
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as saved:
            if str(saved["fingerprint"]) != calibration.fingerprint:
                raise _tell_other(file, int(saved["counts"][0]))
            rounds, accepted, proposed = (int(number) for number in saved["counts"])
            return Position(
                saved["scores"],
                saved["judged"],
                saved["likelihood"],
                rounds,
                accepted,
                proposed,
                saved["entered"],
            )
    except (ValueError, KeyError, OSError, EOFError, BadZipFile, zlib.error) as error:
        raise OutputError(
            "The saved progress is damaged.",
            where=str(file),
            remedy="Remove it to begin again, or choose another --out.",
        ) from error


def _tell_other(file: Path, rounds: int) -> OutputError:
    return OutputError(
        f"The folder holds {rounds} finished rounds of another calibration: another seed, study, model, or number of "
        "patients or sets. They would be lost.",
        where=str(file),
        remedy="Choose another --out, give the command of that calibration to go on with it, or remove the file.",
    )


def _make_attempt(calibration: Calibration, spread: Spread) -> Try:
    one = partial(_try_one, calibration.question, calibration.priors)

    def attempt(scores: Floats) -> list[Tried]:
        return list(spread(one, scores))

    return attempt


def _try_one(question: Question, priors: tuple[Prior, ...], scores: Floats) -> Tried:
    names = [target.identifier for target in question.targets]
    answer = simulate_candidate(question, compute_medians(priors, scores))
    if answer is None:
        return Tried(np.full(len(names), np.nan), -np.inf)
    return Tried(np.array([answer.judged[name] for name in names]), answer.likelihood)
