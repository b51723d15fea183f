"""The page of a rehearsal names what was assumed and what it cannot say; so does its credibility report."""

import re
from dataclasses import replace

import pytest

from abscopal.evidence.credibility_report import (
    CATEGORIES,
    CredibilityFacts,
    Emergence,
    Verification,
    list_credibility_sections,
    render_credibility_markdown,
)
from abscopal.evidence.figures.rehearsal_data import (
    DirectionCheck,
    Influence,
    Move,
    ParameterWidth,
    SensitivityAnalysis,
    TargetCheck,
)
from abscopal.evidence.figures.tornado import render_tornado
from abscopal.evidence.rehearsal_page import RehearsalContent, list_limits, render_rehearsal_page
from abscopal.evidence.rehearsal_tables import AssumedValue, CharacteristicRow
from abscopal.evidence.rehearsal_texts import TEXTS
from abscopal.evidence.report.blocks import Table
from abscopal.protocol.text import Text

VALUES = (
    AssumedValue("loss_per_year", Text(en="Rate of loss", fr="Taux de perte"), 0.0317, "1/year", "assumed"),
    AssumedValue("weight_mean_kg", Text(en="Mean weight", fr="Poids moyen"), 78.0, "kg", "inferred"),
    AssumedValue("model_kmax", Text(en="Killing", fr="Destruction"), 0.000292, "1/d", "ensemble"),
)
ROWS = (
    CharacteristicRow("planned", "all", "conclusion.met", 0.835, 0.803, 0.864, 600, "probability"),
    CharacteristicRow("planned", "between draws", "conclusion.met", 0.83, 0.61, 0.95, 12, "probability"),
    CharacteristicRow("planned", "3", "conclusion.met", 0.6123, 0.5, 0.7, 50, "probability"),
    CharacteristicRow("planned", "all", "stopped", 0.02, 0.01, 0.035, 600, "probability"),
    CharacteristicRow("planned", "all", "duration_days.q50", 1456.0, None, None, 600, "days"),
)
CONTENT = RehearsalContent(
    study="STUDY-1",
    title=Text(en="A trial", fr="Un essai"),
    question=(Text(en="Is it safe?", fr="Est-ce sûr ?"),),
    scenario="published",
    mode="clones",
    trials=600,
    draws=12,
    seed=1,
    horizon_days=365.0,
    tolerance=1e-6,
    is_filtered=True,
    values=VALUES,
    statuses={"assumed": 34, "fitted": 18},
    drawn=200,
    accepted=82,
    entered=34_200,
    failed=7,
    left_out=(Text(en="The pause is not rehearsed.", fr="La pause n’est pas répétée."),),
    rows=ROWS,
)
CHECKS = (
    TargetCheck("Severe toxicity", "fit", "proportion", 0.243, 0.118, 0.412, 0.259, 0.23, 0.31),
    TargetCheck("Response", "held_out", "proportion", 0.62, 0.384, 0.819, 0.90, 0.85, 0.95),
)
DIRECTIONS = (
    DirectionCheck(
        "Regulatory T cells fall", "RNA says the reverse.", False, "falls", 0.13, 0.06, 0.4, 64, 64, True
    ),
    DirectionCheck("More NKp30", "", True, "rises", -0.02, -0.1, 0.05, 20, 64, False),
)
WIDTHS = (
    ParameterWidth("eps_4", "Gain of proliferation", "", (0.08, 0.4, 1.9), (0.0853, 0.322, 1.31), 0.98),
    ParameterWidth(
        "a_n", "Hazard by nivolumab", "1/d", (0.00024, 0.00064, 0.0017), (0.000478, 0.000792, 0.00154), 0.56
    ),
)
INFLUENCE = Influence(
    "a_ni", Text(en="Hazard of both", fr="Risque des deux"), "1/d", 0.04, 0.02, None, "prior", "fitted",
    (
        Move("A", "severe", 0.25, -0.031, None),
        Move("B", "severe", 0.6, -0.125, None),
        Move("A", "conclusion", 0.8, 0.17, None),
    ),
)  # fmt: skip
FACTS = CredibilityFacts(
    study="STUDY-1",
    arms=(("A", Text(en="Arm A", fr="Bras A")), ("B", Text(en="Arm B", fr="Bras B"))),
    question=CONTENT.question,
    draws=12,
    trials=600,
    verification=Verification(1e-6, 128, 1.1e-7, 3, 6.9e-9),
    checks=CHECKS,
    directions=DIRECTIONS,
    widths=WIDTHS,
    emergences=(Emergence("Arm A", "injected", "R", 42, 0.07),),
    sensitivity=SensitivityAnalysis((INFLUENCE,), 107, 95, 2, 256, 1e-3, 183.0, 4),
    drawn=200,
    accepted=82,
    entered=34_200,
    failed=7,
    statuses=(("assumed", 34), ("fitted", 18)),
)


def render(language="en", content=CONTENT):
    sections = list_credibility_sections(FACTS, language=language)
    return render_rehearsal_page(content, figures={}, credibility=sections, version="1.0", language=language)


def test_every_value_in_force_stands_with_its_unit_and_origin():
    page = render()
    for name, value, unit, origin in (
        ("loss_per_year", "0.0317", "1/year", "assumed"),
        ("weight_mean_kg", "78", "kg", "inferred"),
        ("model_kmax", "0.000292", "1/d", "ensemble, median shown"),
    ):
        row = next(part for part in re.findall(r"<tr>.*?</tr>", page, re.DOTALL) if name in part)
        assert all(f">{said}</td>" in row for said in (value, unit, origin)), row
    assert "1 of 3 values in force are assumed" in page


def test_a_published_direction_that_the_model_does_not_follow_is_said_loudly():
    page = render()
    rows = [part for part in re.findall(r"<tr>.*?</tr>", page, re.DOTALL) if "/64" in part]
    assert ["OTHER WAY" in row for row in rows] == [False, True]
    assert "RNA says the reverse." in page
    assert "20/64" in rows[1]
    assert "−2.0%" in rows[1]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_says_what_it_cannot_say(language):
    page = render(language)
    for name in ("never_1", "never_2", "never_3"):
        assert TEXTS[name].read(language) in page
    assert all(limit in page for limit in list_limits(language))


def test_failures_acceptance_mode_and_what_is_left_out_are_told():
    page = render()
    assert "7 of 34,200 patients" in page
    assert "82 of 200 draws (41.0%)" in page
    assert "every patient is in every arm" in page
    assert "The pause is not rehearsed." in page


def test_one_draw_is_confessed():
    assert TEXTS["one_draw"].en not in render()
    assert TEXTS["one_draw"].en in render(content=replace(CONTENT, draws=1))


def test_single_draws_stay_in_the_file_and_the_rest_can_be_taken_away():
    page = render()
    assert "61.2%" not in page
    assert "83.5%" in page
    assert 'download="operating-characteristics.csv"' in page


def test_the_page_opens_offline():
    assert not re.findall(r"""(?:src|href)=["'](?!#|data:)""", render())


@pytest.mark.parametrize("language", ["en", "fr"])
def test_credibility_names_every_category_and_shows_misses(language):
    report = render_credibility_markdown(
        FACTS, limits=list_limits(language), version="1.0", language=language
    )
    for number, category in enumerate(CATEGORIES, start=1):
        assert f"### {number}. {TEXTS[f'credibility_{category}'].read(language)}" in report
    assert TEXTS["credibility_outside"].read(language) in report
    for name in ("never_1", "never_2", "credibility_context_text", "credibility_influence"):
        assert TEXTS[name].read(language) in report
    assert "10⁻⁹" in report
    assert "10⁻⁷" in report


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_calibration_taught_is_told_parameter_by_parameter(language):
    report = render_credibility_markdown(FACTS, limits=(), version="1.0", language=language)
    rows = [line for line in report.splitlines() if line.endswith("|") or " | " in line]
    learnt = next(place for place, line in enumerate(rows) if "(a_n)" in line)
    kept = next(place for place, line in enumerate(rows) if "(eps_4)" in line)
    assert learnt < kept
    assert TEXTS["credibility_taught_nothing"].read(language) in rows[kept].split(" | ")[-1]
    mark = "." if language == "en" else ","
    assert f"0{mark}000792 (0{mark}000478 – 0{mark}00154) | 1/d | 0{mark}56" in rows[learnt]
    page = render(language)
    assert 'download="credibility-widths.csv"' in page


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_the_results_hang_on_is_told_with_its_step_and_status(language):
    report = render_credibility_markdown(FACTS, limits=(), version="1.0", language=language)
    (row,) = [line for line in report.splitlines() if "(a_ni)" in line]
    # The rate that moves most is that of the second arm; the conclusion, though it moves more, follows from a rate.
    said = {
        "en": ("±1 SD of its prior", "0.04; 0.02; — 1/d", "fitted", "severe toxicity, Arm B", "60.0%", "−12.5", "80.0%; +17.0; —"),
        "fr": ("±1 écart-type", "0,04\u202f; 0,02\u202f; — 1/d", "ajusté", "toxicité sévère, Bras B", "60,0", "−12,5", "+17,0"),
    }[language]  # fmt: skip
    assert all(part in row for part in said), row
    assert re.search(r"\b107\b.*\b256\b.*\b4\b.*\b95\b", report)
    own = replace(FACTS, sensitivity=replace(FACTS.sensitivity, draw=None))
    unfitted = render_credibility_markdown(own, limits=(), version="1.0", language=language)
    assert TEXTS["credibility_sensitivity_own"].read(language) in unfitted
    assert TEXTS["credibility_sensitivity_untried"].read(language).format(count="2") in report


def test_the_figure_of_the_sensitivity_stands_in_its_chapter():
    figure = render_tornado(FACTS.sensitivity, names={"A": "Arm A", "B": "Arm B"}, language="en")
    sections = list_credibility_sections(FACTS, language="en")
    page = render_rehearsal_page(
        CONTENT, figures={"sensitivity": figure}, credibility=sections, version="1.0", language="en"
    )
    chapter = page[page.index('id="credibility-sensitivity"') :]
    assert chapter.index('id="rehearsal-sensitivity"') < chapter.index("(a_ni)</t")


def test_every_row_of_every_table_is_as_long_as_its_header():
    for section in list_credibility_sections(FACTS, language="en"):
        for table in section.blocks:
            if isinstance(table, Table):
                assert {len(cells) for cells in table.rows} == {len(table.header)}, table.identifier


def test_calibration_judges_what_it_recorded_itself():
    """None among some hundred patients is not a share of exactly 0: the record knows, the interval does not."""
    check = TargetCheck("Untreated", "fit", "proportion", 0.005, 0.00002, 0.046, 0.0, 0.0, 0.0)
    assert check.is_hit is False
    assert replace(check, judged=True).is_hit is True


def test_a_report_without_calibration_or_sensitivity_says_so():
    bare = replace(
        FACTS,
        draws=1,
        checks=(),
        widths=(),
        emergences=(),
        sensitivity=replace(FACTS.sensitivity, influences=()),
    )
    report = render_credibility_markdown(bare, limits=(), version="1.0", language="en")
    assert TEXTS["credibility_calibration_none"].en in report
    assert TEXTS["credibility_no_sensitivity"].en in report
    assert TEXTS["credibility_no_checks"].en in report


def test_every_text_has_two_languages_and_its_blanks_in_both():
    for name, text in TEXTS.items():
        blanks = [set(re.findall(r"\{(\w+)\}", text.read(language))) for language in ("en", "fr")]
        assert blanks[0] == blanks[1], name
