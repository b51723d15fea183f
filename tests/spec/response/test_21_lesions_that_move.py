"""Lesions that are injected later

A lesion is injected from the first scan after the day of its first injection. Baseline and nadir of a category are
those of the lesions that are in it now (our reading), so that no sum jumps because a lesion moved. The response of
a category may still change, since its lesions are others.
"""

from spec.injected_lesion_language import (
    injected,
    injected_sums,
    injected_targets,
    itrecist,
    itrecist_doubts,
    non_injected,
    non_injected_sums,
    non_injected_targets,
)


def test_a_lesion_moves_with_its_history():
    """T3 is injected on day 43. At day 84 the injected baseline is 80 mm, the other one 20 mm."""
    visits = """
    day | T1 skin injected 1 | T2 axilla injected 1 | T3 liver injected 43 | T4 lung
    -7  | 30                 | 20                   | 30                   | 20
    42  | 20                 | 15                   | 32                   | 20
    84  | 15                 | 10                   | 24                   | 19
    """
    assert injected_sums(visits) == [(35.0, 50.0, 50.0), (49.0, 80.0, 67.0)]
    assert non_injected_sums(visits) == [(52.0, 50.0, 50.0), (19.0, 20.0, 20.0)]
    assert injected(visits) == ["PR", "PR"]
    assert non_injected(visits) == ["SD", "SD"]
    assert itrecist(visits) == ["SD", "PR"]


def test_a_move_alone_is_no_response():
    """Nothing has changed but the needle: 50 to 20 mm would have been a fall of 60 %."""
    visits = """
    day | T1 skin injected 1 | T3 liver injected 20 | T4 lung
    -7  | 30                 | 30                   | 20
    42  | 30                 | 30                   | 20
    """
    assert injected(visits) == ["SD"]
    assert non_injected(visits) == ["SD"]


def test_the_last_size_before_injection_as_reference():
    """T3 grew from 20 to 30 mm before it was injected, and shrank to 20 mm after: a fall of a third by that reading."""
    visits = """
    day | T3 liver injected 43 | T4 lung
    -7  | 20                   | 20
    42  | 30                   | 20
    84  | 20                   | 20
    """
    assert injected(visits) == ["NE", "SD"]
    assert injected_sums(visits) == [(None, None, None), (20.0, 20.0, 20.0)]
    assert injected(visits, category_reference="last_pre_injection") == ["NE", "PR"]
    assert injected_sums(visits, category_reference="last_pre_injection") == [
        (None, None, None),
        (20.0, 30.0, 30.0),
    ]


def test_the_day_of_the_first_needle():
    """Scan and biopsy come before the injection of a day: on that day the lesion is still non-injected."""
    visits = """
    day | T1 skin injected 42 | T4 lung
    -7  | 30                  | 20
    42  | 20                  | 20
    """
    assert injected_targets(visits) == ["NA"]
    assert injected_targets(visits, scan_on_injection_day="after_injection") == ["PR"]


def test_an_emptied_category():
    """Every target has been injected: no sum is left, and without non-targets or new lesions nothing to judge."""
    visits = """
    day | T1 skin injected 1 | T2 liver injected 20
    -7  | 30                 | 40
    42  | 28                 | 38
    """
    assert non_injected_targets(visits) == ["NA"]
    assert non_injected(visits) == ["NE"]
    assert injected(visits) == ["SD"]
    assert itrecist(visits) == ["SD"]


def test_a_new_lesion_in_an_emptied_category():
    """Nothing else is left there, and a new lesion is progression all the same."""
    visits = """
    day | T1 skin injected 1 | new lung
    -7  | 30                 |
    42  | 28                 | yes
    84  | 28                 |
    """
    assert non_injected_targets(visits) == ["NA", "NA"]
    assert non_injected(visits) == ["PD", "PD"]


def test_an_emptied_category_that_keeps_a_non_target():
    """A non-target is left: neither gone nor progressing, without any sum."""
    visits = """
    day | T1 skin injected 1 | N1 bone
    -7  | 30                 | present
    42  | 28                 | present
    """
    assert non_injected(visits) == ["NON-CR/NON-PD"]


def test_a_lesion_missing_before_it_moved():
    """T3 was not evaluated at day 42: the injected sum of day 84 has no such nadir, and is complete."""
    visits = """
    day | T1 skin injected 1 | T3 liver injected 43
    -7  | 30                 | 30
    42  | 10                 | ?
    84  | 20                 | 30
    """
    assert injected_sums(visits) == [(10.0, 30.0, 30.0), (50.0, 60.0, 60.0)]
    assert injected(visits) == ["PR", "SD"]


def test_the_choice_of_targets_looks_at_the_start():
    """T3 was injected only after the first assessment: at the start it was the non-injected target."""
    visits = """
    day | T1 skin injected 1 | T3 liver injected 43
    -7  | 30                 | 30
    42  | 30                 | 30
    """
    assert itrecist_doubts(visits) == []
