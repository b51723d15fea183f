"""Doses, volumes and caps: nothing is shortened in silence, and no cap is passed to make a dose fit.

A dose over a cap of its drug is refused. A dose that the lesions or the caps of volume cannot hold gives a plan marked
OVER_CAPACITY: it may not be carried out before somebody has chosen, with a reason.
"""

from spec.injection_language import (
    advice,
    depots,
    plan_status,
    planned,
    planned_doses,
    refused,
    said,
    shortfall,
    warned,
)


def test_nivipit_s_dose_is_more_than_a_small_lesion_can_take():
    """0.3 mg/kg at 70 kg are 21 mg, and at 5 mg/mL 4.2 mL. A lesion of 12.4 mm is a sphere of 1 cm³ and takes 0.5 mL:
    3.7 mL find no place, and the whole would be 4.2 times its own volume."""
    lesions = """
    lesion | mm
    T01    | 12.4
    """
    assert planned(lesions, mg=21) == {"T01": 0.5}
    assert shortfall(lesions, mg=21) == 3.7
    assert plan_status(lesions, mg=21) == "needs choice"
    assert (
        said(lesions, mg=21)
        == "21 mg at 5 mg/mL are 4.2 mL. T01 (12.4 mm, 1 cm³) takes up to 0.5 mL; the whole would be 4.2 times its own "
        "volume. 0.5 mL of 4.2 mL find a place; 3.7 mL (18.5 mg) do not."
    )
    assert (
        said(lesions, mg=21, language="fr")
        == "21 mg à 5 mg/mL font 4,2 mL. T01 (12,4 mm, 1 cm³) reçoit au plus 0,5 mL ; le tout ferait 4,2 fois son "
        "volume. 0,5 mL sur 4,2 mL trouvent place ; 3,7 mL (18,5 mg) n’en trouvent pas."
    )
    assert (
        advice(lesions, mg=21)
        == "Choose, with a reason: more lesions, a lower dose, give_less (what fits), or beyond_table. Nothing is "
        "shortened by itself."
    )


def test_the_operator_may_accept_what_fits():
    """Half a millilitre, 2.5 mg: the plan is ready and keeps who chose it and why."""
    lesions = """
    lesion | mm
    T01    | 12.4
    """
    assert planned_doses(lesions, mg=21, choice="give_less") == {"T01": [2.5]}
    assert plan_status(lesions, mg=21, choice="give_less") == "ready"


def test_the_operator_may_go_beyond_the_table():
    """The table is a default, not a rule of the drug: all 4.2 mL are planned, and the plan says so."""
    lesions = """
    lesion | mm
    T01    | 30
    T02    | 24
    """
    assert planned(lesions, mg=21, choice="beyond_table") == {"T01": 2.8, "T02": 1.4}
    assert warned(lesions, mg=21, choice="beyond_table") == ["NO_DISTANT_TARGET", "BEYOND_TABLE"]


def test_neo_1_injects_two_drugs_and_both_take_room():
    """Ipilimumab 25 mg (5 mL) and nivolumab 30 mg (3 mL) into a node of 60 mm that takes 4 mL: half of each fits. Into
    three lesions of that size all fits, and each receives the two drugs in the same proportion."""
    one = """
    lesion | mm
    T01    | 60
    """
    three = """
    lesion | mm
    T01    | 60
    T02    | 55
    T03    | 51
    """
    assert planned_doses(one, study="neo1", mg="25+30") == {"T01": [12.5, 15.0]}
    assert shortfall(one, study="neo1", mg="25+30") == 4
    assert planned(three, study="neo1", mg="25+30", split="priority_fill") == {"T01": 4, "T02": 4}
    assert planned_doses(three, study="neo1", mg="25+30", split="proportional_to_capacity") == {
        "T01": [8.335, 10.0],
        "T02": [8.335, 10.0],
        "T03": [8.33, 10.0],
    }


def test_the_daily_cap_of_a_drug():
    """NEO-1: at most 25 mg of ipilimumab a day. 20 mg were delivered this morning: 5 more may be given, not 10."""
    lesions = """
    lesion | mm
    T01    | 60
    """
    history = """
    date       | lesion | mg
    2024-03-15 | T01    | 20
    """
    assert refused(lesions, study="neo1", mg=5, history=history) == []
    assert refused(lesions, study="neo1", mg=10, history=history) == ["DAILY_CAP"]
    assert (
        said(lesions, study="neo1", mg=10, history=history)
        == "Intratumoural ipilimumab: 20 mg delivered + 10 mg asked = 30 mg, over the daily cap of 25 mg."
    )
    assert advice(lesions, study="neo1", mg=10, history=history) == "At most 5 mg may be given."


def test_the_total_cap_counts_what_was_delivered():
    """NEO-1: at most 75 mg of ipilimumab in all. After 25 + 25 + 20 mg delivered, 5 mg are left; after 75, none."""
    lesions = """
    lesion | mm
    T01    | 60
    """
    three_visits = """
    date       | lesion | mg
    2024-02-01 | T01    | 25
    2024-02-15 | T01    | 25
    2024-02-29 | T01    | 20
    """
    all_given = """
    date       | lesion | mg
    2024-02-01 | T01    | 25
    2024-02-15 | T01    | 25
    2024-02-29 | T01    | 25
    """
    assert refused(lesions, study="neo1", mg=5, history=three_visits) == []
    assert refused(lesions, study="neo1", mg=25, history=three_visits) == ["TOTAL_CAP"]
    assert advice(lesions, study="neo1", mg=5, history=all_given) == "Nothing more of this drug may be given."


def test_one_administration_has_its_greatest_dose_too():
    """26 mg of ipilimumab break both the greatest dose of an administration and the daily cap."""
    lesions = """
    lesion | mm
    T01    | 60
    """
    assert refused(lesions, study="neo1", mg=26) == ["MAXIMUM_DOSE", "DAILY_CAP"]


def test_the_cap_of_the_visit():
    """4 mL a visit: at 70 kg the dose of NIVIPIT asks for 4.2 mL, and 0.2 mL find no place."""
    lesions = """
    lesion | mm
    T01    | 60
    """
    assert planned(lesions, mg=21, visit_cap=4) == {"T01": 4}
    assert shortfall(lesions, mg=21, visit_cap=4) == 0.2


def test_going_beyond_the_table_never_passes_a_cap_of_volume():
    """The lesion may receive more than the table says, the visit may not."""
    lesions = """
    lesion | mm
    T01    | 24
    """
    assert planned(lesions, mg=21, visit_cap=4, choice="beyond_table") == {"T01": 4}
    assert plan_status(lesions, mg=21, visit_cap=4, choice="beyond_table") == "needs choice"


def test_depots_stay_within_their_cap():
    """2 mL with depots of at most 0.8 mL are three depots. Where the study has no cap, the operator divides."""
    lesions = """
    lesion | mm
    T01    | 30
    """
    assert depots(lesions, mg=10, depot_volume_cap=0.8) == {"T01": [0.667, 0.667, 0.666]}
    assert depots(lesions, mg=10) == {"T01": [2.0]}


def test_what_the_study_file_does_not_say_the_operator_must():
    """NIVIPIT's cap of a visit and its way to share a dose are unknown: no plan is made until both are chosen. With a
    single lesion nothing has to be shared."""
    two = """
    lesion | mm
    T01    | 30
    T02    | 24
    """
    one = """
    lesion | mm
    T01    | 30
    """
    assert refused(two, visit_cap=None, split=None) == ["VISIT_CAP_UNKNOWN", "SPLIT_RULE_UNKNOWN"]
    assert refused(one, visit_cap=None, split=None) == ["VISIT_CAP_UNKNOWN"]
    assert refused(one, visit_cap="none", split=None) == []
    assert (
        advice(two, split=None)
        == "Choose one of priority_fill, proportional_to_capacity, equal, single_lesion; the choice is kept in the plan."
    )
