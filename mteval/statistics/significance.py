"""Resampling over sufficient statistics: intervals, paired tests, corrections for many tests.

Every resample is a row of weights over units (segments, or whole documents), so all systems and
resamples are one matrix product, chunked so that memory stays bounded. The tests are sacrebleu's
(Post 2018; ``--paired-bs`` and ``--paired-ar``): same generator, same resamples, same p-values.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import Literal

import numpy as np
import numpy.typing as npt

from mteval.arguments import check_whole
from mteval.errors import UsageError
from mteval.wording import counted

__all__ = [
    "ALPHA",
    "DEFAULT_SAMPLES",
    "MAX_GIVEN_SAMPLES",
    "MIN_SAMPLES",
    "SEED",
    "Test",
    "bootstrap_scores",
    "can_be_significant",
    "check_samples",
    "check_seed",
    "clusters",
    "detectable_difference",
    "few_documents_note",
    "holm",
    "interval",
    "min_p_value",
    "paired_bootstrap_p",
    "possible_p",
    "randomization_p",
    "samples_for",
    "samples_needed",
    "symmetric",
]

Array = npt.NDArray[np.float64]
Score = Callable[[Array], Array]
Pair = tuple[int, int]
Test = Literal["bootstrap", "randomization"]

# The defaults of sacrebleu 2.6: resamples of a bootstrap, trials of a randomisation, seed.
DEFAULT_SAMPLES: dict[Test, int] = {"bootstrap": 1000, "randomization": 10_000}
SEED = 12345
# The usual level: a difference is significant if its p-value is below 5 %.
ALPHA = 0.05
# A 95 % interval cuts 2.5 % of the resamples, 1 in 40, from either end.
_TAIL = 40
# With fewer, nothing is cut, and the "95 %" interval would run from the least score to the largest.
MIN_SAMPLES = _TAIL
# Intervals from fewer documents than this are too narrow to be trusted (by the simulations of
# benchmarks/significance.py: percentile intervals of few units fall short of 95 %).
_MIN_DOCUMENTS = 10
# p-values to 0.00001; more would change no digit that is shown.
MAX_GIVEN_SAMPLES = 100_000
# samples_for() doubles what a rejection needs, so that it does not hang on a single resample.
_SAMPLES_MARGIN = 2
# Just enough, without that margin, for the 990 pairs of 45 systems; more are not worth the time.
MAX_SAMPLES = 20_000
_SAMPLE_NAMES: dict[Test, str] = {"bootstrap": "resamples", "randomization": "trials"}
# Of products of p-values: as many as a double has near 5 %, less one.
_P_DECIMALS = 15
# Normal quantiles: 0.975 for a two-sided test at 5 %, 0.8 for a power of 80 % (Cohen 1988).
_Z_ALPHA, _Z_POWER = 1.959964, 0.841621
# The memory that the weights of one chunk may take, and their sums: 64 MiB each.
_CHUNK_BYTES = 1 << 26
# numpy draws 32 sign flips from each 32-bit number of the generator.
_FLIPS_PER_NUMBER = 32


def check_samples(samples: int, test: Test) -> None:
    """Check that there are enough resamples or trials, and not too many; 0 asks for no test.

    Raises:
        UsageError: there are fewer than ``MIN_SAMPLES`` or more than ``MAX_GIVEN_SAMPLES``, or it
            is no whole number.
    """
    check_whole(samples, "the number of samples")
    if samples > MAX_GIVEN_SAMPLES:
        raise UsageError(
            f"{samples:,} {_SAMPLE_NAMES[test]} are too many; take {DEFAULT_SAMPLES[test]:,}, or "
            f"{MAX_GIVEN_SAMPLES:,} at most"
        )
    if samples and samples < MIN_SAMPLES:
        raise UsageError(
            f"{samples} {_SAMPLE_NAMES[test]} are too few to tell anything; take "
            f"{DEFAULT_SAMPLES[test]:,}, or at least {MIN_SAMPLES}"
        )


def check_seed(seed: int) -> None:
    """Check that a seed of resamples is one that the generator takes.

    Raises:
        UsageError: it is negative, or no whole number.
    """
    check_whole(seed, "the seed")
    if seed < 0:
        raise UsageError(f"the seed {seed} is negative; take 0 or a positive number")


def few_documents_note(n_documents: int) -> list[str]:
    """Return what to say of the resampling of so many documents: nothing if they are enough."""
    if n_documents >= _MIN_DOCUMENTS:
        return []
    return [
        f"resampling {counted(n_documents, 'document')} gives intervals and tests that mean "
        "little; --resample segments treats the segments as independent"
    ]


def _chunk_rows(width: int) -> int:
    """Return how many rows of so many numbers fit into a chunk, at least 1."""
    return max(_CHUNK_BYTES // (8 * width), 1)


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


def _sign_flips(n_units: int, trials: int, seed: int) -> Iterator[Array]:
    """Yield which units keep their system (1) or swap (0) in each trial: (n_trials, n_units)."""
    rng = np.random.default_rng(seed)
    # numpy drops what is left of the last number, so a chunk must end where a number does: only
    # then do all chunks together equal one draw, as sacrebleu's.
    rows = max(_chunk_rows(n_units) // _FLIPS_PER_NUMBER, 1) * _FLIPS_PER_NUMBER
    for start in range(0, trials, rows):
        count = min(rows, trials - start)
        yield rng.integers(2, size=(count, n_units), dtype=bool).astype(np.float64)


def _weighted_sums(weights: Iterator[Array], statistics: Array) -> Iterator[Array]:
    """Yield statistics (n_systems, n_units, k) summed by weights: (n_resamples, n_systems, k)."""
    n_systems, n_units, k = statistics.shape
    flat = np.ascontiguousarray(statistics.transpose(1, 0, 2)).reshape(n_units, n_systems * k)
    rows = _chunk_rows(n_systems * k)
    for chunk in weights:
        for start in range(0, len(chunk), rows):
            yield (chunk[start : start + rows] @ flat).reshape(-1, n_systems, k)


def bootstrap_scores(
    statistics: Array, score: Score, samples: int = 1000, seed: int = SEED
) -> Array:
    """Return the scores of bootstrap resamples (Koehn 2004), the same ones for every system.

    The first ``samples`` draws equal a run with only that many, so intervals stay comparable.

    Args:
        statistics: (n_systems, n_units, k).
        score: from summed statistics (..., k) to scores (...).
        samples: number of resamples.
        seed: of the generator.

    Returns:
        Scores, shape (n_systems, samples); NaN where a resample has nothing to score.
    """
    draws = _draws(statistics.shape[1], samples, seed)
    return np.concatenate([score(sums) for sums in _weighted_sums(draws, statistics)]).T


def interval(scores: Array) -> Array:
    """Return the 95 % interval of resampled scores, (..., samples) -> (..., 2), as sacrebleu does.

    Resamples without a score (of terms, if none of their segments was drawn) are skipped. The ends
    are NaN where more than half are.
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
    """Return how many resamples it takes to find differences among so many pairs.

    The smallest p-value of N resamples is 1 / (N + 1), which Holm's correction multiplies by the
    number of pairs: with 1,000 resamples no two of 11 systems could differ significantly.

    Args:
        n_pairs: pairs of systems that are tested together.
        samples: what is drawn in any case; returned where it is enough.

    Returns:
        At least ``samples``; no more than ``MAX_SAMPLES`` are added for the pairs.
    """
    return max(samples, min(math.ceil(_SAMPLES_MARGIN * n_pairs / ALPHA), MAX_SAMPLES))


def paired_bootstrap_p(scores: Array, differences: Array, pairs: Sequence[Pair]) -> Array:
    """Return the p-values of pairs of systems by paired bootstrap (Koehn 2004): (n_pairs,), 0-1.

    A p-value is the share of resamples whose absolute difference exceeds its mean by more than the
    observed difference, as in Moses and sacrebleu. NaN where more than half have no score.

    Args:
        scores: of resamples, (n_systems, samples).
        differences: observed absolute differences of scores, (n_pairs,).
        pairs: indices of systems.
    """
    p = np.full(len(pairs), np.nan)
    for n, (a, b) in enumerate(pairs):
        sampled = np.abs(scores[a] - scores[b])
        if not np.isnan(sampled).all():
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
    """Return the p-values of pairs by approximate randomisation (Riezler and Maxwell 2005).

    In each trial the two outputs of each unit swap systems with a probability of one half. A
    p-value is the share of trials whose absolute difference exceeds the observed one. NaN where
    more than half have no score.

    Args:
        statistics: (n_systems, n_units, k).
        score: from summed statistics (..., k) to scores (...).
        differences: observed absolute differences of scores, (n_pairs,).
        pairs: indices of systems.
        trials: number of trials.
        seed: of the generator; the sign flips are the same for all pairs.

    Returns:
        Shape (n_pairs,), 0-1.
    """
    # By system: the sums of the units that it keeps, and of those that it gives away. A pair is
    # then two additions, however many units there are.
    flips = _sign_flips(statistics.shape[1], trials, seed)
    whole = statistics.sum(axis=1)[None]
    n_known, n_above = np.zeros(len(pairs), np.int64), np.zeros(len(pairs), np.int64)
    for kept in _weighted_sums(flips, statistics):
        swapped = whole - kept
        for n, (a, b) in enumerate(pairs):
            first = score(kept[:, a] + swapped[:, b])
            second = score(swapped[:, a] + kept[:, b])
            sampled = np.abs(first - second)
            n_known[n] += np.count_nonzero(~np.isnan(sampled))
            n_above[n] += np.count_nonzero(sampled > differences[n])
    return np.array(
        [
            _p_of_counts(int(above), int(known), trials, observed)
            for above, known, observed in zip(n_above, n_known, differences, strict=True)
        ]
    )


def _p_value(sampled: Array, observed: float) -> float:
    """Return the share of sampled differences above the observed one; NaN if most are NaN."""
    known = sampled[~np.isnan(sampled)]
    return _p_of_counts(np.count_nonzero(known > observed), len(known), len(sampled), observed)


def _p_of_counts(n_above: int, n_known: int, n_sampled: int, observed: float) -> float:
    """Return the share of samples above the observed one; NaN if most of them are NaN."""
    if np.isnan(observed) or 2 * n_known < n_sampled:
        return math.nan
    # The observed sample counts as one of them, so that no p-value is 0 (North et al. 2002).
    return float((n_above + 1) / (n_known + 1))


def min_p_value(statistics: Array, differences: Array, pairs: Sequence[Pair]) -> Array:
    """Return the smallest p-value that each pair of systems can honestly have: (n_pairs,).

    If two systems differ in m units only, all their differences come from m sign flips, and the
    most extreme outcome has a probability of 2 ^ (1 - m); systems of equal score do not differ at
    all, so 1. The tests above do not count ties, and would find a single differing unit
    significant: take the maximum of both.

    Args:
        statistics: (n_systems, n_units, k).
        differences: observed absolute differences of scores, (n_pairs,).
        pairs: indices of systems.
    """
    smallest = []
    for (a, b), difference in zip(pairs, differences, strict=True):
        differing = int((statistics[a] != statistics[b]).any(axis=-1).sum())
        smallest.append(1.0 if difference == 0 else min(1.0, 2.0 ** (1 - differing)))
    return np.array(smallest)


def possible_p(
    p_values: Array, statistics: Array, differences: Array, pairs: Sequence[Pair]
) -> Array:
    """Return p-values (n_pairs,), none smaller than the data allow (``min_p_value``).

    These are the ones to show and to judge by. What cannot be tested stays NaN, unless there is
    nothing to find: if no unit differs, or one only, the p-value is 1.
    """
    smallest = min_p_value(statistics, differences, pairs)
    nothing = (smallest == 1) & ~np.isnan(differences)
    return np.asarray(np.where(nothing, 1.0, np.maximum(p_values, smallest)))


def can_be_significant(n_pairs: int, samples: int) -> bool:
    """Return whether any of so many tests can be significant after Holm's correction.

    The smallest p-value of N resamples is 1 / (N + 1).
    """
    return n_pairs < ALPHA * (samples + 1)


def samples_needed(n_pairs: int) -> int:
    """Return the number of resamples with which one of so many tests can be significant."""
    return math.ceil(n_pairs / ALPHA)


def holm(p_values: Array) -> Array:
    """Return p-values corrected for the number of tests (Holm 1979): (n,) -> (n,).

    A NaN stays NaN, and does not count as a test.
    """
    adjusted = np.full(len(p_values), np.nan)
    known = np.flatnonzero(~np.isnan(p_values))
    order = known[np.argsort(p_values[known], kind="stable")]
    factors = np.arange(len(order), 0, -1)
    # Rounded, as the product of 1 / 140 and 7, which is 5 %, is a last digit less; never below.
    products = np.maximum(p_values[order], (p_values[order] * factors).round(_P_DECIMALS))
    products[factors == 1] = p_values[order][factors == 1]
    adjusted[order] = np.minimum(np.maximum.accumulate(products), 1.0)
    return adjusted


def symmetric(n_systems: int, pairs: Sequence[Pair], p_values: Array) -> Array:
    """Return p-values of pairs (n_pairs,) as a table (n_systems, n_systems), NaN for no test."""
    table = np.full((n_systems, n_systems), np.nan)
    for (a, b), value in zip(pairs, p_values, strict=True):
        table[a, b] = table[b, a] = value
    return table


def clusters(scores: Array, p_values: Array, *, higher_is_better: bool) -> list[int | None]:
    """Return the rank of each system, from 1.

    A new rank begins where every system so far is significantly better than every one from there
    on, as in the WMT findings (Bojar et al. 2013). So two systems of one rank can differ
    significantly: in a chain each system hardly differs from the next, and all share a rank.

    Args:
        scores: (n_systems,); the rank of a system without a score (NaN) is None.
        p_values: corrected ones, of the pairs ``combinations(range(n_systems), 2)`` in that order.
        higher_is_better: direction.
    """
    n = len(scores)
    p = symmetric(n, list(combinations(range(n), 2)), p_values)
    known = [s for s in range(n) if not np.isnan(scores[s])]
    order = sorted(known, key=lambda s: -scores[s] if higher_is_better else scores[s])
    ranks: list[int | None] = [None] * n
    rank = 1
    for n_before, system in enumerate(order):
        if n_before and (p[np.ix_(order[:n_before], order[n_before:])] < ALPHA).all():
            rank = n_before + 1
        ranks[system] = rank
    return ranks


def detectable_difference(differences: Array) -> Array:
    """Return the smallest true difference that such a test would find in 4 of 5 cases.

    (1.96 + 0.84) standard errors: a two-sided test at 5 % with a power of 80 %, by the normal
    approximation (Cohen 1988).

    Args:
        differences: of scores in bootstrap resamples, (..., samples).

    Returns:
        Shape (...), in points of the score; NaN where fewer than two resamples have a score.
    """
    with warnings.catch_warnings():
        # numpy warns of what is NaN then.
        warnings.simplefilter("ignore", RuntimeWarning)
        standard_error = np.nanstd(differences, axis=-1, ddof=1)
    return np.asarray((_Z_ALPHA + _Z_POWER) * standard_error)
