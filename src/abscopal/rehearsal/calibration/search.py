"""From priors to an ensemble: a smoother brings many candidates near the data, a walk makes them a sample.

1. Candidates are drawn from the priors and moved together by an ensemble smoother in four equal steps: fast, and
   only approximately right.
2. From there each candidate walks under the exact likelihood; a step is the difference of two others of the half
   that stands still, so that the walk knows which parameters trade off. This is a Markov chain whose law is the
   posterior, whatever the start.

Everything follows from the seed and the number of the round, so that a search that was interrupted goes on from the
last finished round and ends where it would have ended.

Reference:
    Ensemble smoother with multiple data assimilation: Emerick and Reynolds 2013 (doi:10.1016/j.cageo.2012.03.011).
    Differential evolution Markov chain: ter Braak 2006 (doi:10.1007/s11222-006-8769-1).
    Parallel halves: Goodman and Weare 2010 (doi:10.2140/camcos.2010.5.65).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from abscopal.rehearsal.calibration.targets import Target

Floats = NDArray[np.float64]
STEPS_OF_SMOOTHER = 4
JITTER = 1e-3


@dataclass(frozen=True, slots=True)
class Tried:
    """What trying one vector of scores gives: one number a target, and the log-likelihood."""

    judged: Floats
    likelihood: float


@dataclass(frozen=True, slots=True)
class Position:
    """Where a search stands after a round.

    Args:
        scores: candidate by parameter, standard deviations of the prior.
        judged: candidate by target.
        likelihood: log-likelihood of each candidate.
        rounds: rounds finished.
        accepted: steps of the walk that were taken.
        proposed: steps of the walk that were tried.
        entered: scores with which the walk began.
    """

    scores: Floats
    judged: Floats
    likelihood: Floats
    rounds: int
    accepted: int
    proposed: int
    entered: Floats


# Tries many vectors of scores, in order; how they are shared among processes is its own affair.
Try = Callable[[Floats], Sequence[Tried]]


def start_search(attempt: Try, *, parameters: int, candidates: int, seed: int) -> Position:
    """Draw candidates from the priors and try them.

    Args:
        attempt: what tries vectors of scores.
        parameters: how many parameters there are.
        candidates: how many candidates, an even number.
        seed: seed.

    Returns:
        The position after round 1.
    """
    generator = np.random.default_rng([seed, 0])
    scores = generator.standard_normal((candidates, parameters))
    judged, likelihood = _try_all(attempt, scores)
    return Position(scores, judged, likelihood, 1, 0, 0, scores)


def continue_search(
    attempt: Try, targets: tuple[Target, ...], position: Position, *, rounds: int, seed: int
) -> Iterator[Position]:
    """Go on from a position until so many rounds are done.

    Args:
        attempt: what tries vectors of scores.
        targets: the targets to fit, in the order of what is judged.
        position: where to go on from.
        rounds: rounds in all, the first and those of the smoother among them.
        seed: seed.

    Yields:
        The position after each round.
    """
    while position.rounds < rounds:
        generator = np.random.default_rng([seed, position.rounds])
        if position.rounds <= STEPS_OF_SMOOTHER:
            position = _smooth(attempt, targets, position, generator)
        else:
            position = _walk(attempt, position, generator)
        yield position


def _try_all(attempt: Try, scores: Floats) -> tuple[Floats, Floats]:
    tried = attempt(scores)
    return np.stack([item.judged for item in tried]), np.array([item.likelihood for item in tried])


def _smooth(
    attempt: Try, targets: tuple[Target, ...], position: Position, generator: np.random.Generator
) -> Position:
    """One step of the smoother, on the log-odds of shares and the logarithm of means."""
    possible = np.isfinite(position.likelihood)
    predicted = _transform(targets, position.judged)
    observed, variance = _observe(targets)
    noise = np.diag(variance * STEPS_OF_SMOOTHER)
    centred = position.scores[possible] - position.scores[possible].mean(axis=0)
    moved = predicted[possible] - predicted[possible].mean(axis=0)
    count = max(1, int(possible.sum()) - 1)
    gain = (centred.T @ moved / count) @ np.linalg.inv(moved.T @ moved / count + noise)
    disturbed = observed + generator.standard_normal(predicted.shape) * np.sqrt(np.diag(noise))
    scores = position.scores.copy()
    scores[possible] += (disturbed - predicted)[possible] @ gain.T
    # A candidate that describes nobody takes the place of one that does, a little moved.
    chosen = generator.choice(np.flatnonzero(possible), size=int((~possible).sum()))
    scores[~possible] = scores[chosen] + 0.1 * generator.standard_normal((len(chosen), scores.shape[1]))
    judged, likelihood = _try_all(attempt, scores)
    return Position(scores, judged, likelihood, position.rounds + 1, 0, 0, scores)


def _transform(targets: tuple[Target, ...], judged: Floats) -> Floats:
    columns = [
        np.log(np.maximum(judged[:, place], 1e-9))
        if target.kind == "mean"
        else logit(np.clip(judged[:, place], 0.002, 0.998))
        for place, target in enumerate(targets)
    ]
    return np.stack(columns, axis=1)


def _observe(targets: tuple[Target, ...]) -> tuple[Floats, Floats]:
    """The published results on the scale of the smoother, with their variances there."""
    observed, variance = [], []
    for target in targets:
        if target.kind == "mean":
            observed.append(np.log(target.observed))
            variance.append((target.sd / target.observed) ** 2 / target.n)
        else:
            share = (target.events + 0.5) / (target.n + 1)
            observed.append(logit(share))
            variance.append(1 / (target.n * share * (1 - share)))
    return np.array(observed), np.array(variance)


def _walk(attempt: Try, position: Position, generator: np.random.Generator) -> Position:
    """One step of every candidate, one half after the other."""
    scores, judged, likelihood = position.scores.copy(), position.judged.copy(), position.likelihood.copy()
    count, parameters = scores.shape
    accepted = 0
    halves = np.array_split(generator.permutation(count), 2)
    for moving, still in (halves, halves[::-1]):
        pairs = np.array([generator.choice(still, size=2, replace=False) for _ in moving])
        reach = 2.38 / np.sqrt(2 * parameters)
        # Steps of several lengths: the long ones leave ridges, the short ones are taken.
        length = reach * generator.uniform(0.3, 1.2, size=(len(moving), 1))
        proposal = scores[moving] + length * (scores[pairs[:, 0]] - scores[pairs[:, 1]])
        proposal += JITTER * generator.standard_normal(proposal.shape)
        tried, better = _try_all(attempt, proposal)
        before = likelihood[moving] - 0.5 * (scores[moving] ** 2).sum(axis=1)
        after = better - 0.5 * (proposal**2).sum(axis=1)
        with np.errstate(invalid="ignore"):
            taken = np.log(generator.uniform(size=len(moving))) < np.where(
                np.isfinite(after), after - before, -np.inf
            )
        scores[moving[taken]] = proposal[taken]
        judged[moving[taken]] = tried[taken]
        likelihood[moving[taken]] = better[taken]
        accepted += int(taken.sum())
    return Position(
        scores=scores,
        judged=judged,
        likelihood=likelihood,
        rounds=position.rounds + 1,
        accepted=position.accepted + accepted,
        proposed=position.proposed + count,
        entered=position.entered,
    )
