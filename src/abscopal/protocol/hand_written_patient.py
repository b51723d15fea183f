"""Patients that a coordinator writes by hand, with what should be found about each: the study's own test.

Everything a patient went through is told in plain words and dates; `expected` says what the study must
conclude. Nothing here is a real person.
"""

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from abscopal.protocol.part import Identifier, Part
from abscopal.protocol.text import Text

ThreeValued = Literal["met", "not_met", "not_yet_known"]
FactValue = bool | int | float | str | date | None
Role = Literal["target", "non-target", "new"]
SIZE_WORDS: dict[str, tuple[str, ...]] = {
    "target": ("absent", "too small", "not done"),
    "non-target": ("absent", "present", "progression", "not done"),
    "new": ("new", "equivocal", "not tumour", "absent", "too small", "not done"),
}
PathologicalResponse = Literal["complete", "major", "partial", "none", "not done"]


class KnownFact(Part):
    """One thing that screening knows about the patient; a null value is not known yet."""

    variable: str = Field(min_length=1, description="Name of the fact, as the eligibility criteria call it.")
    value: FactValue = Field(description="The value; null when it is not known yet.")
    on: date | None = Field(default=None, description="Day it became known.")

    @model_validator(mode="after")
    def _assert_dated(self) -> Self:
        if self.value is not None and self.on is None:
            raise ValueError(f"{self.variable} has a value but no date: add `on`, the day it became known.")
        return self


class GivenDose(Part):
    """A dose, or the same dose on several days."""

    on: date | tuple[date, ...] = Field(description="Day, or list of days.")
    drug: str = Field(min_length=1, description="Drug; EXTRT in the tables, where it stands in capitals.")
    amount: float | None = Field(gt=0, description="Amount given each time; null when it is unknown.")
    unit: str = Field(min_length=1, description="Unit of the amount.")
    route: Literal["intravenous", "intratumoral", "intradermal", "subcutaneous", "oral"] = Field(
        description="Route; EXROUTE in the tables, where it stands in capitals."
    )
    lesion: Identifier | None = Field(default=None, description="Lesion injected.")
    lot: str | None = Field(
        default=None, description="Lot, or identifier of a dose of the patient's own cells."
    )

    @property
    def days(self) -> tuple[date, ...]:
        """The days on which the dose was given."""
        return self.on if isinstance(self.on, tuple) else (self.on,)

    @model_validator(mode="after")
    def _assert_injected_somewhere(self) -> Self:
        if (self.route == "intratumoral") != (self.lesion is not None):
            raise ValueError(
                "An intratumoral dose names its `lesion`, and no other route does: add or remove the lesion."
            )
        return self


class ToldLesion(Part):
    """A lesion: its role for the radiologist, where it is, whether it is a lymph node."""

    name: Identifier = Field(description="Name, such as T01, NT01 or NEW01; TULNKID in the tables.")
    role: Role = Field(description="target, non-target or new.")
    location: str = Field(min_length=1, description="Organ or site.")
    node: bool = Field(default=False, description="A lymph node: its short axis is measured.")


class ToldScan(Part):
    """A scan: for each lesion its size in millimetres, or a word."""

    on: date = Field(description="Day of the scan.")
    sizes: dict[str, float | str] = Field(
        min_length=1,
        description="Lesion to millimetres, or: absent, too small, not done, present, progression ...",
    )


class ToldEvent(Part):
    """An adverse event."""

    term: str = Field(min_length=1, description="Event, as CTCAE calls it.")
    grade: int = Field(ge=1, le=5, description="CTCAE grade.")
    start: date = Field(description="First day at this grade.")
    end: date | None = Field(default=None, description="Last day; empty while it lasts.")
    related: bool | None = Field(description="Related to the study treatment; null when nobody said.")
    immune_related: bool | None = Field(default=None, description="Immune-related for the investigator.")
    serious: bool = Field(default=False, description="Serious in the regulatory sense.")

    @model_validator(mode="after")
    def _assert_ordered(self) -> Self:
        if self.end is not None and self.end < self.start:
            raise ValueError(f"{self.term} ends before it starts: correct one of the two dates.")
        return self


class ToldProcedure(Part):
    """A biopsy, an apheresis, an operation."""

    kind: Literal["biopsy", "apheresis", "surgery", "radiotherapy", "other"] = Field(description="Kind.")
    on: date = Field(description="Day.")
    lesion: Identifier | None = Field(default=None, description="Lesion concerned.")
    viable_tumour: float | None = Field(
        default=None,
        ge=0,
        le=100,
        description="Viable tumour in the specimen, per cent, where pathology read it.",
    )


class Milestone(Part):
    """Something that happened to the patient in the trial: consent to a test, a released batch, a refusal."""

    what: str = Field(
        min_length=1, description="What happened; DSDECOD in the tables, where it stands in capitals."
    )
    on: date = Field(description="Day.")
    kind: Literal["milestone", "end of treatment", "end of study", "other"] = Field(
        default="milestone", description="What sort of event it is."
    )


class DatedEvent(Part):
    """A day and what happened on it."""

    on: date = Field(description="Day.")
    what: str = Field(min_length=1, description="Cause of death, or name of the treatment.")


class ScreenFailure(DatedEvent):
    """The end of screening: when, why, and which criterion decided."""

    criterion: Identifier | None = Field(
        default=None, description="Criterion of the study file that decided."
    )
    kind: Literal["inclusion", "exclusion"] = Field(
        default="inclusion", description="Kind of that criterion."
    )


class ExpectedTime(Part):
    """How long, in days from the study's reference date, and how it ended."""

    days: int = Field(ge=0, description="Days from the reference date to the end.")
    ended: Literal["event", "censored", "competing"] = Field(description="How the time ended.")


class Expectation(Part):
    """What the study must find about the patient. What is left out is not checked."""

    as_of: date | None = Field(
        default=None, description="Day on which screening is read; the day of inclusion when there is one."
    )
    stage: str | None = Field(
        default=None, description="Stage of screening the patient reached and did not pass, or treated."
    )
    eligible: dict[str, ThreeValued] = Field(
        default_factory=dict, description="Arm to met, not_met or not_yet_known."
    )
    injected: dict[str, date | Literal["never"]] = Field(
        default_factory=dict, description="Lesion to the day it was first injected, or never."
    )
    responses: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="Criterion to the response at each scan after baseline, in order."
    )
    injected_responses: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="Criterion to the response of the injected lesions at each scan after baseline, in order.",
    )
    non_injected_responses: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="Criterion to the response of the non-injected lesions at each scan after baseline, in order.",
    )
    best_response: dict[str, str] = Field(default_factory=dict, description="Criterion to the best response.")
    confirmed_best_response: dict[str, str] = Field(
        default_factory=dict, description="Criterion to the best response that a later scan confirmed."
    )
    severe_toxicity: bool | None = Field(
        default=None, description="Whether a severe treatment-related event began within the study's window."
    )
    times: dict[str, ExpectedTime] = Field(default_factory=dict, description="Time to event, by its name.")
    pathological_response: PathologicalResponse | None = Field(
        default=None, description="What is left of the tumour in the surgical specimen."
    )


class HandWrittenPatient(Part):
    """A patient written by hand: the story, the facts, the events, and what must be found."""

    identifier: Identifier = Field(description="Name of the patient, such as DEX-003.")
    story: Text = Field(description="What this patient shows, in one sentence.")
    age: int = Field(ge=0, le=120, description="Age at consent, years.")
    sex: Literal["F", "M"] = Field(description="Sex.")
    centre: str = Field(default="01", min_length=1, description="Centre; SITEID in the tables.")
    country: str = Field(default="FRA", pattern=r"^[A-Z]{3}$", description="Country, ISO 3166-1 alpha-3.")
    facts: tuple[KnownFact, ...] = Field(default=(), description="What screening knows.")
    consent: date | None = Field(default=None, description="Day of consent.")
    consents: dict[str, date] = Field(
        default_factory=dict,
        description="Stage of screening to the day its own consent was signed; `consent` where it is not named.",
    )
    included: date | None = Field(
        default=None, description="Day of randomisation, or of registration in one arm."
    )
    screen_failure: ScreenFailure | None = Field(default=None, description="Why and when screening ended.")
    arm: Identifier | None = Field(default=None, description="Arm; empty when never included.")
    milestones: tuple[Milestone, ...] = Field(default=(), description="Milestones of the trial.")
    lesions: tuple[ToldLesion, ...] = Field(default=(), description="Lesions.")
    scans: tuple[ToldScan, ...] = Field(
        default=(), description="Scans in order of date; the first is baseline."
    )
    doses: tuple[GivenDose, ...] = Field(default=(), description="Doses.")
    procedures: tuple[ToldProcedure, ...] = Field(default=(), description="Procedures.")
    adverse_events: tuple[ToldEvent, ...] = Field(default=(), description="Adverse events.")
    new_therapy: DatedEvent | None = Field(default=None, description="First new anticancer therapy.")
    recurrence: DatedEvent | None = Field(default=None, description="Recurrence after surgery.")
    death: DatedEvent | None = Field(default=None, description="Death and its cause.")
    last_contact: date | None = Field(default=None, description="Last day the patient was known to be alive.")
    expected: Expectation = Field(description="What the study must find.")

    @property
    def version_day(self) -> date | None:
        """The day that decides which version of the protocol the patient stands under, as in PROTVERS of ADSL."""
        doses = sorted(day for dose in self.doses for day in dose.days)
        return self.consent or self.included or (doses[0] if doses else None)


class HandWrittenPatients(Part):
    """The patients.yml of a study folder."""

    study: Identifier = Field(description="Name of the study folder; STUDYID in the tables.")
    patients: tuple[HandWrittenPatient, ...] = Field(min_length=1, description="The patients.")
