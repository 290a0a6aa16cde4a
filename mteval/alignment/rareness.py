"""What pairs of paragraphs share of their tokens, weighed by how rare these are."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable

import numpy as np

from mteval.alignment.arrays import Floats, Singles
from mteval.alignment.band import Band
from mteval.alignment.side import Side
from mteval.alignment.weights import RARENESS_DOCUMENT, RARENESS_SMOOTHING

__all__ = ["share_tokens"]


def share_tokens(left: Side, right: Side, band: Band) -> tuple[Singles, list[Floats]]:
    """Return the weight of the tokens that pairs of paragraphs share, and of all that they have.

    Returns:
        For each cell of the band the sum of what both have (n_cells,), and for each side the sums
        of what its first n paragraphs have (n_paragraphs + 1,).
    """
    weights = _weigh(left, right)
    rows: dict[str, list[int]] = defaultdict(list)
    for j, tokens in enumerate(right.tokens):
        for token in tokens:
            rows[token].append(j)
    arrays = {token: np.array(found) for token, found in rows.items()}
    shared = np.zeros(int(band.cells[-1]), dtype=np.float32)
    for i, tokens in enumerate(left.tokens):
        first, stop, at = int(band.first[i]), int(band.stop[i]), int(band.cells[i])
        # Sums of floats depend on their order, and sets have none.
        for token in sorted(tokens):
            if token in rows:
                found = rows[token]
                chosen = arrays[token][bisect_left(found, first) : bisect_left(found, stop)]
                shared[at + chosen - first] += weights[token]
    totals = [
        np.concatenate([[0.0], np.cumsum([_total(own, weights) for own in side.tokens])])
        for side in (left, right)
    ]
    return shared, totals


def _weigh(left: Side, right: Side) -> dict[str, float]:
    """Return the weight of each token: the logarithm of how rare it is where it is most common."""
    sides = left, right
    counts = [Counter(token for own in side.tokens for token in own) for side in sides]
    size = min(max(len(left), len(right)), RARENESS_DOCUMENT)
    weights: dict[str, float] = {}
    for token in counts[0].keys() | counts[1].keys():
        often = max(
            min(len(side), RARENESS_DOCUMENT) * count[token] / max(len(side), 1)
            for side, count in zip(sides, counts, strict=True)
        )
        weights[token] = math.log(
            (size + RARENESS_SMOOTHING[0]) / (max(often, 1.0) + RARENESS_SMOOTHING[1])
        )
    return weights


def _total(tokens: Iterable[str], weights: dict[str, float]) -> float:
    return math.fsum(weights[token] for token in tokens)
