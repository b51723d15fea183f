"""iRECIST: confirming progression

Against which sum, how soon, how late, and with what in between.
"""

from spec.lesion_language import overall, reasons


def test_rises_add_up():
    """Plus 4 mm, then plus 2 mm: 6 mm over the smallest sum of the series confirm."""
    visits = """
    day | T1 liver
    -7  | 60
    56  | 75
    84  | 79
    112 | 81
    """
    assert overall(visits, "irecist") == ["iUPD", "iUPD", "iCPD"]


def test_a_dip_lowers_the_reference():
    """75, 72, 77 mm: 5 mm over the smallest sum of the series (our reading), though 2 mm over the first."""
    visits = """
    day | T1 liver
    -7  | 60
    56  | 75
    84  | 72
    112 | 77
    """
    assert overall(visits, "irecist") == ["iUPD", "iUPD", "iCPD"]
    assert overall(visits, "irecist", irecist_reference="first") == ["iUPD", "iUPD", "iUPD"]


def test_a_sum_with_a_missing_target_is_no_reference():
    """At day 56 the measured target alone proves progression, but its sum is not whole: day 84 becomes the reference."""
    visits = """
    day | T1 liver | T2 lung
    -7  | 60       | 20
    56  | 99       | ?
    84  | 99       | 20
    112 | 104      | 20
    """
    assert overall(visits, "irecist") == ["iUPD", "iUPD", "iCPD"]


def test_a_scan_that_comes_too_soon():
    """14 days after: 8 mm more confirm nothing, but what the early scan showed counts at the next."""
    visits = """
    day | T1 liver
    -7  | 60
    56  | 75
    70  | 83
    84  | 83
    """
    assert overall(visits, "irecist") == ["iUPD", "iUPD", "iCPD"]


def test_an_early_scan_is_no_reference():
    """A smaller sum on the early scan does not lower the reference."""
    visits = """
    day | T1 liver
    -7  | 60
    56  | 80
    70  | 74
    84  | 80
    """
    assert overall(visits, "irecist") == ["iUPD", "iUPD", "iUPD"]


def test_what_an_early_scan_says_in_words_counts_at_the_next():
    """The non-target had grown on the early scan and has not shrunk since: iCPD at day 84."""
    visits = """
    day | T1 liver | N1 bone
    -7  | 60       | present
    56  | 58       | worse
    70  | 58       | more
    84  | 58       | same
    """
    assert overall(visits, "irecist") == ["iUPD", "iUPD", "iCPD"]


def test_what_an_early_scan_said_may_be_undone():
    """The non-target had grown on the early scan and is smaller at the next: iUPD stays."""
    visits = """
    day | T1 liver | N1 bone | N2 pleura
    -7  | 60       | present | present
    56  | 58       | worse   | worse
    70  | 58       | more    | same
    84  | 58       | less    | same
    """
    assert overall(visits, "irecist") == ["iUPD", "iUPD", "iUPD"]


def test_four_weeks_less_two_days():
    """26 days are enough, 25 are not."""
    enough = """
    day | T1 liver
    -7  | 60
    56  | 75
    82  | 81
    """
    too_few = """
    day | T1 liver
    -7  | 60
    56  | 75
    81  | 81
    """
    assert overall(enough, "irecist") == ["iUPD", "iCPD"]
    assert overall(too_few, "irecist") == ["iUPD", "iUPD"]
    assert overall(enough, "irecist", irecist_early_tolerance_days=0) == ["iUPD", "iUPD"]


def test_an_early_scan_for_a_symptom_with_one_more_new_lesion():
    """The exception: made for a new symptom, and one more new lesion is seen: iCPD at once."""
    visits = """
    day | T1 liver | new lung | new brain | symptom
    -7  | 60       |          |           |
    56  | 58       | 12       |           |
    70  | 58       | 12       | 14        | yes
    """
    assert overall(visits, "irecist") == ["iUPD", "iCPD"]


def test_an_early_scan_for_a_symptom_without_one():
    """Growth of the known new lesion alone, though the scan was made for a symptom: not yet."""
    visits = """
    day | T1 liver | new lung | symptom
    -7  | 60       |          |
    56  | 58       | 12       |
    70  | 58       | 20       | yes
    """
    assert overall(visits, "irecist") == ["iUPD", "iUPD"]


def test_an_early_scan_with_one_more_new_lesion_and_no_symptom():
    """One more new lesion on an early planned scan: not yet; it counts at the next scan."""
    visits = """
    day | T1 liver | new lung | new brain
    -7  | 60       |          |
    56  | 58       | 12       |
    70  | 58       | 12       | 14
    98  | 58       | 12       | 14
    """
    assert overall(visits, "irecist") == ["iUPD", "iUPD", "iCPD"]


def test_four_weeks_from_which_progression():
    """Counted from the first of the series; from the last one if the analysis plan says so."""
    visits = """
    day | T1 liver
    -7  | 60
    56  | 75
    84  | 76
    98  | 82
    """
    assert overall(visits, "irecist") == ["iUPD", "iUPD", "iCPD"]
    assert overall(visits, "irecist", irecist_days_from="last_iupd") == ["iUPD", "iUPD", "iUPD"]


def test_a_late_scan_confirms_and_says_so():
    """12 weeks after: it confirms, and the reason says that it was late."""
    visits = """
    day | T1 liver
    -7  | 60
    56  | 75
    140 | 81
    """
    assert overall(visits, "irecist") == ["iUPD", "iCPD"]
    assert reasons(visits, "irecist") == ["TARGET", "SUM_ROSE + LATE"]


def test_not_evaluable_between():
    """One scan that is NE stands between; by the strict reading progression is unconfirmed anew."""
    visits = """
    day | T1 liver | T2 lung
    -7  | 60       | 40
    56  | 75       | 50
    84  | ?        | 50
    112 | 79       | 52
    """
    assert overall(visits, "irecist") == ["iUPD", "NE", "iCPD"]
    assert overall(visits, "irecist", irecist_bridge_ne=False) == ["iUPD", "NE", "iUPD"]


def test_after_confirmation():
    """What follows confirmed progression is judged and counts for nothing: iCPD stays while nothing lifts it."""
    visits = """
    day | T1 liver
    -7  | 60
    56  | 75
    84  | 81
    112 | 81
    140 | 40
    """
    assert overall(visits, "irecist") == ["iUPD", "iCPD", "iCPD", "iPR"]


def test_the_reason_names_every_route():
    """The reason of a confirmation lists all that confirm it."""
    visits = """
    day | T1 liver | N1 bone | new lung
    -7  | 60       | present |
    56  | 75       | present | 12
    84  | 81       | worse   | 18
    """
    assert reasons(visits, "irecist") == ["TARGET + NEW_LESION", "SUM_ROSE + NLT_ROSE + NEWLY_NON_TARGET"]
