"""From a study file to the calls of a read-out: the one place where a protocol is turned into arguments."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Literal, get_args

from abscopal.derivations.population_settings import PopulationSettings
from abscopal.derivations.response.criteria import CRITERIA
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.evidence.plan.facts import list_assumed_facts, list_unknown_facts
from abscopal.evidence.plan.protocol_versions import (
    PatientRules,
    VersionDifference,
    list_ctcae_versions,
    list_differences,
    list_patient_rules,
)
from abscopal.evidence.plan.settings_in_force import SettingInForce, list_settings_in_force
from abscopal.protocol.endpoints import Endpoint
from abscopal.protocol.listing import SourcedValue, Unknown
from abscopal.protocol.study_protocol import StudyProtocol

ReferenceDate = Literal["RANDDT", "TRTSDT"]


@dataclass(frozen=True, slots=True)
class AnalysisPlan:
    """What will be derived and estimated, and with which choices; nothing here has seen a patient.

    Args:
        protocol: the study file the plan was made from, in the version in force at the data cut.
        arm_codes: value of ARMCD or ARM in the tables to arm of the study file.
        reference_date: where time starts; None when the study file leaves it unknown, which stops the read-out.
        population: choices behind the analysis sets.
        response: readings of the response rules.
        criteria: response criteria that are derived.
        criteria_not_available: criteria that the study names and this version does not derive.
        endpoints: the endpoints, primary first.
        settings: every choice with its value, origin and alternatives, for the report.
        assumed: facts of the study file that were assumed.
        unknown: facts that the study file leaves unknown and that stop something.
        patient_rules: for each version of the protocol, in order of date, what its own patients are read by.
        differences: what the amendments changed, and how each change is read.
    """

    protocol: StudyProtocol
    arm_codes: dict[str, str]
    reference_date: ReferenceDate | None
    population: PopulationSettings
    response: ResponseSettings
    criteria: tuple[str, ...]
    criteria_not_available: tuple[str, ...]
    endpoints: tuple[Endpoint, ...]
    settings: tuple[SettingInForce, ...]
    assumed: tuple[SourcedValue, ...]
    unknown: tuple[Unknown, ...]
    patient_rules: tuple[PatientRules, ...]
    differences: tuple[VersionDifference, ...]

    @property
    def versions(self) -> tuple[str, ...]:
        """Numbers of the versions of the protocol, in order of date."""
        return tuple(one.version for one in self.patient_rules)

    @property
    def ctcae_versions(self) -> tuple[str, ...]:
        """The versions of CTCAE that grades may follow; none where the study file leaves one unknown."""
        return list_ctcae_versions(self.patient_rules)

    def find_rules(self, version: str) -> PatientRules:
        """What the patients of a version are read by."""
        return next(one for one in self.patient_rules if one.version == version)

    @property
    def primary(self) -> Endpoint:
        """The endpoint that the trial is judged by."""
        return self.protocol.primary_endpoint

    @property
    def is_randomised(self) -> bool:
        """Whether the study file says that patients are drawn to their arm."""
        return self.protocol.identity.design.value == "randomised"


ALWAYS_DERIVED = ("recist_1_1", "irecist")


def plan_analysis(protocol: StudyProtocol, *, earlier: Sequence[StudyProtocol] = ()) -> AnalysisPlan:
    """Decide, before any patient is seen, what a read-out derives and estimates.

    Args:
        protocol: the study file, in the version in force at the data cut: the plan's.
        earlier: the versions before it in order of date, under which patients were included too.

    Returns:
        The plan; what the study file leaves unknown is listed in it, never guessed.
    """
    known = tuple(criterion.name for criterion in CRITERIA)
    population, response = _population(protocol), _response(protocol)
    rank = {"primary": 0, "secondary": 1, "exploratory": 2}
    return AnalysisPlan(
        protocol=protocol,
        arm_codes=_arm_codes(protocol),
        reference_date=protocol.reference_date.value,
        population=population,
        response=response,
        criteria=list_criteria(protocol),
        criteria_not_available=tuple(name for name in protocol.lesions.criteria if name not in known),
        endpoints=tuple(sorted(protocol.endpoints, key=lambda endpoint: rank[endpoint.level])),
        settings=list_settings_in_force(protocol, response=response, population=population),
        assumed=list_assumed_facts(protocol),
        unknown=list_unknown_facts(protocol),
        patient_rules=list_patient_rules((*earlier, protocol)),
        differences=list_differences((*earlier, protocol)),
    )


def list_criteria(protocol: StudyProtocol) -> tuple[str, ...]:
    """List the criteria that are derived: those of every study, that of injected lesions, those the study adds.

    RECIST 1.1 and iRECIST are always derived side by side, and the criterion that judges injected lesions apart
    wherever the study injects, whichever of them decides.

    Args:
        protocol: the study file.

    Returns:
        Their names, in the order in which reports show them.
    """
    injects = any(item.route.value == "INTRATUMORAL" for item in protocol.interventions)
    return tuple(
        criterion.name
        for criterion in CRITERIA
        if criterion.name in ALWAYS_DERIVED
        or criterion.name in protocol.lesions.criteria
        or (injects and criterion.judge_categories is not None)
    )


def _arm_codes(protocol: StudyProtocol) -> dict[str, str]:
    codes: dict[str, str] = {}
    for arm in protocol.arms:
        for code in (*arm.table_codes, arm.identifier, arm.name.en, arm.name.fr):
            codes.setdefault(code, arm.identifier)
    return codes


def _population(protocol: StudyProtocol) -> PopulationSettings:
    by_flag = {analysis_set.identifier: set(analysis_set.requires) for analysis_set in protocol.analysis_sets}
    intended, evaluable = by_flag.get("ITTFL", set()), by_flag.get("EVALFL", set())
    is_drawn = "randomised" in intended or (not intended and protocol.identity.design.value == "randomised")
    treated: Literal["treated", "intention_to_treat", "response"] = "treated"
    if "baseline_disease" in evaluable or "baseline_target" in evaluable:
        treated = "response"
    elif evaluable and "treated" not in evaluable:
        treated = "intention_to_treat"
    drugs = {item.identifier: item.drug.upper() for item in protocol.interventions}
    return PopulationSettings(
        intention_to_treat="randomised" if is_drawn else "enrolled",
        evaluable=treated,
        treated_with=tuple(drugs[name] for name in list_treating_interventions(protocol)),
    )


def list_treating_interventions(protocol: StudyProtocol) -> tuple[str, ...]:
    """List the interventions of which a treated patient must have had a dose; empty where any will do.

    Args:
        protocol: the study file.

    Returns:
        Their identifiers, as the safety set says.
    """
    return next((item.treated_with for item in protocol.analysis_sets if item.identifier == "SAFFL"), ())


def _response(protocol: StudyProtocol) -> ResponseSettings:
    choices = protocol.lesions.settings
    names = {item.name for item in fields(ResponseSettings)}
    fixed = {
        name: getattr(choices, name).value
        for name in type(choices).model_fields
        if name in names and getattr(choices, name).value is not None
    }
    return ResponseSettings(**fixed)


REFERENCE_DATES: tuple[str, ...] = get_args(ReferenceDate)
