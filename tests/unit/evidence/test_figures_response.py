import polars as pl
import pytest
from matplotlib.collections import PolyCollection

from abscopal.errors import ImpossibleStateError
from abscopal.evidence.figures.spider import render_spider
from abscopal.evidence.figures.swimmer import render_swimmer
from abscopal.evidence.figures.waterfall import render_waterfall
from unit.evidence.figure_tables import ARMS, day, patients, read_page, responses


def tables(count):
    adsl = patients(count)
    return *responses(adsl), adsl


def best_changes(adtr, adsl):
    later = adtr.filter(pl.col("AVISITN") > 0).group_by("USUBJID").agg(pl.col("PCHG").min())
    return later.join(adsl, on="USUBJID")


def test_a_waterfall_has_one_bar_per_measured_patient_in_order():
    adtr, adrs, adsl = tables(61)
    figure = render_waterfall(adtr, adrs, adsl, language="en", arms=ARMS)
    expected = best_changes(adtr, adsl)
    for axes, arm in zip(figure.axes, ARMS, strict=True):
        mine = expected.filter(TRT01P=arm)["PCHG"].sort(descending=True).to_list()
        assert [bar.get_height() for bar in axes.patches] == pytest.approx(
            [min(value, 100) for value in mine]
        )
        total = adsl.filter(TRT01P=arm).height
        assert f"n = {len(mine)}/{total} patients" in axes.get_title("left")


def test_a_bar_that_is_cut_prints_its_value():
    adtr, adrs, adsl = tables(12)
    page = read_page(render_waterfall(adtr, adrs, adsl, language="fr", arms=ARMS))
    assert "+150\u202f%" in page
    assert "coupée à +100\u202f%" in page


def test_thresholds_are_drawn_and_patients_left_out_are_counted():
    adtr, adrs, adsl = tables(20)
    figure = render_waterfall(adtr, adrs, adsl, language="en", arms=ARMS)
    levels = {line.get_ydata()[0] for line in figure.axes[0].lines if len(set(line.get_ydata())) == 1}
    assert {-30, 20, 0} <= levels
    assert "Patients without a measured sum after baseline, not drawn: 2." in read_page(figure)


def test_response_shows_by_hatching_too():
    adtr, adrs, adsl = tables(61)
    figure = render_waterfall(adtr, adrs, adsl, language="en")
    looks = {(bar.get_facecolor(), bar.get_hatch()) for axes in figure.axes for bar in axes.patches}
    assert len({hatch for _, hatch in looks}) >= 3
    best = adrs.filter(PARAMCD="BOR").join(best_changes(adtr, adsl), on="USUBJID")
    assert f"Partial response ({best.filter(AVALC='PR').height})" in read_page(figure)


def test_a_large_trial_becomes_an_outline_of_shares():
    adtr, adrs, adsl = tables(300)
    figure = render_waterfall(adtr, adrs, adsl, language="en")
    assert not figure.axes[0].patches
    assert len(figure.axes[0].findobj(PolyCollection)) == 3
    assert "Share of patients" in read_page(figure)


def test_unused_assessments_are_not_drawn():
    adtr, adrs, adsl = tables(10)
    figure = render_waterfall(adtr.with_columns(ANL01FL=pl.lit("N")), adrs, adsl, language="en")
    assert "No patient has a measured sum" in read_page(figure)


def test_two_best_responses_for_one_patient_are_refused():
    adtr, adrs, adsl = tables(5)
    with pytest.raises(ImpossibleStateError, match="choose a reader"):
        render_waterfall(adtr, pl.concat([adrs, adrs]), adsl, language="en")


def test_a_spider_draws_one_course_per_patient_from_zero():
    adtr, adrs, adsl = tables(30)
    figure = render_spider(adtr, adrs, adsl, language="en", arms=ARMS)
    measured = adtr.filter(pl.col("AVISITN") > 0)["USUBJID"].n_unique()
    courses = [
        line
        for axes in figure.axes
        for line in axes.lines
        if len(line.get_xdata()) > 1
        and line.get_xdata()[0] == 0
        and line.get_ydata()[0] == 0
        and line.get_linestyle() != "None"
        and line.get_xdata()[-1] > 1
    ]
    assert len(courses) == measured
    assert "A triangle at the upper edge marks a value above +150%" in read_page(figure)


def test_a_spider_of_a_large_trial_shows_bands_and_a_sample():
    adtr, adrs, adsl = tables(400)
    figure = render_spider(adtr, adrs, adsl, language="fr")
    for axes in figure.axes:
        assert len(axes.findobj(PolyCollection)) == 2
        assert sum(line.get_linewidth() == 0.6 for line in axes.lines) == 25
    assert "Médiane" in read_page(figure)


def test_the_median_of_a_large_spider_is_that_of_each_assessment():
    adtr, adrs, adsl = tables(200)
    adsl = adsl.with_columns(TRT01P=pl.lit("it"))
    figure = render_spider(adtr, adrs, adsl, language="en")
    median = next(line for line in figure.axes[0].lines if line.get_linewidth() == 2.0)
    expected = [adtr.filter(AVISITN=visit)["PCHG"].median() for visit in range(1, 6)]
    assert list(median.get_ydata())[1:] == pytest.approx(expected)


def one_swimmer(**changed):
    adsl = pl.DataFrame(
        {
            "USUBJID": ["S-1"], "SUBJID": ["01"], "TRT01P": ["it"], "REFDT": [day(0)], "TRTSDT": [day(0)],
            "EOTDT": [day(100)], "DTHDT": [day(300)], "LSTALVDT": [day(300)],
        }
    )  # fmt: skip
    adsl = adsl.with_columns(**{name: pl.lit(value, dtype=pl.Date) for name, value in changed.items()})
    adrs = pl.DataFrame(
        {
            "USUBJID": ["S-1"] * 4, "PARAMCD": ["OVR"] * 4, "AVALC": ["PR", "PR", "PD", "SD"],
            "ADT": [day(60), day(120), day(200), day(30)],
        }
    )  # fmt: skip
    return adsl, adrs


def markers(figure):
    return {line.get_marker(): line.get_xdata()[0] * 365.25 / 12 for line in figure.axes[0].lines}


def test_a_swimmer_marks_first_response_progression_and_death_on_their_days():
    figure = render_swimmer(*one_swimmer(), language="en")
    assert markers(figure) == pytest.approx({"^": 60, "X": 200, "s": 300})
    widths = [bar.get_width() * 365.25 / 12 for bar in figure.axes[0].patches]
    assert widths == pytest.approx([300, 100])


def test_nothing_is_drawn_after_the_data_cut():
    figure = render_swimmer(*one_swimmer(), language="en", data_cut=day(150))
    assert markers(figure) == pytest.approx({"^": 60, "|": 150})
    assert "Data up to 30 May 2020." in read_page(figure)
    before_stop = render_swimmer(*one_swimmer(), language="en", data_cut=day(80))
    assert markers(before_stop) == pytest.approx({"^": 60, ">": 80})


def test_treatment_that_goes_on_ends_in_an_arrow():
    adsl, adrs = one_swimmer(DTHDT=None, EOTDT=None)
    assert ">" in markers(render_swimmer(adsl, adrs, language="en"))


def test_a_patient_never_treated_swims_without_treatment():
    adsl, adrs = one_swimmer(TRTSDT=None, EOTDT=None, DTHDT=None)
    figure = render_swimmer(adsl, adrs, language="en")
    assert len(figure.axes[0].patches) == 1
    assert "|" in markers(figure)


def test_many_swimmers_are_paged_longest_first():
    adsl = patients(130)
    _, adrs = responses(adsl)
    pages = [render_swimmer(adsl, adrs, language="en", arms=ARMS, page=page) for page in (1, 2)]
    shown = [[label.get_text() for label in figure.axes[0].get_yticklabels()] for figure in pages]
    assert [len(page) for page in shown] == [70, 60]
    assert len({patient for page in shown for patient in page}) == 130
    assert "Patients 71 to 130 of 130" in read_page(pages[1])


def test_an_empty_trial_says_so():
    adsl = patients(3).clear()
    adtr, adrs = (frame.clear() for frame in responses(patients(3)))
    for figure in (
        render_swimmer(adsl, adrs, language="en"),
        render_waterfall(adtr, adrs, adsl, language="en"),
        render_spider(adtr, adrs, adsl, language="en"),
    ):
        assert "No patient has" in read_page(figure)


def test_categories_of_irecist_have_their_own_names_and_others_count_as_not_evaluable():
    adtr, adrs, adsl = tables(30)
    immune = adrs.with_columns(
        pl.col("AVALC").replace({"CR": "iCR", "PR": "iPR", "SD": "iSD", "PD": "iUPD", "NE": "MISSING"})
    )
    page = read_page(render_waterfall(adtr, immune, adsl, language="en"))
    assert "Unconfirmed progression (iUPD)" in page
    assert "Partial response (iPR)" in page
    unknown = adrs.with_columns(AVALC=pl.lit("SOMETHING"))
    assert "Not evaluable (27)" in read_page(render_waterfall(adtr, unknown, adsl, language="en"))
    adsl_one, adrs_one = one_swimmer()
    swum = adrs_one.with_columns(pl.col("AVALC").replace({"PR": "iPR", "PD": "iUPD"}))
    assert markers(render_swimmer(adsl_one, swum, language="en")) == pytest.approx(
        {"^": 60, "X": 200, "s": 300}
    )
