"""From lesion measurements to best response: RECIST 1.1 against pandas, every criterion against RECIST 1.1."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import dataframely as dy
import numpy as np
import polars as pl

from abscopal.derivations.response.criteria import CRITERIA, RECIST_1_1
from abscopal.derivations.response.response_table import derive_adrs, derive_adrs_by_criterion
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.tables.adam import LesionAssessments, ResponseAnalysis, SubjectLevel
from benchmarks.lesion_tables import write_down
from benchmarks.pandas_response import derive_responses_patient_by_patient

LESIONS = 5
ASSESSMENTS = 10
DAY_0 = date(2024, 1, 1)


def simulate_lesions(patients: int, seed: int) -> dy.DataFrame[LesionAssessments]:
    """Three targets (one a node), two non-targets, ten assessments; some missing."""
    generator = np.random.default_rng(seed)
    shape = (patients, ASSESSMENTS, LESIONS)
    patient, visit, lesion = (axis.ravel() for axis in np.indices(shape))
    growth = generator.normal(-0.05, 0.15, shape).cumsum(axis=1)
    start = generator.uniform(15, 60, (patients, 1, LESIONS))
    tenths = np.maximum(np.round(10 * start * np.exp(growth)), 0).astype(np.int64).ravel()
    tenths = np.where(tenths < 40, 0, tenths)
    missing = (generator.random(tenths.size) < 0.01) & (visit > 0)
    target = lesion < 3
    progressed = (generator.random(tenths.size) < 0.01) & (visit > 0)
    state = np.select(
        [missing, target & (tenths > 0), target, progressed, tenths == 0],
        ["NOT_EVALUATED", "MEASURED", "ABSENT", "UNEQUIVOCAL_PROGRESSION", "ABSENT"],
        "PRESENT",
    )
    frame = pl.DataFrame(
        {
            "USUBJID": pl.Series(patient).cast(pl.String).str.zfill(6),
            "READER": pl.repeat("INVESTIGATOR", tenths.size, eager=True),
            "TULNKID": pl.Series(lesion).cast(pl.String),
            "AVISITN": visit,
            "ADT": pl.repeat(DAY_0, tenths.size, eager=True).dt.offset_by(
                pl.Series(visit * 42).cast(pl.String) + "d"
            ),
            "ADTF": pl.Series([None] * tenths.size, dtype=pl.String),
            "LSROLE": np.where(target, "TARGET", "NON-TARGET"),
            "LSNODE": lesion == 2,
            "LSLOC": pl.repeat("LIVER", tenths.size, eager=True),
            "LSSTATE": state,
            "LSTENTH": pl.Series(tenths).set(pl.Series(missing | ~target), None),
            "LSCHANGE": pl.Series([None] * tenths.size, dtype=pl.String),
            "SYMPFL": pl.Series([None] * tenths.size, dtype=pl.String),
            "INJDT": pl.Series([None] * tenths.size, dtype=pl.Date),
            "ACCFL": pl.repeat("Y", tenths.size, eager=True),
        }
    )
    return LesionAssessments.validate(frame, cast=True)


def add_events(assessments: dy.DataFrame[LesionAssessments], seed: int) -> dy.DataFrame[LesionAssessments]:
    """The same patients, a third of them with a new lesion from the fourth assessment on, which drifts in size.

    Two targets are injected, one at the start and one at the fourth assessment.
    """
    generator = np.random.default_rng(seed)
    drawn = assessments.filter(pl.col("TULNKID") == "3", pl.col("AVISITN") >= 4)
    some = drawn.filter(pl.col("USUBJID").cast(pl.Int64) % 3 == 0)
    new = some.with_columns(
        TULNKID=pl.lit("NEW"),
        LSROLE=pl.lit("NEW"),
        LSSTATE=pl.lit("UNEQUIVOCAL"),
        LSTENTH=pl.Series(generator.integers(80, 300, some.height)),
    )
    words = np.array([None, None, None, "SAME", "INCREASED", "DECREASED"])
    whole = pl.concat([assessments, new])
    said = pl.Series(generator.choice(words, whole.height).tolist(), dtype=pl.String)
    worded = whole.with_columns(
        LSCHANGE=pl.when(pl.col("LSROLE") == "NON-TARGET").then(said),
        INJDT=pl.when(pl.col("TULNKID") == "0")
        .then(DAY_0 + timedelta(days=7))
        .when(pl.col("TULNKID") == "1")
        .then(DAY_0 + timedelta(days=130)),
    )
    return LesionAssessments.validate(worded, cast=True)


def list_patients(assessments: dy.DataFrame[LesionAssessments]) -> dy.DataFrame[SubjectLevel]:
    """One row a patient, starting on day 0."""
    empty = SubjectLevel.create_empty()
    known = (
        assessments.select("USUBJID")
        .unique()
        .with_columns(
            STUDYID=pl.lit("B"),
            SUBJID=pl.col("USUBJID"),
            SITEID=pl.lit("1"),
            SEX=pl.lit("U"),
            REFDT=pl.lit(DAY_0),
        )
    )
    return SubjectLevel.validate(pl.concat([empty, known], how="diagonal_relaxed"), cast=True)


def derive(assessments: dy.DataFrame[LesionAssessments]) -> dy.DataFrame[ResponseAnalysis]:
    """Lesions in, the ADRS of RECIST 1.1 out."""
    return derive_adrs(
        assessments, list_patients(assessments), criterion=RECIST_1_1, settings=ResponseSettings()
    )


def derive_all(assessments: dy.DataFrame[LesionAssessments]) -> dict[str, dy.DataFrame[ResponseAnalysis]]:
    """Lesions in, the ADRS of every criterion out, in one call."""
    return derive_adrs_by_criterion(
        assessments, list_patients(assessments), criteria=CRITERIA, settings=ResponseSettings()
    )


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took: seconds of the processor, threads included, and seconds of the clock."""

    processor: float
    clock: float


def measure(*works: Callable[[], object], repeats: int = 3) -> list[Cost]:
    """The cheapest of several runs of each piece of work; they take turns, so that both meet the same machine."""
    costs: list[list[Cost]] = [[] for _ in works]
    for _ in range(repeats):
        for found, work in zip(costs, works, strict=True):
            processor, clock = time.process_time(), time.perf_counter()
            work()
            found.append(Cost(time.process_time() - processor, time.perf_counter() - clock))
    return [Cost(min(cost.processor for cost in found), min(cost.clock for cost in found)) for found in costs]


def compare_with_pandas(patients: int, given: int) -> tuple[str, str, str, str]:
    """RECIST 1.1 against pandas on the same rows."""
    assessments = simulate_lesions(patients, seed=1)
    derive(simulate_lesions(200, seed=2))
    (ours,) = measure(lambda: derive(assessments))
    plain = assessments.filter(pl.col("USUBJID") < str(given).zfill(6)).to_pandas()
    (theirs,) = measure(lambda: derive_responses_patient_by_patient(plain), repeats=1)
    scaled = theirs.clock * patients / given
    note = "" if given == patients else f" (scaled from {given:,} patients)"
    return (
        f"RECIST 1.1, {assessments.height:,} lesion measurements of {patients:,} patients",
        f"{ours.clock:.2f} s",
        f"pandas {scaled:.1f} s{note}",
        f"{scaled / ours.clock:.0f} x",
    )


def compare_with_one_criterion(sizes: Sequence[int]) -> list[tuple[str, str, str, str]]:
    """Every criterion in one call against RECIST 1.1 alone, for more and more patients.

    Twice: from the measurements and the injection log to the responses, which is what a study asks for, and from
    lesions that are already lined up, where the criteria share less.
    """
    rows = []
    per_million = []
    for patients in sizes:
        simulated = add_events(simulate_lesions(patients, seed=1), seed=3)
        adsl, written = list_patients(simulated), write_down(simulated)
        lesions = written.line_up(adsl)
        if lesions.height != simulated.height:
            raise AssertionError("the tables do not give back the lesions that they were written from")
        together, alone, criteria_together, criterion_alone = measure(
            lambda given=written, known=adsl: derive_all(given.line_up(known)),
            lambda given=written, known=adsl: derive(given.line_up(known)),
            lambda given=lesions: derive_all(given),
            lambda given=lesions: derive(given),
        )
        per_million.append(together.processor * 1e6 / lesions.height)
        told = f"{len(CRITERIA)} criteria in one call, {lesions.height:,} lesion measurements"
        rows += [
            (f"{told}, from TU, TR and EX", *_compare(together, alone, goal="; goal 3")),
            (f"{told}, from lesions lined up", *_compare(criteria_together, criterion_alone)),
        ]
    shown = " -> ".join(f"{seconds:.1f}" for seconds in per_million)
    rows.append(
        (
            "from TU, TR and EX, per million measurements",
            f"{shown} s of processor",
            "linear: 1.0",
            f"{per_million[-1] / per_million[0]:.2f}",
        )
    )
    return rows


def _compare(together: Cost, alone: Cost, goal: str = "") -> tuple[str, str, str]:
    return (
        f"{together.processor:.2f} s of processor, {together.clock:.2f} s",
        f"{RECIST_1_1.title} alone {alone.processor:.2f} s of processor, {alone.clock:.2f} s",
        f"{together.processor / alone.processor:.1f}, {together.clock / alone.clock:.1f}{goal}",
    )


def run(
    patients: int = 20_000,
    pandas_patients: int | None = 2_000,
    sizes: Sequence[int] = (5_000, 20_000, 80_000),
) -> list[tuple[str, str, str, str]]:
    """Rows of (what, ours, theirs, ratio); the pandas version runs on the same rows.

    Args:
        patients: simulated patients, 50 lesion measurements each.
        pandas_patients: patients given to pandas, if fewer (its time is scaled up and says so); None for all,
            which takes several minutes.
        sizes: numbers of patients, 52 lesion measurements each, in whom every criterion is derived.
    """
    return [compare_with_pandas(patients, pandas_patients or patients), *compare_with_one_criterion(sizes)]


if __name__ == "__main__":
    for row in run():
        print(" | ".join(row))
