"""How a dose is shared among lesions: four named rules.

Three lesions of 60, 30 and 24 mm take up to 4, 2 and 1 mL. Shares are whole microlitres and add up to the dose.
"""

from spec.injection_language import left_out, planned


def test_priority_fill():
    """5 mL: the first lesion is filled, the rest goes to the next."""
    lesions = """
    lesion | mm
    T01    | 60
    T02    | 30
    T03    | 24
    """
    assert planned(lesions, mg=25, split="priority_fill") == {"T01": 4, "T02": 1}


def test_proportional_to_capacity():
    """3.5 mL are half of the 7 mL that the three can take: each receives half of what it can."""
    lesions = """
    lesion | mm
    T01    | 60
    T02    | 30
    T03    | 24
    """
    assert planned(lesions, mg=17.5, split="proportional_to_capacity") == {"T01": 2, "T02": 1, "T03": 0.5}


def test_equal_shares():
    """3 mL: 1 mL each. With 4.5 mL the smallest keeps its 1 mL and the others share the rest equally (our reading)."""
    lesions = """
    lesion | mm
    T01    | 60
    T02    | 30
    T03    | 24
    """
    assert planned(lesions, mg=15, split="equal") == {"T01": 1, "T02": 1, "T03": 1}
    assert planned(lesions, mg=22.5, split="equal") == {"T01": 1.75, "T02": 1.75, "T03": 1}


def test_a_single_lesion():
    """The first alone."""
    lesions = """
    lesion | mm
    T01    | 60
    T02    | 30
    """
    assert planned(lesions, mg=10, split="single_lesion") == {"T01": 2}
    assert left_out(lesions, mg=10, split="single_lesion") == {"T02": "SINGLE_LESION"}


def test_what_does_not_divide_still_adds_up():
    """1 mL in three: 0.334, 0.333 and 0.333 mL."""
    lesions = """
    lesion | mm
    T01    | 24
    T02    | 24
    T03    | 24
    """
    assert planned(lesions, mg=5, split="equal") == {"T01": 0.334, "T02": 0.333, "T03": 0.333}
