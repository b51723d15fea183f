"""Samples of a patient and what cytometry finds in them: rows of BE, BS, CP, and the procedures that take them."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

import numpy as np
import yaml
from pydantic import Field, TypeAdapter
from scipy.special import ndtri

from abscopal.protocol.part import Part
from abscopal.protocol.samples import Panel, Sample
from abscopal.protocol.schedule import Visit
from abscopal.protocol.study_protocol import StudyProtocol
from abscopal.rehearsal.readings import interpolate
from abscopal.rehearsal.trial.followed import Followed
from abscopal.rehearsal.trial.frames import Row
from abscopal.rehearsal.trial.late_entries import find_entered

TISSUE = ("TUMOUR_BIOPSY", "SURGICAL_SPECIMEN")
VIABILITY_PERCENT, VIABILITY_SPREAD = 85.0, 6.0  # of fresh cells (ours)
NUMBERS_OF_A_SAMPLE = 12
ACTIVE_NK_BASE = 1.0  # the model counts active NK cells from 0: blood shows those, above the usual ones


class RehearsedPopulation(Part):
    """How one population of cytometry follows the model."""

    population: str = Field(description="Population, as in the study file.")
    state: str = Field(description="State of the model.")
    share_percent: float = Field(gt=0, lt=100, description="Share at 1 fold, per cent.")
    specimens: tuple[str, ...] = Field(description="Specimens in which it is counted.")


@dataclass(slots=True)
class ToldSamples:
    """Rows of one patient's samples, by domain, and how many are not entered by the day of the data cut."""

    be: list[Row] = field(default_factory=list)
    bs: list[Row] = field(default_factory=list)
    cp: list[Row] = field(default_factory=list)
    pr: list[Row] = field(default_factory=list)
    late: int = 0


@cache
def list_populations() -> tuple[RehearsedPopulation, ...]:
    """List the populations that a rehearsal knows.

    Example:
        >>> [item.state for item in list_populations() if item.population == "TREGS"]
        ['R']
    """
    text = (files("abscopal.rehearsal.trial") / "populations.yml").read_text(encoding="utf-8")
    adapter = TypeAdapter(tuple[RehearsedPopulation, ...])
    return adapter.validate_json(json.dumps(yaml.safe_load(text)), strict=True)


def list_states(protocol: StudyProtocol) -> tuple[str, ...]:
    """List the states of the model that the samples of a study read."""
    wanted = {
        population
        for panel in protocol.immunomonitoring.panels
        if panel.method in ("flow_cytometry", "functional_assay")
        for population in panel.populations
    }
    return tuple(sorted({item.state for item in list_populations() if item.population in wanted}))


def make_samples(patient: Followed, *, surgery_day: float | None, cut: dt.date | None = None) -> ToldSamples:
    """Take the samples of a patient.

    A sample is missing by chance; of those missing, half were never taken and half gave nothing (ours).

    Args:
        patient: the patient.
        surgery_day: day of the surgery; None where there is none.
        cut: day of the data cut; None where every form is waited for.

    Returns:
        Rows of BE, BS, CP and PR.
    """
    told = ToldSamples()
    samples = patient.protocol.immunomonitoring.samples
    taken = [(sample, visit) for sample in samples for visit in _list_visits(patient, sample)]
    if not taken or not patient.doses:
        return told
    chance = patient.draw("samples", NUMBERS_OF_A_SAMPLE * len(taken)).reshape(-1, NUMBERS_OF_A_SAMPLE)
    days = [_find_day(visit, surgery_day) for _, visit in taken]
    entered = find_entered(patient, "samples", days, cut=cut)
    for (sample, visit), day, is_entered, own in zip(taken, days, entered, chance, strict=True):
        place = _find_lesion(patient, sample)
        missing = patient.scenario["missing_biopsy_probability"]
        if day >= patient.end or place is None or own[0] < missing / 2:
            continue
        if not is_entered:
            told.late += 1
            continue
        _take(patient, told, sample, visit, day=day, place=place, own=own, is_empty=own[0] < missing)
    return told


def _find_day(visit: Visit, surgery_day: float | None) -> float:
    """Day of a visit; that of the surgery is never reached where there is none."""
    if "surgery" in visit.activities:
        return np.inf if surgery_day is None else surgery_day
    return (visit.day.value or 1) - 1.0


def list_aphereses(patient: Followed) -> Iterator[Row]:
    """List the collections of cells for the patient's own product, as rows of PR."""
    for visit in patient.protocol.schedule.visits:
        day = (visit.day.value or 1) - 1.0
        if "apheresis" in visit.activities and patient.doses and day < patient.end:
            yield _proceed(patient, "APHERESIS", day, None)
    courses, row = patient.outcome.courses, patient.row
    ready = float(courses.product_ready_day[row])
    again = float(courses.product_failure_day[row]) + patient.scenario["second_collection_days"]
    if patient.doses and np.isfinite(ready) and again < min(ready, patient.end):
        yield _proceed(patient, "APHERESIS", again, None)


def _list_visits(patient: Followed, sample: Sample) -> list[Visit]:
    if sample.arms and patient.outcome.arm.identifier not in sample.arms:
        return []
    return [visit for visit in patient.protocol.schedule.visits if visit.identifier in sample.visits]


def _find_lesion(patient: Followed, sample: Sample) -> int | None:
    """Place of the lesion sampled; -1 for a sample that is no tissue, None where there is no such lesion."""
    if sample.specimen not in TISSUE:
        return -1
    within_reach = int(patient.outcome.courses.injected[patient.row])
    wants_distant = sample.lesion_role == "non_injected" and patient.is_injected
    place = within_reach if wants_distant else 0
    return place if place < len(patient.lesions) else None


def _take(
    patient: Followed,
    told: ToldSamples,
    sample: Sample,
    visit: Visit,
    *,
    day: float,
    place: int,
    own: np.ndarray,
    is_empty: bool,
) -> None:
    reference = f"{patient.person.usubjid}-{sample.identifier}-{visit.identifier}"
    name, _, site = patient.lesions[place] if place >= 0 else (None, None, None)
    moment = {"USUBJID": patient.person.usubjid, "VISITNUM": visit.number, "VISIT": visit.identifier}
    date = patient.date(day)
    told.be.append(
        moment
        | {"BETERM": "Collection", "BEDECOD": "COLLECTION", "BEREFID": reference, "BELNKID": name}
        | {"BELOC": site, "BEDTC": date, "BESTDTC": date}
    )
    if sample.specimen == "TUMOUR_BIOPSY":
        told.pr.append(_proceed(patient, "BIOPSY", day, name, site))
    if sample.state.value == "fresh" and not is_empty:
        viability = float(np.clip(VIABILITY_PERCENT + VIABILITY_SPREAD * ndtri(own[1]), 0, 100))
        result = _result("BS", round(viability, 1))
        told.bs.append(
            moment
            | {"BSTESTCD": "VIABIL", "BSTEST": "Viability of the Cells", "BSREFID": reference, "BSDTC": date}
            | result
        )
    for panel in patient.protocol.immunomonitoring.panels:
        if panel.identifier in sample.panels:
            rows = _count_cells(patient, panel, sample, day=day, place=place, own=own, is_empty=is_empty)
            told.cp += [moment | row | {"CPREFID": reference, "CPDTC": date} for row in rows]


def _count_cells(
    patient: Followed,
    panel: Panel,
    sample: Sample,
    *,
    day: float,
    place: int,
    own: np.ndarray,
    is_empty: bool,
) -> Iterator[Row]:
    spread = patient.scenario["population_error_percent"] / 100
    known = {item.population: item for item in list_populations() if sample.specimen in item.specimens}
    defined = {item.identifier: item for item in patient.protocol.immunomonitoring.populations}
    for number, name in enumerate(panel.populations):
        if name not in known or name not in defined:
            continue
        row: Row = {
            "CPTESTCD": name,
            "CPTEST": defined[name].name.en,
            "CPCAT": panel.identifier,
            "CPMRKSTR": defined[name].markers.value,
        }
        if is_empty:
            yield row | {"CPSTAT": "NOT DONE", "CPREASND": "TOO FEW CELLS"}
            continue
        fold = _read_state(patient, known[name].state, day=day, place=max(place, 0))
        share = compute_share(
            fold * float(np.exp(spread * ndtri(own[2 + number]))), percent=known[name].share_percent
        )
        yield row | _result("CP", round(share, 2))


def compute_share(fold: float, *, percent: float) -> float:
    """Share in per cent at a number of folds: the odds grow as the folds do.

    Example:
        >>> compute_share(1.0, percent=20.0), compute_share(4.0, percent=20.0)
        (20.0, 50.0)
    """
    odds = fold * percent / (100 - percent)
    return 100 * odds / (1 + odds)


def _read_state(patient: Followed, state: str, *, day: float, place: int) -> float:
    courses = patient.outcome.courses
    values = courses.states[state]
    days = np.full((len(courses.numbers), 1), int(day))
    found = float(interpolate(courses, values, days)[patient.row, 0, place])
    return ACTIVE_NK_BASE + found if state == "N" else found


def _result(domain: str, value: float) -> Row:
    text = f"{value:g}"
    return {
        f"{domain}ORRES": text,
        f"{domain}ORRESU": "%",
        f"{domain}STRESC": text,
        f"{domain}STRESN": value,
        f"{domain}STRESU": "%",
    }


def _proceed(
    patient: Followed, procedure: str, day: float, lesion: str | None, site: str | None = None
) -> Row:
    return {
        "USUBJID": patient.person.usubjid,
        "PRTRT": procedure,
        "PRDECOD": procedure,
        "PRCAT": procedure,
        "PRLNKID": lesion,
        "PRLOC": site,
        "PRSTDTC": patient.date(day),
        "PRENDTC": patient.date(day),
    }
