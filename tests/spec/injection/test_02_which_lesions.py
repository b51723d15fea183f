"""Which lesions are injected, in which order, and which may not be.

At the first visit the largest come first; later the new ones, then the largest. Ties go by name. Every lesion that is
not injected has its reason.
"""

from spec.injection_language import left_out, planned, refused, said, warned


def test_the_largest_first_at_the_first_visit():
    """3 mL asked: 2 mL into the lesion of 40 mm, the last millilitre into that of 30 mm."""
    lesions = """
    lesion | mm | role
    T01    | 24 | target
    T02    | 30 | target
    NT01   | 40 | non-target
    """
    assert planned(lesions, mg=15) == {"NT01": 2, "T02": 1}
    assert left_out(lesions, mg=15) == {"T01": "VOLUME_SPENT"}


def test_new_lesions_first_at_later_visits():
    """One injection was given three weeks before: the new lesion of 18 mm comes before that of 40 mm."""
    lesions = """
    lesion | mm | role       | new
    T01    | 24 | target     |
    NT01   | 40 | non-target |
    NEW01  | 18 | new        | yes
    """
    history = """
    date       | lesion | mg
    2024-02-23 | T01    | 15
    """
    assert planned(lesions, mg=15, history=history) == {"NEW01": 1, "NT01": 2}


def test_a_study_may_go_on_with_what_was_injected_before():
    """NEO-1 injects first what it injected before, then the largest."""
    lesions = """
    lesion | mm
    T01    | 26
    T02    | 60
    """
    history = """
    date       | lesion | mg
    2024-03-01 | T01    | 5
    """
    assert planned(lesions, study="neo1", mg=10, history=history) == {"T01": 2}


def test_two_lesions_of_one_size_go_by_name():
    """So that the same lesions give the same plan, whatever order they were typed in."""
    lesions = """
    lesion | mm
    T02    | 24
    T01    | 24
    """
    assert planned(lesions, mg=5) == {"T01": 1}


def test_a_lesion_without_a_size_is_not_injected():
    """The short axis of a node does not stand for its longest diameter."""
    lesions = """
    lesion | mm | short axis
    T01    |    | 15
    """
    assert refused(lesions) == ["NO_LESION"]
    assert (
        said(lesions)
        == "No lesion may be injected. T01: Its longest diameter was not measured. The short axis (15 mm) does not "
        "stand for it."
    )


def test_a_lesion_below_the_size_that_the_study_asks_is_not_injected():
    """NIVIPIT asks for 1 cm³, a sphere of 12.4 mm: one of 12 mm (0.90 cm³) is too small; so is 20 by 9 mm (0.85)."""
    lesions = """
    lesion | mm   | across
    T01    | 12.4 |
    T02    | 12   |
    T03    | 20   | 9
    T04    | 0    |
    """
    assert planned(lesions, mg=2.5) == {"T01": 0.5}
    assert left_out(lesions, mg=2.5) == {"T02": "TOO_SMALL", "T03": "TOO_SMALL", "T04": "GONE"}


def test_sites_that_the_study_forbids_or_does_not_list():
    """Where a study lists its sites, a lesion whose site is not known is not injected either."""
    lesions = """
    lesion | mm | site
    T01    | 24 | SKIN
    T02    | 30 | LUNG
    T03    | 26 |
    """
    assert left_out(lesions, mg=5, allowed_sites=["SKIN", "LYMPH NODE"]) == {
        "T02": "SITE_NOT_ALLOWED",
        "T03": "NO_SITE",
    }
    assert left_out(lesions, mg=5, forbidden_sites=["LUNG"]) == {"T02": "SITE_FORBIDDEN", "T03": "NO_SITE"}


def test_at_most_so_many_lesions_at_a_visit():
    """With at most one lesion, the largest is injected."""
    lesions = """
    lesion | mm
    T01    | 60
    T02    | 30
    """
    assert left_out(lesions, mg=5, maximum_lesions_per_visit=1) == {"T02": "ENOUGH_LESIONS"}


def test_a_target_is_kept_to_read_the_distant_response():
    """A study that keeps one target uninjected keeps the one that its order would take last."""
    lesions = """
    lesion | mm
    T01    | 30
    T02    | 24
    """
    assert planned(lesions, mg=5, non_injected_targets_to_keep=1) == {"T01": 1}
    assert left_out(lesions, mg=5, non_injected_targets_to_keep=1) == {"T02": "KEPT_FOR_READING"}


def test_a_plan_that_leaves_no_distant_target_is_pointed_out():
    """Both targets would be injected. A lesion injected before is distant no more. In NEO-1 every lesion is removed by
    surgery and no distant response is read: nothing is said."""
    both = """
    lesion | mm
    T01    | 30
    T02    | 24
    """
    one_left = """
    lesion | mm | injected
    T01    | 30 | yes
    T02    | 24 |
    """
    assert warned(both, mg=15) == ["NO_DISTANT_TARGET"]
    assert warned(one_left, mg=5) == []
    assert warned(both, mg=10, study="neo1") == []
