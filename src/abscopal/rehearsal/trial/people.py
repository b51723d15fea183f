"""The people who come to a rehearsed trial: when, where, what is found of them, and whether they may enter."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from abscopal.conduct.screening.criteria import compute_judgement
from abscopal.conduct.screening.facts import Fact, FactValue
from abscopal.conduct.screening.stages import Screening, compute_screening
from abscopal.errors import OptionError
from abscopal.protocol.eligibility import Condition, Stage
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.rehearsal.scenario import Scenario
from abscopal.rehearsal.trial.candidate_values import (
    ANY_DAY,
    Assignment,
    list_assignments,
    list_criteria_of,
    make_facts,
)
from abscopal.rehearsal.trial.entering import TYPING, assert_somebody_enters, reads_typing
from abscopal.rehearsal.trial_design import Pause

# A fact that a rehearsal knows by name: the release of the own product.
PRODUCT = "PRODUCT_RELEASED"
NEVER_FAILED = frozenset({"AGE", "SEX", TYPING, PRODUCT})
DAYS_OF_A_MONTH = 365.25 / 12
UNKNOWN_COUNTRY = "ZZZ"  # user-assigned in ISO 3166-1: the study file does not say
FIRST_CENTRE = 101
SHORTEST_SCREENING = 7
LONGEST_RECRUITMENT = 1000 * 365


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signed the first consent.

    Args:
        usubjid: identifier in the tables.
        centre: centre.
        country: its country.
        age: in years.
        sex: F or M.
        consent: day of the first consent.
        screening: where screening ended.
        entry: day of inclusion for a person found eligible; else the day screening failed.
        is_eligible: whether every stage before inclusion was passed.
        facts: what was found.
    """

    usubjid: str
    centre: str
    country: str
    age: int
    sex: str
    consent: dt.date
    screening: Screening = field(repr=False)
    entry: dt.date
    is_eligible: bool
    facts: tuple[Fact, ...] = field(repr=False)


def simulate_people(
    protocol: StudyProtocol,
    scenario: Scenario,
    *,
    eligible: int,
    opening: dt.date,
    generator: np.random.Generator,
    pauses: Sequence[Pause] = (),
) -> tuple[Person, ...]:
    """Let people come to the centres until enough of them are eligible.

    They come one by one, at a constant rate (a Poisson process), to each centre with equal chances. Whoever comes
    during a pause of inclusion signs the consent on the day that it ends.

    Args:
        protocol: the study file.
        scenario: the scenario in force.
        eligible: how many eligible people are wanted.
        opening: day on which the centres open.
        generator: source of chance.
        pauses: pauses of inclusion, the earliest first.

    Returns:
        Everybody screened, in order of consent.

    Raises:
        OptionError: nobody can be found eligible.
    """
    assert_somebody_enters(protocol, scenario)
    centres = list_centres(protocol, scenario)
    rate = len(centres) * scenario["patients_per_centre_and_month"] / DAYS_OF_A_MONTH
    people: list[Person] = []
    found, elapsed, opens = 0, 0.0, opening
    while found < eligible:
        elapsed += generator.exponential(1 / rate)
        if elapsed > LONGEST_RECRUITMENT:
            raise OptionError(
                f"{eligible} eligible patients are not found within {LONGEST_RECRUITMENT // 365} years.",
                where="rehearsal, scenario",
                remedy="Give fewer patients, or raise patients_per_centre_and_month or hla_a2_probability.",
            )
        centre, country = centres[int(generator.integers(len(centres)))]
        person = _screen(
            protocol,
            scenario,
            usubjid=f"SYN-{len(people) + 1:05d}",
            place=(centre, country),
            consent=max(opens, opening + dt.timedelta(days=int(elapsed))),
            generator=generator,
        )
        people.append(person)
        found += person.is_eligible
        for pause in pauses:
            if person.is_eligible and found == pause.after_patients:
                last = max(one.entry for one in people if one.is_eligible)
                opens = max(opens, last + dt.timedelta(days=pause.observe_days))
    return tuple(people)


def list_centres(protocol: StudyProtocol, scenario: Scenario) -> tuple[tuple[str, str], ...]:
    """List the centres: those the study file names, then as many more as it counts.

    Args:
        protocol: the study file.
        scenario: says how many there are where the study file does not.

    Returns:
        Identifier and country of each.
    """
    named = [(centre.identifier, centre.country) for centre in protocol.identity.centres]
    count = protocol.identity.number_of_centres.value or len(named) or round(scenario["centres"])
    more = [(str(FIRST_CENTRE + place), UNKNOWN_COUNTRY) for place in range(max(0, count - len(named)))]
    return (*named, *more)


def reads_product(stage: Stage) -> bool:
    """Whether a stage is decided by the product, hence after inclusion."""
    return any(
        criterion.variable == PRODUCT
        for condition in stage.criteria
        for criterion in list_criteria_of(condition)
    )


def _list_failable(protocol: StudyProtocol) -> list[Condition]:
    return [
        condition
        for stage in protocol.eligibility.stages
        for condition in stage.criteria
        if list_assignments(condition)[1]
        and not {criterion.variable for criterion in list_criteria_of(condition)} & NEVER_FAILED
    ]


def _screen(
    protocol: StudyProtocol,
    scenario: Scenario,
    *,
    usubjid: str,
    place: tuple[str, str],
    consent: dt.date,
    generator: np.random.Generator,
) -> Person:
    """Take one person through the stages: what a stage asks is found out only once it opens."""
    sex = "M" if generator.random() < 0.6 else "F"
    age = int(np.clip(generator.normal(62, 11), 24, 86))
    known: dict[str, FactValue] = {"AGE": age, "SEX": sex}
    to_fail = _draw_failed(protocol, scenario, generator)
    has_type = generator.random() < scenario["hla_a2_probability"]
    lag = _draw_lag(protocol, generator)
    stages = [stage for stage in protocol.eligibility.stages if not reads_product(stage)]
    consents: dict[str, dt.date] = {}
    facts: list[Fact] = []
    entry, is_eligible = consent + dt.timedelta(days=lag), True
    for number, stage in enumerate(stages):
        day = consent + dt.timedelta(days=round(lag * number / len(stages)))
        consents |= {stage.identifier: day} if stage.consent is not None else {}
        for condition in stage.criteria:
            is_failed = condition is to_fail or (reads_typing(condition) and not has_type)
            chosen = _choose(condition, known, generator, wanted="failing" if is_failed else "passing")
            known |= dict(chosen)
            facts += make_facts(chosen, on=day)
            facts += _repeat_expired(condition, chosen, found=day, entry=entry)
        screening = compute_screening(protocol, facts, on=day, consents=consents)
        if any(judged.state == "failed" for judged in screening.stages):
            entry, is_eligible = day, False
            break
    told = tuple(fact for fact in facts if fact.on <= entry)
    return Person(
        usubjid=usubjid,
        centre=place[0],
        country=place[1],
        age=int(known["AGE"]) if isinstance(known["AGE"], int | float) else age,
        sex="F" if known.get("PREGNANT") is True else str(known["SEX"]),
        consent=consent,
        screening=compute_screening(protocol, told, on=entry, consents=consents),
        entry=entry,
        is_eligible=is_eligible,
        facts=told,
    )


def _draw_failed(
    protocol: StudyProtocol, scenario: Scenario, generator: np.random.Generator
) -> Condition | None:
    """The condition that a person will not meet, apart from typing; each is as likely as another (ours)."""
    conditions = _list_failable(protocol)
    fails = generator.random() < scenario["screen_failure_probability"]
    place = int(generator.integers(max(1, len(conditions))))
    return conditions[place] if fails and conditions else None


def _draw_lag(protocol: StudyProtocol, generator: np.random.Generator) -> int:
    """Days from the first consent to inclusion, anywhere in the window of the visit that asks for consent."""
    visits = [visit for visit in protocol.schedule.visits if "consent" in visit.activities]
    visit = visits[0] if visits else None
    if visit is None or visit.day.value is None or visit.day.value > 0:
        return 2 * SHORTEST_SCREENING
    longest = -visit.day.value + (visit.window_before.value or 0)
    shortest = max(SHORTEST_SCREENING, -visit.day.value - (visit.window_after.value or 0))
    return int(generator.integers(shortest, max(shortest, longest) + 1))


def _choose(
    condition: Condition, known: Mapping[str, FactValue], generator: np.random.Generator, *, wanted: str
) -> Assignment:
    """Draw facts that meet a condition (or do not), and do not contradict what is already known."""
    passing, failing = list_assignments(condition)
    own = [
        tuple((variable, known.get(variable, value)) for variable, value in assignment)
        for assignment in (failing if wanted == "failing" else passing)
    ]
    able = [assignment for assignment in own if _is(condition, assignment, wanted)]
    if not able:
        able = list(failing if wanted == "failing" else passing)
    return able[int(generator.integers(len(able)))]


def _is(condition: Condition, assignment: Assignment, wanted: str) -> bool:
    verdict = compute_judgement(condition, make_facts(assignment, on=ANY_DAY), on=ANY_DAY).verdict
    return verdict == ("not_met" if wanted == "failing" else "met")


def _repeat_expired(
    condition: Condition, chosen: Assignment, *, found: dt.date, entry: dt.date
) -> tuple[Fact, ...]:
    """What would be too old at inclusion is found again on its eve, with the same result."""
    shortest: dict[str, int] = {}
    for criterion in list_criteria_of(condition):
        days = criterion.valid_for_days.value
        if days is not None:
            shortest[criterion.variable] = min(days, shortest.get(criterion.variable, days))
    expired = {
        variable: value
        for variable, value in chosen
        if variable in shortest and (entry - found).days > shortest[variable]
    }
    return make_facts(expired, on=entry - dt.timedelta(days=1))
