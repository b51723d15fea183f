"""Response of single lesions, injected and not: always with the unit, n/N and an interval that knows the patient."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from abscopal.estimation.clustered import (
    ClusterMethod,
    estimate_clustered_proportion,
    estimate_paired_difference,
)
from abscopal.estimation.estimate import Estimate
from abscopal.evidence.plan.absent_tables import name_absent_tables
from abscopal.evidence.plan.readers import ACCEPTED, choose_reader
from abscopal.evidence.plan.readings import Readings
from abscopal.protocol.endpoints import Endpoint
from abscopal.protocol.lesions import LesionResponseRule

LESIONS = "lesion_response"
KINDS = ("injected", "non_injected")
PAIRED = "paired"
FEWEST_PAIRS = 2
SEED = 20200101


@dataclass(frozen=True, slots=True)
class LesionDefinition:
    """What it takes for one lesion to have responded.

    `name_en` and `name_fr` are empty for the definitions of the house, whose words the report knows.
    """

    code: str
    decrease_percent: float
    is_strict: bool
    not_evaluable: Literal["in_denominator", "left_out"] = "in_denominator"
    landmark_day: int | None = None
    name_en: str = ""
    name_fr: str = ""


HOUSE_DEFINITIONS = (
    LesionDefinition("any_decrease", 0.0, is_strict=True),
    LesionDefinition("decrease_30", 30.0, is_strict=False),
    LesionDefinition("complete", 100.0, is_strict=False),
)


def list_lesion_definitions(rules: tuple[LesionResponseRule, ...]) -> tuple[LesionDefinition, ...]:
    """Give the definitions of the house and, after them, those of the study that a diameter can answer.

    Args:
        rules: lesion-level rules of the study file.

    Returns:
        The definitions, without the study's where it repeats one of the house.
    """
    own = []
    known = {definition.decrease_percent for definition in HOUSE_DEFINITIONS}
    for number, rule in enumerate(rules, start=1):
        decrease = 100.0 if rule.measure == "complete" else rule.decrease_percent.value
        landmark = rule.landmark_day.value if rule.time == "landmark" else None
        is_house = decrease in known and landmark is None and rule.not_evaluable == "in_denominator"
        if (
            rule.measure == "product"
            or decrease is None
            or is_house
            or (rule.time == "landmark" and landmark is None)
        ):
            continue
        own.append(
            LesionDefinition(
                f"study_{number}",
                decrease,
                is_strict=False,
                not_evaluable=rule.not_evaluable,
                landmark_day=landmark,
                name_en=rule.name.en,
                name_fr=rule.name.fr,
            )
        )
    return (*HOUSE_DEFINITIONS, *own)


def derive_lesion_outcomes(assessments: pl.DataFrame, definition: LesionDefinition) -> pl.DataFrame:
    """Say of each target lesion measured at baseline whether it responded and whether it was injected.

    Args:
        assessments: lesions at every assessment, one reader per patient: USUBJID, TULNKID, AVISITN, ADT, LSROLE,
            LSSTATE, LSTENTH (tenths of a millimetre), INJDT.
        definition: what a response is.

    Returns:
        One row per lesion: USUBJID, TULNKID, KIND (injected or non_injected) and RESPONDED; lesions without any
        measurement after baseline count as not responding, or are left out where the definition says so.

    Example:
        >>> from datetime import date
        >>> rows = pl.DataFrame({
        ...     "USUBJID": "P1", "TULNKID": ["T01", "T01", "T02", "T02"], "AVISITN": [0, 1, 0, 1],
        ...     "ADT": [date(2024, 1, 1), date(2024, 3, 1)] * 2, "LSROLE": "TARGET", "LSSTATE": "MEASURED",
        ...     "LSTENTH": [200, 130, 300, 310], "INJDT": [date(2024, 1, 8), date(2024, 1, 8), None, None],
        ... })
        >>> derive_lesion_outcomes(rows, HOUSE_DEFINITIONS[1]).rows()
        [('P1', 'T01', 'injected', True), ('P1', 'T02', 'non_injected', False)]
    """
    targets = assessments.filter((pl.col("LSROLE") == "TARGET") & (pl.col("LSSTATE") != "MERGED"))
    baseline = targets.filter((pl.col("AVISITN") == 0) & (pl.col("LSTENTH") > 0)).select(
        "USUBJID", "TULNKID", "INJDT", BASE="LSTENTH"
    )
    later = targets.filter((pl.col("AVISITN") > 0) & pl.col("LSTENTH").is_not_null())
    if definition.landmark_day is not None:
        start = targets.filter(pl.col("AVISITN") == 0).group_by("USUBJID").agg(START=pl.col("ADT").max())
        later = later.join(start, on="USUBJID").filter(
            (pl.col("ADT") - pl.col("START")).dt.total_days() <= definition.landmark_day
        )
    best = later.group_by("USUBJID", "TULNKID").agg(BEST=pl.col("LSTENTH").min())
    # Integer arithmetic: 20.0 mm to 14.0 mm is exactly -30 %.
    fall, wanted = (pl.col("BASE") - pl.col("BEST")) * 100, pl.col("BASE") * definition.decrease_percent
    responded = fall > wanted if definition.is_strict else fall >= wanted
    joined = baseline.join(best, on=["USUBJID", "TULNKID"], how="left")
    if definition.not_evaluable == "left_out":
        joined = joined.filter(pl.col("BEST").is_not_null())
    kind = pl.when(pl.col("INJDT").is_not_null()).then(pl.lit("injected")).otherwise(pl.lit("non_injected"))
    return joined.select("USUBJID", "TULNKID", KIND=kind, RESPONDED=responded.fill_null(False)).sort(
        "USUBJID", "TULNKID"
    )


def estimate_lesion_responses(readings: Readings) -> None:
    """Estimate, by arm, the share of injected and of non-injected lesions that responded.

    Args:
        readings: analysis tables and list of estimates; without lesions nothing is estimated.
    """
    lesions = readings.tables.get("assessments")
    if lesions is None:
        return
    chosen = choose_reader(lesions, readings.tables.get(ACCEPTED))
    if chosen is None:
        readings.stop("no_accepted_reader", detail=", ".join(sorted(lesions["READER"].unique())))
        return
    for definition in list_lesion_definitions(readings.protocol.lesions.lesion_response):
        outcomes = derive_lesion_outcomes(chosen, definition)
        for arm in readings.arms:
            of_arm = outcomes.join(
                readings.patients("ITTFL", arm).select("USUBJID"), on="USUBJID", how="semi"
            )
            for kind in KINDS:
                rows = of_arm.filter(pl.col("KIND") == kind)
                if rows.height:
                    _keep(readings, rows, f"{definition.code}: {kind}", arm=arm)
            _keep_contrast(readings, of_arm, f"{definition.code}: {PAIRED}", arm=arm)


def _keep(readings: Readings, rows: pl.DataFrame, estimand: str, *, arm: str) -> None:
    value = _estimate_share(rows)
    readings.estimates.take(
        LESIONS,
        estimand,
        value,
        population="ITTFL",
        arm=arm,
        source="lesion assessments",
        note=f"patients: {rows['USUBJID'].n_unique()}",
    )


def _keep_contrast(readings: Readings, rows: pl.DataFrame, estimand: str, *, arm: str) -> None:
    both = rows.filter((pl.col("KIND").n_unique() == 2).over("USUBJID"))
    if both["USUBJID"].n_unique() < FEWEST_PAIRS:
        return
    value = estimate_paired_difference(
        both["RESPONDED"].cast(pl.Int64).to_numpy(),
        both["USUBJID"].to_numpy(),
        (both["KIND"] == "injected").to_numpy(),
    )
    readings.estimates.take(
        LESIONS,
        estimand,
        value,
        population="ITTFL",
        arm=arm,
        source="lesion assessments",
        status="exploratory",
        note=f"patients: {both['USUBJID'].n_unique()}",
    )


def _estimate_share(
    rows: pl.DataFrame, *, level: float = 0.95, method: ClusterMethod = "sandwich"
) -> Estimate:
    # A fixed seed: the same tables give the same report.
    return estimate_clustered_proportion(
        rows["RESPONDED"].cast(pl.Int64).to_numpy(),
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
    lesions = readings.tables.get("assessments")
    if lesions is None:
        tables = name_absent_tables(readings.stops)
        readings.stop("endpoint_table_absent", endpoint=endpoint.identifier, detail=tables)
        return
    if endpoint.unit_of_analysis != "lesion":
        readings.stop("kind_not_available", endpoint=endpoint.identifier, detail="lesion_response, patient")
        return
    chosen = choose_reader(lesions, readings.tables.get(ACCEPTED))
    if chosen is None:
        return
    definition = choose_definition(readings.protocol.lesions.lesion_response)
    outcomes = derive_lesion_outcomes(chosen, definition)
    if endpoint.lesions != "all":
        outcomes = outcomes.filter(pl.col("KIND") == endpoint.lesions)
    method: ClusterMethod = (
        "bootstrap" if endpoint.interval_method.value == "cluster_bootstrap" else "sandwich"
    )
    for arm in readings.reported_arms(endpoint):
        patients = readings.patients(endpoint.estimand.population, arm)
        rows = outcomes.join(patients.select("USUBJID"), on="USUBJID", how="semi")
        if rows.is_empty():
            continue
        readings.estimates.take(
            endpoint.identifier,
            definition.code,
            _estimate_share(rows, level=endpoint.confidence_level.value or 0.95, method=method),
            population=endpoint.estimand.population,
            arm=arm,
            status=endpoint.level,
            source="lesion assessments",
            note=f"patients: {rows['USUBJID'].n_unique()}",
        )


def choose_definition(rules: tuple[LesionResponseRule, ...]) -> LesionDefinition:
    """The definition that the endpoints of the study use: its first rule that a diameter can answer."""
    for rule in rules:
        decrease = 100.0 if rule.measure == "complete" else rule.decrease_percent.value
        for definition in list_lesion_definitions(rules):
            if rule.measure != "product" and definition.decrease_percent == decrease:
                return definition
    return HOUSE_DEFINITIONS[1]
