"""Injected and non-injected lesions

Two responses beside the overall one: of the injected lesions by their own sum, of the others by theirs with new
lesions. Where itRECIST leaves a choice, the page on its readings says which is ours.
"""

from spec.injected_lesion_language import (
    best_injected,
    best_non_injected,
    best_overall,
    injected,
    injected_sums,
    itrecist,
    itrecist_doubts,
    non_injected,
    non_injected_sums,
)


def test_three_sums():
    """The overall response reads all targets (70 to 39 mm), each category its own sum with its own baseline."""
    visits = """
    day | T1 skin injected 1 | T2 liver
    -7  | 30                 | 40
    84  | 15                 | 24
    """
    assert injected_sums(visits) == [(15.0, 30.0, 30.0)]
    assert non_injected_sums(visits) == [(24.0, 40.0, 40.0)]
    assert itrecist(visits) == ["PR"]


def test_an_effect_only_where_the_needle_went():
    """The whole sum has shrunk by 46 %, and all of it in the injected lesion."""
    visits = """
    day | T1 skin injected 1 | T2 liver
    -7  | 30                 | 40
    84  | gone               | 38
    """
    assert injected(visits) == ["CR"]
    assert non_injected(visits) == ["SD"]
    assert itrecist(visits) == ["PR"]


def test_an_effect_only_away_from_the_needle():
    """An abscopal response, which the overall response does not show."""
    visits = """
    day | T1 skin injected 1 | T2 liver
    -7  | 30                 | 40
    84  | 28                 | 25
    """
    assert injected(visits) == ["SD"]
    assert non_injected(visits) == ["PR"]
    assert itrecist(visits) == ["SD"]


def test_progression_of_one_category_alone():
    """The distant sum rises by 25 % and 10 mm, the combined one falls: a setting says whether the patient progresses."""
    visits = """
    day | T1 skin injected 1 | T2 liver
    -7  | 30                 | 40
    84  | 12                 | 50
    """
    assert non_injected(visits) == ["PD"]
    assert itrecist(visits) == ["SD"]
    assert itrecist(visits, category_progression="forces_overall") == ["PD"]


def test_each_category_keeps_its_own_nadir():
    """The injected sum rises from 10 to 16 mm, which is progression of it; the combined sum hardly moves."""
    visits = """
    day | T1 skin injected 1 | T2 liver
    -7  | 30                 | 40
    42  | 10                 | 40
    84  | 16                 | 36
    """
    assert injected(visits) == ["PR", "PD"]
    assert itrecist(visits) == ["SD", "SD"]


def test_five_millimetres_are_needed_in_a_category_too():
    """10 to 14 mm is a rise of 40 %, and only 4 mm."""
    visits = """
    day | T1 skin injected 1 | T2 liver
    -7  | 30                 | 40
    42  | 10                 | 40
    84  | 14                 | 40
    """
    assert injected(visits) == ["PR", "PR"]


def test_a_distant_non_target_that_stays():
    """It keeps the non-injected response and the overall one from being complete, not the injected one."""
    visits = """
    day | T1 skin injected 1 | T2 liver | N1 bone
    -7  | 30                 | 40       | present
    84  | gone               | gone     | present
    """
    assert injected(visits) == ["CR"]
    assert non_injected(visits) == ["PR"]
    assert itrecist(visits) == ["PR"]


def test_an_injected_non_target():
    """A non-target that is injected belongs to the injected response; when it grows, the patient progresses."""
    visits = """
    day | T1 skin | N1 skin injected 1
    -7  | 30      | present
    84  | 15      | worse
    """
    assert injected(visits) == ["PD"]
    assert non_injected(visits) == ["PR"]
    assert itrecist(visits) == ["PD"]


def test_only_non_targets_were_injected():
    """Without injected targets there is no injected sum: neither gone nor progressing."""
    visits = """
    day | T1 skin | N1 skin injected 1
    -7  | 30      | present
    84  | 15      | present
    """
    assert injected(visits) == ["NON-CR/NON-PD"]
    assert injected_sums(visits) == [(None, None, None)]


def test_a_target_that_was_not_evaluated_concerns_its_category():
    """The injected lesion was not scanned: nothing is known of the injected response, the other is unchanged."""
    visits = """
    day | T1 skin injected 1 | T2 liver
    -7  | 30                 | 40
    84  | ?                  | 20
    """
    assert injected(visits) == ["NE"]
    assert non_injected(visits) == ["PR"]
    assert itrecist(visits) == ["NE"]


def test_nothing_was_injected():
    """The overall response is that of RECIST 1.1, and so is the non-injected one; no lesion is injected."""
    visits = """
    day | T1 skin | T2 liver
    -7  | 30      | 40
    84  | 15      | 24
    """
    assert itrecist(visits) == ["PR"]
    assert non_injected(visits) == ["PR"]
    assert injected(visits) == ["NE"]


def test_a_new_lesion_counts_away_from_the_needle():
    """It is progression of the patient and of the non-injected lesions, never of the injected ones."""
    visits = """
    day | T1 skin injected 1 | T2 liver | new bone
    -7  | 30                 | 40       |
    84  | 12                 | 20       | yes
    """
    assert injected(visits) == ["PR"]
    assert non_injected(visits) == ["PD"]
    assert itrecist(visits) == ["PD"]


def test_a_new_lesion_that_is_injected_stays_new():
    """It was new when it came; a setting lets it leave the non-injected response once it is injected."""
    visits = """
    day | T1 skin injected 1 | T2 liver | new-skin injected 90
    -7  | 30                 | 40       |
    84  | 12                 | 20       | yes
    126 | 12                 | 20       | yes
    """
    assert non_injected(visits) == ["PD", "PD"]
    assert non_injected(visits, injected_new_lesion="leaves_non_injected") == ["PD", "PR"]
    assert injected(visits, injected_new_lesion="leaves_non_injected") == ["PR", "PR"]
    assert itrecist(visits, injected_new_lesion="leaves_non_injected") == ["PD", "PD"]


def test_follow_up_goes_on_after_progression():
    """Every assessment after progression is judged; whether it counts towards the best response is a setting."""
    visits = """
    day | T1 skin injected 1 | T2 liver
    -7  | 30                 | 40
    42  | 40                 | 48
    84  | 10                 | 20
    """
    assert itrecist(visits) == ["PD", "PR"]
    assert best_overall(visits) == "PD"
    assert best_overall(visits, after_progression="counted") == "PR"


def test_the_best_response_of_a_category_ends_with_its_own_progression():
    """The patient progresses by a new lesion at day 42; the injected lesion responds at day 84."""
    visits = """
    day | T1 skin injected 1 | T2 liver | new bone
    -7  | 30                 | 40       |
    42  | 28                 | 40       | yes
    84  | 10                 | 40       | yes
    """
    assert best_injected(visits) == "PR"
    assert best_injected(visits, category_best_until="patient_progression") == "SD"
    assert best_non_injected(visits) == "PD"


def test_one_to_five_of_each():
    """A single injected lesion and no other target: the non-injected response has no sum, which is said."""
    visits = """
    day | T1 skin injected 1
    -7  | 30
    """
    assert itrecist_doubts(visits) == ["MIN_TNI_1"]


def test_no_injected_target():
    """Nothing was injected: the injected response has no sum, which is said."""
    visits = """
    day | T1 skin
    -7  | 30
    42  | 30
    """
    assert itrecist_doubts(visits) == ["MIN_TI_1"]
