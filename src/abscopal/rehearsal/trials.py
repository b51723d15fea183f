"""Rehearsed trials, one row each: from the endpoints of patients to what the trial would have concluded.

The row is read from patients as the read-out reads it from tables; where it takes a position of its own, the
docstring of the function says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from abscopal.rehearsal.array_curves import compute_curves, compute_medians, compute_shares_at
from abscopal.rehearsal.array_response import CR, PR, SD
from abscopal.rehearsal.array_statistics import compute_clustered_proportions, compute_log_ranks
from abscopal.rehearsal.characteristic import LEVEL, RATES_OF_LESIONS
from abscopal.rehearsal.landmarks import CURVES, Landmark
from abscopal.rehearsal.recruitment import Entries
from abscopal.rehearsal.stopping import compute_stops
from abscopal.rehearsal.trial_design import Look, PrimaryRule, TrialDesign, compute_minimum
from abscopal.rehearsal.true_endpoints import TRUE

Flags = NDArray[np.bool_]
Columns = dict[str, NDArray[Any]]
STOPPED: dict[str, str] = {"toxicity": "stopped for toxicity", "futility": "stopped for futility"}


@dataclass(frozen=True, slots=True, eq=False)
class States:
    """How patients stand at the end of the window of the primary endpoint.

    Args:
        event: had the event inside the window.
        competing: died first.
        free: were followed through the window without it.
        short: were lost before, free of it.
        day: calendar day on which the state is known; infinite where it never is.
    """

    event: Flags
    competing: Flags
    free: Flags
    short: Flags
    day: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class FirstStop:
    """The first limit that each trial reaches.

    Args:
        day: calendar day of the look; infinite where no limit is reached.
        reason: what kind of limit, toxicity or futility; none without one.
        identifier: the rule; none without one.
        look: evaluable patients at that look; 0 without one.
    """

    day: NDArray[np.float64]
    reason: NDArray[Any]
    identifier: NDArray[Any]
    look: NDArray[np.int64]


def derive_trials(
    design: TrialDesign,
    entries: Entries,
    patients: Mapping[str, pl.DataFrame],
    *,
    numbers: NDArray[np.int64],
    draw: int,
    landmarks: Sequence[Landmark] = (),
) -> pl.DataFrame:
    """Put patients into their trials and read each trial out.

    A patient whose integration failed is counted, and enters nothing else. Response is counted among treated
    patients, one never read counts as no response; times among all who entered.

    Args:
        design: the trial.
        entries: arms and days of the patients of each trial.
        patients: rows of endpoints for each arm, in order; the first patients of an arm belong to the first trial.
        numbers: number of each trial.
        draw: draw of the parameters.
        landmarks: days at which survival is read as a share.

    Returns:
        One row a trial.
    """
    seen = _gather(design, entries, patients)
    shape = entries.arms.shape
    entered = np.ones(shape, np.bool_)
    columns: Columns = {
        "design": np.full(shape[0], design.name),
        "mode": np.full(shape[0], design.mode),
        "trial": numbers,
        "draw": np.full(shape[0], draw),
    }
    states = None if design.rule is None else compute_states(design.rule, seen, entries.days)
    first = _find_stop(design, entries, seen, states, columns)
    stop_day, reason = first.day, first.reason
    if design.stopping == "stop":
        # Whoever would have come on that day or later is not included.
        entered = entries.days < stop_day[:, None]
    counted = entered & ~seen["failed"]
    is_stopped = np.isfinite(stop_day) & (design.stopping == "stop")
    # A clone enters once, though it stands in every arm.
    columns["entered"] = entered.sum(axis=1) // (len(design.arms) if design.mode == "clones" else 1)
    columns["failed"] = (entered & seen["failed"]).sum(axis=1)
    _add_primary(design, entries, states, counted, is_stopped, reason, columns)
    _add_durations(design, entries, entered, stop_day, is_stopped, columns)
    for place, arm in enumerate(design.arms):
        members = counted & (entries.arms == place)
        _add_arm(arm, seen, members, columns)
        _add_survival(arm, seen, members, landmarks, columns)
    if len(design.arms) == 2:
        found = compute_log_ranks(seen["progression_day"], seen["progressed"], entries.arms == 1, counted)
        columns["pfs_log_rank_z"], columns["pfs_log_rank_p"] = found.z, found.p_value
    return pl.DataFrame(columns)


def count_patients(design: TrialDesign, entries: Entries) -> dict[str, int]:
    """Count the patients that each arm needs, all trials together."""
    return {arm: int((entries.arms == place).sum()) for place, arm in enumerate(design.arms)}


def _gather(design: TrialDesign, entries: Entries, patients: Mapping[str, pl.DataFrame]) -> Columns:
    """Endpoints as arrays of trials by patients."""
    inside = [entries.arms == place for place in range(len(design.arms))]
    gathered: Columns = {}
    for name in patients[design.arms[0]].columns:
        if name.startswith(TRUE):  # a trial never knows it
            continue
        for arm, members in zip(design.arms, inside, strict=True):
            values = patients[arm][name].to_numpy()
            wide = gathered.setdefault(name, np.zeros(entries.arms.shape, values.dtype))
            wide[members] = values[: members.sum()]
    return gathered


def compute_states(rule: PrimaryRule, seen: Mapping[str, NDArray[Any]], entry_days: ArrayLike) -> States:
    """Say how patients stand at the end of the window of the primary endpoint.

    Args:
        rule: rule of the primary endpoint.
        seen: endpoints of patients by column, arrays of one shape.
        entry_days: calendar day on which each patient entered.

    Returns:
        Their states, in the same shape.
    """
    treated, window = seen["treated"] & ~seen["failed"], rule.window_days
    if rule.judged == "free_of_toxicity":
        event = treated & seen["severe"]
        free = treated & ~event & seen["complete"]
        competing = treated & seen["died_first"]
        known = seen["evaluable_day"]
    else:
        day, progressed = seen["progression_day"], seen["progressed"]
        event = treated & progressed & (day <= window)
        free = treated & ~event & (day >= window)
        competing = np.zeros_like(event)
        known = np.where(event, day, window)
    return States(
        event=event,
        competing=competing,
        free=free,
        short=treated & ~event & ~free & ~competing,
        day=np.where(event | free, np.asarray(entry_days) + known, np.inf),
    )


def find_first_stop(design: TrialDesign, entries: Entries, patients: Mapping[str, pl.DataFrame]) -> FirstStop:
    """Take every look of every trial, and find the first limit that is reached.

    Args:
        design: the trial.
        entries: arms and days of the patients of each trial.
        patients: rows of endpoints for each arm, in order, as for `derive_trials`.

    Returns:
        The first limit of each trial.
    """
    seen = _gather(design, entries, patients)
    states = None if design.rule is None else compute_states(design.rule, seen, entries.days)
    return _find_stop(design, entries, seen, states, {})


def _find_stop(
    design: TrialDesign, entries: Entries, seen: Columns, states: States | None, columns: Columns
) -> FirstStop:
    """The day of the first limit that is reached, whatever becomes of it, what kind it is, and its look."""
    trials = len(entries.arms)
    day, taken = np.full(trials, np.inf), np.zeros(trials, np.int64)
    reason, identifier = (np.full(trials, "none", dtype=object) for _ in range(2))
    for look in design.looks:
        watched = np.isin(entries.arms, [design.arms.index(arm) for arm in look.arms])
        known, events = _watch(look, design, entries, seen, states)
        found = compute_stops(look, evaluable_day=np.where(watched, known, np.inf), events=events)
        columns[f"look_{look.identifier}"] = found.look
        earlier = found.day < day
        day, taken = np.where(earlier, found.day, day), np.where(earlier, found.look, taken)
        reason = np.where(earlier, look.kind, reason)
        identifier = np.where(earlier, look.identifier, identifier)
    columns["limit_reached"] = np.isfinite(day)
    return FirstStop(day, reason, identifier, taken)


def _watch(
    look: Look, design: TrialDesign, entries: Entries, seen: Columns, states: States | None
) -> tuple[NDArray[np.float64], Flags]:
    if look.kind == "futility" and states is not None:
        return states.day, states.free
    known = np.where(seen["failed"], np.inf, seen["evaluable_day"])
    return np.asarray(entries.days + known, np.float64), seen["severe"]


def _add_primary(
    design: TrialDesign,
    entries: Entries,
    states: States | None,
    counted: Flags,
    is_stopped: Flags,
    reason: NDArray[Any],
    columns: Columns,
) -> None:
    """Successes, denominator and verdict, by the rule of `evidence.plan.decision`."""
    stopped = np.array([STOPPED.get(str(kind), "none") for kind in reason], dtype=object)
    rule = design.rule
    if rule is None or states is None:
        columns["conclusion"] = np.where(is_stopped, stopped, "none").astype(str)
        return
    members = counted & (entries.arms == design.arms.index(rule.arm))
    event, free, competing, short = (
        (members & state).sum(axis=1) for state in (states.event, states.free, states.competing, states.short)
    )
    evaluable = event + free + (competing if rule.counts_early_deaths else 0)
    least = np.array([compute_minimum(rule, count) for count in range(design.patients + 1)])
    minimum = least[evaluable]
    is_met = free >= minimum
    is_overrun = is_met & (evaluable > rule.planned) & (rule.rate is None)
    is_open = ~is_met & (short > 0) & (free + short >= minimum)
    columns |= {
        "primary_successes": free,
        "primary_evaluable": evaluable,
        "primary_early_deaths": competing,
        "primary_short": short,
        "primary_minimum": minimum,
        "verdict": np.select([is_overrun, is_met, is_open], ["overrun", "met", "open"], "unmet"),
    }
    columns["conclusion"] = np.where(is_stopped, stopped, columns["verdict"]).astype(str)


def _add_durations(
    design: TrialDesign,
    entries: Entries,
    entered: Flags,
    stop_day: NDArray[np.float64],
    is_stopped: Flags,
    columns: Columns,
) -> None:
    """Days from the first patient in to the last one in, and to the last primary read-out, or to the stop."""
    window = design.window_days if design.rule is None else design.rule.window_days
    first = entries.days[:, 0]
    last = np.where(entered, entries.days, -1).max(axis=1)
    columns["recruitment_days"] = np.maximum(last - first, 0)
    columns["duration_days"] = np.where(is_stopped, stop_day - first, last - first + window)
    columns["stopped"] = is_stopped
    columns["limit_day"] = np.where(np.isfinite(stop_day), stop_day - first, np.nan)


def _add_arm(arm: str, seen: Columns, members: Flags, columns: Columns) -> None:
    treated = members & seen["treated"]
    evaluable = treated & seen["complete"]
    distant = treated & seen["distant_measurable"]
    counts: dict[str, NDArray[Any]] = {
        "entered": members,
        "treated": treated,
        "severe": evaluable & seen["severe"],
        "severe_n": evaluable,
        "responders": treated & seen["responds"],
        "controlled": treated & np.isin(seen["best"], (CR, PR, SD)),
        "distant_responders": distant & seen["distant_responds"],
        "distant_n": distant,
        "pfs_events": members & seen["progressed"],
        "deaths": members & seen["died"],
    }
    columns |= {f"{name}_{arm}": flags.sum(axis=1) for name, flags in counts.items()}
    for name in ("injected_shrunk", "injected_targets", "distant_shrunk", "distant_targets", "doses"):
        columns[f"{name}_{arm}"] = np.where(treated, seen[name], 0).sum(axis=1)
    for quantity, shrunk, targets in RATES_OF_LESIONS:
        found = compute_clustered_proportions(
            *(np.where(treated, seen[name], 0) for name in (shrunk, targets)), level=LEVEL
        )
        columns |= {f"{quantity}_lower_{arm}": found.lower, f"{quantity}_upper_{arm}": found.upper}
    _add_product(arm, seen, members, columns)


def _add_survival(
    arm: str, seen: Columns, members: Flags, landmarks: Sequence[Landmark], columns: Columns
) -> None:
    """Median of each curve, and the share event-free at its landmark, with the limits that the read-out prints."""
    for curve, (day, event) in CURVES.items():
        curves = compute_curves(seen[day], seen[event], members, level=LEVEL)
        found = {f"{curve}_median": compute_medians(curves)} | {
            item.quantity: compute_shares_at(curves, item.day) for item in landmarks if item.curve == curve
        }
        for quantity, value in found.items():
            columns |= {
                f"{quantity}_{arm}": value.estimate,
                f"{quantity}_lower_{arm}": value.lower,
                f"{quantity}_upper_{arm}": value.upper,
            }


def _add_product(arm: str, seen: Columns, members: Flags, columns: Columns) -> None:
    """What manufacture cost: days until the first dose, and the shares who had it late or never."""
    delay = np.where(members, seen["product_delay"], np.nan)
    is_given, lacks = np.isfinite(delay), members & seen["lacks_product"]
    given, waiting = is_given.sum(axis=1), (is_given | lacks).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        columns |= {
            f"product_delay_{arm}": np.where(is_given, delay, 0.0).sum(axis=1) / given,
            f"product_delay_longest_{arm}": np.where(
                given > 0, np.where(is_given, delay, 0.0).max(axis=1), np.nan
            ),
            f"product_late_{arm}": (is_given & (delay > 0)).sum(axis=1) / waiting,
            f"product_lacking_{arm}": lacks.sum(axis=1) / waiting,
        }
