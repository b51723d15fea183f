"""The rehearsal: virtual patients against libroadrunner on the exported model, and whole trials end to end."""

import multiprocessing
import os
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import antimony
import numpy as np
import roadrunner

from abscopal.protocol.reading import read_study
from abscopal.rehearsal.comparison import plan_variants
from abscopal.rehearsal.courses import Settings
from abscopal.rehearsal.engine.cohort import advance, give_doses, make_cohort
from abscopal.rehearsal.ensemble import read_ensemble
from abscopal.rehearsal.model.antimony_text import GivenDose, write_antimony
from abscopal.rehearsal.model.description import read_model
from abscopal.rehearsal.operating_characteristics import compute_characteristics
from abscopal.rehearsal.rehearsing import choose_ensemble, rehearse_trials
from abscopal.rehearsal.workers import Cache, Workforce

PATIENTS, THEIRS, LESIONS = 8192, 40, 3
END, TOLERANCE = 180.0, 1e-6
WEEKS = [float(day) for day in range(7, 180, 7)]
CALENDAR = [(21.0 * cycle, 78.0, 23.4) for cycle in range(4)] + [
    (84.0 + 14 * k, 234.0, 0.0) for k in range(7)
]
TRIALS, CORES = 10_000, 2
Row = tuple[str, str, str, str]


def draw_values() -> dict[str, Any]:
    """Parameters of patients who differ, so that no lane is like another."""
    generator = np.random.default_rng(1)
    values: dict[str, Any] = {}
    for parameter in read_model().parameters:
        shape = {"shared": (), "patient": (PATIENTS,), "lesion": (PATIENTS, LESIONS)}[parameter.scope]
        spread = np.exp(0.3 * generator.standard_normal(shape)) if shape else 1.0
        values[parameter.symbol] = parameter.value * spread
    values["w"] = np.full(PATIENTS, 1 / 3)
    return values


def integrate(values: dict[str, Any]) -> tuple[float, np.ndarray]:
    """Our engine: seconds of one core, and the first lesion's volume week by week."""
    model = read_model()
    start = time.process_time()
    cohort = make_cohort(model, values, lesions=LESIONS)
    kept = []
    ends = [day for day, _, _ in CALENDAR[1:]] + [END]
    for (day, nivolumab, ipilimumab), until in zip(CALENDAR, ends, strict=True):
        give_doses(cohort, "nivolumab_intravenous", np.full(PATIENTS, nivolumab))
        into = np.zeros((PATIENTS, LESIONS))
        into[:, 0] = ipilimumab
        give_doses(cohort, "ipilimumab_intratumoral", into)
        at = [week for week in WEEKS if day < week <= until]
        kept.append(advance(cohort, until=until, tolerance=TOLERANCE, at=at, keep=["T", "H"])["T"][:, :, 0])
    return time.process_time() - start, np.concatenate(kept, axis=1)


def integrate_elsewhere(values: dict[str, Any]) -> tuple[float, np.ndarray]:
    """CVODE of libroadrunner on the exported SBML, at the same tolerance; compiling each model is not counted."""
    doses = [GivenDose("nivolumab_intravenous", day, dose) for day, dose, _ in CALENDAR]
    doses += [GivenDose("ipilimumab_intratumoral", day, dose, lesion=0) for day, _, dose in CALENDAR if dose]
    spent, found = 0.0, []
    for number in range(THEIRS):
        own = {
            name: float(value) if np.ndim(value) == 0 else value[number].tolist()
            for name, value in values.items()
        }
        antimony.loadAntimonyString(write_antimony(read_model(), own, doses, lesions=LESIONS))
        runner = roadrunner.RoadRunner(antimony.getSBMLString(read_model().name))
        runner.integrator.relative_tolerance, runner.integrator.absolute_tolerance = (
            TOLERANCE,
            TOLERANCE * 1e-3,
        )
        runner.integrator.stiff = False  # Adams: the faster of its two methods on this model
        start = time.process_time()
        answer = np.array(runner.simulate(0, END, int(END) + 1, ["time", "T_1"]))
        spent += time.process_time() - start
        found.append(answer[[int(week) for week in WEEKS], 1])
        antimony.clearPreviousLoads()
    return spent, np.array(found)


def compare_engines() -> Row:
    """Patients a second and core, both in this run."""
    values = draw_values()
    integrate(values)
    ours, courses = integrate(values)
    theirs, other = integrate_elsewhere(values)
    off = np.abs(courses[:THEIRS] / other - 1).max()
    speed, their_speed = PATIENTS / ours, THEIRS / theirs
    return (
        f"virtual patients, {END:g} days at {TOLERANCE:g}, {LESIONS} lesions, one core (largest difference {off:.0e})",
        f"{speed:,.0f}/s",
        f"{their_speed:,.0f}/s (libroadrunner, Adams)",
        f"{speed / their_speed:,.0f} x (goals 20 x, 20,000/s)",
    )


def rehearse() -> Row:
    """Ten thousand trials from patients to conclusions."""
    study = read_study("nivipit")
    draws = choose_ensemble(read_ensemble(study.folder), trials=TRIALS)
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as place:
        (found,) = rehearse_trials(
            study.protocol,
            plan_variants(study.protocol, []),
            trials=TRIALS,
            study_hash=study.document_hash,
            seed=1,
            draws=draws,
            settings=Settings(365.0, TOLERANCE),
            cache=Cache(Path(place)),
            workforce=Workforce(CORES),
            report=lambda *_: None,
        )
        compute_characteristics(found)
    spent = time.perf_counter() - start
    for worker in multiprocessing.active_children():
        worker.join()  # their time and memory are known once they have ended
    own, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    memory = (own.ru_maxrss + CORES * others.ru_maxrss) / 1024
    load = os.getloadavg()[0]
    return (
        f"{TRIALS:,} trials of {found.variant.design.patients}, {CORES} processes, 365 days, "
        f"{len(draws)} draws (load {load:.0f})",
        f"{spent:.0f} s, {memory:,.0f} MB",
        f"{others.ru_utime:.0f} s of CPU in workers",
        "goals 60 s, 2,000 MB",
    )


def run() -> list[Row]:
    """Both; the log-rank over many trials is timed with the estimators."""
    return [compare_engines(), rehearse()]
