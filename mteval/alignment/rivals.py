"""What else each paragraph resembles: the rivals that a bead must beat by a margin."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mteval.alignment.arrays import Floats, Ints
from mteval.alignment.beads import MAX_GROUP
from mteval.alignment.weights import N_RIVALS, RIVAL_SIMILARITY

__all__ = ["Rivals", "find_rivals"]


class Rivals(NamedTuple):
    """The best counterparts of each paragraph (n_paragraphs, N_RIVALS + MAX_GROUP), best first.

    Attributes:
        values: similarities; RIVAL_SIMILARITY at least.
        indices: of the counterparts; -1 where there is none.
    """

    values: Floats
    indices: Ints

    def mean(self, rows: Ints, start: Ints, count: int) -> Floats:
        """Return the mean similarity of the best rivals outside the ``count`` from ``start`` on."""
        indices = self.indices[rows]
        others = (indices < start[:, None]) | (indices >= start[:, None] + count)
        others &= np.cumsum(others, axis=1) <= N_RIVALS
        return np.asarray((self.values[rows] * others).sum(axis=1) / N_RIVALS)


def find_rivals(values: Floats, own: Ints, other: Ints, count: int) -> Rivals:
    """Return the rivals of ``count`` paragraphs.

    Args:
        values: similarities of pairs.
        own: the paragraph of each pair.
        other: its counterpart in each pair.
        count: number of paragraphs.
    """
    order = np.lexsort((-values, own))
    starts = np.searchsorted(own[order], np.arange(count))
    rank = np.arange(len(order)) - starts[own[order]]
    # A group of MAX_GROUP may hold as many of the best, and all rivals are still left.
    kept = rank < N_RIVALS + MAX_GROUP
    best = np.full((count, N_RIVALS + MAX_GROUP), RIVAL_SIMILARITY)
    indices = np.full((count, N_RIVALS + MAX_GROUP), -1, dtype=np.int64)
    chosen = order[kept]
    best[own[chosen], rank[kept]] = np.maximum(values[chosen], RIVAL_SIMILARITY)
    indices[own[chosen], rank[kept]] = other[chosen]
    return Rivals(best, indices)
