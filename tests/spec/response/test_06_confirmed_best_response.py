"""Best overall response, confirmed

Table 3 of RECIST 1.1, pair by pair, for trials in which a response must be confirmed after at least four weeks.
Stable disease counts from day 42. Each answer carries its reason.
"""

from spec.lesion_language import best


def test_table_3_cr_cr():
    """CR, CR: CR."""
    visits = """
    day | response
    56  | CR
    112 | CR
    """
    assert best(visits, confirmed=True) == ("CR", None)


def test_table_3_cr_pr():
    """CR, PR: disease returned after a true CR, progression at day 112; stable long enough by day 56."""
    visits = """
    day | response
    56  | CR
    112 | PR
    """
    assert best(visits, confirmed=True) == ("SD", "CR_THEN_LESS")


def test_table_3_cr_pr_too_early():
    """CR, PR with the first before the minimum for stable disease: PD."""
    visits = """
    day | response
    28  | CR
    84  | PR
    """
    assert best(visits, confirmed=True) == ("PD", "CR_THEN_LESS")


def test_table_3_cr_pr_read_again():
    """Setting `cr_then_less`: PR. The reader finds that the first CR was a PR."""
    visits = """
    day | response
    56  | CR
    112 | PR
    """
    assert best(visits, confirmed=True, cr_then_less="PR") == ("PR", None)


def test_table_3_cr_sd():
    """CR, SD: SD, when the minimum was met."""
    visits = """
    day | response
    56  | CR
    112 | SD
    """
    assert best(visits, confirmed=True) == ("SD", "CR_THEN_LESS")


def test_table_3_cr_sd_too_early():
    """CR, SD with the CR before the minimum: PD."""
    visits = """
    day | response
    28  | CR
    84  | SD
    """
    assert best(visits, confirmed=True) == ("PD", "CR_THEN_LESS")


def test_table_3_cr_pd():
    """CR, PD: SD, when the minimum was met."""
    visits = """
    day | response
    56  | CR
    112 | PD
    """
    assert best(visits, confirmed=True) == ("SD", "NOT_CONFIRMED")


def test_table_3_cr_pd_too_early():
    """CR, PD with the CR before the minimum: PD."""
    visits = """
    day | response
    28  | CR
    84  | PD
    """
    assert best(visits, confirmed=True) == ("PD", "NOT_CONFIRMED")


def test_table_3_cr_ne():
    """CR, NE: SD, when the minimum was met."""
    visits = """
    day | response
    56  | CR
    112 | NE
    """
    assert best(visits, confirmed=True) == ("SD", "NOT_CONFIRMED")


def test_table_3_cr_ne_too_early():
    """CR, NE with the CR before the minimum: NE."""
    visits = """
    day | response
    28  | CR
    84  | NE
    """
    assert best(visits, confirmed=True) == ("NE", "SD_TOO_EARLY")


def test_table_3_pr_cr():
    """PR, CR: PR; the CR is not confirmed yet."""
    visits = """
    day | response
    56  | PR
    112 | CR
    """
    assert best(visits, confirmed=True) == ("PR", "NOT_CONFIRMED")


def test_table_3_pr_pr():
    """PR, PR: PR."""
    visits = """
    day | response
    56  | PR
    112 | PR
    """
    assert best(visits, confirmed=True) == ("PR", None)


def test_table_3_pr_sd():
    """PR, SD: SD."""
    visits = """
    day | response
    56  | PR
    112 | SD
    """
    assert best(visits, confirmed=True) == ("SD", "NOT_CONFIRMED")


def test_table_3_pr_pd():
    """PR, PD: SD, when the minimum was met."""
    visits = """
    day | response
    56  | PR
    112 | PD
    """
    assert best(visits, confirmed=True) == ("SD", "NOT_CONFIRMED")


def test_table_3_pr_pd_too_early():
    """PR at day 37, PD: PD."""
    visits = """
    day | response
    37  | PR
    79  | PD
    """
    assert best(visits, confirmed=True) == ("PD", "NOT_CONFIRMED")


def test_table_3_pr_ne():
    """PR, NE: SD, when the minimum was met."""
    visits = """
    day | response
    56  | PR
    112 | NE
    """
    assert best(visits, confirmed=True) == ("SD", "NOT_CONFIRMED")


def test_table_3_pr_ne_too_early():
    """PR, NE with the PR before the minimum: NE."""
    visits = """
    day | response
    28  | PR
    84  | NE
    """
    assert best(visits, confirmed=True) == ("NE", "SD_TOO_EARLY")


def test_table_3_ne_ne():
    """NE, NE: NE."""
    visits = """
    day | response
    56  | NE
    112 | NE
    """
    assert best(visits, confirmed=True) == ("NE", "LESION_MISSING")


def test_twenty_one_days_do_not_confirm():
    """Seen again too soon."""
    visits = """
    day | response
    56  | PR
    77  | PR
    """
    assert best(visits, confirmed=True) == ("SD", "CONFIRMED_TOO_SOON")


def test_twenty_eight_days_confirm():
    """Exactly four weeks are enough."""
    visits = """
    day | response
    56  | PR
    84  | PR
    """
    assert best(visits, confirmed=True) == ("PR", None)


def test_one_ne_between_is_tolerated():
    """Setting `max_ne_between`: 1."""
    visits = """
    day | response
    56  | PR
    112 | NE
    168 | PR
    """
    assert best(visits, confirmed=True) == ("PR", None)
    assert best(visits, confirmed=True, max_ne_between=0) == ("SD", "NE_BETWEEN")


def test_two_ne_between_are_too_many():
    """Two assessments in a row that were not evaluable break the confirmation."""
    visits = """
    day | response
    56  | PR
    112 | NE
    168 | NE
    224 | PR
    """
    assert best(visits, confirmed=True) == ("SD", "NE_BETWEEN")


def test_a_stable_assessment_between_two_pr():
    """Setting `accept_one_sd_between_pr`: by default one SD undoes the first PR."""
    visits = """
    day | response
    56  | PR
    112 | SD
    168 | PR
    """
    assert best(visits, confirmed=True) == ("SD", "NOT_CONFIRMED")
    assert best(visits, confirmed=True, accept_one_sd_between_pr=True) == ("PR", None)


def test_a_later_pair_may_confirm():
    """PR, CR, CR: the complete response is confirmed."""
    visits = """
    day | response
    56  | PR
    112 | CR
    168 | CR
    """
    assert best(visits, confirmed=True) == ("CR", None)
