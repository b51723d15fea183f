"""How much a lesion can take: volume by longest diameter, in millimetres.

The only published table by size is that of a virus (talimogene laherparepvec). It is the default of the planner, and
every plan says that it is no rule for an antibody.
"""

from spec.injection_language import left_out, planned, volume_of


def test_a_bound_belongs_to_the_row_it_closes():
    """5.0 cm takes 2 mL, 5.01 cm takes 4 mL; and so on down to 0.5 cm."""
    assert volume_of(50.1) == 4
    assert volume_of(50) == 2
    assert volume_of(25) == 1
    assert volume_of(15) == 0.5
    assert volume_of(5) == 0.1


def test_sizes_are_millimetres():
    """2.4 cm is written 24; 2.4 would be a lesion of 2.4 mm, and 600 is no size at all."""
    assert volume_of(24) == 1
    assert volume_of(2.4) == 0.1
    lesions = """
    lesion | mm
    T01    | 24
    T02    | 600
    """
    assert left_out(lesions) == {"T02": "SIZE_IMPLAUSIBLE"}


def test_a_share_of_the_lesion_may_limit_it_further():
    """With at most half of the lesion's own volume: a sphere of 14 mm is 1.44 cm³ and takes 0.5 mL by the table; one
    of 30 by 8 mm is 1.01 cm³ and takes 0.503 mL where the table gives 2."""
    lesions = """
    lesion | mm | across
    T01    | 30 | 8
    T02    | 14 |
    """
    assert planned(lesions, mg=5, lesion_volume_percent=50, choice="give_less") == {
        "T01": 0.503,
        "T02": 0.497,
    }
