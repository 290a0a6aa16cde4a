"""How well metrics agree with experts, with intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import kendalltau

from training.data import Judgements

__all__ = ["MEASURES", "Estimate", "agreement"]

Array = npt.NDArray[np.float64]
MEASURES = ("pearson", "kendall", "within", "accuracy")
_RESAMPLES = 1000


@dataclass(frozen=True)
class Estimate:
    """Hold a number and its interval: 2.5 and 97.5 per cent of resamples of blocks."""

    value: float
    low: float
    high: float

    def as_dict(self) -> dict[str, float]:
        """Round for a file."""
        return {name: round(value, 4) for name, value in vars(self).items()}


def agreement(
    judgements: Judgements, name: str, metrics: Mapping[str, Array], baseline: str, seed: int
) -> dict[str, dict[str, Any]]:
    """Measure how metrics agree with the experts on one test set.

    Segment Pearson and Kendall tau-b with the MQM score over all translations; the mean over
    sources of Kendall tau-b between the systems' translations (sources where it is not defined, as
    all have one score, are left out); and the share of pairs of systems that mean scores order as
    the experts' mean scores do (Kocmi et al. 2021). All in -1 to 1, accuracy in 0-1; higher is
    better. The bootstrap (Efron 1979) draws blocks of neighbouring segments, the same for all
    metrics, so that differences are paired.

    Args:
        judgements: all.
        name: of the test set.
        metrics: scores of all judgements, (n,), higher is better.
        baseline: the metric that the others are compared with.
        seed: of the resamples.

    Returns:
        For each metric, the four measures and, less the baseline's, ``pearson_gain`` and
        ``within_gain``.
    """
    rows = np.flatnonzero(judgements.sets == name)
    blocks, block_of = np.unique(judgements.blocks[rows], return_inverse=True)
    draws = np.random.default_rng(seed).integers(len(blocks), size=(_RESAMPLES, len(blocks)))
    # How often each block is in each resample; the first row is the data themselves.
    times = np.stack(
        [np.ones(len(blocks)), *(np.bincount(draw, minlength=len(blocks)) for draw in draws)]
    )
    found: dict[str, dict[str, Array]] = {}
    for metric, scores in metrics.items():
        own, mqm = scores[rows], judgements.mqm[rows]
        found[metric] = {
            "pearson": _pearson(own, mqm, block_of, times),
            "kendall": _kendall(own, mqm, block_of, times),
            "within": _within(own, mqm, judgements.keys[rows], block_of, times),
            "accuracy": _accuracy(own, mqm, judgements.systems[rows], block_of, times),
        }
    return {
        metric: {
            **{measure: _estimate(values[measure]) for measure in MEASURES},
            **{
                f"{measure}_gain": _estimate(values[measure] - found[baseline][measure])
                for measure in ("pearson", "within")
            },
        }
        for metric, values in found.items()
    }


def _estimate(values: Array) -> Estimate:
    low, high = np.percentile(values[1:], [2.5, 97.5])
    return Estimate(float(values[0]), float(low), float(high))


def _sums(values: Array, block_of: npt.NDArray[np.intp], times: Array) -> Array:
    """Sum values over the blocks of every resample, shape (n_resamples + 1,)."""
    return np.asarray(times @ np.bincount(block_of, weights=values, minlength=times.shape[1]))


def _pearson(x: Array, y: Array, block_of: npt.NDArray[np.intp], times: Array) -> Array:
    x, y = x - x.mean(), y - y.mean()
    n, sx, sy, sxx, syy, sxy = (
        _sums(values, block_of, times) for values in (np.ones_like(x), x, y, x * x, y * y, x * y)
    )
    return np.asarray((n * sxy - sx * sy) / np.sqrt((n * sxx - sx**2) * (n * syy - sy**2)))


def _kendall(x: Array, y: Array, block_of: npt.NDArray[np.intp], times: Array) -> Array:
    members = [np.flatnonzero(block_of == block) for block in range(times.shape[1])]
    found = []
    for row in times.astype(int):
        rows = np.concatenate([members[b] for b, n in enumerate(row) for _ in range(n)])
        found.append(kendalltau(x[rows], y[rows]).statistic)
    return np.array(found)


def _within(
    x: Array, y: Array, keys: npt.NDArray[np.str_], block_of: npt.NDArray[np.intp], times: Array
) -> Array:
    taus, counts = np.zeros(times.shape[1]), np.zeros(times.shape[1])
    for key in np.unique(keys):
        rows = np.flatnonzero(keys == key)
        if len(np.unique(x[rows])) > 1 and len(np.unique(y[rows])) > 1:
            taus[block_of[rows[0]]] += kendalltau(x[rows], y[rows]).statistic
            counts[block_of[rows[0]]] += 1
    return np.asarray((times @ taus) / (times @ counts))


def _accuracy(
    x: Array, y: Array, systems: npt.NDArray[np.str_], block_of: npt.NDArray[np.intp], times: Array
) -> Array:
    names = np.unique(systems)

    def means(values: Array) -> Array:
        return np.stack(
            [_sums(np.where(systems == name, values, 0.0), block_of, times) for name in names]
        )

    # Every system translates every segment, so sums compare as means do.
    ours, theirs = means(x), means(y)
    agreed = [
        np.sign(ours[a] - ours[b]) == np.sign(theirs[a] - theirs[b])
        for a, b in combinations(range(len(names)), 2)
    ]
    return np.asarray(np.mean(agreed, axis=0))
