"""Contradictions in hand-written patients: what the form of the file alone cannot see."""

from collections.abc import Iterator, Sequence
from datetime import date

from abscopal.protocol.amendments import choose_version
from abscopal.protocol.check_expected import check_expected_responses
from abscopal.protocol.document import KeyPath
from abscopal.protocol.eligibility import AllOf, AnyOf, Condition, Criterion, Not
from abscopal.protocol.hand_written_patient import (
    SIZE_WORDS,
    HandWrittenPatient,
    HandWrittenPatients,
    ToldScan,
)
from abscopal.protocol.problem import Problem, check_name
from abscopal.protocol.study_protocol import StudyProtocol

TREATED = "treated"


def check_patients(patients: HandWrittenPatients) -> Iterator[Problem]:
    """Find what contradicts itself within the patients' stories.

    Args:
        patients: the patients of a study.

    Yields:
        One problem per contradiction, with its place in the file.
    """
    seen: set[str] = set()
    for position, patient in enumerate(patients.patients):
        place: KeyPath = ("patients", position)
        if patient.identifier in seen:
            yield Problem(
                (*place, "identifier"), "another patient has the same identifier.", "Rename one of them."
            )
        seen.add(patient.identifier)
        yield from _check_inclusion(patient, place)
        yield from _check_lesions(patient, place)
        yield from _check_scans(patient, place)
        yield from check_expected_responses(patient.expected, (*place, "expected"))
        if patient.death is not None:
            yield from _check_events_after_death(patient, patient.death.on, place)


def check_patients_against_protocol(
    patients: HandWrittenPatients, versions: Sequence[StudyProtocol]
) -> Iterator[Problem]:
    """Find names in the patients' stories that the study file does not know.

    Args:
        patients: the patients of a study.
        versions: the versions of the protocol; each patient is read under the one they were included under.

    Yields:
        One problem per unknown arm, drug, fact, stage or criterion, naming those that exist.
    """
    for position, patient in enumerate(patients.patients):
        protocol = choose_version(versions, on=patient.version_day)
        place: KeyPath = ("patients", position)
        arms = [arm.identifier for arm in protocol.arms]
        drugs = [given.drug.upper() for given in protocol.interventions]
        stages = [stage.identifier for stage in protocol.eligibility.stages]
        variables = sorted(set(list_variables(protocol)))
        yield from check_name((*place, "arm"), patient.arm, kind="arm", known=arms)
        for i, fact in enumerate(patient.facts):
            yield from check_name(
                (*place, "facts", i, "variable"), fact.variable, kind="fact", known=variables
            )
        for i, dose in enumerate(patient.doses):
            yield from check_name((*place, "doses", i, "drug"), dose.drug.upper(), kind="drug", known=drugs)
        for stage in patient.consents:
            yield from check_name((*place, "consents", stage), stage, kind="stage", known=stages)
        expected = (*place, "expected")
        known_stages = [*stages, TREATED]
        yield from check_name((*expected, "stage"), patient.expected.stage, kind="stage", known=known_stages)
        for arm in patient.expected.eligible:
            yield from check_name((*expected, "eligible", arm), arm, kind="arm", known=arms)


def list_variables(protocol: StudyProtocol) -> Iterator[str]:
    """List the facts about a patient that screening looks at.

    Args:
        protocol: the study file.

    Yields:
        Names of facts, such as AGE; one that several criteria look at comes several times.
    """
    return (criterion.variable for criterion in list_criteria(protocol))


def list_criteria(protocol: StudyProtocol) -> Iterator[Criterion]:
    """List the eligibility criteria of a study, those within groups included.

    Args:
        protocol: the study file.

    Yields:
        Criteria in the order of the file.
    """
    for stage in protocol.eligibility.stages:
        for condition in stage.criteria:
            yield from _list_condition_criteria(condition)


def _list_condition_criteria(condition: Condition) -> Iterator[Criterion]:
    match condition:
        case Criterion():
            yield condition
        case AllOf():
            for part in condition.all:
                yield from _list_condition_criteria(part)
        case AnyOf():
            for part in condition.any:
                yield from _list_condition_criteria(part)
        case Not():
            yield from _list_condition_criteria(condition.negated)


def _check_inclusion(patient: HandWrittenPatient, place: KeyPath) -> Iterator[Problem]:
    if patient.arm is not None and patient.included is None:
        yield Problem((*place, "arm"), "there is an arm but no day of inclusion.", "Add `included:`.")
    if patient.included is not None and patient.arm is None:
        yield Problem((*place, "included"), "there is a day of inclusion but no arm.", "Add `arm:`.")
    if patient.doses and patient.arm is None:
        yield Problem(
            (*place, "doses"), "doses were given to a patient without an arm.", "Add `arm` and `included`."
        )
    if patient.expected.eligible and patient.included is None and patient.expected.as_of is None:
        yield Problem(
            (*place, "expected", "eligible"), "on which day is eligibility read?", "Add `as_of:` beside it."
        )
    if patient.screen_failure is not None and patient.arm is not None:
        yield Problem(
            (*place, "screen_failure"),
            "the patient failed screening and yet has an arm.",
            "Remove one of the two.",
        )


def _check_lesions(patient: HandWrittenPatient, place: KeyPath) -> Iterator[Problem]:
    names = [lesion.name for lesion in patient.lesions]
    for position, name in enumerate(names):
        if name in names[:position]:
            yield Problem(
                (*place, "lesions", position), f"another lesion is called {name}.", "Rename one of them."
            )
    for i, dose in enumerate(patient.doses):
        yield from check_name((*place, "doses", i, "lesion"), dose.lesion, kind="lesion", known=names)
    for i, procedure in enumerate(patient.procedures):
        yield from check_name(
            (*place, "procedures", i, "lesion"), procedure.lesion, kind="lesion", known=names
        )
    for name in patient.expected.injected:
        yield from check_name((*place, "expected", "injected", name), name, kind="lesion", known=names)


def _check_scans(patient: HandWrittenPatient, place: KeyPath) -> Iterator[Problem]:
    for position, scan in enumerate(patient.scans):
        here: KeyPath = (*place, "scans", position)
        if position and scan.on <= patient.scans[position - 1].on:
            yield Problem(
                (*here, "on"), "this scan is not later than the one before.", "Put the scans in order."
            )
        yield from _check_sizes(scan, patient, here, is_baseline=position == 0)


def _check_sizes(
    scan: ToldScan, patient: HandWrittenPatient, place: KeyPath, *, is_baseline: bool
) -> Iterator[Problem]:
    roles = {lesion.name: lesion.role for lesion in patient.lesions}
    for name, size in scan.sizes.items():
        here: KeyPath = (*place, "sizes", name)
        if name not in roles:
            yield from check_name(here, name, kind="lesion", known=roles)
            continue
        words = ", ".join(SIZE_WORDS[roles[name]])
        if isinstance(size, str) and size not in SIZE_WORDS[roles[name]]:
            yield Problem(
                here,
                f"'{size}' is not a word for a {roles[name]} lesion.",
                f"Write millimetres, or one of: {words}.",
            )
        if not isinstance(size, str) and size <= 0:
            yield Problem(
                here, "a size must be above 0.", "Write absent if it is gone, not done if it was not seen."
            )
        if not isinstance(size, str) and roles[name] == "non-target":
            yield Problem(here, "a non-target lesion is not measured.", f"Write one of: {words}.")
        if roles[name] == "new" and is_baseline:
            yield Problem(
                here, "a new lesion cannot stand in the first scan.", "Make it a target or a non-target."
            )
    for name, role in roles.items():
        if role != "new" and name not in scan.sizes:
            yield Problem(
                (*place, "sizes"), f"the scan is silent about {name}.", "Give its size, or write not done."
            )


def _check_events_after_death(patient: HandWrittenPatient, death: date, place: KeyPath) -> Iterator[Problem]:
    days: dict[str, list[date]] = {
        "doses": [day for dose in patient.doses for day in dose.days],
        "scans": [scan.on for scan in patient.scans],
        "procedures": [procedure.on for procedure in patient.procedures],
        "adverse_events": [event.start for event in patient.adverse_events],
        "milestones": [milestone.on for milestone in patient.milestones],
        "last_contact": [patient.last_contact] if patient.last_contact else [],
    }
    for key, dates in days.items():
        if any(day > death for day in dates):
            yield Problem(
                (*place, key), "something here is dated after the death.", "Correct one of the dates."
            )
