"""The figures of a rehearsal show the numbers they were given, in both languages."""

import numpy as np
import pytest

from abscopal.evidence.figures.calibration_checks import render_calibration_targets, render_parameter_widths
from abscopal.evidence.figures.rehearsal_data import (
    Alternative,
    Distribution,
    Frequency,
    Influence,
    LesionGroup,
    LevelBeside,
    Move,
    ParameterWidth,
    PlasmaGroup,
    PopulationGroup,
    SensitivityAnalysis,
    TargetCheck,
    WhatIf,
)
from abscopal.evidence.figures.rehearsed_lesions import SINGLES, render_rehearsed_lesions
from abscopal.evidence.figures.rehearsed_plasma import render_rehearsed_plasma
from abscopal.evidence.figures.rehearsed_populations import POPULATIONS, render_rehearsed_populations
from abscopal.evidence.figures.rehearsed_trials import (
    render_conclusions,
    render_endpoint_distributions,
    render_what_if,
)
from abscopal.evidence.figures.saving import render_svg
from abscopal.evidence.figures.tornado import render_tornado
from abscopal.protocol.text import Text

DAYS = np.array([0.0, 28.0, 56.0])


def draw_lesions(count: int = 40) -> LesionGroup:
    generator = np.random.default_rng(3)
    change = np.cumsum(np.column_stack([np.zeros(count), generator.normal(-0.1, 0.1, (count, 2))]), axis=1)
    return LesionGroup("Arm A", "injected", change)


def draw_all(language):
    lesions = draw_lesions()
    folds = {name: np.exp(np.random.default_rng(4).normal(size=(30, 3))) for name in POPULATIONS}
    plasma = PlasmaGroup("Arm A", "ipilimumab", DAYS, np.array([[0.0, 5.0, 1.0], [0.0, 6.0, 2.0]]))
    level = LevelBeside("Arm A", "ipilimumab", "peak", 2.2, 1.7, 4.0, 5.5, 7.0)
    checks = [
        TargetCheck("Seen", "fit", "proportion", 0.24, 0.12, 0.41, 0.30, 0.25, 0.35),
        TargetCheck("Held", "held_out", "proportion", 0.62, 0.38, 0.82, 0.90, 0.85, 0.95),
        TargetCheck("Level", "held_out", "mg/L", 42.2, None, None, 58.0, 50.0, 66.0),
    ]
    moves = (
        Move("A", "severe", 0.2, -0.05, 0.1),
        Move("B", "severe", 0.6, 0.02, None),
        Move("A", "conclusion", 0.8, 0.3, 0.4),
    )
    influence = Influence("a", Text(en="Hazard", fr="Risque"), "1", 1.0, 0.5, 2.0, "prior", "fitted", moves)
    ways = (Alternative("Planned", 0.8, 0.78, 0.82), Alternative("Half", 0.9, 0.88, 0.92))
    return {
        "lesions": render_rehearsed_lesions([lesions], days=DAYS, language=language),
        "plasma": render_rehearsed_plasma([plasma], levels=[level], language=language),
        "populations": render_rehearsed_populations(
            [PopulationGroup("Arm A", "injected", (0, 21, 42), folds)], language=language
        ),
        "conclusions": render_conclusions(
            [Frequency("Rule met", 0.8, 0.78, 0.82, (0.6, 0.7, 0.95))], language=language
        ),
        "endpoints": render_endpoint_distributions(
            [Distribution("Successes", "count", np.array([20.0, 23.0, 23.0, 25.0]), (22.0, 24.0), 23.0)],
            language=language,
        ),
        "what_if": render_what_if([WhatIf("Rule met", "proportion", ways)], language=language),
        "sensitivity": render_tornado(
            SensitivityAnalysis((influence,), 3, 2, 0, 256, 1e-3, 183.0, 0),
            names={"A": "Arm A", "B": "Arm B"},
            language=language,
        ),
        "targets": render_calibration_targets(checks, language=language),
        "widths": render_parameter_widths(
            [
                ParameterWidth("chi", "Held back", "", (0.25, 0.5, 1.0), (0.25, 0.5, 1.0), 0.97),
                ParameterWidth("kmax", "Killing", "1/d", (0.2, 2.0, 20.0), (1.0, 2.0, 4.0), 0.301),
            ],
            language=language,
        ),
    }


@pytest.fixture(scope="module")
def english():
    return draw_all("en")


def find(figure, gid):
    return [
        artist
        for axes in figure.axes
        for artist in (*axes.lines, *axes.collections)
        if artist.get_gid() == gid
    ]


def test_lesions_show_the_median_and_single_courses(english):
    (median,) = find(english["lesions"], "median")
    assert median.get_ydata() == pytest.approx(np.median(draw_lesions().change, axis=0))
    assert len(find(english["lesions"], "single")) == SINGLES


def test_plasma_shows_what_was_published_beside(english):
    (published,) = find(english["plasma"], "published-0")
    assert published.get_ydata()[0] == 2.2
    assert "5.5 against 2.2" in english["plasma"].caption.description


def test_each_draw_has_its_tick(english):
    (ticks,) = find(english["conclusions"], "draws")
    assert [segment[0][0] for segment in ticks.get_segments()] == [0.6, 0.7, 0.95]
    (hanging,) = find(english["endpoints"], "draws")
    assert list(hanging.get_xdata()) == [22.0, 24.0]


def test_bars_of_counts_hold_every_trial(english):
    axes = english["endpoints"].axes[0]
    assert sum(bar.get_height() for bar in axes.patches) == 4
    (limit,) = find(english["endpoints"], "limit")
    assert limit.get_xdata()[0] == 23.0


def test_one_draw_says_what_it_hides():
    figure = render_conclusions([Frequency("Rule met", 0.8, 0.78, 0.82)], language="en")
    assert any("what nobody knows is not shown" in note for note in figure.caption.notes)


def test_long_names_and_single_draws_leave_room_for_every_panel():
    """A layout that collapses is a warning, and a warning is an error here."""
    name = "severe toxicity in the window, Intratumoural ipilimumab + nivolumab"
    values = np.array([0.1, 0.2, 0.3, 0.2])
    for panels in (1, 4, 8):
        shown = [Distribution(f"{name} {place}", "proportion", values) for place in range(panels)]
        figure = render_endpoint_distributions(shown, language="en")
        render_svg(figure)
        visible = [axes for axes in figure.axes if axes.get_visible()]
        assert len(visible) == panels
        assert all(axes.get_position().height * figure.get_figheight() > 0.6 for axes in visible)


def test_arms_of_an_endpoint_share_a_panel_and_its_bins():
    generator = np.random.default_rng(2)
    rates = [generator.binomial(30, share, 200) / 30 for share in (0.3, 0.5)]
    days = [np.append(generator.integers(100, 300, 198), [np.inf] * 2).astype(float), np.full(200, np.inf)]
    shown = [
        Distribution(label, unit, values, (float(np.median(values)),), arm=arm)
        for label, unit, every in (("Response", "proportion", rates), ("Median", "days", days))
        for arm, values in zip(("A", "B"), every, strict=True)
    ]
    figure = render_endpoint_distributions(shown, language="en")
    response, median = (axes for axes in figure.axes if axes.get_visible())
    first, second = (patch.get_xy() for patch in response.patches)
    assert set(first[:, 0]) == set(second[:, 0])
    for outline, values in ((first, rates[0]), (second, rates[1])):
        corners = outline[: len(set(outline[:, 0])) * 2]
        assert corners[1:-1:2, 1].sum() == pytest.approx(len(values))
    heights = [tick.get_ydata()[0] for tick in find(figure, "draws")[:2]]
    assert heights[0] > heights[1]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["A", "B"]
    # Nothing of the second arm's median lies within follow-up: it has no bars there.
    assert len(median.patches) == 1
    assert any("beyond follow-up: Median, A: 2; Median, B: 200" in note for note in figure.caption.notes)
    assert "Median, B, median beyond follow-up" in figure.caption.description


def test_one_arm_needs_no_legend():
    shown = Distribution("Response", "proportion", np.array([0.2, 0.4, 0.4]), arm="Vaccine")
    figure = render_endpoint_distributions([shown], language="en")
    assert not figure.legends
    assert figure.caption.description == "Response, Vaccine, median 40.0%."


def test_hits_and_misses_are_both_written(english):
    written = {text.get_text() for axes in english["targets"].axes for text in axes.texts}
    assert written == {"inside", "OUTSIDE", "no interval"}
    (held,) = find(english["targets"], "held_out-1")
    assert held.get_markerfacecolor() == "white"
    assert english["targets"].caption.description.startswith(
        "1 of 1 results that calibration saw, and 0 of 1"
    )


def test_a_bar_runs_from_the_lower_to_the_higher_value_of_each_arm(english):
    (panel,) = english["sensitivity"].axes
    spans = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in panel.patches]
    assert spans == [pytest.approx((-5.0, 10.0)), pytest.approx((0.0, 2.0))]
    ends = [(line.get_xdata()[0], line.get_markerfacecolor()) for line in panel.lines[1:]]
    assert [end for end, _ in ends] == pytest.approx([-5.0, 10.0, 2.0])
    assert [fill == "white" for _, fill in ends] == [True, False, True]
    assert [label.get_text() for label in panel.get_yticklabels()] == ["Hazard (a)"]


def test_widths_say_how_little_was_learnt(english):
    written = [text.get_text() for text in english["widths"].axes[0].texts]
    assert written == ["0.30", "0.97 nothing learnt"]
    assert english["widths"].caption.description.startswith("About 1 of 2")
    names = [label.get_text() for label in english["widths"].axes[0].get_yticklabels()]
    assert names == ["Killing (kmax)", "Held back (chi)"]
    bars = [line.get_xdata().tolist() for line in english["widths"].axes[0].lines[:4]]
    assert bars == [[0.1, 10.0], [0.5, 2.0], [0.5, 2.0], [0.5, 2.0]]


def test_every_figure_is_as_wide_as_the_house_asks_and_speaks_french(english):
    for name, figure in draw_all("fr").items():
        assert figure.get_figwidth() == pytest.approx(7.2), name
        assert figure.caption.title != english[name].caption.title, name
        assert 'lang="fr"' in render_svg(figure)


def test_nothing_to_show_is_said():
    for figure in (
        render_conclusions([], language="fr"),
        render_endpoint_distributions([], language="fr"),
        render_what_if([], language="fr"),
        render_calibration_targets([], language="fr"),
        render_parameter_widths([], language="fr"),
        render_tornado(SensitivityAnalysis((), 3, 3, 0, 256, 1e-3, 183.0, 0), names={}, language="fr"),
    ):
        assert figure.axes[0].texts[0].get_text()
