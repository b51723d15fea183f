"""Injected and distant lesions side by side: patients by their sums, lesions by themselves."""

import pytest
from matplotlib.patches import Rectangle

from abscopal.evidence.figures.injection_split import (
    count_injected_patients,
    list_category_changes,
    render_split_spider,
    render_split_waterfall,
)
from abscopal.evidence.figures.lesion_waterfall import (
    count_lesion_pages,
    list_lesion_changes,
    render_lesion_waterfall,
)
from unit.evidence.figure_tables import course, courses, read_page

PATIENTS = {
    "1": (course("T01", [20.0, 10.0, 15.0], injected_on=1), course("T02", [40.0, 44.0, 50.0])),
    "2": (course("T01", [30.0, 0.0], injected_on=1), course("T02", [10.0, None])),
    "3": (course("T01", [30.0, 6.0]), course("T02", [10.0, 10.0])),
}


def bars(axes):
    return [patch.get_height() for patch in axes.patches if isinstance(patch, Rectangle)]


def test_only_patients_with_injected_targets_are_split():
    changes = list_category_changes(PATIENTS)
    found = {(c.patient, c.category, c.day): c.percent for c in changes}
    assert found == pytest.approx(
        {
            ("1", "injected", 37): -50.0, ("1", "injected", 79): -25.0,
            ("1", "distant", 37): 10.0, ("1", "distant", 79): 25.0, ("2", "injected", 37): -100.0,
        }
    )  # fmt: skip
    assert count_injected_patients(PATIENTS) == 2


def test_each_panel_has_one_bar_per_patient_and_its_denominator():
    changes = list_category_changes(PATIENTS)
    figure = render_split_waterfall(changes, language="en", patients=2)
    injected, distant = figure.axes
    assert bars(injected) == pytest.approx([-50.0, -100.0])
    assert bars(distant) == pytest.approx([10.0])
    assert injected.get_title("left").endswith("n = 2/2 patients")
    assert distant.get_title("left").endswith("n = 1/2 patients")
    assert {patch.get_hatch() for axes in figure.axes for patch in axes.patches} == {"", "////"}
    assert "injected 2, distant 0 patients" in figure.caption.description


def test_each_line_of_the_spider_starts_at_nothing():
    figure = render_split_spider(list_category_changes(PATIENTS), language="fr", patients=2)
    lines = [line for axes in figure.axes for line in axes.lines if len(line.get_xdata()) > 2]
    assert [list(line.get_ydata()) for line in lines] == [
        pytest.approx([0.0, -50.0, -25.0]), pytest.approx([0.0, 10.0, 25.0]),
    ]  # fmt: skip


def test_lesions_stand_by_patient_with_their_best_change():
    changes, missing = list_lesion_changes(PATIENTS)
    assert missing == 1  # T02 of patient 2 was not measured again
    assert list(changes) == ["1", "2"]
    figure = render_lesion_waterfall(changes, language="en", missing=missing)
    (axes,) = figure.axes
    assert sorted(bars(axes)) == pytest.approx([-100.0, -50.0, 10.0])
    assert [label.get_text() for label in axes.get_xticklabels()] == ["1", "2"]
    page = read_page(figure)
    assert "Injected (2 lesions)" in page
    assert "Not injected (1 lesions)" in page
    assert "not drawn: 1" in page


def test_no_lesion_is_lost_between_pages():
    changes, _ = list_lesion_changes(courses(200))
    pages = count_lesion_pages(changes)
    assert pages > 2
    drawn = [
        len(bars(axes))
        for page in range(1, pages + 1)
        for axes in render_lesion_waterfall(changes, language="en", page=page).axes
    ]
    assert sum(drawn) == sum(len(own) for own in changes.values())


def test_without_an_injection_there_is_nothing_to_split():
    assert list_category_changes({"3": PATIENTS["3"]}) == ()
    assert "No injected target" in read_page(render_split_spider((), language="en", patients=0))
    assert "Aucune cible" in read_page(render_lesion_waterfall({}, language="fr"))
