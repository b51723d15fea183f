"""How much: dose by weight, flat dose, rounding, vials, greatest dose.

The nivolumab of NIVIPIT, 1 mg/kg; its vials and rounding are not in the study file and are given where they are used.
"""

from spec.dosing_language import arithmetic, dose, dose_advice, dose_refused, dose_said, dose_told, vials


def test_a_dose_per_kilogram():
    """0.3 mg/kg of ipilimumab for 70 kg."""
    assert dose(drug="ipilimumab_it", kg=70) == "21 mg"
    assert arithmetic(drug="ipilimumab_it", kg=70) == "0.3 mg/kg × 70 kg = 21 mg."


def test_a_flat_dose_does_not_ask_for_a_weight():
    """25 mg in NEO-1, whatever the weight."""
    assert dose(study="neo1", drug="ipilimumab_it", kg=None) == "25 mg"


def test_without_a_rounding_rule_nothing_is_rounded():
    """73.4 kg at 1 mg/kg."""
    assert dose(kg=73.4) == "73.4 mg"


def test_rounding_to_a_step_says_so():
    """To the nearest 5 mg; then always down; then always up."""
    assert dose(kg=73.4, rounding="nearest_step", rounding_step=5) == "75 mg"
    assert dose(kg=73.4, rounding="down_to_step", rounding_step=5) == "70 mg"
    assert dose(kg=71, rounding="up_to_step", rounding_step=5) == "75 mg"
    assert (
        arithmetic(kg=73.4, rounding="nearest_step", rounding_step=5)
        == "1 mg/kg × 73.4 kg = 73.4 mg, rounded to 75 mg (nearest_step)."
    )


def test_vials_and_what_is_wasted():
    """Vials of 40 mg: two are opened for 70 mg and 10 mg are left; rounded up to whole vials nothing is left."""
    assert vials(kg=70, vial_size=40) == "2 vials, 10 mg wasted"
    assert dose_told(kg=70, vial_size=40) == ["WASTE"]
    assert dose(kg=70, vial_size=40, rounding="up_to_vial") == "80 mg"
    assert vials(kg=70, vial_size=40, rounding="up_to_vial") == "2 vials, 0 mg wasted"


def test_a_rule_without_its_step_is_refused():
    """Rounding to vials whose content nobody wrote."""
    assert dose_refused(rounding="nearest_vial") == ["ROUNDING_UNKNOWN"]


def test_a_dose_over_the_greatest_one_is_refused_and_never_shortened():
    """3 mg/kg for 120 kg where 300 mg are the most."""
    assert dose_refused(drug="ipilimumab_iv", kg=120, maximum_dose=300) == ["MAXIMUM_DOSE"]
    assert (
        dose_said(drug="ipilimumab_iv", kg=120, maximum_dose=300)
        == "Intravenous ipilimumab: 360 mg is over the greatest dose of 300 mg."
    )


def test_a_fraction_only_where_the_study_reduces_doses():
    """NIVIPIT does not reduce doses. In a study that does, half is half."""
    assert dose_refused(fraction=0.5) == ["REDUCTION_NOT_ALLOWED"]
    assert dose_refused(fraction=0.5, dose_reduction_allowed=None) == ["REDUCTION_RULE_UNKNOWN"]
    assert dose(fraction=0.5, dose_reduction_allowed=True) == "35 mg"
    assert dose_refused(fraction=1.5, dose_reduction_allowed=True) == ["REDUCTION_INCOMPLETE"]


def test_a_dose_that_nobody_published_is_not_invented():
    """The dose of Dex2 is unknown."""
    assert dose_refused(study="dex2", drug="dex", on="2024-01-27") == ["DOSE_UNKNOWN"]
    assert (
        dose_advice(study="dex2", drug="dex", on="2024-01-27") == "The sponsor writes it in the study file."
    )
