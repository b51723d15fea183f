"""Screening of hand-written patients: which stage they reached and for which arms they are eligible."""

from collections.abc import Iterator
from datetime import date

from abscopal.conduct.screening.decide import decide_from_screening
from abscopal.conduct.screening.facts import Fact
from abscopal.conduct.screening.stages import Screening, compute_screening
from abscopal.evidence.assurance_outcomes import CheckedExpectation
from abscopal.evidence.assurance_sentences import format_date
from abscopal.protocol.check_patients import TREATED
from abscopal.protocol.hand_written_patient import HandWrittenPatient
from abscopal.protocol.study_protocol import StudyProtocol

ELIGIBLE = "eligible"
WITHOUT_A_DAY = "no day to read screening on: add `as_of` or `included`"
VERDICT_WORDS = {
    "met": "eligible",
    "not_met": "not eligible",
    "not_yet_known": "not yet known to be eligible",
}


def check_screening(patient: HandWrittenPatient, protocol: StudyProtocol) -> Iterator[CheckedExpectation]:
    """The stage of screening that a patient reached and did not pass, and eligibility for each arm.

    Screening is read on the day that the expectation names, else on the day of inclusion. A consent without a day
    of its own is the patient's `consent`. Criteria do not depend on the arm: eligibility is the same for all.

    Args:
        patient: the patient, with the facts and what is expected.
        protocol: the study file.

    Yields:
        One checked expectation for the stage, and one for each arm.
    """
    expected = patient.expected
    if expected.stage is None and not expected.eligible:
        return
    on = expected.as_of or patient.included
    if on is None:
        for subject in (["stage"] if expected.stage else []) + ["eligibility"] * len(expected.eligible):
            sentence = f"Patient {patient.identifier}, {subject}: {WITHOUT_A_DAY}."
            yield CheckedExpectation(patient.identifier, subject, "waiting", sentence)
        return
    screening = _screen(patient, protocol, on)
    if expected.stage is not None:
        yield _judge_stage(patient, screening)
    for arm, verdict in expected.eligible.items():
        found, wanted = VERDICT_WORDS[screening.verdict], VERDICT_WORDS[verdict]
        where = f"for {arm} on {format_date(on)}"
        yield _judge(
            patient, "eligibility", f"{wanted} {where}", f"{found} {where}", because=_say_reasons(screening)
        )


def _screen(patient: HandWrittenPatient, protocol: StudyProtocol, on: date) -> Screening:
    facts = [
        Fact(known.variable, known.value, known.on)
        for known in patient.facts
        if known.value is not None and known.on is not None
    ]
    signed = {
        stage.identifier: day
        for stage in protocol.eligibility.stages
        if (day := patient.consents.get(stage.identifier, patient.consent)) is not None
    }
    return compute_screening(protocol, facts, on=on, consents=signed)


def _judge_stage(patient: HandWrittenPatient, screening: Screening) -> CheckedExpectation:
    reached = screening.stage_reached
    passed_all = TREATED if patient.doses else ELIGIBLE
    found = passed_all if reached is None else reached.stage.identifier
    expected = str(patient.expected.stage)
    return _judge(patient, "stage", _say_stage(expected), _say_stage(found), because=_say_reasons(screening))


def _say_stage(stage: str) -> str:
    if stage in (TREATED, ELIGIBLE):
        return {"treated": "through every stage and treated", "eligible": "eligible and not treated"}[stage]
    return f"still at the stage {stage}"


def _say_reasons(screening: Screening) -> str:
    return " ".join(reason.text.en for reason in decide_from_screening(screening, notice_days=0).reasons[:3])


def _judge(
    patient: HandWrittenPatient, subject: str, expected: str, found: str, *, because: str
) -> CheckedExpectation:
    name = patient.identifier
    if expected == found:
        return CheckedExpectation(name, subject, "met", f"Patient {name} is {found}, as expected.")
    sentence = f"Patient {name} was expected to be {expected} but is {found}. {because}"
    return CheckedExpectation(name, subject, "failed", sentence.strip())
