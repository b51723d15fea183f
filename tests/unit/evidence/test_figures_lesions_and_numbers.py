from itertools import pairwise
from math import comb

import pytest
from matplotlib.patches import Rectangle

from abscopal.estimation.estimate import Estimate
from abscopal.evidence.figures.estimates import EstimateRow, render_estimates
from abscopal.evidence.figures.lesion_response import LesionProportion, render_lesion_response
from abscopal.evidence.figures.operating_characteristics import render_operating_characteristics
from unit.evidence.figure_tables import RULE, read_page

INJECTED = LesionProportion(
    "Injected lesions",
    "injected",
    Estimate(23 / 35, 0.478, 0.809, 0.95, 35, 23, "made up", "proportion"),
    "lesions",
    33,
)
PATIENTS = LesionProportion(
    "Sum of the others",
    "any",
    Estimate(0.45, 0.293, 0.615, 0.95, 40, 18, "made up", "proportion"),
    "patients",
    40,
)


def test_every_lesion_percentage_prints_unit_denominator_and_interval():
    figure = render_lesion_response([INJECTED, PATIENTS], definition="fell by 30%.", language="en")
    page = read_page(figure)
    assert "23/35 lesions in 33 patients 65.7% (95% CI 47.8–80.9)" in page
    assert "18/40 patients 45.0% (95% CI 29.3–61.5)" in page
    assert "are not comparable" in page
    bars = [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle)]
    assert [bar.get_width() for bar in bars] == pytest.approx([23 / 35, 0.45])
    assert len({bar.get_hatch() for bar in bars}) == 2


def test_lesions_alone_need_no_warning():
    page = read_page(render_lesion_response([INJECTED], definition="baisse de 30 %.", language="fr"))
    assert "comparent" not in page
    assert "23/35 lésions chez 33 patients 65,7\u202f% (IC 95\u202f% 47,8–80,9)" in page


def test_no_lesion_and_an_undefined_proportion_are_drawn():
    assert "No lesion" in read_page(render_lesion_response([], definition="x.", language="en"))
    undefined = LesionProportion(
        "None", "any", Estimate(None, None, None, 0.95, 0, 0, "m", "proportion"), "lesions", 0
    )
    assert "not estimable" in read_page(render_lesion_response([undefined], definition="x.", language="en"))


def test_published_and_derived_numbers_stand_side_by_side():
    rows = [
        EstimateRow("Abstract", 0.226, origin="published"),
        EstimateRow("Evaluable", 9 / 37, 0.118, 0.412, 9, 37),
        EstimateRow("Treated", 9 / 40, 0.108, 0.385, 9, 40),
    ]
    figure = render_estimates(
        rows, language="en", title="Toxicity", axis_label="Patients (%)", reference=(0.5, "p0")
    )
    page = read_page(figure)
    assert "22.6% Denominator not published" in page
    assert "24.3% (95% CI 11.8–41.2) 9/37" in page
    assert "22.5% (95% CI 10.8–38.5) 9/40" in page
    points = [
        (line.get_marker(), line.get_xdata()[0]) for line in figure.axes[0].lines if line.get_marker() in "sD"
    ]
    assert points == [("D", 0.226), ("s", 9 / 37), ("s", 9 / 40)]
    assert 0.5 in [line.get_xdata()[0] for line in figure.axes[0].lines]


def test_differences_may_be_negative_and_numbers_need_not_be_shares():
    page = read_page(
        render_estimates(
            [EstimateRow("Difference", -0.33, -0.56, -0.07, n=58)],
            language="en",
            title="d",
            axis_label="Points",
        )
    )
    assert "−33.0% (95% CI −56.0 to −7.0) n = 58" in page
    ratio = read_page(
        render_estimates(
            [EstimateRow("Ratio", 0.71, 0.5, 1.2)],
            language="fr",
            title="r",
            axis_label="Rapport",
            scale="number",
            decimals=2,
        )
    )
    assert "0,71 (IC 95\u202f% 0,50–1,20)" in ratio
    assert "No estimate" in read_page(render_estimates([], language="en", title="x", axis_label="x"))


def test_exact_and_planned_error_and_power_are_both_marked():
    alpha = sum(comb(38, count) for count in range(23, 39)) / 2**38
    power = sum(comb(38, count) * 0.7**count * 0.3 ** (38 - count) for count in range(23, 39))
    figure = render_operating_characteristics(
        RULE, language="en", nominal_alpha=0.10, nominal_power=0.90, observed=(28, 37)
    )
    page = read_page(figure)
    assert "Success if at least 23 of 38 patients succeed" in page
    assert "at a true rate of 50%: exact 12.8% planned 10.0%" in page
    assert "at a true rate of 70%: exact 92.4% planned 90.0%" in page
    assert "Observed: 28/37 (75.7%)" in page
    points = [
        (line.get_xdata()[0], line.get_ydata()[0])
        for line in figure.axes[0].lines
        if len(line.get_xdata()) == 1
    ]
    expected = [(0.5, alpha), (0.5, 0.10), (0.7, power), (0.7, 0.90), (28 / 37, 0)]
    assert [value for point in sorted(points) for value in point] == pytest.approx(
        [value for point in sorted(expected) for value in point]
    )


def test_the_curve_rises_from_never_to_always():
    figure = render_operating_characteristics(RULE, language="fr")
    rates, values = figure.axes[0].lines[0].get_data()
    assert (rates[0], rates[-1]) == (0, 1)
    assert (values[0], values[-1]) == pytest.approx((0, 1))
    assert all(later >= earlier for earlier, later in pairwise(values))
    assert "prévu" not in read_page(figure)
