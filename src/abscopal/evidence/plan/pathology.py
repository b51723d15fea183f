"""The share of patients whose surgical specimen holds little or no viable tumour."""

import polars as pl

from abscopal.estimation.proportions import estimate_proportion
from abscopal.evidence.plan.readings import Readings, status_of
from abscopal.protocol.endpoints import Endpoint


def estimate_pathological_share(readings: Readings, endpoint: Endpoint) -> None:
    """Estimate the share of patients with less viable tumour than the threshold of the endpoint.

    A patient without a specimen is a failure where the study says so (surgery not done: composite_failure),
    and is otherwise left out of numerator and denominator.

    Args:
        readings: analysis tables, with `pathology` as derived from BS, and the list of estimates.
        endpoint: an endpoint of pathological response.
    """
    specimens = readings.tables.get("pathology")
    if specimens is None:
        readings.stop("table_absent", endpoint=endpoint.identifier, detail="BS")
        return
    threshold = endpoint.threshold.value
    if threshold is None:
        readings.stop("value_unknown", endpoint=endpoint.identifier, detail="threshold")
        return
    is_failure = any(
        event.event == "surgery_not_done" and event.strategy == "composite_failure"
        for event in endpoint.estimand.intercurrent_events
    )
    level, population = endpoint.confidence_level.value or 0.95, endpoint.estimand.population
    for arm in readings.reported_arms(endpoint):
        patients = readings.patients(population, arm)
        if not is_failure:
            patients = patients.join(specimens, on="USUBJID", how="semi")
        responders = patients.join(specimens.filter(pl.col("VIABLE") < threshold), on="USUBJID", how="semi")
        readings.estimates.take(
            endpoint.identifier,
            endpoint.kind,
            estimate_proportion(responders.height, patients.height, level=level),
            population=population,
            arm=arm,
            status=status_of(endpoint),
            source="BS VIABTUM",
        )
