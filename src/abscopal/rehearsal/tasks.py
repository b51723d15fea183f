"""One piece of work: patients of one arm, under one draw of the parameters, from nothing to their endpoints.

A task is known by its content: study, seed, draw, arm, range of patients, model, scenario, code. The same task
gives the same rows on any worker, so that rows of an earlier run are as good as new ones.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from abscopal.protocol.schedule import Visit
from abscopal.rehearsal.arm_plans import ArmPlan
from abscopal.rehearsal.courses import Settings, simulate_courses
from abscopal.rehearsal.endpoint_rules import EndpointRules
from abscopal.rehearsal.endpoints import PatientEndpoints, derive_endpoints
from abscopal.rehearsal.model.description import read_model
from abscopal.rehearsal.random_numbers import make_key
from abscopal.rehearsal.readings import PlannedScan, derive_readings
from abscopal.rehearsal.scenario import Scenario, ScenarioValue
from abscopal.rehearsal.seen_progression import watch_progression
from abscopal.rehearsal.true_endpoints import derive_true_columns

CHUNK = 3072
"""Patients of one task. It never depends on the workers: who shares a block with whom is part of the result. More
would be quicker for many trials, fewer for few."""
ARM_STRIDE = 1 << 40
"""Numbers between the first patients of two arms where each patient is in one arm only."""
SOURCES = ("rehearsal", "rehearsal/engine", "rehearsal/model", "derivations")
"""Folders whose code decides the rows; of the derivations also what lies below."""
KEPT = {
    "treated": np.bool_, "failed": np.bool_, "severe": np.bool_, "severe_day": np.float64, "complete": np.bool_,
    "evaluable_day": np.float64, "died_first": np.bool_,
    "responds": np.bool_, "best": np.int8, "distant_measurable": np.bool_, "distant_responds": np.bool_,
    "injected_targets": np.int8, "injected_shrunk": np.int8, "distant_targets": np.int8, "distant_shrunk": np.int8,
    "progression_day": np.float64, "progressed": np.bool_, "survival_day": np.float64, "died": np.bool_,
    "doses": np.int16, "product_delay": np.float32, "lacks_product": np.bool_,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PackedScan:
    """A planned scan as plain values; its visit as JSON, since parts of a study file do not travel as they are."""

    visit: str
    repetition: int
    day: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that decides the endpoints of a patient of one arm, as plain values that travel between machines.

    Args:
        study_hash: hash of the study file.
        seed: seed of the rehearsal.
        draw: number of the draw of the parameters.
        chance: whose chance it is, the arm; the same word in every arm gives clones the same luck everywhere.
        plan: calendar of the arm.
        scans: planned scans.
        scenario: name of the scenario.
        values: settings in force.
        medians: parameters of the model that differ from its description.
        rules: rules by which endpoints are read.
        settings: horizon, tolerance, filter.
    """

    study_hash: str
    seed: int
    draw: int
    chance: str
    plan: ArmPlan
    scans: tuple[PackedScan, ...]
    scenario: str
    values: tuple[ScenarioValue, ...]
    medians: Mapping[str, float]
    rules: EndpointRules
    settings: Settings


@dataclass(frozen=True, slots=True)
class Task:
    """Patients `first` to `first + CHUNK` of a recipe."""

    recipe: Recipe
    first: int

    @property
    def key(self) -> str:
        """Hash of everything that decides the rows."""
        return _hash({**_describe(self.recipe), "first": self.first, "patients": CHUNK})


def simulate_task(task: Task) -> pl.DataFrame:
    """Simulate the patients of a task.

    Args:
        task: the task.

    Returns:
        One row a patient, in order of number: their endpoints as the trial sees them, and as they truly are.
    """
    recipe = task.recipe
    scenario = Scenario(recipe.scenario, recipe.values, recipe.medians)
    arm_key = make_key(recipe.study_hash, recipe.seed, recipe.draw, recipe.chance)
    scans = tuple(
        PlannedScan(Visit.model_validate_json(scan.visit), scan.repetition, scan.day, scan.before, scan.after)
        for scan in recipe.scans
    )
    courses = simulate_courses(
        read_model(),
        recipe.plan,
        scenario,
        np.arange(task.first, task.first + CHUNK),
        study_hash_key=make_key(recipe.study_hash, recipe.seed, recipe.draw),
        arm_key=arm_key,
        settings=recipe.settings,
        watch=watch_progression(scenario, lambda: scans, arm_key=arm_key),
    )
    readings = derive_readings(courses, scans, scenario, arm_key=arm_key)
    endpoints = derive_endpoints(courses, readings, recipe.rules)
    columns = list_endpoint_columns(endpoints)
    columns |= derive_true_columns(courses, scans, scenario, recipe.rules)
    # How many draws the plausibility filter took: its acceptance is reported.
    columns["draws"] = courses.draws.astype(np.int16)
    return pl.DataFrame(columns)


def list_endpoint_columns(endpoints: PatientEndpoints) -> dict[str, NDArray[Any]]:
    """The endpoints that a trial is read from, by name, each in the type in which it is kept.

    Args:
        endpoints: endpoints of patients of one arm.

    Returns:
        One array a name, one value a patient.
    """
    return {name: np.asarray(getattr(endpoints, name), dtype=kind) for name, kind in KEPT.items()}


def pack_scans(scans: Sequence[PlannedScan]) -> tuple[PackedScan, ...]:
    """Make planned scans fit to travel."""
    return tuple(
        PackedScan(scan.visit.model_dump_json(), scan.repetition, scan.day, scan.before, scan.after)
        for scan in scans
    )


@cache
def compute_code_hash() -> str:
    """Hash the sources that decide the rows, and the versions of what they are compiled with."""
    digest = hashlib.sha256()
    for room in SOURCES:
        for file in _list_sources(files("abscopal").joinpath(*room.split("/")), below=room == "derivations"):
            if file.name not in _OF_TRIALS:
                digest.update(file.name.encode() + file.read_bytes())
    for package in ("numpy", "numba", "scipy"):
        digest.update(f"{package} {version(package)}".encode())
    return digest.hexdigest()


def _list_sources(folder: Traversable, *, below: bool) -> Iterator[Traversable]:
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.name.endswith((".py", ".yml")):
            yield item
        elif below and item.is_dir() and item.name != "__pycache__":
            yield from _list_sources(item, below=True)


# Files of the rehearsal that only put endpoints together: a change in them leaves the patients as they were.
_OF_TRIALS = (
    "acting.py", "array_curves.py", "array_statistics.py", "characteristic.py", "comparison.py", "estimator_quality.py",
    "landmarks.py", "operating_characteristics.py", "recruitment.py", "rehearsing.py", "trial_design.py", "trials.py",
    "workers.py", "stopping.py",
)  # fmt: skip


def _describe(recipe: Recipe) -> dict[str, Any]:
    return {
        "study": recipe.study_hash,
        "seed": recipe.seed,
        "draw": recipe.draw,
        "chance": recipe.chance,
        "plan": asdict(recipe.plan),
        "scans": [(scan.day, scan.before, scan.after) for scan in recipe.scans],
        "values": {item.name: item.value for item in recipe.values},
        "medians": dict(recipe.medians),
        "rules": asdict(recipe.rules),
        "settings": asdict(recipe.settings),
        "code": compute_code_hash(),
    }


def _hash(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
