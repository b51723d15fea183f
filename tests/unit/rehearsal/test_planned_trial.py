"""What is taken from the study file into many trials: its pauses, and what the model does not know."""

import datetime
from dataclasses import replace

from abscopal.conduct.monitoring import FollowedPatient, decide_cohort_pause
from abscopal.protocol.monitoring import CohortPause
from abscopal.protocol.reading import read_study
from abscopal.protocol.text import Text
from abscopal.rehearsal.recruitment import simulate_entries
from abscopal.rehearsal.scenario import choose_scenario
from abscopal.rehearsal.trial_design import Pause, plan_trial

STUDY = read_study("nivipit")
SCENARIO = choose_scenario(STUDY.protocol)
DESIGN = plan_trial(STUDY.protocol, SCENARIO)
OPENING = datetime.date(2024, 1, 1)


def test_whoever_comes_during_a_pause_waits_as_the_rules_of_the_clinic_ask():
    paused = replace(DESIGN, pauses=(Pause(3, 28), Pause(6, 60)))
    coming = simulate_entries(paused, trials=20, study_hash="x", seed=1, draw=0)
    free = simulate_entries(DESIGN, trials=20, study_hash="x", seed=1, draw=0)
    assert (coming.days >= free.days).all()
    assert (coming.days[:, :3] == free.days[:, :3]).all()
    assert (coming.days > free.days).any(axis=1).all()
    for days in coming.days.tolist():
        dates = [OPENING + datetime.timedelta(days=day) for day in days]
        followed = [FollowedPatient(f"P{n:03d}", date, None, date) for n, date in enumerate(dates)]
        for pause in paused.pauses:
            for date in dates[pause.after_patients :]:
                opens = dates[pause.after_patients - 1] + datetime.timedelta(days=pause.observe_days)
                decision = decide_cohort_pause(
                    followed,
                    rule="sentinel",
                    after_patients=pause.after_patients,
                    observe_days=pause.observe_days,
                    board_agreed_on=opens,
                    on=date,
                    protocol_version="1.0",
                )
                assert decision.events[0].ruling == "continue"


def test_the_pauses_of_a_study_file_are_rehearsed_and_unknown_ones_told():
    sentence = Text(
        en="Inclusion pauses after three patients.", fr="L’inclusion s’arrête après trois patients."
    )
    known = {"value": 3, "provenance": "assumed", "note": sentence.model_dump()}
    told = {
        "identifier": "sentinel",
        "text": sentence.model_dump(),
        "provenance": "assumed",
        "note": known["note"],
    }
    for days, pauses in ((known | {"value": 28}, (Pause(3, 28),)), ({"value": None}, ())):
        pause = CohortPause.model_validate(told | {"after_patients": known, "observe_days": days})
        monitoring = STUDY.protocol.monitoring.model_copy(update={"pauses": (pause,)})
        design = plan_trial(STUDY.protocol.model_copy(update={"monitoring": monitoring}), SCENARIO)
        assert design.pauses == pauses
        assert any("sentinel" in text.en for text in design.left_out) == (not pauses)


def test_a_drug_that_the_model_does_not_know_is_told_before_many_trials_too():
    protocol = read_study("dex2").protocol
    told = [text.en for text in plan_trial(protocol, choose_scenario(protocol)).left_out]
    assert "Oral cyclophosphamide: given without effect; the model does not know it." in told
