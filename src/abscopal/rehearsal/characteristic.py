"""One number about a design, and how shares, means and spreads over rehearsed trials are written as such numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import binom

from abscopal.rehearsal.array_statistics import compute_proportions

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
"""Rates of an arm: name, column of the numerator, column of the denominator; first those of patients."""
RATES_OF_LESIONS = RATES[4:]


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
        n: trials, draws or (of a truth) virtual patients on which it rests.
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


def compute_share(name: str, draw: str, quantity: str, happened: NDArray[Any]) -> Characteristic:
    """Share of trials in which something happened, with its exact interval."""
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


def list_spread(
    name: str, draw: str, quantity: str, values: NDArray[Any], unit: str
) -> Iterator[Characteristic]:
    """Mean with its simulation interval, and quantiles. What lies beyond follow-up has quantiles but no mean."""
    known = np.asarray(values, np.float64)
    known = known[~np.isnan(known)]
    if not len(known):
        return
    if np.isfinite(known).all():
        mean = float(known.mean())
        lower, upper = compute_limits(known)
        yield Characteristic(name, draw, f"{quantity}.mean", mean, lower, upper, len(known), unit)
    for share in QUANTILES:
        value = float(np.quantile(known, share, method="inverted_cdf"))
        shown = value if np.isfinite(value) else None
        yield Characteristic(
            name, draw, f"{quantity}.q{round(100 * share):02d}", shown, None, None, len(known), unit
        )


def compute_limits(values: Floats) -> tuple[float | None, float | None]:
    """Interval of a mean, from the number of trials alone."""
    if len(values) < 2:
        return None, None
    half = NORMAL * float(values.std(ddof=1)) / len(values) ** 0.5
    return float(values.mean()) - half, float(values.mean()) + half


def compute_median_limits(values: Floats) -> tuple[float | None, float | None]:
    """Interval of a median from order statistics, exact whatever the values are spread like.

    Args:
        values: one a trial; infinite ones may be among them.

    Returns:
        Limits that hold the median with 95 % or more; None where too few trials, or infinite values, leave one open.

    Reference:
        Conover 1999, Practical Nonparametric Statistics, section 3.2 (ISBN 0-471-16068-7).

    Example:
        >>> compute_median_limits(np.arange(1.0, 12.0)), compute_median_limits(np.arange(5.0))
        ((2.0, 10.0), (None, None))
    """
    ordered = np.sort(values)
    rank = int(binom.ppf((1 - LEVEL) / 2, len(ordered), 0.5)) if len(ordered) else 0
    if rank == 0:
        return None, None
    low, high = float(ordered[rank - 1]), float(ordered[len(ordered) - rank])
    return low if np.isfinite(low) else None, high if np.isfinite(high) else None


def compute_rate(trials: pl.DataFrame, events: str, counted: str) -> Floats:
    """A rate in each trial, from the columns of its numerator and denominator; not a number where nobody counts."""
    n = trials[counted].to_numpy().astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(n > 0, trials[events].to_numpy() / n, np.nan))
