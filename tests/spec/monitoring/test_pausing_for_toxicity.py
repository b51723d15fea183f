"""Pausing for toxicity: who counts, when a look is taken, what pauses inclusion.

The window is 100 days after the first dose. The boundary pauses at 2 events among 3 evaluable patients and at 3
among 6.
"""

from datetime import date

from abscopal.conduct.monitoring import BoundaryRow, FollowedPatient, compute_monitoring_path, decide_toxicity
from abscopal.protocol.text import Language
from plain_tables import read_rows

BOUNDARY = (BoundaryRow(3, 2), BoundaryRow(6, 3))


def _followed(table: str) -> list[FollowedPatient]:
    return [
        FollowedPatient(
            row["patient"],
            date.fromisoformat(row["first dose"]),
            date.fromisoformat(row["event"]) if row["event"] else None,
            date.fromisoformat(row["followed to"]),
        )
        for row in read_rows(table)
    ]


def path(table: str, *, on: str) -> list[tuple[str, int, int]]:
    found = compute_monitoring_path(_followed(table), window_days=100, on=date.fromisoformat(on))
    return [(point.on.isoformat(), point.evaluable, point.events) for point in found]


def ruling(table: str, *, on: str) -> str:
    found = compute_monitoring_path(_followed(table), window_days=100, on=date.fromisoformat(on))
    decision = decide_toxicity(found, rule="severe", boundary=BOUNDARY, protocol_version="1.0")
    return decision.events[0].ruling


def said(table: str, *, on: str, language: Language) -> str:
    found = compute_monitoring_path(_followed(table), window_days=100, on=date.fromisoformat(on))
    decision = decide_toxicity(found, rule="severe", boundary=BOUNDARY, protocol_version="1.0")
    return decision.reasons[0].text.read(language).replace("\u00a0", " ").replace("\u202f", " ")


def test_a_patient_counts_at_the_event_or_when_the_window_has_closed():
    """P1 counts on the day of the event. P2 counts once the hundred days are over. P3 was lost before and never
    counts. The event of P4 came after the window: P4 counts as free of it."""
    patients = """
    patient | first dose | event      | followed to
    P1      | 2024-01-01 | 2024-02-01 | 2024-06-01
    P2      | 2024-01-01 |            | 2024-06-01
    P3      | 2024-01-01 |            | 2024-02-15
    P4      | 2024-01-01 | 2024-05-20 | 2024-06-01
    """
    assert path(patients, on="2024-06-01") == [("2024-02-01", 1, 1), ("2024-04-10", 3, 1)]


def test_the_day_of_the_data_decides_what_is_known():
    """The same patients one day before the window closes: only the event is known."""
    patients = """
    patient | first dose | event      | followed to
    P1      | 2024-01-01 | 2024-02-01 | 2024-06-01
    P2      | 2024-01-01 |            | 2024-06-01
    """
    assert path(patients, on="2024-04-09") == [("2024-02-01", 1, 1)]


def test_inclusion_pauses_when_the_boundary_is_reached_at_a_look():
    """Two of the first three evaluable patients had the event."""
    patients = """
    patient | first dose | event      | followed to
    P1      | 2024-01-01 | 2024-02-01 | 2024-06-01
    P2      | 2024-01-01 | 2024-02-10 | 2024-06-01
    P3      | 2024-01-01 |            | 2024-06-01
    """
    assert ruling(patients, on="2024-06-01") == "pause"


def test_two_events_before_the_look_do_not_pause_yet():
    """Two events among two evaluable patients: the first look is at three."""
    patients = """
    patient | first dose | event      | followed to
    P1      | 2024-01-01 | 2024-02-01 | 2024-06-01
    P2      | 2024-01-01 | 2024-02-10 | 2024-06-01
    P3      | 2024-03-01 |            | 2024-06-01
    """
    assert ruling(patients, on="2024-06-01") == "continue"


def test_a_boundary_once_reached_stays_reached():
    """At three patients two had the event; the three patients who come after without one do not undo the pause: only
    the board does."""
    patients = """
    patient | first dose | event      | followed to
    P1      | 2024-01-01 | 2024-02-01 | 2024-12-01
    P2      | 2024-01-01 | 2024-02-10 | 2024-12-01
    P3      | 2024-01-01 |            | 2024-12-01
    P4      | 2024-06-01 |            | 2024-12-01
    P5      | 2024-06-01 |            | 2024-12-01
    P6      | 2024-06-01 |            | 2024-12-01
    """
    assert ruling(patients, on="2024-12-01") == "pause"


def test_a_look_that_is_jumped_over_is_taken_with_everyone():
    """Four patients become evaluable on one day, two of them by an event: the look at three is taken with all four,
    and pauses, because nobody can say which three came first."""
    patients = """
    patient | first dose | event      | followed to
    P1      | 2024-01-01 | 2024-04-10 | 2024-12-01
    P2      | 2024-01-01 | 2024-04-10 | 2024-12-01
    P3      | 2024-01-01 |            | 2024-12-01
    P4      | 2024-01-01 |            | 2024-12-01
    """
    assert ruling(patients, on="2024-12-01") == "pause"


def test_the_board_reads_the_day_as_its_language_writes_it():
    """The arithmetic of the pause, in French."""
    patients = """
    patient | first dose | event      | followed to
    P1      | 2024-01-01 | 2024-02-01 | 2024-06-01
    P2      | 2024-01-01 | 2024-02-10 | 2024-06-01
    P3      | 2024-01-01 |            | 2024-06-01
    """
    assert said(patients, on="2024-06-01", language="fr") == (
        "Le 10 avril 2024, 2 patients évaluables sur 3 avaient l’événement ; l’analyse à 3 suspend à partir de 2."
    )
