"""Overall response at one assessment

Table 1 of RECIST 1.1 for patients with targets, Table 2 for disease without targets, row by row.
"""

from spec.lesion_language import overall, reasons


def test_table_1_row_1():
    """Targets CR, non-targets CR, nothing new: CR."""
    visits = """
    day | T1 liver | N1 bone
    -7  | 60       | present
    42  | gone     | gone
    """
    assert overall(visits) == ["CR"]


def test_table_1_row_1_without_non_targets():
    """Targets CR and there never was a non-target: CR."""
    visits = """
    day | T1 liver
    -7  | 60
    42  | gone
    """
    assert overall(visits) == ["CR"]


def test_table_1_row_2():
    """Targets CR, a non-target persists: PR."""
    visits = """
    day | T1 liver | N1 bone
    -7  | 60       | present
    42  | gone     | present
    """
    assert overall(visits) == ["PR"]


def test_table_1_row_3():
    """Targets CR, non-targets not evaluated: PR, because CR cannot be claimed."""
    visits = """
    day | T1 liver | N1 bone
    -7  | 60       | present
    42  | gone     | ?
    """
    assert overall(visits) == ["PR"]


def test_table_1_row_4():
    """Targets PR, non-targets not progressing: PR."""
    visits = """
    day | T1 liver | N1 bone
    -7  | 60       | present
    42  | 40       | present
    """
    assert overall(visits) == ["PR"]


def test_table_1_row_4_not_all_evaluated():
    """Targets PR, non-targets not all evaluated: PR."""
    visits = """
    day | T1 liver | N1 bone | N2 pleura
    -7  | 60       | present | present
    42  | 40       | present | ?
    """
    assert overall(visits) == ["PR"]


def test_table_1_row_5():
    """Targets SD, non-targets not progressing: SD."""
    visits = """
    day | T1 liver | N1 bone
    -7  | 60       | present
    42  | 58       | gone
    """
    assert overall(visits) == ["SD"]


def test_table_1_row_5_not_all_evaluated():
    """Targets SD, non-targets not evaluated: SD."""
    visits = """
    day | T1 liver | N1 bone
    -7  | 60       | present
    42  | 58       | ?
    """
    assert overall(visits) == ["SD"]


def test_table_1_row_6():
    """Targets not all evaluated, non-targets not progressing: NE."""
    visits = """
    day | T1 liver | T2 lung | N1 bone
    -7  | 40       | 20      | present
    42  | 20       | ?       | present
    """
    assert overall(visits) == ["NE"]


def test_table_1_row_6_nothing_evaluated():
    """Neither targets nor non-targets evaluated, nothing new. The guideline prints no such row; NE is our reading."""
    visits = """
    day | T1 liver | N1 bone
    -7  | 40       | present
    42  | ?        | ?
    """
    assert overall(visits) == ["NE"]
    assert reasons(visits) == ["LESION_MISSING"]


def test_table_1_row_7():
    """Targets PD: PD, whatever the rest."""
    visits = """
    day | T1 liver | N1 bone
    -7  | 40       | present
    42  | 50       | gone
    """
    assert overall(visits) == ["PD"]
    assert reasons(visits) == ["TARGET"]


def test_table_1_row_8():
    """Non-targets PD: PD, whatever the rest."""
    visits = """
    day | T1 liver | N1 bone
    -7  | 40       | present
    42  | 20       | worse
    """
    assert overall(visits) == ["PD"]
    assert reasons(visits) == ["NON_TARGET"]


def test_table_1_row_8_with_a_target_missing():
    """Non-targets PD while a target was not evaluated: PD."""
    visits = """
    day | T1 liver | N1 bone
    -7  | 40       | present
    42  | ?        | worse
    """
    assert overall(visits) == ["PD"]


def test_table_1_row_9():
    """A new lesion: PD, even with complete response elsewhere."""
    visits = """
    day | T1 liver | N1 bone | new
    -7  | 40       | present |
    42  | gone     | gone    | yes
    """
    assert overall(visits) == ["PD"]


def test_table_2_row_1():
    """Without targets, all gone: CR."""
    visits = """
    day | N1 bone | N2 pleura
    -7  | present | present
    42  | gone    | gone
    """
    assert overall(visits) == ["CR"]


def test_table_2_row_2():
    """Without targets, disease persists: NON-CR/NON-PD, never stable disease."""
    visits = """
    day | N1 bone | N2 pleura
    -7  | present | present
    42  | gone    | present
    """
    assert overall(visits) == ["NON-CR/NON-PD"]


def test_table_2_row_3():
    """Without targets, not all evaluated: NE."""
    visits = """
    day | N1 bone | N2 pleura
    -7  | present | present
    42  | gone    | ?
    """
    assert overall(visits) == ["NE"]


def test_table_2_row_3_whatever_was_seen():
    """Table 2 asks that all be evaluated, also where the study judges the non-targets that were seen."""
    visits = """
    day | N1 bone | N2 pleura
    -7  | present | present
    42  | present | ?
    """
    assert overall(visits, nt_partial_ne="judge_seen") == ["NE"]


def test_table_2_row_4():
    """Without targets, unequivocal progression: PD."""
    visits = """
    day | N1 bone | N2 pleura
    -7  | present | present
    42  | worse   | gone
    """
    assert overall(visits) == ["PD"]


def test_table_2_row_5():
    """Without targets, a new lesion: PD."""
    visits = """
    day | N1 bone | new
    -7  | present |
    42  | gone    | yes
    """
    assert overall(visits) == ["PD"]
