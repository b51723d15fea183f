"""A whole trial: people come, are screened, allotted, treated, scanned, sampled and followed; then the tables."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from abscopal.conduct.screening.failed_criteria import derive_failed_criteria
from abscopal.errors import OptionError
from abscopal.evidence.analysis_plan import list_treating_interventions
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.protocol.text import Text
from abscopal.rehearsal.arm_plans import plan_arm, tell_without_effect
from abscopal.rehearsal.courses import Settings, is_treated_beyond_progression, simulate_courses
from abscopal.rehearsal.endpoint_rules import EndpointRules, choose_endpoint_rules
from abscopal.rehearsal.given_doses import tell_limits, tell_not_injectable
from abscopal.rehearsal.model.description import ModelDescription
from abscopal.rehearsal.readings import derive_readings, plan_scans
from abscopal.rehearsal.scenario import Scenario, choose_number
from abscopal.rehearsal.seen_progression import watch_progression
from abscopal.rehearsal.trial.allotting import allot_arms
from abscopal.rehearsal.trial.compose import compose_tables
from abscopal.rehearsal.trial.dose_rows import UNKNOWN_SPLIT
from abscopal.rehearsal.trial.entering import assert_somebody_enters, compute_injectable_share
from abscopal.rehearsal.trial.followed import ArmOutcome, Followed
from abscopal.rehearsal.trial.frames import SYNTHETIC_STUDYID
from abscopal.rehearsal.trial.late_entries import tell_late_forms
from abscopal.rehearsal.trial.looks import find_early_stop, tell_early_stop
from abscopal.rehearsal.trial.people import Person, simulate_people
from abscopal.rehearsal.trial.sample_rows import list_states
from abscopal.rehearsal.trial_design import TrialDesign, plan_trial

OPENING = dt.date(2020, 1, 6)


@dataclass(frozen=True, slots=True)
class TrialKeys:
    """What makes chance: the same keys give the same trial.

    Args:
        study: key of the study and of the draw of the parameters: who the patients are.
        arms: the same with the arm: what happens to them.
        trial: key of this trial: who comes when, and the draws of allocation.
    """

    study: int
    arms: Mapping[str, int]
    trial: int


@dataclass(frozen=True, slots=True)
class VirtualTrial:
    """One rehearsed trial.

    Args:
        tables: SDTM tables by domain, lower case.
        people: everybody screened.
        patients: everybody who entered, in order of their numbers.
        outcomes: what became of each arm, by its identifier.
        notes: what was taken where the study file is silent, and what the model does not know.
        stop: when and by which rule inclusion ended early; None where it did not.
        late: how many forms are absent because they were entered late; None where none is.
    """

    tables: Mapping[str, pl.DataFrame] = field(repr=False)
    people: tuple[Person, ...] = field(repr=False)
    patients: tuple[Followed, ...] = field(repr=False)
    outcomes: Mapping[str, ArmOutcome] = field(repr=False)
    notes: tuple[Text, ...]
    stop: Text | None
    late: Text | None


def simulate_trial(
    protocol: StudyProtocol,
    scenario: Scenario,
    model: ModelDescription,
    *,
    keys: TrialKeys,
    patients: int | None = None,
    horizon_days: float | None = None,
    opening: dt.date = OPENING,
    tolerance: float = 1e-6,
) -> VirtualTrial:
    """Rehearse one trial, from the first consent to the tables.

    Args:
        protocol: the study file.
        scenario: the scenario in force.
        model: the model.
        keys: what makes chance.
        patients: patients who enter; those the study file plans when None.
        horizon_days: how long each patient is followed; as the scenario says when None.
        opening: day on which the centres open.
        tolerance: relative tolerance of the integrator.

    Returns:
        The trial and its tables.

    Raises:
        OptionError: a number of patients, a dose or a threshold is unknown; found before anything is computed.
    """
    wanted = choose_number(protocol, scenario, patients)
    assert_somebody_enters(protocol, scenario)
    horizon = scenario["follow_up_days"] if horizon_days is None else horizon_days
    plans = {
        arm.identifier: plan_arm(protocol, arm.identifier, model, horizon_days=horizon)
        for arm in protocol.arms
    }
    scans = plan_scans(protocol, horizon_days=horizon)
    generator = np.random.Generator(np.random.Philox(key=keys.trial))
    design = plan_trial(protocol, scenario, patients=wanted)
    people = simulate_people(
        protocol, scenario, eligible=wanted, opening=opening, generator=generator, pauses=design.pauses
    )
    eligible = [person for person in people if person.is_eligible]
    arms = allot_arms(protocol, eligible, seed=keys.trial.to_bytes(8, "little"), generator=generator)
    numbered = [
        (number, person)
        for number, person in enumerate(sorted(eligible, key=lambda one: (one.entry, one.usubjid)))
        if person.usubjid in arms
    ]
    settings = Settings(horizon_days=horizon, tolerance=tolerance, keep=list_states(protocol))
    outcomes: dict[str, ArmOutcome] = {}
    followed: list[Followed] = []
    for arm in protocol.arms:
        members = [(number, person) for number, person in numbered if arms[person.usubjid] == arm.identifier]
        if not members:
            continue
        key = keys.arms[arm.identifier]
        courses = simulate_courses(
            model,
            plans[arm.identifier],
            scenario,
            np.array([number for number, _ in members]),
            study_hash_key=keys.study,
            arm_key=key,
            settings=settings,
            watch=watch_progression(scenario, lambda: scans, arm_key=key),
        )
        readings = derive_readings(courses, scans, scenario, arm_key=key)
        outcome = ArmOutcome(arm, plans[arm.identifier], courses, readings, key, horizon)
        outcomes[arm.identifier] = outcome
        followed += [
            Followed(person, number, row, outcome, protocol, scenario)
            for row, (number, person) in enumerate(members)
        ]
    followed.sort(key=lambda patient: patient.number)
    stop = find_early_stop(design, outcomes, followed, rules=_choose_rules(protocol, design), opening=opening)
    told = None
    if stop is not None:
        included = [patient for patient in followed if patient.person.entry < stop.day]
        left_out = len(followed) - len(included)
        told = tell_early_stop(protocol, stop, left_out=left_out, planned=wanted)
        # Whoever would have come on that day or later is neither screened nor included.
        followed, people = included, tuple(one for one in people if one.consent < stop.day)
    composed = compose_tables(people, followed)
    failed = derive_failed_criteria(
        {person.usubjid: person.screening for person in people if not person.is_eligible},
        study_identifier=SYNTHETIC_STUDYID,
    )
    notes = (*_list_notes(protocol, scenario, model), *_list_refusals(composed.refused, followed))
    return VirtualTrial(
        {**composed.tables, "ie": failed},
        people,
        tuple(followed),
        outcomes,
        notes,
        told,
        tell_late_forms(composed.late, cut=composed.cut),
    )


def _choose_rules(protocol: StudyProtocol, design: TrialDesign) -> EndpointRules:
    """The rules of the study; where its response is read in a way that looks do not know, the usual ones.

    Looks at toxicity read no response.
    """
    try:
        return choose_endpoint_rules(protocol, window_days=design.window_days)
    except OptionError:
        safety = protocol.safety
        return EndpointRules(
            window_days=round(design.window_days),
            emergent_days=safety.treatment_emergent_days.value,
            severe_grade=safety.severe_grade.value or 3,
            treated_with=list_treating_interventions(protocol),
        )


def _list_notes(protocol: StudyProtocol, scenario: Scenario, model: ModelDescription) -> list[Text]:
    notes = [
        tell_limits(is_beyond=is_treated_beyond_progression(scenario)),
        *tell_not_injectable(compute_injectable_share(protocol, scenario)),
        *tell_without_effect(protocol, model),
    ]
    if protocol.injection is not None and protocol.injection.split_rule.value is None:
        notes.append(
            Text(
                en=f"The study does not say how a dose is shared among lesions: “{UNKNOWN_SPLIT}” is taken.",
                fr="L’étude ne dit pas comment partager une dose entre les lésions : "
                f"« {UNKNOWN_SPLIT} » est retenu.",
            )
        )
    return notes


def _list_refusals(refused: Counter[str], followed: Sequence[Followed]) -> list[Text]:
    notes = [
        Text(
            en=f"{count} planned injections were not made: {code}.",
            fr=f"{count} injections prévues n’ont pas été faites : {code}.",
        )
        for code, count in sorted(refused.items())
    ]
    failed = sum(bool(patient.outcome.courses.failed[patient.row]) for patient in followed)
    if failed:
        notes.append(
            Text(
                en=f"{failed} patients could not be followed by the model: they are never treated, and no look "
                "counts them.",
                fr=f"{failed} patients n’ont pu être suivis par le modèle : ils ne sont jamais traités, et aucune "
                "analyse ne les compte.",
            )
        )
    return notes
