"""Lesions that split, merge, are missed or return

What is not measured is never zero. What vanished and returns is judged by what happened in between.
"""

from spec.lesion_language import overall, reasons, sums, targets


def test_fragments_of_a_split_lesion_are_added():
    """A lesion that broke into 18 and 14 mm counts 32 mm."""
    visits = """
    day | T1 liver
    -7  | 50
    42  | 18+14
    """
    assert sums(visits) == [50.0, 32.0]
    assert targets(visits) == ["PR"]


def test_merged_lesions_are_measured_once():
    """The longest diameter of the whole counts for one; the absorbed lesion counts 0 and is evaluated."""
    visits = """
    day | T1 liver | T2 liver
    -7  | 40       | 30
    42  | 60       | merged
    """
    assert sums(visits) == [70.0, 60.0]
    assert targets(visits) == ["SD"]


def test_a_missing_target_makes_the_sum_unknown():
    """Two of three targets have halved; the third was not seen: not evaluable."""
    visits = """
    day | T1 liver | T2 liver | T3 lung
    -7  | 20       | 20       | 10
    42  | 10       | 10       | ?
    """
    assert sums(visits) == [50.0, None]
    assert targets(visits) == ["NE"]
    assert reasons(visits) == ["LESION_MISSING"]


def test_a_target_that_nobody_mentions_is_missing():
    """An empty cell is not zero."""
    visits = """
    day | T1 liver | T2 lung
    -7  | 20       | 20
    42  | 10       |
    """
    assert targets(visits) == ["NE"]


def test_progression_may_be_proved_with_a_target_missing():
    """The measured targets alone have grown from 50 to 80 mm: the missing one could only add to it."""
    visits = """
    day | T1 liver | T2 liver | T3 lung
    -7  | 20       | 20       | 10
    42  | 40       | 40       | ?
    """
    assert targets(visits) == ["PD"]


def test_a_study_may_refuse_progression_with_a_target_missing():
    """Setting `missing_target_pd`: never."""
    visits = """
    day | T1 liver | T2 liver | T3 lung
    -7  | 20       | 20       | 10
    42  | 40       | 40       | ?
    """
    assert targets(visits, missing_target_pd="never") == ["NE"]


def test_an_incomplete_sum_is_never_the_nadir():
    """10 mm were measured at day 42 with a target missing; 95 mm at day 84 are compared with baseline."""
    visits = """
    day | T1 liver | T2 lung
    -7  | 60       | 40
    42  | 10       | ?
    84  | 57       | 38
    """
    assert targets(visits) == ["NE", "SD"]


def test_a_lesion_that_returns_is_not_new():
    """One target vanished and returned while the other stayed: it counts in the sum, and is no new lesion."""
    visits = """
    day | T1 liver | T2 lung
    -7  | 60       | 20
    42  | 50       | gone
    84  | 50       | 4
    """
    assert overall(visits) == ["PR", "PR"]


def test_disease_after_a_complete_response_is_progression():
    """After a complete response of the patient any return is progression; the 5 mm rule does not apply."""
    visits = """
    day | T1 liver
    -7  | 40
    42  | gone
    84  | 3
    """
    assert overall(visits) == ["CR", "PD"]


def test_a_non_target_that_returns_after_a_complete_response_is_progression():
    """The same holds for a non-target."""
    visits = """
    day | T1 liver | N1 bone
    -7  | 40       | present
    42  | gone     | gone
    84  | gone     | present
    """
    assert overall(visits) == ["CR", "PD"]


def test_a_node_that_regrows_after_a_complete_response_is_progression():
    """A node from 9 to 10 mm is disease again."""
    visits = """
    day | T1 node
    -7  | 20
    42  | 9
    84  | 10
    """
    assert overall(visits) == ["CR", "PD"]


def test_a_study_may_judge_a_return_by_arithmetic():
    """Setting `cr_reappearance`: arithmetic. 3 mm from a nadir of 0 are short of 5 mm."""
    visits = """
    day | T1 liver
    -7  | 40
    42  | gone
    84  | 3
    """
    assert overall(visits, cr_reappearance="arithmetic") == ["CR", "PR"]


def test_a_partial_response_holds_until_progression():
    """100, 70, 80 mm: the Working Group calls it partial response throughout."""
    visits = """
    day | T1 liver
    -7  | 100
    42  | 70
    84  | 70
    126 | 80
    168 | 80
    """
    assert targets(visits) == ["PR", "PR", "PR", "PR"]


def test_plain_arithmetic_lets_a_response_drift_into_stable():
    """Setting `carry_response`: false. 80 mm are 20 % below baseline: stable."""
    visits = """
    day | T1 liver
    -7  | 100
    42  | 70
    84  | 70
    126 | 80
    """
    assert targets(visits, carry_response=False) == ["PR", "PR", "SD"]


def test_where_confirmation_is_required_only_a_confirmed_response_holds():
    """Seen once, the response at day 42 does not hold; seen twice, it does."""
    visits = """
    day | T1 liver
    -7  | 100
    42  | 70
    84  | 80
    126 | 70
    168 | 70
    210 | 80
    """
    assert targets(visits, confirmation_required=True) == ["PR", "SD", "PR", "PR", "PR"]


def test_a_small_regrowth_stays_a_partial_response():
    """165, 63, 65 mm: PR, judged from baseline; growth is judged from the nadir."""
    visits = """
    day | T1 liver | T2 lung
    -7  | 100      | 65
    56  | 40       | 23
    112 | 41       | 24
    """
    assert targets(visits) == ["PR", "PR"]


def test_progression_ends_a_held_response():
    """After progression the earlier response no longer holds: 71 mm are neither 30 % down nor 20 % up."""
    visits = """
    day | T1 liver
    -7  | 100
    42  | 60
    84  | 75
    126 | 71
    """
    assert targets(visits) == ["PR", "PD", "SD"]
