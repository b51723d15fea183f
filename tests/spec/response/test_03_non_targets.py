"""Non-target lesions and tumour markers

All other disease is judged in words. Progression must be unequivocal; a complete response needs every lesion
gone, every node below 10 mm, and every marker that was raised back to normal.
"""

from spec.lesion_language import non_targets, overall, reasons


def test_all_gone():
    """Every non-target is gone."""
    visits = """
    day | T1 liver | N1 bone | N2 pleura
    -7  | 60       | present | present
    42  | 60       | gone    | gone
    """
    assert non_targets(visits) == ["CR"]


def test_one_that_persists():
    """One non-target persists, none progresses."""
    visits = """
    day | T1 liver | N1 bone | N2 pleura
    -7  | 60       | present | present
    42  | 60       | gone    | present
    """
    assert non_targets(visits) == ["NON-CR/NON-PD"]


def test_unequivocal_progression():
    """One that progresses unequivocally decides, even if another was not evaluated."""
    visits = """
    day | T1 liver | N1 bone | N2 pleura
    -7  | 60       | present | present
    42  | 60       | worse   | ?
    """
    assert non_targets(visits) == ["PD"]


def test_one_not_evaluated():
    """One was not evaluated and none progresses: not evaluable, and the targets decide."""
    visits = """
    day | T1 liver | N1 bone | N2 pleura
    -7  | 60       | present | present
    42  | 60       | present | ?
    """
    assert non_targets(visits) == ["NE"]
    assert overall(visits) == ["SD"]


def test_a_study_may_judge_the_ones_that_were_seen():
    """Setting `nt_partial_ne`: judge_seen. Disease is seen, so it is neither gone nor progressing."""
    visits = """
    day | T1 liver | N1 bone | N2 pleura
    -7  | 60       | present | present
    42  | 60       | present | ?
    """
    assert non_targets(visits, nt_partial_ne="judge_seen") == ["NON-CR/NON-PD"]


def test_a_gap_is_not_filled_by_lesions_that_are_gone():
    """With judge_seen, one gone and one not evaluated stay not evaluable: the gap may hide disease."""
    visits = """
    day | T1 liver | N1 bone | N2 pleura
    -7  | 60       | present | present
    42  | 60       | gone    | ?
    """
    assert non_targets(visits, nt_partial_ne="judge_seen") == ["NE"]


def test_a_node_of_eleven_millimetres_is_still_disease():
    """The targets are gone, but a non-target node of 11 mm keeps the response partial."""
    visits = """
    day | T1 liver | N1 node
    -7  | 40       | present
    42  | gone     | 11
    """
    assert non_targets(visits) == ["NON-CR/NON-PD"]
    assert overall(visits) == ["PR"]


def test_a_node_below_ten_millimetres_is_gone():
    """9 mm is a normal node."""
    visits = """
    day | T1 liver | N1 node
    -7  | 40       | present
    42  | gone     | 9
    """
    assert non_targets(visits) == ["CR"]
    assert overall(visits) == ["CR"]


def test_a_marker_that_stays_raised_prevents_complete_response():
    """A marker raised at baseline must be normal for a complete response."""
    visits = """
    day | T1 liver | M1
    -7  | 40       | present
    42  | gone     | present
    84  | gone     | gone
    """
    assert overall(visits) == ["PR", "CR"]


def test_a_marker_alone_is_not_a_return_of_disease():
    """A marker that rises again after complete response is not by itself progression."""
    visits = """
    day | T1 liver | M1
    -7  | 40       | present
    42  | gone     | gone
    84  | gone     | present
    """
    assert overall(visits) == ["CR", "PR"]


def test_a_study_may_ignore_markers():
    """Setting `tumour_markers`: ignored."""
    visits = """
    day | T1 liver | M1
    -7  | 40       | present
    42  | gone     | present
    """
    assert overall(visits, tumour_markers="ignored") == ["CR"]


def test_no_disease_at_baseline():
    """Nothing was recorded at baseline: only a new lesion can be judged."""
    visits = """
    day | new
    -7  |
    42  | perhaps
    84  | yes
    """
    assert overall(visits) == ["PD", "PD"]


def test_no_disease_at_baseline_and_nothing_new():
    """Without any disease at baseline there is nothing to respond."""
    visits = """
    day | new
    42  | perhaps
    84  | perhaps
    """
    assert overall(visits) == ["NE"]
    assert reasons(visits) == ["NO_DISEASE_AT_BASELINE"]
