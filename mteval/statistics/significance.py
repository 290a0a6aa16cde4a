"""Resampling over statistics: intervals, paired tests, and what many tests together show.

Every resample is a row of weights over units (segments, or whole documents), so all systems and
resamples are one matrix product, chunked so that memory stays bounded. The tests are sacrebleu's
(Post 2018; ``--paired-bs`` and ``--paired-ar``): same generator, same resamples, same p-values.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import Literal

import numpy as np
import numpy.typing as npt

from mteval.errors import UsageError

__all__ = [
    "ALPHA",
    "DEFAULT_SAMPLES",
    "LEAST_SAMPLES",
    "SEED",
    "Test",
    "bootstrap_scores",
    "check_samples",
    "clusters",
    "detectable_difference",
    "holm",
    "interval",
    "least_p",
    "paired_bootstrap_p",
    "randomization_p",
    "samples_for",
]

Array = npt.NDArray[np.float64]
Score = Callable[[Array], Array]
Pair = tuple[int, int]
Test = Literal["bootstrap", "randomization"]

# sacrebleu's: resamples of a bootstrap, trials of a randomisation, seed.
DEFAULT_SAMPLES: dict[Test, int] = {"bootstrap": 1000, "randomization": 10_000}
SEED = 12345
# With fewer, the ends of a 95 % interval are the extremes.
LEAST_SAMPLES = 40
_MOST_SAMPLES = 20_000
_RESAMPLES: dict[Test, str] = {"bootstrap": "resamples", "randomization": "trials"}
# A difference is significant below this.
ALPHA = 0.05
# 95 % intervals leave out 1/40 of the resamples at either end.
_TAIL = 40
# Normal quantiles of a two-sided test at 5 % and of a power of 80 % (Cohen 1988).
_Z_ALPHA, _Z_POWER = 1.959964, 0.841621
# Weights held at once (bytes).
_CHUNK_BYTES = 1 << 26
# Coins that the generator makes of one number.
_MULTIPLE = 32


def check_samples(samples: int, test: Test) -> None:
    """Check that a number of resamples or trials makes sense.

    Raises:
        UsageError: it does not.
    """
    if samples and samples < LEAST_SAMPLES:
        raise UsageError(
            f"{samples} {_RESAMPLES[test]} are too few to tell anything; take "
            f"{DEFAULT_SAMPLES[test]:,}, or {LEAST_SAMPLES} at least"
        )


def _chunk_rows(n_units: int) -> int:
    return max(_CHUNK_BYTES // (8 * n_units), 1)


def _draws(n_units: int, samples: int, seed: int) -> Iterator[Array]:
    """Yield how often each unit is drawn in each bootstrap resample: (n_resamples, n_units)."""
    rng = np.random.default_rng(seed)
    rows = _chunk_rows(n_units)
    for start in range(0, samples, rows):
        count = min(rows, samples - start)
        drawn = rng.choice(n_units, size=(count, n_units), replace=True)
        drawn += np.arange(count)[:, None] * n_units
        weights = np.bincount(drawn.ravel(), minlength=count * n_units)
        yield weights.reshape(count, n_units).astype(np.float64)


def _coins(n_units: int, trials: int, seed: int) -> Iterator[Array]:
    """Yield which units keep their system in each trial, 0 or 1: (n_trials, n_units)."""
    rng = np.random.default_rng(seed)
    # A chunk must use numbers up, or the coins would not be those of one draw.
    rows = max(_chunk_rows(n_units) // _MULTIPLE, 1) * _MULTIPLE
    for start in range(0, trials, rows):
        count = min(rows, trials - start)
        yield rng.integers(2, size=(count, n_units), dtype=bool).astype(np.float64)


def _sum(weights: Iterator[Array], statistics: Array) -> Array:
    """Sum statistics (n_systems, n_units, k) by weights: (n_resamples, n_systems, k)."""
    n_systems, n_units, k = statistics.shape
    flat = np.ascontiguousarray(statistics.transpose(1, 0, 2)).reshape(n_units, n_systems * k)
    return np.concatenate([chunk @ flat for chunk in weights]).reshape(-1, n_systems, k)


def bootstrap_scores(
    statistics: Array, score: Score, samples: int = 1000, seed: int = SEED
) -> Array:
    """Score bootstrap resamples (Koehn 2004), the same ones for every system.

    Args:
        statistics: (n_systems, n_units, k).
        score: from summed statistics (..., k) to scores (...).
        samples: number of resamples.
        seed: of the generator.

    Returns:
        Scores (n_systems, samples); NaN where a resample has nothing to score.
    """
    sums = _sum(_draws(statistics.shape[1], samples, seed), statistics)
    return np.asarray(score(sums).T)


def interval(scores: Array) -> Array:
    """Give the 95 % interval of resampled scores, (..., samples) -> (..., 2), as sacrebleu does.

    Resamples without a score, as of terms that they did not draw, are left out; NaN where those
    are more than half.
    """
    rows = scores.reshape(-1, scores.shape[-1])
    ends = np.full((len(rows), 2), np.nan)
    for n, row in enumerate(rows):
        known = np.sort(row[~np.isnan(row)])
        if 2 * len(known) >= len(row):
            tail = len(known) // _TAIL
            ends[n] = known[tail], known[-tail - 1]
    return ends.reshape(*scores.shape[:-1], 2)


def samples_for(n_pairs: int, samples: int) -> int:
    """Give how many resamples it takes to find differences among so many pairs.

    The least p-value of N resamples is 1 / (N + 1), which Holm multiplies by the number of pairs:
    with 1,000 resamples no two of 11 systems could differ. Twice what is needed leaves room; more
    than 20,000 are not worth their time, and find nothing among more than 45 systems.

    Args:
        n_pairs: of systems, that are tested together.
        samples: what is drawn anyway, and given back where that is enough.
    """
    return max(samples, min(math.ceil(2 * n_pairs / ALPHA), _MOST_SAMPLES))


def paired_bootstrap_p(scores: Array, differences: Array, pairs: Sequence[Pair]) -> Array:
    """Test pairs of systems by paired bootstrap: (n_pairs,) p-values, 0-1.

    The share of resamples in which the absolute difference departs from its mean by more than
    the difference observed, as in Moses and sacrebleu.

    Args:
        scores: of resamples, (n_systems, samples).
        differences: observed, absolute: (n_pairs,).
        pairs: of systems, by index.
    """
    p = np.full(len(pairs), np.nan)
    for n, (a, b) in enumerate(pairs):
        sampled = np.abs(scores[a] - scores[b])
        p[n] = _p_value(sampled - np.nanmean(sampled), differences[n])
    return p


def randomization_p(
    statistics: Array,
    score: Score,
    differences: Array,
    pairs: Sequence[Pair],
    trials: int = 10_000,
    seed: int = SEED,
) -> Array:
    """Test pairs of systems by approximate randomisation (Riezler and Maxwell 2005): (n_pairs,).

    In every trial each unit's two outputs change places by the toss of a coin; the p-value, 0-1,
    is the share of trials whose absolute difference exceeds the one observed.

    Args:
        statistics: (n_systems, n_units, k).
        score: from summed statistics (..., k) to scores (...).
        differences: observed, absolute: (n_pairs,).
        pairs: of systems, by index.
        trials: number of trials.
        seed: of the generator; all pairs see the same coins.
    """
    # Of every system what stays and what changes place; a pair adds what it needs of both.
    stay = _sum(_coins(statistics.shape[1], trials, seed), statistics)
    change = statistics.sum(axis=1)[None] - stay
    p = np.full(len(pairs), np.nan)
    for n, (a, b) in enumerate(pairs):
        first = score(stay[:, a] + change[:, b])
        second = score(change[:, a] + stay[:, b])
        p[n] = _p_value(np.abs(first - second), differences[n])
    return p


def _p_value(sampled: Array, observed: float) -> float:
    known = sampled[~np.isnan(sampled)]
    if np.isnan(observed) or 2 * len(known) < len(sampled):
        return float("nan")
    sampled = known
    # The 1 keeps the test from being too sure (North et al. 2002).
    return float((np.count_nonzero(sampled > observed) + 1) / (len(sampled) + 1))


def least_p(statistics: Array, differences: Array, pairs: Sequence[Pair]) -> Array:
    """Give the least p-value that pairs of systems can honestly have: (n_pairs,).

    Systems that differ in m units only cannot be told apart better than by m tosses of a coin,
    2 ^ (1 - m); those of equal score not at all. The tests above count no ties, and so call it
    significant if a single unit differs.

    Args:
        statistics: (n_systems, n_units, k).
        differences: observed, absolute: (n_pairs,).
        pairs: of systems, by index.
    """
    least = []
    for (a, b), difference in zip(pairs, differences, strict=True):
        differing = int((statistics[a] != statistics[b]).any(axis=-1).sum())
        least.append(1.0 if difference == 0 else min(1.0, 2.0 ** (1 - differing)))
    return np.array(least)


def holm(p_values: Array) -> Array:
    """Adjust p-values for being many (Holm 1979): (n,) -> (n,); NaN stays and counts for none."""
    adjusted = np.full(len(p_values), np.nan)
    known = np.flatnonzero(~np.isnan(p_values))
    order = known[np.argsort(p_values[known], kind="stable")]
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(p_values[order] * factors), 1.0)
    return adjusted


def clusters(scores: Array, p_values: Array, *, higher_is_better: bool) -> list[int | None]:
    """Rank systems so that those which no test separates share a rank.

    A rank begins where every system before is significantly better than every one from there on,
    as in the WMT findings (Bojar et al. 2013).

    Args:
        scores: (n_systems,); a system without a score has no rank.
        p_values: corrected, of the pairs in the order of ``combinations(range(n_systems), 2)``.
        higher_is_better: direction.
    """
    n = len(scores)
    p = np.full((n, n), np.nan)
    for (a, b), value in zip(combinations(range(n), 2), p_values, strict=True):
        p[a, b] = p[b, a] = value
    known = [s for s in range(n) if not np.isnan(scores[s])]
    order = sorted(known, key=lambda s: -scores[s] if higher_is_better else scores[s])
    ranks: list[int | None] = [None] * n
    rank = 1
    for place, system in enumerate(order):
        if place and (p[np.ix_(order[:place], order[place:])] < ALPHA).all():
            rank = place + 1
        ranks[system] = rank
    return ranks


def detectable_difference(differences: Array) -> Array:
    """Give the least true difference that such a test would find in 4 of 5 cases.

    (1.96 + 0.84) standard errors: a two-sided test at 5 % with a power of 80 %, by the normal
    approximation (Cohen 1988).

    Args:
        differences: of scores in bootstrap resamples, (..., samples).
    """
    spread = np.nanstd(differences, axis=-1, ddof=1)
    return np.asarray((_Z_ALPHA + _Z_POWER) * spread)
