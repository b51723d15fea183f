"""Time to the first severe event, and its incidence in a window, against a reading day by day."""

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from abscopal.derivations.safety.first_severe_event import derive_window_status
from abscopal.derivations.time_to_event.severe_event import derive_time_to_severe_event
from abscopal.derivations.time_windows import TimeWindow
from abscopal.tables.adam import AdverseEventAnalysis
from plain_tables import build, day
from response_sequences import build_patients

WINDOW_DAYS = 183


@dataclass(frozen=True)
class Course:
    events: tuple[int, ...]
    death: int | None
    therapy: int | None
    alive: int


courses = st.lists(
    st.builds(
        Course,
        events=st.lists(st.integers(0, 400), max_size=3).map(tuple),
        death=st.none() | st.integers(1, 400),
        therapy=st.none() | st.integers(1, 400),
        alive=st.integers(0, 400),
    ).map(lambda course: course if course.death is None else Course(
        tuple(event for event in course.events if event <= course.death),
        course.death,
        course.therapy,
        min(course.alive, course.death),
    )),
    min_size=1,
    max_size=12,
)  # fmt: skip


def build_courses(found: list[Course]):
    rows = [
        {"USUBJID": f"P{number:02d}", "ASTDT": day(event), "ATOXGRN": 3}
        for number, course in enumerate(found)
        for event in course.events
    ]
    patients = [
        {"patient": f"P{number:02d}", "death": course.death, "therapy": course.therapy, "alive": course.alive}
        for number, course in enumerate(found)
    ]
    return build(AdverseEventAnalysis, rows, TRTEMFL="Y", SEVFL="Y"), build_patients(patients)


def follow(course: Course, new_therapy: str) -> tuple[float, int]:
    for today in range(401):
        if today in course.events:
            return today, 0
        if today == course.death:
            return today, 2
        if today == course.therapy and new_therapy != "ignore":
            return today, 2 if new_therapy == "compete" else 1
    return course.alive, 1


@settings(max_examples=30, deadline=None, derandomize=True)
@given(found=courses, new_therapy=st.sampled_from(["ignore", "censor", "compete"]))
def test_the_derivation_agrees_with_a_reading_day_by_day(found, new_therapy):
    adae, adsl = build_courses(found)
    times = derive_time_to_severe_event(adae, adsl, new_therapy=new_therapy)
    assert times.select("AVAL", "CNSR").rows() == [follow(course, new_therapy) for course in found]


@settings(max_examples=30, deadline=None, derandomize=True)
@given(found=courses)
def test_the_window_and_the_time_tell_the_same_story(found):
    """Elapsed days: an event in the window is a time to event of at most its length."""
    adae, adsl = build_courses(found)
    times = derive_time_to_severe_event(adae, adsl)
    status = derive_window_status(adae, adsl, window=TimeWindow(WINDOW_DAYS))
    for (days, kind), (stands, reason) in zip(
        times.select("AVAL", "CNSR").rows(), status.select("STATUS", "REASON").rows(), strict=True
    ):
        assert (stands == "EVENT") == (kind == 0 and days <= WINDOW_DAYS)
        assert (reason == "DIED") == (kind == 2 and days <= WINDOW_DAYS)
        if stands == "EVENT_FREE":
            assert days >= WINDOW_DAYS
