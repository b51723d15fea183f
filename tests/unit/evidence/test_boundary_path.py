"""The path of a trial beside its toxicity boundary, from patients to looks."""

import datetime as dt

import polars as pl

from abscopal.evidence.plan.boundaries import BOUNDARY_PREFIX, derive_boundary_paths, derive_evaluable
from abscopal.evidence.plan.readings import Readings
from abscopal.protocol.reading import read_study
from abscopal.tables.adam.adae import AdverseEventAnalysis
from abscopal.tables.adam.adsl import SubjectLevel

START = dt.date(2024, 1, 1)


def build_tables(
    events: dict[int, int], *, patients: int, died: set[int] = frozenset()
) -> dict[str, pl.DataFrame]:  # type: ignore[assignment]
    """Patients of the arm IT starting a week apart; `events` gives the day of a severe related event by patient."""
    names = [f"P{place:02d}" for place in range(patients)]
    starts = [START + dt.timedelta(days=7 * place) for place in range(patients)]
    deaths = [starts[place] + dt.timedelta(days=50) if place in died else None for place in range(patients)]
    adsl = pl.DataFrame(
        {
            "STUDYID": "S1",
            "USUBJID": names,
            "SUBJID": names,
            "SITEID": "1",
            "SEX": "F",
            "TRT01P": "IT",
            "TRT01A": "IT",
            "SAFFL": "Y",
            "TRTSDT": starts,
            "DTHDT": deaths,
            "LSTALVDT": [
                death or start + dt.timedelta(days=400) for death, start in zip(deaths, starts, strict=True)
            ],
        }
    )
    adae = pl.DataFrame(
        {
            "STUDYID": "S1",
            "USUBJID": [names[place] for place in events],
            "AESEQ": list(range(1, len(events) + 1)),
            "AEDECOD": "Colitis",
            "ATOXGRN": 3,
            "TRTEMFL": "Y",
            "SEVFL": "Y",
            "TRTRELFL": "Y",
            "ASTDT": [starts[place] + dt.timedelta(days=day) for place, day in events.items()],
        },
        schema_overrides={"USUBJID": pl.String, "AESEQ": pl.Int64, "ASTDT": pl.Date},
    )
    return {
        "adsl": SubjectLevel.validate(
            pl.concat([SubjectLevel.create_empty(), adsl], how="diagonal"), cast=True
        ),
        "adae": AdverseEventAnalysis.validate(
            pl.concat([AdverseEventAnalysis.create_empty(), adae], how="diagonal_relaxed"), cast=True
        ),
    }


def test_an_event_makes_a_patient_evaluable_at_once_and_its_absence_only_at_the_end_of_the_window():
    protocol = read_study("nivipit").protocol
    endpoint = protocol.find_endpoint("severe_free_6m")
    assert endpoint is not None
    found = derive_evaluable(build_tables({2: 30}, patients=4, died={1}), endpoint)
    assert found is not None
    assert found.select("USUBJID", "EVENT").rows() == [("P02", True), ("P00", False), ("P03", False)]


def test_a_path_that_crosses_is_found_at_its_look_and_counted_among_the_estimates():
    readings = Readings(
        read_study("nivipit").protocol, build_tables(dict.fromkeys(range(6), 20), patients=14)
    )
    (path,) = derive_boundary_paths(readings)
    assert path.events[:6] == (1, 2, 3, 4, 5, 6)
    assert path.crossed_at == 6
    kept = {one.estimand: (one.events, one.n) for one in readings.estimates.of("severe_free_6m")}
    assert kept == {f"{BOUNDARY_PREFIX}severe_it: 6": (6, 6), f"{BOUNDARY_PREFIX}severe_it: 12": (6, 12)}


def test_without_adverse_events_or_without_a_window_the_boundary_is_said_not_to_be_followed():
    tables = build_tables({}, patients=3)
    del tables["adae"]
    readings = Readings(read_study("nivipit").protocol, tables)
    assert derive_boundary_paths(readings) == ()
    assert [stop.code for stop in readings.stops] == ["boundary_without_window"]
    no_window = Readings(read_study("dex2").protocol, build_tables({}, patients=3))
    assert derive_boundary_paths(no_window) == ()
    assert no_window.stops[0].endpoint == "severe_toxicity"
