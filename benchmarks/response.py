"""From lesion measurements to best response: RECIST 1.1 against pandas, every criterion against RECIST 1.1."""

import time
from collections.abc import Callable
from datetime import date, timedelta

import dataframely as dy
import numpy as np
import polars as pl

from abscopal.derivations.response.criteria import CRITERIA, RECIST_1_1
from abscopal.derivations.response.criterion import Criterion
from abscopal.derivations.response.response_table import derive_adrs
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.tables.adam import LesionAssessments, ResponseAnalysis, SubjectLevel
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


def derive(
    assessments: dy.DataFrame[LesionAssessments], criterion: Criterion = RECIST_1_1
) -> dy.DataFrame[ResponseAnalysis]:
    """What is timed: lesions in, validated ADRS out."""
    return derive_adrs(
        assessments, list_patients(assessments), criterion=criterion, settings=ResponseSettings()
    )


def time_once(work: Callable[[], object]) -> float:
    """Seconds of one run."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def run(patients: int = 20_000, pandas_patients: int | None = 2_000) -> list[tuple[str, str, str, str]]:
    """Rows of (what, ours, theirs, ratio); the pandas version runs on the same rows.

    Args:
        patients: simulated patients, 50 lesion measurements each.
        pandas_patients: patients given to pandas, if fewer (its time is scaled up and says so); None for all,
            which takes several minutes.
    """
    assessments = simulate_lesions(patients, seed=1)
    derive(simulate_lesions(200, seed=2))
    ours = min(time_once(lambda: derive(assessments)) for _ in range(3))
    given = pandas_patients or patients
    subset = assessments.filter(pl.col("USUBJID") < str(given).zfill(6))
    plain = subset.to_pandas()
    theirs = time_once(lambda: derive_responses_patient_by_patient(plain)) * patients / given
    half = assessments.filter(pl.col("USUBJID") < str(patients // 2).zfill(6))
    ours_half = min(time_once(lambda: derive(half)) for _ in range(3))
    with_new = add_events(assessments, seed=3)
    times = {
        criterion.title: min(time_once(lambda chosen=criterion: derive(with_new, chosen)) for _ in range(3))
        for criterion in CRITERIA
    }
    alone = times[RECIST_1_1.title]
    note = "" if given == patients else f" (scaled from {given:,} patients)"
    return [
        (
            f"RECIST 1.1, {assessments.height:,} lesion measurements of {patients:,} patients",
            f"{ours:.2f} s",
            f"pandas {theirs:.1f} s{note}",
            f"{theirs / ours:.0f} x",
        ),
        (
            "twice the rows, time taken",
            f"{ours_half:.2f} s -> {ours:.2f} s",
            "linear: 2.0",
            f"{ours / ours_half:.2f}",
        ),
        (
            f"{' + '.join(times)}, {with_new.height:,} lesion measurements",
            " + ".join(f"{seconds:.2f}" for seconds in times.values()) + " s",
            f"{RECIST_1_1.title} alone {alone:.2f} s; goal below 3",
            f"{sum(times.values()) / alone:.2f}",
        ),
    ]


if __name__ == "__main__":
    for row in run():
        print(" | ".join(row))
