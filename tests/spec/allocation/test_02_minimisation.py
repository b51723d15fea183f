"""Minimisation.

For each arm, pretend that the patient goes there and add up the imbalance at the patient's own levels; the arm with
the least imbalance is favoured, here four times in five. A paragraph without a table starts from the first table.
"""

from abscopal.conduct.allocation.drawing.scheme import Scheme, SchemeStratum
from abscopal.conduct.allocation.laws.methods import MethodSettings
from allocation_language import allocate, ask, read_chances

PAST = """
patient | centre | LDH      | arm
P1      | C1     | normal   | A
P2      | C1     | elevated | A
P3      | C2     | normal   | B
"""


def make(**settings) -> Scheme:
    ratio = settings.pop("ratio", (1, 1))
    strata = (
        SchemeStratum("SITE", ("C1", "C2"), weight=settings.pop("site_weight", 1.0), is_centre=True),
        SchemeStratum("LDH", ("normal", "elevated")),
    )
    method = MethodSettings("minimisation", **({"probability": 0.8, "overall_weight": 0.0} | settings))
    return Scheme("main", ("A", "B"), ratio, method, strata)


def chances(past: str, *, centre: str, LDH: str, **settings) -> dict[str, float]:
    scheme = make(**settings)
    return read_chances(allocate(scheme, past), scheme, centre=centre, LDH=LDH)


def scores(past: str, *, centre: str, LDH: str, **settings) -> list[tuple[str, float]]:
    scheme = make(**settings)
    return list(
        ask(allocate(scheme, past), scheme, patient="NEXT", centre=centre, LDH=LDH).events[0].draw.scores
    )


def test_the_arm_that_would_leave_the_least_imbalance_is_favoured():
    """The next patient is of centre C1 with elevated LDH. At C1, A has two patients and B none; among elevated, A has
    one and B none. In A the differences would be three and two, five together; in B, one and none, one together."""
    past = """
    patient | centre | LDH      | arm
    P1      | C1     | normal   | A
    P2      | C1     | elevated | A
    P3      | C2     | normal   | B
    """
    assert scores(past, centre="C1", LDH="elevated") == [("A", 5.0), ("B", 1.0)]
    assert chances(past, centre="C1", LDH="elevated") == {"A": 0.2, "B": 0.8}


def test_equal_imbalances_leave_the_coin_fair():
    """A patient of centre C2 with elevated LDH: at C2, B has one; at elevated, A has one. The two cancel."""
    assert chances(PAST, centre="C2", LDH="elevated") == {"A": 0.5, "B": 0.5}


def test_a_heavier_stratum_decides():
    """The centre counts twice: at C2, B has one patient, so A is favoured."""
    assert chances(PAST, centre="C2", LDH="elevated", site_weight=2.0) == {"A": 0.8, "B": 0.2}


def test_the_whole_trial_can_be_one_more_factor():
    """Two patients in A and one in B: with the trial as a factor, the tie goes to B."""
    assert chances(PAST, centre="C2", LDH="elevated", overall_weight=1.0) == {"A": 0.2, "B": 0.8}


def test_an_unequal_ratio_is_kept_by_equal_parts():
    """Two in A for one in B: A is two equal parts. The first patient finds three equal parts, hence two in three."""
    nobody = """
    patient | centre | LDH | arm
    """
    assert chances(nobody, centre="C1", LDH="normal", ratio=(2, 1)) == {"A": 0.667, "B": 0.333}


def test_dividing_counts_by_the_ratio_alone_does_not_keep_it():
    """With the coin of each arm, the first patient goes to A nine times in ten: A is two-thirds in the long run only."""
    nobody = """
    patient | centre | LDH | arm
    """
    assert chances(nobody, centre="C1", LDH="normal", ratio=(2, 1), ratio_rule="biased_coin") == {
        "A": 0.9,
        "B": 0.1,
    }
