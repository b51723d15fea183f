"""The next arm of a list.

The past of the list is the table, one patient a row; the answer is the chance of each arm for the next patient.
These chances are what the custodian of the list sees; no centre ever does.
"""

from abscopal.conduct.allocation.drawing.scheme import Scheme
from abscopal.conduct.allocation.laws.methods import MethodSettings
from allocation_language import allocate, read_chances


def chances(past: str, *, method: str, ratio: tuple[int, ...] = (1, 1), **settings) -> dict[str, float]:
    arms = ("A", "B", "C")[: len(ratio)]
    scheme = Scheme("main", arms, ratio, MethodSettings(method, **settings))
    return read_chances(allocate(scheme, past), scheme)


def test_simple_randomisation_remembers_nothing():
    """Four patients in A change nothing for the fifth. The ratio is two in A for one in B."""
    past = """
    patient | arm
    P1      | A
    P2      | A
    P3      | A
    P4      | A
    """
    assert chances(past, method="simple", ratio=(2, 1)) == {"A": 0.667, "B": 0.333}


def test_a_block_gives_what_is_left_of_it():
    """A block of four holds two A and two B. After A and B, one of each is left; after A, B and A, only B."""
    one_of_each = """
    patient | arm
    P1      | A
    P2      | B
    """
    assert chances(one_of_each, method="permuted_blocks", block_lengths=(4,)) == {"A": 0.5, "B": 0.5}
    nearly_full = """
    patient | arm
    P1      | A
    P2      | B
    P3      | A
    """
    assert chances(nearly_full, method="permuted_blocks", block_lengths=(4,)) == {"A": 0.0, "B": 1.0}


def test_blocks_of_2_to_1_are_multiples_of_three():
    """A block of three holds two A and one B. After one A, one A and one B are left."""
    past = """
    patient | arm
    P1      | A
    """
    assert chances(past, method="permuted_blocks", block_lengths=(3,), ratio=(2, 1)) == {"A": 0.5, "B": 0.5}


def test_a_new_block_begins_when_the_last_is_full():
    """The block A, B, B, A is full: the next patient opens another."""
    past = """
    patient | arm
    P1      | A
    P2      | B
    P3      | B
    P4      | A
    """
    assert chances(past, method="permuted_blocks", block_lengths=(4,)) == {"A": 0.5, "B": 0.5}


def test_the_random_allocation_rule_is_one_block_for_the_whole_list():
    """Twelve places, six of each arm. After A and A, four of the ten places left are A."""
    past = """
    patient | arm
    P1      | A
    P2      | A
    """
    assert chances(past, method="random_allocation_rule", list_length=12) == {"A": 0.4, "B": 0.6}


def test_the_biased_coin_leans_towards_the_arm_with_fewer_patients():
    """One more in A than in B: B has two chances in three. With as many in each, the coin is fair."""
    past = """
    patient | arm
    P1      | A
    """
    assert chances(past, method="biased_coin", probability=2 / 3) == {"A": 0.333, "B": 0.667}


def test_the_big_stick_is_a_fair_coin_until_its_bound():
    """Two more in A are tolerated and the coin stays fair; three more are the bound, and B is certain."""
    two_more = """
    patient | arm
    P1      | A
    P2      | A
    """
    assert chances(two_more, method="big_stick", maximum_imbalance=3) == {"A": 0.5, "B": 0.5}
    three_more = """
    patient | arm
    P1      | A
    P2      | A
    P3      | A
    """
    assert chances(three_more, method="big_stick", maximum_imbalance=3) == {"A": 0.0, "B": 1.0}


def test_the_coin_with_tolerance_does_both():
    """It leans as soon as the arms differ, and is forced at its bound of three."""
    past = """
    patient | arm
    P1      | A
    P2      | A
    """
    assert chances(past, method="biased_coin", probability=0.75, maximum_imbalance=3) == {
        "A": 0.25,
        "B": 0.75,
    }


def test_the_maximal_procedure_makes_every_permitted_sequence_equally_likely():
    """Eight places, an imbalance of two at most: 54 sequences. After A, 9 of the 27 that remain go on with A."""
    past = """
    patient | arm
    P1      | A
    """
    assert chances(past, method="maximal_procedure", maximum_imbalance=2, list_length=8) == {
        "A": 0.333,
        "B": 0.667,
    }
