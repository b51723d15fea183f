"""Response of single lesions

What is counted is lesions. The same lesions give another share by each published definition, so that a share is
printed with its definition, its unit and n/N.
"""

from spec.injected_lesion_language import lesions


def test_any_decrease():
    """One millimetre less is a decrease; as much as before is none."""
    visits = """
    day | T1 skin injected 1 | T2 liver | T3 lung
    -7  | 20                 | 30       | 15
    84  | 19                 | 30       | 16
    """
    assert lesions(visits, "any_decrease") == {"T1": "injected yes", "T2": "distant no", "T3": "distant no"}


def test_thirty_per_cent_of_the_diameter():
    """20 to 14 mm is exactly 30 %, and counts."""
    visits = """
    day | T1 skin injected 1 | T2 liver
    -7  | 20                 | 20
    84  | 14                 | 14.1
    """
    assert lesions(visits, "decrease_30") == {"T1": "injected yes", "T2": "distant no"}


def test_half_of_the_product_of_two_diameters():
    """20 by 15 mm to 10 by 10 mm is a fall of two thirds; a lesion with one diameter is not counted."""
    visits = """
    day | T1 skin injected 1 | T2 liver | T3 lung
    -7  | 20x15              | 30x20    | 20
    84  | 10x10              | 24x18    | 10
    """
    assert lesions(visits, "product_50") == {"T1": "injected yes", "T2": "distant no"}


def test_complete_resolution():
    """A lesion that is gone, or a node that is normal again."""
    visits = """
    day | T1 skin injected 1 | T2 node | T3 lung
    -7  | 20                 | 20      | 20
    84  | gone               | 9       | tiny
    """
    assert lesions(visits, "complete") == {"T1": "injected yes", "T2": "distant yes", "T3": "distant no"}


def test_best_over_time():
    """The smallest size counts, whenever it was."""
    visits = """
    day | T1 skin injected 1
    -7  | 20
    42  | 13
    84  | 22
    """
    assert lesions(visits, "decrease_30") == {"T1": "injected yes"}


def test_at_a_landmark():
    """The last size up to the landmark counts: at day 50 the lesion responds, at day 90 it no longer does."""
    visits = """
    day | T1 skin injected 1
    -7  | 20
    42  | 13
    84  | 22
    """
    assert lesions(visits, "decrease_30", landmark_day=50) == {"T1": "injected yes"}
    assert lesions(visits, "decrease_30", landmark_day=90) == {"T1": "injected no"}


def test_confirmed():
    """T1 is small again four weeks later and more; T2 has grown in between."""
    visits = """
    day | T1 skin injected 1 | T2 liver
    -7  | 20                 | 20
    42  | 13                 | 13
    84  | 12                 | 18
    """
    assert lesions(visits, "decrease_30", confirmed=True) == {"T1": "injected yes", "T2": "distant no"}


def test_a_lesion_that_was_never_measured_again():
    """It cannot be told, and stays in the denominator unless the setting leaves it out."""
    visits = """
    day | T1 skin injected 1 | T2 liver
    -7  | 20                 | 20
    84  | 13                 | ?
    """
    assert lesions(visits, "decrease_30") == {"T1": "injected yes", "T2": "distant NE"}
    assert lesions(visits, "decrease_30", lesion_not_evaluable="left_out") == {"T1": "injected yes"}


def test_new_lesions_are_not_counted():
    """Lesions of baseline are counted; a setting adds new ones, from their first measurement."""
    visits = """
    day | T1 skin injected 1 | new
    -7  | 20                 |
    42  | 20                 | 15
    84  | 20                 | 10
    """
    assert lesions(visits, "decrease_30") == {"T1": "injected no"}
    assert lesions(visits, "decrease_30", lesions_counted="with_new") == {
        "T1": "injected no",
        "new": "distant yes",
    }


def test_a_lesion_injected_late():
    """T1 shrank before it was injected on day 60: it counts as injected, or by a setting as distant until then."""
    visits = """
    day | T1 skin injected 60
    -7  | 20
    42  | 13
    84  | 22
    """
    assert lesions(visits, "decrease_30") == {"T1": "injected yes"}
    assert lesions(visits, "decrease_30", lesion_injected="at_start") == {"T1": "distant yes"}
