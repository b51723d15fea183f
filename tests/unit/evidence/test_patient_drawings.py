"""The plain drawings of one patient: every point where it belongs, every cue in words, the same bytes."""

import re
import xml.etree.ElementTree as ElementTree

import pytest

from abscopal.evidence.figures.course_data import CourseEvent, compute_sum_lines
from abscopal.evidence.figures.lesion_courses import PanelFrame, render_course_legend, render_lesion_course
from abscopal.evidence.figures.plain_svg import Drawing, list_round_ticks
from abscopal.evidence.figures.response_steps import DayMark, render_response_steps
from abscopal.evidence.figures.sum_course import LEFT, PLOT_HEIGHT, TOP, WIDTH, render_sum_course
from abscopal.evidence.figures.sum_course_words import Judgements
from unit.evidence.figure_tables import course

SPACE = "{http://www.w3.org/2000/svg}"
RESPONSES = Judgements("RECIST 1.1", ((37, "PR"), (79, "PD")))


def read(svg):
    return ElementTree.fromstring(svg)


def words(svg):
    return [" ".join("".join(text.itertext()).split()) for text in read(svg).iter(f"{SPACE}text")]


def tips(svg):
    return [title.text for title in read(svg).iter(f"{SPACE}title")]


def levels(svg, dash):
    """Heights of the level parts of the lines drawn with these dashes."""
    return [
        float(match)
        for path in read(svg).iter(f"{SPACE}path")
        if path.get("stroke-dasharray") == dash
        for match in re.findall(r"[ML]\S+ (\S+?)(?=L|$)", path.get("d"))
    ]


def draw(lesions, judgements=(RESPONSES,), language="en", **more):
    return render_sum_course(compute_sum_lines(lesions), judgements, language=language, **more)


def test_each_sum_is_a_point_with_its_value_and_its_response():
    svg = draw([course("T01", [60.0, 40.0, 55.5])])
    assert tips(svg) == [
        "all targets, day −5: 60.0 mm", "all targets, day 37: 40.0 mm", "all targets, day 79: 55.5 mm",
    ]  # fmt: skip
    assert {"PR 40", "PD 55.5", "baseline 60", "nadir"} <= set(words(svg))


def test_limits_stand_at_their_millimetres():
    svg = draw([course("T01", [60.0, 40.0, 55.5])])
    bottom, high = TOP + PLOT_HEIGHT, 1.1 * 72  # the highest thing drawn is 1.2 x 60 mm
    height = {mm: pytest.approx(bottom - mm / high * PLOT_HEIGHT, abs=0.06) for mm in (42, 48, 72)}
    partial = levels(svg, "1.5 2.5")[:2]
    assert partial == [height[42]] * 2
    assert levels(svg, "6 3")[:4] == [height[72], height[72], height[48], height[48]]


def test_the_picture_tells_itself_in_both_languages():
    lesions = [course("T01", [60.0, 40.0, 55.5], injected_on=1), course("T02", [10.0, 10.0, None])]
    more = {"injections": [1, 22], "events": [CourseEvent(79, "new")]}
    english, french = (read(draw(lesions, language=language, **more)) for language in ("en", "fr"))
    said = english.get("aria-label")
    assert english.get("role") == "img"
    for part in ("day −5: 70.0 mm", "day 79: unknown", "Injections on days 1, 22.", "Day 79: new lesion.",
                 "RECIST 1.1: day 37: PR, day 79: PD.", "Injected targets: day −5: 60.0 mm",
                 "partial response up to 49.0 mm, progression from 60.0 mm"):  # fmt: skip
        assert part in said
    assert french.get("lang") == "fr"
    assert "réponse partielle jusqu’à 49,0 mm" in french.get("aria-label")


def test_several_criteria_stand_in_rows_under_the_axis():
    other = Judgements("iRECIST", ((37, "iPR"), (79, "iUPD")))
    one, two = (
        draw([course("T01", [60.0, 40.0, 55.5])], judged) for judged in ((RESPONSES,), (RESPONSES, other))
    )
    places = {"".join(text.itertext()): float(text.get("y")) for text in read(two).iter(f"{SPACE}text")}
    assert places["RECIST 1.1"] == places["PR"] == places["PD"]
    assert places["iRECIST"] == places["iUPD"] == places["PR"] + 14
    assert min(places["PR"], places["iUPD"]) > TOP + PLOT_HEIGHT
    assert "PR 40" in words(one)


def test_injections_new_lesions_and_unknown_sums_have_their_key():
    svg = draw(
        [course("T01", [60.0, None, 40.0], injected_on=1)],
        injections=[1, 22, 43],
        events=[CourseEvent(37, "suspected"), CourseEvent(79, "new"), CourseEvent(79, "worse")],
    )
    keys = {"injection", "suspected new lesion", "new lesion", "non-target progresses", "sum unknown"}
    assert keys <= set(words(svg))
    ticks = [path for path in read(svg).iter(f"{SPACE}path") if path.get("fill") == "#D55E00"]
    assert len([tick for tick in ticks if tick.get("d").count("L") == 2]) == 3 + 1  # and the key


def test_a_patient_without_targets_is_told_so():
    svg = draw([course("NT01", [None, None], role="NON-TARGET", states={0: "PRESENT", 1: "PRESENT"})])
    assert "No target: nothing to add up" in words(svg)


def test_nothing_leaves_the_picture():
    lesions = [course(f"T0{n}", [100.0 / n, 320.5, 0.0] * 5, injected_on=40 * n) for n in range(1, 5)]
    codes = tuple((42 * visit - 5, "NON-CR/NON-PD") for visit in range(1, 15))
    for judged in ([Judgements("RECIST 1.1", codes)], [Judgements("RECIST 1.1", codes), RESPONSES]):
        root = read(draw(lesions, judged))
        wide, high = float(root.get("width")), float(root.get("height"))
        assert wide == WIDTH
        for text in root.iter(f"{SPACE}text"):
            assert 0 <= float(text.get("x")) <= wide
            assert 0 <= float(text.get("y")) <= high
        for circle in root.iter(f"{SPACE}circle"):
            assert 0 <= float(circle.get("cx")) <= wide
            assert TOP - 1 <= float(circle.get("cy")) <= high


def panel(lesion, language="en", **more):
    return render_lesion_course(
        lesion, frame=PanelFrame(-5, 79, 60.0), language=language, site="Liver", **more
    )


def test_a_lesion_is_marked_as_injected_from_its_first_injection_on():
    svg = panel(course("T01", [30.0, 20.0, 12.0], injected_on=20), injections=(20, 41))
    circles = list(read(svg).iter(f"{SPACE}circle"))
    assert [circle[0].text for circle in circles] == ["day 37: 20.0 mm", "day 79: 12.0 mm"]
    squares = [path for path in read(svg).iter(f"{SPACE}path") if path.get("fill") == "#ffffff"]
    assert [square[0].text for square in squares] == ["day −5: 30.0 mm"]
    (band,) = read(svg).iter(f"{SPACE}rect")
    first = min(float(circle.get("cx")) for circle in circles)
    assert LEFT - 10 < float(band.get("x")) < first
    triangles = [path for path in read(svg).iter(f"{SPACE}path") if path.get("fill") == "#D55E00"]
    assert len(triangles) == 2
    assert read(svg).get("aria-label").endswith("Injected on days 20, 41.")


def test_a_lesion_that_was_never_injected_has_no_band():
    svg = panel(course("T02", [30.0, None, 12.0]))
    assert not list(read(svg).iter(f"{SPACE}rect"))
    assert "not evaluated" in read(svg).get("aria-label")
    assert {"T02 Liver", "target", "30", "12"} <= set(words(svg))


def test_a_lesion_judged_in_words_stands_on_levels():
    states = {0: "PRESENT", 1: "UNEQUIVOCAL_PROGRESSION", 2: "ABSENT"}
    svg = panel(course("NT01", [None, None, 0.0], role="NON-TARGET", states=states))
    assert {"gone", "present", "worse"} <= set(words(svg))
    heights = [
        float(re.match(r"M\S+ (\S+?)L", path.get("d")).group(1))
        for path in read(svg).iter(f"{SPACE}path")
        if path.get("fill") == "#ffffff"
    ]
    assert heights[1] < heights[0] < heights[2]


def test_a_long_site_is_shortened_and_told_in_full():
    lesion = course("T01", [30.0, 20.0])
    site = "Ganglion, région sus-claviculaire, à droite"
    svg = render_lesion_course(lesion, frame=PanelFrame(-5, 79, 60.0), language="fr", site=site)
    assert any(said.startswith("T01 Ganglion") and said.endswith("…") for said in words(svg))
    assert site in read(svg).get("aria-label")


def test_words_of_the_tables_cannot_break_out_of_the_picture():
    svg = panel(course("<T&1>", [30.0, 20.0]))
    assert "<T&1> Liver" in words(svg)


def test_the_same_lesions_give_the_same_bytes():
    lesions = [course("T01", [60.0, 40.0, 55.5], injected_on=1)]
    assert draw(lesions) == draw(lesions)
    assert panel(lesions[0]) == panel(lesions[0])
    assert render_course_legend(language="fr") == render_course_legend(language="fr")


def test_steps_stand_in_the_order_of_the_categories():
    svg = render_response_steps([(56, "PD"), (112, "CR")], language="en", marks=[DayMark(140, "death")])
    places = {text.text: float(text.get("y")) for text in read(svg).iter(f"{SPACE}text") if text.text}
    assert places["CR"] < places["PD"]
    assert "death" in places
    assert read(svg).get("aria-label") == "Responses by day: day 56: PD, day 112: CR, day 140: death."


def test_round_ticks_reach_below_the_top():
    assert list_round_ticks(7) == [0.0, 2.0, 4.0, 6.0]
    assert list_round_ticks(1234) == [0.0, 500.0, 1000.0]


def test_an_empty_drawing_is_a_picture_too():
    root = read(Drawing(10, 5).render(alternative="nothing", language="en"))
    assert root.get("viewBox") == "0 0 10 5"
