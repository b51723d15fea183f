"""Duration of response

From the first response to progression or death. What was not evaluable does not lengthen a response.
"""

from spec.lesion_language import duration


def test_ends_at_progression():
    """PR at day 56, PD at day 168: 112 days."""
    visits = """
    day | response
    56  | PR
    112 | PR
    168 | PD
    """
    assert duration(visits) == (112, "progression")


def test_ends_at_death():
    """Death without progression ends the response."""
    visits = """
    day | response
    56  | PR
    112 | PR
    """
    assert duration(visits, {"DTHDT": 140}) == (84, "death")


def test_goes_on_to_the_last_evaluable_assessment():
    """NE at day 168 does not lengthen the response: censored at day 112."""
    visits = """
    day | response
    56  | PR
    112 | PR
    168 | NE
    """
    assert duration(visits) == (56, "censored")


def test_starts_at_partial_response_even_if_complete_later():
    """PR, then CR: the response starts at the PR."""
    visits = """
    day | response
    56  | PR
    112 | CR
    168 | PD
    """
    assert duration(visits) == (112, "progression")


def test_where_confirmation_is_required_it_starts_at_the_confirmed_response():
    """PR at day 42 was lost; the confirmed response starts at day 126."""
    visits = """
    day | response
    42  | PR
    84  | SD
    126 | PR
    168 | PR
    210 | PD
    """
    assert duration(visits, confirmation_required=True) == (84, "progression")


def test_no_response_no_duration():
    """Stable disease has no duration of response."""
    visits = """
    day | response
    56  | SD
    """
    assert duration(visits) is None


def test_new_therapy_ends_the_count():
    """Progression after a new therapy is not an event: censored at the last assessment before it."""
    visits = """
    day | response
    56  | PR
    112 | PR
    168 | PD
    """
    assert duration(visits, {"NACTDT": 130}) == (56, "censored")


def test_a_study_may_count_the_first_day():
    """Setting `plus_one_day`."""
    visits = """
    day | response
    56  | PR
    112 | PD
    """
    assert duration(visits, plus_one_day=True) == (57, "progression")
