"""What a design does over many rehearsed trials: conclusions, numbers, durations, and how well it estimates.

Two kinds of doubt are told apart. What varies between trials under one draw of the parameters is chance; what
varies between draws is what we do not know of the disease and the drugs. The first shrinks with a larger trial, the
second does not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from abscopal.rehearsal.array_statistics import compute_medians, compute_proportions
from abscopal.rehearsal.rehearsing import Rehearsed

Floats = NDArray[np.float64]
ALL, BETWEEN, WITHIN = "all", "between draws", "within a draw"
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
LEVEL = 0.95
NORMAL = 1.959964
INJECTED_RATE = "injected_lesion_rate"
RATES: tuple[tuple[str, str, str], ...] = (
    ("severe_rate", "severe", "severe_n"),
    ("response_rate", "responders", "treated"),
    ("control_rate", "controlled", "treated"),
    ("distant_response_rate", "distant_responders", "distant_n"),
    (INJECTED_RATE, "injected_shrunk", "injected_targets"),
    ("distant_lesion_rate", "distant_shrunk", "distant_targets"),
)
"""Rates of an arm: name, column of the numerator, column of the denominator."""


@dataclass(frozen=True, slots=True)
class Characteristic:
    """One number about a design.

    Args:
        design: the way the trial is run.
        draw: draw of the parameters; `all` trials together, `between draws`, or `within a draw`.
        quantity: what it is, from the general to the particular, with points between.
        estimate: the number; None where it is undefined or lies beyond follow-up.
        lower: lower limit.
        upper: upper limit.
        n: trials, or draws, on which it rests.
        unit: unit.
    """

    design: str
    draw: str
    quantity: str
    estimate: float | None
    lower: float | None
    upper: float | None
    n: int
    unit: str


def compute_characteristics(rehearsed: Rehearsed) -> tuple[Characteristic, ...]:
    """Compute the operating characteristics of one way to run the trial.

    The interval of a probability or a mean is that of the simulation (95 %): it says how many trials were
    rehearsed, not how sure the model is. Between draws, limits are the 5 and 95 % quantiles of the draws.

    Args:
        rehearsed: the trials.

    Returns:
        The characteristics.
    """
    trials, name = rehearsed.trials, rehearsed.variant.design.name
    draws = sorted(trials["draw"].unique())
    found = list(_describe(rehearsed, trials, name, ALL))
    if len(draws) > 1:
        apart = {
            draw: list(_describe(rehearsed, trials.filter(pl.col("draw") == draw), name, str(draw)))
            for draw in draws
        }
        for rows in apart.values():
            found += rows
        found += _compare_draws(list(apart.values()), name)
    found += _judge_estimators(rehearsed, name)
    return tuple(found)


def list_content(characteristics: Sequence[Characteristic]) -> list[dict[str, Any]]:
    """Lay out characteristics as they are written to a file."""
    return [asdict(item) for item in characteristics]


def _describe(rehearsed: Rehearsed, trials: pl.DataFrame, name: str, draw: str) -> Iterator[Characteristic]:
    for conclusion in sorted(trials["conclusion"].unique()):
        happened = (trials["conclusion"] == conclusion).to_numpy()
        yield _share(name, draw, f"conclusion.{conclusion}", happened)
    for event in ("limit_reached", "stopped"):
        yield _share(name, draw, event, trials[event].to_numpy())
    for column in ("entered", "failed"):
        yield from _spread(name, draw, column, trials[column].to_numpy(), "patients")
    for column in ("duration_days", "recruitment_days"):
        yield from _spread(name, draw, column, trials[column].to_numpy(), "days")
    if "primary_successes" in trials.columns:
        rate = _divide(trials, "primary_successes", "primary_evaluable")
        yield from _spread(name, draw, "primary_rate", rate, "proportion")
        for column in ("primary_successes", "primary_evaluable", "primary_early_deaths", "primary_short"):
            yield from _spread(name, draw, column, trials[column].to_numpy(), "patients")
    for arm in rehearsed.variant.design.arms:
        for quantity, events, counted in RATES:
            if quantity == INJECTED_RATE and arm not in rehearsed.variant.design.injecting:
                continue
            rate = _divide(trials, f"{events}_{arm}", f"{counted}_{arm}")
            yield from _spread(name, draw, f"{quantity}.{arm}", rate, "proportion")
        for column, unit in (
            ("pfs_median", "days"),
            ("os_median", "days"),
            ("doses", "doses"),
            ("deaths", "patients"),
            ("product_delay", "days"),
            ("product_delay_longest", "days"),
            ("product_late", "proportion"),
            ("product_lacking", "proportion"),
        ):
            yield from _spread(name, draw, f"{column}.{arm}", trials[f"{column}_{arm}"].to_numpy(), unit)
    if "pfs_log_rank_p" in trials.columns:
        yield from _spread(name, draw, "pfs_log_rank_z", trials["pfs_log_rank_z"].to_numpy(), "1")


def _share(name: str, draw: str, quantity: str, happened: NDArray[Any]) -> Characteristic:
    share = compute_proportions(happened.sum(), len(happened), level=LEVEL)
    return Characteristic(
        name,
        draw,
        quantity,
        float(share.estimate),
        float(share.lower),
        float(share.upper),
        len(happened),
        "probability",
    )


def _spread(name: str, draw: str, quantity: str, values: NDArray[Any], unit: str) -> Iterator[Characteristic]:
    """Mean with its simulation interval, and quantiles. What lies beyond follow-up has quantiles but no mean."""
    known = np.asarray(values, np.float64)
    known = known[~np.isnan(known)]
    if not len(known):
        return
    if np.isfinite(known).all():
        mean = float(known.mean())
        lower, upper = _limits(known)
        yield Characteristic(name, draw, f"{quantity}.mean", mean, lower, upper, len(known), unit)
    for share in QUANTILES:
        value = float(np.quantile(known, share, method="inverted_cdf"))
        shown = value if np.isfinite(value) else None
        yield Characteristic(
            name, draw, f"{quantity}.q{round(100 * share):02d}", shown, None, None, len(known), unit
        )


def _limits(values: Floats) -> tuple[float | None, float | None]:
    """Interval of a mean, from the number of trials alone."""
    if len(values) < 2:
        return None, None
    half = NORMAL * float(values.std(ddof=1)) / len(values) ** 0.5
    return float(values.mean()) - half, float(values.mean()) + half


def _compare_draws(apart: Sequence[Sequence[Characteristic]], name: str) -> Iterator[Characteristic]:
    """Spread of each mean and probability over the draws, beside the spread of trials within a draw."""
    by_quantity: dict[str, list[Characteristic]] = {}
    for rows in apart:
        for row in rows:
            by_quantity.setdefault(row.quantity, []).append(row)
    for quantity, rows in by_quantity.items():
        is_probability = rows[0].unit == "probability"
        if not (is_probability or quantity.endswith(".mean")):
            continue
        values = [row.estimate for row in rows if row.estimate is not None]
        if is_probability:  # a conclusion that a draw never reached has probability 0 there
            values += [0.0] * (len(apart) - len(rows))
        low, high = (float(value) for value in np.quantile(values, (0.05, 0.95)))
        yield Characteristic(
            name, BETWEEN, quantity, float(np.mean(values)), low, high, len(values), rows[0].unit
        )
        yield Characteristic(
            name, BETWEEN, f"{quantity}.sd", float(np.std(values, ddof=1)) if len(values) > 1 else 0.0,
            None, None, len(values), rows[0].unit,
        )  # fmt: skip


def _judge_estimators(rehearsed: Rehearsed, name: str) -> Iterator[Characteristic]:
    """Bias of each estimate and coverage of its interval, against all simulated patients of the same draw and arm."""
    for arm in rehearsed.variant.design.arms:
        for quantity, events, counted in RATES[:4]:
            successes, n, truth = _pair(rehearsed, arm, quantity, f"{events}_{arm}", f"{counted}_{arm}")
            yield from _judge(name, f"{quantity}.{arm}", successes, n, truth)
        yield from _judge_median(rehearsed, name, arm)
    spread = _spread_within(rehearsed)
    for quantity, value, count in spread:
        yield Characteristic(name, WITHIN, f"{quantity}.sd", value, None, None, count, "proportion")


def _pair(
    rehearsed: Rehearsed, arm: str, quantity: str, events: str, counted: str
) -> tuple[Floats, Floats, Floats]:
    trials = rehearsed.trials
    truths = {
        draw: compute_truth(cohort)[quantity]
        for (draw, owner), cohort in rehearsed.cohorts.items()
        if owner == arm
    }
    truth = np.array([truths[draw] for draw in trials["draw"]])
    return trials[events].to_numpy().astype(float), trials[counted].to_numpy().astype(float), truth


def compute_truth(cohort: pl.DataFrame) -> dict[str, float]:
    """What many patients of one draw and arm have: the rates that a trial of that arm estimates.

    Args:
        cohort: rows of endpoints.

    Returns:
        Rates by name, and the median of progression-free survival in days.
    """
    sound = cohort.filter(~pl.col("failed"))
    treated = sound.filter(pl.col("treated"))
    evaluable, distant = treated.filter(pl.col("complete")), treated.filter(pl.col("distant_measurable"))
    median = compute_medians([sound["progression_day"].to_numpy()], [sound["progressed"].to_numpy()])

    def mean(column: pl.Series) -> float:
        return float(column.to_numpy().mean()) if len(column) else float("nan")

    return {
        "severe_rate": mean(evaluable["severe"]),
        "response_rate": mean(treated["responds"]),
        "control_rate": mean(treated["best"].is_in([0, 1, 2])),
        "distant_response_rate": mean(distant["distant_responds"]),
        "pfs_median": float(median[0]),
    }


def _judge(name: str, quantity: str, events: Floats, n: Floats, truth: Floats) -> Iterator[Characteristic]:
    has = (n > 0) & ~np.isnan(truth)
    if not has.any():
        return
    events, n, truth = events[has], n[has], truth[has]
    found = compute_proportions(events, n, level=LEVEL)
    error = found.estimate - truth
    lower, upper = _limits(error)
    yield Characteristic(
        name, ALL, f"{quantity}.truth", float(truth.mean()), None, None, len(error), "proportion"
    )
    bias = float(error.mean())
    yield Characteristic(name, ALL, f"{quantity}.bias", bias, lower, upper, len(error), "proportion")
    is_covered = (found.lower <= truth) & (truth <= found.upper)
    yield _share(name, ALL, f"{quantity}.coverage", is_covered)


def _judge_median(rehearsed: Rehearsed, name: str, arm: str) -> Iterator[Characteristic]:
    """Median bias, since a trial may not reach its median."""
    truths = {
        draw: compute_truth(cohort)["pfs_median"]
        for (draw, owner), cohort in rehearsed.cohorts.items()
        if owner == arm
    }
    truth = np.array([truths[draw] for draw in rehearsed.trials["draw"]])
    found = rehearsed.trials[f"pfs_median_{arm}"].to_numpy()
    has = np.isfinite(truth) & ~np.isnan(found)
    if not has.any():
        return
    error = float(np.quantile(found[has] - truth[has], 0.5, method="inverted_cdf"))
    yield Characteristic(
        name, ALL, f"pfs_median.{arm}.truth", float(truth[has].mean()), None, None, int(has.sum()), "days"
    )
    yield Characteristic(
        name, ALL, f"pfs_median.{arm}.median_bias", error if np.isfinite(error) else None,
        None, None, int(has.sum()), "days",
    )  # fmt: skip


def _spread_within(rehearsed: Rehearsed) -> Iterator[tuple[str, float, int]]:
    """Standard deviation of estimates between trials of the same draw: chance alone."""
    for arm in rehearsed.variant.design.arms:
        for quantity, events, counted in RATES:
            rate = _divide(rehearsed.trials, f"{events}_{arm}", f"{counted}_{arm}")
            rows = pl.DataFrame({"draw": rehearsed.trials["draw"], "rate": rate}).filter(
                pl.col("rate").is_not_nan()
            )
            variances = (
                rows.group_by("draw", maintain_order=True).agg(pl.col("rate").var())["rate"].drop_nulls()
            )
            if len(variances):
                yield f"{quantity}.{arm}", float(np.sqrt(variances.to_numpy().mean())), rows.height


def _divide(trials: pl.DataFrame, events: str, counted: str) -> Floats:
    n = trials[counted].to_numpy().astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(n > 0, trials[events].to_numpy() / n, np.nan))
