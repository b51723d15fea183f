"""iRECIST: one assessment, without and with unconfirmed progression before it

Table 2 of iRECIST, row by row. Until the first progression the answer is that of RECIST 1.1 with an i.
"""

from spec.lesion_language import new_lesions, non_targets, overall, targets


def test_row_1():
    """Targets iCR, non-targets iCR, nothing new: iCR."""
    visits = """
    day | T1 liver | N1 bone
    -7  | 60       | present
    56  | gone     | gone
    """
    assert overall(visits, "irecist") == ["iCR"]


def test_row_2():
    """Targets iCR, a non-target persists: iPR."""
    visits = """
    day | T1 liver | N1 bone
    -7  | 60       | present
    56  | gone     | present
    """
    assert overall(visits, "irecist") == ["iPR"]


def test_row_3():
    """Targets iPR, a non-target persists: iPR."""
    visits = """
    day | T1 liver | N1 bone
    -7  | 60       | present
    56  | 40       | present
    """
    assert overall(visits, "irecist") == ["iPR"]


def test_row_4():
    """Targets iSD, a non-target persists: iSD."""
    visits = """
    day | T1 liver | N1 bone
    -7  | 60       | present
    56  | 55       | present
    """
    assert overall(visits, "irecist") == ["iSD"]


def test_rows_1_to_4_with_progression_before():
    """The same answers after unconfirmed progression: it is lifted."""
    visits = """
    day | T1 liver | N1 bone
    -7  | 60       | present
    56  | 75       | present
    84  | 58       | present
    112 | 75       | present
    140 | 40       | present
    168 | 60       | present
    196 | gone     | gone
    """
    assert overall(visits, "irecist") == ["iUPD", "iSD", "iUPD", "iPR", "iUPD", "iCR"]


def test_row_5_new_lesions_have_grown():
    """Targets and non-targets no worse, the new lesion 6 mm larger: iCPD."""
    visits = """
    day | T1 liver | N1 bone | new lung
    -7  | 60       | present |
    56  | 75       | worse   | 12
    84  | 75       | same    | 18
    """
    assert overall(visits, "irecist") == ["iUPD", "iCPD"]


def test_row_5_new_lesions_have_multiplied():
    """Targets and non-targets no worse, one more new lesion: iCPD."""
    visits = """
    day | T1 liver | N1 bone | new lung | new skin
    -7  | 60       | present |          |
    56  | 75       | worse   | 12       |
    84  | 75       | same    | 12       | yes
    """
    assert overall(visits, "irecist") == ["iUPD", "iCPD"]


def test_row_5_no_change():
    """Nothing larger and nothing more: iUPD again."""
    visits = """
    day | T1 liver | N1 bone | new lung
    -7  | 60       | present |
    56  | 75       | worse   | 12
    84  | 75       | same    | 12
    """
    assert overall(visits, "irecist") == ["iUPD", "iUPD"]


def test_row_6():
    """Targets stable, a non-target progresses: iUPD, and the target category stays iSD."""
    visits = """
    day | T1 liver | N1 bone
    -7  | 60       | present
    56  | 58       | worse
    """
    assert overall(visits, "irecist") == ["iUPD"]
    assert targets(visits, "irecist") == ["iSD"]
    assert non_targets(visits, "irecist") == ["iUPD"]


def test_row_6_confirmed():
    """Any further increase of the non-target confirms; it need not be unequivocal again."""
    visits = """
    day | T1 liver | N1 bone
    -7  | 60       | present
    56  | 58       | worse
    84  | 58       | more
    """
    assert overall(visits, "irecist") == ["iUPD", "iCPD"]


def test_row_6_not_confirmed():
    """The non-target has not changed since: iUPD again. That it is still worse than at baseline confirms nothing."""
    visits = """
    day | T1 liver | N1 bone
    -7  | 60       | present
    56  | 58       | worse
    84  | 58       | same
    112 | 58       | worse
    """
    assert overall(visits, "irecist") == ["iUPD", "iUPD", "iUPD"]


def test_row_6_another_non_target():
    """A second non-target that progresses is a further increase of non-target disease: iCPD."""
    visits = """
    day | T1 liver | N1 bone | N2 pleura
    -7  | 60       | present | present
    56  | 58       | worse   | present
    84  | 58       | same    | worse
    """
    assert overall(visits, "irecist") == ["iUPD", "iCPD"]


def test_row_7():
    """Targets progress: iUPD, never iCPD on one scan."""
    visits = """
    day | T1 liver | N1 bone
    -7  | 60       | present
    56  | 90       | present
    """
    assert overall(visits, "irecist") == ["iUPD"]


def test_row_7_confirmed():
    """The sum rises by exactly 5 mm: iCPD. The target category is still called iUPD."""
    visits = """
    day | T1 liver
    -7  | 60
    56  | 75
    84  | 80
    """
    assert overall(visits, "irecist") == ["iUPD", "iCPD"]
    assert targets(visits, "irecist") == ["iUPD", "iUPD"]


def test_row_7_not_confirmed():
    """The sum rises by 4.9 mm: iUPD again."""
    visits = """
    day | T1 liver
    -7  | 60
    56  | 75
    84  | 79.9
    """
    assert overall(visits, "irecist") == ["iUPD", "iUPD"]


def test_row_8_by_the_targets():
    """Targets and non-targets progress, only the sum rises further: iCPD."""
    visits = """
    day | T1 liver | N1 bone
    -7  | 60       | present
    56  | 75       | worse
    84  | 80       | same
    """
    assert overall(visits, "irecist") == ["iUPD", "iCPD"]


def test_row_8_by_the_non_targets():
    """Targets and non-targets progress, only the non-target increases further: iCPD."""
    visits = """
    day | T1 liver | N1 bone
    -7  | 60       | present
    56  | 75       | worse
    84  | 75       | more
    """
    assert overall(visits, "irecist") == ["iUPD", "iCPD"]


def test_row_9():
    """All three categories progress; growth in one of them confirms, here the new lesion alone."""
    visits = """
    day | T1 liver | N1 bone | new skin
    -7  | 60       | present |
    56  | 75       | worse   | yes
    84  | 75       | same    | more
    """
    assert overall(visits, "irecist") == ["iUPD", "iCPD"]


def test_row_10():
    """Targets and non-targets do not progress, a new lesion appears: iUPD."""
    visits = """
    day | T1 liver | N1 bone | new lung
    -7  | 60       | present |
    56  | 58       | present | 12
    """
    assert overall(visits, "irecist") == ["iUPD"]
    assert new_lesions(visits, "irecist") == ["Y"]


def test_row_10_confirmed():
    """The new lesion is 5 mm larger: iCPD."""
    visits = """
    day | T1 liver | N1 bone | new lung
    -7  | 60       | present |
    56  | 58       | present | 12
    84  | 58       | present | 17
    """
    assert overall(visits, "irecist") == ["iUPD", "iCPD"]


def test_row_10_not_confirmed():
    """The new lesion is 4 mm larger: iUPD again."""
    visits = """
    day | T1 liver | N1 bone | new lung
    -7  | 60       | present |
    56  | 58       | present | 12
    84  | 58       | present | 16
    """
    assert overall(visits, "irecist") == ["iUPD", "iUPD"]


def test_a_category_that_joins_confirms():
    """Progression of the targets first, then a non-target progresses while the sum falls: iCPD."""
    visits = """
    day | T1 liver | N1 bone
    -7  | 60       | present
    56  | 75       | present
    84  | 72       | worse
    """
    assert overall(visits, "irecist") == ["iUPD", "iCPD"]


def test_a_new_lesion_after_progression_of_the_targets_confirms():
    """A first new lesion is a category that joins, although the targets are smaller again."""
    visits = """
    day | T1 liver | new lung
    -7  | 60       |
    56  | 75       |
    84  | 58       | 12
    """
    assert overall(visits, "irecist") == ["iUPD", "iCPD"]


def test_disease_without_targets():
    """Without targets: neither, then unconfirmed, then confirmed progression."""
    visits = """
    day | N1 bone
    -7  | present
    56  | present
    84  | worse
    112 | more
    """
    assert overall(visits, "irecist") == ["NON-iCR/NON-iUPD", "iUPD", "iCPD"]
