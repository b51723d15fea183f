"""Response of single lesions, injected and not: always with the unit, n/N and an interval that knows the patient."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from abscopal.derivations.response.lesion_definitions import HOUSE_DEFINITIONS, LesionDefinition
from abscopal.estimation.clustered import (
    ClusterMethod,
    estimate_clustered_proportion,
    estimate_paired_difference,
)
from abscopal.estimation.estimate import Estimate
from abscopal.evidence.endpoint_estimates import EndpointEstimate
from abscopal.evidence.plan.absent_tables import name_absent_tables
from abscopal.evidence.plan.injection_log import is_log_missing
from abscopal.evidence.plan.readers import ACCEPTED, choose_reader
from abscopal.evidence.plan.readings import Readings
from abscopal.protocol.endpoints import Endpoint
from abscopal.protocol.lesions import LesionResponseRule

LESIONS = "lesion_response"
KINDS = ("injected", "non_injected")
PLACES = ("non_injected_visceral", "non_injected_non_visceral")
PAIRED = "paired"
BOOTSTRAP = ", bootstrap"
CONFIRMED = ", confirmed"
FEWEST_PAIRS = 2
SEED = 20200101
_INJECTED, _VISCERAL = pl.col("INJFL") == "Y", pl.col("VISCFL")
_MEMBERS: Mapping[str, pl.Expr] = {
    "all": pl.lit(True),
    "injected": _INJECTED,
    "non_injected": ~_INJECTED,
    "non_injected_visceral": ~_INJECTED & (_VISCERAL == "Y"),
    "non_injected_non_visceral": ~_INJECTED & (_VISCERAL == "N"),
}


def list_lesion_definitions(rules: tuple[LesionResponseRule, ...]) -> tuple[LesionDefinition, ...]:
    """Give the definitions of the house and, after them, those of the study that say what they need.

    Args:
        rules: lesion-level rules of the study file.

    Returns:
        The definitions, without the study's where it repeats one of the house.
    """
    own = []
    for number, rule in enumerate(rules, start=1):
        decrease = 100.0 if rule.measure == "complete" else rule.decrease_percent.value
        landmark = rule.landmark_day.value if rule.time == "landmark" else None
        if decrease is None or (rule.time == "landmark" and landmark is None) or _is_house(rule):
            continue
        own.append(
            LesionDefinition(
                f"study_{number}",
                f"STUDY{number}",
                rule.name.en,
                rule.measure,
                decrease,
                not_evaluable=rule.not_evaluable,
                landmark_day=landmark,
                name_en=rule.name.en,
                name_fr=rule.name.fr,
            )
        )
    return (*HOUSE_DEFINITIONS, *own)


def _is_house(rule: LesionResponseRule) -> bool:
    """Whether a rule of the study only repeats a definition of the house."""
    decrease = 100.0 if rule.measure == "complete" else rule.decrease_percent.value
    return (
        rule.time == "best"
        and rule.not_evaluable == "in_denominator"
        and any(
            (known.measure, known.decrease_percent, known.is_strict) == (rule.measure, decrease, False)
            for known in HOUSE_DEFINITIONS
        )
    )


def choose_definition(rules: tuple[LesionResponseRule, ...]) -> LesionDefinition:
    """The definition that the endpoints of the study use: its first rule that says what it needs.

    Args:
        rules: lesion-level rules of the study file.

    Returns:
        The definition; a fall of 30 % of the diameter where the study has no usable rule.
    """
    known = list_lesion_definitions(rules)
    for number, rule in enumerate(rules, start=1):
        decrease = 100.0 if rule.measure == "complete" else rule.decrease_percent.value
        for definition in known:
            is_own = definition.code == f"study_{number}"
            same = (definition.measure, definition.decrease_percent) == (rule.measure, decrease)
            if is_own or (_is_house(rule) and same and not definition.is_strict):
                return definition
    return HOUSE_DEFINITIONS[1]


def count_patients(record: EndpointEstimate) -> int:
    """How many patients carry the lesions of an estimate.

    Args:
        record: an estimate that counts lesions.

    Returns:
        The number that its note holds.
    """
    found = re.match(r"patients: (\d+)", record.note)
    return int(found.group(1)) if found else 0


def read_modality(record: EndpointEstimate) -> str:
    """By what the lesions of an estimate were measured; empty where the tables do not say.

    Args:
        record: an estimate that counts lesions.

    Returns:
        The methods of the tables, such as CT SCAN, most frequent first.
    """
    return record.note.partition("; modality: ")[2].partition(";")[0]


def count_without_product(record: EndpointEstimate) -> int:
    """How many lesions an estimate by product leaves out, because they have no second diameter at baseline.

    Args:
        record: an estimate that counts lesions.

    Returns:
        The number that its note holds.
    """
    found = re.search(r"not evaluable: (\d+)", record.note)
    return int(found.group(1)) if found else 0


def _write_note(rows: pl.DataFrame, *, without_product: int = 0) -> str:
    methods = rows["METHOD"].drop_nulls().value_counts(sort=True)["METHOD"].to_list()
    told = f"; modality: {', '.join(methods)}" if methods else ""
    left_out = f"; lesions without two diameters, not evaluable: {without_product}" if without_product else ""
    return f"patients: {rows['USUBJID'].n_unique()}{told}{left_out}"


def _read_lesions(readings: Readings, definition: LesionDefinition) -> pl.DataFrame | None:
    """The lesions of the accepted reader under one definition; None where no reader is accepted."""
    chosen = choose_reader(readings.tables["adlr"], readings.tables.get(ACCEPTED))
    if chosen is None:
        return None
    return chosen.filter(PARAMCD=definition.parameter).sort("USUBJID", "TULNKID")


def estimate_lesion_responses(readings: Readings) -> None:
    """Estimate, by arm, the share of injected and of non-injected lesions that responded.

    Each share stands with two intervals that know the patient: of generalised estimating equations, and of a
    bootstrap that draws patients.

    Args:
        readings: analysis tables and list of estimates; without lesions nothing is estimated.
    """
    table = readings.tables.get("adlr")
    if table is None or table.is_empty():
        return
    for definition in list_lesion_definitions(readings.protocol.lesions.lesion_response):
        lesions = _read_lesions(readings, definition)
        if lesions is None:
            readers = ", ".join(sorted(table["READER"].unique()))
            readings.stop("no_accepted_reader", detail=readers)
            return
        if definition.measure == "product" and lesions["BASE"].null_count() == lesions.height:
            readings.stop("no_second_diameter")
            continue
        for arm in readings.arms:
            _estimate_arm(readings, definition, lesions, arm=arm)


def _estimate_arm(
    readings: Readings, definition: LesionDefinition, lesions: pl.DataFrame, *, arm: str
) -> None:
    everyone = lesions.join(readings.patients("ITTFL", arm).select("USUBJID"), on="USUBJID", how="semi")
    of_arm, unmeasured = everyone.filter(ANL01FL="Y"), everyone.filter(REASON="NO_SECOND_DIAMETER")
    keep: dict[str, Any] = {"population": "ITTFL", "arm": arm, "source": "ADLR"}
    for kind in (*KINDS, *PLACES):
        rows = of_arm.filter(_MEMBERS[kind])
        if rows.is_empty():
            continue
        note = _write_note(rows, without_product=unmeasured.filter(_MEMBERS[kind]).height)
        name = f"{definition.code}: {kind}"
        readings.estimates.take(LESIONS, name, _estimate_share(rows), note=note, **keep)
        if kind in KINDS:
            drawn = _estimate_share(rows, method="bootstrap")
            readings.estimates.take(LESIONS, f"{name}{BOOTSTRAP}", drawn, note=note, **keep)
            sure = _estimate_share(rows, responded=pl.col("CONFFL") == "Y")
            readings.estimates.take(LESIONS, f"{name}{CONFIRMED}", sure, note=note, **keep)
    both = of_arm.filter((pl.col("INJFL").n_unique() == 2).over("USUBJID"))
    if both["USUBJID"].n_unique() < FEWEST_PAIRS:
        return
    for method, suffix in (("t", ""), ("bootstrap", BOOTSTRAP)):
        value = estimate_paired_difference(
            (both["AVALC"] == "Y").cast(pl.Int64).to_numpy(),
            both["USUBJID"].to_numpy(),
            (both["INJFL"] == "Y").to_numpy(),
            method=method,  # type: ignore[arg-type]
            generator=np.random.default_rng(SEED),
        )
        readings.estimates.take(
            LESIONS,
            f"{definition.code}: {PAIRED}{suffix}",
            value,
            status="exploratory",
            note=_write_note(both),
            **keep,
        )


def _estimate_share(
    rows: pl.DataFrame,
    *,
    responded: pl.Expr | None = None,
    level: float = 0.95,
    method: ClusterMethod = "sandwich",
) -> Estimate:
    condition = pl.col("AVALC") == "Y" if responded is None else responded.fill_null(False)
    # A fixed seed: the same tables give the same report.
    return estimate_clustered_proportion(
        rows.select(condition.cast(pl.Int64)).to_series().to_numpy(),
        rows["USUBJID"].to_numpy(),
        level=level,
        method=method,
        generator=np.random.default_rng(SEED),
    )


def estimate_lesion_endpoint(readings: Readings, endpoint: Endpoint) -> None:
    """Estimate an endpoint of lesion response by the first rule of the study, or a fall of 30 % without one.

    Args:
        readings: analysis tables and list of estimates.
        endpoint: an endpoint that counts lesions.
    """
    table = readings.tables.get("adlr")
    if table is None:
        if "assessments" in readings.tables and is_log_missing(readings.stops):
            readings.stop("endpoint_injections_unknown", endpoint=endpoint.identifier)
            return
        tables = name_absent_tables(readings.stops)
        readings.stop("endpoint_table_absent", endpoint=endpoint.identifier, detail=tables)
        return
    if endpoint.unit_of_analysis != "lesion":
        readings.stop("kind_not_available", endpoint=endpoint.identifier, detail="lesion_response, patient")
        return
    definition = choose_definition(readings.protocol.lesions.lesion_response)
    lesions = _read_lesions(readings, definition)
    if lesions is None:
        return
    chosen = lesions.filter(_MEMBERS[endpoint.lesions])
    method: ClusterMethod = (
        "bootstrap" if endpoint.interval_method.value == "cluster_bootstrap" else "sandwich"
    )
    for arm in readings.reported_arms(endpoint):
        patients = readings.patients(endpoint.estimand.population, arm)
        rows = chosen.join(patients.select("USUBJID"), on="USUBJID", how="semi")
        if rows.is_empty():
            continue
        readings.estimates.take(
            endpoint.identifier,
            definition.code,
            _estimate_share(rows, level=endpoint.confidence_level.value or 0.95, method=method),
            population=endpoint.estimand.population,
            arm=arm,
            status=endpoint.level,
            source="ADLR",
            note=_write_note(rows),
        )
