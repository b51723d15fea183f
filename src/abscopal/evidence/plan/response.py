"""Best responses and the shares that count them; everyone of the population is in the denominator."""

import polars as pl

from abscopal.derivations.response.criterion import Criterion, Kind
from abscopal.estimation.counts import TwoArmCounts
from abscopal.estimation.proportions import estimate_proportion
from abscopal.evidence.plan.absent_tables import name_absent_tables
from abscopal.evidence.plan.comparison import choose_interval, compare_shares, list_pairs
from abscopal.evidence.plan.progression_times import choose_criterion, name_progression_free
from abscopal.evidence.plan.readers import choose_reader
from abscopal.evidence.plan.readings import Readings, status_of
from abscopal.protocol.endpoints import Endpoint

BEST, CONFIRMED = "best_response", "confirmed_best_response"
MISSING = "MISSING"
RESPONDING: tuple[Kind, ...] = ("complete", "partial")
CONTROLLED: tuple[Kind, ...] = (*RESPONDING, "stable", "neither")
_PARAMETERS = {BEST: "BOR", CONFIRMED: "CBOR"}


def estimate_best_responses(readings: Readings, *, criterion: str) -> None:
    """Count best and confirmed best responses, in all and by arm.

    Args:
        readings: analysis tables and list of estimates.
        criterion: the response criterion, as in ADRS.
    """
    is_primary = criterion == readings.protocol.lesions.primary_criterion
    categories = [*(category.code for category in choose_criterion(criterion).categories), MISSING]
    for name, parameter in _PARAMETERS.items():
        rows = read_responses(readings, parameter, criterion=criterion)
        if rows is None:
            return
        for arm in readings.arms:
            patients = readings.patients("RESPFL", arm)
            found = patients.select("USUBJID").join(rows, on="USUBJID", how="left").fill_null(MISSING)
            for category in categories:
                count = found.filter(pl.col("AVALC") == category).height
                readings.estimates.take(
                    f"{name}_{criterion}",
                    category,
                    estimate_proportion(count, patients.height),
                    population="RESPFL",
                    arm=arm,
                    status="descriptive" if is_primary else "exploratory",
                    source=f"ADRS {parameter}",
                )


def read_responses(readings: Readings, parameter: str, *, criterion: str) -> pl.DataFrame | None:
    """Read one row per patient of a parameter of ADRS, by the accepted reader.

    Args:
        readings: analysis tables.
        parameter: such as BOR, CBOR, RSP or CRSP.
        criterion: the response criterion.

    Returns:
        USUBJID and AVALC, or None where the table is absent or no reader is accepted.
    """
    adrs = readings.tables.get("adrs")
    if adrs is None:
        return None
    rows = adrs.filter((pl.col("PARAMCD") == parameter) & (pl.col("CRITERION") == criterion))
    chosen = choose_reader(rows, readings.protocol.lesions.accepted_reader)
    return None if chosen is None else chosen.select("USUBJID", "AVALC")


def estimate_response_share(readings: Readings, endpoint: Endpoint) -> None:
    """Estimate the share of patients with an objective response, disease control or durable benefit.

    Args:
        readings: analysis tables and list of estimates.
        endpoint: an endpoint of one of these kinds.
    """
    criterion = endpoint.criterion or readings.protocol.lesions.primary_criterion
    confirmed = readings.protocol.lesions.settings.confirmation_required.value
    parameter = "CBOR" if confirmed else "BOR"
    rows = read_responses(readings, parameter, criterion=criterion)
    if rows is None:
        is_read = readings.tables.get("adrs") is not None
        tables = f"ADRS ({criterion})" if is_read else name_absent_tables(readings.stops)
        readings.stop("endpoint_table_absent", endpoint=endpoint.identifier, detail=tables)
        return
    if endpoint.kind == "durable_benefit" and endpoint.window_days.value is None:
        readings.stop("value_unknown", endpoint=endpoint.identifier, detail="window_days")
        return
    members = _successes(readings, endpoint, rows, choose_criterion(criterion))
    counts: dict[str, tuple[int, int]] = {}
    level = endpoint.confidence_level.value or 0.95
    for arm in readings.reported_arms(endpoint):
        patients = readings.patients(endpoint.estimand.population, arm)
        successes = patients.join(members, on="USUBJID", how="semi").height
        counts[arm] = (successes, patients.height)
        readings.estimates.take(
            endpoint.identifier,
            endpoint.kind,
            estimate_proportion(successes, patients.height, level=level, method=choose_interval(endpoint)),
            population=endpoint.estimand.population,
            arm=arm,
            status=status_of(endpoint),
            source=f"ADRS {parameter}",
        )
    for first, second in list_pairs(readings, endpoint):
        pair = TwoArmCounts(*counts[first], *counts[second])
        compare_shares(
            readings,
            endpoint,
            pair=(first, second),
            counts=pair,
            source=f"ADRS {parameter}",
            counted=endpoint.kind,
        )


def _successes(
    readings: Readings, endpoint: Endpoint, best: pl.DataFrame, criterion: Criterion
) -> pl.DataFrame:
    responding, controlled = criterion.list_codes(*RESPONDING), criterion.list_codes(*CONTROLLED)
    if endpoint.kind == "objective_response":
        return best.filter(pl.col("AVALC").is_in(responding))
    if endpoint.kind == "disease_control":
        return best.filter(pl.col("AVALC").is_in(controlled))
    responders = best.filter(pl.col("AVALC").is_in(responding)).select("USUBJID")
    stable = best.filter(pl.col("AVALC").is_in(controlled)).select("USUBJID")
    times = readings.tables.get("adtte")
    if times is None:
        return responders
    free = name_progression_free(readings.protocol, criterion.name)
    lasting = times.filter((pl.col("PARAMCD") == free) & (pl.col("AVAL") > endpoint.window_days.value))
    return pl.concat([responders, stable.join(lasting, on="USUBJID", how="semi")]).unique(maintain_order=True)
