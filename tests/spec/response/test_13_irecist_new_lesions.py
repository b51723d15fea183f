"""iRECIST: new lesions are measured apart

Up to five new lesions, two in an organ, large enough to be targets, are measured (NLT); the others are judged in words
(NLNT). None is ever part of the sum of the targets.
"""

from spec.lesion_language import new_lesions, overall, targets


def test_never_in_the_sum():
    """A new lesion of 40 mm beside targets that fall by a third: the target category is iPR."""
    visits = """
    day | T1 liver | new lung
    -7  | 60       |
    56  | 40       | 40
    """
    assert targets(visits, "irecist") == ["iPR"]
    assert overall(visits, "irecist") == ["iUPD"]


def test_their_rises_add_up():
    """Two measured new lesions, each 3 mm larger: 6 mm in all confirm."""
    visits = """
    day | T1 liver | new lung | new bone
    -7  | 60       |          |
    56  | 58       | 12       | 14
    84  | 58       | 15       | 17
    """
    assert overall(visits, "irecist") == ["iUPD", "iCPD"]


def test_one_grows_and_one_shrinks():
    """The sum of the new lesions counts: plus 8 and minus 6 mm do not confirm."""
    visits = """
    day | T1 liver | new lung | new bone
    -7  | 60       |          |
    56  | 58       | 12       | 20
    84  | 58       | 20       | 14
    """
    assert overall(visits, "irecist") == ["iUPD", "iUPD"]


def test_two_in_an_organ():
    """The third of one organ is not measured on: its growth counts only if the reader says so."""
    visits = """
    day | T1 liver | new1 lung | new2 lung | new3 lung
    -7  | 60       |           |           |
    56  | 58       | 30        | 20        | 12
    84  | 58       | 30        | 20        | 16
    """
    told = """
    day | T1 liver | new1 lung | new2 lung | new3 lung
    -7  | 60       |           |           |
    56  | 58       | 30        | 20        | 12
    84  | 58       | 30        | 20        | more
    """
    assert overall(visits, "irecist") == ["iUPD", "iUPD"]
    assert overall(told, "irecist") == ["iUPD", "iCPD"]


def test_five_in_all():
    """The sixth, and smallest, is not measured on: with it the sum would have risen by 6 mm, without it by 4."""
    visits = """
    day | T1 liver | new1 lung | new2 bone | new3 skin | new4 brain | new5 spleen | new6 kidney
    -7  | 60       |           |           |           |            |             |
    56  | 58       | 20        | 20        | 20        | 20         | 20          | 12
    84  | 58       | 24        | 20        | 20        | 20         | 20          | 14
    """
    assert overall(visits, "irecist") == ["iUPD", "iUPD"]


def test_too_small_to_be_measured_on():
    """A new lesion of 8 mm is judged in words; where nothing is said, 20 % and 5 mm over its last length are growth."""
    slow = """
    day | T1 liver | new lung
    -7  | 60       |
    56  | 58       | 8
    84  | 58       | 11
    """
    fast = """
    day | T1 liver | new lung
    -7  | 60       |
    56  | 58       | 8
    84  | 58       | 13
    """
    assert overall(slow, "irecist") == ["iUPD", "iUPD"]
    assert overall(fast, "irecist") == ["iUPD", "iCPD"]


def test_measured_for_the_first_time():
    """A known new lesion whose length is first given later has not grown by that length."""
    visits = """
    day | T1 liver | new lung | new bone
    -7  | 60       |          |
    56  | 58       | 12       | yes
    84  | 58       | 12       | 14
    112 | 58       | 12       | 15
    """
    assert overall(visits, "irecist") == ["iUPD", "iUPD", "iUPD"]


def test_a_new_node():
    """A new node is measured on from 15 mm of short axis; below 10 mm it is normal again."""
    visits = """
    day | T1 liver | new axilla node
    -7  | 60       |
    56  | 58       | 16
    84  | 58       | 9
    """
    assert overall(visits, "irecist") == ["iUPD", "iSD"]
    assert new_lesions(visits, "irecist") == ["Y", "N"]


def test_suspected_then_certain():
    """A possible new lesion that is certain later counts from its first appearance."""
    visits = """
    day | T1 liver | new lung
    -7  | 60       |
    56  | 58       | perhaps
    84  | 58       | 12
    """
    assert overall(visits, "irecist") == ["iUPD", "iUPD"]


def test_suspected_and_refuted():
    """A possible new lesion that is refuted was never there."""
    visits = """
    day | T1 liver | new lung
    -7  | 60       |
    56  | 58       | perhaps
    84  | 58       | refuted
    """
    assert overall(visits, "irecist") == ["iSD", "iSD"]


def test_only_suspected():
    """While it is only possible there is no progression."""
    visits = """
    day | T1 liver | new lung
    -7  | 60       |
    56  | 58       | perhaps
    """
    assert overall(visits, "irecist") == ["iSD"]
    assert new_lesions(visits, "irecist") == ["EQ"]


def test_a_new_lesion_not_evaluated():
    """Where a known new lesion was not evaluated the answer says so, and measured growth of the others still counts."""
    visits = """
    day | T1 liver | new lung | new bone
    -7  | 60       |          |
    56  | 58       | 12       | 14
    84  | 58       | ?        | ?
    112 | 58       | ?        | 40
    """
    assert new_lesions(visits, "irecist") == ["Y", "NE", "Y"]
    assert overall(visits, "irecist") == ["iUPD", "iUPD", "iCPD"]
