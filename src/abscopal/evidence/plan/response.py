"""Best responses and the shares that count them; everyone of the population is in the denominator."""

import polars as pl

from abscopal.derivations.response.category_table import CATEGORY_SUFFIXES
from abscopal.estimation.counts import TwoArmCounts
from abscopal.estimation.proportions import estimate_proportion
from abscopal.evidence.plan.absent_tables import name_absent_tables
from abscopal.evidence.plan.comparison import choose_interval, compare_shares, list_pairs
from abscopal.evidence.plan.readers import ACCEPTED, choose_reader
from abscopal.evidence.plan.readings import Readings, status_of
from abscopal.protocol.endpoints import Endpoint

BEST, CONFIRMED = "best_response", "confirmed_best_response"
CATEGORIES = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "MISSING")
RESPONDERS = ("CR", "PR")
OBJECTIVE = "objective_response"
DISTANT = "NINJFL"
CONTROLLED = ("CR", "PR", "SD", "NON-CR/NON-PD")
_PARAMETERS = {BEST: "BOR", CONFIRMED: "CBOR"}
_SUFFIXES = {
    "all": "",
    "injected": CATEGORY_SUFFIXES["INJECTED"],
    "non_injected": CATEGORY_SUFFIXES["NON-INJECTED"],
}


def estimate_best_responses(readings: Readings, *, criterion: str) -> None:
    """Count best and confirmed best responses by arm; of injected and of non-injected lesions too, where told apart.

    The responses of non-injected lesions are also counted in the patients who had one to measure. Injected
    lesions are counted in the arms in which a lesion was injected.

    Args:
        readings: analysis tables and list of estimates.
        criterion: the response criterion, as in ADRS.
    """
    for name, parameter in _PARAMETERS.items():
        for part, suffix in _SUFFIXES.items():
            rows = read_responses(readings, f"{parameter}{suffix}", criterion=criterion)
            if rows is None:
                return
            if rows.is_empty() and part != "all":
                continue
            arms = _list_arms_with_injection(readings) if part == "injected" else readings.arms
            endpoint = name_best(name, criterion, part)
            for arm in arms:
                for population in ("RESPFL", DISTANT) if part == "non_injected" else ("RESPFL",):
                    _count_best(
                        readings, endpoint, rows, f"{parameter}{suffix}", population=population, arm=arm
                    )


def name_best(name: str, criterion: str, part: str = "all") -> str:
    """Name the best responses of a criterion in the list of estimates.

    Args:
        name: best or confirmed best response.
        criterion: the response criterion.
        part: all, injected or non_injected lesions.

    Returns:
        The name.

    Example:
        >>> name_best(BEST, "itrecist", "injected"), name_best(BEST, "recist_1_1")
        ('best_response_itrecist_injected', 'best_response_recist_1_1')
    """
    return f"{name}_{criterion}" if part == "all" else f"{name}_{criterion}_{part}"


def _list_arms_with_injection(readings: Readings) -> tuple[str, ...]:
    lesions = readings.tables["assessments"].filter(pl.col("INJDT").is_not_null())
    return tuple(
        arm
        for arm in readings.arms
        if readings.patients("RESPFL", arm).join(lesions, on="USUBJID", how="semi").height
    )


def _count_best(
    readings: Readings, endpoint: str, rows: pl.DataFrame, parameter: str, *, population: str, arm: str
) -> None:
    patients = readings.patients(population, arm)
    found = patients.select("USUBJID").join(rows, on="USUBJID", how="left").fill_null("MISSING")
    sets = {category: [category] for category in CATEGORIES}
    if parameter not in _PARAMETERS.values():
        sets[OBJECTIVE] = list(RESPONDERS)
    for estimand, categories in sets.items():
        count = found.filter(pl.col("AVALC").is_in(categories)).height
        readings.estimates.take(
            endpoint,
            estimand,
            estimate_proportion(count, patients.height),
            population=population,
            arm=arm,
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
    chosen = choose_reader(rows, readings.tables.get(ACCEPTED))
    return None if chosen is None else chosen.select("USUBJID", "AVALC")


def estimate_response_share(readings: Readings, endpoint: Endpoint) -> None:
    """Estimate the share of patients with an objective response, disease control or durable benefit.

    Args:
        readings: analysis tables and list of estimates.
        endpoint: an endpoint of one of these kinds.
    """
    criterion = endpoint.criterion or readings.protocol.lesions.primary_criterion
    confirmed = readings.protocol.lesions.settings.confirmation_required.value
    parameter = f"{'CBOR' if confirmed else 'BOR'}{_SUFFIXES[endpoint.lesions]}"
    rows = read_responses(readings, parameter, criterion=criterion)
    if rows is None or (rows.is_empty() and endpoint.lesions != "all"):
        is_read = readings.tables.get("adrs") is not None
        tables = f"ADRS ({criterion})" if is_read else name_absent_tables(readings.stops)
        readings.stop("endpoint_table_absent", endpoint=endpoint.identifier, detail=tables)
        return
    if endpoint.kind == "durable_benefit" and endpoint.window_days.value is None:
        readings.stop("value_unknown", endpoint=endpoint.identifier, detail="window_days")
        return
    members = _successes(readings, endpoint, rows)
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
        if endpoint.lesions == "non_injected" and endpoint.estimand.population != DISTANT:
            _add_distant_set(readings, endpoint, members, arm=arm, source=f"ADRS {parameter}")
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


def _add_distant_set(
    readings: Readings, endpoint: Endpoint, members: pl.DataFrame, *, arm: str, source: str
) -> None:
    """The same share among the patients who had a non-injected lesion to measure."""
    patients = readings.patients(DISTANT, arm)
    readings.estimates.take(
        endpoint.identifier,
        endpoint.kind,
        estimate_proportion(
            patients.join(members, on="USUBJID", how="semi").height,
            patients.height,
            level=endpoint.confidence_level.value or 0.95,
            method=choose_interval(endpoint),
        ),
        population=DISTANT,
        arm=arm,
        status="sensitivity",
        source=source,
    )


def _successes(readings: Readings, endpoint: Endpoint, best: pl.DataFrame) -> pl.DataFrame:
    if endpoint.kind == "objective_response":
        return best.filter(pl.col("AVALC").is_in(RESPONDERS))
    if endpoint.kind == "disease_control":
        return best.filter(pl.col("AVALC").is_in(CONTROLLED))
    responders = best.filter(pl.col("AVALC").is_in(RESPONDERS)).select("USUBJID")
    stable = best.filter(pl.col("AVALC").is_in(CONTROLLED)).select("USUBJID")
    times = readings.tables.get("adtte")
    if times is None:
        return responders
    lasting = times.filter((pl.col("PARAMCD") == "PFS") & (pl.col("AVAL") > endpoint.window_days.value))
    return pl.concat([responders, stable.join(lasting, on="USUBJID", how="semi")]).unique(maintain_order=True)
