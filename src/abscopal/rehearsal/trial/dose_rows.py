"""The doses of a patient as rows of EX; what is injected goes through the rules of injection of the clinic."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np

from abscopal.conduct.injection.deliver import LesionInjected, decide_delivery
from abscopal.conduct.injection.exposure_rows import derive_injected_exposure
from abscopal.conduct.injection.lesions import DeliveredInjection, LesionOfTheDay
from abscopal.conduct.injection.plan import decide_injection
from abscopal.conduct.injection.planned import InjectionPlan
from abscopal.conduct.injection.record import InjectionRecord
from abscopal.conduct.injection.request import DoseAsked, OperatorChoices
from abscopal.conduct.injection.sharing import SplitRule
from abscopal.protocol.text import Text
from abscopal.rehearsal.arm_plans import PlannedDose
from abscopal.rehearsal.given_doses import compute_diameter
from abscopal.rehearsal.readings import interpolate
from abscopal.rehearsal.trial.followed import Followed
from abscopal.rehearsal.trial.frames import SYNTHETIC_STUDYID, Row

INJECTED = "INTRATUMORAL"
VIAL = "REHEARSED-VIAL"
UNKNOWN_SPLIT: SplitRule = "equal"  # what the model itself does
OUT_OF_REACH = Text(en="The needle does not reach it.", fr="L’aiguille ne l’atteint pas.")


@dataclass(slots=True)
class GivenDoses:
    """The rows of EX of one patient, and the days on which something was injected.

    Args:
        rows: rows of EX.
        injection_days: days after the reference date.
        refused: codes of the reasons for which a planned injection was not made.
    """

    rows: list[Row] = field(default_factory=list)
    injection_days: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def make_doses(patient: Followed) -> GivenDoses:
    """Give a patient their doses, those to inject by the rules of the study.

    Args:
        patient: the patient.

    Returns:
        The rows of EX, in order of day.
    """
    given = GivenDoses()
    history: list[DeliveredInjection] = []
    for day, doses in groupby(patient.doses, key=lambda dose: dose.day):
        of_day = list(doses)
        given.rows += [_write(patient, dose) for dose in of_day if dose.route != INJECTED]
        to_inject = [dose for dose in of_day if dose.route == INJECTED]
        if to_inject:
            _inject(patient, day, to_inject, history, given)
    return given


def _write(patient: Followed, dose: PlannedDose) -> Row:
    own_product = dose.basis == "product_dose"
    number = 1 + sum(
        other.basis == "product_dose" and other.day < dose.day for other in patient.outcome.plan.doses
    )
    return {
        "USUBJID": patient.person.usubjid,
        "EXTRT": dose.drug,
        "EXDOSE": round(compute_amount(patient, dose), 1),
        "EXDOSU": "DOSE" if own_product else "mg",
        "EXROUTE": dose.route,
        "EXLOT": f"{patient.person.usubjid}-B1-D{number:02d}" if own_product else None,
        "EXSTDTC": patient.date(dose.day),
        "EXENDTC": patient.date(dose.day),
        "VISITNUM": find_visit_number(patient, dose),
    }


def compute_amount(patient: Followed, dose: PlannedDose) -> float:
    """Amount of one administration: mg, or doses of the patient's own product."""
    weight = float(patient.outcome.courses.weight_kg[patient.row])
    return dose.dose * (weight if dose.basis == "per_kg" else 1.0)


def find_visit_number(patient: Followed, dose: PlannedDose) -> float | None:
    """VISITNUM of the visit planned on the day of a dose; None between visits, as for a daily tablet."""
    for visit in patient.protocol.schedule.visits:
        first, every = visit.day.value, visit.repeat_every_days.value
        if first is None or dose.intervention not in visit.interventions:
            continue
        after = dose.day - (first - 1)
        if after == 0:
            return visit.number
        if every is not None and after > 0 and after % every == 0:
            return visit.number + after // every
    return None


def _inject(
    patient: Followed,
    day: float,
    doses: list[PlannedDose],
    history: list[DeliveredInjection],
    given: GivenDoses,
) -> None:
    on = patient.person.entry + dt.timedelta(days=int(day))
    asked = [DoseAsked(dose.intervention, round(compute_amount(patient, dose), 1)) for dose in doses]
    decision = decide_injection(
        patient.protocol,
        list(_list_lesions(patient, day)),
        asked,
        on=on,
        history=history,
        choices=OperatorChoices(
            by="REHEARSAL",
            reason="the study file is silent",
            visit_volume_cap="none",
            split_rule=UNKNOWN_SPLIT,
            when_over_capacity="beyond_table",
        ),
    )
    if decision.is_refused:
        given.refused += decision.codes
        return
    plan = decision.events[0]
    delivered = decide_delivery(
        patient.protocol,
        plan,
        list(_list_records(plan, on)),
        history=history,
        released_batches={VIAL},
    )
    if delivered.is_refused:
        given.refused += delivered.codes
        return
    injected = [event for event in delivered.events if isinstance(event, LesionInjected)]
    history += [
        DeliveredInjection(on, event.lesion, event.intervention, event.volume_ml, event.dose_mg)
        for event in injected
    ]
    rows = derive_injected_exposure(
        {patient.person.usubjid: injected},
        study_identifier=SYNTHETIC_STUDYID,
        visit_number=find_visit_number(patient, doses[0]),
    )
    given.rows += [{name: value for name, value in row.items() if name != "EXSEQ"} for row in rows.to_dicts()]
    given.injection_days.append(day)


def _list_lesions(patient: Followed, day: float) -> Iterator[LesionOfTheDay]:
    """The lesions as the radiologist finds them on the day, without error."""
    courses = patient.outcome.courses
    days = np.full((len(courses.numbers), 1), int(day))
    millimetres = compute_diameter(interpolate(courses, courses.volume_ml, days))[patient.row, 0]
    smallest = patient.scenario["smallest_diameter_mm"]
    for place, (name, role, site) in enumerate(patient.lesions):
        size = float(millimetres[place])
        yield LesionOfTheDay(
            identifier=name,
            longest_diameter_mm=round(size, 1) if size >= smallest else 0.0,
            role="target" if role == "TARGET" else "non-target",
            site=site,
            contraindication=None if place < courses.injected[patient.row] else OUT_OF_REACH,
        )


def _list_records(plan: InjectionPlan, on: dt.date) -> Iterator[InjectionRecord]:
    start = dt.datetime.combine(on, dt.time(10), tzinfo=dt.UTC)
    drugs = list(dict.fromkeys(dose.intervention for line in plan.lesions for dose in line.doses))
    for line in plan.lesions:
        for dose in line.doses:
            yield InjectionRecord(
                lesion_identifier=line.lesion.identifier,
                intervention=dose.intervention,
                size_that_day=line.lesion.longest_diameter_mm,
                necrosis_percent=0.0,
                role=line.lesion.role,
                planned_volume=dose.volume_ml,
                drawn_volume=dose.volume_ml,
                delivered_volume=dose.volume_ml,
                reflux=0.0,
                needle_gauge=22,
                number_of_entries=len(dose.depots_ml) or 1,
                guidance="ULTRASOUND",
                anaesthesia="LOCAL",
                batch_identifier=VIAL,
                preparer="PREPARER",
                checker="CHECKER",
                operator="OPERATOR",
                start_time=start,
                stop_time=start + dt.timedelta(minutes=10),
                biopsies_before=(),
                immediate_events=(),
                reason_not_injected=None if dose.volume_ml else "nothing left to inject",
            )
    for left in plan.left_out:
        for drug in drugs:
            yield InjectionRecord(
                left.lesion, drug, delivered_volume=0.0, reason_not_injected=left.reason.text.en
            )
