"""Best overall response, unconfirmed

The best response up to progression. Stable disease counts from day 42; nothing counts after progression or after
a new therapy. Each answer carries its reason.
"""

from spec.lesion_language import best


def test_without_confirmation_the_best_counts():
    """SD, PR, PD: PR."""
    visits = """
    day | response
    56  | SD
    112 | PR
    168 | PD
    """
    assert best(visits, confirmed=False) == ("PR", None)


def test_without_confirmation_an_early_response_counts():
    """A complete response counts at once, even on day 28."""
    visits = """
    day | response
    28  | CR
    56  | PD
    """
    assert best(visits, confirmed=False) == ("CR", None)


def test_stable_disease_counts_from_day_42():
    """Day 42 exactly is long enough."""
    visits = """
    day | response
    42  | SD
    """
    assert best(visits, confirmed=False) == ("SD", None)


def test_stable_disease_too_early_then_progression():
    """SD at day 41, then PD: PD."""
    visits = """
    day | response
    41  | SD
    84  | PD
    """
    assert best(visits, confirmed=False) == ("PD", "SD_TOO_EARLY")


def test_stable_disease_too_early_then_lost():
    """SD at day 41, then nothing: NE."""
    visits = """
    day | response
    41  | SD
    """
    assert best(visits, confirmed=False) == ("NE", "SD_TOO_EARLY")


def test_nothing_counts_after_progression():
    """A response after progression is not a response by RECIST 1.1."""
    visits = """
    day | response
    56  | PD
    112 | PR
    168 | PR
    """
    assert best(visits, confirmed=True) == ("PD", None)


def test_nothing_counts_after_a_new_therapy():
    """A response after another therapy is not due to this one; nothing before it could be judged."""
    visits = """
    day | response
    56  | PR
    """
    assert best(visits, {"NACTDT": 30}, confirmed=False) == ("NE", "NEW_THERAPY")


def test_a_study_may_count_on_after_a_new_therapy():
    """Setting `truncate_at_new_therapy`: false."""
    visits = """
    day | response
    56  | PR
    """
    assert best(visits, {"NACTDT": 30}, confirmed=False, truncate_at_new_therapy=False) == ("PR", None)


def test_disease_without_targets_is_never_stable():
    """Without targets the answer below a response is NON-CR/NON-PD."""
    visits = """
    day | response
    56  | NON-CR/NON-PD
    """
    assert best(visits, confirmed=False) == ("NON-CR/NON-PD", None)


def test_no_assessment():
    """A patient who was never assessed is not evaluable; the reason says why."""
    visits = """
    day | response
    """
    assert best(visits, confirmed=False) == ("NE", "NO_ASSESSMENT")
    assert best(visits, {"DTHDT": 20}, confirmed=False) == ("NE", "EARLY_DEATH")
    assert best(visits, confirmed=False, missing_as_ne=False) == ("MISSING", "NO_ASSESSMENT")


def test_progression_too_late():
    """Setting `pd_max_days`: with nothing evaluable before it, a late progression is not evaluable."""
    visits = """
    day | response
    56  | NE
    112 | PD
    """
    assert best(visits, confirmed=False) == ("PD", None)
    assert best(visits, confirmed=False, pd_max_days=84) == ("NE", "PD_TOO_LATE")
