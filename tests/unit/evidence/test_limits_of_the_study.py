"""Doubts about baseline are held against the limits that the study file states."""

from types import SimpleNamespace
from typing import Any

import pytest

from abscopal.derivations.response.baseline_checks import check_baseline, list_messages
from abscopal.derivations.response.criteria import ITRECIST, RECIST_1_1
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.evidence.plan.derive_tables import choose_selection
from lesion_builder import build_adsl, build_assessments, lesion

UNKNOWN = SimpleNamespace(value=None)
SILENT = dict.fromkeys(
    (
        "maximum_targets",
        "maximum_targets_per_organ",
        "maximum_targets_per_category",
        "minimum_diameter_mm",
        "minimum_node_short_axis_mm",
    ),
    UNKNOWN,
)


def state(**limits: float) -> Any:
    return SimpleNamespace(**SILENT | {name: SimpleNamespace(value=limit) for name, limit in limits.items()})


def test_a_silent_study_leaves_the_limits_of_the_criterion():
    assert choose_selection(RECIST_1_1.selection, state()) == RECIST_1_1.selection


def test_targets_are_chosen_by_category_only_where_the_criterion_does():
    rules = state(maximum_targets_per_category=3)
    assert choose_selection(RECIST_1_1.selection, rules).max_per_category is None
    assert choose_selection(ITRECIST.selection, rules).max_per_category == 3


@pytest.mark.parametrize(
    ("limits", "finding", "english", "french"),
    [
        ({"maximum_targets": 2}, "MAX_2", "more than 2 targets", "plus de 2 cibles"),
        (
            {"maximum_targets_per_organ": 1},
            "MAX_PER_ORGAN_1",
            "more than one target in one",
            "plus d’une cible dans",
        ),
        (
            {"minimum_diameter_mm": 20.0},
            "NOT_MEASURABLE",
            "reliably (20 mm; 15 mm",
            "fiabilité (20 mm ; 15 mm",
        ),
    ],
)
def test_a_limit_of_the_study_makes_the_finding_and_its_sentence(
    limits: dict[str, float], finding: str, english: str, french: str
):
    rows = [lesion(name, 0, "MEASURED", 150, location=place) for name, place in
            (("T1", "LIVER"), ("T2", "LIVER"), ("T3", "LUNG"))]  # fmt: skip
    selection = choose_selection(RECIST_1_1.selection, state(**limits))
    settings, patients = ResponseSettings(), build_adsl("P1")
    found = check_baseline(build_assessments(rows), patients, selection=selection, settings=settings)
    assert found["FINDING"].to_list() == [finding]
    assert english in found["MESSAGE"].item()
    assert french in found["MESSAGEFR"].item()
    usual = check_baseline(
        build_assessments(rows), patients, selection=RECIST_1_1.selection, settings=settings
    )
    assert usual.is_empty()


@pytest.mark.parametrize(
    ("limit", "targets", "injected", "spared"),
    [
        (
            1,
            ("more than one target", "plus d’une cible"),
            ("more than one injected target", "plus d’une cible injectée"),
            ("more than one target that is not injected", "plus d’une cible non injectée"),
        ),
        (
            2,
            ("more than 2 targets", "plus de 2 cibles"),
            ("more than 2 injected targets", "plus de 2 cibles injectées"),
            ("more than 2 targets that are not injected", "plus de 2 cibles non injectées"),
        ),
        (
            5,
            ("more than 5 targets", "plus de 5 cibles"),
            ("more than 5 injected targets", "plus de 5 cibles injectées"),
            ("more than 5 targets that are not injected", "plus de 5 cibles non injectées"),
        ),
    ],
)
def test_a_limit_is_told_in_the_right_number(limit, targets, injected, spared):
    rules = state(maximum_targets=limit, maximum_targets_per_organ=limit, maximum_targets_per_category=limit)
    told = list_messages(choose_selection(ITRECIST.selection, rules))
    assert told[f"MAX_{limit}"] == targets
    assert told[f"MAX_TI_{limit}"] == injected
    assert told[f"MAX_TNI_{limit}"] == spared
    assert told[f"MAX_PER_ORGAN_{limit}"][0].startswith(f"{targets[0]} in one organ")
    assert told[f"MAX_PER_ORGAN_{limit}"][1].startswith(f"{targets[1]} dans un organe")
