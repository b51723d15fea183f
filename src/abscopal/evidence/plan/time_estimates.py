"""Curves, medians and shares from times to event, as the plan and the figures ask for them."""

from dataclasses import replace
from typing import Literal

import polars as pl

from abscopal.errors import ImpossibleStateError
from abscopal.estimation.aalen_johansen import AalenJohansen, estimate_aalen_johansen, estimate_incidence_at
from abscopal.estimation.cox import estimate_hazard_ratios
from abscopal.estimation.estimate import Estimate, TestResult
from abscopal.estimation.kaplan_meier import (
    KaplanMeier,
    estimate_kaplan_meier,
    estimate_survival_at,
    estimate_survival_quantile,
)
from abscopal.estimation.log_rank import compute_log_rank_test
from abscopal.evidence.endpoint_estimates import EndpointEstimate
from abscopal.evidence.plan.readings import DAYS_PER_MONTH

Side = Literal["free", "event"]
_CAUSES = {0: 1, 1: 0, 2: 2}
_NO_LIMIT = pl.lit(None, dtype=pl.Float64)


def derive_free_curve(rows: pl.DataFrame, *, level: float = 0.95) -> pl.DataFrame:
    """Estimate the share still free of the event over time; competing events are censored.

    Args:
        rows: rows of ADTTE: AVAL in days, CNSR 0 for the event.
        level: confidence level.

    Returns:
        TIME (days), ESTIMATE, LOWER, UPPER; a value holds from its time to the next.

    Example:
        >>> derive_free_curve(pl.DataFrame({"AVAL": [10.0, 20.0], "CNSR": [0, 1]})).select("TIME", "ESTIMATE").rows()
        [(10.0, 0.5), (20.0, 0.5)]
    """
    curve = _free_curve(rows, level=level)
    values = {"TIME": curve.times, "ESTIMATE": curve.survival, "LOWER": curve.lower, "UPPER": curve.upper}
    return pl.DataFrame(values).with_columns(pl.col("LOWER", "UPPER").fill_nan(None))


def estimate_free_share(rows: pl.DataFrame, *, day: float, level: float, side: Side) -> Estimate:
    """Estimate by Kaplan-Meier the share free of the event at a day, or its complement.

    Args:
        rows: rows of ADTTE.
        day: days since the start.
        level: confidence level.
        side: `free`, or `event` for one minus it.

    Returns:
        The share.

    Example:
        >>> rows = pl.DataFrame({"AVAL": [10.0, 20.0, 30.0, 40.0], "CNSR": [0, 2, 1, 1]})
        >>> estimate_free_share(rows, day=25, level=0.95, side="event").estimate
        0.25
    """
    value = estimate_survival_at(_free_curve(rows, level=level), time=day)
    return value if side == "free" else _complement(value)


def estimate_incidence(rows: pl.DataFrame, *, day: float, level: float, side: Side) -> Estimate:
    """Estimate by Aalen-Johansen the share with the event by a day, death competing, or one minus it.

    Args:
        rows: rows of ADTTE: CNSR 0 the event, 1 censored, 2 competing.
        day: days since the start.
        level: confidence level.
        side: `event`, or `free` for one minus it.

    Returns:
        The share.

    Example:
        >>> rows = pl.DataFrame({"AVAL": [10.0, 20.0, 30.0, 40.0], "CNSR": [2, 0, 1, 1]})
        >>> estimate_incidence(rows, day=25, level=0.95, side="event").estimate
        0.25
    """
    value = estimate_incidence_at(_incidence_curves(rows, level=level), time=day)
    return value if side == "event" else _complement(value)


def estimate_median_months(rows: pl.DataFrame, *, level: float = 0.95) -> Estimate:
    """Estimate the median time in months; None where the curve does not come down to one half."""
    return estimate_survival_quantile(_free_curve(rows, level=level, unit_days=DAYS_PER_MONTH), unit="months")


def estimate_arm_ratio(first: pl.DataFrame, second: pl.DataFrame) -> tuple[Estimate, tuple[str, ...]]:
    """Estimate the hazard ratio of the first arm against the second, with what a reader must know of it."""
    both = pl.concat([first.with_columns(GROUP=1), second.with_columns(GROUP=0)])
    model = estimate_hazard_ratios(
        both["AVAL"].to_numpy(), (both["CNSR"] == 0).to_numpy(), {"arm": both["GROUP"].to_numpy()}
    )
    return model.ratios[0].ratio, model.warnings


def compute_arm_test(first: pl.DataFrame, second: pl.DataFrame) -> TestResult:
    """Compute the log-rank test of two arms."""
    both = pl.concat([first.with_columns(GROUP=1), second.with_columns(GROUP=2)])
    return compute_log_rank_test(
        both["AVAL"].to_numpy(), (both["CNSR"] == 0).to_numpy(), both["GROUP"].to_numpy()
    )


def derive_free_curves(times: pl.DataFrame) -> pl.DataFrame:
    """Survival curves by arm, as the figure reads them: TRT01P, TIME (days), ESTIMATE, LOWER, UPPER."""
    return pl.concat(
        [derive_free_curve(rows).with_columns(TRT01P=pl.lit(arm)) for arm, rows in _by_arm(times)]
    )


def derive_incidence_curves(times: pl.DataFrame) -> pl.DataFrame:
    """Incidence curves by arm and method, as the figure reads them: TRT01P, METHOD, TIME, ESTIMATE, LOWER, UPPER."""
    parts = []
    for arm, rows in _by_arm(times):
        complement = derive_free_curve(rows).select(
            "TIME", ESTIMATE=1 - pl.col("ESTIMATE"), LOWER=1 - pl.col("UPPER"), UPPER=1 - pl.col("LOWER")
        )
        curves = _incidence_curves(rows)
        competing = _read_cause(curves, cause=2).with_columns(LOWER=_NO_LIMIT, UPPER=_NO_LIMIT)
        methods = {
            "one_minus_kaplan_meier": complement,
            "aalen_johansen": _read_cause(curves, cause=1),
            "competing": competing,
        }
        parts += [
            frame.with_columns(TRT01P=pl.lit(arm), METHOD=pl.lit(name)) for name, frame in methods.items()
        ]
    return pl.concat(parts)


def rebuild_estimate(record: EndpointEstimate, *, side: Literal["event", "as_is"]) -> Estimate:
    """Turn a record of the list back into an estimate, or into its complement, for a figure.

    Args:
        record: a record with an interval.
        side: `event` gives one minus a share that is free of the event; `as_is` leaves it.

    Returns:
        The estimate.
    """
    if record.level is None:
        raise ImpossibleStateError(f"{record.endpoint}, {record.estimand}: a figure needs an interval.")
    value = Estimate(
        estimate=record.estimate,
        lower=record.lower,
        upper=record.upper,
        level=record.level,
        n=record.n,
        events=record.events,
        method=record.method,
        unit=record.unit,
    )
    if side == "as_is":
        return value
    flipped = _complement(value)
    counts_free = record.estimand not in {"kaplan_meier", "aalen_johansen"}
    return replace(flipped, events=record.n - (record.events or 0)) if counts_free else flipped


def _free_curve(rows: pl.DataFrame, *, level: float, unit_days: float = 1.0) -> KaplanMeier:
    return estimate_kaplan_meier(
        rows["AVAL"].to_numpy() / unit_days, (rows["CNSR"] == 0).to_numpy(), level=level
    )


def _incidence_curves(rows: pl.DataFrame, *, level: float = 0.95) -> AalenJohansen:
    causes = rows["CNSR"].replace_strict(_CAUSES, return_dtype=pl.Int64)
    return estimate_aalen_johansen(rows["AVAL"].to_numpy(), causes.to_numpy(), kinds=2, level=level)


def _read_cause(curves: AalenJohansen, *, cause: int) -> pl.DataFrame:
    values = {
        "TIME": curves.times,
        "ESTIMATE": curves.share[:, cause],
        "LOWER": curves.lower[:, cause],
        "UPPER": curves.upper[:, cause],
    }
    return pl.DataFrame(values).with_columns(pl.col("LOWER", "UPPER").fill_nan(None))


def _by_arm(times: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    named = times.with_columns(pl.col("TRT01P").fill_null(""))
    parts = named.partition_by("TRT01P", as_dict=True)
    return [(str(key[0]), parts[key]) for key in sorted(parts)]


def _complement(value: Estimate) -> Estimate:
    flipped = [None if limit is None else 1 - limit for limit in (value.estimate, value.upper, value.lower)]
    return replace(value, estimate=flipped[0], lower=flipped[1], upper=flipped[2])
