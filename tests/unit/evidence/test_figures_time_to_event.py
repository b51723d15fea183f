import itertools

import polars as pl
import pytest

from abscopal.estimation.estimate import Estimate
from abscopal.evidence.figures.appearance import ARM_MARKS, list_month_ticks, spread_positions
from abscopal.evidence.figures.kaplan_meier import render_kaplan_meier
from abscopal.evidence.typography import DAYS_PER_MONTH
from unit.evidence.figure_tables import ARMS, draw_incidence, list_drawn, read_page, survival, times

MONTH = DAYS_PER_MONTH


def draw(adtte, *, language="en", medians=None, arms=None):
    return render_kaplan_meier(
        adtte, survival(adtte), endpoint="Survival", language=language, arms=arms, medians=medians
    )


def six_patients():
    return pl.DataFrame(
        {
            "TRT01P": ["it"] * 4 + ["iv"] * 2,
            "AVAL": [1 * MONTH, 2 * MONTH, 2 * MONTH, 6 * MONTH, 3 * MONTH, 5 * MONTH],
            "CNSR": [0, 0, 1, 1, 0, 1],
        }
    )


def test_numbers_at_risk_stand_under_their_month():
    figure = draw(six_patients(), arms=ARMS)
    table = figure.axes[1]
    numbers = [text for text in table.texts if text.get_text().isdigit()]
    ticks = [0, 1, 2, 3, 4, 5, 6]
    by_row = {}
    for text in numbers:
        by_row.setdefault(text.get_position()[1], {})[text.get_position()[0]] = int(text.get_text())
    it, iv = (by_row[height] for height in sorted(by_row))
    assert it == dict(zip(ticks, [4, 4, 3, 1, 1, 1, 1], strict=True))
    assert iv == dict(zip(ticks, [2, 2, 2, 2, 1, 1, 0], strict=True))


def test_events_and_medians_are_printed_by_arm():
    medians = {
        "it": Estimate(2 * MONTH, 1 * MONTH, None, 0.95, 4, 2, "made up", "days"),
        "iv": Estimate(None, 3 * MONTH, None, 0.95, 2, 1, "made up", "days"),
    }
    page = read_page(draw(six_patients(), arms=ARMS, medians=medians))
    assert "Into the tumour: events 2/4, median 2.0 months (95% CI 1.0 to not reached)" in page
    assert "Into a vein: events 1/2, median not reached (95% CI 3.0 to not reached)" in page
    french = read_page(draw(six_patients(), arms=ARMS, medians=medians, language="fr"))
    assert "événements 2/4, médiane 2,0 mois (IC 95\u202f% 1,0 à non atteinte)" in french
    assert "Mois depuis la date de référence" in french


def test_curves_step_down_through_the_given_values():
    figure = draw(six_patients(), arms=ARMS)
    lines = [line for line in figure.axes[0].lines if line.get_drawstyle() == "steps-post"]
    assert [line.get_color() for line in lines] == [mark.colour for mark in ARM_MARKS[:2]]
    assert len({line.get_linestyle() for line in lines}) == 2
    months, heights = lines[0].get_data()
    assert list(months) == pytest.approx([0, 1, 2, 6])
    assert list(heights) == pytest.approx([1, 3 / 4, 3 / 4 * 2 / 3, 3 / 4 * 2 / 3])


def test_censored_times_are_ticked_on_the_curve():
    ticks = [line for line in draw(six_patients(), arms=ARMS).axes[0].lines if line.get_marker() == "|"]
    assert list(ticks[0].get_xdata()) == pytest.approx([2, 6])
    assert list(ticks[0].get_ydata()) == pytest.approx([0.5, 0.5])
    assert list(ticks[1].get_xdata()) == pytest.approx([5])


def test_the_curve_names_its_arms_and_a_single_arm_needs_no_name():
    both = [text.get_text() for text in draw(six_patients(), arms=ARMS).axes[0].texts]
    assert [" ".join(text.split()) for text in both] == ["Into the tumour", "Into a vein"]
    together = six_patients().with_columns(TRT01P=pl.lit("it"))
    alone = render_kaplan_meier(
        together.drop("TRT01P"), survival(together).drop("TRT01P"), endpoint="Survival", language="en"
    )
    assert not alone.axes[0].texts
    assert "All patients: events 3/6" in read_page(alone)


def test_no_event_and_no_patient_are_drawn_without_a_fault():
    assert "events 0/9" in read_page(
        draw(times(9, events=False).with_columns(TRT01P=pl.lit("it")), arms={"it": "A"})
    )
    assert "No patient has a time" in read_page(draw(times(0)))
    assert "Aucun patient" in read_page(draw(times(0), language="fr"))


def test_three_ways_of_counting_are_printed_side_by_side():
    figure = draw_incidence(times(40), language="en", arms=ARMS)
    page = read_page(figure)
    assert page.count("24.3% (95% CI 11.8–41.2) 9/37") == 6
    for words in (
        "Crude proportion",
        "1 − Kaplan–Meier",
        "Aalen–Johansen (protocol estimand)",
        "Window: 6.0\u00a0months",
    ):
        assert words in page
    first, second = figure.axes[:2]
    assert len([line for line in first.lines if line.get_drawstyle() == "steps-post"]) == 3
    assert [line.get_ydata()[0] for line in second.lines if line.get_marker() == "D"] == [0.243]


def test_each_panel_counts_its_patients_events_and_competing_events():
    adtte = times(40)
    titles = [
        " ".join(axes.get_title("left").split())
        for axes in draw_incidence(adtte, language="en", arms=ARMS).axes
    ]
    for arm, title in zip(ARMS, titles, strict=False):
        rows = adtte.filter(TRT01P=arm)["CNSR"].to_list()
        assert title == f"{ARMS[arm]} n = {len(rows)}; events: {rows.count(0)}, competing: {rows.count(2)}"


def test_french_axes_use_a_comma_and_a_narrow_space():
    figure = draw_incidence(times(40), language="fr", arms=ARMS)
    texts = [text.get_text() for text in list_drawn(figure)]
    assert "0\u202f%" in texts
    assert any("24,3\u202f%" in text for text in texts)
    assert not any("24.3" in text for text in texts)


def test_month_marks_stay_round_and_few():
    for longest in (0.2, 3, 5.9, 24, 26, 60, 300):
        ticks = list_month_ticks(longest)
        assert ticks[0] == 0
        assert ticks[-1] <= longest
        assert len(ticks) <= 9


def test_labels_keep_their_distance_and_their_order():
    places = spread_positions([0.2, 0.21, 0.9, 0.22], gap=0.1, low=0.0, high=1.0)
    ordered = sorted(places)
    assert min(b - a for a, b in itertools.pairwise(ordered)) >= 0.1 - 1e-9
    assert places[0] < places[1] < places[3] < places[2]
