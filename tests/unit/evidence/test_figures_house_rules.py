"""What every figure owes its reader: whole texts, two languages, the same bytes, words for the ear."""

import re
import sys
import xml.etree.ElementTree as ElementTree

import matplotlib
import pytest
from matplotlib.colors import to_rgb

from abscopal.evidence.figures.appearance import ARM_MARKS, RESPONSE_MARKS
from abscopal.evidence.figures.saving import render_svg, write_png, write_svg
from unit.evidence.figure_tables import ARMS, FIGURES, LONG_ARMS, draw_all, list_drawn, read_page


@pytest.fixture(scope="module", params=["en", "fr"])
def language(request):
    return request.param


@pytest.fixture(
    scope="module",
    params=[(1, None), (12, LONG_ARMS), (61, ARMS), (300, LONG_ARMS)],
    ids=lambda case: f"{case[0]}",
)
def drawn(request, language):
    count, arms = request.param
    return draw_all(count, language=language, arms=arms)


@pytest.mark.parametrize("name", FIGURES)
def test_no_text_is_cut_by_the_edge(drawn, name):
    figure = drawn[name]
    boxes = [(text.get_text(), text.get_window_extent()) for text in list_drawn(figure)]
    page = figure.bbox
    outside = [
        words
        for words, box in boxes
        if box.x0 < -1 or box.y0 < -1 or box.x1 > page.x1 + 1 or box.y1 > page.y1 + 1
    ]
    assert boxes
    assert outside == []


@pytest.mark.parametrize("name", FIGURES)
def test_no_two_texts_lie_on_each_other(drawn, name):
    boxes = [(text.get_text(), text.get_window_extent()) for text in list_drawn(drawn[name])]
    clashes = [
        (first, second)
        for position, (first, box) in enumerate(boxes)
        for second, other in boxes[position + 1 :]
        if min(box.x1, other.x1) - max(box.x0, other.x0) > 1.5
        and min(box.y1, other.y1) - max(box.y0, other.y0) > 1.5
    ]
    assert clashes == []


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_has_a_caption_in_its_language(drawn, language, name):
    figure = drawn[name]
    assert figure.language == language
    assert figure.caption.title
    assert re.search(r"\d", figure.caption.description)
    assert "{" not in figure.caption.description + "".join(figure.caption.notes)


@pytest.mark.parametrize("name", FIGURES)
def test_no_word_was_left_unfilled(drawn, name):
    assert not re.search(r"[{}]|None|nan\b", read_page(drawn[name]))


def test_the_same_tables_give_the_same_bytes():
    first, second = (draw_all(6, language="fr", arms=ARMS) for _ in range(2))
    for name in FIGURES:
        assert render_svg(first[name]) == render_svg(second[name]), name


@pytest.mark.parametrize("name", ["kaplan_meier", "lesion_waterfall"])
def test_a_figure_may_be_written_twice(name, tmp_path):
    figure = draw_all(3, language="en", arms=None)[name]
    once = render_svg(figure)
    write_png(figure, tmp_path / "a.png")
    assert render_svg(figure) == once


def test_an_svg_is_well_formed_described_and_lives_with_others_in_one_page():
    figures = draw_all(4, language="fr", arms=ARMS)
    svgs = {name: render_svg(figure) for name, figure in figures.items()}
    identifiers: list[str] = []
    for name, svg in svgs.items():
        root = ElementTree.fromstring(svg)
        assert root.get("role") == "img"
        title, description = root[0], root[1]
        assert title.text == figures[name].caption.title
        assert description.text.startswith(figures[name].caption.description)
        assert root.get("aria-labelledby") == title.get("id")
        assert "<style" not in svg
        assert "<text" not in svg
        assert not re.search(r"<dc:date|Matplotlib", svg)
        own = set(re.findall(r'\bid="([^"]+)"', svg))
        assert set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', svg)) <= {(i, "") for i in own} | {
            ("", i) for i in own
        }
        identifiers += own
    assert len(identifiers) == len(set(identifiers))


def test_files_are_written(tmp_path):
    figure = draw_all(5, language="en", arms=ARMS)["waterfall"]
    write_svg(figure, tmp_path / "a.svg")
    assert ElementTree.parse(tmp_path / "a.svg").getroot().tag.endswith("svg")
    write_png(figure, tmp_path / "a.png")
    header = (tmp_path / "a.png").read_bytes()[:24]
    assert header[1:4] == b"PNG"
    assert int.from_bytes(header[16:20]) == 900


def test_drawing_leaves_the_settings_of_matplotlib_alone():
    before = dict(matplotlib.rcParams)
    figure = draw_all(3, language="en", arms=None)["spider"]
    render_svg(figure)
    assert dict(matplotlib.rcParams) == before
    assert "abscopal.evidence.figures.spider" in sys.modules


def test_arms_and_responses_differ_without_colour():
    assert len({(mark.line, mark.marker) for mark in ARM_MARKS}) == len(ARM_MARKS)
    assert len({mark.hatch for mark in ARM_MARKS}) == len(ARM_MARKS)
    greys = {
        code: (
            round(sum(w * c for w, c in zip((0.3, 0.59, 0.11), to_rgb(mark.colour), strict=True)), 1),
            mark.hatch,
        )
        for code, mark in RESPONSE_MARKS.items()
    }
    plain = [look for code, look in greys.items() if not code.startswith("i")]
    assert len(set(plain)) == len(plain)
    immune = [look for code, look in greys.items() if code.startswith("i")]
    assert len(set(immune)) == len(immune) == 5
