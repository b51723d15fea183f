"""Target lesions

The targets are measured and added up: longest diameters, and short axes of nodes. Complete response is asked first,
then progression against the smallest earlier sum (the nadir), then partial response against baseline.
"""

from spec.lesion_language import sums, targets


def test_partial_response_begins_at_thirty_per_cent():
    """A sum exactly 30 % below baseline is a partial response."""
    visits = """
    day | T1 liver | T2 lung
    -7  | 60       | 40
    42  | 42       | 28
    """
    assert targets(visits) == ["PR"]


def test_just_short_of_thirty_per_cent_is_stable():
    """A tenth of a millimetre above the limit is stable disease."""
    visits = """
    day | T1 liver | T2 lung
    -7  | 60       | 40
    42  | 42       | 28.1
    """
    assert targets(visits) == ["SD"]


def test_progression_begins_at_twenty_per_cent():
    """A sum exactly 20 % above the nadir, and at least 5 mm, is progression."""
    visits = """
    day | T1 liver | T2 lung
    -7  | 60       | 40
    42  | 75       | 45
    """
    assert targets(visits) == ["PD"]


def test_just_short_of_twenty_per_cent_is_stable():
    """+19.9 % is stable disease."""
    visits = """
    day | T1 liver | T2 lung
    -7  | 60       | 40
    42  | 69.9     | 50
    """
    assert targets(visits) == ["SD"]


def test_lengths_are_compared_in_whole_tenths():
    """27.0 to 32.4 mm is exactly +20 %: progression, although binary fractions would say a little less."""
    visits = """
    day | T1 liver
    -7  | 27.0
    42  | 32.4
    """
    assert targets(visits) == ["PD"]


def test_growth_must_also_reach_five_millimetres():
    """12 to 16 mm is +33 % but only +4 mm: no progression; the sum is still far below baseline, so PR."""
    visits = """
    day | T1 liver
    -7  | 60
    42  | 12
    84  | 16
    """
    assert targets(visits) == ["PR", "PR"]


def test_five_millimetres_over_a_small_nadir_is_progression():
    """12 to 17 mm is progression even at 72 % below baseline: progression looks at the nadir and beats PR."""
    visits = """
    day | T1 liver
    -7  | 60
    42  | 12
    84  | 17
    """
    assert targets(visits) == ["PR", "PD"]


def test_baseline_may_be_the_nadir():
    """Slow growth is measured from the smallest sum, here baseline, not from the assessment before."""
    visits = """
    day | T1 liver | T2 lung
    -7  | 60       | 40
    42  | 66       | 44
    84  | 72       | 49
    """
    assert targets(visits) == ["SD", "PD"]


def test_growth_from_nothing_counts_as_twenty_per_cent():
    """A target that vanished without a complete response of the patient returns: from 0 only the 5 mm rule matters."""
    visits = """
    day | T1 liver | N1 bone
    -7  | 30       | present
    42  | gone     | present
    84  | 4        | present
    126 | 5        | present
    """
    assert targets(visits) == ["CR", "PR", "PD"]


def test_complete_response_of_the_targets():
    """Every target is gone."""
    visits = """
    day | T1 liver | T2 lung
    -7  | 60       | 40
    42  | gone     | gone
    """
    assert targets(visits) == ["CR"]


def test_a_node_below_ten_millimetres_is_normal():
    """Nodes keep their real short axis: the sum is not zero, yet the response is complete."""
    visits = """
    day | T1 liver | T2 node
    -7  | 30       | 20
    42  | gone     | 9.9
    """
    assert targets(visits) == ["CR"]
    assert sums(visits) == [50.0, 9.9]


def test_a_node_of_ten_millimetres_is_disease():
    """10 mm is no longer normal."""
    visits = """
    day | T1 liver | T2 node
    -7  | 30       | 20
    42  | gone     | 10
    """
    assert targets(visits) == ["PR"]


def test_complete_response_is_asked_before_progression():
    """A node from 4 to 9 mm rises by 125 % and 5 mm, and is still normal."""
    visits = """
    day | T1 node
    -7  | 20
    42  | 4
    84  | 9
    """
    assert targets(visits) == ["CR", "CR"]


def test_too_small_to_measure_counts_five_millimetres():
    """A lesion that is seen but too small to measure is not gone."""
    visits = """
    day | T1 lung | T2 lung
    -7  | 20      | 10
    42  | tiny    | gone
    """
    assert sums(visits) == [30.0, 5.0]
    assert targets(visits) == ["PR"]


def test_a_measured_value_below_five_millimetres_is_kept():
    """3 mm that can be measured is 3 mm."""
    visits = """
    day | T1 lung | T2 lung
    -7  | 20      | 10
    42  | 3       | gone
    """
    assert sums(visits) == [30.0, 3.0]


def test_without_targets_there_is_no_target_response():
    """Disease without targets has no target response."""
    visits = """
    day | N1 bone
    -7  | present
    42  | present
    """
    assert targets(visits) == ["NA"]


def test_without_baseline_nothing_can_be_compared():
    """A target that was not measured at baseline leaves the target response not evaluable."""
    visits = """
    day | T1 liver | T2 lung
    -7  | 30       | ?
    42  | 20       | 10
    """
    assert targets(visits) == ["NE"]
