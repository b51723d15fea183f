"""Lesions over time: sums of always the same lesions, what decides beside them, the limits of a response."""

import datetime as dt
import random

import polars as pl
import pytest

from abscopal.evidence.figures.course_data import (
    CourseEvent,
    compute_sum_lines,
    list_course_events,
    list_lesion_courses,
)
from abscopal.evidence.figures.sum_limits import compute_limits
from lesion_builder import build_assessments, day, lesion
from unit.evidence.figure_tables import course


def sums(line):
    return [(point.assessment, point.millimetres, point.is_current) for point in line.points]


def test_a_patient_without_injections_has_one_sum():
    (line,) = compute_sum_lines([course("T01", [30.0, 20.0]), course("T02", [10.0, 5.5])])
    assert line.category == "total"
    assert sums(line) == [(0, 40.0, True), (1, 25.5, True)]


def test_a_target_that_is_missing_makes_the_sum_unknown_and_keeps_the_measured_part():
    (line,) = compute_sum_lines([course("T01", [30.0, 20.0]), course("T02", [10.0, None])])
    assert [(point.millimetres, point.measured) for point in line.points] == [(40.0, 40.0), (None, 20.0)]


def test_injected_and_distant_targets_are_added_up_apart():
    total, injected, distant = compute_sum_lines(
        [course("T01", [30.0, 15.0], injected_on=1), course("T02", [40.0, 24.0])]
    )
    assert (total.category, injected.category, distant.category) == ("total", "injected", "distant")
    assert sums(injected) == [(0, 30.0, True), (1, 15.0, True)]
    assert sums(distant) == [(0, 40.0, True), (1, 24.0, True)]
    assert [percent for _, percent in distant.changes] == [pytest.approx(-40.0)]


def test_a_lesion_that_is_injected_later_begins_new_sums_of_the_same_lesions():
    # T02 is injected between the second and the third assessment: 37 mm of T03 alone are not a fall from 60 mm.
    lines = compute_sum_lines(
        [
            course("T01", [30.0, 25.0, 20.0], injected_on=1),
            course("T02", [20.0, 20.0, 10.0], injected_on=50),
            course("T03", [40.0, 38.0, 37.0]),
        ]
    )
    found = [(line.category, sums(line)) for line in lines if line.category != "total"]
    assert found == [
        ("injected", [(0, 30.0, True), (1, 25.0, True)]),
        ("injected", [(0, 50.0, False), (1, 45.0, False), (2, 30.0, True)]),
        ("distant", [(0, 60.0, True), (1, 58.0, True)]),
        ("distant", [(0, 40.0, False), (1, 38.0, False), (2, 37.0, True)]),
    ]
    assert [percent for _, percent in lines[-1].changes] == [pytest.approx(-7.5)]


def test_the_order_and_the_names_of_lesions_change_no_sum():
    lesions = [
        course("T01", [30.0, 25.0, 20.0], injected_on=1),
        course("T02", [20.0, None, 10.0]),
        course("T03", [40.0, 38.0, 37.0]),
    ]
    shuffled = random.Random(3).sample(lesions, 3)
    assert compute_sum_lines(shuffled) == compute_sum_lines(lesions)


def test_measured_new_lesions_are_apart_from_the_targets():
    lines = compute_sum_lines([course("T01", [30.0, 20.0]), course("NEW01", [None, 12.0], role="NEW")])
    assert [(line.category, line.points[-1].millimetres) for line in lines] == [
        ("total", 20.0),
        ("new", 12.0),
    ]


def test_a_patient_without_targets_has_no_sum():
    assert compute_sum_lines([course("NT01", [None, None], role="NON-TARGET", states={0: "PRESENT"})]) == ()


def test_a_new_lesion_is_told_each_time_more_is_known():
    states = {0: "EQUIVOCAL", 1: "EQUIVOCAL", 2: "UNEQUIVOCAL", 3: "UNEQUIVOCAL"}
    new = course("NEW01", [None] * 4, role="NEW", states=states)
    worse = course("NT01", [None] * 2, role="NON-TARGET", states={0: "PRESENT", 1: "UNEQUIVOCAL_PROGRESSION"})
    assert list_course_events([new, worse]) == (
        CourseEvent(-5, "suspected"),
        CourseEvent(37, "worse"),
        CourseEvent(79, "new"),
    )


def test_the_limit_of_progression_follows_the_smallest_complete_sum():
    (line,) = compute_sum_lines([course("T01", [60.0, 12.0, None, 17.0])])
    limits = compute_limits(line)
    assert limits.partial == 42.0
    # 20 % of 12 mm is less than 5 mm; what is unknown lowers nothing.
    assert [limit for _, _, limit in limits.progression] == [72.0, 17.0, 17.0]
    assert limits.nadir == (37, 12.0)


def test_an_incomplete_baseline_has_no_limits():
    (line,) = compute_sum_lines([course("T01", [30.0, 20.0]), course("T02", [None, 10.0])])
    assert compute_limits(line) is None


def test_lesions_are_gathered_from_the_table_with_the_days_of_the_study():
    rows = [
        lesion("T01", 0, "MEASURED", 300, location="LIVER", on=day(-6)),
        lesion("T01", 1, "ABSENT", location="LIVER", on=day(42)),
    ]
    injected = [row | {"INJDT": dt.date(2024, 1, 1)} for row in rows]
    starts = pl.DataFrame({"USUBJID": ["P1"], "REFDT": [day(0)]})
    (found,) = list_lesion_courses(build_assessments(injected), starts)["P1"]
    assert (found.site, found.first_injection, found.baseline) == ("LIVER", 1, 30.0)
    seen = [(s.assessment, s.day, s.millimetres, s.is_injected) for s in found.sightings]
    assert seen == [(0, -6, 30.0, False), (1, 43, 0.0, True)]
    (elapsed,) = list_lesion_courses(build_assessments(rows), starts, first_day=0)["P1"]
    assert [s.day for s in elapsed.sightings] == [-6, 42]
    assert elapsed.is_injected is False
