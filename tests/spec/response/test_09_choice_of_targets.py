"""Choice of targets at baseline

At most five targets, two per organ, each large enough to be measured. A doubtful choice is questioned, not refused.
"""

from spec.lesion_language import doubts, targets


def test_a_sound_choice():
    """Five targets in three organs, each measurable."""
    visits = """
    day | T1 liver | T2 liver | T3 lung | T4 node | T5 node
    -7  | 10       | 20       | 30      | 15      | 20
    """
    assert doubts(visits) == []


def test_a_lesion_below_ten_millimetres():
    """9 mm is not measurable."""
    visits = """
    day | T1 liver
    -7  | 9
    """
    assert doubts(visits) == ["NOT_MEASURABLE"]


def test_a_node_below_fifteen_millimetres():
    """A node of 14 mm is abnormal, but only a non-target."""
    visits = """
    day | T1 node
    -7  | 14
    """
    assert doubts(visits) == ["NOT_MEASURABLE"]


def test_six_targets():
    """Six are one too many."""
    visits = """
    day | T1 liver | T2 lung | T3 skin | T4 spleen | T5 pancreas | T6 node
    -7  | 20       | 20      | 20      | 20        | 20          | 20
    """
    assert doubts(visits) == ["MAX_5"]


def test_three_targets_in_one_organ():
    """Three in the liver are one too many."""
    visits = """
    day | T1 liver | T2 liver | T3 liver
    -7  | 20       | 20       | 20
    """
    assert doubts(visits) == ["MAX_PER_ORGAN_2"]


def test_all_nodes_are_one_organ():
    """Nodes of the neck, the mediastinum and the groin are one organ."""
    visits = """
    day | T1 node neck | T2 node mediastinum | T3 node groin
    -7  | 20           | 18                  | 16
    """
    assert doubts(visits) == ["MAX_PER_ORGAN_2"]


def test_paired_organs_are_one_organ():
    """Two lesions in the right lung and one in the left are three in the lungs."""
    visits = """
    day | T1 lung right | T2 lung right | T3 lung left
    -7  | 20            | 18            | 16
    """
    assert doubts(visits) == ["MAX_PER_ORGAN_2"]


def test_a_doubtful_choice_is_judged_all_the_same():
    """9.8 mm is questioned, and counts."""
    visits = """
    day | T1 node | T2 lung
    -7  | 23.5    | 9.8
    42  | 15.3    | 8
    """
    assert doubts(visits) == ["NOT_MEASURABLE"]
    assert targets(visits) == ["PR"]


def test_a_target_that_was_never_measured_at_baseline():
    """It leaves the sum at baseline unknown."""
    visits = """
    day | T1 liver | T2 lung
    -7  | 30       | ?
    """
    assert doubts(visits) == ["TARGET_WITHOUT_BASELINE"]


def test_a_lesion_called_new_at_baseline():
    """It is questioned, and not counted as new."""
    visits = """
    day | T1 liver | new
    -7  | 30       | yes
    """
    assert doubts(visits) == ["NEW_AT_BASELINE"]
