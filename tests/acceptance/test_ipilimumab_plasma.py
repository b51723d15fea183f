"""Ipilimumab in plasma against numbers worked out elsewhere from the published population model."""

import numpy as np
import pytest

from abscopal.rehearsal.engine.cohort import advance, give_doses, make_cohort, read_state
from abscopal.rehearsal.model.description import read_model

MODEL = read_model()
DOSE_MG = 240.0
PORTIONS = 30  # of an infusion: so many small doses stand for it


def make_patient(*, with_nivolumab: bool, **values: float):
    """One patient of 80 kg at every median, clearance as with nivolumab 1 mg/kg every three weeks if asked."""
    of_patient = {parameter.symbol: parameter.value for parameter in MODEL.parameters} | values
    if with_nivolumab:
        for effect in MODEL.combinations:
            if effect.drug == "NIVOLUMAB":
                of_patient[effect.symbol] = of_patient[effect.symbol] * np.exp(effect.times_exp) + effect.plus
    shared = set(MODEL.list_parameters("shared"))
    arrays = {name: value if name in shared else np.full(1, value) for name, value in of_patient.items()}
    return make_cohort(MODEL, arrays, lesions=1)


def read_concentration(cohort) -> float:
    volume = next(parameter.value for parameter in MODEL.parameters if parameter.symbol == "V1_i")
    return float(read_state(cohort, "A_i1")[0]) / volume


def wait(cohort, until: float) -> None:
    advance(cohort, until=until, tolerance=1e-9, at=[], keep=[])


def infuse(cohort, start: float, minutes: float) -> None:
    for portion in range(PORTIONS):
        wait(cohort, start + (portion + 0.5) * minutes / 1440 / PORTIONS)
        give_doses(cohort, "ipilimumab_intravenous", np.full(1, DOSE_MG / PORTIONS))
    wait(cohort, start + minutes / 1440)


def test_four_infusions_of_240_mg_reach_the_peaks_and_troughs_of_the_published_model():
    """Cycle 1: 60.3 and 9.9 µg/mL; cycle 4: 75.3 and 15.9 (infused over 90 minutes, with nivolumab)."""
    cohort = make_patient(with_nivolumab=True)
    peaks, troughs = [], []
    for cycle in range(4):
        infuse(cohort, 21.0 * cycle, minutes=90)
        peaks.append(read_concentration(cohort))
        wait(cohort, 21.0 * (cycle + 1))
        troughs.append(read_concentration(cohort))
    assert (round(peaks[0], 1), round(troughs[0], 1)) == (60.3, 9.9)
    assert (peaks[3], troughs[3]) == (pytest.approx(75.3, abs=0.1), pytest.approx(15.9, abs=0.1))


def test_a_bolus_peaks_half_a_milligram_per_litre_above_the_infusion():
    """The rehearsal gives infusions at once: 60.8 instead of 60.3, and the same trough."""
    cohort = make_patient(with_nivolumab=True)
    give_doses(cohort, "ipilimumab_intravenous", np.full(1, DOSE_MG))
    assert round(read_concentration(cohort), 1) == 60.8
    wait(cohort, 21.0)
    assert read_concentration(cohort) == pytest.approx(9.9, abs=0.05)


@pytest.mark.parametrize(
    ("release", "peak", "trough"),
    [(0.25, 2.45, 1.22), (0.3, 2.63, 1.18), (0.4, 2.93, 1.12), (0.5, 3.16, 1.09), (1.0, 3.88, 1.04)],
)
def test_24_mg_injected_and_wholly_retained_reach_plasma_as_an_absorption(release, peak, trough):
    """With all of the dose in the depot, its release is the absorption constant of a one-dose model."""
    cohort = make_patient(with_nivolumab=True, f_ret=1.0, k_s=release)
    give_doses(cohort, "ipilimumab_intratumoral", np.full((1, 1), 24.0))
    days = np.arange(0.05, 21.01, 0.05)
    kept = advance(cohort, until=float(days[-1]), tolerance=1e-9, at=days.tolist(), keep=["A_i1"])
    volume = next(parameter.value for parameter in MODEL.parameters if parameter.symbol == "V1_i")
    course = kept["A_i1"][0] / volume
    assert course.max() == pytest.approx(peak, abs=0.006)
    assert course[-1] == pytest.approx(trough, abs=0.006)
