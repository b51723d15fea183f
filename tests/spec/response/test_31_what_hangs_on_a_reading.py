"""What hangs on a reading

Where the guideline leaves a choice, everything else is kept and the one setting is read otherwise. These are the
smallest courses in which one named setting changes one patient. Of a course that no setting touches, nothing is listed.
"""

from spec.reader_language import best_responses_changed, progressions_moved, responses_changed


def test_a_course_that_no_setting_touches():
    """Stable, then a clear progression."""
    visits = """
    day | T1
    -7  | 50
    56  | 50
    112 | 80
    """
    assert responses_changed(visits) == {}
    assert best_responses_changed(visits) == {}
    assert progressions_moved(visits) == []


def test_drift_after_a_partial_response():
    """By plain arithmetic 80 mm is stable disease again; the best response does not hang on it."""
    visits = """
    day | T1
    -7  | 100
    56  | 70
    112 | 70
    168 | 80
    """
    assert responses_changed(visits) == {"carry_response = false": 1}
    assert best_responses_changed(visits) == {}


def test_a_response_seen_once():
    """Whether it needs confirmation decides the best response."""
    visits = """
    day | T1
    -7  | 100
    56  | 60
    112 | 100
    """
    assert best_responses_changed(visits) == {"confirmation_required = true": ("PR", "SD")}


def test_a_confirmation_after_five_weeks():
    """Where confirmation is required, six weeks instead of four undo it."""
    visits = """
    day | T1
    -7  | 100
    56  | 60
    91  | 60
    """
    assert best_responses_changed(visits, confirmation_required=True) == {
        "confirm_min_days = 42": ("PR", "SD")
    }


def test_a_scan_that_could_not_be_read_between_two_responses():
    """Where confirmation is required, an unreadable scan between may undo it."""
    visits = """
    day | T1
    -7  | 100
    56  | 60
    84  | ?
    112 | 60
    """
    assert best_responses_changed(visits, confirmation_required=True) == {"max_ne_between = 0": ("PR", "SD")}


def test_stable_at_six_weeks():
    """Day 42 is stable disease by six weeks, not by eight."""
    visits = """
    day | T1
    -7  | 50
    42  | 50
    """
    assert best_responses_changed(visits) == {"sd_min_days = 56": ("SD", "NE")}


def test_progression_while_a_target_is_missing():
    """The lesion that was measured proves it, unless progression is never called on an incomplete scan."""
    visits = """
    day | T1 | T2
    -7  | 50 | 30
    56  | 50 | 30
    112 | 99 | ?
    """
    assert responses_changed(visits) == {"missing_target_pd = never": 1}
    assert progressions_moved(visits) == ["missing_target_pd = never"]


def test_a_marker_that_stays_raised():
    """Complete response needs normal markers; where they play no part, it is one."""
    visits = """
    day | T1 | M1
    -7  | 30 | present
    56  | gone | present
    112 | gone | present
    """
    assert best_responses_changed(visits) == {"tumour_markers = ignored": ("PR", "CR")}


def test_a_reading_of_the_non_targets_that_the_whole_does_not_feel():
    """`nt_partial_ne` changes the answer on the non-targets; the overall response stays not evaluable."""
    visits = """
    day | N1      | N2
    -7  | present | present
    56  | present | ?
    """
    assert responses_changed(visits) == {}
    assert best_responses_changed(visits) == {}


def test_a_late_progression_with_nothing_before_it():
    """Beyond a number of days it says little about the treatment."""
    visits = """
    day | T1
    -7  | 50
    100 | 80
    """
    assert best_responses_changed(visits) == {"pd_max_days = 84": ("PD", "NE")}
