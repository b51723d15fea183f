"""One patient of a rehearsed trial, with everything that the tables say of them within reach."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from abscopal.protocol.arms import Arm
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.rehearsal.arm_plans import ArmPlan, PlannedDose
from abscopal.rehearsal.array_times import DAYS_TO_WITHDRAWAL
from abscopal.rehearsal.courses import NO_SITE, Courses
from abscopal.rehearsal.lesion_sites import SITES
from abscopal.rehearsal.random_numbers import PLACES, Place, draw_uniforms
from abscopal.rehearsal.readings import NOT_A_LESION, Readings
from abscopal.rehearsal.scenario import Scenario
from abscopal.rehearsal.trial.people import Person

Ending = Literal["death", "loss", "completed", "withdrawn"]


@dataclass(frozen=True, slots=True)
class ArmOutcome:
    """What became of the patients of one arm.

    Args:
        arm: the arm.
        plan: its calendar of doses.
        courses: the truth.
        readings: what was read of the lesions.
        key: key of the study, the draw and the arm.
        horizon_days: how long each patient is followed.
    """

    arm: Arm
    plan: ArmPlan
    courses: Courses = field(repr=False)
    readings: Readings = field(repr=False)
    key: int
    horizon_days: float


@dataclass(frozen=True, slots=True)
class Followed:
    """A patient who entered.

    Args:
        person: who came.
        number: number by which chance knows the patient.
        row: row in the arrays of the arm.
        outcome: what became of the arm.
        protocol: the study file.
        scenario: the scenario in force.
    """

    person: Person
    number: int
    row: int
    outcome: ArmOutcome
    protocol: StudyProtocol = field(repr=False)
    scenario: Scenario = field(repr=False)

    def date(self, day: float) -> str:
        """The date of a day after the reference date, as the tables hold it."""
        return (self.person.entry + dt.timedelta(days=int(np.floor(day)))).isoformat()

    @property
    def is_treated(self) -> bool:
        """Whether anything is ever given; a patient whom the model could not follow is not."""
        courses = self.outcome.courses
        return bool(courses.treated[self.row]) and not bool(courses.failed[self.row])

    @property
    def end(self) -> float:
        """Day after which nothing more is known of the patient."""
        courses = self.outcome.courses
        if not self.is_treated:
            return DAYS_TO_WITHDRAWAL
        return float(min(courses.death_day[self.row], courses.loss_day[self.row], self.outcome.horizon_days))

    @property
    def ending(self) -> Ending:
        """How the patient leaves the trial."""
        courses = self.outcome.courses
        if not self.is_treated:
            return "withdrawn"
        if courses.death_day[self.row] == self.end:
            return "death"
        return "loss" if courses.loss_day[self.row] == self.end else "completed"

    @property
    def severe_day(self) -> float | None:
        """Day of the severe toxicity that is seen in the trial."""
        day = float(self.outcome.courses.severe_day[self.row])
        return day if self.is_treated and day < self.end else None

    @property
    def doses(self) -> tuple[PlannedDose, ...]:
        """The doses that are given, in order."""
        if not self.is_treated:
            return ()
        given = self.outcome.courses.given[self.row]
        planned = [dose for dose in self.outcome.plan.doses if dose.day <= self.outcome.horizon_days]
        return tuple(
            dose for dose, is_given in zip(planned, given, strict=True) if is_given and dose.day < self.end
        )

    @property
    def is_injected(self) -> bool:
        """Whether the arm injects anything."""
        return any(dose.route == "INTRATUMORAL" for dose in self.outcome.plan.doses)

    @property
    def lesions(self) -> tuple[tuple[str, str, str], ...]:
        """Name, role and site of each lesion, those within reach of a needle first."""
        readings, courses = self.outcome.readings, self.outcome.courses
        exists = readings.tenths[self.row, 0] != NOT_A_LESION
        sites = [SITES[site] for site in courses.sites[self.row] if site != NO_SITE]
        named: list[tuple[str, str, str]] = []
        counts = {"TARGET": 0, "NON-TARGET": 0}
        for place, site in enumerate(sites):
            if exists[place]:
                role = "TARGET" if readings.is_target[self.row, place] else "NON-TARGET"
                counts[role] += 1
                named.append((f"{'T' if role == 'TARGET' else 'NT'}{counts[role]:02d}", role, site))
        return tuple(named)

    def draw(self, place: Place, count: int) -> NDArray[np.float64]:
        """Uniform numbers of this patient for one kind of event."""
        drawn = draw_uniforms(
            self.outcome.key,
            np.array([self.number]),
            purpose="operations",
            count=count,
            place=1 + PLACES.index(place),
        )
        return np.asarray(drawn[0])
