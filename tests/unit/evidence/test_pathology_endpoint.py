"""The pathological response of a study whose primary endpoint it is: who counts, and who counts as a failure."""

import polars as pl
import pytest

from abscopal.evidence.plan.pathology import estimate_pathological_share
from abscopal.evidence.plan.readings import Readings
from abscopal.protocol.reading import list_bundled_studies, read_study

STUDY = next(
    study
    for name in list_bundled_studies()
    if (study := read_study(name)).protocol.primary_endpoint.kind == "pathological_response"
)
ENDPOINT = STUDY.protocol.primary_endpoint
ARM = STUDY.protocol.arms[0].identifier
ADSL = pl.DataFrame({"USUBJID": ["P1", "P2", "P3", "P4", "P5"], "TRT01P": ARM, "TRT01A": ARM, "EVALFL": "Y"})
SPECIMENS = pl.DataFrame({"USUBJID": ["P1", "P2", "P3", "P4"], "VIABLE": [0.0, 9.9, 10.0, 80.0]})


def estimate(endpoint, **tables):
    """The estimate of an endpoint on these tables, and what stopped."""
    readings = Readings(STUDY.protocol, {"adsl": ADSL, **tables})
    estimate_pathological_share(readings, endpoint)
    return readings.estimates.pick(endpoint.identifier, endpoint.kind, arm=ARM), readings.stops


def test_without_surgery_the_patient_is_a_failure_where_the_study_says_so():
    found, stops = estimate(ENDPOINT, pathology=SPECIMENS)
    assert (found.events, found.n) == (2, 5)
    assert not stops


def test_without_surgery_the_patient_is_left_out_otherwise():
    estimand = ENDPOINT.estimand.model_copy(update={"intercurrent_events": ()})
    found, _ = estimate(ENDPOINT.model_copy(update={"estimand": estimand}), pathology=SPECIMENS)
    assert (found.events, found.n) == (2, 4)


@pytest.mark.parametrize(
    ("update", "tables", "code"),
    [
        ({}, {}, "table_absent"),
        (
            {"threshold": ENDPOINT.threshold.model_copy(update={"value": None})},
            {"pathology": SPECIMENS},
            "value_unknown",
        ),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_estimated(update, tables, code):
    found, stops = estimate(ENDPOINT.model_copy(update=update), **tables)
    assert found is None
    assert [stop.code for stop in stops] == [code]
