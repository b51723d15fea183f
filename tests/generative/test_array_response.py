"""RECIST 1.1 as arrays against the derivations, on histories that rehearsed patients rarely have."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from abscopal.derivations.response.best_response import derive_best_responses
from abscopal.derivations.response.criteria.recist_1_1 import RECIST_1_1
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.rehearsal.array_response import CODES, derive_array_responses
from abscopal.rehearsal.courses import MOST_LESIONS
from abscopal.rehearsal.readings import NOT_A_LESION, TARGET_TENTHS, Readings
from abscopal.tables.adam import LesionAssessments

START = dt.date(2024, 1, 1)
PATIENTS, SCANS = 1500, 7
# Lengths around the limits: nothing, too small, and sizes whose sums fall on 70 and 120 per cent exactly.
LENGTHS = np.array([0, 0, 50, 50, 70, 100, 119, 120, 140, 200, 240, 288])


def draw_readings(seed: int) -> Readings:
    generator = np.random.default_rng(seed)
    shape = (PATIENTS, SCANS, MOST_LESIONS)
    # Slow histories: mostly a lesion stays as it was, so that responses are held, lost and come back.
    tenths = generator.choice(LENGTHS, shape)
    for scan in range(1, SCANS):
        stays = generator.random((PATIENTS, MOST_LESIONS)) < 0.6
        tenths[:, scan] = np.where(stays, tenths[:, scan - 1], tenths[:, scan])
    tenths[:, 0] = np.maximum(tenths[:, 0], 50)
    exists = np.arange(MOST_LESIONS) < generator.integers(1, 4, PATIENTS)[:, None]
    tenths = np.where(exists[:, None, :], tenths, NOT_A_LESION)
    day = np.array([-3, 30, 42, 84, 126, 168, 210]) + generator.integers(-3, 4, (PATIENTS, SCANS))
    day[:, 0] = np.minimum(day[:, 0], 0)
    done = generator.random((PATIENTS, SCANS)) < 0.85
    done[:, 0] = True
    first_new = generator.integers(1, 6 * SCANS, PATIENTS)
    new = done & (np.arange(SCANS) >= first_new[:, None])
    return Readings((), day, done, tenths, exists & (tenths[:, 0] >= TARGET_TENTHS), new)


def tell_lesions(readings: Readings) -> pl.DataFrame:
    rows = []
    for patient, scan in zip(*np.nonzero(readings.done), strict=True):
        moment = {
            "USUBJID": f"P{patient:05d}",
            "AVISITN": int(np.sum(readings.done[patient, :scan])),
            "ADT": START + dt.timedelta(days=int(readings.day[patient, scan])),
        }
        for place in np.flatnonzero(readings.tenths[patient, 0] != NOT_A_LESION):
            length = int(readings.tenths[patient, scan, place])
            is_target = bool(readings.is_target[patient, place])
            state = "MEASURED" if is_target else "PRESENT" if length else "ABSENT"
            rows.append(
                moment
                | {"TULNKID": f"L{place}", "LSROLE": "TARGET" if is_target else "NON-TARGET"}
                | {"LSSTATE": state, "LSTENTH": length if is_target else None}
            )
        if readings.new_lesion[patient, scan]:
            rows.append(
                moment | {"TULNKID": "NEW01", "LSROLE": "NEW", "LSSTATE": "UNEQUIVOCAL", "LSTENTH": None}
            )
    empty = LesionAssessments.create_empty()
    fixed = {"READER": "INVESTIGATOR", "LSNODE": False, "LSLOC": "LIVER", "ACCFL": "Y"}
    frame = pl.DataFrame(rows, schema_overrides={"LSTENTH": pl.Int64}).with_columns(
        pl.lit(value).alias(name) for name, value in fixed.items()
    )
    return LesionAssessments.validate(pl.concat([empty, frame], how="diagonal_relaxed"), cast=True)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_arrays_judge_every_scan_and_the_best_response_as_the_derivations_do(seed: int):
    readings, settings = draw_readings(seed), ResponseSettings()
    by_array = derive_array_responses(readings, settings)
    responses = RECIST_1_1.derive_visit_responses(tell_lesions(readings), settings)
    names = [f"P{patient:05d}" for patient in range(PATIENTS)]
    expected = {
        (names[patient], int(np.sum(readings.done[patient, : scan + 1]))): CODES[
            by_array.response[patient, scan]
        ]
        for patient, scan in zip(*np.nonzero(readings.done[:, 1:]), strict=True)
    }
    found = {
        (name, visit): response
        for name, visit, response in responses.filter(pl.col("AVISITN") > 0)[
            "USUBJID", "AVISITN", "OVRRESP"
        ].iter_rows()
    }
    assert found == expected
    assert {"CR", "PR", "SD", "PD", "NON-CR/NON-PD"} <= set(found.values())
    adsl = pl.DataFrame({"USUBJID": names, "REFDT": START}).with_columns(
        NACTDT=pl.lit(None, dtype=pl.Date), DTHDT=pl.lit(None, dtype=pl.Date)
    )
    best = derive_best_responses(responses, adsl, settings=settings).sort("USUBJID")
    assert best["BORRESP"].to_list() == [CODES[code] for code in by_array.best]
    days = [np.inf if day is None else float((day - START).days) for day in best["PDDT"].to_list()]
    assert days == by_array.progression_day.tolist()
