"""New lesions

An unequivocal new lesion is progression. A suspected one is followed; once it is established, progression goes back
to the day it was first seen, and once it is refuted it never was.
"""

from spec.lesion_language import new_lesions, overall, reasons


def test_a_new_lesion_is_progression():
    """A new lesion is progression even if the targets shrink."""
    visits = """
    day | T1 liver | new
    -7  | 40       |
    42  | 20       | yes
    """
    assert overall(visits) == ["PD"]
    assert reasons(visits) == ["NEW_LESION"]


def test_a_suspected_lesion_is_followed():
    """Until it is settled the response goes on."""
    visits = """
    day | T1 liver | new
    -7  | 40       |
    42  | 38       | perhaps
    """
    assert new_lesions(visits) == ["EQ"]
    assert overall(visits) == ["SD"]


def test_a_suspected_lesion_once_established_counts_from_its_first_appearance():
    """Established at day 84, seen at day 42: progression is dated day 42."""
    visits = """
    day | T1 liver | new
    -7  | 40       |
    42  | 38       | perhaps
    84  | 38       | yes
    """
    assert new_lesions(visits) == ["Y", "Y"]
    assert overall(visits) == ["PD", "PD"]


def test_a_refuted_lesion_never_was():
    """Refuted at day 84: no new lesion, then or before."""
    visits = """
    day | T1 liver | new
    -7  | 40       |
    42  | 38       | perhaps
    84  | 38       | refuted
    """
    assert new_lesions(visits) == ["N", "N"]
    assert overall(visits) == ["SD", "SD"]


def test_a_lesion_suspected_again_after_being_refuted():
    """It counts from its first appearance after it was refuted."""
    visits = """
    day | T1 liver | new
    -7  | 40       |
    42  | 38       | perhaps
    84  | 38       | refuted
    126 | 38       | perhaps
    168 | 38       | yes
    """
    assert new_lesions(visits) == ["N", "N", "Y", "Y"]


def test_progression_by_a_new_lesion_stays():
    """A new lesion that is no longer mentioned has still been progression."""
    visits = """
    day | T1 liver | new
    -7  | 40       |
    42  | 38       | yes
    84  | 38       |
    """
    assert overall(visits) == ["PD", "PD"]


def test_one_new_lesion_refuted_and_another_established():
    """Each new lesion is settled by itself."""
    visits = """
    day | T1 liver | new A   | new B
    -7  | 40       |         |
    42  | 38       | perhaps |
    84  | 38       | refuted | yes
    """
    assert new_lesions(visits) == ["N", "Y"]


def test_a_lesion_called_new_at_baseline_is_not_new():
    """What was there at baseline cannot be new."""
    visits = """
    day | T1 liver | new
    -7  | 40       | yes
    42  | 38       | yes
    """
    assert overall(visits) == ["SD"]


def test_every_cause_of_progression_is_written_down():
    """Targets, non-targets and a new lesion may all progress at once."""
    visits = """
    day | T1 liver | N1 bone | new
    -7  | 40       | present |
    42  | 60       | worse   | yes
    """
    assert reasons(visits) == ["TARGET + NON_TARGET + NEW_LESION"]
