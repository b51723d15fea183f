"""iRECIST: lifting progression, and progression anew

Response or stable disease against baseline lifts unconfirmed progression: the bar is reset, and a later progression
needs its own confirmation.
"""

from spec.lesion_language import overall, progression_day, reasons


def test_pseudoprogression():
    """The sum rises, then falls by 30 % of baseline: iPR, and there was no progression."""
    visits = """
    day | T1 liver
    -7  | 60
    56  | 75
    84  | 40
    """
    assert overall(visits, "irecist") == ["iUPD", "iPR"]
    assert progression_day(visits) == "none"


def test_stable_disease_lifts_too():
    """iUPD, iSD, iUPD, iCPD: the second progression has its own confirmation, and its date is the event."""
    visits = """
    day | T1 liver
    -7  | 60
    56  | 75
    84  | 66
    140 | 80
    168 | 85
    """
    assert overall(visits, "irecist") == ["iUPD", "iSD", "iUPD", "iCPD"]
    assert progression_day(visits) == 140


def test_a_new_rise_is_measured_from_the_nadir():
    """After iPR the next progression is 20 % and 5 mm over the smallest sum, as in RECIST 1.1."""
    visits = """
    day | T1 liver
    -7  | 60
    56  | 75
    84  | 30
    140 | 36
    """
    assert overall(visits, "irecist") == ["iUPD", "iPR", "iUPD"]


def test_an_early_scan_may_lift():
    """A scan that comes too soon to confirm may still show a response."""
    visits = """
    day | T1 liver
    -7  | 60
    56  | 75
    70  | 40
    """
    assert overall(visits, "irecist") == ["iUPD", "iPR"]


def test_a_non_target_that_is_no_longer_worse():
    """The non-target progressed and is now called present: iSD."""
    visits = """
    day | T1 liver | N1 bone
    -7  | 60       | present
    56  | 58       | worse
    84  | 58       | present
    """
    assert overall(visits, "irecist") == ["iUPD", "iSD"]


def test_a_new_lesion_that_is_gone():
    """The new lesion has disappeared: iSD."""
    visits = """
    day | T1 liver | new lung
    -7  | 60       |
    56  | 58       | 12
    84  | 58       | gone
    """
    assert overall(visits, "irecist") == ["iUPD", "iSD"]


def test_response_beside_a_new_lesion():
    """The targets reach partial response while the new lesion stays: iPR; it need not vanish."""
    visits = """
    day | T1 liver | new lung
    -7  | 60       |
    56  | 58       | 12
    84  | 40       | 12
    """
    assert overall(visits, "irecist") == ["iUPD", "iPR"]


def test_no_change_beside_a_new_lesion():
    """Partial response when the new lesion appeared and partial response still: nothing is better, iUPD stays."""
    visits = """
    day | T1 liver | new lung
    -7  | 60       |
    56  | 40       | 12
    84  | 40       | 12
    """
    assert overall(visits, "irecist") == ["iUPD", "iUPD"]


def test_stable_disease_beside_a_new_lesion():
    """The targets had progressed too and are stable again: iSD by our reading; by the stricter one iUPD stays."""
    visits = """
    day | T1 liver | new lung
    -7  | 60       |
    56  | 75       | 12
    84  | 60       | 12
    """
    assert overall(visits, "irecist") == ["iUPD", "iSD"]
    assert overall(visits, "irecist", new_lesion_isd_resets=False) == ["iUPD", "iUPD"]


def test_response_while_the_new_lesion_grows():
    """The targets reach partial response, but the new lesion is 5 mm larger: iCPD."""
    visits = """
    day | T1 liver | new lung
    -7  | 60       |
    56  | 58       | 12
    84  | 40       | 17
    """
    assert overall(visits, "irecist") == ["iUPD", "iCPD"]


def test_a_new_lesion_that_nobody_mentions():
    """Silence about a known new lesion lifts nothing, unless the analysis plan takes it for unchanged."""
    visits = """
    day | T1 liver | new lung
    -7  | 60       |
    56  | 58       | 12
    84  | 40       |
    """
    assert overall(visits, "irecist") == ["iUPD", "iUPD"]
    assert overall(visits, "irecist", new_lesion_missing="unchanged") == ["iUPD", "iPR"]


def test_a_known_new_lesion_is_no_progression_anew():
    """Once lifted, the same new lesion unchanged is no progression."""
    visits = """
    day | T1 liver | new lung
    -7  | 60       |
    56  | 58       | 12
    84  | 40       | 12
    112 | 40       | 12
    """
    assert overall(visits, "irecist") == ["iUPD", "iPR", "iPR"]


def test_growth_of_a_known_new_lesion_is_progression_anew():
    """Once lifted, 20 % and 5 mm over the smallest sum of the new lesions are progression, to be confirmed."""
    visits = """
    day | T1 liver | new lung
    -7  | 60       |
    56  | 58       | 24
    84  | 40       | 24
    112 | 40       | 29
    140 | 40       | 34
    """
    assert overall(visits, "irecist") == ["iUPD", "iPR", "iUPD", "iCPD"]
    assert progression_day(visits) == 112
    assert reasons(visits, "irecist")[2] == "NEW_LESION_GREW"


def test_too_little_growth_of_a_known_new_lesion():
    """4 mm are 33 % but less than 5 mm; 5 mm on 30 mm are less than 20 %: no progression."""
    small = """
    day | T1 liver | new lung
    -7  | 60       |
    56  | 58       | 12
    84  | 40       | 12
    112 | 40       | 16
    """
    large = """
    day | T1 liver | new lung
    -7  | 60       |
    56  | 58       | 30
    84  | 40       | 30
    112 | 40       | 35
    """
    assert overall(small, "irecist") == ["iUPD", "iPR", "iPR"]
    assert overall(large, "irecist") == ["iUPD", "iPR", "iPR"]
    assert overall(small, "irecist", new_lesion_reset_mm=4) == ["iUPD", "iPR", "iUPD"]


def test_a_new_lesion_in_words_is_progression_anew_only_if_unequivocal():
    """Once lifted, an unmeasured new lesion must grow unequivocally; a mere increase is not enough."""
    increased = """
    day | T1 liver | new skin
    -7  | 60       |
    56  | 58       | yes
    84  | 40       | same
    112 | 40       | more
    """
    unequivocal = """
    day | T1 liver | new skin
    -7  | 60       |
    56  | 58       | yes
    84  | 40       | same
    112 | 40       | worse
    """
    assert overall(increased, "irecist") == ["iUPD", "iPR", "iPR"]
    assert overall(unequivocal, "irecist") == ["iUPD", "iPR", "iUPD"]


def test_one_more_new_lesion_is_progression_anew():
    """Once lifted, a further new lesion is progression."""
    visits = """
    day | T1 liver | new lung | new skin
    -7  | 60       |          |
    56  | 58       | 12       |
    84  | 40       | 12       |
    112 | 40       | 12       | yes
    """
    assert overall(visits, "irecist") == ["iUPD", "iPR", "iUPD"]


def test_a_new_lesion_that_comes_back():
    """A new lesion that had gone and is seen again is progression anew."""
    visits = """
    day | T1 liver | new lung
    -7  | 60       |
    56  | 58       | 12
    84  | 58       | gone
    112 | 58       | 12
    """
    assert overall(visits, "irecist") == ["iUPD", "iSD", "iUPD"]


def test_a_known_new_lesion_does_not_confirm_progression_of_the_targets():
    """The new lesion was lifted and is unchanged; the targets progress, then persist: iUPD stays."""
    visits = """
    day | T1 liver | new lung
    -7  | 60       |
    56  | 58       | 12
    84  | 40       | 12
    112 | 50       | 12
    140 | 51       | 12
    """
    assert overall(visits, "irecist") == ["iUPD", "iPR", "iUPD", "iUPD"]


def test_nothing_evaluable_lifts_nothing():
    """NE lifts no progression: it stands at its date."""
    visits = """
    day | T1 liver | N1 bone
    -7  | 60       | present
    56  | 75       | present
    84  | ?        | ?
    """
    assert overall(visits, "irecist") == ["iUPD", "NE"]
    assert progression_day(visits) == 56


def test_the_event_is_the_first_progression_of_the_confirmed_series():
    """iUPD twice, then iCPD: the event is the first iUPD, not the scan that confirms."""
    visits = """
    day | T1 liver
    -7  | 60
    56  | 75
    84  | 77
    112 | 82
    """
    assert progression_day(visits) == 56
    assert progression_day(visits, "recist_1_1") == 56
