"""What each reader says, and how far any two agree: best response, each assessment, and progression."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from abscopal.derivations.response.criteria import CRITERIA
from abscopal.derivations.response.criterion import Criterion
from abscopal.derivations.response.paired_readings import (
    compute_scale,
    derive_paired_answers,
    derive_paired_assessments,
)
from abscopal.derivations.response.reader_answers import derive_reader_answers
from abscopal.estimation.agreement import KappaWeights, estimate_kappa
from abscopal.estimation.clustered import estimate_clustered_proportion
from abscopal.estimation.estimate import Estimate
from abscopal.estimation.proportions import estimate_proportion
from abscopal.evidence.endpoint_estimates import EndpointEstimate
from abscopal.evidence.plan.readers import name_best_parameter
from abscopal.evidence.plan.readings import ALL_ARMS, Readings

READER_BEST, AGREEMENT = "reader_best", "agreement"
POPULATION = "RESPFL"
KAPPAS: dict[str, KappaWeights] = {"kappa": "none", "kappa_linear": "linear", "kappa_quadratic": "quadratic"}
QUANTITIES = (
    "best_same",
    *(f"best_{name}" for name in KAPPAS),
    "visit_same",
    *(f"visit_{name}" for name in KAPPAS),
    "progression_seen_alike",
    "progression_both",
    "progression_discordant",
    "progression_days_apart",
)
DISAGREEMENTS = "disagreements"
DISAGREEMENT: dict[str, Any] = {
    **dict.fromkeys(("CRITERION", "PAIR", "RESP1", "RESP2"), pl.String),
    "PATIENTS": pl.Int64,
}
NOT_EVALUABLE = "not_evaluable"
PAIR_SIGN = " × "
SEED = 19690501


def list_readers(readings: Readings) -> list[str]:
    """Everyone who read a scan."""
    lesions = readings.tables.get("assessments")
    return [] if lesions is None else sorted(lesions["READER"].unique())


def estimate_agreement(readings: Readings, *, criteria: tuple[str, ...]) -> pl.DataFrame | None:
    """Count what each reader says and estimate how far any two agree; with one reader there is nothing to compare.

    Args:
        readings: analysis tables and list of estimates.
        criteria: response criteria that are derived.

    Returns:
        The patients on whose best response two readers disagree, counted by what each says: CRITERION, PAIR,
        RESP1, RESP2 and PATIENTS, the most frequent first; None with one reader.
    """
    if readings.tables.get("adrs") is None or len(list_readers(readings)) < 2:
        return None
    counted: Any = readings.rows_of("adrs", readings.patients(POPULATION))
    disagreements = [pl.DataFrame(schema=DISAGREEMENT)]
    for criterion in CRITERIA:
        if criterion.name in criteria:
            _count_best_by_reader(readings, counted, criterion)
            for (first, second), answers, visits in _list_pairs(readings, counted, criterion):
                pair = f"{first}{PAIR_SIGN}{second}"
                _compare_pair(readings, criterion, pair, answers, visits)
                disagreements.append(_count_disagreements(answers, criterion, pair))
    return pl.concat(disagreements)


def _count_disagreements(answers: pl.DataFrame, criterion: Criterion, pair: str) -> pl.DataFrame:
    return (
        answers.filter(pl.col("RESP1").ne_missing(pl.col("RESP2")))
        .group_by("RESP1", "RESP2")
        .agg(PATIENTS=pl.len().cast(pl.Int64))
        .with_columns(CRITERION=pl.lit(criterion.name), PAIR=pl.lit(pair))
        .sort("PATIENTS", "RESP1", "RESP2", descending=[True, False, False])
        .select(list(DISAGREEMENT))
    )


def _answers(readings: Readings, adrs: Any, criterion: Criterion) -> Any:
    best = name_best_parameter(readings.protocol.lesions)
    return derive_reader_answers(adrs, criterion=criterion.name, best=best)


def _count_best_by_reader(readings: Readings, adrs: Any, criterion: Criterion) -> None:
    answers = _answers(readings, adrs, criterion).filter("ISREAD")
    for reader in sorted(answers["READER"].unique()):
        said = answers.filter(pl.col("READER") == reader)["BESTRESP"]
        for category in criterion.categories:
            readings.estimates.take(
                f"{READER_BEST}_{criterion.name}",
                f"{category.code}: {reader}",
                estimate_proportion(int((said == category.code).sum()), said.len()),
                population=POPULATION,
                arm=ALL_ARMS,
                source="ADRS",
            )


def _list_pairs(
    readings: Readings, adrs: Any, criterion: Criterion
) -> Iterator[tuple[tuple[str, str], pl.DataFrame, pl.DataFrame]]:
    """Any two readers with their answers and assessments; an adjudicator reads where others disagree: not compared."""
    adjudicator = readings.protocol.lesions.accepted_reader.adjudicator
    answers = derive_paired_answers(_answers(readings, adrs, criterion), left_out=adjudicator)
    visits = derive_paired_assessments(adrs, criterion=criterion.name, left_out=adjudicator)
    pairs = answers.select("FIRST", "SECOND").unique().sort("FIRST", "SECOND")
    for first, second in pairs.iter_rows():
        of_pair = (pl.col("FIRST") == first) & (pl.col("SECOND") == second)
        yield (first, second), answers.filter(of_pair), visits.filter(of_pair)


def _compare_pair(
    readings: Readings, criterion: Criterion, pair: str, answers: pl.DataFrame, visits: pl.DataFrame
) -> None:
    def keep(quantity: str, value: Estimate) -> None:
        readings.estimates.take(
            f"{AGREEMENT}_{criterion.name}",
            f"{quantity}: {pair}",
            value,
            population=POPULATION,
            arm=ALL_ARMS,
            source="ADRS",
        )

    same = answers["RESP1"].eq_missing(answers["RESP2"])
    keep("best_same", estimate_proportion(int(same.sum()), same.len()))
    for name, weights in KAPPAS.items():
        keep(f"best_{name}", _estimate_kappa(answers, criterion, weights, clustered=False))
    if visits.height:
        alike = visits["RESP1"].eq_missing(visits["RESP2"]).cast(pl.Int64).to_numpy()
        patients = visits["USUBJID"].to_numpy()
        keep("visit_same", estimate_clustered_proportion(alike, patients, unit="proportion"))
        for name, weights in KAPPAS.items():
            keep(f"visit_{name}", _estimate_kappa(visits, criterion, weights, clustered=True))
    _compare_progression(readings, criterion, pair, answers, keep)


def _estimate_kappa(
    rows: pl.DataFrame, criterion: Criterion, weights: KappaWeights, *, clustered: bool
) -> Estimate:
    """Plain kappa counts not evaluable as an answer of its own; it has no place on the scale that weights need."""
    scale = compute_scale(criterion)
    if weights == "none":
        scale |= {c.code: -1.0 for c in criterion.categories if c.kind == NOT_EVALUABLE}
    placed = rows.filter(pl.col("RESP1").is_in(list(scale)) & pl.col("RESP2").is_in(list(scale)))
    return estimate_kappa(
        placed["RESP1"].to_list(),
        placed["RESP2"].to_list(),
        scale=scale,
        weights=weights,
        interval="bootstrap" if clustered else "large_sample",
        clusters=placed["USUBJID"].to_numpy(),
        # A fixed seed: the same tables give the same report.
        generator=np.random.default_rng(SEED),
    )


def _compare_progression(
    readings: Readings, criterion: Criterion, pair: str, answers: pl.DataFrame, keep: Any
) -> None:
    within = readings.protocol.lesions.accepted_reader.agree_within_days
    seen = [answers[column].is_not_null() for column in ("PDDT1", "PDDT2")]
    apart = (answers["PDDT1"] - answers["PDDT2"]).dt.total_days().abs()
    alike = seen[0] == seen[1]
    discordant = ~alike | (apart > within).fill_null(False)
    keep("progression_seen_alike", estimate_proportion(int(alike.sum()), alike.len()))
    keep("progression_both", estimate_proportion(int((seen[0] & seen[1]).sum()), alike.len()))
    keep("progression_discordant", estimate_proportion(int(discordant.sum()), discordant.len()))
    known = apart.drop_nulls().cast(pl.Float64)
    quartiles = [known.quantile(share, "linear") for share in (0.25, 0.5, 0.75)]
    readings.estimates.add(
        EndpointEstimate(
            endpoint=f"{AGREEMENT}_{criterion.name}",
            estimand=f"progression_days_apart: {pair}",
            population=POPULATION,
            arm=ALL_ARMS,
            n=known.len(),
            events=None,
            estimate=quartiles[1],
            lower=quartiles[0],
            upper=quartiles[2],
            level=None,
            method="median; quartiles as lower and upper; both readers saw a progression",
            unit="days",
            source="ADRS",
        )
    )
