"""Which weight: plausible, recent, and changed only when it changed enough.

The study files do not say how old a weight may be nor from which change a dose is computed again. Our readings are 28
days and more than 10 %; each is told where it is used.
"""

from spec.dosing_language import decide, dose, dose_advice, dose_refused, dose_said, dose_told


def test_7_kg_and_700_kg_are_mistakes_of_typing():
    """The nearest weight that would work is named."""
    assert dose_refused(kg=7) == ["WEIGHT_IMPLAUSIBLE"]
    assert dose_advice(kg=7) == "If 70 kg was meant, write 70; else weigh the patient again."
    assert dose_advice(kg=700) == "If 70 kg was meant, write 70; else weigh the patient again."
    assert dose_advice(kg=0) == "Weigh the patient again, in kg."
    assert (
        dose_said(kg=700, language="fr")
        == "Un poids de 700 kg n’est pas entre 30 et 250 kg (limites de ce contrôle, non du protocole)."
    )


def test_no_weight_no_dose():
    """A dose per kilogram waits for a weight."""
    assert dose_refused(kg=None) == ["WEIGHT_MISSING"]


def test_a_weight_that_is_too_old():
    """28 days are allowed, 29 are not; unless the study says otherwise."""
    recent = """
    kg | date
    70 | 2023-12-04
    """
    old = """
    kg | date
    70 | 2023-12-03
    """
    assert dose(weights=recent) == "70 mg"
    assert dose_refused(weights=old) == ["WEIGHT_TOO_OLD"]
    assert dose_refused(weights=recent, weight_valid_days=7) == ["WEIGHT_TOO_OLD"]


def test_the_dose_follows_the_weight_only_when_it_changed_enough():
    """The first dose was computed from 70 kg. At 63 kg, exactly 10 % less, it stays; at 62 kg it is computed again."""
    given = """
    date       | kg
    2024-01-01 | 70
    """
    assert dose(given, on="2024-01-22", kg=63) == "70 mg"
    assert dose(given, on="2024-01-22", kg=62) == "62 mg"
    assert dose_told(given, on="2024-01-22", kg=62) == ["RECALCULATED"]
    assert dose(given, on="2024-01-22", kg=66, recalculate_percent=5) == "66 mg"


def test_two_weights_of_one_day_that_differ():
    """Nobody chooses between 70 and 82 kg."""
    weights = """
    kg | date
    70 | 2024-01-01
    82 | 2024-01-01
    """
    assert dose_refused(weights=weights) == ["WEIGHT_CONTRADICTORY"]


def test_our_readings_are_told():
    """Where the study file is silent, what stands in is named; where it speaks, nothing is."""
    assert "OUR_READING" in decide(kg=70).codes
    assert "OUR_READING" not in decide(kg=70, weight_valid_days=28).codes
