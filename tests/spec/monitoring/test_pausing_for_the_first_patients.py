"""Waiting for the first patients, and stopping for futility.

Inclusion pauses after three treated patients until the last of them has been observed for 28 days and the board has
agreed. The futility look is at 22 evaluable patients: the trial stops at seven successes or fewer.
"""

from datetime import date

from abscopal.conduct.monitoring import FollowedPatient, PathPoint, decide_cohort_pause, decide_futility


def pause(*, treated: list[str], on: str, board: str | None) -> str:
    patients = [
        FollowedPatient(f"P{place}", date.fromisoformat(day), None, date.fromisoformat(on))
        for place, day in enumerate(treated, 1)
    ]
    decision = decide_cohort_pause(
        patients,
        rule="sentinel",
        after_patients=3,
        observe_days=28,
        board_agreed_on=date.fromisoformat(board) if board else None,
        on=date.fromisoformat(on),
        protocol_version="1.0",
    )
    return f"{decision.events[0].ruling}, {decision.codes[0]}"


def futility(*, evaluable: int, successes: int) -> str:
    path = [PathPoint(date(2024, 9, 1), evaluable, successes)]
    decision = decide_futility(path, rule="look", evaluable=22, stop_at_or_below=7, protocol_version="1.0")
    return f"{decision.events[0].ruling}, {decision.codes[0]}"


THREE = ["2024-01-01", "2024-01-08", "2024-01-15"]


def test_inclusion_goes_on_until_the_cohort_is_full():
    """Two treated patients."""
    assert pause(treated=THREE[:2], on="2024-01-20", board=None) == "continue, COHORT_NOT_FULL"


def test_the_last_of_the_cohort_is_observed_for_the_whole_time():
    """The third patient was treated on 15 January: on 11 February 27 days have passed."""
    assert pause(treated=THREE, on="2024-02-11", board=None) == "pause, COHORT_UNDER_OBSERVATION"


def test_after_observation_the_board_is_awaited():
    """On 12 February the 28 days are over, and the board has not spoken."""
    assert pause(treated=THREE, on="2024-02-12", board=None) == "pause, BOARD_AWAITED"


def test_the_board_opens_inclusion_again():
    """The board agreed on 20 February."""
    assert pause(treated=THREE, on="2024-02-21", board="2024-02-20") == "continue, BOARD_AGREED"


def test_an_agreement_given_before_the_end_of_observation_does_not_count():
    """The board agreed on 1 February, when the third patient had been observed for 17 days."""
    assert pause(treated=THREE, on="2024-02-21", board="2024-02-01") == "pause, BOARD_AWAITED"


def test_futility_is_judged_at_its_look_and_not_before():
    """Twenty-one evaluable patients."""
    assert futility(evaluable=21, successes=2) == "continue, LOOK_AWAITED"


def test_at_the_limit_the_trial_stops():
    """Seven successes in 22."""
    assert futility(evaluable=22, successes=7) == "stop, FUTILE"


def test_above_the_limit_the_trial_goes_on():
    """Eight successes in 22."""
    assert futility(evaluable=22, successes=8) == "continue, NOT_FUTILE"
