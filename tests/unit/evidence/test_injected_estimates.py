"""Injected and non-injected response from the study file to estimates: units, denominators, intervals, what stops."""

from typing import Any

import polars as pl
import pytest

from abscopal.derivations.population import derive_response_set
from abscopal.derivations.response.criteria import ITRECIST
from abscopal.derivations.response.injected_lesions import derive_injected_at_start
from abscopal.derivations.response.lesion_responses import derive_lesion_responses
from abscopal.derivations.response.response_table import derive_adrs
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.evidence.plan.lesions import (
    choose_definition,
    count_patients,
    count_without_product,
    estimate_lesion_responses,
    list_lesion_definitions,
    read_modality,
)
from abscopal.evidence.plan.readers import ACCEPTED, derive_acceptance
from abscopal.evidence.plan.readings import Readings
from abscopal.evidence.plan.response import estimate_best_responses, estimate_response_share
from abscopal.protocol.lesions import LesionResponseRule
from abscopal.protocol.reading import list_bundled_studies, read_study
from lesion_builder import build_adsl, build_assessments, day, lesion

MARK: dict[str, Any] = {"provenance": "published", "source": "10.1000/182"}


def find_study() -> Any:
    """The bundled study with an endpoint of the non-injected lesions."""
    for name in sorted(list_bundled_studies()):
        protocol = read_study(name).protocol
        if any(item.lesions == "non_injected" for item in protocol.endpoints):
            return protocol
    pytest.fail("no bundled study has an endpoint of non-injected lesions")


def build_readings(*, injected_arm: str, other_arm: str, protocol: Any) -> Readings:
    """Three patients: two with an injected lesion (one without any other), one of the other arm."""
    settings = ResponseSettings()
    rows = []
    for patient, course in {
        "P1": {"T1": (300, 100), "T2": (200, 190), "T3": (200, 210)},
        "P2": {"T1": (300, 290)},
        "P3": {"T1": (200, 120)},
    }.items():
        for name, lengths in course.items():
            first = day(1) if name == "T1" and patient != "P3" else None
            rows += [
                lesion(name, visit, "MEASURED", tenths, patient=patient) | {"INJDT": first}
                for visit, tenths in enumerate(lengths)
            ]
    lesions = build_assessments(rows)
    everyone = build_adsl("P1", "P2", "P3", ENRLFL="Y", ITTFL="Y", RANDFL="Y", SAFFL="Y")
    arms = {"P1": injected_arm, "P2": injected_arm, "P3": other_arm}
    with_arms: Any = everyone.with_columns(
        TRT01P=pl.col("USUBJID").replace_strict(arms), TRT01A=pl.col("USUBJID").replace_strict(arms)
    )
    adsl = derive_response_set(
        with_arms, lesions, injected_at_start=derive_injected_at_start(lesions, settings)
    )
    definitions = list_lesion_definitions(protocol.lesions.lesion_response)
    tables: dict[str, pl.DataFrame] = {
        "adsl": adsl,
        "assessments": lesions,
        "adrs": derive_adrs(lesions, adsl, criterion=ITRECIST, settings=settings),
        "adlr": derive_lesion_responses(lesions, adsl, definitions=definitions, settings=settings),
    }
    accepted = derive_acceptance(tables, protocol.lesions)
    assert accepted is not None
    return Readings(protocol, tables | {ACCEPTED: accepted})


@pytest.fixture
def readings() -> Readings:
    protocol = find_study()
    endpoint = next(item for item in protocol.endpoints if item.lesions == "injected")
    arms = [arm.identifier for arm in protocol.arms]
    other = next(arm for arm in arms if arm not in endpoint.arms)
    return build_readings(injected_arm=endpoint.arms[0], other_arm=other, protocol=protocol)


def counts(readings: Readings, endpoint: str) -> dict[tuple[str, str], tuple[int | None, int]]:
    return {
        (record.estimand, record.population): (record.events, record.n)
        for record in readings.estimates.of(endpoint)
    }


def test_lesions_and_patients_keep_their_unit_and_their_denominator(readings: Readings):
    estimate_lesion_responses(readings)
    endpoint = next(
        item
        for item in readings.protocol.endpoints
        if item.kind == "objective_response" and item.lesions == "non_injected"
    )
    estimate_response_share(readings, endpoint)
    of_lesions = counts(readings, "lesion_response")
    # Of P1: one injected and two other lesions; of P2 an injected one; of P3 in the other arm, one never injected.
    assert of_lesions["decrease_30: injected", "ITTFL"] == (1, 2)
    units = {
        record.unit
        for record in readings.estimates.of("lesion_response")
        if ": paired" not in record.estimand
    }
    assert units == {"proportion of lesions"}
    of_patients = counts(readings, endpoint.identifier)
    assert of_patients[endpoint.kind, endpoint.estimand.population] == (0, 2)
    # P2 has no target that was left alone.
    assert of_patients[endpoint.kind, "NINJFL"] == (0, 1)


def test_each_share_has_both_intervals_and_says_how_many_patients(readings: Readings):
    estimate_lesion_responses(readings)
    records = {record.estimand: record for record in readings.estimates.of("lesion_response")}
    plain, drawn = records["decrease_30: injected"], records["decrease_30: injected, bootstrap"]
    assert plain.method != drawn.method
    assert (plain.n, plain.events, drawn.n, drawn.events) == (2, 1, 2, 1)
    assert (count_patients(plain), read_modality(plain)) == (2, "")


def test_without_a_second_diameter_the_product_is_left_out_and_said(readings: Readings):
    estimate_lesion_responses(readings)
    assert [stop.code for stop in readings.stops] == ["no_second_diameter"]
    assert not any("product_50" in record.estimand for record in readings.estimates.of("lesion_response"))


def test_best_responses_of_injected_lesions_only_where_lesions_were_injected(readings: Readings):
    estimate_best_responses(readings, criterion="itrecist")
    injected = readings.estimates.of("best_response_itrecist_injected")
    assert len({record.arm for record in injected}) == 1
    assert counts(readings, "best_response_itrecist_injected")["PR", "RESPFL"] == (1, 2)
    others = readings.estimates.of("best_response_itrecist_non_injected")
    assert {record.population for record in others} == {"RESPFL", "NINJFL"}


def test_an_endpoint_by_a_criterion_that_tells_no_lesions_apart_stops(readings: Readings):
    endpoint = next(
        item
        for item in readings.protocol.endpoints
        if item.kind == "objective_response" and item.lesions == "non_injected"
    )
    estimate_response_share(readings, endpoint.model_copy(update={"criterion": "recist_1_1"}))
    assert [stop.code for stop in readings.stops] == ["endpoint_table_absent"]
    assert not readings.estimates.of(endpoint.identifier)


def rule(**changed: Any) -> LesionResponseRule:
    written = {
        "name": {"en": "Own", "fr": "Propre"}, "measure": "diameter", "decrease_percent": {"value": 30, **MARK},
        "time": "best", "landmark_day": {"value": None}, "not_evaluable": "in_denominator", **MARK,
    }  # fmt: skip
    return LesionResponseRule.model_validate(written | changed)


@pytest.mark.parametrize(
    ("written", "chosen"),
    [
        (rule(), "decrease_30"),
        (rule(measure="product", decrease_percent={"value": 50, **MARK}), "product_50"),
        (rule(measure="complete", decrease_percent={"value": None}), "complete"),
        (rule(time="landmark", landmark_day={"value": 84, **MARK}), "study_1"),
        (rule(not_evaluable="left_out"), "study_1"),
        (rule(decrease_percent={"value": 20, **MARK}), "study_1"),
        (rule(decrease_percent={"value": None}), "decrease_30"),
        (rule(time="landmark"), "decrease_30"),
    ],
)
def test_the_rule_of_the_study_is_the_definition_of_its_endpoints(written: LesionResponseRule, chosen: str):
    assert choose_definition((written,)).code == chosen
    codes = [definition.code for definition in list_lesion_definitions((written,))]
    assert codes == [
        "any_decrease",
        "decrease_30",
        "product_50",
        "complete",
        *(["study_1"] * (chosen == "study_1")),
    ]


def test_a_lesion_without_a_second_diameter_is_counted_apart_from_those_that_failed(readings: Readings):
    adlr = readings.tables["adlr"]
    first = (pl.col("PARAMCD") == "PROD50") & pl.col("TULNKID").is_first_distinct().over("PARAMCD")
    known = adlr.with_columns(
        BASE=pl.when(first).then(300.0).otherwise("BASE"),
        AVALC=pl.when(first).then(pl.lit("Y")).otherwise("AVALC"),
        ANL01FL=pl.when(first).then(pl.lit("Y")).otherwise("ANL01FL"),
        REASON=pl.when(first).then(None).otherwise("REASON"),
    )
    assert adlr.filter(PARAMCD="PROD50")["ANL01FL"].to_list() == ["N"] * adlr.filter(PARAMCD="PROD50").height
    with_one = Readings(readings.protocol, dict(readings.tables) | {"adlr": known})
    estimate_lesion_responses(with_one)
    notes = [
        record.note for record in with_one.estimates.of("lesion_response") if "product_50" in record.estimand
    ]
    assert any("lesions without two diameters, not evaluable: " in note for note in notes)
    left_out = [count_without_product(record) for record in with_one.estimates.of("lesion_response")]
    assert max(left_out) > 0
