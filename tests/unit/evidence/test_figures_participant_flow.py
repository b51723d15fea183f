import polars as pl
import pytest
from matplotlib.patches import Rectangle

from abscopal.evidence.figures.flow_boxes import compute_participant_flow
from abscopal.evidence.figures.participant_flow import (
    FlowBox,
    FlowRow,
    ParticipantFlow,
    render_participant_flow,
)
from abscopal.evidence.flow_reasons import list_reason_words, write_reason
from abscopal.protocol.check_patients import list_criteria
from abscopal.protocol.reading import read_study
from unit.evidence.figure_tables import ARMS, list_drawn, read_page

FIRM = "\u00a0"


def counts():
    rows = [
        ("SCREENED", "ALL", "", 86), ("SCREEN_FAILURE", "ALL", "", 23), ("SCREEN_FAILURE", "ALL", "PRIOR THERAPY", 15),
        ("SCREEN_FAILURE", "ALL", "NOT RECORDED", 8), ("ENROLLED", "ALL", "", 63), ("RANDOMISED", "ALL", "", 63),
        ("ENROLLED", "it", "", 42), ("ENROLLED", "iv", "", 21), ("RANDOMISED", "it", "", 42),
        ("RANDOMISED", "iv", "", 21), ("TREATED", "it", "", 40), ("TREATED", "iv", "", 21),
        ("NOT_TREATED", "it", "", 2), ("NOT_TREATED", "it", "WITHDRAWAL", 2), ("NOT_TREATED", "iv", "", 0),
        ("STOPPED_TREATMENT", "it", "", 9), ("STOPPED_TREATMENT", "it", "DEATH", 2),
        ("STOPPED_TREATMENT", "it", "PROGRESSION", 7), ("EVALUABLE", "it", "", 37), ("EVALUABLE", "iv", "", 21),
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=["STAGE", "ARM", "DETAIL", "N"], orient="row")


def boxes(figure):
    return [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle)]


def test_counts_become_boxes_before_and_after_allocation():
    flow = compute_participant_flow(counts(), language="en", arms=ARMS)
    assert [(row.stage, [box.n for box in row.boxes]) for row in flow.rows] == [
        ("Enrolment", [86]), ("Enrolment", [63]), ("Enrolment", [63]),
        ("Allocation", [42, 21]), ("Treatment", [40, 21]), ("Analysis", [42, 21]),
    ]  # fmt: skip
    assert flow.rows[0].leaving == FlowBox(
        "Not enrolled", 23, (("Prior therapy", 15), ("Reason not recorded", 8))
    )
    assert flow.rows[3].boxes[0].reasons == (("Treated", 40), ("Not treated: Withdrawal", 2))
    assert flow.rows[3].boxes[1].reasons == (("Treated", 21),)
    assert flow.rows[4].boxes[0].reasons == (
        ("Stopped treatment: Progression", 7), ("Stopped treatment: Death", 2),
    )  # fmt: skip
    assert flow.rows[5].boxes[0].reasons == (("Primary endpoint", 37),)


def test_reasons_take_the_words_of_the_reader():
    flow = compute_participant_flow(
        counts(), language="fr", arms=ARMS, reasons={"PRIOR THERAPY": "Traitement antérieur"}
    )
    assert flow.rows[0].leaving.reasons[0] == ("Traitement antérieur", 15)
    assert flow.rows[0].boxes[0].label == "Évalués"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_criteria_and_dispositions_are_told_in_the_language_of_the_report(language):
    protocol = read_study("dex2").protocol
    words = list_reason_words(protocol, language=language)
    carriers = next(item for item in list_criteria(protocol) if "HLA" in item.text.en)
    assert write_reason(carriers.text.en, words) == carriers.text.read(language)
    assert (
        write_reason("LOST TO FOLLOW-UP", words)
        == {"en": "Lost to follow-up", "fr": "Perdu de vue"}[language]
    )
    # What others recorded in their own words keeps its abbreviations.
    assert write_reason("Positive for HIV", words) == "Positive for HIV"


def test_a_trial_without_screening_log_starts_with_the_patients_enrolled():
    rows = counts().filter(
        ~pl.col("STAGE").is_in(["SCREENED", "SCREEN_FAILURE", "RANDOMISED"]), pl.col("ARM") != "iv"
    )
    flow = compute_participant_flow(rows, language="en")
    assert [box.label for row in flow.rows for box in row.boxes][:2] == ["Enrolled", "it"]


@pytest.mark.parametrize(("language", "stage"), [("en", "Enrolment"), ("fr", "Inclusion")])
def test_every_box_prints_its_count(language, stage):
    flow = compute_participant_flow(counts(), language=language, arms=ARMS)
    figure = render_participant_flow(flow, language=language)
    page = read_page(figure)
    for row in flow.rows:
        for box in row.boxes:
            assert f"(n{FIRM}={FIRM}{box.n})" in page
    assert stage in page
    assert len(boxes(figure)) == sum(len(row.boxes) + (row.leaving is not None) for row in flow.rows)


def test_every_line_stays_inside_a_box():
    long = (
        "A reason that runs on and on, such as an HLA type that no peptide of the vaccine can be presented by"
    )
    flow = ParticipantFlow(
        (
            FlowRow("Enrolment", (FlowBox(long, 1234),), FlowBox(long, 999, ((long, 900), ("x" * 90, 99)))),
            FlowRow("Analysis", tuple(FlowBox(long, number, ((long, 1),)) for number in range(4))),
        )
    )
    figure = render_participant_flow(flow, language="fr")
    lines = [text for text in list_drawn(figure) if text.get_rotation() == 0]
    frames = [box.get_window_extent() for box in boxes(figure)]
    for line in lines:
        extent = line.get_window_extent()
        assert any(
            frame.x0 <= extent.x0
            and extent.x1 <= frame.x1
            and frame.y0 - 1 <= extent.y0
            and extent.y1 <= frame.y1 + 1
            for frame in frames
        ), line.get_text()
    assert "1\u202f234" in read_page(figure)


def test_pooled_arms_meet_again_in_one_box():
    flow = ParticipantFlow(
        (
            FlowRow("Allocation", (FlowBox("A", 3), FlowBox("B", 4))),
            FlowRow("Analysis", (FlowBox("Pooled", 7),)),
        )
    )
    figure = render_participant_flow(flow, language="en")
    assert figure.caption.description == "A, 3; B, 4; Pooled, 7."
    assert len(boxes(figure)) == 3


def test_an_empty_diagram_is_drawn():
    assert render_participant_flow(ParticipantFlow(()), language="en").caption.title == "Participant flow"
