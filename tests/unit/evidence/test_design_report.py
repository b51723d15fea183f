"""The design in sentences, values and pages: nominal beside exact, assumed and unknown said aloud."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from abscopal.design.exploration import explore_designs
from abscopal.design.toxicity_boundary import compute_toxicity_boundary
from abscopal.errors import OptionError
from abscopal.evidence.design_report.content import list_design_content, list_exploration_content
from abscopal.evidence.design_report.page import render_exploration, render_study_design
from abscopal.evidence.design_report.reading import DesignReading, read_design
from abscopal.evidence.design_report.sentences import say_exploration, say_monitoring, say_rule
from abscopal.evidence.figures.toxicity_boundary import render_toxicity_boundary
from abscopal.evidence.report.wording import Wording
from abscopal.protocol.document import read_text
from abscopal.protocol.reading import read_study
from abscopal.protocol.study_protocol import StudyProtocol
from unit.evidence.figure_tables import read_page

LANGUAGES = ("en", "fr")


def read(study: str, change: Callable[[dict[str, Any]], None] | None = None) -> DesignReading:
    """The design of a bundled study, after a change of its file."""
    file = read_study(study).file
    content = read_text(file.read_text(encoding="utf-8"), file="protocol.yml").content
    if change is not None:
        change(content)
    return read_design(StudyProtocol.model_validate(content))


def say(reading: DesignReading, language: str = "en") -> str:
    wording = Wording(language)  # type: ignore[arg-type]
    return "\n".join(one.text for one in (*say_rule(reading, wording), *say_monitoring(reading, wording)))


def find_rule(content: dict[str, Any]) -> dict[str, Any]:
    primary = next(endpoint for endpoint in content["endpoints"] if endpoint["level"] == "primary")
    rule: dict[str, Any] = primary["decision_rule"]
    return rule


def test_an_approximate_rule_is_printed_with_what_it_does_exactly():
    reading = read("nivipit")
    said = say(reading)
    assert "at least 23 of 38 patients succeed" in said
    assert "Exact alpha 12.8% at a true rate of 50% (promised 10%), exact power 92.4% at 70%" in said
    assert "It misses its alpha." in said
    assert "at least 24 of 39 (alpha 0.0998, power 0.9056)" in said
    french = say(reading, "fr").replace("\u202f", " ").replace("\u00a0", " ")
    assert "Alpha exact 12,8 % pour un vrai taux de 50 % (annoncé 10 %)" in french
    assert "au moins 24 sur 39 (alpha 0,0998, puissance 0,9056)" in french


def test_assumed_numbers_are_named_with_what_they_imply():
    reading = read("dex2")
    assert {fact.name for fact in reading.assumed} == {"p0", "alpha", "power"}
    said = say(reading)
    assert "Uninteresting rate (p0) = 30% is assumed: Not published" in said
    assert "(assumed target 5%)" in said
    assert "30%: 4.1%; 35%: 15.1%; 40%: 36.0%" in said
    assert "at least 50%, the rule is at least 21 of 41: exact alpha 0.4%, exact power 50.0%" in said
    assert "at least 17 of 39 (alpha 0.0500, power 0.8316)" in said


def test_unknown_numbers_stop_what_needs_them_and_nothing_is_guessed():
    reading = read("neo1")
    assert (reading.readings, reading.comparison) == ((), None)
    said = say(reading)
    assert (
        "Unknown: evaluable patients, successes needed, uninteresting rate (p0), hoped-for rate (p1)." in said
    )
    assert "the exact false positive rate, the exact power" in said
    assert "no stopping rule" in said
    assert not re.search(r"\d+(\.\d+)?%", said)


def test_boundaries_are_printed_with_their_operating_characteristics():
    said = say(read("dex2"))
    assert "4 or more of 6, 6 or more of 12, 8 or more of 18, 11 or more of 24" in said
    assert "3.9% at a true rate of 20% (39.8 patients expected); 24.5% at a true rate of 30%" in said
    assert "Assumed in this boundary: the limit" in said


def test_a_boundary_with_an_unknown_value_is_not_drawn():
    def forget(content: dict[str, Any]) -> None:
        content["monitoring"]["toxicity"][0]["limit"] = {"value": None}

    reading = read("dex2", forget)
    assert reading.boundaries[0].missing == ("limit",)
    assert "unknown the limit; the boundary cannot be computed" in say(reading)
    assert list_design_content(reading)["boundaries"][0]["unknown"] == ["limit"]
    assert "figure-boundary" not in render_study_design(reading, language="en").html


def test_looks_out_of_order_name_their_place():
    def disorder(content: dict[str, Any]) -> None:
        content["monitoring"]["toxicity"][0]["looks"]["value"] = [12, 6]

    with pytest.raises(OptionError, match=r"monitoring\.toxicity\.severe.*do not increase") as refused:
        read("dex2", disorder)
    assert "6, 12" in refused.value.remedy


def test_a_futility_look_is_read_as_a_second_stage_and_compared_with_simon():
    def add_look(content: dict[str, Any]) -> None:
        note = {"en": "Test.", "fr": "Essai."}
        mark = {"provenance": "assumed", "note": note}
        content["monitoring"]["futility"] = [
            {
                "identifier": "half",
                "endpoint": "severe_free_6m",
                "n": {"value": 19, **mark},
                "stop_at_or_below": {"value": 9, **mark},
                **mark,
            }
        ]
        find_rule(content)["power"]["value"] = 0.8

    reading = read("nivipit", add_look)
    assert reading.futility is not None
    assert reading.futility.two_stage is not None
    said = say(reading)
    assert "stop at 9 or fewer of 19" in said
    assert "9/19 22/38 for 0.5 against 0.7" in said
    content = list_design_content(reading)["futility"]
    assert content["lost_power"] > 0
    assert content["two_stage"]["design"] == "9/19 22/38"
    page = render_study_design(reading, language="en")
    assert "early-stopping" in page.drawings


def test_a_rule_without_promises_or_no_rule_says_so():
    def forget(content: dict[str, Any]) -> None:
        find_rule(content)["alpha"] = {"value": None}

    reading = read("nivipit", forget)
    assert reading.comparison is None
    assert "what was promised is not in the study file" in say(reading)
    assert "<table" in render_study_design(reading, language="fr").html

    def drop(content: dict[str, Any]) -> None:
        next(e for e in content["endpoints"] if e["level"] == "primary")["decision_rule"] = None

    assert "has no decision rule" in say(read("nivipit", drop))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("study", ["dex2", "nivipit", "neo1"])
def test_pages_open_offline_in_both_languages(study: str, language: Any):
    page = render_study_design(read(study), language=language, version="1")
    assert f'<html lang="{language}">' in page.html
    assert not re.search(r'(src|href)="https?:', page.html)
    assert "None" not in re.sub(
        r"<svg.*?</svg>|<style>.*?</style>|<script>.*?</script>", "", page.html, flags=re.S
    )
    assert page.html == render_study_design(read(study), language=language, version="1").html


def test_the_page_of_designs_compared():
    found = explore_designs(0.1, 0.3, alpha=0.05, power=0.8)
    kinds = [design.kind for design in found.designs]
    assert kinds[:3] == ["one_stage_normal", "one_stage_exact", "simon_minimax"]
    assert set(kinds) >= {"simon_optimal", "simon_admissible", "fleming_stages", "bop2"}
    exact = [design for design in found.designs if design.kind not in ("one_stage_normal", "fleming_stages")]
    assert all(design.keeps_alpha and design.keeps_power for design in exact)
    said = [one.text for one in say_exploration(found, Wording("en"))]
    assert "Simon optimal (1/10 5/29): 15.0" in said[0]
    assert "one stage, normal approximation (misses power)" in said[1]
    page = render_exploration(found, language="en")
    assert set(page.drawings) == {"power-curves", "early-stopping", "patients-expected"}
    assert "1/10 5/29" in page.html
    json.dumps(list_exploration_content(found), allow_nan=False)


def test_own_looks_for_bop2_and_a_question_too_large():
    found = explore_designs(0.2, 0.4, alpha=0.05, power=0.8, looks=(10, 15, 20, 25, 30, 36))
    assert found.designs[-1].written == "1/10 2/15 4/20 5/25 7/30 11/36"
    with pytest.raises(OptionError, match="No design of up to 250 patients"):
        explore_designs(0.2, 0.22, alpha=0.05, power=0.8)


def test_the_picture_tells_whether_the_path_crossed():
    boundary = compute_toxicity_boundary(limit=0.3, certainty=0.9, prior_a=0.5, prior_b=0.5, looks=(6, 12))
    assert boundary.stop_at_or_above == (4, 6)
    crossed = render_toxicity_boundary(
        boundary, name="x", language="en", path=(range(1, 8), (0, 1, 2, 2, 3, 4, 4))
    )
    assert crossed.caption.notes[1] == "It crossed the boundary at the look at 6 patients."
    assert crossed.caption.notes[0] == "The trial: 4 of 7 evaluable patients had the event."
    calm = render_toxicity_boundary(boundary, name="x", language="fr", path=(range(1, 8), (0,) * 7))
    assert "aucune de ses analyses" in calm.caption.notes[1]
    empty = render_toxicity_boundary(boundary, name="x", language="en", path=((), ()))
    assert empty.caption.notes == ()
    assert "≥4" in read_page(empty)
