"""Doses where the rule book is silent: unknown drugs, surfaces, units that disagree, what was given."""

import datetime
from typing import Any

import pytest

from abscopal.conduct.decision import Reason
from abscopal.conduct.dosing.amount import Amount, compute_amount
from abscopal.conduct.dosing.calendar import PastDose, compute_date
from abscopal.conduct.dosing.decide import decide_dose
from abscopal.conduct.dosing.given import decide_dose_given, derive_given_exposure
from abscopal.conduct.dosing.toxicity import Toxicity, find_hold
from abscopal.conduct.dosing.weight import Weight
from abscopal.protocol.arms import DosingPhase
from abscopal.protocol.reading import read_study
from spec.dosing_language import with_rules

NIVIPIT, DEX2 = read_study("nivipit").protocol, read_study("dex2").protocol
DAY = datetime.date(2024, 1, 1)
MARK = {"provenance": "assumed", "note": {"en": "For the test.", "fr": "Pour l’essai."}}


def decide(drug="nivolumab", *, protocol=NIVIPIT, on=DAY, reference_date=DAY, **rest: Any):
    weights = rest.pop("weights", [Weight(70, on)])
    return decide_dose(protocol, drug, on=on, reference_date=reference_date, weights=weights, **rest)


def phase(dose: float, unit: str, basis: str) -> DosingPhase:
    return DosingPhase.model_validate(
        {
            "identifier": "only",
            "dose": {"value": dose, "unit": unit, **MARK},
            "basis": {"value": basis, **MARK},
            "first_day": {},
            "interval_days": {},
        }
    )


DRUG = NIVIPIT.find_intervention("ipilimumab_iv")


def test_an_unknown_drug_is_answered_with_those_of_the_study():
    decision = decide("pembrolizumab")
    assert decision.codes == ("NOT_IN_STUDY",)
    assert "nivolumab" in decision.reasons[0].remedy.en
    assert decision.protocol_version == "1.0"


def test_a_dose_per_square_metre_needs_a_height():
    found = compute_amount(DRUG, phase(100, "mg/m²", "per_m2"), weight_kg=70, height_cm=175)
    assert isinstance(found, Amount)
    assert found.amount == pytest.approx(184.466, abs=0.001)
    assert found.unit == "mg"
    missing = compute_amount(DRUG, phase(100, "mg/m²", "per_m2"), weight_kg=70)
    assert isinstance(missing, Reason)
    assert missing.code == "SIZE_MISSING"


@pytest.mark.parametrize(("unit", "basis"), [("mg", "per_kg"), ("mg/kg", "flat"), ("mg/kg", "per_m2")])
def test_a_unit_that_does_not_fit_what_the_dose_counts_by(unit, basis):
    found = compute_amount(DRUG, phase(1, unit, basis), weight_kg=70, height_cm=170)
    assert isinstance(found, Reason)
    assert found.code == "UNIT_DISAGREES"


def test_a_dose_that_rounding_would_make_nothing_of():
    protocol = with_rules(NIVIPIT, "ipilimumab_iv", rounding="down_to_vial", vial_size=1000)
    drug = protocol.find_intervention("ipilimumab_iv")
    found = compute_amount(drug, drug.phases[0], weight_kg=70)
    assert isinstance(found, Reason)
    assert found.code == "ROUNDED_TO_NOTHING"


def test_without_a_reference_date_the_first_dose_has_no_day():
    assert decide(reference_date=None).codes == ("DUE_DAY_UNKNOWN",)


def test_without_an_interval_the_next_dose_has_no_day():
    drugs = tuple(
        drug.model_copy(
            update={
                "phases": tuple(
                    part.model_copy(update={"interval_days": type(part.interval_days)()})
                    for part in drug.phases
                )
            }
        )
        for drug in NIVIPIT.interventions
    )
    protocol = NIVIPIT.model_copy(update={"interventions": drugs})
    assert decide(protocol=protocol, past=[PastDose(DAY)], on=DAY + datetime.timedelta(days=21)).codes == (
        "DUE_DAY_UNKNOWN",
    )


def test_a_phase_without_a_number_never_ends():
    past = [PastDose(DAY + datetime.timedelta(days=21 * n)) for n in range(4)]
    past += [PastDose(DAY + datetime.timedelta(days=84 + 14 * n)) for n in range(40)]
    on = past[-1].on + datetime.timedelta(days=14)
    event = decide(past=past, on=on).events[0]
    assert (event.phase, event.number) == ("maintenance", 41)


def test_there_is_no_day_0():
    assert compute_date(DAY, 1) == DAY
    assert (DAY - compute_date(DAY, -1)).days == 1


def test_two_episodes_of_one_event_are_two_holds():
    """Grade 3 that ended, then grade 2 three weeks later: below the grade of hold, and no longer the first episode."""
    day = datetime.timedelta(days=1)
    rows = [Toxicity("Colitis", 3, DAY, DAY + 5 * day), Toxicity("Colitis", 2, DAY + 26 * day)]
    assert find_hold(rows, hold=3, resume=1, on=DAY + 30 * day) is None
    joined = [rows[0], Toxicity("Colitis", 2, DAY + 6 * day)]
    assert find_hold(joined, hold=3, resume=1, on=DAY + 30 * day) is joined[1]


def test_what_was_given_is_taken_with_its_deviations():
    due = decide().events[0]
    exact = decide_dose_given(NIVIPIT, due, amount=70, on=DAY, lot="L1")
    assert (exact.codes, exact.events[0].drug) == ((), "NIVOLUMAB")
    near = decide_dose_given(NIVIPIT, due, amount=72, on=DAY)
    assert near.codes == ()
    assert decide_dose_given(NIVIPIT, due, amount=50, on=DAY).codes == ("DIFFERENCE_WITHOUT_REASON",)
    less = decide_dose_given(
        NIVIPIT, due, amount=50, on=DAY + datetime.timedelta(days=1), reason="Infusion reaction"
    )
    assert less.codes == ("OTHER_AMOUNT", "OTHER_DAY")
    assert decide_dose_given(NIVIPIT, due, amount=0, on=DAY).codes == ("AMOUNT_NOT_POSITIVE",)
    table = derive_given_exposure(
        {"P1": [*exact.events, *less.events]}, study_identifier="NIVIPIT", first_sequence={"P1": 5}
    )
    assert table.select("EXSEQ", "EXTRT", "EXDOSE", "EXROUTE", "EXLOT", "EXADJ").rows() == [
        (5, "NIVOLUMAB", 70.0, "INTRAVENOUS", "L1", None),
        (6, "NIVOLUMAB", 50.0, "INTRAVENOUS", None, "Infusion reaction"),
    ]
