"""iRECIST: best response and its duration

The best response up to confirmed progression; unconfirmed progression ends nothing. Table 3 of iRECIST.
"""

from spec.lesion_language import best, duration


def test_response_after_unconfirmed_progression():
    """iUPD, iPR, iCR, iUPD, iCPD: iCR."""
    visits = """
    day | response
    56  | iUPD
    112 | iPR
    168 | iCR
    224 | iUPD
    280 | iCPD
    """
    assert best(visits, confirmed=False, criterion="irecist") == ("iCR", None)


def test_nothing_counts_after_confirmed_progression():
    """iUPD, iCPD, then iPR: iCPD."""
    visits = """
    day | response
    56  | iUPD
    112 | iCPD
    168 | iPR
    """
    assert best(visits, confirmed=False, criterion="irecist") == ("iCPD", None)


def test_stable_before_progression():
    """iSD after the minimum time, then confirmed progression: iSD."""
    visits = """
    day | response
    56  | iSD
    112 | iUPD
    168 | iCPD
    """
    assert best(visits, confirmed=False, criterion="irecist") == ("iSD", None)


def test_only_unconfirmed_progression():
    """iUPD, then never evaluable: iUPD."""
    visits = """
    day | response
    56  | iUPD
    112 | NE
    168 | NE
    """
    assert best(visits, confirmed=False, criterion="irecist") == ("iUPD", None)


def test_disease_without_targets():
    """Neither response nor progression, then confirmed progression: NON-iCR/NON-iUPD."""
    visits = """
    day | response
    56  | NON-iCR/NON-iUPD
    112 | iUPD
    168 | iCPD
    """
    assert best(visits, confirmed=False, criterion="irecist") == ("NON-iCR/NON-iUPD", None)


def test_stable_too_early():
    """iSD before the minimum time, then unconfirmed progression: iUPD."""
    visits = """
    day | response
    28  | iSD
    56  | iUPD
    """
    assert best(visits, confirmed=False, criterion="irecist") == ("iUPD", None)


def test_nothing_evaluable():
    """Never evaluable: NE, with its reason."""
    visits = """
    day | response
    56  | NE
    """
    assert best(visits, confirmed=False, criterion="irecist") == ("NE", "LESION_MISSING")


def test_confirmed_response():
    """Two iPR four weeks apart: confirmed iPR."""
    visits = """
    day | response
    56  | iPR
    84  | iPR
    """
    assert best(visits, confirmed=True, criterion="irecist") == ("iPR", None)


def test_unconfirmed_progression_between_two_responses():
    """iPR, iUPD, iPR: not confirmed by default; confirmed if the analysis plan looks past iUPD."""
    visits = """
    day | response
    56  | iPR
    84  | iUPD
    112 | iPR
    """
    assert best(visits, confirmed=True, criterion="irecist") == ("iSD", "NOT_CONFIRMED")
    assert best(visits, confirmed=True, criterion="irecist", irecist_iupd_between_responses=True) == (
        "iPR",
        None,
    )


def test_duration_ends_at_the_start_of_the_confirmed_series():
    """iPR at day 56; the progression of day 112 is lifted, that of day 224 is confirmed: 168 days."""
    visits = """
    day | response
    56  | iPR
    112 | iUPD
    168 | iPR
    224 | iUPD
    280 | iCPD
    """
    assert duration(visits, criterion="irecist") == (168, "progression")


def test_duration_ends_at_progression_that_nothing_lifts():
    """iPR, then iUPD and nothing more: it counts at its date."""
    visits = """
    day | response
    56  | iPR
    112 | iUPD
    168 | NE
    """
    assert duration(visits, criterion="irecist") == (56, "progression")


def test_duration_goes_on_past_progression_that_is_lifted():
    """iPR, iUPD, iSD: still without progression, censored at the last assessment."""
    visits = """
    day | response
    56  | iPR
    112 | iUPD
    168 | iSD
    """
    assert duration(visits, criterion="irecist") == (112, "censored")


def test_new_therapy_ends_the_count():
    """A response after a new anticancer therapy lifts nothing: the progression before it stands."""
    visits = """
    day | response
    56  | iPR
    112 | iUPD
    168 | iPR
    """
    assert duration(visits, {"NACTDT": 140}, criterion="irecist") == (56, "progression")


def test_a_confirmation_after_a_new_therapy_does_not_count():
    """Progression stays unconfirmed, and the reason says that a later assessment would have confirmed it."""
    visits = """
    day | response
    56  | iUPD
    112 | iCPD
    """
    found = best(visits, {"NACTDT": 80}, confirmed=False, criterion="irecist")
    assert found == ("iUPD", "CONFIRMED_AFTER_NEW_THERAPY")
